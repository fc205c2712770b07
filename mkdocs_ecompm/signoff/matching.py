"""Who fills which slot: a maximum matching of distinct people, the same one every time."""

from __future__ import annotations

from collections.abc import Sequence


def match(candidates: Sequence[Sequence[str]]) -> list[str | None]:
    """For each slot the person who fills it, or None; as many slots as can be are filled, each person once.

    Where there is a choice, an earlier slot comes before a later one, and among people the one named earlier in the
    slot's candidates.
    """
    filled = _filled(candidates)
    chosen: list[str | None] = []
    for index, people in enumerate(candidates):
        if index not in filled:
            chosen.append(None)
            continue
        taken = {person for person in chosen if person}
        later = [candidates[place] for place in sorted(filled) if place > index]
        chosen.append(next(person for person in people if person not in taken and _all_fit(later, {*taken, person})))
    return chosen


def _filled(candidates: Sequence[Sequence[str]]) -> set[int]:
    """The slots of a maximum matching, the earliest possible ones."""
    owner: dict[str, int] = {}
    return {index for index in range(len(candidates)) if _augment(index, candidates, owner, set())}


def _all_fit(candidates: Sequence[Sequence[str]], taken: set[str]) -> bool:
    """Whether every one of the slots can be filled by people who are not taken."""
    owner: dict[str, int] = {}
    free = [[person for person in people if person not in taken] for people in candidates]
    return all(_augment(index, free, owner, set()) for index in range(len(free)))


def _augment(slot: int, candidates: Sequence[Sequence[str]], owner: dict[str, int], tried: set[str]) -> bool:
    """Fill a slot, moving people who fill another one on if they must."""
    for person in candidates[slot]:
        if person not in tried:
            tried.add(person)
            if person not in owner or _augment(owner[person], candidates, owner, tried):
                owner[person] = slot
                return True
    return False
