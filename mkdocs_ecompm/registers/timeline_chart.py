"""From the plan to what the Gantt chart shows: phases with their gates and their work in the order it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.timeline_baseline import baseline, days_in
from mkdocs_ecompm.registers.timeline_gantt import Closed, Gantt, Group, Point, Wait, Work
from mkdocs_ecompm.registers.timeline_gates import GateCard
from mkdocs_ecompm.registers.timeline_layout import draw
from mkdocs_ecompm.registers.timeline_plan import calendar, summaries, target
from mkdocs_ecompm.registers.timeline_schema import After, Gate, Milestone, Phase, Task
from mkdocs_ecompm.schedule.calendar import TICKS, Calendar

ROWS: Final = 120
"""A chart of more rows cannot be read: then it shows milestones, summaries and the tasks with the least float, and
each phase has charts of its own."""


def chart(project: Project, cards: Sequence[GateCard]) -> Gantt | None:
    """The Gantt chart of the project, or None if the plan names no day."""
    groups = tuple(groups_of(project, cards, _shown(project)))
    return draw(groups, critical_waits(project), freezes_of(project), project.as_of)


def freezes_of(project: Project) -> list[Closed]:
    """The days on which the shop must not be touched."""
    given = getattr(project.state.documents.get("project"), "calendar", None)
    return [Closed(freeze.name, freeze.since, freeze.until) for freeze in getattr(given, "freezes", ())]


def standing(project: Project, record: Record[Milestone]) -> date:
    """Where a milestone stands: reached, else its promised day, or the later one that the plan allows."""
    entry = record.entry
    if entry.reached is not None:
        return entry.reached
    dates = project.schedule.tasks.get(record.id) if project.schedule and entry.after else None
    return max(entry.date, dates.finish) if dates else entry.date


def critical_waits(project: Project) -> Iterator[Wait]:
    """Every dependency between tasks and milestones, and whether the critical path runs along it."""
    plan = project.schedule
    if plan is None or not plan.tasks:
        return
    driven = {pair for path in plan.critical_paths for pair in pairwise(path)}
    own = {name.casefold(): name for name in plan.tasks}
    for name, after in _waits(project):
        for wait in after:
            before = target(wait, own)
            if before is not None and name in plan.tasks:
                yield Wait(before, name, wait.type, (before, name) in driven)


def _waits(project: Project) -> Iterator[tuple[str, tuple[After, ...]]]:
    yield from ((task.id, task.entry.after) for task in project.state.of(Task))
    yield from ((point.id, point.entry.after) for point in project.state.of(Milestone))


def groups_of(project: Project, cards: Sequence[GateCard], tasks: Sequence[Record[Task]]) -> Iterator[Group]:
    """The phases in the order they begin, then what belongs to none."""
    was = days_in(baseline(project))
    phases = sorted((phase.entry for phase in project.state.of(Phase)), key=lambda phase: (phase.start, phase.end))
    work = _work_by_phase(project, phases, tasks, was)
    points = _points_by_phase(project, phases, cards, was)
    for phase in phases:
        key = phase.id.casefold()
        yield Group(phase.id, phase.name, phase.start, phase.end, points.get(key, ()), work.get(key, ()), was.get(key))
    if "" in work or "" in points:
        name = "Outside the phases" if phases else ""
        yield Group("", name or ("Plan" if "" in points else ""), None, None, points.get("", ()), work.get("", ()))


def _phase_of(phases: Sequence[Phase], written: str | None, day: date) -> str:
    """The phase that is written, else the one of that day, else none."""
    key = (written or "").casefold()
    if key and any(phase.id.casefold() == key for phase in phases):
        return key
    return next((phase.id.casefold() for phase in phases if phase.start <= day <= phase.end), "")


def _work_by_phase(
    project: Project,
    phases: Sequence[Phase],
    tasks: Sequence[Record[Task]],
    was: Mapping[str, tuple[date, date]],
) -> Mapping[str, tuple[Work, ...]]:
    """Tasks and milestones of each phase: by start, the tasks of a summary below it."""
    plan = project.schedule
    working_days = calendar(project.state, project.as_of)
    found: dict[str, list[tuple[list[tuple[date, date, int]], Work]]] = {}
    above = summaries(project.state)
    keys: dict[str, tuple[date, date, int]] = {}
    for number, task in enumerate(tasks):
        if plan and task.id in plan.tasks:
            keys[task.id] = (plan.tasks[task.id].start, plan.tasks[task.id].finish, number)
    by_code = {task.entry.wbs.strip(): task.id for task in tasks if task.id in above}
    for task in tasks:
        if task.id in keys:
            chain = [keys[by_code[code]] for code in _prefixes(task.entry.wbs.strip()) if code in by_code]
            days = was.get(task.id.casefold())
            work = _task_work(project, task, working_days, is_summary=task.id in above, was=days)
            found.setdefault(_phase_of(phases, task.entry.phase, work.start), []).append(
                ([*chain, keys[task.id]], work)
            )
    for number, milestone in enumerate(project.state.of(Milestone), start=len(tasks)):
        work = _milestone_work(project, milestone, was.get(milestone.id.casefold()))
        place = [(work.finish, work.finish, number)]
        found.setdefault(_phase_of(phases, milestone.entry.phase, work.finish), []).append((place, work))
    return {key: tuple(work for _, work in sorted(items, key=lambda item: item[0])) for key, items in found.items()}


def _shown(project: Project) -> Sequence[Record[Task]]:
    """The tasks that the chart has room for, in file order."""
    tasks, plan = project.state.of(Task), project.schedule
    room = ROWS - len(project.state.of(Milestone))
    if plan is None or len(tasks) <= room:
        return tasks
    above = summaries(project.state)
    scheduled = [task for task in tasks if task.id in plan.tasks]
    scheduled.sort(key=lambda task: (task.id not in above, task.entry.done, plan.tasks[task.id].total_float))
    kept = {task.id for task in scheduled[: max(room, 0)]}
    return [task for task in tasks if task.id in kept]


def _prefixes(code: str) -> list[str]:
    """`2` and `2.1` for `2.1.3`."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _task_work(
    project: Project,
    record: Record[Task],
    working_days: Calendar,
    *,
    is_summary: bool,
    was: tuple[date, date] | None,
) -> Work:
    entry = record.entry
    plan = project.schedule
    if plan is None:
        raise ValueError("A task is drawn only where it is computed.")
    dates = plan.tasks[record.id]
    spare = dates.total_float
    float_text = "critical" if dates.critical else f"{language.number(round(spare, 1))} days of float"
    moment = dates.early_start == dates.early_finish and not is_summary
    first, last = language.day(dates.start), language.day(dates.finish)
    days = last if first == last else f"{first} to {last}"
    return Work(
        id=entry.id,
        name=entry.name,
        kind="summary" if is_summary else "task",
        start=dates.start,
        finish=dates.finish,
        until=working_days.finish_day(round(dates.late_finish * TICKS)) if spare > 0 and not is_summary else None,
        progress=100.0 if entry.done else float(entry.progress or 0),
        critical=dates.critical and not is_summary,
        done=entry.done,
        was=was,
        title=f"{entry.id} {entry.name}: {days}, {float_text}{_moved(was, dates.finish)}",
        moment=moment,
    )


def _moved(was: tuple[date, date] | None, finish: date) -> str:
    """By how many days something moved since the baseline, for its title."""
    days = (finish - was[1]).days if was else 0
    return f", {language.figure(abs(days), 'day')} {'later' if days > 0 else 'earlier'} than agreed" if days else ""


def _milestone_work(project: Project, record: Record[Milestone], was: tuple[date, date] | None) -> Work:
    entry = record.entry
    day = standing(project, record)
    dates = project.schedule.tasks.get(record.id) if project.schedule and entry.after else None
    return Work(
        id=entry.id,
        name=entry.name,
        kind="milestone",
        start=min(day, entry.date),
        finish=day,
        critical=bool(dates and dates.critical),
        done=entry.reached is not None,
        promised=entry.date,
        was=was,
        title=f"{entry.id} {entry.name}: {language.day(day)}{_moved(was, day)}",
    )


def _points_by_phase(
    project: Project, phases: Sequence[Phase], cards: Sequence[GateCard], was: Mapping[str, tuple[date, date]]
) -> Mapping[str, tuple[Point, ...]]:
    """The gates, each on the rail of the phase that it closes, else of the one it opens."""
    found: dict[str, list[Point]] = {}
    for record, card in zip(project.state.of(Gate), cards, strict=False):  # charts of phases show no gates
        days = was.get(record.id.casefold())
        title = f"Gate {card.id} {card.name}, {language.day(card.day)}: {card.mark.word}"
        before = days[1] if days else None
        point = Point(card.id, card.name, card.day, card.mark.tone, card.mark.sign, title, before)
        key = _phase_of(phases, record.entry.closes or record.entry.opens, card.day)
        found.setdefault(key, []).append(point)
    return {key: tuple(points) for key, points in found.items()}
