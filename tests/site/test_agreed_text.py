from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.history.reading import Reader
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


def test_a_reader_says_names_days_months_and_money_and_keeps_what_was_written() -> None:
    names = {"jan": "Jan Peters"}
    budget = {
        "vat": "net",
        "approved": "9000",
        "accounts": [{"id": "B-1", "name": "jan", "owner": "jan", "planned": {"2026-03": "7000", "2026-13": "1"}}],
    }
    found = passages(budget, reader=Reader("budget", lambda name: names.get(name, ""), "EUR"))

    assert [(part.label, part.text, part.said) for part in found[:2]] == [
        ("VAT", "net", ""),
        ("Approved", "9000", "€9,000"),
    ]
    name, owner, planned = found[2].parts[0].parts
    assert (name.text, name.said) == ("jan", "")  # a name is no reference
    assert (owner.text, owner.said) == ("jan", "Jan Peters")
    assert [(part.label, part.text, part.said) for part in planned.parts] == [
        ("March 2026", "7000", "€7,000"),
        ("2026 13", "1", "€1"),
    ]
    assert "    Owner: jan" in list(lines(found))  # where one compares, everything is as it was written


def test_amounts_by_month_stand_in_one_line() -> None:
    budget = {"planned": {"2026-03": "7000", "2026-04": "8000"}}
    assert list(lines(passages(budget))) == ["Planned: March 2026 7000 · April 2026 8000"]
