"""Both ends of a pull request, read and judged: what every question about it is answered from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from msgspec import Struct

from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.history.canonical import Plain, UnreadableContent
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import content, digest, named
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.signoff.trust import TrustData

UNREADABLE = "unreadable"
"""In place of the digest of what exists and cannot be read."""


class Ends(Struct, frozen=True, eq=False, dict=True):
    """What is known of both ends.

    Attributes:
        was: The project at the merge base.
        is_: The project at the head.
        then: The contents at the merge base.
        now: The contents at the head.
        trust: The trust states in force at the base; empty if none can be.
        before: How agreements stand at the base, with the content of the merge base.
        outlook: How they would stand with the pull request merged.
        base: How they stand at the base, with its own content.
        covered: The artifacts that a review of the pull request is about without naming them.
    """

    was: Project
    is_: Project
    then: Contents
    now: Contents
    trust: tuple[TrustData, ...]
    before: Signoffs
    outlook: Signoffs
    base: Signoffs
    covered: frozenset[str]

    @cached_property
    def _digests(self) -> dict[str, tuple[str | None, str | None]]:
        return {}

    def digests(self, artifact: str) -> tuple[str | None, str | None]:
        """The digest of an artifact at the merge base and at the head."""
        if artifact not in self._digests:
            self._digests[artifact] = _digest(self.then, artifact), _digest(self.now, artifact)
        return self._digests[artifact]

    def changes(self, artifact: str) -> bool:
        """Whether an artifact is another than at the merge base; of what neither side can read nothing is said."""
        was, is_ = self.digests(artifact)
        return was != is_

    def contents(self, artifact: str) -> tuple[Plain, Plain]:
        """What an agreement on the artifact binds, at both ends; of a gate without what it requires."""
        return _content(self.then, artifact), _content(self.now, artifact)

    @cached_property
    def side(self) -> Side:
        """The head, to name things as it does."""
        return Side.of(self.is_)

    @cached_property
    def earlier(self) -> Side:
        """The merge base, to name what the head no longer has."""
        return Side.of(self.was)

    def artifact(self, artifact: str) -> str:
        """What a sentence calls an artifact."""
        gone = self.digests(artifact)[1] is None
        return (self.earlier if gone else self.side).artifact(artifact)

    def party(self, ref: str) -> str:
        """What a sentence calls a party: as the trust in force knows it, not as the pull request renames it."""
        known: Mapping[str, str] = self._parties
        return known.get(ref.casefold()) or self.earlier.party(ref) or self.side.name(ref)

    @cached_property
    def _parties(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for state in self.trust:
            for party in (*state.people.values(), *state.groups.values(), *state.roles.values()):
                found.setdefault(party.id.casefold(), party.name)
        return found


def _digest(contents: Contents, artifact: str) -> str | None:
    try:
        return digest(contents, named(contents, artifact))
    except UnreadableContent:
        return UNREADABLE


def _content(contents: Contents, artifact: str) -> Plain:
    try:
        return content(contents, named(contents, artifact), required_digests=False)
    except UnreadableContent:
        return None
