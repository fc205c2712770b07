"""The stretches of the past that the History page tells of."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from repositories import TestRepository
from small_shop import ANA, begin_shop, charter

from mkdocs_ecompm import periods
from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.comparison import Period, Topic
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.moments import between


def plan(day: str, decision: str = "") -> str:
    gate = f"gates:\n  - {{id: G1, name: Ready, date: 2026-02-27{decision}}}\n"
    return f"{gate}milestones:\n  - {{id: M1, name: Go-live, date: {day}}}\n"


@pytest.fixture
def shop(tmp_path: Path) -> TestRepository:
    """A year in six commits: one in January, two in February, one in March, two in May; it is 20 June."""
    made = begin_shop(tmp_path, plan("2026-09-01"))
    gate = plan("2026-09-01", ", decision: go, decided_on: 2026-02-27")
    made.commit("Gate", files={"project/timeline.yml": gate}, key=ANA, when="2026-02-27T10:00:00Z")
    later = plan("2026-10-01", ", decision: go, decided_on: 2026-02-27")
    made.commit("Slip", files={"project/timeline.yml": later}, key=ANA, when="2026-03-15T10:00:00Z")
    made.commit("Charter 2", files={"project/charter.yml": charter(2)}, key=ANA, when="2026-05-04T10:00:00Z")
    last = plan("2026-10-15", ", decision: go, decided_on: 2026-02-27")
    made.commit("Slip again", files={"project/timeline.yml": last}, key=ANA, when="2026-05-20T10:00:00Z")
    made.check_out()
    return made


def project(made: TestRepository, as_of: str = "2026-06-20", *, told: bool = True) -> Project:
    return assemble(Setting(folder=made.folder / "project", as_of=date.fromisoformat(as_of), periods=told))


def named(found: Project) -> dict[str, Period]:
    return {f"{period.kind} {period.name}": period for period in found.history.periods}


def said(period: Period, *topics: Topic) -> list[str]:
    return [fact.sentence for fact in (period.comparison.of(*topics) if topics else period.comparison.facts)]


def test_only_months_in_which_something_happened_are_told(shop: TestRepository) -> None:
    assert list(named(project(shop))) == [
        "month 2026-05",
        "gate G1",
        "month 2026-03",
        "month 2026-02",
        "month 2026-01",
    ]


def test_the_month_that_is_over_with_its_agreements(shop: TestRepository) -> None:
    may = named(project(shop))["month 2026-05"]
    assert (may.since, may.until, len(may.commits), may.agreements) == (date(2026, 5, 1), date(2026, 5, 31), 2, True)
    assert said(may) == [
        "Go-live 1 Oct -> 15 Oct (+14 days)",
        "Charter: no longer agreed; it changed after Sponsor had agreed",
        "The charter is now version 2",
    ]


def test_since_the_last_gate(shop: TestRepository) -> None:
    gate = named(project(shop))["gate G1"]
    assert (gate.since, gate.until) == (date(2026, 2, 27), None)
    assert said(gate, Topic.GOAL) == ["Go-live 1 Sept -> 15 Oct (+44 days)"]


def test_the_months_before_tell_what_the_files_say(shop: TestRepository) -> None:
    found = named(project(shop))
    assert not found["month 2026-02"].agreements
    assert said(found["month 2026-02"]) == ["Gate G1 Ready was decided on 27 Feb: go"]
    assert "People: written down for the first time, 2 records" in said(found["month 2026-01"])


def test_the_month_that_lasts_counts_what_is_not_committed(shop: TestRepository) -> None:
    (shop.folder / "project/timeline.yml").write_text(plan("2026-11-01"))
    june = named(project(shop))["month 2026-06"]
    assert (june.until, june.commits, june.comparison.is_.dirty) == (None, (), True)
    assert "Go-live 15 Oct -> 1 Nov (+17 days)" in said(june)


def test_a_project_in_its_first_month(shop: TestRepository) -> None:
    found = named(project(shop, as_of="2026-01-20"))
    assert [one for one in found if one.startswith("month")] == ["month 2026-01"]
    assert found["month 2026-01"].comparison.was.commit is None


def test_of_a_project_at_rest_its_last_months_are_told(shop: TestRepository) -> None:
    assert list(named(project(shop, as_of="2028-01-10")))[:2] == ["gate G1", "month 2026-05"]


def test_each_revision_says_what_it_changed(shop: TestRepository) -> None:
    history = project(shop).history
    subjects = {revision.commit: revision.subject for revision in history.revisions}
    told = {subjects[commit]: [fact.sentence for fact in facts] for commit, facts in history.told.items()}
    assert told["Slip again"] == ["Go-live 1 Oct -> 15 Oct (+14 days)"]
    assert told["Charter 2"] == ["The charter is now version 2"]
    assert len(told["Begin"]) == 5


def test_they_say_the_same_as_the_command(shop: TestRepository) -> None:
    may = named(project(shop))["month 2026-05"]
    setting = Setting(folder=shop.folder / "project", as_of=date(2026, 6, 20))
    same = between(setting, "2026-04-30", "2026-05-31").comparison
    assert [fact for fact in same.facts if fact.topic is not Topic.FINDINGS] == list(may.comparison.facts)


def test_an_agreement_given_again_within_the_month_is_not_lost(shop: TestRepository) -> None:
    """An approval changes no file: the end of a month is its last commit, not its last change."""
    shop.commit("Agree again\n\nSignoff: approve charter", key=ANA, when="2026-05-29T10:00:00Z")
    assert said(named(project(shop))["month 2026-05"], Topic.AGREEMENTS) == []


def test_a_month_in_which_somebody_only_agreed(shop: TestRepository) -> None:
    shop.commit("Agree again\n\nSignoff: approve charter", key=ANA, when="2026-06-05T10:00:00Z")
    june = named(project(shop))["month 2026-06"]
    assert (june.commits, said(june)) == ((), ["Charter: now agreed by the one who was asked"])
    assert said(named(project(shop, as_of="2026-07-20"))["month 2026-06"]) == [
        "Charter: now agreed by the one who was asked"
    ]


def test_nobody_pays_for_what_he_did_not_ask_for(shop: TestRepository) -> None:
    history = project(shop, told=False).history
    assert (history.periods, history.told) == ((), {})


def test_the_past_of_a_large_project_is_read_and_not_judged(
    shop: TestRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(periods, "_LARGE", 2)
    found = named(project(shop))
    assert not any(period.agreements for period in found.values())
    assert said(found["month 2026-05"]) == ["Go-live 1 Oct -> 15 Oct (+14 days)", "The charter is now version 2"]


def test_of_a_very_large_project_only_the_newest_is_read(shop: TestRepository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(periods, "_MOST_RECORDS", 6)
    history = project(shop).history
    subjects = {revision.commit: revision.subject for revision in history.revisions}
    assert [subjects[commit] for commit in history.told] == ["Slip again", "Charter 2"]
    assert list(named(project(shop))) == ["month 2026-05", "gate G1"]


def test_an_object_that_is_missing_is_told_and_stops_nothing(shop: TestRepository) -> None:
    tree = shop.git("rev-parse", "HEAD~4:project/charter.yml")
    shop.remove(tree)
    history = project(shop).history
    assert tree[:12] in history.problem or "shallow" in history.problem
    assert history.periods == ()


def test_before_the_trust_root_nothing_is_said_of_agreements(shop: TestRepository) -> None:
    tip = shop.tip("main") or ""
    setting = Setting(
        folder=shop.folder / "project",
        as_of=date(2026, 6, 20),
        periods=True,
        trust_roots=(tip,),
        root_given_by="project",
    )
    may = named(assemble(setting))["month 2026-05"]
    assert said(may, Topic.AGREEMENTS) == []
    assert said(may, Topic.GOAL) == ["Go-live 1 Oct -> 15 Oct (+14 days)"]
