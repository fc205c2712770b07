"""Every status of a slot, and what stands beside it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from repositories import SigningKey
from scenes import CHARTER, KEYS, PEOPLE, Scene, changed, person, text

NEW_CHARTER = changed(CHARTER, problem="The shop is slow")


def demand(*approvers: object, artifact: str = "charter", **more: object) -> dict[str, object]:
    return {"signoffs": [{"artifact": artifact, "approvers": list(approvers), **more}]}


def make(tmp_path: Path, *approvers: object, people: object = None, **more: object) -> Scene:
    return Scene(tmp_path / "own", people=people, signoffs=demand(*approvers, **more))


def slots(scene: Scene, artifact: str = "charter", **options: object) -> list[tuple[str, str, str | None]]:
    found = scene.agreement(artifact, **options).slots
    return [(slot.approver, slot.status.value, slot.person) for slot in found]


def test_nobody_has_spoken(scene: Scene) -> None:
    agreement = scene.agreement()
    assert agreement.status == "missing"
    assert [(slot.approver, slot.status) for slot in agreement.slots] == [("sponsor", "missing")]


def test_an_approval_makes_it_valid(scene: Scene) -> None:
    said = scene.say("approve charter", "ana")
    agreement = scene.agreement()
    assert agreement.status == "valid"
    assert agreement.slots[0].person == "ana"
    assert agreement.slots[0].record == f"{said}:charter"
    record = scene.record(said)
    assert record.counts
    assert (record.role, record.person, record.assurance, record.current) == ("sponsor", "ana", "signed", True)
    assert record.digest == agreement.digest


def test_an_approval_by_real_git_counts(scene: Scene) -> None:
    scene.repository.check_out()
    scene.repository.signed_by_git("Approve\n\nSignoff: approve charter", KEYS["ana"])
    assert scene.status() == "valid"


def test_changed_content_makes_it_stale_and_says_what_changed(scene: Scene) -> None:
    scene.say("approve charter", "ana")
    objectives = [{**CHARTER["objectives"][0], "due": "2026-10-01"}]
    scene.commit("Change", "ben", charter=changed(CHARTER, objectives=objectives))
    (slot,) = scene.agreement().slots
    assert slot.status == "stale"
    assert [(c.path, c.was, c.is_) for c in slot.difference] == [("objectives/OB-1/due", "2026-09-01", "2026-10-01")]


def test_content_that_came_back_is_restored(scene: Scene) -> None:
    said = scene.say("approve charter", "ana")
    assert not scene.record(said).restored
    scene.commit("Change", charter=NEW_CHARTER)
    scene.commit("Change back", charter=CHARTER)
    assert scene.status() == "valid"
    assert scene.record(said).restored


def test_a_rejection_wins_until_its_author_decides_again(scene: Scene) -> None:
    scene.say("approve charter", "ana")
    scene.say("reject charter", "ana")
    assert slots(scene) == [("sponsor", "rejected", "ana")]
    scene.commit("Change", charter=NEW_CHARTER)
    assert scene.status() == "rejected"
    scene.say("approve charter", "ana")
    assert scene.status() == "valid"


def test_the_earlier_decision_is_superseded(scene: Scene) -> None:
    first = scene.say("approve charter", "ana")
    scene.say("approve charter", "ana")
    assert scene.reasons(first) == ("superseded",)


def test_decisions_beside_each_other_are_a_no(scene: Scene) -> None:
    yes = scene.say("approve charter", "ana", parents=[scene.root], more={"branch": "one"})
    no = scene.say("reject charter", "ana", parents=[scene.root], more={"branch": "two"}, when="2026-01-04T09:00:00Z")
    tip = scene.commit("Merge", parents=[yes, no])
    assert scene.status(commit=tip) == "rejected"
    again = scene.say("approve charter", "ana", parents=[tip])
    assert scene.status(commit=again) == "valid"


def test_a_withdrawal_takes_back(scene: Scene) -> None:
    scene.say("approve charter", "ana")
    scene.say("withdraw charter", "ana")
    assert slots(scene) == [("sponsor", "withdrawn", "ana")]


def test_a_rejection_ends_with_the_capacity_of_its_author(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ana")["roles"] = [{"role": "sponsor", "to": "2026-03-31"}]
    scene = make(tmp_path, "sponsor", people=people)
    scene.say("reject charter", "ana")
    assert scene.status(as_of=date(2026, 3, 31)) == "rejected"
    assert scene.status(as_of=date(2026, 4, 1)) == "missing"


def test_an_approval_outlives_the_role_and_says_so(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ana")["roles"] = [{"role": "sponsor", "to": "2026-03-31"}]
    scene = make(tmp_path, "sponsor", people=people)
    scene.say("approve charter", "ana")
    assert not scene.agreement(as_of=date(2026, 3, 31)).slots[0].held_then
    later = scene.agreement(as_of=date(2026, 4, 1))
    assert later.status == "valid"
    assert later.slots[0].held_then


def test_overdue_is_after_the_day(tmp_path: Path) -> None:
    scene = make(tmp_path, "sponsor", due="2026-02-15")
    assert not scene.agreement(as_of=date(2026, 2, 15)).overdue
    late = scene.agreement(as_of=date(2026, 2, 16))
    assert late.overdue
    assert late.slots[0].overdue
    assert late.due == date(2026, 2, 15)
    scene.say("approve charter", "ana")
    assert not scene.agreement().overdue


def test_due_with_a_gate_or_milestone_and_in_working_days(tmp_path: Path) -> None:
    scene = make(tmp_path, "sponsor", due="G1")
    timeline = {
        "gates": [{"id": "G1", "name": "Gate", "date": "2026-03-06"}],
        "milestones": [{"id": "M1", "name": "Live", "date": "2026-05-01"}],
    }
    scene.commit("Plan", timeline=timeline)
    assert scene.agreement().due == date(2026, 3, 6)
    for due, day in (("M1", date(2026, 5, 1)), ("timeline/M1", date(2026, 5, 1)), ("2026-04-01", date(2026, 4, 1))):
        scene.commit("Due", signoffs=demand("sponsor", due=due))
        assert scene.agreement().due == day
        assert "trust-change-pending" not in scene.codes()
    scene = Scene(tmp_path / "days", signoffs=demand("sponsor", artifact="timeline/G1", due="3d"))
    scene.commit("Plan", timeline=timeline)
    assert scene.agreement("timeline/G1").due == date(2026, 3, 11)
    timeline["gates"][0]["date"] = "2026-03-07"  # a Saturday: the third working day after it
    scene.commit("Plan", timeline=timeline)
    assert scene.agreement("timeline/G1").due == date(2026, 3, 11)


def test_what_is_dated_after_as_of_does_not_count_yet(scene: Scene) -> None:
    said = scene.say("approve charter", "ana", when="2026-06-02T00:00:00Z")
    assert scene.status(as_of=date(2026, 6, 1)) == "missing"
    assert scene.reasons(said, as_of=date(2026, 6, 1)) == ("dated-after-as-of",)
    assert scene.status(as_of=date(2026, 6, 2)) == "valid"


def test_unreadable_content_is_unverifiable(scene: Scene) -> None:
    scene.say("approve charter", "ana")
    scene.commit("Break", files={"project/charter.yml": "problem: [\n"})
    agreement = scene.agreement()
    assert agreement.status == "unverifiable"
    assert agreement.digest is None
    scene.commit("Mend", charter=CHARTER)
    assert scene.status() == "valid"


def test_an_absent_artifact_is_missing(scene: Scene) -> None:
    said = scene.say("approve charter", "ana", charter=None)
    assert scene.status() == "missing"
    assert scene.reasons(said) == ("unknown-artifact",)


# --- slots --------------------------------------------------------------------------------------------------------


def test_a_department_speaks_through_its_head_or_a_signatory(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    people["departments"][0]["signatories"] = ["ben"]
    scene = make(tmp_path, "marketing", people=people)
    eva = scene.say("approve charter", "eva")
    assert scene.reasons(eva) == ("not-in-role",)
    scene.say("approve charter", "ben")
    assert slots(scene) == [("marketing", "valid", "ben")]


def test_as_limits_a_sign_off_to_one_slot(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    people["departments"][0]["head"] = "ana"
    scene = make(tmp_path, "sponsor", "marketing", people=people)
    said = scene.say("approve charter as=marketing", "ana")
    assert slots(scene) == [("sponsor", "missing", None), ("marketing", "valid", "ana")]
    assert scene.record(said).role == "marketing"
    scene.say("approve charter as=lead", "ana")
    assert slots(scene)[1] == ("marketing", "valid", "ana")


def test_slots_are_filled_by_distinct_people(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ana")["roles"] = [{"role": "sponsor"}, {"role": "lead"}]
    scene = make(tmp_path, "lead", "sponsor", people=people)
    scene.say("approve charter", "ana")
    assert slots(scene) == [("lead", "valid", "ana"), ("sponsor", "missing", None)]
    scene.say("approve charter", "ben")
    assert slots(scene) == [("lead", "valid", "ben"), ("sponsor", "valid", "ana")]


def test_a_count_needs_so_many_people(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    people["departments"][0]["signatories"] = ["eva"]
    scene = make(tmp_path, {"department": "marketing", "count": "2"}, {"person": "ben"}, people=people)
    scene.say("approve charter", "mia")
    scene.say("approve charter", "ben")
    wanted = [("marketing", "valid", "mia"), ("marketing", "missing", None), ("ben", "valid", "ben")]
    assert slots(scene) == wanted
    scene.say("approve charter", "eva")
    assert scene.status() == "valid"


def test_a_deputy_speaks_in_his_days_for_what_he_may(tmp_path: Path) -> None:
    deputy = {"for": "mia", "by": "eva", "from": "2026-07-20", "to": "2026-08-07", "artifacts": ["charter"]}
    scene = make(tmp_path, "marketing", people=changed(PEOPLE, deputies=[deputy]))
    early = scene.say("approve charter", "eva", when="2026-07-19T23:59:59Z")
    assert scene.reasons(early) == ("not-in-role",)
    said = scene.say("approve charter", "eva", when="2026-08-07T23:59:00Z")
    record = scene.record(said)
    assert (record.counts, record.role, record.deputy_for) == (True, "marketing", "mia")
    late = scene.say("approve charter", "eva", when="2026-08-08T00:00:00Z")
    assert scene.reasons(late) == ("not-in-role",)
    assert scene.status() == "valid"


def test_a_deputy_for_something_else_does_not_count(tmp_path: Path) -> None:
    deputy = {"for": "mia", "by": "eva", "artifacts": ["risks", "obligations/*"]}
    scene = make(tmp_path, "marketing", people=changed(PEOPLE, deputies=[deputy]))
    assert scene.reasons(scene.say("approve charter", "eva")) == ("not-in-role",)


def test_a_minimum_binds_approvals_only(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    token = SigningKey.make("ana", "sk-ed25519")
    person(people, "ana")["keys"].append({"ssh": token.line})
    scene = make(tmp_path, "sponsor", minimum="hardware", people=people)
    weak = scene.say("approve charter", "ana")
    assert scene.reasons(weak) == ("assurance-too-low",)
    strong = scene.say("approve charter", token)
    assert scene.record(strong).assurance == "hardware"
    assert scene.status() == "valid"
    scene.say("reject charter", "ana")
    assert scene.status() == "rejected"


def test_a_key_of_hardware_that_nobody_touched_is_signed_only(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    token = SigningKey.make("ana", "sk-ed25519", flags=0)
    person(people, "ana")["keys"].append({"ssh": token.line})
    scene = make(tmp_path, "sponsor", minimum="hardware", people=people)
    assert scene.reasons(scene.say("approve charter", token)) == ("assurance-too-low",)


@pytest.mark.parametrize(("name", "change"), [("mia", {"active": "no"}), ("mia", {"kind": "vacant"})])
def test_nobody_is_the_deputy_of_somebody_who_cannot_speak(tmp_path: Path, name: str, change: dict[str, str]) -> None:
    people = changed(PEOPLE, deputies=[{"for": "mia", "by": "eva"}])
    person(people, name).update(change)
    scene = make(tmp_path, "marketing", people=people)
    assert scene.reasons(scene.say("approve charter", "eva")) == ("not-in-role",)
    assert scene.reasons(scene.say("approve charter", "mia")) == ("not-active",)


# --- wildcards ----------------------------------------------------------------------------------------------------

OBLIGATIONS = {
    "obligations": [
        {"id": "O-1", "party": "marketing", "what": "Texts", "due": "2026-05-01", "status": "open"},
        {"id": "O-2", "party": "ben", "what": "Servers", "due": "2026-05-01"},
        {"id": "O-3", "party": "marketing", "what": "Pictures", "due": "2026-05-01"},
    ]
}


def test_each_party_signs_what_it_owes(tmp_path: Path) -> None:
    scene = make(tmp_path, "party", artifact="obligations/*")
    scene.commit("Owe", obligations=OBLIGATIONS)
    assert [a.artifact for a in scene.signoffs().agreements] == ["obligations/ben", "obligations/marketing"]
    scene.say("approve obligations/marketing", "mia")
    assert slots(scene, "obligations/marketing") == [("marketing", "valid", "mia")]
    assert scene.status("obligations/ben") == "missing"
    met = changed(OBLIGATIONS)
    met["obligations"][0].update(status="met", met_on="2026-04-20")
    scene.commit("Met", obligations=met)
    assert scene.status("obligations/marketing") == "valid"
    met["obligations"][0]["status"] = "waived"
    scene.commit("Waived", obligations=met)
    assert scene.status("obligations/marketing") == "stale"


def test_where_asks_for_some_records_only(tmp_path: Path) -> None:
    scene = make(tmp_path, "sponsor", artifact="risks/*", where={"kind": ["threat"], "category": "it"})
    risk = {"title": "A", "likelihood": "1", "impact": "1", "owner": "ana", "status": "open"}
    risks = [
        {"id": "R-1", **risk, "kind": "threat", "category": "it"},
        {"id": "R-2", **risk, "kind": "opportunity", "category": "it"},
        {"id": "R-3", **risk, "kind": "threat"},
    ]
    scene.commit("Risks", risks={"risks": risks})
    assert [agreement.artifact for agreement in scene.signoffs().agreements] == ["risks/R-1"]
    scene.commit("Break", files={"project/risks.yml": "risks: ["})
    assert [(a.artifact, a.status.value) for a in scene.signoffs().agreements] == [("risks/*", "unverifiable")]


def test_ids_are_the_same_in_upper_and_lower_case(tmp_path: Path) -> None:
    scene = make(tmp_path, "MARKETING", artifact="obligations/Marketing")
    scene.commit("Owe", obligations=OBLIGATIONS)
    scene.say("approve obligations/MARKETING as=Marketing", "mia")
    assert scene.status("obligations/marketing") == "valid"


# --- independence -------------------------------------------------------------------------------------------------


def independent(tmp_path: Path) -> Scene:
    return make(tmp_path, "sponsor", independent="true")


def test_the_author_does_not_approve_his_own_change(tmp_path: Path) -> None:
    scene = independent(tmp_path)
    assert scene.reasons(scene.say("approve charter", "ana")) == ("not-independent",)
    scene.commit("Again", "ben", charter=None)
    scene.commit("Again", "ben", charter=NEW_CHARTER)
    assert scene.reasons(scene.say("approve charter", "ana")) == ("not-independent",)


def test_somebody_unknown_may_be_anybody(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ben")["roles"] = [{"role": "sponsor"}]
    scene = make(tmp_path, "sponsor", independent="true", people=people)
    assert scene.record(scene.say("approve charter", "ben")).counts
    scene.commit("Change", None, charter=NEW_CHARTER)
    assert scene.reasons(scene.say("approve charter", "ben")) == ("author-unknown",)
    assert scene.status() == "stale"


def test_only_what_changed_since_all_agreed_counts(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ben")["roles"] = [{"role": "sponsor"}]
    scene = make(tmp_path, "sponsor", independent="true", people=people)
    scene.say("approve charter", "ben")
    scene.commit("Change", "ben", charter=NEW_CHARTER)
    assert scene.status() == "stale"
    assert scene.record(scene.say("approve charter", "ana")).counts
    scene.commit("Change", "ana", charter=changed(CHARTER, problem="The shop is ugly"))
    assert scene.record(scene.say("approve charter", "ben")).counts
    assert scene.status() == "valid"


def test_a_merge_is_nobodys_change_unless_it_makes_one(tmp_path: Path) -> None:
    scene = independent(tmp_path)
    scene.say("approve charter", "eva")
    scene.commit("Trust\n\nSignoff: approve trust", "ana", signoffs=demand("marketing", independent="true"))
    start = scene.say("approve charter", "mia")
    side = scene.commit("Change", "ben", charter=NEW_CHARTER, parents=[start])
    main = scene.commit("Other", "ben", parents=[start])
    merge = scene.commit("Merge", "ana", parents=[main, side], charter=NEW_CHARTER)
    assert scene.record(scene.say("approve charter", "mia", parents=[merge])).counts
    evil = scene.commit("Merge", "ana", parents=[main, side], charter=changed(CHARTER, problem="Evil"))
    assert scene.reasons(scene.say("approve charter", "mia", parents=[evil])) == ("author-unknown",)


# --- gates --------------------------------------------------------------------------------------------------------


def timeline(**gate: object) -> dict[str, object]:
    first = {"id": "G1", "name": "Ready", "date": "2026-03-06", "requires": ["charter"], **gate}
    return {"gates": [first]}


def gated(tmp_path: Path, **charter: object) -> Scene:
    policy = demand("sponsor", **charter)["signoffs"] + demand("lead", artifact="timeline/G1")["signoffs"]  # type: ignore[operator]
    scene = Scene(tmp_path / "gated", signoffs={"signoffs": policy})
    scene.commit("Plan", timeline=timeline(criteria=[{"id": "C1", "what": "Done", "met": "no"}]))
    return scene


def test_an_open_gate_waits_for_what_it_requires(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    scene.say("approve timeline/G1", "ben")
    gate = scene.agreement("timeline/G1")
    assert (gate.status, gate.requires_not_valid) == ("missing", ("charter",))
    assert gate.slots[0].status == "valid"
    scene.say("approve charter", "ana")
    gate = scene.agreement("timeline/G1")
    assert (gate.status, gate.requires_not_valid) == ("valid", ())
    scene.commit("Criteria are tracking", timeline=timeline(criteria=[{"id": "C1", "what": "Done", "met": "yes"}]))
    assert scene.status("timeline/G1") == "valid"
    scene.commit("Change", charter=NEW_CHARTER)
    gate = scene.agreement("timeline/G1")
    assert (gate.status, gate.slots[0].status, gate.requires_not_valid) == ("stale", "stale", ("charter",))


def test_a_decided_gate_holds_and_lists_what_changed_since(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    scene.say("approve charter", "ana")
    scene.say("approve timeline/G1", "ben")
    decided = timeline(decision="go", decided_on="2026-03-06")
    scene.commit("Go", timeline=decided)
    assert scene.status("timeline/G1") == "stale"
    scene.say("approve timeline/G1", "ben")
    scene.commit("Change", charter=NEW_CHARTER)
    gate = scene.agreement("timeline/G1")
    assert (gate.status, gate.changed_since, gate.requires_not_valid) == ("valid", ("charter",), ())
    scene.commit("Another date", timeline=timeline(decision="go", decided_on="2026-03-07"))
    assert scene.status("timeline/G1") == "stale"


def test_a_decided_gate_is_not_restored_by_what_it_requires(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    scene.say("approve charter", "ana")
    scene.commit("Go", timeline=timeline(decision="go"))
    said = scene.say("approve timeline/G1", "ben")
    scene.commit("Change", charter=NEW_CHARTER)
    record = scene.record(said, "timeline/G1")
    assert (record.current, record.restored) == (True, False)
    scene.commit("Back", charter=CHARTER)
    assert not scene.record(said, "timeline/G1").restored
    scene.commit("Stop", timeline=timeline(decision="stop"))
    scene.commit("Go", timeline=timeline(decision="go"))
    assert scene.record(said, "timeline/G1").restored


def test_an_open_gate_is_restored_with_what_it_requires(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    said = scene.say("approve timeline/G1", "ben")
    scene.commit("Change", charter=NEW_CHARTER)
    assert not scene.record(said, "timeline/G1").current
    scene.commit("Back", charter=CHARTER)
    assert scene.record(said, "timeline/G1").restored


def test_a_decided_gate_renewed_at_gates_changes_with_its_own_record(tmp_path: Path) -> None:
    """What it requires changes on 10 March, itself on 20 May: the gates between do not make it stale."""
    policy = demand("lead", artifact="timeline/G1", renew="gate")
    scene = Scene(tmp_path / "own", signoffs=policy)
    plan = timeline(decision="go")
    plan["gates"] += [  # type: ignore[operator]
        {"id": "G2", "name": "Mid", "date": "2026-05-01", "requires": ["timeline/G1"]},
        {"id": "G3", "name": "Live", "date": "2026-06-01", "requires": ["timeline/G1"]},
    ]
    scene.commit("Go", timeline=plan)
    scene.say("approve timeline/G1", "ben", when="2026-03-06T09:00:00Z")
    scene.commit("Change", charter=NEW_CHARTER, when="2026-03-10T09:00:00Z")
    plan["gates"][0]["name"] = "Ready?"  # type: ignore[index]
    scene.commit("Rename", timeline=plan, when="2026-05-20T09:00:00Z")
    gate = scene.agreement("timeline/G1", as_of=date(2026, 5, 21))
    assert (gate.status, gate.changed) == ("valid", True)
    assert scene.status("timeline/G1", as_of=date(2026, 6, 1)) == "stale"


def test_the_author_of_what_a_decided_gate_requires_did_not_change_the_gate(tmp_path: Path) -> None:
    policy = demand("lead", artifact="timeline/G1", independent="true")
    scene = Scene(tmp_path / "own", signoffs=policy)
    scene.commit("Go", "mia", timeline=timeline(decision="go"))
    scene.commit("Change", "ben", charter=NEW_CHARTER)
    assert scene.record(scene.say("approve timeline/G1", "ben"), "timeline/G1").counts


def test_gates_that_require_each_other_are_unverifiable(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    scene.commit("Circle", timeline=timeline(requires=["timeline/G1"]))
    assert scene.status("timeline/G1") == "unverifiable"


def test_a_gate_that_requires_what_is_not_there_waits(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    scene.commit("Plan", timeline=timeline(requires=["raci/delivery"]))
    scene.say("approve timeline/G1", "ben")
    gate = scene.agreement("timeline/G1")
    assert (gate.status, gate.requires_not_valid) == ("missing", ("raci/delivery",))


def test_renewed_at_gates_a_changed_artifact_stands_until_the_next_one(tmp_path: Path) -> None:
    scene = gated(tmp_path, renew="gate")
    scene.say("approve charter", "ana", when="2026-02-01T09:00:00Z")
    scene.commit("Change", charter=NEW_CHARTER, when="2026-02-10T09:00:00Z")
    before = scene.agreement(as_of=date(2026, 3, 5))
    assert (before.status, before.changed, before.slots[0].changed) == ("valid", True, True)
    assert before.slots[0].difference
    assert scene.status(as_of=date(2026, 3, 6)) == "stale"


def test_renewed_at_gates_a_gate_before_the_change_does_not_matter(tmp_path: Path) -> None:
    scene = gated(tmp_path, renew="gate")
    scene.say("approve charter", "ana", when="2026-02-01T09:00:00Z")
    scene.commit("Change", charter=NEW_CHARTER, when="2026-03-10T09:00:00Z")
    assert scene.status(as_of=date(2026, 3, 12)) == "stale"
    plan = timeline()
    plan["gates"].append({"id": "G2", "name": "Live", "date": "2026-06-01", "requires": ["charter"]})  # type: ignore[attr-defined]
    scene.commit("Plan", timeline=plan, when="2026-03-11T09:00:00Z")
    assert scene.status(as_of=date(2026, 3, 12)) == "valid"
    assert scene.status(as_of=date(2026, 6, 1)) == "stale"


@pytest.mark.parametrize("day", ["2026-02-01", "2026-07-02"])
def test_renewed_at_gates_a_change_dated_later_is_a_change_of_today(tmp_path: Path, day: str) -> None:
    """Who dates his change behind a gate, and as_of, does not carry the agreement over that gate."""
    scene = gated(tmp_path, renew="gate")
    plan = timeline()
    plan["gates"].append({"id": "G2", "name": "Live", "date": "2026-12-01", "requires": ["charter"]})  # type: ignore[attr-defined]
    scene.commit("Plan", timeline=plan)
    scene.say("approve charter", "ana", when="2026-01-20T09:00:00Z")
    scene.commit("Change", charter=NEW_CHARTER, when=f"{day}T09:00:00Z")
    assert scene.status(as_of=date(2026, 3, 6)) == "stale"


def test_each_slot_has_its_own_day(tmp_path: Path) -> None:
    policy = [
        {"artifact": "charter", "approvers": ["sponsor"], "due": "2026-03-01"},
        {"artifact": "charter", "approvers": ["lead"], "due": "2026-06-01"},
    ]
    scene = Scene(tmp_path / "own", signoffs={"signoffs": policy})
    assert scene.agreement().due == date(2026, 3, 1)
    scene.say("approve charter", "ana")
    waiting = scene.agreement(as_of=date(2026, 5, 1))
    assert (waiting.due, waiting.overdue, waiting.holds(date(2026, 5, 31))) == (date(2026, 6, 1), False, True)
    assert not waiting.holds(date(2026, 6, 1))
    scene.say("approve charter", "ben")
    assert scene.agreement().due == date(2026, 3, 1)


def test_a_gate_is_overdue_with_what_it_requires(tmp_path: Path) -> None:
    policy = [{"artifact": "timeline/G1", "approvers": ["lead"], "due": "G1"}, *demand("sponsor")["signoffs"]]  # type: ignore[misc]
    scene = Scene(tmp_path / "own", signoffs={"signoffs": policy})
    scene.commit("Plan", timeline=timeline())
    scene.say("approve timeline/G1", "ben")
    gate = scene.agreement("timeline/G1", as_of=date(2026, 3, 6))
    assert (gate.overdue, gate.holds(date(2026, 3, 5)), gate.holds(date(2026, 3, 6))) == (False, True, False)
    assert scene.agreement("timeline/G1", as_of=date(2026, 3, 7)).overdue


# --- the answer as a whole ----------------------------------------------------------------------------------------


def test_the_working_tree_is_what_is_shown(scene: Scene) -> None:
    scene.say("approve charter", "ana")
    scene.repository.check_out()
    assert scene.status(worktree=True) == "valid"
    (scene.repository.folder / "project/charter.yml").write_text(text(NEW_CHARTER))
    signoffs = scene.signoffs(worktree=True, dirty=True)
    assert signoffs.by_artifact["charter"].status == "stale"
    assert signoffs.dirty


def test_without_a_trust_section_everything_is_missing(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    del people["trust"]
    scene = Scene(tmp_path / "own", people=people)
    said = scene.say("approve charter", "ana")
    signoffs = scene.signoffs()
    assert signoffs.by_artifact["charter"].status == "missing"
    assert signoffs.by_id[f"{said}:charter"].reasons == ("no-trust",)
    assert "trust-unusable" in scene.codes()


def test_without_a_repository_everything_is_missing(scene: Scene) -> None:
    signoffs = scene.signoffs(repository=None)
    assert (signoffs.by_artifact["charter"].status, signoffs.problem) == ("missing", "There is no git repository.")


@pytest.mark.parametrize("place", ["", "shops/berlin"])
def test_a_project_elsewhere_is_named_in_the_line(tmp_path: Path, place: str) -> None:
    scene = Scene(tmp_path / "own", place=place)
    bare = scene.say("approve charter", "ana")
    assert scene.reasons(bare) == ("ambiguous-project",)
    scene.say("approve charter project=shop", "ana")
    assert scene.status() == "valid"


def test_two_heads_need_every_rule_of_both(tmp_path: Path) -> None:
    scene = make(tmp_path, "sponsor")
    more = demand("sponsor", "lead")
    one = scene.commit("One\n\nSignoff: approve trust", "ana", signoffs=more, parents=[scene.root])
    other = changed(PEOPLE)
    person(other, "eva")["name"] = "Eva Lindt"
    two = scene.commit("Two\n\nSignoff: approve trust", "ana", people=other, parents=[scene.root])
    tip = scene.commit("Merge", parents=[two, one], signoffs=more)
    signoffs = scene.signoffs(tip)
    assert signoffs.trust.conflict
    assert sorted(signoffs.trust.heads) == sorted([one, two])
    assert [slot.approver for slot in signoffs.by_artifact["charter"].slots] == ["sponsor", "lead"]


def test_a_demand_on_trust_is_never_restored(tmp_path: Path) -> None:
    scene = make(tmp_path, "lead", artifact="trust")
    scene.say("approve trust", "ben")
    assert scene.status("trust") == "valid"
    renamed = changed(PEOPLE)
    person(renamed, "eva")["name"] = "Eva L."
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=renamed)
    assert scene.status("trust") == "stale"
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=PEOPLE)
    assert scene.status("trust") == "stale"
    said = scene.say("approve trust", "ben")
    assert scene.status("trust") == "valid"
    assert not scene.record(said, "trust").restored


def test_only_admins_speak_of_trust_where_nobody_else_is_asked(scene: Scene) -> None:
    assert scene.reasons(scene.say("reject trust", "ben"), "trust") == ("not-in-role",)
    assert scene.record(scene.say("reject trust", "ana"), "trust").counts


def test_what_nobody_demands_is_still_somebodys_word(scene: Scene) -> None:
    scene.commit("Risks", risks={"risks": []})
    assert scene.record(scene.say("approve risks", "eva"), "risks").counts
    assert scene.reasons(scene.say("approve risks as=sponsor", "eva"), "risks") == ("not-in-role",)
    assert scene.record(scene.say("approve risks as=sponsor", "ana"), "risks").role == "sponsor"


def test_a_machine_has_no_word_and_a_role_that_one_does_not_have_gives_none(tmp_path: Path) -> None:
    bot = {"id": "bot", "name": "Bot", "kind": "machine", "keys": [{"ssh": KEYS["collector"].line}]}
    people = changed(PEOPLE, people=[*PEOPLE["people"], bot])
    scene = Scene(tmp_path / "own", people=people)
    scene.commit("Risks", risks={"risks": []})
    assert scene.reasons(scene.say("approve risks", "collector"), "risks") == ("not-in-role",)
    assert scene.reasons(scene.say("approve trust as=lead", "ana"), "trust") == ("not-in-role",)
    assert scene.reasons(scene.say("approve trust as=sponsor", "ana"), "trust") == ("not-in-role",)
    assert scene.record(scene.say("approve trust as=ana", "ana"), "trust").counts


def test_an_organisation_speaks_through_its_head_or_a_signatory(tmp_path: Path) -> None:
    agency = {"id": "nordlicht", "name": "Nordlicht", "kind": "agency", "head": "eva", "signatories": ["ben"]}
    people = changed(PEOPLE, organisations=[agency], deputies=[{"for": "eva", "by": "mia", "artifacts": ["charter"]}])
    scene = make(tmp_path, {"organisation": "nordlicht", "count": "3"}, people=people)
    assert scene.reasons(scene.say("approve charter", "ana")) == ("not-in-role",)
    scene.say("approve charter", "eva")
    scene.say("approve charter as=nordlicht", "ben")
    said = scene.say("approve charter", "mia")
    assert (scene.record(said).role, scene.record(said).deputy_for) == ("nordlicht", "eva")
    assert scene.status() == "valid"


def test_a_deputy_of_a_deputy_speaks_for_nobody(tmp_path: Path) -> None:
    people = changed(PEOPLE, deputies=[{"for": "mia", "by": "eva"}, {"for": "eva", "by": "ben"}])
    scene = make(tmp_path, "marketing", people=people)
    assert scene.reasons(scene.say("approve charter", "ben")) == ("not-in-role",)


@pytest.mark.parametrize(
    "files",
    [
        {"project/charter/a.yml": "problem: x\n"},
        {"project/charter.yml": "problem: x\nproblem: y\n"},
        {"project/charter.yml": "objectives:\n  - {id: A}\n  - {id: a}\n"},
        {"project/charter.yml": "problem: &a x\n"},
    ],
)
def test_every_kind_of_unreadable_content_is_unverifiable(scene: Scene, files: dict[str, str]) -> None:
    said = scene.say("approve charter", "ana")
    scene.commit("Break", files=files)
    assert scene.status() == "unverifiable"
    assert not scene.record(said).current


def test_who_changed_it_with_a_stolen_key_is_unknown(tmp_path: Path) -> None:
    scene = make(tmp_path, "lead", independent="true")
    scene.commit("Change", "mia", charter=NEW_CHARTER)
    said = scene.say("approve charter", "ben")
    assert scene.record(said).counts
    people = changed(PEOPLE)
    person(people, "mia")["keys"][0]["revoked"] = {"reason": "compromised"}
    scene.commit("Trust\n\nSignoff: approve trust", "ana", people=people)
    assert scene.reasons(said) == ("author-unknown",)


def test_the_worse_of_two_heads_is_what_counts(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "eva")["name"] = "Eva L."
    scene = make(tmp_path, "sponsor")
    strict = demand("sponsor", minimum="hardware")
    orders = set()
    for number in range(6):
        line = f"{number}\n\nSignoff: approve trust"
        one = scene.commit(line, "ana", signoffs=strict, parents=[scene.root])
        two = scene.commit(line, "ana", people=people, parents=[scene.root])
        tip = scene.commit("Merge", parents=[one, two])
        said = scene.say("approve charter", "ana", parents=[tip])
        orders.add(one < two)
        assert scene.status(commit=said) == "missing"
        assert scene.record(said).counts
    assert orders == {True, False}


def test_a_gate_and_what_it_requires_that_cannot_be_read(tmp_path: Path) -> None:
    scene = gated(tmp_path)
    scene.commit("Plan", timeline=timeline(requires=["risks"]), risks={"risks": []})
    scene.say("approve timeline/G1", "ben")
    assert scene.status("timeline/G1") == "valid"
    scene.commit("Break", files={"project/risks.yml": "risks: ["})
    assert scene.status("timeline/G1") == "unverifiable"


def test_an_absent_artifact_has_no_author(tmp_path: Path) -> None:
    scene = make(tmp_path, "lead", artifact="risks", independent="true")
    assert scene.reasons(scene.say("approve risks", "ben"), "risks") == ("unknown-artifact",)
    scene.commit("Risks", "ana", risks={"risks": []})
    scene.say("approve risks", "ben")
    assert scene.status("risks") == "valid"
    side = scene.commit("Side", "mia", risks={"risks": [{"id": "R-1"}]}, parents=[scene.root], more={"branch": "side"})
    tip = scene.commit("Merge", "ana", parents=[scene.repository.tip() or "", side], risks={"risks": [{"id": "R-2"}]})
    assert scene.reasons(scene.say("approve risks", "ben", parents=[tip]), "risks") == ("author-unknown",)
