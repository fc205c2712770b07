"""Who is asked to agree to what a pull request changes, and which agreements stay as they are."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.digest import is_open_gate, named, requires
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.proposal import Answer, Asked, Question, Standing
from mkdocs_ecompm.model.signoff import Agreement, SignoffRecord, Signoffs, Slot, Status
from mkdocs_ecompm.proposal.ends import UNREADABLE, Ends
from mkdocs_ecompm.proposal.voices import minimum, voices
from mkdocs_ecompm.proposal.waiting import waiting

_CANNOT_BE_READ = "It cannot be read in this pull request, so nobody can agree to it."


def asked(ends: Ends) -> tuple[Asked, ...]:
    """Every artifact that changes and that somebody must agree to, or did so here; what is due next comes first."""
    found = [_asked(ends, agreement) for agreement in ends.outlook.agreements if _concerns(ends, agreement)]
    return tuple(sorted(found, key=lambda one: (not one.open, one.follows, _first_due(one), one.artifact)))


def _first_due(asked: Asked) -> date:
    return min((question.due for question in asked.open if question.due), default=date.max)


def _concerns(ends: Ends, agreement: Agreement) -> bool:
    """Whether a pull request asks about it: what it changes, and what it adds an ask about."""
    is_ = ends.digests(agreement.artifact)[1]
    if is_ is None:
        return False
    if ends.changes(agreement.artifact):
        return any(slot.status is not Status.VALID or _is_here(ends, slot) for slot in agreement.slots)
    return any(slot.status is not Status.VALID for slot in _newly_asked(ends, agreement))


def _newly_asked(ends: Ends, agreement: Agreement) -> list[Slot]:
    """The slots that only an ask of this pull request makes."""
    before = ends.before.by_artifact.get(agreement.artifact)
    known = {(slot.ask, slot.approver.casefold()) for slot in (before.slots if before else ())}
    return [slot for slot in agreement.slots if slot.ask and (slot.ask, slot.approver.casefold()) not in known]


def _is_here(ends: Ends, slot: Slot) -> bool:
    return slot.status is Status.VALID and slot.record not in ends.before.by_id


def _asked(ends: Ends, agreement: Agreement) -> Asked:
    artifact = agreement.artifact
    was, is_ = ends.digests(artifact)
    then, now = ends.contents(artifact)
    changed = ends.changes(artifact)
    slots = agreement.slots if changed else tuple(_newly_asked(ends, agreement))
    unreadable = is_ == UNREADABLE
    return Asked(
        artifact=artifact,
        name=ends.artifact(artifact),
        was=None if was == UNREADABLE else was,
        digest=None if unreadable else is_,
        changes=difference(then, now) if changed and not unreadable else (),
        questions=tuple(_question(ends, artifact, slot) for slot in slots),
        waits=tuple(waiting(ends, artifact)),
        requires=tuple(_required(ends, artifact)),
        problem=_CANNOT_BE_READ if unreadable else "",
        covered=artifact in ends.covered,
        content=now,
    )


def _required(ends: Ends, artifact: str) -> Iterator[str]:
    """What an open gate requires and what changes: the gate is agreed to with it."""
    if ends.digests(artifact)[1] not in {None, UNREADABLE} and is_open_gate(ends.now, named(ends.now, artifact)):
        yield from (name for name in requires(ends.now, named(ends.now, artifact)) if ends.changes(name))


def _question(ends: Ends, artifact: str, slot: Slot) -> Question:
    least, independent = ("reviewed", False) if slot.ask else minimum(ends.trust, slot.approver, artifact)
    record = ends.outlook.by_id.get(slot.record or "")
    return Question(
        approver=slot.approver,
        name=ends.party(slot.approver),
        status=slot.status,
        voices=voices(ends.trust, slot.approver, artifact, ends.is_.as_of),
        due=slot.due,
        overdue=slot.overdue,
        ask=slot.ask,
        minimum=least,
        independent=independent,
        answer=_answer(ends, record, slot.difference) if record else None,
    )


def _answer(ends: Ends, record: SignoffRecord, changes: tuple[Change, ...] = ()) -> Answer:
    person = record.person or ""
    return Answer(
        person=person,
        name=ends.party(person),
        day=record.date.date(),
        decision=record.decision,
        record=record.id,
        digest=record.digest,
        difference=changes,
        here=record.id not in ends.before.by_id,
    )


# --- what is not asked ------------------------------------------------------------------------------------------------


def standing(ends: Ends, questions: tuple[Asked, ...]) -> tuple[Standing, ...]:
    """Every other agreement: those that the pull request does not touch, those that stand, those whose text is gone."""
    told = {one.artifact.casefold() for one in questions}
    found: dict[str, Standing] = {}
    for signoffs, touched in ((ends.outlook, True), (ends.base, False), (ends.before, True)):
        for agreement in signoffs.agreements:
            key = agreement.artifact.casefold()
            if key not in told and key not in found and ends.changes(agreement.artifact) is touched:
                found[key] = _standing(ends, signoffs, agreement, touched=touched)
    return tuple(sorted(found.values(), key=lambda one: (-one.status.rank, one.artifact)))


def _standing(ends: Ends, signoffs: Signoffs, agreement: Agreement, *, touched: bool) -> Standing:
    removed = ends.digests(agreement.artifact)[1] is None and touched
    source = ends.before if removed else signoffs
    known = source.by_artifact.get(agreement.artifact, agreement)
    records = [
        record
        for slot in known.slots
        if slot.status is Status.VALID and (record := source.by_id.get(slot.record or "")) is not None
    ]
    said = {ends.party(record.person or ""): record.date.date() for record in records}
    return Standing(
        artifact=agreement.artifact,
        name=ends.artifact(agreement.artifact),
        status=known.status,
        agreed=tuple(sorted(said.items(), key=lambda one: (one[1], one[0]))),
        touched=touched and not removed,
        removed=removed,
        changed_since=known.changed_since,
    )
