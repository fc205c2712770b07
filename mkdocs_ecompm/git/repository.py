"""A repository, read only: its commits, trees and blobs, and what differs in its working tree."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self, cast

from mkdocs_ecompm.git.batch import Batch, ask_all, end
from mkdocs_ecompm.git.discovery import Place, find
from mkdocs_ecompm.git.objects import (
    Commit,
    GitObject,
    MalformedObject,
    MissingObject,
    ObjectError,
    TreeEntry,
    TreeLines,
    are_ids,
    entry_named,
    is_id,
    parse_commit,
    parse_tree,
)
from mkdocs_ecompm.git.process import GitError, lines, run, start
from mkdocs_ecompm.git.revisions import checked, ends
from mkdocs_ecompm.git.worktree import differs

_UNREADABLE: Final = re.compile(r"(?:[Cc]ould not read|traverse parents of commit|bad object) ([0-9a-f]{40,64})")
_DEEPEST: Final = 256
_MOST_ENTRIES: Final = 1_000_000
_MANY: Final = 50
"""From so many objects on, a process of their own is worth it."""


class Repository:
    """A repository that is open for reading; use it as a context manager, or call `close`."""

    def __init__(self, place: Place) -> None:
        self.worktree: Path | None = place.worktree
        self.git_dir: Path = place.git_dir
        self.bare: bool = place.worktree is None
        self.object_format: str = place.object_format
        self.shallow: bool = place.shallow
        self._batch = Batch(self._start_batch, place.object_format)
        self._commits: dict[str, Commit] = {}
        self._trees: dict[str, tuple[TreeEntry, ...]] = {}
        self._unparsed: dict[str, bytes] = {}
        self._children: dict[tuple[str, bytes], TreeEntry | None] = {}
        self._lines = TreeLines()

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

    def close(self) -> None:
        """End the process that reads objects; it starts again if another one is asked for."""
        self._batch.close()

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

    # --- objects --------------------------------------------------------------------------------------------------

    def read(self, oid: str) -> GitObject:
        """The object of this id, re-hashed.

        Raises:
            ObjectError: it is missing, damaged, or not what its id says.
        """
        (answer,) = self.read_many([oid])
        if isinstance(answer, ObjectError):
            raise answer
        return answer

    def read_many(self, oids: Iterable[str]) -> Iterator[GitObject | ObjectError]:
        """Each object in the order asked, re-hashed, or the error that says why it cannot be relied on."""
        return self._batch.read(_full_id(oid) for oid in oids)

    def commit(self, oid: str) -> Commit:
        """The commit of this id.

        Raises:
            ObjectError: it is missing, damaged, not what its id says, or no commit.
        """
        found = self._commits.get(oid)
        if found is None:
            found = self._commits[oid] = parse_commit(oid, self._content(oid, "commit"))
        return found

    def read_history(self, commit: str, name: bytes | None = None) -> None:
        """Read a commit and all its ancestors in one go; with `name`, also what bears it at the top of each one's tree.

        Without letters, `name` stands for these trees themselves. All is remembered; what is amiss shows when it is
        asked for. git lists the objects into the process that reads them, which answers in large pieces.
        """
        option, folder = self._here
        listed = [option, "rev-list", "--no-commit-header", "--format=%H" if name is None else "--format=%H%n%T"]
        with start([*listed, _full_id(commit)], folder=folder, errors=subprocess.DEVNULL) as listing:
            self._remember(self._start_batch("--buffer", source=cast("IO[bytes]", listing.stdout)), name or b"")
            listing.kill()  # for nobody reads on if something was amiss

    def tree(self, oid: str) -> tuple[TreeEntry, ...]:
        """The entries of the tree of this id.

        Raises:
            ObjectError: it is missing, damaged, not what its id says, or no tree.
        """
        found = self._trees.get(oid)
        if found is None:
            found = self._trees[oid] = parse_tree(oid, self._tree_content(oid), self._lines)
        return found

    def child(self, tree: str, name: bytes) -> TreeEntry | None:
        """What bears this name in a tree; None if nothing does. Of trees that nobody asks more of, it is the quick way.

        Raises:
            ObjectError: the tree is missing, damaged, not what its id says, or no tree.
        """
        if (tree, name) not in self._children:
            self._children[tree, name] = entry_named(tree, self._tree_content(tree), name)
        return self._children[tree, name]

    def read_children(self, trees: Iterable[str], name: bytes) -> None:
        """Read what bears a name in each of these trees in one go, as `child` tells then. The trees are not kept."""
        wanted = dict.fromkeys(trees)
        self._read_many(
            [oid for oid in wanted if oid not in self._unparsed and (oid, name) not in self._children], name
        )

    def may_have(self, trees: Iterable[str], name: bytes) -> bool:
        """Whether any of these trees may hold something of this name: quicker than to look at each.

        Raises:
            ObjectError: one of them is missing, damaged, not what its id says, or no tree.
        """
        wanted = b" %s\0" % name
        known = self._unparsed
        return any(wanted in (known.get(tree) or self._tree_content(tree)) for tree in trees)

    def _tree_content(self, oid: str) -> bytes:
        found = self._unparsed.get(oid)
        if found is None:
            found = self._unparsed[oid] = self._content(oid, "tree")
        return found

    def read_commits(self, oids: Iterable[str]) -> None:
        """Read the commits of these ids in one go. They are remembered; what is amiss shows when it is asked for."""
        self._read_many([oid for oid in dict.fromkeys(oids) if oid not in self._commits])

    def read_trees(self, oids: Iterable[str]) -> None:
        """Read the trees of these ids in one go. They are remembered; what is amiss shows when it is asked for."""
        self._read_many([oid for oid in dict.fromkeys(oids) if oid not in self._unparsed])

    def need_trees(self, oids: Iterable[str]) -> None:
        """As `read_trees`, for trees that must be there, and whole, whoever asks for what they hold.

        Raises:
            ObjectError: one of them is missing, damaged, not what its id says, or of another type.
        """
        wanted = dict.fromkeys(oids)
        self.read_trees(wanted)
        for oid in wanted.keys() - self._unparsed.keys():
            self._tree_content(oid)

    def _read_many(self, oids: list[str], name: bytes = b"") -> None:
        if len(oids) >= _MANY:
            if not are_ids(oids):
                raise GitError("One of the objects that are asked for has no full id.")
            reader = self._start_batch("--buffer")
            ask_all(reader, oids)
            self._remember(reader, name)

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

    # --- processes ------------------------------------------------------------------------------------------------

    @cached_property
    def _here(self) -> tuple[str, Path]:
        return f"--git-dir={self.git_dir}", self.worktree or self.git_dir

    def _run(self, arguments: list[str]) -> bytes:
        option, folder = self._here
        return run([option, *arguments], folder=folder)

    def _start_batch(self, *options: str, source: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
        option, folder = self._here
        return start([option, "cat-file", "--batch", *options], folder=folder, errors=subprocess.DEVNULL, source=source)

    def _remember(self, reader: subprocess.Popen[bytes], name: bytes = b"") -> None:
        """Keep the commits and trees that a process answers, as long as they can be relied on; then end it.

        Of trees, only what bears `name`, if that has letters. The process answers when all was asked (`--buffer`), not
        after each question: several times as fast for many.
        """
        commits, trees, children = self._commits, self._unparsed, self._children
        try:
            for found in self._batch.answers(reader):
                if not isinstance(found, GitObject):
                    break
                oid, kind, data = found
                if kind == "commit":
                    commits[oid] = parse_commit(oid, data)
                elif kind == "tree" and name:
                    children[oid, name] = entry_named(oid, data, name)
                elif kind == "tree":
                    trees[oid] = data
        except MalformedObject:
            pass  # whoever asks for it will be told
        finally:
            reader.kill()
            end(reader)

    def _content(self, oid: str, kind: str) -> bytes:
        (found,) = self._contents([oid], kind)
        return found.data

    def _contents(self, oids: Iterable[str], kind: str) -> Iterator[GitObject]:
        for answer in self.read_many(oids):
            if isinstance(answer, ObjectError):
                raise answer
            if answer.type != kind:
                raise MalformedObject(answer.oid, f"The object {answer.oid} is a {answer.type}, not a {kind}.")
            yield answer

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


def _full_id(oid: str) -> str:
    if not is_id(oid):
        raise GitError(f"{oid[:80]!a} is not a full object id.")
    return oid
