"""What each commit changed, beside git itself, in repositories that would rather tell something else."""

from __future__ import annotations

from pathlib import Path

import pytest
from repositories import TestRepository

from mkdocs_ecompm.git import blobs
from mkdocs_ecompm.git.blobs import read_all
from mkdocs_ecompm.git.log import FileChange, Log, below, log
from mkdocs_ecompm.git.objects import DamagedObject, GitObject, MissingObject, ObjectMismatch
from mkdocs_ecompm.git.process import GitError
from mkdocs_ecompm.git.repository import Repository


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return TestRepository.create(tmp_path / "made")


def told(made: TestRepository, folder: str = "project", *known: str) -> Log:
    with Repository.open(made.folder) as repository:
        return log(repository, repository.head() or "", folder, known=known)


def paths(found: Log) -> dict[str, list[bytes]]:
    return {commit: [change.path for change in changes] for commit, changes in found.changes.items()}


def test_changes_with_their_blobs(made: TestRepository) -> None:
    first = made.commit(files={"project/a.yml": "a\n", "project/b/c.yml": "c\n", "other": "x"})
    second = made.commit(files={"project/a.yml": None, "project/b/c.yml": "d\n", "project.yml": "x"})
    found = told(made)
    assert found.parents == {second: (first,), first: ()}
    a, c, d = (made.store("blob", text) for text in (b"a\n", b"c\n", b"d\n"))
    assert found.changes == {
        first: [FileChange(b"project/a.yml", b"100644", a), FileChange(b"project/b/c.yml", b"100644", c)],
        second: [FileChange(b"project/a.yml", b"", ""), FileChange(b"project/b/c.yml", b"100644", d)],
    }
    assert below("project", b"project/a.yml") == below("", b"a.yml") == b"a.yml"


def test_only_what_is_not_known(made: TestRepository) -> None:
    commits = [made.commit(files={"project/a": f"{number}"}) for number in range(3)]
    assert list(told(made, "project", commits[0]).parents) == commits[:0:-1]
    assert told(made, "project", commits[2]) == Log({}, {})


def test_a_commit_that_says_nothing_about_the_folder_is_still_a_parent(made: TestRepository) -> None:
    first, second = made.commit(files={"x": "1"}), made.commit(files={"x": "2"})
    assert told(made) == Log({second: (first,), first: ()}, {})


def test_merges_by_their_first_parent(made: TestRepository) -> None:
    base = made.commit(files={"project/a": "1", "project/b": "1"})
    side = made.commit(files={"project/b": "2"}, parents=[base])
    main = made.commit(files={"project/a": "2"}, parents=[base])
    merge = made.commit(files={"project/b": "2", "project/evil": "x"}, parents=[main, side])
    assert paths(told(made))[merge] == [b"project/b", b"project/evil"]
    assert told(made).parents[merge] == (main, side)


@pytest.mark.parametrize(
    "setting",
    [
        ("diff.external", "touch {}"),
        ("diff.orderFile", "/dev/stdin"),
        ("diff.renames", "copies"),
        ("diff.ignoreSubmodules", "all"),
        ("diff.relative", "true"),
        ("diff.noprefix", "true"),
        ("core.quotePath", "true"),
        ("core.abbrev", "4"),
        ("log.diffMerges", "off"),
        ("format.pretty", "full"),
        ("log.showRoot", "false"),
        ("core.fsmonitor", "touch {}"),
        ("i18n.logOutputEncoding", "UTF-16"),
    ],
)
def test_no_setting_of_the_repository_decides_anything(
    made: TestRepository, tmp_path: Path, setting: tuple[str, str]
) -> None:
    made.commit(files={"project/ä b": "1", "project/x": "same\n" * 9}, author="Jürgen <j@x>")
    made.commit(files={"project/x": None, "project/y": "same\n" * 9})
    before = told(made)
    made.configure(setting[0], setting[1].format(tmp_path / "ran"))
    assert told(made) == before
    assert not (tmp_path / "ran").exists()


def test_replaced_objects_and_grafts_are_not_followed(made: TestRepository) -> None:
    first = made.commit(files={"project/a": "1"})
    second = made.commit(files={"project/a": "2"})
    other = made.commit(files={"project/a": "9"}, parents=[], branch=None)
    before = told(made)
    made.git("replace", second, other)
    (made.git_dir / "info").mkdir(exist_ok=True)
    (made.git_dir / "info/grafts").write_text(f"{second}\n")
    assert told(made) == before
    assert before.parents[second] == (first,)


def test_a_hole_in_the_history_is_an_error(made: TestRepository) -> None:
    first = made.commit(files={"project/a": "1"})
    tree = made.git("rev-parse", f"{first}:project")
    made.commit(files={"project/a": "2"})
    made.remove(tree)
    with pytest.raises(GitError, match=tree):
        told(made)
    made.remove(first)
    with pytest.raises(GitError, match=first):
        told(made)


@pytest.mark.parametrize("tip", ["HEAD", "--all", "abc", ""])
def test_only_full_ids_reach_git(made: TestRepository, tip: str) -> None:
    made.commit(files={"project/a": "1"})
    with Repository.open(made.folder) as repository, pytest.raises(GitError, match="full object id"):
        log(repository, tip, "project")


def test_many_blobs_in_their_order(made: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    oids = [made.store("blob", b"%d" % number) for number in range(12)]
    lost, forged, broken = "1" * 40, made.store("blob", b"other", oid="2" * 40), made.store("blob", b"to break")
    (made.git_dir / "objects" / broken[:2] / broken[2:]).write_bytes(b"rubbish")
    asked = [*oids[:6], lost, forged, *oids[6:], broken, oids[0]]
    for many in (1, 1000):
        monkeypatch.setattr(blobs, "_MANY", many)
        with Repository.open(made.folder) as repository:
            found = list(read_all(repository, asked))
        good = [answer.oid for answer in found if isinstance(answer, GitObject)]
        assert good == [*oids, oids[0]]
        assert isinstance(found[6], MissingObject)
        assert isinstance(found[7], ObjectMismatch | DamagedObject)
        assert isinstance(found[14], ObjectMismatch | DamagedObject | MissingObject)


def test_who_stops_asking_leaves_no_process(made: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "_MANY", 1)
    oids = [made.store("blob", b"%d" % number * 5000) for number in range(300)]
    with Repository.open(made.folder) as repository:
        answers = read_all(repository, oids)
        assert isinstance(next(answers), GitObject)
        answers.close()  # type: ignore[attr-defined]  # it is a generator
