"""The geometry of the burn chart: money over time, its lines and their labels. Plain numbers, no colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Final

from mkdocs_ecompm import language

WIDTH: Final = 760
HEIGHT: Final = 334
LEFT: Final = 62
RIGHT: Final = 640
TOP: Final = 22
BOTTOM: Final = 300
_LINE: Final = 14
"""Units between two labels."""
_MONTH_ROOM: Final = 30
"""Units that the name of a month needs."""
_TICKS: Final = 5


@dataclass(frozen=True, slots=True)
class Course:
    """A line to draw: amounts by their days, oldest first. `kind` names its style, `label` stands at its end."""

    kind: str
    label: str
    points: tuple[tuple[date, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount that is the same on every day."""

    kind: str
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    """A label in the drawing."""

    x: float
    y: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the drawing: an SVG path, its dots, and its label."""

    kind: str
    path: str
    dots: tuple[tuple[float, float], ...]
    label: Text


@dataclass(frozen=True, slots=True)
class Burn:
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


@dataclass(frozen=True, slots=True)
class Field:
    """Where a day and an amount stand."""

    first: date
    last: date
    top: Decimal

    def x(self, day: date) -> float:
        """Days run from left to right."""
        share = (day - self.first).days / ((self.last - self.first).days or 1)
        return round(LEFT + share * (RIGHT - LEFT), 1)

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
    steps = _steps(greatest)
    field = Field(min(days), max(days), steps[-1])
    return Burn(
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        bottom=BOTTOM,
        amounts=tuple(
            Text(LEFT - 8, field.y(step) + 3.5, language.money(step, currency) if step else "0", "end")
            for step in steps
        ),
        months=tuple(_months(field)),
        limits=tuple(_limit(field, limit) for limit in limits),
        lines=tuple(_lines(field, shown)),
        today=Text(field.x(today), HEIGHT - 4, language.short_day(today), "middle")
        if field.first < today <= field.last
        else None,
    )


def _steps(greatest: Decimal) -> list[Decimal]:
    """Round amounts from 0 to at least the greatest, about five of them."""
    raw = greatest / _TICKS
    unit = Decimal(10) ** raw.adjusted()
    step = next(unit * factor for factor in (1, 2, Decimal("2.5"), 5, 10) if unit * factor >= raw)
    count = ceil(greatest / step)
    return [step * number for number in range(count + 1)]


def _months(field: Field) -> Iterator[Text]:
    """Names of months below their middle, as many as have room; a January is named by its year."""
    first = field.first.year * 12 + field.first.month - 1 + (field.first.day > 15)  # the eve of the first month
    count = field.last.year * 12 + field.last.month - first
    every = max(-(-count * _MONTH_ROOM // (RIGHT - LEFT)), 1)
    for number in range(first, first + count, every):
        middle = date(number // 12, number % 12 + 1, 15)
        name = str(middle.year) if middle.month == 1 or every > 6 else language.month(middle)
        yield Text(field.x(middle), BOTTOM + 15, name, "middle")


def _limit(field: Field, limit: Limit) -> Line:
    y = field.y(limit.amount)
    return Line(limit.kind, f"M{LEFT} {y}H{RIGHT}", (), Text(LEFT + 4, y - 4, limit.label))


def _lines(field: Field, courses: Iterable[Course]) -> Iterator[Line]:
    found = list(courses)
    places = [[(field.x(day), field.y(amount)) for day, amount in course.points] for course in found]
    labels = _labels([points[-1] for points in places], [course.label for course in found])
    for course, points, label in zip(found, places, labels, strict=True):
        path = "M" + "L".join(f"{px} {py}" for px, py in points)
        dots = tuple(points[-1:]) if course.kind in {"earned", "spent"} else ()
        yield Line(course.kind, path, dots, label)


def _labels(ends: Sequence[tuple[float, float]], texts: Sequence[str]) -> list[Text]:
    """A label at the end of each line, none on another.

    Lines rise. So where they end inside the chart there is room above the highest, to its left, and to the right of
    the others, below them. At the right edge the labels stand below each other.
    """
    found = [Text(x + 7, y + 3.5, text) for (x, y), text in zip(ends, texts, strict=True)]
    for column in {x for x, _ in ends}:
        members = sorted((number for number, (x, _) in enumerate(ends) if x == column), key=lambda n: ends[n][1])
        inside = column < RIGHT - _LINE
        if inside:
            highest = members.pop(0)
            found[highest] = Text(column - 6, ends[highest][1] - 6, texts[highest], "end")
        last = 0.0
        for number in members:
            last = max(ends[number][1] + (12 if inside else 3.5), last + _LINE)
            found[number] = Text(column + 7, last, texts[number])
    return found
