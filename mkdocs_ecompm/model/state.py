"""The project as its files say it at one moment: contents, typed records and findings. No engine has run yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeVar

from msgspec import Struct, field

from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.entry import Document, Part, Record
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.references import references_of

P = TypeVar("P", bound=Part)
D = TypeVar("D", bound=Document)


class State(Struct, frozen=True, dict=True):
    """Everything that was read. `contents` has a register only if all of it could be read."""

    commit: str | None = None
    contents: Mapping[str, YamlMap] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    records: Mapping[str, tuple[Record[Part], ...]] = field(default_factory=dict)
    known_ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Per register, casefolded id -> the name of its list: those of broken records too: they exist."""
    incomplete: frozenset[str] = frozenset()
    """Registers in which a record has no id that can be read: a reference to nothing may mean that one."""
    unreadable: Mapping[str, str] = field(default_factory=dict)
    """Registers that exist but cannot be read, with the path of the file at fault."""
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The files of each register, in reading order."""
    findings: tuple[Finding, ...] = ()

    def has(self, register: str) -> bool:
        """Whether the project has this register, readable or not."""
        return register in self.contents or register in self.unreadable

    def of(self, kind: type[P]) -> tuple[Record[P], ...]:
        """All records of a type, in reading order."""
        return self._by_kind.get(kind, ())  # type: ignore[return-value]  # the index is by type

    def header(self, kind: type[D]) -> D | None:
        """The header of the register whose document type this is."""
        for document in self.documents.values():
            if isinstance(document, kind):
                return document
        return None

    def lookup(self, ref: str) -> tuple[Record[Part], ...]:
        """Every record that a reference can mean: `raci/delivery` at most one, a bare id perhaps several."""
        if not ref.isascii():  # folding turns some other letters into these: no id has them
            return ()
        register, slash, name = ref.partition("/")
        found = self._by_id.get((name if slash else ref).casefold(), ())
        return tuple(record for record in found if record.register == register) if slash else found

    def find(self, ref: str) -> Record[Part] | None:
        """The one record that a reference means, or None if there is none or more than one."""
        found = self.lookup(ref)
        return found[0] if len(found) == 1 else None

    def party(self, ref: str) -> Record[Part] | None:
        """The person, role, department or organisation of this id."""
        return self.find(f"people/{ref}")

    def name(self, ref: str) -> str:
        """What a reader calls the record that `ref` means; the reference itself if there is none."""
        if ref not in self._names:
            record = self.party(ref) or self.find(ref)
            self._names[ref] = record.headline if record else ref
        return self._names[ref]

    def all(self) -> Iterable[Record[Part]]:
        """Every record, register by register."""
        for records in self.records.values():
            yield from records

    def referrers(self, ref: str) -> tuple[Record[Part], ...]:
        """The records that name this one in a reference field."""
        record = self.find(ref)
        return self._referrers.get(record.ref.casefold(), ()) if record else ()

    @cached_property
    def _names(self) -> dict[str, str]:
        """What `name` has found: a site names the same few people thousands of times."""
        return {}

    @cached_property
    def _by_kind(self) -> dict[type, tuple[Record[Part], ...]]:
        kinds: dict[type, list[Record[Part]]] = {}
        for record in self.all():
            kinds.setdefault(type(record.entry), []).append(record)
        return {kind: tuple(records) for kind, records in kinds.items()}

    @cached_property
    def _by_id(self) -> dict[str, tuple[Record[Part], ...]]:
        ids: dict[str, list[Record[Part]]] = {}
        for record in self.all():
            if record.id:
                ids.setdefault(record.id.casefold(), []).append(record)
        return {key: tuple(records) for key, records in ids.items()}

    @cached_property
    def _referrers(self) -> dict[str, tuple[Record[Part], ...]]:
        found: dict[str, dict[int, Record[Part]]] = {}
        for record in self.all():
            for reference in references_of(record.entry):
                for target in self.lookup(reference.value):
                    if target is not record:
                        found.setdefault(target.ref.casefold(), {})[id(record)] = record
        return {key: tuple(records.values()) for key, records in found.items()}
