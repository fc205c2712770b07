"""The answer of both passes in ticks: what each activity has to spare, and which paths have nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from msgspec import Struct

from mkdocs_ecompm.schedule.actuals import Span
from mkdocs_ecompm.schedule.network import Links, backward
from mkdocs_ecompm.schedule.paths import critical_links, critical_paths

Row: TypeAlias = tuple[int, int, int, int]
"""Early start, early finish, total float, free float."""


class Timing(Struct, frozen=True):
    """Where each activity lies and how far it may move.

    `order` puts predecessors first; `worked` are the activities that are no summaries.
    """

    spans: Sequence[Span]
    order: Sequence[int]
    links: Links
    worked: Sequence[int]
    late: Sequence[int]
    free: Sequence[int]
    finish: int

    def row(self, number: int) -> Row:
        """One activity."""
        span = self.spans[number]
        return span.start, span.finish, self.late[number] - span.movable, self.free[number]

    def rolled_up(self, tasks: Sequence[int]) -> Row:
        """A summary: from its first start to its last finish. It moves as one piece, so its least float counts."""
        inside = set(tasks)
        free = min(
            min((self._gap(task, link) for link in self.links[task] if link[0] not in inside), default=self._room(task))
            for task in tasks
        )
        room = min(self.late[task] - self.spans[task].movable for task in tasks)
        start = min(self.spans[task].start for task in tasks)
        finish = max(self.spans[task].finish for task in tasks)
        return start, finish, room, min(free, *(self._room(task) for task in tasks))

    def critical_paths(self) -> tuple[list[tuple[int, ...]], int]:
        """The critical paths, and how many there are."""
        starts = [span.movable for span in self.spans]
        critical = [False] * len(starts)
        for number in self.worked:
            critical[number] = starts[number] == self.late[number]
        return critical_paths(self.order, critical, critical_links(starts, self.late, self.links))

    def _gap(self, number: int, link: tuple[int, int]) -> int:
        following, gap = link
        return self.spans[following].movable - gap - self.spans[number].movable

    def _room(self, number: int) -> int:
        return self.finish - self.spans[number].finish


def solve(spans: Sequence[Span], order: Sequence[int], links: Links, worked: Sequence[int]) -> Timing:
    """The backward pass over a plan whose activities lie where `spans` says, from the end of the last one `worked`."""
    finish = max((spans[number].finish for number in worked), default=0)
    starts = [span.movable for span in spans]
    lengths = [span.finish - span.movable for span in spans]
    late, free = backward(order, starts, lengths, links, finish)
    return Timing(spans, order, links, worked, late, free, finish)
