"""Git objects from their raw bytes: commits and trees, read as git itself reads them, and the check of an id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from itertools import takewhile
from operator import itemgetter
from typing import Final, NamedTuple

from mkdocs_ecompm.git.process import GitError

_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_ID_LENGTHS: Final = frozenset({40, 64})
_HEX: Final = re.compile(r"[0-9a-f]*+")
_DATE: Final = re.compile(rb">[ \t\r]*+0*+(\d*+)(?<=\d)[ \t\r]*+[+-]\d[^>]*+\Z")  # as git's split_ident_line
_LINE: Final = rb"[0-9]{1,6} [^\0]*+\0.{%d}"
_LINES: Final = {size: re.compile(_LINE % size, re.DOTALL) for size in (20, 32)}
_TREES: Final = {size: re.compile(rb"(?:%s)*+" % (_LINE % size), re.DOTALL) for size in (20, 32)}
_OID: Final = rb"[0-9a-f]{40}(?:[0-9a-f]{24})?+"
_ABOVE: Final = re.compile(rb"tree %s\n(?:parent %s\n)*+(?! |parent(?:[ \n]|\Z))" % (_OID, _OID))
"""The first lines of a commit as git writes them."""
_PEOPLE: Final = re.compile(rb"tree [^\n]*\n(?:parent [^\n]*\n)*+author ([^\n]*)\ncommitter ([^\n]*)\n(?! )")
"""Those behind them, with nothing folded, repeated or out of its place."""
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
    raw: bytes

    @property
    def author(self) -> bytes:
        """The value of its author line; empty without one."""
        return _people(self.raw)[0]

    @property
    def committer(self) -> bytes:
        """The value of its committer line; empty without one."""
        return _people(self.raw)[1]

    @property
    def author_date(self) -> datetime:
        """When its author says that it was made."""
        return line_date(self.author)

    @property
    def committer_date(self) -> datetime:
        """When its committer says that it was made."""
        return line_date(self.committer)

    @property
    def message(self) -> bytes:
        """What stands below the headers."""
        return self.raw.partition(b"\n\n")[2]


_made_commit: Final[Callable[[tuple[str, str, tuple[str, ...], bytes]], Commit]] = partial(tuple.__new__, Commit)
"""The same for a commit."""


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


def _headers_of(raw: bytes) -> tuple[tuple[bytes, bytes], ...]:
    """The headers of a commit, continuation lines joined by newlines."""
    head = raw.partition(b"\n\n")[0]
    headers: list[tuple[bytes, list[bytes]]] = []
    for line in head.split(b"\n"):
        if line.startswith(b" ") and headers:
            headers[-1][1].append(line[1:])
        elif line:
            name, _, value = line.partition(b" ")
            headers.append((name, [value]))
    return tuple((name, b"\n".join(lines)) for name, lines in headers)


def parse_commit(oid: str, raw: bytes) -> Commit:
    """Read a commit. As for git, only `parent` lines that follow the `tree` line at once are parents.

    Raises:
        MalformedObject: there is no tree line in front.
    """
    usual = _ABOVE.match(raw)
    if usual is None:
        return _unusual(oid, raw)
    words = usual[0].decode().split()
    return _made_commit((oid, words[1], tuple(words[3::2]), raw))


def _unusual(oid: str, raw: bytes) -> Commit:
    """A commit of any shape."""
    headers = _headers_of(raw)
    if not headers or headers[0][0] != b"tree":
        raise MalformedObject(oid, f"The commit {oid} cannot be read: it does not begin with a tree.")
    named = takewhile(lambda header: header[0] == b"parent", headers[1:])
    parents = tuple(value.decode("ascii", "replace") for _, value in named)
    tree = headers[0][1].decode("ascii", "replace")
    if not all(map(is_id, (tree, *parents))):
        raise MalformedObject(oid, f"The commit {oid} cannot be read: a tree or parent is not an object id.")
    return Commit(oid, tree, parents, raw)


def _people(raw: bytes) -> tuple[bytes, bytes]:
    """The values of a commit's author and committer lines, the first of each; empty without one."""
    usual = _PEOPLE.match(raw)
    if usual is not None:
        return usual[1], usual[2]
    first = dict(reversed(_headers_of(raw)))
    return first.get(b"author", b""), first.get(b"committer", b"")


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
    size = len(oid) // 2
    if _TREES[size].fullmatch(raw) is None:  # else the next line would look for its entries from each place anew
        raise MalformedObject(oid, f"The tree {oid} cannot be read.")
    lines = _LINES[size].findall(raw)
    try:
        entries = tuple(map((TreeLines() if known is None else known).__getitem__, lines))
    except ValueError:
        raise _bad_name(oid) from None
    if len(entries) > 1 and len(set(map(_NAME, entries))) < len(entries):
        raise _bad_name(oid)
    return entries


def entry_named(oid: str, raw: bytes, name: bytes) -> TreeEntry | None:
    """What bears a name in a tree; None if nothing does. The other entries are passed over, not read.

    Raises:
        MalformedObject: the bytes are no tree, the name occurs twice, or another one could leave its folder.
    """
    found = _finder(name, len(oid) // 2).fullmatch(raw)
    if found is None:
        return next((entry for entry in parse_tree(oid, raw) if entry.name == name), None)
    return TreeEntry(found[1].decode(), name, found[2].hex()) if found[1] else None


@lru_cache(maxsize=64)
def _finder(name: bytes, size: int) -> re.Pattern[bytes]:
    """Goes over the entries of a tree to the one of a name, and on; fails if there are two, or anything unusual."""
    other = rb"(?:[1-7][0-7]{4,5} (?!(?:%s|\.{0,2})\0)[^\0/]++\0.{%d})*+" % (re.escape(name), size)
    wanted = rb"(?:([1-7][0-7]{4,5}) %s\0(.{%d}))?+" % (re.escape(name), size)
    return re.compile(other + wanted + other, re.DOTALL)


def _bad_name(tree: str) -> MalformedObject:
    return MalformedObject(tree, f"The tree {tree} has a name that no folder can have.")
