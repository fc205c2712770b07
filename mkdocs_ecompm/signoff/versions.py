"""What an artifact was at each commit of a history: where it changed, by whose hand, and whether it came back."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.digest import digest, named
from mkdocs_ecompm.signoff.ancestry import ancestors
from mkdocs_ecompm.signoff.capacity import speaker
from mkdocs_ecompm.signoff.walk import Walk


class Versions:
    """The versions of artifacts in the history that a walk has gone through."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._history = walk.history
        self._changes: dict[str, tuple[Commit, ...]] = {}

    def digest(self, commit: str, artifact: str) -> str | None:
        """The digest of an artifact at a commit; None if it is not there or cannot be read."""
        contents = self._history.contents.at(commit)
        try:
            return digest(contents, named(contents, artifact))
        except UnreadableContent:
            return None

    def changes(self, artifact: str) -> tuple[Commit, ...]:
        """The commits at which an artifact is not what it is at one of the parents, parents first."""
        if artifact not in self._changes:
            self._changes[artifact] = tuple(
                commit
                for commit in self._folder_changes
                if any(self.digest(p, artifact) != self.digest(commit.oid, artifact) for p in commit.parents)
                or (not commit.parents and self.digest(commit.oid, artifact) is not None)
            )
        return self._changes[artifact]

    def left(self, commit: str, artifact: str) -> datetime | None:
        """The first moment after a commit, which is marked, at which the artifact was other than there; None: never."""
        there = self.digest(commit, artifact)
        later = [
            (self._walk.nodes[change.oid].at, change.oid)
            for change in self._folder_changes
            if change.oid != commit and self._walk.ancestry.reaches(change.oid, commit)
        ]
        return next((when for when, oid in sorted(later) if self.digest(oid, artifact) != there), None)

    def authors(self, commit: str, artifact: str, without: frozenset[str]) -> frozenset[str | None]:
        """Who changed the artifact in the ancestors of a commit, but for those of the commits `without`.

        None stands for somebody who cannot be told: the commit is not signed, or not its committer's own.
        """
        line = ancestors(self._history.parents, commit)
        for end in without:
            line -= ancestors(self._history.parents, end)
        return frozenset(
            self._author(change)
            for change in self.changes(artifact)
            if change.oid in line and self._is_new(change, artifact)
        )

    def _is_new(self, commit: Commit, artifact: str) -> bool:
        """Whether the commit itself made the version: no parent has it."""
        found = self.digest(commit.oid, artifact)
        return all(self.digest(parent, artifact) != found for parent in commit.parents)

    def _author(self, commit: Commit) -> str | None:
        if len(commit.parents) > 1 or commit.author != commit.committer:
            return None
        node = self._walk.nodes[commit.oid]
        if commit.oid == self._walk.roots[0]:
            key = self._history.key(commit.oid)
            return speaker(self._walk.states[commit.oid], key, node.at) if key else None
        return node.who

    @cached_property
    def _folder_changes(self) -> tuple[Commit, ...]:
        folder = self._history.contents.folder
        return tuple(
            commit
            for commit in self._history.commits
            if not commit.parents or any(folder(parent) != folder(commit.oid) for parent in commit.parents)
        )
