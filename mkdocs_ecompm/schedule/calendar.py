"""Working days as offsets from the project's start, and back. Exact: an offset is a whole number of ticks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TICKS: Final = 1_000_000
"""Ticks in a working day. A duration has at most four decimals and progress is in hundredths: nothing is rounded."""

_LAST_DAY: Final = date.max.toordinal()


def ticks(days: Decimal | int) -> int:
    """An amount of working days in ticks."""
    return round(days * TICKS)


class Calendar:
    """Which days are worked. Offset 0 is the first working day on or after `start`; days before it are negative.

    The n-th working day since the year 1 is found by arithmetic, so nothing is listed and a far day costs no more
    than a near one.
    """

    def __init__(self, start: date, workdays: Iterable[str] = WEEKDAYS[:5], holidays: Iterable[date] = ()) -> None:
        """Raises ValueError if no day of the week is worked."""
        self._week = sorted({WEEKDAYS.index(day) for day in workdays})
        if not self._week:
            raise ValueError("A calendar needs at least one working day a week.")
        worked = {day for day in holidays if day.weekday() in self._week}
        self._free = sorted(self._number(day) for day in worked)
        self._skips = [number - index for index, number in enumerate(self._free)]
        self._zero = self._before(start)
        self._days: dict[int, date] = {}

    def __repr__(self) -> str:
        """All that tells one calendar from another."""
        return f"Calendar(zero={self._zero}, week={self._week}, free={self._free})"

    @property
    def days_a_week(self) -> int:
        """Working days in a week without holidays."""
        return len(self._week)

    def offset(self, day: date) -> int:
        """Where work that begins on `day` begins: its offset in ticks, that of the next working day if it is free."""
        return (self._before(day) - self._zero) * TICKS

    def end(self, day: date) -> int:
        """Where work that ends on `day` ends: the offset after it, or after the last working day before a free one."""
        return (self._before(day) - self._zero + self.works(day)) * TICKS

    def works(self, day: date) -> bool:
        """Whether `day` is a working day."""
        if day.weekday() not in self._week:
            return False
        number = self._number(day)
        place = bisect_left(self._free, number)
        return place == len(self._free) or self._free[place] != number

    def start_day(self, offset: int) -> date:
        """The day on which work at `offset` begins."""
        return self._day(offset // TICKS)

    def finish_day(self, offset: int) -> date:
        """The last day worked when work ends at `offset`: an end at midnight belongs to the day before."""
        return self._day(-(-offset // TICKS) - 1)

    def between(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, as a number: negative if `last` comes first."""
        return self._before(last) - self._before(first)

    def _number(self, day: date) -> int:
        """How many weekdays that are worked lie before `day`, holidays included."""
        weeks, weekday = divmod(day.toordinal() - 1, 7)  # 1 January of the year 1 was a Monday
        return weeks * len(self._week) + bisect_left(self._week, weekday)

    def _before(self, day: date) -> int:
        """How many working days lie before `day`."""
        number = self._number(day)
        return number - bisect_left(self._free, number)

    def _day(self, index: int) -> date:
        """The working day with this number from the start. A day beyond the calendar is its last day."""
        found = self._days.get(index)
        if found is None:
            number = max(index + self._zero, 0)
            weeks, place = divmod(number + bisect_right(self._skips, number), len(self._week))
            ordinal = weeks * 7 + self._week[place] + 1
            found = self._days[index] = date.fromordinal(min(ordinal, _LAST_DAY))
        return found
