"""`ecompm signatures`, on real repositories and side by side with `git log --format=%G?`."""

from __future__ import annotations

import json
import os
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from commands import run_ecompm
from repositories import Kind, SigningKey, TestRepository, insert_signature

from mkdocs_ecompm.load.files import FilesError, FolderFiles

ANA, BEN, EVA = SigningKey.make("ana"), SigningKey.make("ben", "ecdsa-256"), SigningKey.make("eva", "sk-ed25519")
PEOPLE = f"""
people:
  - id: ana
    name: Ana Ruiz
    keys:
      - {{ssh: "{ANA.line}", from: "2026-01-01T00:00:00Z", to: "2026-03-01T00:00:00Z"}}
  - id: ben
    name: Ben Okafor
    keys:
      - ssh: {BEN.line} ben@laptop
        revoked: {{on: "2026-02-01T00:00:00Z", reason: retired}}
  - id: eva
    name: Eva Lind
    keys: [{{ssh: "{EVA.line}"}}]
"""


def run(*arguments: str | Path) -> Result:
    return run_ecompm("signatures", *map(str, arguments))


def rows(*arguments: str | Path) -> list[dict[str, Any]]:
    result = run("--format", "json", *arguments)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert list(answer) == ["version", "signatures"]
    assert answer["version"] == 1
    return list(answer["signatures"])


def statuses(*arguments: str | Path) -> list[str]:
    return [row["status"] for row in rows(*arguments)]


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TestRepository:
    made = TestRepository.create(tmp_path / "made")
    made.commit("people", files={"project/people.yml": PEOPLE}, when="2026-01-01T00:00:00Z")
    made.check_out()
    monkeypatch.chdir(made.folder)
    return made


# --- whom it knows ------------------------------------------------------------------------------------------------


def test_one_commit_in_full(made: TestRepository) -> None:
    oid = made.commit("agreed", key=EVA)
    assert rows("HEAD~1..HEAD") == [
        {
            "commit": oid,
            "format": "ssh",
            "status": "good",
            "key": EVA.fingerprint,
            "signer": "eva",
            "hardware": True,
        }
    ]
    assert rows("HEAD~1")[0] == {
        "commit": made.git("rev-parse", "HEAD~1"),
        "format": "none",
        "status": "none",
        "key": None,
        "signer": None,
        "hardware": False,
    }


@pytest.mark.parametrize(
    ("key", "when", "status", "signer"),
    [
        (ANA, "2025-12-31T23:59:59Z", "not-yet-valid", "ana"),
        (ANA, "2026-01-01T00:00:00Z", "good", "ana"),
        (ANA, "2026-02-28T23:59:59Z", "good", "ana"),
        (ANA, "2026-03-01T00:00:00Z", "expired", "ana"),
        (ANA, "2026-03-01T00:30:00+01:00", "good", "ana"),
        (BEN, "2026-01-15T00:00:00Z", "revoked", "ben"),
        (EVA, "2001-01-01T00:00:00Z", "good", "eva"),
        (SigningKey.make("mallory"), "2026-01-15T00:00:00Z", "unknown-key", None),
    ],
)
def test_people_decide(made: TestRepository, key: SigningKey, when: str, status: str, signer: str | None) -> None:
    made.commit("agreed", key=key, when=when)
    row = rows()[0]
    assert (row["status"], row["signer"], row["key"]) == (status, signer, key.fingerprint)


def test_the_committer_time_decides(made: TestRepository) -> None:
    made.commit("agreed", key=ANA, when="2026-03-02T00:00:00Z", author_when="2026-02-01T00:00:00Z")
    assert rows()[0]["status"] == "expired"


def test_a_key_of_two_people_is_nobodys(made: TestRepository) -> None:
    (made.folder / "project/people.yml").write_text(PEOPLE.replace(BEN.line, ANA.line))
    made.commit("agreed", key=ANA, when="2026-02-01T00:00:00Z")
    assert [rows()[0][name] for name in ("status", "signer")] == ["unknown-key", None]


def test_a_key_that_was_tampered_with_is_bad_before_it_is_unknown(made: TestRepository) -> None:
    made.commit("agreed", key=SigningKey.make("mallory"), change=lambda raw: raw.replace(b"agreed", b"denied"))
    assert rows()[0]["status"] == "bad"


def test_a_faulty_key_is_named_and_hides_no_other(made: TestRepository) -> None:
    people = PEOPLE.replace("2026-03-01T00:00:00Z", "2026-03-01T00:00:00").replace(f"{BEN.line} ", "ssh-rsa junk ")
    (made.folder / "project/people.yml").write_text(people)
    for key in (ANA, EVA):
        made.commit("agreed", key=key, when="2026-02-01T00:00:00Z")
    result = run("--format", "json", "HEAD~2..HEAD")
    assert result.exit_code == 1
    assert [row["status"] for row in json.loads(result.stdout)["signatures"]] == ["good", "unknown-key"]
    complaints = result.stderr.splitlines()
    assert len(complaints) == 2
    assert complaints[0].startswith("project/people.yml:6:")
    assert "no offset" in complaints[0]


def test_people_that_cannot_be_read(made: TestRepository) -> None:
    (made.folder / "project/people.yml").write_text("people: [")
    made.commit("agreed", key=EVA)
    result = run("--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["signatures"][0]["status"] == "unknown-key"
    assert "people.yml cannot be read" in result.stderr


def test_people_behind_a_link_are_not_followed(made: TestRepository, tmp_path: Path) -> None:
    people = made.folder / "project/people.yml"
    people.rename(tmp_path / "people.yml")
    people.symlink_to(tmp_path / "people.yml")
    made.commit("agreed", key=EVA)
    result = run("--format", "json")
    assert result.exit_code == 1
    assert json.loads(result.stdout)["signatures"][0]["status"] == "unknown-key"
    assert "people.yml cannot be read" in result.stderr


def test_people_that_nobody_may_read(made: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_files: FolderFiles, path: str) -> bytes:
        raise FilesError(f"The file {path} cannot be read: Permission denied.")

    monkeypatch.setattr(FolderFiles, "read", refuse)
    made.commit("agreed", key=EVA)
    result = run()
    assert result.exit_code == 1
    assert result.stderr == "The file people.yml cannot be read: Permission denied.\n"


def test_people_in_a_folder_of_files(made: TestRepository) -> None:
    (made.folder / "project/people.yml").unlink()
    (made.folder / "project/people").mkdir()
    (made.folder / "project/people/eva.yml").write_text(PEOPLE)
    made.commit("agreed", key=EVA)
    assert rows()[0]["signer"] == "eva"


def test_a_certificate_is_known_by_its_authority_alone(made: TestRepository, tmp_path: Path) -> None:
    authority, private = SigningKey.make("authority"), ANA.file(tmp_path)
    options = ["-I", "id", "-n", "ana@home", "-V", "20260101:20270101"]
    command = ["ssh-keygen", "-q", "-s", str(authority.file(tmp_path)), *options, f"{private}.pub"]
    subprocess.run(command, check=True, env=os.environ | {"TZ": "UTC"})

    def certified(payload: bytes) -> bytes:
        command = ["ssh-keygen", "-Y", "sign", "-n", "git", "-f", f"{private}-cert.pub"]
        return insert_signature(payload, subprocess.run(command, input=payload, check=True, capture_output=True).stdout)

    made.commit("agreed", change=certified, when="2026-02-01T00:00:00Z")
    row = rows()[0]
    assert (row["status"], row["signer"], row["key"]) == ("unknown-key", None, ANA.fingerprint)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"*@home cert-authority {authority.line}\n")
    row = rows("--allowed-signers", allowed)[0]
    assert (row["status"], row["signer"]) == ("good", "ana@home")
    theirs = made.git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "log", "-1", "--format=%G? %GS %GF")
    assert theirs == f"G ana@home {row['key']}"


def test_allowed_signers_decide_alone(made: TestRepository, tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text(f'"ana ruiz,ana@home" {ANA.line}\neva valid-before="20260101Z" {EVA.line}\njunk\n')
    for key in (ANA, EVA, BEN):
        made.commit("agreed", key=key, when="2026-06-01T00:00:00Z")
    result = run("--format", "json", "--allowed-signers", allowed, "HEAD~3..HEAD")
    assert result.exit_code == 0
    found = [(row["status"], row["signer"]) for row in json.loads(result.stdout)["signatures"]]
    assert found == [("unknown-key", None), ("expired", "eva"), ("good", "ana ruiz")]
    assert "Line 3 allows nothing" in result.stderr


# --- where it works -----------------------------------------------------------------------------------------------


def test_a_repository_without_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = TestRepository.create(tmp_path)
    made.commit("first", key=ANA)
    monkeypatch.chdir(tmp_path)
    assert statuses() == ["unknown-key"]


def test_a_bare_repository_takes_people_from_head(made: TestRepository, tmp_path: Path) -> None:
    made.commit("agreed", key=EVA)
    made.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    assert [row["signer"] for row in rows("--repository", tmp_path / "bare.git")] == ["eva", None]
    assert statuses("--repository", tmp_path / "bare.git", "--project", "project") == ["good", "none"]


def test_from_below_and_from_outside(made: TestRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    made.commit("agreed", key=EVA)
    for folder, arguments in [
        (made.folder / "project", []),
        (tmp_path, ["--repository", made.folder]),
        (tmp_path, ["--project", made.folder / "project"]),
        (tmp_path, ["--repository", made.folder, "--project", made.folder / "project"]),
    ]:
        monkeypatch.chdir(folder)
        assert statuses(*arguments) == ["good", "none"], (folder, arguments)


def test_every_ref(made: TestRepository) -> None:
    made.commit("aside", key=EVA, parents=[], branch="aside")
    made.commit("agreed", key=EVA)
    assert len(rows()) == 2
    everything = rows("--all")
    assert [row["commit"] for row in everything] == made.git("rev-list", "--all").split()
    assert len(everything) == 3


def test_an_empty_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TestRepository.create(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert rows() == []
    assert run().stdout == "0 commits\n"


def test_a_sha256_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = TestRepository.create(tmp_path, object_format="sha256")
    made.commit("first", files={"project/people.yml": PEOPLE})
    made.commit("agreed", key=EVA)
    made.check_out()
    monkeypatch.chdir(tmp_path)
    assert statuses() == ["good", "none"]


def test_text(made: TestRepository) -> None:
    oids = [made.commit("x", key=key) for key in (EVA, SigningKey.make("mallory"))]
    mallory = SigningKey.make("mallory").fingerprint
    assert run().stdout.splitlines() == [
        f"{oids[1][:12]}  unknown-key    ssh      {mallory}",
        f"{oids[0][:12]}  good           ssh      eva, touched",
        f"{made.git('rev-parse', 'HEAD~2')[:12]}  none           none",
        "3 commits: 1 good, 1 unknown-key, 1 none",
    ]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nothing"], "There is no commit `nothing`"),
        (["--", "-x"], "looks like an option"),
        (["--", "HEAD..--output=x"], "looks like an option"),
        (["--repository", "/"], "There is no git repository"),
        (["--project", "absent"], "There is no project folder absent"),
        (["--allowed-signers", "absent"], "does not exist"),
        (["--format", "xml"], "xml"),
    ],
)
def test_usage_and_environment(made: TestRepository, arguments: list[str], sentence: str) -> None:
    assert made.tip()
    result = run(*arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_a_rewritten_commit_is_bad_and_named(made: TestRepository) -> None:
    oid = made.commit("agreed", key=EVA)
    made.commit("later", key=EVA)
    forged = made.raw(oid).replace(b"agreed", b"forged")
    made.store("commit", forged, oid=oid)
    result = run("--format", "json")
    assert [row["status"] for row in json.loads(result.stdout)["signatures"]] == ["good", "bad", "none"]
    assert f"The object {oid} was tampered with" in result.stderr


def test_a_hole_in_the_history_is_one_sentence(made: TestRepository) -> None:
    oid = made.commit("agreed", key=EVA)
    made.commit("later", key=EVA)
    made.remove(oid)
    result = run()
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"The object {oid} is missing" in result.stderr


def test_a_shallow_clone_shows_what_it_has(made: TestRepository, tmp_path: Path) -> None:
    made.commit("agreed", key=EVA)
    made.git("clone", "-q", "--depth=1", f"file://{made.folder}", str(tmp_path / "shallow"))
    assert statuses("--repository", tmp_path / "shallow") == ["good"]


# --- side by side with git ----------------------------------------------------------------------------------------

KNOWN: tuple[tuple[str, Kind], ...] = (
    ("ana", "ed25519"),
    ("ben", "ecdsa-256"),
    ("eva", "ecdsa-384"),
    ("jan", "ecdsa-521"),
    ("mia", "rsa"),
)
LEAVER = SigningKey.make("leaver")


def _other_signature(raw: bytes) -> bytes:
    """Another letter near the end of the signature; its armor stays whole (else git may die of a broken pipe)."""
    place = raw.index(b"\n -----END SSH") - 6
    return raw[:place] + (b"B" if raw[place : place + 1] == b"A" else b"A") + raw[place + 1 :]


CHANGES: tuple[Callable[[bytes], bytes], ...] = (
    lambda raw: raw.replace(b"Change", b"Chance"),
    lambda raw: raw.replace(b"shop.example> 1", b"shop.example> 2", 1),
    _other_signature,
)
GITS = {"good": "G", "unknown-key": "U", "expired": "U", "not-yet-valid": "U", "bad": "B", "none": "N"}


def history(made: TestRepository) -> None:
    """500 commits by known, former, future, unknown and dishonest people."""
    keys = [SigningKey.make(name, kind) for name, kind in KNOWN]
    strangers = [SigningKey.make(f"stranger-{kind}", kind) for _, kind in KNOWN]
    for number in range(500):
        kind, key, options = number % 20, keys[number % len(keys)], dict[str, Any]()
        if kind == 3:
            key = strangers[number // 20 % len(strangers)]
        elif kind in {7, 8}:
            key = LEAVER  # his key ends in the middle
        elif kind == 11:
            options["change"] = CHANGES[number // 20 % len(CHANGES)]
        elif kind == 13:
            options["parents"] = [made.tip() or "", made.commit(f"Aside {number}", key=key, branch="aside")]
        made.commit(f"Change {number}", files={"a": str(number)}, key=None if kind == 17 else key, **options)


def test_the_verdicts_of_git(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path / "made")
    history(made)
    middle = made.git("log", "--format=%cd", "--date=format:%Y%m%d%H%M%S", "-1", "HEAD~250")
    lines = [f"{name}@shop.example {SigningKey.make(name, kind).line}" for name, kind in KNOWN]
    lines.append(f'leaver@shop.example namespaces="git",valid-before="{middle}Z" {LEAVER.line}')
    allowed = tmp_path / "allowed"
    allowed.write_text("\n".join(lines) + "\n")
    setting = f"gpg.ssh.allowedSignersFile={allowed}"
    theirs = [line.split(" ") for line in made.git("-c", setting, "log", "--format=%H %G? %GS").splitlines()]
    ours = rows("--repository", made.folder, "--allowed-signers", allowed)
    assert [row["commit"] for row in ours] == [line[0] for line in theirs]
    assert [GITS[row["status"]] for row in ours] == [line[1] for line in theirs]
    signers = [row["signer"] or "" if row["status"] == "good" else "" for row in ours]
    assert signers == [line[2] for line in theirs]
    counts = Counter(row["status"] for row in ours)
    assert counts == {"good": 426, "expired": 24, "unknown-key": 25, "bad": 25, "none": 25}


@pytest.mark.parametrize(
    ("options", "status"), [('namespaces="file"', "unknown-key"), ("cert-authority", "unknown-key"), ("", "good")]
)
def test_never_good_where_git_is_not(tmp_path: Path, options: str, status: str) -> None:
    made = TestRepository.create(tmp_path / "made")
    made.commit("agreed", key=ANA)
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ana {options} {ANA.line}\n")
    theirs = made.git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "log", "--format=%G?")
    assert statuses("--repository", made.folder, "--allowed-signers", allowed) == [status]
    assert (theirs == "G") == (status == "good")


def test_a_signature_for_files_is_bad_as_for_git(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path / "made")
    made.commit("agreed", key=ANA, namespace="file")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ana {ANA.line}\n")
    assert made.git("-c", f"gpg.ssh.allowedSignersFile={allowed}", "log", "--format=%G?") == "B"
    assert statuses("--repository", made.folder, "--allowed-signers", allowed) == ["bad"]
