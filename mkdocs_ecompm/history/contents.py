"""The contents of a project at one moment, untyped: those shown, or those of any commit, each blob parsed once."""

from __future__ import annotations

import hashlib
import os
import posixpath
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from typing import Final

from msgspec import Struct, field

from mkdocs_ecompm.git.objects import Commit, GitObject, TreeEntry
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.load.contents import repeated_ids
from mkdocs_ecompm.load.files import FileEntry, Files, FilesError
from mkdocs_ecompm.load.piecewise import PiecewiseReader
from mkdocs_ecompm.load.state import load_contents
from mkdocs_ecompm.load.yaml_reader import Parsed, read_yaml
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.state import State

_MOST_FILES: Final = 20_000
"""Files and folders of one register in one commit; more make it unreadable there."""
_DEEPEST: Final = 64
_TYPED: Final = frozenset({"project", "people", "signoffs", "asks"})
"""The registers whose past is read with its types too, which need to know where in the file a value stands."""
Stamp = tuple[TreeEntry, ...]
"""What a register's files are: mode, id and name of each file and folder that bears its name."""
Read = tuple[YamlMap | None, str | None]
"""A register's content, and the path of the file that cannot be read; both None if there is no such register."""


class Contents(Struct, frozen=True, eq=False):
    """What a project's files say, without types.

    `read` gives a register, `key_file` the SHA-256 (hex) of a file and `key_bytes` the file itself, None if there is no
    such file. `stamps` and `whole` identify the files of each register and of the whole project in git; `memory` keeps
    what was computed from contents, under keys that hold these ids.
    """

    read: Callable[[str], Read]
    key_file: Callable[[str], str | None] = field(default=lambda _path: None)
    stamps: Mapping[str, Stamp] = field(default_factory=dict)
    whole: str = ""
    memory: dict[Hashable, object] = field(default_factory=dict)
    key_bytes: Callable[[str], bytes | None] = field(default=lambda _path: None)

    def register(self, name: str) -> YamlMap | None:
        """The content of a register, None if there is none.

        Raises:
            UnreadableContent: it exists but cannot be read.
        """
        content, fault = self.read(name)
        if fault is not None:
            raise UnreadableContent(f"{fault} cannot be read.")
        return content

    @property
    def project(self) -> str | None:
        """The project's id, None if it cannot be read."""
        content, fault = self.read("project")
        found = content.get("id") if content is not None and fault is None else None
        return found if isinstance(found, str) else None

    def stamp(self, *names: str) -> tuple[Stamp, ...]:
        """What identifies these registers in git."""
        return tuple(self.stamps.get(name, ()) for name in names)


EMPTY: Final = Contents(lambda _name: (None, None))


def shown(state: State, files: Files | None = None) -> Contents:
    """The contents of a state that was read, with the project's files for the keys that it names."""

    def read(name: str) -> Read:
        return state.contents.get(name), state.unreadable.get(name)

    @cache
    def listed() -> frozenset[str]:
        return frozenset(entry.path for entry in files.listing() if entry.kind == "file") if files else frozenset()

    @cache
    def key_bytes(path: str) -> bytes | None:
        if files is None or path not in listed():
            return None
        try:
            return files.read(path)
        except FilesError:
            return None

    def key_file(path: str) -> str | None:
        found = key_bytes(path)
        return None if found is None else hashlib.sha256(found).hexdigest()

    return Contents(read, key_file, key_bytes=key_bytes)


class ContentsHistory:
    """The contents at any commit. Commits whose project folder is the same share them, and so do their registers.

    With `in_pieces`, what a version of a register shares with others is read once; what is decided on that should be
    looked at again in `whole`.
    """

    def __init__(self, repository: Repository, folder: str, *, in_pieces: bool = False) -> None:
        self._repository = repository
        self._folder = folder
        self._steps: Final = [os.fsencode(step) for step in folder.split("/") if step]
        self._prefix = f"{folder.strip('/')}/" if folder.strip("/") else ""
        self._folders: dict[str, str] = {}
        self._by_folder: dict[str, Contents] = {"": EMPTY}
        self._by_stamp: dict[tuple[str, Stamp], Read] = {}
        self._parsed: dict[tuple[str, bytes], Parsed] = {}
        self._pieces = PiecewiseReader() if in_pieces else None
        self._memory: dict[Hashable, object] = {}
        self._at_hand: GitObject | None = None

    @cached_property
    def whole(self) -> ContentsHistory:
        """The same, with each file read as a whole: it takes longer, and rests on no shortcut."""
        if self._pieces is None:
            return self
        found = ContentsHistory(self._repository, self._folder)
        found._parsed = self._parsed  # for these are whole files
        return found

    def read_ahead(self, commits: Iterable[Commit]) -> None:
        """Read the project folders of these commits in one go.

        Raises:
            ObjectError: one of them, or a folder on the way there, cannot be relied on.
        """
        child = self._repository.child
        found = {commit.tree: commit.tree for commit in commits}
        for step in self._steps:
            self._repository.read_children(filter(None, found.values()), step)
            for tree, place in found.items():
                entry = child(place, step) if place else None
                found[tree] = entry.oid if entry and entry.mode == "40000" else ""
        self._repository.need_trees(filter(None, found.values()))
        self._folders.update(found)

    def may_have(self, name: bytes) -> bool:
        """Whether any project folder that was read ahead may hold something of this name: quicker than to look."""
        return self._repository.may_have(filter(None, self._folders.values()), name)

    def read_registers(self, wanted: Iterable[tuple[str, str]]) -> None:
        """Read registers at commits in one go, each a commit and the name of one. What is amiss shows later.

        Of those that are folders, each file is read when it is asked for.

        Raises:
            ObjectError: a project folder cannot be relied on.
        """
        stamps = {(name, self.at(commit).stamps.get(name, ())) for commit, name in wanted}
        files = {stamp[0].oid: (name, stamp) for name, stamp in stamps if len(stamp) == 1 and stamp[0].kind == "file"}
        for answer in self._repository.read_many(files):
            if isinstance(answer, GitObject):
                self._at_hand = answer
                self._register(*files[answer.oid])
        self._at_hand = None

    def at(self, commit: str) -> Contents:
        """The contents at a commit; empty where it has no project folder. Registers are read when asked for.

        Raises:
            ObjectError: an object that is needed cannot be relied on.
        """
        folder = self.folder(commit)
        found = self._by_folder.get(folder)
        if found is None:
            found = self._by_folder[folder] = self._contents(folder)
        return found

    def folder(self, commit: str) -> str:
        """The id of the project folder's tree at a commit, empty if it has none: the same id, the same contents."""
        tree = self._repository.commit(commit).tree
        if tree not in self._folders:
            found = tree
            for step in self._steps:
                entry = self._repository.child(found, step) if found else None
                found = entry.oid if entry and entry.kind == "folder" else ""
            self._folders[tree] = found
        return self._folders[tree]

    def _contents(self, folder: str) -> Contents:
        stamps: dict[str, Stamp] = {}
        for entry in self._repository.tree(folder):
            name = _register_name(entry.name, entry.mode)
            stamps[name] = (*stamps[name], entry) if name in stamps else (entry,)

        def read(name: str) -> Read:
            return self._register(name, stamps[name]) if name in stamps else (None, None)

        def key_file(path: str) -> str | None:
            return self._key_file(folder, path)

        def key_bytes(path: str) -> bytes | None:
            blob = self._blob(folder, path)
            return None if blob is None else self._repository.read(blob).data

        return Contents(read, key_file, stamps, folder, self._memory, key_bytes)

    def _register(self, name: str, stamp: Stamp) -> Read:
        found = self._by_stamp.get((name, stamp))
        if found is None:
            found = self._by_stamp[name, stamp] = self._read(name, stamp)
        return found

    def _read(self, name: str, entries: Sequence[TreeEntry]) -> Read:
        plain = self._read_plain(name, entries)
        if plain is not None:
            return plain, None
        try:
            files = _RegisterFiles(self._repository, self._data, self._prefix, entries)
        except _TooManyFiles:
            return None, f"{self._prefix}{name}"
        contents, unreadable = load_contents(files, (name,), self.parse)
        return contents.get(name), unreadable.get(name)

    def _read_plain(self, name: str, entries: Sequence[TreeEntry]) -> YamlMap | None:
        """A register of one file, without places: of a version only what is new is read. None if it is not so plain."""
        (entry, *more) = entries
        plain = not more and entry.kind == "file" and entry.name == os.fsencode(f"{name}.yml") and name.isalpha()
        if self._pieces is None or not plain or name in _TYPED:
            return None
        content = self._pieces.read(self._data(entry.oid))
        return None if content is None or any(repeated_ids(content)) else content

    def _data(self, blob: str) -> bytes:
        found = self._at_hand
        return found.data if found is not None and found.oid == blob else self._repository.read(blob).data

    def parse(self, path: str, data: bytes) -> Parsed:
        """The file as it was read the first time: of a register's many files, a commit changes one."""
        key = (path, hashlib.sha256(data).digest())
        found = self._parsed.get(key)
        if found is None:
            found = self._parsed[key] = read_yaml(path, data)
        return found

    def _blob(self, folder: str, path: str) -> str | None:
        """The id of a file below a folder; links are never followed."""
        entry = TreeEntry("40000", b"", folder)
        for step in path.split("/"):
            following = _named(self._repository.tree(entry.oid), os.fsencode(step)) if entry.kind == "folder" else None
            if following is None:
                return None
            entry = following
        return entry.oid if entry.kind == "file" else None

    def _key_file(self, folder: str, path: str) -> str | None:
        blob = self._blob(folder, path)
        if blob is None:
            return None
        found = self._memory.get(("file", blob))
        if not isinstance(found, str):
            found = hashlib.sha256(self._repository.read(blob).data).hexdigest()
            self._memory["file", blob] = found
        return found


class _TooManyFiles(Exception):  # noqa: N818  # it says what was found
    """A register of so many files, or so deep, that nobody wrote it: a few small trees can stand for a billion."""


class _RegisterFiles:
    """The files of one register in a tree, in the shape that the loader reads.

    Raises:
        _TooManyFiles: there are more than anybody writes.
    """

    def __init__(
        self, repository: Repository, read: Callable[[str], bytes], prefix: str, entries: Sequence[TreeEntry]
    ) -> None:
        self._repository = repository
        self._read = read
        self.prefix = prefix
        self._seen = 0
        self._entries = dict(self._below("", entries, 0))

    def listing(self) -> Sequence[FileEntry]:
        """Every file and link of the register, sorted by path."""
        return [
            FileEntry(path, entry.kind, entry.oid)  # type: ignore[arg-type]  # a folder is never one of them
            for path, entry in sorted(self._entries.items())
        ]

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        return self._read(self._entries[path].oid)

    def _below(self, path: str, entries: Iterable[TreeEntry], depth: int) -> Iterable[tuple[str, TreeEntry]]:
        for entry in entries:
            self._seen += 1
            if self._seen > _MOST_FILES or depth > _DEEPEST:
                raise _TooManyFiles
            name = path + os.fsdecode(entry.name)
            if entry.kind == "folder":
                yield from self._below(f"{name}/", self._repository.tree(entry.oid), depth + 1)
            else:
                yield name, entry


@lru_cache(maxsize=1024)  # the few names of a project, asked about at each of its commits
def _register_name(name: bytes, mode: str) -> str:
    """The register that a file or folder at the top of a project belongs to, if it belongs to one."""
    text = os.fsdecode(name)
    return text if mode == "40000" else posixpath.splitext(text)[0]


def _named(entries: Iterable[TreeEntry], name: bytes) -> TreeEntry | None:
    for entry in entries:
        if entry.name == name:
            return entry
    return None
