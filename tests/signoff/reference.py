"""The order of evaluation, transcribed line by line from the docs: slow, with sets, over commits that are only names.

It knows nothing of git, YAML or the engine, so that the engine can be compared with it on histories made at random.
Times are days since the beginning of 2026.
"""

# ruff: noqa: N803, N806, PLR0911  # the names and the shape are those of the docs

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Trust = Mapping[str, Any]
"""admins (tuple), quorum, attestors (tuple), reviews, people: name -> {active, sponsor, accounts (tuple), machine,
keys: name -> {from, to, revoked}}"""


@dataclass(frozen=True)
class Review:
    """A review as it is recorded: of `trust` or `charter`, the account, when, of which commit, what was merged.

    `digest` is the number of the trust state; of a charter 0. Another one than that of the commit is a mismatch.
    """

    name: int
    account: int
    at: int
    state: str
    what: str
    digest: int
    reviewed: int
    merged: int | None
    merge_base: int
    author: int


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
    writes: tuple[Review, ...] = ()
    alone: bool = True


Ask = tuple[int, int, frozenset[int], str, "Review | None"]


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
    asks: dict[int, set[Ask]] = field(default_factory=dict)
    S: dict[int, int] = field(default_factory=dict)
    adopted: dict[int, tuple[set[Ask], str | None]] = field(default_factory=dict)
    stolen: dict[int, set[str]] = field(default_factory=dict)
    attests: set[int] = field(default_factory=set)
    refusals: list[tuple[int, str, int, bool]] = field(default_factory=list)

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

    def holder(self, account: int, head: int) -> str | None:
        people = self.states[self.S[head]]["people"]
        found = [name for name, person in people.items() if account in person["accounts"]]
        return found[0] if len(found) == 1 else None

    def account_fails(self, who: str, account: int, head: int, *, sponsor: bool) -> str:
        """As `fails`, with an account in place of the key."""
        name = self.holder(account, head)
        if name is None:
            return "unknown-account"
        person = self.states[self.S[head]]["people"][name]
        if not person["active"]:
            return "not-active"
        if name != who:
            return "unknown-account"
        return "" if not sponsor or (person["sponsor"] and not person["machine"]) else "not-in-role"

    def attestor_fails(self, who: str, key: str, head: int, when: int) -> str:
        problem = self.fails(who, key, head, when, sponsor=False)
        return problem or ("" if who in self.states[self.S[head]]["attestors"] else "attestor-unknown")

    def fails(self, who: str, key: str, head: int, when: int, *, sponsor: bool) -> str:
        """Not holds(claim, S[head], when), as a reason."""
        problem = self.key_fails(key, head, when)
        if problem:
            return problem
        if self.owner(key, head) != who:
            return "unknown-key"
        person = self.states[self.S[head]]["people"][who]
        able = person["sponsor"] and not person["machine"] and who not in self.states[self.S[head]]["attestors"]
        return "" if not sponsor or able else "not-in-role"

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
                ask = (n, c.trust, H, who, None)
                self.asks[n].add(ask)
            if self.own(c) and who and c.of_trust in {"reject", "withdraw"}:
                self.refusals.append((n, who, self.at[n], False))
            if self.own(c) and who and all(who in self.states[self.S[h]]["attestors"] for h in H):
                self.attests.add(n)
                self.hear(c, H)
            self.adopt(c, H, ask)

    def hear(self, c: Made, H: frozenset[int]) -> None:
        """What admins say of trust in reviews first recorded in c."""
        before = {r for a in self.attests & self.ancestors(c.name) if self.commits[a].alone for r in self.wrote(a)}
        for r in self.wrote(c.name) if c.alone else ():
            states = [self.states[self.S[h]] for h in H]
            if r.what != "trust" or r in before or self.void(r, H) or not all(s["reviews"] for s in states):
                continue
            holders = {
                "" if self.account_fails(who, r.account, h, sponsor=False) else who
                for h in H
                for who in [self.holder(r.account, h) or ""]
            }
            person = holders.pop() if len(holders) == 1 else ""
            if not person:
                continue
            if r.state != "approved":
                self.refusals.append((c.name, person, r.at, True))
            elif all(self.states[self.commits[r.merge_base].trust] == s for s in states) and self.right(r):
                self.asks[c.name].add((c.name, r.digest, H, person, r))

    def wrote(self, name: int) -> tuple[Review, ...]:
        """Evidence is what commits with one parent wrote."""
        return self.commits[name].writes if len(self.commits[name].parents) == 1 else ()

    def right(self, r: Review) -> bool:
        return r.digest == (self.commits[r.reviewed].trust if r.what == "trust" else 0)

    def void(self, r: Review, H: frozenset[int]) -> str:
        if r.author == r.account or any(
            {r.author, r.account} <= set(person["accounts"])
            for h in H
            for person in self.states[self.S[h]]["people"].values()
        ):
            return "own-pull-request"
        if r.state == "commented":
            return "review-commented"
        return "" if r.merged is not None else "not-merged"

    def refused(self, ask: Ask, at: int) -> bool:
        """Whether the author said no or took it back, and the approval does not come after that."""
        line = self.ancestors(at) | {at}
        when = ask[4].at if ask[4] else self.at[ask[0]]
        for place, who, then, reviewed in self.refusals:
            if place not in line or who != ask[3]:
                continue
            earlier = place in self.ancestors(ask[0])
            if reviewed or ask[4]:
                earlier = (earlier or (place == ask[0] and then < when)) and not when < then
            if not earlier:
                return True
        return False

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
        elif ask in given and all(ask[3] not in self.states[self.S[h]]["attestors"] for h in H):
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

    def attestor_reason(self, c: Made, tip: int) -> str:
        """Why what c records is not attested."""
        n = c.name
        problem = self.judge(c, tip, sponsor=False)
        owners = {self.owner(c.key or "", h) for h in self.base[n]}
        who = owners.pop() if len(owners) == 1 else None
        if problem in {"unsigned", "unknown-key"} or (
            who and any(who not in self.states[self.S[h]]["attestors"] for h in self.base[n])
        ):
            return "attestor-unknown"
        if problem:
            return problem
        problem = self.taken(n, lambda h, t: self.attestor_fails(who or "", c.key or "", h, t), self.at[n])
        return problem or ("" if c.alone else "attestor-unknown")

    def judge_review(self, c: Made, r: Review, tip: int) -> str:
        """As `judge`, of the sponsor's slot, for a review of the charter that c is the first to record."""
        n = c.name
        problem = self.attestor_reason(c, tip) or self.void(r, self.base[n])
        if problem:
            return problem
        holders = {self.holder(r.account, h) for h in self.base[n]}
        person = holders.pop() if len(holders) == 1 else None
        for sponsor in (False, True):
            for h in sorted(self.base[n]):
                problem = self.account_fails(person or "", r.account, h, sponsor=sponsor)
                if problem:
                    return problem
            problem = self.taken(
                n, lambda h, _t, s=sponsor: self.account_fails(person or "", r.account, h, sponsor=s), r.at
            )
            if problem:
                return problem
            if not sponsor and not self.right(r):
                return "digest-mismatch"
            if not sponsor and r.at > self.as_of:
                return "dated-after-as-of"
        return ""

    def lost(self, c: Made, who: str, t: int, *, sponsor: bool) -> str:
        return self.taken(c.name, lambda h, when: self.fails(who, c.key or "", h, when, sponsor=sponsor), t)

    def taken(self, n: int, fails: Callable[[int, int], str], t: int) -> str:
        """What a mark beside n took: marks are adoptions and commits of attestors."""
        for m in [*self.adopted, *self.attests]:
            if self.concurrent(m, n) and any(not fails(b, t) for b in self.base[m]):
                for h in sorted(self.heads[m]):
                    problem = fails(h, self.at[m])
                    if problem:
                        kept = {"key-expired", "not-in-role", "not-active", "attestor-unknown", "unknown-account"}
                        return problem if problem in kept else "key-retired"
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

    def took(self, m: int, ask: Ask, added: str | None) -> bool:
        key = self.commits[ask[0]].key or ""
        r = ask[4]

        def may(head: int, when: int) -> bool:
            admin = added is not None or ask[3] in self.states[self.S[head]]["admins"]
            if r is None:
                return admin and not self.fails(ask[3], key, head, when, sponsor=False)
            able = not self.account_fails(ask[3], r.account, head, sponsor=False)
            return admin and able and not self.attestor_fails(self.who[ask[0]] or "", key, head, when)

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
