"""The project's pages as MkDocs sees them: files with front matter only, their navigation, their tables of contents."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import AnchorLink, TableOfContents
from mkdocs.utils import get_relative_url, nest_paths
from msgspec import Struct, field
from msgspec.structs import replace

from mkdocs_ecompm.model.register import Heading
from mkdocs_ecompm.registers.project import ProjectDocument
from mkdocs_ecompm.site.pages import Site


class Places(Struct, frozen=True):
    """Where the pages of a project are. A page written by hand holds the place of a generated one.

    Attributes:
        files: The file of each page, by its path in the project's site (`risks`).
        generated: That path, by the source of each file that was generated.
        calendars: The calendar files, by theirs.
    """

    files: Mapping[str, File]
    generated: Mapping[str, str]
    calendars: Mapping[str, File] = field(default_factory=dict)

    def url(self, path: str, page: Page) -> str | None:
        """The address of a project page, seen from another page; None if the site has no such page."""
        file = self.files.get(path or "index") or self.calendars.get(path)
        return None if file is None else get_relative_url(file.url, page.url)


def add_pages(site: Site, files: Files, config: MkDocsConfig, folder: str, *, in_nav: bool) -> Places:
    """Add a file for each view. Where the user states a `nav` (not `in_nav`), none of them is missed in it."""
    language = _language_folder(config)
    by_hand = {file.dest_uri: file for file in files}
    places: dict[str, File] = {}
    generated: dict[str, str] = {}
    for path, view in site.views.items():
        inclusion = InclusionLevel.UNDEFINED if in_nav and not view.parent else InclusionLevel.NOT_IN_NAV
        # Themes print titles as they are, so they arrive escaped.
        matter = f"---\ntitle: {json.dumps(escape(view.title), ensure_ascii=False)}\n---\n"
        file = File.generated(config, posixpath.join(folder, f"{path}.md"), content=matter, inclusion=inclusion)
        file.dest_uri = posixpath.join(language, file.dest_uri)
        places[path] = by_hand.get(file.dest_uri, file)
        if file.dest_uri not in by_hand:
            files.append(file)
            generated[file.src_uri] = path
    return Places(places, generated)


def add_calendars(site: Site, places: Places, files: Files, config: MkDocsConfig, folder: str) -> Places:
    """Add the calendars beside their pages; one that is there already keeps its place."""
    there = {file.dest_uri: file for file in files}
    found: dict[str, File] = {}

    def url_of(place: str) -> str | None:
        page, anchor, name = place.partition("#")
        file = places.files.get(page)
        return urljoin(config.site_url, file.url) + anchor + name if config.site_url and file else None

    for path, content in site.calendars(url_of).items():
        file = File.generated(config, posixpath.join(folder, path), content=content)
        file.dest_uri = posixpath.join(_language_folder(config), file.dest_uri)
        found[path] = there.get(file.dest_uri, file)
        if file.dest_uri not in there:
            files.append(file)
    return replace(places, calendars=found)


def navigation(site: Site, places: Places, files: Files, folder: str) -> list[Any]:
    """The site map's sections; of what is written by hand, the index stands before them and the rest after them."""
    sections: dict[str, list[str]] = {}
    for path, view in site.views.items():
        if not view.parent:
            sections.setdefault(escape(view.section), []).append(places.files[path].src_uri)
    mapped: list[Any] = [{section: uris} for section, uris in sections.items()]
    if folder:
        document = site.project.state.header(ProjectDocument)
        mapped = [{escape(document.name if document else folder): mapped}]
    ours = {file.src_uri for file in places.files.values()}
    shown = [file for file in files.documentation_pages() if file.inclusion is not InclusionLevel.NOT_IN_NAV]
    by_hand = sorted((file.src_uri for file in shown if file.src_uri not in ours), key=_index_first)
    written = nest_paths(by_hand)  # type: ignore[no-untyped-call]
    first = [item for item in written if item in ("index.md", "README.md")]
    return [*first, *mapped, *(item for item in written if item not in first)]


def contents(headings: Iterable[Heading]) -> TableOfContents:
    """The table of contents: headings of level 3 below the one of level 2 before them. Themes print titles raw."""
    top: list[AnchorLink] = []
    for heading in headings:
        link = AnchorLink(escape(heading.title), heading.anchor, heading.level)
        (top[-1].children if heading.level > 2 and top else top).append(link)
    return TableOfContents(top)


def _language_folder(config: MkDocsConfig) -> str:
    """The folder of the language that static-i18n builds just now; empty for the default one, and without it."""
    i18n: Any = config.plugins.get("i18n")
    return "" if i18n is None or i18n.is_default_language_build else i18n.current_language


def _index_first(uri: str) -> tuple[str, bool, str]:
    folder, name = posixpath.split(uri)
    return folder, posixpath.splitext(name)[0] not in ("index", "README"), name
