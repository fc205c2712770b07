"""`ecompm reviews pull`: from a forge's reviews to a signed commit of evidence, and to a valid agreement."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from forge_server import ForgeServer, Reply
from forge_shop import EVE, FILES, JAN, MIA, NEW_CHARTER, ROBOT, TOM, Shop, account, pull_request, review, told

Run = Callable[..., Result]


def charter(shop: Shop, forge: ForgeServer, *reviews: object, timeline: list[object] | None = None) -> tuple[str, str]:
    """A pull request that changes the charter, squashed into main, with reviews of its head; head and merge commit."""
    base = shop.tip()
    assert base
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    merged = shop.squash(head)
    written = [one(head) if callable(one) else one for one in reviews]
    told(forge, pull_request(7, base, head, merged), written, timeline)
    return head, merged


def approved(head: str) -> dict[str, object]:
    return review(1, head)


def status(ecompm: Run, artifact: str = "charter") -> tuple[str, dict[str, list[str]]]:
    said = json.loads(ecompm("signoffs", artifact, "--format", "json", "--as-of", "2027-01-01").stdout)
    (found,) = said["signoffs"]
    return found["status"], {one["id"].partition(":")[2]: one["reasons"] for one in said["records"]}


# --- the whole way ----------------------------------------------------------------------------------------------------


def test_an_approval_becomes_evidence_and_the_charter_is_agreed(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    base = shop.tip()
    head, merged = charter(shop, forge, approved)
    answer = pull()
    assert answer.exit_code == 0, answer.output + answer.stderr
    assert "github.com shop/gov #7: mia-k approved (charter)" in answer.stdout
    found = shop.evidence()
    assert (found["base"], found["merge_base"], found["head"], found["merged"]) == (base, base, head, merged)
    assert (found["forge"], found["host"], found["repository"], found["number"]) == (
        "github",
        "github.com",
        "shop/gov",
        7,
    )
    assert found["author"] == {"login": "tom-a", "id": 44}
    (one,) = found["reviews"]
    assert (one["state"], one["decision"], list(one["artifacts"])) == ("approved", "approve", ["charter"])
    assert status(ecompm)[0] == "valid"


def test_the_commit_is_alone_signed_and_leaves_everything_else_as_it_was(
    shop: Shop, forge: ForgeServer, pull: Run
) -> None:
    _, merged = charter(shop, forge, approved)
    (shop.folder / "README.md").write_text("half a sentence")
    (shop.folder / "note.txt").write_text("staged")
    shop.git("add", "note.txt")
    assert pull().exit_code == 0
    assert shop.git("rev-parse", "HEAD^") == merged
    assert shop.git("diff-tree", "-r", "--name-only", "HEAD^", "HEAD") == "project/evidence/github.com-7.json"
    assert "gpgsig" in shop.git("cat-file", "commit", "HEAD")
    assert shop.git("status", "--porcelain").splitlines() == [" M README.md", "A  note.txt"]
    shop.git("fsck", "--strict")


def test_a_second_pull_has_nothing_new_and_makes_no_commit(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    pull()
    tip = shop.git("rev-parse", "HEAD")
    answer = pull()
    assert (answer.exit_code, "Nothing new: no commit" in answer.stdout) == (0, True)
    assert shop.git("rev-parse", "HEAD") == tip


def test_a_trial_writes_nothing_and_needs_no_key(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    shop.settings.write_text("")
    tip = shop.git("rev-parse", "HEAD")
    answer = pull("--dry-run")
    assert (answer.exit_code, "mia-k approved (charter)" in answer.stdout) == (0, True)
    assert shop.git("rev-parse", "HEAD") == tip
    assert not (shop.folder / "project/evidence").exists()


def test_a_dismissal_ends_the_approval_and_keeps_what_was_recorded(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    charter(shop, forge, approved)
    pull()
    (first,) = shop.evidence()["reviews"]
    elsewhere = shop.branch({"README.md": "else"})
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(1, elsewhere, "DISMISSED")]
    assert pull().exit_code == 0
    (second,) = shop.evidence()["reviews"]
    assert second == {**first, "state": "dismissed", "decision": "withdraw"}
    assert status(ecompm)[0] == "withdrawn"
    assert "Nothing new" in pull().stdout


def test_a_later_request_for_changes_ends_an_approval(shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run) -> None:
    head, _ = charter(shop, forge, approved)
    forge.routes["/repos/shop/gov/pulls/7/reviews"].append(
        review(2, head, "CHANGES_REQUESTED", submitted_at="2026-02-01T11:00:00Z")
    )
    pull()
    assert status(ecompm)[0] == "rejected"


# --- what a review covers ---------------------------------------------------------------------------------------------


def test_approving_a_typo_elsewhere_renews_nothing(shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run) -> None:
    base = shop.tip()
    assert base
    head = shop.branch({"README.md": "A shop.\n"})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    answer = pull()
    assert (answer.exit_code, "Nothing new" in answer.stdout) == (0, True)
    assert status(ecompm)[0] == "missing"


def test_what_came_into_the_branch_from_main_is_not_covered(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    base = shop.tip()
    assert base
    topic = shop.branch({"project/risks.yml": FILES["project/risks.yml"].replace("Lost", "Bad")})
    main = shop.commit("Charter on main", files={"project/charter.yml": NEW_CHARTER})
    head = shop.commit("Merge main", parents=[topic, main], branch=None, files={"project/charter.yml": NEW_CHARTER})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    pull()
    (one,) = shop.evidence()["reviews"]
    assert list(one["artifacts"]) == ["risks", "risks/R-1"]
    assert shop.evidence()["merge_base"] == main


@pytest.mark.parametrize("how", ["merge", "rebase", "fast-forward"])
def test_every_merge_button(shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run, how: str) -> None:
    base = shop.tip()
    assert base
    first = shop.branch({"project/charter.yml": NEW_CHARTER})
    head = shop.branch({"README.md": "B\n"}, start=first)
    if how == "merge":
        merged = shop.commit("Merge", parents=[base, head], tree_of=head)
    elif how == "rebase":
        shop.commit("Rebased 1", tree_of=first, parents=[base])
        merged = shop.commit("Rebased 2", tree_of=head)
    else:
        merged = head
        shop.point("refs/heads/main", head)
    shop.check_out()
    told(forge, pull_request(7, base, head, merged), [review(1, head)])
    assert pull().exit_code == 0
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["charter"]
    assert status(ecompm)[0] == "valid"


def test_a_line_in_the_body_names_more_and_says_in_which_role(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    def spoken(head: str) -> dict[str, object]:
        body = "Fine.\r\n\r\nSignoff: approve risks\r\nSignoff: approve charter as=sponsor\r\nCondition: by May\r\n"
        return review(1, head, body=body)

    charter(shop, forge, spoken)
    pull()
    one, two = shop.evidence()["reviews"]
    assert (one["id"], one["role"], list(one["artifacts"])) == ("1", None, ["risks"])
    assert (two["id"], two["role"], list(two["artifacts"])) == ("1:as:sponsor", "sponsor", ["charter"])
    assert one["conditions"] == two["conditions"] == ["by May"]


def test_a_body_that_is_nothing_but_a_line(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, lambda head: review(1, head, body="Signoff: approve risks"))
    pull()
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["charter", "risks"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Signoff: approve charter digest=sha256:" + "0" * 64, "its digest is not that of what was reviewed"),
        ("Signoff: approve chart", "no such artifact"),
        ("Signoff: approve charter as=sponsor as=it", "repeated"),
        ("Signoff: approve charter\nSignoff: reject charter", "two things"),
    ],
)
def test_a_line_that_cannot_be_meant_covers_nothing(
    shop: Shop, forge: ForgeServer, pull: Run, body: str, said: str
) -> None:
    charter(shop, forge, lambda head: review(1, head, body=body))
    answer = pull()
    assert said in answer.stderr
    expected = ["charter"] if "chart " in f"{body} " else []
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == expected


def test_a_no_in_the_body_is_louder_than_the_button_and_a_yes_is_not(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    head, _ = charter(shop, forge, lambda head: review(1, head, body="Signoff: reject charter"))
    forge.routes["/repos/shop/gov/pulls/7/reviews"].append(
        review(2, head, "CHANGES_REQUESTED", body="Signoff: approve charter")
    )
    assert "requests changes" in pull().stderr
    found = {one["id"]: (one["state"], one["decision"], list(one["artifacts"])) for one in shop.evidence()["reviews"]}
    assert found == {
        "1": ("approved", "approve", []),
        "1:reject": ("changes_requested", "reject", ["charter"]),
        "2": ("changes_requested", "reject", []),
    }


def test_a_dismissal_takes_back_every_part_of_a_review(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    head, _ = charter(shop, forge, lambda head: review(1, head, body="Signoff: approve charter as=marketing"))
    pull()
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(1, head, "DISMISSED")]
    pull()
    assert {one["state"] for one in shop.evidence()["reviews"]} == {"dismissed"}
    assert [one["id"] for one in shop.evidence()["reviews"]] == ["1", "1:as:marketing"]


def test_an_ask_that_is_added_is_covered(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    base = shop.tip()
    assert base
    asks = "asks:\n  - id: A-1\n    artifact: charter\n    of: [jan]\n    because: he is new\n"
    head = shop.branch({"project/asks.yml": asks})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    pull()
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["asks", "asks/A-1", "charter"]


# --- what was reviewed ------------------------------------------------------------------------------------------------


def test_a_review_of_an_older_head_covers_what_was_there(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    base = shop.tip()
    assert base
    older = shop.branch({"project/charter.yml": NEW_CHARTER})
    head = shop.branch({"project/charter.yml": NEW_CHARTER.replace("slow", "dear")}, start=older)
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, older)])
    pull()
    assert shop.evidence()["reviews"][0]["commit"] == older
    assert status(ecompm)[0] == "stale"


FORCED = {"event": "head_ref_force_pushed", "commit_id": None, "created_at": "2026-02-01T12:00:00Z"}


def test_a_push_by_force_after_a_review_makes_it_a_comment(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    charter(shop, forge, approved, timeline=[FORCED])
    pull()
    (one,) = shop.evidence()["reviews"]
    assert (one["state"], one["decision"]) == ("commented", None)
    found, records = status(ecompm)
    assert found == "missing"
    assert list(records.values()) == [["review-commented"]]


def test_a_push_by_force_before_a_review_is_no_matter(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved, timeline=[{**FORCED, "created_at": "2026-02-01T09:00:00Z"}])
    pull()
    assert shop.evidence()["reviews"][0]["state"] == "approved"


@pytest.mark.parametrize(
    "timeline",
    [
        lambda _asked: Reply({"message": "no"}, 404),
        lambda _asked: Reply(["what"]),
        lambda _asked: Reply([{**FORCED, "created_at": None}]),
        lambda _asked: Reply(b"[", 200),
    ],
)
def test_an_unreadable_timeline_makes_reviews_comments(
    shop: Shop, forge: ForgeServer, pull: Run, timeline: Callable[..., Reply]
) -> None:
    charter(shop, forge, approved)
    forge.routes["/repos/shop/gov/issues/7/timeline"] = timeline
    assert "are comments" in pull().stderr
    assert shop.evidence()["reviews"][0]["state"] == "commented"
    forge.routes["/repos/shop/gov/issues/7/timeline"] = []
    pull()  # now it is known
    assert shop.evidence()["reviews"][0]["state"] == "approved"


def test_what_was_recorded_before_a_push_by_force_stays(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    head, _ = charter(shop, forge, approved)
    pull()
    forge.routes["/repos/shop/gov/issues/7/timeline"] = [FORCED]
    other = shop.branch({"project/charter.yml": NEW_CHARTER.replace("slow", "dear")})
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(1, other)]
    assert "Nothing new" in pull().stdout
    assert shop.evidence()["reviews"][0]["commit"] == head


def test_a_commit_that_is_not_on_the_branch_was_re_pointed(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    other = shop.branch({"project/charter.yml": NEW_CHARTER.replace("slow", "dear")})
    charter(shop, forge, review(1, other))
    pull()
    assert shop.evidence()["reviews"][0]["state"] == "commented"


def test_an_edit_of_the_text_after_it_was_recorded_is_not_taken(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    head, _ = charter(shop, forge, approved)
    pull()
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(1, head, body="Signoff: approve risks")]
    assert "Nothing new" in pull().stdout


def test_the_reviewed_commit_is_not_in_the_clone(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    head, _ = charter(shop, forge, approved)
    shop.remove(head)
    answer = pull()
    assert answer.exit_code == 2
    assert "git fetch origin refs/pull/7/head" in answer.stderr
    assert "Nothing new" in answer.stdout


# --- whose reviews ----------------------------------------------------------------------------------------------------


def test_bots_are_left_out_and_those_who_are_gone_are_nobody(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    def several(head: str) -> list[dict[str, object]]:
        return [
            review(1, head, user=account("helper[bot]", 9)),
            review(2, head, user=account("helper", 9, type="Bot")),
            review(3, head, user=None),
            review(4, head, user=TOM),
            review(5, None),
            review(6, head, "PENDING"),
            review(7, head, "SOMETHING_NEW"),
            review(8, head, submitted_at=None),
        ]

    head, _ = charter(shop, forge)
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = several(head)
    assert "Review 8 of pull request 7 has no date" in pull().stderr
    found = {one["id"]: (one["reviewer"]["id"], one["state"]) for one in shop.evidence()["reviews"]}
    assert found == {"3": (None, "approved"), "4": (44, "approved"), "5": (22, "commented"), "7": (22, "commented")}


def test_ones_own_pull_request_is_recorded_and_does_not_count(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    charter(shop, forge, approved)
    forge.routes["/repos/shop/gov/pulls"][0]["user"] = MIA
    pull()
    found, records = status(ecompm)
    assert (found, list(records.values())) == ("missing", [["own-pull-request"]])


# --- which pull requests ----------------------------------------------------------------------------------------------


def test_only_what_was_merged_into_this_history(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    base = shop.tip()
    assert base
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    told(forge, pull_request(5, base, head, None), [review(1, head)])
    told(forge, pull_request(6, base, head, head), [review(2, head)])
    told(forge, pull_request(8, base, head, "0" * 40), [review(3, head)])
    assert "Nothing new" in pull().stdout
    assert not [path for path in forge.paths() if path.endswith("/reviews")]


def test_pages_and_a_day_to_begin_with(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    head, merged = charter(shop, forge, approved)
    first = forge.routes["/repos/shop/gov/pulls"][0]
    old = pull_request(3, first["base"]["sha"], head, merged, updated_at="2026-01-01T00:00:00Z")
    forge.routes["/repos/shop/gov/pulls"] = [pull_request(9, head, head, None), first, old, "nonsense", None]
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(n, head) for n in range(1, 6)]
    forge.page_size = 2
    assert pull("--since", "2026-02-01").exit_code == 0
    assert len(shop.evidence()["reviews"]) == 5
    assert "/repos/shop/gov/pulls/3/reviews" not in forge.paths()


def test_signed_sign_offs_are_seen_once(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    signed = shop.commit("Agreed\n\nSignoff: approve charter", key=JAN)
    shop.commit("Agreed, unsigned\n\nSignoff: approve charter")
    charter(shop, forge, approved)
    assert "1 signed sign-off seen" in pull().stdout
    seen = shop.evidence()["seen"]
    assert [one["commit"] for one in seen] == [signed]
    shop._trees.clear()
    shop.commit("Directly\n\nSignoff: approve risks", key=JAN)
    shop.check_out()
    pull()
    assert len(shop.evidence()["seen"]) == 2
    assert shop.evidence()["seen"].count(seen[0]) == 1
    assert "Nothing new" in pull().stdout


# --- what is refused --------------------------------------------------------------------------------------------------


def test_changes_in_the_evidence_that_are_not_committed(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    place = shop.folder / "project/evidence"
    place.mkdir()
    (place / "mine.json").write_text("{}")
    assert "Only the collector writes there" in pull().stderr
    shop.git("add", "project/evidence")
    shop.git("commit", "-q", "-m", "Mine", GIT_CONFIG_GLOBAL=str(shop.settings))
    shop.git("rm", "-q", "--cached", "project/evidence/mine.json")
    answer = pull()
    assert (answer.exit_code, "Only the collector writes there" in answer.stderr) == (2, True)


@pytest.mark.parametrize("planted", ['{"version": 2}', "by hand", None])
def test_what_somebody_planted_is_nobodys_evidence(
    planted: str | None, shop: Shop, forge: ForgeServer, pull: Run
) -> None:
    """A false author, a dismissal or junk that anybody with the right to push wrote before the collector came."""
    charter(shop, forge, approved)
    pull()
    honest = shop.evidence()
    shop.git("reset", "-q", "--hard", "HEAD~1")
    path = "project/evidence/github.com-7.json"
    false = {
        **honest,
        "author": {"login": "nobody", "id": 1},
        "reviews": [{**honest["reviews"][0], "state": "dismissed"}],
    }
    shop.commit("Planted", files={path: planted or json.dumps(false)})
    shop.check_out()
    answer = pull()
    assert answer.exit_code == 0, answer.stderr
    found = shop.evidence()
    assert (found["author"], found["reviews"]) == (honest["author"], honest["reviews"])
    assert "Nothing new" in pull().stdout


def test_what_somebody_did_to_the_collectors_file_is_put_right(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    pull()
    honest = shop.evidence()
    text = (shop.folder / "project/evidence/github.com-7.json").read_text()
    shop.commit("Another", files={"project/evidence/github.com-7.json": text.replace("shop/gov", "shop/other")})
    shop.check_out()
    assert pull().exit_code == 0
    assert {**shop.evidence(), "recorded_at": None} == {**honest, "recorded_at": None}


def test_the_file_of_another_repository_is_not_written_over(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    pull()
    before = shop.evidence()
    forge.routes = {path.replace("shop/gov", "shop/other"): answer for path, answer in forge.routes.items()}
    answer = pull("--repository", "shop/other")
    assert "is about something else than shop/other" in answer.stderr
    assert shop.evidence() == before


def test_without_a_key_or_with_one_of_somebody_else(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    for key, said in ((JAN, "who is no attestor"), (EVE, "belongs to nobody")):
        shop.be(key)
        answer = pull()
        assert (answer.exit_code, said in answer.stderr) == (2, True), answer.stderr
    shop.settings.write_text("[user]\nname = a\nemail = a@b\n[gpg]\nformat = ssh\n")
    assert "No signing key is configured" in pull().stderr
    assert forge.asked == []


def test_a_detached_head_a_shallow_clone_and_no_repository(
    shop: Shop, forge: ForgeServer, pull: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    charter(shop, forge, approved)
    shop.git("checkout", "-q", "--detach")
    assert "git switch main" in pull().stderr
    shop.git("checkout", "-q", "main")
    clone = shop.folder.parent / "shallow"
    shop.git("clone", "-q", "--depth", "1", f"file://{shop.folder}", str(clone))
    monkeypatch.chdir(clone)
    assert "git fetch --unshallow" in pull().stderr
    elsewhere = shop.folder.parent / "elsewhere"
    (elsewhere / "project").mkdir(parents=True)
    monkeypatch.chdir(elsewhere)
    assert "in a git repository" in pull().stderr
    assert ROBOT.fingerprint not in pull().stderr


def test_another_folder_and_another_clone(shop: Shop, forge: ForgeServer, pull: Run, tmp_path: object) -> None:
    charter(shop, forge, approved)
    answer = pull("--clone", str(shop.folder), "--project", str(shop.folder / "project"), "--dry-run")
    assert (answer.exit_code, tmp_path is not None) == (0, True)
    assert "approved (charter)" in answer.stdout


@pytest.mark.parametrize("name", ["shop", "../etc/passwd", "a/..", "a b/c", "https://github.com/a/b", "a/b?c"])
def test_what_is_no_name_of_a_repository(ecompm: Run, shop: Shop, name: str) -> None:
    answer = ecompm("reviews", "pull", "--forge", "github", "--repository", name)
    assert (answer.exit_code, "is not the name of a repository" in answer.stderr) == (2, True)
    assert shop.tip()


def test_what_could_not_be_read_before_is_not_covered(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    base = shop.commit("Broken", files={"project/charter.yml": "problem: [\n", "project/asks.yml": "asks: [\n"})
    head = shop.branch({"project/charter.yml": NEW_CHARTER, "project/risks.yml": "risks: []\n"})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    pull()
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["risks"]


def test_what_cannot_be_read_now_is_not_covered(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    base = shop.tip()
    assert base
    head = shop.branch({"project/charter.yml": "problem: [\n", "project/obligations.yml": "obligations: [\n"})
    body = "Signoff: approve charter\nSignoff: approve risks project=other\nSignoff: approve trust project=shop"
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head, body=body)])
    assert "`approve charter`: there is no such artifact" in pull().stderr
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["trust"]


def test_one_of_several_projects_has_to_be_named(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    own = {name.replace("project/", "second/"): text for name, text in FILES.items() if name.startswith("project/")}
    base = shop.commit("Second", files={**own, "second/project.yml": "id: second\nname: Second\n"})
    head = shop.branch({"second/charter.yml": NEW_CHARTER})
    body = "Signoff: approve risks\nSignoff: approve charter as=marketing project=second"
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head, body=body)])
    answer = pull("--project", "second")
    assert "it does not say which project of the repository is meant" in answer.stderr
    found = json.loads((shop.folder / "second/evidence/github.com-7.json").read_text())
    assert [(one["role"], list(one["artifacts"])) for one in found["reviews"]] == [
        (None, []),
        ("marketing", ["charter"]),
    ]


def test_obligations_are_covered_by_party(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    owed = (
        "obligations:\n  - id: O-1\n    party: marketing\n    what: Texts\n    due: 2026-05-01\n    accepted_by: jan\n"
        "  - id: O-2\n    party: Marketing\n    what: Pictures\n    due: 2026-05-01\n    accepted_by: jan\n"
    )
    base = shop.commit("Owed", files={"project/obligations.yml": owed})
    head = shop.branch({"project/obligations.yml": owed.replace("Pictures", "Films")})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    pull()
    covered = list(shop.evidence()["reviews"][0]["artifacts"])
    assert covered == ["obligations", "obligations/Marketing", "obligations/O-2"]


def test_the_evidence_is_no_place_for_a_link(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    charter(shop, forge, approved)
    (shop.folder / "project/evidence").symlink_to(shop.folder.parent)
    shop.git("add", "project/evidence")
    shop.git("commit", "-q", "-m", "Link", GIT_CONFIG_GLOBAL=str(shop.settings))
    answer = pull()
    assert (answer.exit_code, "is a link" in answer.stderr) == (2, True)
    assert not (shop.folder.parent / "github.com-7.json").exists()
