"""Earned value: what the work done so far was planned to cost, against what it did cost and what was to be done.

The formulas are those of PMI's "Practice Standard for Earned Value Management". Figures are exact decimals and never
rounded; what would be divided by 0 is undefined.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from mkdocs_ecompm.model.forecast import EarnedValue


def earned_value(day: date, bac: Decimal, pv: Decimal, ev: Decimal, ac: Decimal) -> EarnedValue:
    """Every figure that follows from a report.

    Args:
        day: The day of the report.
        bac: Budget at completion: what all of the work was planned to cost.
        pv: Planned value: what the work that should be done by now was planned to cost.
        ev: Earned value: what the work that is done was planned to cost.
        ac: Actual cost: what the work that is done did cost.
    """
    cpi, spi = _quotient(ev, ac), _quotient(ev, pv)
    # BAC / CPI, without rounding CPI in between; undefined as that is
    eac = None if cpi is None else _quotient(bac * ac, ev)
    return EarnedValue(
        date=day,
        bac=bac,
        pv=pv,
        ev=ev,
        ac=ac,
        cv=ev - ac,
        sv=ev - pv,
        cpi=cpi,
        spi=spi,
        eac=eac,
        eac_one_off=ac + bac - ev,
        etc=None if eac is None else eac - ac,
        vac=None if eac is None else bac - eac,
        tcpi=_quotient(bac - ev, bac - ac),
    )


def _quotient(amount: Decimal, divisor: Decimal) -> Decimal | None:
    return amount / divisor if divisor else None
