"""A simulated plan, against the same in plain Python on the same machine in the same run.

python benchmarks/simulation.py                        # 10,000 runs of 1,000 tasks, twice for numpy, in part for Python
python benchmarks/simulation.py --plain-runs 10000     # every run in plain Python too

Every task has an estimate. Both draw the durations, compute the early finish of each run and, in ours, also which
tasks are critical in it. Plain Python does a share of the runs, and its time is multiplied: its runs are all alike.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from mkdocs_ecompm.schedule.activity import Activity, Dependency
from mkdocs_ecompm.schedule.calendar import Calendar
from mkdocs_ecompm.schedule.estimates import Estimate

CALENDAR = Calendar(date(2026, 1, 5))


def plan(tasks: int) -> list[Activity]:
    """Two dependencies a task on average, on one of the hundred tasks before it."""
    chance = random.Random(1)
    found = []
    for number in range(tasks):
        after = {chance.randrange(max(0, number - 100), number) for _ in range(min(number, 2))}
        likely = chance.randrange(2, 20)
        estimate = Estimate(Decimal(likely) / 2, Decimal(likely), Decimal(likely * 2))
        waits = tuple(Dependency(f"T{before}") for before in sorted(after))
        found.append(Activity(f"T{number}", Decimal(likely), after=waits, estimate=estimate))
    return found


def in_plain_python(activities: list[Activity], runs: int, distribution: str) -> list[float]:
    """The finish of each run, as one writes it without numpy; a forward pass only."""
    chance = random.Random(1)
    numbers = {activity.id: number for number, activity in enumerate(activities)}
    befores = [[numbers[wait.on] for wait in activity.after] for activity in activities]
    three = [(float(e.optimistic), float(e.likely), float(e.pessimistic)) for a in activities if (e := a.estimate)]

    def triangular(best: float, likely: float, worst: float) -> float:
        return chance.triangular(best, worst, likely)

    def pert(best: float, likely: float, worst: float) -> float:
        mode = (likely - best) / (worst - best)
        return best + (worst - best) * chance.betavariate(1 + 4 * mode, 5 - 4 * mode)

    draw: Callable[[float, float, float], float] = triangular if distribution == "triangular" else pert
    found = []
    for _ in range(runs):
        finish: list[float] = []
        for before, (best, likely, worst) in zip(befores, three, strict=True):
            finish.append(max((finish[number] for number in before), default=0.0) + draw(best, likely, worst))
        found.append(max(finish))
    return found


def timed(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=1_000)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--plain-runs", type=int, default=1_000)
    given = parser.parse_args()
    activities = plan(given.tasks)
    asked = [sys.executable, "-c", "import numpy"]
    bare = min(timed(lambda: subprocess.run([sys.executable, "-c", ""], check=True)) for _ in range(3))
    with_numpy = min(timed(lambda: subprocess.run(asked, check=True)) for _ in range(3))
    from mkdocs_ecompm.schedule.simulation import Draw, simulate  # noqa: PLC0415  # its import is measured apart

    print(f"{given.runs:,} runs of {given.tasks:,} tasks; importing numpy takes {with_numpy - bare:.2f} s beside that")
    for distribution in ("triangular", "pert"):

        def ours(distribution: str = distribution) -> object:
            return simulate(activities, CALENDAR, draw=Draw(runs=given.runs, distribution=distribution))

        def plain(distribution: str = distribution) -> object:
            return in_plain_python(activities, given.plain_runs, distribution)

        fast = min(timed(ours) for _ in range(3))
        slow = timed(plain) * given.runs / given.plain_runs
        print(f"  {distribution:10}  plain Python {slow:6.2f} s   ours {fast:5.3f} s   {slow / fast:5.0f} times faster")


if __name__ == "__main__":
    main()
