"""asks.yml: somebody is asked again about a text that has not changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scenes import CHARTER, PEOPLE, Scene, changed, person

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.asks import duties as asked_duties
from mkdocs_ecompm.registers.signoffs import duties

APPROVE = "Trust\n\nSignoff: approve trust"


def ask(*of: str, artifact: str = "charter", name: str = "A-1") -> dict[str, Any]:
    entry = {"id": name, "artifact": artifact, "of": list(of), "because": "A new sponsor", "date": "2026-05-01"}
    return {"asks": [entry]}


def slots(scene: Scene, artifact: str = "charter", **options: Any) -> list[tuple[str, str, str | None, str | None]]:
    found = scene.agreement(artifact, **options).slots
    return [(slot.approver, slot.status.value, slot.person, slot.ask) for slot in found]


def test_an_approval_before_the_ask_does_not_answer_it(scene: Scene) -> None:
    old = scene.say("approve charter", "ana")
    scene.commit("Ask", "ben", asks=ask("lead"))
    assert slots(scene) == [("sponsor", "valid", "ana", None), ("lead", "missing", None, "A-1")]
    scene.say("approve charter", "ben")
    assert slots(scene)[1] == ("lead", "valid", "ben", "A-1")
    assert scene.record(old).counts


def test_a_new_holder_of_the_role_is_asked_again(scene: Scene) -> None:
    early = scene.say("approve charter", "ben")
    assert scene.reasons(early) == ("not-in-role",)
    people = changed(PEOPLE)
    person(people, "ben")["roles"].append({"role": "sponsor"})
    scene.say("approve charter", "ana")
    scene.commit(APPROVE, "ana", people=people)
    scene.commit("Ask", asks=ask("sponsor"))
    assert [slot[1] for slot in slots(scene)] == ["valid", "missing"]
    scene.say("approve charter", "ben")
    assert [slot[1:3] for slot in slots(scene)] == [("valid", "ana"), ("valid", "ben")]


def test_the_same_person_may_answer_again_but_not_twice(scene: Scene) -> None:
    """His approval after the ask is his latest decision, and it fills one of the two slots."""
    scene.say("approve charter", "ana")
    scene.commit("Ask", asks=ask("sponsor"))
    scene.say("approve charter", "ana")
    assert sorted(slot[1] for slot in slots(scene)) == ["missing", "valid"]


def test_the_commit_that_asks_may_answer(scene: Scene) -> None:
    scene.say("approve charter", "ben", asks=ask("lead"))
    assert slots(scene)[1] == ("lead", "valid", "ben", "A-1")


def test_what_was_signed_beside_the_ask_does_not_precede_it(scene: Scene) -> None:
    side = scene.say("approve charter", "ben", parents=[scene.root], more={"branch": "side"})
    main = scene.commit("Ask", parents=[scene.root], asks=ask("lead"))
    tip = scene.commit("Merge", parents=[main, side])
    assert slots(scene, commit=tip)[1] == ("lead", "valid", "ben", "A-1")


def test_an_ask_that_is_asked_anew_needs_a_new_answer(scene: Scene) -> None:
    scene.commit("Ask", asks=ask("lead"))
    scene.say("approve charter", "ben")
    scene.commit("Reword", asks={"asks": [{**ask("lead")["asks"][0], "because": "Another reason"}]})
    assert slots(scene)[1][1] == "valid"
    scene.commit("Take back", asks=None)
    assert len(slots(scene)) == 1
    scene.commit("Ask", asks=ask("lead"))
    assert slots(scene)[1][1] == "missing"


def test_somebody_added_to_an_ask_is_asked_from_then_on(scene: Scene) -> None:
    scene.commit("Ask", asks=ask("lead"))
    scene.say("approve charter", "ben")
    scene.say("approve charter", "mia")
    scene.commit("Ask more", asks=ask("lead", "marketing"))
    assert [slot[1] for slot in slots(scene)[1:]] == ["valid", "missing"]


def test_an_ask_in_the_working_tree_is_answered_by_nothing_yet(scene: Scene) -> None:
    scene.say("approve charter", "ben")
    scene.repository.check_out()
    (scene.repository.folder / "project/asks.yml").write_text(
        "asks:\n  - {id: A-1, artifact: charter, of: [lead], because: x, date: 2026-05-01}\n"
    )
    assert slots(scene, worktree=True)[1] == ("lead", "missing", None, "A-1")


def test_a_rejection_is_a_no_whenever_it_was_said(scene: Scene) -> None:
    scene.say("reject charter", "ben")
    scene.commit("Ask", asks=ask("lead"))
    assert slots(scene)[1][1] == "rejected"


def test_an_ask_about_what_nobody_demands_makes_an_agreement(scene: Scene) -> None:
    early = scene.commit("Decide\n\nSignoff: approve risks", "mia", risks={"risks": []})
    scene.commit("Ask", asks=ask("marketing", artifact="risks"))
    assert slots(scene, "risks") == [("marketing", "missing", None, "A-1")]
    assert scene.reasons(early, "risks") == ("superseded",)
    scene.say("approve risks", "mia")
    assert scene.status("risks") == "valid"


def test_the_ask_answered_by_other_content_is_stale(scene: Scene) -> None:
    scene.commit("Ask", asks=ask("lead"))
    scene.say("approve charter", "ben")
    scene.commit("Change", charter=changed(CHARTER, problem="Other"))
    assert slots(scene)[1] == ("lead", "stale", "ben", "A-1")


def test_an_ask_does_not_make_an_earlier_agreement_less_whole(tmp_path: Path) -> None:
    """Who changed the text since all who were demanded agreed is asked, whoever is asked again later."""
    people = changed(PEOPLE)
    person(people, "ben")["roles"] = [{"role": "sponsor"}]
    demand = {"artifact": "charter", "approvers": ["sponsor"], "independent": "true"}
    scene = Scene(tmp_path / "own", people=people, signoffs={"signoffs": [demand]})
    scene.say("approve charter", "ben")
    scene.commit("Change", "ben", charter=changed(CHARTER, problem="Other"), asks=ask("marketing"))
    assert scene.record(scene.say("approve charter", "ana")).counts


@pytest.mark.parametrize("broken", ["asks: [", "asks: *x"])
def test_asks_that_cannot_be_read_leave_nothing_valid(scene: Scene, broken: str) -> None:
    scene.say("approve charter", "ana")
    scene.commit("Break", files={"project/asks.yml": broken})
    assert scene.status() == "unverifiable"


def test_a_strange_artifact_breaks_nothing(scene: Scene) -> None:
    scene.commit("Ask", asks=ask("lead", artifact="Chärter / x"))
    assert scene.agreement("Chärter / x").status == "missing"
    scene.commit("Break", asks=ask("lead", artifact="risks/R-1"), files={"project/risks.yml": "risks: ["})
    assert scene.agreement("risks/R-1").status == "unverifiable"


def test_open_asks_are_duties_of_their_own(scene: Scene) -> None:
    scene.commit("Ask", asks=ask("lead", "marketing"))
    scene.say("approve charter", "ben")
    with_state = Project(state=_state(scene), as_of=date(2026, 6, 1), signoffs=scene.signoffs())
    (asked,) = asked_duties(with_state)
    assert (asked.kind, asked.ref, asked.who, asked.due, str(asked.source)) == (
        "sign-off",
        "charter",
        ("marketing",),
        None,
        "project/asks.yml:2:3",
    )
    assert [duty.who for duty in duties(with_state)] == [("sponsor",)]


def _state(scene: Scene) -> Any:
    with Repository.open(scene.repository.folder) as repository:
        return load_state(TreeFiles(repository, scene.repository.tip() or "", "project"), DOCUMENTS)
