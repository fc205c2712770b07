"""How agreements would stand with a pull request merged: by what is known at the base, and what was signed in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec.structs import replace

from mkdocs_ecompm.model.signoff import Agreement, Signoffs, Slot, Status, due_of
from mkdocs_ecompm.signoff.capacity import capacity, day_of
from mkdocs_ecompm.signoff.trust import TrustData

Key = tuple[str, int]
"""A slot: its approver in lower case, and which of several it is."""


def merged(at_base: Signoffs, at_head: Signoffs | None, trust: Sequence[TrustData]) -> Signoffs:
    """What the base says of the content of the head, with the approvals that the head adds.

    Who may speak is decided by the trust states in force at the base alone: nobody enrols himself in his own request.
    """
    if at_head is None or at_head.unverifiable:
        return at_base
    found = {one.artifact: _with(one, at_head, trust) for one in at_base.agreements}
    agreements = tuple(_standing(agreement, found) for agreement in found.values())
    known = at_base.by_id
    more = tuple(record for record in at_head.records if record.id not in known)
    return replace(at_base, agreements=agreements, records=(*at_base.records, *more))


def _with(agreement: Agreement, at_head: Signoffs, trust: Sequence[TrustData]) -> Agreement:
    other = at_head.by_artifact.get(agreement.artifact)
    given = slots_of(other) if other else {}
    slots = tuple(
        given[key] if _is_given(agreement.artifact, slot, given.get(key), at_head, trust) else slot
        for key, slot in slots_of(agreement).items()
    )
    return replace(agreement, slots=slots, due=due_of(slots), overdue=any(slot.overdue for slot in slots))


def slots_of(agreement: Agreement) -> dict[Key, Slot]:
    """The slots, each under its own key."""
    found: dict[Key, Slot] = {}
    for slot in agreement.slots:
        fold = slot.approver.casefold()
        found[fold, sum(key[0] == fold for key in found)] = slot
    return found


def _is_given(artifact: str, slot: Slot, other: Slot | None, at_head: Signoffs, trust: Sequence[TrustData]) -> bool:
    """Whether an open slot is filled in the pull request, by somebody whom the base knows as able to."""
    record = at_head.by_id.get(other.record or "") if other else None
    if slot.status is Status.VALID or other is None or other.status is not Status.VALID or record is None:
        return False
    person, key = record.person or "", record.signature.key
    return bool(trust) and all(
        key not in state.compromised
        and capacity(state, person, slot.approver, artifact, day_of(record.date)) is not None
        for state in trust
    )


def _standing(agreement: Agreement, found: Mapping[str, Agreement]) -> Agreement:
    """The agreement with its status by its own slots, and by those that an open gate still waits for."""
    waits = tuple(
        name for name in agreement.requires_not_valid if name not in found or not _holds(name, found, frozenset())
    )
    statuses = [slot.status for slot in agreement.slots]
    statuses += [found[name].status if name in found else agreement.status for name in waits]
    status = min(statuses, key=lambda one: one.rank, default=agreement.status)
    return replace(agreement, status=status, requires_not_valid=waits)


def _holds(name: str, found: Mapping[str, Agreement], inside: frozenset[str]) -> bool:
    agreement = found.get(name)
    if agreement is None or name in inside:
        return False
    return all(slot.status is Status.VALID for slot in agreement.slots) and all(
        _holds(other, found, inside | {name}) for other in agreement.requires_not_valid
    )
