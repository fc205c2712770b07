"""What budget.yml may say: the money approved, its accounts month by month, and the reports of earned value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from mkdocs_ecompm.model.entry import Document, Entry, Part
from mkdocs_ecompm.model.fields import Text, choice
from mkdocs_ecompm.model.identifiers import PartyRef
from mkdocs_ecompm.model.numbers import Money, between
from mkdocs_ecompm.model.times import Day, Month

Sum = Annotated[Money, between(0)]
"""An amount that cannot be negative."""


class Account(Entry):
    """A part of the budget that somebody answers for. Amounts are per month, orders by their day.

    `actual` may be negative in a month (a refund), and so may an order (a cancelled one). `forecast` is what the
    account will have cost in the end, with what is paid already.
    """

    name: Text
    owner: PartyRef | None = None
    planned: Mapping[Month, Sum] = Field(default_factory=dict)
    committed: Mapping[Day, Money] = Field(default_factory=dict)
    actual: Mapping[Month, Money] = Field(default_factory=dict)
    forecast: Sum | None = None


class Report(Part):
    """How much work was planned, done and paid for by a day, all since the project began."""

    date: Day
    planned_value: Sum
    earned_value: Sum
    actual_cost: Sum


class BudgetDocument(Document):
    """The budget, one agreement. The reserve is part of what is approved: money for what nobody could plan."""

    single: ClassVar[bool] = True
    lists: ClassVar[Mapping[str, type[Part]]] = {"accounts": Account, "reports": Report}

    currency: Text = ""
    vat: Annotated[str | None, choice("net", "gross")] = None
    approved: Sum | None = None
    reserve: Sum | None = None
    budget_at_completion: Sum | None = None
