"""Golden cases: each file in golden/ holds a project and what `check` says about it, to the column.

`pytest tests/test_golden.py --update-golden` writes what the code says now; read the difference before you commit it.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.catalogue import CATALOGUE
from mkdocs_ecompm.model.finding import Finding

FOLDER = Path(__file__).parent / "golden"
CASES = sorted(FOLDER.glob("*.yml"))


class _Literal(str):
    """A text that the golden file shows in block style."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Writes cases as a person would."""


_Dumper.add_representer(
    _Literal, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|")
)


def line(item: Finding) -> str:
    hint = f" ({' / '.join(item.hint.splitlines())})" if item.hint else ""
    return f"{item.source}: {item.severity}: {item.message} [{item.code}]{hint}"


def said(case: dict[str, Any], folder: Path) -> list[str]:
    for name, text in case["project"].items():
        path = folder / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    setting = Setting(folder=folder / "project", as_of=date.fromisoformat(case.get("as_of", "2026-05-25")))
    return [line(item) for item in assemble(setting).findings]


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_golden(path: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    case = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # BaseLoader builds texts only
    found = said(case, tmp_path)
    if request.config.getoption("--update-golden") and found != case["findings"]:
        case["findings"] = found
        case["project"] = {name: _Literal(text) for name, text in case["project"].items()}
        text = yaml.dump(case, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
        path.write_text(text, "utf-8")
    assert found == case["findings"]


def test_every_case_is_found() -> None:
    assert len(CASES) >= 15


def test_codes_in_the_cases_exist() -> None:
    for path in CASES:
        case = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506
        for text in case["findings"]:
            code = re.search(r" \[([a-z-]+)\](?: \(|$)", text)
            assert code, text
            assert code[1] in CATALOGUE
