"""The budget: sums on a day, earned value, what the page says, its chart, its place in the export and in history."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import pairwise
from textwrap import dedent
from typing import Any

import pytest
from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.history.contents import shown
from mkdocs_ecompm.history.digest import digest
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.history import History, Point, Series
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Said
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.budget import REGISTER, earned_value
from mkdocs_ecompm.registers.budget_chart import BOTTOM, Course, Limit, draw
from mkdocs_ecompm.registers.budget_sums import at_completion, frame_of, money_of
from mkdocs_ecompm.site.exports import project_to_json
from mkdocs_ecompm.site.pages import Site, SiteOptions

TODAY = date(2026, 5, 25)
CHARTER = """
tolerances: {money_percent: 5}
budget: {approved: 120000, reserve: 12000, vat: net}
"""
BUDGET = """
accounts:
  - id: B-1
    name: Build
    owner: jan
    planned: {2026-03: 30000, 2026-06: 40000}
    committed: {2026-04-02: 65000, 2026-06-01: 9000}
    actual: {2026-04: 20000.50, 2026-06: 7000}
    forecast: 74000
  - id: B-2
    name: Design
    planned: {2026-04: 30000}
    forecast: 30600
  - {id: B-3, name: Data, planned: {2026-05: 8000}}
reports:
  - {date: 2026-04-30, planned_value: 60000, earned_value: 50000, actual_cost: 40000}
  - {date: 2026-03-31, planned_value: 30000, earned_value: 20000, actual_cost: 25000}
  - {date: 2026-05-31, planned_value: 68000, earned_value: 60000, actual_cost: 70000}
"""
PEOPLE = "people: [{id: jan, name: Jan Peters}]"


def project(budget: str = BUDGET, as_of: date = TODAY, charter: str = CHARTER) -> Project:
    texts = {"budget": budget, "charter": charter, "people": PEOPLE, "project": "{id: shop, name: Shop, currency: EUR}"}
    files = {f"{name}.yml": dedent(text).encode() for name, text in texts.items() if text}
    state = load_state(MemoryFiles(files, "project/"), DOCUMENTS)
    return Project(state, as_of, earned_value=earned_value(state, as_of))


def view(found: Project) -> Any:
    return Site(found).views["budget"].context


def said(found: Project) -> str:
    sentence = view(found).sentence
    return f"{sentence.lead} {sentence.rest}".strip()


# --- sums -------------------------------------------------------------------------------------------------------------


def test_what_lies_ahead_does_not_count_yet() -> None:
    money = money_of(project().state, TODAY)
    assert (money.planned, money.ordered, money.paid) == (108000, 65000, Decimal("20000.50"))
    later = money_of(project().state, date(2026, 6, 1))
    assert (later.ordered, later.paid) == (74000, Decimal("27000.50"))


def test_a_forecast_that_nobody_wrote_is_the_plan_or_what_was_spent() -> None:
    state = project().state
    assert money_of(state, TODAY).forecast == 74000 + 30600 + 8000
    assert money_of(state, TODAY).assumed
    for more in ("committed: {2026-04-01: 9000}", "actual: {2026-04: 9000}"):
        state = project(f"accounts: [{{id: B, name: B, planned: {{2026-04: 8000}}, {more}}}]").state
        assert money_of(state, TODAY).forecast == 9000


def test_what_is_approved_comes_from_the_charter_unless_given() -> None:
    frame = frame_of(project().state)
    assert (frame.approved, frame.reserve, frame.vat, frame.tolerance) == (120000, 12000, "net", 5)
    frame = frame_of(project("{approved: 9, reserve: 0, vat: gross, currency: CHF}").state)
    assert (frame.approved, frame.reserve, frame.vat, frame.currency) == (9, 0, "gross", "CHF")
    frame = frame_of(project("{}", charter="").state)
    assert (frame.approved, frame.reserve, frame.vat, frame.currency, frame.tolerance) == (
        None,
        None,
        None,
        "EUR",
        None,
    )


@pytest.mark.parametrize(
    ("budget", "charter", "expected"),
    [
        (BUDGET + "budget_at_completion: 100000.10", CHARTER, Decimal("100000.10")),
        (BUDGET + "budget_at_completion: 0", CHARTER, Decimal(0)),
        (BUDGET, CHARTER, Decimal(108000)),
        ("accounts: [{id: B, name: B}]", CHARTER, Decimal(108000)),
        ("approved: 50", "", Decimal(50)),
        ("{}", "", Decimal(0)),
    ],
)
def test_the_budget_at_completion(budget: str, charter: str, expected: Decimal) -> None:
    assert at_completion(project(budget, charter=charter).state) == expected


# --- earned value -----------------------------------------------------------------------------------------------------


def test_earned_value_of_each_report_up_to_the_day() -> None:
    assert [one.date for one in project().earned_value] == [date(2026, 3, 31), date(2026, 4, 30)]
    assert [one.ev for one in project(as_of=date(2026, 5, 31)).earned_value] == [20000, 50000, 60000]
    assert project(as_of=date(2026, 3, 30)).earned_value == ()


def test_the_export_has_the_latest_report() -> None:
    found = project_to_json(project())["earned_value"]
    assert found == {
        "date": "2026-04-30",
        "bac": 108000,
        "pv": 60000,
        "ev": 50000,
        "ac": 40000,
        "cv": 10000,
        "sv": -10000,
        "cpi": 1.25,
        "spi": 50000 / 60000,
        "eac": 86400,
        "eac_one_off": 98000,
        "etc": 46400,
        "vac": 21600,
        "tcpi": 58000 / 68000,
    }
    for nothing in (
        project_to_json(project(as_of=date(2026, 1, 1))),
        project_to_json(project(), left_out={"budget"}),
    ):
        assert set(nothing["earned_value"].values()) == {None}


def test_the_export_holds_the_budget_whole() -> None:
    (found,) = project_to_json(project())["registers"]["budget"]
    assert [account["id"] for account in found["accounts"]] == ["B-1", "B-2", "B-3"]
    assert found["accounts"][0]["committed"] == {"2026-04-02": 65000, "2026-06-01": 9000}
    assert found["accounts"][0]["actual"] == {"2026-04": 20000.5, "2026-06": 7000}
    assert len(found["reports"]) == 3


# --- the page ---------------------------------------------------------------------------------------------------------


def test_the_sentence() -> None:
    assert said(project()) == (
        "Of €120,000 approved, €65,000 is ordered and €20,000.50 paid; "
        "the forecast is €112,600, which leaves €7,400 of the €12,000 reserve. "
        "“Build” is furthest over its plan: €4,000, 6\u202f%. "
        "Until 30 Apr 2026 each €1 spent bought €1.25 of planned work; at that pace all of it costs €86,400."
    )


@pytest.mark.parametrize(
    ("budget", "charter", "expected"),
    [
        ("{}", "", "No account is written down yet. Accounts say what the money is for, month by month."),
        (
            "accounts: [{id: B, name: B, planned: {2026-03: 5}, committed: {2026-03-01: 4}}]",
            "",
            "€4 is ordered and €0 paid; the forecast is €5. Every account keeps its plan.",
        ),
        (
            "{approved: 10, accounts: [{id: B, name: B, planned: {2026-03: 5}}]}",
            "",
            (
                "Of €10 approved, €0 is ordered and €0 paid; the forecast is €5, which leaves €5. "
                "Every account keeps its plan."
            ),
        ),
        (
            "{approved: 10, reserve: 2, accounts: [{id: B, name: B, planned: {2026-03: 5}}]}",
            "",
            (
                "Of €10 approved, €0 is ordered and €0 paid; the forecast is €5, "
                "which leaves the reserve of €2 untouched. Every account keeps its plan."
            ),
        ),
        (
            "{approved: 10, accounts: [{id: B, name: B, forecast: 12}]}",
            "",
            (
                "Of €10 approved, €0 is ordered and €0 paid; the forecast is €12, €2 more than is approved. "
                "“B” is furthest over its plan: €12."
            ),
        ),
    ],
)
def test_other_sentences(budget: str, charter: str, expected: str) -> None:
    assert said(project(budget, charter=charter)) == expected


def test_the_figures() -> None:
    found = [(figure.label, figure.value, figure.tone) for figure in view(project()).figures]
    assert found == [
        ("Approved", "€120,000", "calm"),
        ("Ordered", "€65,000", "calm"),
        ("Paid", "€20,000.50", "calm"),
        ("Forecast", "€112,600", "waits"),
        ("Reserve left", "€7,400", "waits"),
    ]


def test_accounts_stand_worst_first() -> None:
    rows = view(project()).accounts
    assert [(row.id, row.tone, row.drift) for row in rows] == [
        ("B-1", "broken", "6\u202f% over"),
        ("B-2", "waits", "2\u202f% over"),
        ("B-3", "holds", "as planned"),
    ]
    assert view(project()).total.drift == "4\u202f% over"
    unplanned = view(project("accounts: [{id: A, name: A, forecast: 3}, {id: B, name: B}]")).accounts
    assert [(row.drift, row.tone) for row in unplanned] == [("not planned", "calm"), ("nothing planned", "calm")]


@pytest.mark.parametrize(
    ("forecast", "tolerance", "tone"),
    [(100, "5", "holds"), (105, "5", "waits"), (106, "5", "broken"), (106, None, "waits"), (140, "90", "broken")],
)
def test_the_lights_follow_the_tolerance(forecast: int, tolerance: str | None, tone: str) -> None:
    charter = f"tolerances: {{money_percent: {tolerance}}}" if tolerance else "tolerances: {days: 3}"
    budget = f"{{approved: 130, accounts: [{{id: B, name: B, planned: {{2026-03: 100}}, forecast: {forecast}}}]}}"
    found = view(project(budget, charter=charter))
    assert found.total.tone == tone


def test_months_add_up() -> None:
    rows = view(project()).months
    assert [(f"{row.day:%m-%d}", row.planned, row.paid) for row in rows] == [
        ("03-31", 30000, 0),
        ("04-30", 60000, Decimal("20000.50")),
        ("05-31", 68000, Decimal("20000.50")),
        ("06-30", 108000, None),
    ]
    assert [row.earned_value for row in rows] == [20000, 50000, None, None]


def test_every_figure_of_earned_value_is_explained() -> None:
    found = {item.short: item.value for item in view(project()).earned}
    assert found == {
        "BAC": "€108,000",
        "PV": "€60,000",
        "EV": "€50,000",
        "AC": "€40,000",
        "CV": "€10,000",
        "SV": "-€10,000",
        "CPI": "1.25",
        "SPI": "0.83",
        "EAC": "€98,000",  # the one-off comes second
        "ETC": "€46,400",
        "VAC": "€21,600",
        "TCPI": "0.85",
    }
    nothing = "reports: [{date: 2026-01-31, planned_value: 0, earned_value: 0, actual_cost: 0}]"
    undefined = view(project("approved: 0\n" + nothing, charter="")).earned
    assert {item.value for item in undefined} == {"€0", "n/a"}


@pytest.mark.parametrize(
    ("earned", "tone"), [(50000, "holds"), (48000, "waits"), (40000, "broken")], ids=["kept", "tolerated", "beyond"]
)
def test_the_cost_of_the_work_is_judged_by_the_tolerance(earned: int, tone: str) -> None:
    report = f"{{date: 2026-04-30, planned_value: 50000, earned_value: {earned}, actual_cost: 50000}}"
    found = view(project(f"budget_at_completion: 100000\nreports: [{report}]"))
    assert {item.tone for item in found.earned if item.short in {"CV", "CPI", "VAC"}} == {tone}


def test_the_page_is_filled() -> None:
    html = Site(project()).page("budget").html
    for text in (
        'id="B-1"',
        'role="img"',
        "<desc",
        "Money month by month",
        "To-complete performance index",
        "Jan Peters",
    ):
        assert text in html
    assert "€112,600" in html
    swiss = Site(project(BUDGET + "currency: CHF")).page("budget").html
    assert "CHF" in swiss
    assert "€" not in swiss
    bare = Site(project("{}", charter="")).page("budget").html
    assert "<svg" not in bare
    assert "<table" not in bare


def test_the_first_page_tells_of_the_money() -> None:
    overview = Site(project()).views["index"].context
    (figure,) = [one for one in overview.figures if one.label == "Money"]
    assert (figure.value, figure.tone) == ("€112,600", "waits")
    assert "inside its tolerance" in overview.sentence.rest
    assert "Money" not in Site(project(), SiteOptions(exclude=frozenset({"budget"}))).page("index").html


# --- the chart --------------------------------------------------------------------------------------------------------


def test_the_chart_has_plan_earned_spent_and_where_that_leads() -> None:
    burn = view(project()).burn
    assert [line.kind for line in burn.lines] == ["earned", "planned", "spent", "forecast"]
    assert [line.label.text for line in burn.limits] == ["Budget at completion €108,000", "Approved €120,000"]
    assert burn.today.text == "25 May"
    # without reports, what was paid is drawn
    paid = view(project(BUDGET.partition("reports:")[0])).burn
    assert [line.kind for line in paid.lines] == ["planned", "spent", "forecast"]
    assert paid.lines[1].label.text == "Spent €20,000"


def test_everything_lies_inside_the_chart() -> None:
    burn = view(project()).burn
    for line in (*burn.lines, *burn.limits):
        numbers = [float(text) for text in line.path.replace("M", " ").replace("L", " ").replace("H", " ").split()]
        assert all(0 <= number <= burn.width for number in numbers)
        assert line.label.y <= burn.height
    assert all(0 <= y <= BOTTOM for line in burn.lines for _, y in line.dots)


def test_labels_do_not_touch() -> None:
    burn = view(project()).burn
    right = sorted(line.label.y for line in burn.lines if line.label.x > burn.right)
    assert len(right) == 2
    assert all(below - above >= 13 for above, below in pairwise(right))


def width_of(label: Any) -> float:
    """What a label of the chart takes at most, in its units."""
    return len(label.text) * 6.2


@pytest.mark.parametrize("currency", ["EUR", "CHF", "JPY"])
@pytest.mark.parametrize("size", [1, 1000, 10**6, 10**9])
def test_long_amounts_are_not_cut(currency: str, size: int) -> None:
    budget = BUDGET.replace("000", f"{size}000").replace(".50", "") + f"currency: {currency}"
    burn = view(project(budget, charter="")).burn
    assert all(label.anchor == "end" and label.x - width_of(label) >= 0 for label in burn.amounts)
    assert all(label.x + 8 == burn.left for label in burn.amounts)
    for line in (*burn.lines, *burn.limits):
        begin = line.label.x - (width_of(line.label) if line.label.anchor == "end" else 0)
        assert begin >= 0
        assert begin + width_of(line.label) <= burn.width
    assert burn.right - burn.left >= 340


def test_usual_amounts_leave_the_chart_as_it_was() -> None:
    burn = view(project(BUDGET.partition("reports:")[0])).burn
    assert (burn.left, burn.right, burn.width) == (62, 640, 760)


def test_a_line_that_ends_soon_has_its_label_to_its_right() -> None:
    burn = view(project(BUDGET.replace("2026-06", "2028-06"))).burn
    for line in burn.lines:
        begin = line.label.x - (width_of(line.label) if line.label.anchor == "end" else 0)
        assert begin >= burn.left


def test_limits_that_nearly_touch_have_their_labels_on_both_sides() -> None:
    near = view(project(charter=CHARTER.replace("120000", "109000"))).burn
    approved, completion = sorted(near.limits, key=lambda line: line.label.y)
    assert (approved.kind, completion.kind) == ("approved", "completion")
    assert completion.label.y - approved.label.y >= 14
    same = [Limit("approved", "A", Decimal(5)), Limit("completion", "B", Decimal(5))]
    drawn = draw([Course("planned", "", ((TODAY, Decimal(1)), (date(2026, 6, 1), Decimal(9))))], same, TODAY, "EUR")
    assert drawn is not None
    assert drawn.limits[1].label.y - drawn.limits[0].label.y >= 14


def test_what_was_spent_is_dated_where_more_was_paid_since() -> None:
    assert [line.label.text for line in view(project()).burn.lines if line.kind == "spent"] == [
        "Spent until 30 Apr €40,000"
    ]
    paid = view(project(BUDGET.replace("20000.50", "40000"))).burn
    assert [line.label.text for line in paid.lines if line.kind == "spent"] == ["Spent €40,000"]


@pytest.mark.parametrize(
    ("currency", "expected"),
    [
        ("EUR", "each €1 spent bought €0.60 of planned work"),
        ("CHF", "each CHF\u00a01 spent bought CHF\u00a00.60 of planned work"),
        ("JPY", "each JP¥100 spent bought JP¥60 of planned work"),
    ],
)
def test_what_the_money_bought_is_never_rounded_away(currency: str, expected: str) -> None:
    budget = BUDGET.replace("earned_value: 50000", "earned_value: 24000") + f"currency: {currency}"
    assert expected in said(project(budget))


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        ("3200000", "CHF", "CHF\u00a03,200,000"),
        ("-20.5", "CHF", "-CHF\u00a020.50"),
        ("-20.5", "EUR", "-€20.50"),
        ("7", "USD", "US$7"),
        ("7.5", "", "7.5"),
    ],
)
def test_a_currency_without_a_sign_stands_apart_from_its_amount(amount: str, currency: str, expected: str) -> None:
    assert language.money(Decimal(amount), currency) == expected


def test_nothing_is_drawn_of_one_point() -> None:
    assert draw([Course("planned", "", ((TODAY, Decimal(1)),))], [], TODAY, "EUR") is None


@pytest.mark.parametrize("greatest", ["1", "0.03", "9", "99.5", "100", "101", "186000", "1000000000"])
def test_the_scale_reaches_the_greatest_amount_in_round_steps(greatest: str) -> None:
    points = ((date(2026, 1, 1), Decimal(0)), (date(2026, 2, 1), Decimal(greatest)))
    burn = draw([Course("planned", "", points)], [Limit("approved", "", Decimal(0))], TODAY, "")
    assert burn is not None
    assert 3 <= len(burn.amounts) <= 7
    assert min(float(line.path.split()[-1]) for line in burn.lines) >= burn.amounts[-1].y - 3.6


# --- history and agreement --------------------------------------------------------------------------------------------


def series(text: str) -> list[Said]:
    content = read_yaml("budget.yml", dedent(text).encode()).content
    assert content is not None
    return list(REGISTER.series(content))


def test_what_a_version_says() -> None:
    found = {one.ref: one.value for one in series("approved: 120000\nreserve: 12000\n" + BUDGET)}
    assert found == {
        "budget/approved": "120000",
        "budget/reserve": "12000",
        "budget/planned": "108000",
        "budget/committed": "74000",
        "budget/actual": "27000.50",
        "budget/forecast": "112600",
    }
    assert {one.kind for one in series(BUDGET)} == {"budget"}
    assert [one.value for one in series("approved: viel")] == [""]  # it stands there and cannot be read
    assert series("currency: EUR") == []


def test_a_sum_with_a_part_that_cannot_be_read_is_not_made() -> None:
    found = {
        one.ref: one.value for one in series("accounts:\n  - {id: B, planned: {2026-03: 1}, actual: {2026-03: 1.2.3}}")
    }
    assert found["budget/planned"] == "1"
    assert found["budget/actual"] == found["budget/forecast"] == ""


def test_orders_payments_forecasts_and_reports_are_no_part_of_the_agreement() -> None:
    def of(text: str) -> str | None:
        return digest(shown(project(text).state), "budget")

    agreed = "accounts:\n  - {id: B-1, name: Build, owner: jan, planned: {2026-03: 1}"
    tracked = ", committed: {2026-03-01: 1}, actual: {2026-03: 1}, forecast: 5"
    assert of(
        agreed + tracked + "}\nreports:\n  - {date: 2026-03-31, planned_value: 1, earned_value: 1, actual_cost: 1}"
    ) == of(agreed + "}")
    assert of(agreed.replace("2026-03: 1", "2026-03: 2") + "}") != of(agreed + "}")


def test_excluded_money_is_nowhere() -> None:
    shown = Site(project(), SiteOptions(exclude=frozenset({"budget"}))).shown
    assert shown.earned_value == ()


@pytest.mark.parametrize(
    "month", ["2026-5", "0001-01", "1899-12", "3000-01", "2026-00", "May 2026", "2026-05-01", "٢٠٢٦-05"]
)
def test_a_month_that_is_none(month: str) -> None:
    (found,) = project(f"accounts: [{{id: B, name: B, planned: {{{month}: 1}}}}]").state.findings
    assert found.code == "bad-date"


def test_a_year_that_is_mistyped_makes_no_endless_table() -> None:
    found = project("accounts: [{id: B, name: B, planned: {2026-03: 5, 2062-04: 1}, actual: {1926-03: 1}}]")
    assert [row.day.year for row in view(found).months] == [1926, 2026, 2062]
    assert view(found).burn is not None
    first, last = (
        "planned_value: 1, earned_value: 1, actual_cost: 1",
        "planned_value: 2, earned_value: 2, actual_cost: 2",
    )
    ends = f"reports: [{{date: 0001-01-01, {first}}}, {{date: 9999-12-01, {last}}}]"
    assert Site(project(ends, as_of=date(9999, 12, 1))).page("budget").html


def test_a_short_budget_is_drawn_over_whole_months() -> None:
    burn = view(project("accounts: [{id: B, name: B, planned: {2026-04: 5, 2026-05: 5}}]")).burn
    assert [month.text for month in burn.months] == ["Apr 2026", "May"]
    over_years = view(project("accounts: [{id: B, name: B, planned: {2026-12: 5, 2027-01: 5}}]")).burn
    assert [month.text for month in over_years.months] == ["Dec", "2027"]


def point(day: int, value: str | None) -> Point:
    return Point(f"{day:040x}", datetime(2026, 3, day, tzinfo=UTC), value)


def test_the_page_tells_how_promises_moved() -> None:
    forecast = Series("budget", "budget/forecast", "Forecast", (point(1, "100"), point(5, "120.50"), point(9, None)))
    paid = Series("budget", "budget/actual", "Paid", (point(1, "1"), point(2, "2")))
    approved = Series("budget", "budget/approved", "Approved", (point(2, "90"), point(7, "80")))
    found = replace(project(), history=History(series=(approved, paid, forecast)))
    assert [(move.day.day, move.name, move.was, move.now, move.by) for move in view(found).moves] == [
        (9, "Forecast", Decimal("120.50"), None, ""),
        (7, "Approved", 90, 80, "-€10"),
        (5, "Forecast", 100, Decimal("120.50"), "+€20.50"),
    ]
    html = Site(found).page("budget").html
    assert "How it moved" in html
    assert "not said any more" in html
    assert "How it moved" not in Site(project()).page("budget").html
