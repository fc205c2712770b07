"""A finding: one thing that somebody should know, at a place, in one sentence. Collected, never raised."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    """How much a finding matters, the worst first."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class About(StrEnum):
    """What a finding speaks of: what somebody typed, or how the project stands (true, and not a mistake)."""

    TEXT = "text"
    PROJECT = "project"


class Source(Struct, frozen=True, order=True):
    """A place in a file: path relative to the repository (or to the project's parent), line and column from 1."""

    path: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


class Finding(Struct, frozen=True):
    """One finding. `code` is a key of `model.catalogue.CATALOGUE`, which also says what it is about.

    A finding about a commit has no source; it carries the full id of the commit.
    """

    code: str
    severity: Severity
    message: str
    source: Source | None = None
    hint: str = ""
    commit: str | None = None
