"""The milestone trend: to the right when something was said, upwards the day that was said. A rising line is a slip."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.registers.timeline_axis import FONT_SIZE, Axis, Tick, fitting, text_width
from mkdocs_ecompm.registers.timeline_bars import BOLD
from mkdocs_ecompm.registers.timeline_promises import Promise

WIDTH: Final = 840
LEFT: Final = 46
RIGHT: Final = 560
"""Where the lines end and their names begin."""
TOP: Final = 10
_LINE: Final = 16
"""Units from one name to the next."""
_HEIGHT: Final = 240
_BOTTOM: Final = 24
_LEAST: Final = 30
"""Days that the chart covers at least."""
_RAMP: Final = 16
"""Units over which a line moves to a new day: on a slope, lines that move on the same day stay apart."""


class Line(Struct, frozen=True):
    """One milestone.

    Attributes:
        goal: Whether it is the one that the project is about.
        path: What was said of it, up to the day it was reached or looked at.
        after: The rest of the way to its name, once it was reached.
        slips: The slopes upwards alone, to be drawn over the line; `gains` those downwards.
        dots: Where something new was said.
        lead: From the end of the line to its name.
        name: What it is called, shortened to its room, and its day; `moved` says how far it moved.
    """

    id: str
    tone: str
    goal: bool
    path: str
    after: str
    slips: str
    gains: str
    dots: tuple[tuple[float, float], ...]
    end: tuple[float, float]
    reached: bool
    lead: str
    y: float
    name: str
    moved: str


class Trend(Struct, frozen=True):
    """The whole chart. `said` are the ticks below, `meant` those at the left; `diagonal` is where a day is its own."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    said: tuple[Tick, ...]
    meant: tuple[Tick, ...]
    diagonal: tuple[float, float, float, float] | None
    lines: tuple[Line, ...]


class _Plane(Struct, frozen=True):
    """The two axes; `up` is measured from the bottom."""

    across: Axis
    up: Axis
    bottom: float

    def x(self, day: date) -> float:
        return round(self.across.noon(day), 1)

    def y(self, day: date) -> float:
        return round(self.bottom - self.up.noon(day), 1)


def draw(promises: Sequence[Promise], as_of: date, goal: str = "") -> Trend | None:
    """The chart of all promises, or None if there are none. `goal` is the id of the one that matters most."""
    if not promises:
        return None
    plane = _plane(promises, as_of)
    rows = _spread([plane.y(one.now) for one in promises], TOP + 4, plane.bottom)
    ticks = [
        Tick(round(plane.bottom - tick.x, 1), tick.label, tick.strong)
        for tick in plane.up.ticks(dated=False)
        if tick.x <= plane.bottom - TOP
    ]
    return Trend(
        width=WIDTH,
        height=plane.bottom + _BOTTOM,
        left=LEFT,
        right=RIGHT,
        top=TOP,
        bottom=plane.bottom,
        said=tuple(tick for tick in plane.across.ticks() if tick.x + text_width(tick.label) <= RIGHT + 8),
        meant=tuple(ticks),
        diagonal=_diagonal(plane),
        lines=tuple(_line(plane, one, y, goal) for one, y in zip(promises, rows, strict=True)),
    )


def _plane(promises: Sequence[Promise], as_of: date) -> _Plane:
    since = min(said.on for one in promises for said in one.said)
    since = min(since, as_of - timedelta(days=_LEAST))
    days = sorted(said.day for one in promises for said in one.said)
    margin = timedelta(days=max((days[-1] - days[0]).days // 25, 4))
    height = max(_HEIGHT, len(promises) * 24, len(promises) * _LINE + _LINE)
    bottom = float(TOP + height)
    return _Plane(Axis(since, as_of, LEFT, RIGHT), Axis(days[0] - margin, days[-1] + margin, 0, height), bottom)


def _diagonal(plane: _Plane) -> tuple[float, float, float, float] | None:
    """From the first to the last day that stands on both axes."""
    first = max(plane.across.first, plane.up.first)
    last = min(plane.across.last, plane.up.last)
    return (plane.x(first), plane.y(first), plane.x(last), plane.y(last)) if first < last else None


def _line(plane: _Plane, one: Promise, label: float, goal: str) -> Line:
    places = [(plane.x(said.on), plane.y(said.day)) for said in one.said]
    end = (plane.x(max(one.until, one.said[-1].on)), places[-1][1])
    slopes = [(max(x - _RAMP, before), old, x, y) for (before, old), (x, y) in pairwise(places)]
    steps = "".join(f"H{start:.1f}L{x} {y}" for start, _, x, y in slopes)
    moved = f"{one.days:+d} d" if one.days else ""
    size = BOLD if one.id == goal else FONT_SIZE
    room = WIDTH - RIGHT - 22 - (text_width(f" {moved}", BOLD) if moved else 0)
    day = f", {language.short_day(one.now, plane.across.last)}"
    called = fitting(f"{'✓ ' if one.reached else ''}{one.name}", room - text_width(day, size), size)
    return Line(
        id=one.id,
        tone=one.tone,
        goal=one.id == goal,
        path=f"M{places[0][0]} {places[0][1]}{steps}H{end[0]}",
        after=f"M{end[0]} {end[1]}H{RIGHT}" if end[0] < RIGHT - 2 else "",
        slips=_drawn(slope for slope in slopes if slope[3] < slope[1]),
        gains=_drawn(slope for slope in slopes if slope[3] > slope[1]),
        dots=tuple(places),
        end=end,
        reached=one.reached,
        lead=f"M{RIGHT} {end[1]}L{RIGHT + 14} {label:.1f}",
        y=round(label + 3.5, 1),
        name=f"{called}{day}",
        moved=moved,
    )


def _drawn(slopes: Iterable[tuple[float, float, float, float]]) -> str:
    return "".join(f"M{start:.1f} {old}L{x} {y}" for start, old, x, y in slopes)


def _spread(wanted: Sequence[float], top: float, bottom: float) -> list[float]:
    """Heights as near as can be to those that are wanted, a line apart, between `top` and `bottom`.

    Names that want the same place share what is around it: each block of them stands with its middle where they
    want to be on average.
    """
    order = sorted(range(len(wanted)), key=lambda number: wanted[number])
    blocks: list[tuple[float, int]] = []  # the sum of where the first of a block wants to stand, and how many it has
    for number in order:
        first, count = wanted[number], 1
        while blocks and _start(blocks[-1], top, bottom) + blocks[-1][1] * _LINE > _start((first, count), top, bottom):
            before, members = blocks.pop()
            first, count = before + first - count * members * _LINE, members + count
        blocks.append((first, count))
    heights = list(_heights(blocks, top, bottom))
    return [height for _, height in sorted(zip(order, heights, strict=True))]


def _start(block: tuple[float, int], top: float, bottom: float) -> float:
    total, count = block
    return max(top, min(total / count, bottom - (count - 1) * _LINE))


def _heights(blocks: Sequence[tuple[float, int]], top: float, bottom: float) -> Iterator[float]:
    for block in blocks:
        start = _start(block, top, bottom)
        yield from (start + number * _LINE for number in range(block[1]))
