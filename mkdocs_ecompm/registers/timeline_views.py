"""The plan as a page: the sentence, the Gantt chart, the gates, and every task in a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.schedule import TaskDates
from mkdocs_ecompm.registers.timeline_chart import chart, standing
from mkdocs_ecompm.registers.timeline_gantt import Gantt
from mkdocs_ecompm.registers.timeline_gates import GateCard, gate_card
from mkdocs_ecompm.registers.timeline_plan import summaries, target
from mkdocs_ecompm.registers.timeline_schema import After, Gate, Milestone, Phase, Task
from mkdocs_ecompm.registers.timeline_words import Figure, drawn, figures_of, go_live, goal_figure, sentence_of


class PlanRow(NamedTuple):
    """A task, summary or milestone in the table; a tuple, because a template unpacks thousands of them quickly.

    `days` and `total_float` are working days, None where nothing is computed, and their texts. `after` pairs what is
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
    progress: float
    critical: bool
    done: bool
    after: tuple[tuple[str, str], ...]
    source: Source


@dataclass(frozen=True)
class TimelineView:
    """Context of `pages/timeline` and of the part `timeline.gantt`.

    `cycle` holds the tasks that wait for each other, if the plan cannot be computed for that. `drawn` describes the
    chart to those who do not see it; `left_out` tasks had no room in it.
    """

    sentence: Sentence
    figures: tuple[Figure, ...]
    gantt: Gantt | None
    drawn: str
    left_out: int
    gates: tuple[GateCard, ...]
    rows: tuple[PlanRow, ...]
    cycle: tuple[str, ...]


def views(project: Project) -> Iterable[View]:
    """The one page of the plan."""
    content = project.state.contents.get("timeline")
    cards = tuple(gate_card(project, gate) for gate in project.state.of(Gate))
    rows = tuple(_rows(project))
    drawing = chart(project, cards)
    headings = [Heading("gantt", "Plan")] if drawing else []
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
            left_out=max(len(rows) - len(drawing.bars) - len(drawing.milestones), 0) if drawing else 0,
            gates=cards,
            rows=rows,
            cycle=project.schedule.cycle if project.schedule else (),
        ),
        source=content.source if content is not None else None,
        headings=tuple(headings),
        anchors=tuple(
            record.id
            for record in project.state.records.get("timeline", ())
            if drawing is not None or not isinstance(record.entry, Phase)
        ),
    )


# --- the table --------------------------------------------------------------------------------------------------------


def _rows(project: Project) -> Iterator[PlanRow]:
    """Tasks and milestones in file order."""
    above = summaries(project.state)
    tasks, milestones = project.state.of(Task), project.state.of(Milestone)
    own = {record.id.casefold(): record.id for record in (*tasks, *milestones)}
    owners = {task.entry.owner: project.state.name(task.entry.owner) for task in tasks if task.entry.owner}
    for task in tasks:
        entry = task.entry
        dates = _dates(project, task.id)
        days = dates.early_finish - dates.early_start if dates else None
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
            progress=100.0 if entry.done else float(entry.progress or 0),
            critical=bool(dates and dates.critical),
            done=entry.done,
            after=_places(entry.after, own),
            source=task.source,
        )
    for milestone in milestones:
        yield _milestone_row(project, milestone, own)


def _milestone_row(project: Project, record: Record[Milestone], own: dict[str, str]) -> PlanRow:
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
        progress=100.0 if entry.reached else 0.0,
        critical=bool(dates and dates.critical),
        done=entry.reached is not None,
        after=_places(entry.after, own),
        source=record.source,
    )


def _places(after: Sequence[After], own: dict[str, str]) -> tuple[tuple[str, str], ...]:
    names = [(wait.task, target(wait, own)) for wait in after]
    return tuple((name or written, f"timeline#{name}" if name else "") for written, name in names)


@lru_cache(maxsize=4096)
def _number(value: float | None) -> str:
    return "" if value is None else language.number(value)


def _dates(project: Project, name: str) -> TaskDates | None:
    return project.schedule.tasks.get(name) if project.schedule else None


__all__ = ["Figure", "PlanRow", "TimelineView", "go_live", "goal_figure", "views"]
