"""An agreed text as a person reads it: every word that the digest binds, in order, under labels instead of YAML keys.

Each value is kept as it was written, for whoever compares it with the file; a reader adds how one would say it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.history.reading import Reader
from mkdocs_ecompm.history.wording import period_in_words
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.entry import HEADLINES

_FIRST: Final = ("id", *HEADLINES)
_SHORT: Final = 30
_SPELT: Final = {"vat": "VAT", "wbs": "WBS", "ssh": "SSH key", "openpgp": "OpenPGP key"}
"""Keys that no capital letter makes a word."""


class Passage(Struct, frozen=True):
    """A part of an agreed text: a label, what it says, the parts below it, and where it stands (`objectives/OB-2`).

    `now` is what stands there today, where that differs; an empty text where it was taken out. None: unchanged.
    `said` is how the text reads, where that is not how it was written: a name for an id, an amount for a number.
    """

    label: str
    text: str
    parts: tuple[Passage, ...] = ()
    path: str = ""
    now: str | None = None
    said: str = ""

    @property
    def in_one_line(self) -> bool:
        """Whether the parts are a few short words, or amounts by month, which are read in one line."""
        return all(
            (not part.label or period_in_words(part.path.rpartition("/")[2]) == part.label)
            and not part.parts
            and part.now is None
            and 0 < len(part.text) <= _SHORT
            for part in self.parts
        )


def passages(content: Any, changes: Iterable[Change] = (), reader: Reader | None = None) -> tuple[Passage, ...]:
    """The parts of a content. `changes` lead from it to what is there now, and are marked.

    Without a reader everything is as it was written.
    """
    found = _parts(content, "", {change.path: change for change in changes})
    return tuple(found if reader is None else (_read(part, reader) for part in found))


def _read(part: Passage, reader: Reader) -> Passage:
    inside = tuple(_read(inner, reader) for inner in part.parts)
    now = part.now and (reader.said(part.path, part.now) or part.now)
    return Passage(part.label, part.text, inside, part.path, now, reader.said(part.path, part.text))


def lines(parts: Iterable[Passage], depth: int = 0) -> Iterator[str]:
    """The same as lines of plain text, indented."""
    for part in parts:
        indent = "  " * depth
        first, *more = part.text.split("\n") if part.text else [""]
        lead = f"{part.label}:" if part.label else "-"
        if part.parts and part.in_one_line:
            yield f"{indent}{lead} " + " · ".join(f"{item.label} {item.text}".strip() for item in part.parts)
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
    period = period_in_words(key)
    if period != key:
        return period
    if key in _SPELT:
        return _SPELT[key]
    return key if "/" in key or "." in key else language.capital(key.replace("_", " ").replace("-", " "))


def _join(path: str, step: str) -> str:
    return f"{path}/{step}" if path else step
