"""What the plan and the money come to: the simulated finish and earned value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from msgspec import Struct, field


class Simulation(Struct, frozen=True):
    """The finish of many simulated plans. `p50` is the day by which half of them are done.

    `histogram` counts runs by the day of their finish, `criticality` says how often (0 to 1) each task that is not
    done was critical. `milestones` counts runs by the day on which each milestone that is still ahead was reached.
    """

    runs: int
    seed: int
    p50: date
    p80: date
    p95: date
    histogram: Mapping[date, int] = field(default_factory=dict)
    criticality: Mapping[str, float] = field(default_factory=dict)
    milestones: Mapping[str, Mapping[date, int]] = field(default_factory=dict)


class EarnedValue(Struct, frozen=True):
    """Earned value on the day of a report, unrounded, in the budget's currency; None where a divisor is 0.

    The names are those of the formulas: https://www.pmi.org, "Practice Standard for Earned Value Management".
    """

    date: date
    bac: Decimal
    pv: Decimal
    ev: Decimal
    ac: Decimal
    cv: Decimal
    sv: Decimal
    cpi: Decimal | None
    spi: Decimal | None
    eac: Decimal | None
    eac_one_off: Decimal | None
    etc: Decimal | None
    vac: Decimal | None
    tcpi: Decimal | None


def day_by(histogram: Mapping[date, int], share: float) -> date:
    """The first day by which at least this share (0 to 1) of the runs is done."""
    wanted, done = share * sum(histogram.values()), 0
    for day in sorted(histogram):
        done += histogram[day]
        if done >= wanted:
            return day
    raise ValueError("Nothing was counted.")


def share_by(histogram: Mapping[date, int], day: date) -> float:
    """Which share (0 to 1) of the runs is done by a day."""
    return sum(count for counted, count in histogram.items() if counted <= day) / sum(histogram.values())
