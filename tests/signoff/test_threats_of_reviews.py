"""Threat 13 of the docs: what somebody may try with pull-request reviews, each with the reason that answers it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from repositories import SigningKey
from reviewed_scenes import ACCOUNTS, HOST, ReviewedScene, with_reviews
from scenes import AS_OF, CHARTER, KEYS, PEOPLE, SIGNOFFS, changed, person, text

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.signoff import SignoffRecord
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.signoff import attested
from mkdocs_ecompm.signoff.authority import recorded
from mkdocs_ecompm.signoff.evaluation import Request

APPROVE = "Trust\n\nSignoff: approve trust"
OTHER = changed(CHARTER, problem="The shop is very old")


@pytest.fixture
def scene(tmp_path: Path) -> ReviewedScene:
    return ReviewedScene(tmp_path / "repository")


def only(scene: ReviewedScene, commit: str | None = None, **options: Any) -> SignoffRecord:
    (record,) = scene.reviews(commit, **options)
    return record  # type: ignore[no-any-return]  # the scene tells no types


def test_13_a_review_by_the_sponsor_counts(scene: ReviewedScene) -> None:
    reviewed = scene.repository.tip()
    commit = scene.record_reviews(
        scene.review("ana", conditions=["only with \x1b[1m stock"], body="Good\r\n\u202eword")
    )
    record = only(scene)
    assert (record.counts, record.reasons, record.person, record.role) == (True, (), "ana", "sponsor")
    assert (record.assurance, record.kind, record.decision) == ("reviewed", "review", "approve")
    assert (record.source, record.commit) == (f"project/evidence/{HOST}-7.json", commit)
    assert record.date.isoformat() == "2026-01-04T12:00:00+00:00"
    assert record.seen is not None
    assert record.seen.isoformat() == "2026-01-05T15:00:00+00:00"
    assert (record.signature.format, record.signature.status) == ("ssh", "good")
    assert (record.comment, record.conditions) == (
        "Good\n\N{REPLACEMENT CHARACTER}word",
        ("only with \N{REPLACEMENT CHARACTER}[1m stock",),
    )
    assert record.review is not None
    assert (record.review.number, record.review.commit, record.review.account) == (7, reviewed, ACCOUNTS["ana"])
    assert scene.status() == "valid"
    assert scene.codes() == []


def test_13_a_typo_pull_request_approves_nothing_else(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana"))
    scene.commit("Change the charter", "ben", charter=OTHER)
    scene.commit("Typo in a register that nobody asks about", "ben", files={"project/notes.yml": "notes: []\n"})
    scene.record_reviews(scene.review("ana", id="R2", artifacts={}), about={"number": 8})
    assert scene.status() == "stale"
    assert len(scene.reviews()) == 1


def test_13_a_review_of_an_older_head_is_about_that(scene: ReviewedScene) -> None:
    older = scene.repository.tip()
    scene.commit("After the review", "ben", charter=OTHER)
    scene.record_reviews(scene.review("ana", of=older))
    agreement = scene.agreement()
    assert agreement.status == "stale"
    assert [change.path for change in agreement.slots[0].difference] == ["problem"]
    assert only(scene).counts


def test_13_a_repointed_review_is_a_mismatch(scene: ReviewedScene) -> None:
    """The forge says that the review was of the new head; the digest is that of the old one, or the other way."""
    older = scene.repository.tip()
    old = scene.digest()
    newer = scene.commit("After the review", "ben", charter=OTHER)
    scene.record_reviews(scene.review("ana", of=older, artifacts={"charter": scene.digest()}))
    assert (scene.why(), scene.status()) == ([("digest-mismatch",)], "missing")
    scene.record_reviews(scene.review("ana", id="R2", of=newer, artifacts={"charter": old}), about={"number": 8})
    assert (scene.why(), scene.status()) == ([("digest-mismatch",)] * 2, "missing")


def test_13_a_head_that_is_not_at_hand_is_believed(scene: ReviewedScene) -> None:
    """A squash merge leaves the reviewed head behind: content is compared, not commits."""
    scene.record_reviews(scene.review("ana", commit="a" * 40))
    record = only(scene)
    assert record.counts
    assert scene.status() == "valid"
    scene.commit("Change", "ben", charter=OTHER)
    assert [change.was for change in scene.agreement().slots[0].difference] == [CHARTER["problem"]]


def test_13_a_reviewed_commit_that_was_tampered_with(scene: ReviewedScene) -> None:
    head = scene.commit("On a branch", "ben", charter=OTHER, parents=[scene.root], more={"branch": "side"})
    review = scene.review("ana", of=head)
    scene.commit("Squash", "ben", charter=OTHER, parents=[scene.root])
    scene.record_reviews(review)
    assert scene.status() == "valid"
    raw = scene.repository.raw(head)
    scene.repository.store("commit", raw.replace(b"branch", b"BRANCH"), oid=head)
    assert (scene.why(), scene.status()) == ([("object-mismatch",)], "missing")


def test_13_a_dismissed_review_takes_back(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    first = scene.record_reviews(review)
    scene.record_reviews({**review, "state": "dismissed", "decision": "withdraw"})
    assert scene.status(commit=first) == "valid"
    assert (scene.status(), scene.why()) == ("withdrawn", [("review-dismissed",), ("review-dismissed",)])


def test_13_a_review_that_was_always_dismissed(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana", "dismissed"))
    assert (scene.status(), scene.why()) == ("withdrawn", [("review-dismissed",)])


def test_13_a_later_request_for_changes_ends_an_approval(scene: ReviewedScene) -> None:
    first = scene.review("ana")
    scene.record_reviews(first)
    no = scene.review("ana", "changes_requested", id="R2", submitted_at="2026-01-04T13:00:00Z")
    rejected = scene.record_reviews(first, no)
    assert scene.status(commit=rejected) == "rejected"
    assert scene.why() == [("superseded",), ()]
    yes = scene.review("ana", id="R3", submitted_at="2026-01-04T14:00:00Z")
    scene.record_reviews(first, no, yes)
    assert (scene.status(), scene.why()) == ("valid", [("superseded",), ("superseded",), ()])


def test_13_the_latest_opinion_wins_whatever_the_order_of_recording(scene: ReviewedScene) -> None:
    no = scene.review("ana", "changes_requested", id="R2", submitted_at="2026-01-04T13:00:00Z")
    scene.record_reviews(no)
    scene.record_reviews(no, scene.review("ana"))
    assert scene.status() == "rejected"


def test_13_two_opinions_of_one_second_are_a_no(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana"), scene.review("ana", "changes_requested", id="R2"))
    assert scene.status() == "rejected"


def test_13_a_restored_evidence_file_brings_nothing_back(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    scene.record_reviews(review)
    scene.record_reviews({**review, "state": "dismissed", "decision": "withdraw"})
    for who in ("ben", "collector"):
        scene.record_reviews(review, who=who)
        assert scene.status() == "withdrawn"
    assert len(scene.reviews()) == 2


def test_13_a_restored_evidence_file_on_a_branch_brings_nothing_back(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    first = scene.record_reviews(review)
    gone = scene.record_reviews({**review, "state": "dismissed", "decision": "withdraw"})
    away = scene.commit("Take away", "ben", files={f"project/evidence/{HOST}-7.json": None}, parents=[first])
    back = scene.record_reviews(review, parents=[away])
    tip = scene.commit("Merge", "ben", parents=[back, gone])
    assert scene.status(commit=tip) == "withdrawn"


@pytest.mark.parametrize("who", [None, "ben", "mallory", "ana"])
def test_13_evidence_by_a_non_attestor_or_by_hand(scene: ReviewedScene, who: str | None) -> None:
    scene.record_reviews(scene.review("ana"), who=who)
    assert (scene.why(), scene.status()) == ([("attestor-unknown",)], "missing")
    record = only(scene)
    assert (record.person, record.assurance, record.seen) == (None, "claimed", None)


def test_13_what_somebody_wrote_by_hand_is_not_attested_by_a_later_touch(scene: ReviewedScene) -> None:
    """The collector adds a true review to a file with a forged one, and leaves that as it is."""
    forged, true = scene.review("ana"), scene.review("ben", id="R2")
    scene.record_reviews(forged, who="mallory")
    scene.record_reviews(forged, true, about={"recorded_at": "2026-01-06T00:00:00Z"})
    assert scene.status() == "missing"
    assert [(one.person, one.reasons) for one in scene.reviews()] == [
        (None, ("attestor-unknown",)),
        ("ben", ("not-in-role",)),
    ]


def test_13_what_was_pushed_first_does_not_take_the_place_of_the_true_one(scene: ReviewedScene) -> None:
    """Mallory guesses a review; once his file is gone, the collector records it."""
    scene.record_reviews(scene.review("ana"), who="mallory")
    scene.commit("Take away", "ben", files={f"project/evidence/{HOST}-7.json": None})
    scene.record_reviews(scene.review("ana"))
    assert (scene.why(), scene.status()) == ([("attestor-unknown",), ()], "valid")


def test_13_a_dismissal_is_not_kept_back_by_writing_it_first(scene: ReviewedScene) -> None:
    """Mallory writes the dismissal of his friend's review by hand, so that it is nothing new for the collector."""
    review = scene.review("ana")
    about: dict[str, Any] = {"merged": scene.repository.tip()}
    scene.record_reviews(review, about=about)
    gone = {**review, "state": "dismissed", "decision": "withdraw"}
    scene.record_reviews(gone, who="mallory", about=about)
    assert scene.status() == "valid"
    scene.record_reviews(gone, about={**about, "recorded_at": "2026-01-07T00:00:00Z"})
    assert scene.status() == "withdrawn"


def test_13_what_a_collector_may_go_on_from_is_what_attestors_wrote(scene: ReviewedScene) -> None:
    about: dict[str, Any] = {"merged": scene.repository.tip()}
    first, forged = scene.review("ana", "changes_requested"), scene.review("ana", id="R9")
    scene.record_reviews(first, about=about)
    scene.record_reviews(first, forged, who="mallory", about={**about, "author": scene.account("ben")})
    scene.record_reviews(scene.review("eva"), who="mallory", about={"number": 8})

    def known() -> dict[str, Any]:
        tip = scene.repository.tip() or ""
        with Repository.open(scene.repository.folder) as repository:
            files = TreeFiles(repository, tip, scene.place)
            state = load_state(files, DOCUMENTS, commit=tip)  # type: ignore[arg-type]  # the same shape
            request = Request(state=state, repository=repository, commit=tip, folder=scene.place, as_of=AS_OF)
            return dict(recorded(request))

    (found,) = known().values()
    assert (found.author.login, [one.id for one in found.reviews]) == ("leo-r", ["R-ana"])
    scene.record_reviews(first, forged, scene.review("ben", id="R3"), about=about)
    assert [one.id for one in known()[f"project/evidence/{HOST}-7.json"].reviews] == ["R-ana", "R3"]


def test_13_a_guess_that_the_merge_completes_is_not_attested(scene: ReviewedScene) -> None:
    """Mallory writes a review of an open pull request; the collector only notes in that file that it was merged."""
    review, merged = scene.review("ana"), scene.repository.tip()
    scene.record_reviews(review, who="mallory", about={"merged": None})
    scene.record_reviews(review, about={"merged": merged})
    assert (scene.why(), scene.status()) == ([("attestor-unknown",)], "missing")


def test_13_the_same_guess_twice_is_shown_once(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    scene.record_reviews(review, who="mallory")
    scene.commit("Take away", "ben", files={f"project/evidence/{HOST}-7.json": None})
    scene.record_reviews(review, who="mallory")
    assert scene.why() == [("attestor-unknown",)]


def test_13_the_attestors_name_without_his_key(scene: ReviewedScene) -> None:
    names = {"author": KEYS["collector"].identity, "committer": KEYS["collector"].identity}
    scene.record_reviews(scene.review("ana"), who="mallory", more=names)
    assert scene.why() == [("attestor-unknown",)]


def test_13_a_commit_of_the_attestor_that_was_changed(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana"), more={"change": lambda raw: raw.replace(b"Record", b"Forge")})
    assert (scene.why(), scene.status()) == ([("bad-signature",)], "missing")


def test_13_a_commit_of_the_attestor_that_was_relayed(scene: ReviewedScene) -> None:
    names = {"author": KEYS["ben"].identity, "committer": KEYS["collector"].identity}
    scene.record_reviews(scene.review("ana"), more=names)
    assert (scene.why(), scene.status()) == ([("relayed",)], "missing")


def test_13_a_recycled_login(scene: ReviewedScene) -> None:
    """The account of that name has another number: the name was given up and taken by somebody else."""
    scene.record_reviews(scene.review("ana", reviewer={"login": "ana-r", "id": 4711}))
    assert (scene.why(), scene.status()) == ([("unknown-account",)], "missing")


def test_13_a_renamed_account_is_the_same(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana", reviewer={"login": "ana-ruiz", "id": ACCOUNTS["ana"]}))
    assert scene.status() == "valid"


def test_13_the_same_number_at_another_host(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana"), about={"host": "gitlab.com"})
    assert scene.why() == [("unknown-account",)]


def test_13_an_account_without_a_number_matches_nobody(tmp_path: Path) -> None:
    people = with_reviews()
    person(people, "ana")["accounts"] = [{"host": HOST, "login": "ana-r"}]
    person(people, "ben")["accounts"] = [{"host": HOST, "login": "ana-r", "id": "0"}]
    person(people, "ben")["roles"] = [{"role": "sponsor"}]
    person(people, "collector")["roles"] = [{"role": "sponsor"}]
    scene = ReviewedScene(tmp_path / "own", people=people)
    scene.record_reviews(scene.review("ana", reviewer={"login": "ana-r", "id": None}))
    assert (scene.why(), scene.status()) == ([("unknown-account",)], "missing")


def test_13_an_account_of_two_people_is_nobodys(tmp_path: Path) -> None:
    people = with_reviews()
    person(people, "ben")["accounts"] = [{"host": "GitHub.com", "id": str(ACCOUNTS["ana"])}]
    scene = ReviewedScene(tmp_path / "own", people=people)
    scene.record_reviews(scene.review("ana"))
    assert (scene.why(), scene.status()) == ([("unknown-account",)], "missing")


def test_13_a_bot_approves_nothing(tmp_path: Path) -> None:
    people = with_reviews()
    bot = {"id": "bot", "name": "Bot", "kind": "machine", "roles": [{"role": "sponsor"}]}
    people["people"].append({**bot, "accounts": [{"host": HOST, "id": "77", "login": "bot"}]})
    scene = ReviewedScene(tmp_path / "own", people=people)
    scene.record_reviews(scene.review("ana", reviewer={"login": "bot[bot]", "id": 77}))
    assert (scene.why(), scene.status()) == ([("not-in-role",)], "missing")


def test_13_somebody_without_the_role(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ben"))
    assert (scene.why(), scene.status()) == ([("not-in-role",)], "missing")


def test_13_the_role_is_asked_for_when_the_review_was_made(tmp_path: Path) -> None:
    people = with_reviews()
    person(people, "ana")["roles"] = [{"role": "sponsor", "to": "2026-01-03"}]
    scene = ReviewedScene(tmp_path / "own", people=people)
    scene.record_reviews(scene.review("ana"))
    assert scene.why() == [("not-in-role",)]
    early = scene.review("ana", id="R2", submitted_at="2026-01-03T23:59:59Z")
    scene.record_reviews(early, about={"number": 8})
    assert scene.why() == [("not-in-role",), ()]


def test_13_somebody_who_has_left(scene: ReviewedScene) -> None:
    gone = with_reviews(changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"}))
    scene.commit(APPROVE, "ana", people=gone)
    person(gone, "ana")["active"] = "no"
    scene.commit(APPROVE, "ben", people=gone)
    scene.record_reviews(scene.review("ana"))
    assert (scene.why(), scene.status()) == ([("not-active",)], "missing")


def test_13_an_account_that_was_taken_away_beside_the_recording(scene: ReviewedScene) -> None:
    both = with_reviews(changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"}))
    start = scene.commit(APPROVE, "ana", people=both)
    gone = changed(both)
    person(gone, "ana")["accounts"] = []
    change = scene.commit(APPROVE, "ben", people=gone)
    recorded = scene.record_reviews(scene.review("ana", of=start), parents=[start], about={"merged": start})
    tip = scene.commit("Merge", "ben", parents=[change, recorded])
    assert scene.status(commit=recorded) == "valid"
    assert (scene.why(tip), scene.status(commit=tip)) == ([("unknown-account",)], "missing")


@pytest.mark.parametrize(("reason", "status"), [("compromised", "missing"), ("retired", "valid")])
def test_13_an_attestor_whose_key_was_stolen(scene: ReviewedScene, reason: str, status: str) -> None:
    scene.record_reviews(scene.review("ana"))
    people = with_reviews()
    person(people, "collector")["keys"] = [
        {"ssh": KEYS["collector"].line, "revoked": {"reason": reason}},
        {"ssh": SigningKey.make("collector-new").line},
    ]
    scene.commit(APPROVE, "ana", people=people)
    assert scene.status() == status
    assert scene.why() == [("key-compromised",) if reason == "compromised" else ()]
    later = scene.review("ana", id="R2", submitted_at="2026-01-04T18:00:00Z")
    scene.record_reviews(later, about={"number": 8})
    old = "key-compromised" if reason == "compromised" else "key-retired"
    assert scene.why()[1] == (old,)
    scene.record_reviews(later, about={"number": 9}, who=SigningKey.make("collector-new"))
    assert scene.why()[2] == ()
    assert scene.status() == "valid"


def test_13_reviews_of_a_stolen_key_are_recorded_again(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    scene.record_reviews(review)
    people = with_reviews()
    new = SigningKey.make("collector-new")
    stolen = {"ssh": KEYS["collector"].line, "revoked": {"reason": "compromised"}}
    person(people, "collector")["keys"] = [stolen, {"ssh": new.line}]
    scene.commit(APPROVE, "ana", people=people, files={f"project/evidence/{HOST}-7.json": None})
    scene.record_reviews(review, who=new)
    assert (scene.why(), scene.status()) == ([("key-compromised",), ()], "valid")


def test_13_an_attestor_beside_his_removal(scene: ReviewedScene) -> None:
    people = with_reviews(attestors=[])
    removed = scene.commit(APPROVE, "ana", people=people)
    recorded = scene.record_reviews(
        scene.review("ana", of=scene.root), parents=[scene.root], about={"merged": scene.root}
    )
    tip = scene.commit("Merge", "ben", parents=[removed, recorded])
    assert scene.status(commit=recorded) == "valid"
    assert (scene.why(tip), scene.status(commit=tip)) == ([("attestor-unknown",)], "missing")


@pytest.mark.parametrize("author", ["ana", "ANA-R"])
def test_13_ones_own_pull_request(scene: ReviewedScene, author: str) -> None:
    account = scene.account("ana") if author == "ana" else {"login": author, "id": None}
    scene.record_reviews(scene.review("ana"), about={"author": account})
    assert (scene.why(), scene.status()) == ([("own-pull-request",)], "missing")


def test_13_ones_own_pull_request_by_another_account(tmp_path: Path) -> None:
    people = with_reviews()
    person(people, "ana")["accounts"].append({"host": HOST, "id": "200"})
    scene = ReviewedScene(tmp_path / "own", people=people)
    scene.record_reviews(scene.review("ana"), about={"author": {"login": "second", "id": 200}})
    assert scene.why() == [("own-pull-request",)]


@pytest.mark.parametrize("merged", [None, "b" * 40, "b" * 64])
def test_13_a_pull_request_that_was_not_merged(scene: ReviewedScene, merged: str | None) -> None:
    scene.record_reviews(scene.review("ana"), about={"merged": merged})
    assert (scene.why(), scene.status()) == ([("not-merged",)], "missing")


def test_13_a_pull_request_that_was_merged_after_the_recording(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    scene.record_reviews(review, about={"merged": None})
    merged = scene.commit("Squash", "ben", files={"project/notes.yml": "notes: []\n"})
    scene.record_reviews(review, about={"merged": merged})
    assert (scene.why(), scene.status()) == ([("not-merged",), ()], "valid")


def test_13_merged_on_a_branch_that_is_not_looked_at(scene: ReviewedScene) -> None:
    side = scene.commit("Side", "ben", parents=[scene.root], more={"branch": "side"})
    scene.record_reviews(scene.review("ana"), about={"merged": side}, parents=[scene.root])
    assert scene.why() == [("not-merged",)]


@pytest.mark.parametrize(
    "change",
    [{"state": "commented", "decision": None}, {"commit": None}, {"state": "commented", "decision": "approve"}],
)
def test_13_a_comment_decides_nothing(scene: ReviewedScene, change: dict[str, Any]) -> None:
    scene.record_reviews({**scene.review("ana"), **change})
    assert (scene.why(), scene.status()) == ([("review-commented",)], "missing")


def test_13_a_review_of_tomorrow(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana", submitted_at="2027-01-01T00:00:00Z"))
    assert (scene.why(), scene.status()) == ([("dated-after-as-of",)], "missing")


def test_13_evidence_that_was_edited_later(scene: ReviewedScene) -> None:
    no = scene.review("ana", "changes_requested")
    scene.record_reviews(no)
    scene.record_reviews({**no, "state": "approved", "decision": "approve"}, who="ben")
    assert (scene.why(), scene.status()) == ([(), ("attestor-unknown",)], "rejected")


def test_13_evidence_that_was_deleted_still_stands(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana", "changes_requested"))
    scene.commit("Take away", "ben", files={f"project/evidence/{HOST}-7.json": None})
    assert scene.status() == "rejected"


def test_13_a_merge_that_brings_evidence_writes_none(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    side = scene.commit("Side", "ben", parents=[scene.root], more={"branch": "side"})
    text = json.dumps(scene.pull_request(review))
    tip = scene.commit(
        "Merge", "collector", parents=[scene.root, side], files={f"project/evidence/{HOST}-7.json": text}
    )
    assert (scene.why(tip), scene.status(commit=tip)) == ([], "missing")


def test_13_a_first_commit_with_evidence_writes_none(scene: ReviewedScene) -> None:
    text = json.dumps(scene.pull_request(scene.review("ana")))
    orphan = scene.commit("Begin", "collector", parents=[], files={f"project/evidence/{HOST}-7.json": text})
    tip = scene.commit("Merge", "ben", parents=[scene.root, orphan], more={"tree_of": scene.root})
    assert (scene.why(tip), scene.status(commit=tip)) == ([], "missing")


def test_13_a_merged_branch_keeps_what_its_attestor_wrote(scene: ReviewedScene) -> None:
    side = scene.record_reviews(scene.review("ana"), parents=[scene.root], more={"branch": "side"})
    main = scene.commit("Main", "ben", parents=[scene.root])
    tip = scene.commit("Merge", "ben", parents=[main, side], more={"tree_of": main})
    assert scene.status(commit=tip) == "valid"


def test_13_two_files_about_one_review(scene: ReviewedScene) -> None:
    evidence = scene.pull_request(scene.review("ana"))
    text = json.dumps(evidence)
    scene.write(evidence, files={"project/evidence/copy.json": text})
    assert (scene.why(), scene.status()) == ([()], "valid")
    scene.write(files={"project/evidence/later.json": text})
    assert scene.why() == [()]


def test_13_two_files_that_say_two_things_about_one_review(scene: ReviewedScene) -> None:
    review = scene.review("ana")
    no = json.dumps(scene.pull_request({**review, "state": "changes_requested", "decision": "reject"}))
    scene.record_reviews(review, files={"project/evidence/other.json": no})
    assert scene.status() == "rejected"
    assert len(scene.signoffs().by_id) == 2


@pytest.mark.parametrize("path", ["project/charter.yml", "README.md", "project/evidence2/x.json", "evidence/x.json"])
def test_13_a_commit_that_touches_another_file_records_nothing(scene: ReviewedScene, path: str) -> None:
    review = scene.review("ana")
    scene.record_reviews(review, files={path: "problem: other\n"})
    assert (scene.why(), scene.status()) == ([("attestor-unknown",)], "missing")


def test_13_a_review_that_is_not_a_json_file(scene: ReviewedScene) -> None:
    text = json.dumps(scene.pull_request(scene.review("ana")))
    scene.commit("Record", "collector", files={"project/evidence/a.txt": text, "project/evidence/b/c.json": text})
    assert scene.reviews() == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "{" * 9,
        '{"version": 1, "version": 1}',
        "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    ],
)
def test_13_a_malformed_file_counts_for_nothing_and_hides_nothing(scene: ReviewedScene, text: str) -> None:
    scene.record_reviews(scene.review("ana"), files={"project/evidence/broken.json": text})
    assert scene.status() == "valid"
    found = [finding for finding in scene.answer().findings if finding.code == "evidence-malformed"]
    assert [finding.source and finding.source.path for finding in found] == ["project/evidence/broken.json"]


def test_13_evidence_that_is_not_at_hand_may_hide_a_no(scene: ReviewedScene) -> None:
    commit = scene.record_reviews(scene.review("ana"))
    scene.repository.remove(scene.repository.files(commit)[f"project/evidence/{HOST}-7.json"][1])
    assert scene.status() == "unverifiable"


def test_13_a_link_is_no_evidence(scene: ReviewedScene) -> None:
    commit = scene.record_reviews(scene.review("ana"))
    files = {path.removeprefix("project/"): entry for path, entry in scene.repository.files(commit).items()}
    name = f"evidence/{HOST}-7.json"
    files[name] = ("120000", files[name][1])
    tree = scene.repository.tree({"project": ("40000", scene.repository.tree(files))}).encode()

    def planted(raw: bytes) -> bytes:
        return raw.replace(raw[5:45], tree, 1)

    tip = scene.commit("A link", None, parents=[scene.root], more={"change": planted})
    assert (scene.reviews(tip), scene.status(commit=tip)) == ([], "missing")


def test_13_a_commit_of_very_many_files_records_nothing(scene: ReviewedScene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mkdocs_ecompm.signoff.attested._MOST_FILES", 2)
    text = json.dumps(scene.pull_request(scene.review("ana")))
    scene.commit("Record", "collector", files={f"project/evidence/{n}.json": text for n in range(3)})
    assert scene.reviews() == []


def test_13_the_same_recording_signed_twice_is_one(tmp_path: Path) -> None:
    people = with_reviews()
    key = SigningKey.make("collector", "ecdsa-256")
    person(people, "collector")["keys"] = [{"ssh": key.line}]
    scene = ReviewedScene(tmp_path / "own", people=people)
    evidence = scene.pull_request(scene.review("ana"))
    options: dict[str, Any] = {"who": key, "parents": [scene.root], "when": "2026-02-01T00:00:00Z"}
    one, two = (scene.write(evidence, **options) for _ in range(2))
    assert one != two
    tip = scene.commit("Merge", "ben", parents=[one, two])
    assert (scene.why(tip), scene.status(commit=tip)) == ([()], "valid")


def test_13_more_evidence_is_demanded(tmp_path: Path) -> None:
    signoffs = {"signoffs": [{**SIGNOFFS["signoffs"][0], "minimum": "signed"}]}
    scene = ReviewedScene(tmp_path / "own", signoffs=signoffs)
    scene.record_reviews(scene.review("ana"))
    assert (scene.why(), scene.status()) == ([("assurance-too-low",)], "missing")
    scene.record_reviews(scene.review("ana", "changes_requested", id="R2", submitted_at="2026-01-05T12:00:00Z"))
    assert scene.status() == "rejected"


def test_13_a_signature_and_a_review_of_one_person(scene: ReviewedScene) -> None:
    """A signed no after the approval in the browser, and the recording of that approval after the signed no."""
    review = scene.review("ana")
    scene.say("reject charter", "ana")
    scene.record_reviews(review)
    assert scene.status() == "rejected"
    late = scene.review("ana", id="R2", submitted_at="2026-02-01T00:00:00Z")
    scene.record_reviews(late, about={"number": 8})
    assert scene.status() == "valid"
    scene.say("withdraw charter", "ana", when="2026-02-02T00:00:00Z")
    assert scene.status() == "withdrawn"


def test_13_one_person_fills_one_slot(tmp_path: Path) -> None:
    people = with_reviews()
    person(people, "ana")["roles"] = [{"role": "sponsor"}, {"role": "lead"}]
    person(people, "ben")["roles"] = []
    signoffs = {"signoffs": [{"artifact": "charter", "approvers": ["sponsor", "lead"]}]}
    scene = ReviewedScene(tmp_path / "own", people=people, signoffs=signoffs)
    scene.say("approve charter as=lead", "ana")
    scene.record_reviews(scene.review("ana", role="sponsor"))
    assert sorted(slot.status.value for slot in scene.agreement().slots) == ["missing", "valid"]


def test_13_the_role_that_a_review_names(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana", role="lead"))
    assert (scene.why(), scene.status()) == ([("not-in-role",)], "missing")


def test_13_a_deputy_reviews(tmp_path: Path) -> None:
    people = with_reviews()
    people["deputies"] = [{"for": "ana", "by": "eva", "from": "2026-01-04", "to": "2026-01-04"}]
    scene = ReviewedScene(tmp_path / "own", people=people)
    scene.record_reviews(scene.review("eva"))
    record = only(scene)
    assert (record.counts, record.role, record.deputy_for) == (True, "sponsor", "ana")


def test_13_without_an_attestor_nothing_is_recorded(tmp_path: Path) -> None:
    scene = ReviewedScene(tmp_path / "own", people=with_reviews(attestors=[]))
    scene.record_reviews(scene.review("ana"))
    assert scene.why() == [("attestor-unknown",)]


def test_13_before_the_trust_root_nothing_is_recorded(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana"))
    tip = scene.commit("Go on", "ana")
    assert scene.why(trust_roots=(tip,)) == [("before-trust-root",)]


def ask(scene: ReviewedScene, **changes: Any) -> str:
    """A squash merge that adds an ask to Eva, who heads the department now."""
    asked = {"id": "A1", "artifact": "charter", "of": ["eva"], "because": "New", "date": "2026-01-06", **changes}
    return scene.commit("Squash", None, asks={"asks": [asked]})


def test_an_ask_is_answered_by_a_review_of_the_pull_request_that_adds_it(scene: ReviewedScene) -> None:
    scene.record_reviews(scene.review("ana"))
    asked = ask(scene)
    assert scene.status() == "missing"
    scene.record_reviews(scene.review("eva", id="R2"), about={"number": 8, "merged": asked})
    assert [(slot.approver, slot.status.value) for slot in scene.agreement().slots] == [
        ("sponsor", "valid"),
        ("eva", "valid"),
    ]


def test_an_older_review_that_is_recorded_later_answers_no_ask(scene: ReviewedScene) -> None:
    before = scene.repository.tip()
    older = scene.review("eva")
    ask(scene)
    scene.record_reviews(older, about={"merged": before})
    assert scene.status() == "missing"
    assert only(scene).reasons == ("superseded",)


def test_18_the_author_of_the_change_is_not_independent(tmp_path: Path) -> None:
    """Ben opens the pull request, but the commit in it is Ana's: she must not be the one who approves it."""
    signoffs = {"signoffs": [{**SIGNOFFS["signoffs"][0], "independent": "true"}]}
    scene = ReviewedScene(tmp_path / "own", signoffs=signoffs)
    scene.commit("The change", "ana", charter=OTHER)
    scene.record_reviews(scene.review("ana"), about={"author": scene.account("ben")})
    assert (scene.why(), scene.status()) == ([("not-independent",)], "missing")


def test_18_a_squash_by_the_forge_tells_no_author(tmp_path: Path) -> None:
    signoffs = {"signoffs": [{**SIGNOFFS["signoffs"][0], "independent": "true"}]}
    people = with_reviews()
    person(people, "ben")["roles"] = [{"role": "sponsor"}]
    scene = ReviewedScene(tmp_path / "own", signoffs=signoffs, people=people)
    scene.commit("The change", "mia", charter=OTHER)
    scene.record_reviews(scene.review("ben"))
    assert (scene.why(), scene.status()) == ([()], "valid")
    scene.commit("Squash", None, charter=CHARTER)
    scene.record_reviews(scene.review("ben", id="R2", submitted_at="2026-01-06T12:00:00Z"), about={"number": 8})
    assert (scene.why()[1], scene.status()) == (("author-unknown",), "stale")


def test_19_evidence_of_one_project_is_none_of_another(tmp_path: Path) -> None:
    """The digest binds the project: the same file in another project's folder is about other content."""
    scene = ReviewedScene(tmp_path / "own")
    data = (("project", {"id": "app", "name": "App"}), ("people", scene.people), ("signoffs", SIGNOFFS))
    second = {f"other/{name}.yml": text(value) for name, value in (*data, ("charter", CHARTER))}
    scene.commit("A second project", "ana", files=second)
    review = scene.review("ana")
    scene.record_reviews(review)
    other = object.__new__(ReviewedScene)
    other.repository, other.place, other.root = scene.repository, "other", scene.root
    assert (scene.status(), other.status(), other.reviews()) == ("valid", "missing", [])
    other.record_reviews(review)
    assert (other.why(), other.status(), scene.why()) == ([("digest-mismatch",)], "missing", [()])


def test_seen_stands_beside_the_claimed_time(scene: ReviewedScene) -> None:
    said = scene.say("approve charter", "ana")
    other = scene.say("approve risks", "ben")
    seen = [{"commit": said, "at": "2026-03-01T10:00:00Z"}, {"commit": said, "at": "2026-03-01T09:00:00Z"}]
    forged = [{"commit": other, "at": "2020-01-01T00:00:00Z"}]
    scene.record_reviews(about={"seen": forged, "number": 8}, who="mallory")
    scene.record_reviews(about={"seen": seen})
    scene.record_reviews(about={"seen": [*seen, {"commit": said, "at": "2026-03-02T00:00:00Z"}]})
    record = scene.record(said)
    assert record.seen is not None
    assert record.seen.isoformat() == "2026-03-01T09:00:00+00:00"
    assert scene.record(other, "risks").seen is None


def test_13_heaps_of_evidence_by_nobody_keep_no_one_waiting_and_hide_nothing(
    scene: ReviewedScene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attested, "_MOST_CLAIMED", 1)  # the first file is read, for nobody knows its size before
    heaps = [scene.pull_request(scene.review("ana", id=f"R-{number}"), number=number) for number in (11, 12, 13)]
    for heap in heaps:
        scene.write(heap, who="mallory")
    scene.record_reviews(scene.review("ben"), scene.review("ana"))
    assert [(one.review.number, one.reasons) for one in scene.reviews()] == [
        (11, ("attestor-unknown",)),
        (7, ("not-in-role",)),
        (7, ()),
    ]
    assert scene.status() == "valid"
    assert scene.codes() == ["evidence-malformed", "evidence-malformed"]
