"""A plan played through many times with random durations (Monte Carlo): when it ends, and what decides that.

Each run is the deterministic plan with other durations: every kind of dependency, lags, days before which nothing may
begin, and what has happened already. Needs numpy: import this module only where a simulation is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, TypeAlias, cast

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from mkdocs_ecompm.model.forecast import Simulation, day_by
from mkdocs_ecompm.schedule.activity import Activity
from mkdocs_ecompm.schedule.calendar import TICKS, Calendar
from mkdocs_ecompm.schedule.network import forward
from mkdocs_ecompm.schedule.plan import network
from mkdocs_ecompm.schedule.runs import LONG_AGO, Block, Days, Model, later, nodes_of, play
from mkdocs_ecompm.schedule.sampling import durations

Flags: TypeAlias = "bool | NDArray[np.bool_]"

_NEAR: Final = 0.002
"""Working days (a minute) within which two times are the same: single precision keeps no more over 30 years."""
_CELLS: Final = 4_000_000
"""Activities times runs of a block: the fewer, the more of it stays in the processor's cache."""


class Draw(Struct, frozen=True):
    """How the dice are thrown: how often, from which seed, and by which distribution (`pert`, a beta, or `triangular`).

    The same seed gives the same runs of the same plan.
    """

    runs: int = 10_000
    seed: int = 1
    distribution: str = "pert"


USUAL: Final = Draw()
"""Ten thousand runs."""


@dataclass(slots=True)
class _Tally:
    """What is counted over all runs, by working day from the start and by activity."""

    finish: Counter[int] = field(default_factory=Counter)
    reached: dict[int, Counter[int]] = field(default_factory=dict)
    critical: list[int] = field(default_factory=list)


def simulate(
    activities: Sequence[Activity],
    calendar: Calendar,
    status: date | None = None,
    milestones: Collection[str] = (),
    draw: Draw = USUAL,
) -> Simulation | None:
    """Play the plan through many times; None if nothing in it is uncertain, or there is a cycle in it.

    Args:
        activities: Tasks and milestones. Only those with an estimate that rises and work left vary.
        calendar: The project's working days.
        status: The day before which nothing that remains can lie, if anything is said to have happened.
        milestones: Ids of activities without duration whose days are counted too.
        draw: How often, and how.
    """
    plan = network(activities, calendar)
    _, order = forward(plan.earliest, plan.links(), plan.waits)
    nodes = nodes_of(activities, plan, calendar, told=status is not None)
    random = [number for number, node in enumerate(nodes) if node.row >= 0]
    if not random or len(order) < len(nodes) or plan.nested:
        return None
    today = LONG_AGO if status is None else calendar.offset(status) / TICKS
    model = Model(activities, nodes, order, plan.summaries, calendar, today)
    watched = [number for number, activity in enumerate(activities) if activity.id in milestones]
    tally = _Tally(reached={number: Counter() for number in watched}, critical=[0] * len(nodes))
    sample = durations([e for number in random if (e := activities[number].estimate)], draw.distribution)
    generator = np.random.Generator(np.random.PCG64(draw.seed))
    for size in _sizes(draw.runs, len(nodes)):
        rows = sample(generator.random((len(random), size), np.float32))
        _count(tally, play(model, rows), model, size)
    return _answer(tally, model, draw)


def _sizes(runs: int, activities: int) -> Iterator[int]:
    """The runs in blocks of a handy size."""
    size = min(max(_CELLS // activities, 100), 2_500)
    for begin in range(0, runs, size):
        yield min(size, runs - begin)


# --- what is counted --------------------------------------------------------------------------------------------------


def _count(tally: _Tally, block: Block, model: Model, size: int) -> None:
    end: Days = LONG_AGO
    for number in model.worked:
        end = later(end, block.finishes[number])
    points = _points(block, model)
    last: Days = _evening(end)
    for number, day in points.items():
        last = later(last, day)
        if number in tally.reached:
            tally.reached[number].update(_by_day(day, size))
    tally.finish.update(_by_day(last, size))
    critical = _critical(block, model, end)
    for summary, tasks in model.summaries.items():
        for task in tasks:
            critical[summary] = critical[summary] | critical[task]
    for number, flags in enumerate(critical):
        tally.critical[number] += size * flags if isinstance(flags, bool) else int(np.count_nonzero(flags))


def _evening(time: Days) -> Days:
    """The number of the last day worked when work ends at a time."""
    return np.ceil(time - _NEAR) - 1


def _points(block: Block, model: Model) -> dict[int, Days]:
    """The day on which each activity without duration stands that is still ahead.

    As in `days.days_of`: one that waits for a finish stands on the day of that finish; one that waits for a start, for
    a day or for nothing stands on the day that begins.
    """
    found: dict[int, Days] = {}
    mornings: dict[int, Flags] = {}
    for number in model.order:
        node, time = model.nodes[number], block.finishes[number]
        if node.duration or node.row >= 0 or node.done or number in model.summaries:
            continue
        morning: Flags = _same(time, max(node.after, node.until)) | _same(time, model.today)
        for before, kind, lag in node.waits:
            event = block.finishes[before] if kind[0] == "F" else block.starts[before]
            morning = morning | (_same(event + lag, time) & mornings.get(before, kind[0] == "S"))
        mornings[number] = morning
        found[number] = np.where(morning, np.floor(time + _NEAR), _evening(time))
    return found


def _same(one: Days, other: Days) -> Flags:
    gap: Days = one - other
    return cast("Flags", np.abs(gap) <= _NEAR)


def _by_day(days: Days, size: int) -> Mapping[int, int]:
    """How many runs there are of each day."""
    found, counts = np.unique(np.broadcast_to(days, size), return_counts=True)
    return dict(zip(found.astype(int).tolist(), counts.tolist(), strict=True))


def _critical(block: Block, model: Model, end: Days) -> list[Flags]:
    """In which runs each activity is critical: it ends last, or something critical begins only for it."""
    nodes = model.nodes
    critical: list[Flags] = [False] * len(nodes)
    for number in model.worked:
        if not nodes[number].done:
            critical[number] = block.finishes[number] >= end - _NEAR
    for number in reversed(model.order):
        node, own = nodes[number], critical[number]
        if node.done or not np.any(own):
            continue
        length = block.durations[number] * node.left if node.begun else block.durations[number]
        due = block.movable[number] - _NEAR
        for before, kind, lag in node.waits:
            other = nodes[before]
            if other.done or (other.begun and kind[0] == "S"):
                continue  # it has happened, and delays nobody any more
            event = block.finishes[before] if kind[0] == "F" else block.starts[before]
            shift = lag - length if kind[1] == "F" else lag
            critical[before] = critical[before] | (own & (event >= due - shift))
    return critical


def _answer(tally: _Tally, model: Model, draw: Draw) -> Simulation:
    activities, calendar = model.activities, model.calendar
    histogram = _dates(tally.finish, calendar)
    return Simulation(
        runs=draw.runs,
        seed=draw.seed,
        p50=day_by(histogram, 0.50),
        p80=day_by(histogram, 0.80),
        p95=day_by(histogram, 0.95),
        histogram=histogram,
        criticality={
            activity.id: count / draw.runs
            for activity, node, count in zip(activities, model.nodes, tally.critical, strict=True)
            if not node.done
        },
        milestones={activities[number].id: _dates(counter, calendar) for number, counter in tally.reached.items()},
    )


def _dates(counter: Counter[int], calendar: Calendar) -> dict[date, int]:
    found: dict[date, int] = {}
    for number in sorted(counter):
        day = calendar.start_day(number * TICKS)
        found[day] = found.get(day, 0) + counter[number]
    return found
