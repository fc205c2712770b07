"""Every payload: GitHub's own examples, and whatever else may come, give an answer or a clear word, never a crash."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.model.review import ForgeAccount, ReviewState
from mkdocs_ecompm.signoff.forges import NAMES, ForgeError, NothingToRecord, PullRequest, forge, forge_of

MODULES = Path(__file__).parent / "node_modules"
EXAMPLES = MODULES / "@octokit/webhooks-examples/api.github.com/index.json"


def examples() -> list[tuple[str, dict[str, Any]]]:
    if not EXAMPLES.exists():
        why = "GitHub's examples are not there: npm ci --prefix tests/forges"
        if "CI" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    return [(kind["name"], one) for kind in json.loads(EXAMPLES.read_text("utf-8")) for one in kind["examples"]]


def answered(name: str, payload: dict[str, Any]) -> PullRequest | str:
    try:
        return forge(name).from_event(payload)
    except NothingToRecord as reason:
        return str(reason)


def test_every_example_of_github_gives_an_answer_or_a_clear_word() -> None:
    found: dict[str, list[PullRequest]] = {}
    every = examples()
    for name, payload in every:
        assert forge_of(payload) == "github", (name, payload.get("action"))
        answer = answered("github", payload)
        if isinstance(answer, PullRequest):
            found.setdefault(name, []).append(answer)
        else:
            assert "not about a review" in answer, name
    assert len(every) > 200
    assert {name: len(asked) for name, asked in found.items()} == {"pull_request_review": 4}
    states = [review.state for asked in found["pull_request_review"] for review in asked.reviews]
    assert sorted(states) == ["commented", "commented", "commented", "dismissed"]
    assert all(asked.host == "github.com" and asked.repository for asked in found["pull_request_review"])


# --- whatever may come ------------------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        *("submitted", "edited", "dismissed", "closed", "reviewed", "approved", "merge", "merged", "APPROVED"),
        *("pending", "merge_request", "pull_request_review_approved", "a/b", "bot[bot]", "1" * 40, "\ud800"),
        *("2026-02-01T10:00:00Z", "2026-02-01 10:00:00 UTC", "0001-01-01T00:00:00+14:00", "https://[", "https://a.b/c"),
    ]
)
NAMES_OF_FIELDS = """
action pull_request review sender user repository object_kind object_attributes project number id login state username
merged merged_at merge_commit_sha head base sha full_name html_url web_url submitted_at updated_at commit_id body type
iid last_commit path_with_namespace author_id reviewers assignees merge_base content comment node_id repo
"""
KEYS = st.sampled_from(NAMES_OF_FIELDS.split())
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-3, 2**70), st.floats(), WORDS, st.text(max_size=5))
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6), max_leaves=25
)


@given(st.dictionaries(KEYS, VALUES, max_size=8), st.sampled_from(NAMES))
def test_no_payload_is_a_crash(payload: dict[str, Any], name: str) -> None:
    assert forge_of(payload) in NAMES
    found = answered(name, payload)
    if isinstance(found, str):
        assert found.endswith(".")
        return
    assert found.number >= 1
    assert isinstance(found.author, ForgeAccount)
    for review in found.reviews:
        assert isinstance(review.state, ReviewState)
        review.body.encode("utf-8")


@given(VALUES, VALUES, st.lists(VALUES, max_size=4), st.lists(VALUES, max_size=4))
def test_no_answer_is_a_crash(about: Any, other: Any, reviews: list[Any], timeline: list[Any]) -> None:
    class Client:
        """Answers with anything."""

        def get(self, path: str, /, **_parameters: object) -> Any:
            return other if path.endswith("approvals") else about

        def pages(self, path: str, /, **_parameters: object) -> Any:
            if path.endswith(("reviews", "notes")):
                return iter(reviews)
            return iter(timeline if path.endswith(("timeline", "versions")) else [about, other])

    for name in NAMES:
        listed = forge(name).pull_requests(Client(), "a/b", None, lambda _commit: True)
        with suppress(ForgeError):  # what is none is said, and is no empty list
            for found in listed:
                assert found.number >= 1
                assert all(review.id for review in found.reviews)
