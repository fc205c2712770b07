"""What has happened, put into the network: actual days replace estimates, and nothing that remains lies in the past.

Remaining work of a task that began out of turn waits for what it depends on (retained logic).
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mkdocs_ecompm.schedule.network import Network


class Fact(Struct, frozen=True):
    """What is known of an activity at the status date, in ticks. `remaining` is the work still to do."""

    remaining: int
    done: bool = False
    started: int | None = None
    finished: int | None = None


class Span(Struct, frozen=True):
    """Where an activity lies in a plan with actuals. From `movable` on it is still a plan; before that it happened."""

    start: int
    movable: int
    finish: int
    begun: bool = False
    done: bool = False


def settle(order: Sequence[int], plan: Network, facts: Sequence[Fact], status: int) -> list[Span]:
    """Where each activity lies at the status date. `order` puts predecessors first."""
    spans = [Span(0, 0, 0)] * len(order)
    for number in order:
        fact, duration = facts[number], plan.durations[number]
        start_bound = plan.earliest[number]
        rest_bound = status
        for before, kind, lag in plan.waits[number]:
            event = lag + (spans[before].finish if kind[0] == "F" else spans[before].start)
            ends = kind[1] == "F"
            start_bound = max(start_bound, event - duration if ends else event)
            rest_bound = max(rest_bound, event - fact.remaining if ends else event)
        spans[number] = _span(fact, duration, start_bound, rest_bound, status)
    return spans


def _span(fact: Fact, duration: int, start_bound: int, rest_bound: int, status: int) -> Span:
    """One activity: ended, done on an unknown day, begun, or still to begin."""
    if fact.finished is not None:
        start = min(start_bound if fact.started is None else fact.started, fact.finished)
        start = start if duration else fact.finished
        return Span(start, start, fact.finished, begun=True, done=True)
    if fact.done:
        start = min(start_bound, status) if fact.started is None else fact.started
        return Span(start, start, max(start, min(start + duration, status)), begun=True, done=True)
    if fact.started is not None or fact.remaining < duration:
        start = start_bound if fact.started is None else fact.started
        movable = max(start, rest_bound)
        return Span(start, movable, movable + fact.remaining, begun=True)
    start = max(start_bound, status)
    return Span(start, start, start + duration)
