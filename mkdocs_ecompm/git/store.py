"""The objects of a repository by their ids: read, checked against them, and remembered."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final, cast

from mkdocs_ecompm.git.batch import Batch, ask_all, end
from mkdocs_ecompm.git.discovery import Place
from mkdocs_ecompm.git.objects import (
    Commit,
    GitObject,
    MalformedObject,
    ObjectError,
    TreeEntry,
    TreeLines,
    are_ids,
    entry_named,
    is_id,
    parse_commit,
    parse_tree,
)
from mkdocs_ecompm.git.process import GitError, start

_MANY: Final = 50
"""From so many objects on, a process of their own is worth it."""


class ObjectStore:
    """All commits, trees and blobs of a repository. What was read of commits and trees is kept as long as this is."""

    def __init__(self, place: Place) -> None:
        self.git_dir: Path = place.git_dir
        self.object_format: str = place.object_format
        self._here: Final = (f"--git-dir={place.git_dir}", place.worktree or place.git_dir)
        self._batch = Batch(self._start_batch, place.object_format)
        self._commits: dict[str, Commit] = {}
        self._trees: dict[str, tuple[TreeEntry, ...]] = {}
        self._unparsed: dict[str, bytes] = {}
        self._children: dict[tuple[str, bytes], TreeEntry | None] = {}
        self._lines = TreeLines()

    def close(self) -> None:
        """End the process that reads objects; it starts again if another one is asked for."""
        self._batch.close()

    # --- one object ---------------------------------------------------------------------------------------------------

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

    # --- many in one go -----------------------------------------------------------------------------------------------

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

    def read_children(self, trees: Iterable[str], name: bytes) -> None:
        """Read what bears a name in each of these trees in one go, as `child` tells then. The trees are not kept."""
        wanted = dict.fromkeys(trees)
        self._read_many(
            [oid for oid in wanted if oid not in self._unparsed and (oid, name) not in self._children], name
        )

    def _read_many(self, oids: list[str], name: bytes = b"") -> None:
        if len(oids) >= _MANY:
            if not are_ids(oids):
                raise GitError("One of the objects that are asked for has no full id.")
            reader = self._start_batch("--buffer")
            ask_all(reader, oids)
            self._remember(reader, name)

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

    def _start_batch(self, *options: str, source: int | IO[bytes] = subprocess.PIPE) -> subprocess.Popen[bytes]:
        option, folder = self._here
        return start([option, "cat-file", "--batch", *options], folder=folder, errors=subprocess.DEVNULL, source=source)


def _full_id(oid: str) -> str:
    if not is_id(oid):
        raise GitError(f"{oid[:80]!a} is not a full object id.")
    return oid
