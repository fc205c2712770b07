"""The first page: how the project stands, in a sentence, a few figures, and the lists that somebody must act on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.incomplete import unknown
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.registers.budget_schema import Account
from mkdocs_ecompm.registers.budget_sums import frame_of, money_of
from mkdocs_ecompm.registers.budget_words import money_figure, money_in_brief
from mkdocs_ecompm.registers.risks import Risk, matrix_of
from mkdocs_ecompm.registers.risks_views import RiskRow, rows_of, total_exposure
from mkdocs_ecompm.registers.timeline_chart import standing
from mkdocs_ecompm.registers.timeline_gates import GateCard, gate_card
from mkdocs_ecompm.registers.timeline_schema import Gate, Milestone
from mkdocs_ecompm.registers.timeline_words import go_live, goal_figure, missed, missed_sentence
from mkdocs_ecompm.site.incomplete import in_the_files, mistakes
from mkdocs_ecompm.site.signoffs import how_many_hold
from mkdocs_ecompm.site.strip import SIGNS, badge_of
from mkdocs_ecompm.site.this_week import Item, Span, spans_of

_ITEMS: Final = 7
_RISKS: Final = 5
_AHEAD: Final = 5


class Ahead(Struct, frozen=True):
    """A milestone or a gate that comes next; `slip` in calendar days."""

    ref: str
    name: str
    kind: str
    day: date
    slip: int


class OverviewView(Struct, frozen=True):
    """Context of `pages/index`. `items` are the most urgent due items, `more_items` how many there are besides."""

    sentence: Sentence
    figures: tuple[Figure, ...]
    items: tuple[Item, ...]
    more_items: int
    risks: tuple[RiskRow, ...]
    ahead: tuple[Ahead, ...]


def views(project: Project) -> Iterable[View]:
    """The first page."""
    content = project.state.contents.get("project")
    context = _context(project)
    sections = (
        ("this-week", "This week", context.items),
        ("risks", "Gravest risks", context.risks),
        ("ahead", "What comes next", context.ahead),
    )
    yield View(
        path="index",
        title="Overview",
        template="index",
        section="Today",
        context=context,
        source=content.source if content is not None else None,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
    )


def _context(project: Project) -> OverviewView:
    spans = spans_of(project)
    urgent = [item for span in spans[:2] for item in span.items]
    goal, gate = go_live(project), _next_gate(project)
    risks = rows_of(project) if project.state.has("risks") else ()
    return OverviewView(
        sentence=_sentence(project, goal, gate, spans),
        figures=tuple(_figures(project, goal, gate, spans, risks)),
        items=tuple(urgent[:_ITEMS]),
        more_items=max(len(urgent) - _ITEMS, 0),
        risks=risks[:_RISKS],
        ahead=tuple(_ahead(project)),
    )


def _next_gate(project: Project) -> GateCard | None:
    """The first gate that is still open."""
    cards = [gate_card(project, record) for record in project.state.of(Gate)]
    return min((card for card in cards if not card.decided), key=lambda card: card.day, default=None)


def _ahead(project: Project) -> Iterable[Ahead]:
    """The milestones not reached and the gates not decided, by day. What is late stands under `This week`."""
    found = [
        Ahead(record.ref, record.entry.name, "milestone", record.entry.date, _slip(project, record))
        for record in project.state.of(Milestone)
        if record.entry.reached is None and standing(project, record) >= project.as_of
    ]
    found += [
        Ahead(record.ref, f"Gate {record.id}: {record.entry.name}", "gate", record.entry.date, 0)
        for record in project.state.of(Gate)
        if record.entry.decision == "open" and record.entry.date >= project.as_of
    ]
    return sorted(found, key=lambda item: (item.day, item.ref))[:_AHEAD]


def _slip(project: Project, record: Record[Milestone]) -> int:
    """Calendar days between the promise and what the plan allows; 0 is kept."""
    return (standing(project, record) - record.entry.date).days


# --- the sentence -----------------------------------------------------------------------------------------------------


def _sentence(
    project: Project, goal: Record[Milestone] | None, gate: GateCard | None, spans: tuple[Span, ...]
) -> Sentence:
    late, accounts = len(spans[0].items), project.state.of(Account)
    mistaken = in_the_files(project)
    parts = [
        *([_goal_sentence(project, goal)] if goal else []),
        *([_gate_sentence(gate)] if gate else []),
        *([how_many_hold(project)] if project.signoffs.agreements and not unknown(project) else []),
        f"{language.capital(language.count(late, 'thing'))} {'is' if late == 1 else 'are'} late."
        if late
        else ("Nothing that can be read is late." if mistaken else "Nothing is late."),
        *([mistaken] if mistaken and not project.state.unreadable else []),
        *([money_in_brief(money_of(project.state, project.as_of), frame_of(project.state))] if accounts else []),
    ]
    if mistaken and project.state.unreadable:
        parts.insert(0, mistaken)
    if project.signoffs.agreements and unknown(project):
        parts[:0] = [how_many_hold(project), unknown(project)]
    return Sentence(parts[0], " ".join(parts[1:]))


def _goal_sentence(project: Project, goal: Record[Milestone]) -> str:
    name, promised, as_of = goal.entry.name, goal.entry.date, project.as_of
    if goal.entry.reached:
        return f"{name} was reached on {language.near_day(goal.entry.reached, as_of)}."
    if missed(project, goal):
        return missed_sentence(project, goal)
    slip = _slip(project, goal)
    if slip > 0:
        expected = language.near_day(standing(project, goal), as_of)
        later = language.figure(slip, "day")
        return f"{name} moves to {expected}, {later} later than the {language.near_day(promised, as_of)} promised."
    return f"{name} stands on {language.near_day(promised, as_of)}."


def _gate_sentence(gate: GateCard) -> str:
    if not gate.waits_for and gate.unknown:
        return f"Whether gate {gate.id} can be decided cannot be told here."
    if not gate.waits_for:
        return f"Gate {gate.id} can be decided."
    one = len(gate.waits_for) == 1 and gate.waits_for[0].startswith("one ")
    return f"Gate {gate.id} cannot pass yet: {language.listing(gate.waits_for)} {'is' if one else 'are'} missing."


# --- the figures ------------------------------------------------------------------------------------------------------


def _figures(
    project: Project,
    goal: Record[Milestone] | None,
    gate: GateCard | None,
    spans: tuple[Span, ...],
    risks: tuple[RiskRow, ...],
) -> Iterable[Figure]:
    if goal:
        yield goal_figure(project, goal)
    if gate:
        more = f"waits for {' · '.join(gate.waits_for)}" if gate.waits_for else "can be decided"
        if gate.unknown:
            more = f"{more} · " * bool(gate.waits_for) + f"{' and '.join(gate.unknown)} cannot be checked"
        value = language.capital(language.when(gate.day, project.as_of))
        yield Figure(f"Gate {gate.id}, {gate.name}", value, more, gate.mark.tone, gate.page)
    if project.signoffs.agreements:
        yield _agreement_figure(project)
    overdue, friday, _ = (span.items for span in spans)
    worst = f"the longest by {language.figure(overdue[0].duty.late(project.as_of), 'day')} · " if overdue else ""
    following = f"{language.number(len(friday)) if friday else 'nothing'} more due by Friday"
    wrong = mistakes(project)
    tone = "broken" if overdue else ("calm" if wrong else "holds")
    yield Figure("Late", language.number(len(overdue)), worst + following, tone, "this-week")
    if wrong:
        yield Figure("Mistakes in the files", language.number(wrong), "which may hide something", "broken", "findings")
    if project.state.of(Account):
        yield money_figure(money_of(project.state, project.as_of), frame_of(project.state))
    if project.state.of(Risk):
        yield _risk_figure(project, risks)


def _agreement_figure(project: Project) -> Figure:
    agreements = project.signoffs.agreements
    if unknown(project):
        number = language.count(len(agreements), "agreement")
        return Figure("Agreements that hold", "not known", f"of {number}, for none can be checked", "waits", "signoffs")
    holding = sum(agreement.status is Status.VALID for agreement in agreements)
    failing = [agreement.status for agreement in agreements if agreement.status is not Status.VALID]
    kinds = " · ".join(f"{failing.count(status)} {SIGNS[status][1]}" for status in Status if status in failing)
    worst = min((agreement.status for agreement in agreements), key=lambda status: status.rank)
    tone = badge_of(worst, overdue=any(item.overdue for item in agreements)).tone
    return Figure("Agreements that hold", f"{holding} of {len(agreements)}", kinds or "all of them", tone, "signoffs")


def _risk_figure(project: Project, rows: tuple[RiskRow, ...]) -> Figure:
    top = matrix_of(project.state).top
    grave = [row for row in rows if row.level == top and row.kind == "threat"]
    total = total_exposure(rows)
    currency = getattr(project.state.documents.get("project"), "currency", "")
    more = f"of {language.number(len(rows))} open" + (
        f" · weigh {language.money(round(total), currency)}" if total else ""
    )
    return Figure(
        f"{language.capital(top)} risks", language.number(len(grave)), more, "waits" if grave else "holds", "risks"
    )
