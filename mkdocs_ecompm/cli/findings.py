"""Findings for a terminal, for a pull request's annotations and for code-scanning tools."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from textwrap import indent
from typing import Any, Final
from urllib.parse import quote

from mkdocs_ecompm import __version__
from mkdocs_ecompm.model.catalogue import CATALOGUE
from mkdocs_ecompm.model.finding import Finding, Severity

ANNOTATIONS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}
SARIF_LEVELS: Final[Mapping[Severity, str]] = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def where(item: Finding) -> str:
    """The place of a finding: in a file, in a commit, or nowhere in particular."""
    if item.source is not None:
        return f"{item.source}: "
    return f"commit {item.commit[:12]}: " if item.commit else ""


def to_text(item: Finding) -> str:
    """The finding in one line, its hint in lines of its own below."""
    line = f"{where(item)}{item.severity.value}: {item.message} [{item.code}]"
    return f"{line}\n{indent(item.hint, '    ')}" if item.hint else line


def summary(found: Sequence[Finding]) -> str:
    """How many there are of each severity, in words."""
    counted = Counter(item.severity for item in found)
    names = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
    parts = [f"{counted[key]} {name}{'' if counted[key] == 1 else 's'}" for key, name in names.items() if counted[key]]
    return ", ".join(parts) or "No findings."


def to_annotation(item: Finding) -> str:
    """A workflow command that GitHub (and Forgejo) shows beside the line in a pull request."""
    fields = {"title": item.code}
    if item.source is not None:
        fields = {"file": item.source.path, "line": str(item.source.line), "col": str(item.source.column), **fields}
    properties = ",".join(f"{name}={_escape(value, ',:')}" for name, value in fields.items())
    message = f"{item.message}\n{item.hint}" if item.hint else item.message
    if item.commit:
        message = f"commit {item.commit}: {message}"
    return f"::{ANNOTATIONS[item.severity]} {properties}::{_escape(message)}"


def _escape(text: str, also: str = "") -> str:
    """As GitHub's own toolkit escapes: otherwise a text could end the command and begin another."""
    for character in "%\r\n" + also:
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def to_sarif(found: Sequence[Finding]) -> dict[str, Any]:
    """A SARIF 2.1.0 log with one run."""
    codes = sorted({item.code for item in found})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": CATALOGUE[code].meaning},
            "defaultConfiguration": {"level": SARIF_LEVELS[CATALOGUE[code].severity]},
            "properties": {"about": CATALOGUE[code].about.value},
        }
        for code in codes
    ]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "ecompm", "semanticVersion": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": [_result(item, codes.index(item.code)) for item in found],
            }
        ],
    }


def _result(item: Finding, rule: int) -> dict[str, Any]:
    text = f"{item.message}\n{item.hint}" if item.hint else item.message
    result: dict[str, Any] = {
        "ruleId": item.code,
        "ruleIndex": rule,
        "level": SARIF_LEVELS[item.severity],
        "message": {"text": text},
    }
    if item.source is not None:
        place = {
            "artifactLocation": {"uri": quote(item.source.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": item.source.line, "startColumn": item.source.column},
        }
        result["locations"] = [{"physicalLocation": place}]
    if item.commit:
        result["properties"] = {"commit": item.commit}
    return result
