"""GitLab: merge requests, who approved them, and the versions of their branch.

GitLab keeps no reviews. What it keeps is who approves now (`approvals`), and a note of its own, which nobody can write
by hand, for each time that somebody approved, took it back, or requested changes. Such a note names no commit: it
speaks of the version that was the newest at that moment. Somebody's own words (`Signoff:` lines) are bound to his
approval only if they cannot be anything else: his own note, of the same minute, on the same version, never edited.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from mkdocs_ecompm.model.review import ForgeAccount, ReviewState
from mkdocs_ecompm.signoff.forges import Access, Client, ForgeError, NothingToRecord, PullRequest, Push, RawReview
from mkdocs_ecompm.signoff.forges.fields import account, at, author, commit, host, listed, moment, text, whole


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
_NOTES: Final = {
    "approved this merge request": ReviewState.APPROVED,
    "unapproved this merge request": ReviewState.DISMISSED,
    "requested changes": ReviewState.CHANGES_REQUESTED,
}
_BOT: Final = re.compile(
    r"(?:project|group)_\d+_bot(?:_\w+)?|service_account_\w+|(?:support|alert|security|ghost|migration)-?bot|GitLab-\S+-Bot"
    r"|duo-\S+|GitLabDuo",
    re.IGNORECASE,
)
_TOGETHER: Final = timedelta(seconds=60)
_UNTOUCHED: Final = timedelta(seconds=1)
_HOOK: Final = {
    "approved": ReviewState.APPROVED,
    "approval": ReviewState.APPROVED,
    "unapproved": ReviewState.DISMISSED,
    "unapproval": ReviewState.DISMISSED,
}


@dataclass(frozen=True, slots=True)
class _Version:
    """The branch as it was from a moment on."""

    head: str
    at: datetime


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
    notes = list(client.pages(f"{place}/notes", sort="asc", order_by="created_at", per_page=100))
    approvals = client.get(f"{place}/approvals")
    versions = _versions(client, place)
    pushes = tuple(Push(version.head, version.at, forced=None) for version in versions or ())
    reviews = _reviews(notes, listed(at(approvals, "approved_by")), versions or ())
    return replace(found, reviews=reviews, timeline_readable=versions is not None, pushes=pushes)


def _project(repository: str) -> str:
    return f"projects/{quote(repository, safe='')}"


def _versions(client: Client, place: str) -> tuple[_Version, ...] | None:
    """The versions, the oldest first; None if they cannot be read to the end."""
    found: list[_Version] = []
    try:
        for item in client.pages(f"{place}/versions", per_page=100):
            head, when = commit(at(item, "head_commit_sha")), moment(at(item, "created_at"))
            if head is None or when is None:
                return None
            found.append(_Version(head, when))
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


# --- approvals, made of notes -----------------------------------------------------------------------------------------


def _reviews(
    notes: Sequence[object], approvals: Sequence[object], versions: Sequence[_Version]
) -> tuple[RawReview, ...]:
    decided = [review for note in notes if (review := _decision(note, notes, versions)) is not None]
    approving = {found.id: item for item in approvals if (found := account(at(item, "user"), "username"))}
    newest = {review.reviewer.id: review for review in decided if review.reviewer}
    taken_back = {
        review.id
        for number, review in newest.items()
        if review.state is ReviewState.APPROVED and number not in approving
    }
    said = [replace(review, state=ReviewState.DISMISSED) if review.id in taken_back else review for review in decided]
    return (*said, *(_without_note(item) for number, item in approving.items() if number not in newest))


def _decision(note: object, notes: Sequence[object], versions: Sequence[_Version]) -> RawReview | None:
    """What a note that GitLab itself wrote says; None for every other one."""
    state = _NOTES.get(text(at(note, "body")).strip().lower()) if at(note, "system") is True else None
    number, when = whole(at(note, "id")), moment(at(note, "created_at"))
    if state is None or number is None:
        return None
    reviewer = account(at(note, "author"), "username")
    version = _version_at(versions, when)
    return RawReview(
        id=str(number),
        reviewer=reviewer,
        is_bot=is_bot(at(note, "author")),
        state=state,
        body=_words(notes, reviewer, when, versions) if when and version else "",
        submitted_at=when,
        commit=version.head if version else None,
    )


def _version_at(versions: Sequence[_Version], when: datetime | None) -> _Version | None:
    before = [version for version in versions if when and version.at <= when]
    return before[-1] if before else None


def _words(notes: Sequence[object], reviewer: ForgeAccount | None, when: datetime, versions: Sequence[_Version]) -> str:
    """The reviewer's own note that belongs to his decision: the nearest of that minute, on that version, not edited."""
    found: list[tuple[timedelta, str]] = []
    for note in notes:
        written, touched = moment(at(note, "created_at")), moment(at(note, "updated_at"))
        if at(note, "system") is not False or written is None or touched is None or at(note, "last_edited_at"):
            continue
        far = abs(written - when)
        own = reviewer is not None and reviewer.id is not None and account(at(note, "author")) is not None
        if (
            own
            and reviewer is not None
            and whole(at(note, "author", "id")) == reviewer.id
            and far <= _TOGETHER
            and abs(touched - written) <= _UNTOUCHED
            and _version_at(versions, written) == _version_at(versions, when)
        ):
            found.append((far, text(at(note, "body"))))
    return min(found, key=lambda item: item[0])[1] if found else ""


def _without_note(item: object) -> RawReview:
    """An approval of which there is no note: nobody knows what it was given on."""
    reviewer = account(at(item, "user"), "username")
    return RawReview(
        id=f"approval-{reviewer.id if reviewer else 0}",
        reviewer=reviewer,
        is_bot=is_bot(at(item, "user")),
        state=ReviewState.COMMENTED,
        body="",
        submitted_at=moment(at(item, "approved_at")),
        commit=None,
    )


def is_bot(user: object) -> bool:
    """Whether an account is a machine's: those of access tokens and of GitLab itself have names of their own."""
    return at(user, "bot") is True or _BOT.fullmatch(text(at(user, "username"))) is not None


# --- webhooks ---------------------------------------------------------------------------------------------------------


def from_event(payload: Mapping[str, Any]) -> PullRequest:
    """What a payload of a merge request hook says: approved, taken back, or merged.

    Raises:
        NothingToRecord: it is about something else.
    """
    if payload.get("object_kind") != "merge_request":
        kind = text(payload.get("object_kind")) or text(payload.get("event_type")) or "something else"
        raise NothingToRecord(f"This payload is not about a review, but of the kind `{kind[:40]}`.")
    about = payload.get("object_attributes")
    number, action = whole(at(about, "iid")), text(at(about, "action"))
    name = text(at(payload, "project", "path_with_namespace"))
    if number is None or not name:
        raise NothingToRecord("This payload is not about a review: it names no merge request.")
    found = _hook(payload, about, number, name)
    if action == "merge" and found.merged:
        return found
    state = _HOOK.get(action)
    if state is None:
        raise NothingToRecord(f"This payload is not about a review: the action is `{action[:40]}`.")
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
    return replace(found, reviews=(review,))


def _hook(payload: Mapping[str, Any], about: object, number: int, name: str) -> PullRequest:
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
        repository=name,
    )
