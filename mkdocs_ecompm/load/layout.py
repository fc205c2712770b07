"""Which files make which register: `risks.yml`, or every `*.yml` below the folder `risks`."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from typing import Final

from msgspec import Struct, field

from mkdocs_ecompm.load.files import Files, Listed
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.words import did_you_mean

RESERVED: Final = frozenset({"evidence", "keys", "templates"})
"""Folders of a project that hold no registers."""


class Layout(Struct, frozen=True):
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
    is_yaml = suffix.lower() in (".yml", ".yaml")
    if entry.kind != "link" and (not is_yaml or (below and top in RESERVED)):
        return
    fault = _fault(entry, stem, suffix)
    if fault is None:
        found.files.setdefault(name, []).append(entry.path)
        return
    code, message, hint = fault
    source = Source(prefix + _shown(entry.path), 1, 1)
    found.findings.append(finding(code, f"{_shown(entry.path)} {message}", source, hint=hint))
    if name in names:
        found.broken.setdefault(name, source.path)


def _fault(entry: Listed, stem: str, suffix: str) -> tuple[str, str, str] | None:
    """Code, message and hint for a file that cannot be a part of a register."""
    if entry.kind != "file":
        what = "a symbolic link" if entry.kind == "link" else "no ordinary file"
        return "path-outside-project", f"is {what}", "put the file itself into the project folder"
    if not entry.path.isprintable():
        return "yaml-encoding", "has a name with characters that cannot be seen", "rename it"
    if suffix != ".yml":
        hint = f"rename it to {posixpath.basename(stem)}.yml"
        return "unknown-register", "is not read: the name of a register's file ends with .yml", hint
    return None


def _shown(path: str) -> str:
    """A path that may stand in a message: a name can hold what a terminal would obey."""
    return "".join(char if char.isprintable() else "\ufffd" for char in path)


def _unknown(found: Layout, prefix: str, names: Collection[str]) -> Iterator[Finding]:
    for name, paths in list(found.files.items()):
        if name in names:
            continue
        del found.files[name]
        hint = did_you_mean(name, names) or "registers are " + ", ".join(sorted(names))
        message = f"there is no register {name}"
        yield finding("unknown-register", message, Source(prefix + paths[0], 1, 1), hint=hint)
