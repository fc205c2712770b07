"""Calendar files: the library icalendar and the rules of RFC 5545 say whether they are right."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Signoffs, Slot, Status
from mkdocs_ecompm.site.calendar import calendar, feeds
from mkdocs_ecompm.site.content_lines import component, one_line, text, uri
from mkdocs_ecompm.site.exclusion import without

Make = Callable[..., Project]
REQUIRED = {"UID", "DTSTAMP", "DTSTART", "SUMMARY"}

OBLIGATIONS = """
    obligations:
      - id: O-1
        party: marketing
        what: Product texts; all of them, in German
        due: 2026-06-30
        process: [write, approve]
        accepted_by: jan
        needed_for: [M10]
      - {id: O-2, party: it, what: Test shop, due: 2026-05-29, process: [build], status: met, met_on: 2026-05-20}
"""
TIMELINE = """
    phases: [{id: planning, name: Planning, start: 2026-03-02, end: 2026-04-30}]
    gates:
      - id: G1
        name: Ready
        opens: planning
        date: 2026-06-01
        decision: open
        conditions: [{id: c, what: Contract, owner: tom, due: 2026-06-05}]
    milestones: [{id: M10, name: Go-live, date: 2026-10-06}]
    tasks: [{id: T-1, name: Build the shop, owner: jan, duration: 5d}]
"""
RISKS = """
    risks:
      - id: R-1
        title: Rankings
        kind: threat
        likelihood: 2
        impact: 3
        owner: mia
        status: open
        actions: [{what: Redirects, due: 2026-07-01}, {what: Map, due: 2026-07-02}]
"""


def signoffs(*slots: Slot, artifact: str = "charter") -> Signoffs:
    found = Agreement(artifact, None, Status.MISSING, None, False, False, (), (), slots)  # noqa: FBT003
    return Signoffs(agreements=(found,))


ASKED = signoffs(
    Slot("sponsor", Status.MISSING, due=date(2026, 6, 3)),
    Slot("marketing", Status.STALE, due=date(2026, 6, 4)),
    Slot("marketing", Status.MISSING, due=date(2026, 6, 4)),
    Slot("it", Status.VALID, due=date(2026, 6, 3)),
    Slot("karl", Status.MISSING),
)


@pytest.fixture
def project(make: Make) -> Project:
    return make(
        project="{id: hafen, name: Hafen Outdoor, start: 2026-05-25}",
        obligations=OBLIGATIONS,
        timeline=TIMELINE,
        risks=RISKS,
        answer=ASKED,
    )


def events(data: bytes) -> dict[str, Any]:
    """The events by their UIDs, read by icalendar, after the rules that it does not insist on."""
    assert data.endswith(b"\r\n")
    assert b"\n" not in data.replace(b"\r\n", b"")
    for line in data.split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
        assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", line)
    read = icalendar.Calendar.from_ical(data)
    assert read.errors == []
    assert {str(read["VERSION"]), str(read["METHOD"])} == {"2.0", "PUBLISH"}
    assert read["PRODID"]
    found = read.walk("VEVENT")
    assert [component.name for component in read.walk()] == ["VCALENDAR", *["VEVENT"] * len(found)]
    for event in found:
        assert event.errors == []
        assert set(event) >= REQUIRED
    assert len({event["UID"] for event in found}) == len(found)
    return {str(event["UID"]).removesuffix("@hafen"): event for event in found}


def days(data: bytes) -> dict[str, date]:
    return {uid: event["DTSTART"].dt for uid, event in events(data).items()}


def test_everything_that_is_due_has_its_day(project: Project) -> None:
    found = days(calendar(project))
    assert {uid: day for uid, day in found.items() if not uid.startswith(("action", "condition"))} == {
        "obligation-obligations-O-1": date(2026, 6, 30),
        "obligation-obligations-O-2": date(2026, 5, 29),
        "gate-timeline-G1": date(2026, 6, 1),
        "milestone-timeline-M10": date(2026, 10, 6),
        "task-timeline-T-1": date(2026, 5, 29),
        "sign-off-charter-sponsor": date(2026, 6, 3),
        "sign-off-charter-marketing": date(2026, 6, 4),
    }
    assert sorted(day for uid, day in found.items() if uid.startswith("action")) == [date(2026, 7, 1), date(2026, 7, 2)]
    assert [day for uid, day in found.items() if uid.startswith("condition")] == [date(2026, 6, 5)]
    assert len(found) == len({(d.kind, d.ref, d.what, d.who) for d in project.duties if d.due})


def test_an_event_in_full(project: Project) -> None:
    event = events(calendar(project, url_of=lambda page: f"https://shop.example/x/{page}"))[
        "obligation-obligations-O-1"
    ]
    assert str(event["SUMMARY"]) == "Obligation: Product texts; all of them, in German (Marketing)"
    assert str(event["DESCRIPTION"]).split("\n") == [
        "Who: Marketing",
        "How: write → approve",
        "Accepted by: Jan Peters",
        "Waits for it: Go-live",
        "In the project: obligations/O-1",
        "https://shop.example/x/obligations#O-1",
    ]
    assert str(event["URL"]) == "https://shop.example/x/obligations#O-1"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 6, 30), date(2026, 7, 1))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["DTSTAMP"].dt == datetime(2026, 5, 25, tzinfo=UTC)
    assert (str(event["STATUS"]), str(event["TRANSP"])) == ("CONFIRMED", "TRANSPARENT")
    assert [str(word) for word in event["CATEGORIES"].cats] == ["Obligation"]


def test_marks_in_a_text_are_no_marks_of_the_file(project: Project) -> None:
    assert b"\r\nSUMMARY:Obligation: Product texts\\; all of them\\, in German (Marketing)\r\n" in calendar(project)
    assert text("a\\b\nc") == "a\\\\b\\nc"


def test_what_is_done_says_so_and_without_a_site_there_is_no_address(project: Project) -> None:
    found = events(calendar(project))
    assert str(found["obligation-obligations-O-2"]["SUMMARY"]) == "✓ Obligation: Test shop (IT)"
    assert not any("URL" in event or "https" in str(event["DESCRIPTION"]) for event in found.values())


def test_a_person_has_what_she_owes_and_may_sign(project: Project) -> None:
    def kinds(person: str) -> list[str]:
        return sorted(days(calendar(project, person=person)))

    actions = [uid for uid in days(calendar(project)) if uid.startswith("action")]
    assert kinds("mia") == sorted(["obligation-obligations-O-1", "sign-off-charter-marketing", *actions])
    assert kinds("eva") == ["sign-off-charter-sponsor"]
    assert kinds("jan") == ["obligation-obligations-O-2", "task-timeline-T-1"]
    assert kinds("karl") == []
    head = icalendar.Calendar.from_ical(calendar(project, person="mia"))
    assert str(head["X-WR-CALNAME"]) == "Hafen Outdoor: Mia Köster"


def test_a_gate_is_once_in_the_calendar_of_who_signs_it(make: Make) -> None:
    asked = signoffs(Slot("eva", Status.MISSING, due=date(2026, 6, 1)), artifact="timeline/G1")
    project = make(timeline=TIMELINE, answer=asked)
    assert list(days(calendar(project, person="eva"))) == ["sign-off-timeline-G1-eva"]
    signed = signoffs(Slot("eva", Status.VALID, due=date(2026, 6, 1)), artifact="timeline/G1")
    assert list(days(calendar(make(timeline=TIMELINE, answer=signed), person="eva"))) == ["gate-timeline-G1"]


def test_an_item_keeps_its_uid_whatever_its_day_its_words_and_its_place(make: Make) -> None:
    before = make(obligations=OBLIGATIONS, timeline=TIMELINE, risks=RISKS)
    lines = OBLIGATIONS.strip("\n").splitlines()
    moved = "\n".join([lines[0], lines[-1], *lines[1:-1]]).replace("2026-06-30", "2026-08-01").replace("Product", "All")
    after = make(
        obligations=moved,
        timeline=TIMELINE.replace("2026-10-06", "2026-11-06").replace("Go-live", "Live"),
        risks=RISKS.replace("2026-07-01", "2026-07-15").replace("Rankings", "Ranking"),
        as_of=date(2026, 5, 28),
    )
    first, second = days(calendar(before)), days(calendar(after))
    assert first.keys() == second.keys()
    assert {uid for uid in first if first[uid] != second[uid]} >= {
        "obligation-obligations-O-1",
        "milestone-timeline-M10",
    }


def test_a_sign_off_keeps_its_uid_when_others_sign(make: Make) -> None:
    left = signoffs(Slot("sponsor", Status.VALID), Slot("marketing", Status.MISSING, due=date(2026, 6, 9)))
    assert list(days(calendar(make(answer=left)))) == ["sign-off-charter-marketing"]


def test_two_with_the_same_words_are_two(make: Make) -> None:
    twice = RISKS.replace("Map", "Redirects")
    assert len(days(calendar(make(risks=twice)))) == 2


def test_the_same_project_gives_the_same_bytes(project: Project) -> None:
    assert calendar(project) == calendar(project)
    later = replace(project, as_of=project.as_of + timedelta(1))
    changed = set(calendar(project).split(b"\r\n")) ^ set(calendar(later).split(b"\r\n"))
    assert changed == {b"DTSTAMP:20260525T000000Z", b"DTSTAMP:20260526T000000Z"}


def test_an_empty_project_has_an_empty_calendar(make: Make) -> None:
    assert days(calendar(make(bare=True))) == {}


HOSTILE = (
    "\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:evil",
    "\nATTACH:file:///etc/passwd",
    "a\u2028b\x85c\x0bd\x00e\x1b]f\u202eg\ufeff",
    "\\n\\N\\;:\"'^n",
    "ü" * 200,
    "👩‍👩‍👧" * 40,
    "\ud800 alone",
    "<script>alert(1)</script>",
    " " * 300,
    "",
)


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(make: Make, words: str) -> None:
    duty = Duty("obligation", "obligations/O-1", words, (words,), date(2026, 6, 1), process=words, blocks=(words,))
    project = replace(make(), duties=(duty,))
    data = calendar(project, url_of=lambda _page: f"https://shop.example/{words}")
    (event,) = events(data).values()
    assert one_line(words) in str(event["SUMMARY"])
    assert "ATTACH" not in event


@pytest.mark.parametrize("day", [date.min, date(999, 1, 1), date.max, date.max - timedelta(1)])
def test_any_day_can_be_written(make: Make, day: date) -> None:
    (event,) = events(calendar(replace(make(), duties=(Duty("task", "timeline/T-1", "x", (), day),)))).values()
    assert event["DTSTART"].dt == day


@given(st.text(max_size=300))
def test_every_text_is_read_back(words: str) -> None:
    data = component("VEVENT", [("SUMMARY", text(words)), ("URL", uri(words))])
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    read = icalendar.Event.from_ical(data)
    assert str(read["SUMMARY"]) == "\n".join(one_line(line) for line in words.split("\n"))


def test_a_site_has_them_beside_its_pages(project: Project) -> None:
    made = feeds(project, ["this-week", "people/mia", "people", "risks"], lambda _page: None)
    assert list(made) == ["calendar.ics", "people/mia.ics"]
    assert made["people/mia.ics"] == calendar(project, person="mia")
    assert made["calendar.ics"] == calendar(project)
    assert feeds(project, ["risks"], lambda _page: None) == {}


def test_what_a_site_leaves_out_is_not_in_them(project: Project) -> None:
    shown = without(project, {"risks", "timeline"})
    assert {uid.split("-")[0] for uid in days(calendar(shown))} == {"obligation", "sign"}
    assert b"Go-live" not in calendar(shown)


def test_five_thousand_items_are_not_slow(make: Make) -> None:
    """A guard against something that grows faster than the project; it is no measurement."""
    duties: Iterable[Duty] = (
        Duty("task", f"timeline/T-{n}", f"Task {n}", ("mia",), date(2026, 1, 1) + timedelta(n % 700))
        for n in range(5000)
    )
    made: Mapping[str, bytes] = feeds(replace(make(), duties=tuple(duties)), ["this-week", "people/mia"], str)
    assert all(data.count(b"BEGIN:VEVENT") == 5000 for data in made.values())
