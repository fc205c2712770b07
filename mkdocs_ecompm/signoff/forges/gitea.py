"""Gitea and Forgejo: pull requests, their reviews, and the pushes and other targets in their timeline.

A review that is `stale` is of an older head, and keeps its commit; one that is not `official` is by somebody who may
not merge: who may agree is for people.yml to say, so neither changes what the review says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from mkdocs_ecompm.model.review import ReviewState
from mkdocs_ecompm.signoff.forges import Access, NothingToRecord, PullRequest, Push, RawReview
from mkdocs_ecompm.signoff.forges.fields import account, at, author, commit, host, moment, name, text, whole, word
from mkdocs_ecompm.signoff.forges.pull_request_api import PullRequestApi, retargeted


def _token(token: str) -> tuple[str, str]:
    return "Authorization", f"token {token}"


ACCESS: Final = Access(
    title="Gitea",
    public="",
    prefix="/api/v1",
    tokens={"GITEA_TOKEN": _token, "FORGEJO_TOKEN": _token},
    rights="the scopes `read:repository` and `read:issue`",
    heads="refs/pull/{number}/head",
    headers={"Accept": "application/json"},
)
_STATES: Final = {"APPROVED": ReviewState.APPROVED, "REQUEST_CHANGES": ReviewState.CHANGES_REQUESTED}
_NO_REVIEWS: Final = frozenset({"PENDING", "REQUEST_REVIEW"})
_HOOKS: Final = {
    "pull_request_review_approved": ReviewState.APPROVED,
    "pull_request_approved": ReviewState.APPROVED,
    "pull_request_review_rejected": ReviewState.CHANGES_REQUESTED,
    "pull_request_rejected": ReviewState.CHANGES_REQUESTED,
    "pull_request_review_comment": ReviewState.COMMENTED,
    "pull_request_comment": ReviewState.COMMENTED,
}


def _pull_request(item: object, number: int | None) -> PullRequest | None:
    """A pull request; `number` is the one that was asked for. None if it has none."""
    number = number or whole(at(item, "number"))
    if number is None or not isinstance(item, dict):
        return None
    merged = at(item, "merged") is True
    return PullRequest(
        number=number,
        author=author(_account(at(item, "user"))),
        base=commit(at(item, "merge_base")) or commit(at(item, "base", "sha")),
        head=commit(at(item, "head", "sha")),
        merge_commit=(commit(at(item, "merge_commit_sha")) or commit(at(item, "merged_commit_id"))) if merged else None,
        merged=merged,
        host=host(at(item, "html_url")),
        repository=name(at(item, "base", "repo", "full_name")),
    )


def _account(user: object) -> Any:
    """An account; those that Gitea plays itself (ghost, actions) have a number below 1, which is nobody's."""
    return account(user) or account(user, "username")


def is_bot(user: object) -> bool:
    """Whether an account is the forge's own machine: Gitea marks no other ones."""
    number = at(user, "id")
    return isinstance(number, int) and number < -1


def _review(item: object) -> RawReview | None:
    """A review; None for one that is only asked for or not submitted yet."""
    number, state = whole(at(item, "id")), text(at(item, "state")).upper()
    if number is None or state in _NO_REVIEWS:
        return None
    said = _STATES.get(state, ReviewState.COMMENTED)
    dismissed = at(item, "dismissed") is True and said is not ReviewState.COMMENTED
    return RawReview(
        id=str(number),
        reviewer=_account(at(item, "user")),
        is_bot=is_bot(at(item, "user")),
        state=ReviewState.DISMISSED if dismissed else said,
        body=text(at(item, "body")),
        submitted_at=moment(at(item, "submitted_at")),
        commit=commit(at(item, "commit_id")),
    )


def _push(item: Mapping[str, object]) -> Push | None:
    """A push: Gitea writes what it brought as JSON into the text of a comment."""
    when = moment(item.get("created_at"))
    try:
        told = json.loads(text(item.get("body")))
    except (ValueError, RecursionError):
        return None
    forced, brought = at(told, "is_force_push"), at(told, "commit_ids")
    if when is None or not isinstance(forced, bool):
        return None
    return Push(commit(brought[-1]) if isinstance(brought, list) and brought else None, when, forced)


_API: Final = PullRequestApi(
    title=ACCESS.title,
    newest_first={"sort": "recentupdate"},
    page_size={"limit": 50},
    kind="type",
    pushes={"pull_push": _push, "change_target_branch": retargeted},
    read_pull_request=_pull_request,
    read_review=_review,
)
pull_requests: Final = _API.pull_requests
pull_request: Final = _API.pull_request


def from_event(payload: Mapping[str, Any]) -> PullRequest:
    """What a payload of a pull request hook says: approved, rejected, commented, or merged.

    It leaves out which commit was reviewed and when (the page may have been open since before the last push), so a
    review in it is not `complete`: the forge has to be asked, or it counts as a comment.

    Raises:
        NothingToRecord: it is about something else.
    """
    found, action = _API.named_by(payload), text(payload.get("action"))
    if action == "closed" and found.merged:
        return replace(found, timeline_readable=True)
    kind = text(at(payload, "review", "type"))
    if action != "reviewed" or kind not in _HOOKS:
        what = word(action) or "changed"
        raise NothingToRecord(f"This payload is not about a review: a pull request was {what}.")
    when, reviewer = moment(at(payload, "pull_request", "updated_at")), _account(payload.get("sender"))
    review = RawReview(
        id=f"hook-{reviewer.id if reviewer else 0}-{when:%Y%m%dT%H%M%SZ}" if when else "hook",
        reviewer=reviewer,
        is_bot=is_bot(payload.get("sender")),
        state=_HOOKS[kind],
        body=text(at(payload, "review", "content")),
        submitted_at=when,
        commit=None,
    )
    return replace(found, reviews=(review,), complete=False)
