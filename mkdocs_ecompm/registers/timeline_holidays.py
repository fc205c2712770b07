"""Public holidays of a country, where the `calendar` extra is installed."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from importlib import import_module

YEARS = 12
"""So many years from the one before the project's start are looked up; plans do not run longer."""


@lru_cache(maxsize=8)
def public_holidays(country: str, start: int) -> tuple[date, ...] | None:
    """The holidays of a country (`DE`) or a part of it (`DE-HH`) around a project that begins in the year `start`.

    None if they are not known: the extra is not installed, or does not know the place.
    """
    name, _, part = country.strip().upper().partition("-")
    try:
        found = import_module("holidays").country_holidays(
            name, subdiv=part or None, years=range(start - 1, start + YEARS)
        )
    except (ImportError, NotImplementedError):
        return None
    return tuple(sorted(found))
