"""The words of a review: its `Signoff:` lines, its conditions, and what of them nobody sees on the forge's page.

The button that was pressed is the sign-off. Lines that narrow it are read as strictly as those of a commit message; a
condition counts wherever it stands, as an agreement must never look less conditional than it was meant. Forges show a
body as Markdown, and neither a comment nor a block of code there is anybody's word. Where only a parser of Markdown
could tell, a sign-off line says nothing, and a condition counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from mkdocs_ecompm.signoff.trailers import Saying, looks_like_signoff, printable, read_message

_FENCE: Final = re.compile(r"(?P<indent>[ ]{0,3})(?P<marks>`{3,}+(?=[^`]*+\Z)|~{3,}+)")
_CONDITION: Final = re.compile(  # what Markdown shows as the same word: indented, in a list, in a heading, in bold
    r"[\s\u200b\ufeff*_+#\d.)-]*+conditions?[\s*_]*+:[*_]*+(?P<text>.*)", re.IGNORECASE
)
_SURE, _DOUBTFUL = "sure", "doubtful"


def read_review(body: str) -> Saying:
    """What a review's body says about artifacts, below the button as its subject."""
    text = body.encode("utf-8", "replace").decode("utf-8").replace("\r\n", "\n")
    lines = text.split("\n")
    hidden = _hidden(lines, doubt=True)
    silent = [line for line, unseen in zip(lines, hidden, strict=True) if unseen and looks_like_signoff(line)]
    seen = ["-" if unseen and line.strip() else line for line, unseen in zip(lines, hidden, strict=True)]
    saying = read_message("\n".join(["Review", "", *seen]).encode())
    conditions, unheard = _conditions(text.replace("\r", "\n").split("\n"))
    return replace(saying, conditions=conditions, faults=(*saying.faults, *_unseen([*silent, *unheard])))


def _unseen(lines: Sequence[str]) -> Iterator[str]:
    if lines:
        first = f"`{printable(lines[0].strip())[:120]}`"
        many = f"{len(lines)} lines say nothing, as they stand in comments or in blocks of code; the first is {first}"
        yield many if len(lines) > 1 else f"the line {first} says nothing, as it stands in a comment or a block of code"


# --- conditions -------------------------------------------------------------------------------------------------------


def _conditions(lines: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The conditions, and the lines that would be some if they were seen.

    An indented line carries a condition on. One without words of its own has those of the paragraph that follows.
    """
    found: list[list[str]] = []
    unheard: list[str] = []
    carried = False
    for line, hidden in zip(lines, _hidden(lines, doubt=False), strict=True):
        key = _CONDITION.match(line)
        words = line.strip()
        if hidden:
            unheard += [line] if key else []
            carried = False
        elif key:
            found.append([key["text"].strip()])
            carried = True
        elif not words:
            carried = carried and not any(found[-1])
        elif carried and (line[:1].isspace() or not found[-1][0]) and not looks_like_signoff(line):
            found[-1].append(words)
        else:
            carried = False
    return tuple(printable(" ".join(filter(None, parts))) for parts in found), unheard


# --- what is seen -----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """The block of code or the comment that is open at a place of the body."""

    indent: int
    """By how many spaces the beginning of one may be indented."""
    fence: str = ""
    comment: str = ""

    def read(self, line: str) -> None:
        """Go on to the end of a line."""
        fence = _FENCE.match(line)
        if self.fence:
            closing = fence is not None and fence["marks"].startswith(self.fence) and not line[fence.end() :].strip()
            self.fence = "" if closing else self.fence
        elif fence and len(fence["indent"]) <= self.indent and self.comment != _SURE:
            self.fence = fence["marks"]
        else:
            self._read_comment(line)

    def _read_comment(self, line: str) -> None:
        """A comment that begins with its line is one for sure; another may be text, such as code between backticks."""
        begins, ends = line.rfind("<!--"), line.rfind("-->")
        if begins > ends:
            first = len(line) - len(line.lstrip(" ")) <= self.indent and line.lstrip(" ").startswith("<!--")
            self.comment = _SURE if first or self.comment == _SURE else _DOUBTFUL
        elif ends >= 0:
            self.comment = ""


def _hidden(lines: Sequence[str], *, doubt: bool) -> list[bool]:
    """For each line whether it begins in a comment or in a block of code.

    Args:
        lines: The lines of the body.
        doubt: Whether a line that may be hidden is: in what never ends, or is perhaps no comment or no block.
    """
    place = _Open(indent=3 if doubt else 0)
    found: list[bool] = []
    seen = 0
    for line in lines:
        found.append(bool(place.fence or place.comment == _SURE or (doubt and place.comment)))
        for part in line.split("\r"):  # an end of line to Markdown
            place.read(part)
        if not place.fence and place.comment != _SURE:
            seen = len(found)
    return found if doubt else [*found[:seen], *[False] * (len(found) - seen)]
