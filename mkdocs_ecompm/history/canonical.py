"""Content as an agreement binds it: every scalar its text, tracking fields left out, lists of records by id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from mkdocs_ecompm.model.content import Yaml
from mkdocs_ecompm.model.entry import COMMON_KEYS

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain] | None"
"""Content without places. None occurs only as the digest of something that is not there."""
Paths: TypeAlias = Mapping[str, "Paths"]
"""Fields to leave out, as a tree of keys; a leaf is left out with all it holds."""
Known: TypeAlias = "dict[tuple[int, int], tuple[Yaml, Paths, Plain]]"
"""What is agreed of items that were looked through, by the identity of the item and of what is left out."""
_MOST_KNOWN: Final = 100_000
"""Versions that share nothing (with the line ends of Windows, say) would fill the memory with what is of no use."""
_NOTHING: Final[Paths] = {}
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_BEYOND: Final = re.compile(rb"[\xf0-\xf4]")
"""The first byte in UTF-8 of a character beyond U+FFFF."""


class UnreadableContent(Exception):  # noqa: N818  # it says what was found; nobody did anything wrong by asking
    """Content that exists but cannot be read, so that nothing can be said about it."""


def paths(dotted: Iterable[str]) -> Paths:
    """The tree of keys that dotted paths such as `risks.actions.done` describe."""
    tree: dict[str, dict[str, object]] = {}
    for path in dotted:
        node: dict[str, object] = tree  # type: ignore[assignment]  # a tree of trees
        for step in path.split("."):
            node = node.setdefault(step, {})  # type: ignore[assignment]
    return tree  # type: ignore[return-value]


def agreed(value: Yaml, left_out: Paths, known: Known | None = None) -> Plain:
    """The value without what is no part of the agreement. Lists are looked through: a path names no positions.

    Versions of a register share the records that did not change: with `known`, each is looked through once. Then nobody
    may change what comes back.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        kept: dict[str, Plain] = {}
        for key, item in value.items():
            below = left_out.get(key)
            if below == {} or key in COMMON_KEYS or key.startswith("x-"):
                continue
            kept[key] = item if isinstance(item, str) else agreed(item, below or _NOTHING, known)
        return kept
    if known is None:
        return by_id([agreed(item, left_out) for item in value])
    return by_id([_once(item, left_out, known) for item in value])


def _once(item: Yaml, left_out: Paths, known: Known) -> Plain:
    """As `agreed`, for an item of a list; `known` keeps it, so that no other one gets its identity."""
    if isinstance(item, str):
        return item
    key = id(item), id(left_out)
    found = known.get(key)
    if found is None:
        if len(known) >= _MOST_KNOWN:
            known.clear()
        found = known[key] = item, left_out, agreed(item, left_out)
    return found[2]


def by_id(items: list[Plain]) -> list[Plain]:
    """The items sorted by id if every one is a mapping with an id; in their own order otherwise."""
    keyed = []
    for item in items:
        name = item.get("id") if isinstance(item, dict) else None
        if not isinstance(name, str):
            return items
        keyed.append((name, item))
    if len({name for name, _ in keyed}) < len(keyed):  # two accounts of one number, on two hosts
        return [item for _, _, item in sorted((name, canonical(item), item) for name, item in keyed)]
    return [item for _, item in sorted(keyed, key=lambda pair: pair[0])]


def canonical(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value of texts, lists, mappings, null and whole numbers.

    msgspec writes the same form, fifty times faster, but for the order of keys: it compares code points and the
    RFC UTF-16 units. They differ only where there are characters beyond U+FFFF.

    Raises:
        UnreadableContent: it holds a text that is no Unicode (a lone surrogate).
    """
    try:
        found = _ENCODER.encode(value)
        if _BEYOND.search(found):
            import rfc8785  # noqa: PLC0415  # rarely needed

            return rfc8785.dumps(value)
    except UnicodeEncodeError as error:
        raise UnreadableContent("The content holds a character that no text can hold.") from error
    return found


def sha256(value: Any) -> str:
    """The digest of a JSON value's RFC 8785 form."""
    return f"sha256:{hashlib.sha256(canonical(value)).hexdigest()}"
