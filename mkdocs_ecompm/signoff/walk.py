"""The trust walk: which trust states are in force at each commit, from the trust root on, over all parents.

A new state is adopted only where a quorum of the admins of every state before it approved exactly that state, or
where somebody adds one key to himself. A commit's `base` are the adoptions it stands on, its `heads` those it leaves
to its children. This is the reference of the docs, "Order of evaluation", line by line.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from msgspec.structs import replace

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.signatures.commit import Signature
from mkdocs_ecompm.signoff.adoption import Adopted, Ask, Refusal, TrustRootError
from mkdocs_ecompm.signoff.ancestry import Ancestry, ancestors
from mkdocs_ecompm.signoff.attested import FirstPlaces
from mkdocs_ecompm.signoff.capacity import day_of, speaker
from mkdocs_ecompm.signoff.commits import History, key_of, own
from mkdocs_ecompm.signoff.own_key import one_key_added
from mkdocs_ecompm.signoff.reviews import review_of_trust
from mkdocs_ecompm.signoff.trust import TrustData

NEVER: Final = datetime.fromtimestamp(0, UTC)


class Node(NamedTuple):
    """What the walk says of a commit, and of those after it that say and change nothing.

    `clock` is the moment before which none of its children counts as made.
    """

    base: frozenset[str]
    heads: frozenset[str]
    clock: datetime
    who: str | None
    asks: frozenset[Ask]
    refusals: frozenset[Refusal]


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
        self._repeats: dict[str, str] = {}
        self._signatures: dict[str, Signature] = {}
        self._moments: dict[str, datetime] = {}
        self._recorded = FirstPlaces(self.ancestry, history.parents)
        for root in roots:
            if root not in history.parents:
                raise TrustRootError(f"The trust root {root} is not the commit {history.tip} nor an ancestor of it.")
        self._before_roots = {root: ancestors(history.parents, root) for root in roots[1:]}
        loud = {*roots, *history.sayings, *history.signed, *history.evidence_writers}
        for commit in history.commits:
            self.ancestry.enter(commit.oid, commit.parents)
            quiet = self._quiet(commit) if commit.oid not in loud else None
            self.nodes[commit.oid] = quiet or self._node(commit)

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
                adopted.added
                for adopted in self.adopted.values()
                if adopted.added and self._is_among(adopted.asks[0].key, adopted.base, found)
            }
            growing = not added <= found
            found |= added
        return frozenset(found)

    @cached_property
    def marks(self) -> tuple[str, ...]:
        """The commits that fix what was in force: adoptions, and what an attestor signed."""
        return tuple(dict.fromkeys([*self.adopted, *self.attestations]))

    def signature(self, commit: str) -> Signature:
        """The verdict on a commit's signature in the trust states that it stands on; of the root's, in its own."""
        found = self._signatures.get(commit)
        if found is None:
            base = {commit} if commit == self.roots[0] else self.nodes[commit].base
            states = [self.states[head] for head in sorted(base)]
            found = self._signatures[commit] = self.history.signature(commit, states)
        return found

    def at(self, commit: str) -> datetime:
        """The moment at which a commit counts as made: not before what it stands on."""
        if commit not in self._moments:
            claimed = self.history.repository.commit(commit).committer_date
            self._moments[commit] = max(claimed, self.nodes[commit].clock)
        return self._moments[commit]

    def key(self, commit: str) -> str | None:
        """The fingerprint of the key that made a commit's signature, in force or not; None if that is not right."""
        return key_of(self.signature(commit))

    def repeats(self, commit: str) -> str | None:
        """The earlier commit with the same payload, signed by the same key."""
        return self._repeats.get(commit)

    def is_bad(self, key: str, base: Iterable[str]) -> bool:
        """Whether a key, which signed on these adoptions, is compromised or was added by one that is."""
        return self._is_among(key, base, self.bad)

    def _is_among(self, key: str, base: Iterable[str], bad: Collection[str]) -> bool:
        held = (self.states[head].keys.get(key) for head in base)
        return key in bad or any(one is not None and (one.whole in bad or one.numbers in bad) for one in held)

    def _quiet(self, commit: Commit) -> Node | None:
        """What the walk says at once of most commits, which say nothing: with one parent, and nothing waiting.

        Such a commit adopts nothing, whatever is in its tree: nobody approved it.
        """
        if len(commit.parents) != 1:
            return None
        parent = self.nodes[commit.parents[0]]
        if parent.asks:
            return None
        if parent.who is None and parent.base is parent.heads:
            return parent
        return Node(parent.heads, parent.heads, parent.clock, None, parent.asks, parent.refusals)

    def _root(self, commit: Commit) -> Node:
        trust = self.history.trust(commit.oid)
        if trust is None:
            raise TrustRootError(f"The trust root {commit.oid} has no valid trust section.")
        self.states[commit.oid] = trust
        self.ancestry.mark(commit.oid)
        none: frozenset[Any] = frozenset()
        return Node(none, frozenset({commit.oid}), commit.committer_date, None, none, none)

    def _node(self, commit: Commit) -> Node:
        if commit.oid == self.roots[0]:
            return self._root(commit)
        parents = [self.nodes[parent] for parent in commit.parents]
        base = self.ancestry.newest(head for parent in parents for head in parent.heads)
        clock = max((parent.clock for parent in parents), default=NEVER)
        when = max(commit.committer_date, clock)
        refusals = frozenset[Refusal]().union(*(parent.refusals for parent in parents))
        asks = frozenset(ask for parent in parents for ask in parent.asks if ask.base == base)
        key = self._key(commit.oid, base)
        speaks = commit.oid in self.history.sayings or commit.oid in self.history.evidence_writers
        if commit.oid in self.roots or speaks:
            self._mark(commit, key)
        if not base:
            return Node(base, base, clock, None, asks, refusals)
        who = self._who(key, base, when)
        if who and day_of(commit.committer_date) <= self.as_of:
            clock = when
        ask = None
        if who and own(commit):
            ask, refuses = self._says_of_trust(commit, base, who, key or "", when)
            refusals |= {Refusal(commit.oid, who, when)} if refuses else frozenset()
            asks |= {ask} if ask else frozenset()
            if all(who in self.states[head].attestors for head in base):
                self._mark(commit, key)
                self.attestations.append(commit.oid)
                for said in self._reviews_of_trust(commit, base, who, key or ""):
                    if isinstance(said, Ask):
                        asks |= {said}
                    else:
                        refusals |= {said}
        adopted = self._adoption(commit, base, when, self._standing(asks, refusals), ask)
        if adopted is None:
            return Node(base, base, clock, who, asks, refusals)
        return Node(base, self._adopt(adopted, key), clock, who, frozenset(), refusals)

    def _key(self, commit: str, base: Iterable[str]) -> str | None:
        """The key that made a good signature on the commit, in every state that it stands on."""
        found = self.history.signature(commit, [self.states[head] for head in sorted(base)])
        return key_of(found) if found.status == "good" else None

    def _mark(self, commit: Commit, key: str | None) -> None:
        """Let others ask for a commit's place; that of one which repeats another is the other's."""
        if key is not None:
            first = self.history.repeats(commit, key)
            if first is not None:
                self._repeats[commit.oid] = first
        self.ancestry.mark(commit.oid, self.repeats(commit.oid))

    def _who(self, key: str | None, base: Iterable[str], when: datetime) -> str | None:
        """The one person who speaks with the commit's key in every state that it stands on."""
        if key is None:
            return None
        speakers = {speaker(self.states[head], key, when) for head in base}
        return speakers.pop() if len(speakers) == 1 else None

    def _says_of_trust(
        self, commit: Commit, base: frozenset[str], who: str, key: str, when: datetime
    ) -> tuple[Ask | None, bool]:
        """The approval of the tree's trust state that the commit gives, and whether it takes earlier ones back."""
        saying = self.history.sayings.get(commit.oid)
        lines = [line for line in saying.lines if line.artifact == TRUST and not line.fault] if saying else []
        if not lines:
            return None, False
        trust = self.history.trust(commit.oid)
        digest = trust.digest if trust else None
        said = {
            line.decision
            for line in lines
            if (line.role is None or line.role.casefold() == who.casefold())
            and line.digest in {None, digest}
            and self.history.speaks_here(commit.oid, line)
        }
        if digest is None or said != {Decision.APPROVE}:
            return None, bool(said - {Decision.APPROVE})
        return Ask(commit.oid, digest, base, who, key, when), False

    def _reviews_of_trust(
        self, commit: Commit, base: frozenset[str], attestor: str, key: str
    ) -> Iterator[Ask | Refusal]:
        """What admins said of trust in reviews that an attestor's commit is the first to record."""
        states = {head: self.states[head] for head in base}
        if commit.oid not in self.history.evidence_writers or not self.history.evidence.written(commit).alone:
            return
        for written in self.history.evidence.written(commit).reviews:
            found = review_of_trust(self.history, written, states) if self._recorded.take(written, commit.oid) else None
            if found is None or not all(state.reviews for state in states.values()):
                continue
            person, at, digest = found
            if digest is None:
                yield Refusal(commit.oid, person, at, reviewed=True)
            else:
                yield Ask(commit.oid, digest, base, person, key, at, written.account, attestor)

    def _standing(self, asks: Iterable[Ask], refusals: Iterable[Refusal]) -> list[Ask]:
        """The approvals that their authors have not taken back: each refusal came before, not later or beside."""
        refused = list(refusals)
        return [ask for ask in asks if all(one.person != ask.person or self._is_over(one, ask) for one in refused)]

    def _is_over(self, refusal: Refusal, ask: Ask) -> bool:
        """Whether a refusal came before an approval. That of reviews, which have times of their own, is asked too."""
        earlier = self.ancestry.is_before(refusal.commit, ask.commit)
        if not refusal.reviewed and ask.account is None:
            return earlier
        same = self.ancestry.is_same(refusal.commit, ask.commit) and refusal.at < ask.at
        return (earlier or same) and not ask.at < refusal.at

    def _adoption(
        self, commit: Commit, base: frozenset[str], when: datetime, asks: Iterable[Ask], ask: Ask | None
    ) -> Adopted | None:
        waiting = list(asks)
        trust = self.history.trust(commit.oid) if waiting else None  # without an approval nothing is adopted
        if trust is None or not self._differs(base, trust) or self._beside_a_root(commit.oid):
            return None
        given = [one for one in waiting if one.digest == trust.digest]
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

    def _adopt(self, adopted: Adopted, key: str | None) -> frozenset[str]:
        """Put a state into force, and say which head it makes: that of the commit which this one repeats, if any."""
        commit = self.history.repository.commit(adopted.commit)
        self._mark(commit, key)
        first = self.repeats(adopted.commit)
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


def _by_person(ask: Ask) -> tuple[str, str]:
    return ask.person, ask.commit
