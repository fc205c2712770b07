"""A project's files, whatever holds them: a folder, a git tree, a dictionary. Paths are relative and use slashes."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final, Literal, Protocol

from msgspec import Struct, field

MAX_BYTES: Final = 8 * 1024 * 1024
"""The largest register file that is read."""

Kind = Literal["file", "link", "other"]


class FilesError(Exception):
    """A file that cannot be read, as a whole sentence."""


class FileEntry(Struct, frozen=True):
    """One file of a project: its path in the project folder, what it is, and the id of its blob where git has it."""

    path: str
    kind: Kind
    key: str | None = None


class Listed(Protocol):
    """What a listing says of a file. `kind` is `file`, `link` or `other`."""

    @property
    def path(self) -> str:
        """The path in the project folder."""
        ...

    @property
    def kind(self) -> str:
        """What it is."""
        ...

    @property
    def key(self) -> str | None:
        """The id of its blob, where git has it."""
        ...


class Files(Protocol):
    """The files of one project."""

    @property
    def prefix(self) -> str:
        """What findings put before a path."""
        ...

    def listing(self) -> Sequence[Listed]:
        """Every file and link, sorted by path."""
        ...

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        ...


DEEPEST: Final = 64
"""Folders inside each other that are looked into."""


class FolderFiles(Struct, frozen=True):
    """The files below a folder on disk. Hidden files and folders are none of a project's; links are never followed."""

    folder: Path
    prefix: str = ""

    def listing(self) -> Sequence[FileEntry]:
        """Every file and link below the folder, sorted by path.

        Raises:
            FilesError: A folder cannot be listed.
        """
        try:
            return sorted(_walk(self.folder, ""), key=lambda entry: entry.path)
        except OSError as error:
            raise FilesError(f"The folder {error.filename} cannot be listed: {error.strerror}.") from error

    def read(self, path: str) -> bytes:
        """The bytes of a file, one more than `MAX_BYTES` at the most.

        Raises:
            FilesError: The path leaves the folder or runs through a link, or the file cannot be read.
        """
        place = self._inside(path)
        try:
            with place.open("rb") as handle:
                return handle.read(MAX_BYTES + 1)
        except OSError as error:
            raise FilesError(f"The file {place} cannot be read: {error.strerror}.") from error

    def _inside(self, path: str) -> Path:
        steps = PurePosixPath(path).parts
        if not steps or path.startswith("/") or ".." in steps or "\0" in path:
            raise FilesError(f"The path {path!r} leaves the project folder.")
        place = self.folder
        for step in steps:
            place = place / step
            if place.is_symlink():
                raise FilesError(f"The path {path!r} runs through a symbolic link.")
        return place


def _walk(folder: Path, below: str) -> Iterator[FileEntry]:
    if below.count("/") > DEEPEST:
        raise FilesError(f"The folder {folder} lies more than {DEEPEST} folders deep; a project is flat.")
    with os.scandir(folder) as items:
        for item in items:
            if item.name.startswith("."):
                continue
            path = below + _readable(item.name)
            if item.is_symlink():
                yield FileEntry(path, "link")
            elif item.is_dir():
                yield from _walk(Path(item.path), path + "/")
            else:
                yield FileEntry(path, "file" if item.is_file() and path == below + item.name else "other")


def _readable(name: str) -> str:
    """A name whose bytes are not UTF-8 is shown with replacement characters (and cannot be read)."""
    return os.fsencode(name).decode("utf-8", "replace")


class MemoryFiles(Struct, frozen=True):
    """Files that somebody holds in memory."""

    contents: Mapping[str, bytes] = field(default_factory=dict)
    prefix: str = "project/"

    def listing(self) -> Sequence[FileEntry]:
        """Every file, sorted by path."""
        return [FileEntry(path, "file") for path in sorted(self.contents)]

    def read(self, path: str) -> bytes:
        """The bytes of a file.

        Raises:
            FilesError: There is no such file.
        """
        try:
            return self.contents[path]
        except KeyError:
            raise FilesError(f"There is no file {path}.") from None
