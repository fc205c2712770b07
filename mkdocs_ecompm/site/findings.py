"""Everything that was found: mistakes in the text first, then how the project stands."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.catalogue import CATALOGUE, is_text
from mkdocs_ecompm.model.finding import Finding, Severity
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View


class Kind(Struct, frozen=True):
    """All findings of one code, with what the code means."""

    code: str
    meaning: str
    findings: tuple[Finding, ...]


class Group(Struct, frozen=True):
    """One part of the page: errors, doubts, or conditions of the project."""

    anchor: str
    title: str
    tone: str
    sign: str
    explanation: str
    kinds: tuple[Kind, ...]


class FindingsView(Struct, frozen=True):
    """Context of `pages/findings`. Groups without findings are left out."""

    sentence: Sentence
    groups: tuple[Group, ...]


def views(project: Project) -> Iterable[View]:
    """The page of all findings."""
    text = [item for item in project.findings if is_text(item)]
    errors = [item for item in text if item.severity is Severity.ERROR]
    doubts = [item for item in text if item.severity is not Severity.ERROR]
    conditions = [item for item in project.findings if not is_text(item)]
    parts = (
        (
            "errors",
            "To be corrected",
            "broken",
            "✗",
            "Mistakes in the files. A check fails until they are gone.",
            errors,
        ),
        ("doubts", "To be looked at", "waits", "?", "Written correctly, but probably not what is meant.", doubts),
        ("conditions", "How the project stands", "calm", "→", "True, and nobody's typing mistake.", conditions),
    )
    groups = tuple(
        Group(anchor, title, tone, sign, explanation, _kinds(found))
        for anchor, title, tone, sign, explanation, found in parts
        if found
    )
    yield View(
        path="findings",
        title="Findings",
        template="findings",
        section="Log",
        context=FindingsView(_sentence(len(errors), len(doubts), len(conditions)), groups),
        headings=tuple(Heading(group.anchor, group.title) for group in groups),
    )


def _kinds(findings: Iterable[Finding]) -> tuple[Kind, ...]:
    by_code: dict[str, list[Finding]] = {}
    for item in findings:
        by_code.setdefault(item.code, []).append(item)
    return tuple(Kind(code, CATALOGUE[code].meaning, tuple(found)) for code, found in by_code.items())


def _sentence(errors: int, doubts: int, conditions: int) -> Sentence:
    standing = ""
    if conditions:
        standing = f"{language.capital(language.count(conditions, 'thing'))} about the project needs attention."
        if conditions > 1:
            standing = standing.replace("needs", "need")
    if not errors and not doubts:
        return Sentence("Nothing in the files is wrong.", standing)
    parts = [
        *([language.count(errors, "mistake")] if errors else []),
        *([language.count(doubts, "doubt")] if doubts else []),
    ]
    one = errors + doubts == 1
    return Sentence(f"{language.capital(language.listing(parts))} in the files {'waits' if one else 'wait'}.", standing)
