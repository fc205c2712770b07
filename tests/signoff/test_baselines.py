"""Plans that were fixed by a signed tag, or by a gate that was decided and agreed to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from gnupg import Keyring
from repositories import SigningKey
from scenes import KEYS, PEOPLE, Scene, changed, person

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.history import baselines as module
from mkdocs_ecompm.model.history import Baseline
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Assurance

TIMELINE: dict[str, Any] = {
    "phases": [{"id": "planning", "name": "Planning", "start": "2026-01-05", "end": "2026-02-27"}],
    "gates": [{"id": "G1", "name": "Ready", "opens": "planning", "date": "2026-02-02", "decision": "open"}],
    "milestones": [{"id": "M1", "name": "Go-live", "date": "2026-03-02"}],
    "tasks": [
        {"id": "T-1", "name": "Design", "duration": "5d"},
        {"id": "T-2", "name": "Build", "duration": "10d", "after": ["T-1"]},
    ],
}
DEMANDS: dict[str, Any] = {"signoffs": [{"artifact": "timeline/G1", "approvers": ["sponsor", "lead"]}]}
PROJECT = {"id": "shop", "name": "New shop", "start": "2026-01-05"}


def moved(**changes: Any) -> dict[str, Any]:
    found = changed(TIMELINE)
    for name, fields in changes.items():
        for record in [one for listed in found.values() for one in listed if one["id"].replace("-", "") == name]:
            record.update(fields)
    return found


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path / "repository", signoffs=DEMANDS)
    made.commit("Plan", "ben", project=PROJECT, timeline=TIMELINE)
    return made


def project_of(scene: Scene, as_of: date = date(2026, 12, 31), **options: Any) -> Project:
    scene.repository.check_out()
    folder = scene.repository.folder / (scene.place or ".")
    return assemble(Setting(folder=folder, as_of=as_of, **options))


def found(scene: Scene, **options: Any) -> dict[str, Baseline]:
    return {one.name: one for one in project_of(scene, **options).history.baselines}


def tip(scene: Scene) -> str:
    return scene.repository.tip() or ""


DAYS: Mapping[str, tuple[date, date]] = {
    "planning": (date(2026, 1, 5), date(2026, 2, 27)),
    "G1": (date(2026, 2, 2), date(2026, 2, 2)),
    "M1": (date(2026, 3, 2), date(2026, 3, 2)),
    "T-1": (date(2026, 1, 5), date(2026, 1, 9)),
    "T-2": (date(2026, 1, 12), date(2026, 1, 23)),
}


# --- tags ---------------------------------------------------------------------------------------------------------


def test_a_signed_tag_fixes_the_plan_of_its_commit(scene: Scene) -> None:
    commit = tip(scene)
    scene.repository.tag("plan-1", commit, KEYS["ana"], when="2026-01-07T12:00:00Z")
    scene.commit("Later", "ben", timeline=moved(M1={"date": "2026-04-01"}, T1={"duration": "20d"}))
    (one,) = found(scene).values()
    assert (one.name, one.commit, one.kind, one.day) == ("plan-1", commit, "tag", date(2026, 1, 7))
    assert (one.signer, one.assurance) == ("ana", Assurance.SIGNED)
    assert dict(one.dates) == DAYS


def test_the_days_of_tasks_are_those_of_the_commits_day(scene: Scene) -> None:
    commit = scene.commit("Late", "ben", when="2026-01-20T09:00:00Z", timeline=moved(T1={"progress": "0"}))
    scene.repository.tag("late", commit, KEYS["ana"], when="2026-06-01T00:00:00Z")
    assert found(scene)["late"].dates["T-1"] == (date(2026, 1, 20), date(2026, 1, 26))


def test_unsigned_light_and_badly_signed_tags_are_none(scene: Scene) -> None:
    commit = tip(scene)
    scene.repository.tag("unsigned", commit)
    scene.repository.point("refs/tags/light", commit)
    scene.repository.tag("bad", commit, KEYS["ana"], change=lambda raw: raw.replace(b"A plan", b"B plan"))
    scene.repository.tag("moved", commit, KEYS["ana"], ref="elsewhere")
    assert found(scene) == {}


def test_a_stranger_fixes_no_plan_and_a_stolen_key_none_either(scene: Scene) -> None:
    commit = tip(scene)
    scene.repository.tag("stranger", commit, KEYS["mallory"])
    scene.repository.tag("ben", commit, KEYS["ben"])
    scene.repository.tag("touched", commit, SigningKey.make("ana", "sk-ed25519"))
    people = changed(PEOPLE)
    person(people, "ben")["keys"][0]["revoked"] = {"reason": "compromised"}
    person(people, "ana")["keys"].append({"ssh": SigningKey.make("ana", "sk-ed25519").line})
    assert {name: one.signer for name, one in found(scene).items()} == {"ben": "ben"}
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=people)
    signers = {name: (one.signer, one.assurance) for name, one in found(scene).items()}
    assert signers == {"touched": ("ana", Assurance.HARDWARE)}
    gone = changed(people, people=[entry for entry in people["people"] if entry["id"] != "ben"])
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=gone)
    again = changed(gone, people=[*gone["people"], PEOPLE["people"][1]])
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=again)
    assert set(found(scene)) == {"touched"}  # once stolen, always


def test_a_key_that_somebody_had_fixes_a_plan_without_a_name(scene: Scene) -> None:
    scene.repository.tag("retired", tip(scene), KEYS["ben"])
    scene.repository.tag("left", tip(scene), KEYS["eva"])
    people = changed(PEOPLE, people=[entry for entry in PEOPLE["people"] if entry["id"] != "eva"])
    people = changed(people)
    person(people, "ben")["keys"][0]["revoked"] = {"reason": "retired"}
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=people)
    signers = {name: (one.signer, one.assurance) for name, one in found(scene).items()}
    assert signers == {"retired": (None, None), "left": (None, None)}


def test_a_key_speaks_in_its_window(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ben")["keys"][0].update({"to": "2026-02-01T00:00:00Z"})
    scene = Scene(tmp_path / "r", people=people)
    commit = scene.commit("Plan", "ana", project=PROJECT, timeline=TIMELINE)
    scene.repository.tag("early", commit, KEYS["ben"], when="2026-01-31T00:00:00Z")
    scene.repository.tag("late", commit, KEYS["ben"], when="2026-02-01T00:00:00Z")
    assert {name: one.signer for name, one in found(scene).items()} == {"early": "ben", "late": None}


def test_openpgp_keys_of_the_project_and_of_strangers(tmp_path: Path) -> None:
    """Without the certificate nobody can tell whether a signature is right: then it is none."""
    pytest.importorskip("pysequoia")
    with Keyring.create() as keyring:
        mia, other = keyring.make("mia"), keyring.make("other")
        people = changed(PEOPLE)
        person(people, "mia")["keys"] = [{"openpgp": "keys/mia.asc"}]
        scene = Scene(tmp_path / "r")
        commit = scene.commit(
            "Trust\n\nSignoff: approve trust",
            "ana",
            people=people,
            project=PROJECT,
            timeline=TIMELINE,
            files={"project/keys/mia.asc": mia.exported.decode()},
        )
        for name, key in (("mine", mia), ("other", other)):
            scene.repository.tag(name, commit, key)  # type: ignore[arg-type]
    assert {name: one.signer for name, one in found(scene).items()} == {"mine": "mia"}


def test_without_trust_a_signed_tag_is_one_without_a_signer(scene: Scene) -> None:
    people = {key: value for key, value in PEOPLE.items() if key != "trust"}
    orphan = scene.commit("Begin", people=people, project=PROJECT, timeline=TIMELINE, parents=[])
    scene.repository.tag("plan", orphan, KEYS["ana"])
    assert found(scene)["plan"].signer is None


def test_only_what_the_commit_shown_stands_on(scene: Scene) -> None:
    first = tip(scene)
    side = scene.commit("Side", "ben", timeline=moved(M1={"date": "2026-05-01"}), more={"branch": "side"})
    scene.repository.tag("side", side, KEYS["ana"])
    scene.repository.tag("root", scene.root, KEYS["ana"])
    last = scene.commit("Last", "ben", parents=[first])
    scene.repository.tag("last", last, KEYS["ana"])
    assert set(found(scene)) == {"root", "last"}
    assert set(found(scene, at=first)) == {"root"}
    assert found(scene)["root"].dates == {}  # no plan yet
    scene.commit("Merge", parents=[last, side])
    assert set(found(scene)) == {"root", "last", "side"}


def test_only_where_the_project_is(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "r", place="plans/shop")
    elsewhere = scene.repository.commit("Before", files={"readme": "x"}, parents=[], branch="old")
    scene.repository.tag("before", elsewhere, KEYS["ana"])
    planned = scene.commit("Plan", "ana", project=PROJECT, timeline=TIMELINE, parents=[scene.root, elsewhere])
    scene.repository.tag("plan", planned, KEYS["ana"])
    assert set(found(scene)) == {"plan"}
    assert dict(found(scene)["plan"].dates) == DAYS


def test_what_is_dated_after_the_day_is_not_there_yet(scene: Scene) -> None:
    scene.repository.tag("later", tip(scene), KEYS["ana"], when="2026-06-01T00:00:00Z")
    scene.repository.tag("before", tip(scene), KEYS["ana"], when="1999-01-01T00:00:00Z")
    assert set(found(scene, as_of=date(2026, 5, 31))) == {"before"}
    assert found(scene)["before"].day == date(2026, 1, 5)  # never before its commit
    assert set(found(scene, as_of=date(2026, 6, 1))) == {"before", "later"}


def test_the_newest_are_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(30):
        scene.repository.tag(f"v{number}", tip(scene), KEYS["ana"], when=f"2026-03-{number + 1:02}T00:00:00Z")
    assert list(found(scene)) == [f"v{number}" for number in range(10, 30)]
    days = [one.dates for one in project_of(scene).history.baselines]
    assert all(one is days[0] for one in days)  # computed once
    monkeypatch.setattr(module, "MOST_FILES", 1)
    assert found(scene)["v29"].dates == {}


@pytest.mark.parametrize(
    "files",
    [
        {"project/timeline.yml": "tasks: ["},
        {"project/timeline.yml": "tasks: [{id: A, name: A, duration: 1d, after: [A]}]"},
        {"project/timeline.yml": b"\xff"},
        {"project/timeline.yml": None},
        {"project/timeline/more.yml": "tasks: []"},
    ],
)
def test_a_plan_that_cannot_be_read_has_no_days(scene: Scene, files: Mapping[str, Any]) -> None:
    scene.repository.tag("broken", scene.commit("Broken", "ben", files=files), KEYS["ana"])
    assert dict(found(scene)["broken"].dates) == {}


def test_a_link_in_place_of_the_plan_is_not_followed(scene: Scene) -> None:
    entries = scene.repository.files(tip(scene))
    entries["project/timeline.yml"] = ("120000", scene.repository.store("blob", b"/etc/passwd"))
    raw = scene.repository.raw(tip(scene)).decode().partition("\ngpgsig")[0].splitlines()
    raw[0] = f"tree {scene.repository.tree(entries)}"
    linked = scene.repository.store("commit", "\n".join([*raw, "", "Link", ""]).encode())
    scene.repository.point("refs/heads/main", linked)
    scene.repository.tag("linked", linked, KEYS["ana"])
    assert dict(found(scene)["linked"].dates) == {}


# --- gates --------------------------------------------------------------------------------------------------------


DECIDED = moved(G1={"decision": "go", "decided_on": "2026-02-02"})


def test_a_gate_that_was_decided_and_agreed_to(scene: Scene) -> None:
    scene.say("approve timeline/G1", "ben")  # to what it said then
    scene.commit("Decide", "ben", timeline=DECIDED)
    assert found(scene) == {}
    first = scene.say("approve timeline/G1", "ben", when="2026-02-02T10:00:00Z")
    assert found(scene) == {}  # the sponsor has not agreed yet
    scene.say("approve timeline/G1", "ana", when="2026-02-03T10:00:00Z")
    later = moved(G1={"decision": "go", "decided_on": "2026-02-02"}, M1={"date": "2026-05-01"})
    scene.commit("Move", "ben", timeline=later)
    (one,) = found(scene).values()
    assert (one.name, one.commit, one.kind, one.day) == ("G1", first, "gate", date(2026, 2, 2))
    assert (one.signer, one.assurance) == (None, Assurance.SIGNED)
    assert dict(one.dates) == DAYS


def test_one_that_says_yes_again_moves_nothing(scene: Scene) -> None:
    scene.commit("Decide", "ben", timeline=DECIDED)
    first = scene.say("approve timeline/G1", "ben")
    scene.say("approve timeline/G1", "ana")
    scene.say("approve timeline/G1", "ben", timeline=moved(G1=DECIDED["gates"][0], M1={"date": "2026-05-01"}))
    assert found(scene)["G1"].commit == first


@pytest.mark.parametrize("how", ["open", "changed", "rejected", "not asked"])
def test_a_gate_that_does_not_hold_is_none(scene: Scene, how: str) -> None:
    if how != "open":
        scene.commit("Decide", "ben", timeline=DECIDED)
    for who in ("ana", "ben"):
        scene.say("approve timeline/G1", who)
    assert set(found(scene)) == (set() if how == "open" else {"G1"})
    if how == "changed":
        scene.commit("Change", "ben", timeline=moved(G1={"decision": "stop", "decided_on": "2026-02-02"}))
    if how == "rejected":
        scene.say("reject timeline/G1", "ana")
    if how == "not asked":
        scene.commit("Trust\n\nSignoff: approve trust", "ana", signoffs={"signoffs": []})
    assert found(scene) == {}


def test_without_a_repository_there_is_none(scene: Scene, tmp_path: Path) -> None:
    project_of(scene)
    (scene.repository.folder / "project").rename(tmp_path / "project")
    assert assemble(Setting(folder=tmp_path / "project", as_of=date(2026, 6, 1))).history.baselines == ()
