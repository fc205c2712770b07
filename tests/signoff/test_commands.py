"""`ecompm signoffs` and `ecompm digest`, as somebody runs them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from scenes import CHARTER, SIGNOFFS, Scene, changed, text

Run = Callable[..., Result]


@pytest.fixture
def folder(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Path:
    scene.repository.check_out()
    monkeypatch.chdir(scene.repository.folder)
    return scene.repository.folder


@pytest.fixture
def run(ecompm: Callable[..., Result]) -> Run:
    """A command on a day of the past."""
    return lambda *arguments: ecompm(*arguments, "--as-of", "2026-06-01")


def test_a_manager_reads_who_waits_for_whom(scene: Scene, folder: Path, run: Run) -> None:
    scene.say("approve charter", "ana", when="2026-02-18T09:00:00Z")
    scene.commit("Change", charter=changed(CHARTER, problem="The shop is slow"))
    scene.say("approve charter", "ben")
    scene.repository.check_out()
    out = run("signoffs").output
    assert "charter: stale" in out
    assert "Ana Ruiz agreed on 2026-02-18 (signed)" in out
    assert "The shop is old -> The shop is slow" in out
    assert "Ben Okafor, approve charter" in out
    assert "[not-in-role]" in out
    assert "taken on first use" in out
    assert (folder / "project").is_dir()


@pytest.mark.usefixtures("folder")
def test_json_and_a_choice_of_artifacts(scene: Scene, run: Run) -> None:
    answer: dict[str, Any] = json.loads(run("signoffs", "--format", "json").output)
    assert [found["artifact"] for found in answer["signoffs"]] == ["charter"]
    assert (answer["project"], answer["commit"], answer["dirty"]) == ("shop", scene.root, False)
    assert json.loads(run("signoffs", "CHARTER", "--format", "json").output)["signoffs"]
    nothing = run("signoffs", "risks", "--format", "json")
    assert "nobody is asked to sign `risks`" in nothing.stderr
    assert json.loads(nothing.stdout)["signoffs"] == []


def test_require_fails_unless_all_that_is_due_holds(scene: Scene, folder: Path, run: Run) -> None:
    assert run("signoffs").exit_code == 0
    assert run("signoffs", "--require").exit_code == 1
    assert run("signoffs", "risks", "--require").exit_code == 1
    demands = folder / "project/signoffs.yml"
    for due, code in (("2026-06-02", 0), ("2026-06-01", 1), ("2026-05-31", 1)):
        demands.write_text(text({"signoffs": [{**SIGNOFFS["signoffs"][0], "due": due}]}))
        assert run("signoffs", "--require").exit_code == code
    scene.say("approve charter", "ana")
    assert run("signoffs", "--require").exit_code == 0


def test_the_digest_can_be_quoted(scene: Scene, folder: Path, run: Run) -> None:
    out = run("digest", "charter", "trust").output.splitlines()
    digest, name = out[0].split("  ")
    assert (name, digest) == ("charter", scene.agreement().digest)
    assert out[1].endswith("  trust")
    (folder / "project/charter.yml").write_text(text(changed(CHARTER, problem="New")))
    assert run("digest", "charter").output.split()[0] != digest
    assert run("digest", "charter", "--at", "HEAD").output.split()[0] == digest


def test_what_is_not_there_or_unreadable_has_no_digest(folder: Path, run: Run) -> None:
    missing = run("digest", "risks")
    assert (missing.exit_code, "no artifact `risks`" in missing.stderr) == (2, True)
    (folder / "project/charter.yml").write_text("problem: [")
    broken = run("digest", "charter")
    assert (broken.exit_code, "cannot be read" in broken.stderr) == (2, True)


@pytest.mark.usefixtures("folder")
def test_a_wrong_trust_root_is_a_matter_of_the_environment(scene: Scene, run: Run) -> None:
    wrong = run("signoffs", "--trust-root", "0" * 40)
    assert wrong.exit_code == 2
    assert "nor an ancestor" in wrong.stderr
    assert run("signoffs", "--trust-root", "HEAD").exit_code == 2
    right = json.loads(run("signoffs", "--trust-root", scene.root, "--format", "json").output)
    assert right["trust"]["source"] == "verifier"


def test_content_of_another_commit(scene: Scene, folder: Path, run: Run) -> None:
    said = scene.say("approve charter", "ana")
    scene.commit("Change", charter=changed(CHARTER, problem="Other"))
    then = json.loads(run("signoffs", "--at", said, "--format", "json").output)
    assert (then["commit"], then["signoffs"][0]["status"]) == (said, "valid")
    assert folder.is_dir()


def test_require_asks_each_slot_for_its_own_day(scene: Scene, folder: Path, run: Run) -> None:
    scene.say("approve charter", "ana")
    demands = [
        {"artifact": "charter", "approvers": ["sponsor"], "due": "2027-06-01"},
        {"artifact": "charter", "approvers": ["lead"]},
    ]
    scene.commit("Trust\n\nSignoff: approve trust", "ana", signoffs={"signoffs": demands})
    scene.repository.check_out()
    assert folder.is_dir()
    assert run("signoffs", "--require").exit_code == 1
    scene.say("approve charter", "ben")
    assert run("signoffs", "--require").exit_code == 0


def test_require_says_no_where_it_cannot_be_told_what_is_demanded(scene: Scene, folder: Path, run: Run) -> None:
    scene.say("approve charter", "ana")
    scene.commit("Break", "ana", files={"project/signoffs.yml": "signoffs: ["})
    scene.repository.check_out()
    assert run("signoffs", "--require").exit_code == 0
    scene.repository.remove(scene.root)
    answer = run("signoffs", "--require", "--format", "json")
    assert (answer.exit_code, json.loads(answer.stdout)["signoffs"]) == (1, [])
    assert folder.is_dir()
