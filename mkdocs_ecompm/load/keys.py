"""Keys that nobody knows, at any depth of a record: found in the content, so that a broken record tells them too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import NoneType
from typing import Annotated, Any, Final, get_args, get_origin

from msgspec import Struct
from pydantic import BaseModel

from mkdocs_ecompm.load.cut_texts import quoted
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.entry import Entry
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.words import ID_PATTERN, did_you_mean, shorten

MAX_HINTS: Final = 500
"""Unknown keys of one register for which a near one is looked up; a hostile file has a million."""


@dataclass(slots=True)
class Hints:
    """What may still be spent on guessing what was meant."""

    left: int = MAX_HINTS

    def near(self, word: str, known: Iterable[str]) -> str:
        """A hint that names the nearest known word, or nothing."""
        self.left -= 1
        return did_you_mean(word, known) if self.left >= 0 else ""


class _Shape(Struct, frozen=True):
    """The keys of a type, and those among them under which mappings of a type of their own stand."""

    known: frozenset[str]
    nested: tuple[tuple[str, type[BaseModel], bool], ...]
    """Key, type, and whether the value is a mapping of such mappings (else one, or a list of them)."""


def unknown_keys(
    content: YamlMap, kind: type[BaseModel], hints: Hints, also: frozenset[str] = frozenset()
) -> Iterator[Finding]:
    """A finding for every key of `content` that `kind` does not have; `also` are keys that are read elsewhere."""
    shape = _shape(kind)
    if not getattr(kind, "open_ended", False) and (content.empty or not content.keys() <= shape.known):
        yield from _unknown(content, shape.known | also, hints)
    for key, part, free in shape.nested:
        value = content.get(key)
        if value is None or value.__class__ is str:
            continue
        if free and isinstance(value, YamlMap):
            for item in value.values():
                yield from _in_value(item, part, hints)
        else:
            yield from _in_value(value, part, hints)


def _in_value(value: Yaml, part: type[BaseModel], hints: Hints) -> Iterator[Finding]:
    if isinstance(value, YamlMap):
        yield from unknown_keys(value, part, hints)
    elif isinstance(value, YamlList):
        for item in value:
            yield from _in_value(item, part, hints)


def _unknown(content: YamlMap, known: frozenset[str], hints: Hints) -> Iterator[Finding]:
    strange = [key for key in content.marks if key not in known and not key.startswith("x-")]
    unused = known - content.marks.keys()
    for key in strange:
        if content.flow and key in content.empty:
            message = f"`{shorten(key)}` is no field: the comma before it ended the text"
            yield finding("comma-in-one-line", message, content.at(key), hint=_whole_text(content, key, known))
        else:
            hint = hints.near(key, unused)
            yield finding("unknown-key", f"there is no field `{shorten(key)}` here", content.at(key), hint=hint)


def _whole_text(content: YamlMap, key: str, known: frozenset[str]) -> str:
    """The field before an invented key, with the text that was probably meant."""
    field, parts = "", [""]
    for name in content.marks:
        if name in known:
            field, parts = name, [str(content.get(name, ""))]
        elif name in content.empty:
            parts.append(name)
        if name == key:
            break
    text = ", ".join(parts)
    line = f"`{field}: {quoted(shorten(text))}`" if field else "the text in quotes"
    if not all(ID_PATTERN.fullmatch(part) for part in parts):
        return f"write {line}"
    return f"write {line} for one text, or `{field}: [{shorten(text)}]` for several items"


@cache
def entry_lists(kind: type[BaseModel]) -> frozenset[str]:
    """The keys of a type under which a list of entries with ids of their own stands."""
    return frozenset(key for key, part, free in _shape(kind).nested if issubclass(part, Entry) and not free)


@cache
def _shape(kind: type[BaseModel]) -> _Shape:
    known, nested = [], []
    for name, info in kind.model_fields.items():
        key = info.alias or name
        known.append(key)
        part, free = _part(info.annotation)
        if part is not None:
            nested.append((key, part, free))
    return _Shape(frozenset(known), tuple(nested))


def _part(annotation: Any) -> tuple[type[BaseModel] | None, bool]:
    """The type of the mappings in a field, and whether they stand in a mapping with free keys."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation, False
    origin = get_origin(annotation)
    options = [item for item in get_args(annotation) if item is not NoneType and item is not Ellipsis]
    if origin is Annotated or (origin is not None and len(options) == 1):
        return _part(options[0])
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _part(options[1])[0], True
    return None, False
