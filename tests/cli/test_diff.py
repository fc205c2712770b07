"""`ecompm diff` on real repositories: which two sides, on which days, in which form, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from jsonschema import Draft202012Validator
from repositories import SigningKey, TestRepository

Run = Callable[..., Result]
ANA = SigningKey.make("ana")
PROJECT = "id: shop\nname: Shop\nstart: 2026-01-05\n"
PEOPLE = (
    "trust: {admins: [ana]}\n"
    "people:\n"
    f'  - {{id: ana, name: Ana Ruiz, roles: [{{role: sponsor}}], keys: [{{ssh: "{ANA.line}"}}]}}\n'
    "roles:\n"
    "  - {id: sponsor, name: Sponsor}\n"
)
SIGNOFFS = "signoffs:\n  - {artifact: charter, approvers: [sponsor], due: 2026-02-01}\n"


def timeline(day: str, duration: str = "10d") -> str:
    return (
        "milestones:\n"
        f"  - {{id: M1, name: Go-live, date: {day}, after: [T-1]}}\n"
        "tasks:\n"
        f"  - {{id: T-1, name: Build, duration: {duration}}}\n"
    )


def risks(likelihood: int) -> str:
    fields = f"kind: threat, likelihood: {likelihood}, impact: 2, owner: ana, status: open"
    return f"risks:\n  - {{id: R-007, title: Lost rankings, {fields}}}\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    """Three months: a plan, an agreement to the charter, and then everything moves. The current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1785456000")  # 31 July 2026
    repository = TestRepository.create(tmp_path)
    files = {
        "project/project.yml": PROJECT,
        "project/people.yml": PEOPLE,
        "project/signoffs.yml": SIGNOFFS,
        "project/charter.yml": "problem: The old shop ends\nbudget: {approved: 1000}\n",
        "project/timeline.yml": timeline("2026-03-12"),
        "project/risks.yml": risks(5),
    }
    repository.commit("Begin", files=files, key=ANA, when="2026-01-10T10:00:00Z")
    repository.commit("Agree\n\nSignoff: approve charter", key=ANA, when="2026-01-20T10:00:00Z")
    repository.git("tag", "v1.0", "main")
    moved = {
        "project/charter.yml": "problem: The old shop ends\nbudget: {approved: 1500}\n",
        "project/timeline.yml": timeline("2026-04-02", "13d"),
        "project/risks.yml": risks(5),
    }
    repository.commit("All moves", files=moved, key=ANA, when="2026-03-01T23:30:00Z")
    repository.commit("Risk", files={"project/risks.yml": risks(4)}, key=ANA, when="2026-03-05T10:00:00Z")
    repository.check_out()
    return repository


def sentences(answer: Result) -> list[str]:
    assert answer.exit_code == 0, answer.stderr
    return [fact["sentence"] for fact in json.loads(answer.stdout)["facts"]]


def of(ecompm: Run, *arguments: str) -> dict[str, Any]:
    answer = ecompm("diff", *arguments, "--format", "json")
    assert answer.exit_code == 0, answer.stderr
    found: dict[str, Any] = json.loads(answer.stdout)
    return found


MOVED = [
    "Go-live 12 Mar -> 2 Apr (+21 days)",
    "Critical path +3 working days (10 -> 13)",
    "The last task of the plan ends 16 Jan -> 21 Jan (+5 days)",
    "Charter: no longer agreed; it changed after Sponsor had agreed",
    "Approved budget €1,000 -> €1,500 (+€500)",
    "R-007 Lost rankings 10 -> 8 (still medium, likelihood 5 -> 4)",
    "T-1 Build ends 16 Jan -> 21 Jan (+5 days): duration 10d -> 13d",
]


@pytest.mark.parametrize("revs", [("v1.0", "main"), ("v1.0", "HEAD"), ("HEAD~2", "HEAD"), ("2026-02-28", "2026-03-31")])
def test_between_two_revisions(shop: TestRepository, ecompm: Run, revs: tuple[str, str]) -> None:
    assert shop.tip("main")
    found = [fact for fact in of(ecompm, *revs)["facts"] if fact["topic"] != "findings"]
    assert [fact["sentence"] for fact in found] == MOVED
    assert (found[0]["was"], found[0]["is"], found[0]["amount"]) == ("2026-03-12", "2026-04-02", 21)
    assert (found[3]["was"], found[3]["is"], found[3]["tone"]) == ("valid", "stale", "bad")


def test_the_one_line_says_it_all(shop: TestRepository, ecompm: Run) -> None:
    line = "Go-live 12 Mar -> 2 Apr (+21 days); critical path +3 working days; one agreement no longer holds"
    assert shop.tip("main")
    assert of(ecompm, "v1.0", "main")["summary"] == f"{line}; approved budget €1,000 -> €1,500 (+€500); R-007 10 -> 8"


def test_text_is_read_from_top_to_bottom(shop: TestRepository, ecompm: Run) -> None:
    lines = ecompm("diff", "v1.0", "HEAD").stdout.splitlines()
    begin = shop.git("rev-parse", "v1.0")[:9]
    assert lines[0] == f"From v1.0 ({begin}, 20 Jan 2026) to HEAD ({shop.tip('main')[:9]}, 5 Mar 2026):"  # type: ignore[index]
    assert lines[1].startswith("Go-live 12 Mar -> 2 Apr (+21 days); critical path +3 working days")
    assert lines[3:5] == ["Go-live and gates", "  Go-live 12 Mar -> 2 Apr (+21 days)"]


def test_without_revisions_it_is_the_last_commit_against_the_working_tree(shop: TestRepository, ecompm: Run) -> None:
    assert sentences(ecompm("diff", "--format", "json")) == []
    assert ecompm("diff").stdout.splitlines()[1] == "Nothing changed."
    (shop.folder / "project/risks.yml").write_text(risks(1))
    found = of(ecompm)
    assert [fact["sentence"] for fact in found["facts"]] == ["R-007 Lost rankings 8 -> 2 (now low, likelihood 4 -> 1)"]
    assert (found["is"]["name"], found["is"]["dirty"], found["was"]["dirty"]) == ("", True, False)
    assert found["was"]["as_of"] == found["is"]["as_of"] == "2026-07-31"


def test_one_revision_is_compared_with_the_working_tree(shop: TestRepository, ecompm: Run) -> None:
    (shop.folder / "project/risks.yml").write_text(risks(1))
    found = of(ecompm, "v1.0", "--only", "risks")
    assert [fact["sentence"] for fact in found["facts"]] == ["R-007 Lost rankings 10 -> 2 (now low, likelihood 5 -> 1)"]
    assert (found["was"]["as_of"], found["is"]["as_of"]) == ("2026-01-20", "2026-07-31")


def test_each_side_is_judged_on_its_own_day(shop: TestRepository, ecompm: Run) -> None:
    """A clock that moves does not make an agreement stale, nor what is due overdue on the side before."""
    assert shop.tip("main")
    found = of(ecompm, "2026-01-31", "2026-02-28")
    assert found["facts"] == [fact for fact in found["facts"] if fact["topic"] == "findings"]
    assert (found["was"]["as_of"], found["is"]["as_of"]) == ("2026-01-31", "2026-02-28")
    assert (found["was"]["day"], found["was"]["name"]) == ("2026-01-20", "2026-01-31")
    early = of(ecompm, "v1.0", "HEAD", "--as-of", "2026-01-12")
    assert (early["was"]["as_of"], early["is"]["as_of"]) == ("2026-01-12", "2026-01-12")


def test_a_bare_repository_compares_with_its_head(
    shop: TestRepository, ecompm: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.git("clone", "-q", "--bare", ".", "bare.git")
    monkeypatch.chdir(tmp_path / "bare.git")
    answer = ecompm("diff", "v1.0", "--repository", ".", "--format", "json")
    assert "Go-live 12 Mar -> 2 Apr (+21 days)" in sentences(answer)
    assert json.loads(answer.stdout)["is"]["name"] == "HEAD"
    answer = ecompm("diff", "--repository", ".")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "A bare repository has no working tree: name the commits to compare." in answer.stderr


@pytest.mark.parametrize(
    ("artifact", "kinds"),
    [
        ("timeline", {"milestone-moved", "critical-path", "finish-moved", "task-moved"}),
        ("timeline/M1", {"milestone-moved"}),
        ("Charter", {"agreement-lost", "money-changed"}),
        ("risks/r-007", {"risk-scored"}),
        ("obligations/ana", set()),
        ("trust", set()),
    ],
)
def test_only_one_artifact(shop: TestRepository, ecompm: Run, artifact: str, kinds: set[str]) -> None:
    assert shop.tip("main")
    found = of(ecompm, "v1.0", "HEAD", "--only", artifact)["facts"]
    assert {fact["kind"] for fact in found if fact["topic"] != "findings"} == kinds


def test_names_are_text_in_markdown(shop: TestRepository, ecompm: Run) -> None:
    named = "title: 'A *b* <i> [x](y) @mia', kind: threat, likelihood: 1, impact: 1, owner: ana, status: open"
    (shop.folder / "project/risks.yml").write_text(f"risks:\n  - {{id: R-1, {named}}}\n")
    lines = ecompm("diff", "--format", "markdown").stdout.splitlines()
    assert "- New risk R-1 A \\*&#8203;b\\* &lt;i&gt; \\[x\\](y) @&#8203;mia, 1 (low)" in lines
    assert "### Risks" in lines


def test_the_json_agrees_with_the_documented_schema(shop: TestRepository, ecompm: Run, checkout: Path) -> None:
    schema = json.loads((checkout / "docs/reference/diff.schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    (shop.folder / "project/risks.yml").unlink()
    Draft202012Validator(schema).validate(of(ecompm, "v1.0"))


# --- what it refuses --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("nowhere",), "There is no commit `nowhere` in the repository"),
        (("2026-01-09",), "There is no commit on or before 2026-01-09: the first one is of 2026-01-10."),
        (("2026-02-30",), "There is no day 2026-02-30."),
        (("--only", "vendor"), "There is no artifact `vendor` on either side."),
        (("a", "b", "c"), "At most two revisions can be compared."),
    ],
)
def test_bad_input_is_one_sentence(
    shop: TestRepository, ecompm: Run, arguments: tuple[str, ...], sentence: str
) -> None:
    assert shop.tip("main")
    answer = ecompm("diff", *arguments)
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert sentence in answer.stderr


def test_an_option_never_reaches_git(shop: TestRepository, ecompm: Run) -> None:
    answer = ecompm("diff", "--", "--output=evil")
    assert answer.exit_code == 2
    assert "looks like an option" in answer.stderr
    assert not (shop.folder / "evil").exists()


def test_without_a_repository(tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "project").mkdir()
    (tmp_path / "project/project.yml").write_text(PROJECT)
    answer = ecompm("diff")
    assert answer.exit_code == 2
    assert answer.stderr == "ecompm: There is no git repository around project, so there is nothing to compare with.\n"


def test_before_the_first_commit(tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    TestRepository.create(tmp_path)
    (tmp_path / "project").mkdir()
    (tmp_path / "project/project.yml").write_text(PROJECT)
    answer = ecompm("diff")
    assert answer.exit_code == 2
    assert answer.stderr == "ecompm: There is no commit yet, so there is nothing to compare with.\n"


def test_a_commit_before_the_project(shop: TestRepository, ecompm: Run) -> None:
    alone = shop.commit("Elsewhere", files={"README": "x"}, parents=[], branch=None)
    answer = ecompm("diff", alone)
    assert answer.exit_code == 2
    assert f"There is no folder project in commit {alone[:12]}" in answer.stderr


def test_yaml_that_one_side_cannot_read_is_left_out_and_said(shop: TestRepository, ecompm: Run) -> None:
    (shop.folder / "project/risks.yml").write_text("risks: [\n")
    answer = ecompm("diff", "v1.0", "--format", "json")
    assert answer.exit_code == 1
    assert answer.stderr == "ecompm: project/risks.yml cannot be read in the working tree, so risks is not compared.\n"
    found = json.loads(answer.stdout)
    assert found["not_compared"] == ["risks"]
    assert "Go-live 12 Mar -> 2 Apr (+21 days)" in [fact["sentence"] for fact in found["facts"]]


def test_a_side_older_than_the_trust_root_says_nothing_of_agreements(shop: TestRepository, ecompm: Run) -> None:
    (root,) = shop.git("rev-parse", "main").split()
    found = of(ecompm, "v1.0", "main", "--trust-root", root)["facts"]
    assert [fact["sentence"] for fact in found if fact["topic"] == "agreements"] == []
    assert "Go-live 12 Mar -> 2 Apr (+21 days)" in [fact["sentence"] for fact in found]


# --- the past, elsewhere ----------------------------------------------------------------------------------------------


def test_every_command_on_the_content_takes_a_day_for_a_revision(shop: TestRepository, ecompm: Run) -> None:
    day, commit = "2026-02-28", shop.git("rev-parse", "v1.0")
    assert json.loads(ecompm("export", "--at", day).stdout)["registers"]["timeline"][0]["date"] == "2026-03-12"
    assert json.loads(ecompm("signoffs", "--at", day, "--format", "json").stdout)["commit"] == commit
    assert ecompm("digest", "charter", "--at", day).stdout == ecompm("digest", "charter", "--at", commit).stdout
    assert ecompm("check", "--at", day).stdout == ecompm("check", "--at", commit).stdout


def test_check_at_a_revision_says_what_was_wrong_then(shop: TestRepository, ecompm: Run) -> None:
    shop.commit("Wrong", files={"project/risks.yml": risks(9)}, key=ANA, when="2026-04-01T10:00:00Z")
    assert ecompm("check", "--at", "main").exit_code == 1
    assert ecompm("check", "--at", "main~1").exit_code == 0


def test_as_of_moves_the_clock_and_never_the_content(shop: TestRepository, ecompm: Run) -> None:
    assert shop.tip("main")
    early = json.loads(ecompm("signoffs", "--at", "v1.0", "--as-of", "2026-01-15", "--format", "json").stdout)
    late = json.loads(ecompm("signoffs", "--at", "v1.0", "--as-of", "2026-01-25", "--format", "json").stdout)
    assert [found["digest"] for found in early["signoffs"]] == [found["digest"] for found in late["signoffs"]]
    assert [found["status"] for found in early["signoffs"]] == ["missing"]
    assert [found["status"] for found in late["signoffs"]] == ["valid"]


def test_a_tag_that_is_called_like_a_day_comes_first(shop: TestRepository, ecompm: Run) -> None:
    shop.git("tag", "2026-03-31", "v1.0")
    assert sentences(ecompm("diff", "v1.0", "2026-03-31", "--format", "json")) == []
