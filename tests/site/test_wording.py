from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.site.wording import REASONS, artifact_name, change_of, path_in_words, reason_in_words, sign_command

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
