"""The content lines of a calendar file (RFC 5545, section 3.1): escaped, folded at 75 octets, in UTF-8.

The tests hold every line against the library icalendar. It is no dependency because it takes half a millisecond for an
event: two and a half seconds of the build of a large project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final
from urllib.parse import quote

_LONGEST: Final = 75
_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
_URI: Final = "%/:=&?~#+!$,;'@()*[]-._"
# White space of every kind, and what nobody sees but a program may obey.
_SILENT: Final = re.compile("[\\s\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


def text(value: str) -> str:
    """A text of several lines, as a value; what cannot be seen becomes a blank."""
    return "\n".join(map(one_line, value.split("\n"))).translate(_ESCAPES)


def one_line(value: str) -> str:
    """The text on one line, without anything that cannot be seen or written in UTF-8."""
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()  # nearly every text
    return _SILENT.sub(" ", value).strip().encode("utf-8", "replace").decode()


def day(value: date) -> str:
    """A day, as a value."""
    return f"{value.year:04}{value.month:02}{value.day:02}"


def instant(value: datetime) -> str:
    """A time in UTC, as a value."""
    return f"{day(value)}T{value:%H%M%S}Z"


def uri(value: str) -> str:
    """An address, as a value."""
    return quote(one_line(value), safe=_URI)


def component(name: str, lines: Iterable[tuple[str, str]], inner: Iterable[bytes] = ()) -> bytes:
    """A component with its properties, values as they are written, and the components in it."""
    return b"".join(_component(name, lines, inner))


def _component(name: str, lines: Iterable[tuple[str, str]], inner: Iterable[bytes]) -> Iterator[bytes]:
    yield f"BEGIN:{name}\r\n".encode()
    for key, value in lines:
        yield _folded(f"{key}:{value}".encode())
    yield from inner
    yield f"END:{name}\r\n".encode()


def _folded(line: bytes) -> bytes:
    """The line in pieces that are not too long, none of which begins within a character."""
    pieces = []
    start, room = 0, _LONGEST
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:
            end -= 1
        pieces.append(line[start:end])
        start, room = end, _LONGEST - 1
    return b"\r\n ".join([*pieces, line[start:]]) + b"\r\n"
