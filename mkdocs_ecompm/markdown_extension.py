"""Links to records and embedded parts in pages that somebody writes by hand: `[[R-004]]`, and the fence `ecompm`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.inlinepatterns import InlineProcessor
from markdown.preprocessors import Preprocessor

from mkdocs_ecompm.model.words import did_you_mean
from mkdocs_ecompm.site.links import SCHEME, locate, locate_record
from mkdocs_ecompm.site.renderer import RenderError

if TYPE_CHECKING:
    from mkdocs_ecompm.site.pages import Site

# An id, or register/id, between double brackets; not the text of an ordinary link.
REFERENCE: Final = r"\[\[([A-Za-z0-9][A-Za-z0-9._/-]{0,128})\]\](?![(\[])"
_FENCE: Final = re.compile(r"(?P<indent>[ \t]*)(?P<marks>`{3,}|~{3,})[ \t]*\{?\.?(?P<info>[^\s`}]*)")
_SETTING: Final = re.compile(r"\s*+([a-z_]+)\s*+:\s*+(.*)")

# Before the other fences (25), and before links (160) but after code in backticks (190).
FENCE_PRIORITY: Final = 28
REFERENCE_PRIORITY: Final = 175


class EcompmExtension(Extension):
    """The extension of one site. `site` is set once the project is read; problems are for whoever writes the log."""

    site: Site

    def __init__(self) -> None:
        super().__init__()
        self._problems: list[str] = []

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  # Markdown's name
        """Register both."""
        md.preprocessors.register(_Fences(md, self), "ecompm_fence", FENCE_PRIORITY)
        md.inlinePatterns.register(_References(REFERENCE, md, self), "ecompm_reference", REFERENCE_PRIORITY)

    def problem(self, message: str) -> str:
        """Remember what is wrong, and say it again for the page."""
        self._problems.append(message)
        return message

    def take_problems(self) -> list[str]:
        """What went wrong since the last call."""
        problems, self._problems = self._problems, []
        return problems

    def link(self, ref: str) -> Element:
        """A link to what `ref` means: a record, or a whole register."""
        state = self.site.project.state
        found = state.lookup(ref)
        if len(found) > 1:
            names = ", ".join(record.ref for record in found)
            return _missing(ref, self.problem(f"[[{ref}]] is ambiguous: {names}"))
        place = locate_record(found[0]) if found else locate(state, ref)
        if not place:
            hint = did_you_mean(ref, (record.id for record in state.all() if record.id))
            return _missing(ref, self.problem(f"[[{ref}]]: there is no such record" + (f"; {hint}" if hint else "")))
        link = Element("a", {"href": f"{SCHEME}{place}", "class": "ecompm-ref"})
        link.text = ref
        if found and found[0].list in ("people", "roles", "departments", "organisations"):
            link.text = found[0].headline
        elif found:
            link.text = found[0].id
            link.set("title", found[0].headline)
        return link

    def part(self, settings: dict[str, str]) -> str:
        """The HTML of an embedded part, or a sentence that says why there is none."""
        name = settings.get("view", "")
        unknown = ", ".join(key for key in settings if key != "view")
        if not name or unknown:
            return self._refused(
                f"unknown setting {unknown}" if unknown else "it needs a line such as view: risks.matrix"
            )
        try:
            html = self.site.part(name)
        except RenderError as error:
            return self._refused(str(error))
        return html if html is not None else self._refused(f"there is no view {name}")

    def _refused(self, why: str) -> str:
        return f'<p class="ecompm-problem">{escape(self.problem(f"fence ecompm: {why}"))}</p>'


def _missing(ref: str, message: str) -> Element:
    span = Element("span", {"class": "ecompm-problem", "title": message})
    span.text = f"{ref} (no such record)" if "ambiguous" not in message else f"{ref} (ambiguous)"
    return span


class _References(InlineProcessor):
    """`[[R-004]]`."""

    def __init__(self, pattern: str, md: Markdown, extension: EcompmExtension) -> None:
        super().__init__(pattern, md)
        self._extension = extension

    def handleMatch(self, m: re.Match[str], data: str) -> tuple[Element, int, int]:  # type: ignore[override]  # noqa: ARG002, N802  # Markdown's signature
        """The link in place of the brackets."""
        return self._extension.link(m[1]), m.start(0), m.end(0)


class _Fences(Preprocessor):
    """Fences `ecompm`; every other fence passes untouched, with whatever stands inside."""

    def __init__(self, md: Markdown, extension: EcompmExtension) -> None:
        super().__init__(md)
        self._extension = extension

    def run(self, lines: list[str]) -> list[str]:
        """The lines with each of our fences replaced by a mark for its HTML."""
        return list(self._replaced(iter(lines)))

    def _replaced(self, lines: Iterator[str]) -> Iterator[str]:
        for line in lines:
            opening = _FENCE.match(line)
            if opening is None:
                yield line
                continue
            inside = list(_until_closed(lines, opening["marks"]))
            if opening["info"] != "ecompm":
                yield line
                yield from inside
                continue
            settings = {match[1]: match[2].rstrip() for match in map(_SETTING.match, inside) if match}
            yield ""
            yield opening["indent"] + self.md.htmlStash.store(self._extension.part(settings))
            yield ""


def _until_closed(lines: Iterator[str], marks: str) -> Iterator[str]:
    """The lines up to the one that closes a fence, with it."""
    for line in lines:
        yield line
        text = line.strip()
        if len(text) >= len(marks) and set(text) == {marks[0]}:
            return
