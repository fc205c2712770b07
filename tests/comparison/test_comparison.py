"""What holds of every comparison, whatever anybody wrote: nothing differs from itself, and swapping swaps."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from mkdocs_ecompm.comparison.facts import compare, not_compared
from mkdocs_ecompm.comparison.report import in_one_line, summary
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.finding import Finding, Severity, Source
from mkdocs_ecompm.model.signoff import Agreement, Signoffs, Slot, Status

TODAY = date(2026, 5, 25)


def yaml(value: Any) -> Any:
    """Plain lists and dicts as the loader gives them."""
    if isinstance(value, dict):
        found = YamlMap("project/x.yml", 1, 1)
        found.update({key: yaml(item) for key, item in value.items()})
        return found
    if isinstance(value, list):
        items = YamlList("project/x.yml", 1, 1)
        items.extend(yaml(item) for item in value)
        return items
    return value


def side(contents: dict[str, Any] | None = None, **more: Any) -> Side:
    return Side({name: yaml(content) for name, content in (contents or {}).items()}, TODAY, **more)


def told(was: Side, is_: Side) -> list[tuple[str, str, str | None, str | None]]:
    return [(fact.kind, fact.sentence, fact.was, fact.is_) for fact in compare(was, is_)]


# --- whatever anybody wrote -------------------------------------------------------------------------------------------

TEXT = st.sampled_from(
    [
        "nan",
        "1e400",
        "2026-W10-4",
        "a",
        "b",
        "Go-live",
        "2026-03-12",
        "2026-04-02",
        "5",
        "3",
        "mia",
        "eva",
        "yes",
        "no",
        "open",
        "",
    ]
)
VALUE = st.recursive(
    TEXT, lambda below: st.lists(below, max_size=2) | st.dictionaries(TEXT, below, max_size=2), max_leaves=3
)
FIELDS = [
    *("name", "title", "what", "date", "reached", "due", "status", "likelihood", "impact", "owner", "party", "met_on"),
    *("decision", "decided_on", "progress", "duration", "after", "roles", "keys", "active", "criteria", "conditions"),
    *("activities", "accountable", "start", "end", "forecast", "planned", "reason", "note", "x-own", "for", "by"),
]
RECORD = st.builds(
    lambda own, fields: fields | {"id": own},
    st.sampled_from(["A-1", "a-1", "B-2", "c", "mia"]),
    st.dictionaries(st.sampled_from(FIELDS), VALUE, max_size=5),
)
RECORDS = st.lists(RECORD, max_size=3, unique_by=lambda record: str(record["id"]).casefold())
REGISTER = {
    "timeline": ("milestones", "gates", "phases", "tasks"),
    "risks": ("risks",),
    "obligations": ("obligations",),
    "raci": ("matrices",),
    "people": ("people", "departments", "deputies"),
    "charter": ("objectives", "deliverables"),
    "budget": ("accounts",),
    "signoffs": ("signoffs",),
    "vendors": ("vendors",),
}
HEADER = st.dictionaries(
    st.sampled_from(["scope", "budget", "version", "approved", "matrix", "problem"]), VALUE, max_size=2
)
CONTENTS = st.fixed_dictionaries(
    {},
    optional={
        name: st.builds(
            lambda header, lists: header | lists,
            HEADER,
            st.fixed_dictionaries({}, optional=dict.fromkeys(lists, RECORDS)),
        )
        for name, lists in REGISTER.items()
    },
)


@settings(max_examples=40)
@given(CONTENTS)
def test_nothing_differs_from_itself(contents: dict[str, Any]) -> None:
    assert compare(side(contents), side(contents)) == ()


@settings(max_examples=60)
@given(CONTENTS, CONTENTS)
def test_swapping_the_sides_swaps_what_was_and_what_is(was: dict[str, Any], is_: dict[str, Any]) -> None:
    there = Counter((fact.was, fact.is_) for fact in compare(side(was), side(is_)))
    back = Counter((fact.is_, fact.was) for fact in compare(side(is_), side(was)))
    assert there == back


@settings(max_examples=40)
@given(CONTENTS, CONTENTS)
def test_every_fact_is_a_sentence_in_the_order_of_topics(was: dict[str, Any], is_: dict[str, Any]) -> None:
    facts = compare(side(was), side(is_))
    assert all(fact.subject and fact.sentence.strip() for fact in facts)
    assert [fact.topic.rank for fact in facts] == sorted(fact.topic.rank for fact in facts)
    assert in_one_line(facts)
    assert summary(facts).lead.endswith(".")


# --- ids that changed -------------------------------------------------------------------------------------------------


def test_a_record_under_a_new_id_is_followed_and_so_are_those_who_name_it() -> None:
    was = {
        "timeline": {
            "tasks": [{"id": "T-1", "name": "Build", "duration": "5d"}, {"id": "T-2", "after": ["T-1"], "name": "Test"}]
        }
    }
    now = {
        "timeline": {
            "tasks": [{"id": "T-9", "name": "Build", "duration": "5d"}, {"id": "T-2", "after": ["T-9"], "name": "Test"}]
        }
    }
    assert told(side(was), side(now)) == [("record-renamed", "Task T-1 Build is now called T-9", "T-1", "T-9")]


def test_another_record_is_no_new_name() -> None:
    was = {"vendors": {"vendors": [{"id": "V-1", "name": "Nordlicht", "price": "10"}]}}
    now = {"vendors": {"vendors": [{"id": "V-2", "name": "Suedwind", "price": "10"}]}}
    assert [kind for kind, *_ in told(side(was), side(now))] == ["record-removed", "record-added"]


def test_upper_and_lower_case_are_the_same_id() -> None:
    was = {"risks": {"risks": [{"id": "R-1", "title": "x", "likelihood": "2", "impact": "5"}]}}
    now = {"risks": {"risks": [{"id": "r-1", "title": "x", "likelihood": "4", "impact": "5"}]}}
    assert [kind for kind, *_ in told(side(was), side(now))] == ["risk-scored", "record-renamed"]


# --- agreements -------------------------------------------------------------------------------------------------------


def agreement(artifact: str, status: Status, slots: tuple[Slot, ...]) -> Agreement:
    return Agreement(
        artifact,
        digest=None,
        status=status,
        due=None,
        overdue=False,
        changed=False,
        changed_since=(),
        requires_not_valid=(),
        slots=slots,
    )


def signoffs(**artifacts: dict[str, Status]) -> Signoffs:
    found = []
    for name, slots in artifacts.items():
        places = tuple(Slot(approver, status) for approver, status in slots.items())
        worst = min((slot.status for slot in places), key=lambda status: status.rank)
        found.append(agreement(name.replace("__", "/"), worst, places))
    return Signoffs(agreements=tuple(found))


def moved(was: dict[str, dict[str, Status]], is_: dict[str, dict[str, Status]]) -> list[tuple[str, str]]:
    facts = compare(side(signoffs=signoffs(**was)), side(signoffs=signoffs(**is_)))
    return [(fact.kind, fact.sentence) for fact in facts]


def test_an_agreement_that_a_change_made_stale() -> None:
    was = {"charter": {"it": Status.VALID, "legal": Status.VALID}}
    now = {"charter": {"it": Status.STALE, "legal": Status.VALID}}
    assert moved(was, now) == [("agreement-lost", "Charter: no longer agreed; it changed after it had agreed")]


def test_an_agreement_that_is_complete_now() -> None:
    was = {"charter": {"it": Status.VALID, "legal": Status.MISSING}}
    now = {"charter": {"it": Status.VALID, "legal": Status.VALID}}
    assert moved(was, now) == [("agreement-gained", "Charter: now agreed by both")]


def test_one_who_said_no_while_another_agreed() -> None:
    was = {"raci__cutover": {"it": Status.MISSING, "legal": Status.MISSING, "hr": Status.MISSING}}
    now = {"raci__cutover": {"it": Status.REJECTED, "legal": Status.VALID, "hr": Status.MISSING}}
    assert moved(was, now) == [("agreement-changed", "RACI cutover: it said no; legal agreed (1 of 3 agree)")]


def test_one_who_is_asked_for_the_first_time_or_no_longer() -> None:
    asked = {"risks": {"it": Status.MISSING}}
    assert moved({}, asked) == [("agreement-asked", "Risks: to be agreed by it")]
    assert moved(asked, {}) == [("agreement-dropped", "Risks: no agreement of it is needed any more")]


def test_one_who_is_asked_for_the_first_time_and_had_agreed() -> None:
    assert moved({}, {"risks": {"it": Status.VALID, "hr": Status.VALID, "pm": Status.VALID}}) == [
        ("agreement-gained", "Risks: agreed by all three")
    ]
    assert moved({}, {"risks": {"it": Status.VALID, "hr": Status.MISSING}}) == [
        ("agreement-asked", "Risks: to be agreed by it and hr; 1 of 2 agree")
    ]


def test_one_who_is_asked_beside_the_others_or_no_longer() -> None:
    one, both = {"risks": {"it": Status.VALID}}, {"risks": {"it": Status.VALID, "hr": Status.MISSING}}
    assert moved(one, both) == [("agreement-lost", "Risks: no longer agreed; hr has not answered")]
    half = {"risks": {"it": Status.MISSING, "hr": Status.MISSING}}
    fewer = {"risks": {"it": Status.MISSING}}
    assert moved(half, fewer) == [("agreement-changed", "Risks: hr is not asked any more (0 of 1 agree)")]


def test_what_was_taken_back_or_cannot_be_checked() -> None:
    was = {"charter": {"it": Status.VALID, "hr": Status.VALID}}
    now = {"charter": {"it": Status.WITHDRAWN, "hr": Status.UNVERIFIABLE}}
    sentence = "Charter: no longer agreed; it took the agreement back; what hr said cannot be checked"
    assert moved(was, now) == [("agreement-lost", sentence)]


def since(*changed: str, requires: tuple[str, ...] = (), stands: bool = False) -> Signoffs:
    slots = (Slot("it", Status.VALID),)
    gate = agreement("timeline/G1", Status.MISSING if requires else Status.VALID, slots)
    return Signoffs(agreements=(replace(gate, changed_since=changed, requires_not_valid=requires, changed=stands),))


def test_what_changed_behind_a_decision() -> None:
    there = compare(side(signoffs=since()), side(signoffs=since("charter")))
    back = compare(side(signoffs=since("charter")), side(signoffs=since()))
    assert [fact.sentence for fact in there] == ["Timeline G1: Charter changed since it was decided"]
    assert [fact.sentence for fact in back] == ["Timeline G1: Charter is again as it was decided"]


def test_an_agreement_that_stands_although_the_text_changed() -> None:
    there = compare(side(signoffs=since()), side(signoffs=since(stands=True)))
    back = compare(side(signoffs=since(stands=True)), side(signoffs=since()))
    assert [fact.rest for fact in there] == [
        ": the text changed; the agreement stands until the next gate that needs it"
    ]
    assert [fact.rest for fact in back] == [": the agreement covers the text as it is now"]


def test_a_gate_that_waits_for_others() -> None:
    (fact,) = compare(side(signoffs=since()), side(signoffs=since(requires=("charter", "raci/delivery"))))
    assert fact.sentence == "Timeline G1: no longer agreed; it waits for Charter and RACI delivery"


def test_days_that_pass_change_no_agreement() -> None:
    one = signoffs(charter={"it": Status.MISSING})
    (found,) = one.agreements
    late = Signoffs(agreements=(replace(found, due=TODAY, overdue=True),))
    assert compare(side(signoffs=one), side(signoffs=late)) == ()


def test_a_side_whose_agreements_were_not_looked_at_says_nothing_of_them() -> None:
    assert compare(side(), side(signoffs=signoffs(charter={"it": Status.VALID}))) == ()


# --- findings, and what cannot be read --------------------------------------------------------------------------------


def found(message: str, line: int) -> Finding:
    return Finding("obligation-overdue", Severity.WARNING, message, Source("project/x.yml", line, 1))


def test_a_finding_is_the_same_though_its_line_and_its_days_moved() -> None:
    was = side(findings=(found("Mia owes O-1: 3 days late", 4),))
    now = side(findings=(found("Mia owes O-1: 9 days late", 8),))
    assert told(was, now) == []


def test_new_and_settled_findings() -> None:
    one = found("Mia owes O-1: 3 days late", 4)
    sentence = "Mia owes O-1: 3 days late [obligation-overdue]"
    assert told(side(findings=()), side(findings=(one,))) == [("finding-new", f"New: {sentence}", None, one.message)]
    assert told(side(findings=(one,)), side(findings=())) == [
        ("finding-gone", f"Settled: {sentence}", one.message, None)
    ]


def test_a_register_that_a_side_cannot_show_is_not_compared() -> None:
    was, now = side({"risks": {"risks": [{"id": "R-1", "title": "x"}]}}), side(unreadable=frozenset({"risks"}))
    assert compare(was, now) == ()
    assert not_compared(was, now) == ("risks",)


# --- in one line ------------------------------------------------------------------------------------------------------


def fact(topic: Topic, kind: str, weight: float = 10, **more: Any) -> Fact:
    return Fact(topic, kind, more.pop("ref", "x"), kind, "", None, None, weight=weight, **more)


def test_what_matters_most_comes_first_in_the_one_line() -> None:
    facts = [
        Fact(
            Topic.GOAL,
            "milestone-moved",
            "timeline/M1",
            "Go-live",
            " 12 Mar -> 2 Apr (+21 days)",
            None,
            None,
            weight=103,
        ),
        fact(Topic.PLAN, "critical-path", amount=3),
        fact(Topic.AGREEMENTS, "agreement-lost"),
        fact(Topic.AGREEMENTS, "agreement-lost", ref="y"),
        Fact(Topic.RISKS, "risk-scored", "risks/R-007", "R-007 Rankings", " 10 -> 16", "10", "16"),
    ]
    expected = "Go-live 12 Mar -> 2 Apr (+21 days); critical path +3 working days; two agreements no longer hold"
    assert in_one_line(facts) == f"{expected}; R-007 10 -> 16"
    assert summary(facts).rest.endswith("risk “Rankings” 10 -> 16.")


def test_small_things_are_counted_and_nothing_is_said_to_be_nothing() -> None:
    assert in_one_line([fact(Topic.REST, "field-changed")]) == "One smaller change"
    assert in_one_line([fact(Topic.FINDINGS, "finding-new", tone=Tone.BAD)]) == "Nothing changed"
    assert in_one_line([]) == "Nothing changed"


# --- money, measures, and who is asked again -----------------------------------------------------------------------


def test_money_that_charter_and_budget_both_say_is_told_once() -> None:
    def both(charter: str, budget: str) -> Side:
        return side(
            {
                "charter": {"budget": {"approved": charter, "reserve": "1"}},
                "budget": {"approved": budget, "reserve": "1"},
            }
        )

    assert [sentence for _, sentence, *_ in told(both("100", "100"), both("120", "120"))] == [
        "Approved budget €100 -> €120 (+€20)"
    ]
    assert sorted(sentence for _, sentence, *_ in told(both("100", "100"), both("120", "130"))) == [
        "Approved budget €100 -> €120 (+€20)",
        "Budget €100 -> €130 (+€30)",
    ]


def test_a_report_of_the_money_is_a_sentence() -> None:
    report = {"date": "2026-06-30", "planned_value": "105000", "earned_value": "96000", "actual_cost": "106500"}
    without, reported = side({"budget": {"approved": "1"}}), side({"budget": {"approved": "1", "reports": [report]}})
    other = side({"budget": {"approved": "1", "reports": [{**report, "earned_value": "97000"}]}})

    (new,), (gone,), (changed,) = told(without, reported), told(reported, without), told(reported, other)
    said = "work worth €96,000 is done, €105,000 was planned, €106,500 is paid"
    assert new[:2] == ("report-added", f"Report of 30 Jun 2026: {said}")
    assert gone[:2] == ("report-removed", "Report of 30 Jun 2026 was taken out")
    assert changed[:2] == (
        "report-changed",
        f"Report of 30 Jun 2026: {said.replace('96', '97', 1)} (reported otherwise before)",
    )


def test_a_measure_in_the_currency_is_money_and_others_keep_their_unit() -> None:
    def measured(unit: str, value: str) -> Side:
        kpi = {"id": "K-1", "name": "Value", "unit": unit, "measurements": [{"date": "2026-04-30", "value": value}]}
        return side({"kpis": {"kpis": [kpi]}})

    for unit, words in (
        ("EUR", "€31.50 -> €1,200"),
        ("€", "€31.50 -> €1,200"),
        ("%", "31.5 -> 1,200 %"),
        ("", "31.5 -> 1,200"),
    ):
        ((_, sentence, *_),) = told(measured(unit, "31.5"), measured(unit, "1200"))
        assert sentence == f"KPI Value {words}"


def test_an_abbreviation_keeps_its_capital_in_the_line() -> None:
    kpis = {"kpis": {"kpis": [{"id": "K-1", "name": "Value"}]}}
    assert in_one_line(compare(side({"risks": {}}), side({"risks": {}, **kpis}))) == (
        "KPIs: written down for the first time, 1 KPI"
    )
    gate = Fact(Topic.GOAL, "gate-decided", "timeline/G1", "Gate G1", " was decided", None, None, weight=90)
    money = Fact(Topic.MONEY, "register-added", "kpis", "KPIs", ": new", None, None)
    assert in_one_line([gate, money]) == "Gate G1 was decided; KPIs: new"


NOTHING_ELSE: dict[str, Any] = {"overdue": False, "changed": False, "changed_since": (), "requires_not_valid": ()}


def test_a_further_approval_of_what_was_agreed_loses_nothing() -> None:
    def judged(*slots: Slot) -> Side:
        worst = min((slot.status for slot in slots), key=lambda status: status.rank)
        found = Agreement("charter", "d", worst, None, **NOTHING_ELSE, slots=slots)
        return side({"charter": {"problem": "P"}}, signoffs=Signoffs(agreements=(found,)))

    first = Slot("sponsor", Status.VALID, person="eva")
    again = Slot("sponsor", Status.VALID, person="clara", ask="A-1")
    (fact,) = compare(judged(first), judged(first, again))
    assert (fact.kind, fact.tone) == ("agreement-changed", Tone.GOOD)
    assert fact.sentence == "Charter: sponsor (asked again) agreed, so it is agreed by both"
    (back,) = compare(judged(first, again), judged(first))
    assert (back.kind, back.tone) == ("agreement-changed", Tone.NEUTRAL)
    assert back.sentence == (
        "Charter: sponsor (asked again) is not asked any more; it stays agreed by the one who was asked"
    )
