"""Texts that lost their end because ` #` begins a comment: `wish: Kundenwunsch #4711` says only "Kundenwunsch"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from mkdocs_ecompm.load.yaml_text import BREAK
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.words import shorten

_CANDIDATE: Final = re.compile(r"[ \t]#\S")
MAX_HINT: Final = 200
"""Characters of a corrected text; a longer one is shortened, which is still enough to see what is meant."""
_LOST: Final = re.compile(r"[ \t]+(#\S.*)")


def candidates(data: bytes) -> Mapping[int, str]:
    """The lines, counted from 0, in which a comment begins with a non-blank: nobody writes a remark like that."""
    if b" #" not in data and b"\t#" not in data:
        return {}
    lines = BREAK.split(data.decode("utf-8"))
    return {number: line for number, line in enumerate(lines) if _CANDIDATE.search(line)}


def cut_text(source: Source, key: str, value: str, line: str, end: int) -> Finding | None:
    """The finding for a plain value that ends at column `end` of `line`, counted from 0, if a comment follows it.

    An item of a list has no `key`.
    """
    lost = _LOST.match(line, end)
    if lost is None:
        return None
    whole = (line[:end][-len(value) :] if value else "") + line[end:]
    text = quoted(shorten(whole, MAX_HINT))
    return finding(
        "text-cut-by-comment",
        f"the text ends before {shorten(lost[1], 30)}: ` #` begins a comment",
        source,
        hint=f"write `{shorten(key)}: {text}`" if key else f"write `- {text}`",
    )


def quoted(text: str) -> str:
    """The text as a double-quoted YAML scalar, or a single-quoted one where that needs no escapes."""
    if "\\" not in text and '"' not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"
