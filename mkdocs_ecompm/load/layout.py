"""Which files make which register: `risks.yml`, or every `*.yml` below the folder `risks`."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Final

from mkdocs_ecompm.load.files import Files, Listed
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.fields import did_you_mean
from mkdocs_ecompm.model.finding import Finding, Source

RESERVED: Final = frozenset({"evidence", "keys", "templates"})
"""Folders of a project that hold no registers."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The files of a project by register, in the order in which they are read."""

    files: dict[str, list[str]] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    """Registers that cannot be read whatever their files say, with the path at fault."""
    findings: list[Finding] = field(default_factory=list)


def layout(files: Files, names: Collection[str]) -> Layout:
    """Sort a project's files into registers; whatever belongs to none of `names` is a finding."""
    found = Layout()
    for entry in sorted(files.listing(), key=lambda entry: entry.path):
        if not any(step.startswith(".") for step in entry.path.split("/")):
            _place(found, entry, files.prefix, names)
    for name, paths in found.files.items():
        if paths[0] == f"{name}.yml" and len(paths) > 1:
            source = Source(files.prefix + paths[0], 1, 1)
            message = f"the register {name} is a file, {name}.yml, and a folder, {name}/"
            hint = "move everything into the one or the other"
            found.findings.append(finding("duplicate-register", message, source, hint=hint))
            found.broken.setdefault(name, files.prefix + paths[0])
    found.findings.extend(_unknown(found, files.prefix, names))
    return found


def _place(found: Layout, entry: Listed, prefix: str, names: Collection[str]) -> None:
    top, _, below = entry.path.partition("/")
    stem, suffix = posixpath.splitext(entry.path)
    name = top if below else stem
    source = Source(prefix + entry.path, 1, 1)
    is_yaml = suffix.lower() in (".yml", ".yaml")
    if entry.kind == "link" or (entry.kind == "other" and is_yaml):
        what = "a symbolic link" if entry.kind == "link" else "no ordinary file"
        hint = "put the file itself into the project folder"
        found.findings.append(finding("path-outside-project", f"{entry.path} is {what}", source, hint=hint))
        if name in names:
            found.broken.setdefault(name, source.path)
    elif entry.kind != "file" or not is_yaml or (below and top in RESERVED):
        return
    elif suffix == ".yml":
        found.files.setdefault(name, []).append(entry.path)
    else:
        message = f"{entry.path} is not read: the name of a register's file ends with .yml"
        hint = f"rename it to {posixpath.basename(stem)}.yml"
        found.findings.append(finding("unknown-register", message, source, hint=hint))
        if name in names:
            found.broken.setdefault(name, source.path)


def _unknown(found: Layout, prefix: str, names: Collection[str]) -> Iterator[Finding]:
    for name, paths in list(found.files.items()):
        if name in names:
            continue
        del found.files[name]
        hint = did_you_mean(name, names) or "registers are " + ", ".join(sorted(names))
        message = f"there is no register {name}"
        yield finding("unknown-register", message, Source(prefix + paths[0], 1, 1), hint=hint)
