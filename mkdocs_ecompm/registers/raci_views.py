"""Responsibility matrices as pages: who does what, readable on a phone, and how much hangs on whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import groupby
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.raci import LETTERS, Activity, Matrix

MEANINGS: Final = {
    "R": "does it",
    "A": "answers for it",
    "C": "is asked before",
    "I": "is told after",
    "S": "helps",
}
"""What each letter means to the one who stands there."""


class Column(Struct, frozen=True):
    """A party of a matrix. Empty cells say nothing, so `letters` has only those who have a part."""

    party: str
    name: str


class Cell(Struct, frozen=True):
    """What one party does in one activity: `A`, or `A/R`; empty if nothing."""

    party: str
    name: str
    letters: tuple[str, ...]


class Row(Struct, frozen=True):
    """An activity. `fault` says in words what is wrong with it, empty if nothing is.

    `anchor` names its place on the page: the same id may stand in several matrices.
    """

    id: str
    anchor: str
    name: str
    cells: tuple[Cell, ...]
    fault: str
    source: Source


class Group(Struct, frozen=True):
    """The activities of one phase."""

    phase: str
    rows: tuple[Row, ...]


class MatrixView(Struct, frozen=True):
    """One matrix."""

    id: str
    name: str
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]
    source: Source


class Load(Struct, frozen=True):
    """How often a party has each letter, in the order of `letters` of the view."""

    party: str
    name: str
    counts: tuple[int, ...]


class RaciView(Struct, frozen=True):
    """Context of `pages/raci`."""

    sentence: Sentence
    letters: tuple[tuple[str, str, str], ...]
    matrices: tuple[MatrixView, ...]
    loads: tuple[Load, ...]


def views(project: Project) -> Iterable[View]:
    """The page of all matrices."""
    matrices = project.state.of(Matrix)
    content = project.state.contents.get("raci")
    context = RaciView(
        sentence=_sentence(matrices),
        letters=tuple((letter, word, MEANINGS[letter]) for word, letter in LETTERS.items() if _used(matrices, word)),
        matrices=tuple(_matrix(project, record) for record in matrices),
        loads=tuple(_loads(project, matrices)),
    )
    headings = [Heading(record.id, record.entry.name) for record in matrices]
    yield View(
        path="raci",
        title="RACI",
        template="raci",
        section="Agreements",
        context=context,
        source=content.source if content is not None else None,
        headings=(*headings, Heading("load", "How much hangs on whom")) if headings else (),
        anchors=tuple(
            activity_anchor(record.id, activity.id) for record in matrices for activity in record.entry.activities
        ),
    )


def activity_anchor(matrix: str, activity: str) -> str:
    """The place of an activity on the page, `delivery:A-01`. No id has a colon, so no two are the same."""
    return f"{matrix}:{activity}"


def _used(matrices: Iterable[Record[Matrix]], column: str) -> bool:
    return any(getattr(activity, column) for record in matrices for activity in record.entry.activities)


def _sentence(matrices: tuple[Record[Matrix], ...]) -> Sentence:
    activities = [activity for record in matrices for activity in record.entry.activities]
    without = [activity for activity in activities if not activity.accountable]
    several = [
        activity
        for record in matrices
        for activity in record.entry.activities
        if len(activity.accountable) > record.entry.allow.accountable
    ]
    idle = [activity for activity in activities if not activity.responsible]
    faults = [
        *([f"nobody answers for {_ids(without)}"] if without else []),
        *([f"several answer for {_ids(several)}"] if several else []),
        *([f"nobody does {_ids(idle)}"] if idle else []),
    ]
    if not activities:
        return Sentence("No activity is written down yet.")
    if not faults:
        total = language.figure(len(activities), "activity", "activities")
        each = f"Each of {total}" if len(activities) > 1 else "The one activity"
        return Sentence(f"{each} has exactly one who answers for it, and somebody who does it.")
    others = len(activities) - len({id(activity) for activity in (*without, *several, *idle)})
    return Sentence(f"{language.capital(' and '.join(faults))}.", _complete(others, len(activities)))


def _complete(others: int, all_of_them: int) -> str:
    """How many activities have no fault, where some have one."""
    if not others:
        return ""
    what = language.figure(all_of_them, "activity", "activities")
    return f"Of {what}, the other{'s are' if others > 1 else ' is'} complete."


def _ids(activities: Iterable[Activity]) -> str:
    return language.few(activity.id for activity in activities)


def _matrix(project: Project, record: Record[Matrix]) -> MatrixView:
    columns = _columns(project, record.entry.activities)
    rows = [
        (activity.phase or "", _row(record, index, activity, columns))
        for index, activity in enumerate(record.entry.activities)
    ]
    groups = [
        Group(project.state.name(f"timeline/{phase}").removeprefix("timeline/") if phase else "", _rows(members))
        for phase, members in groupby(rows, key=lambda row: row[0])
    ]
    return MatrixView(record.id, record.entry.name, columns, tuple(groups), record.source)


def _rows(members: Iterable[tuple[str, Row]]) -> tuple[Row, ...]:
    return tuple(row for _, row in members)


def _columns(project: Project, activities: Iterable[Activity]) -> tuple[Column, ...]:
    """Every party with a part, those who answer for most first: the reader finds the weight at the left."""
    weight: Counter[str] = Counter()
    for activity in activities:
        for points, column in (
            (100, "accountable"),
            (10, "responsible"),
            (1, "consulted"),
            (0, "informed"),
            (0, "support"),
        ):
            for party in getattr(activity, column):
                weight[_known(project, party)] += points
    return tuple(Column(party, project.state.name(party)) for party, _ in weight.most_common())


def _known(project: Project, party: str) -> str:
    """The id as people.yml writes it: ids are compared without regard to case."""
    record = project.state.party(party)
    return record.id if record else party


def _row(record: Record[Matrix], index: int, activity: Activity, columns: tuple[Column, ...]) -> Row:
    cells = tuple(
        Cell(
            column.party,
            column.name,
            tuple(
                letter
                for word, letter in LETTERS.items()
                if column.party.casefold() in {party.casefold() for party in getattr(activity, word)}
            ),
        )
        for column in columns
    )
    fault, place = _fault(record.entry, activity), record.at("activities", index)
    return Row(activity.id, activity_anchor(record.id, activity.id), activity.name, cells, fault, place)


def _fault(matrix: Matrix, activity: Activity) -> str:
    if not activity.accountable:
        return "nobody answers for it"
    if len(activity.accountable) > matrix.allow.accountable:
        return "several answer for it"
    return "" if activity.responsible else "nobody does it"


def _loads(project: Project, matrices: Iterable[Record[Matrix]]) -> Iterable[Load]:
    """Every party by the number of activities it answers for, then by those it does."""
    counts: dict[str, Counter[str]] = {}
    for record in matrices:
        for activity in record.entry.activities:
            for word, letter in LETTERS.items():
                for party in getattr(activity, word):
                    counts.setdefault(_known(project, party), Counter())[letter] += 1
    letters = [letter for word, letter in LETTERS.items() if _used(matrices, word)]
    for party, count in sorted(counts.items(), key=lambda item: (-item[1]["A"], -item[1]["R"], item[0])):
        yield Load(party, project.state.name(party), tuple(count[letter] for letter in letters))
