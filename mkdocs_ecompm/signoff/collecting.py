"""The collector: a pull request as a forge tells it and the commits in git make evidence.

What was reviewed is the tree of a commit, so that commit has to be at hand. A review whose commit cannot be relied on
(a push by force came after it, or nobody knows whether one did) is recorded as a comment: forges re-point the commit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from mkdocs_ecompm.git.common_ancestors import is_ancestor, merge_bases, newest
from mkdocs_ecompm.git.objects import ObjectError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.contents import Contents, ContentsHistory
from mkdocs_ecompm.model.review import PullRequestEvidence, Review, ReviewState
from mkdocs_ecompm.signoff import coverage
from mkdocs_ecompm.signoff.commits import DEFAULT_FOLDER
from mkdocs_ecompm.signoff.forges import PullRequest, RawReview
from mkdocs_ecompm.signoff.forges.fields import author

_BOUND: Final = frozenset({ReviewState.APPROVED, ReviewState.CHANGES_REQUESTED})
"""What speaks of a certain content. A dismissal speaks of an opinion, a comment of nothing."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a pull request is: the forge's word, its host, and the repository there."""

    forge: str
    host: str
    repository: str


@dataclass(frozen=True, slots=True)
class Collected:
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
        began = next(iter(self._bases(asked, merged, asked.head)), asked.base or self._head)
        told = [self._review(asked, raw, merged, known) for raw in asked.reviews if not raw.is_bot]
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
        notices = [notice for one in told for notice in one.notices]
        if missing:
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
        nothing = known is None and self._is_about_nothing(evidence)
        return Collected(None if nothing else evidence, tuple(notices), missing)

    def _is_about_nothing(self, evidence: PullRequestEvidence) -> bool:
        """Whether no review covers anything, and the pull request does not touch the project's folder at all."""
        if any(review.artifacts for review in evidence.reviews):
            return False
        start, end = self._at(evidence.merge_base), self._at(evidence.head)
        return not evidence.reviews or (start is not None and end is not None and start.whole == end.whole)

    # --- one review ---------------------------------------------------------------------------------------------------

    def _review(
        self, asked: PullRequest, raw: RawReview, merged: str | None, known: PullRequestEvidence | None
    ) -> _Told:
        if raw.submitted_at is None:
            return _Told(notices=(f"Review {raw.id} of pull request {asked.number} has no date: left out.",))
        before = next((review for review in known.reviews if review.id == raw.id), None) if known else None
        bound = before is not None and before.commit == raw.commit and before.state is raw.state
        state = raw.state if bound or self._stands(asked, raw) else ReviewState.COMMENTED
        contents = self._at(raw.commit)
        if contents is None and state in _BOUND:
            return _Told(missing=True)
        said = self._said(asked, raw, state, merged, contents)
        reviews = tuple(
            Review(
                id=f"{raw.id}{one.suffix}",
                reviewer=author(raw.reviewer),
                state=one.state,
                decision=one.state.decision,
                role=one.role,
                conditions=said.conditions,
                body=raw.body,
                submitted_at=raw.submitted_at,
                commit=raw.commit,
                artifacts=one.artifacts,
            )
            for one in said.opinions
        )
        place = f"Pull request {asked.number}, review {raw.id}"
        return _Told(reviews, tuple(f"{place}: {fault}." for fault in said.faults))

    def _said(
        self, asked: PullRequest, raw: RawReview, state: ReviewState, merged: str | None, contents: Contents | None
    ) -> coverage.Said:
        """What a review says of which content; of none at hand, it covers nothing."""
        if contents is None or raw.commit is None:
            return coverage.Said((coverage.Opinion(state, None, {}),))
        bases = [base for commit in self._bases(asked, merged, raw.commit) if (base := self._at(commit)) is not None]
        covered = {**coverage.changed(bases, contents), **coverage.asked_again(bases, contents)}
        return coverage.said(state, raw.body, covered, contents, alone=self._folder == DEFAULT_FOLDER)

    def _stands(self, asked: PullRequest, raw: RawReview) -> bool:
        """Whether a review is still of the commit that it names."""
        if raw.state not in _BOUND:
            return True
        if raw.commit is None or raw.submitted_at is None or not asked.timeline_readable:
            return False
        later = [push for push in asked.pushes if push.at > raw.submitted_at]
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

    def _bases(self, asked: PullRequest, merged: str | None, head: str) -> Sequence[str]:
        """Where the branch up to `head` began: the merge base with the target branch, as it was at the merge, too.

        The forge's word for the target branch may be old; what came into the branch by merges from there since then
        was not changed by the pull request. After a fast-forward the target's history holds the branch itself, and
        only the forge knows where it was before.
        """
        found = list(self._begins(asked, merged, head))
        return newest(self._repository, *found) if found else ()

    def _begins(self, asked: PullRequest, merged: str | None, head: str) -> Iterator[str]:
        for tip in (asked.base, self._target(merged, head)):
            if tip is None or self._at(tip) is None or self._at(head) is None:
                continue
            for base in merge_bases(self._repository, tip, head):
                if base != head:  # the target already had the branch: nothing can be seen from there
                    yield base

    def _target(self, merged: str | None, head: str) -> str | None:
        """The target branch just before the merge; what is looked from, as long as there is none."""
        if merged is None:
            return self._head
        if self._at(head) is not None and is_ancestor(self._repository, merged, head):
            return None
        parents = self._repository.commit(merged).parents
        return parents[0] if parents else None


@dataclass(frozen=True, slots=True)
class _Told:
    reviews: tuple[Review, ...] = ()
    notices: tuple[str, ...] = ()
    missing: bool = False


# --- with what was recorded before ------------------------------------------------------------------------------------


def joined(
    known: PullRequestEvidence | None, fresh: PullRequestEvidence, edited: frozenset[str]
) -> PullRequestEvidence:
    """What was recorded before with what is told now: nothing is lost, and what says the same stays as it was.

    A review that was recorded keeps its words and its commit: forges let others edit the one and re-point the other.
    Only its author's own edit (`edited`), a dismissal, and a decision in place of a comment take its place.
    """
    if known is None:
        return fresh
    reviews = {review.id: review for review in known.reviews}
    for review in fresh.reviews:
        before = reviews.get(review.id)
        if review.state is ReviewState.DISMISSED and ":" not in review.id:
            parts = [one for one in reviews if one == review.id or one.startswith(f"{review.id}:")]
            for part in parts:
                reviews[part] = _dismissed(reviews[part])
            if not parts:
                reviews[review.id] = review
        elif before is None or _replaces(review, before, edited):
            reviews[review.id] = review
    merged = known.merged or fresh.merged
    moved = known.merged is None and (known.head != fresh.head or merged is not None)
    place = fresh if moved else known
    return replace(
        known,
        author=known.author if known.author.id is not None else fresh.author,
        base=place.base,
        merge_base=place.merge_base,
        head=place.head,
        merged=merged,
        recorded_at=fresh.recorded_at,
        reviews=tuple(reviews.values()),
        seen=(*known.seen, *fresh.seen),
    )


def _dismissed(review: Review) -> Review:
    if review.state is ReviewState.COMMENTED:
        return review
    return replace(review, state=ReviewState.DISMISSED, decision=ReviewState.DISMISSED.decision)


def _replaces(review: Review, before: Review, edited: frozenset[str]) -> bool:
    if review.state is ReviewState.COMMENTED:
        return False
    number = review.id.partition(":")[0]
    return review.state is not before.state or (number in edited and review.commit == before.commit)


def says_more(known: PullRequestEvidence | None, found: PullRequestEvidence) -> bool:
    """Whether evidence holds more than what was recorded; the moment of recording is nothing by itself."""
    return known is None or replace(found, recorded_at=known.recorded_at) != known
