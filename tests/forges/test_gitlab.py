"""GitLab: approvals without states, made of the notes that GitLab writes, each on the version of its moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from click.testing import Result
from forge_server import ForgeServer, Reply
from forge_shop import FILES, JAN, NEW_CHARTER, PEOPLE, TOKEN, Shop

from mkdocs_ecompm.signoff.forges import ForgeError, NothingToRecord, forge, gitlab
from mkdocs_ecompm.signoff.forges.client import HttpClient
from mkdocs_ecompm.signoff.forges.gitlab_notes import is_bot

Run = Callable[..., Result]
PLACE = "/api/v4/projects/shop%2Fgov/merge_requests"
OLD, HEAD, BASE, MERGED = ("1" * 40, "2" * 40, "3" * 40, "4" * 40)
MIA, TOM = {"id": 22, "username": "mia-k"}, {"id": 44, "username": "tom-a"}


def note(number: int, body: str, at: str, author: Any = MIA, *, system: bool = True, **more: Any) -> dict[str, Any]:
    when = f"2026-02-01T{at}.000Z"
    told = {"id": number, "body": body, "author": author, "system": system, "created_at": when, "updated_at": when}
    return {**told, **more}


def version(head: str, at: str) -> dict[str, Any]:
    return {"id": 1, "head_commit_sha": head, "created_at": f"2026-02-01T{at}.000Z", "state": "collected"}


def merge_request(number: int = 7, *, base: str = BASE, head: str = HEAD, **more: Any) -> dict[str, Any]:
    return {
        "id": 4000 + number,
        "iid": number,
        "state": "merged",
        "author": TOM,
        "sha": head,
        "web_url": "https://git.shop.example/shop/gov/-/merge_requests/7",
        "merge_commit_sha": MERGED,
        "squash_commit_sha": None,
        "diff_refs": {"base_sha": base, "head_sha": head, "start_sha": base},
        **more,
    }


def tell(server: ForgeServer, told: dict[str, Any], notes: list[Any], approved: list[Any], versions: Any) -> None:
    server.routes[PLACE] = [told]
    server.routes[f"{PLACE}/7"] = told
    server.routes[f"{PLACE}/7/notes"] = notes
    server.routes[f"{PLACE}/7/approvals"] = {"approved_by": [{"user": user} for user in approved]}
    server.routes[f"{PLACE}/7/versions"] = versions


OTHER_RISKS = FILES["project/risks.yml"].replace("likelihood: 2", "likelihood: 1")
VERSIONS = [version(HEAD, "12:00:00"), version(OLD, "09:00:00")]


@pytest.fixture
def client(forge: ForgeServer) -> Iterator[HttpClient]:
    found = HttpClient(gitlab.ACCESS, forge.url, None, "shop/gov", wait=lambda _seconds: None)
    yield found
    found.close()


def reviews(server: ForgeServer, client: HttpClient) -> list[tuple[str, str, str | None, str]]:
    (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda commit: commit == MERGED)
    assert server.asked[0].query["state"] == "merged"
    return [(one.id, one.state, one.commit, one.body) for one in found.reviews]


def test_an_approval_is_of_the_version_of_its_moment(forge: ForgeServer, client: HttpClient) -> None:
    notes = [
        note(1, "approved this merge request", "10:00:00", TOM),
        note(2, "approved this merge request", "13:00:00"),
        note(3, "requested changes", "13:30:00", {"id": 55, "username": "eve"}),
        note(4, "added 1 commit", "12:00:00"),
    ]
    tell(forge, merge_request(), notes, [TOM, MIA], VERSIONS)
    assert reviews(forge, client) == [
        ("1", "approved", OLD, ""),
        ("2", "approved", HEAD, ""),
        ("3", "changes_requested", HEAD, ""),
    ]


def test_an_approval_that_was_taken_back_or_reset(forge: ForgeServer, client: HttpClient) -> None:
    notes = [
        note(1, "approved this merge request", "10:00:00"),
        note(2, "unapproved this merge request", "11:00:00"),
        note(3, "approved this merge request", "11:30:00", TOM),
    ]
    tell(forge, merge_request(), notes, [], VERSIONS)
    assert [one[:2] for one in reviews(forge, client)] == [("1", "dismissed"), ("2", "dismissed"), ("3", "dismissed")]


def test_each_later_act_ends_the_approval_before_it(forge: ForgeServer, client: HttpClient) -> None:
    acts = ["approved this merge request", "unapproved this merge request"]
    notes = [note(number, acts[1 - number % 2], f"1{number}:00:00") for number in range(1, 6)]
    for many, last in ((5, "approved"), (4, "dismissed"), (3, "approved"), (2, "dismissed")):
        tell(forge, merge_request(), notes[:many], [MIA] if last == "approved" else [], VERSIONS)
        (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda _commit: True)
        assert [one.id for one in found.reviews] == [str(number) for number in range(1, many + 1)]
        assert [one.state for one in found.reviews] == ["dismissed"] * (many - 1) + [last]
        ends = [one.submitted_at.hour for one in found.reviews if one.submitted_at]
        assert ends == [12, 12, 14, 14, 15][: many // 2 * 2] + [10 + many] * (many % 2)


def test_who_approves_anew_had_lost_the_first_approval(forge: ForgeServer, client: HttpClient) -> None:
    notes = [
        note(1, "approved this merge request", "10:00:00"),
        note(2, "approved this merge request", "11:00:00", TOM),
        note(3, "approved this merge request", "13:00:00"),
        note(4, "requested changes", "13:30:00", TOM),
    ]
    tell(forge, merge_request(), list(reversed(notes)), [MIA], VERSIONS)
    said = [one[:2] for one in reviews(forge, client)]
    assert said == [("1", "dismissed"), ("2", "dismissed"), ("3", "approved"), ("4", "changes_requested")]


@pytest.mark.parametrize(
    "answer",
    [
        {"message": "hiccup"},
        [],
        None,
        {"approved_by": None},
        {"approved_by": {"user": MIA}},
        {"approved_by": [None]},
        {"approved_by": [{}]},
        {"approved_by": [{"user": "mia-k"}]},
        {"approved_by": [{"user": {}}]},
    ],
)
def test_another_shape_does_not_say_that_nobody_approves(forge: ForgeServer, client: HttpClient, answer: Any) -> None:
    tell(forge, merge_request(), [note(1, "approved this merge request", "10:00:00")], [], VERSIONS)
    forge.routes[f"{PLACE}/7/approvals"] = lambda _asked: Reply(answer)
    with pytest.raises(ForgeError, match="who approves merge request 7 cannot be understood"):
        reviews(forge, client)


def test_a_note_that_is_none_is_not_passed_over(forge: ForgeServer, client: HttpClient) -> None:
    tell(forge, merge_request(), [note(1, "approved this merge request", "10:00:00"), None], [MIA], VERSIONS)
    with pytest.raises(ForgeError, match="the notes on merge request 7 cannot be understood"):
        reviews(forge, client)


# --- another target ---------------------------------------------------------------------------------------------------

RETARGETED = (
    "changed target branch from `dev` to `main`",
    "deleted the `dev` branch. This merge request now targets the `main` branch",
)


@pytest.mark.parametrize("body", RETARGETED)
def test_another_target_is_told_as_a_push_by_force(forge: ForgeServer, client: HttpClient, body: str) -> None:
    tell(
        forge, merge_request(), [note(1, body, "14:00:00", TOM), note(2, body, "15:00:00", system=False)], [], VERSIONS
    )
    (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda _commit: True)
    forced = [(one.at.hour, one.forced, one.commit) for one in found.pushes]
    assert forced == [(9, None, OLD), (12, None, HEAD), (14, True, None)]


def test_another_target_at_nobody_knows_when(forge: ForgeServer, client: HttpClient) -> None:
    tell(forge, merge_request(), [note(1, RETARGETED[0], "14:00:00", created_at="x")], [], VERSIONS)
    (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert not found.timeline_readable


def test_a_version_of_the_same_head_is_of_another_target(forge: ForgeServer, client: HttpClient) -> None:
    tell(forge, merge_request(), [], [], [version(HEAD, "13:00:00"), *VERSIONS])
    (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert [(one.at.hour, one.forced) for one in found.pushes] == [(9, None), (12, None), (13, True)]


def test_nobody_can_write_such_a_note_by_hand(forge: ForgeServer, client: HttpClient) -> None:
    notes = [note(1, "approved this merge request", "13:00:00", system=False)]
    tell(forge, merge_request(), notes, [], VERSIONS)
    assert reviews(forge, client) == []


def test_an_approval_without_a_note_is_of_nothing(forge: ForgeServer, client: HttpClient) -> None:
    tell(forge, merge_request(), [], [MIA, None, {"id": None, "username": None}], VERSIONS)
    assert reviews(forge, client) == [("approval-22", "commented", None, "")]


def test_an_approval_before_the_first_version_is_of_nothing(forge: ForgeServer, client: HttpClient) -> None:
    tell(forge, merge_request(), [note(1, "approved this merge request", "08:00:00")], [MIA], VERSIONS)
    assert reviews(forge, client) == [("1", "approved", None, "")]


@pytest.mark.parametrize(
    ("more", "bound"),
    [
        ({}, True),
        ({"author": TOM}, False),
        ({"created_at": "2026-02-01T12:55:00.000Z", "updated_at": "2026-02-01T12:55:00.000Z"}, False),
        ({"updated_at": "2026-02-01T14:00:00.000Z"}, False),
        ({"last_edited_at": "2026-02-01T14:00:00.000Z"}, False),
    ],
)
def test_words_are_bound_to_an_approval_only_if_they_can_be_nothing_else(
    forge: ForgeServer, client: HttpClient, more: dict[str, Any], *, bound: bool
) -> None:
    words = "Fine.\n\nSignoff: approve charter as=marketing"
    said = note(2, words, "12:59:58", system=False, **{key: value for key, value in more.items() if key != "author"})
    said["author"] = more.get("author", MIA)
    tell(forge, merge_request(), [said, note(3, "approved this merge request", "13:00:00")], [MIA], VERSIONS)
    assert reviews(forge, client) == [("3", "approved", HEAD, words if bound else "")]


def test_words_on_an_older_version_are_not_bound(forge: ForgeServer, client: HttpClient) -> None:
    notes = [
        note(2, "Signoff: approve risks", "11:59:50", system=False),
        note(3, "approved this merge request", "12:00:10"),
    ]
    tell(forge, merge_request(), notes, [MIA], VERSIONS)
    assert reviews(forge, client) == [("3", "approved", HEAD, "")]


@pytest.mark.parametrize("versions", [{"message": "no"}, [None], [{"head_commit_sha": "x"}], None])
def test_versions_that_cannot_be_read(forge: ForgeServer, client: HttpClient, versions: Any) -> None:
    tell(forge, merge_request(), [note(1, "approved this merge request", "13:00:00")], [MIA], versions)
    (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert not found.timeline_readable


@pytest.mark.parametrize(
    ("told", "merged"),
    [
        ({"merge_commit_sha": None, "squash_commit_sha": OLD}, OLD),
        ({"merge_commit_sha": None}, HEAD),
        ({}, MERGED),
    ],
)
def test_how_it_arrived(forge: ForgeServer, client: HttpClient, told: dict[str, Any], merged: str) -> None:
    tell(forge, merge_request(**told), [], [], VERSIONS)
    (found,) = gitlab.pull_requests(client, "shop/gov", None, lambda _commit: True)
    assert (found.merge_commit, found.base, found.head) == (merged, BASE, HEAD)


@pytest.mark.parametrize(
    ("user", "bot"),
    [
        (MIA, False),
        ({"username": "project_12_bot_a1b2"}, True),
        ({"username": "group_9_bot"}, True),
        ({"username": "anna", "bot": True}, True),
        ({"username": "GitLab-Security-Bot"}, True),
        ({"username": "bottega"}, False),
        (None, False),
    ],
)
def test_machines(user: Any, *, bot: bool) -> None:
    assert is_bot(user) is bot


def test_the_whole_way(shop: Shop, forge: ForgeServer, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GITHUB_TOKEN")
    monkeypatch.setenv("CI_JOB_TOKEN", TOKEN)
    people = PEOPLE.replace("github.com", "git.shop.example")
    shop.commit("Accounts\n\nSignoff: approve trust", files={"project/people.yml": people}, key=JAN)
    base = shop.tip()
    assert base
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    merged = shop.squash(head)
    told = merge_request(base=base, head=head, merge_commit_sha=None, squash_commit_sha=merged)
    tell(forge, told, [note(1, "approved this merge request", "13:00:00")], [MIA], [version(head, "12:00:00")])
    answer = ecompm("reviews", "pull", "--forge", "gitlab", "--repository", "shop/gov", "--url", forge.url)
    assert answer.exit_code == 0, answer.stderr
    assert {one.headers.get("JOB-TOKEN") for one in forge.asked} == {TOKEN}
    found = shop.evidence("git.shop.example-7.json")
    assert (found["forge"], found["merged"], found["reviews"][0]["commit"]) == ("gitlab", merged, head)
    assert list(found["reviews"][0]["artifacts"]) == ["charter"]


def test_a_push_that_threw_the_reviewed_commit_away(shop: Shop, forge: ForgeServer, ecompm: Run) -> None:
    base = shop.tip()
    assert base
    first = shop.branch({"project/charter.yml": NEW_CHARTER})
    second = shop.branch({"project/risks.yml": FILES["project/risks.yml"] + "\n"}, start=first)
    other = shop.branch({"project/charter.yml": NEW_CHARTER.replace("slow", "dear")})
    versions = [version(other, "15:00:00"), version(second, "14:00:00"), version(first, "12:00:00")]
    merged = shop.squash(other)
    told = merge_request(base=base, head=other, merge_commit_sha=merged)
    notes = [
        note(1, "approved this merge request", "13:00:00"),
        note(2, "approved this merge request", "16:00:00", TOM),
    ]
    tell(forge, told, notes, [MIA, TOM], versions)
    ecompm("reviews", "pull", "--forge", "gitlab", "--repository", "shop/gov", "--url", forge.url)
    found = shop.evidence("git.shop.example-7.json")
    assert [one["state"] for one in found["reviews"]] == ["commented", "approved"]


@pytest.fixture
def branches(shop: Shop) -> tuple[str, str, str]:
    """A commit on `main`; the branch `dev` with a new charter; and from there a branch with other risks."""
    base = shop.tip()
    assert base
    dev = shop.branch({"project/charter.yml": NEW_CHARTER})
    return base, dev, shop.branch({"project/risks.yml": OTHER_RISKS}, start=dev)


def pulled(forge: ForgeServer, ecompm: Run) -> None:
    answer = ecompm("reviews", "pull", "--forge", "gitlab", "--repository", "shop/gov", "--url", forge.url)
    assert answer.exit_code == 0, answer.stderr


def test_an_approval_before_another_target_is_none_of_what_that_brings(
    shop: Shop, forge: ForgeServer, ecompm: Run, branches: tuple[str, str, str]
) -> None:
    base, _, head = branches
    told = merge_request(base=base, head=head, merge_commit_sha=shop.squash(head))
    notes = [
        note(1, "approved this merge request", "13:00:00"),
        note(2, RETARGETED[0], "14:00:00", TOM),
        note(3, "approved this merge request", "15:00:00", TOM),
    ]
    tell(forge, told, notes, [MIA, TOM], [version(head, "12:00:00")])
    pulled(forge, ecompm)
    found = shop.evidence("git.shop.example-7.json")["reviews"]
    assert [one["state"] for one in found] == ["commented", "approved"]


def test_what_is_taken_back_is_all_that_was_approved(
    shop: Shop, forge: ForgeServer, ecompm: Run, branches: tuple[str, str, str]
) -> None:
    """Also what the branch did not change at the moment at which it was taken back."""
    base, dev, head = branches
    again = shop.branch({"project/risks.yml": FILES["project/risks.yml"]}, start=head)
    last = shop.branch({"project/risks.yml": OTHER_RISKS}, start=again)
    told = merge_request(base=base, head=last, merge_commit_sha=shop.squash(last))
    notes = [
        note(1, "approved this merge request", "10:00:00"),
        note(2, "unapproved this merge request", "12:00:00"),
    ]
    versions = [version(head, "09:00:00"), version(again, "11:00:00"), version(last, "13:00:00")]
    tell(forge, told, notes[:1], [MIA], versions)
    pulled(forge, ecompm)
    tell(forge, told, notes, [], versions)
    pulled(forge, ecompm)
    found = shop.evidence("git.shop.example-7.json")["reviews"]
    assert [(one["id"], one["state"], list(one["artifacts"])) for one in found] == [
        ("1", "dismissed", ["charter", "risks", "risks/R-1"]),
        ("2", "dismissed", ["charter"]),
    ]
    assert dev


# --- webhooks ---------------------------------------------------------------------------------------------------------


def hook(action: str, **more: Any) -> dict[str, Any]:
    about = {
        "iid": 7,
        "author_id": 44,
        "action": action,
        "state": "opened",
        "updated_at": "2026-02-01 10:00:00 UTC",
        "last_commit": {"id": HEAD},
        "merge_commit_sha": None,
        **more,
    }
    return {
        "object_kind": "merge_request",
        "user": {**MIA, "email": "[REDACTED]"},
        "project": {"path_with_namespace": "shop/gov", "web_url": "https://git.shop.example/shop/gov"},
        "object_attributes": about,
        "reviewers": [TOM],
    }


@pytest.mark.parametrize(
    ("action", "state"),
    [("approved", "approved"), ("approval", "approved"), ("unapproved", "dismissed"), ("unapproval", "dismissed")],
)
def test_what_a_hook_tells(action: str, state: str) -> None:
    found = forge("gitlab").from_event(hook(action))
    (one,) = found.reviews
    assert (one.state, one.commit, one.reviewer, found.author.login) == (state, HEAD, one.reviewer, "tom-a")
    assert (found.complete, found.timeline_readable) == (False, False), "it names no note: the forge has to be asked"
    assert (found.host, found.repository, found.number, found.merged) == ("git.shop.example", "shop/gov", 7, False)


def test_a_hook_of_a_merge() -> None:
    found = gitlab.from_event(hook("merge", state="merged", merge_commit_sha=MERGED))
    assert (found.merged, found.merge_commit, found.reviews) == (True, MERGED, ())


@pytest.mark.parametrize(
    "payload",
    [
        {"object_kind": "note"},
        {"object_kind": "push"},
        {"object_kind": "merge_request"},
        hook("update"),
        hook("open"),
        hook("unapproved", system=True),
        hook("approved", updated_at="yesterday"),
        {**hook("approved"), "user": None},
    ],
)
def test_a_hook_about_something_else(payload: dict[str, Any]) -> None:
    with pytest.raises(NothingToRecord, match="This payload"):
        gitlab.from_event(payload)
