"""The contents of registers without their types: the files of each one read and put together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from mkdocs_ecompm.load.files import Files
from mkdocs_ecompm.load.layout import Layout, layout
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.load.yaml_reader import Parsed, read_yaml
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.finding import Finding, Source

Parse: TypeAlias = Callable[[str, bytes], Parsed]
"""What reads one file: `read_yaml`, or a cache before it."""


@dataclass(slots=True)
class Read:
    """One register as its files say it, whether or not all of them can be accepted."""

    name: str
    paths: tuple[str, ...]
    content: YamlMap
    at_fault: str | None = None
    """The file because of which the register as a whole cannot be accepted."""
    holes: bool = False
    """Something that was written could not be read, so what seems missing may be there."""
    findings: list[Finding] = field(default_factory=list)


def load_contents(
    files: Files, names: Collection[str], parse: Parse = read_yaml
) -> tuple[dict[str, YamlMap], dict[str, str]]:
    """The contents of those of `names` that can be read, and for the others that exist the path of the file at fault.

    Raises:
        FilesError: A file cannot be read.
    """
    registers, _ = read_registers(files, names, parse)
    contents = {read.name: read.content for read in registers if read.at_fault is None}
    return contents, {read.name: read.at_fault for read in registers if read.at_fault is not None}


def read_registers(files: Files, names: Collection[str], parse: Parse = read_yaml) -> tuple[list[Read], list[Finding]]:
    """Every register of the project that is in `names`, in their order, and the findings about files of none.

    Raises:
        FilesError: A file cannot be read.
    """
    found = layout(files, names)
    with garbage_collection_paused():
        registers = [_read(name, found, files, parse) for name in names if name in found.files or name in found.broken]
    return registers, found.findings


def _read(name: str, found: Layout, files: Files, parse: Parse) -> Read:
    paths = tuple(files.prefix + path for path in found.files.get(name, ()))
    parsed = [parse(files.prefix + path, files.read(path)) for path in found.files.get(name, ())]
    broken = found.broken.get(name)
    read = Read(name, paths, YamlMap(paths[0] if paths else broken or ""), broken, holes=broken is not None)
    contents = []
    for path, file in zip(paths, parsed, strict=True):
        content = file.content if file.content is not None else file.partial
        read.findings.extend(file.findings)
        read.holes = read.holes or file.holes or content is None
        if file.content is None:
            read.at_fault = read.at_fault or path
        if content is not None:
            contents.append(content)
    if len(contents) == 1:
        read.content = contents[0]
    elif contents:
        _put_together(read, contents)
    if broken is None:
        _refuse(read, repeated_ids(read.content))
    return read


def _refuse(read: Read, findings: Iterator[Finding]) -> None:
    for item in findings:
        read.findings.append(item)
        if read.at_fault is None and item.source is not None:
            read.at_fault = item.source.path


def _put_together(read: Read, contents: list[YamlMap]) -> None:
    """Concatenate lists in the order of the files; any other key may stand in one file only."""
    whole = read.content
    for content in contents:
        for key in content.marks:
            value, here = content.get(key), content.at(key)
            have = whole.get(key)
            if value is None:
                whole.empty.append(key)
            elif have is None:
                whole[key] = _copy(value) if isinstance(value, YamlList) else value
            elif isinstance(value, YamlList) and isinstance(have, YamlList):
                _extend(have, value)
            else:
                _refuse(read, _second_header(key, whole.at(key), here))
                continue
            if key not in whole.marks or (have is None and value is not None):
                whole.marks[key] = here


def _copy(items: YamlList) -> YamlList:
    copy = YamlList(items.path, items.line, items.column)
    _extend(copy, items)
    return copy


def _extend(have: YamlList, more: YamlList) -> None:
    have.extend(more)
    have.marks.extend(more.at(index) for index in range(len(more)))


def _second_header(key: str, first: Source, second: Source) -> Iterator[Finding]:
    message = f"the header key `{key}` stands in two files of the register"
    yield finding("duplicate-register", message, second, hint=f"the first is at {first}; keep one of them")


def repeated_ids(content: YamlMap) -> Iterator[Finding]:
    """A finding for every record whose id another record of the register has before it, in whatever list."""
    seen: dict[str, YamlMap] = {}
    for records in content.values():
        if not isinstance(records, YamlList):
            continue
        for record in records:
            name = record.get("id") if isinstance(record, YamlMap) else None
            if not isinstance(name, str) or not isinstance(record, YamlMap):
                continue
            first = seen.get(name.casefold())
            if first is None:
                seen[name.casefold()] = record
            else:  # the same object twice is a record that stands there twice
                hint = f"the first is at {first.at('id')}; ids are never used twice"
                yield finding("duplicate-id", f"the id `{name}` is taken", record.at("id"), hint=hint)
