"""How the benchmarks measure: whole processes side by side in one run, their medians, ratios and memory."""

from __future__ import annotations

import gc
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ECOMPM = str(Path(sys.executable).with_name("ecompm"))
MKDOCS = str(Path(sys.executable).with_name("mkdocs"))

_UNSET = {"PYTHONDONTWRITEBYTECODE", "SOURCE_DATE_EPOCH"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name not in _UNSET} | {
    "NO_MKDOCS_2_WARNING": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a process and its children: seconds by the clock and of processor time, and the most memory (MB)."""

    wall: float
    cpu: float
    memory: float


@dataclass(frozen=True, slots=True)
class Work:
    """A process to measure. `accept` are the exit statuses that are right for it."""

    command: Sequence[str]
    folder: Path
    accept: Sequence[int] = (0,)
    stdin: Path | None = None


def run(work: Work) -> Run:
    """Run a process to its end; a wrong exit status ends the benchmark, for a fast failure is no result."""
    with tempfile.TemporaryFile() as errors, Path(work.stdin or os.devnull).open("rb") as given:
        start = time.perf_counter()
        process = subprocess.Popen(
            work.command, cwd=work.folder, env=ENVIRONMENT, stdin=given, stdout=subprocess.DEVNULL, stderr=errors
        )
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in work.accept:
            errors.seek(0)
            sys.exit(f"{' '.join(work.command)} ended with {process.returncode}:\n{errors.read().decode()[-2000:]}")
    return Run(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median(runs: Sequence[Run]) -> Run:
    """The median of each figure."""
    return Run(*(statistics.median(values) for values in zip(*((r.wall, r.cpu, r.memory) for r in runs), strict=True)))


def side_by_side(works: Mapping[str, Work], runs: int) -> dict[str, Run]:
    """Each process `runs` times, in turns, so that whatever else the machine does meets all of them."""
    found: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            found[name].append(run(work))
    return {name: median(each) for name, each in found.items()}


def in_turns(works: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Run]:
    """Each function `runs` times, in turns, in this process; the time of its children counts too, memory does not."""
    found: dict[str, list[Run]] = {name: [] for name in works}
    for _ in range(runs):
        for name, work in works.items():
            gc.collect()
            start, used = time.perf_counter(), _used()
            work()
            found[name].append(Run(time.perf_counter() - start, _used() - used, 0.0))
    return {name: median(each) for name, each in found.items()}


def _used() -> float:
    """Seconds of processor time of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def table(title: str, found: Mapping[str, Run], reference: str = "") -> None:
    """Print the figures; with a `reference`, how many times as long as it each of them takes."""
    print(f"{title}\n  {'':44} {'wall':>8} {'cpu':>8} {'memory':>9}" + (f" {'ratio':>7}" if reference else ""))
    for name, one in found.items():
        ratio = f" {one.cpu / found[reference].cpu:6.2f}x" if reference else ""
        print(f"  {name:44} {one.wall:6.2f} s {one.cpu:6.2f} s {one.memory:6.0f} MB{ratio}")
