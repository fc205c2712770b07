"""Repositories that the product writes: git finds them whole, and the same input gives the same ids."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.writing import FILE, Writer, commit_content, tag_content
from mkdocs_ecompm.signatures import sshsig
from mkdocs_ecompm.signatures.tag import verify_tag

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
WHO = b"Ana Ruiz <ana@shop.example> 1770000000 +0000"


def write(folder: Path, message: bytes = b"First\n\nSignoff: approve charter\n") -> str:
    with Writer.create(folder) as writer:
        blob = writer.blob(b"id: shop\n")
        tree = writer.tree(dict.fromkeys(("project/a.yml", "project.x", "project/b/c.yml", "ä.md"), (FILE, blob)))
        oid = writer.commit(commit_content(tree, (), WHO, WHO, message, sign=lambda payload: sshsig.sign(payload, KEY)))
        writer.check_out("main", oid)
        writer.tag("v1", oid)
    return oid


def git(folder: Path, *arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True).stdout.strip()


def test_git_finds_it_whole_and_signed(tmp_path: Path) -> None:
    oid = write(tmp_path / "made")
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ana@shop.example {sshsig.public_line(KEY)}\n", encoding="ascii")
    assert git(tmp_path / "made", "fsck", "--strict") == ""
    assert git(tmp_path / "made", "status", "--porcelain") == ""
    shown = git(tmp_path / "made", "-c", f"gpg.ssh.allowedSignersFile={allowed}", "log", "--format=%H %G? %GS %D")
    assert shown == f"{oid} G ana@shop.example HEAD -> main, tag: v1"
    assert (tmp_path / "made/project/b/c.yml").read_text() == "id: shop\n"
    assert not (tmp_path / "made/.git/hooks").exists(), "no templates of the machine"
    with Repository.open(tmp_path / "made") as repository:
        assert not repository.dirty("")


def test_git_believes_a_signed_tag(tmp_path: Path) -> None:
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ana@shop.example {sshsig.public_line(KEY)}\n", encoding="ascii")
    made = tmp_path / "made"
    with Writer.create(made) as writer:
        oid = writer.commit(commit_content(writer.tree({}), (), WHO, WHO, b"x\n"))
        content = tag_content(oid, "plan", WHO, b"The plan\n", sign=lambda payload: sshsig.sign(payload, KEY))
        writer.tag("plan", writer.annotation(content))
        plain = writer.annotation(tag_content(oid, "plain", WHO, b"Not signed\n"))
        with pytest.raises(GitError):
            writer.annotation(tag_content("nothing", "plan", WHO, b"x\n"))
    git(made, "-c", f"gpg.ssh.allowedSignersFile={allowed}", "verify-tag", "plan")
    assert git(made, "rev-parse", "plan^{commit}") == oid
    assert verify_tag(content).status == "good"
    assert git(made, "cat-file", "-p", plain).endswith("Not signed")


def test_the_same_input_gives_the_same_ids(tmp_path: Path) -> None:
    assert write(tmp_path / "one") == write(tmp_path / "two")
    assert write(tmp_path / "three", b"Other\n") != write(tmp_path / "four")


def test_never_into_a_repository_that_exists(tmp_path: Path) -> None:
    write(tmp_path)
    with pytest.raises(GitError, match="There is a git repository"):
        Writer.create(tmp_path)


def test_a_malformed_commit_is_refused(tmp_path: Path) -> None:
    with Writer.create(tmp_path) as writer, pytest.raises(GitError):
        writer.commit(commit_content("no tree", (), WHO, WHO, b"x\n"))


def test_a_strange_branch_is_refused(tmp_path: Path) -> None:
    with Writer.create(tmp_path) as writer:
        tree = writer.tree({})
        oid = writer.commit(commit_content(tree, (), WHO, WHO, b"x\n"))
        for name in ("a..b", "x y", "", "a.lock"):
            with pytest.raises(GitError):
                writer.check_out(name, oid)
            with pytest.raises(GitError):
                writer.tag(name, oid)
