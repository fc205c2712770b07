"""Whether what is referred to exists, and what was probably meant if it does not."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from msgspec import Struct
from pydantic import BaseModel

from mkdocs_ecompm.load.faults import corrected
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.entry import HEADLINES
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.identifiers import RefTo
from mkdocs_ecompm.model.references import Reference, references_of
from mkdocs_ecompm.model.words import MAX_WORD, did_you_mean, shorten

COMPARISONS: Final = 50_000
"""Ids that are compared for hints in one project, about a second's work; later findings go without a hint."""

MAX_NAMESAKES: Final = 100
"""Records of one name that are looked at; so many of them cannot be told apart anyway."""


class Known(Struct, frozen=True):
    """A record that exists: its register and list (`people.roles`), its id as written, what a reader calls it."""

    register: str
    list: str
    id: str
    name: str


@dataclass(slots=True)
class References:
    """Every id of the project, and the check of what refers to them.

    `registers` says of each register that exists whether all of its ids could be read. One that does not exist, or
    whose ids are not all known, is not asked; nor is one of the lists in `nameless`, where a record lacks its id.
    """

    documents: Collection[str]
    registers: Mapping[str, bool]
    nameless: Collection[str] = ()
    by_id: dict[str, list[Known]] = field(default_factory=dict)
    by_list: dict[str, list[Known]] = field(default_factory=dict)
    _good: set[tuple[RefTo, str]] = field(default_factory=set)
    _names: dict[tuple[str, ...], list[Known]] = field(default_factory=dict)
    _left: int = COMPARISONS

    def add(self, register: str, ids: Iterable[tuple[str, str, YamlMap]]) -> None:
        """Make the ids of a register known."""
        for own, name, content in ids:
            known = Known(register, f"{register}.{name}", own, _headline(content))
            self.by_id.setdefault(own.casefold(), []).append(known)
            self.by_list.setdefault(known.list, []).append(known)

    def check(self, part: BaseModel, content: YamlMap) -> Iterator[Finding]:
        """A finding for every reference of `part` that leads nowhere, or to several records."""
        good = self._good
        for reference in references_of(part):
            asked = (reference.to, reference.value)
            if asked in good:
                continue
            fault = self._fault(reference, content)
            if fault is None:
                good.add(asked)
            else:
                yield fault

    def _fault(self, reference: Reference, content: YamlMap) -> Finding | None:
        to = reference.to
        found = self._meant(reference.value)
        wanted = [known for known in found if known.list in to.targets] if to.targets else found
        if wanted:
            return _ambiguous(reference, wanted, content)
        if not to.targets:
            return self._any_fault(reference, content)
        asked = {target.partition(".")[0] for target in to.targets} & self.registers.keys()
        if not asked or not all(self.registers[register] for register in asked):
            return None
        if any(target in self.nameless for target in to.targets):
            return None
        source = content.at(*reference.steps)
        elsewhere = next((known for known in found if known.register in asked), None)
        if elsewhere is not None:
            article = "an" if to.what[0] in "aeiou" else "a"
            message = f"must be {article} {to.what}; `{elsewhere.id}` is one of the {elsewhere.list.partition('.')[2]}"
            return finding("unknown-reference", f"{_field(reference)} {message}", source)
        return self._unknown(reference, to.targets, source)

    def _any_fault(self, reference: Reference, content: YamlMap) -> Finding | None:
        source = content.at(*reference.steps)
        register, slash, _ = reference.value.partition("/")
        if slash and register not in self.documents:
            hint = did_you_mean(register, self.documents)
            message = f"{_field(reference)}: there is no register `{shorten(register)}`"
            return finding("unknown-reference", message, source, hint=hint)
        asked = (register,) if slash else (*self.registers, *reference.to.beside)
        if not all(self.registers.get(name, False) for name in asked):
            return None
        if any(not slash or name.startswith(f"{register}.") for name in self.nameless):
            return None
        lists = [name for name in self.by_list if not slash or name.startswith(f"{register}.")]
        return self._unknown(reference, lists, source)

    def _meant(self, value: str) -> list[Known]:
        if not value.isascii():  # folding turns some other letters into these: no id has them
            return []
        register, slash, name = value.partition("/")
        found = self.by_id.get((name if slash else value).casefold(), [])
        return [known for known in found if known.register == register] if slash else found

    def _unknown(self, reference: Reference, lists: Collection[str], source: Source) -> Finding:
        """The finding for a reference to nothing; the hint names the record that was probably meant."""
        value = reference.value
        hint = ""
        named = self._named(value, lists)
        if named is None and self._left > 0:
            candidates = [known for name in lists for known in self.by_list.get(name, ())]
            self._left -= len(candidates) + 1
            named = _nearly_named(value, candidates)
            hint = did_you_mean(value, _spellings(value, candidates))
        if named is not None:
            message = f"{_field(reference)} must be an id, got the name `{shorten(value)}`"
            return finding("name-for-id", message, source, hint=corrected(reference.steps, named.id))
        message = f"{_field(reference)}: there is no {reference.to.what} `{shorten(value)}`"
        return finding("unknown-reference", message, source, hint=hint)

    def _named(self, value: str, lists: Collection[str]) -> Known | None:
        """The one record that is called so, by its whole name or by a word of it that no other has."""
        if not self._names:
            for known in (known for several in self.by_list.values() for known in several):
                name = fold(known.name)
                self._names.setdefault((name,), []).append(known)
                for word in name.split():
                    self._names.setdefault(("word of", word), []).append(known)
        folded = fold(value)
        for key in ((folded,), ("word of", folded)):
            found = [known for known in self._names.get(key, [])[:MAX_NAMESAKES] if known.list in lists]
            if found:
                return found[0] if len(found) == 1 else None
        return None


def _ambiguous(reference: Reference, found: list[Known], content: YamlMap) -> Finding | None:
    registers = {known.register: known.id for known in found}
    if len(registers) == 1:
        return None
    ways = ", ".join(f"`{register}/{own}`" for register, own in sorted(registers.items()))
    message = f"{_field(reference)}: `{reference.value}` is the id of {len(registers)} records"
    return finding("ambiguous-reference", message, content.at(*reference.steps), hint=f"write one of {ways}")


def _field(reference: Reference) -> str:
    return next(step for step in reversed(reference.steps) if isinstance(step, str))


def _spellings(value: str, candidates: list[Known]) -> list[str]:
    return [f"{known.register}/{known.id}" if "/" in value else known.id for known in candidates]


def _headline(content: YamlMap) -> str:
    for key in HEADLINES:
        value = content.get(key)
        if isinstance(value, str):
            return value
    return ""


def _nearly_named(value: str, candidates: list[Known]) -> Known | None:
    """The one candidate whose name is nearly this; ids have no blanks, so a text with one is meant as a name."""
    folded = fold(value)
    if " " not in folded or len(folded) > MAX_WORD:
        return None
    names: dict[str, list[Known]] = {}
    for known in candidates:
        names.setdefault(fold(known.name), []).append(known)
    near = get_close_matches(folded, names, n=1, cutoff=0.8)
    return names[near[0]][0] if near and len(names[near[0]]) == 1 else None


def fold(name: str) -> str:
    """A name without case, accents and the two ways to write an umlaut."""
    text = name.casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        text = text.replace(umlaut, letters)
    bare = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return " ".join(bare.replace(",", " ").split())
