from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import Result
from jsonschema import Draft202012Validator, FormatChecker

from mkdocs_ecompm.cli.schema import schema_of
from mkdocs_ecompm.registers import DOCUMENTS

Run = Callable[..., Result]


class _EditorYaml(yaml.SafeLoader):
    """YAML 1.2 as editors read it: no dates, and `yes` is a text."""


_EditorYaml.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":bool", ":merge"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def complaints(register: str, text: str) -> list[str]:
    schema = schema_of(register, DOCUMENTS[register])
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    content = yaml.load(text, Loader=_EditorYaml)  # noqa: S506  # a SafeLoader
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(content)]


def test_each_register_gets_a_file(tmp_path: Path, ecompm: Run) -> None:
    answer = ecompm("schema", "--out", str(tmp_path / "schemas"))
    assert answer.exit_code == 0
    written = sorted((tmp_path / "schemas").iterdir())
    assert [path.name for path in written] == sorted(f"{name}.schema.json" for name in DOCUMENTS)
    for path in written:
        schema: dict[str, Any] = json.loads(path.read_text("utf-8"))
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        Draft202012Validator.check_schema(schema)


def test_without_a_folder_all_are_printed(ecompm: Run) -> None:
    assert list(json.loads(ecompm("schema").stdout)) == list(DOCUMENTS)


RISK = """
risks:
  - id: 010
    title: 2026
    kind: threat
    likelihood: "3"
    impact: 4
    owner: mia
    status: open
    trigger:
    x-own: [1, 2]
    links: https://shop.example
    evidence:
      - url: https://shop.example/report
    cost:
      amount: 1200.50
      probability: 30
    actions:
      - what: map
        done: yes
"""


def test_what_the_tool_reads_pleases_the_editor() -> None:
    assert complaints("risks", RISK) == []


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("kind: threat", "kind: thread", "'thread' is not one of ['threat', 'opportunity']"),
        ("    status: open\n", "", "'status' is a required property"),
        ("trigger:", "triger: soon", "'triger'"),
        ("impact: 4", "impact: 4.5", "4.5 is not of type"),
        ("probability: 30", "probability: 130", "not valid under any"),
        ("status: open", "status: open\n    identified: 30.06.2026", "does not match"),
        ("done: yes", "done: maybe", "does not match"),
    ],
)
def test_the_editor_sees_what_the_tool_refuses(was: str, now: str, said: str) -> None:
    (complaint,) = complaints("risks", RISK.replace(was, now))
    assert said in complaint


@pytest.mark.parametrize("register", [name for name in DOCUMENTS if name != "asks"])  # it asks nothing again
def test_the_worked_example_pleases_the_editor(register: str, checkout: Path) -> None:
    files = [checkout / "project" / f"{register}.yml", *sorted((checkout / "project" / register).glob("**/*.yml"))]
    found = [path for path in files if path.is_file()]
    assert found, f"the example has no {register}"
    for path in found:
        assert complaints(register, path.read_text("utf-8")) == []


BUDGET = """\
approved: 120000
accounts:
  - id: B-1
    name: Build
    planned: {2026-03: 40000, 2026-04: 0.50}
    committed: {2026-02-12: -98000}
    forecast:
reports:
  - {date: 2026-03-31, planned_value: 40000, earned_value: 0, actual_cost: 3}
"""
KPIS = """\
kpis:
  - id: K-1
    name: Conversion
    direction: up
    target: 2.2
    measurements: [{date: 2026-01-31, value: 1.70}]
"""


def test_money_pleases_the_editor() -> None:
    assert complaints("budget", BUDGET) == []
    assert complaints("kpis", KPIS) == []


@pytest.mark.parametrize(
    ("was", "now"),
    [("2026-03: 40000", "2026-3: 40000"), ("0.50", "-1"), ("2026-02-12", "2026-02"), ("actual_cost: 3", "cost: 3")],
)
def test_the_editor_sees_money_that_cannot_be(was: str, now: str) -> None:
    assert complaints("budget", BUDGET.replace(was, now))


def test_an_ask_pleases_the_editor() -> None:
    ask = "asks:\n  - id: A-1\n    artifact: charter\n    of:\n      - sponsor\n    date: 2026-05-04\n"
    assert complaints("asks", ask) == []
    (complaint,) = complaints("asks", ask.replace("    artifact: charter\n", ""))
    assert "artifact" in complaint
