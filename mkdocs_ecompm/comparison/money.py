"""Money and measures: what is approved, planned, ordered, paid and expected, and what was measured."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side, day_of, number_of, paired, text_of
from mkdocs_ecompm.comparison.words import ARROW, fact, figure, later_is, money_moved, plain_fact
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlList, YamlMap
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
    promised = {}
    for register, field, named in _HEADERS:
        if register in was.contents and register in is_.contents:
            then, now = (number_of(side.header(register, *field)) for side in (was, is_))
            promised[register, field[-1]] = then, now
            if then != now:
                yield _amount(is_, register, named, (then, now), is_.contents[register].at(*field))
    if "budget" in was.contents and "budget" in is_.contents:
        before, after = (
            {said.ref: number_of(said.value) for said in sums_of_budget(side.contents["budget"])} for side in (was, is_)
        )
        for ref, named in _SUMS.items():
            name, amounts = ref.partition("/")[2], (before.get(ref), after.get(ref))
            if amounts[0] != amounts[1] and promised.get(("charter", name)) != amounts:  # told once, of the charter
                yield _amount(is_, "budget", named, amounts, is_.contents["budget"].at(name))
        yield from _accounts(was, is_)
        yield from _reports(was, is_)


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


def _reports(was: Side, is_: Side) -> Iterator[Fact]:
    """Reports of what was done for the money, by their days."""
    then, now = _reports_of(was), _reports_of(is_)
    for day in sorted({*then, *now}):
        old, new = then.get(day), now.get(day)
        if old == new:
            continue
        on, report = day_of(day), new or old or YamlMap()
        said = _reported(is_, report)
        ending = "" if old is None else " (reported otherwise before)" if new is not None else " was taken out"
        yield plain_fact(
            Topic.MONEY,
            "report-added" if old is None else "report-removed" if new is None else "report-changed",
            "budget",
            (f"Report of {language.day(on) if on else day}", f": {said}{ending}" if new is not None else ending),
            (_reported(was, old) if old else None, said if new else None),
            source=report.source,
            weight=10,
        )


def _reports_of(side: Side) -> dict[str, YamlMap]:
    found = side.contents["budget"].get("reports")
    reports = [one for one in found if isinstance(one, YamlMap)] if isinstance(found, YamlList) else []
    return {text_of(one, "date"): one for one in reports}


def _reported(side: Side, report: YamlMap) -> str:
    """Work worth €96,000 is done, €105,000 was planned, €106,500 is paid."""
    phrases = (
        ("earned_value", "work worth {} is done"),
        ("planned_value", "{} was planned"),
        ("actual_cost", "{} is paid"),
    )
    amounts = [(number_of(text_of(report, field)), phrase) for field, phrase in phrases]
    return ", ".join(
        phrase.format(language.money(amount, side.currency)) for amount, phrase in amounts if amount is not None
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
        unit = new.text("unit")
        values = [value for value in (before, after) if value is not None]
        if language.is_currency(unit, is_.currency):
            shown = ARROW.join(language.money(value, is_.currency) for value in values)
        else:
            shown = ARROW.join(language.exact(Decimal(str(figure(value)))) for value in values)
            shown += f" {unit}" if unit else ""
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
