"""What messages do with the words of users: cut them short, and guess what was meant.

Apart from `fields`, so that reading a file without its types needs no types.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

ID_PATTERN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
"""What an id looks like."""
MAX_WORD: Final = 100
"""Characters of what may be a number, a day or a misspelt word; a longer text is none of these."""


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word, or nothing."""
    if len(value) > MAX_WORD:
        return ""
    by_fold = {word.casefold(): word for word in known}
    near = get_close_matches(value.casefold(), by_fold, n=1, cutoff=0.6)
    return f"did you mean `{by_fold[near[0]]}`?" if near else ""


def shorten(text: str, length: int = 60) -> str:
    """The text in one line of at most `length` characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 1] + "…"
