"""`ecompm reviews record`: one webhook payload becomes evidence, or one sentence says why not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from forge_shop import NEW_CHARTER, TOM, Shop, payload, review

Run = Callable[..., Result]


def test_a_review_is_recorded_at_once_and_counts_from_the_merge_on(shop: Shop, record: Run, ecompm: Run) -> None:
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    base = shop.tip()
    answer = record(payload(shop, "submitted", head=head, review=review(1, head, "approved")))
    assert answer.exit_code == 0, answer.stderr
    assert "mia-k approved (charter)" in answer.stdout
    assert (shop.evidence()["merged"], shop.evidence()["merge_base"]) == (None, base)
    said = json.loads(ecompm("signoffs", "--format", "json", "--as-of", "2027-01-01").stdout)
    assert [one["reasons"] for one in said["records"]] == [["not-merged"]]
    shop._trees.clear()
    merged = shop.commit("Squashed", files={"project/charter.yml": NEW_CHARTER})
    shop.check_out()
    answer = record(payload(shop, "closed", head=head, merged=merged, base=base))
    assert (answer.exit_code, "#7: merged" in answer.stdout) == (0, True), answer.stderr
    assert shop.evidence()["merged"] == merged
    said = json.loads(ecompm("signoffs", "charter", "--format", "json", "--as-of", "2027-01-01").stdout)
    assert said["signoffs"][0]["status"] == "valid"


def test_the_same_payload_twice(shop: Shop, record: Run) -> None:
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    told = payload(shop, "submitted", head=head, review=review(1, head, "approved"))
    record(told)
    assert "Nothing new" in record(told).stdout


def test_the_reviewers_own_edit_is_taken_and_nobody_elses(shop: Shop, record: Run) -> None:
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "submitted", head=head, review=review(1, head, "approved")))
    edited = review(1, head, "approved", body="Signoff: approve risks")
    answer = record(payload(shop, "edited", head=head, review=edited, sender=TOM))
    assert "his words are not the reviewer's. Nothing is recorded." in answer.stdout
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["charter"]
    assert record(payload(shop, "edited", head=head, review=edited)).exit_code == 0
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["charter", "risks"]


def test_an_edit_of_what_was_never_recorded_is_a_comment(shop: Shop, record: Run) -> None:
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "edited", head=head, review=review(1, head, "approved", body="x")))
    assert shop.evidence()["reviews"][0]["state"] == "commented"


def test_a_dismissal(shop: Shop, record: Run) -> None:
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "submitted", head=head, review=review(1, head, "approved")))
    record(payload(shop, "dismissed", head=head, review=review(1, head, "dismissed"), sender=TOM))
    (one,) = shop.evidence()["reviews"]
    assert (one["state"], list(one["artifacts"])) == ("dismissed", ["charter"])


def test_a_merge_of_which_nothing_is_known(shop: Shop, record: Run) -> None:
    answer = record(payload(shop, "closed", head=shop.tip() or "", merged=shop.tip()))
    assert (answer.exit_code, "Nothing new" in answer.stdout) == (0, True)


@pytest.mark.parametrize(
    "told",
    [
        {"zen": "Keep it logically awesome.", "hook_id": 1},
        {"action": "opened", "issue": {}},
        {"action": "closed", "pull_request": {"number": 7, "merged": False}, "repository": {"full_name": "a/b"}},
        {"object_kind": "push"},
        {"action": "created", "comment": {}, "pull_request": {"number": 7}, "repository": {"full_name": "a/b"}},
    ],
)
def test_what_is_not_about_a_review_is_no_failure(shop: Shop, record: Run, told: Any) -> None:
    answer = record(told)
    assert (answer.exit_code, "not about a review" in answer.stdout) == (0, True), answer.stderr
    assert shop.git("status", "--porcelain") == ""


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b"\xff", b'{"a": ' + b"9" * 5000 + b"}"])
def test_what_is_no_payload(shop: Shop, record: Run, content: bytes) -> None:
    answer = record(content)
    said = answer.stderr.replace("no JSON, so it ", "")
    assert (answer.exit_code, "is not the payload of a webhook" in said) == (2, True)
    assert shop.tip()
