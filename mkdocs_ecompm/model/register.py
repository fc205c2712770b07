"""What a register module gives to the house, and what a page is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Final

from msgspec import Struct, field

from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Document
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.project import Project

_TAKEN: Final = frozenset({"index", "index.html", "readme"})
"""Names that a folder's own page has, in some spelling, on every way of building a site."""


def page_step(name: str) -> str:
    """An id as the last step of a page's path; no id begins with a dash, so one that is taken gets one."""
    fold = name.casefold()
    return f"-{name}" if fold in _TAKEN or fold.endswith(".ics") else name  # a person's page has a calendar beside it


class Heading(Struct, frozen=True):
    """An entry of a page's table of contents: its anchor, its plain text, and how deep it is (2 or 3)."""

    anchor: str
    title: str
    level: int = 2


class View(Struct, frozen=True):
    """A page: its path in the site (`risks`), its template, and the context that the template reads.

    `headings` is its table of contents, `anchors` further ids that others may link to. `section` is the part of
    the site map it belongs to, `parent` the page above it (one person below People), empty for a page in the
    navigation itself.
    """

    path: str
    title: str
    template: str
    section: str
    context: object
    source: Source | None = None
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    parent: str = ""


class Said(Struct, frozen=True):
    """One value that a version of a register says, for `model.history.Series`.

    An empty `value` is one that stands there and cannot be read: the series keeps the one before it.
    """

    kind: str
    ref: str
    name: str
    value: str


def lazily(module: str) -> Callable[[Project], Iterable[View]]:
    """The function `views` of a module, which is imported when it is called: most commands make no page."""

    def views(project: Project) -> Iterable[View]:
        found: Iterable[View] = import_module(module).views(project)
        return found

    return views


def nothing_said(_content: YamlMap) -> Iterable[Said]:
    """The series of a register that has none."""
    return ()


def nothing(_project: Project) -> Iterable[object]:
    """What a register gives that has no views, checks or duties."""
    return ()


class Register(Struct, frozen=True, kw_only=True):
    """One register: its name (file stem, template, URL, CSS class), its schema, and what it adds to the house.

    `tracking` lists the fields that are no part of the agreement, as dotted paths through lists (`actions.done`
    below the list `risks` is `risks.actions.done`).
    """

    name: str
    document: type[Document]
    views: Callable[[Project], Iterable[View]] = nothing  # type: ignore[assignment]  # an empty iterable is of any type
    check: Callable[[Project], Iterable[Finding]] = nothing  # type: ignore[assignment]
    duties: Callable[[Project], Iterable[Duty]] = nothing  # type: ignore[assignment]
    tracking: frozenset[str] = field(default_factory=frozenset)
    series: Callable[[YamlMap], Iterable[Said]] = nothing_said
    """What a version of this register says that is worth following over time; untyped, for old files fit no schema."""
    by_record: bool = False
    """Whether `series` says of a record (by its own reference) the same whatever the other records are."""
