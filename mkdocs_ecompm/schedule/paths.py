"""Ways through a network: its critical paths, and the cycles that make it impossible. Nothing here recurses."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from mkdocs_ecompm.schedule.network import Links

LISTED = 100
"""At most so many critical paths are listed; all of them are counted."""


def critical_links(starts: Sequence[int], late_starts: Sequence[int], links: Links) -> list[list[int]]:
    """Of each critical activity the successors that it drives: no float at either end and none between."""
    found: list[list[int]] = [[] for _ in starts]
    for number, successors in enumerate(links):
        if starts[number] == late_starts[number]:
            driven = {
                following
                for following, gap in successors
                if starts[following] == late_starts[following] == starts[number] + gap
            }
            found[number] = sorted(driven)
    return found


def critical_paths(
    order: Sequence[int], critical: Sequence[bool], driven: Sequence[Sequence[int]]
) -> tuple[list[tuple[int, ...]], int]:
    """The first `LISTED` critical paths, in the order of their activities, and how many there are."""
    ways = [0] * len(critical)
    for number in reversed(order):
        if critical[number]:
            ways[number] = sum(ways[following] for following in driven[number]) or 1
    reached = {following for number in order if critical[number] for following in driven[number]}
    sources = [number for number, holds in enumerate(critical) if holds and number not in reached]
    listed = [path for path, _ in zip(_walk(sources, driven), range(LISTED), strict=False)]
    return listed, sum(ways[number] for number in sources)


def _walk(sources: Sequence[int], driven: Sequence[Sequence[int]]) -> Iterator[tuple[int, ...]]:
    """Every path from a source to an end, depth first."""
    for source in sources:
        path = [source]
        turns = [iter(driven[source])]
        if not driven[source]:
            yield (source,)
        while turns:
            following = next(turns[-1], None)
            if following is None:
                turns.pop()
                path.pop()
                continue
            path.append(following)
            turns.append(iter(driven[following]))
            if not driven[following]:
                yield tuple(path)


def cycles(links: Links) -> list[list[int]]:
    """One cycle of each knot of activities that wait for each other, in order, from its first activity on.

    It is the shortest one through that activity: the easiest to understand.
    """
    return [_shortest(min(knot), set(knot), links) for knot in sorted(_knots(links), key=min)]


def _shortest(first: int, knot: set[int], links: Links) -> list[int]:
    """The shortest way from `first` back to itself inside its knot, breadth first."""
    came_from: dict[int, int] = {}
    queue = deque([first])
    while queue:
        number = queue.popleft()
        for following in sorted({following for following, _ in links[number]} & knot):
            if following == first:
                way = [number]
                while way[-1] != first:
                    way.append(came_from[way[-1]])
                return way[::-1]
            if following not in came_from:
                came_from[following] = number
                queue.append(following)
    raise ValueError(f"Activity {first} is on no cycle.")


def _knots(links: Links) -> Iterator[list[int]]:
    """The strongly connected components with a cycle (Tarjan 1972, with an explicit stack)."""
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    closed: set[int] = set()
    for root in range(len(links)):
        work = [] if root in index else [(root, iter(links[root]))]
        while work:
            number, turns = work[-1]
            if number not in index:
                index[number] = low[number] = len(index)
                stack.append(number)
            for following, _ in turns:
                if following not in index:
                    work.append((following, iter(links[following])))
                    break
                if following not in closed:
                    low[number] = min(low[number], index[following])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[number])
                if low[number] == index[number]:
                    yield from _close(number, stack, closed, links)


def _close(root: int, stack: list[int], closed: set[int], links: Links) -> Iterator[list[int]]:
    """Takes the component of `root` off the stack, and gives it if there is a cycle in it."""
    knot = [stack.pop()]
    while knot[-1] != root:
        knot.append(stack.pop())
    closed.update(knot)
    if len(knot) > 1 or any(following == root for following, _ in links[root]):
        yield knot
