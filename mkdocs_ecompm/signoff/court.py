"""One artifact before one trust state: which evidence serves which slot, and what its slots amount to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from msgspec import Struct

from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import TRUST, digest, gate_digest, is_decided_gate, is_gate, is_open_gate, named
from mkdocs_ecompm.model.signoff import Assurance, Decision, Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.signoff.capacity import Capacity, capacity, day_of
from mkdocs_ecompm.signoff.evidence import Evidence
from mkdocs_ecompm.signoff.judgement import Judge
from mkdocs_ecompm.signoff.policy import Place, gates_after
from mkdocs_ecompm.signoff.settlement import Fit, Outcome, Questions, settle
from mkdocs_ecompm.signoff.trust import TrustData
from mkdocs_ecompm.signoff.versions import Versions
from mkdocs_ecompm.signoff.walk import Walk


class Shown(Struct, frozen=True, eq=False):
    """The content that is shown, as it was read and as types."""

    contents: Contents
    state: State
    as_of: date

    def digest(self, artifact: str) -> str | None:
        """The digest of an artifact; None if it is not there.

        Raises:
            UnreadableContent: it cannot be read.
        """
        return digest(self.contents, artifact)

    def version(self, artifact: str) -> str | None:
        """As `digest`, but of a decided gate that of its record with what it requires as plain ids.

        Raises:
            UnreadableContent: it cannot be read.
        """
        return gate_digest(self.contents, artifact) if self.is_decided_gate(artifact) else self.digest(artifact)

    def is_open_gate(self, artifact: str) -> bool:
        """Whether the artifact is a gate that nobody has decided yet."""
        return is_open_gate(self.contents, artifact)

    def is_decided_gate(self, artifact: str) -> bool:
        """Whether the artifact is a gate that was decided."""
        return is_decided_gate(self.contents, artifact)


@dataclass(eq=False)
class Bench:
    """What every case needs: the walk, who judges, the versions of artifacts, and the content shown."""

    walk: Walk
    judge: Judge
    versions: Versions
    shown: Shown

    def same(self, evidence: Evidence, artifact: str) -> bool:
        """Whether the content shown is what it was for the author; of a decided gate, its own record.

        Raises:
            UnreadableContent: it cannot be read.
        """
        now = self.shown.version(artifact)
        return now is not None and now in {evidence.digest, evidence.gate_digest} and self._was(evidence, artifact, now)

    def _was(self, evidence: Evidence, artifact: str, version: str) -> bool:
        """Whether it was so indeed, with the files read as wholes: an agreement that holds rests on no shortcut."""
        if evidence.review is not None or evidence.tree is None or artifact == TRUST:
            return True  # a digest that somebody recorded, or one that is made of whole files
        then = self.walk.history.contents.whole.at(evidence.tree)
        try:
            name = named(then, artifact)
            return version == digest(then, name) or (is_gate(then, name) and version == gate_digest(then, name))
        except UnreadableContent:
            return False

    def before(self, one: Evidence, other: Evidence) -> bool:
        """Whether one piece of evidence came before another, and the other does not claim the contrary."""
        earlier = self.walk.ancestry.is_before(one.place, other.place)
        same = one.place == other.place and one.at < other.at
        return (earlier or same) and not other.at < one.at

    def left(self, evidence: Evidence, artifact: str) -> datetime | None:
        """When the artifact was first another one after it was decided on; None: never.

        A review is recorded some time after it was made: what had changed by then, changed then at the latest.
        """
        there = self.versions.version(evidence.place, artifact)
        if evidence.review is not None and there not in {evidence.digest, evidence.gate_digest}:
            return self.walk.at(evidence.place)
        return self.versions.left(evidence.place, artifact)


@dataclass(eq=False)
class Case:
    """One artifact, the slots that one trust state demands for it, and all that was said about it."""

    bench: Bench
    artifact: str
    state: TrustData
    places: Sequence[Place]
    evidence: Sequence[Evidence]
    _valid: list[str] | None = field(default=None, init=False)
    _faults: dict[tuple[Evidence, Place], str] = field(default_factory=dict, init=False)

    def outcomes(self) -> list[Outcome]:
        """How each slot stands.

        Raises:
            UnreadableContent: the content shown cannot be read.
        """
        if self.bench.shown.digest(self.artifact) is None:
            return [Outcome(place, Status.MISSING) for place in self.places]
        return settle(self.places, self.evidence, Questions(self.fault, self.fit, self.able_now, self.bench.before))

    def serves(self, evidence: Evidence) -> list[Place]:
        """The slots that evidence may fill or decide."""
        return [place for place in self.places if not self.fault(evidence, place)]

    def fault(self, evidence: Evidence, place: Place) -> str:
        """Why evidence fails a slot; the independence of its author is asked last."""
        key = (evidence, place)
        if key not in self._faults:
            self._faults[key] = self._capacity_fault(evidence, place) or self._independence_fault(evidence, place)
        return self._faults[key]

    def held(self, evidence: Evidence, place: Place) -> Capacity | None:
        """The capacity in which the author spoke for a slot, when he did."""
        states = [self.bench.walk.states[head] for head in sorted(self.bench.walk.nodes[evidence.place].base)]
        if not states or evidence.person is None:
            return None
        return capacity(states[0], evidence.person, place.approver, self.artifact, day_of(evidence.at))

    def able_now(self, person: str, place: Place) -> bool:
        """Whether somebody could fill a slot today."""
        return capacity(self.state, person, place.approver, self.artifact, self.bench.shown.as_of) is not None

    def fit(self, evidence: Evidence, place: Place) -> Fit:
        """How an approval relates to the content shown."""
        if self.bench.same(evidence, self.artifact):
            gone = self.artifact == TRUST and self.bench.left(evidence, TRUST) is not None
            return Fit.OTHER if gone else Fit.SAME
        return Fit.CHANGED if self._may_stand(evidence, place) else Fit.OTHER

    def _may_stand(self, evidence: Evidence, place: Place) -> bool:
        """With `renew: gate`, whether the next gate that needs the artifact since it changed is still to come."""
        if place.demand.renew != "gate" or self.artifact == TRUST or evidence.digest is None:
            return False
        shown = self.bench.shown
        left = self.bench.left(evidence, self.artifact)
        since = min(day_of(left), shown.as_of) if left else shown.as_of
        gates = gates_after(shown.contents, self.artifact, since, shown.state)
        return bool(gates) and shown.as_of < gates[0]

    def _capacity_fault(self, evidence: Evidence, place: Place) -> str:
        if evidence.fault:
            return evidence.fault
        if evidence.role is not None and evidence.role.casefold() != place.approver.casefold():
            return "not-in-role"
        problem = self.bench.judge.slot_fault(evidence.voice, place.approver, self.artifact)
        if problem or evidence.decision is not Decision.APPROVE:
            return problem
        if place.ask is not None and self._precedes(evidence, place.ask, place.approver):
            return "superseded"
        return "assurance-too-low" if evidence.assurance.rank < Assurance(place.demand.minimum).rank else ""

    def _precedes(self, evidence: Evidence, ask: Ask, party: str) -> bool:
        """Whether evidence is older than an ask: of a review, whether its pull request came in before, too."""
        places = (evidence.place, evidence.merged)
        return any(self.bench.versions.precedes(place, ask, party) for place in places if place)

    def _independence_fault(self, evidence: Evidence, place: Place) -> str:
        """Whether the author of an approval had a hand in what has changed since all last agreed."""
        if not place.demand.independent or evidence.decision is not Decision.APPROVE:
            return ""
        is_before = self.bench.walk.ancestry.is_before
        agreed = frozenset(commit for commit in self._fully_valid() if is_before(commit, evidence.place))
        authors = self.bench.versions.authors(evidence.place, self.artifact, agreed)
        if any(author is not None and author == evidence.person for author in authors):
            return "not-independent"
        return "author-unknown" if None in authors else ""

    def _fully_valid(self) -> list[str]:
        """The commits at which every slot was filled, parents first, as far as they were found.

        It grows while it is asked: whether a commit is one depends on those before it alone.
        """
        if self._valid is None:
            self._valid = []
            said = dict.fromkeys(one.place for one in self.evidence if one.decision is Decision.APPROVE)
            for commit in said:
                if self._was_valid(commit):
                    self._valid.append(commit)
        return self._valid

    def _was_valid(self, commit: str) -> bool:
        walk, versions = self.bench.walk, self.bench.versions
        there = versions.version(commit, self.artifact)
        when = day_of(walk.at(commit))
        said = [one for one in self.evidence if walk.ancestry.reaches(commit, one.place)]

        def fit(evidence: Evidence, _place: Place) -> Fit:
            return Fit.SAME if there in {evidence.digest, evidence.gate_digest} else Fit.OTHER

        def able(person: str, place: Place) -> bool:
            return capacity(self.state, person, place.approver, self.artifact, when) is not None

        if there is None:
            return False
        demanded = [place for place in self.places if place.ask is None]
        outcomes = settle(demanded, said, Questions(self.fault, fit, able, self.bench.before))
        return all(outcome.status is Status.VALID for outcome in outcomes)


def readable(shown: Shown, artifact: str) -> bool:
    """Whether the content of an artifact, present or not, can be told, and who is asked again about it."""
    try:
        shown.contents.register("asks")
        shown.digest(artifact)
    except UnreadableContent:
        return False
    return True
