"""The critical path of random plans, against networkx on the same machine in the same run.

python benchmarks/schedule.py             # 5,000 and 100,000 tasks

Both get the network ready made (for networkx a DiGraph with the
durations and lags as attributes) and give early and late starts, floats and the critical tasks. A second figure is
the whole job: activities in, a Schedule with days and paths out.
"""

from __future__ import annotations

import argparse
import gc
import random
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import networkx as nx

from mkdocs_ecompm.schedule.activity import Activity, Dependency
from mkdocs_ecompm.schedule.calendar import Calendar
from mkdocs_ecompm.schedule.network import backward, forward
from mkdocs_ecompm.schedule.plan import network, schedule

CALENDAR = Calendar(date(2026, 1, 5))


def plan(tasks: int) -> list[Activity]:
    """Two dependencies a task on average, on one of the hundred tasks before it, a tenth of them with a lag."""
    chance = random.Random(1)
    found = []
    for number in range(tasks):
        after = {chance.randrange(max(0, number - 100), number) for _ in range(min(number, 2))}
        waits = tuple(Dependency(f"T{before}", "FS", Decimal(chance.random() < 0.1)) for before in sorted(after))
        found.append(Activity(f"T{number}", Decimal(chance.randrange(1, 20)), after=waits))
    return found


def graph(activities: list[Activity]) -> nx.DiGraph:
    found = nx.DiGraph()
    for activity in activities:
        found.add_node(activity.id, duration=float(activity.duration))
    for activity in activities:
        found.add_edges_from((wait.on, activity.id, {"lag": float(wait.lag)}) for wait in activity.after)
    return found


def by_networkx(found: nx.DiGraph) -> tuple[float, int]:
    """Both passes, as one writes them with networkx."""
    order = list(nx.topological_sort(found))
    duration = found.nodes(data="duration")
    early: dict[str, float] = {}
    for task in order:
        waits = (early[b] + duration[b] + data["lag"] for b, data in found.pred[task].items())
        early[task] = max(waits, default=0.0)
    finish = max(early[task] + duration[task] for task in order)
    late: dict[str, float] = {}
    free: dict[str, float] = {}
    for task in reversed(order):
        links = found.succ[task].items()
        late[task] = min((late[a] - data["lag"] for a, data in links), default=finish) - duration[task]
        end = early[task] + duration[task]
        free[task] = min((early[a] - data["lag"] for a, data in links), default=finish) - end
    return finish, sum(late[task] == early[task] for task in order)


def by_us(activities: list[Activity]) -> Callable[[], tuple[float, int]]:
    ready = network(activities, CALENDAR)
    links = ready.links()

    def run() -> tuple[float, int]:
        starts, order = forward(ready.earliest, links, ready.waits)
        finish = max(map(int.__add__, starts, ready.durations))
        late, _free = backward(order, starts, ready.durations, links, finish)
        return finish / 1_000_000, sum(map(int.__eq__, starts, late))

    return run


def best(work: Callable[[], object], repeat: int) -> float:
    """The shortest of several runs, in milliseconds."""
    found = []
    for _ in range(repeat):
        gc.collect()
        begin = time.perf_counter()
        work()
        found.append(time.perf_counter() - begin)
    return min(found) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", type=int, nargs="*", default=[5_000, 100_000])
    for tasks in parser.parse_args().tasks:
        activities = plan(tasks)
        found, ours = graph(activities), by_us(activities)
        if by_networkx(found) != ours():
            raise SystemExit("The two do not agree.")
        repeat = max(3, 100_000 // tasks)
        theirs_ms, ours_ms = best(lambda found=found: by_networkx(found), repeat), best(ours, repeat)
        whole = best(lambda activities=activities: schedule(activities, CALENDAR), max(3, repeat // 4))
        links = sum(len(activity.after) for activity in activities)
        print(
            f"{tasks:>7} tasks, {links} dependencies: networkx {theirs_ms:7.1f} ms, passes {ours_ms:6.1f} ms "
            f"({theirs_ms / ours_ms:.1f}x), whole schedule with days and paths {whole:7.1f} ms"
        )


if __name__ == "__main__":
    main()
