"""A day in place of a revision."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from repositories import TestRepository

from mkdocs_ecompm.git.days import commit_named, named_day
from mkdocs_ecompm.git.error import GitError
from mkdocs_ecompm.git.repository import Repository


def line(tmp_path: Path, *days: str) -> tuple[Repository, list[str]]:
    repository = TestRepository.create(tmp_path)
    return Repository.open(tmp_path), [repository.commit(day, when=f"{day}T23:59:59Z") for day in days]


@pytest.mark.parametrize(
    ("day", "index"), [("2026-01-10", 0), ("2026-01-11", 0), ("2026-02-01", 1), ("2026-03-05", 2), ("2030-01-01", 2)]
)
def test_the_last_commit_on_or_before_a_day(tmp_path: Path, day: str, index: int) -> None:
    repository, commits = line(tmp_path, "2026-01-10", "2026-02-01", "2026-03-05")
    with repository:
        assert commit_named(repository, day) == commits[index]


def test_a_day_is_one_in_utc(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path)
    first = made.commit("a", when="2026-01-10T10:00:00Z")
    made.commit("b", when="2026-01-11T00:30:00+02:00")  # the tenth in UTC
    with Repository.open(tmp_path) as repository:
        assert commit_named(repository, "2026-01-10") != first
        assert commit_named(repository, "2026-01-11") == made.tip("main")


def test_a_branch_says_nothing_until_it_is_merged(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path)
    begin = made.commit("begin", when="2026-01-10T10:00:00Z")
    side = made.commit("side", when="2026-01-20T10:00:00Z", parents=[begin], branch="side")
    merge = made.commit("merge", when="2026-02-01T10:00:00Z", parents=[begin, side])
    with Repository.open(tmp_path) as repository:
        assert commit_named(repository, "2026-01-25") == begin
        assert commit_named(repository, "2026-02-01") == merge


def test_a_commit_with_a_clock_gone_wrong_does_not_hide_those_after_it(tmp_path: Path) -> None:
    repository, commits = line(tmp_path, "2026-01-10", "2039-01-01", "2026-03-05")
    with repository:
        assert commit_named(repository, "2026-04-01") == commits[2]
        assert commit_named(repository, "2026-02-01") == commits[0]


def test_many_commits_are_read_a_part_at_a_time(tmp_path: Path) -> None:
    repository, commits = line(tmp_path, *[f"2025-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(300)])
    with repository:
        assert commit_named(repository, "2025-01-01") == commits[0]


@pytest.mark.parametrize(
    ("rev", "sentence"),
    [
        ("2026-01-09", "There is no commit on or before 2026-01-09: the first one is of 2026-01-10."),
        ("2026-13-01", "There is no day 2026-13-01."),
        ("HEAD~9", "There is no commit `HEAD~9`"),
    ],
)
def test_there_is_none(tmp_path: Path, rev: str, sentence: str) -> None:
    repository, _ = line(tmp_path, "2026-01-10")
    with repository, pytest.raises(GitError, match=sentence.replace("`", ".").replace("~", ".")):
        commit_named(repository, rev)


def test_before_the_first_commit(tmp_path: Path) -> None:
    TestRepository.create(tmp_path)
    with Repository.open(tmp_path) as repository, pytest.raises(GitError, match="There is no commit yet"):
        commit_named(repository, "2026-01-10")


def test_what_is_a_day() -> None:
    assert named_day("2026-01-10") == date(2026, 1, 10)
    assert [named_day(rev) for rev in ("2026-02-30", "HEAD", "20260110", "", None)] == [None] * 5
