"""The sign-off strip: who agreed to an artifact, for whom, whether it still holds, and what changed since."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.incomplete import unknown, why_unknown
from mkdocs_ecompm.model.parties import speakers
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Assurance, SignoffRecord, Slot, Status
from mkdocs_ecompm.site.wording import ChangeText, artifact_in_sentence, asked_again, change_of

SIGNS: Final = {
    Status.VALID: ("✓", "holds", "holds"),
    Status.STALE: ("≠", "changed since", "waits"),
    Status.MISSING: ("○", "missing", "waits"),
    Status.REJECTED: ("✗", "rejected", "broken"),
    Status.WITHDRAWN: ("↺", "withdrawn", "broken"),
    Status.UNVERIFIABLE: ("?", "cannot be checked", "waits"),
}
"""Sign, word and tone of each status."""

_UNTOLD: Final = "Whether this is agreed cannot be told here."
EVIDENCE: Final = {
    Assurance.CLAIMED: "claimed, without evidence",
    Assurance.REVIEWED: "review, recorded by the collector",
    Assurance.SIGNED: "signed with their own key",
    Assurance.HARDWARE: "signed with a hardware key",
}
"""What stands behind a record, in words."""


class Badge(Struct, frozen=True):
    """A sign, a word and one of the four tones: holds, waits, broken, calm."""

    tone: str
    sign: str
    word: str


class Card(Struct, frozen=True):
    """One demanded approval, as a reader sees it.

    Attributes:
        approver: The id that the demand names.
        speaks_for: What that is called: "Marketing". Empty where a person is asked as himself.
        people: Ids of those who agreed, or who could.
        badge: How it stands.
        overdue: Whether its day has passed.
        on: When it was decided, or None.
        evidence: What stands behind it, in words.
        notes: Further things to know, each a phrase: a condition, a deputy, a role that has been left.
        comment: What the person wrote.
        differences: What changed since, for a stale one.
        commit: The commit of the record, or an empty text.
        due: Until when it is asked for.
    """

    approver: str
    speaks_for: str
    people: tuple[str, ...]
    badge: Badge
    overdue: bool
    on: datetime | None
    evidence: str
    notes: tuple[str, ...]
    comment: str
    differences: tuple[ChangeText, ...]
    commit: str
    due: date | None


class Strip(Struct, frozen=True):
    """An agreement on a page. `tone` colours its head, `short` says it in three words for lists."""

    artifact: str
    tone: str
    sentence: Sentence
    short: Badge
    cards: tuple[Card, ...]
    due: date | None
    overdue: bool
    digest: str

    @property
    def since(self) -> tuple[tuple[Card, ...], ...]:
        """The cards with differences, those with the same ones together: they are shown once."""
        groups: dict[tuple[ChangeText, ...], list[Card]] = {}
        for card in self.cards:
            if card.differences:
                groups.setdefault(card.differences, []).append(card)
        return tuple(tuple(cards) for cards in groups.values())


def strip_of(project: Project, artifact: str) -> Strip | None:
    """The strip of an artifact, or None where no agreement to it is demanded."""
    agreement = project.signoffs.by_artifact.get(artifact)
    if agreement is None or not agreement.slots:
        return None
    return Strip(
        artifact=artifact,
        tone=standing_of(agreement).tone,
        sentence=sentence_of(project, agreement),
        short=_short(agreement),
        cards=tuple(_card(project, agreement, slot) for slot in agreement.slots),
        due=agreement.due,
        overdue=agreement.overdue,
        digest=agreement.digest or "",
    )


def badge_of(status: Status, *, overdue: bool = False) -> Badge:
    """The badge of a status; what is missing after its day is broken, not waiting."""
    sign, word, tone = SIGNS[status]
    if overdue and status in {Status.MISSING, Status.STALE}:
        tone = "broken"
    return Badge(tone, sign, word)


def standing_of(agreement: Agreement) -> Badge:
    """The badge of an agreement by what was said to it alone.

    An open gate takes over the status of what it requires: "rejected" would be odd where nobody said no to the gate.
    """
    own = min((slot.status for slot in agreement.slots), key=lambda status: status.rank, default=agreement.status)
    if own is Status.VALID and agreement.status is not Status.VALID:
        return Badge("broken" if agreement.overdue else "waits", "○", "waits for others")
    return badge_of(own, overdue=agreement.overdue)


def _short(agreement: Agreement) -> Badge:
    badge = standing_of(agreement)
    holding = sum(slot.status is Status.VALID for slot in agreement.slots)
    if holding == len(agreement.slots) or badge.word == SIGNS[Status.UNVERIFIABLE][1]:
        return badge
    return Badge(badge.tone, badge.sign, f"{holding} of {len(agreement.slots)}")


# --- the sentence -----------------------------------------------------------------------------------------------------


def sentence_of(project: Project, agreement: Agreement) -> Sentence:
    """What the agreement's state is, as one would say it."""
    slots = agreement.slots
    holding = sum(slot.status is Status.VALID for slot in slots)
    clauses = _clauses(project, agreement)
    rest = language.capital("; ".join(clauses)) + "." if clauses else ""
    if holding == len(slots):
        lead = {1: "Agreed.", 2: "Agreed by both."}.get(len(slots), f"Agreed by all {language.in_words(len(slots))}.")
        return Sentence(lead, rest or _since(project, agreement))
    if all(slot.status is Status.UNVERIFIABLE for slot in slots):
        return Sentence(_UNTOLD, unknown(project) or rest)
    if any(slot.status is Status.UNVERIFIABLE for slot in slots) and not _decided(slots):
        return Sentence(_UNTOLD, rest)
    if holding == 0:
        return Sentence("Not agreed.", rest)
    return Sentence(f"Agreed by {language.in_words(holding)} of {language.in_words(len(slots))}.", rest)


def _decided(slots: tuple[Slot, ...]) -> bool:
    """Whether what can be checked is enough to say how it stands: somebody said no, or some agreed."""
    return any(slot.status in {Status.VALID, Status.REJECTED, Status.WITHDRAWN} for slot in slots)


def _since(project: Project, agreement: Agreement) -> str:
    records = [record for slot in agreement.slots if (record := project.signoffs.by_id.get(slot.record or ""))]
    if not records:
        return ""
    last = max(record.date for record in records)
    return f"Nothing in it has changed since the last approval on {language.day(last.date())}."


def _clauses(project: Project, agreement: Agreement) -> list[str]:
    clauses = []
    for status, say in (
        (Status.UNVERIFIABLE, _unverifiable),
        (Status.REJECTED, _rejected),
        (Status.WITHDRAWN, _withdrawn),
        (Status.STALE, _stale),
        (Status.MISSING, _missing),
    ):
        slots = [slot for slot in agreement.slots if slot.status is status]
        if slots:
            clauses.append(say(project, agreement, slots))
    if agreement.changed:
        clauses.append("it changed since, and is agreed anew at the next gate")
    if agreement.changed_since:
        clauses.append(f"{_artifacts(project, agreement.changed_since)} changed since the decision")
    if agreement.requires_not_valid:
        clauses.append(f"it also waits for {_artifacts(project, agreement.requires_not_valid)}")
    return clauses


def _artifacts(project: Project, artifacts: tuple[str, ...]) -> str:
    return language.few(artifact_in_sentence(project.state, artifact) for artifact in artifacts)


def _names(project: Project, agreement: Agreement, slots: list[Slot]) -> str:
    """Who is asked by the slots; one who is asked twice is told apart from the first time."""
    again = " (asked again)"
    names = (project.state.name(slot.approver) + again * agreement.asks_again(slot) for slot in slots)
    return language.few(dict.fromkeys(names))


def _unverifiable(project: Project, agreement: Agreement, slots: list[Slot]) -> str:
    why = (why_unknown(project) or project.signoffs.problem or "The text cannot be read.").removesuffix(".")
    return f"what {_names(project, agreement, slots)} decided cannot be checked here ({why[0].lower()}{why[1:]})"


def _rejected(project: Project, agreement: Agreement, slots: list[Slot]) -> str:
    return f"{_names(project, agreement, slots)} said no"


def _withdrawn(project: Project, agreement: Agreement, slots: list[Slot]) -> str:
    records = [project.signoffs.by_id.get(slot.record or "") for slot in slots]
    if all(record is not None and record.review is not None and record.review.dismissed for record in records):
        return f"what {_names(project, agreement, slots)} said in a review was dismissed"
    return f"{_names(project, agreement, slots)} took the agreement back"


def _stale(project: Project, agreement: Agreement, slots: list[Slot]) -> str:
    most = max(len(slot.difference) for slot in slots)
    what = "the text as it is now" if most == 0 else language.count(most, "change")
    return f"{_names(project, agreement, slots)} agreed to an earlier text, which does not cover {what}"


def _missing(project: Project, agreement: Agreement, slots: list[Slot]) -> str:
    verb = "has" if len(slots) == 1 else "have"
    due = agreement.due
    until = f" (due {language.day(due)}, {language.when(due, project.as_of)})" if due else ""
    return f"{_names(project, agreement, slots)} {verb} not answered{until}"


# --- the cards --------------------------------------------------------------------------------------------------------


def _card(project: Project, agreement: Agreement, slot: Slot) -> Card:
    record = project.signoffs.by_id.get(slot.record or "")
    asked = speakers(project.state, slot.approver, project.as_of)
    people = (slot.person,) if slot.person else asked
    as_himself = any(person.casefold() == slot.approver.casefold() for person in people)
    return Card(
        approver=slot.approver,
        speaks_for="" if as_himself else project.state.name(slot.approver),
        people=people,
        badge=badge_of(slot.status, overdue=slot.overdue),
        overdue=slot.overdue,
        on=record.date if record else None,
        evidence=EVIDENCE[record.assurance] if record else "",
        notes=tuple(_notes(project, agreement, slot, record)),
        comment=record.comment if record else "",
        differences=tuple(change_of(project.state, change, agreement.artifact) for change in slot.difference),
        commit=record.commit if record else "",
        due=slot.due if slot.ask else agreement.due,
    )


def _notes(project: Project, agreement: Agreement, slot: Slot, record: SignoffRecord | None) -> list[str]:
    again = asked_again(project.state, agreement, slot)
    notes = [again] if again else []
    if record and record.deputy_for:
        notes.append(f"as deputy for {project.state.name(record.deputy_for)}")
    if slot.held_then:
        notes.append("has left this role since")
    if slot.changed:
        notes.append("changed since, agreed anew at the next gate")
    if record and record.restored:
        notes.append("the text came back to what was agreed")
    if record:
        notes.extend(f"on condition: {condition}" for condition in record.conditions)
    return notes
