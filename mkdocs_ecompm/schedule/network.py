"""The critical path method on a network of activities numbered from 0 (Kelley and Walker 1959).

Every dependency is brought to one form: the start of one activity lies at least some distance after the start of
another. With the durations known, that is all that FS, SS, FF and SF with a lag or lead say.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Sized
from typing import TypeAlias

from msgspec import Struct, field

Links: TypeAlias = Sequence[Sequence[tuple[int, int]]]
"""For each activity its successors: their number, and the least distance from its start to theirs."""


class Network(Struct, frozen=True):
    """The activities as numbers: those that are worked on, with summaries taken apart. Times are ticks.

    `waits` has for each activity (predecessor, kind, lag). `nested` are dependencies between a summary and one of
    its own tasks, which nobody can keep.
    """

    durations: list[int]
    earliest: list[int]
    waits: list[list[tuple[int, str, int]]]
    summaries: dict[int, tuple[int, ...]]
    nested: list[tuple[int, ...]] = field(default_factory=list)

    def links(self) -> list[list[tuple[int, int]]]:
        """The successors of each activity, with the least distance between the starts."""
        durations = self.durations
        found: list[list[tuple[int, int]]] = [[] for _ in durations]
        for number, waits in enumerate(self.waits):
            for before, kind, lag in waits:
                gap = (
                    durations[before] + lag
                    if kind == "FS"
                    else distance(kind, lag, durations[before], durations[number])
                )
                found[before].append((number, gap))
        return found


def distance(kind: str, lag: int, duration: int, next_duration: int) -> int:
    """The least distance between the starts that a dependency of `kind` (FS, SS, FF, SF) asks for."""
    leave = duration if kind[0] == "F" else 0
    arrive = next_duration if kind[1] == "F" else 0
    return leave + lag - arrive


def forward(earliest: Sequence[int], links: Links, waits: Iterable[Sized]) -> tuple[list[int], list[int]]:
    """The early starts, and an order in which nobody comes before those he waits for.

    `earliest` is the lower bound of each start, `waits` has for each activity as many items as links lead to it. If
    there is a cycle, the order lacks the activities on it and after it, and their starts mean nothing.
    """
    starts = list(earliest)
    waiting = list(map(len, waits))
    order = [number for number, count in enumerate(waiting) if not count]
    ready = order.append
    for number in order:  # grows while it is walked
        start = starts[number]
        for following, gap in links[number]:
            bound = start + gap
            if bound > starts[following]:  # noqa: PLR1730  # a call of max() would cost more than all the rest
                starts[following] = bound
            left = waiting[following] - 1
            waiting[following] = left
            if not left:
                ready(following)
    return starts, order


def backward(
    order: Sequence[int], starts: Sequence[int], durations: Sequence[int], links: Links, finish: int
) -> tuple[list[int], list[int]]:
    """The late starts and the free floats. No activity may be delayed beyond `finish`, the network's end."""
    late_starts = [finish] * len(starts)
    free_floats = [0] * len(starts)
    for number in reversed(order):
        latest = soonest = finish - durations[number]
        for following, gap in links[number]:
            bound = late_starts[following] - gap
            if bound < latest:  # noqa: PLR1730  # the same
                latest = bound
            bound = starts[following] - gap
            if bound < soonest:  # noqa: PLR1730  # the same
                soonest = bound
        late_starts[number] = latest
        free_floats[number] = soonest - starts[number]
    return late_starts, free_floats
