"""What the notes on a merge request of GitLab say: who approved which version, and what put an end to that.

GitLab keeps no reviews. What it keeps is who approves now, and a note of its own, which nobody can write by hand, for
each time that somebody approved, took it back, or requested changes. Such a note names no commit: it speaks of the
version that was the newest at that moment. Somebody's own words (`Signoff:` lines) are bound to his approval only if
they cannot be anything else: his own note, of the same minute, on the same version, never edited.

GitLab holds at most one approval of each person, of the whole merge request. So an approval stands only as long as its
author has done nothing else since and is still among those who approve. Else all of it is taken back, whatever part of
it the merge request brought at that moment; who approves again has made another note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.model.review import ForgeAccount, ReviewState
from mkdocs_ecompm.signoff.forges import Push, RawReview
from mkdocs_ecompm.signoff.forges.fields import account, at, moment, text, whole

Note = Mapping[str, Any]
_SAID: Final = {
    "approved this merge request": ReviewState.APPROVED,
    "unapproved this merge request": ReviewState.DISMISSED,
    "requested changes": ReviewState.CHANGES_REQUESTED,
}
_RETARGETED: Final = re.compile(
    r"changed target branch from |deleted the .* this merge request now targets ", re.DOTALL | re.IGNORECASE
)
_BOT: Final = re.compile(
    r"(?:project|group)_\d+_bot(?:_\w+)?|service_account_\w+|(?:support|alert|security|ghost|migration)-?bot|GitLab-\S+-Bot"
    r"|duo-\S+|GitLabDuo",
    re.IGNORECASE,
)
_TOGETHER: Final = timedelta(seconds=60)
_UNTOUCHED: Final = timedelta(seconds=1)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


class Version(Struct, frozen=True):
    """The branch as it was from a moment on."""

    head: str
    at: datetime


def pushes(notes: Sequence[Note], versions: Sequence[Version]) -> tuple[Push, ...] | None:
    """What may have overtaken an approval, the oldest version first; None if it is not known when.

    GitLab makes a version of the same head where the merge request got another target, or its target was rewritten.
    For another target there is a note, too; either is enough.
    """
    again = {version for before, version in pairwise(versions) if version.head == before.head}
    found = [Push(version.head, version.at, forced=True if version in again else None) for version in versions]
    for note in notes:
        if at(note, "system") is True and _RETARGETED.match(text(at(note, "body")).strip()):
            when = moment(at(note, "created_at"))
            if when is None:
                return None
            found.append(Push(None, when, forced=True))
    return tuple(found)


# --- decisions --------------------------------------------------------------------------------------------------------


def reviews(notes: Sequence[Note], approvals: Sequence[Note], versions: Sequence[Version]) -> tuple[RawReview, ...]:
    """What was decided, the oldest first, each act on its own, as it stands now that these are the approvals."""
    decided = [review for note in notes if (review := _decision(note, notes, versions)) is not None]
    decided.sort(key=lambda review: (review.submitted_at or _NEVER, int(review.id)))
    approving = {found.id: item for item in approvals if (found := account(at(item, "user"), "username"))}
    known = {_who(review) for review in decided}
    settled = reversed(list(_settled(decided, approving)))
    return (*settled, *(_without_note(item) for number, item in approving.items() if number not in known))


def _settled(decided: Sequence[RawReview], approving: Mapping[int | None, Note]) -> Iterator[RawReview]:
    """The decisions, the newest first; an approval that stands no more is one that was taken back."""
    later: dict[int | None, RawReview] = {}
    for review in reversed(decided):
        after = later.get(_who(review))
        stands = after is None and _who(review) in approving
        yield review if review.state is not ReviewState.APPROVED or stands else _ended(review, after)
        later[_who(review)] = review


def _ended(review: RawReview, after: RawReview | None) -> RawReview:
    """An approval that was taken back, when its author did so if he did: nobody knows when a push reset it."""
    when = after.submitted_at if after is not None and after.state is ReviewState.DISMISSED else None
    return replace(review, state=ReviewState.DISMISSED, submitted_at=when or review.submitted_at)


def _who(review: RawReview) -> int | None:
    return review.reviewer.id if review.reviewer else None


def _decision(note: Note, notes: Sequence[Note], versions: Sequence[Version]) -> RawReview | None:
    """What a note that GitLab itself wrote says; None for every other one."""
    state = _SAID.get(text(at(note, "body")).strip().lower()) if at(note, "system") is True else None
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


def _version_at(versions: Sequence[Version], when: datetime | None) -> Version | None:
    before = [version for version in versions if when and version.at <= when]
    return before[-1] if before else None


def _words(notes: Sequence[Note], reviewer: ForgeAccount | None, when: datetime, versions: Sequence[Version]) -> str:
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


def _without_note(item: Note) -> RawReview:
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
