"""GitHub and GitHub Enterprise Server: pull requests, their reviews, and what may have overtaken those.

That is a push by force to the branch, and another target: GitHub keeps approvals when somebody chooses another base.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from mkdocs_ecompm.model.review import ReviewState
from mkdocs_ecompm.signoff.forges import Access, NothingToRecord, PullRequest, Push, RawReview
from mkdocs_ecompm.signoff.forges.fields import account, at, author, commit, host, moment, name, text, whole, word
from mkdocs_ecompm.signoff.forges.pull_request_api import PullRequestApi, retargeted


def _bearer(token: str) -> tuple[str, str]:
    return "Authorization", f"Bearer {token}"


ACCESS: Final = Access(
    title="GitHub",
    public="https://api.github.com",
    prefix="/api/v3",
    tokens={"GITHUB_TOKEN": _bearer, "GH_TOKEN": _bearer},
    rights="read access to pull requests and issues (in a workflow: `pull-requests: read` and `issues: read`)",
    heads="refs/pull/{number}/head",
    headers={"Accept": "application/vnd.github+json, application/json;q=0.9", "X-GitHub-Api-Version": "2022-11-28"},
)
_STATES: Final = {
    "approved": ReviewState.APPROVED,
    "changes_requested": ReviewState.CHANGES_REQUESTED,
    "dismissed": ReviewState.DISMISSED,
}
_PENDING: Final = "pending"
_REVIEW_ACTIONS: Final = ("submitted", "edited", "dismissed")


def _pull_request(item: object, number: int | None) -> PullRequest | None:
    """A pull request; `number` is the one that was asked for. None if it has none."""
    number = number or whole(at(item, "number"))
    if number is None or not isinstance(item, dict):
        return None
    merged = moment(at(item, "merged_at")) is not None or at(item, "merged") is True
    return PullRequest(
        number=number,
        author=author(account(at(item, "user"))),
        base=commit(at(item, "base", "sha")),
        head=commit(at(item, "head", "sha")),
        merge_commit=commit(at(item, "merge_commit_sha")) if merged else None,  # before, it is that of a trial
        merged=merged,
        host=host(at(item, "html_url")),
        repository=name(at(item, "base", "repo", "full_name")),
    )


def _review(item: object) -> RawReview | None:
    """A review; None for one that is not submitted yet, or that has no number."""
    number, state = whole(at(item, "id")), text(at(item, "state")).lower()
    if number is None or state == _PENDING:
        return None
    return RawReview(
        id=str(number),
        reviewer=account(at(item, "user")),
        is_bot=is_bot(at(item, "user")),
        state=_STATES.get(state, ReviewState.COMMENTED),
        body=text(at(item, "body")),
        submitted_at=moment(at(item, "submitted_at")),
        commit=commit(at(item, "commit_id")),
    )


def _push(item: Mapping[str, object]) -> Push | None:
    when = moment(item.get("created_at"))
    return Push(commit(item.get("commit_id")), when, forced=True) if when else None


def is_bot(user: object) -> bool:
    """Whether an account is an app's: GitHub says so, and its name ends so."""
    return text(at(user, "type")).lower() == "bot" or text(at(user, "login")).endswith("[bot]")


_API: Final = PullRequestApi(
    title=ACCESS.title,
    newest_first={"sort": "updated", "direction": "desc"},
    page_size={"per_page": 100},
    kind="event",
    pushes={
        "head_ref_force_pushed": _push,
        "base_ref_changed": retargeted,
        "automatic_base_change_succeeded": retargeted,
        "base_ref_force_pushed": retargeted,
    },
    read_pull_request=_pull_request,
    read_review=_review,
)
pull_requests: Final = _API.pull_requests
pull_request: Final = _API.pull_request


def from_event(payload: Mapping[str, Any]) -> PullRequest:
    """What a payload of `pull_request_review`, or of a `pull_request` that was merged, says.

    A payload is of the moment at which it was sent: no later push by force can have touched what a submitted review
    in it names. One that tells of an edit or a dismissal comes later, and its timeline has to be looked up.

    Raises:
        NothingToRecord: it is about something else.
    """
    found, action = _API.named_by(payload), text(payload.get("action"))
    if "review" not in payload:
        if action == "closed" and found.merged:
            return replace(found, timeline_readable=True)
        what = word(action) or "changed"
        raise NothingToRecord(f"This payload is not about a review: a pull request was {what}.")
    review = _review(payload["review"])
    if action not in _REVIEW_ACTIONS or review is None or "comment" in payload:
        raise NothingToRecord("This payload is not about a review that was submitted, edited or dismissed.")
    if action == "edited":
        if account(payload.get("sender")) != review.reviewer or review.reviewer is None:
            raise NothingToRecord("Somebody else edited the text of this review: his words are not the reviewer's.")
        review = replace(review, edited=True)
    return replace(found, reviews=(review,), timeline_readable=action == "submitted")
