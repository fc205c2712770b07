"""The geometry of the simulation's histogram: bars of runs by day, and the days that matter. Plain numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.registers.timeline_axis import Axis, Tick, text_width

WIDTH: Final = 720
HEIGHT: Final = 250
LEFT: Final = 8
RIGHT: Final = 712
BASE: Final = 226
_ROW: Final = 15
"""Units from one label to the next above the bars."""
_DAILY: Final = 90
_WEEKLY: Final = 500
"""Up to so many days there is a bar a day, and a bar a week."""


class Marker(Struct, frozen=True):
    """A day to be marked: `share` of the runs done by then, or `promised`."""

    day: date
    label: str
    kind: str


class Bar(Struct, frozen=True):
    """The runs that end in some days; `in_time` if all of these lie before or on the promised day."""

    x: float
    y: float
    width: float
    height: float
    in_time: bool


class Flag(Struct, frozen=True):
    """A marked day: a line from under its label to the ground."""

    x: float
    top: float
    label_x: float
    label_y: float
    anchor: str
    text: str
    kind: str


class Histogram(Struct, frozen=True):
    """Everything to be drawn, in the coordinates of a view box that begins at 0, 0."""

    width: float
    height: float
    left: float
    right: float
    base: float
    bars: tuple[Bar, ...]
    ticks: tuple[Tick, ...]
    flags: tuple[Flag, ...]


def draw(counts: Mapping[date, int], promised: date | None, markers: Sequence[Marker]) -> Histogram:
    """Lay out the histogram: all days that were counted, and those that are marked."""
    days = [*counts, *(marker.day for marker in markers)]
    first, last = min(days), max(days)
    step = _step((last - first).days + 1)
    binned = _binned(counts, first, step)
    axis = Axis(_plus(first, -1), _plus(max(last, _plus(max(binned), step - 1)), 1), LEFT, RIGHT)
    top = _ROW * len(markers) + 6
    greatest = max(binned.values())
    bars = []
    for begin, count in binned.items():
        end = _plus(begin, step - 1)
        x, height = axis.morning(begin), count / greatest * (BASE - top)
        width = max(axis.evening(end) - x - (1 if step == 1 else 2), 0.8)
        in_time = promised is not None and end <= promised
        bars.append(Bar(round(x, 1), round(BASE - height, 1), round(width, 1), round(height, 1), in_time))
    flags = tuple(_flag(axis, marker, row) for row, marker in enumerate(sorted(markers, key=lambda one: one.day)))
    return Histogram(WIDTH, HEIGHT, LEFT, RIGHT, BASE, tuple(bars), _roomy(axis.ticks()), flags)


def _plus(day: date, days: int) -> date:
    """A day so many days later, or the last (or first) one of the calendar."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min


def _step(days: int) -> int:
    """Days in a bar."""
    if days <= _DAILY:
        return 1
    return 7 if days <= _WEEKLY else 28


def _binned(counts: Mapping[date, int], first: date, step: int) -> dict[date, int]:
    """The runs by the first day of their bar; weeks begin on Mondays."""
    begin = first if step == 1 else _plus(first, -first.weekday())
    found: dict[date, int] = {}
    for day in sorted(counts):
        start = _plus(begin, (day - begin).days // step * step)
        found[start] = found.get(start, 0) + counts[day]
    return found


def _flag(axis: Axis, marker: Marker, row: int) -> Flag:
    """A line at the evening of the day, for what is done by then; its label where there is room for it."""
    x, y = round(axis.evening(marker.day), 1), _ROW * (row + 1) - 3
    left = x + 5 + text_width(marker.label) > RIGHT
    return Flag(x, y - 9, x - 5 if left else x + 5, y, "end" if left else "start", marker.label, marker.kind)


def _roomy(ticks: Sequence[Tick]) -> tuple[Tick, ...]:
    """The ticks whose labels do not touch the one before, nor the edge."""
    kept: list[Tick] = []
    for tick in ticks:
        if (not kept or tick.x - kept[-1].x > text_width(kept[-1].label) + 10) and tick.x + 30 < RIGHT:
            kept.append(tick)
    return tuple(kept)
