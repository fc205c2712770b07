"""The Gantt chart of a large plan, and the baseline beside the forecast."""

from __future__ import annotations

import re
from datetime import date, timedelta
from textwrap import dedent

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.history import Baseline, History
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.timeline import schedule
from mkdocs_ecompm.registers.timeline_chart import ROWS
from mkdocs_ecompm.registers.timeline_views import CUT, TABLE, TimelineView
from mkdocs_ecompm.site.pages import Site

TODAY = date(2026, 3, 2)


def project(timeline: str, *baselines: Baseline, today: date = TODAY) -> Project:
    files = {"timeline.yml": timeline, "project.yml": "id: shop\nname: Shop\nstart: 2026-03-02\n"}
    state = load_state(MemoryFiles({name: dedent(text).encode() for name, text in files.items()}), DOCUMENTS)
    return Project(state, today, schedule=schedule(state, today), history=History(baselines=baselines))


def page(found: Project) -> TimelineView:
    context = Site(found).views["timeline"].context
    assert isinstance(context, TimelineView)
    return context


def plan(tasks: int) -> str:
    """Tasks in three phases and in none, each after the one three before it; every tenth is done."""
    lines = ["phases:"]
    lines += [f"  - {{id: p{n}, name: Phase {n}, start: 2026-0{n + 3}-02, end: 2026-0{n + 3}-28}}" for n in range(3)]
    lines += ["gates:", "  - {id: G1, name: Ready, closes: p0, opens: p1, date: 2026-03-28}"]
    lines += ["milestones:", "  - {id: M1, name: Go-live, date: 2026-12-01, phase: p2, after: [T0]}", "tasks:"]
    for number in range(tasks):
        phase = f", phase: p{number % 4}" if number % 4 < 3 else ""
        after = f", after: [T{number - 3}]" if number >= 3 else ""
        done = ", progress: 100" if number % 10 == 0 else ""
        lines.append(f"  - {{id: T{number}, name: Task {number}, duration: {number % 3 + 1}d{phase}{after}{done}}}")
    return "\n".join(lines) + "\n"


def test_a_plan_that_fits_in_one_chart_has_one() -> None:
    view = page(project(plan(ROWS - 1)))
    assert view.phases == ()
    assert view.left_out == 0
    assert [table.name for table in view.tables] == [""]


@pytest.mark.parametrize("tasks", [ROWS, 300, 1500])
def test_every_task_of_a_large_plan_is_drawn_once_in_the_charts_of_its_phase(tasks: int) -> None:
    view = page(project(plan(tasks)))
    assert view.gantt is not None
    assert view.gantt.rows == ROWS
    assert [phase.name for phase in view.phases][:3] == ["Phase 0", "Phase 1", "Phase 2"]
    drawn = [bar.work.id for phase in view.phases for chart in phase.charts for bar in chart.bars]
    assert sorted(drawn) == sorted(f"T{number}" for number in range(tasks))
    assert all(chart.rows <= ROWS for phase in view.phases for chart in phase.charts)
    assert sum(phase.tasks for phase in view.phases) == tasks
    assert sum(phase.done for phase in view.phases) == len(range(0, tasks, 10))


def test_charts_of_one_phase_share_their_axis() -> None:
    charts = page(project(plan(1500))).phases[0].charts
    assert len(charts) > 1
    assert len({chart.ticks for chart in charts}) == 1


def test_bars_of_a_kind_are_one_path() -> None:
    view = page(project(plan(300)))
    assert view.gantt is not None
    html = Site(project(plan(300))).page("timeline").html
    chart = html[html.index("<svg") : html.index("</svg>")]
    assert chart.count("<path") <= 12
    assert chart.count("<text") < 2 * ROWS
    bodies = next(shape.path for shape in view.gantt.shapes if shape.css == "body")
    assert bodies.count("M") == sum(1 for bar in view.gantt.bars if not bar.work.critical)


def test_long_lines_of_a_long_chart_are_left_out_unless_critical() -> None:
    text = "tasks:\n" + "".join(f"  - {{id: T{n:03}, name: Task {n}, duration: {n + 1}d}}\n" for n in range(80))
    text += "  - {id: Z1, name: Near, duration: 1d, after: [T078]}\n"
    text += "  - {id: Z2, name: Far, duration: 1d, not_before: 2026-05-25, after: [T001]}\n"
    text += "  - {id: Z3, name: Last, duration: 9d, after: [T079]}\n"
    view = page(project(text))
    assert view.gantt is not None
    assert [route.critical for route in view.gantt.waits] == [False, True]


def test_a_table_of_a_large_plan_is_cut_and_every_row_is_in_it_once() -> None:
    view = page(project(plan(TABLE + 100)))
    assert [table.name for table in view.tables if table.first] == [
        "Phase 0",
        "Phase 1",
        "Phase 2",
        "Outside the phases",
    ]
    assert all(len(table.rows) <= CUT for table in view.tables)
    rows = [row.id for table in view.tables for row in table.rows]
    assert sorted(rows) == sorted(row.id for row in view.rows)


@pytest.mark.parametrize("tasks", [10, 300, TABLE + 100])
def test_links_lead_to_rows_and_ids_are_there_once(tasks: int) -> None:
    html = Site(project(plan(tasks))).page("timeline").html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    links = re.findall(r'href="ecompm:timeline#([^"]+)"', html)
    assert set(links) <= set(ids)
    assert {f"T{number}" for number in range(tasks)} <= set(links)
    assert html.count("data-search-exclude") > (4 if tasks > ROWS else 0)


# --- the baseline -----------------------------------------------------------------------------------------------------

SMALL = """
    phases: [{id: build, name: Build, start: 2026-03-02, end: 2026-03-31}]
    gates: [{id: G1, name: Ready, closes: build, date: 2026-03-31}]
    milestones: [{id: M1, name: Go-live, date: 2026-03-20, after: [T2]}]
    tasks:
      - {id: T1, name: Design, phase: build, duration: 5d}
      - {id: T2, name: Interfaces, phase: build, duration: 10d, after: [T1]}
      - {id: T3, name: Added later, phase: build, duration: 2d}
"""


def baseline(day: date, moved: int, name: str = "steering") -> Baseline:
    shift = timedelta(days=moved)
    dates = {
        "BUILD": (date(2026, 3, 2) - shift, date(2026, 3, 31) - shift),
        "g1": (date(2026, 3, 31) - shift, date(2026, 3, 31) - shift),
        "M1": (date(2026, 3, 20) - shift, date(2026, 3, 20) - shift),
        "T1": (date(2026, 3, 2) - shift, date(2026, 3, 6) - shift),
        "T2": (date(2026, 3, 9), date(2026, 3, 20)),
    }
    return Baseline(name, "c" * 40, "tag", day, dates=dates)


def test_the_latest_baseline_of_the_day_is_drawn() -> None:
    known = (baseline(date(2026, 1, 5), 14, "first"), baseline(date(2026, 2, 2), 7, "second"))
    later = baseline(date(2026, 6, 1), 3, "later")
    empty = replace(baseline(date(2026, 3, 1), 0, "empty"), dates={})
    view = page(project(SMALL, *known, later, empty))
    assert view.baseline is not None
    assert view.baseline.name == "second"


def test_what_was_agreed_stands_beside_what_is_expected() -> None:
    view = page(project(SMALL, baseline(date(2026, 2, 2), 7)))
    assert view.gantt is not None
    bars = {bar.work.id: bar for bar in view.gantt.bars}
    assert bars["T1"].baseline
    assert bars["T2"].baseline
    assert bars["T3"].baseline == ""
    assert float(bars["T1"].baseline.split()[0][1:]) < bars["T1"].x
    assert "7 days later than agreed" in bars["T1"].work.title
    assert "agreed" not in bars["T2"].work.title
    (milestone,) = view.gantt.milestones
    assert milestone.baseline
    assert view.gantt.gates[0].baseline
    assert view.gantt.heads[0].baseline
    assert "baseline" in {shape.css for shape in view.gantt.shapes}
    assert [(row.id, row.moved, row.moved_text) for row in view.rows] == [
        ("T1", 7, "+7"),
        ("T2", 0, "kept"),
        ("T3", None, ""),
        ("M1", 7, "+7"),
    ]


def test_the_sentence_tells_how_far_the_go_live_is_from_the_baseline() -> None:
    assert (
        "It stands 7 days later than in the baseline of 2 February."
        in page(project(SMALL, baseline(date(2026, 2, 2), 7))).sentence.rest
    )
    assert "baseline" not in page(project(SMALL, baseline(date(2026, 2, 2), 0))).sentence.rest


def test_the_page_names_the_baseline_and_has_its_column_only_then() -> None:
    with_one = Site(project(SMALL, baseline(date(2026, 2, 2), 7))).page("timeline").html
    assert "as agreed in steering, 2 Feb 2026" in with_one
    assert '<span class="ecompm-late">+7</span>' in with_one
    without = Site(project(SMALL)).page("timeline").html
    assert "agreed in" not in without
    assert ">Moved</th>" not in without


def test_a_baseline_far_away_stretches_the_axis() -> None:
    view = page(project(SMALL, baseline(date(2026, 2, 2), 60)))
    assert view.gantt is not None
    assert all(float(bar.baseline.split()[0][1:]) >= 0 for bar in view.gantt.bars if bar.baseline)
