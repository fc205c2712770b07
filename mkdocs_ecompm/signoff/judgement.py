"""Whether what a commit says counts: its signature, its author's key and capacity, and what others did meanwhile.

Each question is answered by a reason code of the docs, empty for yes; the first failing reason wins.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.model.signoff import SignatureFacts
from mkdocs_ecompm.signatures.commit import Signature
from mkdocs_ecompm.signoff.adoption import Adopted, Ask
from mkdocs_ecompm.signoff.capacity import (
    account_fault,
    account_owner,
    capacity,
    day_of,
    key_fault,
    may_fill,
    owner,
)
from mkdocs_ecompm.signoff.commits import own
from mkdocs_ecompm.signoff.trust import AccountId, TrustData
from mkdocs_ecompm.signoff.walk import Walk

NAMESPACE = "git"


class Voice(NamedTuple):
    """How somebody speaks: by the key of the commit `place`, or through an account in a review that it records.

    `at` is when a review was submitted; a commit has a moment of its own.
    """

    place: str
    account: AccountId | None = None
    at: datetime | None = None


class Claim(Struct, frozen=True):
    """What a sign-off says of its author: this person, with this key, for this approver (None: for nobody yet).

    With an `account` it takes the place of the key. `attests`: the person is one of those who record reviews.
    """

    person: str
    key: str = ""
    approver: str | None = None
    artifact: str = ""
    account: AccountId | None = None
    attests: bool = False


def fault(claim: Claim, state: TrustData, when: datetime) -> str:
    """Why a claim does not hold in a trust state at a moment."""
    by_key = claim.account is None
    problem = key_fault(state, claim.key, when) if claim.account is None else account_fault(state, claim.account)
    if problem:
        return problem
    who = owner(state, claim.key) if claim.account is None else account_owner(state, claim.account)
    if (who or "").casefold() != claim.person.casefold():
        return "unknown-key" if by_key else "unknown-account"
    if claim.attests and claim.person not in state.attestors:
        return "attestor-unknown"
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


_KEPT = frozenset({"", "key-expired", "not-in-role", "not-active", "attestor-unknown"})
"""Reasons that stay what they are where something beside a sign-off took what it rests on."""
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
        self._persons: dict[Voice, str | None] = {}
        self._faults: dict[Voice, str] = {}
        self._slots: dict[tuple[Voice, str, str], str] = {}
        self._attestors: dict[str, str] = {}

    def person(self, voice: Voice) -> str | None:
        """Whose key signed the commit, in force or not, or whose account it is, if every state below agrees."""
        if voice not in self._persons:
            self._persons[voice] = self._person(voice)
        return self._persons[voice]

    def fault(self, voice: Voice) -> str:
        """Why nothing that is said so counts."""
        if voice not in self._faults:
            self._faults[voice] = self._fault(voice.place) if voice.account is None else self._review_fault(voice)
        return self._faults[voice]

    def slot_fault(self, voice: Voice, approver: str, artifact: str) -> str:
        """Why what is said so does not count for this approver; that of `fault` comes first."""
        problem = self.fault(voice)
        if problem:
            return problem
        key = (voice, approver.casefold(), artifact.casefold())
        if key not in self._slots:
            self._slots[key] = self._claim_fault(voice, self._claim(voice, approver, artifact))
        return self._slots[key]

    def attestor_fault(self, commit: str) -> str:
        """Why the reviews that a commit records are not attested, whatever they say."""
        if commit not in self._attestors:
            self._attestors[commit] = self._attestor_fault(commit)
        return self._attestors[commit]

    def is_admin(self, voice: Voice) -> bool:
        """Whether the author administers trust in every state below; by a review only where that may approve it."""
        who = self.person(voice)
        states = self._states(voice.place)
        return all(who in state.admins and (voice.account is None or state.reviews) for state in states)

    def may_speak(self, voice: Voice) -> bool:
        """Whether the author fills slots in every state below: a machine fills none."""
        who = (self.person(voice) or "").casefold()
        return all(who in state.people and may_fill(state, state.people[who]) for state in self._states(voice.place))

    def _states(self, commit: str) -> list[TrustData]:
        return [self._walk.states[head] for head in sorted(self._walk.nodes[commit].base)]

    def _person(self, voice: Voice) -> str | None:
        if voice.account is not None:
            owners = {account_owner(state, voice.account) for state in self._states(voice.place)}
        else:
            key = self._walk.key(voice.place)
            owners = {owner(state, key) if key else None for state in self._states(voice.place)}
        return owners.pop() if len(owners) == 1 else None

    def _claim(self, voice: Voice, approver: str | None = None, artifact: str = "") -> Claim:
        key = "" if voice.account is not None else self._walk.key(voice.place) or ""
        return Claim(self.person(voice) or "", key, approver, artifact, voice.account)

    def _attestor_fault(self, commit: str) -> str:
        voice = Voice(commit)
        person, states = self.person(voice), self._states(commit)
        problem = self.fault(voice)
        if problem in {"unsigned", "unknown-key"}:
            return "attestor-unknown"
        if person is not None and any(person not in state.attestors for state in states):
            return "attestor-unknown"
        return problem or self._claim_fault(voice, replace(self._claim(voice), attests=True))

    def _review_fault(self, voice: Voice) -> str:
        problem = self.attestor_fault(voice.place)
        if problem:
            return problem
        if self.person(voice) is None:
            problems = (account_fault(state, voice.account) for state in self._states(voice.place) if voice.account)
            return next((problem for problem in problems if problem), "unknown-account")
        return self._claim_fault(voice, self._claim(voice))

    def _fault(self, commit: str) -> str:
        node = self._walk.nodes[commit]
        problem = signature_fault(self._walk.signature(commit))
        if problem and (node.base or problem != "unknown-key"):
            return problem
        if not node.base:
            return "before-trust-root"
        if not own(self._walk.history.repository.commit(commit)):
            return "relayed"
        key = self._walk.key(commit) or ""
        if self._walk.is_bad(key, node.base):
            return "key-compromised"
        voice = Voice(commit)
        if self.person(voice) is None:
            problems = (key_fault(state, key, self._walk.at(commit)) for state in self._states(commit))
            return next((problem for problem in problems if problem), "unknown-key")
        return self._claim_fault(voice, self._claim(voice)) or self._conflict(commit)

    def _claim_fault(self, voice: Voice, claim: Claim) -> str:
        when = voice.at or self._walk.at(voice.place)
        for state in self._states(voice.place):
            problem = fault(claim, state, when)
            if problem:
                return problem
        return next(self._lost_meanwhile(voice.place, claim, when), "")

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
        problems = (fault(claim, states[head], self._walk.at(mark)) for head in sorted(node.heads))
        problem = next((problem for problem in problems if problem), "")
        return problem if problem in _KEPT else "unknown-account" if claim.account is not None else "key-retired"

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

        def may(ask: Ask, state: TrustData, when: datetime | None) -> bool:
            able = below.added is not None or ask.person in state.admins
            return able and all(not fault(claim, state, when or at) for claim, at in self._claims_of(ask))

        left = {
            ask.person
            for ask in below.asks
            if may(ask, states[mark], self._walk.at(mark))
            or not any(may(ask, states[before], None) for before in node.base)
        }
        if below.added is not None:
            return not left
        return any(len(left & states[head].admins) < states[head].quorum for head in below.base)

    def _claims_of(self, ask: Ask) -> Iterator[tuple[Claim, datetime]]:
        """What an approval of trust rests on, each with its moment: a key, or an account and the attestor's key."""
        if ask.account is None:
            yield Claim(ask.person, ask.key), ask.at
        else:
            yield Claim(ask.person, account=ask.account), ask.at
            yield Claim(ask.attestor, ask.key, attests=True), self._walk.at(ask.commit)
