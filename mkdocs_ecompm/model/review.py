"""A pull request with its reviews, as a collector recorded it: the evidence of those who agree in a browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from mkdocs_ecompm.model.signoff import Decision


class ReviewState(StrEnum):
    """What a review says, in one vocabulary for all forges. Only the first two decide anything by themselves."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"
    DISMISSED = "dismissed"
    COMMENTED = "commented"

    @property
    def decision(self) -> Decision | None:
        """The decision that it amounts to: a request for changes is a no, a dismissal takes back what was said."""
        return {
            ReviewState.APPROVED: Decision.APPROVE,
            ReviewState.CHANGES_REQUESTED: Decision.REJECT,
            ReviewState.DISMISSED: Decision.WITHDRAW,
        }.get(self)


class ForgeAccount(Struct, frozen=True):
    """An account at a forge. It is matched by its number; one without a number matches nobody."""

    login: str
    id: int | None


class Review(Struct, frozen=True):
    """One review. `commit` is the full id of what was reviewed, `artifacts` the digests that it covers."""

    id: str
    reviewer: ForgeAccount
    state: ReviewState
    decision: Decision | None
    role: str | None
    conditions: tuple[str, ...]
    body: str
    submitted_at: datetime
    commit: str | None
    artifacts: Mapping[str, str]


class Seen(Struct, frozen=True):
    """When the collector first saw a signed sign-off: a time beside the one that the commit claims."""

    commit: str
    at: datetime


class PullRequestEvidence(Struct, frozen=True):
    """What a collector recorded of one pull request. `merged` is the commit by which it came in, None if it did not."""

    forge: str
    host: str
    repository: str
    number: int
    author: ForgeAccount
    base: str
    merge_base: str
    head: str
    merged: str | None
    recorded_at: datetime
    reviews: tuple[Review, ...]
    seen: tuple[Seen, ...] = ()
    version: int = 1
    digest_version: int = 1
