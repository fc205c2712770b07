"""`ecompm signatures` where OpenPGP keys are named in people.yml."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands import run_ecompm
from gnupg import Keyring, OpenPGPKey
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.signatures import openpgp

EVA = SigningKey.make("eva", "sk-ed25519")
PEOPLE = f"""
people:
  - {{id: ana, name: Ana, keys: [{{openpgp: keys/ana.asc, from: "2026-01-01T00:00:00Z", to: "2026-06-01T00:00:00Z"}}]}}
  - {{id: ben, name: Ben, keys: [{{openpgp: keys/ben.pgp, revoked: {{on: "2026-02-01T00:00:00Z", reason: retired}}}}]}}
  - {{id: kim, name: Kim, keys: [{{openpgp: keys/kim.asc}}]}}
  - {{id: eva, name: Eva, keys: [{{ssh: "{EVA.line}"}}]}}
"""


class Team:
    """People with OpenPGP keys."""

    def __init__(self, keyring: Keyring) -> None:
        self.ana, self.ben = keyring.make("ana", "rsa2048"), keyring.make("ben")
        self.kim = keyring.make("kim", when="20260101", expires="30d").at("20260110")
        self.stranger = keyring.make("stranger")
        self.files: dict[str, str | bytes] = {
            "project/people.yml": PEOPLE,
            "project/keys/ana.asc": self.ana.exported,
            "project/keys/ben.pgp": keyring.gpg("--export", self.ben.user),
            "project/keys/kim.asc": self.kim.exported,
        }


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    with Keyring.create() as keyring:
        yield Team(keyring)


@pytest.fixture
def made(tmp_path: Path, team: Team, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    made = TestRepository.create(tmp_path / "made")
    made.commit("people", files=team.files, when="2026-01-01T00:00:00Z")
    made.check_out()
    monkeypatch.chdir(made.folder)
    return made


def run(*arguments: str | Path) -> Result:
    return run_ecompm("signatures", *map(str, arguments))


def rows(*arguments: str | Path) -> list[dict[str, Any]]:
    result = run("--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    return list(json.loads(result.stdout)["signatures"])


def first(made: TestRepository, key: OpenPGPKey, when: str, *arguments: str | Path) -> tuple[str, str | None]:
    made.commit("agreed", key=key, when=when)  # type: ignore[arg-type]
    row = rows(*arguments)[0]
    assert row["format"] == "openpgp"
    return row["status"], row["signer"]


def test_one_commit_in_full(made: TestRepository, team: Team) -> None:
    oid = made.commit("agreed", key=team.ana, when="2026-02-01T00:00:00Z")  # type: ignore[arg-type]
    assert rows("HEAD~1..HEAD") == [
        {
            "commit": oid,
            "format": "openpgp",
            "status": "good",
            "key": team.ana.fingerprint,
            "signer": "ana",
            "hardware": False,
        }
    ]


def test_people_decide(made: TestRepository, team: Team) -> None:
    assert first(made, team.ana, "2025-12-31T00:00:00Z") == ("not-yet-valid", "ana")
    assert first(made, team.ana, "2026-05-31T23:59:59Z") == ("good", "ana")
    assert first(made, team.ana, "2026-06-01T00:00:00Z") == ("expired", "ana")
    assert first(made, team.ben, "2026-01-15T00:00:00Z") == ("revoked", "ben")
    assert first(made, team.stranger, "2026-01-15T00:00:00Z") == ("unknown-key", None)
    assert rows()[0]["key"] == team.stranger.fingerprint


def test_the_end_of_a_certificate_at_the_date_of_the_commit(made: TestRepository, team: Team) -> None:
    assert first(made, team.kim, "2026-01-30T00:00:00Z") == ("good", "kim")
    assert first(made, team.kim, "2026-02-02T00:00:00Z") == ("expired", "kim")
    assert first(made, team.kim, "2020-01-01T00:00:00Z") == ("good", "kim")


def test_a_certificate_of_two_people_is_nobodys(made: TestRepository, team: Team) -> None:
    (made.folder / "project/people.yml").write_text(PEOPLE.replace("kim.asc", "ana.asc"))
    assert first(made, team.ana, "2026-02-01T00:00:00Z") == ("unknown-key", None)


def test_the_same_key_for_ssh_under_another_name_is_nobodys(made: TestRepository, team: Team) -> None:
    line = team.ana.keyring.gpg("--export-ssh-key", f"{team.ana.fingerprint}!").decode().strip()
    assert first(made, team.ana, "2026-02-01T00:00:00Z") == ("good", "ana")
    (made.folder / "project/people.yml").write_text(PEOPLE.replace(EVA.line, line))
    assert first(made, team.ana, "2026-02-01T00:00:00Z") == ("unknown-key", None)


def test_formats_side_by_side_and_in_a_bare_repository(made: TestRepository, team: Team, tmp_path: Path) -> None:
    made.commit("ssh", key=EVA, when="2026-02-01T00:00:00Z")
    made.commit("openpgp", key=team.ana, when="2026-02-01T00:00:00Z")  # type: ignore[arg-type]
    expected = [("openpgp", "good", "ana"), ("ssh", "good", "eva"), ("none", "none", None)]
    assert [(row["format"], row["status"], row["signer"]) for row in rows()] == expected
    made.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    bare = rows("--repository", tmp_path / "bare.git")
    assert [(row["format"], row["status"], row["signer"]) for row in bare] == expected


def test_allowed_signers_have_no_openpgp_keys(made: TestRepository, team: Team, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text(f"someone {EVA.line}\n")
    made.commit("ssh", key=EVA, when="2026-02-01T00:00:00Z")
    assert first(made, team.ana, "2026-02-01T00:00:00Z", "--allowed-signers", allowed) == ("unknown-key", None)
    both = rows("--allowed-signers", allowed, "--project", "project")[:2]
    assert [(row["status"], row["signer"]) for row in both] == [("good", "ana"), ("good", "someone")]


def test_a_repository_without_a_project(tmp_path: Path, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    made = TestRepository.create(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert first(made, team.ana, "2026-02-01T00:00:00Z") == ("unknown-key", None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("keys/ana.asc", "keys/absent.asc"), "there is no key file keys/absent.asc in the project folder"),
        (("keys/ana.asc", "../ana.asc"), "there is no key file ../ana.asc in the project folder"),
        (("keys/ana.asc", "people.yml"), "the key file people.yml cannot be used: its block is damaged"),
    ],
)
def test_key_files_that_cannot_be_used(
    made: TestRepository, team: Team, change: tuple[str, str], sentence: str
) -> None:
    (made.folder / "project/people.yml").write_text(PEOPLE.replace(*change))
    (made.folder / "ana.asc").write_bytes(team.ana.exported)
    made.commit("ana", key=team.ana, when="2026-02-01T00:00:00Z")  # type: ignore[arg-type]
    made.commit("kim", key=team.kim, when="2026-01-20T00:00:00Z")  # type: ignore[arg-type]
    result = run("--format", "json", "HEAD~2..HEAD")
    assert result.exit_code == 1
    found = [row["status"] for row in json.loads(result.stdout)["signatures"]]
    assert found == ["good", "unknown-key"]
    assert result.stderr.startswith("project/people.yml:3:")
    assert result.stderr.endswith(f": this key of ana is not used: {sentence}.\n")


def test_a_key_file_behind_a_link(made: TestRepository, team: Team) -> None:
    key = made.folder / "project/keys/ana.asc"
    key.rename(made.folder / "ana.asc")
    key.symlink_to(made.folder / "ana.asc")
    made.commit("ana", key=team.ana, when="2026-02-01T00:00:00Z")  # type: ignore[arg-type]
    result = run()
    assert result.exit_code == 1
    assert "there is no key file keys/ana.asc" in result.stderr


def test_without_the_extra(made: TestRepository, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openpgp, "available", lambda: False)
    made.commit("agreed", key=team.ana, when="2026-02-01T00:00:00Z")  # type: ignore[arg-type]
    result = run("--format", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["signatures"][0]["status"] == "unsupported"
    assert result.stderr == 'OpenPGP signatures need an extra: pip install "mkdocs-ecompm[openpgp]".\n'
    made.commit("later", key=EVA)
    assert run("HEAD~1..HEAD").stderr == ""
