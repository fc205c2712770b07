"""What the timeline page says of the simulation, with numpy and without, and the geometry of its histogram."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from functools import cache, partial
from typing import Any

import pytest

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.forecast import Simulation
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS, timeline, timeline_plan
from mkdocs_ecompm.registers.timeline_histogram import BASE, HEIGHT, LEFT, RIGHT, Marker, draw
from mkdocs_ecompm.registers.timeline_simulation import simulation_view
from mkdocs_ecompm.site.pages import Site, SiteOptions

MONDAY = date(2026, 3, 2)
PLAN = """
tasks:
  - {id: T-1, name: Map, duration: 2w, estimate: {optimistic: 1w, likely: 2w, pessimistic: 4w}}
  - {id: T-2, name: Test, duration: 5d, after: [T-1], estimate: {optimistic: 4d, likely: 5d, pessimistic: 9d}}
  - {id: T-3, name: Aside, duration: 1d}
  - {id: T-4, name: After, duration: 20d, after: [M1]}
milestones:
  - {id: M1, name: Go-live, date: 2026-03-20, after: [T-2]}
"""


def project(plan: str = PLAN, made: Simulation | None = None) -> Project:
    files = {"timeline.yml": plan.encode(), "project.yml": b"{id: shop, name: Shop, start: 2026-03-02}"}
    state = load_state(MemoryFiles(files, "project/"), DOCUMENTS)
    simulate = cache(partial(timeline.simulation, state, MONDAY))
    return Project(
        state, MONDAY, schedule=timeline.schedule(state, MONDAY), simulate=(lambda: made) if made else simulate
    )


def counted(finish: dict[date, int], reached: dict[date, int]) -> Simulation:
    """A simulation made by hand."""
    return Simulation(
        runs=100,
        seed=1,
        p50=max(finish),
        p80=max(finish),
        p95=max(finish),
        histogram=finish,
        criticality={"T-1": 1.0, "T-2": 0.995, "T-3": 0.0, "T-4": 0.001},
        milestones={"M1": reached} if reached else {},
    )


REACHED = {date(2026, 3, 19): 30, date(2026, 3, 20): 7, date(2026, 3, 23): 43, date(2026, 3, 24): 20}


def test_the_sentence_is_about_the_go_live() -> None:
    found = simulation_view(project(made=counted({date(2026, 4, 30): 100}, REACHED)))
    assert found is not None
    assert found.sentence == (
        "Go-live is reached by 20 March with a chance of 37\u202f%; "
        "half of all runs reach it by 23 March, 80\u202f% by 23 March and 95\u202f% by 24 March."
    )
    # 12.5 days of variance, sqrt(2.5² + (5/6)²); the 20 days after it are certain
    assert found.path == (
        "By PERT the critical path to the end of the plan holds 36.3 working days, "
        "give or take 2.6 (one standard deviation)."
    )
    assert [(float(row.share), float(row.done)) for row in found.days] == [(30, 30), (7, 37), (43, 80), (20, 100)]


def test_tasks_are_told_by_how_often_they_decide() -> None:
    found = simulation_view(project(made=counted({date(2026, 4, 30): 100}, REACHED)))
    assert found is not None
    assert [(row.id, row.estimate, row.mean, row.sigma, row.critical_text) for row in found.tasks] == [
        ("T-1", "1w · 2w · 4w", "10.8", "2.5", "100\u202f%"),
        ("T-2", "4d · 5d · 9d", "5.5", "0.8", "more than 99\u202f%"),
        ("T-4", "20d", "", "", "less than 1\u202f%"),
    ]
    assert not found.many


def test_without_a_go_live_ahead_it_is_about_the_end() -> None:
    reached = PLAN.replace("after: [T-2]}", "after: [T-2], reached: 2026-03-01}")
    for plan in (reached, PLAN.partition("milestones:")[0].replace("[M1]", "[T-2]")):
        found = simulation_view(project(plan, counted({date(2026, 4, 20): 99, date(2026, 4, 21): 1}, {})))
        assert found is not None
        assert found.sentence.startswith("The end of the plan is reached by 1")


def test_a_plan_without_open_estimates_has_no_such_section() -> None:
    plan = "tasks:\n  - {id: T-1, name: Map, duration: 5d}\n"
    assert simulation_view(project(plan)) is None
    assert "How sure the days are" not in Site(project(plan)).page("timeline").html
    done = plan.replace("5d}", "5d, progress: 100, estimate: {optimistic: 1d, likely: 2d, pessimistic: 3d}}")
    assert simulation_view(project(done)) is None


def test_the_page_with_numpy() -> None:
    pytest.importorskip("numpy")
    found = project()
    assert found.simulation is found.simulation  # made once
    assert found.simulation is not None
    assert list(found.simulation.milestones) == ["M1"]
    html = Site(found).page("timeline").html
    for text in ("How sure the days are", "with a chance of", 'role="img"', "10,000 runs", "Best · likely · worst"):
        assert text in html
    part = Site(found).part("timeline.simulation")
    assert part is not None
    assert "<h2" not in part
    assert Site(found, SiteOptions(exclude=frozenset({"timeline"}))).shown.simulation is None


def test_without_numpy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline_plan, "find_spec", lambda _name: None)
    found = project()
    assert found.simulation is None
    html = Site(found).page("timeline").html
    assert "mkdocs-ecompm[simulation]" in html
    (item,) = [one for one in timeline.REGISTER.check(found) if one.code == "simulation-unavailable"]
    assert (item.severity, item.source and item.source.line) == ("info", 3)
    circle = project(PLAN.replace("duration: 2w,", "duration: 2w, after: [T-2],"))
    assert simulation_view(circle) is None  # a circle comes first


def test_numpy_is_not_imported_before_it_is_needed() -> None:
    code = (
        "import sys, mkdocs_ecompm.assembly, mkdocs_ecompm.site.pages; "
        "from mkdocs_ecompm.registers import timeline_simulation; print('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


# --- the histogram ----------------------------------------------------------------------------------------------------


def histogram(days: int, step: int = 1, promised: date | None = None) -> Any:
    counts = {MONDAY + timedelta(number): number % 7 + 1 for number in range(0, days, step)}
    markers = [Marker(MONDAY + timedelta(days // 2), "50 % by some day", "share")]
    if promised:
        markers.append(Marker(promised, "promised", "promised"))
    return draw(counts, promised, markers)


@pytest.mark.parametrize(("days", "most"), [(1, 1), (30, 30), (91, 14), (400, 59), (5000, 180)])
def test_days_are_put_together_when_there_are_many(days: int, most: int) -> None:
    found = histogram(days)
    assert 0 < len(found.bars) <= most
    assert max(bar.height for bar in found.bars) > 100
    for bar in found.bars:
        assert bar.x >= LEFT
        assert bar.x + bar.width <= RIGHT + 0.2
        assert bar.y + bar.height == pytest.approx(BASE, abs=0.11)


def test_what_is_in_time_is_marked() -> None:
    found = histogram(20, promised=MONDAY + timedelta(9))
    assert [bar.in_time for bar in found.bars] == [True] * 10 + [False] * 10
    assert not any(bar.in_time for bar in histogram(20).bars)


@pytest.mark.parametrize("promised", [-300, -1, 0, 19, 400])
def test_a_promise_outside_the_runs_is_still_shown(promised: int) -> None:
    found = histogram(20, promised=MONDAY + timedelta(promised))
    for flag in found.flags:
        assert LEFT <= flag.x <= RIGHT
        assert 0 <= flag.label_y <= HEIGHT
    assert len({flag.label_y for flag in found.flags}) == 2


@pytest.mark.parametrize(("first", "last"), [(date.min, date.max), (date.min, date.min), (date.max, date.max)])
def test_the_ends_of_the_calendar(first: date, last: date) -> None:
    found = draw({first: 1, last: 2}, last, [Marker(last, "promised", "promised")])
    assert found.bars


def test_a_plan_of_a_thousand_years() -> None:
    pytest.importorskip("numpy")
    plan = PLAN.replace("pessimistic: 4w", "pessimistic: 999999w")
    assert "How sure the days are" in Site(project(plan)).page("timeline").html
