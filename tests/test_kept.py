"""What a run keeps for the next one: the simulation, and what differed between commits. Never a verdict."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from repositories import TestRepository
from small_shop import ANA, begin_shop, charter

from mkdocs_ecompm import periods
from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.comparison.facts import compare
from mkdocs_ecompm.comparison.kept import Difference, KeptDifferences
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.history.kept import Kept
from mkdocs_ecompm.model.comparison import Fact
from mkdocs_ecompm.model.forecast import Simulation
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.schedule import simulation
from mkdocs_ecompm.signatures.commit import verify_commits
from mkdocs_ecompm.signoff import commits


def plan(pessimistic: str) -> str:
    estimate = f"{{optimistic: 5d, likely: 10d, pessimistic: {pessimistic}}}"
    task = f"  - {{id: T1, name: Build, phase: P1, duration: 10d, estimate: {estimate}}}\n"
    phase = "phases:\n  - {id: P1, name: Build, start: 2026-01-01, end: 2026-12-31}\n"
    return f"{phase}tasks:\n{task}milestones:\n  - {{id: M1, name: Go-live, date: 2026-09-01, after: [T1]}}\n"


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    made = begin_shop(tmp_path, plan("20d"))
    for month in (3, 4, 5):
        files = {"project/charter.yml": charter(month)}
        made.commit(f"Charter {month}", files=files, key=ANA, when=f"2026-{month:02}-15T10:00:00Z")
    made.check_out()
    return made


def project(made: TestRepository, *, keep: bool = True) -> Project:
    folder, cache = made.folder / "project", made.folder / ".cache"
    return assemble(Setting(folder=folder, as_of=date(2026, 6, 20), periods=True, cache=cache, keep=keep))


def simulated(made: TestRepository, *, keep: bool = True) -> Simulation:
    found = project(made, keep=keep).simulation
    assert found is not None
    return found


def kept(made: TestRepository, name: str) -> Path:
    (found,) = (made.folder / ".cache").glob(f"{name}-*.json")
    return found


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What is simulated."""
    pytest.importorskip("numpy")
    found: list[object] = []
    simulate = simulation.simulate

    def playing(*plan: object) -> Simulation | None:
        found.append(plan)
        return simulate(*plan)  # type: ignore[arg-type]

    monkeypatch.setattr(simulation, "simulate", playing)
    return found


def test_a_plan_is_played_once(shop: TestRepository, played: list[object]) -> None:
    first = simulated(shop)
    assert simulated(shop) == first
    assert len(played) == 1


def test_another_plan_is_played_anew(shop: TestRepository, played: list[object]) -> None:
    first = simulated(shop)
    (shop.folder / "project/timeline.yml").write_text(plan("90d"))
    assert simulated(shop).p95 > first.p95
    assert len(played) == 2


@pytest.mark.parametrize("damage", [b"", b"{}", b"0\n{}"])
def test_a_damaged_simulation_is_not_believed(shop: TestRepository, played: list[object], damage: bytes) -> None:
    first = simulated(shop)
    kept(shop, "simulation").write_bytes(damage)
    assert simulated(shop) == first
    assert len(played) == 2


@pytest.mark.parametrize("plain", [{}, [], {"runs": 1}, {"runs": "x", "seed": 1, "days": ["2026-01-01"] * 3}])
def test_a_simulation_that_is_none_is_not_believed(
    shop: TestRepository, played: list[object], monkeypatch: pytest.MonkeyPatch, plain: object
) -> None:
    first = simulated(shop)
    monkeypatch.setattr(Kept, "load", lambda _self: plain)
    assert simulated(shop) == first
    assert len(played) == 2


def test_what_came_with_the_repository_is_not_believed(shop: TestRepository, played: list[object]) -> None:
    simulated(shop)
    name = f".cache/{kept(shop, 'simulation').name}"
    shop.commit("A cache", files={name: (shop.folder / name).read_text()}, key=ANA, when="2026-06-01T10:00:00Z")
    simulated(shop)
    assert len(played) == 2


def test_whoever_only_looks_keeps_nothing(shop: TestRepository) -> None:
    assert simulated(shop, keep=False)
    assert not (shop.folder / ".cache").exists()


def test_old_files_are_compared_once(shop: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    first = project(shop).history
    assert first.told
    assert any(period.comparison.facts and not period.agreements for period in first.periods)
    compared: list[bool] = []

    def comparing(was: Side, is_: Side) -> tuple[Fact, ...]:
        compared.append(is_.signoffs is not None)
        return compare(was, is_)

    monkeypatch.setattr(periods, "compare", comparing)
    assert project(shop).history == first
    assert compared
    assert all(compared)  # only those with agreements, which are judged each time
    (shop.folder / ".cache" / kept(shop, "differences").name).write_text("0\n{}")
    assert project(shop).history == first
    assert not all(compared)


@pytest.mark.parametrize("plain", [1, [], [[], []], {"x": 1}, {'["a", "b"]': [[["x"]], []]}, {'["a", "b"]': [[1], 2]}])
def test_a_difference_that_is_none_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: object) -> None:
    monkeypatch.setattr(Kept, "load", lambda _self: plain)
    nothing = Difference((), ("risks",))
    assert KeptDifferences(tmp_path, "project").between(("a", "b"), lambda: nothing) == nothing


def test_signatures_are_verified_once_for_all_periods(shop: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[int] = []

    def verifying(raws: list[bytes], *rest: object, **options: object) -> object:
        verified.append(len(raws))
        return verify_commits(raws, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(commits, "verify_commits", verifying)
    assert any(period.agreements for period in project(shop).history.periods)
    assert verified == [5]
