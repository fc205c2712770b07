"""The house itself: imports go down only, no forbidden names, one importer of yaml and of GitPython."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "mkdocs_ecompm"
FLOORS = {
    "": 0,  # __init__ (the version) and the two lookups below import nothing of the house
    "templates": 0,
    "language": 0,
    "clock": 0,
    "model": 1,
    "load": 2,
    "git": 2,
    "signatures": 2,
    "schedule": 2,
    "registers": 3,
    "crosschecks": 4,
    "history": 4,
    "comparison": 4,
    "signoff": 5,
    "setting": 6,
    "judging": 6,
    "moments": 6,
    "proposal": 6,
    "periods": 6,
    "forecast": 6,
    "assembly": 6,
    "site": 7,
    "plugin": 8,
    "plugin_options": 8,
    "plugin_pages": 8,
    "markdown_extension": 8,
    "cli": 8,
    "__main__": 8,
}
MODULES = sorted(PACKAGE.rglob("*.py"))
ONLY_IMPORTER = {"yaml": {"load"}, "git": {"git"}, "mkdocs": {"plugin", "plugin_options", "plugin_pages", "cli"}}


def room(module: Path) -> str:
    first = module.relative_to(PACKAGE).parts[0].removesuffix(".py")
    return "" if first == "__init__" else first


def imports(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_every_room_stands_on_a_floor() -> None:
    assert {room(module) for module in MODULES} <= set(FLOORS)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_only(module: Path) -> None:
    here = room(module)
    for name in imports(module):
        parts = name.split(".")
        if parts[0] != "mkdocs_ecompm":
            owners = ONLY_IMPORTER.get(parts[0], {here})
            assert here in owners, f"only {', '.join(owners)} imports {parts[0]}"
            continue
        there = parts[1] if len(parts) > 1 and parts[1] in FLOORS else ""
        assert FLOORS[there] <= FLOORS[here], f"{here} (floor {FLOORS[here]}) imports {there} (floor {FLOORS[there]})"


def test_no_cycle_of_modules() -> None:
    names = {".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts): path for path in MODULES}
    names = {name.removesuffix(".__init__"): path for name, path in names.items()}
    graph = {
        name: {found for found in imports(path) if found in names and found != name} for name, path in names.items()
    }
    # a package's __init__ that gathers its modules is imported by them only as a name, never for its content
    order = TopologicalSorter({name: found - {name.rpartition(".")[0]} for name, found in graph.items()})
    order.prepare()


def register_of(stem: str) -> str:
    """`risks_views` and `risks_heatmap` are more rooms of the register `risks`."""
    return stem.partition("_")[0]


def test_registers_never_import_each_other() -> None:
    for module in sorted((PACKAGE / "registers").glob("[!_]*.py")):
        for name in imports(module):
            parts = name.split(".")
            if parts[:2] == ["mkdocs_ecompm", "registers"] and len(parts) > 2:
                assert register_of(parts[2]) == register_of(module.stem), f"{module.stem} imports {name}"


def imported_by(name: str) -> set[str]:
    program = f"import sys, {name}; print(*sys.modules)"
    return set(
        subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    )


def test_the_pages_of_registers_are_imported_only_when_they_are_made() -> None:
    found = imported_by("mkdocs_ecompm.assembly")
    assert "mkdocs_ecompm.registers.risks" in found
    assert not {name for name in found if name.endswith(("_views", "_chart", "_gantt", "_heatmap"))}


def test_a_command_imports_no_more_than_it_needs() -> None:
    assert not imported_by("mkdocs_ecompm.cli.digest") & {"mkdocs_ecompm.signoff", "cryptography", "mkdocs", "babel"}
    assert not imported_by("mkdocs_ecompm.cli.signatures") & {"pydantic", "yaml", "cryptography", "mkdocs"}
    assert not imported_by("mkdocs_ecompm.cli.signoffs") & {"mkdocs_ecompm.comparison", "mkdocs_ecompm.forecast"}


def test_no_room_without_a_subject() -> None:
    names = {module.stem for module in MODULES}
    assert not names & {"utils", "util", "helpers", "helper", "common", "manager", "misc"}


def test_the_rule_finds_what_it_forbids(tmp_path: Path) -> None:
    module = tmp_path / "bad.py"
    module.write_text("import yaml\nfrom mkdocs_ecompm.site.pages import render\n", "utf-8")
    assert list(imports(module)) == ["yaml", "mkdocs_ecompm.site.pages", "mkdocs_ecompm.site.pages.render"]
    assert not FLOORS["site"] < FLOORS["model"]
