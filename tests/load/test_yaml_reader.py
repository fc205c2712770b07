from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from mkdocs_ecompm.load import parser
from mkdocs_ecompm.load.files import MAX_BYTES
from mkdocs_ecompm.load.yaml_reader import Parsed, read_yaml
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap, plain

NESTED = "a:" + "".join("\n" + " " * depth + "a:" for depth in range(1, 80))

REFUSED = {
    "syntax": ("a: 1\nb: c: d\n", [("yaml-syntax", 2, 5)]),
    "tab": ("a:\n\tb: 1\n", [("yaml-syntax", 2, 1)]),
    "no colon": ("a: 1\nb\nc: 2\n", [("yaml-syntax", 3, 1)]),
    "quote open": ('a: "b\nc: 1\n', [("yaml-syntax", 3, 1)]),
    "bracket open": ("a: [b\nc: 1\n", [("yaml-syntax", 2, 2)]),
    "list key": ("? [a]\n: b\n", [("yaml-syntax", 1, 3)]),
    "mapping key": ("x: 1\n{a: b}: c\n", [("yaml-syntax", 2, 1)]),
    "no key": ("a: 1\n: b\n", [("yaml-syntax", 2, 1)]),
    "duplicate": ("a: 1\nb: 2\na: 3\n", [("yaml-duplicate-key", 3, 1)]),
    "duplicate, empty": ("a:\nb: 2\na:\n", [("yaml-duplicate-key", 3, 1)]),
    "duplicate, deep": (
        "a:\n  - b: 1\n    b: {c: 1, c: 2}\n",
        [("yaml-duplicate-key", 3, 5), ("yaml-duplicate-key", 3, 15)],
    ),
    "duplicate, quoted": ("a: 1\n'a': 2\n", [("yaml-duplicate-key", 2, 1)]),
    "anchor": ("a: &x 1\n", [("yaml-alias", 1, 4)]),
    "alias": ("a: &x 1\nb: *x\n", [("yaml-alias", 1, 4), ("yaml-alias", 2, 4)]),
    "alias in a list": ("a:\n  - &x {b: 1}\n  - *x\n", [("yaml-alias", 2, 5), ("yaml-alias", 3, 5)]),
    "alias as a key": ("&x a: 1\n*x : 2\n", [("yaml-alias", 1, 1), ("yaml-alias", 2, 1)]),
    "alias as the file": ("*x\n", [("yaml-alias", 1, 1)]),
    "merge": ("a: &x {b: 1}\nc:\n  <<: *x\n", [("yaml-alias", 1, 4), ("yaml-alias", 3, 3)]),
    "merge of itself": ("<<: {a: 1}\n", [("yaml-alias", 1, 1)]),
    "laughs": (
        "a: &a [x]\nb: &b [*a, *a]\n",
        [("yaml-alias", 1, 4), ("yaml-alias", 2, 4), ("yaml-alias", 2, 8), ("yaml-alias", 2, 12)],
    ),
    "tag": ("a: !x b\n", [("yaml-tag", 1, 4)]),
    "tag of the language": ("a: !!str 1\nb: !!python/object:os.system []\n", [("yaml-tag", 1, 4), ("yaml-tag", 2, 4)]),
    "tag on the file": ("!x\na: 1\n", [("yaml-tag", 1, 1)]),
    "tag directive": ("%TAG ! tag:x\n---\na: 1\n", [("yaml-tag", 1, 1)]),
    "two documents": ("a: 1\n---\nb: 2\n", [("yaml-multiple-documents", 2, 1)]),
    "an empty second document": ("a: 1\n---\n", [("yaml-multiple-documents", 2, 1)]),
    "nul": ("a: b\0c\n", [("yaml-encoding", 1, 5)]),
    "bell, escaped": ('ä: "\\a"\n', [("yaml-encoding", 1, 4)]),
    "escaped key": ('"\\x00": 1\n', [("yaml-encoding", 1, 1)]),
    "c1, escaped": ('a: "x\\x9b"\n', [("yaml-encoding", 1, 4)]),
    "next line, escaped": ('a: "x\\N"\n', [("yaml-encoding", 1, 4)]),
    "bidi, escaped": ('a:\n  - "\\u202e"\n', [("yaml-encoding", 2, 5)]),
    "delete": ("a: \x7f\n", [("yaml-encoding", 1, 4)]),
    "c1": ("a: ä\x9b\n", [("yaml-encoding", 1, 5)]),
    "next line": ("a: b\x85\n", [("yaml-encoding", 1, 5)]),
    "line separator": ("é: 1\na: \u2028\n", [("yaml-encoding", 2, 4)]),
    "paragraph separator": ("a: \u2029\n", [("yaml-encoding", 1, 4)]),
    "inner mark": ("a: 1\nb: \ufeff\n", [("yaml-encoding", 2, 4)]),
    "two marks": ("\ufeff\ufeffa: 1\n", [("yaml-encoding", 1, 1)]),
    "bidi": ("a: x\u202ey\u2066\n", [("yaml-encoding", 1, 5), ("yaml-encoding", 1, 7)]),
    "arabic mark": ("a: \u061c\n", [("yaml-encoding", 1, 4)]),
    "conflict": ("a: 1\n<<<<<<< HEAD\nb: 1\n=======\nb: 2\n>>>>>>> x\n", [("merge-conflict", 2, 1)]),
    "half a conflict": ("a: 1\r\n>>>>>>> x\r\n", [("merge-conflict", 2, 1)]),
    "deep": (NESTED + " 1\n", [("yaml-too-deep", 65, 65)]),
    "deep, one line": ("[" * 100_000, [("wrong-type", 1, 1)]),
    "deep brackets": ("a: " + "[" * 100_000, [("yaml-too-deep", 1, 67)]),
    "deep braces": ("a: " + "{a: " * 10_000, [("yaml-too-deep", 1, 256)]),
    "list": ("- a\n", [("wrong-type", 1, 1)]),
    "text": ("\n  hello\n", [("wrong-type", 2, 3)]),
}


@pytest.fixture(params=[True, False], ids=["libyaml", "python"])
def any_parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "LIBYAML", request.param)


def places(parsed: Parsed) -> list[tuple[str, int, int]]:
    return [(f.code, f.source.line, f.source.column) for f in parsed.findings if f.source is not None]


def content(text: str) -> YamlMap:
    parsed = read_yaml("x.yml", text.encode())
    assert parsed.content is not None, parsed.findings
    return parsed.content


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize("name", REFUSED)
def test_refused_at_its_place(name: str) -> None:
    text, expected = REFUSED[name]
    parsed = read_yaml("x.yml", text.encode())
    found = places(parsed)
    if name == "no key" and not parser.LIBYAML:  # the parsers give the missing key different places
        found = [(code, line, 1) for code, line, _ in found]
    assert (parsed.content, found) == (None, expected)


@pytest.mark.parametrize("data", [b"a: \xff\n", b"a: \xc3", b"a: \xed\xa0\x80", b"a: \xc0\x80"])
def test_bytes_that_are_not_utf8(data: bytes) -> None:
    parsed = read_yaml("x.yml", data)
    assert places(parsed) == [("yaml-encoding", 1, 4)]
    assert "UTF-8" in parsed.findings[0].message


def test_column_before_bad_bytes_counts_characters() -> None:
    assert places(read_yaml("x.yml", "ä: 1\nüü: ".encode() + b"\xff")) == [("yaml-encoding", 2, 5)]


def test_utf16_is_named() -> None:
    assert "UTF-16" in read_yaml("x.yml", "a: 1".encode("utf-16")).findings[0].message


def test_every_surrogate_escape_is_refused() -> None:
    parsed = read_yaml("x.yml", rb'a: "\ud800"')
    assert parsed.content is None
    assert parsed.findings


def test_a_file_of_the_largest_size_is_read_and_one_more_byte_is_not() -> None:
    data = b"a: " + b"x" * (MAX_BYTES - 3)
    assert len(read_yaml("x.yml", data).content or {}) == 1
    assert places(read_yaml("x.yml", data + b"x")) == [("file-too-large", 1, 1)]


def test_sixty_four_levels_are_read() -> None:
    assert read_yaml("x.yml", ("[" * 63 + "]" * 63).join(["a: ", ""]).encode()).content is not None
    assert read_yaml("x.yml", ("[" * 64 + "]" * 64).join(["a: ", ""]).encode()).content is None


def test_a_million_faults_end_after_a_hundred() -> None:
    parsed = read_yaml("x.yml", b"a: 1\n" * 1_000_000)
    assert len(parsed.findings) == 100


@pytest.mark.usefixtures("any_parser")
def test_scalars_stay_text() -> None:
    text = "wbs: 3.10\nid: 010\nyes: no\nday: 2026-01-31\nnull: ~\nhex: 0x1F\nq: '1'\n"
    text += "folded: >-\n  a\n  b\nkept: |\n  a\n  b\n"
    assert plain(content(text)) == {
        "wbs": "3.10",
        "id": "010",
        "yes": "no",
        "day": "2026-01-31",
        "null": "~",
        "hex": "0x1F",
        "q": "1",
        "folded": "a b",
        "kept": "a\nb\n",
    }


@pytest.mark.usefixtures("any_parser")
def test_an_empty_value_is_absent_but_its_key_is_remembered() -> None:
    found = content("a:\nb: ''\nc: \"\"\nd: 1\nlist:\n  -\n  - x\n  - ''\n  - {e: }\n")
    assert plain(found) == {"d": "1", "list": ["x", {}]}
    assert found.empty == ["a", "b", "c"]
    assert found.at("c").line == 3


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n", "---\n...\n", "\ufeff", "# a #b"])
def test_an_empty_file_is_an_empty_register(text: str) -> None:
    parsed = read_yaml("x.yml", text.encode())
    assert (parsed.content, parsed.findings) == ({}, ())


@pytest.mark.usefixtures("any_parser")
def test_places_count_lines_and_characters_from_one() -> None:
    found = content("\ufeffä: 1\r\n“ü”:\r  - é\n  - k: v\n    ö: [x, {y: z}]\n")
    assert found.source.line == 1
    assert [(s.line, s.column) for s in (found.at("ä"), found.at("“ü”"), found.at("“ü”", 0))] == [
        (1, 1),
        (2, 1),
        (3, 5),
    ]
    item = found.at("“ü”", 1)
    assert (item.line, item.column) == (4, 5)
    deep = found.at("“ü”", 1, "ö", 1, "y")
    assert (deep.line, deep.column) == (5, 13)
    assert found.at("“ü”", 1, "missing") == item


def test_a_fault_does_not_hide_the_next_and_the_rest_can_be_looked_at() -> None:
    parsed = read_yaml("x.yml", b"a: 1\na: 2\nb: !x y\nc: *z\nd: e\n---\n")
    assert [code for code, _, _ in places(parsed)] == [
        "yaml-duplicate-key",
        "yaml-tag",
        "yaml-alias",
        "yaml-multiple-documents",
    ]
    assert parsed.partial is not None
    assert plain(parsed.partial) == {"a": "1", "b": "y", "d": "e"}
    assert parsed.holes


CUT = {
    "wish: Kundenwunsch #4711\n": [(1, 1, '"Kundenwunsch #4711"')],
    "a:\n  - b: x #1\n": [(2, 5, '"x #1"')],
    "a:\n  - x  #1\n  - ok\n": [(2, 5, '"x #1"')],
    "a: #4711\n": [(1, 1, '"#4711"')],
    'a: say "x" #1\n': [(1, 1, "'say \"x\" #1'")],
    "a: one\n  two #3\n": [(1, 1, '"two #3"')],
    "a: x # a remark\n": [],
    "a: x #\n": [],
    "a: 'x' #1\n": [],
    'a: "x #1"\n': [],
    "a: x#1\n": [],
    "# a: x #1\n": [],
    "a: | #1\n  x #2\n": [],
    "a: #1\n  - b\n": [],
    "a:\n  #1\n  - b\n": [],
    "a:\n #1\nb: 1\n": [],
}


@pytest.mark.usefixtures("any_parser")
@pytest.mark.parametrize("text", CUT)
def test_text_cut_by_comment(text: str) -> None:
    parsed = read_yaml("x.yml", text.encode())
    assert parsed.content is not None
    assert {f.code for f in parsed.findings} <= {"text-cut-by-comment"}
    expected = [(line, column) for line, column, _ in CUT[text]]
    assert [(line, column) for _, line, column in places(parsed)] == expected
    for item, (_, _, hint) in zip(parsed.findings, CUT[text], strict=True):
        assert item.hint.endswith(f"{hint}`")


def test_a_cut_text_is_shown_as_the_corrected_line() -> None:
    found = read_yaml("x.yml", b"wish: Kundenwunsch #4711\nlist:\n  - a #1\n").findings
    assert [item.hint for item in found] == ['write `wish: "Kundenwunsch #4711"`', 'write `- "a #1"`']


@pytest.mark.parametrize("number", [98, 99, 100, 101])
def test_a_syntax_error_after_a_hundred_faults_is_no_crash(number: int) -> None:
    parsed = read_yaml("x.yml", b"a: 1\n" * (number + 1) + b"b: c: d\n")
    assert parsed.content is None
    assert len(parsed.findings) == min(number + 1, 100)


def test_many_cut_texts_never_make_a_file_unreadable() -> None:
    parsed = read_yaml("x.yml", b"".join(b"k%d: x #1\n" % n for n in range(500)))
    assert parsed.content is not None
    assert len(parsed.content) == 500
    assert len(parsed.findings) == 100


def test_a_cut_text_before_a_syntax_error_is_told_too() -> None:
    assert places(read_yaml("x.yml", b"a: x #1\nb: c: d\n")) == [("text-cut-by-comment", 1, 1), ("yaml-syntax", 2, 5)]


# --- properties ---------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="\ufeff"), min_size=1)
TREES = st.dictionaries(
    WORDS,
    st.recursive(
        WORDS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4), max_leaves=12
    ),
    max_size=5,
)
PIECES = st.sampled_from(
    [
        *(
            "a",
            "b:",
            "- ",
            "\n",
            "\n  ",
            "{",
            "}",
            "[",
            "]",
            ",",
            ": ",
            "#x",
            " #x",
            " # r",
            "&a ",
            "*a",
            "!t ",
            "'",
            '"',
        ),
        *("\\x07", "\\n", "|", "> ", "--- ", "\n---\n", "...\n", "? ", "<<: ", "é", "\r", "\r\n", "0", "@", "`", "\\N"),
    ]
)


@given(st.binary(max_size=60))
@example(b"\xff\xfe")
@example(b"\0")
@example(b"%YAML 9.9\n---\n")
def test_any_bytes_give_content_or_a_finding(data: bytes) -> None:
    parsed = read_yaml("x.yml", data)
    assert (parsed.content is None) == any(f.severity == "error" for f in parsed.findings)


@given(st.lists(PIECES, max_size=25).map("".join))
def test_what_is_accepted_is_what_yaml_says(text: str) -> None:
    parsed = read_yaml("x.yml", text.encode())
    assert (parsed.content is None) == any(f.severity == "error" for f in parsed.findings)
    if parsed.content is not None:
        assert plain(parsed.content) == (without_empty(yaml.load(text, yaml.BaseLoader)) or {})  # noqa: S506  # texts only


@given(TREES)
def test_what_was_dumped_is_read(tree: dict[str, Any]) -> None:
    for options in ({}, {"default_style": '"'}, {"default_flow_style": True}):
        text = yaml.safe_dump(tree, allow_unicode=True, sort_keys=False, width=60, **options)
        assert plain(content(text)) == tree


@given(st.lists(PIECES, max_size=25).map("".join))
def test_every_place_is_where_the_text_stands(text: str) -> None:
    found = read_yaml("x.yml", text.encode()).content
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for key, (line, column) in keys_of(found) if found else ():
        rest = lines[line - 1][column - 1 :]
        assert rest.startswith((key[:1], '"', "'", "|", ">", "?")), (key, rest)


def keys_of(node: Yaml) -> list[tuple[str, Any]]:
    if isinstance(node, YamlMap):
        return [*node.marks.items(), *(pair for value in node.values() for pair in keys_of(value))]
    return [pair for value in node for pair in keys_of(value)] if isinstance(node, YamlList) else []


def without_empty(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: without_empty(value) for key, value in node.items() if value != ""}
    return [without_empty(value) for value in node if value != ""] if isinstance(node, list) else node
