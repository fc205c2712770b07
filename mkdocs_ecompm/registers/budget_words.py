"""The budget in words: the sentence of the page, the figures behind it, and what each figure of earned value means."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Figure, Sentence
from mkdocs_ecompm.model.forecast import EarnedValue
from mkdocs_ecompm.registers.budget_sums import NOTHING, Frame, Money

SIGNS: Final = {"holds": "✓", "waits": "!", "broken": "!", "calm": "○"}

GRAVITY: Final = ("broken", "waits", "calm", "holds")
"""Tones, worst first."""


class Explained(Struct, frozen=True):
    """A figure of earned value with its short name, its value, and what it means here, in plain words."""

    name: str
    short: str
    value: str
    meaning: str
    tone: str = ""


def tone_of(money: Money, tolerance: Decimal | None) -> str:
    """Within the plan, over it as far as the charter tolerates, or further."""
    if money.over <= 0:
        return "holds"
    percent = money.over_percent
    inside = tolerance is None or (percent is not None and percent <= tolerance)
    return "waits" if inside else "broken"


def total_tone(money: Money, frame: Frame) -> str:
    """As `tone_of`; more than is approved is never tolerated."""
    if frame.approved is not None and money.forecast > frame.approved:
        return "broken"
    return tone_of(money, frame.tolerance) if money.planned else "calm"


def reserve_left(money: Money, frame: Frame) -> Decimal | None:
    """What of the reserve the forecast leaves; None where there is no reserve."""
    if frame.reserve is None or frame.approved is None:
        return frame.reserve
    return min(frame.reserve, max(frame.approved - money.forecast, NOTHING))


def sentence_of(
    money: Money, frame: Frame, worst: tuple[str, Money] | None, latest: EarnedValue | None, accounts: int
) -> Sentence:
    """Approved, ordered, paid, forecast and what is left, in one sentence; then what is worst."""
    if not accounts:
        return Sentence("No account is written down yet.", "Accounts say what the money is for, month by month.")
    rest = [*_worst(worst, frame), *_worth(latest, frame)]
    return Sentence(f"{_spent(money, frame)}; {_left(money, frame)}.", " ".join(rest))


def _spent(money: Money, frame: Frame) -> str:
    ordered, paid = (_money(amount, frame) for amount in (money.ordered, money.paid))
    if frame.approved is None:
        return f"{ordered} is ordered and {paid} paid"
    return f"Of {_money(frame.approved, frame)} approved, {ordered} is ordered and {paid} paid"


def _left(money: Money, frame: Frame) -> str:
    """The forecast and what it leaves of the reserve, or of what is approved."""
    forecast = f"the forecast is {_money(money.forecast, frame)}"
    if frame.approved is None:
        return forecast
    if money.forecast > frame.approved:
        return f"{forecast}, {_money(money.forecast - frame.approved, frame)} more than is approved"
    left = reserve_left(money, frame)
    if frame.reserve and left is not None:
        if left == frame.reserve:
            return f"{forecast}, which leaves the reserve of {_money(left, frame)} untouched"
        return f"{forecast}, which leaves {_money(left, frame)} of the {_money(frame.reserve, frame)} reserve"
    return f"{forecast}, which leaves {_money(frame.approved - money.forecast, frame)}"


def _worst(worst: tuple[str, Money] | None, frame: Frame) -> Iterator[str]:
    if worst is None or worst[1].over <= 0:
        yield "Every account keeps its plan."
        return
    name, money = worst
    percent = money.over_percent
    share = f", {language.percent(round(percent))}" if percent is not None else ""
    yield f"“{name}” is furthest over its plan: {_money(money.over, frame)}{share}."


def _worth(latest: EarnedValue | None, frame: Frame) -> Iterator[str]:
    if latest is not None and latest.cpi is not None:
        cents = _money(Decimal("0.01"), frame) != _money(NOTHING, frame)
        unit = Decimal(1 if cents else 100)  # a yen has no cents: what it bought would read as nothing or all
        worth = _money(round(latest.cpi * unit, 2 if cents else 0), frame)
        pace = f"; at that pace all of it costs {_money(round(latest.eac, 0), frame)}" if latest.eac else ""
        each, day = _money(unit, frame), language.day(latest.date)
        yield f"Until {day} each {each} spent bought {worth} of planned work{pace}."


def figures_of(money: Money, frame: Frame) -> Iterator[Figure]:
    """The few figures behind the sentence."""
    if frame.approved is not None:
        more = " · ".join(
            part
            for part in (
                f"{frame.vat} of VAT" if frame.vat else "",
                f"with {_money(frame.reserve, frame)} reserve" if frame.reserve else "",
            )
            if part
        )
        yield Figure("Approved", _money(frame.approved, frame), more, "calm")
    yield Figure("Ordered", _money(money.ordered, frame), _share(money.ordered, money.forecast), "calm")
    yield Figure("Paid", _money(money.paid, frame), _share(money.paid, money.forecast), "calm")
    yield Figure("Forecast", _money(money.forecast, frame), _against_plan(money, frame), total_tone(money, frame))
    left = reserve_left(money, frame)
    if frame.reserve and left is not None:
        tone = "holds" if left == frame.reserve else "waits" if left else "broken"
        more = "untouched" if left == frame.reserve else f"of {_money(frame.reserve, frame)}"
        yield Figure("Reserve left", _money(left, frame), more, tone)


def _share(amount: Decimal, whole: Decimal) -> str:
    return f"{language.percent(round(amount * 100 / whole))} of the forecast" if whole else ""


def _against_plan(money: Money, frame: Frame) -> str:
    """How far the forecast is from the plan, and what is tolerated."""
    percent = money.over_percent
    if percent is None or not money.over:
        return "as planned" if money.planned else ""
    word = f"{language.percent(round(abs(percent), 1))} {'over' if money.over > 0 else 'below'} the plan"
    tolerated = money.over > 0 and frame.tolerance is not None
    return f"{word}, {language.percent(frame.tolerance)} tolerated" if tolerated and frame.tolerance else word


def money_figure(money: Money, frame: Frame) -> Figure:
    """The money on the first page: the forecast, against what is approved."""
    more = f"forecast, of {_money(frame.approved, frame)} approved" if frame.approved is not None else "forecast"
    left = reserve_left(money, frame)
    if frame.reserve and left is not None:
        more += " · reserve untouched" if left == frame.reserve else f" · {_money(left, frame)} of the reserve left"
    return Figure("Money", _money(money.forecast, frame), more, total_tone(money, frame), "budget")


def money_in_brief(money: Money, frame: Frame) -> str:
    """The money in a sentence for the first page."""
    if frame.approved is not None and money.forecast > frame.approved:
        return f"The forecast is {_money(money.forecast - frame.approved, frame)} more than the money approved."
    words = {
        "broken": "The money drifts by more than the charter tolerates.",
        "waits": "The forecast is over the plan, inside its tolerance." if frame.tolerance else "",
    }
    return words.get(total_tone(money, frame)) or f"Money {'keeps' if money.over <= 0 else 'is over'} its plan."


# --- earned value -----------------------------------------------------------------------------------------------------


def explained(report: EarnedValue, frame: Frame) -> Iterator[Explained]:
    """Each figure of a report, in an order in which one follows from those before it."""

    def amount(value: Decimal | None) -> str:
        return "n/a" if value is None else _money(round(value, 0), frame)

    cost = _cost_tone(report, frame)
    yield Explained("Budget at completion", "BAC", amount(report.bac), "what all of the work was planned to cost")
    yield Explained("Planned value", "PV", amount(report.pv), "what the work due by now was planned to cost")
    yield Explained("Earned value", "EV", amount(report.ev), "what the work that is done was planned to cost")
    yield Explained("Actual cost", "AC", amount(report.ac), "what the work that is done did cost")
    yield Explained("Cost variance", "CV", amount(report.cv), _cost(report.cv), cost)
    yield Explained("Schedule variance", "SV", amount(report.sv), _schedule(report.sv), _sign_tone(report.sv))
    yield from _indices(report, cost)
    typical = "the cost in the end, if the work goes on as it went so far"
    yield Explained("Estimate at completion", "EAC", amount(report.eac), typical)
    one_off = "the same, if what went wrong was a one-off"
    yield Explained("Estimate at completion, one-off", "EAC", amount(report.eac_one_off), one_off)
    yield Explained("Estimate to complete", "ETC", amount(report.etc), "what is still to be spent until then")
    left = "what will be left of the budget at completion; negative is missing"
    yield Explained("Variance at completion", "VAC", amount(report.vac), left, cost if report.vac is not None else "")
    needed = "how much planned work each unit of money must buy from now on to keep the budget"
    yield Explained("To-complete performance index", "TCPI", _index(report.tcpi), needed)


def _cost_tone(report: EarnedValue, frame: Frame) -> str:
    """How grave the cost in the end is, if the work goes on as it went so far: by the tolerance of the charter."""
    if report.eac is None or report.eac <= report.bac:
        return _sign_tone(report.cv)
    over = (report.eac - report.bac) * 100 / report.bac if report.bac else None
    inside = frame.tolerance is None or (over is not None and over <= frame.tolerance)
    return "waits" if inside else "broken"


def _indices(report: EarnedValue, cost: str) -> Iterator[Explained]:
    money = "how much planned work each unit of money bought; below 1 the work costs more than planned"
    yield Explained("Cost performance index", "CPI", _index(report.cpi), money, cost if report.cpi is not None else "")
    time = "how much of the work due by now is done; below 1 the work is behind"
    yield Explained("Schedule performance index", "SPI", _index(report.spi), time, _index_tone(report.spi))


def _index(value: Decimal | None) -> str:
    return "n/a" if value is None else f"{value:.2f}"


def _index_tone(value: Decimal | None) -> str:
    return "" if value is None else _sign_tone(value - 1)


def _sign_tone(value: Decimal) -> str:
    return "waits" if value < 0 else "holds"


def _cost(value: Decimal) -> str:
    if not value:
        return "the work costs what was planned"
    return "the work done cost " + ("more" if value < 0 else "less") + " than planned"


def _schedule(value: Decimal) -> str:
    if not value:
        return "as much is done as was planned"
    return ("less" if value < 0 else "more") + " work is done than was planned by now"


def lights_note(frame: Frame) -> str:
    """Where the traffic lights come from."""
    if frame.tolerance is None:
        return "The charter names no tolerance for money: any forecast over the plan waits for a look."
    return f"Green keeps the plan, amber is up to {language.percent(frame.tolerance)} over it as the charter tolerates."


def _money(amount: Decimal, frame: Frame) -> str:
    return language.money(amount, frame.currency)
