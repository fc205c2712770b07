"""What a trust state lets somebody do at a moment: whose a key is, and for whom that person may speak."""

from __future__ import annotations

from datetime import UTC, date, datetime

from msgspec import Struct

from mkdocs_ecompm.model.parties import covers
from mkdocs_ecompm.model.people import Department, Key, Organisation, Person
from mkdocs_ecompm.signoff.trust import AccountId, TrustData


class Capacity(Struct, frozen=True):
    """How somebody may speak for an approver: for himself or as its head, or as the deputy of `deputy_for`."""

    deputy_for: str | None = None


def owner(state: TrustData, key: str) -> str | None:
    """Whose key it is, in force or not."""
    found = state.keys.get(key)
    return found.owner if found else None


def key_fault(state: TrustData, key: str, when: datetime) -> str:
    """Why nobody speaks with this key at that moment, as a reason code; empty if its owner does."""
    held = state.keys.get(key)
    if key in state.compromised or (held is not None and {held.whole, held.numbers} & state.compromised):
        return "key-compromised"
    if held is None:
        return "unknown-key"
    if held.revoked or any(entry.revoked for entry in held.entries):
        return "key-retired"
    if held.until is not None and held.until <= when:
        return "key-expired"
    if not any(_in_window(entry, when) for entry in held.entries):
        over = any(entry.until is not None and entry.until <= when for entry in held.entries)
        return "key-expired" if over else "key-not-yet-valid"
    who = state.people[held.owner.casefold()]
    return "" if who.active and who.kind != "vacant" else "not-active"


def account_owner(state: TrustData, account: AccountId) -> str | None:
    """Whose account it is; None if it is nobody's or that of several."""
    owners = state.accounts.get(account, frozenset())
    return next(iter(owners)) if len(owners) == 1 else None


def account_fault(state: TrustData, account: AccountId) -> str:
    """Why nobody speaks through this account, as a reason code; empty if its owner does."""
    name = account_owner(state, account)
    if name is None:
        return "unknown-account"
    who = state.people[name.casefold()]
    return "" if who.active and who.kind != "vacant" else "not-active"


def speaker(state: TrustData, key: str, when: datetime) -> str | None:
    """The person who speaks with this key at that moment."""
    return None if key_fault(state, key, when) else owner(state, key)


def capacity(state: TrustData, person: str, approver: str, artifact: str, day: date) -> Capacity | None:
    """How a person may fill a slot of `approver` on that day; None if not at all.

    A role speaks through those who hold it, a department or organisation through its head or a signatory, and each
    of them through a deputy. Machines and attestors fill no slot.
    """
    who = state.people.get(person.casefold())
    if who is None or not may_fill(state, who):
        return None
    if _direct(state, who, approver, day):
        return Capacity()
    for deputy in state.deputies:
        absent = state.people.get(deputy.absent.casefold())
        if (
            deputy.by.casefold() == who.id.casefold()
            and covers(deputy.since, deputy.until, day)
            and (not deputy.artifacts or any(_covered(pattern, artifact) for pattern in deputy.artifacts))
            and absent is not None
            and may_fill(state, absent)
            and _direct(state, absent, approver, day)
        ):
            return Capacity(absent.id)
    return None


def day_of(when: datetime) -> date:
    """The day of a moment, in UTC."""
    return when.astimezone(UTC).date()


def _in_window(key: Key, when: datetime) -> bool:
    return (key.since is None or key.since <= when) and (key.until is None or when < key.until)


def may_fill(state: TrustData, person: Person) -> bool:
    """Whether somebody may fill any slot at all."""
    return person.active and person.kind == "person" and person.id not in state.attestors


def _direct(state: TrustData, person: Person, approver: str, day: date) -> bool:
    fold = approver.casefold()
    if fold in state.people:
        return person.id.casefold() == fold
    group = state.groups.get(fold)
    if group is not None:
        return person.id.casefold() in _speakers(group)
    return any(held.role.casefold() == fold and covers(held.since, held.until, day) for held in person.roles)


def _speakers(group: Department | Organisation) -> set[str]:
    names = (group.head, *group.signatories)
    return {name.casefold() for name in names if name}


def _covered(pattern: str, artifact: str) -> bool:
    register, slash, name = pattern.partition("/")
    if slash and name == "*":
        return artifact.casefold().startswith(f"{register}/")
    return pattern.casefold() == artifact.casefold()
