from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from repositories import SigningKey
from scenes import AS_OF, KEYS, PEOPLE, Scene, changed, person

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.signoff.adoption import TrustRootError
from mkdocs_ecompm.signoff.authority import Authority, Seat, authority
from mkdocs_ecompm.signoff.evaluation import Request
from mkdocs_ecompm.signoff.proof import Proof, allowed_signers, document, prove, trust_document

NOW = datetime(2026, 12, 1, tzinfo=UTC)


def proof(scene: Scene, artifact: str = "charter") -> Proof:
    with Repository.open(scene.repository.folder) as repository:
        return prove(repository, scene.place, scene.signoffs(), artifact)


def may(scene: Scene, who: str | SigningKey, *artifacts: str, **options: Any) -> Authority:
    key = KEYS[who] if isinstance(who, str) else who
    with Repository.open(scene.repository.folder) as repository:
        tip = scene.repository.tip() or ""
        files = TreeFiles(repository, tip, scene.place)
        state = load_state(files, DOCUMENTS, commit=tip)  # type: ignore[arg-type]  # the same shape
        given: dict[str, Any] = {"as_of": AS_OF, "folder": scene.place, "files": files, "repository": repository}
        request = Request(**{"state": state, "commit": tip, **given, **options})
        return authority(request, key.fingerprint, artifacts or ("charter",), NOW)


# --- the facts of a proof ---------------------------------------------------------------------------------------------


def test_a_proof_has_the_texts_the_objects_and_the_files(scene: Scene) -> None:
    said = scene.say("approve charter", "ana")
    scene.commit("Change", "ben", charter={"problem": "Another"})

    found = proof(scene)

    assert [record.commit for record in found.signoffs.records] == [said]
    assert len(found.texts) == 2
    for digest, text in found.texts.items():
        assert digest == f"sha256:{sha256(document(text)).hexdigest()}"
    exhibit = found.exhibits[said]
    assert b"Signoff: approve charter" in exhibit.payload
    assert b"gpgsig" in exhibit.raw
    assert b"gpgsig" not in exhibit.payload
    assert exhibit.verdict.key == KEYS["ana"].fingerprint
    assert [stored.path for stored in found.files[said]] == ["project/project.yml", "project/charter.yml"]


def test_trust_states_are_those_that_the_records_stand_on(scene: Scene) -> None:
    gone = changed(PEOPLE)
    person(gone, "ben")["active"] = "no"
    adopted = scene.commit("Trust\n\nSignoff: approve trust", "ana", people=gone)
    said = scene.say("approve charter", "ana")
    found = proof(scene)
    assert list(found.states) == [scene.root, adopted]
    assert found.signoffs.by_id[f"{said}:charter"].base == (adopted,)
    assert [record.person for record in found.approvals[adopted]] == ["ana"]
    pending = scene.signoffs(adopted).records[0].digest
    assert pending == f"sha256:{sha256(trust_document('shop', found.states[adopted])).hexdigest()}"


def test_allowed_signers_are_those_who_could_speak() -> None:
    people = changed(PEOPLE)
    person(people, "ana")["keys"][0] |= {"from": "2026-01-01T01:00:00+01:00", "to": "2027-01-01T00:00:00Z"}
    person(people, "ben")["keys"][0]["revoked"] = {"reason": "retired"}
    person(people, "mia")["active"] = "No"
    assert allowed_signers({"people": people["people"]}) == [
        f'ana namespaces="git",valid-after="20260101000000",valid-before="20270101000000" {KEYS["ana"].line}',
        f'eva namespaces="git" {KEYS["eva"].line}',
    ]


def test_a_project_at_the_root_of_its_repository(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "repository", place="")
    digest = scene.agreement().digest
    said = scene.say(f"approve charter digest={digest}", "ana")
    assert [stored.path for stored in proof(scene).files[said]] == ["project.yml", "charter.yml"]


# --- who may sign -----------------------------------------------------------------------------------------------------


def test_the_holder_of_a_role_may_fill_its_slot(scene: Scene) -> None:
    found = may(scene, "ana")
    assert (found.person, found.fault) == ("ana", "")
    assert found.asked == {"charter": ("sponsor",)}
    assert found.seats == {"charter": (Seat("sponsor", None),)}
    assert found.of_trust
    other = may(scene, "ben")
    assert other.seats == {"charter": ()}
    assert not other.of_trust


def test_a_deputy_is_told_as_one(tmp_path: Path) -> None:
    people = changed(PEOPLE, deputies=[{"for": "ana", "by": "ben"}])
    scene = Scene(tmp_path / "repository", people=people)
    assert may(scene, "ben").seats == {"charter": (Seat("sponsor", "ana"),)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"revoked": {"reason": "retired"}}, "key-retired"),
        ({"revoked": {"reason": "compromised"}}, "key-compromised"),
        ({"to": "2026-11-01T00:00:00Z"}, "key-expired"),
        ({"from": "2026-12-24T00:00:00Z"}, "key-not-yet-valid"),
    ],
)
def test_a_key_that_is_not_in_force_says_why(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    people = changed(PEOPLE)
    person(people, "ben")["keys"][0] |= change
    found = may(Scene(tmp_path / "repository", people=people), "ben")
    assert (found.person, found.fault) == ("ben", code)


def test_a_key_that_waits_for_adoption_is_unknown(scene: Scene) -> None:
    people = changed(PEOPLE)
    person(people, "ben")["keys"].append({"ssh": KEYS["zoe"].line})
    scene.commit("My new key", "ben", people=people)
    assert (may(scene, "zoe").person, may(scene, "zoe").fault) == (None, "unknown-key")
    assert may(scene, "ben").of_trust  # he may add one key to himself
    assert not may(scene, "mia").of_trust


def test_with_two_states_in_force_both_must_let_somebody_speak(scene: Scene) -> None:
    head, role = changed(PEOPLE), changed(PEOPLE)
    head["departments"][0]["head"] = "eva"
    person(role, "ana")["roles"] = []
    person(role, "ben")["roles"].append({"role": "sponsor"})
    one = scene.commit("Trust\n\nSignoff: approve trust", "ana", people=head)
    two = scene.commit("Trust\n\nSignoff: approve trust", "ana", people=role, parents=[scene.root])
    scene.commit("Merge", "ana", parents=[one, two])
    assert may(scene, "ana").seats == {"charter": ()}
    assert may(scene, "ben").seats == {"charter": ()}


def test_without_a_trust_state_there_is_nobody(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "repository", people={"people": PEOPLE["people"]})
    with pytest.raises(TrustRootError, match="No sign-off can count"):
        may(scene, "ana")
    other = Scene(tmp_path / "other")
    orphan = other.commit("Mine", "mallory", parents=[], people=PEOPLE, project={"id": "shop"})
    other.commit("Merge", "mallory", parents=[other.root, orphan])
    with pytest.raises(TrustRootError, match="2 unrelated commits"):
        may(other, "ana")
    with pytest.raises(TrustRootError, match="no commit yet"):
        may(other, "ana", repository=None)
