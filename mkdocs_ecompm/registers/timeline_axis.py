"""The time axis of the Gantt chart: where a day stands, which months or weeks are named, how wide a text is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm import language

FONT_SIZE: Final = 11
_NARROW: Final = frozenset("iljtfrI.,:;|!'()[]/ -")
_WIDE: Final = frozenset("mwMWOQG@%&→·—")
_STEPS: Final = (1, 2, 3, 6, *(12 * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)))
"""Months between two labels, from every month to every two thousand years."""
_WEEKLY: Final = 75
"""Up to so many days the axis names Mondays."""
_LABEL_ROOM: Final = 34
"""Units that the label of a month needs."""
_YEAR_ROOM: Final = 30
"""Units that the label of a year needs: one that stands nearer to the right edge is not shown."""


class Tick(Struct, frozen=True):
    """A line of the grid: where it stands, and its label. A strong one begins a year."""

    x: float
    label: str
    strong: bool = False


class Axis(Struct, frozen=True):
    """Days from `first` to `last` (both shown whole), spread evenly from `left` to `right`."""

    first: date
    last: date
    left: float
    right: float

    def morning(self, day: date) -> float:
        """Where a day begins."""
        days = (self.last - self.first).days + 1
        return self.left + (day - self.first).days / days * (self.right - self.left)

    def evening(self, day: date) -> float:
        """Where a day ends."""
        return self.morning(day) + (self.right - self.left) / ((self.last - self.first).days + 1)

    def noon(self, day: date) -> float:
        """The middle of a day: where a point in time is drawn."""
        return (self.morning(day) + self.evening(day)) / 2

    def shows(self, day: date) -> bool:
        """Whether the day lies on the axis."""
        return self.first <= day <= self.last

    def ticks(self, *, dated: bool = True) -> tuple[Tick, ...]:
        """Mondays of a short plan, months of a longer one, years of a very long one: as many as have room.

        Where none of them names a year, the first does if `dated`.
        """
        days = (self.last - self.first).days + 1
        if days <= _WEEKLY:
            return self._weeks(dated=dated)
        month = (self.right - self.left) / days * 30
        step = next(step for step in _STEPS if step * month >= _LABEL_ROOM)
        months = list(self._months(step))
        found = [self._tick(day, years=step >= 12) for day in months]
        years = [day for day in months if day.month == 1 and self.morning(day) <= self.right - _YEAR_ROOM]
        if dated and months and not years and months[0].month != 1:
            found = _with_year(found, f"{found[0].label} {months[0].year}")
        return tuple(found)

    def _weeks(self, *, dated: bool) -> tuple[Tick, ...]:
        """The Mondays; the first names its year, and so does the first of another year."""
        days = list(self._mondays())
        found = [Tick(self.morning(day), language.short_day(day)) for day in days]
        for number in range(len(days) - 1, -1, -1):
            if dated and (number == 0 or days[number].year != days[number - 1].year):
                found[number:] = _with_year(found[number:], language.day(days[number]))
        return tuple(found)

    def _tick(self, day: date, *, years: bool) -> Tick:
        """The first of a month; January is named by its year, which stands out among months."""
        if day.month == 1:
            return Tick(self.morning(day), str(day.year), strong=not years)
        return Tick(self.morning(day), language.month(day))

    def _months(self, step: int) -> Iterator[date]:
        """The first days of every `step`-th month on the axis, counted from the year 0."""
        first, last = (day.year * 12 + day.month - 1 for day in (self.first, self.last))
        for number in range(-(-first // step) * step, last + 1, step):
            day = date(max(number // 12, 1), number % 12 + 1, 1)
            if day >= self.first:
                yield day

    def _mondays(self) -> Iterator[date]:
        """Every Monday on the axis."""
        skipped = -self.first.weekday() % 7
        for days in range(skipped, (self.last - self.first).days + 1, 7):
            yield self.first + timedelta(days=days)


def _with_year(ticks: list[Tick], label: str) -> list[Tick]:
    """The ticks with a longer label at the first; the next ones lose theirs where it needs their room."""
    first, *others = ticks
    end = first.x + text_width(label) + 6
    return [Tick(first.x, label, first.strong), *(replace(tick, label="") if tick.x < end else tick for tick in others)]


class _Widths(dict[str, float]):
    """How wide each character is, as a share of the size; looked up once for each."""

    def __missing__(self, character: str) -> float:
        width = _character_width(character)
        self[character] = width
        return width


_WIDTHS: Final = _Widths()


def text_width(text: str, size: float = FONT_SIZE) -> float:
    """About how wide a text is in the fonts of the site, rather too wide than too narrow."""
    return size * sum(map(_WIDTHS.__getitem__, text))


def _character_width(character: str) -> float:
    if character in _NARROW:
        return 0.34
    if character in _WIDE:
        return 0.92
    if ord(character) > 0x2E7F:
        return 1.05
    return 0.69 if character.isupper() else 0.58


def fitting(text: str, width: float, size: float = FONT_SIZE) -> str:
    """The text, shortened with an ellipsis where it is wider than `width`."""
    if text_width(text, size) <= width:
        return text
    kept = text
    while kept and text_width(kept + "…", size) > width:
        kept = kept[:-1]
    return kept.rstrip() + "…"
