"""Which records of two lists are the same: those of one id, and those that only got another id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from mkdocs_ecompm.model.entry import HEADLINES

_MANY: Final = 10_000
"""Pairs of records beyond which only those of the same headline are looked at."""
_WITH_HEADLINE: Final = 0.5
"""The part of its fields that a record keeps under a new id, if it is called the same."""
_WITHOUT: Final = 0.8
_FIELDS: Final = 3
"""Fields that must be the same if the headline is not."""


def renames(was: Mapping[str, Any], is_: Mapping[str, Any]) -> dict[str, str]:
    """Old id -> new id of the records that are gone under the one and came under the other, nearly unchanged.

    The most alike first, each id once. The answer for the two sides swapped is the same the other way round.
    """
    gone = {name: record for name, record in was.items() if name not in is_ and isinstance(record, dict)}
    come = {name: record for name, record in is_.items() if name not in was and isinstance(record, dict)}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, _, old, new in sorted(_alike(gone, come)):
        if old not in found and new not in taken:
            found[old] = new
            taken.add(new)
    return found


def _alike(
    gone: Mapping[str, dict[str, Any]], come: Mapping[str, dict[str, Any]]
) -> Iterator[tuple[float, tuple[str, ...], str, str]]:
    """Pairs that may be one record, with what sorts the most alike first, whichever side is called the old one."""
    by_headline: dict[str, list[str]] = {}
    for name, record in come.items():
        by_headline.setdefault(_headline(record), []).append(name)
    few = len(gone) * len(come) <= _MANY
    for old, record in gone.items():
        for new in come if few else by_headline.get(_headline(record), ()):
            share = _share(record, come[new])
            if share:
                yield -share, tuple(sorted((old, new))), old, new


def _share(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """The part of all fields that both have alike; 0 if that is too little to be the same record."""
    keys = (one.keys() | other.keys()) - {"id"}
    same = [key for key in keys if one.get(key) == other.get(key)]
    if not same:
        return 0
    share = len(same) / len(keys)
    if _headline(one) and _headline(one) == _headline(other):
        return share if share >= _WITH_HEADLINE else 0
    return share if share >= _WITHOUT and len(same) >= _FIELDS else 0


def _headline(record: Mapping[str, Any]) -> str:
    found = next((record[name] for name in HEADLINES if isinstance(record.get(name), str)), "")
    return " ".join(str(found).casefold().split())
