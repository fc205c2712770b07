"""The one choke point for text: the sandboxed templates, what they may call, and how values are written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from traceback import extract_tb
from types import FunctionType, MethodType
from typing import Any, Final
from urllib.parse import quote

from jinja2 import (
    BaseLoader,
    ChoiceLoader,
    Environment,
    FileSystemBytecodeCache,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateRuntimeError,
    TemplateSyntaxError,
)
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape
from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import View
from mkdocs_ecompm.site.links import SCHEME, locate, party_anchor
from mkdocs_ecompm.site.prose import prose, prose_line, quoted, safe
from mkdocs_ecompm.site.signoffs import can_sign
from mkdocs_ecompm.site.strip import Strip, strip_of
from mkdocs_ecompm.site.wording import artifact_in_sentence, artifact_name, ecompm_command, sign_command, waiting
from mkdocs_ecompm.templates import templates_folder

SUFFIX: Final = ".html.jinja"
_FAILURES: Final = (TemplateError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What an expression in somebody's template can raise."""


_MACROS: Final = frozenset({Macro, type(cache(len))})
"""A macro, and one that remembers what it said."""


_FUNCTIONS: Final = frozenset({FunctionType, MethodType})
_ONCE: Final = ("party", "parties", "badge", "waits", "when_due")


class RenderError(Exception):
    """A template that cannot be read or filled: a whole sentence with its name and line."""


class PageFacts(Struct, frozen=True):
    """What a template knows of its page.

    Attributes:
        path: Where the page is in the site, `risks`.
        title: Its heading.
        css: The word that its CSS class ends with.
        source: Where its content is written, or None.
        findings: What is to be said about the files it shows, worst first.
        embedded: Whether only a part is shown, inside somebody else's page.
    """

    path: str
    title: str
    css: str
    source: Source | None
    findings: tuple[Finding, ...]
    embedded: bool = False


class Renderer:
    """Fills templates for one project."""

    def __init__(  # noqa: PLR0913  # one for each option of a site
        self,
        project: Project,
        *,
        user_templates: Path | None = None,
        cache_folder: Path | None = None,
        edit_url: str = "",
        commit_url: str = "",
        calendars: bool = False,
    ) -> None:
        self._project = project
        self._edit_url = edit_url
        self._commit_url = commit_url
        self._calendars = calendars
        self._strips: dict[str, Strip | None] = {}
        self._places: dict[str, str] = {}
        self._environment = _environment(_loader(user_templates), cache_folder)
        self._environment.filters.update(_filters(project))
        calls = self._globals()
        self._environment.globals.update(calls)
        self._environment.ours = frozenset(call for call in calls.values() if callable(call))
        macros = self._environment.get_template("partials/macros.html.jinja").make_module()
        # The same few people, badges and days stand in thousands of rows: each is filled once. A template may call them
        # so, without `ui.`, where that matters; the macros themselves, which have those names, by `once_...`.
        once = {name: cache(getattr(macros, name)) for name in _ONCE}
        self._environment.globals.update(once | {f"once_{name}": macro for name, macro in once.items()})

    def page(self, view: View) -> str:
        """The whole page of a view."""
        return self._fill(f"pages/{view.template}{SUFFIX}", view, embedded=False)

    def part(self, name: str, view: View) -> str | None:
        """One part of a view for embedding, or None if there is no such template."""
        try:
            self._environment.get_template(f"parts/{name}{SUFFIX}")
        except TemplateNotFound:
            return None
        inner = self._fill(f"parts/{name}{SUFFIX}", view, embedded=True)
        css = view.path.split("/")[0]
        return f'<div class="ecompm ecompm-part ecompm-{css}">\n{inner}\n</div>'

    def _fill(self, template: str, view: View, *, embedded: bool) -> str:
        facts = PageFacts(
            path=view.path,
            title=view.title,
            css=view.template,
            source=view.source,
            findings=self._findings(view),
            embedded=embedded,
        )
        try:
            return self._environment.get_template(template).render(view=view.context, page=facts)
        except TemplateSyntaxError as error:
            place = f"{error.filename or error.name or template}, line {error.lineno}"
            raise RenderError(f"The template {place} cannot be read: {error.message}.") from error
        except TemplateNotFound as error:
            raise RenderError(f"The template {error.name}, which {template} needs, is not there.") from error
        except _FAILURES as error:
            raise RenderError(f"The template {_place(error, template)} cannot be filled: {error}.") from error

    def _findings(self, view: View) -> tuple[Finding, ...]:
        """The findings about the files of the page's register; a page below another one has none of its own."""
        register = "project" if view.path == "index" else view.path
        paths = self._project.state.paths.get(register, ())
        if not paths:
            return ()
        return tuple(item for item in self._project.findings if item.source and item.source.path in paths)

    # --- what templates may call ----------------------------------------------------------------------------------

    def _globals(self) -> Mapping[str, Any]:
        project = self._project
        commit = project.state.commit or project.signoffs.commit or ""
        facts = {
            "as_of": project.as_of,
            "commit": commit,
            "dirty": project.signoffs.dirty,
            "name": _project_name(project),
        }
        calls: Mapping[str, Callable[..., Any]] = {
            "strip": self._strip,
            "href": self._href,
            "party_href": self._party_href,
            "name": project.state.name,
            "edit": self._edit,
            "commit_href": self._commit,
            "party_anchor": party_anchor,
            "artifact_name": lambda artifact: artifact_name(project.state, artifact),
            "artifact_in_sentence": lambda artifact: artifact_in_sentence(project.state, artifact),
            "waiting": lambda refs: waiting(project.state, refs),
            "sign_command": lambda artifact: sign_command(project.state, artifact),
            "ecompm_command": lambda words: ecompm_command(project.state, words),
        }
        signing = can_sign(self._project)
        return {
            "project": facts,
            "forge": bool(self._edit_url),
            "calendars": self._calendars,
            "signing": signing,
            **calls,
        }

    def _strip(self, artifact: str) -> Strip | None:
        if artifact not in self._strips:
            self._strips[artifact] = strip_of(self._project, artifact)
        return self._strips[artifact]

    def _href(self, ref: str) -> str:
        if ref not in self._places:
            place = locate(self._project.state, ref)
            self._places[ref] = SCHEME + place if place else ""
        return self._places[ref]

    def _party_href(self, party: str) -> str:
        return self._href(f"people/{party}")

    def _edit(self, source: Source | None) -> str:
        if source is None or not self._edit_url:
            return ""
        return self._edit_url.replace("{path}", quote(source.path)).replace("{line}", str(source.line))

    def _commit(self, commit: str) -> str:
        return self._commit_url.replace("{commit}", quote(commit, safe="")) if self._commit_url else ""


class _ValueWriter(CodeGenerator):
    """Makes a template write each value by one call: `_written` escapes too, in a fraction of the time of `escape`.

    The methods are those by which Jinja's own `nativetypes` writes values in its way.
    """

    def _output_child_pre(self, *_: object) -> None:
        self.write("environment.finalize(")

    def _output_child_post(self, *_: object) -> None:
        self.write(")")


class _Sandbox(SandboxedEnvironment):
    """The sandbox, with a short way to our own facts: nearly every name in a template is a field of a view.

    A page of thousands of records asks for hundreds of thousands of fields. Public names of our facts
    are what templates are given on purpose, and so are the functions `ours`; everything else goes the long way,
    through every check.
    """

    code_generator_class = _ValueWriter
    ours: frozenset[Callable[..., Any]] = frozenset()

    def getattr(self, obj: Any, attribute: str) -> Any:
        if attribute[:1] != "_" and _is_fact(type(obj)):  # type: ignore[arg-type]  # types are hashable
            try:
                return getattr(obj, attribute)
            except AttributeError:
                return self.undefined(obj=obj, name=attribute)
        return super().getattr(obj, attribute)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Call what a template may call; a macro or a function of ours, which ask for nothing else, at once."""
        kind = type(obj)
        if kind in _MACROS or (kind in _FUNCTIONS and obj in self.ours):
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return obj(*args, **kwargs)
        return super().call(context, obj, *args, **kwargs)


@cache
def _is_fact(kind: type) -> bool:
    return issubclass(kind, Struct) and kind.__module__.startswith("mkdocs_ecompm.")


class _InsideLoader(FileSystemLoader):
    """Templates of a project: nothing that a symbolic link leads out of the folder."""

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        source, filename, fresh = super().get_source(environment, template)
        folder = Path(self.searchpath[0]).resolve()
        if not Path(filename).resolve().is_relative_to(folder):
            # Not "not found": that would quietly show our own template in its place.
            raise TemplateRuntimeError(f"{template} leads out of the folder {folder.name}/")
        return source, filename, fresh


def _place(error: BaseException, template: str) -> str:
    """The template and line where it happened: the innermost frame that is one of a template."""
    frames = [frame for frame in extract_tb(error.__traceback__) if frame.filename.endswith(".jinja")]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}," if frames else template


def _loader(user_templates: Path | None) -> BaseLoader:
    """The project's templates win; ours stay reachable below `ecompm/`."""
    ours = FileSystemLoader(templates_folder())
    loaders: list[BaseLoader] = [PrefixLoader({"ecompm": ours}), ours]
    if user_templates is not None and user_templates.is_dir():
        loaders.insert(0, _InsideLoader(user_templates))
    return ChoiceLoader(loaders)


def _environment(loader: BaseLoader, compiled: Path | None) -> _Sandbox:
    if compiled is not None:
        compiled.mkdir(parents=True, exist_ok=True)
    return _Sandbox(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_written,
        bytecode_cache=FileSystemBytecodeCache(str(compiled), "page_%s.cache") if compiled else None,
    )


def _written(value: object) -> str:
    """Every value on its way into a page, as HTML: nothing for None, no invisible control in a text."""
    kind = type(value)
    if kind is str:
        return safe(value)  # type: ignore[arg-type]  # it is one
    if kind is Markup:
        return value  # type: ignore[return-value]  # the same
    if value is None:
        return ""
    return escape(value) if hasattr(value, "__html__") else safe(str(value))


def _filters(project: Project) -> Mapping[str, Callable[..., Any]]:
    currency = _currency(project)
    return {
        "day": language.day,
        "weekday": lambda value: language.weekday(value, project.as_of),
        "short_day": lambda value: language.short_day(value, project.as_of),
        "near_day": lambda value: language.near_day(value, project.as_of),
        "when": lambda value: language.when(value, project.as_of),
        "number": language.number,
        "percent": language.percent,
        "money": lambda value, of=currency: language.money(value, of),
        "in_words": language.in_words,
        "count": language.count,
        "figure": language.figure,
        "listing": language.listing,
        "capital": language.capital,
        "prose": prose,
        "prose_line": prose_line,
        "quoted": quoted,
    }


def _currency(project: Project) -> str:
    document = project.state.documents.get("project")
    return getattr(document, "currency", "")


def _project_name(project: Project) -> str:
    document = project.state.documents.get("project")
    return getattr(document, "name", "")
