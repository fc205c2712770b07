"""Floor 3: one module an artefact. Adding a register means a module here and one line in `REGISTERS`."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from mkdocs_ecompm.model.register import Register
from mkdocs_ecompm.registers import (
    asks,
    charter,
    charter_views,
    obligations,
    obligations_views,
    people,
    people_views,
    project,
    raci,
    raci_views,
    risks,
    risks_views,
    signoffs,
    timeline,
)

REGISTERS: Final[tuple[Register, ...]] = (
    project.REGISTER,
    replace(people.REGISTER, views=people_views.views),
    replace(charter.REGISTER, views=charter_views.views),
    replace(raci.REGISTER, views=raci_views.views),
    replace(obligations.REGISTER, views=obligations_views.views),
    signoffs.REGISTER,
    asks.REGISTER,
    timeline.REGISTER,
    replace(risks.REGISTER, views=risks_views.views),
)
DOCUMENTS: Final = {register.name: register.document for register in REGISTERS}
