"""The money: what is approved, planned, ordered, paid and forecast, and what the work done is worth. `budget.yml`.

This is the register's door. Behind it: `budget_schema` says what may be written, `budget_sums` adds it up,
`budget_series` follows it over time, `budget_views` makes the page: its words, its months, its chart stand beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, lazily
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.budget_schema import Account, BudgetDocument, Report
from mkdocs_ecompm.registers.budget_series import series
from mkdocs_ecompm.registers.budget_sums import (
    Frame,
    account_money,
    at_completion,
    earned_value,
    frame_of,
    money_of,
    reports,
)


def check(project: Project) -> Iterable[Finding]:
    """The plan within what is approved, reports that only grow, and a forecast that can be true and is affordable."""
    budget, content = project.state.header(BudgetDocument), project.state.contents.get("budget")
    if budget is None or content is None:
        return
    frame = frame_of(project.state)
    yield from _currency(project.state, budget, content)
    yield from _approved(project, budget, frame, content)
    yield from _reports(project.state)
    yield from _forecasts(project)
    yield from _drift(project, frame, content)


def _currency(state: State, budget: BudgetDocument, content: YamlMap) -> Iterator[Finding]:
    usual = getattr(state.documents.get("project"), "currency", "")
    if budget.currency and usual and budget.currency.upper() != usual.upper():
        message = f"the budget counts in {budget.currency}, the project in {usual}"
        yield finding("budget-currency-differs", message, content.at("currency"), hint="leave it out to use the same")


def _approved(project: Project, budget: BudgetDocument, frame: Frame, content: YamlMap) -> Iterator[Finding]:
    if frame.approved is None:
        return
    if budget.reserve is not None and budget.reserve > frame.approved:
        message = f"the reserve of {_text(budget.reserve)} is more than the {_text(frame.approved)} approved"
        yield finding("value-out-of-range", message, content.at("reserve"), hint="the reserve is part of it")
    planned = money_of(project.state, project.as_of).planned
    if planned > frame.approved:
        message = f"the accounts plan {_text(planned)}, more than the {_text(frame.approved)} approved"
        yield finding("budget-over-approved", message, content.at("accounts"))
    stated = budget.budget_at_completion
    if stated is not None and stated > frame.approved:
        message = f"the budget at completion, {_text(stated)}, is more than the {_text(frame.approved)} approved"
        yield finding("budget-over-approved", message, content.at("budget_at_completion"))


def _reports(state: State) -> Iterator[Finding]:
    """Each day once, and figures since the beginning: they never fall, and no work is worth more than all of it."""
    before: Report | None = None
    bac = at_completion(state)
    for record in reports(state):
        report = record.entry
        if before is not None and report.date == before.date:
            yield finding("budget-report-twice", f"there are two reports of {report.date}", record.at("date"))
        elif before is not None:
            for name in ("planned_value", "earned_value", "actual_cost"):
                was, now = getattr(before, name), getattr(report, name)
                if now < was:
                    message = f"{name} falls from {_text(was)} to {_text(now)} on {report.date}"
                    hint = "a report counts from the beginning of the project"
                    yield finding("budget-report-falls", message, record.at(name), hint=hint)
        if bac and report.earned_value > bac:
            message = f"on {report.date} more is earned than the budget at completion, {_text(bac)}"
            yield finding("budget-earned-too-much", message, record.at("earned_value"))
        before = report


def _forecasts(project: Project) -> Iterator[Finding]:
    """What is ordered or paid already will not cost less in the end."""
    for record in project.state.of(Account):
        money = account_money(record.entry, project.as_of)
        spent = max(money.ordered, money.paid)
        if money.forecast < spent:
            word = "ordered" if money.ordered >= money.paid else "paid"
            message = f"the forecast of {record.id}, {_text(money.forecast)}, is less than the {_text(spent)} {word}"
            yield finding("budget-forecast-too-low", message, record.at("forecast"))


def _drift(project: Project, frame: Frame, content: YamlMap) -> Iterator[Finding]:
    """The forecast against what is approved and, by the tolerance of the charter, against the plan."""
    money = money_of(project.state, project.as_of)
    percent = money.over_percent
    if frame.approved is not None and money.forecast > frame.approved:
        message = f"the forecast, {_text(money.forecast)}, is more than the {_text(frame.approved)} approved"
        yield finding("budget-exceeded", message, content.at("accounts"))
    elif percent is not None and frame.tolerance is not None and percent > frame.tolerance:
        message = (
            f"the forecast, {_text(money.forecast)}, is {percent:.1f} % over the plan; "
            f"{_text(frame.tolerance)} % are tolerated"
        )
        yield finding("budget-over-tolerance", message, content.at("accounts"))


def _text(amount: Decimal) -> str:
    return f"{amount:,f}"


REGISTER = Register(
    name="budget",
    document=BudgetDocument,
    views=lazily("mkdocs_ecompm.registers.budget_views"),
    check=check,
    series=series,
    tracking=frozenset({"accounts.actual", "accounts.committed", "accounts.forecast", "reports"}),
)

__all__ = ["REGISTER", "Account", "BudgetDocument", "Report", "earned_value"]
