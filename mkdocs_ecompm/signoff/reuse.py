"""Ids that were given to somebody else: what the one agreed to would look like the other's word.

That a name was changed, a key replaced or an account added makes nobody another person. Another name with none of the
keys and none of the accounts that ever stood under the id does.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct

from mkdocs_ecompm.model.people import Person
from mkdocs_ecompm.signoff.trust import TrustData
from mkdocs_ecompm.signoff.walk import Walk


class Reuse(Struct, frozen=True):
    """An id that changed hands: at which adoption, whose it was, and whose it is."""

    commit: str
    was: Person
    now: Person


class _Holder(Struct, frozen=True):
    """Whose an id is: the newest entry, and all keys, accounts and names that the same person had."""

    last: Person
    marks: frozenset[str]
    names: frozenset[str]


def reuses(walk: Walk) -> Iterator[Reuse]:
    """Every id in force that was somebody else's in an earlier trust state, in the order of the adoptions."""
    in_force = {name for head in walk.heads for name in walk.states[head].people}
    known: dict[str, _Holder] = {}
    for commit in (walk.roots[0], *walk.adopted):
        state = walk.states[commit]
        for name, person in state.people.items():
            marks = _marks(state, person)
            if not marks or name not in in_force:
                continue  # an empty seat is nobody
            holder = known.get(name)
            if holder and marks.isdisjoint(holder.marks) and person.name.casefold() not in holder.names:
                yield Reuse(commit, holder.last, person)
                holder = None
            marks |= holder.marks if holder else frozenset()
            known[name] = _Holder(person, marks, (holder.names if holder else frozenset()) | {person.name.casefold()})


def _marks(state: TrustData, person: Person) -> frozenset[str]:
    """What tells people apart: keys and accounts."""
    held = (key for key in state.keys.values() if key.owner.casefold() == person.id.casefold())
    keys = {mark for key in held for mark in (key.whole, key.numbers) if mark}
    return frozenset(keys | {f"{account.host}:{account.id}" for account in person.accounts if account.id is not None})
