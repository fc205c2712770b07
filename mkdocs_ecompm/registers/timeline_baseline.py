"""The baseline that is drawn beside the forecast: the latest plan that somebody fixed by signing it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from mkdocs_ecompm.model.history import Baseline
from mkdocs_ecompm.model.project import Project


def baseline(project: Project) -> Baseline | None:
    """The latest one up to the day of the look, or None."""
    known = [found for found in project.history.baselines if found.day <= project.as_of and found.dates]
    return max(known, key=lambda found: found.day, default=None)


def days_in(found: Baseline | None) -> Mapping[str, tuple[date, date]]:
    """The days of everything in a baseline, by casefolded id."""
    return {name.casefold(): days for name, days in found.dates.items()} if found else {}
