"""Earned value: published figures, and the formulas as properties."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.schedule.earned_value import earned_value

DAY = date(2026, 5, 31)
AMOUNTS = st.decimals(0, 10**9, places=2)


def of(*figures: str | int) -> dict[str, Decimal | None]:
    found = earned_value(DAY, *(Decimal(figure) for figure in figures))
    assert found.date == DAY
    return {name: getattr(found, name) for name in found.__slots__ if name != "date"}


def test_a_textbook_project() -> None:
    # BAC 100,000; after half of the time half was planned, 40 % is done for 60,000: CPI 2/3, EAC 150,000.
    assert of(100_000, 50_000, 40_000, 60_000) == {
        "bac": 100_000,
        "pv": 50_000,
        "ev": 40_000,
        "ac": 60_000,
        "cv": -20_000,
        "sv": -10_000,
        "cpi": Decimal(2) / 3,
        "spi": Decimal("0.8"),
        "eac": 150_000,
        "eac_one_off": 120_000,
        "etc": 90_000,
        "vac": -50_000,
        "tcpi": Decimal("1.5"),
    }


def test_cents_stay_exact() -> None:
    found = of("0.30", "0.20", "0.10", "0.10")
    assert found["sv"] == Decimal("-0.10")
    assert found["eac"] == Decimal("0.30")


@pytest.mark.parametrize(
    ("figures", "undefined"),
    [
        ((100, 50, 40, 0), {"cpi", "eac", "etc", "vac"}),  # nothing was paid
        ((100, 50, 0, 60), {"eac", "etc", "vac"}),  # nothing is done: CPI is 0
        ((100, 0, 40, 60), {"spi"}),  # nothing was planned
        ((100, 50, 40, 100), {"tcpi"}),  # all of the money is gone
        ((0, 0, 0, 0), {"cpi", "spi", "eac", "etc", "vac", "tcpi"}),
        ((100, 50, 40, 60), set()),
    ],
)
def test_what_is_divided_by_nothing_is_undefined(figures: tuple[int, ...], undefined: set[str]) -> None:
    assert {name for name, value in of(*figures).items() if value is None} == undefined


@given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
def test_the_formulas(bac: Decimal, pv: Decimal, ev: Decimal, ac: Decimal) -> None:
    found = earned_value(DAY, bac, pv, ev, ac)
    assert (found.bac, found.pv, found.ev, found.ac) == (bac, pv, ev, ac)
    assert (found.cv, found.sv, found.eac_one_off) == (ev - ac, ev - pv, ac + bac - ev)
    assert found.cpi == (ev / ac if ac else None)
    assert found.spi == (ev / pv if pv else None)
    assert found.tcpi == ((bac - ev) / (bac - ac) if bac != ac else None)
    if found.cpi and found.eac is not None and found.etc is not None and found.vac is not None:
        assert abs(found.eac * found.cpi - bac) <= bac * Decimal("1e-20")  # EAC = BAC / CPI
        assert found.etc == found.eac - ac
        assert found.vac == bac - found.eac
    else:
        assert (found.eac, found.etc, found.vac) == (None, None, None)
