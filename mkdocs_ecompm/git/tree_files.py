"""The files of a folder in a commit, in the shape in which the loader reads any project."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository


class TreeFile(Struct, frozen=True):
    """A file: its path below the folder, what it is (`file`, `link`, `other`), and its blob id."""

    path: str
    kind: str
    key: str | None


class TreeFiles:
    """The files below `folder` in the tree of `commit`; the empty folder is the whole tree."""

    def __init__(self, repository: Repository, commit: str, folder: str) -> None:
        self._repository = repository
        self._commit = commit
        self._folder = folder.strip("/")
        self.prefix = f"{self._folder}/" if self._folder else ""

    @property
    def exists(self) -> bool:
        """Whether the commit has this folder."""
        entry = self._repository.entry(self._commit, self._folder)
        return entry is not None and entry.kind == "folder"

    def listing(self) -> Sequence[TreeFile]:
        """Every file below the folder, in the order of their paths; none if there is no such folder."""
        found = self._repository.walk(self._commit, self._folder)
        return [
            TreeFile(path.removeprefix(self.prefix), entry.kind, entry.oid if entry.kind == "file" else None)
            for path, entry in found
        ]

    def read(self, path: str) -> bytes:
        """The content of a file.

        Raises:
            GitError: there is no such file.
            ObjectError: it is missing from the repository, damaged, or not what its id says.
        """
        entry = self._repository.entry(self._commit, f"{self.prefix}{path}")
        if entry is None or entry.kind != "file":
            raise GitError(f"The commit {self._commit} has no file {self.prefix}{path}.")
        return self._repository.read(entry.oid).data
