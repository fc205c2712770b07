"""The one way from files to a `State`: contents, typed records, ids, references, findings."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from mkdocs_ecompm.load.beginning import beginning
from mkdocs_ecompm.load.contents import Parse, Read, load_contents, read_registers
from mkdocs_ecompm.load.files import Files
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.load.records import Typed, ids_of, typed
from mkdocs_ecompm.load.references import References
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.entry import Document
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.state import State

__all__ = ["load_contents", "load_state"]


def load_state(
    files: Files,
    documents: Mapping[str, type[Document]],
    *,
    commit: str | None = None,
    parse: Parse = read_yaml,
) -> State:
    """Read a project.

    Args:
        files: Where its files are.
        documents: The type of each register that there can be.
        commit: The commit that `files` shows, None for a working tree.
        parse: What reads one file; a cache may stand before `read_yaml`.

    Raises:
        FilesError: A file cannot be read.
    """
    with garbage_collection_paused():
        registers, findings = read_registers(files, documents, parse)
        begin = cache(lambda: beginning(read.content for read in registers))
        types = {read.name: typed(read.name, read.content, documents[read.name], begin) for read in registers}
        references = _references(registers, types, documents)
        for read in registers:
            findings.extend(_findings(read, types[read.name]))
            findings.extend(_of_references(read, types[read.name], references))
    return _state(commit, registers, types, documents, findings)


def _references(
    registers: list[Read], types: Mapping[str, Typed], documents: Mapping[str, type[Document]]
) -> References:
    asked = {read.name: types[read.name].complete and not read.holes for read in registers}
    references = References(tuple(documents), asked, _nameless(types))
    for read in registers:
        references.add(read.name, ids_of(read.content, documents[read.name]))
    return references


def _nameless(types: Mapping[str, Typed]) -> frozenset[str]:
    return frozenset(f"{register}.{name}" for register, found in types.items() for name in found.nameless)


def _findings(read: Read, types: Typed) -> list[Finding]:
    """What reading and typing found; where a part of the text is missing, a missing key may stand in it."""
    found = types.findings
    return [*read.findings, *(item for item in found if not read.holes or item.code != "missing-key")]


def _of_references(read: Read, types: Typed, references: References) -> list[Finding]:
    found = [fault for record in types.records for fault in references.check(record.entry, record.content)]
    if types.document is not None:
        found.extend(references.check(types.document, read.content))
    return found


def _state(
    commit: str | None,
    registers: list[Read],
    types: Mapping[str, Typed],
    documents: Mapping[str, type[Document]],
    findings: list[Finding],
) -> State:
    return State(
        commit=commit,
        contents={read.name: read.content for read in registers if read.at_fault is None},
        documents={name: found.document for name, found in types.items() if found.document is not None},
        records={name: tuple(found.records) for name, found in types.items()},
        known_ids={
            read.name: {own.casefold(): name for own, name, _ in ids_of(read.content, documents[read.name])}
            for read in registers
        },
        incomplete=frozenset(name for name, found in types.items() if found.nameless or not found.complete),
        unreadable={read.name: read.at_fault for read in registers if read.at_fault is not None},
        paths={read.name: read.paths for read in registers},
        findings=tuple(sorted(findings, key=_order)),
    )


def _order(item: Finding) -> tuple[Source, str, str]:
    return item.source or Source("", 0, 0), item.code, item.message
