"""The plan of a whole project: activities in, a `Schedule` out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from mkdocs_ecompm.model.schedule import Schedule, TaskDates
from mkdocs_ecompm.schedule.activity import Activity
from mkdocs_ecompm.schedule.actuals import Fact, Span, settle
from mkdocs_ecompm.schedule.calendar import TICKS, Calendar, ticks
from mkdocs_ecompm.schedule.days import days_of
from mkdocs_ecompm.schedule.network import Network, distance, forward
from mkdocs_ecompm.schedule.paths import cycles
from mkdocs_ecompm.schedule.rollup import members
from mkdocs_ecompm.schedule.timing import Row, Timing, solve


def network(activities: Sequence[Activity], calendar: Calendar) -> Network:
    """The network of the activities. A dependency on something that is not in the plan is left out."""
    numbers = {activity.id.casefold(): number for number, activity in enumerate(activities)}
    summaries = members([activity.wbs for activity in activities])
    durations = [0 if number in summaries else ticks(activity.duration) for number, activity in enumerate(activities)]
    plan = Network(durations, [0] * len(activities), [[] for _ in activities], summaries)
    for number, activity in enumerate(activities):
        for own in summaries.get(number, (number,)) if activity.not_before else ():
            plan.earliest[own] = max(plan.earliest[own], _bound(activity, durations[own], calendar))
        for wait in activity.after:
            before = numbers.get(wait.on.casefold())
            if before is not None:
                _join(plan, number, before, wait.kind, ticks(wait.lag))
    return plan


def _bound(activity: Activity, duration: int, calendar: Calendar) -> int:
    """The earliest start that the days of an activity allow, never before the project's start."""
    return max(
        (
            calendar.offset(limit.day) + distance("S" + limit.kind[1], ticks(limit.lag), 0, duration)
            for limit in activity.not_before
        ),
        default=0,
    )


def _join(plan: Network, number: int, before: int, kind: str, lag: int) -> None:
    """One dependency, for every task of a summary at either end."""
    if number not in plan.summaries and before not in plan.summaries:
        plan.waits[number].append((before, kind, lag))
        return
    firsts, seconds = plan.summaries.get(before, (before,)), plan.summaries.get(number, (number,))
    if not set(firsts).isdisjoint(seconds):
        plan.nested.append((before, number) if before != number else (number,))
        return
    for second in seconds:
        plan.waits[second].extend((first, kind, lag) for first in firsts)


def find_cycles(activities: Sequence[Activity], calendar: Calendar) -> tuple[tuple[str, ...], ...]:
    """The ids of each cycle in order: every activity comes before the next, the last before the first."""
    return _cycles(activities, network(activities, calendar))


def _cycles(activities: Sequence[Activity], plan: Network) -> tuple[tuple[str, ...], ...]:
    found = [*plan.nested, *cycles(plan.links())]
    return tuple(tuple(activities[number].id for number in cycle) for cycle in found)


def schedule(activities: Sequence[Activity], calendar: Calendar, status: date | None = None) -> Schedule:
    """The whole plan by the critical path method; with a status date, what happened replaces what was planned."""
    plan = network(activities, calendar)
    links = plan.links()
    starts, order = forward(plan.earliest, links, plan.waits)
    if len(order) < len(starts) or plan.nested:
        return Schedule(start=calendar.start_day(0), cycle=_cycles(activities, plan)[0], status_date=status)
    today = None if status is None else calendar.offset(status)
    if today is None:
        spans = [Span(begin, begin, begin + length) for begin, length in zip(starts, plan.durations, strict=True)]
    else:
        spans = settle(order, plan, [_fact(activity, calendar) for activity in activities], today)
        links = _links_that_hold(plan, spans)
    worked = [number for number in range(len(activities)) if number not in plan.summaries]
    timing = solve(spans, order, links, worked)
    days = days_of(activities, plan, timing, calendar, today)
    paths, count = timing.critical_paths()
    return Schedule(
        start=calendar.start_day(0),
        finish=max((days[number][1] for number in worked), default=None),
        tasks=_tasks(activities, plan, timing, days),
        critical_paths=tuple(tuple(activities[number].id for number in path) for path in paths),
        critical_path_count=count,
        status_date=status,
    )


def _fact(activity: Activity, calendar: Calendar) -> Fact:
    """What is known of an activity, in ticks. One without work ends on the day it begins."""
    done = activity.progress >= 100
    left = ticks(activity.duration * (100 - min(activity.progress, Decimal(100))) / 100)
    ended = activity.finished or (None if activity.duration else activity.started)
    return Fact(
        remaining=0 if done else left,
        done=done,
        started=None if activity.started is None else calendar.offset(activity.started),
        finished=None if ended is None else calendar.end(ended),
    )


def _links_that_hold(plan: Network, spans: Sequence[Span]) -> list[list[tuple[int, int]]]:
    """The links between what can still move, and those that what happened has kept.

    The start of a task under way is a fact: who waits for that start cannot be delayed by the rest of the task.
    """
    found: list[list[tuple[int, int]]] = [[] for _ in spans]
    for number, waits in enumerate(plan.waits):
        own = spans[number]
        for before, kind, lag in waits:
            other = spans[before]
            gap = distance(kind, lag, other.finish - other.movable, own.finish - own.movable)
            under_way = other.begun and not other.done
            if other.movable + gap <= own.movable and not (under_way and kind[0] == "S"):
                found[before].append((number, gap))
    return found


def _tasks(
    activities: Sequence[Activity], plan: Network, timing: Timing, days: Sequence[tuple[date, date]]
) -> dict[str, TaskDates]:
    """Every activity by its id; a summary from its first task to its last."""
    found: dict[str, TaskDates] = {}
    for number, activity in enumerate(activities):
        inside = plan.summaries.get(number)
        if inside is None:
            found[activity.id] = _dates(timing.row(number), days[number])
        else:
            first, last = min(days[task][0] for task in inside), max(days[task][1] for task in inside)
            found[activity.id] = _dates(timing.rolled_up(inside), (first, last))
    return found


def _dates(row: Row, days: tuple[date, date]) -> TaskDates:
    start, finish, room, free = row
    return TaskDates(
        early_start=start / TICKS,
        early_finish=finish / TICKS,
        late_start=(start + room) / TICKS,
        late_finish=(finish + room) / TICKS,
        total_float=room / TICKS,
        free_float=free / TICKS,
        critical=room == 0,
        start=days[0],
        finish=days[1],
    )
