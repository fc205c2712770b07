"""PERT: mean and deviation of a task and of a path."""

from __future__ import annotations

from decimal import Decimal

import pytest

from mkdocs_ecompm.schedule.estimates import Estimate, path_estimate


def estimate(*days: float) -> Estimate:
    return Estimate(*(Decimal(str(day)) for day in days))


def test_a_task() -> None:
    found = estimate(3, 5, 13)
    assert found.mean == 6
    assert found.sigma == Decimal(10) / 6


def test_order() -> None:
    assert estimate(3, 3, 3).in_order
    assert not estimate(3, 2, 5).in_order
    assert not estimate(3, 6, 5).in_order


def test_the_variances_of_a_path_add_up() -> None:
    # deviations of 3 and 4 give 5; a task that is certain adds its days alone
    found = path_estimate(
        [(Decimal(20), estimate(11, 20, 29), Decimal(0)), (Decimal(20), estimate(8, 20, 32), Decimal(0))]
    )
    assert (found.mean, found.sigma) == (40, 5)
    certain = path_estimate([(Decimal(7), None, Decimal(0))])
    assert (certain.mean, certain.sigma) == (7, 0)


def test_what_is_done_is_certain() -> None:
    found = path_estimate([(Decimal(20), estimate(11, 20, 29), Decimal(50)), (Decimal(4), None, Decimal(25))])
    assert found.mean == pytest.approx(13)
    assert found.sigma == pytest.approx(1.5)
    over = path_estimate([(Decimal(20), estimate(11, 20, 29), Decimal(100))])
    assert (over.mean, over.sigma) == (0, 0)
