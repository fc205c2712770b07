"""Random networks against the definitions: what a float is, tried out by delaying the task."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mkdocs_ecompm.schedule.activity import KINDS, Activity, Dependency
from mkdocs_ecompm.schedule.calendar import WEEKDAYS, Calendar
from mkdocs_ecompm.schedule.plan import schedule

CALENDAR = Calendar(date(2026, 3, 2), WEEKDAYS)
STEP = Decimal("0.5")
HALF_DAYS = st.integers(0, 12).map(lambda number: number * STEP)
LAGS = st.integers(-6, 6).map(lambda number: number * STEP)


@st.composite
def networks(draw: st.DrawFn) -> list[Activity]:
    count = draw(st.integers(1, 9))
    order = draw(st.permutations(range(count)))
    after: dict[int, list[Dependency]] = {number: [] for number in range(count)}
    for _ in range(draw(st.integers(0, 14))):
        first, second = sorted((draw(st.integers(0, count - 1)), draw(st.integers(0, count - 1))))
        if first != second:
            wait = Dependency(f"T{order[first]}", draw(st.sampled_from(KINDS)), draw(LAGS))
            after[order[second]].append(wait)
    return [Activity(f"T{number}", draw(HALF_DAYS), after=tuple(after[number])) for number in range(count)]


def relaxed(network: list[Activity], delayed: str = "", delay: Decimal = Decimal(0)) -> dict[str, Decimal]:
    """Early starts by trying until nothing changes; `delayed` begins at least `delay` later than it could."""
    durations = {activity.id: activity.duration for activity in network}
    starts = {activity.id: delay if activity.id == delayed else Decimal(0) for activity in network}
    changed = True
    while changed:
        changed = False
        for activity in network:
            for wait in activity.after:
                event = starts[wait.on] + wait.lag + (durations[wait.on] if wait.kind[0] == "F" else 0)
                bound = event - (activity.duration if wait.kind[1] == "F" else 0)
                if bound > starts[activity.id]:
                    starts[activity.id] = bound
                    changed = True
    return starts


def end(network: list[Activity], starts: dict[str, Decimal]) -> Decimal:
    return max(starts[activity.id] + activity.duration for activity in network)


@settings(max_examples=150, deadline=None)
@given(networks())
def test_floats_are_what_a_task_can_be_delayed(network: list[Activity]) -> None:
    plan = schedule(network, CALENDAR)
    early = relaxed(network)
    finish = end(network, early)
    for name, task in plan.tasks.items():
        assert task.early_start == early[name]
        assert task.total_float == task.late_start - task.early_start == task.late_finish - task.early_finish
        assert task.critical == (task.total_float == 0)
        total, free = Decimal(task.total_float), Decimal(task.free_float)
        assert 0 <= free <= total
        for delay, holds in ((total, True), (total + STEP, False)):
            assert (end(network, relaxed(network, name, early[name] + delay)) <= finish) is holds
        for delay, holds in ((free, True), (free + STEP, False)):
            moved = relaxed(network, name, early[name] + delay)
            others = all(moved[other] == early[other] for other in early if other != name)
            assert (others and end(network, moved) <= finish) is holds


@settings(max_examples=150, deadline=None)
@given(networks())
def test_critical_paths_are_the_longest_chains_without_room(network: list[Activity]) -> None:
    plan = schedule(network, CALENDAR)
    starts = relaxed(network)
    critical = {name for name, task in plan.tasks.items() if task.total_float == 0}
    durations = {activity.id: activity.duration for activity in network}
    driven: dict[str, set[str]] = {name: set() for name in critical}
    for activity in network:
        for wait in activity.after:
            leave = durations[wait.on] if wait.kind[0] == "F" else Decimal(0)
            arrive = activity.duration if wait.kind[1] == "F" else Decimal(0)
            gap = starts[activity.id] + arrive - starts[wait.on] - leave - wait.lag
            if {wait.on, activity.id} <= critical and gap == 0:
                driven[wait.on].add(activity.id)

    def chains(name: str) -> Iterator[tuple[str, ...]]:
        if not driven[name]:
            yield (name,)
        for following in driven[name]:
            yield from ((name, *rest) for rest in chains(following))

    entered = set().union(*driven.values()) if driven else set()
    expected = {chain for name in critical - entered for chain in chains(name)}
    assert set(plan.critical_paths) == expected
    assert plan.critical_path_count == len(expected) >= 1


DAYS = st.integers(-5, 30).map(lambda number: date(2026, 3, 2) + timedelta(days=number))


@st.composite
def plans_under_way(draw: st.DrawFn) -> list[Activity]:
    """Networks in which something happened, in turn or out of turn."""
    found = []
    for activity in draw(networks()):
        started, finished = draw(st.none() | DAYS), draw(st.none() | DAYS)
        progress = Decimal(draw(st.sampled_from([0, 0, 33, 50, 100])))
        found.append(replace(activity, started=started, finished=finished, progress=progress))
    return found


@settings(max_examples=150, deadline=None)
@given(plans_under_way(), DAYS)
def test_a_plan_under_way_keeps_what_happened_and_plans_the_rest_ahead(network: list[Activity], today: date) -> None:
    plan = schedule(network, CALENDAR, today)
    assert plan.critical_path_count >= 1
    assert plan.finish == max(task.finish for task in plan.tasks.values())
    status = (today - date(2026, 3, 2)).days
    for activity in network:
        task = plan.tasks[activity.id]
        assert task.start <= task.finish
        assert 0 <= task.free_float <= task.total_float
        assert task.total_float == pytest.approx(task.late_start - task.early_start)
        assert task.critical == (task.total_float == 0)
        if activity.finished is not None:
            assert task.finish == max(activity.finished, activity.started or activity.finished)
        elif activity.progress < 100 and (activity.duration or not activity.started):
            assert task.early_finish >= status + activity.duration * (100 - activity.progress) / 100 - Decimal("1e-5")
