"""Who can answer for a party today, by which account or key, in the trust states in force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time

from mkdocs_ecompm.model.people import Person
from mkdocs_ecompm.model.proposal import Account, Voice
from mkdocs_ecompm.model.signoff import Assurance
from mkdocs_ecompm.signoff.capacity import Capacity, account_owner, capacity, key_fault, owner
from mkdocs_ecompm.signoff.trust import TrustData


def voices(trust: Sequence[TrustData], approver: str, artifact: str, day: date) -> tuple[Voice, ...]:
    """Everybody who can fill a slot on that day, in every trust state; deputies last."""
    if not trust:
        return ()
    found = []
    for person in trust[0].people.values():
        able = [capacity(state, person.id, approver, artifact, day) for state in trust]
        if all(able):
            found.append(_voice(trust, person, able[0], day))
    return tuple(sorted(found, key=lambda voice: (voice.deputy_for is not None, voice.name.casefold(), voice.id)))


def admins(trust: Sequence[TrustData], day: date) -> tuple[Voice, ...]:
    """Those who may approve a change of trust, in every trust state."""
    both = frozenset[str].intersection(*(state.admins for state in trust)) if trust else frozenset[str]()
    people = [person for person in (trust[0].people.values() if trust else ()) if person.id in both and person.active]
    return tuple(_voice(trust, person, None, day) for person in sorted(people, key=lambda one: one.name.casefold()))


def _voice(trust: Sequence[TrustData], person: Person, able: Capacity | None, day: date) -> Voice:
    absent = able.deputy_for if able else None
    return Voice(
        id=person.id,
        name=person.name,
        deputy_for=trust[0].people[absent.casefold()].name if absent else None,
        accounts=tuple(dict.fromkeys(Account(found.host, found.login) for found in person.accounts if found.login)),
        reviews=all(_has_account(state, person.id) for state in trust),
        signs=all(_has_key(state, person.id, day) for state in trust),
    )


def _has_account(state: TrustData, name: str) -> bool:
    """Whether a review by this person can be told from one by anybody else."""
    person = state.people.get(name.casefold())
    return person is not None and any(
        found.id is not None and account_owner(state, (found.host.casefold(), found.id)) == person.id
        for found in person.accounts
    )


def _has_key(state: TrustData, name: str, day: date) -> bool:
    noon = datetime.combine(day, time(12), UTC)
    return any(owner(state, key) == name and not key_fault(state, key, noon) for key in state.keys)


def minimum(trust: Sequence[TrustData], approver: str, artifact: str) -> tuple[str, bool]:
    """The least assurance that is demanded of an approver, and whether it must be somebody independent."""
    party = artifact.partition("/")[2]
    demands = [
        demand
        for state in trust
        for demand in state.demands
        if demand.asks_for(artifact)
        and any(one.of(party).casefold() == approver.casefold() for one in demand.approvers)
    ]
    least = max((Assurance(demand.minimum) for demand in demands), key=lambda one: one.rank, default=Assurance.REVIEWED)
    return least.value, any(demand.independent for demand in demands)
