"""Repositories in which git would wait for ever: copied as files, with a named pipe where git expects a file."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from click.testing import Result
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.git import patience
from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.patience import Process, obstacle
from mkdocs_ecompm.git.repository import Repository

Run = Callable[..., Result]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes among its files")


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "SILENCE", 0.2)


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    made = TestRepository.create(tmp_path / "made")
    for number in range(4):
        made.commit(f"commit {number}", files={"project/a.yml": f"n: {number}\n"}, key=SigningKey.make("ana"))
    made.check_out()
    return made


def block(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)


def test_an_object_that_is_a_pipe(made: TestRepository, ecompm: Run) -> None:
    tip = made.tip() or ""
    tree = made.git("rev-parse", f"{tip}^{{tree}}")
    path = made.git_dir / "objects" / tree[:2] / tree[2:]
    block(path)
    with Repository.open(made.folder) as repository, pytest.raises(GitError, match="is a named pipe or a device"):
        repository.tree(tree)
    done = ecompm("digest", "charter", "--project", str(made.folder / "project"), "--at", "HEAD")
    assert (done.exit_code, str(path) in done.stderr) == (2, True)


@pytest.mark.parametrize("name", ["HEAD", "config", "packed-refs", "objects/pack/pack-1.idx", "refs/heads/main"])
def test_anything_else_that_is_a_pipe(made: TestRepository, ecompm: Run, name: str) -> None:
    if name.endswith(".idx"):
        made.git("repack", "-a", "-d", "-q")
        block(next((made.git_dir / "objects" / "pack").glob("*.idx")))
    else:
        block(made.git_dir / name)
    done = ecompm("signatures", "--all", "--repository", str(made.folder))
    assert done.exit_code == 2
    assert done.stderr.startswith(f"ecompm: git cannot read the repository: {made.git_dir}/")


def test_what_git_should_overlook_is_a_pipe(made: TestRepository, ecompm: Run) -> None:
    block(made.folder / "project/.gitignore")
    done = ecompm("check", "--project", str(made.folder / "project"))
    assert done.exit_code == 2
    assert f"{made.folder}/project/.gitignore is a named pipe" in done.stderr


def test_a_commit_that_is_a_link_to_a_pipe(made: TestRepository, ecompm: Run, tmp_path: Path) -> None:
    tip = made.tip() or ""
    path = made.git_dir / "objects" / tip[:2] / tip[2:]
    path.unlink()
    block(tmp_path / "pipe")
    path.symlink_to(tmp_path / "pipe")
    done = ecompm("signatures", "--repository", str(made.folder))
    assert (done.exit_code, f"{path} is a named pipe" in done.stderr) == (2, True)


def test_slow_work_is_waited_for(tmp_path: Path) -> None:
    script = "import sys, time; time.sleep(0.7); sys.stdout.write('done'); sys.stdout.close()"
    pipes = {"stdin": -1, "stdout": -1, "stderr": -1, "bufsize": 1 << 16}
    with Process([sys.executable, "-c", script], folder=tmp_path, **pipes) as process:
        assert process.stdout is not None
        assert process.stdout.read() == b"done"
    process = Process([sys.executable, "-c", script + "; sys.exit(len(sys.argv))"], folder=tmp_path, **pipes)
    assert process.communicate(b"x") == (b"done", b"")
    assert process.returncode == 1


def test_what_comes_in_small_pieces_is_gathered_but_not_held_back(tmp_path: Path) -> None:
    """A process that answers many questions at once is let go on; one that says a little is heard all the same."""
    script = (
        "import os, sys, time\nfor _ in range(2000): os.write(1, b'x' * 1000)\ntime.sleep(0.5)\nos.write(1, b'end')\n"
    )
    with Process([sys.executable, "-c", script, "--buffer"], folder=tmp_path, stdin=-1, stdout=-1) as process:
        assert process.stdout is not None
        raw = cast("io.BufferedReader", process.stdout).raw
        buffer = bytearray(1 << 20)
        sizes = []
        while (size := raw.readinto(buffer)) != 0:
            sizes.append(size or 0)
    assert sum(sizes) == 2_000_003
    assert sizes[-1] == 3, "the first two million are not held back until the last three come"
    assert len(sizes) < 1000


def test_but_not_for_ever(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "LONGEST", 0.3)
    process = Process(["sleep", "60"], folder=tmp_path, stdin=-1, stdout=-1, stderr=-1)
    with process, pytest.raises(GitError, match="did not answer for 0 seconds"):
        process.communicate()


def test_where_an_obstacle_is_looked_for(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "round").symlink_to(tmp_path)
    (tmp_path / "a" / "file").write_text("x")
    assert obstacle([tmp_path, tmp_path / "not there"]) is None
    block(tmp_path / "a" / "b" / "pipe")
    assert obstacle([tmp_path]) == tmp_path / "a" / "b" / "pipe"
