"""Broken projects: the exact code and place of each fault, the exit status, and each format."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from mkdocs_ecompm.cli import findings
from mkdocs_ecompm.model.finding import Finding, Severity, Source
from mkdocs_ecompm.site.exports import finding_to_json

Run = Callable[..., Result]

RISK = (
    "risks:\n"
    "  - id: R-1\n"
    "    title: Lost rankings\n"
    "    kind: threat\n"
    "    likelihood: 2\n"
    "    impact: 3\n"
    "    owner: mia\n"
    "    status: open\n"
)
PROJECT = "id: shop\nname: New shop\n"

# One fault each: the file, its content, and what must be said of it.
BROKEN: dict[str, tuple[str, str | bytes, list[tuple[str, int, int]]]] = {
    "not YAML": ("project/risks.yml", "risks:\n  - id: 'R-1\n", [("yaml-syntax", 3, 1)]),
    "a key twice": ("project/project.yml", "id: shop\nname: Shop\nname: Other\n", [("yaml-duplicate-key", 3, 1)]),
    "an anchor": ("project/project.yml", "id: &a shop\nname: Shop\n", [("yaml-alias", 1, 5)]),
    "a tag": ("project/project.yml", "id: shop\nname: !!python/name:os.system x\n", [("yaml-tag", 2, 7)]),
    "two documents": ("project/project.yml", PROJECT + "---\nid: b\n", [("yaml-multiple-documents", 3, 1)]),
    "a bidirectional mark": (
        "project/project.yml",
        "id: shop\nname: a\u202eb\n",
        [("yaml-encoding", 2, 8)],
    ),
    "a merge conflict": (
        "project/project.yml",
        "id: shop\n<<<<<<< HEAD\nname: A\n=======\nname: B\n>>>>>>> other\n",
        [("merge-conflict", 2, 1)],
    ),
    "a value off the scale": (
        "project/risks.yml",
        RISK.replace("likelihood: 2", "likelihood: 7"),
        [("value-out-of-range", 5, 5)],
    ),
    "a misspelt key": ("project/risks.yml", RISK + "    triger: soon\n", [("unknown-key", 9, 5)]),
    "a German date": ("project/risks.yml", RISK + "    identified: 30.06.2026\n", [("bad-date", 9, 5)]),
    "an id twice": (
        "project/risks.yml",
        RISK + RISK.removeprefix("risks:\n").replace("R-1", "r-1"),
        [("duplicate-id", 9, 5)],
    ),
    "a word that is not known": (
        "project/risks.yml",
        RISK.replace("kind: threat", "kind: thread"),
        [("unknown-value", 4, 5)],
    ),
    "an unknown file": ("project/riks.yml", "risks: []\n", [("unknown-register", 1, 1)]),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_fault_is_one_finding_at_its_place(shop: Path, ecompm: Run, name: str) -> None:
    path, content, expected = BROKEN[name]
    (shop / path).write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = ecompm("check", "--format", "json")
    found = json.loads(answer.stdout)["findings"]
    assert [(item["code"], item["line"], item["column"]) for item in found] == expected, found
    assert {item["path"] for item in found} == {path}
    assert answer.exit_code == 1


@pytest.mark.usefixtures("shop")
def test_a_good_project_has_nothing_to_say(ecompm: Run) -> None:
    answer = ecompm("check")
    assert (answer.exit_code, answer.stdout) == (0, "No findings.\n")


def test_text_is_one_line_a_finding_with_its_hint_below(shop: Path, ecompm: Run) -> None:
    (shop / "project/risks.yml").write_text(RISK.replace("kind: threat", "kind: thread"))
    assert ecompm("check").stdout.splitlines() == [
        "project/risks.yml:4:5: error: kind must be one of threat, opportunity, got `thread` [unknown-value]",
        "    did you mean `threat`?",
        "1 error",
    ]


def test_json_has_the_keys_of_the_contract(shop: Path, ecompm: Run) -> None:
    (shop / "project/risks.yml").write_text(RISK.replace("likelihood: 2", "likelihood: 7"))
    answer = json.loads(ecompm("check", "--format", "json").stdout)
    assert list(answer) == ["version", "findings", "counts"]
    assert answer["counts"] == {"error": 1, "warning": 0, "info": 0}
    assert answer["findings"] == [
        {
            "code": "value-out-of-range",
            "severity": "error",
            "about": "text",
            "message": "likelihood must be 1 to 5, got 7",
            "path": "project/risks.yml",
            "line": 5,
            "column": 5,
            "hint": "",
        }
    ]


def test_warnings_about_the_text_fail_only_when_asked(shop: Path, ecompm: Run) -> None:
    (shop / "project/charter.yml").write_text("problem: Slow\n")
    assert "charter-no-authority" in ecompm("check").stdout
    assert ecompm("check").exit_code == 0
    assert ecompm("check", "--fail-on", "warning").exit_code == 1


def test_how_the_project_stands_never_fails(shop: Path, ecompm: Run) -> None:
    (shop / "project/obligations.yml").write_text(
        "obligations:\n  - id: O-1\n    party: mia\n    what: Texts\n    due: 2026-01-01\n    process:\n      - write\n"
    )
    answer = ecompm("check", "--fail-on", "warning", "--as-of", "2026-02-01", "--format", "json")
    found = json.loads(answer.stdout)["findings"]
    assert [(item["code"], item["about"]) for item in found] == [("obligation-overdue", "project")]
    assert answer.exit_code == 0


def test_github_annotations_cannot_be_forged() -> None:
    item = Finding(
        "unknown-value",
        Severity.ERROR,
        "got `a\n::error::forged`, 100%",
        Source("project/a,b:c.yml", 3, 5),
        hint="mend it",
    )
    assert findings.to_annotation(item) == (
        "::error file=project/a%2Cb%3Ac.yml,line=3,col=5,title=unknown-value"
        "::got `a%0A::error::forged`, 100%25%0Amend it"
    )


def test_github_format_speaks_of_each_finding(shop: Path, ecompm: Run) -> None:
    (shop / "project/charter.yml").write_text("problem: Slow\nvison: Fast\n")
    lines = ecompm("check", "--format", "github").stdout.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::warning", "::error"]


def test_a_finding_about_a_commit_has_no_place() -> None:
    item = Finding("signoff-malformed", Severity.WARNING, "two decisions", commit="a" * 40)
    assert finding_to_json(item) | {"message": ""} == {
        "code": "signoff-malformed",
        "severity": "warning",
        "about": "project",
        "message": "",
        "path": None,
        "line": None,
        "column": None,
        "hint": "",
        "commit": "a" * 40,
    }
    assert findings.to_text(item) == "commit aaaaaaaaaaaa: warning: two decisions [signoff-malformed]"
    assert "locations" not in findings.to_sarif([item])["runs"][0]["results"][0]
    assert findings.to_annotation(item) == f"::warning title=signoff-malformed::commit {'a' * 40}: two decisions"


def test_sarif_points_at_the_line(shop: Path, ecompm: Run) -> None:
    (shop / "project/risks.yml").write_text(RISK.replace("likelihood: 2", "likelihood: 7"))
    log: dict[str, Any] = json.loads(ecompm("check", "--format", "sarif").stdout)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == result["ruleId"] == "value-out-of-range"
    assert rule["shortDescription"]["text"]
    assert result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "project/risks.yml", "uriBaseId": "%SRCROOT%"}
    assert place["region"] == {"startLine": 5, "startColumn": 5}


def test_paths_are_relative_to_the_repository(shop: Path, ecompm: Run) -> None:
    (shop / "sub").mkdir()
    (shop / "project").rename(shop / "sub" / "plan")
    (shop / ".git").mkdir()
    for name in ("objects", "refs"):
        (shop / ".git" / name).mkdir()
    (shop / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    (shop / "sub/plan/risks.yml").write_text(RISK.replace("likelihood: 2", "likelihood: 7"))
    answer = ecompm("check", "--project", "sub/plan", "--format", "json")
    assert [item["path"] for item in json.loads(answer.stdout)["findings"]] == ["sub/plan/risks.yml"]
