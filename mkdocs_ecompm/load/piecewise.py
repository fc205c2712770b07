"""Reading the versions of a file one after another: what a version shares with those before it is read once.

A register is a few keys and lists of records, a record a few fields. Most versions change one field of one record, so
sections, records and fields are read by themselves and remembered by their text. That gives what reading the whole
gives, for

- a piece counts only if it can be read alone: then it leaves nothing open (a quote, a bracket) that could reach into
  the next one;
- the next piece begins in a column in which nothing of this one can go on: every line of a piece but its first is
  blank, a comment, or begins further to the right;
- read alone, the piece must be one thing: one key, empty or not, or one record.

Wherever one of these is not plain to see, the file is read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, Final, TypeAlias

from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.load.yaml_text import refuse, without_mark
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap

_WHOLE: Final = re.compile(rb"\n(?=---|\.\.\.|[{?%])")
"""What makes of a file something else than keys, one below the other."""
_SECTION: Final = re.compile(rb"\n(?=[^\s#-])")
_LIST: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_-]*:[ ]*\n(?:[ ]*(?:#[^\n]*)?\n)*([ ]{0,8}-[ ])(?=[A-Za-z])")
"""A key alone in its line, and below it, at most after comments, the first record of a list."""
_FIELD: Final = re.compile(
    rb"([A-Za-z_][A-Za-z0-9_-]{0,63}):"
    rb"(?: +(?:([A-Za-z0-9\x80-\xff][A-Za-z0-9 .,;/()_+%&='\x80-\xff-]*+)|\"([^\"\\\n\t]*)\"|'([^'\n\t]*)') *| *)\n+"
)
"""A field of one line whose value has no character that could mean anything but itself."""
_SHAPES: Final = {
    width: tuple(
        re.compile(shape % number)
        for shape, number in (
            (rb"\n[ ]{0,%d}[^ \n#]", width - 2),
            (rb"\A(?![A-Za-z_\"'])|\n[ ]{0,%d}[^ \n]", width - 1),
            (rb"\n[ ]{%d}(?=[^\s#-])", width),
        )
    )
    for width in range(2, 11)
}
"""For each column in which the fields of records begin: a line that belongs to no record, one that belongs to no field
that begins there, and the beginning of a field."""
_MOST_PIECES: Final = 200_000
_MOST_LINES: Final = 100_000
"""Of a longer file the pieces would push each other out."""

_Fields: TypeAlias = tuple[tuple[str, Yaml | None], ...]
"""Keys with their values, None for those that are empty."""


class PiecewiseReader:
    """Reads files without their places. What it gives is shared between versions: nobody may change it."""

    def __init__(self) -> None:
        self._known: dict[bytes, Any] = {}
        self._older: dict[bytes, Any] = {}

    def read(self, data: bytes) -> YamlMap | None:
        """What a file says, None if it is refused: exactly as `read_yaml` has it."""
        data = without_mark(data)
        if refuse("", data):
            return None
        lines = b"\n" + data
        plain = data.endswith(b"\n") and b"\r" not in data and not _WHOLE.search(lines)
        plain = plain and data.count(b"\n") <= _MOST_LINES
        content = self._together(lines[:-1]) if plain else None
        return read_yaml("", data).content if content is None else content

    def _together(self, lines: bytes) -> YamlMap | None:
        """The file from its sections, None if they do not fit together; each of its lines follows a line break."""
        before, *sections = _SECTION.split(lines)
        if before and self._remembered(b"s" + before, _section, before) != ():
            return None
        found = (self._list(one) or self._remembered(b"s" + one, _section, one) for one in sections)
        return _joined(found)

    def _list(self, section: bytes) -> _Fields | None:
        """The key and the records of a section, if it is a list of records."""
        head = _LIST.match(section)
        if head is None:
            return None
        dash = head[1]
        records = YamlList()
        known = self._known  # most are known: the time goes into this loop
        kind = b"r" + dash
        for item in section[head.end() :].split(b"\n" + dash):
            found = known.get(kind + item) or self._remembered(kind + item, self._record, dash, item)
            if found is None:
                return None
            records.extend(found)
        first = section[: head.start(1)]
        named = self._remembered(b"s" + first, _section, first)
        return ((named[0][0], records),) if named is not None and len(named) == 1 else None

    def _record(self, dash: bytes, item: bytes) -> tuple[Yaml, ...] | None:
        """The record whose text follows the dash; None if it is not one, or refused."""
        outside, odd, field = _SHAPES[len(dash)]
        if outside.search(item):
            return None
        if odd.search(item):
            return _alone(dash, item)
        known, kind = self._known, b"f" + dash
        record = _joined(
            [known.get(kind + text) or self._remembered(kind + text, _field, dash, text) for text in field.split(item)]
        )
        return _alone(dash, item) if record is None else (record,)

    def _remembered(self, key: bytes, read: Callable[..., Any], *arguments: bytes) -> Any:
        """A piece as it was read the first time; of those that nobody has asked for lately nothing is kept."""
        if key in self._known:
            return self._known[key]
        found = self._older[key] if key in self._older else read(*arguments)
        if len(self._known) >= _MOST_PIECES:
            self._known, self._older = {}, self._known
        self._known[key] = found
        return found


def _joined(pieces: Iterable[_Fields | None]) -> YamlMap | None:
    """A mapping from the pieces of it; None if one is refused, or a key stands there twice."""
    whole = YamlMap()
    empty: set[str] = set()
    for fields in pieces:
        if fields is None:
            return None
        for key, value in fields:
            if key in whole or key in empty:
                return None
            if value is None:
                empty.add(key)
            else:
                whole[key] = value
    return whole


def _section(text: bytes) -> _Fields | None:
    """What a section says by itself."""
    content = read_yaml("", text + b"\n").content
    return None if content is None else _fields(content)


def _field(dash: bytes, text: bytes) -> _Fields | None:
    """A field of a record, read where it stands: its depth counts."""
    plain = _FIELD.fullmatch(text + b"\n")
    if plain is not None:
        value = plain[2].rstrip(b" ") if plain[2] else plain[3] or plain[4] or b""
        return ((plain[1].decode("ascii"), value.decode("utf-8") or None),)
    items = _alone(dash, text)
    if items is None or not isinstance(items[0], YamlMap):
        return None
    return _fields(items[0])


def _alone(dash: bytes, item: bytes) -> tuple[Yaml, ...] | None:
    """The one item of a list that begins with a dash, read by itself."""
    content = read_yaml("", b"x:\n" + dash + item + b"\n").content
    found = content.get("x") if content is not None and len(content.marks) == 1 else None
    return tuple(found) if isinstance(found, YamlList) and len(found) == 1 else None


def _fields(content: YamlMap) -> _Fields | None:
    """The one key of a block mapping; none in what is only a comment."""
    if content.flow or len(content.marks) > 1:
        return None
    return tuple((key, content.get(key)) for key in content.marks)
