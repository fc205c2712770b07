from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Signoffs, Slot, Status
from mkdocs_ecompm.registers.risks_heatmap import CELL_HEIGHT, Risen, Scale, draw
from mkdocs_ecompm.site.pages import SITE_MAP, Site, SiteOptions

Make = Callable[..., Project]

OBLIGATIONS = """
    obligations:
      - {id: O-1, party: marketing, what: Texts, due: 2026-05-29, process: [export, write], accepted_by: jan}
      - {id: O-2, party: it, what: Staging, due: 2026-05-19, process: [note], accepted_by: mia, needed_for: [O-1]}
      - {id: O-3, party: it, what: Keys, due: 2026-05-12, process: [note], status: met, met_on: 2026-05-11}
"""
RACI = """
    matrices:
      - id: delivery
        name: Delivery
        activities:
          - {id: A-1, name: Map redirects, responsible: [it], accountable: [mia], consulted: [sponsor]}
          - {id: A-2, name: Test payment, responsible: [it], accountable: [it]}
"""
RISKS = """
    risks:
      - {id: R-001, title: Rankings, kind: threat, likelihood: 4, impact: 5, owner: mia, status: open,
         residual: {likelihood: 2, impact: 4}, cost: {amount: 40000, probability: 30},
         actions: [{what: Map, owner: jan, due: 2026-05-20}]}
      - {id: R-002, title: Press, kind: opportunity, likelihood: 3, impact: 3, owner: mia, status: open}
      - {id: R-003, title: Old, kind: threat, likelihood: 5, impact: 5, owner: mia, status: closed, reason: done,
         evidence: [https://example.com]}
"""


def context(project: Project, path: str) -> Any:
    return Site(project).views[path].context


def said(project: Project, path: str) -> str:
    sentence = context(project, path).sentence
    return f"{sentence.lead} {sentence.rest}".strip()


def agreement(artifact: str, *slots: Slot) -> Agreement:
    worst = min((slot.status for slot in slots), key=lambda status: status.rank)
    return Agreement(
        artifact=artifact,
        digest="sha256:" + "a" * 64,
        status=worst,
        due=None,
        overdue=False,
        changed=False,
        changed_since=(),
        requires_not_valid=(),
        slots=slots,
    )


# --- obligations ------------------------------------------------------------------------------------------------------


def test_the_party_that_is_late_comes_first_and_is_named(make: Make) -> None:
    project = make(obligations=OBLIGATIONS)

    view = context(project, "obligations")

    assert [group.party for group in view.parties] == ["it", "marketing"]
    assert [(row.id, row.state, row.late) for row in view.parties[0].rows] == [("O-2", "overdue", 6), ("O-3", "met", 0)]
    assert view.parties[0].summary == "1 overdue · 1 met"
    assert said(project, "obligations") == "IT is 6 days late: Staging. 1 of 3 obligations is met or waived."


def test_without_delay_the_next_obligation_is_named(make: Make) -> None:
    project = make(obligations=OBLIGATIONS, as_of=date(2026, 5, 18))

    assert said(project, "obligations") == (
        "Nobody is late. 1 of 3 obligations is met or waived. The next is due tomorrow: Staging."
    )


def test_everything_done(make: Make) -> None:
    project = make(
        obligations="obligations: [{id: O-1, party: it, what: x, due: 2026-05-01, process: [x], status: met}]"
    )

    assert context(project, "obligations").sentence.lead == "Everything promised has been done."


# --- raci -------------------------------------------------------------------------------------------------------------


def test_the_same_activity_id_in_two_matrices_has_two_anchors(make: Make) -> None:
    row = "activities: [{id: A-1, name: Build, responsible: [mia], accountable: [mia]}]"
    site = Site(make(raci=f"matrices: [{{id: one, name: One, {row}}}, {{id: two, name: Two, {row}}}]"))
    page = site.page("raci")
    assert page.anchors == ("one:A-1", "two:A-1")
    assert all(page.html.count(f'id="{anchor}"') == 1 for anchor in page.anchors)
    assert 'id="A-1"' not in page.html
    assert all(f'href="ecompm:raci#{anchor}"' in site.page("people/mia").html for anchor in page.anchors)


def test_the_matrix_has_the_ones_who_answer_at_the_left_and_letters_combine(make: Make) -> None:
    view = context(make(raci=RACI), "raci")

    matrix = view.matrices[0]
    assert [column.party for column in matrix.columns] == ["it", "mia", "sponsor"]
    rows = [row for group in matrix.groups for row in group.rows]
    assert [cell.letters for cell in rows[0].cells] == [("R",), ("A",), ("C",)]
    assert [cell.letters for cell in rows[1].cells] == [("R", "A"), (), ()]
    assert [(load.party, load.counts) for load in view.loads] == [
        ("it", (2, 1, 0)),
        ("mia", (0, 1, 0)),
        ("sponsor", (0, 0, 1)),
    ]


def test_a_row_without_an_accountable_is_said_aloud(make: Make) -> None:
    project = make(raci=RACI.replace("accountable: [mia], ", ""))

    assert context(project, "raci").sentence.lead == "Nobody answers for A-1."
    assert context(project, "raci").matrices[0].groups[0].rows[0].fault == "nobody answers for it"


def test_ids_are_compared_without_case(make: Make) -> None:
    view = context(make(raci=RACI.replace("[mia]", "[MIA]")), "raci")

    assert "mia" in [column.party for column in view.matrices[0].columns]


# --- risks ------------------------------------------------------------------------------------------------------------


def test_risks_are_ranked_and_the_closed_ones_kept_apart(make: Make) -> None:
    project = make(risks=RISKS)

    view = context(project, "risks")

    assert [row.id for row in view.open] == ["R-001", "R-002"]
    assert [row.id for row in view.over] == ["R-003"]
    assert (view.open[0].score, view.open[0].tone, view.open[0].residual_score) == (20, "broken", 8)
    assert view.exposure == 12000
    assert said(project, "risks") == (
        "One high risk among 2 open ones. R-001, Rankings, leads with 20; one action against them is late; "
        "the threats together weigh €12,000 (probability times amount)."
    )


def test_no_risks_is_worth_a_word(make: Make) -> None:
    assert context(make(risks="risks: []"), "risks").sentence.lead == "No open risks are written down."


def scale() -> Scale:
    return Scale(5, 5, {(row, column): (row * column, "calm") for row in range(1, 6) for column in range(1, 6)})


def risen(name: str, likelihood: int, impact: int, residual: Any = None) -> Risen:
    return Risen(name, name, "t", "threat", likelihood, impact, residual, "broken")


def test_risks_in_one_cell_do_not_cover_each_other() -> None:
    chart = draw(scale(), [risen(str(number), 3, 3) for number in range(9)])

    places = [(dot.x, dot.y) for dot in chart.dots]
    assert len(set(places)) == 9
    left, top = scale().corner(3, 3)
    assert all(left < x < left + scale().cell_width and top < y < top + CELL_HEIGHT for x, y in places)


def test_what_does_not_fit_in_a_cell_is_counted() -> None:
    chart = draw(scale(), [risen(str(number), 3, 3) for number in range(40)])

    assert len(chart.dots) + chart.rests[0].count == 40


def test_arrows_lead_to_what_remains_and_none_where_nothing_changes() -> None:
    chart = draw(
        scale(), [risen("a", 4, 4, (2, 2)), risen("b", 1, 1, (1, 1)), risen("c", 1, 1, (9, 9)), risen("d", 9, 9)]
    )

    assert [arrow.risk.id for arrow in chart.arrows] == ["a"]
    assert [dot.risk.id for dot in chart.dots] == ["a", "b", "c"]
    left, top = scale().corner(2, 2)
    assert left < chart.arrows[0].end_x < left + scale().cell_width
    assert top < chart.arrows[0].end_y < top + CELL_HEIGHT


# --- people -----------------------------------------------------------------------------------------------------------


def test_a_person_sees_what_waits_for_him_as_himself_and_as_head(make: Make) -> None:
    slots = (Slot("marketing", Status.STALE, person="mia"), Slot("sponsor", Status.VALID, person="eva"))
    project = make(
        obligations=OBLIGATIONS, raci=RACI, risks=RISKS, answer=Signoffs(agreements=(agreement("charter", *slots),))
    )

    mia, eva, jan = (context(project, f"people/{person}") for person in ("mia", "eva", "jan"))

    assert [demand.artifact for demand in mia.must_sign] == ["charter"]
    assert eva.must_sign == ()
    assert [duty.ref for duty in mia.owes] == ["obligations/O-1"]
    assert [duty.ref for duty in mia.owed] == ["obligations/O-2"]
    assert [duty.ref for duty in jan.owes] == ["obligations/O-2", "risks/R-001"]
    assert [activity.id for activity in mia.decides] == ["A-1"]
    assert [activity.id for activity in jan.decides] == ["A-2"]
    assert [deputy.by for deputy in mia.my_deputies] == ["tom"]
    assert mia.sentence.lead == "Mia Köster has one agreement to sign and one thing to deliver."
    assert jan.sentence.rest == "Two things late, the longest by 6 days."


def test_somebody_who_left_is_said_to_have_left(make: Make) -> None:
    project = make(obligations="obligations: [{id: O-1, party: karl, what: x, due: 2026-06-01, process: [x]}]")

    assert said(project, "people/karl") == "Karl Gone is no longer on the project. One open item still bears this name."


def test_people_are_counted_and_departments_named(make: Make) -> None:
    view = context(make(), "people")

    assert view.sentence.lead == "Four people work on this, from three departments."
    assert view.sentence.rest == "One person has left."
    assert [unit.name for unit in view.units] == ["Management", "Marketing", "IT", "Others"]
    assert [person.signatory for person in view.units[1].people] == [False, True]
    assert view.deputies[0].now


# --- the week ---------------------------------------------------------------------------------------------------------


def test_the_week_is_cut_at_friday(make: Make) -> None:
    view = context(make(obligations=OBLIGATIONS, risks=RISKS), "this-week")

    assert [[item.duty.ref for item in span.items] for span in view.spans] == [
        ["obligations/O-2", "risks/R-001"],
        ["obligations/O-1"],
        [],
    ]
    assert view.sentence.lead == "Two things are late, the longest by 6 days: Staging (IT)."
    assert view.sentence.rest == "One thing is due by Friday, nothing in the week after."


@pytest.mark.parametrize(("today", "friday"), [(25, "Fri 29 May"), (29, "Fri 29 May"), (30, "Fri 5 Jun")])
def test_on_a_weekend_the_next_friday_counts(make: Make, today: int, friday: str) -> None:
    view = context(make(obligations=OBLIGATIONS, as_of=date(2026, 5, today)), "this-week")

    assert view.spans[1].title == f"By {friday}"


def test_a_department_s_item_is_found_by_its_people(make: Make) -> None:
    view = context(make(obligations=OBLIGATIONS), "this-week")

    texts = view.spans[1].items[0]
    assert set(texts.audience) == {"marketing", "mia", "tom"}
    assert [group.name for group in view.filters] == ["People", "Departments"]


def test_one_agreement_that_waits_for_several_is_one_item(make: Make) -> None:
    project = make(obligations=OBLIGATIONS)
    signs = [
        replace(project.duties[0], kind="sign-off", ref="charter", what="charter", who=(who,), due=date(2026, 5, 20))
        for who in ("it", "sponsor")
    ]

    view = context(replace(project, duties=tuple(signs)), "this-week")

    assert [item.duty.who for item in view.spans[0].items] == [("it", "sponsor")]


# --- overview, findings, map ----------------------------------------------------------------------------------------

TIMELINE = """
    phases: [{id: planning, name: Planning, start: 2026-03-02, end: 2026-05-29}]
    gates:
      - {id: G2, name: Ready for build, date: 2026-06-03, requires: [charter], criteria: [{id: C-1, what: x}]}
    milestones: [{id: M10, name: Go-live, date: 2026-06-05, after: [T-1]}]
    tasks: [{id: T-1, name: Build, duration: 20d, not_before: 2026-05-25}]
"""


def test_the_first_page_says_when_the_shop_goes_live_and_what_the_gate_lacks(make: Make) -> None:
    slots = (Slot("it", Status.MISSING),)
    project = make(timeline=TIMELINE, answer=Signoffs(agreements=(agreement("charter", *slots),)))

    assert said(project, "index") == (
        "Go-live moves to 19 June, 14 days later than the 5 June promised. "
        "Gate G2 cannot pass yet: one agreement and one criterion are missing. "
        "The one agreement does not hold. Nothing is late."
    )


def test_the_first_page_works_with_nothing_in_it(make: Make) -> None:
    assert said(make(), "index") == "Nothing is late."


def test_findings_are_grouped_by_what_they_are_about(make: Make) -> None:
    project = make(obligations=OBLIGATIONS + "      - {id: O-2, party: it, wat: x}\n")

    view = context(project, "findings")

    groups = {group.anchor: {kind.code for kind in group.kinds} for group in view.groups}
    assert groups["conditions"] == {"obligation-overdue"}
    assert {"duplicate-id", "unknown-key"} <= groups["errors"]
    assert "in the files" in view.sentence.lead


def test_nothing_wrong_is_said(make: Make) -> None:
    assert context(make(), "findings").sentence.lead == "Nothing in the files is wrong."


def test_pages_follow_the_site_map_and_absent_registers_have_none(make: Make) -> None:
    site = Site(make(obligations=OBLIGATIONS, raci=RACI, risks=RISKS))

    top = [view.path for view in site.views.values() if not view.parent]
    assert top == ["index", "this-week", "raci", "obligations", "risks", "people", "findings"]
    assert {view.section for view in site.views.values()} <= set(SITE_MAP)


def test_excluded_registers_have_no_page_but_the_first_page_stays(make: Make) -> None:
    site = Site(make(risks=RISKS), SiteOptions(exclude=frozenset({"risks", "people", "index", "findings"})))

    assert list(site.views) == ["index", "this-week", "findings"]


def test_a_register_that_is_left_out_appears_nowhere(make: Make) -> None:
    slots = (Slot("it", Status.MISSING),)
    answer = Signoffs(agreements=(agreement("risks", *slots), agreement("charter", *slots)))
    project = make(risks=RISKS, obligations=OBLIGATIONS, answer=answer)

    site = Site(project, SiteOptions(exclude=frozenset({"risks", "people"})))

    assert site.views["index"].context.risks == ()
    texts = [site.page(path).html for path in site.views]
    assert not any("R-001" in text or "Rankings" in text for text in texts)
    assert any("Mia Köster" in text for text in texts)
    assert [item.artifact for item in site.shown.signoffs.agreements] == ["charter"]


def test_a_site_without_sign_offs_has_no_strips(make: Make) -> None:
    answer = Signoffs(agreements=(agreement("risks", Slot("it", Status.MISSING)),))
    site = Site(make(risks=RISKS, answer=answer), SiteOptions(exclude=frozenset({"signoffs"})))

    assert "signoffs" not in site.views
    assert "ecompm-strip" not in site.page("risks").html
