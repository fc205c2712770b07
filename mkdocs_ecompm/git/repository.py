"""A repository, read only: its commits, trees and blobs, and what differs in its working tree."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from mkdocs_ecompm.git.discovery import Place, find
from mkdocs_ecompm.git.objects import (
    MalformedObject,
    MissingObject,
    TreeEntry,
    is_id,
    parse_commit,
)
from mkdocs_ecompm.git.process import GitError, lines, run
from mkdocs_ecompm.git.revisions import checked, ends
from mkdocs_ecompm.git.store import ObjectStore
from mkdocs_ecompm.git.worktree import differs

_UNREADABLE: Final = re.compile(r"(?:[Cc]ould not read|traverse parents of commit|bad object) ([0-9a-f]{40,64})")
_DEEPEST: Final = 256
_MOST_ENTRIES: Final = 1_000_000


class Repository(ObjectStore):
    """A repository that is open for reading; use it as a context manager, or call `close`."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.worktree: Path | None = place.worktree
        self.bare: bool = place.worktree is None
        self.shallow: bool = place.shallow

    @property
    def partial(self) -> bool:
        """Whether it is a partial clone: objects may be at the place alone that it was cloned from."""
        return any((self.git_dir / "objects" / "pack").glob("*.promisor"))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """The repository in or around `folder`.

        Raises:
            GitError: there is none, git is missing or too old, or the repository belongs to somebody else.
        """
        place = find(folder)
        if place is None:
            raise GitError(f"There is no git repository in or around {folder}.")
        return cls(place)

    @classmethod
    def discover(cls, folder: Path) -> Self | None:
        """The repository in or around `folder`, or None if there is none.

        Raises:
            GitError: git is missing or too old, or the repository belongs to somebody else.
        """
        place = find(folder)
        return None if place is None else cls(place)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- commits by name ------------------------------------------------------------------------------------------

    def resolve(self, rev: str) -> str:
        """The full id of the commit that `rev` names (`HEAD~3`, a branch, a tag, a full or short id).

        Raises:
            GitError: no commit has this name, or it looks like an option.
            MissingObject: the name is known but its commit is not in the repository.
        """
        found = self._commit_named(checked(rev))
        if found is None:
            raise GitError(f"There is no commit `{rev}` in the repository {self.git_dir}.")
        return found

    def head(self) -> str | None:
        """The commit that is checked out; None as long as there is no commit.

        Raises:
            GitError: the refs cannot be read.
            MissingObject: the branch points to a commit that is not in the repository.
        """
        found = self._commit_named("HEAD")
        if found is None:
            self._run(["for-each-ref", "--count=1"])  # damaged refs are no unborn branch
        return found

    def rev_list(
        self,
        *revs: str,
        all_refs: bool = False,
        first_parent: bool = False,
        topo: bool = False,
        reverse: bool = False,
    ) -> list[str]:
        """The commits reachable from `revs` (default HEAD), ranges too, in the order of `git rev-list`.

        Raises:
            GitError: a name is unknown.
            MissingObject: the history has a hole.
        """
        wanted = (("--first-parent", first_parent), ("--topo-order", topo), ("--reverse", reverse))
        options = [option for option, chosen in wanted if chosen]
        return list(self.walk_history(*revs, all_refs=all_refs, options=options))

    def walk_history(self, *revs: str, all_refs: bool = False, options: Sequence[str] = ()) -> Iterator[str]:
        """As `rev_list`, each commit as soon as git has found it.

        Raises:
            GitError: a name is unknown.
            MissingObject: the history has a hole.
        """
        if not revs and not all_refs and self.head() is None:
            return iter(())
        names = [e for rev in revs or (() if all_refs else ("HEAD",)) for e in ends(rev)]
        ids = ["".join(e.before + self.resolve(e.name) + e.after for e in joined) for joined in names]
        every = ["--all"] if all_refs else []
        return self._history(["rev-list", *options, *every, "--end-of-options", *ids, "--"])

    def _history(self, arguments: list[str]) -> Iterator[str]:
        option, folder = self._here
        try:
            for line in lines([option, *arguments], folder=folder):
                yield line.decode("ascii").rstrip("\n")
        except GitError as error:
            hole = _UNREADABLE.search(str(error))
            if hole is None:
                raise
            raise MissingObject(hole[1]) from error

    def entry(self, commit: str, path: str) -> TreeEntry | None:
        """What stands at `path` in the tree of `commit` (the empty path is the tree itself); None if nothing does."""
        found = TreeEntry("40000", b"", self.commit(commit).tree)
        for name in filter(None, os.fsencode(path).split(b"/")):
            following = self.child(found.oid, name) if found.kind == "folder" else None
            if following is None:
                return None
            found = following
        return found

    def walk(self, commit: str, path: str) -> Iterator[tuple[str, TreeEntry]]:
        """Every file, link and submodule at or below `path` in the tree of `commit`, in the order of the tree.

        Raises:
            MalformedObject: folders inside folders without end: few small trees can name each other millions of times.
        """
        start_at = self.entry(commit, path)
        if start_at is None:
            return
        waiting = [(path.strip("/"), start_at, 0)]
        count = 0
        while waiting:
            place, entry, depth = waiting.pop()
            count += 1
            if depth > _DEEPEST or count > _MOST_ENTRIES:
                raise MalformedObject(start_at.oid, f"The folder {path} of commit {commit} is too deep or too large.")
            if entry.kind != "folder":
                yield place, entry
                continue
            below = f"{place}/" if place else ""
            waiting.extend((below + os.fsdecode(item.name), item, depth + 1) for item in reversed(self.tree(entry.oid)))

    # --- the working tree -----------------------------------------------------------------------------------------

    def dirty(self, path: str) -> bool:
        """Whether anything at or below `path` in the working tree differs from HEAD: changed, added or removed."""
        if self.worktree is None:
            return False
        head = self.head()
        recorded = dict(self.walk(head, path)) if head else {}
        return differs(self.worktree, recorded, self._listed(path), self.object_format)

    def _listed(self, path: str) -> list[str]:
        arguments = ["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", f":(top,literal){path}"]
        names = self._run([f"--work-tree={self.worktree}", *arguments]).split(b"\0")
        return [os.fsdecode(name) for name in names if name]

    # --- how ------------------------------------------------------------------------------------------------------

    def _run(self, arguments: list[str]) -> bytes:
        option, folder = self._here
        return run([option, *arguments], folder=folder)

    def _commit_named(self, name: str) -> str | None:
        found = self._batch.find(f"{name}^{{commit}}")
        if found is not None:
            self._commits[found.oid] = parse_commit(found.oid, found.data)
            return found.oid
        try:
            known = self._run(["rev-parse", "--verify", "--quiet", "--end-of-options", name]).decode().strip()
        except GitError:
            return None
        if is_id(known) and self._batch.find(known) is None:
            raise MissingObject(known)
        return None
