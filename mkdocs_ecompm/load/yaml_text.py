"""What is refused in the bytes of a file before they are parsed: size, encoding, marks of a merge conflict."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from mkdocs_ecompm.load.files import MAX_BYTES
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding, Source

MAX_FINDINGS: Final = 100
"""Findings of one kind in one file; nobody reads more, and a hostile file has millions."""

UNCLEAN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
"""Control characters, line separators, bidirectional controls, byte order marks: they hide or forge what one reads."""

_CLEAN_ASCII: Final = bytes({*range(0x20, 0x7F), 0x09, 0x0A, 0x0D})
_REST: Final = bytes(range(0x80, 0x100))
_UNCLEAN_BYTES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\xc2[\x80-\x9f]",
        rb"\xd8\x9c",
        rb"\xe2(?:\x80[\x8e\x8f\xa8-\xae]|\x81[\xa6-\xa9])",
        rb"\xef(?:\xbb\xbf|\xbf[\xbe\xbf])",
    )
)
_CONFLICT: Final = re.compile(r"^(?:<<<<<<<|>>>>>>>) ", re.MULTILINE)
BREAK: Final = re.compile(r"\r\n|\r|\n")


def refuse(path: str, data: bytes) -> tuple[Finding, ...]:
    """What makes a file unreadable as a whole, or nothing. `data` is without its byte order mark."""
    if len(data) > MAX_BYTES:
        message = f"the file is larger than {MAX_BYTES // 1024**2} MiB"
        hint = "split the register into a folder of files"
        return (finding("file-too-large", message, Source(path, 1, 1), hint=hint),)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        return (_not_utf8(path, data, error.start),)
    if b"<<<<<<< " in data or b">>>>>>> " in data:
        conflicts = tuple(_conflicts(path, text))
        if conflicts:
            return conflicts
    return () if _clean(data) else tuple(_unclean(path, text))


def without_mark(data: bytes) -> bytes:
    """The bytes without a byte order mark at the start, which editors on Windows write."""
    return data.removeprefix(codecs.BOM_UTF8)


def places(text: str, indexes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Line and column, both from 1, of each of some characters in rising order."""
    line, start = 1, 0
    breaks = BREAK.finditer(text)
    coming = next(breaks, None)
    for index in indexes:
        while coming is not None and coming.end() <= index:
            line, start, coming = line + 1, coming.end(), next(breaks, None)
        yield line, index - start + 1


def character(char: str) -> str:
    """The code point of a character and what Unicode calls it."""
    name = unicodedata.name(char, "control character").lower()
    return f"U+{ord(char):04X} ({name})"


def _clean(data: bytes) -> bool:
    # a search that begins with a fixed byte runs at the speed of memory; one class of characters over a text does not
    if data.translate(None, _CLEAN_ASCII + _REST):
        return False
    return data.isascii() or not any(pattern.search(data) for pattern in _UNCLEAN_BYTES)


def _not_utf8(path: str, data: bytes, start: int) -> Finding:
    before = data[:start].decode("utf-8")
    ((line, column),) = places(before, [len(before)])
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        message = "the file is UTF-16"
    else:
        message = f"the byte 0x{data[start]:02X} is not UTF-8"
    hint = "save the file with the encoding UTF-8"
    return finding("yaml-encoding", message, Source(path, line, column), hint=hint)


def _unclean(path: str, text: str) -> Iterator[Finding]:
    found = list(islice(UNCLEAN.finditer(text), MAX_FINDINGS))
    for match, (line, column) in zip(found, places(text, (match.start() for match in found)), strict=True):
        message = f"the character {character(match[0])} is not allowed"
        yield finding("yaml-encoding", message, Source(path, line, column), hint="delete it")


def _conflicts(path: str, text: str) -> Iterator[Finding]:
    inside = False
    for match in islice(_CONFLICT.finditer(BREAK.sub("\n", text)), MAX_FINDINGS):
        begins = match[0].startswith("<")
        if inside and not begins:  # the end of a conflict whose beginning was told
            inside = False
            continue
        inside = begins
        line = match.string.count("\n", 0, match.start()) + 1
        message = "the file still holds the marks of a merge conflict"
        hint = "keep one of the two versions and delete the lines that begin with <<<<<<<, ======= and >>>>>>>"
        yield finding("merge-conflict", message, Source(path, line, 1), hint=hint)
