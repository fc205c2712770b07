"""Floor 6: the simulation of a plan, kept on disk: it takes longer than anything else about the plan.

It is arithmetic, and decides nothing. What is kept serves the very same plan alone, as this version plays it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.kept import Kept, is_ours, program
from mkdocs_ecompm.model.forecast import Simulation
from mkdocs_ecompm.registers.timeline_plan import Play, Remember


def remembering(
    folder: Path, repository: Repository, commit: str, project: str, *, keep: bool = True
) -> Remember | None:
    """What remembers the simulation of a project in a folder of the cache; None if that folder is not ours.

    Without `keep` it only recalls what an earlier run kept, and writes nothing.
    """
    if not is_ours(folder, repository, commit):
        return None
    file = folder / f"simulation-{hashlib.sha256(project.encode()).hexdigest()[:16]}.json"

    def remember(plan: str, play: Play) -> Simulation | None:
        from importlib.metadata import version  # noqa: PLC0415  # slow to import

        kept = Kept(file, json.dumps([program(), version("numpy"), plan]))
        found = _simulation(kept.load())
        if found is None:
            found = play()
            if found is not None and keep:
                kept.save(_plain(found))
        return found

    return remember


def _plain(found: Simulation) -> dict[str, Any]:
    return {
        "runs": found.runs,
        "seed": found.seed,
        "days": [day.isoformat() for day in (found.p50, found.p80, found.p95)],
        "histogram": _plain_counts(found.histogram),
        "criticality": dict(found.criticality),
        "milestones": {name: _plain_counts(counts) for name, counts in found.milestones.items()},
    }


def _plain_counts(counts: Mapping[date, int]) -> dict[str, int]:
    return {day.isoformat(): count for day, count in counts.items()}


def _simulation(plain: Any) -> Simulation | None:
    """The simulation from JSON; None if it is not as it was written."""
    try:
        p50, p80, p95 = map(date.fromisoformat, plain["days"])
        return Simulation(
            runs=int(plain["runs"]),
            seed=int(plain["seed"]),
            p50=p50,
            p80=p80,
            p95=p95,
            histogram=_counts(plain["histogram"]),
            criticality={name: float(share) for name, share in plain["criticality"].items()},
            milestones={name: _counts(counts) for name, counts in plain["milestones"].items()},
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _counts(plain: Mapping[str, int]) -> dict[date, int]:
    return {date.fromisoformat(day): int(count) for day, count in plain.items()}
