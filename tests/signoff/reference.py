"""The order of evaluation, transcribed line by line from the docs: slow, with sets, over commits that are only names.

It knows nothing of git, YAML or the engine, so that the engine can be compared with it on histories made at random.
Times are days since the beginning of 2026.
"""

# ruff: noqa: N803, N806, PLR0911  # the names and the shape are those of the docs

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Trust = Mapping[str, Any]
"""admins (tuple), quorum, people: name -> {active, sponsor, keys: name -> {from, to, revoked}}"""


@dataclass(frozen=True)
class Made:
    """A commit: who signed it with which key, when by its own account, what its tree says of trust, what it says."""

    name: int
    parents: tuple[int, ...]
    date: int
    key: str | None
    same_author: bool
    trust: int
    of_trust: str | None
    of_charter: str | None


@dataclass
class Reference:
    """What the walk says: one entry for each commit."""

    commits: Sequence[Made]
    states: Sequence[Trust]
    roots: Sequence[int]
    as_of: int
    base: dict[int, frozenset[int]] = field(default_factory=dict)
    heads: dict[int, frozenset[int]] = field(default_factory=dict)
    at: dict[int, int] = field(default_factory=dict)
    clock: dict[int, int] = field(default_factory=dict)
    who: dict[int, str | None] = field(default_factory=dict)
    asks: dict[int, set[tuple[int, int, frozenset[int], str]]] = field(default_factory=dict)
    S: dict[int, int] = field(default_factory=dict)
    adopted: dict[int, tuple[set[tuple[int, int, frozenset[int], str]], str | None]] = field(default_factory=dict)
    stolen: dict[int, set[str]] = field(default_factory=dict)

    def ancestors(self, name: int) -> set[int]:
        """All true ancestors."""
        found: set[int] = set()
        for parent in self.commits[name].parents:
            found |= {parent} | self.ancestors(parent)
        return found

    def concurrent(self, one: int, other: int) -> bool:
        return one != other and one not in self.ancestors(other) and other not in self.ancestors(one)

    def key_fails(self, key: str, head: int, when: int) -> str:
        if key in self.stolen[head]:
            return "key-compromised"
        state = self.states[self.S[head]]
        for person in state["people"].values():
            if key in person["keys"]:
                found = person["keys"][key]
                if found.get("revoked"):
                    return "key-retired"
                if found.get("to") is not None and found["to"] <= when:
                    return "key-expired"
                if found.get("from") is not None and when < found["from"]:
                    return "key-not-yet-valid"
                return "" if person["active"] else "not-active"
        return "unknown-key"

    def owner(self, key: str, head: int) -> str | None:
        people = self.states[self.S[head]]["people"]
        return next((name for name, person in people.items() if key in person["keys"]), None)

    def fails(self, who: str, key: str, head: int, when: int, *, sponsor: bool) -> str:
        """Not holds(claim, S[head], when), as a reason."""
        problem = self.key_fails(key, head, when)
        if problem:
            return problem
        if self.owner(key, head) != who:
            return "unknown-key"
        return "" if not sponsor or self.states[self.S[head]]["people"][who]["sponsor"] else "not-in-role"

    def own(self, commit: Made) -> bool:
        return len(commit.parents) == 1 and commit.same_author

    def newest(self, heads: set[int]) -> frozenset[int]:
        return frozenset(h for h in heads if not any(h in self.ancestors(other) for other in heads))

    def walk(self) -> None:
        for c in self.commits:
            n = c.name
            if n == self.roots[0]:
                self.base[n], self.heads[n], self.S[n], self.asks[n] = frozenset(), frozenset({n}), c.trust, set()
                self.clock[n] = self.at[n] = c.date
                self.who[n] = None
                self.stolen[n] = compromised(self.states[c.trust])
                continue
            H = self.newest({head for parent in c.parents for head in self.heads[parent]})
            self.base[n] = self.heads[n] = H
            self.clock[n] = max((self.clock[p] for p in c.parents), default=-1000)
            self.asks[n] = {ask for p in c.parents for ask in self.asks[p] if ask[2] == H}
            self.at[n] = max(c.date, self.clock[n])
            self.who[n] = None
            if not H:
                continue
            if c.key and all(not self.key_fails(c.key, h, self.at[n]) for h in H):
                owners = {self.owner(c.key, h) for h in H}
                self.who[n] = owners.pop() if len(owners) == 1 else None
            who = self.who[n]
            if who and c.date <= self.as_of:
                self.clock[n] = self.at[n]
            ask = None
            if self.own(c) and who and c.of_trust == "approve":
                ask = (n, c.trust, H, who)
                self.asks[n].add(ask)
            self.adopt(c, H, ask)

    def refused(self, ask: tuple[int, int, frozenset[int], str], at: int) -> bool:
        """Whether the author said no or took it back, in a commit that the approval does not come after."""
        line = self.ancestors(at) | {at}
        return any(
            self.commits[r].of_trust in {"reject", "withdraw"}
            and self.own(self.commits[r])
            and self.who.get(r) == ask[3]
            and r not in self.ancestors(ask[0])
            for r in line
        )

    def adopt(self, c: Made, H: frozenset[int], ask: Any) -> None:
        n = c.name
        if all(self.states[self.S[h]] == self.states[c.trust] for h in H):
            return
        if any(self.concurrent(n, root) for root in self.roots):
            return
        given = {a for a in self.asks[n] if self.states[a[1]] == self.states[c.trust] and not self.refused(a, n)}
        by = {a[3] for a in given}
        added = None
        enough = all(len(by & set(self.states[self.S[h]]["admins"])) >= self.states[self.S[h]]["quorum"] for h in H)
        if enough:
            given = {a for a in given if any(a[3] in self.states[self.S[h]]["admins"] for h in H)}
        elif ask in given:
            new = {one_more(self.states[self.S[h]], self.states[c.trust], ask[3]) for h in H}
            if len(new) != 1 or None in new:
                return
            added, given = new.pop(), {ask}
        else:
            return
        self.heads[n], self.S[n], self.asks[n] = frozenset({n}), c.trust, set()
        self.stolen[n] = compromised(self.states[c.trust]).union(*(self.stolen[h] for h in H))
        self.adopted[n] = given, added

    def bad(self, tip: int) -> set[str]:
        found = {key for h in self.heads[tip] for key in self.stolen[h]}
        while True:
            more = {a for given, a in self.adopted.values() if a and self.commits[next(iter(given))[0]].key in found}
            if more <= found:
                return found
            found |= more

    def judge(self, c: Made, tip: int, *, sponsor: bool = True) -> str:
        n, t = c.name, self.at[c.name]
        if c.key is None:
            return "unsigned"
        if not self.base[n]:
            return "before-trust-root"
        if not self.own(c):
            return "relayed"
        if c.key in self.bad(tip):
            return "key-compromised"
        owners = {self.owner(c.key, h) for h in self.base[n]}
        who = owners.pop() if len(owners) == 1 else None
        for h in sorted(self.base[n]):
            problem = self.key_fails(c.key, h, t) or ("" if who else "unknown-key")
            if problem:
                return problem
        problem = self.lost(c, who or "", t, sponsor=False) or self.conflict(c, tip)
        if problem or not sponsor:
            return problem
        for h in sorted(self.base[n]):
            problem = self.fails(who or "", c.key, h, t, sponsor=True)
            if problem:
                return problem
        return self.lost(c, who or "", t, sponsor=True)

    def lost(self, c: Made, who: str, t: int, *, sponsor: bool) -> str:
        for m in self.adopted:
            if self.concurrent(m, c.name) and any(
                not self.fails(who, c.key or "", b, t, sponsor=sponsor) for b in self.base[m]
            ):
                problem = self.fails(who, c.key or "", m, self.at[m], sponsor=sponsor)
                if problem:
                    return problem if problem in {"key-expired", "not-in-role", "not-active"} else "key-retired"
        return ""

    def conflict(self, c: Made, tip: int) -> str:
        """A sign-off whose trust stands on x does not count if an adoption m beside it took from x's approvers it."""
        below: set[int] = set()
        waiting = set(self.base[c.name])
        while waiting:
            x = waiting.pop()
            if x in self.adopted and x not in below:
                below.add(x)
                waiting |= self.base[x]
        line = self.ancestors(tip) | {tip}
        for x in below:
            given, added = self.adopted[x]
            for m in (set(self.adopted) & line) - self.ancestors(c.name) - {c.name}:
                if not self.concurrent(x, m):
                    continue
                left = {a[3] for a in given if not self.took(m, a, added)}
                if added and not left:
                    return "trust-conflict"
                if not added and any(
                    len(left & set(self.states[self.S[h]]["admins"])) < self.states[self.S[h]]["quorum"]
                    for h in self.base[x]
                ):
                    return "trust-conflict"
        return ""

    def took(self, m: int, ask: tuple[int, int, frozenset[int], str], added: str | None) -> bool:
        key = self.commits[ask[0]].key or ""

        def may(head: int, when: int) -> bool:
            admin = added is not None or ask[3] in self.states[self.S[head]]["admins"]
            return admin and not self.fails(ask[3], key, head, when, sponsor=False)

        return any(may(b, self.at[ask[0]]) for b in self.base[m]) and not may(m, self.at[m])


def compromised(state: Trust) -> set[str]:
    return {
        key
        for person in state["people"].values()
        for key, entry in person["keys"].items()
        if entry.get("revoked") == "compromised"
    }


def one_more(old: Trust, new: Trust, person: str) -> str | None:
    """The key by which new differs from old, if it is one unused key of this person."""
    for key, entry in new["people"].get(person, {"keys": {}})["keys"].items():
        used = any(key in other["keys"] for other in old["people"].values())
        keys = {k: v for k, v in new["people"][person]["keys"].items() if k != key}
        without = {**new, "people": {**new["people"], person: {**new["people"][person], "keys": keys}}}
        if not used and not entry.get("revoked") and without == old:
            return key
    return None
