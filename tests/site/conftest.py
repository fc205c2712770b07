"""Small projects for the tests of pages: YAML in, a project out, with agreements as a test wants them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from textwrap import dedent

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Signoffs
from mkdocs_ecompm.registers import DOCUMENTS, REGISTERS
from mkdocs_ecompm.registers.timeline import schedule

TODAY = date(2026, 5, 25)  # a Monday

PEOPLE = """
    people:
      - {id: eva, name: Eva Brandt, department: board, roles: [{role: sponsor, from: 2026-01-01}]}
      - {id: mia, name: Mia Köster, department: marketing}
      - {id: tom, name: Tom Reiter, department: marketing}
      - {id: jan, name: Jan Peters, department: it}
      - {id: karl, name: Karl Gone, active: no}
    departments:
      - {id: board, name: Management, head: eva}
      - {id: marketing, name: Marketing, head: mia, signatories: [tom]}
      - {id: it, name: IT, head: jan}
    roles:
      - {id: sponsor, name: Sponsor}
    deputies:
      - {for: mia, by: tom, from: 2026-05-20, to: 2026-06-07}
"""

Make = Callable[..., Project]


@pytest.fixture
def make() -> Make:
    """A project from the texts of its registers; people.yml and project.yml are there unless given, or `bare`."""

    def build(*, answer: Signoffs | None = None, as_of: date = TODAY, bare: bool = False, **registers: str) -> Project:
        usual = {"people": PEOPLE, "project": "{id: hafen, name: Hafen Outdoor, currency: EUR}"}
        texts = registers if bare else usual | registers
        files = MemoryFiles({f"{name}.yml": dedent(text).encode() for name, text in texts.items()}, "project/")
        state = load_state(files, DOCUMENTS)
        plan = schedule(state, as_of) if "timeline" in state.contents else None
        project = Project(state, as_of, schedule=plan, signoffs=answer or Signoffs())
        duties = tuple(duty for register in REGISTERS for duty in register.duties(project))
        found = tuple(item for register in REGISTERS for item in register.check(project))
        return replace(project, duties=duties, findings=(*state.findings, *found))

    return build
