"""Who stands behind a party on a given day: the people a role, a department or an organisation means."""

from __future__ import annotations

from datetime import date

from mkdocs_ecompm.model.people import Department, Holding, Organisation, Person, Role
from mkdocs_ecompm.model.state import State


def covers(since: date | None, until: date | None, day: date) -> bool:
    """Whether a day lies in a period; both ends are included, and an absent end is open."""
    return (since is None or since <= day) and (until is None or day <= until)


def holds_role(person: Person, role: str, day: date) -> bool:
    """Whether the person holds the role on that day."""
    return any(_same(held.role, role) and covers(held.since, held.until, day) for held in person.roles)


def holdings(person: Person, role: str) -> tuple[Holding, ...]:
    """Every period in which the person holds the role."""
    return tuple(held for held in person.roles if _same(held.role, role))


def speakers(state: State, party: str, day: date) -> tuple[str, ...]:
    """The ids of the active people who speak for a party on that day.

    A person speaks for himself, a role through its holders, a department or organisation through its head and
    signatories. Somebody inactive, a machine and a vacant seat speak for nobody.
    """
    record = state.party(party)
    if record is None:
        return ()
    entry = record.entry
    if isinstance(entry, Person):
        candidates: tuple[str, ...] = (entry.id,)
    elif isinstance(entry, Role):
        candidates = tuple(r.id for r in state.of(Person) if holds_role(r.entry, entry.id, day))
    elif isinstance(entry, Department | Organisation):
        candidates = ((entry.head,) if entry.head else ()) + entry.signatories
    else:
        return ()
    return tuple(dict.fromkeys(person for person in candidates if is_active(state, person)))


def answerable(state: State, party: str, day: date) -> tuple[str, ...]:
    """As `speakers`, but a department or organisation is answered for by its head alone, if it has one."""
    record = state.party(party)
    if record is not None and isinstance(record.entry, Department | Organisation) and record.entry.head:
        return (record.entry.head,) if is_active(state, record.entry.head) else ()
    return speakers(state, party, day)


def members(state: State, party: str, day: date) -> frozenset[str]:
    """Everybody who belongs to a party on that day: its speakers, and a department's or organisation's staff."""
    record = state.party(party)
    if record is None:
        return frozenset()
    staff = [
        person.id
        for person in state.of(Person)
        if (isinstance(record.entry, Department) and _same(person.entry.department, record.id))
        or (isinstance(record.entry, Organisation) and _same(person.entry.organisation, record.id))
    ]
    return frozenset(speakers(state, party, day)) | frozenset(staff)


def is_active(state: State, person: str) -> bool:
    """Whether this id is a person, active, and neither a machine nor a vacant seat."""
    record = state.party(person)
    return (
        record is not None
        and isinstance(record.entry, Person)
        and record.entry.active
        and record.entry.kind == "person"
    )


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()
