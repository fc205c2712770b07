from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.site.wording import (
    REASONS,
    artifact_in_sentence,
    artifact_name,
    change_of,
    path_in_words,
    reason_in_words,
    sign_command,
    waiting,
)

Make = Callable[..., Project]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("objectives/OB-2/due", "Objective OB-2, due"),
        ("scope/out", "Scope, out"),
        ("activities/A-1/accountable", "Activity A-1, accountable"),
        ("O-1/due", "O-1, due"),
        ("budget/approved", "Budget, approved"),
        ("objectives/OB-2", "Objective OB-2"),
        ("problem", "Problem"),
    ],
)
def test_paths_read_as_one_would_name_them(path: str, words: str) -> None:
    assert path_in_words(path) == words


def test_values_are_written_for_readers(make: Make) -> None:
    state = make().state

    moved = change_of(state, Change("objectives/OB-2/due", "2026-06-30", "2026-10-31"))
    taken = change_of(state, Change("benefits/B-1/owner", "mia", None))

    assert (moved.was, moved.is_) == ("30 Jun 2026", "31 Oct 2026")
    assert (taken.was, taken.is_) == ("Mia Köster", "")


def test_a_value_that_only_looks_like_a_day_stays(make: Make) -> None:
    assert change_of(make().state, Change("due", "2026-13-45", None)).was == "2026-13-45"


@pytest.mark.parametrize(
    ("artifact", "name"),
    [
        ("charter", "Charter"),
        ("raci/delivery", "RACI: Delivery"),
        ("raci/gone", "RACI: gone"),
        ("obligations/marketing", "Obligations: Marketing"),
        ("timeline/G2", "Gate G2: Ready for build"),
    ],
)
def test_artifacts_have_names(make: Make, artifact: str, name: str) -> None:
    project = make(
        raci="matrices: [{id: delivery, name: Delivery}]",
        timeline="gates: [{id: G2, name: Ready for build, date: 2026-06-03}]",
    )

    assert artifact_name(project.state, artifact) == name


def test_the_command_is_plain_git(make: Make) -> None:
    command = sign_command(make().state, "raci/delivery")

    assert command == (
        'git commit -S --allow-empty -m "Approve raci/delivery" --trailer "Signoff: approve raci/delivery"'
    )


def test_every_reason_has_a_sentence() -> None:
    assert all(re.fullmatch(r"[A-Z].*\.", sentence) for sentence in REASONS.values())
    assert reason_in_words("relayed").startswith("The commit was copied")
    assert reason_in_words("of-tomorrow") == "of-tomorrow"


def test_templates_have_no_inline_style(checkout: Path) -> None:
    for template in (checkout / "templates").rglob("*.jinja"):
        assert not re.search(r"\sstyle=", template.read_text("utf-8")), template


CHARTER = """
    problem: P
    budget: {approved: 174000}
    objectives: [{id: OB-2, statement: Sell more, due: 2026-06-30}]
"""


def test_a_change_names_its_record_and_writes_amounts_as_money(make: Make) -> None:
    state = make(charter=CHARTER).state

    due = change_of(state, Change("objectives/OB-2/due", "2026-06-30", "2026-10-31"), "charter")
    money = change_of(state, Change("budget/approved", "9000", "174000.50"), "charter")
    renamed = change_of(state, Change("objectives/OB-2", None, "Sell more"), "charter")

    assert (due.record, due.of, due.field) == ("Objective OB-2", "Sell more", ", due")
    assert (money.of, money.was, money.is_) == ("", "€9,000", "€174,000.50")
    assert renamed.of == ""  # it is the value already


def test_an_entry_that_is_told_by_its_fields_reads_as_a_phrase(make: Make) -> None:
    state = make(obligations="obligations: []").state
    text = "for: mia, by: tom, from: 2026-09-07, to: 2026-09-18, artifacts: obligations/marketing"

    assert change_of(state, Change("deputies", None, text), "trust").is_ == (
        "for Mia Köster, by Tom Reiter, from 7 Sept 2026, to 18 Sept 2026, artifacts: Obligations: Marketing"
    )
    prose = "note: this, that: other"
    assert change_of(state, Change("deputies", None, prose), "trust").is_ == prose


@pytest.mark.parametrize(
    ("artifact", "words"),
    [
        ("charter", "the charter"),
        ("kpis", "the KPIs"),
        ("obligations/marketing", "the obligations of Marketing"),
        ("raci/delivery", "RACI: delivery"),
        ("trust", "Who may speak (trust)"),
    ],
)
def test_artifacts_in_a_sentence(make: Make, artifact: str, words: str) -> None:
    assert artifact_in_sentence(make().state, artifact) == words


def test_of_what_waits_the_two_that_matter_most_are_named(make: Make) -> None:
    plan = """
        gates: [{id: G2, name: Ready, date: 2026-06-03}]
        milestones: [{id: M1, name: Go-live, date: 2026-06-10}]
        tasks: [{id: T-1, name: Build, duration: 2d}]
    """
    state = make(timeline=plan).state

    assert waiting(state, ("T-1", "M1", "G2")) == ((("G2", "Gate G2"), ("M1", "Go-live")), 1)
    assert waiting(state, ("T-1",)) == ((("T-1", "Build"),), 0)
