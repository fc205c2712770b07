"""The budget as a page: one sentence, the accounts worst first, money over time, and earned value explained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.budget_chart import Burn
from mkdocs_ecompm.registers.budget_course import MonthRow, Move, burn_of, drawn, months_of, moves_of
from mkdocs_ecompm.registers.budget_schema import Account
from mkdocs_ecompm.registers.budget_sums import Frame, Money, account_money, frame_of, total
from mkdocs_ecompm.registers.budget_words import (
    GRAVITY,
    SIGNS,
    Explained,
    explained,
    figures_of,
    lights_note,
    sentence_of,
    tone_of,
    total_tone,
)


class AccountRow(Struct, frozen=True):
    """An account. `drift` says in words how far its forecast is from its plan, `tone` how grave that is."""

    id: str
    name: str
    owner: str
    money: Money
    drift: str
    tone: str
    sign: str
    note: str
    source: Source | None


class BudgetView(Struct, frozen=True):
    """Context of `pages/budget` and of the parts `budget.accounts`, `.burn`, `.moves` and `.earned_value`.

    Amounts are in `currency`. `earned` explains the latest report, of the day `reported`; both are empty without one.
    """

    sentence: Sentence
    figures: tuple[Figure, ...]
    currency: str
    accounts: tuple[AccountRow, ...]
    total: AccountRow
    lights: str
    assumed: bool
    burn: Burn | None
    drawn: str
    months: tuple[MonthRow, ...]
    moves: tuple[Move, ...]
    reported: date | None
    earned: tuple[Explained, ...]


def views(project: Project) -> Iterable[View]:
    """The page of the money."""
    content = project.state.contents.get("budget")
    context = _context(project)
    sections = (
        ("accounts", "Accounts, worst first", context.accounts),
        ("burn", "Money over time", context.months),
        ("moves", "How it moved", context.moves),
        ("earned-value", "Earned value", context.earned),
    )
    yield View(
        path="budget",
        title="Budget",
        template="budget",
        section="Money & risk",
        context=context,
        source=content.source if content is not None else None,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
        anchors=tuple(row.id for row in context.accounts),
    )


def _context(project: Project) -> BudgetView:
    frame = frame_of(project.state)
    rows = sorted(_rows(project, frame), key=lambda row: (GRAVITY.index(row.tone), -row.money.over, row.id))
    money = total(row.money for row in rows)
    months = tuple(months_of(project))
    latest = project.earned_value[-1] if project.earned_value else None
    worst = (rows[0].name, rows[0].money) if rows else None
    tone = total_tone(money, frame)
    return BudgetView(
        sentence=sentence_of(money, frame, worst, latest, len(rows)),
        figures=tuple(figures_of(money, frame)) if rows else (),
        currency=frame.currency,
        accounts=tuple(rows),
        total=AccountRow("", "Together", "", money, _drift(money), tone, SIGNS[tone], "", None),
        lights=lights_note(frame),
        assumed=any(row.money.assumed for row in rows),
        burn=burn_of(project, months, money, frame),
        drawn=drawn(months, latest, money, frame),
        months=months,
        moves=tuple(sorted(moves_of(project, frame), key=lambda move: move.day, reverse=True)),
        reported=latest.date if latest else None,
        earned=tuple(explained(latest, frame)) if latest else (),
    )


def _rows(project: Project, frame: Frame) -> Iterator[AccountRow]:
    for record in project.state.of(Account):
        money = account_money(record.entry, project.as_of)
        tone = tone_of(money, frame.tolerance) if money.planned else "calm"
        yield AccountRow(
            id=record.id,
            name=record.entry.name,
            owner=record.entry.owner or "",
            money=money,
            drift=_drift(money),
            tone=tone,
            sign=SIGNS[tone],
            note=record.entry.note,
            source=record.source,
        )


def _drift(money: Money) -> str:
    """`12 % over`, `4 % below`, `as planned`."""
    percent = money.over_percent
    if percent is None:
        return "not planned" if money.forecast else "nothing planned"
    if not round(percent):
        return "as planned"
    return f"{language.percent(round(abs(percent)))} {'over' if percent > 0 else 'below'}"
