"""The page of all gates and that of each: whether it can be passed, who must do what, and what changed since."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import (
    AgreedText,
    Agreement,
    Assurance,
    Decision,
    SignatureFacts,
    SignoffRecord,
    Signoffs,
    Slot,
    Status,
)
from mkdocs_ecompm.site.gates import GatesView, GateView
from mkdocs_ecompm.site.pages import Site, SiteOptions

Make = Callable[..., Project]

PLAN = """
    phases:
      - {id: planning, name: Planning, start: 2026-03-02, end: 2026-05-29}
      - {id: build, name: Build, start: 2026-05-11, end: 2026-09-30}
    gates:
      - {id: G9, name: Go or no-go, date: 2026-09-30}
      - id: G1
        name: Ready for planning
        date: 2026-02-27
        opens: planning
        requires: [charter]
        decision: go with conditions
        decided_on: 2026-03-06
        conditions:
          - {id: C-1, what: Contract signed, owner: it, due: 2026-05-20}
          - {id: C-2, what: Room found, done: yes}
      - id: G2
        name: Ready to build
        date: 2026-06-03
        closes: planning
        opens: build
        requires: [charter, obligations/it]
        criteria:
          - {id: K-1, what: The budget is approved}
          - {id: K-2, what: The team is there, met: yes}
    tasks:
      - {id: T-1, name: Requirements, phase: planning, duration: 80d}
      - {id: T-2, name: Concept, phase: planning, duration: 5d, progress: 100}
"""
OBLIGATIONS = """
    obligations:
      - {id: O-1, party: it, what: Staging, due: 2026-05-20, process: [install, test], needed_for: [G2]}
      - {id: O-2, party: marketing, what: Texts, due: 2026-06-30, process: [write], needed_for: [timeline/G2]}
      - {id: O-3, party: it, what: Keys, due: 2026-05-01, process: [hand over], needed_for: [G2], status: met}
      - {id: O-4, party: it, what: Something else, due: 2026-05-01, process: [do], needed_for: [T-1]}
"""
CHARTER = "problem: P\n"


def record(
    artifact: str, person: str, day: date, decision: Decision = Decision.APPROVE, digest: str = "d"
) -> SignoffRecord:
    return SignoffRecord(
        id=f"{day}-{person}:{artifact}",
        artifact=artifact,
        person=person,
        role=None,
        deputy_for=None,
        decision=decision,
        conditions=(),
        comment="",
        assurance=Assurance.SIGNED,
        kind="commit",
        source="c" * 40,
        commit="c" * 40,
        date=datetime(day.year, day.month, day.day, tzinfo=UTC),
        digest=digest,
        current=True,
        restored=False,
        counts=True,
        reasons=(),
        signature=SignatureFacts("ssh", "good", None, hardware=False),
    )


def agreement(artifact: str, *slots: Slot, since: tuple[str, ...] = (), waits: tuple[str, ...] = ()) -> Agreement:
    return Agreement(
        artifact=artifact,
        digest="now",
        status=min((slot.status for slot in slots), key=lambda status: status.rank),
        due=date(2026, 6, 3),
        overdue=any(slot.overdue for slot in slots),
        changed=False,
        changed_since=since,
        requires_not_valid=waits,
        slots=slots,
    )


REJECTED = record("obligations/it", "jan", date(2026, 5, 4), Decision.REJECT)
SIGNED = record("timeline/G1", "eva", date(2026, 3, 6), digest="gate-then")
ANSWER = Signoffs(
    agreements=(
        agreement(
            "charter",
            Slot("sponsor", Status.VALID, person="eva"),
            Slot("marketing", Status.STALE, overdue=True, due=date(2026, 5, 15), person="mia"),
        ),
        agreement("obligations/it", Slot("it", Status.REJECTED, person="jan", record=REJECTED.id)),
        agreement("timeline/G1", Slot("sponsor", Status.VALID, person="eva", record=SIGNED.id), since=("charter",)),
        replace(
            agreement(
                "timeline/G2",
                Slot("sponsor", Status.MISSING, due=date(2026, 6, 3)),
                Slot("it", Status.MISSING, due=date(2026, 6, 3)),
                waits=("charter", "obligations/it"),
            ),
            status=Status.REJECTED,
        ),
    ),
    records=(REJECTED, SIGNED),
    texts={
        "gate-then": AgreedText("hafen", "timeline/G1", "gate-then", {"id": "G1", "requires": {"charter": "then"}}),
        "then": AgreedText("hafen", "charter", "then", {"problem": "The old shop", "version": "1.0"}),
        "now": AgreedText("hafen", "charter", "now", {"problem": "P", "version": "1.0"}),
    },
)


@pytest.fixture
def project(make: Make) -> Project:
    return make(timeline=PLAN, obligations=OBLIGATIONS, charter=CHARTER, answer=ANSWER)


def gate(project: Project, name: str) -> GateView:
    context = Site(project).views[f"gates/{name}"].context
    assert isinstance(context, GateView)
    return context


def all_gates(project: Project) -> GatesView:
    context = Site(project).views["gates"].context
    assert isinstance(context, GatesView)
    return context


# --- all gates --------------------------------------------------------------------------------------------------------


def test_the_page_of_all_gates_tells_which_is_next_and_what_it_waits_for(project: Project) -> None:
    view = all_gates(project)
    assert [card.id for card in view.gates] == ["G1", "G2", "G9"]
    assert view.sentence.lead == "One of three gates passed."
    assert view.sentence.rest == (
        "Next is G2, Ready to build, due 3 June, in 9 days: it waits for two agreements, one criterion, "
        "two obligations and two sign-offs."
    )


@pytest.mark.parametrize(
    ("decisions", "lead", "rest"),
    [
        (("go", "go"), "All two gates are passed.", ""),
        (("go", "stop"), "One of two gates passed.", "G1, N1: stopped."),
        (("open", "open"), "None of two gates passed.", "Next is G0, N0, due 1 June, in 7 days: it can be decided."),
    ],
)
def test_the_sentence_fits_every_state(make: Make, decisions: tuple[str, ...], lead: str, rest: str) -> None:
    text = "gates:\n"
    for number, decision in enumerate(decisions):
        text += f"  - {{id: G{number}, name: N{number}, date: 2026-06-0{number + 1}, decision: {decision}}}\n"
    view = all_gates(make(timeline=text))
    assert (view.sentence.lead, view.sentence.rest) == (lead, rest)


def test_gates_stand_in_the_site_map_between_sign_offs_and_trust(project: Project) -> None:
    site = Site(project)
    paths = [path for path in site.views if site.views[path].section == "Agreements" and not site.views[path].parent]
    assert paths.index("signoffs") < paths.index("gates")
    assert {f"gates/{name}" for name in ("G1", "G2", "G9")} <= set(site.views)
    assert all(site.views[f"gates/{name}"].parent == "gates" for name in ("G1", "G2", "G9"))


def test_without_gates_or_without_the_timeline_there_is_no_page(make: Make, project: Project) -> None:
    assert "gates" not in Site(make(timeline="tasks: []\n")).views
    assert not any(path.startswith("gates") for path in Site(project, SiteOptions(frozenset({"timeline"}))).views)


def test_the_timeline_keeps_its_anchors_and_leads_to_the_pages(project: Project) -> None:
    html = Site(project).page("timeline").html
    for name in ("G1", "G2", "G9"):
        assert f'id="{name}"' in html
        assert f'href="ecompm:gates/{name}"' in html


# --- an open gate -----------------------------------------------------------------------------------------------------


def test_an_open_gate_says_what_is_missing_and_whose_word_blocks_it(project: Project) -> None:
    view = gate(project, "G2")
    assert view.sentence.lead == "Cannot pass yet."
    assert view.sentence.rest == (
        "Two agreements, one criterion, two obligations and two sign-offs are missing; it is due 3 June, in 9 days. "
        "It is blocked: Jan Peters said no to the obligations of IT."
    )
    assert "rejected" not in view.sentence.rest


def test_each_line_says_who_must_do_what(project: Project) -> None:
    tasks = gate(project, "G2").tasks
    said = [(task.what, [asked.approver for asked in task.asked], task.why, task.late) for task in tasks]
    assert said == [
        ("Agree again to the charter", ["marketing"], "agreed to an earlier text", 10),
        ("Staging", ["it"], "owes it; install → test", 5),
        (
            "Settle the objection to the obligations of IT",
            ["it"],
            "said no on 4 May 2026; only their own new decision ends that",
            0,
        ),
        ("Texts", ["marketing"], "due only after the gate", 0),
        ("Meet: The budget is approved", [], "criterion K-1", 0),
        ("Agree to this gate", ["sponsor", "it"], "not answered yet", 0),
    ]
    assert tasks[0].asked[0].people == ("mia",)


def test_the_figures_count_each_kind(project: Project) -> None:
    figures = {item.label: (item.value, item.tone) for item in gate(project, "G2").figures}
    assert figures == {
        "Due": ("3 Jun", "calm"),
        "Signatures": ("0 of 2", "waits"),
        "Agreements it requires": ("0 of 2", "broken"),
        "Criteria": ("1 of 2", "waits"),
        "Obligations for it": ("1 of 3", "broken"),
        "Tasks of Planning": ("1 of 2", "broken"),
    }


def test_findings_of_the_gate_and_of_its_phase_stand_on_its_page(project: Project) -> None:
    messages = [item.message for item in gate(project, "G2").findings]
    assert any("phase build began on 2026-05-11, but gate G2 that opens it is not signed" in text for text in messages)
    assert any("the end of phase planning is on 2026-05-29" in text for text in messages)
    assert not any("O-1" in text for text in messages)


def test_a_gate_that_waits_only_for_others_is_not_called_rejected(project: Project) -> None:
    html = Site(project).page("signoffs").html
    row = html[html.index('id="on-timeline-G2"') :]
    row = row[: row.index("</summary>")]
    assert "rejected" not in row
    assert "missing" in row


def test_a_gate_without_anything_can_be_decided(project: Project) -> None:
    view = gate(project, "G9")
    assert view.sentence.lead == "Ready to be decided."
    assert view.tasks == ()
    html = Site(project).page("gates/G9").html
    assert "Who must do what" not in html
    assert "ecompm-strip" not in html


def test_a_required_gate_that_waits_is_a_line_of_its_own(make: Make) -> None:
    answer = Signoffs(
        agreements=(
            replace(
                agreement("timeline/A", Slot("it", Status.VALID), waits=("charter",)),
                status=Status.MISSING,
            ),
        )
    )
    plan = "gates:\n  - {id: A, name: First, date: 2026-06-01}\n"
    plan += "  - {id: B, name: Second, date: 2026-06-10, requires: [timeline/A]}\n"
    (task,) = gate(make(timeline=plan, charter=CHARTER, answer=answer), "B").tasks
    assert (task.what, task.why, task.ref) == ("Pass Gate A: First", "it waits for the charter", "timeline/A")


# --- a decided gate ---------------------------------------------------------------------------------------------------


def test_a_decided_gate_says_what_is_owed_and_what_changed_since(project: Project) -> None:
    view = gate(project, "G1")
    assert view.sentence.lead == "Passed on 6 March: go with conditions."
    assert view.sentence.rest == "One condition still owed, one late. Since then the charter has changed."
    (since,) = view.since
    assert (since.artifact, [(change.what, change.was, change.is_) for change in since.differences]) == (
        "charter",
        [("Problem", "The old shop", "P")],
    )
    assert view.tasks == ()
    figures = {item.label: (item.value, item.tone) for item in view.figures}
    assert figures == {
        "Decided": ("6 Mar", "holds"),
        "Signatures": ("1 of 1", "holds"),
        "Conditions met": ("1 of 2", "broken"),
    }


def test_a_phase_that_began_before_the_last_signature_is_said(project: Project) -> None:
    assert gate(project, "G1").began == ("Planning began on 2 Mar 2026, 4 days before the last approval on 6 Mar 2026.")
    assert gate(project, "G2").began == ""


def test_what_changed_is_named_even_where_the_text_of_that_day_is_not_known(project: Project) -> None:
    unknown = replace(project, signoffs=replace(ANSWER, texts={}))
    (since,) = gate(unknown, "G1").since
    assert since.differences == ()
    assert "its text of that day is not at hand here" in Site(unknown).page("gates/G1").html


def test_a_decision_that_not_all_have_signed_is_not_passed(make: Make) -> None:
    slots = (Slot("sponsor", Status.VALID, person="eva"), Slot("it", Status.STALE, person="jan"))
    plan = "gates:\n  - {id: G, name: N, date: 2026-05-01, requires: [charter], decision: go, decided_on: 2026-05-01}\n"
    project = make(timeline=plan, charter=CHARTER, answer=Signoffs(agreements=(agreement("timeline/G", *slots),)))
    view = gate(project, "G")
    assert view.sentence.lead == "Decided on 1 May: go. Not signed by all."
    assert [(task.what, [asked.people for asked in task.asked]) for task in view.tasks] == [
        ("Agree again to this decision", [("jan",)])
    ]
    assert all_gates(project).sentence.lead == "The one gate is not passed yet."
    assert all_gates(project).sentence.rest == "G, N: decided, not signed."


@pytest.mark.parametrize(("decision", "lead"), [("stop", "Stopped here."), ("repeat", "To be repeated.")])
def test_a_gate_that_was_not_passed_says_so(make: Make, decision: str, lead: str) -> None:
    text = f"gates:\n  - {{id: G, name: N, date: 2026-06-01, decision: {decision}, decided_on: 2026-05-20}}\n"
    view = gate(make(timeline=text), "G")
    assert view.sentence.lead == lead
    assert view.figures[0].label == "Decided"
    assert view.figures[0].tone == "calm"


def test_a_decision_without_a_day_invents_none(make: Make) -> None:
    text = "gates:\n  - {id: G, name: N, date: 2026-05-20, decision: go}\n"
    found = gate(make(timeline=text), "G").figures[0]
    assert (found.label, found.value, found.more) == ("Decided", "day not written", "planned 20 May")


@pytest.mark.parametrize(("day", "tone"), [("2026-05-24", "broken"), ("2026-05-30", "calm")])
def test_a_gate_to_be_repeated_names_its_new_day(make: Make, day: str, tone: str) -> None:
    text = f"gates:\n  - {{id: G, name: N, date: {day}, decision: repeat, decided_on: 2026-05-20}}\n"
    found = gate(make(timeline=text), "G").figures[0]
    assert (found.value, found.more, found.tone) == ("20 May", f"again on {int(day[-2:])} May", tone)


def test_who_must_agree_to_what_a_gate_requires_is_asked_for(make: Make) -> None:
    text = "gates:\n  - {id: G, name: N, date: 2026-06-01, requires: [charter]}\n"
    view = gate(make(timeline=text, charter=CHARTER), "G")
    assert [task.what for task in view.tasks] == ["Say who must agree to the charter"]
    assert view.sentence.rest.startswith("Nobody is asked to agree to one thing that it requires; ")


def test_a_required_gate_that_was_passed_needs_no_sign_off(make: Make) -> None:
    text = "gates:\n  - {id: F, name: N, date: 2026-05-01, decision: go}\n"
    text += "  - {id: G, name: N, date: 2026-06-01, requires: [timeline/F]}\n"
    assert gate(make(timeline=text), "G").sentence.lead == "Ready to be decided."


def test_a_stopped_gate_opens_nothing(make: Make) -> None:
    text = "phases:\n  - {id: b, name: Build, start: 2026-06-01, end: 2026-07-01}\n"
    text += "gates:\n  - {id: G, name: N, date: 2026-05-20, opens: b, decision: %s, decided_on: 2026-05-21}\n"
    stopped, passed = (Site(make(timeline=text % word)).page("gates").html for word in ("stop", "go"))
    assert "It opens" not in stopped
    assert "It opens" in passed


# --- the page ---------------------------------------------------------------------------------------------------------


def test_pages_are_whole(project: Project) -> None:
    site = Site(project)
    for name in ("G1", "G2", "G9"):
        page = site.page(f"gates/{name}")
        ids = re.findall(r' id="([^"]+)"', page.html)
        assert len(ids) == len(set(ids))
        assert {heading.anchor for heading in page.headings} <= set(ids)
        assert 'aria-current="page"' in page.html


def test_a_command_to_sign_stands_where_somebody_is_asked(project: Project) -> None:
    html = Site(project).page("gates/G2").html
    assert "ecompm sign timeline/G2" in html
    assert "ecompm sign charter" in html


def test_what_people_write_is_text_on_the_pages_of_gates(make: Make) -> None:
    bad = "<script>{{ 7 * 7 }}</script>"
    text = f"gates:\n  - {{id: G, name: '{bad}', date: 2026-06-01, criteria: [{{id: c, what: '{bad}'}}]}}\n"
    site = Site(make(timeline=text))
    for path in ("gates", "gates/G"):
        assert "<script>" not in site.page(path).html
        assert "{{ 7 * 7 }}" in site.page(path).html


def test_who_was_asked_later_was_not_waited_for(make: Make) -> None:
    later = record("timeline/G1", "mia", date(2026, 5, 20))
    asked = Slot("marketing", Status.VALID, person="mia", record=later.id, ask="A-1")
    own = agreement("timeline/G1", Slot("sponsor", Status.VALID, person="eva", record=SIGNED.id), asked)
    answer = Signoffs(agreements=(own,), records=(SIGNED, later))
    view = gate(make(timeline=PLAN, charter=CHARTER, answer=answer), "G1")
    assert view.began == "Planning began on 2 Mar 2026, 4 days before the last approval on 6 Mar 2026."


def test_a_gate_that_is_passed_waits_for_nothing(project: Project) -> None:
    waits = {duty.ref: duty.blocks for duty in project.duties if duty.kind == "sign-off"}
    assert waits["charter"] == ("G2",)  # not G1


def test_a_task_says_that_somebody_is_asked_again_and_why(make: Make) -> None:
    asks = "asks: [{id: A-1, artifact: charter, of: [sponsor], because: Clara follows Eva, date: 2026-05-06}]\n"
    slots = (Slot("sponsor", Status.VALID, person="eva"), Slot("sponsor", Status.MISSING, ask="A-1"))
    answer = Signoffs(agreements=(agreement("charter", *slots),))
    (task, *_) = gate(make(timeline=PLAN, charter=CHARTER, asks=asks, answer=answer), "G2").tasks
    assert task.why == "not answered yet; asked again on 6 May 2026, because Clara follows Eva"
