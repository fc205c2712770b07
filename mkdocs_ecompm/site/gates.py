"""All gates on one page, and a page for each: can it be passed, who must do what for it, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.registers.timeline import Gate
from mkdocs_ecompm.registers.timeline_gates import GateCard, gate_card, obligations_for
from mkdocs_ecompm.site.agreement import page_of
from mkdocs_ecompm.site.gate_facts import Since, about, changes_since, work_before
from mkdocs_ecompm.site.gate_tasks import GateTask, tasks_of
from mkdocs_ecompm.site.strip import badge_of, standing_of
from mkdocs_ecompm.site.wording import artifact_in_sentence

PARENT: Final = "gates"
ASKS: Final = "What it asks for"
ASKED: Final = "What it asked for"
ANSWERED: Final = "Who has answered"
UNANSWERED: Final = "Who is asked to sign it"


class GatesView(Struct, frozen=True):
    """Context of `pages/gates`: every gate by its day."""

    sentence: Sentence
    gates: tuple[GateCard, ...]


class GateView(Struct, frozen=True):
    """Context of `pages/gate`.

    Attributes:
        sentence: Whether it can be passed, and what is missing.
        gate: The gate itself; `gates` are all of them, by their day.
        tasks: Who must do what before it can be passed, the gravest first; of a decided gate, who must sign it yet.
        obligations: What parties owe that is needed for it, open ones first.
        findings: What is wrong with it, with its phases, or with what it requires.
        since: What changed in what it requires since it was decided.
        answered: Whether anybody who must sign it has said something yet or may have, or it is decided.
        began: How its phase began before it was decided, in a sentence.
    """

    sentence: Sentence
    gate: GateCard
    gates: tuple[GateCard, ...]
    figures: tuple[Figure, ...]
    tasks: tuple[GateTask, ...]
    obligations: tuple[Duty, ...]
    findings: tuple[Finding, ...]
    since: tuple[Since, ...]
    answered: bool
    began: str


def views(project: Project) -> Iterable[View]:
    """The page of all gates, then one for each."""
    records = sorted(project.state.of(Gate), key=lambda record: (record.entry.date, record.id))
    if not records:
        return
    cards = tuple(gate_card(project, record) for record in records)
    yield View(
        path=PARENT,
        title="Gates",
        template="gates",
        section="Agreements",
        context=GatesView(_sentence(project, cards), cards),
        source=records[0].source,
        anchors=tuple(f"gate-{card.id}" for card in cards),
    )
    for record, card in zip(records, cards, strict=True):
        yield _view(project, record, card, cards)


def _view(project: Project, record: Record[Gate], card: GateCard, cards: tuple[GateCard, ...]) -> View:
    context = _context(project, record, card, cards)
    sections = (
        ("tasks", "Who must do what", context.tasks),
        ("signed", UNANSWERED if card.unknown else ANSWERED, context.tasks and context.answered),
        ("since", "What changed since the decision", context.since),
        ("conditions", "Conditions", card.conditions),
        ("asks", ASKED if card.decided else ASKS, card.requires or card.criteria or context.obligations),
        ("findings", "What else is to be put right", context.findings),
    )
    return View(
        path=card.page,
        title=f"Gate {card.id}: {card.name}",
        template="gate",
        section="Agreements",
        context=context,
        source=record.source,
        headings=tuple(Heading(anchor, title) for anchor, title, there in sections if there),
        parent=PARENT,
    )


def _context(project: Project, record: Record[Gate], card: GateCard, cards: tuple[GateCard, ...]) -> GateView:
    since = changes_since(project, record) if card.decided else ()
    tasks = tuple(tasks_of(project, record))
    owed = sorted(obligations_for(project, record), key=lambda duty: (duty.done, duty.due is None, duty.due))
    return GateView(
        sentence=_with_reasons(project, card, tasks, since),
        gate=card,
        gates=cards,
        figures=tuple(_figures(project, record, card, owed)),
        tasks=tasks,
        obligations=tuple(owed),
        findings=tuple(about(project, record)),
        since=since,
        answered=_answered(project, record),
        began=_began(project, record),
    )


def _answered(project: Project, record: Record[Gate]) -> bool:
    agreement = project.signoffs.by_artifact.get(record.ref)
    return agreement is not None and (
        record.entry.decision != "open"
        or any(slot.record or slot.status is Status.UNVERIFIABLE for slot in agreement.slots)
    )


# --- the sentences ----------------------------------------------------------------------------------------------------


def _sentence(project: Project, cards: Sequence[GateCard]) -> Sentence:
    """How many are behind us, and what the next one waits for."""
    following = next((card for card in cards if not card.decided), None)
    if project.signoffs.unverifiable or any(card.decided and card.mark.sign == "?" for card in cards):
        return Sentence(_decided(cards), _next(project, following) if following and len(cards) > 1 else "")
    passed = [card for card in cards if card.passed]
    total = language.count(len(cards), "gate")
    some = language.capital(language.in_words(len(passed))) if passed else "None"
    lead = f"{some} of {total} passed." if len(cards) > 1 else "The one gate is not passed yet."
    if len(passed) == len(cards):
        return Sentence(f"All {total} are passed." if len(cards) > 1 else "The one gate is passed.")
    if following is None:
        stuck = next(card for card in cards if not card.passed)
        return Sentence(lead, f"{stuck.id}, {stuck.name}: {stuck.mark.word}.")
    return Sentence(lead, _next(project, following))


def _decided(cards: Sequence[GateCard]) -> str:
    """How many were decided; whether they are passed cannot be told."""
    decided = sum(card.decided for card in cards)
    if len(cards) == 1:
        return "The gate was decided." if decided else "The gate is not decided yet."
    number = language.in_words(decided) if decided else "none"
    return f"{language.capital(number)} of {language.count(len(cards), 'gate')} decided."


def _next(project: Project, card: GateCard) -> str:
    """What the next gate waits for."""
    due = f"due {language.near_day(card.day, project.as_of)}, {language.when(card.day, project.as_of)}"
    waits = f"it waits for {language.listing(card.waits_for)}" if card.waits_for else "it can be decided"
    if card.unknown and not card.waits_for:
        waits = "what it waits for cannot be told here"
    return f"Next is {card.id}, {card.name}, {due}: {waits}."


def _with_reasons(project: Project, card: GateCard, tasks: Sequence[GateTask], since: Sequence[Since]) -> Sentence:
    """What the card says, whose word blocks it, and what changed since the decision."""
    rest = card.sentence.rest
    blocked = [task.cause for task in tasks if task.cause]
    if blocked:
        rest += f" It is blocked: {language.few(blocked)}."
    if since:
        names = language.few(artifact_in_sentence(project.state, item.artifact) for item in since)
        rest += f" Since then {names} {'has' if len(since) == 1 else 'have'} changed."
    return Sentence(card.sentence.lead, rest.strip())


def _began(project: Project, record: Record[Gate]) -> str:
    """That the phase behind the gate began before the last who had to sign it did."""
    phase = project.state.find(f"timeline/{record.entry.opens}") if record.entry.opens else None
    agreement = project.signoffs.by_artifact.get(record.ref)
    if phase is None or agreement is None or agreement.status is not Status.VALID:
        return ""
    # Who was asked later, such as the next sponsor, was not waited for.
    found = [project.signoffs.by_id.get(slot.record or "") for slot in agreement.slots if slot.ask is None]
    signed = max((one.date.date() for one in found if one), default=None)
    start = getattr(phase.entry, "start", None)
    if signed is None or start is None or start >= signed:
        return ""
    days = language.figure((signed - start).days, "day")
    return (
        f"{phase.headline} began on {language.day(start)}, {days} before the last approval on {language.day(signed)}."
    )


# --- the figures ------------------------------------------------------------------------------------------------------


def _figures(project: Project, record: Record[Gate], card: GateCard, owed: Sequence[Duty]) -> Iterator[Figure]:
    """What it asks for, counted: signatures, agreements, criteria, obligations, the work before it."""
    late = (project.as_of - card.day).days if not card.decided else 0
    yield _day_figure(project, card)
    by_artifact = project.signoffs.by_artifact
    own = by_artifact.get(record.ref)
    if own is not None:
        signed = [slot.status for slot in own.slots]
        page = page_of(record.ref)
        yield _counted("Signatures", signed, "to be signed", broken=standing_of(own).tone == "broken", page=page)
    if card.decided:
        yield from _conditions(card)
        return
    asked = [by_artifact[ref] for ref in record.entry.requires if ref in by_artifact]
    if asked:
        broken = any(badge_of(item.status, overdue=item.overdue).tone == "broken" for item in asked)
        holds = [item.status for item in asked]
        yield _counted("Agreements it requires", holds, "not holding", broken=broken)
    if card.criteria:
        yield _counted("Criteria", [item.met for item in card.criteria], "not met", broken=late > 0)
    if owed:
        overdue = any(duty.late(project.as_of) for duty in owed)
        yield _counted("Obligations for it", [duty.done for duty in owed], "still owed", broken=overdue)
    yield from work_before(project, record)


def _day_figure(project: Project, card: GateCard) -> Figure:
    """When it is due; of a decided one when that was, which is not the planned day where no day is written."""
    day = language.short_day(card.day, project.as_of)
    if not card.decided:
        return Figure(
            "Due", day, language.when(card.day, project.as_of), "broken" if card.day < project.as_of else "calm"
        )
    when = language.short_day(card.decided_on, project.as_of) if card.decided_on else "day not written"
    more = f"{'again on' if card.again else 'planned'} {day}"
    late = card.again and card.day < project.as_of
    return Figure("Decided", when, more, "holds" if card.passed else ("broken" if late else "calm"))


def _counted(label: str, found: Sequence[bool | Status], wanting: str, *, broken: bool, page: str = "") -> Figure:
    """So many of so many; those that cannot be checked may be among them or not."""
    done, unknown = sum(item in {True, Status.VALID} for item in found), found.count(Status.UNVERIFIABLE)
    left = len(found) - done - unknown
    tone = "broken" if broken and left else ("waits" if left or unknown else "holds")
    value = f"{language.number(done)} of {language.number(len(found))}" if unknown < len(found) else "not known"
    more = [
        *([f"{language.number(left)} {wanting}"] if left else []),
        *([f"{language.number(unknown)} cannot be checked"] if unknown else []),
    ]
    return Figure(label, value, " · ".join(more) or "complete", tone, page)


def _conditions(card: GateCard) -> Iterator[Figure]:
    if card.conditions:
        done = [item.done for item in card.conditions]
        late = sum(1 for item in card.conditions if item.late)
        left = done.count(False)
        more = f"{left} still owed" + (f", {late} late" if late else "") if left else "all met"
        tone = "holds" if not left else ("broken" if late else "waits")
        yield Figure("Conditions met", f"{len(done) - left} of {len(done)}", more, tone)
