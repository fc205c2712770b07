"""What each party owes, as a page: by party, overdue first, with what, by when and by which process."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final, TypeAlias

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Link, Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.obligations import Obligation, Step

_ORDER: Final = {"broken": 0, "overdue": 1, "open": 2, "met": 3, "waived": 4}
_TONES: Final = {"broken": "broken", "overdue": "broken", "open": "calm", "met": "holds", "waived": "calm"}
_SIGNS: Final = {"broken": "✗", "overdue": "!", "open": "○", "met": "✓", "waived": "·"}


class ObligationRow(Struct, frozen=True):
    """One obligation. `state` is its status in a word, or `overdue`; `late` counts calendar days."""

    id: str
    what: str
    due: date | None
    late: int
    process: tuple[Step, ...]
    proof: str
    accepted_by: str
    needed_for: tuple[str, ...]
    state: str
    tone: str
    sign: str
    met_on: date | None
    evidence: tuple[Link, ...]
    note: str
    source: Source


class PartyGroup(Struct, frozen=True):
    """What one party owes; `artifact` is what it signs."""

    party: str
    name: str
    artifact: str
    summary: str
    rows: tuple[ObligationRow, ...]


_Owed: TypeAlias = tuple[PartyGroup, ObligationRow]


class ObligationsView(Struct, frozen=True):
    """Context of `pages/obligations`."""

    sentence: Sentence
    parties: tuple[PartyGroup, ...]


def views(project: Project) -> Iterable[View]:
    """The page of all obligations."""
    groups = _groups(project)
    content = project.state.contents.get("obligations")
    yield View(
        path="obligations",
        title="Obligations",
        template="obligations",
        section="Agreements",
        context=ObligationsView(_sentence(project, groups), groups),
        source=content.source if content is not None else None,
        headings=tuple(Heading(f"party-{group.party}", group.name) for group in groups),
        anchors=tuple(row.id for group in groups for row in group.rows),
    )


def _groups(project: Project) -> tuple[PartyGroup, ...]:
    """The parties, those who are late first, then by name."""
    by_party: dict[str, list[ObligationRow]] = {}
    for record in project.state.of(Obligation):
        known = project.state.party(record.entry.party)
        by_party.setdefault(known.id if known else record.entry.party, []).append(_row(project, record))
    groups = [_group(project, party, rows) for party, rows in by_party.items()]
    return tuple(sorted(groups, key=lambda group: (-max(row.late for row in group.rows), group.name.casefold())))


def _group(project: Project, party: str, rows: list[ObligationRow]) -> PartyGroup:
    rows.sort(key=lambda row: (_ORDER[row.state], row.due or date.max, row.id))
    return PartyGroup(party, project.state.name(party), f"obligations/{party}", _summary(rows), tuple(rows))


def _summary(rows: list[ObligationRow]) -> str:
    words = (("broken", "broken"), ("overdue", "overdue"), ("open", "open"), ("met", "met"), ("waived", "waived"))
    counts = [(sum(row.state == state for row in rows), word) for state, word in words]
    return " · ".join(f"{count} {word}" for count, word in counts if count)


def _row(project: Project, record: Record[Obligation]) -> ObligationRow:
    entry = record.entry
    late = (project.as_of - entry.due).days if entry.status in {"open", "broken"} and entry.due else 0
    state = "overdue" if late > 0 and entry.status == "open" else entry.status
    return ObligationRow(
        id=record.id,
        what=entry.what or record.id,
        due=entry.due,
        late=max(late, 0),
        process=entry.process,
        proof=entry.proof,
        accepted_by=entry.accepted_by or "",
        needed_for=entry.needed_for,
        state=state,
        tone=_TONES[state],
        sign=_SIGNS[state],
        met_on=entry.met_on,
        evidence=entry.evidence,
        note=entry.note,
        source=record.source,
    )


def _sentence(project: Project, groups: tuple[PartyGroup, ...]) -> Sentence:
    rows = [(group, row) for group in groups for row in group.rows]
    if not rows:
        return Sentence("Nobody has promised anything yet.")
    late = sorted(((group, row) for group, row in rows if row.late), key=lambda pair: -pair[1].late)
    broken = [(group, row) for group, row in rows if row.state == "broken" and not row.late]
    rest = [*_total(rows)]
    if late:
        rest += [f"{_broken(broken)}."] if broken else []
        return Sentence(_late(late), " ".join(rest))
    rest += _next(project, [row for _, row in rows if row.state == "open"])
    if broken:
        return Sentence(f"{_broken(broken)}.", " ".join(rest))
    if any(row.state == "open" for _, row in rows):
        return Sentence("Nobody is late.", " ".join(rest))
    waived = any(row.state == "waived" for _, row in rows)
    return Sentence(f"Everything promised has been done{' or waived' if waived else ''}.", " ".join(rest))


def _total(rows: list[_Owed]) -> Iterable[str]:
    """How many are over; of a single one everything is said already."""
    done = sum(row.state in {"met", "waived"} for _, row in rows)
    if len(rows) > 1:
        yield f"{done} of {language.figure(len(rows), 'obligation')} {'is' if done == 1 else 'are'} met or waived."


def _late(late: list[_Owed]) -> str:
    names = language.few(dict.fromkeys(group.name for group, _ in late))
    verb = "is" if len({group.name for group, _ in late}) == 1 else "are"
    worst = late[0][1]
    days = language.figure(worst.late, "day")
    if len(late) == 1:
        return f"{names} is {days} late: {worst.what}."
    return f"{names} {verb} late with {language.count(len(late), 'thing')}, the longest by {days}."


def _next(project: Project, waiting: list[ObligationRow]) -> list[str]:
    """Which of the open ones is due first; if none has a day, that none has."""
    following = min((row for row in waiting if row.due), key=_due, default=None)
    if following and following.due:
        return [f"The next is due {language.when(following.due, project.as_of)}: {following.what}."]
    undated = language.capital(language.count(len(waiting), "open one"))
    return [f"{undated} {'has' if len(waiting) == 1 else 'have'} no day."] if waiting else []


def _broken(pairs: list[_Owed]) -> str:
    """What will not be kept, and by whom."""
    names = language.few(dict.fromkeys(group.name for group, _ in pairs))
    if len(pairs) == 1:
        return f"One obligation is broken: {pairs[0][1].what} ({names})"
    return f"{language.capital(language.count(len(pairs), 'obligation'))} are broken, by {names}"


def _due(row: ObligationRow) -> date:
    return row.due or date.max
