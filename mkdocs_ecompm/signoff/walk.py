"""The trust walk: which trust states are in force at each commit, from the trust root on, over all parents.

A new state is adopted only where a quorum of the admins of every state before it approved exactly that state, or
where somebody adds one key to himself. A commit's `base` are the adoptions it stands on, its `heads` those it leaves
to its children. This is the reference of the docs, "Order of evaluation", line by line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.model.people import Key
from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.signoff.ancestry import Ancestry, ancestors
from mkdocs_ecompm.signoff.capacity import day_of, speaker
from mkdocs_ecompm.signoff.commits import History, own
from mkdocs_ecompm.signoff.trust import TrustData, fingerprint_of

NEVER: Final = datetime.fromtimestamp(0, UTC)


class TrustRootError(GitError):
    """A trust root that cannot be one, as a sentence. The command ends with exit status 2."""


@dataclass(frozen=True, slots=True)
class Ask:
    """An admin's approval of a trust state, given on these heads, with this key."""

    commit: str
    digest: str
    base: frozenset[str]
    person: str
    key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Adopted:
    """How a trust state came into force. `added` is the fingerprint of the key that somebody added to himself."""

    commit: str
    base: frozenset[str]
    asks: tuple[Ask, ...]
    at: datetime
    added: str | None = None

    @property
    def by(self) -> tuple[str, ...]:
        """Whose approvals they were."""
        return tuple(sorted({ask.person for ask in self.asks}))


@dataclass(frozen=True, slots=True)
class Node:
    """What the walk says of a commit. `at` is the moment it counts as made, `clock` what its children start from."""

    commit: Commit
    base: frozenset[str]
    heads: frozenset[str]
    at: datetime
    clock: datetime
    who: str | None
    asks: frozenset[Ask]
    refusals: frozenset[tuple[str, str]]
    """Commits by which a person took his approvals of trust states back."""


class Walk:
    """The walk from a trust root to the tip. Later roots are checkpoints: what is concurrent with one is ignored."""

    def __init__(self, history: History, roots: Sequence[str], as_of: date) -> None:
        """Raises TrustRootError if a root is no ancestor of the tip, or the first has no valid trust state."""
        self.history = history
        self.roots = tuple(roots)
        self.as_of = as_of
        self.ancestry = Ancestry()
        self.nodes: dict[str, Node] = {}
        self.states: dict[str, TrustData] = {}
        self.adopted: dict[str, Adopted] = {}
        self.attestations: list[str] = []
        for root in roots:
            if root not in history.parents:
                raise TrustRootError(f"The trust root {root} is not the commit {history.tip} nor an ancestor of it.")
        self._before_roots = {root: ancestors(history.parents, root) for root in roots[1:]}
        for commit in history.commits:
            self.ancestry.enter(commit.oid, commit.parents)
            if commit.oid in self.roots or commit.oid in history.sayings:
                self.ancestry.mark(commit.oid, history.repeats(commit))
            self.nodes[commit.oid] = self._root(commit) if commit.oid == self.roots[0] else self._node(commit)

    @property
    def heads(self) -> tuple[str, ...]:
        """The adoptions in force at the tip."""
        return tuple(sorted(self.nodes[self.history.tip].heads))

    @property
    def pending(self) -> bool:
        """Whether the tip's trust state is not the one in force."""
        return self._differs(self.nodes[self.history.tip].heads, self.history.trust(self.history.tip))

    @cached_property
    def bad(self) -> frozenset[str]:
        """The keys that are compromised, and those that one of them added."""
        found = {key for head in self.heads for key in self.states[head].compromised}
        growing = True
        while growing:
            added = {
                adopted.added for adopted in self.adopted.values() if adopted.added and adopted.asks[0].key in found
            }
            growing = not added <= found
            found |= added
        return frozenset(found)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The commits that fix what was in force: adoptions, and what an attestor signed."""
        return tuple(dict.fromkeys([*self.adopted, *self.attestations]))

    def _root(self, commit: Commit) -> Node:
        trust = self.history.trust(commit.oid)
        if trust is None:
            raise TrustRootError(f"The trust root {commit.oid} has no valid trust section.")
        self.states[commit.oid] = trust
        when = commit.committer_date
        none: frozenset[Any] = frozenset()
        return Node(commit, none, frozenset({commit.oid}), when, when, None, none, none)

    def _node(self, commit: Commit) -> Node:
        parents = [self.nodes[parent] for parent in commit.parents]
        base = self.ancestry.newest(head for parent in parents for head in parent.heads)
        clock = max((parent.clock for parent in parents), default=NEVER)
        when = max(commit.committer_date, clock)
        refusals = frozenset[tuple[str, str]]().union(*(parent.refusals for parent in parents))
        asks = frozenset(ask for parent in parents for ask in parent.asks if ask.base == base)
        if not base:
            return Node(commit, base, base, when, clock, None, asks, refusals)
        who = self._who(commit.oid, base, when)
        if who and day_of(commit.committer_date) <= self.as_of:
            clock = when
        ask = None
        if who and own(commit):
            ask, refuses = self._says_of_trust(commit, base, who, when)
            refusals |= {(commit.oid, who)} if refuses else frozenset()
            asks |= {ask} if ask else frozenset()
            if all(who in self.states[head].attestors for head in base):
                self.ancestry.mark(commit.oid, self.history.repeats(commit))
                self.attestations.append(commit.oid)
        adopted = self._adoption(commit, base, when, self._standing(asks, refusals), ask)
        if adopted is None:
            return Node(commit, base, base, when, clock, who, asks, refusals)
        return Node(commit, base, self._adopt(adopted), when, clock, who, frozenset(), refusals)

    def _who(self, commit: str, base: Iterable[str], when: datetime) -> str | None:
        """The one person who speaks with the commit's key in every state that it stands on."""
        key = self.history.key(commit)
        if key is None:
            return None
        speakers = {speaker(self.states[head], key, when) for head in base}
        return speakers.pop() if len(speakers) == 1 else None

    def _says_of_trust(self, commit: Commit, base: frozenset[str], who: str, when: datetime) -> tuple[Ask | None, bool]:
        """The approval of the tree's trust state that the commit gives, and whether it takes earlier ones back."""
        saying, trust = self.history.sayings.get(commit.oid), self.history.trust(commit.oid)
        if saying is None:
            return None, False
        digest = trust.digest if trust else None
        said = {
            line.decision
            for line in saying.lines
            if line.artifact == TRUST
            and not line.fault
            and (line.role is None or line.role.casefold() == who.casefold())
            and line.digest in {None, digest}
            and self.history.speaks_here(commit.oid, line)
        }
        if digest is None or said != {Decision.APPROVE}:
            return None, bool(said - {Decision.APPROVE})
        return Ask(commit.oid, digest, base, who, self.history.key(commit.oid) or "", when), False

    def _standing(self, asks: Iterable[Ask], refusals: Iterable[tuple[str, str]]) -> list[Ask]:
        """The approvals that their authors have not taken back: each refusal came before, not later or beside."""
        refused = list(refusals)
        return [
            ask
            for ask in asks
            if all(who != ask.person or self.ancestry.is_before(commit, ask.commit) for commit, who in refused)
        ]

    def _adoption(
        self, commit: Commit, base: frozenset[str], when: datetime, asks: Iterable[Ask], ask: Ask | None
    ) -> Adopted | None:
        trust = self.history.trust(commit.oid)
        if trust is None or not self._differs(base, trust) or self._beside_a_root(commit.oid):
            return None
        given = [one for one in asks if one.digest == trust.digest]
        states = [self.states[head] for head in base]
        by = {one.person for one in given}
        if all(len(by & state.admins) >= state.quorum for state in states):
            chosen = sorted((one for one in given if any(one.person in s.admins for s in states)), key=_by_person)
            return Adopted(commit.oid, base, tuple(chosen), when)
        if ask in given and ask is not None and all(ask.person not in state.attestors for state in states):
            added = {one_key_added(state, trust, ask.person) for state in states}
            if len(added) == 1 and None not in added:
                return Adopted(commit.oid, base, (ask,), when, added.pop())
        return None

    def _adopt(self, adopted: Adopted) -> frozenset[str]:
        """Put a state into force, and say which head it makes: that of the commit which this one repeats, if any."""
        commit = self.history.repository.commit(adopted.commit)
        first = self.history.repeats(commit)
        self.ancestry.mark(adopted.commit, first)
        if first in self.adopted:
            return frozenset({first})
        trust = self.history.trust(adopted.commit)
        if trust is None:
            raise AssertionError("a state without trust is never adopted")
        compromised = trust.compromised.union(*(self.states[head].compromised for head in adopted.base))
        self.states[adopted.commit] = replace(trust, compromised=compromised)
        self.adopted[adopted.commit] = adopted
        return frozenset({adopted.commit})

    def _differs(self, heads: Iterable[str], trust: TrustData | None) -> bool:
        return any(trust is None or self.states[head].identity != trust.identity for head in heads)

    def _beside_a_root(self, commit: str) -> bool:
        """Whether the commit is neither before nor after one of the roots. It descends from the first."""
        return any(
            commit not in before and not (root in self.nodes and self.ancestry.reaches(commit, root))
            for root, before in self._before_roots.items()
        )


def one_key_added(old: TrustData, new: TrustData, person: str) -> str | None:
    """The fingerprint of the key by which the new state differs from the old one, if `person` got it and no more.

    The key must be an SSH key that nobody had in the old state, and not be revoked from the start.
    """
    now = new.people.get(person.casefold())
    for index, key in enumerate(now.keys if now else ()):
        if key.ssh and key.revoked is None and fingerprint_of(key) not in old.keys:
            without = _without_key(new.content, person, index, key)
            if without == old.content:
                return fingerprint_of(key)
    return None


def _without_key(content: Mapping[str, Any], person: str, index: int, key: Key) -> Mapping[str, Any]:
    """The content of a trust state without one key of one person; a person's last key leaves no list behind."""
    people = []
    for entry in content["people"]:
        found = entry
        if entry["id"].casefold() == person.casefold() and entry["keys"][index].get("ssh") == key.ssh:
            keys = [item for place, item in enumerate(entry["keys"]) if place != index]
            found = {**entry, "keys": keys} if keys else {k: v for k, v in entry.items() if k != "keys"}
        people.append(found)
    return {**content, "people": people}


def _by_person(ask: Ask) -> tuple[str, str]:
    return ask.person, ask.commit
