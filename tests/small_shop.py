"""What small shops of the tests are made of: departments that do everything, or Ana alone, who agreed to a charter."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from repositories import SigningKey, TestRepository

# Every business function has its department; the people, `mia` and `jan` among them, are for the test to add.
DEPARTMENTS_AND_ROLES = """\
departments:
  - id: marketing
    name: Marketing
    head: mia
    functions: [sales, marketing, customer service]
  - id: it
    name: IT
    head: jan
    functions: [operations, finance, technology, HR]
roles:
  - id: sponsor
    name: Sponsor
"""

ANA = SigningKey.make("ana")
_ANA_ALONE = (
    "trust: {admins: [ana]}\n"
    "people:\n"
    f'  - {{id: ana, name: Ana Ruiz, roles: [{{role: sponsor}}], keys: [{{ssh: "{ANA.line}"}}]}}\n'
    "roles: [{id: sponsor, name: Sponsor}]\n"
)


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files below a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def begin_shop(folder: Path, timeline: str) -> TestRepository:
    """The shop after Ana began it on 10 January 2026, with version 1 of the charter, and agreed to that in February."""
    made = TestRepository.create(folder)
    files = {
        "project/project.yml": "id: shop\nname: Shop\n",
        "project/people.yml": _ANA_ALONE,
        "project/signoffs.yml": "signoffs:\n  - {artifact: charter, approvers: [sponsor]}\n",
        "project/charter.yml": charter(1),
        "project/timeline.yml": timeline,
    }
    made.commit("Begin", files=files, key=ANA, when="2026-01-10T10:00:00Z")
    made.commit("Agree\n\nSignoff: approve charter", key=ANA, when="2026-02-10T10:00:00Z")
    return made


def charter(version: int) -> str:
    """The charter, of which nothing but the version ever changes."""
    return f"problem: Old\nversion: {version}\n"
