"""The budget over time: month by month, as a chart, and how what was promised moved."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.model.forecast import EarnedValue
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.budget_chart import Burn, Course, Limit, draw
from mkdocs_ecompm.registers.budget_schema import Account
from mkdocs_ecompm.registers.budget_sums import NOTHING, Frame, Money, at_completion

_PROMISED: Final = frozenset({"approved", "reserve", "planned", "forecast"})
"""Sums whose past is told; orders and payments only grow."""
_MONTHS: Final = 240
"""Months of a table; no project goes on for twenty years."""


class MonthRow(Struct, frozen=True):
    """A month end: all that was planned and paid until then, and what reports of the month say. None is unknown."""

    day: date
    planned: Decimal
    paid: Decimal | None
    planned_value: Decimal | None
    earned_value: Decimal | None
    actual_cost: Decimal | None


class Move(Struct, frozen=True):
    """A sum of the budget that a commit changed; None where it was not said. An empty commit is the working tree."""

    day: date
    commit: str
    name: str
    was: Decimal | None
    now: Decimal | None
    by: str


def months_of(project: Project) -> Iterator[MonthRow]:
    """Every month from the first that is named to the last, with what has come together until its end."""
    accounts = [record.entry for record in project.state.of(Account)]
    planned, paid = _by_month(one.planned for one in accounts), _by_month(one.actual for one in accounts)
    reports = {one.date.isoformat()[:7]: one for one in project.earned_value}
    named = sorted({*planned, *paid, *reports})
    now = project.as_of.isoformat()[:7]
    so_far, spent = NOTHING, NOTHING
    for month in _every(named) if named else ():
        so_far += planned.get(month, NOTHING)
        spent += paid.get(month, NOTHING)
        report = reports.get(month)
        yield MonthRow(
            day=_end(month),
            planned=so_far,
            paid=spent if month <= now and paid else None,
            planned_value=report.pv if report else None,
            earned_value=report.ev if report else None,
            actual_cost=report.ac if report else None,
        )


def moves_of(project: Project, frame: Frame) -> Iterator[Move]:
    """Each time that a sum which somebody promised was said anew."""
    for series in project.history.of("budget"):
        if series.ref.removeprefix("budget/") not in _PROMISED:
            continue
        for before, point in pairwise(series.points):
            was, now = (None if one.value is None else Decimal(one.value) for one in (before, point))
            by = ""
            if was is not None and now is not None:
                by = f"{'+' if now > was else ''}{language.money(now - was, frame.currency)}"
            yield Move(point.day, point.commit, series.name, was, now, by)


def _by_month(accounts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for amounts in accounts:
        for month, amount in amounts.items():
            found[month] = found.get(month, NOTHING) + amount
    return found


def _every(named: Sequence[str]) -> Iterable[str]:
    """Every month from the first that is named to the last; the named ones alone where a year must be mistyped."""
    first, last = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (named[0], named[-1]))
    if last - first > _MONTHS:
        return named
    return [f"{number // 12:04}-{number % 12 + 1:02}" for number in range(first, last + 1)]


def _end(month: str) -> date:
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, monthrange(year, number)[1])


def burn_of(project: Project, months: Sequence[MonthRow], money: Money, frame: Frame) -> Burn | None:
    """The chart: the plan to its end, what is earned and spent so far, and where the spending leads."""
    if not months:
        return None
    begin = months[0].day.replace(day=1)
    eve = begin - timedelta(1) if begin > date.min else begin
    bac = at_completion(project.state)
    limits = [Limit("completion", f"Budget at completion {language.money(bac, frame.currency)}", bac)] if bac else []
    if frame.approved is not None and frame.approved != bac:
        label = f"Approved {language.money(frame.approved, frame.currency)}"
        limits.append(Limit("approved", label, frame.approved))
    return draw(list(_courses(project, months, money, frame, eve)), limits, project.as_of, frame.currency)


def _courses(project: Project, months: Sequence[MonthRow], money: Money, frame: Frame, eve: date) -> Iterator[Course]:
    """The plan to its end; what is earned and spent so far; and where the spending leads."""

    def label(word: str, amount: Decimal) -> str:
        return f"{word} {language.money(round(amount, 0), frame.currency)}"

    reports, begin = project.earned_value, (eve, NOTHING)
    plan = [(row.day, row.planned) for row in months]
    if reports:
        known = reports[-1]
        behind = [amount for day, amount in plan if day <= known.date]
        ahead = known.pv - (behind[-1] if behind else NOTHING)
        said = [(one.date, one.pv) for one in reports]
        plan = [*said, *((day, max(amount + ahead, known.pv)) for day, amount in plan if day > known.date)]
        yield Course("earned", label("Earned", known.ev), (begin, *((one.date, one.ev) for one in reports)))
    paid = [(one.date, one.ac) for one in reports] or _paid(months, project.as_of)
    yield Course("planned", label("Planned", plan[-1][1]), (begin, *plan))
    if paid:
        last = max(plan[-1][0], paid[-1][0])
        since = reports and paid[-1][1] != money.paid  # the last report is not the last payment
        word = f"Spent until {language.short_day(paid[-1][0], project.as_of)}" if since else "Spent"
        yield Course("spent", label(word, paid[-1][1]), (begin, *paid))
        if money.forecast and last > paid[-1][0]:
            yield Course("forecast", label("Forecast", money.forecast), (paid[-1], (last, money.forecast)))


def _paid(months: Sequence[MonthRow], as_of: date) -> list[tuple[date, Decimal]]:
    return [(min(row.day, as_of), row.paid) for row in months if row.paid is not None]


def drawn(months: Sequence[MonthRow], latest: EarnedValue | None, money: Money, frame: Frame) -> str:
    """The chart in words."""
    if not months:
        return ""
    planned = language.money(months[-1].planned, frame.currency)
    text = f"Money from {language.day(months[0].day)} to {language.day(months[-1].day)}: {planned} planned"
    if latest:
        amounts = [language.money(round(amount, 0), frame.currency) for amount in (latest.pv, latest.ev, latest.ac)]
        day = language.day(latest.date)
        text += f"; on {day} {amounts[0]} was planned, {amounts[1]} earned and {amounts[2]} spent"
    return f"{text}; the forecast is {language.money(money.forecast, frame.currency)}. The same figures stand below."
