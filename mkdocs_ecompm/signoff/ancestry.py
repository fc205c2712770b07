"""Which commit comes before which: the commits of a history, parents first, and who is whose ancestor.

Only commits that are marked can be asked about: each commit keeps a set of the marked ones it descends from, as the
bits of one number, so that ten thousand commits cost little.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import NewType

from mkdocs_ecompm.git.objects import Commit, ObjectError
from mkdocs_ecompm.git.repository import Repository


def parents_first(repository: Repository, commit: str, folder: str) -> list[Commit]:
    """The commit and all its ancestors, each after its parents, from the raw objects alone.

    The way to the project's folder in each of them is read in the same go.

    Raises:
        ObjectError: one of them cannot be relied on.
    """
    repository.read_history(commit, os.fsencode(folder.strip("/").split("/")[0]))
    return in_order(repository, commit)


def in_order(repository: Repository, commit: str) -> list[Commit]:
    """As `parents_first`, of a history that was read before.

    Raises:
        ObjectError: one of them cannot be relied on.
    """
    found: list[Commit] = []
    seen = {commit}
    first = repository.commit(commit)
    stack = [(first, iter(first.parents))]
    while stack:
        current, parents = stack[-1]
        for parent in parents:
            if parent not in seen:
                seen.add(parent)
                read = repository.commit(parent)
                stack.append((read, iter(read.parents)))
                break
        else:
            found.append(current)
            stack.pop()
    return found


def readable(repository: Repository, commit: str) -> list[Commit]:
    """Those of the commit and its ancestors that can be relied on, for a history that as a whole cannot."""
    found: list[Commit] = []
    seen = {commit}
    waiting = [commit]
    while waiting:
        with suppress(ObjectError):
            read = repository.commit(waiting.pop())
            found.append(read)
            waiting.extend(parent for parent in read.parents if parent not in seen)
            seen.update(read.parents)
    return found[::-1]


Marks = NewType("Marks", int)
"""A set of marked commits: the bits of one number."""


class Ancestry:
    """The order of the commits that were marked. A commit is entered after its parents, and marked when entered."""

    def __init__(self) -> None:
        self._reach: dict[str, int] = {}
        self._bits: dict[str, int] = {}
        self._next = 0

    def enter(self, commit: str, parents: Iterable[str]) -> None:
        """Add a commit whose parents were entered before."""
        reach = 0
        for parent in parents:
            below = self._reach[parent]
            reach = below if reach in (0, below) else reach | below
        self._reach[commit] = reach

    def mark(self, commit: str, same_as: str | None = None) -> None:
        """Make a commit one that can be asked about; `same_as` is a marked commit that it repeats."""
        if commit not in self._bits:
            if same_as is None:
                self._bits[commit] = 1 << self._next
                self._next += 1
            else:
                self._bits[commit] = self._bits[same_as]
            self._reach[commit] |= self._bits[commit]

    def reaches(self, later: str, earlier: str) -> bool:
        """Whether the marked commit `earlier` is `later` or an ancestor of it."""
        return bool(self._reach[later] & self._bits[earlier])

    def is_before(self, earlier: str, later: str) -> bool:
        """Whether the marked commit `earlier` is a true ancestor of the marked commit `later`."""
        return self._bits[earlier] != self._bits[later] and self.reaches(later, earlier)

    def is_same(self, one: str, other: str) -> bool:
        """Whether two marked commits are one, or one repeats the other."""
        return self._bits[one] == self._bits[other]

    def concurrent(self, one: str, other: str) -> bool:
        """Whether neither of two marked commits comes before the other."""
        return not self.reaches(one, other) and not self.reaches(other, one)

    def under(self, commits: Iterable[str]) -> Marks:
        """The marked commits that these are or descend from."""
        found = 0
        for commit in commits:
            found |= self._reach[commit]
        return Marks(found)

    def is_among(self, commit: str, marks: Marks) -> bool:
        """Whether a marked commit is one of these."""
        return bool(marks & self._bits[commit])

    def newest(self, commits: Iterable[str]) -> frozenset[str]:
        """Those of the marked commits that are an ancestor of none of the others."""
        all_of_them = frozenset(commits)
        if len(all_of_them) < 2:
            return all_of_them
        return frozenset(one for one in all_of_them if not any(self.is_before(one, two) for two in all_of_them))


def ancestors(parents: Mapping[str, Iterable[str]], of: str) -> frozenset[str]:
    """The ids of `of` and all its ancestors."""
    found = {of}
    stack = [of]
    while stack:
        for parent in parents[stack.pop()]:
            if parent not in found:
                found.add(parent)
                stack.append(parent)
    return frozenset(found)
