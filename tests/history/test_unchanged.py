"""What nobody has touched for a long time, and what the export says of the past."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from repositories import TestRepository

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.site.exports import project_to_json

RISK = """\
  - id: {own}
    title: Late
    kind: threat
    likelihood: {likelihood}
    impact: 2
    owner: mia
    status: {status}
    actions:
      - what: Ask
        owner: mia
        due: 2026-12-01
        done: {done}
"""
PEOPLE = "people:\n  - id: mia\n    name: Mia\n"


def risk(own: str, likelihood: int = 2, status: str = "open", done: str = "no") -> str:
    return RISK.format(own=own, likelihood=likelihood, status=status, done=done)


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    """Two open risks and one that is over, of the first of March; one of them was looked at on the first of April."""
    made = TestRepository.create(tmp_path / "r")
    files = {
        "project/people.yml": PEOPLE,
        "project/risks.yml": "risks:\n" + risk("R-1") + risk("R-2") + risk("R-3", status="rejected"),
    }
    made.commit(files=files, when="2026-03-01T12:00:00Z")
    files = {"project/risks.yml": "risks:\n" + risk("R-1") + risk("R-2", 4) + risk("R-3", status="rejected")}
    made.commit(files=files, when="2026-04-01T12:00:00Z")
    made.check_out()
    return made


def seen(made: TestRepository, day: str, **more: Any) -> Project:
    return assemble(Setting(folder=made.folder / "project", as_of=date.fromisoformat(day), **more))


def told(project: Project, code: str) -> list[str]:
    return [item.message for item in project.findings if item.code == code]


@pytest.mark.parametrize(
    ("day", "found"),
    [
        ("2026-04-29", []),
        ("2026-04-30", ["nobody has changed R-1, “Late”, for 60 days"]),
        ("2026-05-31", ["nobody has changed R-1, “Late”, for 91 days", "nobody has changed R-2, “Late”, for 60 days"]),
    ],
)
def test_a_risk_that_nobody_touched(made: TestRepository, day: str, found: list[str]) -> None:
    assert told(seen(made, day), "risk-unchanged") == found


def test_the_project_says_how_long_is_long(made: TestRepository) -> None:
    (made.folder / "project/project.yml").write_text("id: shop\nname: Shop\nunchanged_days: 40\n", "utf-8")
    assert len(told(seen(made, "2026-04-10"), "risk-unchanged")) == 1


def test_the_working_tree_counts(made: TestRepository) -> None:
    (made.folder / "project/risks.yml").write_text("risks:\n" + risk("R-1", 3) + risk("R-2", 4), "utf-8")
    project = seen(made, "2026-05-15")
    assert told(project, "risk-unchanged") == []
    assert project_to_json(project)["trends"]["risks"]["R-1"][-1] == {
        "date": "2026-05-15",
        "commit": None,
        "value": 6,
        "likelihood": 3,
        "impact": 2,
    }


def test_without_history_nobody_is_blamed(made: TestRepository, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (made.folder / "project").rename(tmp_path / "plain/project")
    project = assemble(Setting(folder=tmp_path / "plain/project", as_of=date(2026, 12, 1)))
    assert told(project, "risk-unchanged") == told(project, "register-unchanged") == []
    exported = project_to_json(project)
    assert exported["trends"] == {"milestones": {}, "risks": {}}
    assert {one["trend"] for one in exported["risks"]} == {None}


def test_a_register_that_nobody_touched(made: TestRepository) -> None:
    found = ["nobody has changed risks for 60 days, and not all in it is done"]
    assert told(seen(made, "2026-05-31"), "register-unchanged") == found
    assert told(seen(made, "2026-05-30"), "register-unchanged") == []


def test_a_register_in_which_all_is_done_may_rest(made: TestRepository) -> None:
    done = "risks:\n" + risk("R-1", done="yes") + risk("R-2", done="yes")
    made.commit(files={"project/risks.yml": done}, when="2026-04-02T12:00:00Z")
    made.check_out()
    assert told(seen(made, "2026-07-01"), "register-unchanged") == []


def test_the_export_follows_each_risk(made: TestRepository) -> None:
    first, second = made.git("rev-list", "--reverse", "HEAD").split()
    exported = project_to_json(seen(made, "2026-05-01"))
    assert exported["trends"]["risks"]["R-2"] == [
        {"date": "2026-03-01", "commit": first, "value": 4, "likelihood": 2, "impact": 2},
        {"date": "2026-04-01", "commit": second, "value": 8, "likelihood": 4, "impact": 2},
    ]
    assert {one["id"]: one["trend"] for one in exported["risks"]} == {"R-1": "steady", "R-2": "rising", "R-3": "steady"}
    assert project_to_json(seen(made, "2026-05-01"), left_out={"risks"})["trends"]["risks"] == {}


def test_a_commit_has_its_own_past(made: TestRepository) -> None:
    exported = project_to_json(seen(made, "2026-05-01", at="HEAD~1"))
    assert len(exported["trends"]["risks"]["R-2"]) == 1


def test_milestones_that_moved(made: TestRepository) -> None:
    for number, day in enumerate(("2026-10-06", "2026-10-20")):
        plan = f"milestones:\n  - id: M1\n    name: Go-live\n    date: {day}\n"
        made.commit(files={"project/timeline.yml": plan}, when=f"2026-04-1{number}T12:00:00Z")
    commits = made.git("rev-list", "--reverse", "--max-count=2", "HEAD").split()
    exported = project_to_json(seen(made, "2026-05-01", at="HEAD"))
    assert exported["trends"]["milestones"] == {
        "M1": [
            {"date": "2026-04-10", "commit": commits[0], "value": "2026-10-06"},
            {"date": "2026-04-11", "commit": commits[1], "value": "2026-10-20"},
        ]
    }


def test_the_cache_lies_at_the_top_of_the_repository(made: TestRepository) -> None:
    project = seen(made, "2026-05-01", cache=Path(".cache/ecompm"))
    assert not (made.folder / ".cache").exists()  # it is only written where one asks for it
    assert seen(made, "2026-05-01", cache=Path(".cache/ecompm"), keep=True).history == project.history
    assert len(list((made.folder / ".cache/ecompm").glob("history-*.json"))) == 1
    assert seen(made, "2026-05-01", cache=Path(".cache/ecompm")).history == project.history
    assert made.git("status", "--porcelain") == ""
