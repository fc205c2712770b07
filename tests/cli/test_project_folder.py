"""A project folder that is a symbolic link, on disk and in a commit."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from repositories import TestRepository

Run = Callable[..., Result]


@pytest.fixture
def linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    made = TestRepository.create(tmp_path / "made")
    made.commit("Begin", files={"other/project.yml": "id: shop\nname: New shop\n"})
    made.check_out()
    (made.folder / "project").symlink_to("other")
    made.git("add", "project")
    made.git("-c", "user.name=A", "-c", "user.email=a@shop.example", "commit", "-q", "-m", "Link")
    monkeypatch.chdir(made.folder)
    return made


@pytest.mark.usefixtures("linked")
def test_a_project_folder_that_is_a_link_is_told(ecompm: Run) -> None:
    answer = ecompm("check", "--format", "json")
    (found,) = json.loads(answer.stdout)["findings"]
    assert (found["code"], found["severity"], found["about"]) == ("project-folder-link", "warning", "text")
    assert "read as other/" in found["message"]
    assert ecompm("check", "--project", "other").stdout == "No findings.\n"


def test_a_link_in_a_commit_is_no_folder(linked: TestRepository, tmp_path: Path, ecompm: Run) -> None:
    linked.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    answer = ecompm("check", "--repository", str(tmp_path / "bare.git"))
    assert answer.exit_code == 2
    assert "There is no folder project in commit" in answer.stderr
