from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import (
    Agreement,
    Assurance,
    Decision,
    SignatureFacts,
    SignoffRecord,
    Signoffs,
    Slot,
    Status,
)
from mkdocs_ecompm.site.strip import badge_of, strip_of

Make = Callable[..., Project]

SIGNATURE = SignatureFacts("ssh", "good", "SHA256:x", hardware=False)


def record(person: str, role: str, **more: object) -> SignoffRecord:
    given = {
        "id": f"{person}:charter",
        "artifact": "charter",
        "person": person,
        "role": role,
        "deputy_for": None,
        "decision": Decision.APPROVE,
        "conditions": (),
        "comment": "",
        "assurance": Assurance.SIGNED,
        "kind": "commit",
        "source": "",
        "commit": "a" * 40,
        "date": datetime(2026, 2, 18, 9, tzinfo=UTC),
        "digest": "sha256:" + "b" * 64,
        "current": True,
        "restored": False,
        "counts": True,
        "reasons": (),
        "signature": SIGNATURE,
    }
    return SignoffRecord(**(given | more))


def signoffs(
    *slots: Slot, records: tuple[SignoffRecord, ...] = (), due: date | None = None, problem: str = ""
) -> Signoffs:
    worst = min((slot.status for slot in slots), key=lambda status: status.rank)
    late = any(slot.overdue for slot in slots)
    agreement = Agreement(
        artifact="charter",
        digest="sha256:" + "b" * 64,
        status=worst,
        due=due,
        overdue=late,
        changed=False,
        changed_since=(),
        requires_not_valid=(),
        slots=slots,
    )
    return Signoffs("c" * 40, agreements=(agreement,), records=records, problem=problem)


def valid(approver: str, person: str) -> Slot:
    return Slot(approver, Status.VALID, person=person, record=f"{person}:charter")


def test_an_artifact_that_nobody_has_to_agree_to_has_no_strip(make: Make) -> None:
    assert strip_of(make(), "charter") is None


def test_all_agreed(make: Make) -> None:
    found = signoffs(
        valid("sponsor", "eva"), valid("it", "jan"), records=(record("eva", "sponsor"), record("jan", "it"))
    )

    strip = strip_of(make(answer=found), "charter")

    assert strip.tone == "holds"
    assert strip.sentence.lead == "Agreed by both."
    assert strip.sentence.rest == "Nothing in it has changed since the last approval on 18 Feb 2026."
    assert [card.badge.word for card in strip.cards] == ["holds", "holds"]
    assert strip.cards[0].evidence == "signed with their own key"


def test_a_stale_one_shows_what_changed_and_a_missing_one_who_is_asked(make: Make) -> None:
    change = Change("objectives/OB-2/due", "2026-06-30", "2026-10-31")
    found = signoffs(
        valid("sponsor", "eva"),
        Slot("marketing", Status.STALE, person="mia", record="mia:charter", difference=(change,)),
        Slot("it", Status.MISSING, overdue=True),
        records=(record("eva", "sponsor"), record("mia", "marketing", current=False)),
        due=date(2026, 5, 15),
    )

    strip = strip_of(make(answer=found), "charter")

    assert strip.tone == "broken"
    assert strip.sentence.lead == "Agreed by one of three."
    assert strip.sentence.rest == (
        "Marketing agreed to an earlier text, which does not cover one change; "
        "IT has not answered (due 15 May 2026, 10 days late)."
    )
    assert strip.cards[1].differences[0].is_ == "31 Oct 2026"
    assert strip.cards[2].people == ("jan",)
    assert strip.cards[2].badge.tone == "broken"


@pytest.mark.parametrize(
    ("status", "words"),
    [(Status.REJECTED, "IT said no."), (Status.WITHDRAWN, "IT took the agreement back.")],
)
def test_the_other_ways_not_to_hold(make: Make, status: Status, words: str) -> None:
    strip = strip_of(make(answer=signoffs(Slot("it", status))), "charter")

    assert strip.sentence.lead == "Not agreed."
    assert strip.sentence.rest == words
    assert strip.tone == "broken"


def test_what_cannot_be_checked_is_neither_agreed_nor_not_agreed(make: Make) -> None:
    found = signoffs(Slot("it", Status.UNVERIFIABLE), problem="The history is incomplete.")

    strip = strip_of(make(answer=found), "charter")

    assert strip.sentence.lead == "Whether this is agreed cannot be told here."
    assert strip.sentence.rest == "What IT decided cannot be checked here (the history is incomplete)."
    assert strip.tone == "waits"
    assert strip.short.word == "cannot be checked"


def test_beside_what_cannot_be_checked_others_count(make: Make) -> None:
    refused = signoffs(Slot("it", Status.UNVERIFIABLE), Slot("marketing", Status.REJECTED))
    assert strip_of(make(answer=refused), "charter").sentence.lead == "Not agreed."
    waiting = signoffs(Slot("it", Status.UNVERIFIABLE), Slot("marketing", Status.MISSING))
    assert "cannot be told" in strip_of(make(answer=waiting), "charter").sentence.lead


def test_a_deputy_a_condition_and_a_role_left_are_said(make: Make) -> None:
    found = signoffs(
        Slot("marketing", Status.VALID, person="tom", record="tom:charter", held_then=True),
        records=(record("tom", "marketing", deputy_for="mia", conditions=("only by 29 May",)),),
    )

    card = strip_of(make(answer=found), "charter").cards[0]

    assert card.speaks_for == "Marketing"
    assert card.notes == (
        "as deputy for Mia Köster",
        "has left this role since",
        "on condition: only by 29 May",
    )


def test_a_person_asked_as_himself_speaks_for_nobody_else(make: Make) -> None:
    found = signoffs(valid("mia", "mia"), records=(record("mia", "mia"),))

    strip = strip_of(make(answer=found), "charter")

    assert strip.cards[0].speaks_for == ""
    assert strip.sentence.lead == "Agreed."


def test_every_status_has_its_own_sign_and_word() -> None:
    badges = [badge_of(status) for status in Status]

    assert len({badge.sign for badge in badges}) == len(Status)
    assert len({badge.word for badge in badges}) == len(Status)
    assert badge_of(Status.MISSING).tone == "waits"
    assert badge_of(Status.MISSING, overdue=True).tone == "broken"


def test_the_same_changes_are_shown_once_for_all_who_agreed_before_them(make: Make) -> None:
    change, other = Change("version", "1.0", "1.1"), Change("version", "0.9", "1.1")
    records = tuple(record(person, person) for person in ("mia", "jan", "lea"))
    project = make(
        answer=signoffs(
            Slot("marketing", Status.STALE, person="mia", record="mia:charter", difference=(change,)),
            Slot("it", Status.STALE, person="jan", record="jan:charter", difference=(change,)),
            Slot("legal", Status.STALE, person="lea", record="lea:charter", difference=(other,)),
            records=records,
        )
    )
    strip = strip_of(project, "charter")
    assert strip is not None
    assert [[card.people[0] for card in cards] for cards in strip.since] == [["mia", "jan"], ["lea"]]


ASKS = """
    asks:
      - {id: A-1, artifact: charter, of: [sponsor], because: Clara follows Eva as sponsor., date: 2026-05-06}
      - {id: A-2, artifact: charter, of: [it]}
"""


def test_two_slots_of_one_party_are_told_apart_by_why_it_is_asked_again(make: Make) -> None:
    found = signoffs(
        valid("sponsor", "eva"),
        Slot("sponsor", Status.MISSING, ask="A-1"),
        Slot("it", Status.MISSING, ask="A-2"),
        Slot("marketing", Status.MISSING, ask="gone"),
        records=(record("eva", "sponsor"),),
        due=date(2026, 5, 15),
    )

    strip = strip_of(make(asks=ASKS, answer=found), "charter")

    assert strip is not None
    assert [card.notes for card in strip.cards] == [
        (),
        ("asked again on 6 May 2026, because Clara follows Eva as sponsor",),
        ("asked later",),
        ("asked later",),
    ]
    assert "Sponsor (asked again), IT and Marketing have not answered" in strip.sentence.rest
    assert [card.due for card in strip.cards] == [date(2026, 5, 15), None, None, None]
