"""Git objects from their raw bytes: commits and trees, read as git itself reads them, and the check of an id."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, NamedTuple

from mkdocs_ecompm.git.process import GitError

_ID: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_DATE: Final = re.compile(rb"> *(\d{1,19}) [+-]\d{4,}$")
_LINES: Final = {size: re.compile(rb"([0-9]{1,6}) ([^\0]*)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)}
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


@dataclass(frozen=True, slots=True)
class GitObject:
    """An object: its id, its type (`commit`, `tree`, `blob`, `tag`), and its content."""

    oid: str
    type: str
    data: bytes


class TreeEntry(NamedTuple):
    """One line of a tree. `mode` is octal text without leading zeros, as in the object: `100644`, `40000`, `120000`.

    A named tuple, for a long history has hundreds of thousands of them.
    """

    mode: str
    name: bytes
    oid: str

    @property
    def kind(self) -> str:
        """What it is: `folder`, `file`, `link`, or `other` (a submodule)."""
        return _KINDS.get(self.mode, "file")


@dataclass(frozen=True, slots=True)
class Commit:
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
    headers: tuple[tuple[bytes, bytes], ...]


def is_id(text: str) -> bool:
    """Whether the text is a full object id, of either kind."""
    return _ID.fullmatch(text) is not None


def digest(kind: str, data: bytes, object_format: str = "sha1") -> str:
    """The id that an object of this kind and content has."""
    header = b"%s %d\0" % (kind.encode(), len(data))
    make = hashlib.sha256 if object_format == "sha256" else hashlib.sha1
    return make(header + data, usedforsecurity=False).hexdigest()


def line_date(line: bytes) -> datetime:
    """The time in an author or committer line; a broken one is the epoch, as git has it."""
    match = _DATE.search(line)
    return datetime.fromtimestamp(min(int(match[1]), _LAST_SECOND) if match else 0, UTC)


def headers_of(raw: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], bytes]:
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
    headers, message = headers_of(raw)
    if not headers or headers[0][0] != b"tree":
        raise MalformedObject(oid, f"The commit {oid} cannot be read: it does not begin with a tree.")
    parents: list[str] = []
    for name, value in headers[1:]:
        if name != b"parent":
            break
        parents.append(value.decode("ascii", "replace"))
    tree = headers[0][1].decode("ascii", "replace")
    if not all(map(is_id, (tree, *parents))):
        raise MalformedObject(oid, f"The commit {oid} cannot be read: a tree or parent is not an object id.")
    first = dict(reversed(headers))
    author, committer = first.get(b"author", b""), first.get(b"committer", b"")
    when = line_date(committer)
    dates = (when if author == committer else line_date(author)), when
    return Commit(oid, tree, tuple(parents), author, committer, *dates, message, raw, headers)


def parse_tree(oid: str, raw: bytes) -> tuple[TreeEntry, ...]:
    """Read a tree.

    Raises:
        MalformedObject: the bytes are no tree, or a name occurs twice or could leave its folder.
    """
    lines = _LINES[len(oid) // 2].findall(raw)
    if sum(len(mode) + len(name) for mode, name, _ in lines) + len(lines) * (len(oid) // 2 + 2) != len(raw):
        raise MalformedObject(oid, f"The tree {oid} cannot be read.")
    names = {name for _, name, _ in lines}
    if len(names) < len(lines) or not names.isdisjoint(_NO_NAMES) or any(b"/" in name for name in names):
        raise MalformedObject(oid, f"The tree {oid} has a name that no folder can have.")
    return tuple(TreeEntry(mode.lstrip(b"0").decode(), name, entry.hex()) for mode, name, entry in lines)
