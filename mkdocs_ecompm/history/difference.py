"""The difference between two contents, field by field, under names that a reader knows: `objectives/OB-2/due`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from mkdocs_ecompm.history.canonical import Plain
from mkdocs_ecompm.history.pairs import renames
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.entry import HEADLINES

_MOST_PAIRS: Final = 250_000
"""Of items of two lists that are compared one with the other: the matcher needs the square of that at worst."""
_WORD: Final = 200
"""A value without a headline is told in at most so many characters."""


def difference(was: Plain, is_: Plain) -> tuple[Change, ...]:
    """What changed from `was` to `is_`, in the order of the fields; None stands for nothing at all.

    A record that got another id is followed: its new id is one change, and what else changed in it are others.
    """
    return tuple(_compare("", was, is_))


def _compare(path: str, was: Plain, is_: Plain) -> Iterator[Change]:
    if was == is_:
        return
    if isinstance(was, dict) and isinstance(is_, dict):
        yield from _compare_mappings(path, was, is_)
    elif isinstance(was, list) and isinstance(is_, list):
        yield from _compare_lists(path, was, is_)
    else:
        yield Change(path, _told(was), _told(is_))


def _compare_mappings(path: str, was: dict[str, Plain], is_: dict[str, Plain]) -> Iterator[Change]:
    for key in [*was, *(key for key in is_ if key not in was)]:
        yield from _compare(f"{path}/{key}" if path else key, was.get(key), is_.get(key))


def _compare_lists(path: str, was: list[Plain], is_: list[Plain]) -> Iterator[Change]:
    if _have_ids(was) and _have_ids(is_):
        yield from _compare_records(path, _by_id(was), _by_id(is_))
        return
    for begin, end, new_begin, new_end in _other_parts(was, is_):
        for offset in range(max(end - begin, new_end - new_begin)):
            old = was[begin + offset] if begin + offset < end else None
            new = is_[new_begin + offset] if new_begin + offset < new_end else None
            place = begin + offset if old is not None else new_begin + offset
            both = isinstance(old, dict) and isinstance(new, dict)
            yield from _compare(f"{path}/{place}" if both else path, old, new)


def _compare_records(path: str, was: dict[str, Plain], is_: dict[str, Plain]) -> Iterator[Change]:
    renamed = renames(was, is_)
    came = set(renamed.values())
    for name in [*was, *(name for name in is_ if name not in was and name not in came)]:
        now = renamed.get(name, name)
        yield from _compare(f"{path}/{now}" if path else now, was.get(name), is_.get(now))


def _other_parts(was: list[Plain], is_: list[Plain]) -> Iterator[tuple[int, int, int, int]]:
    """Where two lists differ: from, to in the old one; from, to in the new one.

    The matcher may find other parts for the two lists swapped; so it always gets them in the same order. Of lists so
    long that it would take minutes, all between the first and the last difference is one part.
    """
    old, new = [_key(item) for item in was], [_key(item) for item in is_]
    if len(old) * len(new) > _MOST_PAIRS:
        yield from _between(old, new)
        return
    turned = old > new
    matcher = SequenceMatcher(None, *((new, old) if turned else (old, new)), autojunk=False)
    for kind, begin, end, new_begin, new_end in matcher.get_opcodes():
        if kind != "equal":
            yield (new_begin, new_end, begin, end) if turned else (begin, end, new_begin, new_end)


def _between(old: list[str], new: list[str]) -> Iterator[tuple[int, int, int, int]]:
    shorter = min(len(old), len(new))
    begin = next((place for place in range(shorter) if old[place] != new[place]), shorter)
    most = shorter - begin
    same = next((number for number in range(most) if old[-1 - number] != new[-1 - number]), most)
    if begin + same < max(len(old), len(new)):
        yield begin, len(old) - same, begin, len(new) - same


def _have_ids(items: list[Plain]) -> bool:
    names = [item.get("id") if isinstance(item, dict) else None for item in items]
    return all(isinstance(name, str) for name in names) and len(set(map(str, names))) == len(names)


def _by_id(items: list[Plain]) -> dict[str, Plain]:
    return {str(item["id"]): item for item in items if isinstance(item, dict)}


def _key(item: Plain) -> str:
    return json.dumps(item, sort_keys=True)


def _told(value: Plain) -> str | None:
    """The value as one text: a text itself, an entry by its headline, anything else as it would be written."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dict):
        headline = next((value[name] for name in HEADLINES if isinstance(value.get(name), str)), None)
        if isinstance(headline, str):
            return headline
        return _short(", ".join(f"{key}: {_told(item) or 'none'}" for key, item in value.items()))
    return _short(", ".join(_told(item) or "none" for item in value))


def _short(text: str) -> str:
    return text if len(text) <= _WORD else text[: _WORD - 1] + "…"
