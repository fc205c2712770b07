"""The project as every engine sees it: the state that was read, and what was computed from it. Views only read this."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.forecast import EarnedValue, Simulation
from mkdocs_ecompm.model.history import History
from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.model.state import State


@dataclass(frozen=True)
class Project:
    """The whole project on one day. `findings` holds those of reading, of every rule and of every engine, sorted."""

    state: State
    as_of: date
    schedule: Schedule | None = None
    signoffs: Signoffs = field(default_factory=Signoffs)
    history: History = field(default_factory=History)
    simulation: Simulation | None = None
    earned_value: tuple[EarnedValue, ...] = ()
    """Of each report up to `as_of`, oldest first."""
    duties: tuple[Duty, ...] = ()
    findings: tuple[Finding, ...] = ()
