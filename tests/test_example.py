"""The worked example: the same repository on every machine, what it says, and what its agreements show."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import pytest
import rfc8785
import yaml

from mkdocs_ecompm.assembly import ProjectError, Setting, assemble
from mkdocs_ecompm.cli.replay import AS_OF, folder, public_key, replay, steps
from mkdocs_ecompm.model.catalogue import is_text
from mkdocs_ecompm.model.forecast import day_by, share_by
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import SignoffRecord, Slot, Status
from mkdocs_ecompm.registers.kpis import Kpi
from mkdocs_ecompm.registers.risks import Risk

ROOT = "d656ee1a8f9f920b2d5cbe07313f9f26379e62b6"
TIP = "0c98a0b1ab32d8ba758b9549da6c3c0f49b35f90"
"""The last commit. A change of any overlay or step changes it; so does nothing else."""
TAG = "baseline-g2"
TOP = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("example") / "demo"
    replay(target)
    return target


@pytest.fixture(scope="module")
def project(demo: Path) -> Project:
    return assemble(Setting(folder=demo / "project", as_of=AS_OF, trust_roots=(ROOT,), root_given_by="project"))


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout


def files(folder: Path) -> Mapping[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# --- the repository ----------------------------------------------------------------------------------------------


def test_every_machine_gets_the_same_ids(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    monkeypatch.setenv("GIT_AUTHOR_NAME", "Somebody else")
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(_hostile_configuration(tmp_path)))
    (tmp_path / "again").mkdir()
    assert replay(tmp_path / "again") == TIP
    assert git(demo, "rev-parse", "main").strip() == TIP
    assert git(demo, "rev-list", "--all", "--max-parents=0").strip() == ROOT
    assert git(demo, "rev-parse", TAG) == git(tmp_path / "again", "rev-parse", TAG)


def _hostile_configuration(folder: Path) -> Path:
    settings = folder / "gitconfig"
    settings.write_text("[core]\n\tautocrlf = true\n[init]\n\tdefaultBranch = trunk\n[commit]\n\tgpgSign = true\n")
    return settings


def test_git_finds_nothing_wrong_with_the_repository(demo: Path) -> None:
    assert git(demo, "fsck", "--strict", "--full") == ""
    assert git(demo, "status", "--porcelain", "--branch") == "## main\n"


def test_the_last_state_is_the_project_of_this_repository(demo: Path) -> None:
    assert files(demo / "project") == files(TOP / "project")


def test_it_has_the_size_of_a_real_project(demo: Path) -> None:
    log = git(demo, "log", "--format=%aI").split()
    assert 100 <= len(log) <= 120
    assert (date.fromisoformat(log[0][:10]) - date.fromisoformat(log[-1][:10])).days > 330
    assert len(git(demo, "log", "--merges", "--format=%h").split()) >= 3


def test_git_calls_each_signed_commit_good_and_no_other(demo: Path, tmp_path: Path) -> None:
    verdicts = git(demo, *_all_keys(tmp_path), "log", "--all", "--format=%G? %s%x00").split("\0")
    found = {subject.strip(): verdict for verdict, _, subject in (line.strip().partition(" ") for line in verdicts)}
    unsigned = {step.message.partition("\n")[0] for step in steps() if not step.key}
    assert {subject for subject, verdict in found.items() if verdict == "N"} == unsigned
    assert len(unsigned) == 2
    assert {verdict for subject, verdict in found.items() if subject and subject not in unsigned} == {"G"}


def _all_keys(folder: Path) -> tuple[str, ...]:
    """Options that let git know every key of the story."""
    signers = folder / "allowed_signers"
    keys = sorted({step.key for step in steps() if step.key})
    signers.write_text("".join(f"{key}@example {public_key(key)}\n" for key in keys))
    return ("-c", "gpg.format=ssh", "-c", f"gpg.ssh.allowedSignersFile={signers}")


def test_git_believes_the_tag_of_the_baseline(demo: Path, tmp_path: Path) -> None:
    git(demo, *_all_keys(tmp_path), "verify-tag", TAG)
    assert git(demo, "cat-file", "-t", TAG).strip() == "tag"
    assert git(demo, "log", "-1", "--format=%cs %s", TAG).strip() == "2026-03-06 E-commerce agrees to what it owes"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(ProjectError, match="is not empty; name a new one"):
        replay(tmp_path)
    with pytest.raises(ProjectError, match="is a file"):
        replay(tmp_path / "mine.txt")
    assert files(tmp_path) == {"mine.txt": b"mine"}


def test_every_key_that_signs_stands_in_the_list_of_people(demo: Path) -> None:
    people = (demo / "project" / "people.yml").read_text("utf-8")
    for key in {step.key for step in steps() if step.key}:
        assert f'"{public_key(key)}"' in people


def test_each_overlay_belongs_to_a_step() -> None:
    named = [step.overlay for step in steps() if step.overlay]
    assert sorted(named) == sorted(path.name for path in folder().iterdir() if path.is_dir())


def test_a_damaged_story_is_said_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "steps.yml").write_text("steps: [")
    monkeypatch.setattr("mkdocs_ecompm.cli.replay.folder", lambda: tmp_path)
    with pytest.raises(ProjectError, match="is damaged; install"):
        list(steps())


def test_the_site_believes_the_first_commit(demo: Path) -> None:
    assert f"trust_root: {ROOT}\n" in (demo / "mkdocs.yml").read_text("utf-8")


def test_a_digest_in_a_message_is_that_of_the_text_agreed(demo: Path) -> None:
    commit, said = git(demo, "log", "--format=%H %(trailers:key=Signoff,valueonly)", "--grep=digest=").split(" ", 1)
    text = git(demo, "show", f"{commit}:project/obligations/nordlicht.yml")
    tracking = {"status", "met_on", "note", "links", "tags", "evidence"}
    records = [
        {key: value for key, value in record.items() if key not in tracking}
        for record in yaml.load(text, yaml.BaseLoader)["obligations"]  # noqa: S506  # builds nothing but texts
    ]
    agreed = {"ecompm": 1, "project": "hafen-shop", "artifact": "obligations/nordlicht", "content": records}
    assert said.strip().endswith("digest=sha256:" + hashlib.sha256(rfc8785.dumps(agreed)).hexdigest())


# --- what it says ------------------------------------------------------------------------------------------------


def test_nothing_is_mistyped(project: Project) -> None:
    assert [f"{item.source}: {item.message}" for item in project.findings if is_text(item)] == []


def test_the_plan_shows_a_slip_and_a_critical_path(project: Project) -> None:
    assert project.schedule is not None
    assert project.schedule.tasks["M11"].finish == date(2026, 10, 22)
    assert project.schedule.critical_paths[0][-5:] == ("M11", "T-049", "M12", "T-054", "M13")
    late = [item.message for item in project.findings if item.code == "date-before-network"]
    assert any("Go-live (M11) is on 2026-10-20" in message for message in late)


def test_the_promises_of_half_of_the_milestones_moved_more_than_once(project: Project) -> None:
    moved = {series.ref: [point.value for point in series.points] for series in project.history.of("milestone")}
    assert moved["timeline/M11"] == ["2026-09-08", "2026-10-06", "2026-10-20"]
    assert moved["timeline/M01"] == ["2025-10-24"]
    assert len(moved["timeline/M05"]) == 6
    assert moved["timeline/M09"][-2:] == ["2026-10-09", "2026-10-02"]  # one that came nearer
    assert sum(len(days) > 2 for days in moved.values()) >= 7


def test_the_day_of_go_live_is_not_safe_and_not_hopeless(project: Project) -> None:
    assert project.simulation is not None
    counts = project.simulation.milestones["M11"]
    assert 0.1 < share_by(counts, date(2026, 10, 20)) < 0.4
    assert day_by(counts, 0.95) < date(2026, 11, 16)  # Black Week
    decided = {task: share for task, share in project.simulation.criticality.items() if 0.05 < share < 0.95}
    assert {"T-034", "T-037"} <= set(decided)


def test_the_plan_of_gate_2_is_kept(project: Project) -> None:
    baselines = {baseline.name: baseline for baseline in project.history.baselines}
    assert {name: baseline.kind for name, baseline in baselines.items()} == {"G1": "gate", "G2": "gate", TAG: "tag"}
    assert baselines[TAG].signer == "lena"
    assert baselines[TAG].dates["M11"] == (date(2026, 10, 6), date(2026, 10, 6))


def test_one_risk_was_forgotten_and_others_moved(project: Project) -> None:
    forgotten = [item.message for item in project.findings if item.code == "risk-unchanged"]
    assert [message.split(", ")[0] for message in forgotten] == ["nobody has changed R-016"]
    scores = {series.ref: [point.value for point in series.points] for series in project.history.of("risk")}
    assert scores["risks/R-007"] == ["12", "25", "6"]
    assert scores["risks/R-004"] == ["15", "20"]
    risks = {record.id: record.entry for record in project.state.of(Risk)}
    high = [risk for risk in risks.values() if risk.status == "open" and risk.likelihood * risk.impact >= 15]
    assert len(high) == 4
    assert all(risk.residual for risk in high)


def test_the_money_is_that_of_the_charter_and_the_forecast_rises(project: Project) -> None:
    said = {series.ref: [point.value for point in series.points] for series in project.history.of("budget")}
    assert said["budget/approved"] == ["148000", "174000", "186000"]
    forecast = [int(value) for value in said["budget/forecast"] if value]
    assert forecast[-1] == 174_000
    assert forecast == sorted(forecast)
    assert [report.date.month for report in project.earned_value] == [1, 2, 3, 4, 5, 6, 7]
    last = project.earned_value[-1]
    assert [int(value) for value in (last.bac, last.pv, last.ev, last.ac)] == [168_000, 124_500, 119_000, 127_500]


def test_every_objective_has_its_kpi_and_every_month_its_figures(project: Project) -> None:
    kpis = [record.entry for record in project.state.of(Kpi)]
    assert len(kpis) == 15
    assert {kpi.objective for kpi in kpis if kpi.objective} == {f"OB-{number}" for number in range(1, 6)}
    assert sum(len(kpi.measurements) >= 10 for kpi in kpis) == 14
    said = project.history.path("kpi", "kpis/K-01")
    assert said is not None
    assert len(said.points) >= 6


# --- what its agreements show ------------------------------------------------------------------------------------

EXPECTED = {
    "budget": "valid",
    "charter": "stale",
    "raci/delivery": "missing",
    "raci/migration": "valid",
    "raci/cutover": "rejected",
    "obligations/customer-service": "missing",
    "obligations/finance": "valid",
    "obligations/it": "withdrawn",
    "obligations/legal": "valid",
    "obligations/marketing": "valid",
    "obligations/nordlicht": "valid",
    "obligations/operations": "valid",
    "obligations/sales": "valid",
    "risks": "valid",
    "timeline/G1": "valid",
    "timeline/G2": "valid",
    "timeline/G3": "missing",
    "timeline/G4": "rejected",
    "timeline/G5": "missing",
}


def slot(project: Project, artifact: str, approver: str) -> Slot:
    return next(slot for slot in project.signoffs.by_artifact[artifact].slots if slot.approver == approver)


def record(project: Project, artifact: str, approver: str) -> SignoffRecord:
    name = slot(project, artifact, approver).record
    assert name is not None
    return project.signoffs.by_id[name]


def records(project: Project, **wanted: object) -> Iterator[SignoffRecord]:
    for item in project.signoffs.records:
        if all(getattr(item, name) == value for name, value in wanted.items()):
            yield item


def test_each_agreement_stands_as_the_story_says(project: Project) -> None:
    assert {a.artifact: a.status.value for a in project.signoffs.agreements} == EXPECTED


def test_every_status_can_be_seen(project: Project) -> None:
    shown = {slot.status for agreement in project.signoffs.agreements for slot in agreement.slots}
    assert shown == set(Status) - {Status.UNVERIFIABLE}


def test_marketing_has_not_read_the_new_charter(project: Project) -> None:
    stale = slot(project, "charter", "marketing")
    assert (stale.status, stale.person, stale.overdue) == (Status.STALE, "mia", True)
    changes = {change.path: (change.was, change.is_) for change in stale.difference}
    assert changes["objectives/OB-2/due"] == ("2026-11-30", "2026-12-18")
    others = [slot.status for slot in project.signoffs.by_artifact["charter"].slots if slot.approver != "marketing"]
    assert others == [Status.VALID] * 4


def test_the_old_sponsor_held_the_role_when_she_signed(project: Project) -> None:
    sponsor = slot(project, "raci/delivery", "sponsor")
    assert (sponsor.status, sponsor.person, sponsor.held_then) == (Status.VALID, "eva", True)


def test_what_an_old_key_signed_stands(project: Project) -> None:
    old, new = record(project, "raci/delivery", "it"), record(project, "charter", "it")
    assert old.person == new.person == "jan"
    assert old.signature.key != new.signature.key
    assert slot(project, "raci/delivery", "it").status is Status.VALID


def test_the_risks_may_change_until_the_next_gate(project: Project) -> None:
    agreement = project.signoffs.by_artifact["risks"]
    assert agreement.changed
    assert not agreement.overdue


def test_a_claim_without_a_signature_is_shown_and_counts_for_nothing(project: Project) -> None:
    [claim] = records(project, artifact="obligations/customer-service")
    assert (claim.assurance.value, claim.counts) == ("claimed", False)
    assert "unsigned" in claim.reasons
    assert slot(project, "obligations/customer-service", "customer-service").overdue


def test_a_deputy_speaks_for_marketing(project: Project) -> None:
    assert record(project, "obligations/marketing", "marketing").person == "tom"
    assert record(project, "obligations/marketing", "marketing").deputy_for == "mia"


def test_content_that_came_back_is_agreed_again(project: Project) -> None:
    assert record(project, "obligations/operations", "operations").restored
    gates = [record for record in project.signoffs.records if record.artifact.startswith("timeline/")]
    assert gates
    assert not [record.id for record in gates if record.restored]


def test_a_condition_stays_with_the_approval(project: Project) -> None:
    assert "only with the payment contract signed by 29 May" in record(project, "timeline/G2", "finance").conditions


def test_finance_said_no_before_it_said_yes(project: Project) -> None:
    assert len(list(records(project, artifact="charter", person="henrik", decision="reject"))) == 1


def test_gate_1_says_what_has_changed_since(project: Project) -> None:
    assert project.signoffs.by_artifact["timeline/G1"].changed_since == ("charter",)


def test_who_changed_the_budget_does_not_approve_it(project: Project) -> None:
    [his] = records(project, artifact="budget", person="jan", current=True)
    assert (his.decision.value, his.counts, his.reasons) == ("approve", False, ("not-independent",))
    assert (slot(project, "budget", "it").status, slot(project, "budget", "it").person) == (Status.VALID, "ruth")


def test_who_books_the_figures_may_approve_the_budget(project: Project) -> None:
    booked = [revision.author for revision in project.history.revisions if "budget" in revision.registers]
    assert booked.count("Henrik Maas") >= 7
    assert slot(project, "budget", "finance").person == "henrik"


def test_what_is_asked_again_is_answered_by_the_new_sponsor_and_not_by_legal(project: Project) -> None:
    asked = {
        (agreement.artifact, slot.approver, slot.ask): (slot.status, slot.person)
        for agreement in project.signoffs.agreements
        for slot in agreement.slots
        if slot.ask
    }
    assert asked == {
        ("timeline/G2", "sponsor", "A-1"): (Status.VALID, "clara"),
        ("raci/delivery", "sponsor", "A-2"): (Status.VALID, "clara"),
        ("raci/delivery", "legal", "A-3"): (Status.MISSING, None),
    }


def test_a_change_of_trust_waits_for_a_second_admin(project: Project) -> None:
    trust = project.signoffs.trust
    assert (trust.root, trust.source, trust.conflict) == (ROOT, "project", False)
    assert trust.pending is not None
    assert len(trust.adopted) >= 9
    assert ("ben", "lena") in [adoption.by for adoption in trust.adopted]


def test_the_day_of_the_commands_is_the_day_of_the_site(demo: Path) -> None:
    assert f"as_of: {AS_OF}" in (demo / "mkdocs.yml").read_text("utf-8")
