"""The plan as a page: the sentence, the Gantt chart, how the promises moved, the gates, and every task in a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Final, NamedTuple, TypedDict

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.history import Baseline
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.schedule import TaskDates
from mkdocs_ecompm.registers.timeline_baseline import baseline, days_in
from mkdocs_ecompm.registers.timeline_chart import chart, standing
from mkdocs_ecompm.registers.timeline_gantt import Gantt
from mkdocs_ecompm.registers.timeline_gates import GateCard, gate_card
from mkdocs_ecompm.registers.timeline_phases import PhaseChart, phase_charts
from mkdocs_ecompm.registers.timeline_plan import calendar, summaries, target
from mkdocs_ecompm.registers.timeline_promises import Promise, promises
from mkdocs_ecompm.registers.timeline_promises import sentence_of as promises_in_words
from mkdocs_ecompm.registers.timeline_schema import After, Gate, Milestone, Phase, Task
from mkdocs_ecompm.registers.timeline_simulation import SimulationView, simulation_view
from mkdocs_ecompm.registers.timeline_trend import Trend
from mkdocs_ecompm.registers.timeline_trend import draw as draw_trend
from mkdocs_ecompm.registers.timeline_words import drawn, figures_of, go_live, goal_figure, sentence_of

TABLE: Final = 600
"""A plan of more rows has a table for each phase."""
CUT: Final = 30
"""Rows of such a table."""


class PlanRow(NamedTuple):
    """A task, summary or milestone in the table; a tuple, because a template unpacks thousands of them quickly.

    `days` and `total_float` are working days, None where nothing is computed, and their texts. `moved` are calendar
    days since the baseline, None where it does not have this. `after` pairs what is
    waited for with its place in the site, empty where it is not in the plan.
    """

    id: str
    name: str
    kind: str
    owner: str
    owner_name: str
    start: date | None
    finish: date | None
    days: float | None
    days_text: str
    total_float: float | None
    float_text: str
    moved: int | None
    moved_text: str
    progress: float
    critical: bool
    done: bool
    after: tuple[tuple[str, str], ...]
    source: Source


class PlanTable(Struct, frozen=True):
    """The rows of one table: all, or those of one phase of a large plan in tables of a length that scrolls well."""

    name: str
    rows: tuple[PlanRow, ...]
    first: bool


class Promises(Struct, frozen=True):
    """How the promises moved: the sentence, the chart, and every milestone with each time it moved."""

    sentence: Sentence
    trend: Trend
    milestones: tuple[Promise, ...]


class TimelineView(Struct, frozen=True):
    """Context of `pages/timeline` and of the parts `timeline.gantt`, `timeline.trend`, `timeline.simulation`.

    `cycle` holds the tasks that wait for each other, if the plan cannot be computed for that. `drawn` describes the
    chart to those who do not see it; `left_out` tasks had no room in it, and stand in the charts of the `phases`;
    `undated` ones have no duration, and so no day.
    `baseline` is the plan drawn beside the forecast; `promises` are None without a past.
    """

    sentence: Sentence
    figures: tuple[Figure, ...]
    gantt: Gantt | None
    drawn: str
    left_out: int
    undated: int
    phases: tuple[PhaseChart, ...]
    baseline: Baseline | None
    promises: Promises | None
    gates: tuple[GateCard, ...]
    rows: tuple[PlanRow, ...]
    tables: tuple[PlanTable, ...]
    cycle: tuple[str, ...]
    simulation: SimulationView | None


def views(project: Project) -> Iterable[View]:
    """The one page of the plan."""
    content = project.state.contents.get("timeline")
    cards = tuple(gate_card(project, gate) for gate in project.state.of(Gate))
    rows = tuple(_rows(project))
    undated = sum(1 for row in rows if row.finish is None)
    drawing = chart(project, cards)
    phases = tuple(phase_charts(project))
    kept = promises(project)
    headings = [Heading("gantt", "Plan")] if drawing else []
    moved = _promises(project, kept)
    headings += [Heading("promises", "How the promises moved")] if moved else []
    simulated = simulation_view(project)
    headings += [Heading("simulation", "How sure the days are")] if simulated else []
    headings += [Heading("gates", "Gates")] if cards else []
    headings += [Heading("tasks", "Tasks and milestones")] if rows else []
    yield View(
        path="timeline",
        title="Timeline",
        template="timeline",
        section="Plan",
        context=TimelineView(
            sentence=sentence_of(project, cards),
            figures=tuple(figures_of(project, cards)),
            gantt=drawing,
            drawn=drawn(project),
            left_out=max(len(rows) - undated - drawing.rows, 0) if drawing else 0,
            undated=undated if drawing else 0,
            phases=phases,
            baseline=baseline(project),
            promises=moved,
            gates=cards,
            rows=rows,
            tables=tuple(_tables(project, rows)),
            cycle=project.schedule.cycle if project.schedule else (),
            simulation=simulated,
        ),
        source=content.source if content is not None else None,
        headings=tuple(headings),
        anchors=tuple(
            record.id
            for record in project.state.records.get("timeline", ())
            if drawing is not None or not isinstance(record.entry, Phase)
        ),
    )


def _promises(project: Project, kept: Sequence[Promise]) -> Promises | None:
    """The chart once something was said on two days: one day says nothing of how a promise moved."""
    if len({said.on for one in kept for said in one.said}) < 2:
        return None
    goal = go_live(project)
    name = goal.id if goal else ""
    trend = draw_trend(kept, project.as_of, name)
    return Promises(promises_in_words(kept, name, project.as_of), trend, tuple(kept)) if trend else None


# --- the table --------------------------------------------------------------------------------------------------------


def _tables(project: Project, rows: Sequence[PlanRow]) -> Iterator[PlanTable]:
    """One table; of a large plan those of each phase, cut into lengths that a browser need not lay out unseen."""
    if len(rows) <= TABLE:
        if rows:
            yield PlanTable("", tuple(rows), first=True)
        return
    names = {phase.id.casefold(): phase.entry.name for phase in project.state.of(Phase)}
    found: dict[str, list[PlanRow]] = {name: [] for name in (*names.values(), "")}
    written = [task.entry.phase for task in project.state.of(Task)]
    written += [milestone.entry.phase for milestone in project.state.of(Milestone)]
    for phase, row in zip(written, rows, strict=True):
        found[names.get((phase or "").casefold(), "")].append(row)
    for name, items in found.items():
        for start in range(0, len(items), CUT):
            yield PlanTable(name or "Outside the phases", tuple(items[start : start + CUT]), first=start == 0)


def _rows(project: Project) -> Iterator[PlanRow]:
    """Tasks and milestones in file order."""
    was = days_in(baseline(project))
    above = summaries(project.state)
    tasks, milestones = project.state.of(Task), project.state.of(Milestone)
    own = {record.id.casefold(): record.id for record in (*tasks, *milestones)}
    owners = {task.entry.owner: project.state.name(task.entry.owner) for task in tasks if task.entry.owner}
    week = calendar(project.state, project.as_of).days_a_week
    for task in tasks:
        entry = task.entry
        dates = _dates(project, task.id)
        days = _duration(entry, dates, week)
        yield PlanRow(
            id=entry.id,
            name=entry.name,
            kind="summary" if entry.id in above else "task",
            owner=entry.owner or "",
            owner_name=owners[entry.owner] if entry.owner else "",
            start=dates.start if dates else None,
            finish=dates.finish if dates else None,
            days=days,
            days_text=_number(days),
            total_float=dates.total_float if dates else None,
            float_text=_number(dates.total_float if dates else None),
            **_moved(was, entry.id, dates.finish if dates else None),
            progress=100.0 if entry.done else float(entry.progress or 0),
            critical=bool(dates and dates.critical),
            done=entry.done,
            after=_places(entry.after, own),
            source=task.source,
        )
    for milestone in milestones:
        yield _milestone_row(project, milestone, own, was)


def _duration(task: Task, dates: TaskDates | None, week: int) -> float | None:
    """As it is written while a task is open: what passed since it began is no part of that. Else as it was."""
    if dates is None:
        return None
    if task.duration is not None and not task.done:
        return float(task.duration.days(week))
    return dates.early_finish - dates.early_start


def _milestone_row(
    project: Project, record: Record[Milestone], own: dict[str, str], was: Mapping[str, tuple[date, date]]
) -> PlanRow:
    entry = record.entry
    dates = _dates(project, record.id) if entry.after else None
    day = standing(project, record)
    return PlanRow(
        id=entry.id,
        name=entry.name,
        kind="milestone",
        owner="",
        owner_name="",
        start=day,
        finish=day,
        days=0.0,
        days_text="",
        total_float=dates.total_float if dates else None,
        float_text=_number(dates.total_float if dates else None),
        **_moved(was, entry.id, day),
        progress=100.0 if entry.reached else 0.0,
        critical=bool(dates and dates.critical),
        done=entry.reached is not None,
        after=_places(entry.after, own),
        source=record.source,
    )


class _Moved(TypedDict):
    moved: int | None
    moved_text: str


def _moved(was: Mapping[str, tuple[date, date]], name: str, finish: date | None) -> _Moved:
    """Calendar days between the finish that was agreed and that of today."""
    days = was.get(name.casefold())
    if days is None or finish is None:
        return {"moved": None, "moved_text": ""}
    moved = (finish - days[1]).days
    return {"moved": moved, "moved_text": f"{moved:+d}" if moved else "kept"}


def _places(after: Sequence[After], own: dict[str, str]) -> tuple[tuple[str, str], ...]:
    names = [(wait.task, target(wait, own)) for wait in after]
    return tuple((name or written, f"timeline#{name}" if name else "") for written, name in names)


@lru_cache(maxsize=4096)
def _number(value: float | None) -> str:
    return "" if value is None else language.number(value)


def _dates(project: Project, name: str) -> TaskDates | None:
    return project.schedule.tasks.get(name) if project.schedule else None


__all__ = ["PlanRow", "TimelineView", "go_live", "goal_figure", "views"]
