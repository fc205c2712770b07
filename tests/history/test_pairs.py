"""Which records only got another id."""

from __future__ import annotations

from typing import Any

import pytest

from mkdocs_ecompm.history.pairs import renames


def by_id(*records: dict[str, Any]) -> dict[str, Any]:
    return {record["id"]: record for record in records}


@pytest.mark.parametrize(
    ("was", "is_", "found"),
    [
        ([{"id": "a", "name": "X"}], [{"id": "b", "name": "X"}], {"a": "b"}),
        ([{"id": "a", "name": "X"}], [{"id": "b", "name": "  x "}], {}),
        ([{"id": "a", "name": "X", "due": "1"}], [{"id": "b", "name": "X", "due": "2"}], {"a": "b"}),
        ([{"id": "a", "name": "X", "p": "1", "q": "1"}], [{"id": "b", "name": "X", "p": "2", "q": "2"}], {}),
        ([{"id": "a", "name": "X", "p": "1", "q": "1", "r": "1", "s": "1"}],
         [{"id": "b", "name": "Y", "p": "1", "q": "1", "r": "1", "s": "1"}], {"a": "b"}),
        ([{"id": "a", "status": "open"}], [{"id": "b", "status": "open"}], {}),
        ([{"id": "a"}], [{"id": "b"}], {}),
        ([{"id": "a", "name": "X"}], [{"id": "a", "name": "Y"}, {"id": "b", "name": "X"}], {}),
    ],
)  # fmt: skip
def test_renames(was: list[dict[str, Any]], is_: list[dict[str, Any]], found: dict[str, str]) -> None:
    assert renames(by_id(*was), by_id(*is_)) == found
    assert renames(by_id(*is_), by_id(*was)) == {new: old for old, new in found.items()}


def test_the_most_alike_first_each_id_once() -> None:
    was = by_id({"id": "a", "name": "X", "due": "1"}, {"id": "b", "name": "X", "due": "2"})
    now = by_id({"id": "c", "name": "X", "due": "2"}, {"id": "d", "name": "X", "due": "9"})
    assert renames(was, now) == {"b": "c", "a": "d"}


def test_of_very_many_only_those_of_one_headline_are_compared() -> None:
    was = by_id(*({"id": f"a{n}", "name": f"Task {n}", "p": "1", "q": "1", "r": "1", "s": "1"} for n in range(150)))
    now = by_id(*({"id": f"b{n}", "name": f"Task {n}", "p": "1", "q": "1", "r": "1", "s": "1"} for n in range(150)))
    assert renames(was, now) == {f"a{n}": f"b{n}" for n in range(150)}
