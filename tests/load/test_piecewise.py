"""Reading a file in pieces gives what reading it as a whole gives, whatever is in it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mkdocs_ecompm.load import piecewise as module
from mkdocs_ecompm.load.piecewise import PiecewiseReader
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.content import plain

LINES = st.sampled_from(
    [
        "risks:",
        "risks: []",
        "milestones:  ",
        "matrix: {likelihood: 5,",
        "matrix:",
        "{a: 1}",
        "note: |",
        "note: |+",
        "note: >1-",
        'title: "one',
        'two"',
        "- id: A",
        "  - id: A",
        "  - id: B",
        "  -",
        "  - ",
        "  - - x",
        "  - |",
        "  - 'open",
        "  - [a,",
        "  - b]",
        "    id: C",
        "    - id: D",
        "   - id: E",
        "      - what: x",
        "    title: long",
        "    title: 'quoted: # text'",
        "      goes on",
        "  text in two",
        "# a comment",
        "  # a comment",
        "    # a comment",
        "",
        "   ",
        "\t",
        "---",
        "...",
        "%YAML 1.1",
        "? key",
        ": value",
        "<<: *x",
        "a: &x 1",
        "b: *x",
        "c: !!str 1",
        "risks: 1",
        "<<<<<<< ours",
        "d: \x07",
        "é: ü",
        "text",
        "key: a # b",
        "- - id: A",
        "  - {a: 1}",
        "  - a: 1",
        "  - a: # nothing",
        "  - ? a",
        "    : b",
        "    a:",
        "    - x",
        "    b: it's plain, (50 %) = ö",
        "    b: 'single'  ",
        '    c: "double: # yes"',
        "    c: ''",
        '    d: "\\n"',
        "    e: 2026-01-01 # said",
        "    # a note",
        "    f: |",
        "        text",
        "    g: [a, b]",
        "    g: {a: b}",
        "    h: x: y",
        "    -i: 1",
        "-later:",
        " -later:",
        "  -later:",
        "   later: 1",
        "  -     id: D",
        "  -",
        "  - id: A ",
        "\u00a0",
        "    title: \u3000x\u00a0",
        "    'title': >",
        "   # at last",
        "  - 'k': 1",
        "    'l': 1",
    ]
)
SIGNS = st.text("ab1 :-#'\"[]{},|>&*!%?\\\t\n\n\n  ", max_size=40)
ENDS = st.sampled_from(["\n", "\n", "\n", "\r\n", "\r", ""])


@settings(max_examples=600)
@given(st.lists(st.lists(LINES, max_size=12), min_size=1, max_size=3), ENDS)
@example([["risks:", "  - id: A", "    title: |", "", "  - id: B", "risks:"]], "\n")
@example([["{a: 1}", "b: 2"]], "\n")
@example([["note:", "note:"]], "\n")
def test_it_agrees_with_the_whole(files: list[list[str]], end: str) -> None:
    reader = PiecewiseReader()
    for lines in files:
        data = end.join([*lines, ""]).encode()
        whole = read_yaml("", data).content
        found = reader.read(data)
        assert (found is None) == (whole is None)
        assert found is None or whole is None or plain(found) == plain(whole)


@settings(max_examples=600)
@given(SIGNS, SIGNS)
def test_it_agrees_on_any_text_in_a_record(first: str, second: str) -> None:
    data = f"risks:\n  - id: {first}\n    note: x\n  - id: b\n    title: {second}\n    end: 1\n".encode()
    whole, found = read_yaml("", data).content, PiecewiseReader().read(data)
    assert (found is None) == (whole is None)
    assert found is None or whole is None or plain(found) == plain(whole)


def test_depth_counts_from_the_top() -> None:
    for depth in (59, 60, 61, 62):
        data = f"risks:\n  - id: A\n    note: {'[' * depth}x{']' * depth}\n".encode()
        assert (PiecewiseReader().read(data) is None) == (read_yaml("", data).content is None)


VERSION = b"matrix:\n  likelihood: 5\nrisks:\n  # the first\n  - id: R-1\n    likelihood: %d\n  - id: R-2\n"


def test_only_what_changed_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = PiecewiseReader()
    reader.read(VERSION % 1)
    asked: list[bytes] = []

    def counting(path: str, data: bytes) -> object:
        asked.append(data)
        return read_yaml(path, data)

    monkeypatch.setattr(module, "read_yaml", counting)
    found = reader.read(VERSION % 2)
    assert asked == []  # a plain field needs no parser
    assert found is not None
    assert plain(found["risks"]) == [{"id": "R-1", "likelihood": "2"}, {"id": "R-2"}]


def test_what_is_not_asked_for_any_more_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MOST_PIECES", 10)
    reader = PiecewiseReader()
    for number in range(100):
        reader.read(VERSION % number)
        assert len(reader._known) + len(reader._older) <= 20
