"""The phrases of which facts are made: a value that moved, a difference with its sign."""

from __future__ import annotations

from datetime import date
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, Written
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.finding import Source

ARROW: Final = " -> "
"""Between what was and what is, in every sentence."""


def day(value: date, side: Side) -> str:
    """20 Oct, with the year where it is another than that of the day on which one looks."""
    return language.short_day(value) if value.year == side.as_of.year else language.day(value)


def days_moved(was: date, is_: date, side: Side) -> str:
    """12 Mar -> 2 Apr (+21 days)."""
    same_year = was.year == is_.year == side.as_of.year
    said = [language.short_day(value) if same_year else language.day(value) for value in (was, is_)]
    return f"{said[0]}{ARROW}{said[1]} ({signed((is_ - was).days, 'day')})"


def signed(amount: float, unit: str = "") -> str:
    """+21 days, -1 day, +3."""
    text = f"{'+' if amount >= 0 else '-'}{language.number(abs(amount))}"
    return f"{text} {unit if abs(amount) == 1 else unit + 's'}" if unit else text


def money_moved(was: float | None, is_: float | None, currency: str) -> str:
    """€120,000 -> €132,000 (+€12,000)."""
    said = [language.money(value, currency) if value is not None else "" for value in (was, is_)]
    if was is None or is_ is None:
        return f"{said[1]}, new" if was is None else f"{said[0]} is not said any more"
    change = is_ - was
    return f"{ARROW.join(said)} ({'+' if change >= 0 else '-'}{language.money(abs(change), currency)})"


def figure(value: float | None) -> str | None:
    """A number as the text of a fact's value."""
    if value is None:
        return None
    return str(int(value)) if value == int(value) else str(value)


def fact(  # noqa: PLR0913, PLR0917  # these are the parts of a fact
    topic: Topic,
    kind: str,
    record: Written,
    subject: str,
    rest: str,
    was: object,
    is_: object,
    *,
    at: str = "",
    tone: Tone = Tone.NEUTRAL,
    weight: float = 0,
    amount: float | None = None,
    about: tuple[str, ...] = (),
) -> Fact:
    """A fact about a record; `at` names the field whose place it is."""
    source = record.at(at) if at else record.content.source
    return Fact(topic, kind, record.ref, subject, rest, _value(was), _value(is_), source, tone, weight, amount, about)


def plain_fact(  # noqa: PLR0913  # these are the parts of a fact
    topic: Topic,
    kind: str,
    ref: str,
    sentence: tuple[str, str],
    values: tuple[object, object],
    *,
    source: Source | None = None,
    tone: Tone = Tone.NEUTRAL,
    weight: float = 0,
    amount: float | None = None,
    about: tuple[str, ...] = (),
) -> Fact:
    """A fact about something that is no record: a register, an artifact, the plan as a whole."""
    was, is_ = (_value(value) for value in values)
    return Fact(topic, kind, ref, *sentence, was, is_, source, tone, weight, amount, about)


def _value(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, date):
        return value.isoformat()
    return figure(value) if isinstance(value, int | float) else str(value)


def later_is(amount: float, worse: Tone) -> Tone:
    """The tone of something that became later or greater, where that is bad news."""
    return worse if amount > 0 else Tone.GOOD
