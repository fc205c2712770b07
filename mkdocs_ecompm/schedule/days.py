"""On which days an activity begins and ends. Only one without duration needs thought: an offset is between two days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from mkdocs_ecompm.schedule.activity import Activity
from mkdocs_ecompm.schedule.actuals import Span
from mkdocs_ecompm.schedule.calendar import Calendar
from mkdocs_ecompm.schedule.network import Network
from mkdocs_ecompm.schedule.timing import Timing


def days_of(
    activities: Sequence[Activity], plan: Network, timing: Timing, calendar: Calendar, today: int | None
) -> list[tuple[date, date]]:
    """First and last day of each activity. With a status date (`today`, in ticks) actual days stand as written."""
    mornings = _mornings(plan, timing, today)
    found = []
    for number, (activity, span) in enumerate(zip(activities, timing.spans, strict=True)):
        if span.finish > span.start:
            first, last = calendar.start_day(span.start), calendar.finish_day(span.finish)
        else:
            first = last = calendar.start_day(span.start) if mornings[number] else calendar.finish_day(span.start)
        if today is not None:
            first, last = _as_written(activity, first, last)
        found.append((first, last))
    return found


def _as_written(activity: Activity, first: date, last: date) -> tuple[date, date]:
    """The actual days where there are any."""
    if activity.finished is not None:
        last = activity.finished
        first = min(first, last) if activity.duration else last
    if activity.started is not None:
        first = activity.started
        last = max(last, first) if activity.duration or activity.finished else first
    return first, last


def _mornings(plan: Network, timing: Timing, today: int | None) -> list[bool]:
    """Which activities without duration stand in the morning of a day, not in the evening of the day before.

    One that waits for a finish stands on the day of that finish. One that waits for a start, for a day or for
    nothing stands on the day that begins.
    """
    found = [True] * len(timing.spans)
    for number in timing.order:
        span = timing.spans[number]
        if span.finish == span.start and span.start not in (plan.earliest[number], today):
            found[number] = any(
                _is_morning(timing.spans[before], kind, lag, span.start, found[before])
                for before, kind, lag in plan.waits[number]
            )
    return found


def _is_morning(before: Span, kind: str, lag: int, offset: int, before_is_morning: bool) -> bool:
    """Whether this dependency decides the place of an activity at `offset`, and decides for the morning."""
    event = before.finish if kind[0] == "F" else before.start
    if event + lag != offset:
        return False
    return before_is_morning if before.finish == before.start else kind[0] == "S"
