"""The worked example: the same repository on every machine, what it says, and what its agreements show."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
import rfc8785
import yaml

from mkdocs_ecompm.assembly import ProjectError, Setting, assemble
from mkdocs_ecompm.cli.replay import AS_OF, folder, public_key, replay, steps
from mkdocs_ecompm.model.catalogue import is_text
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import SignoffRecord, Slot, Status

ROOT = "d656ee1a8f9f920b2d5cbe07313f9f26379e62b6"
TIP = "88a166f6af7acbfde551c90083e335cb96d19023"
"""The last commit. A change of any overlay or step changes it; so does nothing else."""
TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("example") / "demo"
    replay(target)
    return target


@pytest.fixture(scope="module")
def project(demo: Path) -> Project:
    return assemble(Setting(folder=demo / "project", as_of=AS_OF, trust_roots=(ROOT,), root_given_by="project"))


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the repository ----------------------------------------------------------------------------------------------


def test_every_machine_gets_the_same_ids(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody else")
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(_hostile_configuration(tmp_path)))
    (tmp_path / "again").mkdir()
    assert replay(tmp_path / "again") == TIP
    assert git(demo, "rev-parse", "main").strip() == TIP
    assert git(demo, "rev-list", "--all", "--max-parents=0").strip() == ROOT


def _hostile_configuration(folder: Path) -> Path:
    settings = folder / "gitconfig"
    settings.write_text("[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = trunk\n[commit]\n\tgpgSign = true\n")
    return settings


def test_git_finds_nothing_wrong_with_the_repository(demo: Path) -> None:
    assert git(demo, "fsck", "--strict", "--full") == ""
    assert git(demo, "status", "--porcelain", "--branch") == "## main\n"


def test_the_last_state_is_the_project_of_this_repository(demo: Path) -> None:
    assert files(demo / "project") == files(TOP / "project")


def test_it_has_the_size_of_a_real_project(demo: Path) -> None:
    log = git(demo, "log", "--format=%aI").split()
    assert len(log) > 60
    assert (date.fromisoformat(log[0][:10]) - date.fromisoformat(log[-1][:10])).days > 330
    assert len(git(demo, "log", "--merges", "--format=%h").split()) >= 3


def test_git_calls_each_signed_commit_good_and_no_other(demo: Path, tmp_path: Path) -> None:
    signers = tmp_path / "allowed_signers"
    keys = sorted({step.key for step in steps() if step.key})
    signers.write_text("".join(f"{key}@example {public_key(key)}\n" for key in keys))
    options = ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={signers}")
    verdicts = git(demo, *options, "log", "--all", "--format=%G? %s%x00").split("\0")
    found = {subject.strip(): verdict for verdict, _, subject in (line.strip().partition(" ") for line in verdicts)}
    unsigned = {step.message.partition("\n")[0] for step in steps() if not step.key}
    assert {subject for subject, verdict in found.items() if verdict == "N"} == unsigned
    assert len(unsigned) == 2
    assert {verdict for subject, verdict in found.items() if subject and subject not in unsigned} == {"G"}


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ProjectError, match="is not empty; name a new one"):
        replay(tmp_path)
    with pytest.raises(ProjectError, match="is a file"):
        replay(tmp_path / "mine.txt")
    assert files(tmp_path) == {"mine.txt": b"mine"}


def test_every_key_that_signs_stands_in_the_list_of_people(demo: Path) -> None:
    people = (demo / "project" / "people.yml").read_text("utf-8")
    for key in {step.key for step in steps() if step.key}:
        assert f'"{public_key(key)}"' in people


def test_each_overlay_belongs_to_a_step() -> None:
    named = [step.overlay for step in steps() if step.overlay]
    assert sorted(named) == sorted(path.name for path in folder().iterdir() if path.is_dir())


def test_a_damaged_story_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "steps.yml").write_text("steps: [")
    monkeypatch.setattr("mkdocs_ecompm.cli.replay.folder", lambda: tmp_path)
    with pytest.raises(ProjectError, match="is damaged; install"):
        list(steps())


def test_the_site_believes_the_first_commit(demo: Path) -> None:
    assert f"trust_root: {ROOT}\n" in (demo / "mkdocs.yml").read_text("utf-8")


def test_a_digest_in_a_message_is_that_of_the_text_agreed(demo: Path) -> None:
    commit, said = git(demo, "log", "--format=%H %(trailers:key=Signoff,valueonly)", "--grep=digest=").split(" ", 1)
    text = git(demo, "show", f"{commit}:project/obligations/nordlicht.yml")
    tracking = {"status", "met_on", "note", "links", "tags", "evidence"}
    records = [
        {key: value for key, value in record.items() if key not in tracking}
        for record in yaml.load(text, yaml.BaseLoader)["obligations"]  # noqa: S506  # builds nothing but texts
    ]
    agreed = {"ecompm": 1, "project": "hafen-shop", "artifact": "obligations/nordlicht", "content": records}
    assert said.strip().endswith("digest=sha256:" + hashlib.sha256(rfc8785.dumps(agreed)).hexdigest())


# --- what it says ------------------------------------------------------------------------------------------------


def test_nothing_is_mistyped(project: Project) -> None:
    assert [f"{item.source}: {item.message}" for item in project.findings if is_text(item)] == []


def test_the_plan_shows_a_slip_and_a_critical_path(project: Project) -> None:
    assert project.schedule is not None
    assert project.schedule.tasks["M11"].finish == date(2026, 10, 22)
    assert project.schedule.critical_paths[0][-5:] == ("M11", "T-049", "M12", "T-054", "M13")
    late = [item.message for item in project.findings if item.code == "date-before-network"]
    assert any("Go-live (M11) is on 2026-10-20" in message for message in late)


# --- what its agreements show ------------------------------------------------------------------------------------

EXPECTED = {
    "charter": "stale",
    "raci/delivery": "valid",
    "raci/migration": "valid",
    "raci/cutover": "rejected",
    "obligations/customer-service": "missing",
    "obligations/finance": "valid",
    "obligations/it": "withdrawn",
    "obligations/legal": "valid",
    "obligations/marketing": "valid",
    "obligations/nordlicht": "valid",
    "obligations/operations": "valid",
    "obligations/sales": "valid",
    "risks": "valid",
    "timeline/G1": "valid",
    "timeline/G2": "valid",
    "timeline/G3": "missing",
    "timeline/G4": "rejected",
    "timeline/G5": "missing",
}


def slot(project: Project, artifact: str, approver: str) -> Slot:
    return next(slot for slot in project.signoffs.by_artifact[artifact].slots if slot.approver == approver)


def record(project: Project, artifact: str, approver: str) -> SignoffRecord:
    name = slot(project, artifact, approver).record
    assert name is not None
    return project.signoffs.by_id[name]


def records(project: Project, **wanted: object) -> Iterator[SignoffRecord]:
    for item in project.signoffs.records:
        if all(getattr(item, name) == value for name, value in wanted.items()):
            yield item


def test_each_agreement_stands_as_the_story_says(project: Project) -> None:
    assert {a.artifact: a.status.value for a in project.signoffs.agreements} == EXPECTED


def test_every_status_can_be_seen(project: Project) -> None:
    shown = {slot.status for agreement in project.signoffs.agreements for slot in agreement.slots}
    assert shown == set(Status) - {Status.UNVERIFIABLE}


def test_marketing_has_not_read_the_new_charter(project: Project) -> None:
    stale = slot(project, "charter", "marketing")
    assert (stale.status, stale.person, stale.overdue) == (Status.STALE, "mia", True)
    changes = {change.path: (change.was, change.is_) for change in stale.difference}
    assert changes["objectives/OB-2/due"] == ("2026-11-30", "2026-12-18")
    others = [slot.status for slot in project.signoffs.by_artifact["charter"].slots if slot.approver != "marketing"]
    assert others == [Status.VALID] * 4


def test_the_old_sponsor_held_the_role_when_she_signed(project: Project) -> None:
    sponsor = slot(project, "raci/delivery", "sponsor")
    assert (sponsor.status, sponsor.person, sponsor.held_then) == (Status.VALID, "eva", True)


def test_what_an_old_key_signed_stands(project: Project) -> None:
    old, new = record(project, "raci/delivery", "it"), record(project, "charter", "it")
    assert old.person == new.person == "jan"
    assert old.signature.key != new.signature.key
    assert slot(project, "raci/delivery", "it").status is Status.VALID


def test_the_risks_may_change_until_the_next_gate(project: Project) -> None:
    agreement = project.signoffs.by_artifact["risks"]
    assert agreement.changed
    assert not agreement.overdue


def test_a_claim_without_a_signature_is_shown_and_counts_for_nothing(project: Project) -> None:
    [claim] = records(project, artifact="obligations/customer-service")
    assert (claim.assurance.value, claim.counts) == ("claimed", False)
    assert "unsigned" in claim.reasons
    assert slot(project, "obligations/customer-service", "customer-service").overdue


def test_a_deputy_speaks_for_marketing(project: Project) -> None:
    assert record(project, "obligations/marketing", "marketing").person == "tom"
    assert record(project, "obligations/marketing", "marketing").deputy_for == "mia"


def test_content_that_came_back_is_agreed_again(project: Project) -> None:
    assert record(project, "obligations/operations", "operations").restored
    gates = [record for record in project.signoffs.records if record.artifact.startswith("timeline/")]
    assert gates
    assert not [record.id for record in gates if record.restored]


def test_a_condition_stays_with_the_approval(project: Project) -> None:
    assert "only with the payment contract signed by 29 May" in record(project, "timeline/G2", "finance").conditions


def test_finance_said_no_before_it_said_yes(project: Project) -> None:
    assert len(list(records(project, artifact="charter", person="henrik", decision="reject"))) == 1


def test_gate_1_says_what_has_changed_since(project: Project) -> None:
    assert project.signoffs.by_artifact["timeline/G1"].changed_since == ("charter",)


def test_a_change_of_trust_waits_for_a_second_admin(project: Project) -> None:
    trust = project.signoffs.trust
    assert (trust.root, trust.source, trust.conflict) == (ROOT, "project", False)
    assert trust.pending is not None
    assert len(trust.adopted) >= 9
    assert ("ben", "lena") in [adoption.by for adoption in trust.adopted]


def test_the_day_of_the_commands_is_the_day_of_the_site(demo: Path) -> None:
    assert f"as_of: {AS_OF}" in (demo / "mkdocs.yml").read_text("utf-8")
