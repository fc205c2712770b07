"""The MkDocs adapter: it asks for the project's pages and hands them to MkDocs. Nothing below knows MkDocs."""

from __future__ import annotations

import gc
import json
import posixpath
import re
from html import escape
from logging import INFO, WARNING
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemBytecodeCache
from mkdocs.config.config_options import ExtraScriptValue
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority, get_plugin_logger
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from mkdocs_ecompm import clock
from mkdocs_ecompm.assembly import GitError, ProjectError, Setting, assemble
from mkdocs_ecompm.cli.findings import to_text
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.markdown_extension import EcompmExtension
from mkdocs_ecompm.model.catalogue import is_text
from mkdocs_ecompm.model.finding import Severity
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.plugin_options import EcompmConfig
from mkdocs_ecompm.plugin_pages import add_calendars, add_pages, contents, navigation
from mkdocs_ecompm.setting import CACHE
from mkdocs_ecompm.site.addresses import commit_template, edit_address, edit_template
from mkdocs_ecompm.site.assets import SCRIPT, STYLESHEET, script, stylesheet
from mkdocs_ecompm.site.exports import project_to_json
from mkdocs_ecompm.site.links import resolve
from mkdocs_ecompm.site.pages import Site, SiteOptions
from mkdocs_ecompm.site.renderer import RenderError
from mkdocs_ecompm.site.searchable import searchable

log = get_plugin_logger("ecompm")

SEES_NO_CONTENT: Final = frozenset({"material", "mkdocs", "mkdocs_ecompm", "mkdocs_static_i18n"})
"""Packages whose plugins, once a page is being put into its frame, only search what it holds."""

TWICE: Final = (
    "ecompm: mkdocs.yml lists the plugin more than once, but a site shows one project. "
    "Keep one of them, and give each further project a configuration file of its own (mkdocs build -f other.yml)."
)

TAG: Final = re.compile(r'<(?=[^<>]*+>)[^<>]* href="ecompm:[^<>]*>')


class EcompmPlugin(BasePlugin[EcompmConfig]):  # type: ignore[no-untyped-call]  # MkDocs' base
    """Adds the project's pages to a site."""

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Watch the project, add the assets, and let Markdown pages link to records and embed parts.

        Raises:
            PluginError: The plugin stands more than once in mkdocs.yml.
        """
        if sum(isinstance(plugin, EcompmPlugin) for plugin in config.plugins.values()) > 1:
            raise PluginError(TWICE)
        self._top = Path(config.config_file_path or "mkdocs.yml").absolute().parent
        self._folder = self.config.path.strip("/")
        if (self._top / self.config.project).is_dir():
            config.watch.append(str(self._top / self.config.project))
        if STYLESHEET not in config.extra_css:  # a site in several languages is built several times from one config
            config.extra_css.insert(0, STYLESHEET)  # first, so that the site's own styles win
            deferred = ExtraScriptValue(SCRIPT)
            deferred.defer = True
            config.extra_javascript.append(deferred)
            self._markdown = EcompmExtension()
            config.markdown_extensions.append(self._markdown)  # type: ignore[arg-type]  # Markdown takes objects too
            self._makes_nav = config.nav is None
        return config

    @event_priority(-200)  # after static-i18n, which cannot take files that are not on the disk
    @garbage_collection_paused()
    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        """Read the project, say what is wrong with it, and add its pages, its assets and its JSON."""
        gc.unfreeze()  # of the build before, under `serve`
        project = self._assemble()
        for item in project.findings:
            # Mistakes are warnings, so that a strict build fails; how the project stands is information.
            log.log(WARNING if item.severity is not Severity.INFO and is_text(item) else INFO, "%s", to_text(item))
        self._markdown.site = self._site = Site(project, self._site_options(config))
        self._places = add_pages(self._site, files, config, self._folder, in_nav=self._makes_nav)
        self._places = add_calendars(self._site, self._places, files, config, self._folder)
        for path, file in self._places.files.items():
            if file.src_uri not in self._places.generated:
                log.info("%s takes the place of the project's page %s", file.src_uri, path)
        if self._makes_nav:
            config.nav = navigation(self._site, self._places, files, self._folder)
        published = project_to_json(project, left_out=frozenset(self.config.exclude))
        for uri, content in (
            (STYLESHEET, stylesheet()),
            (SCRIPT, script()),
            (posixpath.join(self._folder, "ecompm.json"), json.dumps(published, ensure_ascii=False)),
        ):
            if uri not in files.src_uris:
                files.append(File.generated(config, uri, content=content))
        gc.freeze()  # the project stays until the build is over: no collection need look through it again
        return files

    def on_env(self, env: Environment, /, **_: Any) -> Environment:
        """Keep the theme's compiled templates too: compiling them is a fifth of a build."""
        cache = self._site.options.cache
        if cache is not None and env.bytecode_cache is None:
            cache.mkdir(parents=True, exist_ok=True)
            env.bytecode_cache = FileSystemBytecodeCache(str(cache), "theme_%s.cache")
        return env

    def on_page_content(self, html: str, /, *, page: Page, **_: Any) -> str:
        """Set the page's HTML and what belongs to it, and lead every link to its page."""
        for message in self._markdown.take_problems():
            log.warning("%s: %s", page.file.src_uri, message)
        path = self._places.generated.get(page.file.src_uri)
        if path is not None:
            return resolve(self._fill(page, path), lambda target: self._places.url(target, page))
        # Only inside tags: what is written by hand may show such a link as code.
        return TAG.sub(lambda tag: resolve(tag[0], lambda target: self._places.url(target, page)), html)

    @event_priority(100)  # before the search plugin
    def _show_text(self, _context: Any, /, *, page: Page, config: MkDocsConfig, **_: Any) -> None:
        """Let the search plugin read the words only: reading every tag would take longer than all the rest."""
        seeing = {method.__module__.partition(".")[0] for method in config.plugins.events["page_context"]}
        self._content = page.content
        if page.file.src_uri in self._places.generated and seeing <= SEES_NO_CONTENT:
            page.content = searchable(page.content or "")

    @event_priority(-100)  # after it
    def _show_all(self, _context: Any, /, *, page: Page, **_: Any) -> None:
        """Put the page back as it was."""
        if page.file.src_uri in self._places.generated:
            page.content = self._content

    on_page_context = CombinedEvent(_show_text, _show_all)

    def _assemble(self) -> Project:
        options = self.config
        folder = self._top / options.project
        repository = Path(options.repository) if options.repository else None
        try:
            setting = Setting(
                folder=folder if folder.is_dir() or repository is None else Path(options.project),
                as_of=options.as_of or clock.today(),
                repository=repository,
                trust_roots=tuple(options.trust_root),
                root_given_by="project",
                cache=self._cache(),
                keep=True,
                periods="history" not in options.exclude,
            )
            return assemble(setting)
        except (ProjectError, GitError, OSError, clock.ClockError) as error:
            raise PluginError(f"ecompm: {error}") from error

    def _site_options(self, config: MkDocsConfig) -> SiteOptions:
        root = self._root()
        return SiteOptions(
            exclude=frozenset(self.config.exclude),
            templates=self._top / self.config.project / "templates",
            cache=self._cache(),
            edit_url=edit_template(config.repo_url or "", config.edit_uri or "", Path(config.docs_dir), root),
            commit_url=commit_template(config.repo_url or ""),
            calendars=True,
        )

    def _root(self) -> Path:
        """The top of the repository, else of the site."""
        return next((folder for folder in (self._top, *self._top.parents) if (folder / ".git").exists()), self._top)

    def _cache(self) -> Path:
        return self._top / self.config.cache_dir if self.config.cache_dir else self._root() / CACHE

    @garbage_collection_paused()
    def _fill(self, page: Page, path: str) -> str:
        try:
            made = self._site.page(path)
        except RenderError as error:  # a template of the project: the page says so, and the next save mends it
            log.warning("%s", error)
            return f'<p class="ecompm-problem">{escape(str(error))}</p>'
        page.toc = contents(made.headings)
        page.present_anchor_ids = {item.anchor for item in made.headings} | set(made.anchors)
        page.edit_url = edit_address(self._site.options.edit_url, made.source)
        if not made.search:
            page.meta["search"] = {"exclude": True}
        if made.wide:
            page.meta["hide"] = ["toc"]
        return made.html
