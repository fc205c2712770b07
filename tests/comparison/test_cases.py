"""Golden comparisons: each file holds a project at two moments, and every fact that differs between them.

`pytest tests/comparison/test_cases.py --update-golden` writes what the code says now; read the difference before you
commit it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from mkdocs_ecompm.comparison.facts import compare
from mkdocs_ecompm.comparison.report import in_one_line
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.comparison import Fact
from mkdocs_ecompm.registers import DOCUMENTS, timeline

FOLDER = Path(__file__).parent / "cases"
CASES = sorted(FOLDER.glob("*.yml"))


def side(texts: Mapping[str, str], as_of: date) -> Side:
    files = MemoryFiles({name: text.encode() for name, text in texts.items()}, "project/")
    state = load_state(files, DOCUMENTS)
    plan = timeline.schedule(state, as_of) if state.has("timeline") else None
    return Side(state.contents, as_of, frozenset(state.unreadable), plan)


def sides(case: Mapping[str, Any]) -> tuple[Side, Side]:
    as_of = date.fromisoformat(case["as_of"])
    return side(case["was"], as_of), side(case["is"], as_of)


def line(fact: Fact) -> str:
    said = f"{fact.topic} {fact.kind} {fact.ref} {fact.tone}: {fact.sentence} [{fact.was} | {fact.is_}]"
    return f"{said} {fact.source}" if fact.source else said


def read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)  # noqa: S506  # texts only
    return found


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_every_fact(path: Path, request: pytest.FixtureRequest) -> None:
    case = read(path)
    facts = compare(*sides(case))
    found = {"facts": [line(fact) for fact in facts], "line": in_one_line(facts)}
    if request.config.getoption("--update-golden"):
        head = path.read_text("utf-8").partition("\nfacts:")[0]
        told = yaml.dump(found, sort_keys=False, allow_unicode=True, width=1000)
        path.write_text(f"{head}\n{told}", "utf-8")
    assert found == {"facts": case["facts"], "line": case["line"]}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_a_side_does_not_differ_from_itself(path: Path) -> None:
    for one in sides(read(path)):
        assert compare(one, one) == ()


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_two_sides_swapped_swap_what_was_and_what_is(path: Path) -> None:
    was, is_ = sides(read(path))
    there = Counter((fact.was, fact.is_) for fact in compare(was, is_))
    back = Counter((fact.is_, fact.was) for fact in compare(is_, was))
    assert there == back
