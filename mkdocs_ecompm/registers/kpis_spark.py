"""The geometry of a spark line: what was measured, as a line the height of a text. Plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from msgspec import Struct

WIDTH: Final = 110
HEIGHT: Final = 26
_EDGE: Final = 4


class Spark(Struct, frozen=True):
    """A line from the first measurement to the latest; `target_y` is the height of the target, None without one."""

    width: float
    height: float
    path: str
    end_x: float
    end_y: float
    target_y: float | None


def spark(points: Sequence[tuple[date, float]], target: float | None) -> Spark | None:
    """The line of at least two measurements, oldest first. Days are true to scale."""
    if len(points) < 2:
        return None
    values = [value for _, value in points] + ([] if target is None else [target])
    low, high = min(values), max(values)
    first, days = points[0][0], (points[-1][0] - points[0][0]).days or 1

    def y(value: float) -> float:
        share = (value - low) / (high - low) if high > low else 0.5
        return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)

    places = [(round(_EDGE + (day - first).days / days * (WIDTH - 2 * _EDGE), 1), y(value)) for day, value in points]
    path = "M" + "L".join(f"{px} {py}" for px, py in places)
    return Spark(WIDTH, HEIGHT, path, *places[-1], None if target is None else y(target))
