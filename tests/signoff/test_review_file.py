"""The file of evidence: what is read, what is refused, and that it is always written the same."""

from __future__ import annotations

import copy
import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mkdocs_ecompm.model.review import ForgeAccount, PullRequestEvidence, Review, ReviewState, Seen
from mkdocs_ecompm.model.signoff import Decision
from mkdocs_ecompm.signoff.review_file import LARGEST, InvalidEvidence, parse, serialise

A, B = "a" * 40, "b" * 64
REVIEW: dict[str, Any] = {
    "id": "4711",
    "reviewer": {"login": "mia-k", "id": 13},
    "state": "approved",
    "decision": "approve",
    "role": "marketing",
    "conditions": ["only with the contract"],
    "body": "Fine",
    "submitted_at": "2026-02-24T10:30:00+01:00",
    "commit": A,
    "artifacts": {"raci/delivery": "sha256:" + "2" * 64, "charter": "sha256:" + "1" * 64},
}
FILE: dict[str, Any] = {
    "version": 1,
    "digest_version": 1,
    "forge": "github",
    "host": "github.com",
    "repository": "shop/project",
    "number": 12,
    "author": {"login": "ghost", "id": None},
    "base": A,
    "merge_base": B,
    "head": A,
    "merged": None,
    "recorded_at": "2026-02-24T10:00:00Z",
    "reviews": [REVIEW],
    "seen": [{"commit": A, "at": "2026-02-24T09:00:00.25Z"}],
}


def changed(*path: Any, value: Any) -> bytes:
    """The file with one value that is another; the value `...` takes it away."""
    found = copy.deepcopy(FILE)
    place: Any = found
    for step in path[:-1]:
        place = place[step]
    if value is ...:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return json.dumps(found).encode()


def test_a_file_is_read() -> None:
    found = parse(json.dumps(FILE).encode())
    assert found == PullRequestEvidence(
        forge="github",
        host="github.com",
        repository="shop/project",
        number=12,
        author=ForgeAccount("ghost", None),
        base=A,
        merge_base=B,
        head=A,
        merged=None,
        recorded_at=datetime(2026, 2, 24, 10, tzinfo=UTC),
        reviews=(
            Review(
                id="4711",
                reviewer=ForgeAccount("mia-k", 13),
                state=ReviewState.APPROVED,
                decision=Decision.APPROVE,
                role="marketing",
                conditions=("only with the contract",),
                body="Fine",
                submitted_at=datetime(2026, 2, 24, 9, 30, tzinfo=UTC),
                commit=A,
                artifacts={"charter": "sha256:" + "1" * 64, "raci/delivery": "sha256:" + "2" * 64},
            ),
        ),
        seen=(Seen(A, datetime(2026, 2, 24, 9, 0, 0, 250_000, tzinfo=UTC)),),
    )


def test_it_is_written_always_the_same() -> None:
    found = parse(json.dumps(FILE).encode())
    data = serialise(found)
    assert data.endswith(b"}\n")
    assert parse(data) == found
    assert serialise(parse(data)) == data
    east = replace(found, recorded_at=found.recorded_at.astimezone(timezone(timedelta(hours=5))))
    assert serialise(east) == data
    assert list(json.loads(data)) == list(FILE)
    assert list(json.loads(data)["reviews"][0]) == list(REVIEW)


def test_reviews_stand_in_the_order_of_time() -> None:
    found = parse(json.dumps(FILE).encode())
    (review,) = found.reviews
    early = replace(review, id="9", submitted_at=review.submitted_at - timedelta(days=1))
    assert serialise(replace(found, reviews=(review, early))) == serialise(replace(found, reviews=(early, review)))


def test_a_number_is_an_id_of_a_review_and_other_fields_are_ignored() -> None:
    assert parse(changed("reviews", 0, "id", value=4711)) == parse(json.dumps(FILE).encode())
    assert parse(changed("later", value={"a": [1]})) == parse(json.dumps(FILE).encode())


@pytest.mark.parametrize("name", ["role", "decision", "conditions", "body", "commit"])
def test_what_may_be_missing(name: str) -> None:
    assert parse(changed("reviews", 0, name, value=...)).reviews[0].reviewer.id == 13


@pytest.mark.parametrize(
    ("path", "value"),
    [
        *(((name,), ...) for name in FILE if name not in {"merged", "reviews", "seen"}),
        *((("reviews", 0, name), ...) for name in ("id", "reviewer", "state", "submitted_at", "artifacts")),
        (("version",), 2),
        (("version",), True),
        (("version",), "1"),
        (("digest_version",), 2),
        (("forge",), "svn"),
        (("forge",), ["github"]),
        (("host",), "GitHub.com"),
        (("host",), "../../etc"),
        (("host",), "a" * 300),
        (("repository",), "a\u202eb"),
        (("repository",), ""),
        (("number",), 0),
        (("number",), -1),
        (("number",), True),
        (("number",), "12"),
        (("number",), 10**30),
        (("author",), "ana"),
        (("author", "id"), "11"),
        (("author", "id"), 1.0),
        (("author", "id"), False),
        (("author", "id"), 0),
        (("author", "login"), "a\nb"),
        (("base",), "a" * 39),
        (("head",), "HEAD"),
        (("merge_base",), "A" * 40),
        (("merge_base",), None),
        (("merged",), "main"),
        (("merged",), ""),
        (("recorded_at",), "2026-02-24"),
        (("recorded_at",), "2026-02-24T10:00:00"),
        (("recorded_at",), "2026-02-30T10:00:00Z"),
        (("recorded_at",), "0001-01-01T00:00:00+23:59"),
        (("recorded_at",), "2026-02-24T10:00:00+99:00"),
        (("recorded_at",), 1771927200),
        (("reviews",), {}),
        (("reviews",), ["approved"]),
        (("reviews",), [REVIEW, REVIEW]),
        (("reviews", 0, "id"), "a b"),
        (("reviews", 0, "id"), -5),
        (("reviews", 0, "id"), True),
        (("reviews", 0, "id"), "a" * 300),
        (("reviews", 0, "state"), "APPROVED"),
        (("reviews", 0, "state"), None),
        (("reviews", 0, "decision"), "yes"),
        (("reviews", 0, "decision"), "reject"),
        (("reviews", 0, "role"), "a role"),
        (("reviews", 0, "conditions"), "one"),
        (("reviews", 0, "conditions"), [1]),
        (("reviews", 0, "body"), 5),
        (("reviews", 0, "commit"), "abc"),
        (("reviews", 0, "artifacts"), []),
        (("reviews", 0, "artifacts"), {"Charter": "sha256:" + "1" * 64}),
        (("reviews", 0, "artifacts"), {"../x": "sha256:" + "1" * 64}),
        (("reviews", 0, "artifacts"), {"charter": None}),
        (("reviews", 0, "artifacts"), {"charter": "sha256:" + "1" * 63}),
        (("reviews", 0, "artifacts"), {"charter": "sha256:" + "1" * 64 + "\n"}),
        (("reviews", 0, "reviewer"), None),
        (("seen",), [{"commit": A}]),
        (("seen",), "never"),
    ],
)
def test_what_is_refused(path: tuple[Any, ...], value: Any) -> None:
    with pytest.raises(InvalidEvidence) as caught:
        parse(changed(*path, value=value))
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"\xef\xbb\xbf{}",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"version": 1e0}',
        b'{"version": NaN}',
        b'{"version": -Infinity}',
        b'{"version": ' + b"1" * 10_000 + b"}",
        b'{"version": 1, "version": 1}',
        json.dumps(FILE).replace("Fine", "\\ud800").encode(),
        json.dumps(FILE).encode() + b"{}",
        b" " * (LARGEST + 1),
    ],
    ids=str,
)
def test_what_is_no_file_at_all(data: bytes) -> None:
    with pytest.raises(InvalidEvidence):
        parse(data)


@given(st.text(st.sampled_from('[]{}"\\\\a\n'), min_size=1, max_size=60))
def test_brackets_within_texts_are_words(body: str) -> None:
    found = parse(changed("reviews", 0, "body", value=body))
    assert found.reviews[0].body == body


@given(st.integers(9, 50), st.text(st.sampled_from('"\\\\[]{},:a'), max_size=30))
def test_what_is_too_deep_is_so_whatever_follows(depth: int, rest: str) -> None:
    """No reader is to go that deep, not even to say that what follows cannot be read."""
    with pytest.raises(InvalidEvidence, match="too deep"):
        parse(b"[" * depth + rest.encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
PATHS = [
    *((name,) for name in FILE),
    *(("reviews", 0, name) for name in REVIEW),
    ("author", "id"),
    ("author", "login"),
    ("reviews", 0, "reviewer", "id"),
    ("seen", 0, "at"),
]


@given(st.sampled_from(PATHS), JSON)
def test_any_value_anywhere_is_read_or_refused(path: tuple[Any, ...], value: Any) -> None:
    try:
        found = parse(changed(*path, value=value))
    except InvalidEvidence:
        return
    assert parse(serialise(found)) == found


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=200)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidEvidence):
        parse(data)


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=3))
@settings(max_examples=200)
def test_a_damaged_file_is_read_or_refused(place: int, noise: bytes) -> None:
    data = json.dumps(FILE).encode()
    try:
        found = parse(data[:place] + noise + data[place + 1 :])
    except InvalidEvidence:
        return
    assert parse(serialise(found)) == found
