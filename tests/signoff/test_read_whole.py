"""What holds rests on whole files: were the shortcut of reading in pieces ever wrong, nothing would be valid by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from scenes import CHARTER, Scene, changed, text

from mkdocs_ecompm.load.piecewise import PiecewiseReader
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.content import YamlMap

OTHER = changed(CHARTER, problem="Pay Mallory")


def test_a_wrong_shortcut_makes_nothing_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene(tmp_path / "r")
    scene.say("approve charter", "ana")
    scene.commit("Change", None, charter=OTHER)
    asked: list[bytes] = []

    def wrong(_reader: PiecewiseReader, data: bytes) -> YamlMap | None:
        asked.append(data)
        return read_yaml("", text(OTHER).encode()).content

    monkeypatch.setattr(PiecewiseReader, "read", wrong)
    assert scene.status("charter") not in {"valid", "unverifiable"}
    assert asked  # the shortcut was taken


@pytest.mark.parametrize(
    ("signed", "shown"),
    [
        ("objectives:\n{one}-later:\n{two}", "objectives:\n{one}{two}"),
        ("objectives:\n{one}  -     id: OB-2\n    due: x\n", "objectives:\n{one}  - id: OB-2\n    due: x\n"),
        ("objectives:\n{one}{one}", "objectives:\n{one}"),
    ],
)
def test_texts_that_once_were_taken_for_each_other(signed: str, shown: str, tmp_path: Path) -> None:
    records = {"one": "  - id: OB-1\n    due: 2026-09-01\n", "two": "  - id: OB-2\n    statement: Pay Mallory\n"}
    scene = Scene(tmp_path / "r")
    scene.commit("Text", None, files={"project/charter.yml": signed.format(**records)})
    scene.say("approve charter", "ana")
    scene.commit("Another", None, files={"project/charter.yml": shown.format(**records)})
    assert scene.status("charter") in {"stale", "missing"}
