"""The types of the values in a file. Every scalar arrives as text; each type raises its own finding code.

A validator raises `fault(code, message, hint)`; the loader turns it into a finding with the place of the value.
There are no unions: where a short form is allowed, a validator before the type expands it, so that one fault is
one finding.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import (
    BeforeValidator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    Strict,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, core_schema

from mkdocs_ecompm.model.words import MAX_WORD, did_you_mean, shorten

ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
MAX_DIGITS: Final = 15


def fault(code: str, message: str, hint: str = "", *, instead: str = "") -> PydanticCustomError:
    """The error that becomes a finding of `code`; message and hint are whole sentences without a full stop.

    `instead` is the value as it should be written; the loader makes the corrected line of it.
    """
    return PydanticCustomError(code, "{message}", {"message": message, "hint": hint, "instead": instead})


def kind_of(value: object) -> str:
    """What a wrong value is, for a message: a list, a mapping, or a text."""
    if isinstance(value, str):
        return f"`{shorten(value)}`"
    return "a mapping" if isinstance(value, dict) else "a list"


def _text(value: object, expected: str) -> str:
    if isinstance(value, str):
        return value
    raise fault("wrong-type", f"must be {expected}, got {kind_of(value)}")


@dataclass(frozen=True, slots=True)
class ShortForm:
    """The annotation of a value that may also be written shorter, as a validator before the type expands it.

    One text instead of the whole, and with `one` also one item instead of a list.
    """

    one: bool = False

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Either form, for an editor."""
        full = handler(schema)
        short: list[dict[str, Any]] = [{"type": ["string", "number", "boolean"]}]
        return {"anyOf": [*short, *([full["items"]] if self.one else []), full]}


# --- ids and references -------------------------------------------------------------------------------------------


def _id(value: object) -> str:
    text = _text(value, "an id")
    if ID_PATTERN.fullmatch(text):
        return text
    suggestion = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:64]
    hint = f"for example `{suggestion}`" if ID_PATTERN.fullmatch(suggestion) else ""
    raise fault(
        "bad-id",
        "an id has at most 64 letters, digits, dots, dashes and underscores and begins with a letter or digit; "
        f"got {kind_of(text)}",
        hint,
    )


_ID_SCHEMA = WithJsonSchema(
    {"type": ["string", "number", "boolean"], "pattern": f"^{ID_PATTERN.pattern}$", "description": "An id."}
)
Id = Annotated[str, PlainValidator(_id), _ID_SCHEMA]


@dataclass(frozen=True, slots=True)
class RefTo:
    """What a reference may point to: lists of registers (`people.people`), or any record when empty.

    Kept as metadata in the annotation; `load` resolves every reference after reading. A register that does not
    exist is not asked; without all registers in `beside` a reference to any record is not judged at all.
    """

    targets: tuple[str, ...] = ()
    what: str = "record"
    beside: tuple[str, ...] = ()


def _ref(value: object) -> str:
    text = _text(value, "an id")
    if not text.strip():
        raise fault("wrong-type", "must be an id, got an empty text")
    return text


PARTY_LISTS: Final = ("people.people", "people.roles", "people.departments", "people.organisations")
_REF = PlainValidator(_ref)


def _id_of(what: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": ["string", "number", "boolean"], "minLength": 1, "description": f"The id of a {what}."}
    )


Ref = Annotated[str, _REF, RefTo(), _id_of("record")]
PersonRef = Annotated[str, _REF, RefTo(("people.people",), "person"), _id_of("person")]
PartyRef = Annotated[
    str,
    _REF,
    RefTo(PARTY_LISTS, "person, role, department or organisation"),
    _id_of("person, role, department or organisation"),
]
DepartmentRef = Annotated[str, _REF, RefTo(("people.departments",), "department"), _id_of("department")]
RoleRef = Annotated[str, _REF, RefTo(("people.roles",), "role"), _id_of("role")]
PhaseRef = Annotated[str, _REF, RefTo(("timeline.phases",), "phase"), _id_of("phase")]
MilestoneRef = Annotated[
    str, _REF, RefTo(("timeline.milestones", "timeline.gates"), "milestone or gate"), _id_of("milestone or gate")
]
ArtifactRef = Annotated[str, _REF, _id_of("register, or register/record")]
"""An artifact id such as `charter` or `raci/delivery`; checked where artifacts are known."""


def _list(value: object) -> object:
    if isinstance(value, str):
        items = [part.strip() for part in re.split("[,;]", value[: MAX_WORD * 10])]
        ids = all(ID_PATTERN.fullmatch(item) for item in items)
        hint = "or one item a line, each after a dash" if ids else "write one item a line, each after a dash"
        instead = f"[{', '.join(items)}]" if ids else ""
        raise fault("list-expected", f"must be a list, got {kind_of(value)}", hint, instead=instead)
    if isinstance(value, dict):
        raise fault("list-expected", "must be a list, got a mapping", "begin each item with a dash")
    return value


AS_LIST = BeforeValidator(_list)
Refs = Annotated[tuple[Ref, ...], AS_LIST]
PartyRefs = Annotated[tuple[PartyRef, ...], AS_LIST]
PersonRefs = Annotated[tuple[PersonRef, ...], AS_LIST]


# --- texts --------------------------------------------------------------------------------------------------------


# Strict, not a function of ours: texts are most of a project, and this check runs in compiled code. The loader makes
# the finding `wrong-type` of it. Editors type a plain `2026` or `true` themselves; here it is a text like any other,
# so a schema allows it.
Text = Annotated[str, Strict(), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Texts = Annotated[tuple[Text, ...], AS_LIST]


def _one_or_more(value: object) -> object:
    return [value] if isinstance(value, str) else value


SomeTexts = Annotated[tuple[Text, ...], BeforeValidator(_one_or_more), ShortForm()]
"""Several texts; one alone needs no dash."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The annotation of a text that is one of `words`, for validation and for editors."""

    words: tuple[str, ...]
    validate: Callable[[object], str]

    def __get_pydantic_core_schema__(self, _source: Any, _handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Validate the text as it was written."""
        return core_schema.no_info_plain_validator_function(self.validate)

    def __get_pydantic_json_schema__(
        self, _schema: core_schema.CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The words, for an editor."""
        return {"enum": list(self.words)}


def choice(*words: str) -> Any:
    """A text that is one of `words`."""

    def validate(value: object) -> str:
        text = _text(value, "one of " + ", ".join(words))
        if text in words:
            return text
        message = f"must be one of {', '.join(words)}, got {kind_of(text)}"
        raise fault("unknown-value", message, did_you_mean(text, words))

    return Choice(words, validate)


TRUE: Final = frozenset({"true", "yes"})
FALSE: Final = frozenset({"false", "no"})


def _yes_no(value: object) -> bool:
    text = _text(value, "yes or no").lower()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise fault("wrong-type", f"must be yes or no, got {kind_of(value)}")


YesNo = Annotated[
    bool,
    PlainValidator(_yes_no),
    WithJsonSchema(
        {"type": ["boolean", "string"], "pattern": "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Yy][Ee][Ss]|[Nn][Oo])$"}
    ),
]


# --- days and instants --------------------------------------------------------------------------------------------

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
    text = _text(value, "a day")
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

_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?", re.ASCII)


def _instant(value: object) -> datetime:
    text = _text(value, "a time")
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


# --- numbers ------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)", re.ASCII)
_GROUPED = re.compile(r"[+-]?[\d.,' \u00a0\u202f]*\d[.,' \u00a0\u202f][\d.,' \u00a0\u202f]*", re.ASCII)


def _suggest_number(text: str) -> str:
    digits = re.sub(r"[' \u00a0\u202f]", "", text)
    if digits.isdigit():
        return digits
    last = max(digits.rfind("."), digits.rfind(","))
    whole, fraction = re.sub(r"[.,]", "", digits[:last]), digits[last + 1 :]
    both = "." in digits and "," in digits
    grouping_only = not both and (len(fraction) == 3 or digits.count(".") > 1 or digits.count(",") > 1)
    return whole + fraction if grouping_only or not fraction else f"{whole}.{fraction}"


def _decimal(value: object, expected: str, *, money: bool = False) -> Decimal:
    text = _text(value, expected).strip()
    if len(text) > MAX_WORD:
        raise fault("wrong-type", f"must be {expected}, got {kind_of(text)}")
    if not _NUMBER.fullmatch(text):
        if _GROUPED.fullmatch(text) and re.search(r"[,' \u00a0\u202f]|\..*\.", text):
            raise fault(
                "ambiguous-number",
                f"{kind_of(text)} can be read in two ways",
                "(one decimal point, no grouping)",
                instead=_suggest_number(text),
            )
        raise fault("wrong-type", f"must be {expected}, got {kind_of(text)}")
    if len(re.sub(r"\D", "", text).lstrip("0")) > MAX_DIGITS:
        raise fault("wrong-type", f"must be {expected} of at most {MAX_DIGITS} digits, got {kind_of(text)}")
    if money and re.search(r"\.\d{3}$", text):
        raise fault(
            "ambiguous-number",
            f"{kind_of(text)} has three decimals: thousands or a fraction?",
            "for thousands; a fraction has two decimals",
            instead=text.replace(".", ""),
        )
    return Decimal(text)


def _money(value: object) -> Decimal:
    return _decimal(value, "an amount of money", money=True)


def _number(value: object) -> Decimal:
    return _decimal(value, "a number")


def _whole(value: object) -> int:
    if isinstance(value, str) and value.isdigit() and value.isascii() and len(value) <= MAX_DIGITS:
        return int(value)  # nearly all of them
    number = _decimal(value, "a whole number")
    if number != number.to_integral_value():
        raise fault("wrong-type", f"must be a whole number, got {kind_of(value)}")
    return int(number)


def _number_text(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)


_AS_NUMBER = PlainSerializer(_number_text, when_used="json")
_NUMBER_SCHEMA = WithJsonSchema({"type": ["number", "string"], "pattern": f"^{_NUMBER.pattern}$"})
Money = Annotated[Decimal, PlainValidator(_money), _AS_NUMBER, _NUMBER_SCHEMA]
Number = Annotated[Decimal, PlainValidator(_number), _AS_NUMBER, _NUMBER_SCHEMA]
Whole = Annotated[
    int, PlainValidator(_whole), WithJsonSchema({"type": ["integer", "string"], "pattern": r"^[+-]?\d+(\.0+)?$"})
]


@dataclass(frozen=True, slots=True)
class Between:
    """The annotation after a number type: the value lies in [low, high]."""

    low: int
    high: int | None = None

    def __call__(self, value: Any) -> Any:
        """The value itself, or the fault that it is off the scale."""
        if value < self.low or (self.high is not None and value > self.high):
            wanted = f"{self.low} to {self.high}" if self.high is not None else f"{self.low} or more"
            raise fault("value-out-of-range", f"must be {wanted}, got {value}")
        return value

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Check after the number was read."""
        return core_schema.no_info_after_validator_function(self, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """The number's schema with its bounds."""
        bounds = {"minimum": self.low} if self.high is None else {"minimum": self.low, "maximum": self.high}
        return handler(schema) | bounds


def between(low: int, high: int | None = None) -> Between:
    """A validator after a number type: the value lies in [low, high]."""
    return Between(low, high)


# --- durations ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Duration:
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
    text = _text(value, "a duration")
    match = _DURATION.fullmatch(text.strip())
    if not match:
        bare = len(text) <= MAX_WORD and _NUMBER.fullmatch(text.strip())
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
