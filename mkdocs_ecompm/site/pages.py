"""The site: which pages a project has, in which order, and each as one HTML document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from msgspec import Struct, field

from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers import REGISTERS
from mkdocs_ecompm.site import agreement, findings, gates, history, overview, person, signoffs, this_week, trust
from mkdocs_ecompm.site.calendar import UrlOf, feeds
from mkdocs_ecompm.site.exclusion import without
from mkdocs_ecompm.site.incomplete import as_known, honest
from mkdocs_ecompm.site.renderer import Renderer

SITE_MAP: Final[Mapping[str, tuple[str, ...]]] = {
    "Today": ("index", "this-week"),
    "Agreements": ("charter", "raci", "obligations", "signoffs", "gates", "trust"),
    "Plan": ("timeline", "history"),
    "Money & risk": ("budget", "kpis", "risks"),
    "Partners": ("people",),
    "Log": ("findings",),
}
"""The sections and the order of the pages in them. A page whose register is absent is not made."""

NOT_EXCLUDABLE: Final = frozenset({"index", "findings"})


class SiteOptions(Struct, frozen=True):
    """What the one who builds a site may choose.

    Attributes:
        exclude: Registers that the site shows nothing of, or `this-week`.
        templates: The folder with the project's own templates, or None.
        cache: A folder for compiled templates, or None for no cache.
        edit_url: The forge's address for editing a file, with `{path}` and `{line}`; empty if there is none.
        commit_url: The forge's address of a commit, with `{commit}`; empty if there is none.
        calendars: Whether the site has the calendars of `site.calendar`, so that pages lead to them.
    """

    exclude: frozenset[str] = frozenset()
    templates: Path | None = None
    cache: Path | None = None
    edit_url: str = ""
    commit_url: str = ""
    calendars: bool = False


class Page(Struct, frozen=True):
    """One page. Links inside `html` are `ecompm:` links; `links.resolve` leads them to their pages.

    `path` has no ending and no leading slash (`index`, `risks`, `people/mia`). `headings` is its table of contents,
    `anchors` every further id that a link may name. A page with a `parent` belongs below that page, not in the
    navigation (`in_nav`). `search` says whether a search index should hold it. A `wide` page wants the room of the
    table of contents for itself; its headings still lead there.
    """

    path: str
    title: str
    section: str
    html: str
    headings: tuple[Heading, ...] = ()
    anchors: tuple[str, ...] = ()
    source: Source | None = None
    in_nav: bool = True
    parent: str = ""
    search: bool = True
    wide: bool = True


class Site(Struct, frozen=True, dict=True):
    """The pages and parts of one project. Views are made once, pages when asked for."""

    project: Project
    options: SiteOptions = field(default_factory=SiteOptions)

    @cached_property
    def shown(self) -> Project:
        """The project without the registers that this site leaves out, and nothing late that cannot be checked."""
        return as_known(without(self.project, self._excluded))

    @cached_property
    def views(self) -> Mapping[str, View]:
        """Every view by its path, in the order of the site map."""
        made = (view for view in self._all_views() if view.path.split("/")[0] not in self._excluded)
        found = [honest(self.shown, view) for view in made]
        return {view.path: view for view in sorted(found, key=_place)}

    @cached_property
    def renderer(self) -> Renderer:
        """The templates with everything that they may call."""
        options = self.options
        return Renderer(
            self.shown,
            user_templates=options.templates,
            cache_folder=options.cache,
            edit_url=options.edit_url,
            commit_url=options.commit_url,
            calendars=options.calendars,
        )

    def calendars(self, url_of: UrlOf) -> Mapping[str, bytes]:
        """The calendar files by their paths; `url_of` gives the full address of a page with its anchor."""
        return feeds(self.shown, self.views, url_of)

    def page(self, path: str) -> Page:
        """One page, rendered."""
        view = self.views[path]
        return Page(
            path=view.path,
            title=view.title,
            section=view.section,
            html=self.renderer.page(view),
            headings=view.headings,
            anchors=view.anchors,
            source=view.source,
            in_nav=not view.parent,
            parent=view.parent,
        )

    def part(self, name: str) -> str | None:
        """A part for embedding, such as `risks.matrix`: a piece of the page before the dot. None if there is none."""
        path, dot, _ = name.partition(".")
        view = self.views.get(path)
        return self.renderer.part(name, view) if dot and view else None

    @property
    def _excluded(self) -> frozenset[str]:
        return self.options.exclude - NOT_EXCLUDABLE

    def _all_views(self) -> Iterable[View]:
        for module in (overview, this_week, signoffs, agreement, gates, trust, history, person, findings):
            yield from module.views(self.shown)
        for register in REGISTERS:
            if register.name in self.shown.state.documents:
                yield from register.views(self.shown)


def render(project: Project, options: SiteOptions | None = None) -> list[Page]:
    """Every page of the project's site, in the order of the site map."""
    site = Site(project, options or SiteOptions())
    return [site.page(path) for path in site.views]


def _place(view: View) -> tuple[int, int]:
    """Where a view stands in the site map; one that the map does not know comes last in its section."""
    sections = list(SITE_MAP)
    section = sections.index(view.section) if view.section in SITE_MAP else len(sections)
    paths = SITE_MAP.get(view.section, ())
    top = view.parent or view.path
    return section, paths.index(top) if top in paths else len(paths)
