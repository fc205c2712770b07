"""One register's content -> its typed header and records. A broken record is dropped and never hides the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import Final

from pydantic import ValidationError

from mkdocs_ecompm.load.beginning import Begin
from mkdocs_ecompm.load.faults import faults
from mkdocs_ecompm.load.keys import Hints, entry_lists, unknown_keys
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.entry import Document, Entry, Part, Record
from mkdocs_ecompm.model.fields import kind_of
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.words import ID_PATTERN

MAX_FINDINGS: Final = 10_000
"""Findings of one register; its further records are not looked at. Only a hostile file has so many."""


@dataclass(slots=True)
class Typed:
    """A register as its types see it."""

    document: Document | None
    begin: Begin
    records: list[Record[Part]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    hints: Hints = field(default_factory=Hints)
    complete: bool = True
    """Whether every record could be looked at."""
    nameless: set[str] = field(default_factory=set)
    """Lists with a record whose id is missing or none: somebody may mean it all the same."""


def typed(register: str, content: YamlMap, kind: type[Document], begin: Begin = lambda: None) -> Typed:
    """Validate the header and every record of a register; `begin` is when the project begins."""
    lists = kind.lists
    found = Typed(None, begin)
    header = {key: value for key, value in content.items() if key not in lists}
    strange = list(unknown_keys(content, kind, found.hints, frozenset(lists)))
    found.document, wrong = _header(header, kind)
    if wrong is not None:
        found.findings.extend(_unexplained(faults(wrong, content, register, _places(strange), begin), strange))
    found.findings.extend(strange)
    if any(name not in content.marks for name in lists) and _has_list(content, _places(strange)):
        found.complete = False  # a list under a name that nobody knows
    for name, part in lists.items():
        items = content.get(name)
        if isinstance(items, YamlList):
            _records(register, name, items, part, found)
        elif items is not None:
            hint = "begin each record with a dash"
            message = f"{name} must be a list, got {kind_of(items)}"
            found.findings.append(finding("list-expected", message, content.at(name), hint=hint))
            found.complete = False
    return found


def _header(header: Mapping[str, object], kind: type[Document]) -> tuple[Document | None, ValidationError | None]:
    """The typed header and what is wrong with it. Wrong fields are left out, so that the others can still be seen."""
    try:
        return kind.model_validate(header), None
    except ValidationError as error:
        wrong = {item["loc"][0] for item in error.errors(include_url=False) if item["loc"]}
        try:
            return kind.model_validate({key: value for key, value in header.items() if key not in wrong}), error
        except ValidationError:
            return None, error


def _records(register: str, name: str, items: YamlList, kind: type[Part], found: Typed) -> None:
    validate = kind.model_validate
    for index, content in enumerate(items):
        if len(found.findings) >= MAX_FINDINGS:
            message = f"{register} has more than {MAX_FINDINGS} faults; what follows was not looked at"
            found.findings.append(finding("too-many-faults", message, items.at(index)))
            found.complete = False
            return
        if not isinstance(content, YamlMap):
            message = f"an item of {name} must be a mapping, got {kind_of(content)}"
            hint = "write its fields below each other, the first after the dash"
            found.findings.append(finding("wrong-type", message, items.at(index), hint=hint))
            found.complete = False
            continue
        strange = list(unknown_keys(content, kind, found.hints))
        if issubclass(kind, Entry) and not _has_id(content):
            found.nameless.add(name)
        try:
            entry = validate(content)
        except ValidationError as error:
            found_here = faults(error, content, _called(content, name), _places(strange), found.begin)
            found.findings.extend(_unexplained(found_here, strange))
            rest = _without_wrong_entries(content, kind, error)
            if rest is not None:
                found.records.append(Record(register, name, validate(rest), rest, rest.source))
        else:
            found.records.append(Record(register, name, entry, content, content.source))
        found.findings.extend(strange)


def _without_wrong_entries(content: YamlMap, kind: type[Part], error: ValidationError) -> YamlMap | None:
    """The record without the entries inside it that are wrong, if nothing else is: a bad row hides no other row."""
    wrong: dict[str, set[int]] = {}
    for item in error.errors(include_url=False):
        match item["loc"]:
            case (str(key), int(index), *_) if key in entry_lists(kind):
                wrong.setdefault(key, set()).add(index)
            case _:
                return None
    rest = copy(content)
    for key, indices in wrong.items():
        items = content[key]
        if not isinstance(items, YamlList):
            return None
        kept = [index for index in range(len(items)) if index not in indices]
        left = YamlList(items.path, items.line, items.column)
        left.extend(items[index] for index in kept)
        left.marks = [items.marks[index] for index in kept]
        rest[key] = left
    return rest


def _unexplained(items: Iterable[Finding], strange: Iterable[Finding]) -> Iterator[Finding]:
    """The faults without those that only follow from a comma: `{names: mia, jan}` is one mistake, not two."""
    lines = {item.source.line for item in strange if item.code == "comma-in-one-line" and item.source}
    for item in items:
        if item.code != "list-expected" or item.source is None or item.source.line not in lines:
            yield item


def _places(strange: Iterable[Finding]) -> set[Source]:
    return {item.source for item in strange if item.code == "unknown-key" and item.source is not None}


def _has_list(content: YamlMap, places: set[Source]) -> bool:
    """Whether an unknown key of a register's header, one of `places`, holds a list."""
    return any(isinstance(value, YamlList) and content.at(key) in places for key, value in content.items())


def _has_id(content: YamlMap) -> bool:
    own = content.get("id")
    return isinstance(own, str) and ID_PATTERN.fullmatch(own) is not None


def _called(content: YamlMap, name: str) -> str:
    """What a message calls a record."""
    own = content.get("id")
    return own if isinstance(own, str) else f"this item of {name}"


def ids_of(content: YamlMap, kind: type[Document]) -> Iterator[tuple[str, str, YamlMap]]:
    """Id, list and content of every record that has an id, broken ones too: they exist."""
    for name in kind.lists:
        items = content.get(name)
        for item in items if isinstance(items, YamlList) else ():
            own = item.get("id") if isinstance(item, YamlMap) else None
            if isinstance(own, str) and isinstance(item, YamlMap):
                yield own, name, item
