"""signoffs.yml: what may stand in it, what its findings say, and which duties it makes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from scenes import CHARTER, PEOPLE, SIGNOFFS, Scene, changed, person, text

from mkdocs_ecompm.crosschecks import agreements_are_on_what_exists
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.signoffs import Demand, check, duties


def state(demands: str, **more: object) -> Any:
    files = {"people.yml": text(PEOPLE).encode(), "signoffs.yml": f"signoffs:\n{demands}".encode()}
    files |= {f"{name}.yml": text(data).encode() for name, data in more.items()}
    return load_state(MemoryFiles(files), DOCUMENTS)


def found(demands: str, **more: object) -> list[str]:
    read = state(demands, **more)
    project = Project(state=read, as_of=date(2026, 6, 1))
    said = (*read.findings, *check(project), *agreements_are_on_what_exists(project))
    return [f"{f.source}: {f.code}" for f in said if "signoffs.yml" in str(f.source)]


def test_everything_that_may_be_said() -> None:
    read = state("""
- artifact: charter
  approvers: [sponsor, marketing, {department: marketing, count: 2}, {person: ana}, {role: lead}]
  due: 2026-02-15
  minimum: signed
  independent: yes
  renew: gate
- artifact: obligations/*
  approvers: [party]
  due: 10d
- artifact: risks/*
  approvers: [sponsor]
  where: {kind: threat, category: [it, legal]}
""")
    first, second, third = (record.entry for record in read.of(Demand))
    assert [(a.of("x"), a.count) for a in first.approvers] == [
        ("sponsor", 1), ("marketing", 1), ("marketing", 2), ("ana", 1), ("lead", 1)
    ]  # fmt: skip
    assert (first.due.day, first.minimum, first.independent, first.renew) == (date(2026, 2, 15), "signed", True, "gate")
    assert (second.approvers[0].of("it"), str(second.due.within)) == ("it", "10d")
    assert third.where == {"kind": ("threat",), "category": ("it", "legal")}
    assert [f.code for f in read.findings if "signoffs" in str(f.source)] == []


@pytest.mark.parametrize(
    ("demand", "expected"),
    [
        ("- {artifact: Charter, approvers: [ana]}", "2:4: unknown-value"),
        ("- {artifact: chater, approvers: [ana]}", "2:4: unknown-reference"),
        ("- {artifact: chater/*, approvers: [ana]}", "2:4: unknown-reference"),
        ("- {approvers: [ana]}", "2:3: missing-key"),
        ("- {artifact: charter}", "2:3: missing-key"),
        ("- {artifact: charter, approvers: []}", "2:23: missing-key"),
        ("- {artifact: charter, approvers: ana}", "2:23: list-expected"),
        ("- {artifact: charter, approvers: [anna]}", "2:35: unknown-reference"),
        ("- {artifact: charter, approvers: [{role: ana}]}", "2:36: unknown-reference"),
        ("- {artifact: charter, approvers: [{role: lead, person: ana}]}", "2:35: missing-key"),
        ("- {artifact: charter, approvers: [{role: lead, count: 0}]}", "2:48: value-out-of-range"),
        ("- {artifact: charter, approvers: [ana], due: 15.02.2026}", "2:41: bad-date"),
        ("- {artifact: charter, approvers: [ana], due: KW 7}", "2:41: bad-date"),
        ("- {artifact: charter, approvers: [ana], minimum: claimed}", "2:41: unknown-value"),
        ("- {artifact: charter, approvers: [ana], where: {note: [x]}}", "2:41: unknown-value"),
        ("- {artifact: charter, approvers: [party]}", "2:35: unknown-value"),
        ("- {artifact: charter, approvers: [ana], dew: x}", "2:41: unknown-key"),
    ],
)
def test_mistakes_are_found_where_they_are(demand: str, expected: str) -> None:
    assert found(demand) == [f"project/signoffs.yml:{expected}"]


def test_a_record_that_is_not_there_is_found_where_its_register_is() -> None:
    demand = "- {artifact: raci/delivry, approvers: [ana]}"
    assert found(demand) == []
    assert found(demand, raci={"matrices": [{"id": "delivery", "name": "D"}]}) == [
        "project/signoffs.yml:2:4: unknown-reference"
    ]
    typo = state(demand, raci={"matrices": [{"id": "delivery", "name": "D"}]})
    (said,) = agreements_are_on_what_exists(Project(state=typo, as_of=date(2026, 6, 1)))
    assert said.hint == "did you mean `delivery`?"
    (said,) = agreements_are_on_what_exists(
        Project(state=state("- {artifact: chater, approvers: [ana]}"), as_of=date(2026, 6, 1))
    )
    assert (said.message, said.hint) == ("artifact: there is no register `chater`", "did you mean `charter`?")
    assert found("- {artifact: trust, approvers: [ana]}") == []
    owed = {"obligations": [{"id": "O-1", "party": "ana"}]}
    assert found("- {artifact: obligations/marketing, approvers: [marketing]}", obligations=owed) == []
    assert found("- {artifact: obligations/*, approvers: [party]}", obligations=owed) == []


def project(scene: Scene, day: date) -> Project:
    answer = scene.answer(as_of=day)
    files = {f"{name}.yml": text(data).encode() for name, data in (("people", scene.people), ("signoffs", SIGNOFFS))}
    files["timeline.yml"] = b"gates: [{id: G1, name: G, date: 2026-03-01, requires: [Charter, raci]}]"
    return Project(state=load_state(MemoryFiles(files), DOCUMENTS), as_of=day, signoffs=answer.signoffs)


def test_each_state_has_its_finding(tmp_path: Path) -> None:
    demands = {"signoffs": [{**SIGNOFFS["signoffs"][0], "approvers": ["sponsor", "marketing"], "due": "2026-03-01"}]}
    scene = Scene(tmp_path / "own", signoffs=demands)
    day = date(2026, 3, 2)

    def messages() -> dict[str, str]:
        return {f.code: f.message for f in check(project(scene, day)) if f.code.startswith("signoff")}

    assert messages() == {
        "signoff-overdue": ("the agreement to `charter` was due on 2026-03-01: Sponsor and Marketing have not agreed")
    }
    scene.say("approve charter", "ana")
    scene.commit("Change", charter=changed(CHARTER, problem="Other"))
    scene.say("reject charter", "mia")
    assert messages()["signoff-stale"].endswith(
        "of Ana Ruiz does not cover `charter` as it is now: 1 field changed since"
    )
    assert messages()["signoff-rejected"] == "Mia Köster rejected `charter`"
    scene.say("withdraw charter", "mia")
    assert messages()["signoff-withdrawn"] == "Mia Köster took back the agreement to `charter`"
    scene.commit("Break", files={"project/charter.yml": "a: ["})
    assert "cannot be checked" in messages()["signoff-unverifiable"]


def test_each_open_slot_is_a_duty(scene: Scene) -> None:
    (duty,) = duties(project(scene, date(2026, 2, 1)))
    assert (duty.kind, duty.ref, duty.who, duty.blocks, duty.done) == (
        "sign-off",
        "charter",
        ("sponsor",),
        ("G1",),
        False,
    )
    assert str(duty.source).startswith("project/signoffs.yml:")
    scene.say("approve charter", "ana")
    assert list(duties(project(scene, date(2026, 2, 1)))) == []


def test_a_deputy_for_a_person_speaks_for_him_alone(tmp_path: Path) -> None:
    people = changed(PEOPLE, deputies=[{"for": "ana", "by": "eva"}])
    person(people, "ben")["roles"] = [{"role": "lead"}]
    scene = Scene(
        tmp_path / "own", people=people, signoffs={"signoffs": [{"artifact": "charter", "approvers": ["ana", "lead"]}]}
    )
    scene.say("approve charter", "eva")
    assert [slot.status.value for slot in scene.agreement().slots] == ["valid", "missing"]
