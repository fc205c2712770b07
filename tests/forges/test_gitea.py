"""Gitea and Forgejo: reviews with their own states, pushes told as JSON in comments, payloads that leave much out."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result
from forge_server import ForgeServer
from forge_shop import JAN, NEW_CHARTER, PEOPLE, TOKEN, Shop

from mkdocs_ecompm.signoff.forges import ForgeError, NothingToRecord, gitea
from mkdocs_ecompm.signoff.forges.client import HttpClient

Run = Callable[..., Result]
PLACE = "/api/v1/repos/shop/gov"
HEAD, BASE, MERGED = ("2" * 40, "3" * 40, "4" * 40)
MIA, TOM = {"id": 22, "login": "mia-k"}, {"id": 44, "login": "tom-a"}


def pull_request(number: int = 7, *, head: str = HEAD, base: str = BASE, **more: Any) -> dict[str, Any]:
    return {
        "id": 900,
        "number": number,
        "user": TOM,
        "html_url": "https://codes.shop.example/shop/gov/pulls/7",
        "updated_at": "2026-02-02T10:00:00Z",
        "merged": True,
        "merge_commit_sha": MERGED,
        "merge_base": base,
        "base": {"ref": "main", "sha": MERGED},
        "head": {"ref": "topic", "sha": head},
        **more,
    }


def review(number: int, state: str = "APPROVED", **more: Any) -> dict[str, Any]:
    told = {"id": number, "user": MIA, "body": "", "state": state, "commit_id": HEAD, "official": True, "stale": False}
    return {**told, "dismissed": False, "submitted_at": "2026-02-01T10:00:00+01:00", **more}


def push(at: str, *, forced: bool, commits: list[str] | None = None) -> dict[str, Any]:
    body = json.dumps({"is_force_push": forced, "commit_ids": commits or [HEAD]})
    return {"id": 1, "type": "pull_push", "body": body, "created_at": f"2026-02-01T{at}Z"}


def tell(server: ForgeServer, told: dict[str, Any], reviews: list[Any], timeline: Any = ()) -> None:
    server.routes[f"{PLACE}/pulls"] = [told]
    server.routes[f"{PLACE}/pulls/7"] = told
    server.routes[f"{PLACE}/pulls/7/reviews"] = reviews
    server.routes[f"{PLACE}/issues/7/timeline"] = list(timeline)


@pytest.fixture
def client(forge: ForgeServer) -> Iterator[HttpClient]:
    found = HttpClient(gitea.ACCESS, forge.url, None, "shop/gov", wait=lambda _seconds: None)
    yield found
    found.close()


def test_its_words_in_ours(forge: ForgeServer, client: HttpClient) -> None:
    reviews = [
        review(1),
        review(2, "REQUEST_CHANGES"),
        review(3, "COMMENT"),
        review(4, "PENDING"),
        review(5, "REQUEST_REVIEW", user=None, team={"id": 3}),
        review(6, dismissed=True),
        review(7, "COMMENT", dismissed=True),
        review(8, "SOMETHING_NEW"),
        review(9, official=False, stale=True),
        review(10, user={"id": -1, "login": "Ghost"}),
        review(11, user={"id": -2, "login": "gitea-actions"}),
    ]
    tell(forge, pull_request(), reviews)
    (found,) = gitea.pull_requests(client, "shop/gov", None, lambda commit: commit == MERGED)
    assert {one.id: str(one.state) for one in found.reviews} == {
        "1": "approved",
        "2": "changes_requested",
        "3": "commented",
        "6": "dismissed",
        "7": "commented",
        "8": "commented",
        "9": "approved",
        "10": "approved",
        "11": "approved",
    }
    assert [one.reviewer.id if one.reviewer else 0 for one in found.reviews[-2:]] == [None, None]
    assert [one.is_bot for one in found.reviews[-2:]] == [False, True]
    assert (found.base, found.head, found.merge_commit, found.author.id) == (BASE, HEAD, MERGED, 44)
    assert found.reviews[0].submitted_at is not None
    assert found.reviews[0].submitted_at.isoformat() == "2026-02-01T09:00:00+00:00"


def test_pushes_by_force_and_others(forge: ForgeServer, client: HttpClient) -> None:
    timeline = [push("11:00:00", forced=False), {"type": "comment", "body": "{"}, push("12:00:00", forced=True)]
    tell(forge, pull_request(), [review(1)], timeline)
    (found,) = gitea.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert [(one.forced, one.at.hour, one.commit) for one in found.pushes] == [(True, 12, HEAD)]


def test_another_target_is_told_as_a_push_by_force(forge: ForgeServer, client: HttpClient) -> None:
    moved = {"type": "change_target_branch", "old_ref": "dev", "new_ref": "main", "created_at": "2026-02-01T12:00:00Z"}
    tell(forge, pull_request(), [review(1)], [moved])
    (found,) = gitea.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert [(one.forced, one.at.hour, one.commit) for one in found.pushes] == [(True, 12, None)]


def test_a_review_that_is_none_is_not_passed_over(forge: ForgeServer, client: HttpClient) -> None:
    tell(forge, pull_request(), [review(1), ["a list"]])
    with pytest.raises(ForgeError, match="the reviews of pull request 7 cannot be understood"):
        list(gitea.pull_requests(client, "shop/gov", None, lambda _commit: True))


@pytest.mark.parametrize(
    "item",
    [
        "nonsense",
        {"type": "change_target_branch", "created_at": None},
        {"type": "pull_push", "body": "moved"},
        {"type": "pull_push", "body": "[" * 9999},
        {**push("11:00:00", forced=True), "created_at": "x"},
    ],
)
def test_a_timeline_that_cannot_be_read(forge: ForgeServer, client: HttpClient, item: Any) -> None:
    tell(forge, pull_request(), [review(1)], [item])
    (found,) = gitea.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert not found.timeline_readable


@pytest.fixture
def story(shop: Shop, forge: ForgeServer, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """A pull request that changes the charter, squashed, approved by Mia."""
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("FORGEJO_TOKEN", TOKEN)
    people = PEOPLE.replace("github.com", "codes.shop.example")
    shop.commit("Accounts\n\nSignoff: approve trust", files={"project/people.yml": people}, key=JAN)
    base = shop.tip()
    assert base
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    told = pull_request(base=base, head=head, merge_commit_sha=shop.squash(head))
    tell(forge, told, [review(1, commit_id=head)], [push("08:00:00", forced=True)])
    return shop


def test_the_whole_way(story: Shop, forge: ForgeServer, ecompm: Run) -> None:
    answer = ecompm("reviews", "pull", "--forge", "gitea", "--repository", "shop/gov", "--url", f"{forge.url}/")
    assert answer.exit_code == 0, answer.stderr
    assert {one.headers.get("Authorization") for one in forge.asked} == {f"token {TOKEN}"}
    assert "codes.shop.example-7.json" in {path.name for path in (story.folder / "project/evidence").iterdir()}
    said = json.loads(ecompm("signoffs", "charter", "--format", "json", "--as-of", "2027-01-01").stdout)
    assert said["signoffs"][0]["status"] == "valid"


# --- webhooks ---------------------------------------------------------------------------------------------------------


def hook(told: dict[str, Any], action: str = "reviewed", kind: str = "pull_request_review_approved") -> dict[str, Any]:
    source = {"full_name": "shop/gov", "html_url": "https://codes.shop.example/shop/gov", "original_url": ""}
    return {
        "action": action,
        "number": told["number"],
        "pull_request": told,
        "repository": source,
        "sender": MIA,
        "commit_id": "",
        "review": {"type": kind, "content": "Signoff: approve risks"},
    }


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        ("pull_request_review_approved", "approved"),
        ("pull_request_review_rejected", "changes_requested"),
        ("pull_request_review_comment", "commented"),
        ("pull_request_approved", "approved"),
        ("pull_request_rejected", "changes_requested"),
    ],
)
def test_what_a_hook_tells(kind: str, state: str) -> None:
    found = gitea.from_event(hook(pull_request(merged=False), kind=kind))
    assert [(one.state, one.commit, one.body) for one in found.reviews] == [(state, None, "Signoff: approve risks")]
    assert not found.complete


def test_a_hook_alone_is_a_comment_and_with_the_forge_a_review(story: Shop, forge: ForgeServer, ecompm: Run) -> None:
    event = story.folder.parent / "event.json"
    event.write_text(json.dumps(hook(forge.routes[f"{PLACE}/pulls/7"])))
    answer = ecompm("reviews", "record", "--event", str(event), "--dry-run")
    assert "does not say in its payload what exactly was reviewed" in answer.stderr
    assert "mia-k commented (nothing of the project)" in answer.stdout
    answer = ecompm("reviews", "record", "--event", str(event), "--url", forge.url)
    assert (answer.exit_code, "mia-k approved (charter)" in answer.stdout) == (0, True), answer.stderr


def test_a_hook_of_a_merge() -> None:
    found = gitea.from_event(hook(pull_request(), action="closed"))
    assert (found.merged, found.reviews, found.merge_commit) == (True, (), MERGED)


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"action": "reviewed"},
        hook(pull_request(merged=False), action="closed"),
        hook(pull_request(), action="opened"),
        hook(pull_request(), kind="pull_request_review_request"),
    ],
)
def test_a_hook_about_something_else(payload: dict[str, Any]) -> None:
    with pytest.raises(NothingToRecord, match="not about a review"):
        gitea.from_event(payload)
