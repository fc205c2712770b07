"""GitLab: merge requests, who approved them, and the versions of their branch.

What was decided is not in one place: `gitlab_notes` makes it of the notes, and of who approves now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

from msgspec.structs import replace

from mkdocs_ecompm.model.review import ReviewState
from mkdocs_ecompm.signoff.forges import Access, Client, ForgeError, NothingToRecord, PullRequest, RawReview
from mkdocs_ecompm.signoff.forges.fields import (
    account,
    at,
    author,
    commit,
    host,
    listed,
    mappings,
    moment,
    name,
    text,
    whole,
    word,
)
from mkdocs_ecompm.signoff.forges.gitlab_notes import Version, is_bot, pushes, reviews


def _private(token: str) -> tuple[str, str]:
    return "PRIVATE-TOKEN", token


def _job(token: str) -> tuple[str, str]:
    return "JOB-TOKEN", token


ACCESS: Final = Access(
    title="GitLab",
    public="https://gitlab.com/api/v4",
    prefix="/api/v4",
    tokens={"GITLAB_TOKEN": _private, "CI_JOB_TOKEN": _job},
    rights="the scope `read_api` and the role Reporter in the project (the job's own token may read very little)",
    heads="refs/merge-requests/{number}/head",
)
_HOOK: Final = {
    "approved": ReviewState.APPROVED,
    "approval": ReviewState.APPROVED,
    "unapproved": ReviewState.DISMISSED,
    "unapproval": ReviewState.DISMISSED,
}


def pull_requests(
    client: Client, repository: str, since: datetime | None, wanted: Callable[[str], bool]
) -> Iterator[PullRequest]:
    """The merged merge requests that changed since then, those changed last first."""
    listing = client.pages(
        f"{_project(repository)}/merge_requests",
        state="merged",
        order_by="updated_at",
        sort="desc",
        per_page=100,
        updated_after=since.isoformat() if since else None,
    )
    for item in listing:
        number = whole(at(item, "iid"))
        found = _merge_request(item)
        if number is None or found is None or (found.merge_commit and not wanted(found.merge_commit)):
            continue
        found = pull_request(client, repository, number)
        if found.merged and found.merge_commit and wanted(found.merge_commit):
            yield found


def pull_request(client: Client, repository: str, number: int) -> PullRequest:
    """One merge request with what was decided on it."""
    place = f"{_project(repository)}/merge_requests/{number}"
    found = _merge_request(client.get(place), number)
    if found is None:
        raise ForgeError(f"What GitLab says of merge request {number} cannot be understood.")
    listed_notes = client.pages(f"{place}/notes", sort="asc", order_by="created_at", per_page=100)
    notes = mappings(listed_notes, f"the notes on merge request {number}")
    approvals = _approvals(client.get(f"{place}/approvals"), number)
    versions = _versions(client, place)
    overtaking = pushes(notes, versions) if versions is not None else None
    return replace(
        found,
        reviews=reviews(notes, approvals, versions or ()),
        timeline_readable=overtaking is not None,
        pushes=overtaking or (),
    )


def _project(repository: str) -> str:
    return f"projects/{quote(repository, safe='')}"


def _approvals(answer: object, number: int) -> list[Mapping[str, Any]]:
    """Who approves now. An answer of another shape does not say that nobody does.

    Raises:
        ForgeError: it says nothing of that.
    """
    found = at(answer, "approved_by")
    if not isinstance(found, list) or not all(_is_approval(item) for item in found):
        raise ForgeError(f"What GitLab says of who approves merge request {number} cannot be understood.")
    return found


def _is_approval(item: object) -> bool:
    """Whether an entry names who approves; that may be nobody any more."""
    user = item.get("user", "") if isinstance(item, dict) else ""
    return user is None or (isinstance(user, dict) and "id" in user)


def _versions(client: Client, place: str) -> tuple[Version, ...] | None:
    """The versions, the oldest first; None if they cannot be read to the end."""
    found: list[Version] = []
    try:
        for item in client.pages(f"{place}/versions", per_page=100):
            head, when = commit(at(item, "head_commit_sha")), moment(at(item, "created_at"))
            if head is None or when is None:
                return None
            found.append(Version(head, when))
    except ForgeError:
        return None
    return tuple(sorted(found, key=lambda version: version.at))


def _merge_request(item: object, number: int | None = None) -> PullRequest | None:
    """A merge request; `number` is the one that was asked for. None if it has none."""
    number = number or whole(at(item, "iid"))
    if number is None or not isinstance(item, dict):
        return None
    head = commit(at(item, "sha")) or commit(at(item, "diff_refs", "head_sha"))
    merged = text(at(item, "state")) == "merged"
    arrived = commit(at(item, "merge_commit_sha")) or commit(at(item, "squash_commit_sha")) or head
    return PullRequest(
        number=number,
        author=author(account(at(item, "author"), "username")),
        base=commit(at(item, "diff_refs", "start_sha")) or commit(at(item, "diff_refs", "base_sha")),
        head=head,
        merge_commit=arrived if merged else None,
        merged=merged,
        host=host(at(item, "web_url")),
    )


# --- webhooks ---------------------------------------------------------------------------------------------------------


def from_event(payload: Mapping[str, Any]) -> PullRequest:
    """What a payload of a merge request hook says: approved, taken back, or merged.

    It names no note, so nobody could tell later which approval is taken back; and its time is that at which the merge
    request was changed last. So an approval in it is not `complete`: the forge has to be asked, or it is a comment.

    Raises:
        NothingToRecord: it is about something else.
    """
    if payload.get("object_kind") != "merge_request":
        kind = word(payload.get("object_kind")) or word(payload.get("event_type")) or "something else"
        raise NothingToRecord(f"This payload is not about a review, but of the kind `{kind}`.")
    about = payload.get("object_attributes")
    number, action = whole(at(about, "iid")), text(at(about, "action"))
    called = name(at(payload, "project", "path_with_namespace"))
    if number is None or not called:
        raise NothingToRecord("This payload is not about a review: it names no merge request.")
    found = _hook(payload, about, number, called)
    if action == "merge" and found.merged:
        return found
    state = _HOOK.get(action)
    if state is None:
        raise NothingToRecord(f"This payload is not about a review: the action is `{word(action)}`.")
    when = moment(at(about, "updated_at"))
    reviewer = account(payload.get("user"), "username")
    if at(about, "system") is True or reviewer is None or when is None:
        raise NothingToRecord("This payload does not say who approved, and when; `ecompm reviews pull` can tell.")
    review = RawReview(
        id=f"hook-{reviewer.id}-{when:%Y%m%dT%H%M%SZ}-{action}",
        reviewer=reviewer,
        is_bot=is_bot(payload.get("user")),
        state=state,
        body="",
        submitted_at=when,
        commit=found.head,
    )
    return replace(found, reviews=(review,), timeline_readable=False, complete=False)


def _hook(payload: Mapping[str, Any], about: object, number: int, repository: str) -> PullRequest:
    head = commit(at(about, "last_commit", "id"))
    merged = text(at(about, "state")) == "merged"
    arrived = commit(at(about, "merge_commit_sha")) or commit(at(about, "squash_commit_sha")) or head
    user, owner = payload.get("user"), whole(at(about, "author_id"))
    known = [user, *listed(payload.get("reviewers")), *listed(payload.get("assignees"))]
    named = (account(one, "username") for one in known if whole(at(one, "id")) == owner)
    return PullRequest(
        number=number,
        author=next((one for one in named if one), None) or author(account({"id": owner})),
        base=None,
        head=head,
        merge_commit=arrived if merged else None,
        merged=merged,
        timeline_readable=True,
        host=host(at(payload, "project", "web_url")),
        repository=repository,
    )
