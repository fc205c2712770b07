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
from mkdocs_ecompm.model.schedule import Schedule, TaskDates
from mkdocs_ecompm.registers.timeline_chart import chart, standing
from mkdocs_ecompm.registers.timeline_gantt import Gantt
from mkdocs_ecompm.registers.timeline_gates import GateCard, gate_card
from mkdocs_ecompm.registers.timeline_plan import summaries, target
from mkdocs_ecompm.registers.timeline_rules import is_go_live
from mkdocs_ecompm.registers.timeline_schema import After, Gate, Milestone, Phase, Task


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure behind the sentence."""

    label: str
    value: str
    more: str
    tone: str
    page: str = ""


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
            sentence=_sentence(project, cards),
            figures=tuple(_figures(project, cards)),
            gantt=drawing,
            drawn=_drawn(project),
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


def _phase_name(project: Project, ref: str | None) -> str:
    return project.state.name(f"timeline/{ref}").removeprefix("timeline/") if ref else ""


# --- the words --------------------------------------------------------------------------------------------------------


def _sentence(project: Project, cards: Sequence[GateCard]) -> Sentence:
    """When it ends, what decides that, and what the next gate waits for."""
    plan = project.schedule
    if plan is None or (not plan.tasks and not plan.cycle):
        return Sentence("There is no plan yet.", "Tasks with durations give one.")
    if plan.cycle:
        names = language.few([project.state.name(f"timeline/{name}") for name in plan.cycle], most=4)
        return Sentence("The plan cannot be computed.", f"{names} wait for each other in a circle.")
    clauses = [*_promise(project), *_critical(project, plan), *_next_gate(cards)]
    return Sentence(_headline(project, plan), " ".join(clauses))


def go_live(project: Project) -> Record[Milestone] | None:
    """The milestone that the project is about: its go-live, else its last one."""
    milestones = project.state.of(Milestone)
    named = [milestone for milestone in milestones if is_go_live(milestone.entry)]
    return max(named or milestones, key=lambda milestone: standing(project, milestone), default=None)


def _headline(project: Project, plan: Schedule) -> str:
    goal = go_live(project)
    if goal is None:
        return f"The plan ends on {language.near_day(plan.finish, project.as_of)}." if plan.finish else "Nothing to do."
    if goal.entry.reached:
        return f"{goal.entry.name} was reached on {language.near_day(goal.entry.reached, project.as_of)}."
    return f"{goal.entry.name}: {language.near_day(standing(project, goal), project.as_of)}."


def _promise(project: Project) -> Iterator[str]:
    goal = go_live(project)
    if goal is None or goal.entry.reached:
        return
    days = (standing(project, goal) - goal.entry.date).days
    if days > 0:
        promised = language.near_day(goal.entry.date, project.as_of)
        yield f"That is {language.figure(days, 'day')} later than promised, {promised}."


def _critical(project: Project, plan: Schedule) -> Iterator[str]:
    """What the critical path still runs through: the tasks if they are few, else their phases and the first of them."""
    tasks = {task.id: task.entry for task in project.state.of(Task)}
    path = [tasks[name] for name in plan.critical_paths[0] if name in tasks] if plan.critical_paths else []
    ahead = [task for task in path if not task.done]
    others = f"; {language.count(plan.critical_path_count - 1, 'other path is', 'other paths are')} as long"
    tail = others if plan.critical_path_count > 1 else ""
    if not ahead:
        return
    if len(ahead) <= 4:
        yield f"The critical path runs through {language.listing(task.name for task in ahead)}{tail}."
        return
    phases = list(dict.fromkeys(_phase_name(project, task.phase) for task in ahead if task.phase))
    through = language.few(phases, most=4) if phases else f"{len(ahead)} tasks"
    until = language.near_day(plan.tasks[ahead[0].id].finish, project.as_of)
    yield (
        f"The critical path runs through {through}: {language.figure(len(ahead), 'task')} ahead, "
        f"“{ahead[0].name}” first, until {until}{tail}."
    )


def _next_gate(cards: Sequence[GateCard]) -> Iterator[str]:
    """What the next gate that cannot pass waits for."""
    card = _next([card for card in cards if card.waits_for])
    if card is not None:
        yield f"Gate {card.id} waits for {language.listing(card.waits_for)}."


def _next(cards: Sequence[GateCard]) -> GateCard | None:
    return min((card for card in cards if not card.decided), key=lambda card: card.day, default=None)


def _figures(project: Project, cards: Sequence[GateCard]) -> Iterator[Figure]:
    """The few figures behind the sentence."""
    plan, goal, gate = project.schedule, go_live(project), _next(cards)
    if plan is None or not plan.tasks:
        return
    if goal is not None:
        yield _goal_figure(project, goal)
    if gate is not None:
        waits = language.listing(gate.waits_for) if gate.waits_for else "nothing missing"
        tone = gate.mark.tone
        yield Figure(
            f"Gate {gate.id}, {gate.name}", language.when(gate.day, project.as_of), waits, tone, f"timeline#{gate.id}"
        )
    yield from _work_figures(project, plan)


def _goal_figure(project: Project, goal: Record[Milestone]) -> Figure:
    """The go-live: as promised, later inside the tolerance of the charter, or later than that."""
    day = standing(project, goal)
    late = (day - goal.entry.date).days
    tone, more = "holds", "reached" if goal.entry.reached else "as promised"
    if late > 0:
        tolerances = getattr(project.state.documents.get("charter"), "tolerances", None)
        tolerated = getattr(tolerances, "days", None)
        inside = tolerated is not None and late <= tolerated
        tone = "waits" if inside else "broken"
        more = f"promised {language.short_day(goal.entry.date)}, +{language.figure(late, 'day')}"
        more += f" of {tolerated} tolerated" if tolerated is not None else ""
    return Figure(goal.entry.name, language.short_day(day), more, tone, f"timeline#{goal.id}")


def _work_figures(project: Project, plan: Schedule) -> Iterator[Figure]:
    above = summaries(project.state)
    tasks = [task for task in project.state.of(Task) if task.id not in above]
    done = sum(1 for task in tasks if task.entry.done)
    yield Figure(
        "Tasks done",
        f"{done} of {len(tasks)}",
        f"the plan ends {language.day(plan.finish)}" if plan.finish else "",
        "calm",
        "timeline#tasks",
    )
    critical = [
        task for task in tasks if task.id in plan.tasks and plan.tasks[task.id].critical and not task.entry.done
    ]
    near = sum(
        1
        for task in tasks
        if not task.entry.done and task.id in plan.tasks and 0 < plan.tasks[task.id].total_float <= 5
    )
    more = (
        f"{language.figure(near, 'more task')} with five days of float or less"
        if near
        else "the rest has more than a week"
    )
    yield Figure(
        "Critical", language.figure(len(critical), "open task"), more, "waits" if critical else "calm", "timeline#tasks"
    )


def _drawn(project: Project) -> str:
    """The chart in words."""
    plan = project.schedule
    if plan is None or plan.start is None or plan.finish is None:
        return "Phases, gates and milestones on a time axis."
    names = {record.id: record.headline for record in project.state.records.get("timeline", ())}
    path = ", ".join(names[name] for name in plan.critical_paths[0]) if plan.critical_paths else "none"
    return (
        f"Tasks as bars from {language.day(plan.start)} to {language.day(plan.finish)}, by phase, with gates and "
        f"milestones as diamonds. The critical path: {path}. The same figures stand in the table below."
    )
