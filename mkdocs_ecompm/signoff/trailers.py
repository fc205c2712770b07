"""The words of a sign-off: `Signoff:` and `Condition:` lines in the last paragraph of a commit message.

Only a line that begins in column 0, in this case, in the last paragraph, which is never the subject, says
anything. What cannot be read exactly says nothing: a sign-off is never guessed.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import dropwhile
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.model.words import ID_PATTERN

_SIGNOFF: Final = "Signoff:"
_CONDITION: Final = "Condition:"
ARTIFACT: Final = re.compile(rf"[a-z][a-z0-9_-]{{0,63}}(?:/{ID_PATTERN.pattern})?")
DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_UNSAFE: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_MOST_LINES: Final = 1000
_NEAR_MISS: Final = re.compile(rb"^[ \t]*signoff[ \t]*:", re.IGNORECASE | re.MULTILINE)


class Line(Struct, frozen=True):
    """One `Signoff:` line. `fault` says in a sentence why it is no sign-off; it is empty for one that is."""

    decision: Decision
    artifact: str
    role: str | None = None
    digest: str | None = None
    project: str | None = None
    fault: str = ""


class Saying(Struct, frozen=True):
    """What a commit message says. `faults` tells of lines that cannot be read at all, `comment` is the text above."""

    lines: tuple[Line, ...] = ()
    conditions: tuple[str, ...] = ()
    comment: str = ""
    faults: tuple[str, ...] = ()


def may_speak(message: bytes) -> bool:
    """Whether a message has anything that looks like a sign-off; a quick test for the many that have none."""
    return b"signoff" in message.lower() and _NEAR_MISS.search(message) is not None


def read_message(message: bytes) -> Saying:
    """What a commit message says about artifacts."""
    if not may_speak(message):
        return Saying()
    if len(_NEAR_MISS.findall(message)) > _MOST_LINES:
        return Saying(faults=(f"more than {_MOST_LINES} lines are no decision that anybody made",))
    if b"\0" in message:
        return Saying(faults=("the message holds a NUL, and git and forges show nothing behind it",))
    above, last = _paragraphs(message.decode("utf-8", "replace"))
    parsed: list[Line] = []
    conditions: list[list[str]] = []
    faults: list[str] = [_misplaced(line) for line in above if looks_like_signoff(line)]
    folding = ""
    for line in last:
        if line.startswith((" ", "\t")) and folding:
            _continue(line, folding, parsed, conditions)
        elif line.startswith(_SIGNOFF):
            folding = _SIGNOFF
            said = _parse(line.removeprefix(_SIGNOFF))
            if isinstance(said, Line):
                parsed.append(said)
            else:
                folding = ""
                faults.append(said)
        elif line.startswith(_CONDITION):
            folding = _CONDITION
            conditions.append([printable(line.removeprefix(_CONDITION).strip())])
        else:
            folding = ""
            if looks_like_signoff(line):
                faults.append(_misplaced(line))
    return Saying(
        _without_contradictions(parsed),
        tuple(" ".join(filter(None, parts)) for parts in conditions),
        printable("\n".join(above)).strip(),
        tuple(faults),
    )


def looks_like_signoff(line: str) -> bool:
    """Whether a line may be meant as a sign-off, however it is written."""
    return _NEAR_MISS.match(line.encode("utf-8", "replace")) is not None


def printable(text: str) -> str:
    """The text without control and direction characters: what a reader sees is what was written."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def _paragraphs(message: str) -> tuple[list[str], list[str]]:
    """The lines above the last paragraph, and those of it; a message of one paragraph is all subject."""
    lines = [line.rstrip(" \t\r") for line in message.split("\n")]
    while lines and not lines[-1]:
        lines.pop()
    lines = list(dropwhile(operator.not_, lines))
    if "" not in lines:
        return lines, []
    start = len(lines) - lines[::-1].index("")
    return lines[:start], lines[start:]


def _misplaced(line: str) -> str:
    return (
        f"the line `{printable(line.strip())[:120]}` is no sign-off: it must begin with `Signoff:` in the first column "
        "of the message's last paragraph, below the subject"
    )


def _continue(line: str, folding: str, parsed: list[Line], conditions: list[list[str]]) -> None:
    """A folded line carries a condition on; below a sign-off it could change the meaning, so that one is void."""
    if folding == _CONDITION:
        conditions[-1].append(printable(line.strip()))
    elif folding == _SIGNOFF:
        parsed[-1] = _void(parsed[-1], "a sign-off is one line, the next one is indented")


def _void(line: Line, fault: str) -> Line:
    return Line(line.decision, line.artifact, line.role, line.digest, line.project, line.fault or fault)


def _parse(text: str) -> Line | str:
    """The line that the words after `Signoff:` make, or the sentence that says why they make none."""
    words = text.split(" ")
    words = [word for word in words if word]
    shown = printable(text.strip())[:120]
    if not words or words[0] not in Decision.__members__.values():
        return f"`{shown}` does not begin with approve, reject or withdraw"
    if len(words) < 2 or not ARTIFACT.fullmatch(words[1]):
        return f"`{shown}` names no artifact such as `charter` or `raci/delivery`"
    decision, artifact = Decision(words[0]), words[1]
    attributes: dict[str, str] = {}
    for word in words[2:]:
        key, _, value = word.partition("=")
        if key in attributes or not _fits(key, value):
            what = "repeated" if key in attributes else "unknown or malformed"
            return Line(decision, artifact, fault=f"`{printable(word)[:80]}` is {what}")
        attributes[key] = value
    return Line(decision, artifact, attributes.get("as"), attributes.get("digest"), attributes.get("project"))


def _fits(key: str, value: str) -> bool:
    if key == "digest":
        return DIGEST.fullmatch(value) is not None
    return key in {"as", "project"} and ID_PATTERN.fullmatch(value) is not None


def _without_contradictions(lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, each once; those that decide one artifact in two ways are void, one void line voids its twins."""
    unique = list(dict.fromkeys(lines))
    about: dict[str, list[Line]] = {}
    for line in unique:
        about.setdefault(line.artifact.casefold(), []).append(line)
    contradicted = {line for same in about.values() for line in _contradicted(same)}
    return tuple(
        _void(line, f"the commit says two things about `{line.artifact}`") if line in contradicted else line
        for line in unique
    )


def _contradicted(same: Sequence[Line]) -> Iterator[Line]:
    """The lines about one artifact that cannot be meant beside another of them. Two projects are two things."""
    decided: dict[str | None, set[Decision]] = {None: set()}
    void: Counter[str | None] = Counter()
    for line in same:
        decided.setdefault(line.project, set()).add(line.decision)
        void[line.project] += bool(line.fault)
    everywhere = set().union(*decided.values()), void.total()
    for line in same:
        own = decided[line.project] | decided[None], void[line.project] + void[None]
        decisions, faults = own if line.project else everywhere
        if len(decisions) > 1 or faults > bool(line.fault):
            yield line
