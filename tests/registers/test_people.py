"""What the pages of people, obligations, the charter, RACI and this week say, where the simple cases end."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import Any

import pytest

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.site.pages import Site

TODAY = date(2026, 5, 25)  # a Monday
PEOPLE = """
    people:
      - {id: jan, name: Prof. Dr. Jan van der Berg, active: no}
      - {id: mia, name: Mia Köster, department: marketing, roles: [{role: lead, from: 2026-01-01}]}
      - {id: eva, name: Eva Brandt, department: it, active: no, roles: [lead]}
      - {id: ben, name: Ben Later, department: marketing, roles: [{role: lead, from: 2027-01-01}]}
      - {id: seat, name: To be named, kind: vacant, department: board, roles: [sponsor]}
    departments:
      - {id: board, name: Management}
      - {id: marketing, name: Marketing, head: mia}
      - {id: it, name: IT, head: eva, signatories: [eva]}
    roles: [{id: sponsor, name: Sponsor}, {id: lead, name: Project manager}]
"""


def make(people: str = PEOPLE, **registers: str) -> Project:
    texts = {"people": people, "project": "{id: hafen, name: Hafen, currency: EUR}"} | registers
    files = MemoryFiles({f"{name}.yml": dedent(text).encode() for name, text in texts.items()}, "project/")
    return Project(load_state(files, DOCUMENTS), TODAY)


def context(project: Project, path: str) -> Any:
    return Site(project).views[path].context


def said(project: Project, path: str) -> str:
    sentence = context(project, path).sentence
    return f"{sentence.lead} {sentence.rest}".strip()


# --- people -----------------------------------------------------------------------------------------------------------


def test_only_departments_with_somebody_in_them_are_counted() -> None:
    assert said(make(), "people") == (
        "Two people work on this, from one department. One seat is vacant; nobody holds the role Sponsor; "
        "two people have left."
    )


def test_an_empty_project_has_nobody() -> None:
    assert said(make("people: []"), "people") == "Nobody works on this."


def test_a_vacant_seat_and_who_begins_later_held_no_role_before() -> None:
    roles = {role.id: (role.holders, role.before) for role in context(make(), "people").roles}
    assert roles == {"sponsor": ((), ()), "lead": (("mia",), ("eva",))}


def test_who_has_left_speaks_for_no_department() -> None:
    people = {person.id: person for unit in context(make(), "people").units for person in unit.people}
    assert people["mia"].head
    assert not people["eva"].head
    assert not people["eva"].signatory
    assert "speaks for IT" not in Site(make()).page("people").html


def test_a_person_is_called_by_the_whole_name() -> None:
    assert said(make(), "people/jan") == "Prof. Dr. Jan van der Berg is no longer on the project."
    assert said(make(), "people/mia") == "Nothing waits for Mia Köster."


def test_the_line_about_a_person_begins_with_a_word() -> None:
    assert '<p class="ecompm-muted"><a href="ecompm:people">all people</a></p>' in Site(make()).page("people/jan").html


# --- obligations ------------------------------------------------------------------------------------------------------


def owed(*more: str) -> str:
    lines = [
        f"{{id: O-{index}, party: marketing, what: Thing {index}, process: [x], {one}}}"
        for index, one in enumerate(more)
    ]
    return f"obligations: [{', '.join(lines)}]"


@pytest.mark.parametrize(
    ("obligations", "sentence"),
    [
        (
            owed("due: 2026-12-20, status: broken"),
            "One obligation is broken: Thing 0 (Marketing).",
        ),
        (
            owed("due: 2026-12-20, status: broken", "due: 2026-05-26", "due: 2026-12-21, status: broken"),
            (
                "Two obligations are broken, by Marketing. 0 of 3 obligations are met or waived. "
                "The next is due tomorrow: Thing 1."
            ),
        ),
        (
            owed("due: 2026-12-20, status: broken", "due: 2026-05-24"),
            (
                "Marketing is 1 day late: Thing 1. 0 of 2 obligations are met or waived. "
                "One obligation is broken: Thing 0 (Marketing)."
            ),
        ),
        (owed("due: 2026-05-20, status: met"), "Everything promised has been done."),
        (
            owed("due: 2026-05-20, status: met", "due: 2026-05-20, status: waived"),
            "Everything promised has been done or waived. 2 of 2 obligations are met or waived.",
        ),
        (
            owed("due: 2026-05-20, status: met", "status: open"),
            "Nobody is late. 1 of 2 obligations is met or waived. One open one has no day.",
        ),
    ],
)
def test_what_is_broken_is_said(obligations: str, sentence: str) -> None:
    assert said(make(obligations=obligations), "obligations") == sentence


# --- charter ----------------------------------------------------------------------------------------------------------


def test_one_day_is_one_day() -> None:
    project = make(charter="{authority: {money: 1, days: 1}, tolerances: {days: 1}, budget: {approved: 10}}")
    html = Site(project).page("charter").html
    assert said(project, "charter") == (
        "No objective is written down yet. €10 are approved for it; "
        "the project manager decides alone up to €1 and 1 working day."
    )
    assert "up to 1 working day<" in html
    assert "1 working day before we must ask" in html


# --- raci -------------------------------------------------------------------------------------------------------------


def row(number: int, accountable: str = "mia") -> str:
    return f"{{id: A-{number}, name: Row {number}, responsible: [mia], accountable: [{accountable}]}}"


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        ([row(1)], "The one activity has exactly one who answers for it, and somebody who does it."),
        ([row(1), row(2)], "Each of 2 activities has exactly one who answers for it, and somebody who does it."),
        ([row(1, "")], "Nobody answers for A-1."),
        ([row(1, ""), row(2)], "Nobody answers for A-1. Of 2 activities, the other is complete."),
        ([row(1, ""), row(2), row(3)], "Nobody answers for A-1. Of 3 activities, the others are complete."),
    ],
)
def test_activities_are_counted_in_plain_words(rows: list[str], sentence: str) -> None:
    project = make(raci=f"matrices: [{{id: one, name: One, activities: [{', '.join(rows)}]}}]")
    assert said(project, "raci") == sentence


# --- this week --------------------------------------------------------------------------------------------------------


def with_duties(project: Project, *duties: Duty) -> Project:
    return Project(project.state, project.as_of, duties=duties)


def late(kind: str, ref: str, *who: str) -> Duty:
    return Duty(kind=kind, ref=ref, what="Build", who=who, due=date(2026, 5, 20))


@pytest.mark.parametrize(
    ("duty", "lead"),
    [
        (("task", "timeline/T-1"), "One thing is late, by 5 days: Build."),
        (("task", "timeline/T-1", "it"), "One thing is late, by 5 days: Build (IT)."),
        (
            ("sign-off", "obligations/it", "it"),
            "One thing is late, by 5 days: agreement to the obligations of IT.",
        ),
        (("sign-off", "charter", "it"), "One thing is late, by 5 days: agreement to the charter (IT)."),
    ],
)
def test_what_is_late_is_named_once_and_with_its_owner_if_there_is_one(duty: tuple[str, ...], lead: str) -> None:
    assert context(with_duties(make(), late(*duty)), "this-week").sentence.lead == lead
