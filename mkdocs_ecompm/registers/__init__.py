"""Floor 3: one module an artefact. Adding a register means a module here and one line in `REGISTERS`."""

from __future__ import annotations

from typing import Final

from mkdocs_ecompm.model.register import Register
from mkdocs_ecompm.registers import (
    asks,
    budget,
    charter,
    kpis,
    obligations,
    people,
    project,
    raci,
    risks,
    signoffs,
    timeline,
)

REGISTERS: Final[tuple[Register, ...]] = (
    project.REGISTER,
    people.REGISTER,
    charter.REGISTER,
    raci.REGISTER,
    obligations.REGISTER,
    signoffs.REGISTER,
    asks.REGISTER,
    timeline.REGISTER,
    budget.REGISTER,
    kpis.REGISTER,
    risks.REGISTER,
)
DOCUMENTS: Final = {register.name: register.document for register in REGISTERS}
