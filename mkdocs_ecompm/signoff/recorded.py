"""What a collector knows of a pull request now, joined with what was recorded before: nothing is lost.

A review that was recorded keeps its words and its commit: forges let others edit the one and re-point the other. Only
its author's own edit, a dismissal, and a decision in place of a comment take its place. A dismissal is the end of a
review: whoever means to agree after it reviews again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from msgspec.structs import replace

from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.model.review import PullRequestEvidence, Review, ReviewState

_TAKEN_BACK: Final = "taken-back"
"""The part of a review that stands for what its author named at first, and after an edit no more."""


def joined(
    known: PullRequestEvidence | None,
    fresh: PullRequestEvidence,
    edited: frozenset[str] = frozenset(),
    *,
    other_trust: bool = False,
) -> PullRequestEvidence:
    """The evidence to record.

    Args:
        known: What was recorded before.
        fresh: What is told now.
        edited: The reviews that their own authors edited, by their ids at the forge.
        other_trust: Whether the branch begins on another trust state now than when it was recorded. What was said of
            trust was said of the step from that one, and is of none any more.
    """
    if known is None:
        return fresh
    merged = known.merged or fresh.merged
    moved = known.merged is None and (known.head != fresh.head or merged is not None)
    before = [_without_trust(one) for one in known.reviews] if moved and other_trust else known.reviews
    place = fresh if moved else known
    return replace(
        known,
        author=known.author if known.author.id is not None else fresh.author,
        base=place.base,
        merge_base=place.merge_base,
        head=place.head,
        merged=merged,
        recorded_at=fresh.recorded_at,
        reviews=tuple(_reviews(before, fresh.reviews, edited)),
        seen=(*known.seen, *fresh.seen),
    )


def says_more(known: PullRequestEvidence | None, found: PullRequestEvidence) -> bool:
    """Whether evidence holds more than what was recorded; the moment of recording is nothing by itself."""
    return known is None or replace(found, recorded_at=known.recorded_at) != known


def without_talk(evidence: PullRequestEvidence) -> PullRequestEvidence:
    """Evidence without the words of those reviews that decide nothing."""
    reviews = (replace(one, body="") if one.state is ReviewState.COMMENTED else one for one in evidence.reviews)
    return replace(evidence, reviews=tuple(reviews))


def without_trust(review: Review) -> Review:
    """A review that says nothing of trust."""
    return replace(review, artifacts={name: found for name, found in review.artifacts.items() if name != TRUST})


def _without_trust(review: Review) -> Review:
    return without_trust(review) if review.state is ReviewState.APPROVED else review


def _reviews(known: Iterable[Review], fresh: Iterable[Review], edited: frozenset[str]) -> Iterable[Review]:
    reviews = {review.id: review for review in known}
    ended = {_number(one) for one in reviews.values() if one.state is ReviewState.DISMISSED and not _is_edit(one)}
    told = [review for review in fresh if _number(review) not in ended]
    for taken in list(_taken_back(list(reviews.values()), told, edited)):
        reviews[taken.id] = taken
    for review in told:
        before = reviews.get(review.id)
        if review.state is ReviewState.DISMISSED:
            parts = [one for one in reviews.values() if _number(one) == _number(review)]
            for part in parts:
                reviews[part.id] = _dismissed(part)
            if not parts:
                reviews[review.id] = review
        elif before is None or _replaces(review, before, edited):
            reviews[review.id] = review
    return reviews.values()


def _taken_back(known: Iterable[Review], fresh: Iterable[Review], edited: frozenset[str]) -> Iterator[Review]:
    """For each review that was edited, what it names no more."""
    for number in sorted(edited):
        now = [review for review in fresh if _number(review) == number]
        before = [review for review in known if _number(review) == number and review.state is not ReviewState.COMMENTED]
        said = {name: found for review in before if not _is_edit(review) for name, found in review.artifacts.items()}
        gone = {name: found for name, found in said.items() if not any(name in review.artifacts for review in now)}
        if now and gone and now[0].state is not ReviewState.COMMENTED and now[0].commit == before[0].commit:
            yield replace(
                now[0],
                id=f"{number}:{_TAKEN_BACK}",
                state=ReviewState.DISMISSED,
                decision=ReviewState.DISMISSED.decision,
                role=None,
                conditions=(),
                artifacts=gone,
            )


def _dismissed(review: Review) -> Review:
    if review.state is ReviewState.COMMENTED:
        return review
    return replace(review, state=ReviewState.DISMISSED, decision=ReviewState.DISMISSED.decision)


def _replaces(review: Review, before: Review, edited: frozenset[str]) -> bool:
    if review.state is ReviewState.COMMENTED:
        return False
    if review.state is not before.state:
        return True
    by_its_author = _number(review) in edited and review.commit == before.commit
    return by_its_author and replace(review, submitted_at=before.submitted_at) != before


def _number(review: Review) -> str:
    """The id of the review at the forge, of which this may be a part."""
    return review.id.partition(":")[0]


def _is_edit(review: Review) -> bool:
    return review.id.endswith(f":{_TAKEN_BACK}")
