"""Long texts that people wrote: CommonMark without HTML, images and headings, with links that lead to the web only."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup, escape

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

_QUOTED: Final = re.compile(r"`([^`\n]+)`")
_MARKED: Final = re.compile(r"[\\`*_\[\]<>&!\n]")
_ALLOWED: Final = re.compile(r"(https?://|mailto:)", re.IGNORECASE)

# What a reader cannot see but a browser obeys: controls, bidirectional marks, line separators. The loader refuses them
# in YAML; commit messages, names in commits and file names come from elsewhere.
_CONTROLS: Final = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff"
_INVISIBLE: Final = re.compile(f"[{_CONTROLS}]")
_UNSAFE: Final = re.compile(f"[&<>\"'{_CONTROLS}]")


def visible(text: str) -> str:
    """The text with every invisible control replaced by a sign that can be seen."""
    return _INVISIBLE.sub("\ufffd", text) if _INVISIBLE.search(text) else text


def safe(text: str) -> str:
    """The text as HTML. Nearly every text is that already, and a page may have hundreds of thousands."""
    return str(escape(visible(text))) if _UNSAFE.search(text) else text


def prose(text: str) -> Markup:
    """The text as safe HTML, in paragraphs."""
    return Markup(_markdown().render(visible(text)))  # noqa: S704  # HTML in the text is off, links are checked


def prose_line(text: str) -> Markup:
    """The text as safe HTML within a line: emphasis, code and links, no paragraphs."""
    if not _MARKED.search(text):
        return escape(visible(text))  # most texts are plain, and a register may have thousands of them
    return Markup(_markdown().renderInline(visible(text)))  # noqa: S704  # as above


def quoted(text: str) -> Markup:
    """A message of ours as HTML: what stands in backticks is code, everything else is text."""
    return Markup(_QUOTED.sub(r"<code>\1</code>", str(escape(visible(text)))))  # noqa: S704  # escaped before


@cache
def _markdown() -> MarkdownIt:
    from markdown_it import MarkdownIt  # noqa: PLC0415  # heavy: only where a page is made

    markdown = MarkdownIt("commonmark", {"html": False})
    markdown.disable(["html_block", "html_inline", "image", "heading", "lheading"])
    # The rule decides before the link is made, so that a refused one stays as the text that was typed.
    markdown.validateLink = lambda url: _ALLOWED.match(url) is not None  # type: ignore[method-assign]
    markdown.add_render_rule("link_open", _open_link)
    return markdown


def _open_link(self, tokens, index, options, env):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    tokens[index].attrSet("rel", "noopener noreferrer nofollow")
    return self.renderToken(tokens, index, options, env)
