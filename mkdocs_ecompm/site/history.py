"""The History page: what happened last month, since the last gate, and in each month before, and who changed what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.report import TITLES, in_one_line, summary
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.comparison import Fact, Period, Tone, Topic
from mkdocs_ecompm.model.history import Revision
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.model.signoff import Decision, SignoffRecord
from mkdocs_ecompm.site.wording import artifact_name

SIGNS: Final = {
    Tone.GOOD: ("✓", "good news"),
    Tone.ATTENTION: ("●", "worth a look"),
    Tone.BAD: ("●", "bad news"),
    Tone.NEUTRAL: ("○", "news"),
}
"""The sign of each tone, and what it says to those who do not see it."""
_DECIDED: Final = {
    Decision.APPROVE: "agreed to",
    Decision.REJECT: "said no to",
    Decision.WITHDRAW: "took back the agreement to",
}
_MOST: Final = {Topic.TASKS: 3, Topic.REST: 3}
_USUAL: Final = 6
_IN_A_CHANGE: Final = 4
"""Facts of one change that are shown; the rest is folded."""
_AT_MOST: Final = 20
_A_TOPIC: Final = 100
"""Facts of a topic that stand on the page; more are counted."""
_MANY_COMMITS: Final = 3
_AMOUNT: Final = re.compile(r"\(\+(?=[^\d\s])")
"""The sign before an amount of money, with which it stays in one line."""


class FactLine(Struct, frozen=True):
    """A fact as a line: a sign, the part that links to the record, the rest, and the commits that made it so."""

    tone: str
    sign: str
    word: str
    ref: str
    subject: str
    rest: str
    commits: tuple[str, ...] = ()


class TopicBlock(Struct, frozen=True):
    """The facts about one thing: those shown, those folded, and how many are only counted."""

    title: str
    shown: tuple[FactLine, ...]
    folded: tuple[FactLine, ...]
    left: int = 0


class Decided(Struct, frozen=True):
    """What somebody said of an artifact in a commit."""

    person: str
    said: str
    artifact: str
    label: str


class ChangeLine(Struct, frozen=True):
    """One change of the files, or one commit in which somebody only decided something.

    `author` is the name that the commit claims. `others` are the authors of what a merge brought, by their subjects.
    """

    day: date
    author: str
    subject: str
    commit: str
    others: tuple[tuple[str, str], ...]
    shown: tuple[FactLine, ...]
    folded: tuple[FactLine, ...]
    decided: tuple[Decided, ...]
    left: int = 0
    """Facts that are only counted."""


class PeriodBlock(Struct, frozen=True):
    """A period: its name, what happened in one line, the facts by topic, and who changed what."""

    anchor: str
    title: str
    span: str
    line: str
    topics: tuple[TopicBlock, ...]
    changes: tuple[ChangeLine, ...]
    command: str


class HistoryView(Struct, frozen=True):
    """Context of `pages/history`. `last` is the month that is over, None if nothing happened in it."""

    sentence: Sentence
    last: PeriodBlock | None
    since: tuple[PeriodBlock, ...]
    months: tuple[PeriodBlock, ...]
    problem: str
    judged: bool
    """Whether the agreements of the newest periods were judged: not in a large project."""


def views(project: Project) -> Iterable[View]:
    """The page, where there is a past, or where there should be one and it cannot be read."""
    history = project.history
    if not history.periods and not (history.problem and project.signoffs.commit):
        return
    # Where the copy is cut off, what was there before is not written down for the first time.
    periods = [one for one in history.periods if not (history.shallow and one.comparison.was.commit is None)]
    blocks = [(period, _block(project, period)) for period in periods]
    whole = {period.since: (period, block) for period, block in blocks if period.kind == "month" and period.until}
    over = (project.as_of.replace(day=1) - timedelta(days=1)).replace(day=1)
    last = whole.pop(over, None)
    context = HistoryView(
        sentence=_sentence(project, over, last[0] if last else None),
        last=last[1] if last else None,
        since=tuple(block for period, block in blocks if period.until is None),
        months=tuple(block for _, block in whole.values()),
        problem=history.problem,
        judged=any(period.agreements for period in history.periods),
    )
    headings = [Heading("last-month", context.last.title)] if context.last else []
    headings += [Heading("since", "Since …")] if context.since else []
    headings += [Heading("months", "The months before")] if context.months else []
    yield View(
        path="history",
        title="History",
        template="history",
        section="Plan",
        context=context,
        headings=tuple(headings),
        anchors=tuple(block.anchor for _, block in blocks),
    )


def _sentence(project: Project, over: date, last: Period | None) -> Sentence:
    """What happened in the month that is over."""
    month, revisions = language.month_and_year(over), project.history.revisions
    if last is not None:
        said = summary(last.comparison.facts)
        return Sentence(f"{month}: {_arrows(said.lead)}", _arrows(said.rest))
    if project.history.shallow and (not revisions or revisions[0].day > over):
        since = f"This copy of the project begins on {language.day(revisions[0].day)}." if revisions else ""
        return Sentence("What happened before cannot be read here.", since)
    if not project.history.periods:
        return Sentence("The past cannot be read here.")
    if not revisions or revisions[0].day > over:
        return Sentence("The first month is not over.", "What has happened so far stands below.")
    return Sentence(f"{month}: nothing changed.", f"The last change was on {language.day(revisions[-1].day)}.")


# --- periods ----------------------------------------------------------------------------------------------------------


def _block(project: Project, period: Period) -> PeriodBlock:
    facts = period.comparison.facts
    revisions = {revision.commit: revision for revision in project.history.revisions}
    within = [revisions[commit] for commit in period.commits if commit in revisions]
    made = _commits_of(project, within)
    return PeriodBlock(
        anchor=f"{period.kind}-{period.name}",
        title=_title(project, period),
        span=_span(project, period),
        line=_arrows(in_one_line(facts, named=True)),
        topics=tuple(_topics(facts, made)),
        changes=tuple(_changes(project, period, within)) if period.kind == "month" else (),
        command=_command(period),
    )


def _title(project: Project, period: Period) -> str:
    if period.kind == "gate":
        return f"Since gate {period.name}, {project.state.name(f'timeline/{period.name}')}"
    if period.kind == "baseline":
        return f"Since the baseline {period.name}"
    month = language.month_and_year(date.fromisoformat(f"{period.name}-01"))
    return month if period.until else f"{month} so far"


def _span(project: Project, period: Period) -> str:
    if period.until is None:
        return f"{language.day(period.since)} to {language.day(project.as_of)}"
    return language.count(len(period.commits), "change")


def _command(period: Period) -> str:
    """What shows the same on a command line."""
    was, is_ = period.comparison.was, period.comparison.is_
    if was.commit is None:
        return ""
    return f"diff {was.as_of}" if period.until is None else f"diff {was.as_of} {is_.as_of}"


def _topics(facts: Sequence[Fact], made: Mapping[tuple[str, str], tuple[str, ...]]) -> Iterator[TopicBlock]:
    for topic in Topic:
        told = [fact for fact in facts if fact.topic is topic]
        lines = [_line(fact, made) for fact in told[:_A_TOPIC]]
        most = _MOST.get(topic, _USUAL)
        if lines and len(lines) == most + 1:
            most += 1
        if lines:
            yield TopicBlock(TITLES[topic], tuple(lines[:most]), tuple(lines[most:]), len(told[_A_TOPIC:]))


def _line(fact: Fact, made: Mapping[tuple[str, str], tuple[str, ...]]) -> FactLine:
    sign, word = SIGNS[fact.tone]
    commits = made.get((fact.ref, fact.kind), ())[:_MANY_COMMITS]
    return FactLine(fact.tone.value, sign, word, fact.ref, fact.subject, _arrows(fact.rest), commits)


def _arrows(text: str) -> str:
    return _AMOUNT.sub("(+\u2060", text.replace(" -> ", " → "))


def _commits_of(project: Project, revisions: Iterable[Revision]) -> dict[tuple[str, str], tuple[str, ...]]:
    """The commits that made a fact so, by its record and kind."""
    found: dict[tuple[str, str], list[str]] = {}
    for revision in revisions:
        for fact in project.history.told.get(revision.commit, ()):
            commits = found.setdefault((fact.ref, fact.kind), [])
            if revision.commit not in commits:
                commits.append(revision.commit)
    return {key: tuple(commits) for key, commits in found.items()}


# --- who changed what -------------------------------------------------------------------------------------------------


def _changes(project: Project, period: Period, revisions: Sequence[Revision]) -> Iterator[ChangeLine]:
    """Every change and every decision of a period, the newest first."""
    said = _decided_in(project)
    lines = [_change(project, revision, said.pop(revision.commit, [])) for revision in revisions]
    inside = {one.commit for revision in project.history.revisions for one in (revision, *revision.merged)}
    for commit, records in said.items():
        day = records[0].date.date()
        if commit not in inside and _within(period, day):
            lines.append(_decision(project, commit, records))
    yield from sorted(lines, key=lambda line: line.day, reverse=True)


def _within(period: Period, day: date) -> bool:
    if period.until is None:
        return day > period.since
    return period.since <= day <= period.until


def _decided_in(project: Project) -> dict[str, list[SignoffRecord]]:
    """What was decided in each commit; only what counts."""
    found: dict[str, list[SignoffRecord]] = {}
    for record in project.signoffs.records:
        if record.counts or record.reasons == ("superseded",):
            found.setdefault(record.commit, []).append(record)
    return found


def _change(project: Project, revision: Revision, records: Sequence[SignoffRecord]) -> ChangeLine:
    told = project.history.told.get(revision.commit, ())
    lines = [_line(fact, {}) for fact in told[:_AT_MOST]]
    most = len(lines) if len(lines) == _IN_A_CHANGE + 1 else _IN_A_CHANGE
    return ChangeLine(
        day=revision.day,
        author=revision.author,
        subject=revision.subject,
        commit=revision.commit,
        others=tuple((one.author, one.subject) for one in revision.merged),
        shown=tuple(lines[:most]),
        folded=tuple(lines[most:]),
        decided=tuple(_decided(project, record) for record in records),
        left=len(told[_AT_MOST:]),
    )


def _decision(project: Project, commit: str, records: Sequence[SignoffRecord]) -> ChangeLine:
    return ChangeLine(
        day=records[0].date.date(),
        author="",
        subject="",
        commit=commit,
        others=(),
        shown=(),
        folded=(),
        decided=tuple(_decided(project, record) for record in records),
    )


def _decided(project: Project, record: SignoffRecord) -> Decided:
    label = artifact_name(project.state, record.artifact)
    return Decided(record.person or "", _DECIDED[record.decision], record.artifact, label)
