"""From what timeline.yml says to the computed plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, TypeAlias

from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.forecast import Simulation
from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.timeline_holidays import public_holidays
from mkdocs_ecompm.registers.timeline_schema import After, Gate, Milestone, Phase, Task
from mkdocs_ecompm.registers.timeline_schema import Estimate as TaskEstimate
from mkdocs_ecompm.schedule.activity import Activity, Dependency, NotBefore
from mkdocs_ecompm.schedule.calendar import WEEKDAYS, Calendar
from mkdocs_ecompm.schedule.estimates import Estimate
from mkdocs_ecompm.schedule.plan import schedule as compute
from mkdocs_ecompm.schedule.rollup import members


def schedule(state: State, as_of: date) -> Schedule:
    """The computed plan. Once a task has `progress` or `actual`, `as_of` is its status date."""
    return compute(activities(state), calendar(state, as_of), status_date(state, as_of))


def can_simulate() -> bool:
    """Whether numpy is installed, which a simulation needs."""
    return find_spec("numpy") is not None


def has_estimates(state: State) -> bool:
    """Whether a task that is not done has an estimate, so that there is something to simulate."""
    return any(task.entry.estimate is not None and not task.entry.done for task in state.of(Task))


Play: TypeAlias = Callable[[], Simulation | None]
Remember: TypeAlias = Callable[[str, Play], Simulation | None]
"""Gives what was once made of a plan, which is told as text; plays it if it was not."""


def simulation(state: State, as_of: date, remember: Remember = lambda _plan, play: play()) -> Simulation | None:
    """The plan played through many times; None if nothing in it is estimated, or numpy is not installed."""
    if not has_estimates(state) or not can_simulate():
        return None
    ahead = tuple(point.id for point in state.of(Milestone) if point.entry.reached is None and point.entry.after)
    plan = (activities(state), calendar(state, as_of), status_date(state, as_of), ahead)

    def play() -> Simulation | None:
        from mkdocs_ecompm.schedule.simulation import simulate  # noqa: PLC0415  # numpy: only where it is needed

        return simulate(*plan)

    return remember(repr(plan), play)


def status_date(state: State, as_of: date) -> date | None:
    """The day from which what remains is planned, or None for a plan in which nothing is said to have happened."""
    moved = any(task.entry.progress is not None or task.entry.actual is not None for task in state.of(Task))
    return as_of if moved else None


def calendar(state: State, as_of: date) -> Calendar:
    """The project's working days from its start: that of project.yml, else the earliest day of the plan."""
    project = state.documents.get("project")
    given: Any = getattr(project, "calendar", None)
    start = getattr(project, "start", None) or min(_days(state), default=as_of)
    # A week without a working day is reported where it is written; the plan is then that of an ordinary week.
    workdays = getattr(given, "workdays", ()) or WEEKDAYS[:5]
    country = getattr(given, "country", "")
    public = public_holidays(country, start.year) or () if country else ()
    return Calendar(start, workdays, {*getattr(given, "holidays", ()), *public})


def _days(state: State) -> Iterator[date]:
    """Every day that the plan names."""
    for phase in state.of(Phase):
        yield from (phase.entry.start, phase.entry.end)
    yield from (gate.entry.date for gate in state.of(Gate))
    yield from (milestone.entry.date for milestone in state.of(Milestone))
    for task in state.of(Task):
        actual = task.entry.actual
        days = (task.entry.not_before, actual and actual.start, actual and actual.finish)
        yield from (day for day in days if day)


def summaries(state: State) -> frozenset[str]:
    """The ids of the tasks that are summaries of others."""
    tasks = state.of(Task)
    return frozenset(tasks[number].id for number in members([task.entry.wbs.strip() for task in tasks]))


def activities(state: State) -> tuple[Activity, ...]:
    """Tasks and milestones for the planner. A task without a duration is left out: it is an error of its own."""
    above = summaries(state)
    week = calendar(state, date.min).days_a_week
    own = {record.id.casefold(): record.id for record in (*state.of(Task), *state.of(Milestone))}
    found = [
        _task(state, task, own, week) for task in state.of(Task) if task.entry.duration is not None or task.id in above
    ]
    for milestone in state.of(Milestone):
        after, limits = _waits(state, milestone.entry.after, own, week)
        reached = milestone.entry.reached
        found.append(Activity(milestone.id, Decimal(0), after=after, not_before=limits, finished=reached))
    return tuple(found)


def _task(state: State, record: Record[Task], own: dict[str, str], week: int) -> Activity:
    entry = record.entry
    after, limits = _waits(state, entry.after, own, week)
    if entry.not_before is not None:
        limits = (NotBefore(entry.not_before), *limits)
    return Activity(
        id=entry.id,
        duration=entry.duration.days(week) if entry.duration else Decimal(0),
        wbs=entry.wbs.strip(),
        after=after,
        not_before=limits,
        progress=entry.progress or Decimal(0),
        started=entry.actual.start if entry.actual else None,
        finished=entry.actual.finish if entry.actual else None,
        estimate=_estimate(entry.estimate, week),
    )


def _estimate(given: TaskEstimate | None, week: int) -> Estimate | None:
    """The estimate in working days. One that does not rise is an error of its own, and is not simulated."""
    if given is None:
        return None
    found = Estimate(*(time.days(week) for time in (given.optimistic, given.likely, given.pessimistic)))
    return found if found.in_order else None


def _waits(
    state: State, after: tuple[After, ...], own: dict[str, str], week: int
) -> tuple[tuple[Dependency, ...], tuple[NotBefore, ...]]:
    """What is waited for: tasks and milestones of the plan, and the days of obligations."""
    dependencies, limits = [], []
    for wait in after:
        lag = wait.lag.days(week) if wait.lag else Decimal(0)
        name = target(wait, own)
        if name is not None:
            dependencies.append(Dependency(name, wait.type, lag))
        elif day := _obligation_day(state, wait.task):
            limits.append(NotBefore(day, wait.type, lag))
    return tuple(dependencies), tuple(limits)


def target(wait: After, own: dict[str, str]) -> str | None:
    """The task or milestone that a dependency means, by `own`: casefolded id -> id."""
    register, slash, name = wait.task.partition("/")
    if slash:
        return own.get(name.casefold()) if register == "timeline" else None
    return own.get(wait.task.casefold())


def _obligation_day(state: State, ref: str) -> date | None:
    """The day on which an obligation was met, else that on which it is due. Nobody waits for a waived one."""
    for record in state.lookup(ref):
        if record.register == "obligations" and getattr(record.entry, "status", "") != "waived":
            return getattr(record.entry, "met_on", None) or getattr(record.entry, "due", None)
    return None
