"""A tree with files put in, and where branches began: git itself says the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import TestRepository

from mkdocs_ecompm.git.amending import is_staged, put_into_worktree, with_files
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
