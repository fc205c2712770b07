"""From evidence to slots: what each person last decided, and which slots those decisions fill.

Pure: who may speak and what still holds is asked of whoever calls, so that the same rules settle the state of today
and that of any commit before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto

from msgspec import Struct

from mkdocs_ecompm.model.signoff import Decision, Status
from mkdocs_ecompm.signoff.evidence import Evidence
from mkdocs_ecompm.signoff.matching import match
from mkdocs_ecompm.signoff.policy import Place


class Fit(Enum):
    """How an approval relates to the content: the same, changed but still allowed to stand, or another."""

    SAME = auto()
    CHANGED = auto()
    OTHER = auto()


class Outcome(Struct, frozen=True):
    """How a slot stands, and by whose decision."""

    place: Place
    status: Status
    evidence: Evidence | None = None
    changed: bool = False


class Questions(Struct, frozen=True):
    """What the settlement asks of whoever calls it.

    `fault`: why evidence fails a slot, empty if it serves it. `fit`: how an approval relates to the content. `able`:
    whether a person still has the capacity of a slot. `before`: whether one piece of evidence came before another.
    """

    fault: Callable[[Evidence, Place], str]
    fit: Callable[[Evidence, Place], Fit]
    able: Callable[[str, Place], bool]
    before: Callable[[Evidence, Evidence], bool]


def settle(places: Sequence[Place], evidence: Iterable[Evidence], ask: Questions) -> list[Outcome]:
    """The outcome of each slot, in their order."""
    newest = latest([one for one in evidence if any(not ask.fault(one, place) for place in places)], ask.before)
    decided = {person: decision_of(said) for person, said in newest.items()}
    rejected = {place: _rejection(place, decided, ask) for place in places}
    open_places = [place for place in places if rejected[place] is None]
    offers = [_offers(place, decided, ask) for place in open_places]
    people = [list(dict.fromkeys(one.person or "" for one, _ in offer)) for offer in offers]
    filled: dict[Place, tuple[Evidence, Fit]] = {}
    for place, offer, person in zip(open_places, offers, match(people), strict=True):
        if person is not None:
            filled[place] = next(found for found in offer if found[0].person == person)
    return [_outcome(place, rejected[place], filled.get(place), decided, ask) for place in places]


def latest(
    evidence: Iterable[Evidence], before: Callable[[Evidence, Evidence], bool]
) -> dict[str, tuple[Evidence, ...]]:
    """What each person said that is not before something else that the person said."""
    by_person: dict[str, list[Evidence]] = {}
    for one in evidence:
        if one.person is not None:
            by_person.setdefault(one.person, []).append(one)
    return {
        person: tuple(one for one in said if not any(before(one, other) for other in reversed(said)))
        for person, said in sorted(by_person.items())
    }


Decided = tuple[Decision, tuple[Evidence, ...]]


def decision_of(said: Sequence[Evidence]) -> Decided:
    """The decision that what was said last amounts to: any no is a no, else any withdrawal takes back."""
    for decision in (Decision.REJECT, Decision.WITHDRAW, Decision.APPROVE):
        found = tuple(one for one in said if one.decision is decision)
        if found:
            return decision, found
    raise ValueError("Nothing was said.")


def _rejection(place: Place, decided: dict[str, Decided], ask: Questions) -> Evidence | None:
    for person, (decision, said) in decided.items():
        if decision is Decision.REJECT and ask.able(person, place):
            found = next((one for one in said if not ask.fault(one, place)), None)
            if found is not None:
                return found
    return None


def _offers(place: Place, decided: dict[str, Decided], ask: Questions) -> list[tuple[Evidence, Fit]]:
    """The approvals that may fill a slot, those of exactly this content first, then by person."""
    found = [
        (one, ask.fit(one, place))
        for _, (decision, said) in sorted(decided.items())
        for one in said
        if decision is Decision.APPROVE and not ask.fault(one, place)
    ]
    return sorted((offer for offer in found if offer[1] is not Fit.OTHER), key=lambda offer: offer[1] is Fit.CHANGED)


def _outcome(
    place: Place,
    rejection: Evidence | None,
    filled: tuple[Evidence, Fit] | None,
    decided: dict[str, Decided],
    ask: Questions,
) -> Outcome:
    if rejection is not None:
        return Outcome(place, Status.REJECTED, rejection)
    if filled is not None:
        return Outcome(place, Status.VALID, filled[0], changed=filled[1] is Fit.CHANGED)
    for decision, status in ((Decision.APPROVE, Status.STALE), (Decision.WITHDRAW, Status.WITHDRAWN)):
        for _, (what, said) in sorted(decided.items()):
            for one in said if what is decision else ():
                if not ask.fault(one, place) and (status is Status.WITHDRAWN or ask.fit(one, place) is Fit.OTHER):
                    return Outcome(place, status, one)
    return Outcome(place, Status.MISSING)
