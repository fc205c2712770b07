"""What a search index needs of a page: its headings and its text.

Search plugins read every tag of a page in Python, which takes longer than all the rest of a page of many records.
Most of those tags say nothing to them. Without them the index holds the same sections with the same words, only
without the marks of lists and code in its snippets.
"""

from __future__ import annotations

import re
from typing import Final

_MARK: Final = " data-search-exclude"
_START: Final = re.compile(r"<([a-z][a-z0-9]*)\b[^<>]*>", re.IGNORECASE)
_SILENT: Final = re.compile(r"<!--.*?-->|<(script|style|object)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_APART: Final = re.compile(r"</(?:dd|div|dt|li|option|p|summary|td|th)>|<br>|<(?:p|div)[^>]*>")
"""Where one word ends and another begins, though nothing need stand between the tags."""
_TAGS: Final = re.compile(r"<(?!/?h[1-6]\b)[^>]*>", re.IGNORECASE)


def searchable(html: str) -> str:
    """The headings of a page and the text of all the rest, without what is not to be searched."""
    text = _APART.sub(" ", _SILENT.sub("", _without_excluded(html)))
    return " ".join(_TAGS.sub("", text).split())


def _without_excluded(html: str) -> str:
    kept: list[str] = []
    position, mark = 0, html.find(_MARK)
    while mark >= 0:
        begin = html.rfind("<", position, mark)
        opening = _START.match(html, begin) if begin >= 0 else None
        if opening is None or opening.end() < mark:  # not the attribute of an element
            following = mark + len(_MARK)
            kept.append(html[position:following])
        else:
            kept.append(html[position:begin])
            following = _end(html, opening[1], opening.end())
        position, mark = following, html.find(_MARK, following)
    return "".join([*kept, html[position:]])


def _end(html: str, name: str, position: int) -> int:
    """Where the element ends whose start tag ends at `position`; there, if nothing closes it."""
    depth = 1
    for tag in re.compile(rf"<(/?){name}\b[^>]*>", re.IGNORECASE).finditer(html, position):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.end()
    return position
