"""The matching of people and slots is a maximum one, and the same every time."""

from __future__ import annotations

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.signoff.matching import match

PEOPLE = "abcd"
CANDIDATES = st.lists(st.lists(st.sampled_from(PEOPLE), unique=True).map(sorted), max_size=4)


@given(CANDIDATES)
def test_it_is_the_first_of_the_largest(candidates: list[list[str]]) -> None:
    found = match(candidates)
    assert len(found) == len(candidates)
    people = [person for person in found if person]
    assert len(set(people)) == len(people)
    assert all(person is None or person in allowed for person, allowed in zip(found, candidates, strict=True))
    assert found == best(candidates)


def best(candidates: list[list[str]]) -> list[str | None]:
    """By trying everything: most slots, the earlier slots first, then the smaller names."""
    choices: set[tuple[str | None, ...]] = set()
    pool = [*PEOPLE, *[None] * len(candidates)]
    for people in permutations(pool, len(candidates)):
        if all(p is None or p in allowed for p, allowed in zip(people, candidates, strict=True)):
            choices.add(people)

    def rank(people: tuple[str | None, ...]) -> tuple[object, ...]:
        return (sum(p is None for p in people), [p is None for p in people], [p or "" for p in people])

    return list(min(choices, key=rank))


def test_nobody_and_nothing() -> None:
    assert match([]) == []
    assert match([[], ["a"]]) == [None, "a"]
