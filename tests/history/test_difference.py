"""The difference of two contents, as a reader would name it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.history.difference import difference


def told(was: Any, is_: Any) -> list[tuple[str, str | None, str | None]]:
    return [(change.path, change.was, change.is_) for change in difference(was, is_)]


def test_a_changed_field_of_a_record_is_named_by_the_id() -> None:
    was = {"objectives": [{"id": "OB-1", "due": "a"}, {"id": "OB-2", "due": "a"}]}
    now = {"objectives": [{"id": "OB-2", "due": "b"}, {"id": "OB-1", "due": "a"}]}
    assert told(was, now) == [("objectives/OB-2/due", "a", "b")]


def test_a_record_that_came_or_went_is_one_change() -> None:
    was = {"risks": [{"id": "R-1", "title": "Fire", "cause": "x"}]}
    now = {"risks": [{"id": "R-2", "likelihood": "1"}]}
    assert told(was, now) == [("risks/R-1", "Fire", None), ("risks/R-2", None, "id: R-2, likelihood: 1")]


def test_fields_that_came_or_went() -> None:
    assert told({"a": "1", "b": "2"}, {"b": "2", "c": "3"}) == [("a", "1", None), ("c", None, "3")]


def test_items_of_a_list_of_texts() -> None:
    assert told({"in": ["a", "b", "c"]}, {"in": ["a", "x", "c", "d"]}) == [("in", "b", "x"), ("in", None, "d")]


def test_items_without_ids_are_named_by_their_place() -> None:
    was = {"process": [{"step": "Write", "by": "mia"}, {"step": "Send"}]}
    now = {"process": [{"step": "Write", "by": "eva"}, {"step": "Send"}, {"what": "Check"}]}
    assert told(was, now) == [("process/0/by", "mia", "eva"), ("process", None, "Check")]


def test_another_kind_of_value_is_told_as_it_is() -> None:
    assert told({"a": "x"}, {"a": ["y", "z"]}) == [("a", "x", "y, z")]
    assert told({"a": {"b": None}}, {"a": "x"}) == [("a", "b: none", "x")]
    assert told(None, {"name": "New"}) == [("", None, "New")]


def test_a_long_value_is_cut() -> None:
    (change,) = difference({}, {"a": ["word"] * 100})
    assert change.is_ is not None
    assert len(change.is_) == 200


PLAIN = st.recursive(
    st.text("ab", max_size=2),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(["id", "a", "b"]), below, max_size=3),
    max_leaves=12,
)


@given(PLAIN, PLAIN)
def test_it_is_empty_if_and_only_if_nothing_differs(was: Any, is_: Any) -> None:
    assert not difference(was, was)
    if _by_id(was) != _by_id(is_):
        assert difference(was, is_)


def _by_id(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _by_id(item) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    items = [_by_id(item) for item in value]
    if all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items):
        return sorted(items, key=lambda item: (item["id"], repr(item)))
    return items


@pytest.mark.parametrize("value", ["x", ["x"], {"a": "x"}, []])
def test_nothing_at_all_and_something(value: Any) -> None:
    assert difference(None, value)
    assert difference(value, None)


def test_a_record_that_got_another_id_is_followed() -> None:
    was = {"objectives": [{"id": "OB-2", "statement": "Sell more", "due": "a"}, {"id": "OB-1", "statement": "x"}]}
    now = {"objectives": [{"id": "OB-9", "statement": "Sell more", "due": "b"}, {"id": "OB-1", "statement": "x"}]}
    assert told(was, now) == [("objectives/OB-9/id", "OB-2", "OB-9"), ("objectives/OB-9/due", "a", "b")]
    assert told(now, was) == [("objectives/OB-2/id", "OB-9", "OB-2"), ("objectives/OB-2/due", "b", "a")]


@given(PLAIN, PLAIN)
def test_swapped_it_says_the_same_the_other_way_round(was: Any, is_: Any) -> None:
    there = sorted((change.was or "", change.is_ or "") for change in difference(was, is_))
    assert there == sorted((change.is_ or "", change.was or "") for change in difference(is_, was))
