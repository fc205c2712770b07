"""The first page: how the project stands, in a sentence, four figures, and the lists that somebody must act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.registers import risks_views
from mkdocs_ecompm.registers.risks import Risk, matrix_of
from mkdocs_ecompm.registers.risks_views import RiskRow
from mkdocs_ecompm.registers.timeline_rules import is_go_live
from mkdocs_ecompm.registers.timeline_schema import Gate, Milestone
from mkdocs_ecompm.site import this_week
from mkdocs_ecompm.site.signoffs import how_many_hold
from mkdocs_ecompm.site.strip import badge_of
from mkdocs_ecompm.site.this_week import Item

_ITEMS = 7
_RISKS = 5
_AHEAD = 5


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the project: what it is, the value, what is behind it, and the page that tells more."""

    label: str
    value: str
    more: str
    tone: str
    page: str


@dataclass(frozen=True, slots=True)
class GoLive:
    """The day that matters most: as promised, and as the plan allows it."""

    record: Record[Milestone]
    promised: date
    expected: date
    reached: date | None

    @property
    def slip(self) -> int:
        """Calendar days between the promise and what the plan allows; 0 or less is kept."""
        return (self.expected - self.promised).days


@dataclass(frozen=True, slots=True)
class Ahead:
    """A milestone or a gate that comes next; `slip` in calendar days."""

    ref: str
    name: str
    kind: str
    day: date
    slip: int


@dataclass(frozen=True)
class OverviewView:
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
    spans = this_week.spans_of(project)
    urgent = [item for span in spans[:2] for item in span.items]
    go_live = go_live_of(project)
    gate = next_gate(project)
    return OverviewView(
        sentence=_sentence(project, go_live, gate, spans),
        figures=tuple(_figures(project, go_live, gate, spans)),
        items=tuple(urgent[:_ITEMS]),
        more_items=max(len(urgent) - _ITEMS, 0),
        risks=risks_views.rows_of(project)[:_RISKS] if project.state.has("risks") else (),
        ahead=tuple(_ahead(project)),
    )


# --- the plan ---------------------------------------------------------------------------------------------------------


def go_live_of(project: Project) -> GoLive | None:
    """The milestone on which the shop goes live, if the plan has one."""
    record = next((record for record in project.state.of(Milestone) if is_go_live(record.entry)), None)
    if record is None:
        return None
    entry = record.entry
    return GoLive(record, entry.date, entry.reached or _expected(project, record.id, entry.date), entry.reached)


def _expected(project: Project, milestone: str, promised: date) -> date:
    """The day that the network gives, never earlier than what was promised."""
    dates = project.schedule.tasks.get(milestone) if project.schedule else None
    return max(dates.finish, promised) if dates else promised


def next_gate(project: Project) -> Record[Gate] | None:
    """The first gate that is not decided."""
    gates = [record for record in project.state.of(Gate) if record.entry.decision in {"open", "repeat"}]
    return min(gates, key=lambda record: record.entry.date, default=None)


def _ahead(project: Project) -> Iterable[Ahead]:
    """The milestones not reached and the gates not decided, by day."""
    found = [
        Ahead(record.ref, record.entry.name, "milestone", record.entry.date, _slip(project, record))
        for record in project.state.of(Milestone)
        if record.entry.reached is None
    ]
    found += [
        Ahead(record.ref, f"Gate {record.id}: {record.entry.name}", "gate", record.entry.date, 0)
        for record in project.state.of(Gate)
        if record.entry.decision == "open"
    ]
    return sorted(found, key=lambda item: (item.day, item.ref))[:_AHEAD]


def _slip(project: Project, record: Record[Milestone]) -> int:
    return (_expected(project, record.id, record.entry.date) - record.entry.date).days


# --- the sentence -----------------------------------------------------------------------------------------------------


def _sentence(
    project: Project, go_live: GoLive | None, gate: Record[Gate] | None, spans: tuple[this_week.Span, ...]
) -> Sentence:
    parts = [
        *([_gate_sentence(project, gate)] if gate else []),
        *([how_many_hold(project)] if project.signoffs.agreements else []),
        _late_sentence(spans),
    ]
    lead = _go_live_sentence(project, go_live) if go_live else parts.pop(0)
    return Sentence(lead, " ".join(parts))


def _go_live_sentence(project: Project, go_live: GoLive) -> str:
    name, as_of = go_live.record.entry.name, project.as_of
    if go_live.reached:
        return f"{name} was reached on {language.near_day(go_live.reached, as_of)}."
    if go_live.slip > 0:
        days = language.figure(go_live.slip, "day")
        expected, promised = language.near_day(go_live.expected, as_of), language.near_day(go_live.promised, as_of)
        return f"{name} moves to {expected}, {days} later than the {promised} that was promised."
    if go_live.promised < as_of:
        return f"{name} was promised for {language.near_day(go_live.promised, as_of)} and has not been reached."
    return f"{name} stands on {language.near_day(go_live.promised, as_of)}."


def _gate_sentence(project: Project, gate: Record[Gate]) -> str:
    lacks = _lacking(project, gate)
    if not lacks:
        return f"Gate {gate.id} can be decided."
    return f"Gate {gate.id} cannot pass yet: {language.listing(lacks)} {'is' if _one(lacks) else 'are'} missing."


def _one(lacks: list[str]) -> bool:
    return len(lacks) == 1 and lacks[0].startswith("one ")


def _counts(project: Project, gate: Record[Gate]) -> tuple[int, int, int]:
    """Required agreements that do not hold, sign-offs of the gate itself that are missing, criteria not met."""
    agreement = project.signoffs.by_artifact.get(gate.ref)
    unsigned = sum(slot.status is not Status.VALID for slot in agreement.slots) if agreement else 0
    required = [project.signoffs.by_artifact.get(artifact) for artifact in gate.entry.requires]
    failing = sum(1 for item in required if item is not None and item.status is not Status.VALID)
    return failing, unsigned, sum(not criterion.met for criterion in gate.entry.criteria)


def _short_lacks(project: Project, gate: Record[Gate]) -> list[str]:
    words = (("agreement", "agreements"), ("sign-off", "sign-offs"), ("criterion", "criteria"))
    counts = _counts(project, gate)
    return [language.figure(count, one, many) for count, (one, many) in zip(counts, words, strict=True) if count]


def _lacking(project: Project, gate: Record[Gate]) -> list[str]:
    failing, unsigned, unmet = _counts(project, gate)
    return [
        *([language.count(failing, "agreement that it requires", "agreements that it requires")] if failing else []),
        *([language.count(unsigned, "sign-off")] if unsigned else []),
        *([language.count(unmet, "criterion", "criteria")] if unmet else []),
    ]


def _late_sentence(spans: tuple[this_week.Span, ...]) -> str:
    late = len(spans[0].items)
    if not late:
        return "Nothing is late."
    return f"{language.capital(language.count(late, 'thing'))} {'is' if late == 1 else 'are'} late."


# --- the figures ------------------------------------------------------------------------------------------------------


def _figures(
    project: Project, go_live: GoLive | None, gate: Record[Gate] | None, spans: tuple[this_week.Span, ...]
) -> Iterable[Figure]:
    if go_live:
        yield _go_live_figure(project, go_live)
    if gate:
        lacks = _lacking(project, gate)
        late = gate.entry.date < project.as_of
        more = f"waits for {' · '.join(_short_lacks(project, gate))}" if lacks else "can be decided"
        value = language.capital(language.when(gate.entry.date, project.as_of))
        tone = "broken" if late else ("waits" if lacks else "holds")
        yield Figure(f"Gate {gate.id}, {gate.entry.name}", value, more, tone, f"timeline#{gate.id}")
    if project.signoffs.agreements:
        yield _agreement_figure(project)
    overdue, friday, _ = (span.items for span in spans)
    worst = f"the longest by {language.figure(overdue[0].duty.late(project.as_of), 'day')} · " if overdue else ""
    following = f"{len(friday) or 'nothing'} more due by Friday"
    yield Figure("Late", str(len(overdue)), worst + following, "broken" if overdue else "holds", "this-week")
    if project.state.of(Risk):
        yield _risk_figure(project)


def _go_live_figure(project: Project, go_live: GoLive) -> Figure:
    name = go_live.record.entry.name
    page = f"timeline#{go_live.record.id}"
    if go_live.reached:
        return Figure(name, "reached", language.day(go_live.reached), "holds", page)
    if go_live.slip > 0:
        more = f"promised {language.day(go_live.promised)} · +{language.figure(go_live.slip, 'day')}"
        return Figure(name, language.short_day(go_live.expected), more, "broken", page)
    until = language.when(go_live.promised, project.as_of)
    tone = "broken" if go_live.promised < project.as_of else "holds"
    return Figure(name, language.short_day(go_live.promised), f"as promised · {until}", tone, page)


def _agreement_figure(project: Project) -> Figure:
    agreements = project.signoffs.agreements
    holding = sum(agreement.status is Status.VALID for agreement in agreements)
    others = [agreement.status.value for agreement in agreements if agreement.status is not Status.VALID]
    kinds = " · ".join(f"{others.count(word)} {word}" for word in dict.fromkeys(sorted(others)))
    worst = min((agreement.status for agreement in agreements), key=lambda status: status.rank)
    tone = badge_of(worst, overdue=any(item.overdue for item in agreements)).tone
    return Figure("Agreements that hold", f"{holding} of {len(agreements)}", kinds or "all of them", tone, "signoffs")


def _risk_figure(project: Project) -> Figure:
    rows = risks_views.rows_of(project)
    top = matrix_of(project.state).top
    grave = [row for row in rows if row.level == top and row.kind == "threat"]
    total = risks_views.total_exposure(rows)
    currency = getattr(project.state.documents.get("project"), "currency", "")
    more = f"of {len(rows)} open" + (f" · weigh {language.money(round(total), currency)}" if total else "")
    return Figure(f"{language.capital(top)} risks", str(len(grave)), more, "waits" if grave else "holds", "risks")
