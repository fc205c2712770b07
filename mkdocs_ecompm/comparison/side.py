"""One side of a comparison: what a project's files say at a moment, and what was computed from it, if anything was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.history.pairs import renames
from mkdocs_ecompm.history.wording import register_name
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.entry import HEADLINES
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.numbers import MAX_DIGITS, NUMBER
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.model.words import shorten

_PARTIES: Final = ("people", "departments", "organisations", "roles")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NOTHING: Final = YamlMap()
_LONGEST: Final = 70
"""Characters of a headline in a sentence."""


class Written(Struct, frozen=True):
    """A record as it is written: untyped, for an old file fits no schema of today."""

    register: str
    list: str
    content: YamlMap

    @property
    def id(self) -> str:
        """Its id."""
        return str(self.content["id"])

    @property
    def ref(self) -> str:
        """The full reference: `risks/R-004`."""
        return f"{self.register}/{self.id}"

    @property
    def headline(self) -> str:
        """What a reader calls it, in one line; its id if it says nothing else."""
        return headline_of(self.content) or self.id

    def text(self, *steps: str) -> str:
        """A value as its text, empty where there is none."""
        return text_of(self.content, *steps)

    def day(self, *steps: str) -> date | None:
        """A value as a day, None where it is none."""
        return day_of(self.text(*steps))

    def number(self, *steps: str) -> float | None:
        """A value as a number, None where it is none."""
        return number_of(self.text(*steps))

    def at(self, *steps: str | int) -> Source:
        """Where a value stands."""
        return self.content.at(*steps)


class Side(Struct, frozen=True, eq=False, dict=True):
    """What is compared. A schedule, sign-offs or findings that are None were not looked at, and nothing is told."""

    contents: Mapping[str, YamlMap]
    as_of: date
    unreadable: frozenset[str] = frozenset()
    schedule: Schedule | None = None
    signoffs: Signoffs | None = None
    findings: tuple[Finding, ...] | None = None

    @classmethod
    def of(cls, project: Project) -> Side:
        """A whole project."""
        return cls(
            contents=project.state.contents,
            as_of=project.as_of,
            unreadable=frozenset(project.state.unreadable),
            schedule=project.schedule,
            signoffs=project.signoffs,
            findings=project.findings,
        )

    def whole(self, register: str) -> YamlMap:
        """The content of a register, empty where there is none."""
        return self.contents.get(register, _NOTHING)

    @cached_property
    def _records(self) -> dict[tuple[str, str], dict[str, Written]]:
        return {}

    def records(self, register: str, name: str) -> dict[str, Written]:
        """The records of a list by their ids as written; of two with one id the first."""
        found = self._records.get((register, name))
        if found is None:
            found = self._records[register, name] = {}
            entries = self.whole(register).get(name)
            for entry in entries if isinstance(entries, YamlList) else ():
                if isinstance(entry, YamlMap) and isinstance(entry.get("id"), str):
                    found.setdefault(str(entry["id"]), Written(register, name, entry))
        return found

    def lists(self, register: str) -> tuple[str, ...]:
        """The lists of a register whose items are records."""
        return tuple(name for name, value in self.whole(register).items() if is_records(value))

    def header(self, register: str, *steps: str) -> str:
        """A value of a register's header as its text."""
        return text_of(self.whole(register), *steps)

    def party(self, ref: str) -> str:
        """The name of a person, department, organisation or role; empty if there is none."""
        return self._parties.get(ref.removeprefix("people/").casefold(), "")

    def name(self, ref: str) -> str:
        """The name of a party, else the reference itself."""
        return self.party(ref) or ref

    def names(self, refs: Any) -> str:
        """The names of several parties; `nobody` for none."""
        found = [refs] if isinstance(refs, str) else [ref for ref in refs or () if isinstance(ref, str)]
        return language.listing([self.name(ref) for ref in found]) if found else "nobody"

    def artifact(self, artifact: str) -> str:
        """What a sentence calls an artifact: `raci/delivery` RACI “Delivery”, `timeline/G3` Gate G3 Ready for build."""
        register, slash, name = artifact.partition("/")
        label = register_name(register)
        if not slash:
            return label
        if register == "obligations" and (name == "*" or self.party(name)):
            return "Obligations of each party" if name == "*" else f"Obligations of {self.party(name)}"
        if name == "*":
            return f"{label}, each of them"
        for of in self.lists(register):
            for own, record in self.records(register, of).items():
                if own.casefold() == name.casefold():
                    return f"Gate {own} {record.headline}" if of == "gates" else f"{label} “{record.headline}”"
        return f"{label} {name}"

    @property
    def currency(self) -> str:
        """The currency of the project's money."""
        return self.header("project", "currency") or "EUR"

    @cached_property
    def _parties(self) -> Mapping[str, str]:
        return {
            own.casefold(): record.headline for name in _PARTIES for own, record in self.records("people", name).items()
        }


class Paired(Struct, frozen=True):
    """The records of a list on both sides: the same ones, in the order of the new side, and those of one side only."""

    both: tuple[tuple[Written, Written], ...]
    gone: tuple[Written, ...]
    come: tuple[Written, ...]


def paired(was: Side, is_: Side, register: str, name: str) -> Paired:
    """Find the same records: ids are the same in upper and lower case, and a record that got another id is followed."""
    old = {own.casefold(): record for own, record in was.records(register, name).items()}
    new = {own.casefold(): record for own, record in is_.records(register, name).items()}
    before = {now: then for then, now in renames(_contents(old), _contents(new)).items()}
    both = [(old[before.get(key, key)], record) for key, record in new.items() if before.get(key, key) in old]
    kept = {id(record) for record, _ in both}
    return Paired(
        both=tuple(both),
        gone=tuple(record for record in old.values() if id(record) not in kept),
        come=tuple(record for key, record in new.items() if key not in old and key not in before),
    )


def _contents(records: Mapping[str, Written]) -> dict[str, YamlMap]:
    return {key: record.content for key, record in records.items()}


def is_records(value: object) -> bool:
    """Whether a value is a list of mappings with an id each."""
    return (
        isinstance(value, YamlList)
        and bool(value)
        and all(isinstance(item, YamlMap) and isinstance(item.get("id"), str) for item in value)
    )


def headline_of(content: YamlMap) -> str:
    """What a mapping calls itself, in one line."""
    found = next((content[name] for name in HEADLINES if isinstance(content.get(name), str)), "")
    return shorten(str(found), _LONGEST)


def text_of(content: Mapping[str, Any], *steps: str) -> str:
    """The text that is reached by these steps, empty where there is none."""
    value: Any = content
    for step in steps:
        value = value.get(step) if isinstance(value, Mapping) else None
    return value if isinstance(value, str) else ""


def day_of(text: str) -> date | None:
    """The day that a text says, None if it says none."""
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        return None


def number_of(text: str) -> float | None:
    """The number that a text says, None if it says none."""
    return float(text) if len(text) <= 2 * MAX_DIGITS and NUMBER.fullmatch(text) else None


def texts_of(value: object) -> Iterator[str]:
    """The texts of a list, or the one text."""
    for item in [value] if isinstance(value, str) else value if isinstance(value, list) else ():
        if isinstance(item, str):
            yield item
