"""What the plan and the money come to: the simulated finish and earned value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Simulation:
    """The finish of many simulated plans. `p50` is the day by which half of them are done.

    `histogram` counts runs by the day of their finish, `criticality` says how often (0 to 1) each task was critical.
    """

    runs: int
    seed: int
    p50: date
    p80: date
    p95: date
    histogram: Mapping[date, int] = field(default_factory=dict)
    criticality: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EarnedValue:
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
