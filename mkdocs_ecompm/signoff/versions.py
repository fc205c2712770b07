"""What an artifact was at each commit of a history: where it changed, by whose hand, and whether it came back.

A version is what an agreement is compared by: the digest, but of a decided gate its own record alone.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import digest, gate_digest, is_decided_gate, named, stamp
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.signoff.ancestry import Ancestry, Marks, ancestors
from mkdocs_ecompm.signoff.capacity import speaker
from mkdocs_ecompm.signoff.walk import Walk


@dataclass(frozen=True, slots=True)
class _Changes:
    """The commits that changed an artifact: their ancestry, and who made a version, where no parent had it."""

    ancestry: Ancestry = field(default_factory=Ancestry)
    authors: dict[str, str | None] = field(default_factory=dict)


@dataclass(slots=True)
class _Life:
    """The commits that changed the project and left an artifact in one version: each with its moment, in that order.

    `under` are the marked commits that they descend from.
    """

    moments: list[tuple[datetime, str]] = field(default_factory=list)
    under: Marks = field(default=Marks(0))


@dataclass(slots=True)
class _Lives:
    """The lives of an artifact's versions, as far as files tell versions apart, from the commit number `begin` on."""

    begin: int
    by_stamp: dict[Hashable, _Life] = field(default_factory=dict)


class Versions:
    """The versions of artifacts in the history that a walk has gone through."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._history = walk.history
        self._versions: dict[tuple[str, Hashable], str | None] = {}
        self._lives: dict[str, _Lives] = {}
        self._changes: dict[str, _Changes] = {}
        self._asked: dict[tuple[str, str, str], frozenset[str] | None] = {}

    def version(self, commit: str, artifact: str) -> str | None:
        """The digest of an artifact at a commit; None if it is not there or cannot be read.

        That of a decided gate is of its record with what it requires as plain ids.
        """
        key = (artifact, self._stamp(commit, artifact))
        if key not in self._versions:
            self._versions[key] = self._version(self._history.contents.at(commit), artifact)
        return self._versions[key]

    def _version(self, contents: Contents, artifact: str) -> str | None:
        try:
            name = named(contents, artifact)
            return gate_digest(contents, name) if is_decided_gate(contents, name) else digest(contents, name)
        except UnreadableContent:
            return None

    def _stamp(self, commit: str, artifact: str) -> Hashable:
        """What identifies the version of an artifact, as ids of files; None where it cannot be read."""
        try:
            return stamp(self._history.contents.at(commit), artifact)
        except UnreadableContent:
            return None

    def left(self, commit: str, artifact: str) -> datetime | None:
        """The first moment after a commit, which is marked, at which the artifact was other than there; None: never."""
        there, files = self.version(commit, artifact), self._stamp(commit, artifact)
        reaches, is_among = self._walk.ancestry.reaches, self._walk.ancestry.is_among
        later = (
            next(moment for moment in life.moments if reaches(moment[1], commit))
            for found, life in self._lives_after(commit, artifact).items()
            if found != files and is_among(commit, life.under)
        )
        return next((when for when, oid in sorted(later) if self.version(oid, artifact) != there), None)

    def _lives_after(self, commit: str, artifact: str) -> Mapping[Hashable, _Life]:
        """At least the lives that begin after a commit. No content is read for it, and only the end of the history."""
        commits, place = self._history.commits, self._places[commit]
        lives = self._lives.setdefault(artifact, _Lives(len(commits)))
        grown: dict[Hashable, _Life] = {}
        for change in commits[place : lives.begin]:
            if self._touches(change):
                stamp_ = self._stamp(change.oid, artifact)
                life = grown[stamp_] = lives.by_stamp.setdefault(stamp_, _Life())
                life.moments.append((self._walk.at(change.oid), change.oid))
                life.under = Marks(life.under | self._walk.ancestry.under([change.oid]))
        for life in grown.values():
            life.moments.sort()
        lives.begin = min(lives.begin, place)
        return lives.by_stamp

    @cached_property
    def _places(self) -> Mapping[str, int]:
        return {commit.oid: place for place, commit in enumerate(self._history.commits)}

    def _touches(self, commit: Commit) -> bool:
        """Whether a commit changes anything of the project."""
        folder = self._history.contents.folder
        return not commit.parents or any(folder(parent) != folder(commit.oid) for parent in commit.parents)

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

    def authors(self, commit: str, artifact: str, without: Iterable[str]) -> frozenset[str | None]:
        """Who changed the artifact in the ancestors of a commit, but for those of the commits `without`.

        None stands for somebody who cannot be told: the commit is not signed, or not its committer's own.
        """
        changes = self._changes_of(artifact)
        under = changes.ancestry.under
        left = Marks(under([commit]) & ~under(without))
        is_among = changes.ancestry.is_among
        return frozenset(author for change, author in changes.authors.items() if is_among(change, left))

    def _changes_of(self, artifact: str) -> _Changes:
        """The commits at which an artifact is not what it is at one of the parents, parents first."""
        if artifact not in self._changes:
            touched = {commit.oid for commit in self._folder_changes}
            found = _Changes()
            for commit in self._history.commits:
                found.ancestry.enter(commit.oid, commit.parents)
                if commit.oid not in touched:
                    continue
                there = self.version(commit.oid, artifact)
                before = [self.version(parent, artifact) for parent in commit.parents] or [None]
                if any(one != there for one in before):
                    found.ancestry.mark(commit.oid)
                    if there not in before:  # it made this version itself
                        found.authors[commit.oid] = self._author(commit)
            self._changes[artifact] = found
        return self._changes[artifact]

    def _author(self, commit: Commit) -> str | None:
        if len(commit.parents) > 1 or commit.author != commit.committer:
            return None
        node = self._walk.nodes[commit.oid]
        if self._walk.is_bad(self._walk.key(commit.oid) or "", node.base):
            return None
        if commit.oid == self._walk.roots[0]:
            key = self._walk.key(commit.oid)
            return speaker(self._walk.states[commit.oid], key, self._walk.at(commit.oid)) if key else None
        return node.who

    @cached_property
    def _folder_changes(self) -> tuple[Commit, ...]:
        return tuple(filter(self._touches, self._history.commits))


def _asked(register: YamlMap) -> Iterator[tuple[str, str, str]]:
    asks = register.get("asks")
    for ask in asks if isinstance(asks, YamlList) else ():
        of = ask.get("of") if isinstance(ask, YamlMap) else None
        for party in of if isinstance(of, YamlList) else ():
            if isinstance(ask, YamlMap) and isinstance(party, str):
                yield str(ask.get("id")).casefold(), str(ask.get("artifact")).casefold(), party.casefold()
