"""Random durations from three-point estimates: a triangle, or the beta distribution of PERT.

One random number from 0 to 1 makes one duration, by the inverse of the distribution, so that a seed gives the same
durations everywhere. Needs numpy, and is imported only by the simulation.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mkdocs_ecompm.schedule.estimates import Estimate

Floats: TypeAlias = NDArray[np.float32]
Quantile: TypeAlias = Callable[[Floats], Floats]
"""From the share of durations that are shorter, 0 to 1, to where a duration lies between best (0) and worst (1)."""

DISTRIBUTIONS: Final = ("pert", "triangular")
STEPS: Final = 1024
"""Steps of a table of quantiles; between two of them it is a straight line."""
_GRID: Final = 4096
_GRID_EDGES: Final = np.linspace(0.0, 1.0, _GRID + 1)


def durations(estimates: Sequence[Estimate], distribution: str) -> Callable[[Floats], Floats]:
    """A function from random numbers (a row an estimate, a column a run) to durations in working days."""
    make: Callable[[float], Quantile] = pert if distribution == "pert" else triangular
    quantiles = [make(_mode(estimate)) for estimate in estimates]
    best = np.array([[float(one.optimistic)] for one in estimates], np.float32)
    width = np.array([[float(one.pessimistic - one.optimistic)] for one in estimates], np.float32)

    def sample(shares: Floats) -> Floats:
        found = np.empty_like(shares)
        for row, (quantile, share) in enumerate(zip(quantiles, shares, strict=True)):
            found[row] = quantile(share)
        found *= width
        found += best
        return found

    return sample


def _mode(estimate: Estimate) -> float:
    """Where the likely duration lies between the best (0) and the worst (1)."""
    width = estimate.pessimistic - estimate.optimistic
    return float((estimate.likely - estimate.optimistic) / width) if width else 0.0


def triangular(mode: float) -> Quantile:
    """The triangle over [0, 1] with its tip at `mode`."""

    def quantile(share: Floats) -> Floats:
        rising = np.sqrt(share * np.float32(mode))
        falling = 1 - np.sqrt((1 - share) * np.float32(1 - mode))
        found: Floats = np.where(share < mode, rising, falling)
        return found

    return quantile


@lru_cache(maxsize=1024)
def pert(mode: float) -> Quantile:
    """The beta distribution over [0, 1] whose mean is (0 + 4 mode + 1) / 6: alpha + beta = 6, as PERT assumes."""
    middles = _GRID_EDGES[:-1] + 0.5 / _GRID
    density = middles ** (4 * mode) * (1 - middles) ** (4 * (1 - mode))
    below = np.concatenate(([0.0], np.cumsum(density)))
    table = np.interp(np.linspace(0.0, 1.0, STEPS + 1), below / below[-1], _GRID_EDGES).astype(np.float32)
    slope = np.diff(table)

    def quantile(share: Floats) -> Floats:
        place = share * np.float32(STEPS)
        step = place.astype(np.int16)  # never STEPS itself: a share is less than 1, and STEPS a power of two
        place -= step
        place *= slope.take(step)
        place += table.take(step)
        return place

    return quantile
