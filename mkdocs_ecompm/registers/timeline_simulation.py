"""How sure the days of the plan are: what the simulation says of the go-live, and which tasks decide it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.model.forecast import Simulation, day_by, share_by
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.timeline_histogram import Histogram, Marker, draw
from mkdocs_ecompm.registers.timeline_plan import activities, has_estimates
from mkdocs_ecompm.registers.timeline_schema import Task
from mkdocs_ecompm.registers.timeline_words import go_live
from mkdocs_ecompm.schedule.estimates import Estimate, path_estimate

_SHARES: Final = (50, 80, 95)
_FEW: Final = 15
"""Tasks in the table that are shown without being asked for."""


class ChanceRow(Struct, frozen=True):
    """A day, the share of the runs that end on it and the share done by then, in per cent."""

    day: date
    share: Decimal
    done: Decimal


class TaskRow(Struct, frozen=True):
    """A task that is not done: its estimate (as written, mean and deviation by PERT) and how often it was critical."""

    id: str
    name: str
    estimate: str
    mean: str
    sigma: str
    critical: float
    critical_text: str


class SimulationView(Struct, frozen=True):
    """Context of the part `timeline.simulation`, as `view.simulation`.

    `missing` says that there are estimates but no numpy; then all else is empty. `path` is the critical path by PERT.
    """

    missing: bool
    sentence: str = ""
    path: str = ""
    histogram: Histogram | None = None
    drawn: str = ""
    days: tuple[ChanceRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    many: bool = False
    runs: int = 0
    seed: int = 0


def simulation_view(project: Project) -> SimulationView | None:
    """What the timeline page says of the simulation; None for a plan without open estimates."""
    found = project.simulation
    if found is None:
        unsolved = project.schedule is None or bool(project.schedule.cycle)
        return SimulationView(missing=True) if has_estimates(project.state) and not unsolved else None
    name, promised, counts = _goal(project, found)
    tasks = tuple(_tasks(project, found))
    sentence = _sentence(name, promised, counts, project.as_of)
    return SimulationView(
        missing=False,
        sentence=sentence,
        path=_path(project),
        histogram=draw(counts, promised, tuple(_markers(promised, counts, project.as_of))),
        drawn=f"How many runs of the plan reach it on which day. {sentence}",
        days=tuple(_chances(counts)),
        tasks=tasks,
        many=len(tasks) > _FEW,
        runs=found.runs,
        seed=found.seed,
    )


def _goal(project: Project, found: Simulation) -> tuple[str, date | None, Mapping[date, int]]:
    """What is looked at: the go-live if it is still ahead and stands in the network, else the end of the plan."""
    goal = go_live(project)
    if goal is not None and goal.id in found.milestones:
        return goal.entry.name, goal.entry.date, found.milestones[goal.id]
    return "The end of the plan", project.schedule.finish if project.schedule else None, found.histogram


def _sentence(name: str, promised: date | None, counts: Mapping[date, int], as_of: date) -> str:
    days = [language.near_day(day_by(counts, share / 100), as_of) for share in _SHARES]
    runs = f"half of all runs reach it by {days[0]}, 80\u202f% by {days[1]} and 95\u202f% by {days[2]}"
    if promised is None:
        return f"{name}: {runs}."
    chance = _percent(share_by(counts, promised))
    return f"{name} is reached by {language.near_day(promised, as_of)} with a chance of {chance}; {runs}."


def _percent(share: float) -> str:
    """In whole per cent; what is not certain is never called 0 or 100."""
    if 0 < share < 0.01:
        return "less than 1\u202f%"
    if 0.99 < share < 1:
        return "more than 99\u202f%"
    return language.percent(round(share * 100))


def _markers(promised: date | None, counts: Mapping[date, int], as_of: date) -> Iterator[Marker]:
    for share in _SHARES:
        day = day_by(counts, share / 100)
        yield Marker(day, f"{share}\u202f% by {language.short_day(day, as_of)}", "share")
    if promised is not None:
        chance = _percent(share_by(counts, promised))
        yield Marker(promised, f"promised {language.short_day(promised, as_of)}: {chance}", "promised")


def _chances(counts: Mapping[date, int]) -> Iterator[ChanceRow]:
    whole, done = sum(counts.values()), 0
    for day in sorted(counts):
        done += counts[day]
        yield ChanceRow(day, _tenth(counts[day], whole), _tenth(done, whole))


def _tenth(part: int, whole: int) -> Decimal:
    return round(Decimal(part * 100) / whole, 1)


def _tasks(project: Project, found: Simulation) -> Iterable[TaskRow]:
    """What is estimated or was ever critical, most critical first."""
    estimates = {activity.id: activity.estimate for activity in activities(project.state)}
    rows = []
    for task in project.state.of(Task):
        critical, estimate = found.criticality.get(task.id), estimates.get(task.id)
        if critical is not None and (critical or estimate):
            rows.append(_task(task.id, task.entry, estimate, critical))
    return sorted(rows, key=lambda row: (-row.critical, row.id))


def _task(name: str, task: Task, estimate: Estimate | None, critical: float) -> TaskRow:
    given = task.estimate
    return TaskRow(
        id=name,
        name=task.name,
        estimate=f"{given.optimistic} · {given.likely} · {given.pessimistic}" if given else str(task.duration or ""),
        mean=language.number(round(estimate.mean, 1)) if estimate else "",
        sigma=language.number(round(estimate.sigma, 1)) if estimate else "",
        critical=critical,
        critical_text=_percent(critical),
    )


def _path(project: Project) -> str:
    """The work left on the critical path by PERT, and its deviation."""
    plan = project.schedule
    own = {activity.id: activity for activity in activities(project.state)}
    ahead = {task.id for task in project.state.of(Task) if not task.entry.done}
    names = [name for name in plan.critical_paths[0] if name in ahead] if plan and plan.critical_paths else []
    if not names:
        return ""
    left = path_estimate((own[name].duration, own[name].estimate, own[name].progress) for name in names)
    return (
        f"By PERT the critical path to the end of the plan holds {language.number(round(left.mean, 1))} working days, "
        f"give or take {language.number(round(left.sigma, 1))} (one standard deviation)."
    )


__all__ = ["SimulationView", "simulation_view"]
