"""The constraints of the run on the oldest dependencies are the lower bounds that pyproject.toml promises."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.version import Version


def test_constraints_are_the_lower_bounds(checkout: Path) -> None:
    project = tomllib.loads((checkout / "pyproject.toml").read_text("utf-8"))["project"]
    promised = {}
    for text in project["dependencies"]:
        requirement = Requirement(text)
        bound = next(item.version for item in requirement.specifier if item.operator == ">=")
        promised[requirement.name.lower()] = Version(bound)
    lines = (checkout / ".ci" / "oldest.txt").read_text("utf-8").splitlines()
    tested = {
        name.lower(): Version(version)
        for name, version in (line.split("==") for line in lines if not line.startswith("#"))
    }
    assert tested == promised
