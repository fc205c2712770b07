"""What an artifact was at each commit of a history: where it changed, by whose hand, and whether it came back.

A version is what an agreement is compared by: the digest, but of a decided gate its own record alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.digest import digest, gate_digest, is_decided_gate, named
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.signoff.ancestry import ancestors
from mkdocs_ecompm.signoff.capacity import speaker
from mkdocs_ecompm.signoff.walk import Walk


class Versions:
    """The versions of artifacts in the history that a walk has gone through."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._history = walk.history
        self._changes: dict[str, tuple[Commit, ...]] = {}
        self._asked: dict[tuple[str, str, str], frozenset[str] | None] = {}

    def digest(self, commit: str, artifact: str) -> str | None:
        """The digest of an artifact at a commit; None if it is not there or cannot be read."""
        contents = self._history.contents.at(commit)
        try:
            return digest(contents, named(contents, artifact))
        except UnreadableContent:
            return None

    def version(self, commit: str, artifact: str) -> str | None:
        """As `digest`, but of a decided gate that of its record with what it requires as plain ids."""
        contents = self._history.contents.at(commit)
        try:
            name = named(contents, artifact)
            return gate_digest(contents, name) if is_decided_gate(contents, name) else digest(contents, name)
        except UnreadableContent:
            return None

    def changes(self, artifact: str) -> tuple[Commit, ...]:
        """The commits at which an artifact is not what it is at one of the parents, parents first."""
        if artifact not in self._changes:
            self._changes[artifact] = tuple(
                commit
                for commit in self._folder_changes
                if any(self.version(p, artifact) != self.version(commit.oid, artifact) for p in commit.parents)
                or (not commit.parents and self.version(commit.oid, artifact) is not None)
            )
        return self._changes[artifact]

    def left(self, commit: str, artifact: str) -> datetime | None:
        """The first moment after a commit, which is marked, at which the artifact was other than there; None: never."""
        there = self.version(commit, artifact)
        later = [
            (self._walk.nodes[change.oid].at, change.oid)
            for change in self._folder_changes
            if change.oid != commit and self._walk.ancestry.reaches(change.oid, commit)
        ]
        return next((when for when, oid in sorted(later) if self.version(oid, artifact) != there), None)

    def precedes(self, commit: str, ask: Ask, party: str) -> bool:
        """Whether a commit comes before one that added the ask of a party; an ask in no commit is younger than all."""
        key = (ask.id.casefold(), ask.artifact.casefold(), party.casefold())
        if key not in self._asked:
            added = [
                change
                for change in self._folder_changes
                if key in self._asks(change.oid) and not any(key in self._asks(parent) for parent in change.parents)
            ]
            tip = self._history.tip
            before = [ancestors(self._history.parents, one.oid) - {one.oid} for one in added]
            self._asked[key] = frozenset[str]().union(*before) if key in self._asks(tip) else None
        before_it = self._asked[key]
        return before_it is None or commit in before_it

    def _asks(self, commit: str) -> frozenset[tuple[str, str, str]]:
        """What is asked again in the tree of a commit: the ask, its artifact and the party, casefolded."""
        contents = self._history.contents.at(commit)
        key = ("asks", contents.stamp("asks"))
        if key not in contents.memory:
            contents.memory[key] = frozenset(_asked(contents.read("asks")[0] or YamlMap()))
        return contents.memory[key]  # type: ignore[return-value]  # what was put in

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
        found = self.version(commit.oid, artifact)
        return all(self.version(parent, artifact) != found for parent in commit.parents)

    def _author(self, commit: Commit) -> str | None:
        if len(commit.parents) > 1 or commit.author != commit.committer:
            return None
        node = self._walk.nodes[commit.oid]
        if self._walk.is_bad(self._walk.key(commit.oid) or "", node.base):
            return None
        if commit.oid == self._walk.roots[0]:
            key = self._walk.key(commit.oid)
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


def _asked(register: YamlMap) -> Iterator[tuple[str, str, str]]:
    asks = register.get("asks")
    for ask in asks if isinstance(asks, YamlList) else ():
        of = ask.get("of") if isinstance(ask, YamlMap) else None
        for party in of if isinstance(of, YamlList) else ():
            if isinstance(ask, YamlMap) and isinstance(party, str):
                yield str(ask.get("id")).casefold(), str(ask.get("artifact")).casefold(), party.casefold()
