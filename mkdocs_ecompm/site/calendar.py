"""What is due as a calendar (RFC 5545): for everybody, and for one person.

Each item is an event of a whole day, for Outlook and Google show no to-dos. An item keeps its UID from build to build,
whatever its day, its text or its place in the file, so that a subscribed calendar moves it. Nothing depends on the
clock: an event is stamped with the day on which the project is looked at.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.incomplete import unknown
from mkdocs_ecompm.model.parties import speakers
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.project import ProjectDocument
from mkdocs_ecompm.site.content_lines import component, day, instant, one_line, text, uri
from mkdocs_ecompm.site.links import locate
from mkdocs_ecompm.site.person import parties_of
from mkdocs_ecompm.site.wording import artifact_name

PUBLISHER: Final = "-//mkdocs-ecompm//Project calendar//EN"
FEED: Final = "calendar.ics"

_SUFFIX: Final = ".ics"
_PAGE: Final = "people/"
_ONE_A_RECORD: Final = frozenset({"obligation", "task", "milestone", "gate", "measurement"})
"""Kinds of which a record has one; of the others the text tells them apart."""

UrlOf = Callable[[str], str | None]
"""The full address of a page with its anchor (`risks#R-004`); None if it is not known."""


class Item(Struct, frozen=True):
    """One event. `page` is where the site shows it."""

    uid: str
    day: date
    kind: str
    title: str
    lines: tuple[str, ...]
    page: str


def calendar(project: Project, *, person: str | None = None, url_of: UrlOf = lambda _page: None) -> bytes:
    """The calendar of everybody, or of one person, as the bytes of an .ics file."""
    return _Writer(project, url_of).calendar(person)


def feeds(project: Project, pages: Iterable[str], url_of: UrlOf) -> Mapping[str, bytes]:
    """The calendars of a site by their paths: that of everybody beside This week, a person's beside her page."""
    writer = _Writer(project, url_of)
    people = [path for path in pages if path.startswith(_PAGE)]
    found = {FEED: writer.calendar(None)} if "this-week" in pages else {}
    return found | {feed_of(path): writer.calendar(path.removeprefix(_PAGE).removeprefix("-")) for path in people}


def feed_of(page: str) -> str:
    """The path of the calendar that belongs to a page."""
    return f"{page}{_SUFFIX}" if page.startswith(_PAGE) else FEED


def items(
    project: Project, person: str | None = None, made: dict[tuple[int, str], Item] | None = None
) -> tuple[Item, ...]:
    """Every dated item, of everybody or of one person, by its day; `made` keeps those that stand in several calendars.

    Its keys are the identities of the project's duties, which live as long as the project, and the items' uids.
    """
    made = {} if made is None else made
    duties = project.duties if person is None else _of(project, person)
    document = project.state.header(ProjectDocument)
    place = document.id if document else "project"
    found: list[Item] = []
    seen: Counter[str] = Counter()
    for duty in _one_to_read(duties):
        name = _name(duty)
        seen[name] += 1
        uid = f"{name}@{place}" if seen[name] == 1 else f"{name}-{seen[name]}@{place}"
        if duty.due is not None:
            key = (id(duty), uid)
            if key not in made:
                made[key] = _item(project, duty, uid, duty.due)
            found.append(made[key])
    return tuple(sorted(found, key=lambda item: (item.day, item.uid)))


def _of(project: Project, person: str) -> Iterator[Duty]:
    """What one person owes, decides, and may sign. A gate that waits for her signature is among these already."""
    mine = {party.casefold() for party in parties_of(project, person)}
    asked = [duty for duty in project.duties if duty.kind == "sign-off"]
    signing = [d for d in asked if any(person in speakers(project.state, who, project.as_of) for who in d.who)]
    gates = {duty.ref for duty in signing}
    for duty in project.duties:
        of_hers = any(who.casefold() in mine for who in duty.who)
        if duty.kind != "sign-off" and of_hers and not (duty.kind == "gate" and duty.ref in gates):
            yield duty
    yield from signing


def _one_to_read(duties: Iterable[Duty]) -> Iterator[Duty]:
    """A slot for two of a department is one event, in which it is asked once."""
    asked: set[tuple[str, tuple[str, ...], date | None]] = set()
    for duty in duties:
        slot = (duty.ref, duty.who, duty.due)
        if duty.kind != "sign-off" or slot not in asked:
            yield duty
        if duty.kind == "sign-off":
            asked.add(slot)


def _name(duty: Duty) -> str:
    """What an item is called for programs, whatever its day: `obligation-obligations-O-3`."""
    name = f"{duty.kind}-{duty.ref.replace('/', '-')}"
    if duty.kind == "sign-off":
        return "-".join([name, *duty.who])
    if duty.kind in _ONE_A_RECORD:
        return name
    return f"{name}-{hashlib.sha256(duty.what.encode('utf-8', 'replace')).hexdigest()[:12]}"


def _item(project: Project, duty: Duty, uid: str, day: date) -> Item:
    state = project.state
    what = artifact_name(state, duty.ref) if duty.kind == "sign-off" else duty.what
    who = language.listing(state.name(party) for party in duty.who)
    title = f"{'✓ ' if duty.done else ''}{_label(duty)}: {what}"
    facts = (
        ("Who", who),
        ("How", duty.process),
        ("Accepted by", state.name(duty.accepted_by) if duty.accepted_by else ""),
        ("Waits for it", language.few(state.name(ref) for ref in duty.blocks)),
        ("In the project", duty.ref),
    )
    lines = tuple(f"{name}: {one_line(text)}" for name, text in facts if text)
    return Item(uid, day, _label(duty), one_line(f"{title} ({who})" if who else title), lines, locate(state, duty.ref))


def _label(duty: Duty) -> str:
    return {"action": "Risk action", "condition": "Gate condition"}.get(duty.kind, language.capital(duty.kind))


class _Writer:
    """Writes the calendars of one project. An event that stands in several is made once."""

    def __init__(self, project: Project, url_of: UrlOf) -> None:
        self._project = project
        self._url_of = url_of
        self._stamp = instant(datetime.combine(project.as_of, time(), UTC))
        self._items: dict[tuple[int, str], Item] = {}
        self._events: dict[Item, bytes] = {}

    def calendar(self, person: str | None) -> bytes:
        """One calendar."""
        document = self._project.state.header(ProjectDocument)
        name = document.name if document else "Project"
        head = (
            ("VERSION", "2.0"),
            ("PRODID", PUBLISHER),
            ("CALSCALE", "GREGORIAN"),
            ("METHOD", "PUBLISH"),
            ("X-WR-CALNAME", text(one_line(f"{name}: {self._project.state.name(person)}" if person else name))),
            *((("X-WR-CALDESC", text(one_line(missing))),) if (missing := self._missing()) else ()),
            ("X-PUBLISHED-TTL", "P1D"),
        )
        return component("VCALENDAR", head, map(self._event, items(self._project, person, self._items)))

    def _missing(self) -> str:
        """That no agreement is in the calendar, because none can be checked; empty if none is missing."""
        why = unknown(self._project) if self._project.signoffs.agreements else ""
        return f"Agreements are left out, for none can be checked here. {why.replace('`', '')}" if why else ""

    def _event(self, item: Item) -> bytes:
        if item not in self._events:
            self._events[item] = component("VEVENT", self._properties(item))
        return self._events[item]

    def _properties(self, item: Item) -> Iterator[tuple[str, str]]:
        address = self._url_of(item.page) if item.page else None
        yield "UID", text(item.uid)
        yield "DTSTAMP", self._stamp
        yield "DTSTART;VALUE=DATE", day(item.day)
        if item.day < date.max:
            yield "DTEND;VALUE=DATE", day(item.day + timedelta(1))
        yield "SUMMARY", text(item.title)
        yield "DESCRIPTION", text("\n".join([*item.lines, *([address] if address else [])]))
        yield "CATEGORIES", text(item.kind)
        yield "STATUS", "CONFIRMED"
        yield "TRANSP", "TRANSPARENT"
        if address:
            yield "URL", uri(address)
