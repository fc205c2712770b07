from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.site.agreed_text import Passage, lines, passages

CHARTER = {
    "problem": "The shop\nis old.",
    "objectives": [{"id": "OB-1", "due": "2026-09-01", "statement": "Sell more"}],
    "scope": {"in": ["shop", "stock"], "out": ["a text that is too long to stand in one line with others"]},
}

TEXTS = st.text("abc ü", min_size=1, max_size=5)
CONTENTS = st.recursive(
    TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "name", "b_c"]), inner),
    max_leaves=12,
)


def words(parts: tuple[Passage, ...]) -> list[str]:
    return [text for part in parts for text in ([part.text] if part.text else []) + words(part.parts)]


def leaves(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in leaves(item)]
    if isinstance(value, list):
        return [text for item in value for text in leaves(item)]
    return [str(value)]


def test_a_text_reads_as_labels_and_lines() -> None:
    assert list(lines(passages(CHARTER))) == [
        "Problem: The shop",
        "  is old.",
        "Objectives:",
        "  OB-1:",
        "    Statement: Sell more",
        "    Due: 2026-09-01",
        "Scope:",
        "  In: shop · stock",
        "  Out:",
        "    - a text that is too long to stand in one line with others",
    ]


@given(CONTENTS)
def test_not_a_word_is_lost(content: object) -> None:
    found = sorted(words(passages(content)))
    ids = [text for text in leaves(content) if text not in found]
    labels = "\n".join(lines(passages(content)))
    assert all(text.strip() in labels for text in ids)
    assert len(found) + len(ids) <= len(leaves(content)) + len(ids)


def test_what_is_different_now_is_marked_where_it_stands() -> None:
    now = {**CHARTER, "problem": "New", "objectives": [{"id": "OB-1", "statement": "Sell more"}]}
    parts = passages(CHARTER, difference(CHARTER, now))
    assert parts[0].now == "New"
    (objective,) = parts[1].parts
    assert [(part.label, part.now) for part in objective.parts] == [("Statement", None), ("Due", "")]
    assert parts[2].now is None


def test_paths_and_artifacts_keep_their_names() -> None:
    content = {"requires": {"raci/delivery": "sha256:1"}, "keys": {"keys/ana.asc": "2"}, "money_percent": "5"}
    assert [part.label for part in passages(content)] == ["Requires", "Keys", "Money percent"]
    assert passages(content)[0].parts[0].label == "raci/delivery"
    assert passages(content)[1].parts[0].label == "keys/ana.asc"


def test_a_text_alone_and_nothing_at_all() -> None:
    assert [part.text for part in passages("x")] == ["x"]
    assert passages(None) == ()
