"""Working days against counting them one by one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.schedule.calendar import TICKS, WEEKDAYS, Calendar

BASE = date(2026, 1, 1)
DAYS = st.integers(0, 120).map(lambda number: BASE + timedelta(days=number))


@given(DAYS, st.sets(st.sampled_from(WEEKDAYS), min_size=1), st.sets(DAYS, max_size=40), DAYS)
def test_offsets_count_working_days(start: date, week: set[str], holidays: set[date], day: date) -> None:
    calendar = Calendar(start, week, holidays)

    def works(one: date) -> bool:
        return WEEKDAYS[one.weekday()] in week and one not in holidays

    def count(first: date, last: date) -> int:
        if last < first:
            return -count(last, first)
        return sum(works(first + timedelta(days=number)) for number in range((last - first).days))

    assert calendar.works(day) is works(day)
    assert calendar.offset(day) == count(start, day) * TICKS
    assert calendar.end(day) == (count(start, day) + works(day)) * TICKS
    assert calendar.between(start, day) == count(start, day)
    if works(day):
        assert calendar.start_day(calendar.offset(day)) == day
        assert calendar.start_day(calendar.offset(day) + TICKS // 2) == day
        assert calendar.finish_day(calendar.end(day)) == day
        assert calendar.finish_day(calendar.end(day) - TICKS // 2) == day


def test_a_week_needs_a_working_day() -> None:
    with pytest.raises(ValueError, match="at least one working day"):
        Calendar(BASE, ())


def test_a_day_beyond_the_calendar_is_its_last() -> None:
    assert Calendar(BASE).start_day(10_000_000 * TICKS) == date.max
    assert Calendar(BASE).start_day(-10_000_000 * TICKS) == date(1, 1, 1)
