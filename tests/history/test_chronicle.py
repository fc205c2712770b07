"""The past of a project from real repositories: what the published line said, who changed it, and when."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import TestRepository

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.cache import Cache
from mkdocs_ecompm.history.chronicle import Question, chronicle
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.history import History, Series
from mkdocs_ecompm.registers import DOCUMENTS, REGISTERS
from mkdocs_ecompm.site.trends import trends

TODAY = date(2026, 12, 31)


@pytest.fixture
def made(tmp_path: Path) -> TestRepository:
    return TestRepository.create(tmp_path / "r")


def past(made: TestRepository, at: str | None = None, as_of: date = TODAY, **more: Any) -> History:
    with Repository.open(made.folder) as repository:
        commit = at or repository.head()
        given = {"folder": "project", "registers": REGISTERS} | more
        return chronicle(Question(repository=repository, commit=commit, as_of=as_of, **given))


def plan(*days: str, more: str = "") -> str:
    lines = [f"  - id: M{number}\n    name: Point {number}\n    date: {day}\n" for number, day in enumerate(days, 1)]
    return "milestones:\n" + "".join(lines) + more


def risk(likelihood: object, impact: object, note: str = "", own: str = "R-1") -> str:
    text = f"  - id: {own}\n    title: Late\n    likelihood: {likelihood}\n    impact: {impact}\n"
    return text + (f"    note: {note}\n" if note else "")


def risks(*records: str) -> str:
    return "risks:\n" + "".join(records)


def said(series: Series | None) -> list[str | None]:
    assert series is not None
    return [point.value for point in series.points]


def subjects(history: History) -> list[str]:
    return [revision.subject for revision in history.revisions]


def test_a_milestone_moves_and_goes(made: TestRepository) -> None:
    first = made.commit(files={"project/timeline.yml": plan("2026-10-06"), "README": "x"})
    made.commit("Not about the project", files={"README": "y"})
    second = made.commit("Slip", files={"project/timeline.yml": plan("2026-10-20", "2026-12-01")})
    third = made.commit("Only another word", files={"project/timeline.yml": plan("2026-10-20", more="phases: []\n")})
    fourth = made.commit("No plan", files={"project/timeline.yml": None})
    history = past(made)
    assert [revision.commit for revision in history.revisions] == [first, second, third, fourth]
    assert all(revision.registers == ("timeline",) for revision in history.revisions)
    path = history.path("milestone", "TIMELINE/m1")
    assert path is not None
    assert (path.name, path.ref) == ("Point 1", "timeline/M1")
    assert [(point.commit, point.value) for point in path.points] == [
        (first, "2026-10-06"),
        (second, "2026-10-20"),
        (fourth, None),
    ]
    assert said(history.path("milestone", "timeline/M2")) == ["2026-12-01", None]
    assert [one.ref for one in history.of("milestone")] == ["timeline/M1", "timeline/M2"]
    assert history.path("milestone", "timeline/M3") is None
    assert history.problem == ""


def test_gates_have_a_day_too(made: TestRepository) -> None:
    made.commit(files={"project/timeline.yml": "gates:\n  - id: G1\n    name: Ready\n    date: 2026-02-27\n"})
    assert said(past(made).path("gate", "timeline/G1")) == ["2026-02-27"]


def test_a_score_is_that_of_its_own_matrix(made: TestRepository) -> None:
    made.commit(files={"project/risks.yml": risks(risk(4, 5))})
    cells = "matrix:\n  likelihood: 4\n  impact: 5\n  cells:\n" + "    - [1, 2, 3, 4, 77]\n" * 4
    made.commit(files={"project/risks.yml": cells + risks(risk(4, 5))})
    made.commit(files={"project/risks.yml": "matrix: {likelihood: x}\n" + risks(risk(3, 5))})
    made.commit(files={"project/risks.yml": risks(risk(2, "5.0"))})
    history = past(made)
    assert said(history.path("risk", "risks/R-1")) == ["20", "77", "10"]
    assert said(history.path("risk-likelihood", "risks/R-1")) == ["4", "3", "2"]
    assert said(history.path("risk-impact", "risks/R-1")) == ["5"]
    path = history.path("risk", "risks/R-1")
    assert path is not None
    assert path.trend == "falling"


@pytest.mark.parametrize(("scores", "trend"), [((2, 3), "rising"), ((3, 2), "falling"), ((3, 3), "steady")])
def test_which_way_a_score_went(made: TestRepository, scores: Iterable[int], trend: str) -> None:
    for score in scores:
        made.commit(files={"project/risks.yml": risks(risk(score, 1, note=f"{score}"))})
    path = past(made).path("risk", "risks/R-1")
    assert path is not None
    assert path.trend == trend


def test_which_way_a_milestone_went(made: TestRepository) -> None:
    for day in ("2026-10-06", "2026-10-20"):
        made.commit(files={"project/timeline.yml": plan(day)})
    path = past(made).path("milestone", "timeline/M1")
    assert path is not None
    assert path.trend == "rising"


def test_what_cannot_be_read_says_nothing_and_breaks_nothing(made: TestRepository) -> None:
    made.commit(files={"project/timeline.yml": plan("2026-10-06"), "project/risks.yml": risks(risk(1, 1))})
    made.commit(
        files={"project/timeline.yml": "milestones: [&a x\n", "project/risks.yml": risks(risk(2, 1), risk(3, 1))}
    )
    made.commit(files={"project/timeline.yml": plan("06.10.2026"), "project/risks.yml": risks(risk("high", 7))})
    made.commit(files={"project/timeline.yml": b"\xff\xfe", "project/timeline/more.yml": plan("2026-01-01")})
    made.commit(files={"project/timeline.yml": plan("2026-10-20"), "project/timeline/more.yml": None})
    history = past(made)
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06", "2026-10-20"]
    assert said(history.path("risk", "risks/R-1")) == ["1"]
    assert said(history.path("risk-impact", "risks/R-1")) == ["1", "7"]
    assert len(history.revisions) == 5
    assert history.problem == ""


def test_a_file_becomes_a_folder_and_moves_nothing(made: TestRepository) -> None:
    one, two = risk(4, 5), risk(1, 2, own="R-2")
    made.commit(files={"project/risks.yml": risks(one, two)})
    made.commit(
        files={"project/risks.yml": None, "project/risks/a.yml": risks(one), "project/risks/b/c.yml": risks(two)}
    )
    made.commit(files={"project/risks/b/c.yml": None, "project/risks/d.yml": risks(two), "project/risks/README": "x"})
    made.commit(files={"project/risks/a.yml": risks(risk(4, 4))})
    made.commit(files={"project/risks/z.yml": "matrix: {likelihood: 4}\n"})
    history = past(made)
    assert said(history.path("risk", "risks/R-1")) == ["20", "16"]
    assert said(history.path("risk", "risks/R-2")) == ["2"]
    assert history.touched["risks/r-2"] == history.revisions[0].at
    assert history.touched["risks/r-1"] == history.revisions[3].at
    assert history.touched["risks"] == history.revisions[4].at
    assert [one.ref for one in history.of("risk")] == ["risks/R-1", "risks/R-2"]


def test_branches_speak_when_they_are_merged(made: TestRepository) -> None:
    base = made.commit("Begin", files={"project/timeline.yml": plan("2026-10-06")}, author="Ana <a@x>")
    one = made.commit("Try", files={"project/timeline.yml": plan("2026-11-01")}, parents=[base], author="Ben <b@x>")
    two = made.commit(
        "Try again", files={"project/timeline.yml": plan("2026-11-11")}, parents=[one], author="Ben <b@x>"
    )
    main = made.commit("Meanwhile", files={"project/risks.yml": risks(risk(1, 1))}, parents=[base], author="Ana <a@x>")
    inner = made.commit("Catch up", tree_of=two, files={"project/risks.yml": risks(risk(1, 1))}, parents=[two, main])
    merge = made.commit("Merge", tree_of=inner, parents=[main, inner], author="Mia <m@x>")
    history = past(made)
    assert subjects(history) == ["Begin", "Meanwhile", "Merge"]
    path = history.path("milestone", "timeline/M1")
    assert path is not None
    assert [(point.commit, point.value) for point in path.points] == [(base, "2026-10-06"), (merge, "2026-11-11")]
    last = history.revisions[-1]
    assert (last.author, last.registers) == ("Mia", ("timeline",))
    assert [(one.author, one.subject) for one in last.merged] == [
        ("Ben", "Try"),
        ("Ben", "Try again"),
        ("Nobody", "Catch up"),
    ]


def test_an_evil_merge_is_seen(made: TestRepository) -> None:
    base = made.commit(files={"project/timeline.yml": plan("2026-10-06")})
    side = made.commit(files={"other.txt": "x"}, parents=[base])
    merge = made.commit(
        "Merge", parents=[base, side], files={"other.txt": "x", "project/timeline.yml": plan("2027-01-01")}
    )
    history = past(made)
    assert history.revisions[-1].commit == merge
    assert history.revisions[-1].registers == ("timeline",)
    assert history.revisions[-1].merged == ()
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06", "2027-01-01"]


def test_a_merge_that_drops_its_branch_says_nothing(made: TestRepository) -> None:
    base = made.commit(files={"project/timeline.yml": plan("2026-10-06")})
    side = made.commit(files={"project/timeline.yml": plan("2027-01-01")}, parents=[base])
    made.commit("Ours", parents=[base, side])
    assert len(past(made).revisions) == 1


def test_a_shallow_clone_says_that_it_is_one(made: TestRepository, tmp_path: Path) -> None:
    for day in ("2026-10-06", "2026-10-20", "2026-11-03"):
        made.commit(files={"project/timeline.yml": plan(day)})
    made.git("clone", "-q", "--depth=2", f"file://{made.folder}", str(tmp_path / "clone"))
    history = past(TestRepository(tmp_path / "clone"), cache=tmp_path / "cache")
    assert "shallow" in history.problem
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-20", "2026-11-03"]
    assert not (tmp_path / "cache").exists()


def test_a_missing_version_is_told(made: TestRepository, tmp_path: Path) -> None:
    lost = plan("2026-10-20")
    for day in ("2026-10-06", "2026-10-20", "2026-11-03"):
        made.commit(files={"project/timeline.yml": plan(day)})
    oid = made.git("hash-object", "--stdin", data=lost.encode())
    made.remove(oid)
    for _ in range(2):
        history = past(made, cache=tmp_path / "cache")
        assert oid in history.problem
        assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06", "2026-11-03"]


def test_a_missing_commit_is_told(made: TestRepository) -> None:
    first = made.commit(files={"project/timeline.yml": plan("2026-10-06")})
    made.commit(files={"project/timeline.yml": plan("2026-10-07")})
    made.remove(first)
    history = past(made)
    assert first in history.problem
    assert history.series == ()


def test_without_history_it_says_why(made: TestRepository) -> None:
    question = {"folder": "project", "as_of": TODAY, "registers": REGISTERS}
    assert "repository" in chronicle(Question(repository=None, commit=None, **question)).problem  # type: ignore[arg-type]
    with Repository.open(made.folder) as repository:
        empty = chronicle(Question(repository=repository, commit=None, **question))  # type: ignore[arg-type]
    assert "no commit" in empty.problem
    made.commit(files={"README": "x"})
    assert past(made) == History()


@pytest.mark.parametrize("name", ["a b", "ü\t", "new\nline", ":100644 ", "\udcff", '"quoted"', "-x", "{a => b}"])
def test_names_can_be_anything(made: TestRepository, name: str) -> None:
    made.commit(
        files={f"project/{name}": "x", f"project/risks/{name}": "y", "project/timeline.yml": plan("2026-10-06")}
    )
    made.commit(files={f"project/{name}": "z", f"{name}/x": "y"})
    history = past(made)
    assert len(history.revisions) == 2
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06"]


@pytest.mark.parametrize("folder", ["", "a b/c*[x]", "ü/:(top)", "-x"])
def test_folders_can_be_anything(made: TestRepository, folder: str) -> None:
    prefix = f"{folder}/" if folder else ""
    made.commit(files={f"{prefix}timeline.yml": plan("2026-10-06"), "project.yml/x": "y"})
    made.commit(files={"elsewhere/timeline.yml": plan("2026-10-07")})
    history = past(made, folder=folder)
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06"]
    assert len(history.revisions) == (1 if folder else 2)


def test_links_and_submodules_are_no_registers(made: TestRepository) -> None:
    made.commit(files={"project/timeline.yml": plan("2026-10-06")})
    tree = made.files(made.tip() or "")
    tree["project/timeline.yml"] = ("120000", made.store("blob", b"/etc/passwd"))
    tree["project/risks.yml"] = ("160000", "1" * 40)
    before = made.tip()
    who = "A <a@x> 1780000000 +0000"
    raw = f"tree {made.tree(tree)}\nparent {before}\nauthor {who}\ncommitter {who}\n\nx\n"
    made.point("refs/heads/main", made.store("commit", raw.encode()))
    history = past(made)
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06"]
    assert history.problem == ""
    assert history.revisions[-1].registers == ("timeline", "risks")


def test_sha256(tmp_path: Path) -> None:
    made = TestRepository.create(tmp_path / "r", object_format="sha256")
    made.commit(files={"project/timeline.yml": plan("2026-10-06")})
    made.commit(files={"project/timeline.yml": plan("2026-10-20")})
    for _ in range(2):
        history = past(made, cache=tmp_path / "cache")
        assert len(history.revisions[0].commit) == 64
        assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06", "2026-10-20"]


def test_what_a_commit_claims_of_itself_is_shown_harmless(made: TestRepository) -> None:
    made.commit(
        "\n\nRed \x1b[31m and\u202e back\nsecond line\n\nBody",
        files={"project/risks.yml": "risks: []\n"},
        author="E\x1bve <e@x>",
    )
    made.commit("x" * 5000, files={"project/risks.yml": "risks:\n"}, author="<mail@x>")
    first, second = past(made).revisions
    assert first.subject == "Red \ufffd[31m and\ufffd back second line"
    assert first.author == "E\ufffdve"
    assert len(second.subject) == 200
    assert second.author == "mail@x"


def days(history: History) -> list[str]:
    return [revision.day.isoformat() for revision in history.revisions]


def at(made: TestRepository, *moments: str) -> None:
    for number, moment in enumerate(moments):
        made.commit(files={"project/risks.yml": risks(risk(number + 1, 1))}, when=f"{moment}T12:00:00Z")


def test_nobody_speaks_before_the_commit_that_he_stands_on(made: TestRepository) -> None:
    at(made, "2026-03-01", "2026-01-01", "2026-04-01")
    assert days(past(made)) == ["2026-03-01", "2026-03-01", "2026-04-01"]


def test_a_clock_gone_wrong_hides_nothing(made: TestRepository) -> None:
    at(made, "2099-01-01", "2026-03-01", "2099-01-01", "2026-04-01")
    history = past(made)
    assert days(history) == ["2026-03-01", "2026-03-01", "2026-03-01", "2026-04-01"]
    assert said(history.path("risk", "risks/R-1")) == ["1", "2", "3", "4"]


def test_only_what_was_said_by_the_day_counts(made: TestRepository) -> None:
    at(made, "2026-03-01", "2026-04-01", "2026-05-01")
    history = past(made, as_of=date(2026, 4, 1))
    assert days(history) == ["2026-03-01", "2026-04-01"]
    assert said(history.path("risk", "risks/R-1")) == ["1", "2"]
    assert history.changed("risks/R-1") == date(2026, 4, 1)
    assert past(made, as_of=date(2025, 1, 1)) == History()
    assert len(past(made, as_of=date.max).revisions) == 3


def test_the_history_ends_with_the_commit_asked_for(made: TestRepository) -> None:
    at(made, "2026-03-01", "2026-04-01")
    assert days(past(made, at=made.git("rev-parse", "HEAD~1"))) == ["2026-03-01"]


def test_the_working_tree_has_the_last_word(made: TestRepository) -> None:
    made.commit(
        files={
            "project/risks.yml": risks(risk(1, 1), risk(1, 2, own="R-2")),
            "project/timeline.yml": plan("2026-10-06"),
        }
    )
    files = {"risks.yml": risks(risk(1, 1), risk(3, 2, own="R-2")).encode(), "timeline.yml": b"milestones: [\n"}
    history = past(made, shown=load_state(MemoryFiles(files), DOCUMENTS))
    path = history.path("risk", "risks/R-2")
    assert path is not None
    assert [(point.commit != "", point.value) for point in path.points] == [(True, "2"), (False, "6")]
    assert path.points[-1].day == TODAY
    assert history.changed("risks/R-2") == TODAY
    assert history.changed("risks/R-1") == history.revisions[0].day
    assert said(history.path("milestone", "timeline/M1")) == ["2026-10-06"]
    gone = past(made, shown=load_state(MemoryFiles({}), DOCUMENTS))
    assert said(gone.path("milestone", "timeline/M1")) == ["2026-10-06", None]
    assert len(history.revisions) == len(gone.revisions) == 1


# --- what is kept -----------------------------------------------------------------------------------------------------

Counted = Callable[[], list[str]]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """The objects that were asked for since the last call."""
    asked: list[str] = []
    real = Repository.read_many

    def counting(self: Repository, oids: Iterable[str]) -> Any:
        asked.extend(names := list(oids))
        return real(self, names)

    def taken() -> list[str]:
        found = list(asked)
        asked.clear()
        return found

    monkeypatch.setattr(Repository, "read_many", counting)
    return taken


def test_a_later_run_reads_only_what_is_new(made: TestRepository, tmp_path: Path, read: Counted) -> None:
    cache = tmp_path / "cache"
    for number in range(1, 6):
        made.commit(files={"project/risks.yml": risks(risk(number, 1)), "project/timeline.yml": plan("2026-10-06")})
    first = past(made, cache=cache)
    assert len(read()) >= 6  # five versions of one file, one of the other, perhaps commits
    assert past(made, cache=cache) == first
    assert read() == []
    before = made.tip()
    made.commit(files={"project/risks.yml": risks(risk(5, 5))})
    second = past(made, cache=cache)
    asked = [oid for oid in read() if made.git("cat-file", "-t", oid) == "blob"]
    assert asked == [made.git("rev-parse", f"{commit}:project/risks.yml") for commit in (before, made.tip())]
    assert second == past(made)
    assert said(second.path("risk", "risks/R-1")) == ["1", "2", "3", "4", "5", "25"]


def test_what_was_kept_serves_an_earlier_commit_and_day(made: TestRepository, tmp_path: Path) -> None:
    at(made, "2026-03-01", "2026-04-01", "2026-05-01")
    past(made, cache=tmp_path)
    earlier = made.git("rev-parse", "HEAD~1")
    for as_of in (TODAY, date(2026, 3, 2)):
        assert past(made, at=earlier, cache=tmp_path, as_of=as_of) == past(made, at=earlier, as_of=as_of)


def test_a_branch_that_was_written_anew_is_read_anew(made: TestRepository, tmp_path: Path) -> None:
    at(made, "2026-03-01", "2026-04-01", "2026-05-01")
    past(made, cache=tmp_path)
    made.git("update-ref", "refs/heads/main", made.git("rev-parse", "HEAD~1"))
    made._trees.clear()
    at(made, "2026-06-01")
    assert past(made, cache=tmp_path) == past(made)
    assert said(past(made, cache=tmp_path).path("risk", "risks/R-1")) == ["1", "2", "1"]


def test_a_merge_is_read_on_from_what_was_kept(made: TestRepository, tmp_path: Path) -> None:
    base = made.commit(files={"project/timeline.yml": plan("2026-10-06"), "project/risks.yml": risks(risk(1, 1))})
    past(made, cache=tmp_path)
    side = made.commit("Side", files={"project/timeline.yml": plan("2026-11-11")}, parents=[base], branch="side")
    main = made.commit("Main", files={"project/risks.yml": risks(risk(2, 1))}, parents=[base])
    past(made, cache=tmp_path)
    made.commit("Merge", files={"project/timeline.yml": plan("2026-11-11")}, parents=[main, side])
    kept = past(made, cache=tmp_path)
    assert kept == past(made)
    assert [one.subject for one in kept.revisions[-1].merged] == ["Side"]
    # the other way round: what was kept lies on a branch
    made.commit("Back", tree_of=made.tip(), parents=[side, made.tip() or ""])
    assert past(made, cache=tmp_path) == past(made)


def test_a_working_tree_is_compared_with_what_was_kept(made: TestRepository, tmp_path: Path) -> None:
    made.commit(files={"project/risks.yml": risks(risk(1, 1), risk(1, 2, own="R-2"))})
    shown = load_state(MemoryFiles({"risks.yml": risks(risk(1, 1), risk(3, 2, own="R-2")).encode()}), DOCUMENTS)
    past(made, cache=tmp_path)
    assert past(made, cache=tmp_path, shown=shown) == past(made, shown=shown)
    made.commit(files={"project/risks.yml": "risks: [\n"})  # the version to compare with cannot be read
    past(made, cache=tmp_path)
    assert past(made, cache=tmp_path, shown=shown) == past(made, shown=shown)


def kept_file(folder: Path) -> Path:
    return next(folder.glob("history-*.json"))


DAMAGE: list[Callable[[bytes], bytes]] = [
    lambda _: b"",
    lambda raw: raw[:-10],
    lambda raw: raw.replace(b'"1"', b'"9"'),
    lambda _: b"\xff" * 100,
    lambda _: b"[" * 100_000,
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_cache_is_ignored(made: TestRepository, tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    at(made, "2026-03-01", "2026-04-01")
    right = past(made, cache=tmp_path)
    file = kept_file(tmp_path)
    file.write_bytes(damage(file.read_bytes()))
    assert past(made, cache=tmp_path) == right


def test_a_cache_that_came_with_the_repository_is_not_believed(made: TestRepository) -> None:
    at(made, "2026-03-01", "2026-04-01")
    made.check_out()
    cache = made.folder / ".cache/ecompm"
    right = past(made, cache=cache)
    assert kept_file(cache).exists()
    assert (cache / ".gitignore").read_text() == "*\n"
    forged = past(made, cache=cache)
    assert forged == right
    made.git("add", "-f", ".cache")
    made.git("-c", "user.name=E", "-c", "user.email=e@x", "commit", "-q", "-m", "A present")
    kept_file(cache).unlink()
    past(made, cache=cache)
    assert not list(cache.glob("history-*"))


def test_a_link_is_not_followed(made: TestRepository, tmp_path: Path) -> None:
    at(made, "2026-03-01")
    made.check_out()
    (tmp_path / "elsewhere").mkdir()
    (made.folder / ".cache").symlink_to(tmp_path / "elsewhere")
    past(made, cache=made.folder / ".cache/ecompm")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_place_where_nothing_can_be_written_costs_only_time(made: TestRepository, tmp_path: Path) -> None:
    at(made, "2026-03-01")
    (tmp_path / "file").write_text("x")
    assert past(made, cache=tmp_path / "file" / "cache") == past(made)


JUNK: st.SearchStrategy[Any] = st.sampled_from(
    [None, 1, -1, 10**30, 1.5, "x", "\x1b", "1" * 5000, [], ["x"], [[]], {}, {"a": 1}, True]
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_a_cache_says_is_read_or_ignored(made: TestRepository, tmp_path: Path, data: st.DataObject) -> None:
    if made.tip() is None:
        at(made, "2026-03-01", "2026-04-01")
        made.commit(files={"project/timeline.yml": plan("2026-10-06"), "project/budget.yml": "approved: 5\n"})
    right = past(made)
    past(made, cache=tmp_path)
    file = kept_file(tmp_path)
    plain = json.loads(file.read_bytes().partition(b"\n")[2])
    node, steps = plain, data.draw(st.integers(1, 4))
    for step in range(steps):
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        if not keys:
            break
        key = data.draw(st.sampled_from(keys))
        if step == steps - 1 or not isinstance(node[key], dict | list):
            node[key] = data.draw(JUNK)
            break
        node = node[key]
    with Repository.open(made.folder) as repository:
        cache = Cache.of(tmp_path, repository, made.tip() or "", "project", [one.name for one in REGISTERS])
    assert cache is not None
    assert cache.kept.file == file
    cache.kept.save(plain)
    found = past(made, cache=tmp_path)
    assert trends(found)["risks"].keys() <= trends(right)["risks"].keys() | {"x"}
    assert [series.trend for series in found.of("risk")]
    file.unlink(missing_ok=True)
