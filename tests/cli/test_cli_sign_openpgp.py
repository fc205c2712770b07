"""Signing with OpenPGP: the real gpg makes the signature, and the proof is checked with it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from commands import run_ecompm
from gnupg import Keyring

PEOPLE = """\
trust:
  admins: [ana]
people:
  - id: ana
    name: Ana Ruiz
    keys:
      - openpgp: keys/ana.asc
"""


@pytest.fixture
def keyring() -> Iterator[Keyring]:
    with Keyring.create() as found:
        yield found


@pytest.fixture
def clone(tmp_path: Path, keyring: Keyring, monkeypatch: pytest.MonkeyPatch) -> Path:
    ana = keyring.make("ana")
    folder = tmp_path / "clone"
    files = {
        "project.yml": b"id: shop\nname: New shop\n",
        "people.yml": PEOPLE.encode(),
        "charter.yml": b"problem: The shop is old.\n",
        "signoffs.yml": b"signoffs:\n  - artifact: charter\n    approvers: [ana]\n",
        "keys/ana.asc": ana.exported,
    }
    for name, data in files.items():
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    settings = tmp_path / "gitconfig"
    settings.write_text("[user]\nname = Ana\nemail = ana@shop.example\n[init]\ndefaultBranch = main\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GNUPGHOME", str(keyring.home))
    monkeypatch.chdir(folder)
    for arguments in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "Begin"]):
        subprocess.run(["git", *arguments], check=True)
    return folder


def test_gpg_signs_and_gpg_verifies_the_proof(clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = run_ecompm("sign", "charter", "--yes")

    assert answer.exit_code == 0, answer.output
    assert "It counts." in answer.output
    assert "charter: valid, 1 of 1 hold" in answer.output
    answer = run_ecompm("proof", "charter", "--out", str(tmp_path / "proof"))
    assert answer.exit_code == 0, answer.output
    monkeypatch.delenv("GNUPGHOME")
    done = subprocess.run(["sh", tmp_path / "proof/commands.sh", clone], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "by ana" in done.stdout
    assert next((tmp_path / "proof/commits").glob("*.asc"))
    html = (tmp_path / "proof/proof.html").read_text("utf-8")
    assert "keys/ana.asc | gpg --import" in html


def test_a_key_that_is_not_in_the_project_is_refused(clone: Path, keyring: Keyring) -> None:
    keyring.make("eve")
    subprocess.run(["git", "config", "--local", "user.signingkey", "eve@shop.example"], cwd=clone, check=True)
    answer = run_ecompm("sign", "charter", "--yes")
    assert answer.exit_code == 2
    assert "belongs to nobody in the trust state in force" in answer.stderr
