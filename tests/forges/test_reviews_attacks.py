"""Reviews that were once believed though nobody should have: each found by an attack, and what answers it now."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import Result
from forge_server import ForgeServer, Reply
from forge_shop import FILES, JAN, NEW_CHARTER, PEOPLE, TOM, Shop, account, payload, pull_request, review, told
from repositories import SigningKey

Run = Callable[..., Result]
BEN = SigningKey.make("ben")
RISKS = FILES["project/risks.yml"].replace("likelihood: 2", "likelihood: 3")
BOTH = FILES["project/signoffs.yml"] + "  - artifact: risks\n    approvers: [marketing]\n"


def stands(ecompm: Run, artifact: str = "charter") -> str:
    """How an artifact stands."""
    said = json.loads(ecompm("signoffs", artifact, "--format", "json", "--as-of", "2027-01-01").stdout)
    (found,) = said["signoffs"]
    return str(found["status"])


# --- trust ------------------------------------------------------------------------------------------------------------


def two_admins(admins: str = "[jan, ben]", more: str = "") -> dict[str, str | None]:
    """people.yml with two admins, whose reviews may change who speaks."""
    ben = f'  - id: ben\n    name: Ben\n    keys:\n      - ssh: "{BEN.line}"\n'
    found = PEOPLE.replace("admins: [jan]", f"admins: {admins}")
    found = found.replace("attestors: [collector]", "attestors: [collector]\n  reviews: true")
    return {
        "project/people.yml": found.replace("  - id: mia\n", f"{ben}  - id: mia\n").replace(
            "departments:\n", f"{more}departments:\n"
        )
    }


@pytest.mark.parametrize("way", ["merge", "squash"])
def test_an_approval_of_a_step_from_an_older_trust_state_is_none_of_this_one(
    way: str, shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    """A branch that merged the change of an admin, and left its own text as it was, would take that change back."""
    start = shop.commit("Two admins\n\nSignoff: approve trust", files=two_admins(), key=JAN)
    approved = shop.branch(two_admins(more="  - id: kim\n    name: Kim\n"))
    left = shop.commit("Ben left\n\nSignoff: approve trust", files=two_admins("[jan]"), key=JAN)
    head = shop.commit("Merge main", parents=[approved, left], tree_of=approved, branch=None)
    parents = [left, head] if way == "merge" else [left]
    merged = shop.commit("Add Kim", parents=parents, tree_of=head)
    shop.check_out()
    told(forge, pull_request(7, left, head, merged), [review(1, approved, user=account("jan-w", 33))])
    answer = pull()
    assert answer.exit_code == 0, answer.stderr
    assert "the trust state that it was made on is not the one" in answer.stderr
    assert "trust" not in shop.evidence()["reviews"][0]["artifacts"]
    trust = json.loads(ecompm("signoffs", "--format", "json", "--trust-root", start).stdout)["trust"]
    assert (trust["heads"], bool(trust["pending"])) == ([left], True), "Ben is no admin again"


# --- a dismissal is the end -------------------------------------------------------------------------------------------


def test_a_dismissed_review_does_not_come_back(
    shop: Shop, forge: ForgeServer, pull: Run, record: Run, ecompm: Run
) -> None:
    """A forge delivers a webhook late, or twice; the identical dismissal after it must not be overlooked."""
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "dismissed", head=head, review=review(1, head, "dismissed"), sender=TOM))
    late = record(
        payload(shop, "submitted", head=head, review=review(1, head, "approved", body="Signoff: approve risks"))
    )
    assert late.exit_code == 0, late.stderr
    assert [one["state"] for one in shop.evidence()["reviews"]] == ["dismissed"]
    merged = shop.commit("Squashed", files={"project/charter.yml": NEW_CHARTER})
    shop.check_out()
    told(forge, pull_request(7, base, head, merged), [review(1, head, "DISMISSED")])
    pull()
    assert stands(ecompm) == "withdrawn"


def test_a_no_ends_the_yes_before_it_even_where_it_is_of_no_known_commit(
    shop: Shop, forge: ForgeServer, pull: Run, record: Run, ecompm: Run
) -> None:
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "submitted", head=head, review=review(1, head, "approved")))
    again = shop.branch({"project/charter.yml": NEW_CHARTER}, start=base, message="The same anew")
    merged = shop.commit("Squashed", files={"project/charter.yml": NEW_CHARTER})
    shop.check_out()
    no = review(2, head, "CHANGES_REQUESTED", submitted_at="2026-02-01T11:00:00Z")
    pushed = {"event": "head_ref_force_pushed", "created_at": "2026-02-01T12:00:00Z", "commit_id": again}
    told(forge, pull_request(7, base, again, merged), [review(1, head), no], [pushed])
    assert pull().exit_code == 0
    assert [(one["id"], one["state"]) for one in shop.evidence()["reviews"]] == [("1", "dismissed"), ("2", "commented")]
    assert stands(ecompm) == "withdrawn"


def test_a_no_to_what_is_not_in_the_clone_ends_the_yes_before_it(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    merged = shop.squash(head)
    no = review(2, "c" * 40, "CHANGES_REQUESTED", submitted_at="2026-02-01T11:00:00Z")
    told(forge, pull_request(7, base, head, merged), [review(1, head), no])
    answer = pull()
    assert (answer.exit_code, "is not in this clone" in answer.stderr) == (2, True)
    assert stands(ecompm) == "withdrawn"


def test_a_dismissal_without_a_date_counts_all_the_same(shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run) -> None:
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    merged = shop.squash(head)
    told(forge, pull_request(7, base, head, merged), [review(1, head)])
    pull()
    assert stands(ecompm) == "valid"
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(1, head, "DISMISSED", submitted_at=None)]
    pull()
    assert stands(ecompm) == "withdrawn"


# --- the reviewer's own edit ------------------------------------------------------------------------------------------


def test_an_edit_is_said_when_it_was_made_not_on_the_day_of_the_review(shop: Shop, record: Run) -> None:
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "submitted", head=head, review=review(1, head, "approved")))
    record(payload(shop, "edited", head=head, review=review(1, head, "approved", body="Signoff: approve risks")))
    found = shop.evidence()
    (one,) = found["reviews"]
    assert (sorted(one["artifacts"]), one["submitted_at"]) == (["charter", "risks"], found["recorded_at"])


def test_what_an_edit_takes_out_is_taken_back(
    shop: Shop, forge: ForgeServer, pull: Run, record: Run, ecompm: Run
) -> None:
    shop.commit("More is asked\n\nSignoff: approve trust", files={"project/signoffs.yml": BOTH}, key=JAN)
    shop.check_out()
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    record(payload(shop, "submitted", head=head, review=review(1, head, "approved", body="Signoff: approve risks")))
    record(payload(shop, "edited", head=head, review=review(1, head, "approved", body="Only the charter.")))
    merged = shop.commit("Squashed", files={"project/charter.yml": NEW_CHARTER})
    shop.check_out()
    told(forge, pull_request(7, base, head, merged), [review(1, head, body="Only the charter.")])
    pull()
    assert (stands(ecompm), stands(ecompm, "risks")) == ("valid", "withdrawn")


# --- what a pull request changes --------------------------------------------------------------------------------------


def test_a_clone_that_is_behind_its_target_records_no_opinion(shop: Shop, record: Run) -> None:
    """What others changed there in the meantime would look like the pull request's own doing."""
    began = shop.tip() or ""
    theirs = shop.branch({"project/risks.yml": RISKS})
    head = shop.branch({"project/charter.yml": NEW_CHARTER}, start=theirs)
    told_of = payload(shop, "submitted", head=head, base="0" * 39 + "1", review=review(1, head, "approved"))
    answer = record(told_of)
    assert (answer.exit_code, "This clone is behind" in answer.stderr) == (2, True), answer.stderr
    assert not (shop.folder / "project/evidence").exists()
    assert record({**told_of, "pull_request": pull_request(7, theirs, head, None)}).exit_code == 0
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["charter"]
    assert shop.evidence()["merge_base"] == theirs != began


# --- nobody stops the collector ---------------------------------------------------------------------------------------


def test_endless_comments_do_not_keep_reviews_from_being_recorded(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    merged = shop.squash(head)
    talk = [
        review(100 + n, head, "COMMENTED", user=TOM, body="\N{CJK UNIFIED IDEOGRAPH-5B57}" * 65_000) for n in range(24)
    ]
    told(forge, pull_request(7, base, head, merged), [*talk, review(1, head)])
    assert pull().exit_code == 0
    assert stands(ecompm) == "valid"
    assert "Nothing new" in pull().stdout


def test_what_was_heard_is_recorded_though_the_forge_fails_afterwards(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    merged = shop.squash(head)
    told(forge, pull_request(7, base, head, merged), [review(1, head)])
    told(forge, pull_request(8, base, head, merged), [])
    forge.routes["/repos/shop/gov/pulls/8/reviews"] = lambda _: Reply({}, 404)
    answer = pull()
    assert (answer.exit_code, "Recorded in commit" in answer.stdout) == (2, True), answer.output
    assert stands(ecompm) == "valid"


def test_the_evidence_of_a_renamed_repository_is_no_success(shop: Shop, forge: ForgeServer, pull: Run) -> None:
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    pull()
    forge.routes = {path.replace("shop/gov", "shop/new"): answer for path, answer in forge.routes.items()}
    answer = pull("--repository", "shop/new")
    assert (answer.exit_code, "is about something else than shop/new" in answer.stderr) == (2, True)


def test_an_approval_counts_again_after_somebody_elses_copy_of_it(
    shop: Shop, forge: ForgeServer, pull: Run, ecompm: Run
) -> None:
    """Whoever may push could keep an approval from ever counting by being the first to write it down."""
    base = shop.tip() or ""
    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)])
    pull()
    path = "project/evidence/github.com-7.json"
    text = (shop.folder / path).read_text("utf-8")
    shop.git("reset", "-q", "--hard", "HEAD~1")
    shop.commit("Planted", files={path: text})
    shop.check_out()
    assert pull().exit_code == 0
    assert shop.git("log", "-2", "--format=%s").splitlines() == [
        "Record the reviews of 1 pull request",
        "Take out what no attestor wrote",
    ]
    assert stands(ecompm) == "valid"
    assert "Nothing new" in pull().stdout
    shop.git("fsck", "--strict")


def test_an_edit_does_not_widen_a_review_to_what_the_branch_brings_now(shop: Shop, record: Run) -> None:
    other = shop.branch({"project/risks.yml": RISKS})
    head = shop.branch({"project/charter.yml": NEW_CHARTER}, start=other)
    record(payload(shop, "submitted", head=head, base=other, review=review(1, head, "approved")))
    assert list(shop.evidence()["reviews"][0]["artifacts"]) == ["charter"]
    edited = review(1, head, "approved", body="Go ahead.")
    record(payload(shop, "edited", head=head, base=shop.git("rev-parse", f"{other}^"), review=edited))
    (one,) = shop.evidence()["reviews"]
    assert (one["body"], list(one["artifacts"])) == ("Go ahead.", ["charter"])
