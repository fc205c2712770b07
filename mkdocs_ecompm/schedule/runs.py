"""Many runs of a plan at once: the same activities with other durations, each where dependencies and facts put it.

All runs of a block are computed together, an activity after the other; what no random duration reaches stays a plain
number. Needs numpy, and is imported only by the simulation.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, cast

import numpy as np
from msgspec import Struct

from mkdocs_ecompm.schedule.activity import Activity
from mkdocs_ecompm.schedule.calendar import TICKS, Calendar, ticks
from mkdocs_ecompm.schedule.network import Network
from mkdocs_ecompm.schedule.sampling import Floats

Days: TypeAlias = "float | Floats"
"""Working days from the project's start: the same in all runs, or one number a run."""

LONG_AGO: Final = -1e6
"""A day before every plan."""


class Node(Struct, frozen=True):
    """An activity in days. `row` is its row among the random durations, -1 for a duration that is certain.

    `left` is the share of the work still to do; `after` and `until` are the days before which it may not begin or end.
    """

    waits: tuple[tuple[int, str, float], ...]
    duration: float
    row: int
    left: float
    after: float
    until: float
    started: float | None
    finished: float | None
    done: bool

    @property
    def begun(self) -> bool:
        """Whether some of it has happened."""
        return self.done or self.started is not None or self.left < 1


class Model(Struct, frozen=True):
    """The plan to be played: its activities, an order with predecessors first, and the status date in days."""

    activities: Sequence[Activity]
    nodes: Sequence[Node]
    order: Sequence[int]
    summaries: Mapping[int, tuple[int, ...]]
    calendar: Calendar
    today: float

    @property
    def worked(self) -> list[int]:
        """The activities that are no summaries."""
        return [number for number in range(len(self.nodes)) if number not in self.summaries]


@dataclass(slots=True)
class Block:
    """Some runs of the plan: where each activity lies. From `movable` on it is still a plan."""

    durations: list[Days]
    starts: list[Days]
    movable: list[Days]
    finishes: list[Days]


def nodes_of(activities: Sequence[Activity], plan: Network, calendar: Calendar, *, told: bool) -> list[Node]:
    """The activities in days, those that vary numbered. What has happened counts only where there is a status date."""
    limits = _limits(activities, plan, calendar)
    found: list[Node] = []
    rows = 0
    for number, activity in enumerate(activities):
        ended = (activity.finished or (None if activity.duration else activity.started)) if told else None
        done = told and (ended is not None or activity.progress >= 100)
        started = activity.started if told else None
        progress = activity.progress if told and activity.duration else 0
        estimate = activity.estimate
        varies = not done and number not in plan.summaries and estimate is not None and estimate.in_order
        found.append(
            Node(
                waits=tuple((before, kind, lag / TICKS) for before, kind, lag in plan.waits[number]),
                duration=plan.durations[number] / TICKS,
                row=rows if varies else -1,
                left=0.0 if done else float(100 - progress) / 100,
                after=limits[number][0],
                until=limits[number][1],
                started=None if started is None else calendar.offset(started) / TICKS,
                finished=None if ended is None else calendar.end(ended) / TICKS,
                done=done,
            )
        )
        rows += varies
    return found


def _limits(activities: Sequence[Activity], plan: Network, calendar: Calendar) -> list[tuple[float, float]]:
    """Of each activity the day before which it may not begin, and that before which it may not end."""
    found = [(0.0, LONG_AGO)] * len(activities)
    for number, activity in enumerate(activities):
        for limit in activity.not_before:
            day = (calendar.offset(limit.day) + ticks(limit.lag)) / TICKS
            for own in plan.summaries.get(number, (number,)):
                begin, end = found[own]
                found[own] = (max(begin, day), end) if limit.kind[1] == "S" else (begin, max(end, day))
    return found


def play(model: Model, rows: Floats) -> Block:
    """Where each activity lies in each run."""
    nodes = model.nodes
    lengths: list[Days] = [node.duration if node.row < 0 else rows[node.row] for node in nodes]
    nowhere: list[Days] = [0.0] * len(nodes)
    block = Block(lengths, nowhere, nowhere[:], nowhere[:])
    for number in model.order:
        start, movable, finish = _place(nodes[number], lengths[number], block, model.today)
        block.starts[number], block.movable[number], block.finishes[number] = start, movable, finish
    return block


def _place(node: Node, length: Days, block: Block, today: float) -> tuple[Days, Days, Days]:
    """Start, where it becomes a plan, and finish: ended, done on an unknown day, begun, or still to begin.

    The rules are those of `actuals.settle`, and hold for all runs at once.
    """
    if node.finished is not None:
        known = _bound(node, length, block) if node.started is None else node.started
        start = _earlier(known, node.finished) if node.duration else node.finished
        return start, start, node.finished
    if node.done:
        start = _earlier(_bound(node, length, block), today) if node.started is None else node.started
        return start, start, later(start, _earlier(start + length, today))
    if node.begun:
        start = _bound(node, length, block) if node.started is None else node.started
        rest = length * node.left
        movable = later(start, _waits(node, rest, block, today))
        return start, movable, movable + rest
    start = later(_bound(node, length, block), today)
    return start, start, start + length


def _bound(node: Node, length: Days, block: Block) -> Days:
    """The earliest start that days and dependencies allow."""
    bound: Days = node.after
    if node.until > LONG_AGO:
        bound = later(bound, node.until - length)
    return _waits(node, length, block, bound)


def _waits(node: Node, length: Days, block: Block, bound: Days) -> Days:
    """The latest of `bound` and the starts that the dependencies allow to work of this length."""
    for before, kind, lag in node.waits:
        event = block.finishes[before] if kind[0] == "F" else block.starts[before]
        event = event + lag if lag else event
        bound = later(bound, event - length if kind[1] == "F" else event)
    return bound


def later(one: Days, other: Days) -> Days:
    """The later of two, run by run."""
    if isinstance(one, float) and isinstance(other, float):
        return max(one, other)
    return cast("Floats", np.maximum(one, other))


def _earlier(one: Days, other: Days) -> Days:
    if isinstance(one, float) and isinstance(other, float):
        return min(one, other)
    return cast("Floats", np.minimum(one, other))
