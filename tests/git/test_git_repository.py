"""Reading repositories of every kind: ordinary, bare, shallow, linked, empty, SHA-256, damaged."""

from __future__ import annotations

import os
import stat
import subprocess
from pathlib import Path

import pytest
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.git import store as store_module
from mkdocs_ecompm.git.objects import (
    DamagedObject,
    GitObject,
    MalformedObject,
    MissingObject,
    ObjectMismatch,
    TreeEntry,
)
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles

FILES = {"project/people.yml": "people: []\n", "project/risks/a.yml": "risks: []\n", "README.md": "Read me\n"}


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    """Four commits with a merge: first, (left, right), merge."""
    made = TestRepository.create(tmp_path / "made")
    first = made.commit("first", files=FILES)
    left = made.commit("left", files={"left": "l"}, parents=[first], branch="left")
    right = made.commit("right", files={"right": "r"}, parents=[first])
    made.commit("merge", parents=[right, left])
    made.check_out()
    return made


def test_an_ordinary_repository(made: TestRepository) -> None:
    with Repository.open(made.folder / "project") as repository:
        assert repository.worktree == made.folder
        assert repository.git_dir == made.git_dir
        assert (repository.bare, repository.shallow, repository.object_format) == (False, False, "sha1")
        assert repository.head() == made.tip()


def test_a_bare_repository(made: TestRepository, tmp_path: Path) -> None:
    made.git("clone", "-q", "--bare", ".", str(tmp_path / "bare.git"))
    with Repository.open(tmp_path / "bare.git") as repository:
        assert repository.bare
        assert repository.worktree is None
        assert repository.head() == made.tip()
        assert not repository.dirty("project")
        assert TreeFiles(repository, made.tip() or "", "project").read("people.yml") == b"people: []\n"


def test_inside_the_git_folder_there_is_no_working_tree(made: TestRepository) -> None:
    with Repository.open(made.git_dir) as repository:
        assert repository.git_dir == made.git_dir
        assert repository.worktree is None


def test_a_folder_with_a_line_break_in_its_name(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path / "a\nb")
    made.commit("first", files=FILES)
    made.check_out()
    with Repository.open(made.folder / "project") as repository:
        assert (repository.worktree, repository.git_dir) == (made.folder, made.git_dir)
        assert not repository.dirty("")


def test_a_linked_worktree_has_its_own_head(made: TestRepository, tmp_path: Path) -> None:
    made.git("worktree", "add", "-q", str(tmp_path / "linked"), "left")
    with Repository.open(tmp_path / "linked") as repository:
        assert repository.worktree == tmp_path / "linked"
        assert repository.head() == made.tip("left")
        assert not repository.dirty("")


def test_a_shallow_clone_says_so(made: TestRepository, tmp_path: Path) -> None:
    made.git("clone", "-q", "--depth=1", f"file://{made.folder}", str(tmp_path / "shallow"))
    with Repository.open(tmp_path / "shallow") as repository:
        assert repository.shallow
        assert repository.rev_list() == [made.tip()]
        parents = repository.commit(made.tip() or "").parents
        assert len(parents) == 2
        assert [type(answer) for answer in repository.read_many(parents)] == [MissingObject, MissingObject]


def test_a_sha256_repository(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path, object_format="sha256")
    first = made.commit("first", files=FILES, key=SigningKey.make("ana"))
    assert len(first) == 64
    with Repository.open(tmp_path) as repository:
        assert repository.object_format == "sha256"
        assert repository.resolve(first[:10]) == first
        entry = repository.entry(first, "project/people.yml")
        assert entry is not None
        assert repository.read(entry.oid).data == b"people: []\n"


def test_an_empty_repository(tmp_path: Path) -> None:
    TestRepository.create(tmp_path)
    with Repository.open(tmp_path) as repository:
        assert repository.head() is None
        assert repository.rev_list() == []
        assert repository.rev_list(all_refs=True) == []
        assert not repository.dirty("project")
        (tmp_path / "project").mkdir()
        (tmp_path / "project/risks.yml").write_text("risks: []\n")
        assert repository.dirty("project")


def test_no_repository(tmp_path: Path) -> None:
    assert Repository.discover(tmp_path) is None
    with pytest.raises(GitError, match=r"^There is no git repository in or around .*\.$"):
        Repository.open(tmp_path)
    with pytest.raises(GitError, match=r"^There is no folder .*\.$"):
        Repository.open(tmp_path / "absent")


def test_no_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(GitError, match="`git` was not found"):
        Repository.open(tmp_path)


def test_an_old_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    git = tmp_path / "git"
    git.write_text('#!/bin/sh\necho "git version 2.20.1"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(GitError, match=r"^git is too old: found 2\.20\.1, at least 2\.34 is needed\.$"):
        Repository.open(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder to somebody else")
def test_a_repository_of_somebody_else(made: TestRepository, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for path in (made.folder, made.git_dir):
        os.chown(path, 12345, 12345)
    with pytest.raises(GitError, match=r"belongs to another user.*safe\.directory"):
        Repository.open(made.folder)
    trusting = tmp_path / "gitconfig"
    trusting.write_text(f"[safe]\n\tdirectory = {made.folder}\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(trusting))
    with Repository.open(made.folder) as repository:
        assert repository.head() == made.tip()
        assert not repository.dirty("project")


def test_a_file_is_no_folder(made: TestRepository) -> None:
    with pytest.raises(GitError, match=r"^git cannot be started in .*README\.md: Not a directory\.$"):
        Repository.open(made.folder / "README.md")


# --- names --------------------------------------------------------------------------------------------------------


def test_every_way_to_name_a_commit(made: TestRepository) -> None:
    made.git("tag", "v1", "HEAD^")
    made.git("-c", "user.name=A", "-c", "user.email=a@b", "tag", "-a", "-m", "x", "v2", "HEAD~2")
    names = ["HEAD", "@", "main", "left", "HEAD~1", "HEAD^2", "HEAD~2", "v1", "v2", "v2^{commit}", "v2^{}", "HEAD@{0}"]
    names += ["refs/heads/main", "heads/left", (made.tip() or "")[:7], made.tip() or ""]
    with Repository.open(made.folder) as repository:
        for name in names:
            assert repository.resolve(name) == made.git("rev-parse", "--verify", f"{name}^{{commit}}"), name


@pytest.mark.parametrize("name", ["nothing", "HEAD~9", "HEAD@{99}", "0" * 40, "HEAD^7", "v9"])
def test_names_of_nothing(made: TestRepository, name: str) -> None:
    with Repository.open(made.folder) as repository, pytest.raises(GitError, match=r"There is no commit|is missing"):
        repository.resolve(name)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"first_parent": True},
        {"topo": True},
        {"reverse": True},
        {"all_refs": True},
        {"topo": True, "reverse": True},
    ],
)
def test_rev_list_is_gits(made: TestRepository, options: dict[str, bool]) -> None:
    made.commit("aside", parents=[], branch="aside")
    words = {"first_parent": "--first-parent", "topo": "--topo-order", "reverse": "--reverse", "all_refs": "--all"}
    expected = made.git("rev-list", *(words[o] for o in options), *([] if "all_refs" in options else ["HEAD"]))
    with Repository.open(made.folder) as repository:
        assert repository.rev_list(**options) == expected.split()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "span", ["left..main", "main..left", "left...main", "^left", "main^!", "main^@", "main^-", "left.."]
)
def test_ranges_are_gits(made: TestRepository, span: str) -> None:
    revs = ["main", span] if span == "^left" else [span]
    with Repository.open(made.folder) as repository:
        assert repository.rev_list(*revs) == made.git("rev-list", *revs).split()


# --- objects ------------------------------------------------------------------------------------------------------


def test_many_objects_come_in_order(made: TestRepository) -> None:
    """Far more than are asked ahead, with holes, and some of them large."""
    oids = [made.store("blob", b"%d" % number * (1 if number % 50 else 20_000)) for number in range(1000)]
    oids[3::7] = [f"{number:040x}" for number in range(len(oids[3::7]))]
    with Repository.open(made.folder) as repository:
        answers = list(repository.read_many(oids))
    assert [answer.oid for answer in answers] == oids
    for number, answer in enumerate(answers):
        assert isinstance(answer, MissingObject if number % 7 == 3 else GitObject)


def test_questions_inside_questions(made: TestRepository) -> None:
    with Repository.open(made.folder) as repository:
        commits = repository.rev_list()
        seen = []
        for answer in repository.read_many(commits):
            assert isinstance(answer, GitObject)
            seen.append((answer.oid, repository.commit(answer.oid).raw == answer.data))
        assert seen == [(oid, True) for oid in commits]


def test_an_abandoned_question_disturbs_nobody(made: TestRepository) -> None:
    with Repository.open(made.folder) as repository:
        commits = repository.rev_list()
        next(iter(repository.read_many(commits * 100)))
        assert repository.read(commits[3]).oid == commits[3]


def test_a_history_that_nobody_reads_to_its_end(made: TestRepository) -> None:
    with Repository.open(made.folder) as repository:
        history = repository.walk_history("main")
        assert next(history) == made.tip()
        history.close()  # type: ignore[attr-defined]  # it is a generator
        assert repository.rev_list("main")[0] == made.tip()


@pytest.mark.parametrize("whole", [True, False])
def test_commits_and_trees_are_read_in_one_go(
    *, whole: bool, made: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_MANY", 1)
    with Repository.open(made.folder) as repository:
        oids = repository.rev_list()
        repository.read_history(oids[0]) if whole else repository.read_commits(oids)
        repository.read_trees(repository.commit(oid).tree for oid in oids)
        repository.close()
        monkeypatch.setattr(repository, "_contents", pytest.fail)  # nothing is left to be read one by one
        assert [repository.commit(oid).oid for oid in oids] == oids
        assert all(repository.tree(repository.commit(oid).tree) for oid in oids)


def test_what_bears_a_name_is_read_in_one_go(made: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the repository has for a language: ids are told in the bytes that git reads."""
    monkeypatch.setattr(store_module, "_MANY", 1)
    for setting in ("i18n.logOutputEncoding", "i18n.commitEncoding"):
        made.git("config", setting, "UTF-16")
    for whole in (True, False):
        with Repository.open(made.folder) as repository:
            oids = repository.rev_list()
            repository.read_history(oids[0], b"project") if whole else repository.read_commits(oids)
            trees = [repository.commit(oid).tree for oid in oids]
            repository.read_children(trees, b"project")
            expected = [next((one for one in repository.tree(tree) if one.name == b"project"), None) for tree in trees]
        with Repository.open(made.folder) as repository:
            repository.read_history(oids[0], b"project") if whole else repository.read_children(trees, b"project")
            repository.close()
            monkeypatch.setattr(repository, "_contents", pytest.fail)  # nothing is left to be read one by one
            assert [repository.child(tree, b"project") for tree in trees] == expected
            assert any(expected)


def test_what_is_amiss_does_not_stop_reading_in_one_go(made: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_MANY", 1)
    with Repository.open(made.folder) as repository:
        head = repository.rev_list()[0]
        tree = repository.commit(head).tree
        repository.read_history("0" * 40)
        repository.read_trees([head, "0" * 40, tree])
        assert repository.tree(tree)
        with pytest.raises(MissingObject):
            repository.commit("0" * 40)
        with pytest.raises(MalformedObject):
            repository.tree(head)


def test_closing_leaves_no_process(made: TestRepository) -> None:
    repository = Repository.open(made.folder)
    head = repository.head() or ""
    process = repository._batch._idle[0]
    repository.close()
    assert process.returncode is not None
    assert repository.read(head).type == "commit"
    repository.close()


def test_a_commit_and_its_dates(made: TestRepository) -> None:
    oid = made.commit("Subject\n\nBody", author="A <a@b>", when="2026-02-03T04:05:06+02:00", author_when=0, parents=[])
    with Repository.open(made.folder) as repository:
        commit = repository.commit(oid)
    assert commit.parents == ()
    assert commit.message == b"Subject\n\nBody\n"
    assert commit.author == b"A <a@b> 0 +0000"
    assert commit.committer_date.isoformat() == "2026-02-03T02:05:06+00:00"
    assert commit.author_date.timestamp() == 0
    assert commit.raw == made.raw(oid)


def test_entries(made: TestRepository) -> None:
    head = made.tip() or ""
    with Repository.open(made.folder) as repository:
        risks = repository.entry(head, "project/risks")
        assert risks is not None
        assert (risks.kind, risks.mode) == ("folder", "40000")
        assert repository.entry(head, "project/risks/a.yml/below") is None
        assert repository.entry(head, "absent/folder") is None
        assert [path for path, _ in repository.walk(head, "project")] == ["project/people.yml", "project/risks/a.yml"]
        assert [path for path, _ in repository.walk(head, "README.md")] == ["README.md"]
        assert list(repository.walk(head, "absent")) == []


def test_tree_files(made: TestRepository) -> None:
    made.git("update-index", "--add", "--cacheinfo", f"160000,{made.tip()},project/module")
    link = made.store("blob", b"people.yml")
    made.git("update-index", "--add", "--cacheinfo", f"120000,{link},project/link.yml")
    tree = made.git("write-tree")
    oid = made.store("commit", made.raw(made.tip() or "").replace(made.raw(made.tip() or "")[5:45], tree.encode(), 1))
    with Repository.open(made.folder) as repository:
        files = TreeFiles(repository, oid, "project/")
        kinds = {entry.path: entry.kind for entry in files.listing()}
        assert kinds == {"people.yml": "file", "link.yml": "link", "module": "other", "risks/a.yml": "file"}
        assert files.prefix == "project/"
        assert files.exists
        for path in ("link.yml", "module", "absent.yml", "risks"):
            with pytest.raises(GitError):
                files.read(path)
        assert not TreeFiles(repository, oid, "absent").exists
        assert TreeFiles(repository, oid, "").read("README.md") == b"Read me\n"


# --- objects that cannot be relied on -----------------------------------------------------------------------------


def test_a_rewritten_object_is_noticed(made: TestRepository) -> None:
    head = made.tip() or ""
    made.store("commit", made.raw(head).replace(b"merge", b"purge"), oid=head)
    with Repository.open(made.folder) as repository, pytest.raises(ObjectMismatch, match="tampered"):
        repository.commit(head)


def test_a_rewritten_tree_and_blob_are_noticed(made: TestRepository) -> None:
    head = made.tip() or ""
    with Repository.open(made.folder) as repository:
        entry = repository.entry(head, "project/people.yml")
        assert entry is not None
        made.store("blob", b"people: [mallory]\n", oid=entry.oid)
        with pytest.raises(ObjectMismatch):
            TreeFiles(repository, head, "project").read("people.yml")
        made.store("tree", made.raw(repository.commit(head).tree)[:-1] + b"x", oid=repository.commit(head).tree)
    with Repository.open(made.folder) as repository, pytest.raises(ObjectMismatch):
        repository.entry(head, "project")


def test_a_damaged_object_hides_no_other(made: TestRepository) -> None:
    good = [made.store("blob", b"%d" % number) for number in range(300)]
    bad = made.store("blob", b"to be damaged")
    path = made.git_dir / "objects" / bad[:2] / bad[2:]
    path.write_bytes(b"this is no zlib stream")
    with Repository.open(made.folder) as repository:
        answers = list(repository.read_many([*good[:150], bad, *good[150:]]))
        assert isinstance(answers.pop(150), DamagedObject | MissingObject)
        assert [answer.oid for answer in answers] == good
        assert all(isinstance(answer, GitObject) for answer in answers)
        with pytest.raises(GitError):
            repository.read(bad)
        with pytest.raises(GitError):
            repository.resolve(bad)


def test_a_cut_object_is_damaged(made: TestRepository) -> None:
    head = made.tip() or ""
    path = made.git_dir / "objects" / head[:2] / head[2:]
    path.write_bytes(path.read_bytes()[:-20])
    with Repository.open(made.folder) as repository:
        with pytest.raises(GitError):
            repository.commit(head)
        with pytest.raises(GitError):
            repository.head()
        with pytest.raises(GitError):
            repository.rev_list()


def test_a_hole_in_the_history(made: TestRepository) -> None:
    left = made.tip("left") or ""
    made.remove(left)
    with Repository.open(made.folder) as repository:
        with pytest.raises(MissingObject) as caught:
            repository.rev_list()
        assert isinstance(caught.value, GitError)
        with pytest.raises(MissingObject) as caught:
            repository.resolve("left")
        assert caught.value.oid == left


def test_a_head_whose_commit_is_gone(made: TestRepository) -> None:
    made.remove(made.tip() or "")
    with Repository.open(made.folder) as repository, pytest.raises(MissingObject):
        repository.head()


def test_damaged_refs_are_no_unborn_branch(made: TestRepository) -> None:
    made.git("pack-refs", "--all")
    (made.git_dir / "packed-refs").write_text("junk\n")
    with Repository.open(made.folder) as repository, pytest.raises(GitError, match="packed-refs"):
        repository.head()


def test_not_a_commit(made: TestRepository) -> None:
    head = made.tip() or ""
    with Repository.open(made.folder) as repository:
        tree = repository.commit(head).tree
        with pytest.raises(MalformedObject, match="is a tree, not a commit"):
            repository.commit(tree)
        with pytest.raises(GitError):
            repository.read("main")
        assert repository.tree(tree)[0] == TreeEntry("100644", b"README.md", repository.tree(tree)[0].oid)


# --- the working tree ---------------------------------------------------------------------------------------------


def test_dirty(made: TestRepository) -> None:
    people = made.folder / "project/people.yml"
    with Repository.open(made.folder) as repository:
        assert not repository.dirty("project")
        people.write_bytes(b"people: []\r\n")
        assert not repository.dirty("project"), "line ends of Windows are no change"
        people.write_bytes(b"people: [ana]\n")
        assert repository.dirty("project")
        assert repository.dirty("")
        assert not repository.dirty("README.md")
        people.unlink()
        assert repository.dirty("project")
        people.write_text("people: []\n")
        assert not repository.dirty("project")
        (made.folder / "elsewhere").write_text("x")
        assert not repository.dirty("project")
        (made.folder / "project/new.yml").write_text("x")
        assert repository.dirty("project")
        made.git("add", "project/new.yml")
        assert repository.dirty("project"), "staged is not committed"


def test_an_ignored_file_is_not_dirty_and_a_link_is(made: TestRepository) -> None:
    (made.folder / ".gitignore").write_text("*.tmp\n")
    (made.folder / "project/x.tmp").write_text("x")
    people = made.folder / "project/people.yml"
    with Repository.open(made.folder) as repository:
        assert not repository.dirty("project")
        people.unlink()
        people.symlink_to("risks/a.yml")
        assert repository.dirty("project")


def test_a_change_hidden_from_git_is_dirty(made: TestRepository) -> None:
    made.git("update-index", "--assume-unchanged", "project/people.yml")
    made.git("update-index", "--skip-worktree", "README.md")
    (made.folder / "project/people.yml").write_text("people: [mallory]\n")
    (made.folder / "README.md").write_text("Other\n")
    assert made.git("status", "--porcelain") == ""
    with Repository.open(made.folder) as repository:
        assert repository.dirty("project")
        assert repository.dirty("README.md")


def test_nothing_is_written(made: TestRepository) -> None:
    def photograph() -> dict[str, tuple[int, int]]:
        found = subprocess.run(["find", str(made.folder)], capture_output=True, text=True, check=True).stdout.split(
            "\n"
        )
        return {
            p: (os.lstat(p).st_mtime_ns, os.lstat(p).st_size)
            for p in found
            if p and not stat.S_ISDIR(os.lstat(p).st_mode)
        }

    before = photograph()
    with Repository.open(made.folder) as repository:
        repository.dirty("")
        repository.rev_list(all_refs=True)
        repository.resolve("HEAD~1")
    assert photograph() == before
