"""How the line of a dependency runs through the Gantt chart: down from one bar, then sideways into the other."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

_INSET: Final = 3
"""How far inside its bar a line leaves or enters."""
_HEAD: Final = 3.2


class Box(Struct, frozen=True):
    """A bar or diamond: its ends, the middle of its row, half its height, and the height of the row.

    `crowded` says that its name stands to its left.
    """

    left: float
    right: float
    middle: float
    half: float
    row: float
    crowded: bool = False


class Route(Struct, frozen=True):
    """The line as an SVG path, and the triangle at its end."""

    path: str
    head: str
    critical: bool


def route(before: Box, after: Box, kind: str, *, critical: bool) -> Route:
    """From the end (or start, by `kind`) of one bar to the start (or end) of the other.

    The line leaves `before` vertically and, where it can, enters the start of `after` from the left, so that it
    runs through the empty part of a row. Where `after` begins further left, or has its name there, the line runs
    between two rows and comes in from above or below.
    """
    inset = min(_INSET, (before.right - before.left) / 2)
    x = before.right - inset if kind[0] == "F" else before.left + inset
    down = 1 if after.middle >= before.middle else -1
    leave = before.middle + down * before.half
    if x < after.left - _HEAD and kind[1] == "S" and not after.crowded:
        path = f"M{x:.1f} {leave:.1f}V{after.middle:.1f}H{after.left:.1f}"
        return Route(path, _pointing_right(after.left, after.middle), critical)
    enter = after.middle - down * after.half
    if after.left <= x <= after.right:
        return Route(f"M{x:.1f} {leave:.1f}V{enter:.1f}", _pointing_down(x, enter, down), critical)
    inset = min(_INSET, (after.right - after.left) / 2)
    end = after.left + inset if kind[1] == "S" else after.right - inset
    turn = after.middle - down * after.row / 2
    path = f"M{x:.1f} {leave:.1f}V{turn:.1f}H{end:.1f}V{enter:.1f}"
    return Route(path, _pointing_down(end, enter, down), critical)


def _pointing_right(x: float, y: float) -> str:
    return f"{x - _HEAD:.1f},{y - _HEAD + 1:.1f} {x:.1f},{y:.1f} {x - _HEAD:.1f},{y + _HEAD - 1:.1f}"


def _pointing_down(x: float, y: float, down: int) -> str:
    back = y - down * _HEAD
    return f"{x - _HEAD + 1:.1f},{back:.1f} {x:.1f},{y:.1f} {x + _HEAD - 1:.1f},{back:.1f}"
