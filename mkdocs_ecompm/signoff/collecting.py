"""The collector: a pull request as a forge tells it and the commits in git make evidence.

What was reviewed is the tree of a commit, so that commit has to be at hand. A review whose commit cannot be relied on
(a push by force came after it, or nobody knows whether one did) is recorded as a comment: forges re-point the commit.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.git.common_ancestors import is_ancestor
from mkdocs_ecompm.git.objects import ObjectError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.contents import Contents, ContentsHistory
from mkdocs_ecompm.history.digest import TRUST, digest
from mkdocs_ecompm.model.review import PullRequestEvidence, Review, ReviewState
from mkdocs_ecompm.signoff import coverage
from mkdocs_ecompm.signoff.branch_base import BranchBases
from mkdocs_ecompm.signoff.commits import DEFAULT_FOLDER
from mkdocs_ecompm.signoff.forges import PullRequest, RawReview
from mkdocs_ecompm.signoff.forges.fields import author
from mkdocs_ecompm.signoff.recorded import joined, without_trust

_BOUND: Final = frozenset({ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED})
"""What speaks of a certain content. A dismissal speaks of an opinion, a comment of nothing."""

_BEHIND: Final = (
    "This clone is behind what pull request {number} goes into, so nobody can tell what it changes. Run `git pull`, "
    "and record it again."
)


class Source(Struct, frozen=True):
    """Where a pull request is: the forge's word, its host, and the repository there."""

    forge: str
    host: str
    repository: str


class Collected(Struct, frozen=True):
    """What became of a pull request: its evidence, if there is any; what to tell; commits that have to be fetched."""

    evidence: PullRequestEvidence | None
    notices: tuple[str, ...] = ()
    missing: bool = False


class Collector:
    """Makes evidence in a full clone, as seen from one commit."""

    def __init__(self, repository: Repository, head: str, folder: str, heads: str, now: datetime) -> None:
        """Take the clone, the commit, the project's folder, the forge's ref of pull requests, and the moment."""
        self._repository = repository
        self._head = head
        self._folder = folder
        self._heads = heads
        self._now = now
        self._contents = ContentsHistory(repository, folder)
        self._bases = BranchBases(repository, head)

    @cached_property
    def history(self) -> frozenset[str]:
        """All commits that lead to the one that is looked from."""
        return frozenset(self._repository.rev_list(self._head))

    def arrived(self, commit: str) -> bool:
        """Whether a merge commit is in the history."""
        return commit in self.history

    def collect(self, asked: PullRequest, source: Source, known: PullRequestEvidence | None = None) -> Collected:
        """The evidence of a pull request as it is told now; `known` is what was recorded of it before.

        Raises:
            GitError: the history has a hole.
        """
        merged = asked.merge_commit if asked.merged and self.arrived(asked.merge_commit or "") else None
        if asked.merged and merged is None:
            return Collected(None, (f"Pull request {asked.number} was merged, but not into this history: left out.",))
        if asked.head is None:
            return Collected(None, (f"The forge does not say what pull request {asked.number} brings: left out.",))
        began = next(iter(self._bases.of(asked.base, merged, asked.head)), asked.base or self._head)
        case = _Case(asked, merged, began, known)
        told = [self._review(case, raw) for raw in self._opinions(asked) if not raw.is_bot]
        reviews = tuple(review for one in told for review in one.reviews)
        evidence = PullRequestEvidence(
            forge=source.forge,
            host=source.host,
            repository=source.repository,
            number=asked.number,
            author=asked.author,
            base=asked.base or began,
            merge_base=began,
            head=asked.head,
            merged=merged,
            recorded_at=self._now,
            reviews=reviews,
        )
        missing = any(one.missing for one in told)
        notices = list(dict.fromkeys(notice for one in told for notice in one.notices))
        if any(one.missing and not one.notices for one in told):
            ref = self._heads.format(number=asked.number)
            notices.append(
                f"What was reviewed in pull request {asked.number} is not in this clone, so nothing can be said of it. "
                f"Fetch it and pull again: git fetch origin {ref}"
            )
        if asked.reviews and not asked.timeline_readable and reviews:
            notices.append(
                f"Nobody can tell when the branch of pull request {asked.number} was pushed to, so reviews of it that "
                "were not recorded before are comments."
            )
        if known is None and self._is_about_nothing(evidence):
            return Collected(None, tuple(notices), missing)
        edited = frozenset(raw.id for raw in asked.reviews if raw.edited)
        other_trust = known is not None and self._differ_in_trust(known.merge_base, [began])
        return Collected(joined(known, evidence, edited, other_trust=other_trust), tuple(notices), missing)

    def _is_about_nothing(self, evidence: PullRequestEvidence) -> bool:
        """Whether no review covers anything, and the pull request does not touch the project's folder at all."""
        if any(review.artifacts for review in evidence.reviews):
            return False
        start, end = self._at(evidence.merge_base), self._at(evidence.head)
        return not evidence.reviews or (start is not None and end is not None and start.whole == end.whole)

    # --- one review ---------------------------------------------------------------------------------------------------

    def _opinions(self, asked: PullRequest) -> Iterator[RawReview]:
        """The reviews. An approval before somebody's own no is none any more, even if the no is of no known commit."""
        lost = [one for one in asked.reviews if self._at(one.commit) is None or not self._stands(asked, one)]
        for raw in asked.reviews:
            ended = raw.state is ReviewState.APPROVED and any(_is_objection(one, raw) for one in lost)
            yield replace(raw, state=ReviewState.DISMISSED) if ended else raw

    def _review(self, case: _Case, raw: RawReview) -> _Told:
        asked, known = case.asked, case.known
        said_at = self._now if raw.edited or raw.state is ReviewState.DISMISSED else None
        submitted_at = (said_at if raw.edited else raw.submitted_at) or said_at
        if submitted_at is None:
            return _Told(notices=(f"Review {raw.id} of pull request {asked.number} has no date: left out.",))
        before = next((review for review in known.reviews if review.id == raw.id), None) if known else None
        bound = before is not None and before.commit == raw.commit and before.state is raw.state
        state = raw.state if bound or self._stands(asked, raw) else ReviewState.COMMENTED
        contents = self._at(raw.commit)
        if state in _BOUND and contents is None:
            return _Told(missing=True)
        if state in _BOUND and not self._is_target_at_hand(case):
            return _Told(missing=True, notices=(_BEHIND.format(number=asked.number),))
        said = self._said(case, raw, state, contents, _recorded(known, raw) if bound else None)
        reviews = tuple(
            Review(
                id=f"{raw.id}{one.suffix}",
                reviewer=author(raw.reviewer),
                state=one.state,
                decision=one.state.decision,
                role=one.role,
                conditions=said.conditions,
                body=raw.body,
                submitted_at=submitted_at,
                commit=raw.commit,
                artifacts=one.artifacts,
            )
            for one in said.opinions
        )
        faults = list(said.faults)
        if any(TRUST in one.artifacts for one in reviews) and self._is_of_other_trust(case, raw):
            reviews = tuple(map(without_trust, reviews))
            faults.append("the trust state that it was made on is not the one that the branch begins on now")
        place = f"Pull request {asked.number}, review {raw.id}"
        return _Told(reviews, tuple(f"{place}: {fault}." for fault in faults))

    def _is_target_at_hand(self, case: _Case) -> bool:
        """Whether it can be told where the branch began: a clone that is behind would see too much as its doing."""
        return case.merged is not None or case.asked.base is None or self._bases.is_at_hand(case.asked.base)

    def _is_of_other_trust(self, case: _Case, raw: RawReview) -> bool:
        """Whether an approval was of a step from another trust state than the one that the branch begins on."""
        if raw.state is not ReviewState.APPROVED or raw.commit is None:
            return False
        return self._differ_in_trust(case.began, self._bases.of(case.asked.base, case.merged, raw.commit))

    def _differ_in_trust(self, one: str, others: Iterable[str]) -> bool:
        return any(self._trust(other) != self._trust(one) for other in others)

    def _trust(self, commit: str) -> str | None:
        contents = self._at(commit)
        try:
            return None if contents is None else digest(contents, TRUST)
        except UnreadableContent:
            return None

    def _said(
        self, case: _Case, raw: RawReview, state: ReviewState, contents: Contents | None, most: Container[str] | None
    ) -> coverage.Said:
        """What a review says of which content; of none at hand, it covers nothing.

        At `most` this, but for what it names itself: an edit does not widen a review to what the branch brings now.
        """
        if contents is None or raw.commit is None:
            return coverage.Said((coverage.Opinion(state, None, {}),))
        began = self._bases.of(case.asked.base, case.merged, raw.commit)
        bases = [base for commit in began if (base := self._at(commit)) is not None]
        covered = {**coverage.changed(bases, contents), **coverage.asked_again(bases, contents)}
        covered = {name: found for name, found in covered.items() if most is None or name in most}
        return coverage.said(state, raw.body, covered, contents, alone=self._folder == DEFAULT_FOLDER)

    def _stands(self, asked: PullRequest, raw: RawReview) -> bool:
        """Whether a review is still of the commit that it names."""
        if raw.state not in _BOUND:
            return True
        if raw.commit is None or raw.submitted_at is None or not asked.timeline_readable:
            return False
        later = [push for push in asked.pushes if push.at >= raw.submitted_at]  # in one second, nobody knows
        for push in later:
            if push.forced or push.commit is None or self._at(raw.commit) is None or self._at(push.commit) is None:
                return False
            if not is_ancestor(self._repository, raw.commit, push.commit):
                return False
        return self._belongs(raw.commit, asked.head)

    def _belongs(self, commit: str, head: str | None) -> bool:
        """Whether a commit is on the branch that ends at the head, as far as both are at hand."""
        if head is None or self._at(commit) is None or self._at(head) is None:
            return True
        return is_ancestor(self._repository, commit, head)

    # --- commits ------------------------------------------------------------------------------------------------------

    def _at(self, commit: str | None) -> Contents | None:
        """The contents at a commit; None if it is not at hand."""
        if commit is None or len(commit) != len(self._head):
            return None
        try:
            return self._contents.at(commit)
        except ObjectError:
            return None


class _Case(Struct, frozen=True):
    """A pull request, its merge if that is in the history, where its branch began, and what is recorded of it."""

    asked: PullRequest
    merged: str | None
    began: str
    known: PullRequestEvidence | None


class _Told(Struct, frozen=True):
    reviews: tuple[Review, ...] = ()
    notices: tuple[str, ...] = ()
    missing: bool = False


def _recorded(known: PullRequestEvidence | None, raw: RawReview) -> frozenset[str]:
    """What the recorded parts of a review cover."""
    parts = [one for one in known.reviews if one.id.partition(":")[0] == raw.id] if known else []
    return frozenset(name for one in parts for name in one.artifacts)


def _is_objection(one: RawReview, other: RawReview) -> bool:
    """Whether a review is a request for changes that may have come after another review of the same account."""
    if one.state is not ReviewState.CHANGES_REQUESTED or one.reviewer != other.reviewer:
        return False
    return one.submitted_at is None or other.submitted_at is None or one.submitted_at >= other.submitted_at
