from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import icalendar
import pytest
from click.testing import Result
from jsonschema import Draft202012Validator

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.cli.options import today
from mkdocs_ecompm.site.exports import EARNED_VALUE, project_to_json

Run = Callable[..., Result]

TIMELINE = """
tasks:
  - id: T-1
    name: Build
    duration: 5d
  - id: T-2
    name: Test
    duration: 2.5d
    after:
      - T-1
"""
RACI = """
matrices:
  - id: delivery
    name: Delivery
    activities:
      - id: build
        name: Build
        responsible:
          - it
        accountable:
          - mia
"""


@pytest.fixture
def exported(shop: Path, ecompm: Run) -> dict[str, Any]:
    """The export of a small project with a plan and a matrix."""
    (shop / "project/project.yml").write_text("id: shop\nname: Shop\nstart: 2026-03-02\n")
    (shop / "project/timeline.yml").write_text(TIMELINE)
    (shop / "project/raci.yml").write_text(RACI)
    (shop / "project/charter.yml").write_text("problem: Slow\nobjectives:\n  - id: OB-1\n    statement: Faster\n")
    answer = ecompm("export", "--format", "json", "--as-of", "2026-03-02")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


def test_it_has_exactly_the_keys_of_the_contract(exported: dict[str, Any]) -> None:
    assert list(exported) == (
        "version project as_of commit findings registers schedule earned_value raci risks signoffs trends due".split()  # noqa: SIM905
    )
    assert list(exported["schedule"]) == ["finish", "critical_paths", "critical_path_count", "tasks"]
    assert exported["earned_value"] == dict.fromkeys(EARNED_VALUE)
    assert exported["trends"] == {"milestones": {}, "risks": {}}


def test_the_schedule_counts_working_days_and_gives_dates(exported: dict[str, Any]) -> None:
    assert exported["schedule"]["finish"] == "2026-03-11"
    assert exported["schedule"]["critical_paths"] == [["T-1", "T-2"]]
    assert exported["schedule"]["tasks"]["T-2"] == {
        "early_start": 5,
        "early_finish": 7.5,
        "late_start": 5,
        "late_finish": 7.5,
        "total_float": 0,
        "free_float": 0,
        "critical": True,
        "start": "2026-03-09",
        "finish": "2026-03-11",
    }


def test_registers_hold_records_with_their_types(exported: dict[str, Any]) -> None:
    assert [record["id"] for record in exported["registers"]["timeline"]] == ["T-1", "T-2"]
    (project,) = exported["registers"]["project"]
    assert project["start"] == "2026-03-02"
    (charter,) = exported["registers"]["charter"]
    assert charter["problem"] == "Slow"
    assert charter["objectives"][0]["statement"] == "Faster"
    (risk,) = exported["registers"]["risks"]
    assert risk["likelihood"] == 2


def test_risks_carry_what_the_matrix_says(exported: dict[str, Any]) -> None:
    (risk,) = exported["risks"]
    assert (risk["score"], risk["level"], risk["trend"]) == (6, "medium", None)


def test_raci_is_one_row_an_activity(exported: dict[str, Any]) -> None:
    assert exported["raci"] == [
        {
            "matrix": "delivery",
            "id": "build",
            "name": "Build",
            "phase": None,
            "responsible": ["it"],
            "accountable": ["mia"],
            "consulted": [],
            "informed": [],
            "support": [],
        }
    ]


def test_it_agrees_with_the_documented_schema(exported: dict[str, Any], checkout: Path) -> None:
    schema = json.loads((checkout / "docs/reference/export.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(exported)


def test_the_example_agrees_with_the_documented_schema(checkout: Path) -> None:
    schema = json.loads((checkout / "docs/reference/export.schema.json").read_text("utf-8"))
    project = assemble(Setting(folder=checkout / "project", as_of=today()))
    Draft202012Validator(schema).validate(json.loads(json.dumps(project_to_json(project))))


def test_what_a_site_leaves_out_is_nowhere_in_its_json(shop: Path) -> None:
    (shop / "project/risks.yml").write_text("risks:\n  - id: R-1\n    title: Secret\n    cause: hidden\n")
    text = json.dumps(project_to_json(assemble(Setting(folder=shop / "project", as_of=today())), left_out={"risks"}))
    assert "R-1" not in text
    assert "risks.yml" not in text


def test_a_cycle_leaves_the_plan_empty(shop: Path, ecompm: Run) -> None:
    (shop / "project/timeline.yml").write_text(
        TIMELINE + "  - id: T-0\n    name: A\n    duration: 1d\n    after: [T-0]\n"
    )
    answer = json.loads(ecompm("export").stdout)
    assert answer["schedule"] == {"finish": None, "critical_paths": [], "critical_path_count": 0, "tasks": {}}
    assert "dependency-cycle" in {item["code"] for item in answer["findings"]}


def test_a_calendar(shop: Path, ecompm: Run) -> None:
    (shop / "project/timeline.yml").write_text("milestones:\n  - id: M1\n    name: Größe\n    date: 2026-10-06\n")
    answer = ecompm("export", "--format", "ics", "--as-of", "2026-03-02")
    assert (answer.exit_code, answer.stderr) == (0, "")
    assert answer.stdout_bytes.startswith(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")
    (event,) = icalendar.Calendar.from_ical(answer.stdout_bytes).walk("VEVENT")
    assert (str(event["UID"]), str(event["SUMMARY"])) == ("milestone-timeline-M1@shop", "Milestone: Größe")
