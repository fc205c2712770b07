"""Repositories made by somebody who wants us to run his program or believe his history."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from repositories import TestRepository

from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.revisions import checked, ends


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    made = TestRepository.create(tmp_path / "made")
    for number in range(4):
        made.commit(f"commit {number}", files={"project/a.yml": f"n: {number}\n"})
    made.check_out()
    return made


def read_everything(folder: Path) -> tuple[object, ...]:
    """All that can be asked of a repository."""
    with Repository.open(folder) as repository:
        commits = repository.rev_list(all_refs=True)
        repository.read_commits(commits)
        head = repository.head() or ""
        return commits, repository.resolve("main"), list(repository.walk(head, "")), repository.dirty("")


PROGRAMS = {
    "core.fsmonitor": "{}",
    "core.hooksPath": "{folder}",
    "core.pager": "{}",
    "pager.rev-list": "{}",
    "pager.cat-file": "{}",
    "core.sshCommand": "{}",
    "core.alternateRefsCommand": "{}",
    "core.editor": "{}",
    "diff.external": "{}",
    "gpg.program": "{}",
    "gpg.ssh.program": "{}",
    "credential.helper": "{}",
    "filter.evil.clean": "{}",
    "filter.evil.smudge": "{}",
    "filter.evil.process": "{}",
    "filter.evil.required": "true",
    "alias.rev-list": "!{}",
    "alias.cat-file": "!{}",
    "core.gitProxy": "{}",
    "uploadpack.packObjectsHook": "{}",
}


def test_no_configured_program_runs(made: TestRepository, tmp_path: Path) -> None:
    expected = read_everything(made.folder)
    witness = tmp_path / "witness"
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    program = hooks / "evil"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {witness}\n')
    program.chmod(0o755)
    for hook in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman", "pre-auto-gc"):
        (hooks / hook).symlink_to(program)
    for name, value in PROGRAMS.items():
        made.configure(name, value.format(program, folder=hooks))
    for name, value in {"log.showSignature": "true", "log.showRoot": "false", "core.untrackedCache": "true"}.items():
        made.configure(name, value)
    (made.folder / ".git/info").mkdir(exist_ok=True)
    (made.folder / ".git/info/attributes").write_text("* filter=evil diff=evil\n")
    os.utime(made.folder / "project/a.yml", (1, 1))  # git would now look into the file, through the filter
    witness.unlink(missing_ok=True)
    assert read_everything(made.folder) == expected
    assert not witness.exists(), witness.read_text()
    made.git("status", check=False)
    assert witness.exists(), "the trap is real: plain git falls into it"


def test_a_missing_object_is_not_fetched(made: TestRepository, tmp_path: Path) -> None:
    """In a partial clone git would fetch what is missing, with a program of the repository's choice."""
    witness = tmp_path / "witness"
    program = tmp_path / "evil"
    program.write_text(f'#!/bin/sh\necho "$0 $@" >> {witness}\nexec git-upload-pack "$@"\n')
    program.chmod(0o755)
    origin = TestRepository.create(tmp_path / "origin")
    origin.git("config", "uploadpack.allowFilter", "true")
    origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
    origin.git("fetch", "-q", str(made.folder), "main:other")
    for name, value in {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.url": str(origin.folder),
        "remote.origin.promisor": "true",
        "remote.origin.partialCloneFilter": "blob:none",
        "remote.origin.uploadpack": str(program),
        "protocol.allow": "always",
        "protocol.file.allow": "always",
    }.items():
        made.configure(name, value)
    with Repository.open(made.folder) as repository:
        entry = repository.entry(repository.head() or "", "project/a.yml")
    assert entry is not None
    made.remove(entry.oid)
    with Repository.open(made.folder) as repository, pytest.raises(GitError, match="missing"):
        repository.read(entry.oid)
    assert not witness.exists()
    made.git("cat-file", "blob", entry.oid, check=False)
    assert witness.exists(), "the trap is real"


def _replace(made: TestRepository, victim: str, other: str) -> None:
    made.git("replace", victim, other)


def _graft(made: TestRepository, victim: str, _other: str) -> None:
    (made.git_dir / "info").mkdir(exist_ok=True)
    (made.git_dir / "info/grafts").write_text(f"{victim}\n")


def _commit_graph(made: TestRepository, victim: str, _other: str) -> None:
    """A commit-graph of another history: the victim's parents are changed while it is written."""
    original = made.raw(victim)
    made.store(
        "commit",
        b"".join(line for line in original.splitlines(keepends=True) if not line.startswith(b"parent")),
        oid=victim,
    )
    made.git("commit-graph", "write", "--reachable")
    made.store("commit", original, oid=victim)


@pytest.mark.parametrize("trick", [_replace, _graft, _commit_graph])
def test_a_rewritten_history_is_not_believed(
    made: TestRepository, trick: Callable[[TestRepository, str, str], None]
) -> None:
    expected = made.git("rev-list", "main").split()
    trick(made, expected[1], expected[3])
    made.configure("core.commitGraph", "true")
    assert made.git("rev-list", "main").split() != expected, "the trap is real"
    with Repository.open(made.folder) as repository:
        assert repository.rev_list("main") == expected
        assert repository.commit(expected[1]).parents == (expected[2],)
        assert repository.resolve("main~2") == expected[2]


@pytest.mark.parametrize(
    "variables",
    [
        {"GIT_DIR": "/nowhere"},
        {"GIT_OBJECT_DIRECTORY": "/nowhere"},
        {"GIT_WORK_TREE": "/nowhere"},
        {"GIT_INDEX_FILE": "/nowhere"},
        {"GIT_REPLACE_REF_BASE": "refs/heads/"},
        {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.bare", "GIT_CONFIG_VALUE_0": "true"},
        {"GIT_CONFIG_PARAMETERS": "'core.bare'='true'"},
        {"GIT_SHALLOW_FILE": "/etc/hostname"},
        {"GIT_NAMESPACE": "other"},
    ],
    ids=lambda variables: next(iter(variables)),
)
def test_the_environment_decides_nothing(
    made: TestRepository, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str]
) -> None:
    expected = read_everything(made.folder)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert read_everything(made.folder) == expected


def test_the_users_configuration_decides_nothing(
    made: TestRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    expected = read_everything(made.folder)
    (tmp_path / ".gitconfig").write_text("[core]\n\tbare = true\n[broken\n")
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert read_everything(made.folder) == expected


def test_names_that_look_like_options(made: TestRepository) -> None:
    """Refs that plain git cannot make by command, but anybody by hand."""
    head = made.tip() or ""
    for name in ("--all", "-x", "--output=owned", "--exec=touch"):
        made.point(f"refs/heads/{name}", head)
        made.point(f"refs/tags/{name}", head)
    made.commit("on a strange branch", branch="--upload-pack=x")
    made.git("symbolic-ref", "HEAD", "refs/heads/--all")
    with Repository.open(made.folder) as repository:
        assert repository.head() == head
        assert len(repository.rev_list(all_refs=True)) == 5
        assert repository.resolve("refs/heads/--all") == head
        for name in ("--all", "-x", "--output=owned", "-", "--", "--end-of-options"):
            with pytest.raises(GitError, match="looks like an option"):
                repository.resolve(name)
            with pytest.raises(GitError, match="looks like an option"):
                repository.rev_list(name)
        for name in (f"main..{name}" for name in ("--all", "-x")):
            with pytest.raises(GitError, match="looks like an option"):
                repository.rev_list(name)
    assert not (made.folder / "owned").exists()


@pytest.mark.parametrize("path", ["--output=owned", ":(glob)*", "a\nb", "-"])
def test_strange_paths(made: TestRepository, path: str) -> None:
    made.commit("strange", files={f"{path}/x.yml": "x"})
    made.check_out()
    with Repository.open(made.folder) as repository:
        assert [found for found, _ in repository.walk(repository.head() or "", path)] == [f"{path}/x.yml"]
        assert not repository.dirty(path)
        (made.folder / path / "y.yml").write_text("y")
        assert repository.dirty(path)
        assert not repository.dirty("project")
    assert not (made.folder / "owned").exists()


def test_a_broken_configuration_is_one_sentence(made: TestRepository) -> None:
    (made.git_dir / "config").write_text("[core\n")
    with pytest.raises(GitError, match=r"^git rev-parse failed: .*\.$"):
        Repository.open(made.folder)


def test_an_unknown_extension_is_one_sentence(made: TestRepository) -> None:
    made.configure("core.repositoryFormatVersion", "1")
    made.configure("extensions.somethingNew", "true")
    with pytest.raises(GitError, match=r"^git .*\.$"):
        Repository.open(made.folder)


@pytest.mark.parametrize(("levels", "width"), [(8, 10), (1500, 1)])
def test_folders_inside_folders_without_end_are_one_sentence(made: TestRepository, levels: int, width: int) -> None:
    """A few small trees stand for a hundred million files, or for more levels than Python can call."""
    inner = made.tree({"a.yml": ("100644", made.store("blob", b"a: b\n"))})
    for _ in range(levels):
        inner = made.store("tree", b"".join(b"40000 d%d\0" % n + bytes.fromhex(inner) for n in range(width)))
    old = made.raw(made.tip() or "")
    top = made.store("tree", b"40000 project\0" + bytes.fromhex(inner))
    commit = made.store("commit", old.replace(old[5:45], top.encode(), 1))
    with Repository.open(made.folder) as repository, pytest.raises(GitError, match="too deep or too large"):
        list(repository.walk(commit, "project"))


def test_very_many_broken_refs_do_not_stop_it(made: TestRepository) -> None:
    """git complains about each; a full pipe of complaints would wait for ever."""
    lines = "".join(f"{number + 1:040x} refs/heads/broken{number}\n" for number in range(3000))
    (made.git_dir / "packed-refs").write_text(lines)
    with (
        Repository.open(made.folder) as repository,
        pytest.raises(GitError, match=r"^git rev-list failed: .*\.$|is missing"),
    ):
        repository.rev_list(all_refs=True)


@settings(deadline=None)
@given(st.text(max_size=40))
@example("-x")
@example("a..b")
@example("a b")
@example("@{-1}")
@example("HEAD:file")
@example(":/text")
@example("a\nb")
@example("^{/-x}")
def test_no_text_passes_as_an_option(text: str) -> None:
    with suppress(GitError):
        assert checked(text) == text
        assert not text.startswith("-")
        assert not set(text.partition("@{")[0]) & set("\n\0\t \\*?[:")
        assert "\n" not in text
    with suppress(GitError):
        for joined in ends(text):
            assert all(not end.name.startswith("-") for end in joined)
