"""A shop with agreements that hold, and branches of it that somebody wants to merge."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from repositories import SigningKey, TestRepository

KEYS = {name: SigningKey.make(name) for name in ("ana", "ben", "mia", "lea", "tom", "collector", "mallory")}


def _key(name: str) -> str:
    return f'    keys:\n      - ssh: "{KEYS[name].line}"\n'


PEOPLE = f"""\
trust:
  admins:
    - ana
    - ben
  quorum: 2
  attestors:
    - collector
people:
  - id: ana
    name: Ana Ruiz
    roles:
      - role: sponsor
{_key("ana")}\
  - id: ben
    name: Ben Okafor
    roles:
      - role: project-manager
{_key("ben")}\
  - id: mia
    name: Mia Köster
    department: marketing
    accounts:
      - host: github.com
        id: 4711
        login: mia-k
{_key("mia")}\
  - id: lea
    name: Lea Winter
    department: finance
    accounts:
      - host: github.com
        id: 4712
        login: lea-w
{_key("lea")}\
  - id: tom
    name: Tom Berg
    department: marketing
  - id: collector
    name: The recorder
    kind: machine
{_key("collector")}\
departments:
  - id: marketing
    name: Marketing
    head: mia
  - id: finance
    name: Finance
    head: lea
roles:
  - id: sponsor
    name: Sponsor
  - id: project-manager
    name: Project manager
deputies:
  - for: mia
    by: tom
    from: 2026-03-01
    to: 2026-03-31
"""
SIGNOFFS = """\
signoffs:
  - artifact: charter
    approvers:
      - sponsor
      - marketing
      - finance
    due: 2026-03-20
  - artifact: raci/delivery
    approvers:
      - sponsor
      - marketing
  - artifact: obligations/*
    approvers:
      - party
  - artifact: risks
    approvers:
      - sponsor
    renew: gate
  - artifact: timeline/G1
    approvers:
      - sponsor
  - artifact: timeline/G2
    approvers:
      - sponsor
    due: G2
"""
CHARTER = """\
problem: The old shop cannot be mended any more
objectives:
  - id: OB-1
    statement: Sell more to those who come back
    metric: revenue with known customers
    target: 10 %
    due: 2026-12-01
budget:
  approved: 120000
"""
RACI = """\
matrices:
  - id: delivery
    name: Delivery
    activities:
      - id: A-1
        name: Product texts
        responsible: [mia]
        accountable: [mia]
      - id: A-2
        name: Payment
        responsible: [ben]
        accountable: [ben]
"""
OBLIGATIONS = """\
obligations:
  - id: O-1
    party: marketing
    what: Texts of the 400 best sellers
    due: 2026-06-30
    process:
      - Mia writes, Ben loads them
    accepted_by: ben
    needed_for:
      - M10
"""
RISKS = """\
risks:
  - id: R-4
    title: Lost rankings after the move
    kind: threat
    likelihood: 3
    impact: 5
    owner: mia
    status: open
    actions:
      - what: Redirects
        owner: ben
        due: 2026-08-01
"""
TIMELINE = """\
phases:
  - id: P1
    name: Concept
    start: 2026-01-05
    end: 2026-04-10
  - id: P2
    name: Build
    start: 2026-04-13
    end: 2026-10-06
gates:
  - id: G1
    name: Go for the concept
    date: 2026-02-20
    opens: P1
    requires: [charter]
    decision: go
    decided_on: 2026-02-20
  - id: G2
    name: Concept agreed
    date: 2026-04-10
    closes: P1
    opens: P2
    requires: [charter, raci/delivery]
milestones:
  - id: M10
    name: Go-live
    date: 2026-10-06
    after: [T-2]
tasks:
  - id: T-1
    name: Concept
    phase: P1
    duration: 60d
  - id: T-2
    name: Build
    phase: P2
    duration: 120d
    after: [T-1]
"""
FILES = {
    "project/project.yml": "id: shop\nname: The new shop\nstart: 2026-01-05\n",
    "project/people.yml": PEOPLE,
    "project/signoffs.yml": SIGNOFFS,
    "project/charter.yml": CHARTER,
    "project/raci.yml": RACI,
    "project/obligations.yml": OBLIGATIONS,
    "project/risks.yml": RISKS,
    "project/timeline.yml": TIMELINE,
}


class Shop:
    """The repository: `main` with its agreements, and a branch `topic` that leaves it there."""

    def __init__(self, folder: Path) -> None:
        self.repository = TestRepository.create(folder)
        self.repository.commit("Begin", files=FILES, key=KEYS["ana"], when="2026-02-16T09:00:00Z")
        for name, when, lines in (
            ("ana", "2026-02-17T10:00:00Z", ["charter", "raci/delivery", "risks", "timeline/G1"]),
            ("mia", "2026-02-18T10:00:00Z", ["charter", "raci/delivery", "obligations/marketing"]),
            ("lea", "2026-02-19T10:00:00Z", ["charter"]),
        ):
            said = "\n".join(f"Signoff: approve {line}" for line in lines)
            self.repository.commit(f"I agree\n\n{said}", key=KEYS[name], when=when)
        self.repository.point("refs/heads/topic", self.main)

    @property
    def main(self) -> str:
        """The tip of main."""
        return self.repository.tip("main") or ""

    @property
    def topic(self) -> str:
        """The tip of the branch."""
        return self.repository.tip("topic") or ""

    def change(
        self,
        files: Mapping[str, str | bytes | None],
        message: str = "A change",
        *,
        who: str | None = None,
        branch: str = "topic",
        when: str = "2026-03-04T10:00:00Z",
    ) -> str:
        """A commit on the branch."""
        return self.repository.commit(message, files=files, key=KEYS[who] if who else None, branch=branch, when=when)


def edited(text: str, *changes: tuple[str, str]) -> str:
    """A text with some words replaced, each of which it must have."""
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text
