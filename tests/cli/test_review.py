"""`ecompm review` on real repositories: what is compared, who is asked, by whose trust, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from pull_requests import CHARTER, FILES, OBLIGATIONS, PEOPLE, RACI, RISKS, SIGNOFFS, TIMELINE, Shop, edited

Run = Callable[..., Result]
DEARER = edited(CHARTER, ("120000", "132000"), ("2026-12-01", "2026-12-18"))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop; the current folder, with nothing of it checked out."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772704800")  # 5 March 2026
    return Shop(tmp_path)


@pytest.fixture
def review(ecompm: Run) -> Callable[..., dict[str, Any]]:
    """The answer as JSON."""

    def run(*arguments: str, status: int = 0) -> dict[str, Any]:
        found = ecompm("review", *(arguments or ("main", "topic")), "--format", "json")
        assert found.exit_code == status, found.stderr or found.stdout
        answer: dict[str, Any] = json.loads(found.stdout)
        return answer

    return run


Review = Callable[..., dict[str, Any]]


def asked(answer: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Each artifact that somebody is asked about, with the status of each slot."""
    return {one["artifact"]: {slot["approver"]: slot["status"] for slot in one["slots"]} for one in answer["asked"]}


def people(answer: dict[str, Any], artifact: str, approver: str) -> list[str]:
    """Who can answer."""
    (slot,) = (
        slot
        for one in answer["asked"]
        for slot in one["slots"]
        if (one["artifact"], slot["approver"]) == (artifact, approver)
    )
    return [person["id"] for person in slot["people"]]


def kept(answer: dict[str, Any]) -> dict[str, str]:
    """The agreements about which nobody is asked."""
    return {one["artifact"]: one["status"] for one in answer["not_asked"]}


# --- what is compared -------------------------------------------------------------------------------------------------


def test_a_changed_charter_asks_everybody_who_agreed(shop: Shop, review: Review) -> None:
    head = shop.change({"project/charter.yml": DEARER}, who="ben")
    found = review()
    assert asked(found) == {
        "charter": dict.fromkeys(("sponsor", "marketing", "finance"), "stale"),
        "timeline/G2": {"sponsor": "missing"},
    }
    charter, gate = found["asked"]
    assert charter["changes"] == [
        {"path": "objectives/OB-1/due", "was": "2026-12-01", "is": "2026-12-18"},
        {"path": "budget/approved", "was": "120000", "is": "132000"},
    ]
    assert [slot["answer"]["date"] for slot in charter["slots"]] == ["2026-02-17", "2026-02-18", "2026-02-19"]
    assert {(slot["due"], slot["overdue"]) for slot in charter["slots"]} == {("2026-03-20", False)}
    assert [(one["kind"], one["ref"], one["date"]) for one in charter["waits"]] == [
        ("gate", "timeline/G2", "2026-04-10"),
        ("phase", "timeline/P2", "2026-04-13"),
        ("goal", "timeline/M10", "2026-10-06"),
    ]
    assert (gate["changes"], gate["requires"]) == ([], ["charter"])
    assert (found["merge_base"], found["head"]) == (shop.main, {"name": "topic", "commit": head})
    assert kept(found) == {
        "obligations/marketing": "valid", "raci/delivery": "valid", "risks": "valid", "timeline/G1": "valid",
    }  # fmt: skip
    (gate,) = (one for one in found["not_asked"] if one["artifact"] == "timeline/G1")
    assert (gate["touched"], gate["changed_since"]) == (True, ["charter"])
    assert found["summary"] == "One agreement no longer holds; approved budget €120,000 -> €132,000 (+€12,000)"


def test_it_begins_at_the_merge_base(shop: Shop, review: Review) -> None:
    """What others merged meanwhile is not what this pull request means."""
    began = shop.main
    shop.change({"project/risks.yml": edited(RISKS, ("likelihood: 3", "likelihood: 4"))}, who="ben")
    shop.change({"project/charter.yml": DEARER}, branch="main", who="ben")
    found = review()
    assert (found["merge_base"], found["base"]["commit"]) == (began, shop.main)
    assert list(asked(found)) == ["risks"]
    assert found["summary"] == "One agreement no longer holds; R-4 15 -> 20"
    assert kept(found)["charter"] == "stale", "as main has it, and not asked here"


def test_what_was_recorded_on_the_base_since_counts(shop: Shop, review: Review) -> None:
    """An agreement that main got after the branch was made is lost by the branch, not missing for ever."""
    shop.change({"project/raci.yml": edited(RACI, ("Payment", "Payment and invoices"))}, who="ben")
    again = shop.change({}, "Once more\n\nSignoff: approve raci/delivery", branch="main", who="mia")
    slots = {slot["approver"]: slot for slot in review()["asked"][0]["slots"]}
    assert slots["marketing"]["answer"]["record"] == f"{again}:raci/delivery"
    assert slots["marketing"]["status"] == "stale"


def test_a_merge_of_the_base_into_the_branch_changes_nothing(shop: Shop, review: Review) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    shop.change({"project/risks.yml": edited(RISKS, ("impact: 5", "impact: 4"))}, branch="main", who="ben")
    before = asked(review())
    shop.repository.commit(
        "Merge main",
        parents=[shop.topic, shop.main],
        files={"project/risks.yml": edited(RISKS, ("impact: 5", "impact: 4"))},
        branch="topic",
    )
    found = review()
    assert asked(found) == before
    assert found["merge_base"] == shop.main


def test_a_detached_test_merge_is_the_head(shop: Shop, review: Review) -> None:
    """Forges check out the merge that they try: HEAD is no branch, and its first parent the base."""
    shop.change({"project/charter.yml": DEARER}, who="ben")
    merge = shop.repository.commit(
        "Merge", parents=[shop.main, shop.topic], files={"project/charter.yml": DEARER}, branch=None
    )
    shop.repository.git("checkout", "-q", "--detach", merge)
    found = review("main")
    assert found["head"] == {"name": "HEAD", "commit": merge}
    assert found["merge_base"] == shop.main
    assert set(asked(found)) == {"charter", "timeline/G2"}


@pytest.mark.parametrize("shape", ["squash", "merge", "rebase"])
def test_what_is_merged_already_asks_nobody(shop: Shop, review: Review, shape: str) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    parents = [shop.main, shop.topic] if shape == "merge" else [shop.main]
    message = "A change" if shape == "rebase" else "Merge"
    shop.repository.commit(message, parents=parents, files={"project/charter.yml": DEARER}, branch="main")
    shop.repository.point("refs/heads/topic", shop.main)
    found = review()
    assert (found["asked"], found["facts"], found["trust"]) == ([], [], None)
    assert kept(found)["charter"] == "stale"


def test_a_typo_elsewhere_asks_nobody(shop: Shop, ecompm: Run, review: Review) -> None:
    shop.change({"README.md": "A shop\n", "project/charter.yml": "# a remark\n" + CHARTER})
    found = review()
    assert (found["asked"], found["facts"], found["summary"]) == ([], [], "Nothing changed")
    assert set(kept(found).values()) == {"valid", "missing"}
    said = ecompm("review", "main", "topic", "--format", "markdown").stdout
    assert "## Nobody has to agree to anything here." in said
    assert "How to answer" not in said


# --- who is asked -----------------------------------------------------------------------------------------------------


def test_the_judges_are_those_of_the_base(shop: Shop, review: Review) -> None:
    """A pull request that makes Mallory the head of finance is not approved by Mallory."""
    crowd = edited(PEOPLE, ("    head: lea\n", "    head: tom\n"), ("    name: Lea Winter", "    name: Nobody"))
    shop.change({"project/people.yml": crowd, "project/charter.yml": DEARER}, who="ben")
    found = review()
    assert people(found, "charter", "finance") == ["lea"]
    assert found["trust"]["in_force"] is False
    assert [admin["id"] for admin in found["trust"]["admins"]] == ["ana", "ben"]
    assert (found["trust"]["quorum"], found["trust"]["given"]) == (2, [])
    paths = {change["path"] for change in found["trust"]["changes"]}
    assert paths == {"people/lea/name", "departments/finance/head"}


def test_a_demand_that_is_dropped_still_asks(shop: Shop, review: Review) -> None:
    fewer = edited(SIGNOFFS, ("      - marketing\n      - finance\n", ""))
    shop.change({"project/signoffs.yml": fewer, "project/charter.yml": DEARER}, who="ben")
    found = review()
    assert set(asked(found)["charter"]) == {"sponsor", "marketing", "finance"}
    assert any(fact["kind"] == "demand-changed" for fact in found["facts"])


def test_a_trust_root_that_the_branch_names_is_not_believed(shop: Shop, review: Review, tmp_path: Path) -> None:
    """mkdocs.yml is read as the base has it, though the branch is checked out."""
    shop.change({"mkdocs.yml": "plugins:\n  - ecompm:\n      trust_root: " + "a" * 40 + "\n"})
    shop.repository.check_out("topic")
    assert (tmp_path / "mkdocs.yml").exists()
    assert review("main")["trust_problem"] is None


def test_deputies_and_accounts_are_told(shop: Shop, review: Review) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    (charter, _) = review()["asked"]
    mia, tom = charter["slots"][1]["people"]
    assert (mia["name"], mia["accounts"], mia["reviews"], mia["signs"]) == (
        "Mia Köster", [{"host": "github.com", "login": "mia-k"}], True, True,
    )  # fmt: skip
    assert (tom["name"], tom["deputy_for"], tom["reviews"], tom["signs"]) == ("Tom Berg", "Mia Köster", False, False)
    (charter, _) = review("main", "topic", "--as-of", "2026-04-05")["asked"]
    assert [person["id"] for person in charter["slots"][1]["people"]] == ["mia"]
    assert charter["slots"][1]["overdue"] is True


def test_who_signed_in_the_pull_request_is_not_asked_again(shop: Shop, ecompm: Run, review: Review) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    shop.change({}, "Yes\n\nSignoff: approve charter", who="mia", when="2026-03-04T11:00:00Z")
    found = review()
    assert asked(found)["charter"] == {"sponsor": "stale", "marketing": "valid", "finance": "stale"}
    assert found["asked"][0]["slots"][1]["answer"]["here"] is True
    said = ecompm("review", "main", "topic", "--format", "markdown").stdout
    assert "## Lea Winter and Ana Ruiz are asked to agree." in said
    assert "Agreed in this pull request already: Mia Köster for Marketing." in said


def test_a_signature_by_somebody_whom_the_branch_enrolled_changes_nothing(shop: Shop, review: Review) -> None:
    crowd = edited(PEOPLE, ("    head: lea\n", "    head: tom\n"))
    shop.change({"project/people.yml": crowd, "project/charter.yml": DEARER}, who="ben")
    shop.change({}, "Yes\n\nSignoff: approve charter as=finance", who="mallory", when="2026-03-04T11:00:00Z")
    assert asked(review())["charter"]["finance"] == "stale"


def test_a_signature_by_somebody_who_was_replaced_on_the_base_is_not_enough(shop: Shop, review: Review) -> None:
    """The branch does not know yet that Ben speaks for finance; the base does."""
    shop.change({"project/charter.yml": DEARER}, who="ben")
    shop.change({}, "Yes\n\nSignoff: approve charter", who="lea", when="2026-03-04T11:00:00Z")
    assert asked(review())["charter"]["finance"] == "valid"
    crowd = edited(PEOPLE, ("    head: lea\n", "    head: ben\n"))
    shop.change({"project/people.yml": crowd}, "x\n\nSignoff: approve trust", branch="main", who="ana")
    shop.change({}, "x\n\nSignoff: approve trust", branch="main", who="ben", when="2026-03-04T10:30:00Z")
    found = review()
    assert asked(found)["charter"]["finance"] != "valid"
    assert people(found, "charter", "finance") == ["ben"]


def test_an_objection_stands_until_its_author_answers(shop: Shop, review: Review) -> None:
    shop.change({}, "No\n\nSignoff: reject charter", branch="main", who="lea")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"project/charter.yml": DEARER}, who="ben", when="2026-03-05T09:00:00Z")
    (slot,) = (slot for slot in review()["asked"][0]["slots"] if slot["approver"] == "finance")
    assert (slot["status"], slot["answer"]["decision"], slot["answer"]["name"]) == ("rejected", "reject", "Lea Winter")


def test_nobody_can_answer_for_an_empty_department(shop: Shop, ecompm: Run) -> None:
    people_then = edited(
        PEOPLE, ("  - id: lea\n    name: Lea Winter\n", "  - id: lea\n    name: Lea Winter\n    active: no\n")
    )
    shop.repository.point("refs/heads/main", shop.main)
    shop.change({"project/people.yml": people_then}, "x\n\nSignoff: approve trust", branch="main", who="ana")
    shop.change({}, "x\n\nSignoff: approve trust", branch="main", who="ben", when="2026-03-04T10:30:00Z")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"project/charter.yml": DEARER}, who="ben", when="2026-03-04T12:00:00Z")
    said = ecompm("review", "main", "topic").stdout
    assert "nobody can answer today, for Finance: Charter" in said
    assert "Nobody can answer for Finance today: people.yml names no one who may." in said


# --- what changes -----------------------------------------------------------------------------------------------------


def test_a_change_of_raci_asks_those_of_the_matrix(shop: Shop, review: Review) -> None:
    shop.change({"project/raci.yml": edited(RACI, ("accountable: [ben]", "accountable: [ana]"))}, who="ben")
    found = review()
    assert asked(found)["raci/delivery"] == {"sponsor": "stale", "marketing": "stale"}
    assert any("Payment" in fact["sentence"] for fact in found["facts"] if fact["topic"] == "people")


def test_what_a_party_owes_is_asked_of_the_party(shop: Shop, review: Review) -> None:
    later = edited(OBLIGATIONS, ("2026-06-30", "2026-07-14")) + OBLIGATIONS.split("\n", 1)[1].replace(
        "O-1", "O-2"
    ).replace("party: marketing", "party: finance")
    shop.change({"project/obligations.yml": later}, who="ben")
    found = review()
    assert asked(found) == {
        "obligations/finance": {"finance": "missing"},
        "obligations/marketing": {"marketing": "stale"},
    }
    (party,) = (one for one in found["asked"] if one["artifact"] == "obligations/marketing")
    assert [one["ref"] for one in party["waits"]] == ["timeline/M10"]
    (new,) = (one for one in found["asked"] if one["artifact"] == "obligations/finance")
    assert new["was"] is None


def test_an_agreement_that_lasts_until_a_gate_is_not_asked(shop: Shop, review: Review) -> None:
    gate = edited(TIMELINE, ("requires: [charter, raci/delivery]", "requires: [charter, raci/delivery, risks]"))
    shop.change({"project/timeline.yml": gate}, branch="main", who="ben", when="2026-03-01T10:00:00Z")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"project/risks.yml": edited(RISKS, ("likelihood: 3", "likelihood: 4"))}, who="ben")
    found = review()
    assert list(asked(found)) == ["timeline/G2"]
    (risks,) = (one for one in found["not_asked"] if one["artifact"] == "risks")
    assert (risks["status"], risks["touched"]) == ("valid", True)


def test_an_ask_asks_again_for_the_same_text(shop: Shop, ecompm: Run, review: Review) -> None:
    ask = "asks:\n  - id: AS-1\n    artifact: charter\n    of:\n      - project-manager\n    because: Ben joined\n"
    shop.change({"project/asks.yml": ask}, who="ben")
    found = review()
    assert asked(found) == {"charter": {"project-manager": "missing"}}
    assert found["asked"][0]["changes"] == []
    assert found["asks"] == [{"id": "AS-1", "artifact": "charter", "of": ["Project manager"], "because": "Ben joined"}]
    assert found["asked"][0]["covered"] is True
    said = ecompm("review", "main", "topic", "--format", "markdown").stdout
    assert "- Project manager: **Charter**, because Ben joined" in said


def test_trust_that_its_admins_approved_comes_into_force(shop: Shop, review: Review) -> None:
    moved = edited(PEOPLE, ("    head: lea\n", "    head: tom\n"))
    shop.change({"project/people.yml": moved}, "x\n\nSignoff: approve trust", who="ana")
    found = review()["trust"]
    assert (found["in_force"], found["given"]) == (False, ["Ana Ruiz"])
    shop.change({}, "x\n\nSignoff: approve trust", who="ben", when="2026-03-04T11:00:00Z")
    found = review()["trust"]
    assert (found["in_force"], found["given"]) == (True, ["Ana Ruiz", "Ben Okafor"])


def test_trust_that_cannot_be_is_said(shop: Shop, review: Review) -> None:
    shop.change({"project/people.yml": edited(PEOPLE, ("    - ben\n  quorum: 2", "    - nobody\n  quorum: 2"))})
    found = review(status=1)
    assert found["trust"]["problem"] == "There is no person `nobody`."
    assert found["trust"]["in_force"] is False


def test_evidence_is_told(shop: Shop, review: Review) -> None:
    shop.change({"project/evidence/github.com-1.json": "{}\n"})
    assert review()["evidence"] == [{"path": "project/evidence/github.com-1.json", "change": "added"}]


def test_a_register_that_is_taken_out(shop: Shop, ecompm: Run, review: Review) -> None:
    shop.change({"project/raci.yml": None}, who="ben")
    found = review()
    (gone,) = (one for one in found["not_asked"] if one["artifact"] == "raci/delivery")
    assert (gone["removed"], [one["name"] for one in gone["agreed"]]) == (True, ["Ana Ruiz", "Mia Köster"])
    assert "raci/delivery" not in asked(found)
    said = ecompm("review", "main", "topic", "--format", "markdown").stdout
    assert "its text is taken out; Ana Ruiz (17 Feb 2026) and Mia Köster (18 Feb 2026) had agreed" in said


def test_a_record_with_another_id_is_followed(shop: Shop, review: Review) -> None:
    shop.change({"project/risks.yml": edited(RISKS, ("R-4", "R-104"))}, who="ben")
    assert "risks/R-104" in {fact["ref"] for fact in review()["facts"] if fact["kind"] == "record-renamed"}


# --- errors -----------------------------------------------------------------------------------------------------------


def test_new_errors_in_the_text_fail(shop: Shop, review: Review) -> None:
    shop.change({"project/risks.yml": edited(RISKS, ("likelihood: 3", "likelihood: 7"))})
    found = review(status=1)
    assert found["errors"] == 1
    (error,) = (one for one in found["findings"]["new"] if one["severity"] == "error")
    assert (error["code"], error["path"], error["line"]) == ("value-out-of-range", "project/risks.yml", 5)


def test_errors_that_the_base_had_do_not_fail(shop: Shop, review: Review) -> None:
    broken = edited(RISKS, ("likelihood: 3", "likelihood: 7"))
    shop.change({"project/risks.yml": broken}, branch="main")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"project/risks.yml": "# moved down\n\n" + broken})
    assert review()["findings"] == {"new": [], "gone": []}
    shop.change({"project/risks.yml": RISKS}, when="2026-03-04T12:00:00Z")
    assert "value-out-of-range" in {one["code"] for one in review()["findings"]["gone"]}


def test_broken_yaml_is_not_compared_and_nobody_can_agree_to_it(shop: Shop, ecompm: Run, review: Review) -> None:
    shop.change({"project/charter.yml": "problem: [\n"})
    found = review(status=1)
    assert found["not_compared"] == ["charter"]
    (charter,) = (one for one in found["asked"] if one["artifact"] == "charter")
    assert (charter["digest"], charter["changes"]) == (None, [])
    assert {slot["status"] for slot in charter["slots"]} == {"unverifiable"}
    said = ecompm("review", "main", "topic", "--format", "markdown").stdout
    assert "It cannot be read in this pull request, so nobody can agree to it." in said


# --- places -----------------------------------------------------------------------------------------------------------


def test_a_bare_repository_needs_no_working_tree(
    shop: Shop, review: Review, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    shop.repository.git("clone", "-q", "--bare", ".", "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    assert set(asked(review("main", "topic", "--repository", "."))) == {"charter", "timeline/G2"}


def test_a_shallow_clone_is_told_how_deep(
    shop: Shop, ecompm: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    shop.repository.git("clone", "-q", "--depth=1", "--branch=topic", f"file://{tmp_path}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    found = ecompm("review", "origin/main")
    assert (found.exit_code, found.stdout) == (2, "")
    assert found.stderr.count("\n") == 1
    assert "`fetch-depth: 0`" in found.stderr


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("nowhere",), "no commit `nowhere`"),
        (("main", "nowhere"), "no commit `nowhere`"),
        (("--upload-pack=x",), "No such option"),
        ((), "Missing argument"),
        (("main", "orphan"), "have no commit in common"),
    ],
)
def test_what_is_no_pull_request(shop: Shop, ecompm: Run, arguments: tuple[str, ...], word: str) -> None:
    shop.repository.commit("Else", files={"project/project.yml": "id: x\n"}, parents=[], branch="orphan")
    found = ecompm("review", *arguments)
    assert found.exit_code == 2
    assert word in found.stderr


def test_without_a_repository(ecompm: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "project").mkdir()
    monkeypatch.chdir(tmp_path)
    found = ecompm("review", "main")
    assert found.exit_code == 2
    assert "There is no git repository around project" in found.stderr


def test_the_first_pull_request_of_all(tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is on main but a README: nobody can agree yet, and the report says so."""
    from repositories import TestRepository  # noqa: PLC0415

    monkeypatch.chdir(tmp_path)
    repository = TestRepository.create(tmp_path)
    repository.commit("Begin", files={"README.md": "A shop\n"})
    repository.point("refs/heads/topic", repository.tip("main") or "")
    repository.commit("The project", files=FILES, branch="topic")
    found = ecompm("review", "main", "topic", "--as-of", "2026-03-05", "--format", "json")
    answer = json.loads(found.stdout)
    assert found.exit_code == 0, answer["findings"]
    assert answer["trust_problem"] == "There is no trust section in people.yml."
    assert {tuple(slot["people"]) for one in answer["asked"] for slot in one["slots"]} == {()}
    said = ecompm("review", "main", "topic", "--as-of", "2026-03-05", "--format", "markdown").stdout
    assert "**No answer could count.**" in said


def test_the_whole_project_is_taken_out(shop: Shop, review: Review) -> None:
    shop.change(dict.fromkeys(FILES) | {"README.md": "Over\n"})
    found = review()
    assert found["asked"] == []
    assert {one["removed"] for one in found["not_asked"] if one["status"] == "valid"} == {True}


# --- the forms --------------------------------------------------------------------------------------------------------


def test_the_json_fits_its_schema(shop: Shop, review: Review, checkout: Path) -> None:
    schema = json.loads((checkout / "docs/reference/review.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(review())
    shop.change(
        {
            "project/charter.yml": DEARER,
            "project/people.yml": edited(PEOPLE, ("    head: lea\n", "    head: tom\n")),
            "project/asks.yml": "asks:\n  - id: AS-1\n    artifact: risks\n    of: [finance]\n",
            "project/evidence/github.com-1.json": "{}\n",
            "project/risks.yml": edited(RISKS, ("likelihood: 3", "likelihood: 7")),
            "project/raci.yml": "matrices: [\n",
        },
        who="ben",
    )
    shop.change({}, "No\n\nSignoff: reject charter", who="lea", when="2026-03-04T11:00:00Z")
    answer = review(status=1)
    validator.validate(answer)
    assert all(answer[name] for name in ("asked", "not_asked", "trust", "asks", "evidence", "not_compared"))
    widened = answer | {"more": 1}
    assert not validator.is_valid(widened)


def test_text_for_a_terminal(shop: Shop, ecompm: Run) -> None:
    head = shop.change({"project/charter.yml": DEARER}, who="ben")
    lines = ecompm("review", "main", "topic").stdout.splitlines()
    assert lines[0] == f"From {shop.main[:9]} (where it left main) to topic ({head[:9]}):"
    assert lines[3] == "Lea Winter, Mia Köster and Ana Ruiz are asked to agree."
    assert "  CHANGED  Budget, approved: €120,000 -> €132,000" in lines
    assert "  RACI “Delivery”: stays agreed: Ana Ruiz (17 Feb 2026) and Mia Köster (18 Feb 2026)" in lines


def test_what_the_base_cannot_read_must_be_named(shop: Shop, ecompm: Run, review: Review) -> None:
    """Nobody can tell whether the pull request changed it, so an approval of it is not about that by itself."""
    shop.change({"project/charter.yml": "problem: [\n"}, branch="main")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"project/charter.yml": DEARER}, who="ben")
    (charter,) = (one for one in review()["asked"] if one["artifact"] == "charter")
    assert (charter["covered"], charter["was"], len(charter["digest"])) == (False, None, 71)
    assert "only if it says “Signoff: approve charter”" in ecompm("review", "main", "topic").stdout


def test_a_signature_that_is_demanded_is_told(shop: Shop, ecompm: Run) -> None:
    stronger = edited(
        SIGNOFFS, ("    due: 2026-03-20\n", "    due: 2026-03-20\n    minimum: signed\n    independent: yes\n")
    )
    shop.change({"project/signoffs.yml": stronger}, "x\n\nSignoff: approve trust", branch="main", who="ana")
    shop.change({}, "x\n\nSignoff: approve trust", branch="main", who="ben", when="2026-03-04T10:30:00Z")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"project/charter.yml": DEARER}, who="ben", when="2026-03-04T12:00:00Z")
    said = ecompm("review", "main", "topic").stdout
    assert "  Sponsor, Marketing and Finance must sign: an approval in the browser is not enough here." in said
    assert "  Who changed this text cannot agree to it." in said


def test_an_earlier_agreement_is_told_with_all_that_differs(shop: Shop, ecompm: Run) -> None:
    """Lea agreed before main changed the text once more: she must read more than the pull request changes."""
    shop.change({"project/charter.yml": edited(CHARTER, ("10 %", "12 %"))}, branch="main", who="ben")
    for who, minute in (("ana", 10), ("mia", 20)):
        shop.change({}, "x\n\nSignoff: approve charter", branch="main", who=who, when=f"2026-03-04T10:{minute}:00Z")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change(
        {"project/charter.yml": edited(CHARTER, ("10 %", "12 %"), ("120000", "1000"))},
        who="ben",
        when="2026-03-04T12:00:00Z",
    )
    said = ecompm("review", "main", "topic", "--format", "markdown").stdout
    assert "Everything else is as Ana Ruiz agreed on 4 Mar 2026 and Mia Köster agreed on 4 Mar 2026." in said
    told = said.partition("Lea Winter (19 Feb 2026) agreed to an earlier text.")[2].partition("</details>")[0]
    assert "12 %" in told
    assert "€1,000" in told


def test_two_projects_in_one_repository(shop: Shop, review: Review) -> None:
    other = {
        name.replace("project/", "other/"): content.replace("id: shop", "id: other") for name, content in FILES.items()
    }
    shop.change(other, branch="main", who="ana")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change({"other/charter.yml": DEARER}, who="ben", when="2026-03-04T12:00:00Z")
    assert review()["asked"] == []
    found = review("main", "topic", "--project", "other")
    assert (found["project"], "charter" in asked(found)) == ("other", True)


def test_a_given_trust_root_must_lead_to_the_base(shop: Shop, ecompm: Run, review: Review) -> None:
    shop.change({"project/charter.yml": DEARER}, who="ben")
    root = shop.repository.git("rev-list", "--max-parents=0", "main")
    assert set(asked(review("main", "topic", "--trust-root", root))) == {"charter", "timeline/G2"}
    found = ecompm("review", "main", "topic", "--trust-root", shop.topic)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "The trust root" in found.stderr
