"""Money and measures: what is approved, planned, ordered, paid and expected, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mkdocs_ecompm.comparison.side import Side, number_of, paired
from mkdocs_ecompm.comparison.words import ARROW, fact, figure, later_is, money_moved, plain_fact
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.registers import kpis
from mkdocs_ecompm.registers.budget_series import series as sums_of_budget

_HEADERS: Final = (
    ("charter", ("budget", "approved"), ("Approved budget", 60, Tone.ATTENTION)),
    ("charter", ("budget", "reserve"), ("Reserve", 50, Tone.NEUTRAL)),
    ("charter", ("authority", "money"), ("What the project manager may spend alone", 20, Tone.NEUTRAL)),
    ("budget", ("budget_at_completion",), ("Budget at completion", 45, Tone.ATTENTION)),
)
"""Amounts in headers: register, field, and what it is called, its weight, and the tone of more of it."""
_SUMS: Final = {
    "budget/approved": ("Budget", 58, Tone.ATTENTION),
    "budget/forecast": ("Forecast of all accounts", 55, Tone.BAD),
    "budget/reserve": ("Reserve in the budget", 48, Tone.NEUTRAL),
    "budget/planned": ("Planned money", 40, Tone.ATTENTION),
    "budget/committed": ("Ordered", 35, Tone.NEUTRAL),
    "budget/actual": ("Paid", 30, Tone.NEUTRAL),
}
"""The sums of the budget as its series names them, with the same."""
Named = tuple[str, int, Tone]


def money(was: Side, is_: Side) -> Iterator[Fact]:
    """Amounts that were approved, kept in reserve, planned, ordered, paid or forecast."""
    for register, field, named in _HEADERS:
        if register in was.contents and register in is_.contents:
            then, now = (number_of(side.header(register, *field)) for side in (was, is_))
            if then != now:
                yield _amount(is_, register, named, (then, now), is_.contents[register].at(*field))
    if "budget" in was.contents and "budget" in is_.contents:
        before, after = (
            {said.ref: number_of(said.value) for said in sums_of_budget(side.contents["budget"])} for side in (was, is_)
        )
        for ref, named in _SUMS.items():
            if before.get(ref) != after.get(ref):
                place = is_.contents["budget"].at(ref.partition("/")[2])
                yield _amount(is_, "budget", named, (before.get(ref), after.get(ref)), place)
        yield from _accounts(was, is_)


def _amount(side: Side, ref: str, named: Named, amounts: tuple[float | None, float | None], source: Source) -> Fact:
    (name, weight, tone), (then, now) = named, amounts
    by = round(now - then, 2) if then is not None and now is not None else None
    return plain_fact(
        Topic.MONEY,
        "money-changed",
        ref,
        (name, f" {money_moved(then, now, side.currency)}"),
        amounts,
        source=source,
        tone=tone if by is None or tone is Tone.NEUTRAL else later_is(by, tone),
        weight=weight,
        amount=by,
    )


def _accounts(was: Side, is_: Side) -> Iterator[Fact]:
    """Accounts of which another end is expected."""
    for old, new in paired(was, is_, "budget", "accounts").both:
        then, now = old.number("forecast"), new.number("forecast")
        if then != now:
            by = round(now - then, 2) if then is not None and now is not None else None
            yield fact(
                Topic.MONEY,
                "forecast-changed",
                new,
                f"Forecast of {new.headline}",
                f" {money_moved(then, now, is_.currency)}",
                then,
                now,
                at="forecast",
                tone=later_is(by, Tone.BAD) if by else Tone.NEUTRAL,
                weight=25,
                amount=by,
            )


def measured(was: Side, is_: Side) -> Iterator[Fact]:
    """What was measured last of each KPI."""
    if "kpis" not in was.contents or "kpis" not in is_.contents:
        return
    then, now = (
        {said.ref.casefold(): said.value for said in kpis.REGISTER.series(side.contents["kpis"]) if said.kind == "kpi"}
        for side in (was, is_)
    )
    for old, new in paired(was, is_, "kpis", "kpis").both:
        before, after = number_of(then.get(old.ref.casefold(), "")), number_of(now.get(new.ref.casefold(), ""))
        if before == after:
            continue
        by = after - before if before is not None and after is not None else None
        unit = f" {new.text('unit')}" if new.text("unit") else ""
        shown = ARROW.join(value for value in (figure(before), figure(after)) if value) + unit
        worse = by is not None and (by < 0) == (new.text("direction") != "down")
        yield fact(
            Topic.MONEY,
            "kpi-measured",
            new,
            f"KPI {new.headline}",
            f" {shown}" if after is not None else f" {shown}, no longer measured",
            before,
            after,
            at="measurements",
            tone=Tone.NEUTRAL if by is None else Tone.ATTENTION if worse else Tone.GOOD,
            weight=15,
            amount=by,
        )
