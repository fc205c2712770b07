"""Texts of strangers in a comment at a forge: shown as they are, and nothing in them is obeyed.

A forge looks for mentions, references and addresses in the text that is left after Markdown was read. Neither a
backslash nor an entity keeps it from that: `&#64;mia` still calls Mia. Only something between the sign and the name
does, so an invisible blank stands there.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from mkdocs_ecompm.model.words import shorten

_BETWEEN: Final = "&#8203;"
"""A blank without a width, as an entity: nobody sees it, and no forge reads a name across it."""
_SPECIAL: Final = re.compile(r"[\\`*_\[\]|~$&<>]")
_BEGIN: Final = re.compile(r"(?:\d{1,9}(?=[.)])|(?=[-+#=/:!]))")
"""What makes a list, a heading or a forge's command (`/close`) of a text that begins a line."""
_SIGILS: Final = re.compile(r"(?<=[@#!$%~&])(?=[\w\"'@])|(?<=[:*^])(?=[a-z+_-])", re.IGNORECASE)
"""Where a reference may begin: `@mia`, `#12`, `!12`, `~label`, `%milestone`, `&epic`, `:smile:`."""
_ADDRESSES: Final = re.compile(
    r"(?<=www)(?=\.)|(?<=[^\W\d_])(?=\.[^\W\d_]{2})|(?<=\w)(?=://)|(?<=\bGH)(?=-\d)", re.IGNORECASE
)
_COMMIT: Final = re.compile(r"(?<![0-9a-z])[0-9a-f]{7,}", re.IGNORECASE)
_ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "|": "&#124;"}
_PLAIN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/ =:-]{0,199}")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARK: Final = "\ufffd"
_LONGEST: Final = 300
_COMBINING: Final = re.compile(r"([\u0300-\u036f]{3})[\u0300-\u036f]+")


def safe(said: str, length: int = _LONGEST) -> str:
    """A text in one line that Markdown shows as it is, in a table too, and that a forge sends to nobody."""
    text = shorten(visible(said), length)
    cut = sorted({found.start() for rule in (_SIGILS, _ADDRESSES) for found in rule.finditer(text)})
    cut = sorted({*cut, *(at for found in _COMMIT.finditer(text) for at in range(found.start() + 6, found.end(), 6))})
    pieces = [text[begin:end] for begin, end in zip([0, *cut], [*cut, len(text)], strict=True)]
    escaped = _BETWEEN.join(_SPECIAL.sub(_escaped, piece) for piece in pieces)
    begin = _BEGIN.match(text)
    return f"{escaped[: begin.end()]}\\{escaped[begin.end() :]}" if begin else escaped


def _escaped(found: re.Match[str]) -> str:
    return _ENTITIES.get(found[0]) or f"\\{found[0]}"


def visible(said: str) -> str:
    """The text in one line, with a mark for each character that cannot be seen or that turns the line around."""
    one_line = " ".join(said.split())
    marked = "".join(_MARK if unicodedata.category(one) in _UNSEEN else one for one in one_line)
    return _COMBINING.sub(r"\1", marked)


def code(said: str) -> str:
    """A name of a machine as inline code, in which no forge looks for anything; as text if it is no such name."""
    return f"`{said}`" if _PLAIN.fullmatch(said.removeprefix("@")) and "  " not in said else safe(said)


def row(cells: Iterable[str]) -> str:
    """A row of a table; the cells are Markdown."""
    return f"| {' | '.join(cells)} |"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """The lines of a table."""
    names = list(head)
    return [row(names), row("---" for _ in names), *(row(cells) for cells in rows)]


def folded(title: str, lines: Iterable[str]) -> list[str]:
    """Lines that one has to open; the title is Markdown of our own words."""
    return ["<details>", f"<summary>{title}</summary>", "", *lines, "", "</details>"]
