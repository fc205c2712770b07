"""Whether what a commit says counts: its signature, its author's key and capacity, and what others did meanwhile.

Each question is answered by a reason code of the docs, empty for yes; the first failing reason wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mkdocs_ecompm.model.signoff import SignatureFacts
from mkdocs_ecompm.signatures.commit import Signature
from mkdocs_ecompm.signoff.capacity import capacity, day_of, key_fault, may_fill, owner
from mkdocs_ecompm.signoff.commits import own
from mkdocs_ecompm.signoff.trust import TrustData
from mkdocs_ecompm.signoff.walk import Adopted, Walk

NAMESPACE = "git"


@dataclass(frozen=True, slots=True)
class Claim:
    """What a sign-off says of its author: this person, with this key, for this approver (None: for nobody yet)."""

    person: str
    key: str
    approver: str | None = None
    artifact: str = ""


def fault(claim: Claim, state: TrustData, when: datetime) -> str:
    """Why a claim does not hold in a trust state at a moment."""
    problem = key_fault(state, claim.key, when)
    if problem:
        return problem
    if (owner(state, claim.key) or "").casefold() != claim.person.casefold():
        return "unknown-key"
    if claim.approver is None:
        return ""
    able = capacity(state, claim.person, claim.approver, claim.artifact, day_of(when))
    return "" if able else "not-in-role"


def signature_fault(signature: Signature) -> str:
    """Why a signature is worth nothing, whoever made it."""
    if signature.status == "bad" and signature.namespace not in {None, NAMESPACE}:
        return "wrong-namespace"
    if signature.status == "good":
        return "unsupported-signature" if signature.certificate else ""
    return {
        "none": "unsigned",
        "bad": "bad-signature",
        "unsupported": "unsupported-signature",
        "unknown-key": "unknown-key",
        "expired": "key-expired",
        "not-yet-valid": "key-not-yet-valid",
        "revoked": "key-retired",
    }[signature.status]


_WORDS = {
    "unknown-key": "unknown-key",
    "before-trust-root": "unknown-key",
    "no-trust": "unknown-key",
    "key-expired": "expired",
    "key-not-yet-valid": "not-yet-valid",
    "key-retired": "revoked",
    "key-compromised": "revoked",
}


def signature_facts(signature: Signature, problem: str) -> SignatureFacts:
    """The signature in the words of `ecompm signatures`, given why its sign-off does not count."""
    status = _WORDS.get(problem, "good") if signature.status == "good" else signature.status
    return SignatureFacts(signature.format, status, signature.key, signature.hardware)


class Judge:
    """Judges the commits of a walk."""

    def __init__(self, walk: Walk) -> None:
        self._walk = walk
        self._persons: dict[str, str] = {}
        self._slots: dict[tuple[str, str, str], str] = {}

    def person(self, commit: str) -> str | None:
        """Whose key signed the commit, in force or not, if every state that it stands on agrees."""
        key = self._walk.key(commit)
        owners = {owner(self._walk.states[head], key) if key else None for head in self._walk.nodes[commit].base}
        return owners.pop() if len(owners) == 1 else None

    def fault(self, commit: str) -> str:
        """Why nothing that the commit says counts."""
        if commit not in self._persons:
            self._persons[commit] = self._fault(commit)
        return self._persons[commit]

    def slot_fault(self, commit: str, approver: str, artifact: str) -> str:
        """Why what the commit says does not count for this approver; that of `fault` comes first."""
        problem = self.fault(commit)
        if problem:
            return problem
        key = (commit, approver.casefold(), artifact.casefold())
        if key not in self._slots:
            claim = Claim(self.person(commit) or "", self._walk.key(commit) or "", approver, artifact)
            self._slots[key] = self._claim_fault(commit, claim)
        return self._slots[key]

    def is_admin(self, commit: str) -> bool:
        """Whether the commit's author administers trust in every state that the commit stands on."""
        who = self.person(commit)
        return all(who in self._walk.states[head].admins for head in self._walk.nodes[commit].base)

    def may_speak(self, commit: str) -> bool:
        """Whether the commit's author fills slots in every state that the commit stands on: a machine fills none."""
        who = (self.person(commit) or "").casefold()
        states = [self._walk.states[head] for head in self._walk.nodes[commit].base]
        return all(who in state.people and may_fill(state, state.people[who]) for state in states)

    def _fault(self, commit: str) -> str:
        node = self._walk.nodes[commit]
        problem = signature_fault(self._walk.signature(commit))
        if problem and (node.base or problem != "unknown-key"):
            return problem
        if not node.base:
            return "before-trust-root"
        if not own(node.commit):
            return "relayed"
        key = self._walk.key(commit) or ""
        if self._walk.is_bad(key, node.base):
            return "key-compromised"
        person = self.person(commit)
        if person is None:
            problems = (key_fault(self._walk.states[head], key, node.at) for head in sorted(node.base))
            return next((problem for problem in problems if problem), "unknown-key")
        return self._claim_fault(commit, Claim(person, key)) or self._conflict(commit)

    def _claim_fault(self, commit: str, claim: Claim) -> str:
        node = self._walk.nodes[commit]
        for head in sorted(node.base):
            problem = fault(claim, self._walk.states[head], node.at)
            if problem:
                return problem
        return next(self._lost_meanwhile(commit, claim, node.at), "")

    def _lost_meanwhile(self, commit: str, claim: Claim, when: datetime) -> Iterator[str]:
        """What a mark beside the commit took from the claim: back-dating behind a change helps nobody."""
        for mark in self._walk.marks:
            if self._walk.ancestry.concurrent(mark, commit):
                problem = self._taken(mark, claim, when)
                if problem:
                    yield problem

    def _taken(self, mark: str, claim: Claim, when: datetime) -> str:
        node, states = self._walk.nodes[mark], self._walk.states
        if not any(not fault(claim, states[before], when) for before in node.base):
            return ""
        problems = (fault(claim, states[head], node.at) for head in sorted(node.heads))
        problem = next((problem for problem in problems if problem), "")
        return problem if problem in {"", "key-expired", "not-in-role", "not-active"} else "key-retired"

    def _conflict(self, commit: str) -> str:
        """Whether trust that the commit stands on was itself taken away beside it."""
        beside = [mark for mark in self._walk.adopted if self._walk.ancestry.concurrent(mark, commit)]
        if beside and any(self._shaken(below, mark) for below in self._stands_on(commit) for mark in beside):
            return "trust-conflict"
        return ""

    def _stands_on(self, commit: str) -> Iterator[Adopted]:
        """The adoptions under a commit, down to the trust root."""
        seen: set[str] = set()
        waiting = list(self._walk.nodes[commit].base)
        while waiting:
            head = waiting.pop()
            if head not in seen and head in self._walk.adopted:
                seen.add(head)
                yield self._walk.adopted[head]
                waiting.extend(self._walk.adopted[head].base)

    def _shaken(self, below: Adopted, mark: str) -> bool:
        """Whether the adoption `mark`, beside `below`, took from its approvers what it stood on."""
        if not self._walk.ancestry.concurrent(below.commit, mark):
            return False
        node, states = self._walk.nodes[mark], self._walk.states

        def may(ask_person: str, key: str, state: TrustData, when: datetime) -> bool:
            return not fault(Claim(ask_person, key), state, when) and (
                below.added is not None or ask_person in state.admins
            )

        left = {
            ask.person
            for ask in below.asks
            if may(ask.person, ask.key, states[mark], node.at)
            or not any(may(ask.person, ask.key, states[before], ask.at) for before in node.base)
        }
        if below.added is not None:
            return not left
        return any(len(left & states[head].admins) < states[head].quorum for head in below.base)
