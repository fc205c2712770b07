"""What the budget comes to on a day: approved, planned, ordered, paid and forecast, and its earned value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.forecast import EarnedValue
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.budget_schema import Account, BudgetDocument, Report
from mkdocs_ecompm.schedule.earned_value import earned_value as figures

NOTHING: Final = Decimal(0)


class Money(Struct, frozen=True):
    """What an account, or the whole budget, comes to. What is dated after the day it is looked at does not count yet.

    `forecast` is what will have been spent in the end. `assumed` says that nobody wrote it down: then it is the plan,
    or what is ordered or paid where that is more already.
    """

    planned: Decimal
    ordered: Decimal
    paid: Decimal
    forecast: Decimal
    assumed: bool

    @property
    def over(self) -> Decimal:
        """By how much the forecast exceeds the plan; negative if it stays below."""
        return self.forecast - self.planned

    @property
    def over_percent(self) -> Decimal | None:
        """The same in per cent of the plan, None if nothing was planned."""
        return self.over * 100 / self.planned if self.planned else None


class Frame(Struct, frozen=True):
    """What was approved. None where neither the budget nor the charter says it."""

    approved: Decimal | None
    reserve: Decimal | None
    currency: str
    vat: str | None
    tolerance: Decimal | None
    """By how many per cent the money may drift, as the charter says."""


def account_money(account: Account, as_of: date) -> Money:
    """One account on a day."""
    month = as_of.isoformat()[:7]
    planned = sum(account.planned.values(), NOTHING)
    ordered = sum((amount for day, amount in account.committed.items() if day <= as_of), NOTHING)
    paid = sum((amount for period, amount in account.actual.items() if period <= month), NOTHING)
    assumed = account.forecast is None
    forecast = max(planned, ordered, paid) if account.forecast is None else account.forecast
    return Money(planned, ordered, paid, forecast, assumed)


def total(parts: Iterable[Money]) -> Money:
    """Several accounts together."""
    found = list(parts)
    return Money(
        sum((one.planned for one in found), NOTHING),
        sum((one.ordered for one in found), NOTHING),
        sum((one.paid for one in found), NOTHING),
        sum((one.forecast for one in found), NOTHING),
        assumed=any(one.assumed for one in found),
    )


def money_of(state: State, as_of: date) -> Money:
    """The whole budget on a day."""
    return total(account_money(record.entry, as_of) for record in state.of(Account))


def frame_of(state: State) -> Frame:
    """What is approved: as the budget says it, else as the charter does."""
    budget = state.header(BudgetDocument) or BudgetDocument()
    charter: Any = state.documents.get("charter")
    promised = getattr(charter, "budget", None)
    approved, reserve = budget.approved, budget.reserve
    return Frame(
        approved=getattr(promised, "approved", None) if approved is None else approved,
        reserve=getattr(promised, "reserve", None) if reserve is None else reserve,
        currency=budget.currency or getattr(state.documents.get("project"), "currency", ""),
        vat=budget.vat or getattr(promised, "vat", None),
        tolerance=getattr(getattr(charter, "tolerances", None), "money_percent", None),
    )


def at_completion(state: State) -> Decimal:
    """The budget at completion: as stated, else all that is planned, else what is approved without the reserve."""
    budget = state.header(BudgetDocument)
    if budget is not None and budget.budget_at_completion is not None:
        return budget.budget_at_completion
    planned = sum((amount for record in state.of(Account) for amount in record.entry.planned.values()), NOTHING)
    frame = frame_of(state)
    return planned or max((frame.approved or NOTHING) - (frame.reserve or NOTHING), NOTHING)


def reports(state: State) -> list[Record[Report]]:
    """The reports by their days."""
    return sorted(state.of(Report), key=lambda record: record.entry.date)


def earned_value(state: State, as_of: date) -> tuple[EarnedValue, ...]:
    """Earned value of each report up to a day, oldest first."""
    bac = at_completion(state)
    said = (record.entry for record in reports(state) if record.entry.date <= as_of)
    return tuple(figures(one.date, bac, one.planned_value, one.earned_value, one.actual_cost) for one in said)
