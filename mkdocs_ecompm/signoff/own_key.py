"""The one change of trust that needs no quorum: somebody adds one key to himself, and nothing else is different."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mkdocs_ecompm.model.people import Key
from mkdocs_ecompm.signoff.trust import TrustData


def one_key_added(old: TrustData, new: TrustData, person: str) -> str | None:
    """The fingerprint of the key by which the new state differs from the old one, if `person` got it and no more.

    It must be a key that can be read, that nobody had in the old state, and that is not revoked from the start.
    """
    now = new.people.get(person.casefold())
    for index, key in enumerate(now.keys if now else ()):
        held = {name: one for name, one in new.keys.items() if key in one.entries}
        wholes = {one.whole for one in held.values()}
        numbers = {one.numbers for one in old.keys.values() if one.numbers}
        fresh = held.keys().isdisjoint(old.keys) and numbers.isdisjoint(one.numbers for one in held.values())
        fresh = fresh and all(one.readable and not one.revoked for one in held.values())
        if key.revoked is None and len(wholes) == 1 and fresh and _without_key(new, person, index, key) == old.content:
            return wholes.pop()
    return None


def _without_key(state: TrustData, person: str, index: int, key: Key) -> Mapping[str, Any]:
    """The content of a trust state without one key of one person; a person's last key leaves no list behind."""
    people = []
    for entry in state.content["people"]:
        found = entry
        if entry["id"].casefold() == person.casefold() and _is_of(entry["keys"][index], key):
            keys = [item for place, item in enumerate(entry["keys"]) if place != index]
            found = {**entry, "keys": keys} if keys else {k: v for k, v in entry.items() if k != "keys"}
        people.append(found)
    files = {path: digest for path, digest in state.content["keys"].items() if path != key.openpgp}
    return {**state.content, "people": people, "keys": files}


def _is_of(entry: Mapping[str, Any], key: Key) -> bool:
    """Whether an entry of the content is that of this key: keys that bear ids are sorted there."""
    return (entry.get("ssh", ""), entry.get("openpgp", "")) == (key.ssh, key.openpgp)
