"""An agreed text as a person reads it: every word that the digest binds, in order, under labels instead of YAML keys.

The values are shown as they were written, never interpreted: a reader must be able to compare them with the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mkdocs_ecompm import language
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.entry import HEADLINES

_FIRST: Final = ("id", *HEADLINES)
_SHORT: Final = 30


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of an agreed text: a label, what it says, the parts below it, and where it stands (`objectives/OB-2`).

    `now` is what stands there today, where that differs; an empty text where it was taken out. None: unchanged.
    """

    label: str
    text: str
    parts: tuple[Passage, ...] = ()
    path: str = ""
    now: str | None = None

    @property
    def in_one_line(self) -> bool:
        """Whether the parts are a few short words, which are read in one line."""
        return all(
            not part.label and not part.parts and part.now is None and 0 < len(part.text) <= _SHORT
            for part in self.parts
        )


def passages(content: Any, changes: Iterable[Change] = ()) -> tuple[Passage, ...]:
    """The parts of a content. `changes` lead from it to what is there now, and are marked."""
    return tuple(_parts(content, "", {change.path: change for change in changes}))


def lines(parts: Iterable[Passage], depth: int = 0) -> Iterator[str]:
    """The same as lines of plain text, indented."""
    for part in parts:
        indent = "  " * depth
        first, *more = part.text.split("\n") if part.text else [""]
        lead = f"{part.label}:" if part.label else "-"
        if part.parts and part.in_one_line:
            yield f"{indent}{lead} " + " · ".join(item.text for item in part.parts)
            continue
        yield f"{indent}{lead} {first}".rstrip()
        yield from (f"{indent}  {line}".rstrip() for line in more)
        yield from lines(part.parts, depth + 1)


def _parts(value: Any, path: str, changed: Mapping[str, Change]) -> Iterator[Passage]:
    if isinstance(value, dict):
        for key in _in_order(value):
            yield _part(_label(key), value[key], _join(path, key), changed)
    elif isinstance(value, list):
        keyed = all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in value)
        for index, item in enumerate(value):
            name = str(item["id"]) if keyed else str(index)
            inside = {key: below for key, below in item.items() if key != "id"} if keyed else item
            yield _part(name if keyed else "", inside, _join(path, name), changed)
    elif value is not None:
        yield Passage("", str(value), path=path)


def _part(label: str, value: Any, path: str, changed: Mapping[str, Change]) -> Passage:
    change = changed.get(path)
    now = None if change is None else change.is_ or ""
    if isinstance(value, dict | list):
        return Passage(label, "", tuple(_parts(value, path, changed)), path, now)
    return Passage(label, "" if value is None else str(value), (), path, now)


def _in_order(entry: Mapping[str, Any]) -> list[str]:
    """The keys as they were written, those that say what the entry is before all others."""
    first = [key for key in _FIRST if key in entry]
    return [*first, *(key for key in entry if key not in first)]


def _label(key: str) -> str:
    """A key as a reader would write it; what is no field (the path of a key file, an artifact) stays as it is."""
    return key if "/" in key or "." in key else language.capital(key.replace("_", " ").replace("-", " "))


def _join(path: str, step: str) -> str:
    return f"{path}/{step}" if path else step
