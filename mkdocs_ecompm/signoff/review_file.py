"""The file of a pull request's reviews, `evidence/<host>-<number>.json`: read strictly, written always the same.

Whoever can push a branch can put anything there, so what is not exactly as the docs say is refused as a whole.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from mkdocs_ecompm.model.review import ForgeAccount, PullRequestEvidence, Review, ReviewState, Seen
from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.model.words import ID_PATTERN
from mkdocs_ecompm.signoff.trailers import ARTIFACT, DIGEST

T = TypeVar("T")

VERSION: Final = 1
FORGES: Final = ("github", "gitlab", "gitea")
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a file; more were written by no collector."""
_DEEPEST: Final = 8
_GREATEST: Final = 2**63 - 1
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)', re.DOTALL)
"""A text, or what begins as one and ends with the file: a match never fails, so no byte is looked at twice."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")
_NAME: Final = re.compile(r"[^\x00-\x20\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]{1,300}")
_REVIEW: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:=+/@-]{0,199}")
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,6})?(?:Z|[+-]\d{2}:\d{2})", re.ASCII)


class InvalidEvidence(Exception):  # noqa: N818  # the name says what was found
    """A file of evidence that counts for nothing, with the reason as a sentence."""


def parse(data: bytes) -> PullRequestEvidence:
    """The evidence in a file.

    Raises:
        InvalidEvidence: it is not exactly what a collector writes.
    """
    found = _Fields(_json(data), "")
    for name in ("version", "digest_version"):
        if found.whole(name) != VERSION:
            raise InvalidEvidence(f"The {name} {found.whole(name)} is not known.")
    return PullRequestEvidence(
        forge=found.one_of("forge", FORGES),
        host=found.text("host", _HOST, "the name of a host in lower case"),
        repository=found.text("repository", _NAME, "the name of a repository"),
        number=found.whole("number"),
        author=_account(found.fields("author")),
        base=found.commit("base"),
        merge_base=found.commit("merge_base"),
        head=found.commit("head"),
        merged=found.maybe("merged", found.commit),
        recorded_at=found.instant("recorded_at"),
        reviews=_distinct(tuple(_review(one) for one in found.each("reviews"))),
        seen=tuple(Seen(one.commit("commit"), one.instant("at")) for one in found.each("seen")),
    )


def serialise(evidence: PullRequestEvidence) -> bytes:
    """The file of the evidence: the same evidence, the same bytes; reviews by time, what was seen by commit."""
    reviews = sorted(evidence.reviews, key=lambda review: (review.submitted_at, review.id))
    seen = sorted(evidence.seen, key=lambda one: (one.commit, one.at))
    value = {
        "version": evidence.version,
        "digest_version": evidence.digest_version,
        "forge": evidence.forge,
        "host": evidence.host,
        "repository": evidence.repository,
        "number": evidence.number,
        "author": _plain_account(evidence.author),
        "base": evidence.base,
        "merge_base": evidence.merge_base,
        "head": evidence.head,
        "merged": evidence.merged,
        "recorded_at": _instant(evidence.recorded_at),
        "reviews": [_plain_review(review) for review in reviews],
        "seen": [{"commit": one.commit, "at": _instant(one.at)} for one in seen],
    }
    return (json.dumps(value, ensure_ascii=True, indent=2) + "\n").encode("ascii")


def _review(found: _Fields) -> Review:
    state = ReviewState(found.one_of("state", tuple(ReviewState)))
    decision = found.maybe("decision", lambda name: Decision(found.one_of(name, tuple(Decision))))
    if decision is not None and state.decision is not None and decision is not state.decision:
        raise InvalidEvidence(f"{found.place('decision')} is `{decision}`, but the review's state is `{state}`.")
    artifacts = found.fields("artifacts").pairs(ARTIFACT, DIGEST)
    return Review(
        id=found.review_id(),
        reviewer=_account(found.fields("reviewer")),
        state=state,
        decision=decision,
        role=found.maybe("role", lambda name: found.text(name, ID_PATTERN, "an id")),
        conditions=found.texts("conditions"),
        body=found.maybe("body", found.text) or "",
        submitted_at=found.instant("submitted_at"),
        commit=found.maybe("commit", found.commit),
        artifacts=dict(sorted(artifacts.items())),
    )


def _distinct(reviews: tuple[Review, ...]) -> tuple[Review, ...]:
    """The reviews of one file; two of one id would say two things about one opinion."""
    if len({review.id for review in reviews}) < len(reviews):
        raise InvalidEvidence("Two reviews have the same id.")
    return reviews


def _account(found: _Fields) -> ForgeAccount:
    login = found.text("login", _NAME, "the name of an account")
    return ForgeAccount(login, found.maybe("id", found.whole))


def _plain_account(account: ForgeAccount) -> dict[str, Any]:
    return {"login": account.login, "id": account.id}


def _plain_review(review: Review) -> dict[str, Any]:
    return {
        "id": review.id,
        "reviewer": _plain_account(review.reviewer),
        "state": review.state,
        "decision": review.decision,
        "role": review.role,
        "conditions": list(review.conditions),
        "body": review.body,
        "submitted_at": _instant(review.submitted_at),
        "commit": review.commit,
        "artifacts": dict(sorted(review.artifacts.items())),
    }


def _instant(when: datetime) -> str:
    """A moment in UTC, to the second where it has no part of one: a reader gets back what was written."""
    in_utc = when.astimezone(UTC)
    return in_utc.isoformat(timespec="microseconds" if in_utc.microsecond else "seconds").replace("+00:00", "Z")


# --- reading ----------------------------------------------------------------------------------------------------------


def _json(data: bytes) -> dict[str, Any]:
    """The one JSON mapping in a file: no name twice, no numbers but whole ones, no text that is no Unicode."""
    if len(data) > LARGEST:
        raise InvalidEvidence(f"The file is larger than {LARGEST} bytes.")
    if _depth(data) > _DEEPEST:
        raise InvalidEvidence("The file is too deep.")
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_pairs, parse_float=_no_number, parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate is written as an escape
    except UnicodeError as error:
        raise InvalidEvidence("The file holds bytes that are no text in UTF-8.") from error
    except ValueError as error:  # that of json, and of a number with thousands of digits
        raise InvalidEvidence("The file is no JSON that can be read.") from error
    if not isinstance(value, dict):
        raise InvalidEvidence("The file is no JSON mapping.")
    return value


def _depth(data: bytes) -> int:
    """How deep the brackets outside of texts go: asked before anything reads them one inside the other.

    Behind the beginning of a text that never ends there is nothing: no reader comes past it.
    """
    deepest = depth = 0
    for byte in _STRING.sub(b"", data):
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    return deepest


def _pairs(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    listed = list(pairs)
    found = dict(listed)
    if len(found) < len(listed):
        raise InvalidEvidence("A name stands twice in one mapping.")
    return found


def _no_number(text: str) -> Any:
    raise InvalidEvidence(f"{text[:40]} is no whole number.")


class _Fields:
    """A mapping of the file, whose fields are asked for by name and kind. What nobody asks for is ignored."""

    def __init__(self, value: object, place: str) -> None:
        if not isinstance(value, dict):
            raise InvalidEvidence(f"`{place}` is no mapping.")
        self._value: Mapping[str, object] = value
        self._place = place

    def place(self, name: str) -> str:
        """The field as a reader finds it: `reviews/2/state`."""
        return f"`{self._place}/{name}`" if self._place else f"`{name}`"

    def _get(self, name: str) -> object:
        if self._value.get(name) is None:
            raise InvalidEvidence(f"{self.place(name)} is missing.")
        return self._value[name]

    def maybe(self, name: str, read: Callable[[str], T]) -> T | None:
        """The field as `read` reads it; None if it is not there or null."""
        return None if self._value.get(name) is None else read(name)

    def text(self, name: str, pattern: re.Pattern[str] | None = None, what: str = "a text") -> str:
        """A text, of a certain shape."""
        found = self._get(name)
        if not isinstance(found, str) or (pattern is not None and not pattern.fullmatch(found)):
            raise InvalidEvidence(f"{self.place(name)} is not {what}.")
        return found

    def one_of(self, name: str, words: Iterable[str]) -> str:
        """One of some words."""
        known = [str(word) for word in words]
        found = self._get(name)
        if not isinstance(found, str) or found not in known:
            raise InvalidEvidence(f"{self.place(name)} is none of {', '.join(known)}.")
        return found

    def whole(self, name: str) -> int:
        """A whole number from 1 on."""
        found = self._get(name)
        if type(found) is not int or not 1 <= found <= _GREATEST:  # `true` is a number to Python
            raise InvalidEvidence(f"{self.place(name)} is no whole number from 1 on.")
        return found

    def commit(self, name: str) -> str:
        """A full commit id."""
        return self.text(name, _COMMIT, "a full commit id")

    def instant(self, name: str) -> datetime:
        """A time with its offset, in UTC."""
        found = self.text(name, _INSTANT, "a time with an offset such as 2026-01-31T09:30:00Z")
        try:
            return datetime.fromisoformat(found).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise InvalidEvidence(f"{self.place(name)} is no time of any calendar.") from error

    def review_id(self) -> str:
        """The id of a review: a word, or the number that some forges give."""
        found = self._get("id")
        return str(self.whole("id")) if type(found) is int else self.text("id", _REVIEW, "the id of a review")

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of texts; none if it is not there."""
        listed = self._list(name)
        if not all(isinstance(item, str) for item in listed):
            raise InvalidEvidence(f"{self.place(name)} is no list of texts.")
        return tuple(str(item) for item in listed)

    def fields(self, name: str) -> _Fields:
        """A mapping below this one."""
        return _Fields(self._get(name), self.place(name).strip("`"))

    def each(self, name: str) -> tuple[_Fields, ...]:
        """The mappings of a list; none if it is not there."""
        place = self.place(name).strip("`")
        return tuple(_Fields(item, f"{place}/{number}") for number, item in enumerate(self._list(name), start=1))

    def pairs(self, names: re.Pattern[str], values: re.Pattern[str]) -> dict[str, str]:
        """The whole mapping: names and texts of certain shapes."""
        found: dict[str, str] = {}
        for name, value in self._value.items():
            if not names.fullmatch(name) or not isinstance(value, str) or not values.fullmatch(value):
                raise InvalidEvidence(f"`{self._place}` has something else than artifacts and their digests.")
            found[name] = value
        return found

    def _list(self, name: str) -> list[object]:
        found = self._value.get(name)
        if found is None:
            return []
        if not isinstance(found, list):
            raise InvalidEvidence(f"{self.place(name)} is no list.")
        return found
