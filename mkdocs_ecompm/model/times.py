"""Days, instants and amounts of working time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Struct
from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from mkdocs_ecompm.model.fields import AS_LIST, fault, kind_of, text_of
from mkdocs_ecompm.model.numbers import NUMBER
from mkdocs_ecompm.model.words import MAX_WORD

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_POINTED_DAY = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4}|\d{2})")
_SLASHED_DAY = re.compile(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})")
_CALENDAR_WEEK = re.compile(r"(?:KW|CW|W)\s?(\d{1,2})(?:\s*[/ ]\s*(\d{4}))?", re.IGNORECASE)


def _suggest_day(text: str) -> tuple[str, str]:
    """The day that was probably meant, if it is one, and how to write a day."""
    hint = "write a day as YYYY-MM-DD"
    text = text.strip() if len(text) <= MAX_WORD else ""
    if match := _POINTED_DAY.fullmatch(text):
        day, month, year = int(match[1]), int(match[2]), int(match[3])
        return _suggested(_iso(year + 2000 if year < 100 else year, month, day), hint)
    if match := _SLASHED_DAY.fullmatch(text):
        return _suggested(_iso(int(match[1]), int(match[2]), int(match[3])), hint)
    if match := _CALENDAR_WEEK.fullmatch(text):
        friday = _friday(int(match[2] or 0), int(match[1]))
        return (friday, "for the Friday of that week") if friday else ("", f"{hint}, for example its Friday")
    return "", hint


def friday_of(text: object, begin: Callable[[], date | None]) -> str:
    """The Friday of a calendar week written without its year: the first one from `begin` on; else nothing."""
    match = _CALENDAR_WEEK.fullmatch(text.strip()) if isinstance(text, str) and len(text) <= MAX_WORD else None
    first = begin() if match is not None and not match[2] else None
    if match is None or first is None:
        return ""
    fridays = (_friday(year, int(match[1])) for year in (first.year, first.year + 1))
    return next((friday for friday in fridays if friday >= first.isoformat()), "")


def _suggested(day: str, otherwise: str) -> tuple[str, str]:
    return (day, "") if day else ("", otherwise)


def _iso(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _friday(year: int, week: int) -> str:
    try:
        return date.fromisocalendar(year, week, 5).isoformat()
    except ValueError:
        return ""


def _day(value: object) -> date:
    text = text_of(value, "a day")
    if _DAY.fullmatch(text) and text.isascii():
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise fault("bad-date", f"there is no day {text}", "write a day of the calendar as YYYY-MM-DD") from None
    instead, hint = _suggest_day(text)
    raise fault("bad-date", f"must be a day as YYYY-MM-DD, got {kind_of(text)}", hint, instead=instead)


_DAY_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_DAY.pattern}$"})
_AS_ISO = PlainSerializer(lambda value: value.isoformat(), return_type=str, when_used="json")
Day = Annotated[date, PlainValidator(_day), _AS_ISO, _DAY_SCHEMA]
Days = Annotated[tuple[Day, ...], AS_LIST]

_MONTH = re.compile(r"(19|2\d)\d{2}-(0[1-9]|1[0-2])", re.ASCII)
_POINTED_MONTH = re.compile(r"(\d{1,2})[./](\d{4})", re.ASCII)
_SLASHED_MONTH = re.compile(r"(\d{4})[./-](\d{1,2})(?:-\d{1,2})?", re.ASCII)


def _month(value: object) -> str:
    text = text_of(value, "a month")
    if _MONTH.fullmatch(text):
        return text
    raise fault("bad-date", f"must be a month as YYYY-MM, got {kind_of(text)}", _suggest_month(text))


def _suggest_month(text: str) -> str:
    """How to write the month that was probably meant; a key is corrected, so there is no line to write."""
    text = text.strip() if len(text) <= MAX_WORD else ""
    match, year, month = _POINTED_MONTH.fullmatch(text), 2, 1
    if match is None:
        match, year, month = _SLASHED_MONTH.fullmatch(text), 1, 2
    if match is not None and 1 <= int(match[month]) <= 12:
        return f"write `{match[year]}-{int(match[month]):02}`"
    return "write a month as YYYY-MM"


Month = Annotated[str, PlainValidator(_month), WithJsonSchema({"type": "string", "pattern": f"^{_MONTH.pattern}$"})]
"""A month of the calendar as it is written, `2026-05`: later months are greater texts."""

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


def _instant(value: object) -> datetime:
    text = text_of(value, "a time")
    if not _INSTANT.fullmatch(text):
        if _DAY.fullmatch(text):
            raise fault(
                "key-time-without-offset",
                f"a time needs hours and an offset, got {kind_of(text)}",
                instead=f'"{text}T00:00:00Z"',
            )
        raise fault("bad-date", f"must be a time such as 2026-01-31T00:00:00Z, got {kind_of(text)}")
    try:
        moment = datetime.fromisoformat(text)
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise fault("bad-date", f"there is no time {text}") from None
    if moment.tzinfo is None:
        raise fault("key-time-without-offset", f"the time {text} has no offset", "for UTC", instead=f'"{text}Z"')
    return in_utc


Instant = Annotated[
    datetime,
    PlainValidator(_instant),
    _AS_ISO,
    WithJsonSchema({"type": "string", "description": "A time with its offset: 2026-01-31T00:00:00Z."}),
]


class Duration(Struct, frozen=True):
    """An amount of working time: a number of working days or of working weeks."""

    amount: Decimal
    unit: str

    def days(self, workdays_a_week: int = 5) -> Decimal:
        """The duration in working days; a week has as many as the project's calendar."""
        return self.amount * workdays_a_week if self.unit == "w" else self.amount

    def __str__(self) -> str:
        return f"{self.amount.normalize():f}{self.unit}"


_DURATION = re.compile(r"(-?\d{1,6}(?:\.\d{1,4})?)([dw])", re.ASCII)


def _duration(value: object) -> Duration:
    text = text_of(value, "a duration")
    match = _DURATION.fullmatch(text.strip())
    if not match:
        bare = len(text) <= MAX_WORD and NUMBER.fullmatch(text.strip())
        message = f"must be a duration in working days or weeks, got {kind_of(text)}"
        if bare:
            raise fault("wrong-type", message, instead=f"{text.strip()}d")
        raise fault("wrong-type", message, "for example 5d, 2.5d or 2w")
    return Duration(Decimal(match[1]), match[2])


def _not_negative(value: Duration) -> Duration:
    if value.amount < 0:
        raise fault("value-out-of-range", f"must not be negative, got {value}")
    return value


_AS_TEXT = PlainSerializer(str, when_used="json")
_LAG_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$"})
_WORK_SCHEMA = WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$".replace("-?", "")})
Lag = Annotated[Duration, PlainValidator(_duration), _AS_TEXT, _LAG_SCHEMA]
"""Signed working time: a lag, or a lead when negative."""
WorkTime = Annotated[Duration, PlainValidator(lambda value: _not_negative(_duration(value))), _AS_TEXT, _WORK_SCHEMA]
"""Working time, zero or more."""
