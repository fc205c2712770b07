from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from click.testing import Result
from repositories import SigningKey

from mkdocs_ecompm.cli.identity import slug

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def pinned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed day, a fixed place, and nobody at home."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")  # 2026-01-01
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)


def configure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **settings: str) -> None:
    path = tmp_path / "gitconfig"
    for name, value in settings.items():
        subprocess.run(["git", "config", "--file", path, name.replace("_", "."), value], check=True)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(path))


def people(folder: Path) -> dict[str, object]:
    content: dict[str, object] = yaml.safe_load((folder / "project/people.yml").read_text("utf-8"))
    return content


def test_a_starter_has_nothing_wrong(ecompm: Run) -> None:
    answer = ecompm("init", "new-shop")
    assert answer.exit_code == 0, answer.output
    assert "git init" in answer.stdout
    checked = ecompm("check", "--project", "new-shop/project", "--format", "json")
    assert [item for item in json.loads(checked.stdout)["findings"] if item["about"] == "text"] == []


def test_a_starter_holds_each_register_in_block_style(tmp_path: Path, ecompm: Run) -> None:
    ecompm("init", "new-shop")
    names = {path.stem for path in (tmp_path / "new-shop/project").iterdir()}
    assert names == {"project", "people", "charter", "raci", "obligations", "timeline", "risks", "signoffs"}
    for path in (tmp_path / "new-shop/project").iterdir():
        code = [line.partition(" #")[0] for line in path.read_text("utf-8").splitlines() if line.strip()[:1] != "#"]
        assert not [line for line in code if "{" in line or ": [" in line], path
    assert {path.name for path in (tmp_path / "new-shop").iterdir()} == {
        ".gitignore",
        "README.md",
        "docs",
        "mkdocs.yml",
        "project",
    }


def test_nothing_is_overwritten_and_nothing_half_written(tmp_path: Path, ecompm: Run) -> None:
    (tmp_path / "old").mkdir()
    (tmp_path / "old/mkdocs.yml").write_text("site_name: Mine\n")
    answer = ecompm("init", "old")
    assert answer.exit_code == 2
    assert answer.stderr == "ecompm: Nothing was written: old already holds mkdocs.yml.\n"
    assert [path.name for path in (tmp_path / "old").iterdir()] == ["mkdocs.yml"]
    assert (tmp_path / "old/mkdocs.yml").read_text() == "site_name: Mine\n"


def test_an_existing_folder_with_other_files_is_welcome(tmp_path: Path, ecompm: Run) -> None:
    (tmp_path / "here/.git").mkdir(parents=True)
    answer = ecompm("init", "here")
    assert answer.exit_code == 0
    assert "git init" not in answer.stdout


def test_the_one_who_runs_it_is_in_people_with_his_key(
    tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SigningKey.make("mia")
    (tmp_path / "mia.pub").write_text(f"{key.line} mia@laptop\n")
    configure(
        tmp_path,
        monkeypatch,
        user_name='Mia "M" Köster',
        user_email="mia@shop.example",
        user_signingkey=str(tmp_path / "mia"),
    )
    answer = ecompm("init", "new-shop")
    assert "You are mia" in answer.stdout
    content = people(tmp_path / "new-shop")
    person = content["people"][0]  # type: ignore[index]
    assert person["id"] == "mia"
    assert person["name"] == 'Mia "M" Köster'
    assert person["email"] == "mia@shop.example"
    assert person["keys"] == [{"ssh": f"{key.line} mia@laptop"}]
    assert content["trust"] == {"admins": ["mia"], "quorum": 1}
    assert ecompm("check", "--project", "new-shop/project", "--fail-on", "warning").exit_code == 0


def test_a_key_at_home_is_found_and_a_broken_one_is_not_taken(tmp_path: Path, ecompm: Run) -> None:
    ssh = tmp_path / "home/.ssh"
    ssh.mkdir(parents=True)
    (ssh / "id_ed25519.pub").write_text("ssh-ed25519 broken\n")
    key = SigningKey.make("mia", "ecdsa-256")
    (ssh / "id_ecdsa.pub").write_text(key.line + "\n")
    answer = ecompm("init", "new-shop")
    person = people(tmp_path / "new-shop")["people"][0]  # type: ignore[index]
    assert person["keys"] == [{"ssh": key.line}]
    assert "    git config user.signingkey ~/.ssh/id_ecdsa.pub\n" in answer.stdout


def test_a_key_in_the_configuration_itself_is_taken(
    tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = SigningKey.make("mia")
    configure(tmp_path, monkeypatch, user_name="Mia", user_signingkey=f"key::{key.line}", gpg_format="ssh")
    assert "git config" not in ecompm("init", "new-shop").stdout
    assert people(tmp_path / "new-shop")["people"][0]["keys"] == [{"ssh": key.line}]  # type: ignore[index]


def test_without_a_key_the_file_says_how_to_add_one(tmp_path: Path, ecompm: Run) -> None:
    answer = ecompm("init", "new-shop")
    assert "no SSH key was found" in answer.stdout
    text = (tmp_path / "new-shop/project/people.yml").read_text("utf-8")
    assert "ssh-keygen -t ed25519" in text
    assert "keys" not in people(tmp_path / "new-shop")["people"][0]  # type: ignore[index]


@pytest.mark.parametrize("name", ["IT", "Finance", "王小明", "---"])
def test_any_name_gives_an_id_of_its_own(
    tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    configure(tmp_path, monkeypatch, user_name=name)
    assert ecompm("init", "new-shop").exit_code == 0
    answer = ecompm("check", "--project", "new-shop/project", "--fail-on", "warning")
    assert answer.exit_code == 0, answer.stdout


@pytest.mark.parametrize("folder", ["Größe & Co", "2026", "a:b #c", "..dots"])
def test_any_folder_gives_a_project(tmp_path: Path, ecompm: Run, folder: str) -> None:
    assert ecompm("init", folder).exit_code == 0
    answer = ecompm("check", "--project", f"{folder}/project", "--fail-on", "warning")
    assert answer.exit_code == 0, answer.stdout
    assert yaml.safe_load((tmp_path / folder / "mkdocs.yml").read_text("utf-8"))["site_name"]


def test_slug() -> None:
    assert slug("Groß-Köster, Ana") == "gross-koster-ana"
    assert slug("王") == ""


def test_the_first_signature_counts(tmp_path: Path, ecompm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    key = SigningKey.make("mia").file(tmp_path)
    settings = {
        "user_name": "Mia",
        "user_email": "mia@shop.example",
        "user_signingkey": f"{key}.pub",
        "gpg_format": "ssh",
    }
    configure(tmp_path, monkeypatch, **settings)
    ecompm("init", "new-shop")
    monkeypatch.chdir("new-shop")
    for command in (
        "git init --quiet",
        "git add .",
        "git commit --quiet -m Begin",
        "git commit --quiet -S --allow-empty -m Approve --trailer",
    ):
        more = ["Signoff: approve charter"] if command.endswith("--trailer") else []
        subprocess.run([*command.split(), *more], check=True)
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    answer = json.loads(ecompm("signoffs", "charter", "--format", "json").stdout)
    slots = {slot["approver"]: slot["status"] for slot in answer["signoffs"][0]["slots"]}
    assert slots == {"sponsor": "missing", "project-manager": "valid"}
    assert answer["trust"]["source"] == "first-use"


def test_the_example_goes_where_it_is_asked_to(tmp_path: Path, ecompm: Run) -> None:
    answer = ecompm("init", "demo", "--example")
    assert answer.exit_code == 0, answer.output
    assert (tmp_path / "demo/.git").is_dir()
    assert (tmp_path / "demo/project/project.yml").is_file()
    again = ecompm("init", "demo", "--example")
    assert again.exit_code == 2
    assert len(again.stderr.splitlines()) == 1
