"""How days, numbers, money and counts read in a sentence. One locale for now; Babel is imported where it is used."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Final

from msgspec import Struct

LOCALE: Final = "en_GB"

_WORDS: Final = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905  # as read


class Sentence(Struct, frozen=True):
    """What a page says first: the part that matters most, and the rest."""

    lead: str
    rest: str = ""


class Figure(Struct, frozen=True):
    """One figure behind the sentence, in one of the four tones; `page` is where it leads."""

    label: str
    value: str
    more: str
    tone: str
    page: str = ""


@lru_cache(maxsize=4096)
def _format_day(value: date, pattern: str) -> str:
    from babel.dates import format_date  # noqa: PLC0415  # heavy: only where a page is made

    return format_date(value, pattern, locale=LOCALE)


def day(value: date) -> str:
    """18 Feb 2026."""
    return _format_day(value, "medium")


def weekday(value: date, as_of: date | None = None) -> str:
    """Wed 27 May, with the year where it is not the year of `as_of`."""
    return _format_day(value, "EEE d MMM" if as_of is None or value.year == as_of.year else "EEE d MMM y")


def short_day(value: date, as_of: date | None = None) -> str:
    """20 Oct, with the year where it is not the year of `as_of`."""
    return _format_day(value, "d MMM" if as_of is None or value.year == as_of.year else "d MMM y")


def days(first: date, last: date, as_of: date) -> str:
    """1 Feb - 20 Oct, with the year where it is not the year of `as_of`, and with both years where they differ."""
    same = first.year == last.year
    since = _format_day(first, "d MMM" if same else "d MMM y")
    return f"{since} \u2013 {_format_day(last, 'd MMM' if same and last.year == as_of.year else 'd MMM y')}"


def near_day(value: date, as_of: date) -> str:
    """20 October, with the year only where it is not the year of `as_of`."""
    return _format_day(value, "d MMMM" if value.year == as_of.year else "d MMMM y")


def month(value: date) -> str:
    """Feb."""
    return _format_day(value, "MMM")


def month_and_year(value: date) -> str:
    """July 2026."""
    return _format_day(value, "LLLL y")


@lru_cache(maxsize=4096)
def number(value: Decimal | float) -> str:
    """1,234.5."""
    from babel.numbers import format_decimal  # noqa: PLC0415  # heavy

    return str(format_decimal(value, locale=LOCALE))


def exact(value: Decimal) -> str:
    """1,234.50: every decimal as it was written."""
    from babel.numbers import format_decimal  # noqa: PLC0415  # heavy

    places = -int(value.as_tuple().exponent) if value.is_finite() else 0
    pattern = "#,##0." + "0" * places if places > 0 else "#,##0"
    return str(format_decimal(value, pattern, locale=LOCALE))


def percent(value: Decimal | float) -> str:
    """40 % of a number that counts in hundredths."""
    return f"{number(value)}\u202f%"


@lru_cache(maxsize=4096)
def money(value: Decimal | float, currency: str) -> str:
    """€40,000 or CHF 40,000, with cents only where there are any; the bare number where there is no currency."""
    from babel.numbers import format_currency, get_currency_symbol  # noqa: PLC0415  # heavy

    if not currency:
        return number(value)
    space = "\u00a0" if get_currency_symbol(currency, locale=LOCALE)[-1].isalpha() else ""
    whole = Decimal(value) == Decimal(value).to_integral_value()
    if whole:
        return format_currency(value, currency, f"¤{space}#,##0", locale=LOCALE, currency_digits=False)
    return format_currency(value, currency, f"¤{space}#,##0.00", locale=LOCALE)


@lru_cache(maxsize=256)
def is_currency(unit: str, currency: str) -> bool:
    """Whether a unit is the currency, by its code or its sign: such a figure is written as money."""
    from babel.numbers import get_currency_symbol  # noqa: PLC0415  # heavy

    return bool(currency) and unit.strip() in {currency, get_currency_symbol(currency, locale=LOCALE)}


def in_words(amount: int) -> str:
    """A small number as a word (`no` for 0), a larger one in figures."""
    return _WORDS[amount] if 0 <= amount < len(_WORDS) else number(amount)


def count(amount: int, one: str, many: str = "") -> str:
    """Two sign-offs, one sign-off, no sign-offs."""
    return f"{in_words(amount)} {one if amount == 1 else many or one + 's'}"


def figure(amount: int, one: str, many: str = "") -> str:
    """2 sign-offs: the same in figures, for places where one compares."""
    return f"{number(amount)} {one if amount == 1 else many or one + 's'}"


def listing(items: Iterable[str]) -> str:
    """A, b and c."""
    found = list(items)
    if len(found) < 2:
        return "".join(found)
    from babel.lists import format_list  # noqa: PLC0415  # heavy

    return format_list(found, locale=LOCALE)


def few(items: Iterable[str], most: int = 3) -> str:
    """A, b and c; beyond `most` the rest is counted: a, b and 4 more."""
    found = list(items)
    if len(found) <= most:
        return listing(found)
    return listing([*found[: most - 1], f"{len(found) - most + 1} more"])


def capital(text: str) -> str:
    """The text with a capital first letter, the rest untouched."""
    return text[:1].upper() + text[1:]


def small(text: str) -> str:
    """The text with a small first letter, to go on with after a comma; `KPIs` and `IT` keep theirs."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def when(value: date, as_of: date) -> str:
    """How far a day is: `6 days late`, `today`, `tomorrow`, `in 9 days`."""
    days = (value - as_of).days
    if days < 0:
        return f"{figure(-days, 'day')} late"
    if days <= 1:
        return ("today", "tomorrow")[days]
    return f"in {figure(days, 'day')}"
