"""The project as every engine sees it: the state that was read, and what was computed from it. Views only read this."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from msgspec import Struct, field

from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.forecast import EarnedValue, Simulation
from mkdocs_ecompm.model.history import History
from mkdocs_ecompm.model.schedule import Schedule
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.model.state import State


def not_simulated() -> Simulation | None:
    """The simulation of a project in which nothing is uncertain."""
    return None


class Project(Struct, frozen=True):
    """The whole project on one day. `findings` holds those of reading, of every rule and of every engine, sorted."""

    state: State
    as_of: date
    schedule: Schedule | None = None
    signoffs: Signoffs = field(default_factory=Signoffs)
    history: History = field(default_factory=History)
    simulate: Callable[[], Simulation | None] = not_simulated
    """Makes the simulation when a page asks for it, once: it needs a heavy library that other commands do without."""
    earned_value: tuple[EarnedValue, ...] = ()
    """Of each report up to `as_of`, oldest first."""
    duties: tuple[Duty, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def simulation(self) -> Simulation | None:
        """The plan played through many times; None if no open task has an estimate, or numpy is not installed."""
        return self.simulate()
