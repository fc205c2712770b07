"""The reviews in a history as evidence: every one at the place where an attestor first recorded it."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime
from functools import cached_property

from msgspec.structs import replace

from mkdocs_ecompm.git.objects import Commit, ObjectError
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.digest import TRUST, gate_digest, is_gate, named
from mkdocs_ecompm.model.review import PullRequestEvidence, ReviewState
from mkdocs_ecompm.model.signoff import Assurance, Decision, ReviewFacts
from mkdocs_ecompm.signoff.attested import FirstPlaces, Written
from mkdocs_ecompm.signoff.capacity import day_of
from mkdocs_ecompm.signoff.evidence import Evidence, lines
from mkdocs_ecompm.signoff.judgement import Judge, Voice, signature_facts
from mkdocs_ecompm.signoff.reviews import digest_at, digest_fault, review_fault, starts_elsewhere
from mkdocs_ecompm.signoff.trailers import printable
from mkdocs_ecompm.signoff.walk import Walk

UNATTESTED = "attestor-unknown"


def collect(walk: Walk, judge: Judge) -> list[Evidence]:
    """All that was said in the history of a walk, in commits and in reviews, parents first."""
    if not walk.history.evidence_writers:
        return list(lines(walk, judge, {}))
    reviews = Reviews(walk, judge)
    said: dict[str, list[Evidence]] = {}
    for one in lines(walk, judge, reviews.seen):
        said.setdefault(one.place, []).append(one)
    return [
        one for commit in walk.history.commits for one in (*said.get(commit.oid, ()), *reviews.evidence(commit.oid))
    ]


class Reviews:
    """The reviews that the commits of a walk recorded."""

    def __init__(self, walk: Walk, judge: Judge) -> None:
        self._walk = walk
        self._judge = judge
        self._history = walk.history

    @cached_property
    def first(self) -> Mapping[str, tuple[Written, ...]]:
        """What each commit was the first to record: of those who may, and of anybody else what none of them has."""
        attested = FirstPlaces(self._walk.ancestry, self._history.parents)
        claimed: set[Hashable] = set()
        found: dict[str, tuple[Written, ...]] = {}
        for commit in self._writers():
            if not self.attestor_fault(commit):
                reviews = self._history.evidence.written(commit).reviews
                new = [written for written in reviews if attested.take(written, commit.oid)]
            else:
                reviews = self._history.evidence.claimed(commit).reviews
                new = [written for written in reviews if written.identity not in claimed]
            claimed.update(written.identity for written in reviews)
            found[commit.oid] = tuple(new)
        return found

    @cached_property
    def seen(self) -> Mapping[str, datetime]:
        """When an attestor first saw each commit, as far as one says so."""
        found: dict[str, datetime] = {}
        for commit in self._writers():
            for one in self._history.evidence.written(commit).seen if not self.attestor_fault(commit) else ():
                found[one.commit] = min(found.get(one.commit, one.at), one.at)
        return found

    @cached_property
    def files(self) -> Mapping[str, PullRequestEvidence]:
        """What attestors last wrote of each file, with those of its reviews that one of them was the first to record.

        This is what a collector may go on from. What else stands in a file, somebody put there by hand.
        """
        known: set[Hashable] = set()
        found: dict[str, PullRequestEvidence] = {}
        for commit in self._writers():
            if self.attestor_fault(commit):
                continue
            known.update(written.identity for written in self.first[commit.oid])
            for path, asked in self._history.evidence.written(commit).files:
                reviews = (one for one in asked.reviews if Written(path, asked, one).identity in known)
                found[path] = replace(asked, reviews=tuple(reviews))
        return found

    def evidence(self, commit: str) -> Iterator[Evidence]:
        """The decisions in the reviews that a commit was the first to record, one for each artifact."""
        taken: dict[str, int] = {}
        for written in self.first.get(commit, ()):
            for artifact in written.review.artifacts:
                found = self._evidence(commit, written, artifact)
                taken[found.id] = number = taken.get(found.id, 0) + 1
                yield found if number == 1 else replace(found, id=f"{found.id}:{number}")

    def attestor_fault(self, commit: Commit) -> str:
        """Why the reviews that a commit wrote are not attested: whoever made it may not, or it changed more."""
        problem = self._judge.attestor_fault(commit.oid)
        return problem or ("" if self._history.evidence.written(commit).alone else UNATTESTED)

    def _writers(self) -> Iterator[Commit]:
        writers = self._history.evidence_writers
        return (commit for commit in self._history.commits if commit.oid in writers) if writers else iter(())

    def _evidence(self, commit: str, written: Written, artifact: str) -> Evidence:
        asked, review = written.pull_request, written.review
        voice = Voice(commit, written.account, review.submitted_at)
        problem = self._fault(voice, written, artifact)
        attested = not self.attestor_fault(self._history.repository.commit(commit))
        person = self._judge.person(voice) if attested else None
        tree = self._tree(commit, written, artifact)
        return Evidence(
            id=f"{commit}:{asked.host}-{asked.number}:{review.id}:{artifact}",
            place=commit,
            artifact=self._name(tree, artifact),
            decision=review.state.decision or review.decision or Decision.APPROVE,
            role=review.role,
            person=person,
            at=review.submitted_at,
            claimed=review.submitted_at,
            digest=review.artifacts[artifact],
            gate_digest=self._gate_digest(tree, artifact),
            assurance=Assurance.REVIEWED if person is not None else Assurance.CLAIMED,
            conditions=tuple(printable(" ".join(one.split())) for one in review.conditions),
            comment=printable(review.body.replace("\r\n", "\n")).strip(),
            signature=signature_facts(self._walk.signature(commit), self._judge.fault(Voice(commit))),
            fault=problem,
            account=written.account,
            tree=tree,
            merged=asked.merged,
            seen=asked.recorded_at if attested else None,
            review=ReviewFacts(
                file=written.path,
                host=asked.host,
                repository=printable(asked.repository),
                number=asked.number,
                id=review.id,
                login=printable(review.reviewer.login),
                account=review.reviewer.id,
                commit=review.commit,
                attestor=self._judge.person(Voice(commit)) if attested else None,
                dismissed=review.state is ReviewState.DISMISSED,
            ),
        )

    def _fault(self, voice: Voice, written: Written, artifact: str) -> str:
        """The first reason why a review counts for nothing, whatever slot it is for."""
        states = [self._walk.states[head] for head in sorted(self._walk.nodes[voice.place].base)]
        commit = self._history.repository.commit(voice.place)
        problem = self.attestor_fault(commit) or review_fault(self._history, written, states)
        problem = problem or self._judge.fault(voice)
        if problem:
            return problem
        if artifact == TRUST and not all(state.reviews for state in states):
            return "assurance-too-low"
        approves = written.review.state.decision is Decision.APPROVE
        if approves and artifact == TRUST and starts_elsewhere(self._history, written, states):
            return "digest-mismatch"
        return (
            digest_fault(self._history, written, artifact)
            or ("dated-after-as-of" if _is_later(written.review.submitted_at, self._walk.as_of) else "")
            or ("duplicate" if self._walk.repeats(voice.place) is not None else "")
        )

    def _tree(self, commit: str, written: Written, artifact: str) -> str | None:
        """A commit at hand in whose tree the artifact is as it was reviewed."""
        for place in (written.review.commit, written.pull_request.merged, commit):
            if place is not None and self._holds(place, artifact, written.review.artifacts[artifact]):
                return place
        return None

    def _holds(self, commit: str, artifact: str, digest: str) -> bool:
        if commit not in self._history.parents and len(commit) != len(self._history.tip):
            return False
        try:
            return digest_at(self._history, commit, artifact) == digest
        except ObjectError:
            return False

    def _name(self, tree: str | None, artifact: str) -> str:
        """The artifact as it is named where it was reviewed."""
        try:
            return named(self._history.contents.at(tree), artifact) if tree is not None else artifact
        except UnreadableContent:
            return artifact

    def _gate_digest(self, tree: str | None, artifact: str) -> str | None:
        if tree is None:
            return None
        contents = self._history.contents.at(tree)
        try:
            name = named(contents, artifact)
            return gate_digest(contents, name) if is_gate(contents, name) else None
        except UnreadableContent:
            return None


def _is_later(when: datetime, as_of: date) -> bool:
    return day_of(when) > as_of
