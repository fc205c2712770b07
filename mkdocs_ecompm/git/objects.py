"""Git objects from their raw bytes: commits and trees, read as git itself reads them, and the check of an id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from operator import itemgetter
from typing import Final, NamedTuple

from mkdocs_ecompm.git.process import GitError

_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ID_LENGTHS: Final = frozenset({40, 64})
_HEX: Final = re.compile(r"[0-9a-f]*+")
_DATE: Final = re.compile(rb">[ \t\r]*+0*+(\d*+)(?<=\d)[ \t\r]*+[+-]\d[^>]*+\Z")  # as git's split_ident_line
_LINES: Final = {size: re.compile(rb"[0-9]{1,6} [^\0]*\0.{%d}" % size, re.DOTALL) for size in (20, 32)}
_OID: Final = rb"(?:[0-9a-f]{64}|[0-9a-f]{40})"
_USUAL: Final = re.compile(  # a commit as git writes it: nothing folded, repeated or out of its place
    rb"tree (%s)\n((?:parent %s\n)*)author ([^\n]*)\ncommitter ([^\n]*)\n(?! )" % (_OID, _OID)
)
_NAME: Final = itemgetter(1)
"""Of a tree's entry."""
_KINDS: Final = {"40000": "folder", "120000": "link", "160000": "other"}
_NO_NAMES: Final = frozenset({b"", b".", b".."})
_LAST_SECOND: Final = 253402300799  # 9999-12-31T23:59:59Z: no datetime goes further


class ObjectError(GitError):
    """An object that cannot be relied on."""

    def __init__(self, oid: str, sentence: str) -> None:
        super().__init__(sentence)
        self.oid = oid


class MissingObject(ObjectError):  # noqa: N818  # the name says what is found, as in `missing` of git itself
    """An object that is not in this repository (shallow, partial or damaged)."""

    def __init__(self, oid: str) -> None:
        super().__init__(oid, f"The object {oid} is missing from the repository.")


class ObjectMismatch(ObjectError):  # noqa: N818  # see above
    """An object whose content is not what its id says."""

    def __init__(self, oid: str) -> None:
        super().__init__(oid, f"The object {oid} was tampered with: its content does not match its id.")


class DamagedObject(ObjectError):  # noqa: N818  # see above
    """An object whose file or pack git cannot read."""

    def __init__(self, oid: str) -> None:
        super().__init__(oid, f"The object {oid} is damaged: git cannot read it.")


class MalformedObject(ObjectError):  # noqa: N818  # see above
    """An object that is whole but not a commit or tree that can be read."""


class GitObject(NamedTuple):
    """An object: its id, its type (`commit`, `tree`, `blob`, `tag`), and its content.

    Objects, tree entries and commits are named tuples, for a long history has tens of thousands of them.
    """

    oid: str
    type: str
    data: bytes


made_object: Final[Callable[[tuple[str, str, bytes]], GitObject]] = partial(tuple.__new__, GitObject)
"""Makes an object from its fields in half the time."""


class TreeEntry(NamedTuple):
    """One line of a tree. `mode` is octal text without leading zeros, as in the object: `100644`, `40000`, `120000`."""

    mode: str
    name: bytes
    oid: str

    @property
    def kind(self) -> str:
        """What it is: `folder`, `file`, `link`, or `other` (a submodule)."""
        return _KINDS.get(self.mode, "file")


class Commit(NamedTuple):
    """A commit. `author` and `committer` are the raw values of their lines, time included; dates are in UTC."""

    oid: str
    tree: str
    parents: tuple[str, ...]
    author: bytes
    committer: bytes
    author_date: datetime
    committer_date: datetime
    message: bytes
    raw: bytes


def is_id(text: str) -> bool:
    """Whether the text is a full object id, of either kind."""
    return _ID.fullmatch(text) is not None


def are_ids(texts: Sequence[str]) -> bool:
    """As `is_id`, of many at once."""
    return set(map(len, texts)) <= _ID_LENGTHS and _HEX.fullmatch("".join(texts)) is not None


def digest(kind: str, data: bytes, object_format: str = "sha1") -> str:
    """The id that an object of this kind and content has."""
    header = b"%s %d\0" % (kind.encode(), len(data))
    return hash_of(object_format)(header + data, usedforsecurity=False).hexdigest()


def hash_of(object_format: str) -> Callable[..., hashlib._Hash]:
    """The function that makes the ids of a repository."""
    return hashlib.sha256 if object_format == "sha256" else hashlib.sha1


def line_date(line: bytes) -> datetime:
    """The time in an author or committer line; a broken one is the epoch, as git has it."""
    match = _DATE.search(line.partition(b"\n")[0])
    digits = match[1] if match else b""
    seconds = int(digits or b"0") if len(digits) <= len(str(_LAST_SECOND)) else _LAST_SECOND
    return datetime.fromtimestamp(min(seconds, _LAST_SECOND), UTC)


def _headers_of(raw: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], bytes]:
    """The headers of a commit (continuation lines joined by newlines) and its message."""
    head, _, message = raw.partition(b"\n\n")
    headers: list[tuple[bytes, bytes]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and headers:
            name, value = headers[-1]
            headers[-1] = (name, value + b"\n" + line[1:])
        elif line:
            name, _, value = line.partition(b" ")
            headers.append((name, value))
    return tuple(headers), message


def parse_commit(oid: str, raw: bytes) -> Commit:
    """Read a commit. As for git, only `parent` lines that follow the `tree` line at once are parents.

    Raises:
        MalformedObject: there is no tree line in front.
    """
    usual = _USUAL.match(raw)
    if usual is not None:
        tree, author, committer = usual[1].decode("ascii"), usual[3], usual[4]
        parents = tuple(line[7:].decode("ascii") for line in usual[2].splitlines())
        message = raw.partition(b"\n\n")[2]
    else:
        tree, parents, author, committer, message = _unusual(oid, raw)
    when = line_date(committer)
    said = when if author == committer else line_date(author)
    return Commit(oid, tree, parents, author, committer, said, when, message, raw)


def _unusual(oid: str, raw: bytes) -> tuple[str, tuple[str, ...], bytes, bytes, bytes]:
    """The tree, the parents, author and committer, and the message of a commit of any shape."""
    headers, message = _headers_of(raw)
    if not headers or headers[0][0] != b"tree":
        raise MalformedObject(oid, f"The commit {oid} cannot be read: it does not begin with a tree.")
    named = takewhile(lambda header: header[0] == b"parent", headers[1:])
    parents = tuple(value.decode("ascii", "replace") for _, value in named)
    tree = headers[0][1].decode("ascii", "replace")
    if not all(map(is_id, (tree, *parents))):
        raise MalformedObject(oid, f"The commit {oid} cannot be read: a tree or parent is not an object id.")
    first = dict(reversed(headers))
    return tree, parents, first.get(b"author", b""), first.get(b"committer", b""), message


class TreeLines(dict[bytes, TreeEntry]):
    """Lines of trees as they were read the first time: most of a tree is as it was in the commit before.

    Raises:
        ValueError: a name could leave its folder.
    """

    def __init__(self) -> None:
        super().__init__()
        self._named: dict[bytes, tuple[str, bytes]] = {}

    def __missing__(self, line: bytes) -> TreeEntry:
        """Read a line, and remember it."""
        end = line.index(b"\0") + 1
        named = self._named.get(line[:end])
        if named is None:
            mode, name = line[: end - 1].split(b" ", 1)
            if name in _NO_NAMES or b"/" in name:
                raise ValueError
            named = self._named[line[:end]] = (mode.lstrip(b"0").decode(), name)
        entry = self[line] = TreeEntry(*named, line[end:].hex())
        return entry


def parse_tree(oid: str, raw: bytes, known: TreeLines | None = None) -> tuple[TreeEntry, ...]:
    """Read a tree; `known` remembers lines from one tree to the next.

    Raises:
        MalformedObject: the bytes are no tree, or a name occurs twice or could leave its folder.
    """
    lines = _LINES[len(oid) // 2].findall(raw)
    if b"".join(lines) != raw:
        raise MalformedObject(oid, f"The tree {oid} cannot be read.")
    try:
        entries = tuple(map((TreeLines() if known is None else known).__getitem__, lines))
    except ValueError:
        raise _bad_name(oid) from None
    if len(entries) > 1 and len(set(map(_NAME, entries))) < len(entries):
        raise _bad_name(oid)
    return entries


def _bad_name(tree: str) -> MalformedObject:
    return MalformedObject(tree, f"The tree {tree} has a name that no folder can have.")
