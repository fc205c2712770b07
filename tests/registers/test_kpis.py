"""KPIs: target and day from the objective, on or off target, duties, the page, spark lines, history, agreement."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from textwrap import dedent
from typing import Any

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.history.contents import shown
from mkdocs_ecompm.history.digest import digest
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.history import History, Point, Series
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Said
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.kpis import REGISTER, Kpi, aim_of, due_of, figures_in, target_of
from mkdocs_ecompm.registers.kpis_spark import HEIGHT, WIDTH, spark
from mkdocs_ecompm.site.pages import Site

TODAY = date(2026, 5, 25)
CHARTER = """
objectives:
  - {id: OB-1, statement: Phones, metric: completion, target: from 41 % to 60 %, due: 2027-03-31}
  - {id: OB-2, statement: Vague, metric: feeling, target: much better, due: 2026-03-31}
"""


def project(kpis: str, as_of: date = TODAY, charter: str = CHARTER) -> Project:
    texts = {
        "kpis": "kpis:\n" + "".join(f"  - {{{line.strip()}}}\n" for line in dedent(kpis).strip().splitlines()),
        "charter": charter,
        "people": "people: [{id: mia, name: Mia Köster}]",
        "project": "{id: shop, name: Shop}",
    }
    files = {f"{name}.yml": text.encode() for name, text in texts.items() if text}
    return Project(load_state(MemoryFiles(files, "project/"), DOCUMENTS), as_of)


def view(found: Project) -> Any:
    return Site(found).views["kpis"].context


def row(kpi: str, as_of: date = TODAY) -> Any:
    (found,) = view(project(f"id: K-1, name: Conversion, {kpi}", as_of)).rows
    return found


def measured(*values: float) -> str:
    """Measurements in the months of this year."""
    return ", ".join(f"{{date: 2026-{month:02}-28, value: {value}}}" for month, value in enumerate(values, 1))


# --- target and day ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "aim"),
    [
        ("from 41 % to 60 %", "60"),
        ("95 % or more", "95"),
        ("from 3.1 % to below 0.5 %", "0.5"),
        ("LCP <= 2.5 s", "2.5"),
        ("2.5s", "2.5"),
        ("-5", "-5"),
        ("more by 31.12.2026", None),
        ("30 to 40, later to 50", None),
        ("10 or 20", None),
        ("1,000", None),
        ("much better in Q4", None),
        ("", None),
    ],
)
def test_the_aim_of_a_text(text: str, aim: str | None) -> None:
    assert aim_of(text) == (Decimal(aim) if aim else None)


def test_the_numbers_of_a_text() -> None:
    assert figures_in("from 95-99 to +100.5 %, not Q4 or 1.2.3") == (95, 99, Decimal("100.5"))


@pytest.mark.parametrize(
    ("kpi", "target", "due"),
    [
        ("objective: OB-1", 60, date(2027, 3, 31)),
        ("objective: charter/ob-1", 60, date(2027, 3, 31)),
        ("objective: OB-1, target: 41, due: 2026-01-01", 41, date(2026, 1, 1)),
        ("objective: OB-2", None, date(2026, 3, 31)),
        ("objective: OB-7", None, None),
        ("target: 5", 5, None),
        ("owner: mia", None, None),
    ],
)
def test_target_and_day_come_from_the_objective_unless_given(kpi: str, target: int | None, due: date | None) -> None:
    state = project(f"id: K-1, name: Conversion, {kpi}").state
    (record,) = state.of(Kpi)
    assert (target_of(state, record.entry), due_of(state, record.entry)) == (target, due)


# --- on target --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kpi", "state", "tone"),
    [
        (f"direction: up, target: 3, measurements: [{measured(2, 3)}]", "on target", "holds"),
        (f"direction: up, target: 3, measurements: [{measured(4, 2)}]", "not yet", "waits"),
        (f"direction: down, target: 3, measurements: [{measured(4, 2)}]", "on target", "holds"),
        (f"direction: up, target: 3, due: 2026-05-24, measurements: [{measured(2)}]", "off target", "broken"),
        (f"direction: up, target: 3, due: 2026-05-25, measurements: [{measured(2)}]", "not yet", "waits"),
        ("direction: up, target: 3, due: 2026-05-24", "off target", "broken"),
        ("direction: up, target: 3", "not measured", "calm"),
        ("direction: up", "not measured", "calm"),
        (f"measurements: [{measured(2)}]", "no target", "calm"),
        (f"target: 3, measurements: [{measured(3)}]", "no target", "calm"),  # nobody says which way is better
        (f"target: 3, baseline: 5, measurements: [{measured(3)}]", "on target", "holds"),  # downwards, then
        (f"target: 5, baseline: 3, measurements: [{measured(4)}]", "not yet", "waits"),
        (f"objective: OB-1, direction: up, measurements: [{measured(60)}]", "on target", "holds"),
    ],
)
def test_how_a_kpi_stands(kpi: str, state: str, tone: str) -> None:
    found = row(kpi)
    assert (found.state, found.tone) == (state, tone)


def test_only_what_was_measured_by_the_day_counts() -> None:
    kpi = "direction: up, target: 3, measurements: [{date: 2026-06-01, value: 9}, {date: 2026-05-01, value: 1}]"
    assert row(kpi).now == "1"
    assert row(kpi, date(2026, 6, 1)).now == "9"


def test_worse_than_at_the_start() -> None:
    assert row(f"direction: down, baseline: 5, target: 3, measurements: [{measured(6)}]").worse
    assert not row(f"direction: down, baseline: 5, target: 3, measurements: [{measured(5)}]").worse
    assert row(f"direction: up, baseline: 5, target: 7, measurements: [{measured(4)}]").worse
    assert not row(f"direction: up, baseline: 5, target: 3, measurements: [{measured(4)}]").worse  # on target


def test_numbers_keep_their_decimals_and_units() -> None:
    found = row(
        'unit: "%", baseline: 1.50, target: 12000, direction: up, measurements: [{date: 2026-05-01, value: 2.0}]'
    )
    assert (found.baseline, found.now, found.target) == ("1.50\u202f%", "2.0\u202f%", "12,000\u202f%")
    assert row("objective: OB-2").target == "much better"


@pytest.mark.parametrize("unit", ["EUR", "€"])
def test_the_currency_of_the_project_is_written_as_money(unit: str) -> None:
    found = row(f'unit: "{unit}", baseline: 31.50, target: 450000, measurements: [{{date: 2026-05-01, value: 412000}}]')
    assert (found.baseline, found.now, found.target) == ("€31.50", "€412,000", "€450,000")
    assert found.measurements[0].value == "€412,000"
    assert row("unit: USD, baseline: 31.50").baseline == "31.50\u202fUSD"


def test_each_measurement_is_better_or_worse_than_the_one_before() -> None:
    assert [one.better for one in row(f"direction: down, measurements: [{measured(5, 4, 4, 6)}]").measurements] == [
        None,
        True,
        None,
        False,
    ]
    assert {one.better for one in row(f"measurements: [{measured(5, 4)}]").measurements} == {None}


# --- duties -----------------------------------------------------------------------------------------------------------


def duties(kpi: str, as_of: date = TODAY) -> list[Duty]:
    return list(REGISTER.duties(project(f"id: K-1, name: Conversion, {kpi}", as_of)))


def test_a_value_is_due_at_the_end_of_the_month() -> None:
    (duty,) = duties("owner: mia, formula: orders / sessions")
    assert (duty.kind, duty.ref, duty.who, duty.process) == ("measurement", "kpis/K-1", ("mia",), "orders / sessions")
    assert (duty.due, duty.done) == (date(2026, 5, 31), False)
    (leap,) = duties("target: 1", date(2028, 2, 29))
    assert (leap.due, leap.late(date(2028, 2, 29)), leap.who) == (date(2028, 2, 29), 0, ())


@pytest.mark.parametrize(
    ("day", "done"),
    [("2026-05-01", True), ("2026-05-25", True), ("2026-05-26", False), ("2026-04-30", False), ("2025-05-25", False)],
)
def test_it_is_done_with_a_value_of_this_month(day: str, done: bool) -> None:
    (duty,) = duties(f"measurements: [{{date: {day}, value: 1}}]")
    assert duty.done is done


def test_after_the_last_measurement_nothing_is_due() -> None:
    last = "measurements: [{date: 2026-04-02, value: 1}]"
    assert duties(f"due: 2026-04-02, {last}") == []
    assert len(duties(f"due: 2026-04-03, {last}")) == 1  # not measured since
    assert len(duties(f"due: 2026-05-02, {last}")) == 1
    assert duties(f"objective: OB-2, {last}") == []


# --- the page ---------------------------------------------------------------------------------------------------------

SEVERAL = f"""
    id: K-1, name: On, direction: up, target: 1, measurements: [{measured(2)}]
    id: K-2, name: Off, direction: up, target: 3, due: 2026-05-01, measurements: [{measured(2)}]
    id: K-3, name: Worse, baseline: 3, target: 5, due: 2026-12-01, measurements: [{measured(2, 1, 1, 1, 1)}]
    id: K-4, name: Later, direction: up, target: 5, due: 2026-11-30, measurements: [{measured(2)}]
    id: K-5, name: Unmeasured, target: 2
    id: K-6, name: Aimless, owner: mia, measurements: [{{date: 2026-05-02, value: 1}}]
"""


def test_the_page() -> None:
    found = view(project(SEVERAL))
    assert [one.id for one in found.rows] == ["K-2", "K-3", "K-4", "K-5", "K-6", "K-1"]
    assert f"{found.sentence.lead} {found.sentence.rest}" == (
        "One of five KPIs is on target. Past its day without reaching it: Off. Worse than at the start: Worse. "
        "One KPI has no value yet."
    )
    assert [(one.label, one.value, one.more) for one in found.figures] == [
        ("On target", "1", ""),
        ("Not yet there", "2", "the next is due 30 Nov 2026"),
        ("Past their day", "1", "K-2"),
        ("Not measured", "1", "K-5"),
        ("Without a target", "1", "K-6"),
        ("Measured in May, due 31 May", "1 of 6", "the last value is of 2 May 2026"),
    ]
    html = Site(project(SEVERAL)).page("kpis").html
    for text in ('id="K-6"', "Mia Köster", "Worse than the 3 at the start", 'class="ecompm-spark"'):
        assert text in html
    objective = Site(project("id: K-1, name: One, objective: OB-1")).page("kpis").html
    assert 'href="ecompm:charter#OB-1"' in objective


@pytest.mark.parametrize(
    ("kpis", "expected"),
    [
        ("id: K-1, name: A, direction: up, target: 1", "The one KPI is not on target. One KPI has no value yet."),
        (f"id: K-1, name: A, direction: up, target: 1, measurements: [{measured(1)}]", "The one KPI is on target."),
        (
            f"""id: K-1, name: A, measurements: [{measured(1)}]
            id: K-2, name: B, direction: up, target: 2, measurements: [{measured(1)}]""",
            "The one KPI that can be judged is not on target.",
        ),
        (
            f"id: K-1, name: A, target: 1, measurements: [{measured(1)}]",
            "No KPI can be judged yet: each lacks a target, or a direction.",
        ),
        (
            """id: K-1, name: A, direction: up, target: 1
            id: K-2, name: B, direction: up, target: 1, due: 2026-05-24""",
            (
                "None of two KPIs is on target. Past its day without reaching it: B. "
                "Two KPIs have no value yet, one past its day."
            ),
        ),
        (
            "id: K-2, name: B, direction: up, target: 1, due: 2026-05-24",
            (
                "The one KPI is not on target. Past its day without reaching it: B. "
                "One KPI has no value yet, though past the day."
            ),
        ),
    ],
)
def test_few_kpis_and_those_without_a_value(kpis: str, expected: str) -> None:
    sentence = view(project(kpis)).sentence
    assert f"{sentence.lead} {sentence.rest}".strip() == expected


def test_the_table_sorts_by_the_plain_numbers() -> None:
    kpi = "unit: ms, direction: down, baseline: 1234567.50, target: -0.000001"
    found = row(f"{kpi}, measurements: [{measured(100)}]")
    assert (found.sortable.baseline, found.sortable.now, found.sortable.target) == ("1234567.50", "100", "-0.000001")
    html = Site(project(f"id: K-1, name: Conversion, {kpi}")).page("kpis").html
    assert html.count('data-value="1234567.50"') == 1
    assert html.count('data-value="-0.000001"') == 1
    assert '<td class="ecompm-number" data-value=""></td>' in html


def test_a_page_without_kpis() -> None:
    found = view(project(""))
    assert (found.sentence.lead, found.rows, found.figures) == ("No KPI is written down yet.", (), ())
    assert "<table" not in Site(project("")).page("kpis").html


def test_a_spark_line_is_true_to_scale() -> None:
    days = [date(2026, 1, 1), date(2026, 1, 11), date(2026, 1, 31)]
    found = spark(list(zip(days, [0.0, 5.0, 10.0], strict=True)), 10.0)
    assert found is not None
    assert found.path == "M4.0 22.0L38.0 13.0L106.0 4.0"
    assert (found.end_x, found.end_y, found.target_y) == (106.0, 4.0, 4.0)
    assert spark([(days[0], 1.0)], None) is None


@pytest.mark.parametrize("values", [(3.0, 3.0), (1e15, -1e15), (0.0, 0.0)])
def test_a_spark_line_stays_inside(values: tuple[float, float]) -> None:
    found = spark([(date(2026, 1, 1), values[0]), (date(2026, 1, 2), values[1])], None)
    assert found is not None
    assert 0 <= found.end_x <= WIDTH
    assert 0 <= found.end_y <= HEIGHT
    assert row("direction: up, measurements: [{date: 2026-01-01, value: 1}, {date: 2026-01-01, value: 2}]").spark


def test_the_line_in_words() -> None:
    found = row(f'unit: "%", direction: up, target: 9, measurements: [{measured(2, 4.50)}]')
    assert found.drawn == "From 2\u202f% on 28 Jan 2026 to 4.5\u202f% on 28 Feb 2026; the target is 9\u202f%"


# --- history and agreement --------------------------------------------------------------------------------------------


def series(text: str) -> list[Said]:
    content = read_yaml("kpis.yml", dedent(text).encode()).content
    assert content is not None
    return list(REGISTER.series(content))


def test_what_a_version_says() -> None:
    assert series(
        """
        kpis:
          - id: K-1
            name: Conversion
            target: 2.2
            measurements:
              - {date: 2026-02-28, value: 1.75}
              - {date: 2026-01-31, value: 1.70}
          - {id: K-2, target: viel, measurements: [{date: 2026-01-31}]}
          - {name: nobody}
          - text
        """
    ) == [
        Said("kpi-target", "kpis/K-1", "Conversion", "2.2"),
        Said("kpi", "kpis/K-1", "Conversion", "1.75"),
        Said("kpi-target", "kpis/K-2", "K-2", ""),
        Said("kpi", "kpis/K-2", "K-2", ""),
    ]
    assert series("kpis: none") == []
    assert series("other: none") == []


def test_measurements_are_no_part_of_the_agreement() -> None:
    def of(text: str) -> str | None:
        return digest(shown(project(f"id: K-1, name: Conversion{text}").state), "kpis/K-1")

    assert of(f", measurements: [{measured(1)}]") == of("")
    assert of(", target: 5") != of("")


def test_former_targets_are_told() -> None:
    found = project('id: K-1, name: Conversion, unit: "%", target: 2.2')
    points = tuple(
        Point(f"{day:040x}", datetime(2026, 3, day, tzinfo=UTC), value)
        for day, value in ((1, "2.5"), (4, None), (6, "2.2"))
    )
    history = History(series=(Series("kpi-target", "kpis/K-1", "Conversion", points),))
    html = Site(replace(found, history=history)).page("kpis").html
    assert "until 4 Mar 2026 the target was 2.5\u202f%" in html
    assert html.count("the target was") == 1


def test_one_owner_measures_several_at_once() -> None:
    several = """
        id: K-1, name: Conversion, owner: mia
        id: K-2, name: Return rate, owner: mia
        id: K-3, name: Margin, owner: mia
        id: K-4, name: Sessions, owner: mia
        id: K-5, name: Alone
    """
    found = project(several, date(2026, 5, 28))
    found = replace(found, duties=tuple(REGISTER.duties(found)))
    (_, _, following) = Site(found).views["this-week"].context.spans
    assert [(item.duty.ref, item.duty.what) for item in following.items] == [
        ("kpis", "Values of 4 KPIs: Conversion, Return rate and 2 more"),
        ("kpis/K-5", "Value of Alone"),
    ]
    html = Site(found).page("this-week").html
    assert 'href="ecompm:kpis"' in html
    assert 'href="ecompm:kpis#K-5"' in html
