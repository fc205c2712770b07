from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_ecompm
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.cli.replay import replay

AS_OF = ("--as-of", "2026-08-24")
Run = Callable[..., Result]


def run(*arguments: str) -> Result:
    return run_ecompm("proof", *arguments)


def check(folder: Path, clone: Path | None = None, *, ours: bool = False) -> subprocess.CompletedProcess[str]:
    """The commands of a proof, run by a plain shell; without `ours` there is no ecompm on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}" if ours else ""
    return subprocess.run(
        ["sh", folder / "commands.sh", *([clone] if clone else [])],
        env={**os.environ, "PATH": f"{path}/usr/local/bin:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example with its history."""
    target = tmp_path_factory.mktemp("proof") / "demo"
    replay(target)
    return target


@pytest.fixture
def proof(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The proof of the example's charter."""
    monkeypatch.chdir(demo)
    answer = run("charter", "--out", str(tmp_path / "proof"), *AS_OF)
    assert answer.exit_code == 0, answer.output
    assert "commands.sh CLONE" in answer.output
    return tmp_path / "proof"


@pytest.fixture
def clone(demo: Path, tmp_path: Path) -> Path:
    """A clone that an auditor made."""
    subprocess.run(["git", "clone", "-q", demo, tmp_path / "clone"], check=True)
    return tmp_path / "clone"


# --- the commands -----------------------------------------------------------------------------------------------------


def test_plain_tools_find_everything_good(proof: Path, clone: Path) -> None:
    alone = check(proof)
    assert alone.returncode == 0, alone.stdout + alone.stderr
    assert "Give a clone" in alone.stdout
    against = check(proof, clone)
    assert against.returncode == 0, against.stdout + against.stderr
    assert against.stdout.count("ok  git verify-commit ") == against.stdout.count("ok  signed ") - 14
    assert against.stdout.splitlines()[-1] == "All of it is good."
    assert "ecompm" not in against.stdout


def test_ecompm_finds_the_same(proof: Path, clone: Path) -> None:
    done = check(proof, clone, ours=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ok  ecompm finds the same digests" in done.stdout
    assert "charter: stale" in done.stdout


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("agreed/*.json", "digest"),
        ("commits/*.payload", "payload"),
        ("commits/*.commit", "id"),
        ("commits/*.sig", "signature"),
        ("trust/*.allowed_signers", "signature"),
    ],
)
def test_any_change_is_found_even_with_the_sums_made_anew(proof: Path, pattern: str, said: str) -> None:
    for path in proof.glob(pattern):
        data = path.read_bytes()
        path.write_bytes(data.replace(b"A", b"B") if b"A" in data else data.replace(b"a", b"b"))
    assert "FAILED: SHA256SUMS" in check(proof).stderr
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(proof)}\n"
        for path in sorted(proof.rglob("*"))
        if path.is_file() and path.name != "SHA256SUMS"
    ]
    (proof / "SHA256SUMS").write_text("".join(sums))
    done = check(proof)
    assert done.returncode == 1
    assert f"FAILED: the {said}" in done.stderr


def test_a_clone_that_lacks_a_commit_or_holds_another_history_fails(proof: Path, clone: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{clone}", tmp_path / "shallow"], check=True)
    done = check(proof, tmp_path / "shallow")
    assert done.returncode == 1
    assert "does not" in done.stderr


def test_the_order_of_adoptions_is_checked_against_the_states_before(proof: Path) -> None:
    done = check(proof)
    assert done.stdout.count("ok  admin ") == 13
    names = sorted(path.name for path in (proof / "trust").glob("*.json"))
    first = json.loads((proof / "trust" / names[0]).read_text("utf-8"))["content"]
    assert first["trust"]["admins"] == ["lena", "jan", "ben"]


# --- the files --------------------------------------------------------------------------------------------------------


def test_the_data_names_every_piece_of_evidence(proof: Path) -> None:
    facts = json.loads((proof / "proof.json").read_text("utf-8"))
    assert (facts["version"], facts["artifact"], facts["project"]) == (1, "charter", "hafen-shop")
    assert facts["statement"] == (
        "Electronic record of agreement. Not a qualified electronic signature (eIDAS, § 126a BGB)."
    )
    assert [slot["status"] for slot in facts["signoffs"][0]["slots"]] == ["valid", "valid", "stale", "valid", "valid"]
    for record in facts["records"]:
        raw = (proof / record["object"]).read_bytes()
        assert hashlib.sha1(b"commit %d\0" % len(raw) + raw).hexdigest() == record["commit"]  # noqa: S324  # git's
        assert hashlib.sha256((proof / record["payload"]).read_bytes()).hexdigest() == record["payload_sha256"]
        assert all((proof / blob["file"]).is_file() for blob in record["blobs"])
    for text in facts["texts"]:
        assert f"sha256:{hashlib.sha256((proof / text['file']).read_bytes()).hexdigest()}" == text["digest"]
    assert len(facts["trust_states"]) == 10
    assert facts["trust"]["root"] == facts["trust_states"][0]["commit"]


def test_the_certificate_tells_all_of_it(proof: Path) -> None:
    for name in ("proof.html", "proof.md"):
        text = (proof / name).read_text("utf-8")
        for words in (
            "Mia Köster",
            "Agreed by four of five",
            "Not a qualified electronic signature",
            "46cb43513dabd5da87a6975d2657f096f2a7194d9a7bdec4a7f38d47b0e883c3",
            "the 12,000 come out of the IT budget of 2026",
            "SHA256:wyAADyGCerlwluhrNgeCZvcWyN/U/9d9TjzJIpC1Dgw",
            "said no",
            "d656ee1a8f9f920b2d5cbe07313f9f26379e62b6",
        ):
            assert words in text, (name, words)
    html = (proof / "proof.html").read_text("utf-8")
    assert "ecompm:" not in html
    assert "<script" not in html
    assert "http" not in html.partition("<body")[2]


def test_a_text_is_there_for_every_version_that_was_agreed(proof: Path) -> None:
    versions = [path.read_text("utf-8") for path in (proof / "agreed").glob("*.txt")]
    assert {line for text in versions for line in text.splitlines() if line.startswith("Version:")} == {
        "Version: 1.0",
        "Version: 1.1",
        "Version: 1.2",
    }


# --- when there is nothing to write -----------------------------------------------------------------------------------


def test_a_folder_that_holds_something_is_left_alone(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demo)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/note.txt").write_text("mine")
    (tmp_path / "file").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("mine", "link"):
        answer = run("charter", "--out", str(tmp_path / name), *AS_OF)
        assert answer.exit_code == 2
        assert "Nothing was written" in answer.stderr
    assert run("charter", "--out", str(tmp_path / "file"), *AS_OF).exit_code == 2
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["note.txt"]
    assert not (tmp_path / "nowhere").exists()


def test_what_nobody_spoke_of_and_what_cannot_be_judged(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(demo)
    answer = run("project", "--out", str(tmp_path / "out"))
    assert answer.exit_code == 2
    assert "Nobody is asked to agree to `project`" in answer.stderr
    subprocess.run(["git", "clone", "-q", "--depth", "2", f"file://{demo}", tmp_path / "shallow"], check=True)
    monkeypatch.chdir(tmp_path / "shallow")
    answer = run("charter", "--out", str(tmp_path / "out"))
    assert answer.exit_code == 2
    assert "git fetch --unshallow" in answer.stderr
    assert not (tmp_path / "out").exists()


def test_trust_has_a_proof_of_its_own(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(demo)
    assert run("trust", "--out", str(tmp_path / "trust"), *AS_OF).exit_code == 0
    done = check(tmp_path / "trust", demo)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Nobody is asked to agree to this." in (tmp_path / "trust/proof.md").read_text("utf-8")


def test_an_earlier_commit_is_proved_as_it_stood(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    subprocess.run(["git", "clone", "-q", "--bare", demo, tmp_path / "bare.git"], check=True)
    asked = ["git", "log", "-1", "--format=%H", "--grep=Charter 1.2 has my approval"]
    commit = subprocess.run(asked, cwd=demo, capture_output=True, text=True, check=True).stdout.strip()
    answer = run("charter", "--repository", "bare.git", "--at", commit, *AS_OF)
    assert answer.exit_code == 0, answer.output
    done = check(tmp_path / "proof-charter", tmp_path / "bare.git", ours=True)
    assert done.returncode == 0, done.stdout + done.stderr
    facts = json.loads((tmp_path / "proof-charter/proof.json").read_text("utf-8"))
    assert [slot["status"] for slot in facts["signoffs"][0]["slots"]].count("valid") == 1


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_hostile_words_in_another_hash_stay_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_format: str
) -> None:
    ana = SigningKey.make("ana")
    repository = TestRepository.create(tmp_path / "repository", object_format=object_format)
    nasty = "<script>alert(1)</script> $(touch ran) `touch ran` [x](javascript:1) \N{RIGHT-TO-LEFT OVERRIDE}"
    people = (
        f"trust: {{admins: [ana]}}\npeople:\n  - id: ana\n    name: '<b>Ana</b> $(touch ran)'\n"
        f'    keys:\n      - ssh: "{ana.line}"\n'
    )
    files = {
        "project/project.yml": "id: shop\nname: '<i>Shop</i>'\n",
        "project/people.yml": people,
        "project/charter.yml": "problem: '<img src=x onerror=alert(1)> $(touch ran)'\n",
        "project/signoffs.yml": "signoffs:\n  - artifact: charter\n    approvers: [ana]\n",
    }
    repository.commit("Begin", files=files, key=ana, when="2026-01-05T10:00:00Z")
    repository.commit(f"Agree {nasty}\n\nSignoff: approve charter\nCondition: {nasty}", key=ana)
    repository.check_out()
    monkeypatch.chdir(repository.folder)

    answer = run("charter", "--out", str(tmp_path / "proof"))

    assert answer.exit_code == 0, answer.output
    done = check(tmp_path / "proof", repository.folder, ours=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not list(tmp_path.rglob("ran"))
    html = (tmp_path / "proof/proof.html").read_text("utf-8").partition("<body")[2]
    assert "<script" not in html
    assert "<img" not in html
    assert "<b>" not in html
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in html + (tmp_path / "proof/proof.md").read_text("utf-8")


def test_the_tools_of_an_auditor_are_here() -> None:
    assert all(shutil.which(tool) for tool in ("git", "ssh-keygen", "sha256sum", "sha1sum"))
