"""A tree with files put in, and where branches began: git itself says the same."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from repositories import TestRepository

from mkdocs_ecompm.git.amending import check_worktree, is_staged, put_into_worktree, with_files
from mkdocs_ecompm.git.common_ancestors import is_ancestor, merge_bases, newest
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_tree_is_the_one_that_git_makes(tmp_path: Path, object_format: str) -> None:
    made = TestRepository.create(tmp_path, object_format=object_format)  # type: ignore[arg-type]
    first = made.commit("Begin", files={"a/b/c": "1", "a.txt": "2", "a-b": "3"})
    made.check_out()
    files = {"a/b/d": b"4", "a/new/e": b"5", "a.txt": b"6", "z": b"7"}
    with Repository.open(tmp_path) as repository:
        tree = with_files(repository, first, files)
        assert not is_staged(repository, "a")
        put_into_worktree(repository, files)
        assert is_staged(repository, "a")
        assert not is_staged(repository, "a-b")
    assert made.git("write-tree") == tree
    assert made.git("diff", "--name-only") == ""
    made.git("fsck", "--strict")


def test_a_file_where_a_folder_has_to_be(tmp_path: Path) -> None:
    first = TestRepository.create(tmp_path).commit("Begin", files={"a": "1"})
    with Repository.open(tmp_path) as repository, pytest.raises(GitError, match="is no folder"):
        with_files(repository, first, {"a/b": b"2"})


NEW = "project/evidence/new.json"


def a_link(place: Path, name: str) -> None:
    outside = place.parent / "outside"
    outside.mkdir()
    (outside / "new.json").write_text("outside")
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).symlink_to(outside / "new.json" if name == NEW else outside)


def a_file(place: Path, name: str) -> None:
    (place / name).parent.mkdir(parents=True, exist_ok=True)
    (place / name).write_text("mine")


OBSTACLES: list[tuple[Callable[[Path], object], str]] = [
    (lambda place: a_link(place, "project"), "project is a link"),
    (lambda place: a_link(place, "project/evidence"), "project/evidence is a link"),
    (lambda place: a_link(place, NEW), "new.json is a link"),
    (lambda place: a_file(place, "project"), "project is no folder"),
    (lambda place: a_file(place, "project/evidence"), "project/evidence is no folder"),
    (lambda place: (place / NEW).mkdir(parents=True), "new.json is no file"),
    (lambda place: a_file(place, ".git/index.lock"), "Another git is at work"),
]


@pytest.mark.parametrize(("obstacle", "says"), OBSTACLES)
def test_what_stands_in_the_way_is_told_before_and_after(
    tmp_path: Path, obstacle: Callable[[Path], object], says: str
) -> None:
    place = tmp_path / "repository"
    made = TestRepository.create(place)
    made.commit("Begin", files={"a": "1"})
    made.check_out()
    with Repository.open(place) as repository:
        check_worktree(repository, ["a", NEW])
        obstacle(place)
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(GitError, match=says):
            check_worktree(repository, ["a", NEW])
        with pytest.raises(GitError, match=f"^The commit was made and is on the branch, but .*{says}.*HEAD -- a {NEW}"):
            put_into_worktree(repository, {"a": b"2", NEW: b"3"})
    assert sorted(tmp_path.rglob("*")) == before
    assert (place / "a").read_text() == "1"
    assert not (tmp_path / "outside").exists() or (tmp_path / "outside/new.json").read_text() == "outside"


def test_a_folder_that_cannot_be_written_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    TestRepository.create(tmp_path).commit("Begin", files={"a": "1"})
    (tmp_path / "project").mkdir()
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path).name != "project")  # root may write anywhere
    with Repository.open(tmp_path) as repository:
        check_worktree(repository, ["a"])
        with pytest.raises(GitError, match="project cannot be written to"):
            check_worktree(repository, [NEW])


def test_what_the_system_refuses_after_the_commit_is_told_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    TestRepository.create(tmp_path).commit("Begin", files={"a": "1"})

    def full(path: Path, _data: bytes) -> int:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    with Repository.open(tmp_path) as repository, pytest.raises(GitError, match=r"commit was made .* No space left"):
        put_into_worktree(repository, {"a": b"2"})


def test_without_a_working_tree_nothing_stands_in_the_way(tmp_path: Path) -> None:
    TestRepository.create(tmp_path, bare=True).commit("Begin", files={"a": "1"})
    with Repository.open(tmp_path) as repository:
        check_worktree(repository, [NEW])
        put_into_worktree(repository, {NEW: b"1"})
    assert not (tmp_path / "project").exists()


def test_common_ancestors(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path)
    root = made.commit("Begin", files={"a": "1"})
    one, two = (made.commit(name, parents=[root], branch=None) for name in ("one", "two"))
    left = made.commit("left", parents=[one, two], branch=None)
    right = made.commit("right", parents=[two, one], branch=None)
    lonely = made.commit("lonely", parents=[], branch=None)
    with Repository.open(tmp_path) as repository:
        assert merge_bases(repository, one, two) == (root,)
        assert set(merge_bases(repository, left, right)) == {one, two}
        assert merge_bases(repository, one, lonely) == ()
        assert set(newest(repository, root, one, two, one)) == {one, two}
        assert (is_ancestor(repository, root, left), is_ancestor(repository, left, root)) == (True, False)
        assert is_ancestor(repository, root, root)
        with pytest.raises(GitError, match="full commit ids"):
            merge_bases(repository, "HEAD", root)
        with pytest.raises(GitError):
            merge_bases(repository, "0" * 40, root)
