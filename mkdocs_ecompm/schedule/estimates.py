"""Three-point estimates by the formulas of PERT (Malcolm and others 1959): the mean of a task, the spread of a path."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from math import sqrt

from msgspec import Struct


class Estimate(Struct, frozen=True):
    """How long a task takes at best, most likely and at worst, in working days."""

    optimistic: Decimal
    likely: Decimal
    pessimistic: Decimal

    @property
    def mean(self) -> Decimal:
        """(O + 4M + P) / 6."""
        return (self.optimistic + 4 * self.likely + self.pessimistic) / 6

    @property
    def sigma(self) -> Decimal:
        """The standard deviation, (P - O) / 6."""
        return (self.pessimistic - self.optimistic) / 6

    @property
    def in_order(self) -> bool:
        """Whether it rises from optimistic over likely to pessimistic."""
        return self.optimistic <= self.likely <= self.pessimistic


class PathEstimate(Struct, frozen=True):
    """How long a path of tasks takes on average, in working days, and its standard deviation."""

    mean: float
    sigma: float


def path_estimate(tasks: Iterable[tuple[Decimal, Estimate | None, Decimal]]) -> PathEstimate:
    """The work that is left on a path: means add up, and so do the squares of the deviations.

    Args:
        tasks: Duration, estimate (None for a duration that is certain) and progress in per cent of each task. What is
            left of a task has what is left of its mean and of its deviation.
    """
    mean, variance = 0.0, 0.0
    for duration, estimate, progress in tasks:
        left = float(100 - min(progress, Decimal(100))) / 100
        mean += float(estimate.mean if estimate else duration) * left
        variance += (float(estimate.sigma) * left) ** 2 if estimate else 0.0
    return PathEstimate(mean, sqrt(variance))
