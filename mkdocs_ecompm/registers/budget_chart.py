"""The geometry of the burn chart: money over time, its lines and their labels. Plain numbers, no colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language

HEIGHT: Final = 334
LEFT: Final = 62
"""Room for amounts of the usual length; longer ones get more."""
RIGHT_ROOM: Final = 120
"""The same for the labels at the ends of the lines."""
WIDTH: Final = 760
LEAST_PLOT: Final = 340
"""The lines themselves never get less room than this: the chart grows."""
TOP: Final = 22
BOTTOM: Final = 300
_LETTER: Final = 6.2
"""Units that a letter of a label needs."""
_LINE: Final = 14
"""Units between two labels."""
_MONTH_ROOM: Final = 30
"""Units that the name of a month needs."""
_TICKS: Final = 5


class Course(Struct, frozen=True):
    """A line to draw: amounts by their days, oldest first. `kind` names its style, `label` stands at its end."""

    kind: str
    label: str
    points: tuple[tuple[date, Decimal], ...]


class Limit(Struct, frozen=True):
    """An amount that is the same on every day."""

    kind: str
    label: str
    amount: Decimal


class Text(Struct, frozen=True):
    """A label in the drawing."""

    x: float
    y: float
    text: str
    anchor: str = "start"


class Line(Struct, frozen=True):
    """A line of the drawing: an SVG path, its dots, and its label."""

    kind: str
    path: str
    dots: tuple[tuple[float, float], ...]
    label: Text


class Burn(Struct, frozen=True):
    """Everything to be drawn, in the coordinates of a view box that begins at 0, 0."""

    width: float
    height: float
    left: float
    right: float
    bottom: float
    amounts: tuple[Text, ...]
    months: tuple[Text, ...]
    limits: tuple[Line, ...]
    lines: tuple[Line, ...]
    today: Text | None


class Field(Struct, frozen=True):
    """Where a day and an amount stand; the lines run from `left` to `right`."""

    first: date
    last: date
    top: Decimal
    left: float
    right: float

    def x(self, day: date) -> float:
        """Days run from left to right."""
        share = (day - self.first).days / ((self.last - self.first).days or 1)
        return round(self.left + share * (self.right - self.left), 1)

    def y(self, amount: Decimal) -> float:
        """Amounts grow upwards."""
        return round(BOTTOM - float(amount / self.top) * (BOTTOM - TOP), 1)


def draw(courses: Sequence[Course], limits: Sequence[Limit], today: date, currency: str) -> Burn | None:
    """Lay out the chart; None where there is nothing to draw over time."""
    shown = [course for course in courses if len(course.points) > 1]
    if not shown:
        return None
    days = [day for course in shown for day, _ in course.points]
    greatest = max(
        *(amount for course in shown for _, amount in course.points), *(limit.amount for limit in limits), Decimal(1)
    )
    steps = {step: language.money(step, currency) if step else "0" for step in _steps(greatest)}
    left = max(LEFT, _width(steps.values()) + 12)
    room = max(RIGHT_ROOM, _width(course.label for course in shown) + 10)
    right = max(WIDTH - room, left + LEAST_PLOT)
    field = Field(min(days), max(days), max(steps), left, right)
    return Burn(
        width=right + room,
        height=HEIGHT,
        left=left,
        right=right,
        bottom=BOTTOM,
        amounts=tuple(Text(left - 8, field.y(step) + 3.5, text, "end") for step, text in steps.items()),
        months=tuple(_months(field)),
        limits=tuple(_limits(field, limits)),
        lines=tuple(_lines(field, shown)),
        today=Text(field.x(today), HEIGHT - 4, language.short_day(today, today), "middle")
        if field.first < today <= field.last
        else None,
    )


def _width(texts: Iterable[str]) -> float:
    """What the longest of some labels needs."""
    return max(len(text) for text in texts) * _LETTER


def _steps(greatest: Decimal) -> list[Decimal]:
    """Round amounts from 0 to at least the greatest, about five of them."""
    raw = greatest / _TICKS
    unit = Decimal(10) ** raw.adjusted()
    step = next(unit * factor for factor in (1, 2, Decimal("2.5"), 5, 10) if unit * factor >= raw)
    count = ceil(greatest / step)
    return [step * number for number in range(count + 1)]


def _months(field: Field) -> Iterator[Text]:
    """Names of months below their middle, as many as have room; a January is named by its year, else the first is."""
    first = field.first.year * 12 + field.first.month - 1 + (field.first.day > 15)  # the eve of the first month
    count = field.last.year * 12 + field.last.month - first
    every = max(-(-count * _MONTH_ROOM // int(field.right - field.left)), 1)
    shown = range(first, first + count, every)
    unsaid = every <= 6 and all(number % 12 for number in shown)
    for number in shown:
        middle = date(number // 12, number % 12 + 1, 15)
        name = str(middle.year) if middle.month == 1 or every > 6 else language.month(middle)
        year = f" {middle.year}" if unsaid and number == first else ""
        yield Text(field.x(middle), BOTTOM + 15, name + year, "middle")


def _limits(field: Field, limits: Sequence[Limit]) -> Iterator[Line]:
    """Each with its label above it; where two nearly touch, the lower one's stands below it."""
    heights = [field.y(limit.amount) for limit in limits]
    for number, (limit, y) in enumerate(zip(limits, heights, strict=True)):
        crowded = any((other, place) < (y, number) and y - other < _LINE for place, other in enumerate(heights))
        label = Text(field.left + 4, y + 11 if crowded else y - 4, limit.label)
        yield Line(limit.kind, f"M{field.left} {y}H{field.right}", (), label)


def _lines(field: Field, courses: Iterable[Course]) -> Iterator[Line]:
    found = list(courses)
    places = [[(field.x(day), field.y(amount)) for day, amount in course.points] for course in found]
    labels = _labels(field, [points[-1] for points in places], [course.label for course in found])
    for course, points, label in zip(found, places, labels, strict=True):
        path = "M" + "L".join(f"{px} {py}" for px, py in points)
        dots = tuple(points[-1:]) if course.kind in {"earned", "spent"} else ()
        yield Line(course.kind, path, dots, label)


def _labels(field: Field, ends: Sequence[tuple[float, float]], texts: Sequence[str]) -> list[Text]:
    """A label at the end of each line, none on another.

    Lines rise. So where they end inside the chart there is room above the highest, to its left if it does not end
    too soon, and to the right of the others, below them. At the right edge the labels stand below each other.
    """
    found = [Text(x + 7, y + 3.5, text) for (x, y), text in zip(ends, texts, strict=True)]
    for column in {x for x, _ in ends}:
        members = sorted((number for number, (x, _) in enumerate(ends) if x == column), key=lambda n: ends[n][1])
        inside = column < field.right - _LINE
        if inside and column - field.left > _width([texts[members[0]]]):
            highest = members.pop(0)
            found[highest] = Text(column - 6, ends[highest][1] - 6, texts[highest], "end")
        last = 0.0
        for number in members:
            last = max(ends[number][1] + (12 if inside else 3.5), last + _LINE)
            found[number] = Text(column + 7, last, texts[number])
    return found
