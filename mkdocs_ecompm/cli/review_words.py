"""What a pull request asks and changes, in sentences: for a terminal and for a comment at the forge alike."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.comparison.side import Side
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.entry import HEADLINES
from mkdocs_ecompm.model.proposal import Asked, Proposal, Question, Standing, TrustChange, Voice, Waiting
from mkdocs_ecompm.model.signoff import Decision, Status
from mkdocs_ecompm.model.words import shorten
from mkdocs_ecompm.site.wording import change_of

_WHY = {
    Status.REJECTED: "said no",
    Status.WITHDRAWN: "took it back",
    Status.UNVERIFIABLE: "cannot be checked",
}


class Row(Struct, frozen=True):
    """A party that is asked: who can answer for it today, about what, by when, and what waits for it."""

    party: str
    voices: tuple[Voice, ...]
    artifacts: tuple[str, ...]
    due: date | None
    overdue: bool
    waits: tuple[Waiting, ...]
    himself: bool
    signature: bool
    names: tuple[str, ...]


class Line(Struct, frozen=True):
    """One difference for a reader. `kind` is NEW, GONE or CHANGED, `of` what the record calls itself."""

    kind: str
    what: str
    was: str
    is_: str
    of: str = ""


def rows(proposal: Proposal) -> tuple[Row, ...]:
    """Everybody who is asked, one row a party, what is due next first.

    A gate that is another only because what it requires is another waits for its own day, unless nothing else is asked.
    """
    found: dict[tuple[str, tuple[Voice, ...]], list[tuple[Asked, Question]]] = {}
    questions = list(proposal.questions)
    for asked, question in [one for one in questions if not one[0].follows] or questions:
        found.setdefault((question.approver.casefold(), question.voices), []).append((asked, question))
    made = [_row(proposal, questions) for questions in found.values()]
    return tuple(sorted(made, key=lambda one: (one.due or date.max, one.party.casefold())))


def _row(proposal: Proposal, questions: Sequence[tuple[Asked, Question]]) -> Row:
    first = questions[0][1]
    dues = [question.due for _, question in questions if question.due]
    return Row(
        party=first.name,
        voices=first.voices,
        artifacts=tuple(dict.fromkeys(asked.name for asked, _ in questions)),
        due=min(dues, default=None),
        overdue=any(due < proposal.commits.as_of for due in dues),
        waits=tuple(dict.fromkeys(one for asked, _ in questions for one in asked.waits)),
        himself=any(voice.id.casefold() == first.approver.casefold() for voice in first.voices),
        signature=any(question.minimum != "reviewed" for _, question in questions),
        names=tuple(dict.fromkeys(asked.artifact for asked, _ in questions)),
    )


def headline(proposal: Proposal) -> str:
    """Who is asked, in one sentence."""
    names = list(dict.fromkeys(_callee(row) for row in rows(proposal)))
    waits = proposal.trust is not None and not proposal.trust.in_force and not proposal.trust.problem
    if not names:
        if waits:
            return "Nobody is asked to agree to a text, but who may speak changes and must be approved."
        return "Nobody has to agree to anything here."
    verb = "is" if len(names) == 1 else "are"
    more = " Who may speak changes, too, and must be approved." if waits else ""
    return f"{language.few(names, 4)} {verb} asked to agree.{more}"


def _callee(row: Row) -> str:
    """The people who come first, or the party where nobody can answer."""
    own = [voice.name for voice in row.voices if voice.deputy_for is None]
    return " or ".join(own[:2]) if own else row.voices[0].name if row.voices else row.party


def speaks_for(row: Row) -> str:
    """For whom; empty for oneself."""
    return "" if row.himself else row.party


def note_of(voice: Voice, *, recorded: bool) -> str:
    """What there is to say of somebody beside the name: whose deputy, and whether an answer could be recognised."""
    notes = [f"deputy of {voice.deputy_for}"] if voice.deputy_for else []
    if not voice.signs and not (voice.reviews and recorded):
        notes.append("neither an account nor a key in people.yml" if recorded else "no key in people.yml")
    elif recorded and not voice.reviews:
        notes.append("by key: no account in people.yml")
    return ", ".join(notes)


def by_when(due: date | None, as_of: date) -> str:
    """31 Jul 2026, in 12 days."""
    return f"{language.day(due)}, {language.when(due, as_of)}" if due else "no day is set"


def waiting(waits: Iterable[Waiting], as_of: date, most: int = 2) -> str:
    """What waits, in a few words."""
    found = [one for one in waits if one.kind != "phase"]
    others = [one for one in found if one.kind != "goal"]
    goals = [one for one in found if one.kind == "goal" and one.ref not in {other.ref for other in others[:most]}]
    said = [_planned(one, as_of) for one in others[:most]]
    if len(others) > most:
        said.append(f"{len(others) - most} more")
    said += [f"then {_planned(one, as_of)}" for one in goals[:1]]
    return "; ".join(said)


def _planned(one: Waiting, as_of: date) -> str:
    on = ""
    if one.day:
        on = f", {language.short_day(one.day) if one.day.year == as_of.year else language.day(one.day)}"
    return f"{one.name}{on}{', on the critical path' if one.critical else ''}"


def lines(proposal: Proposal, changes: Iterable[Change], artifact: str, content: Any = None) -> Iterator[Line]:
    """What changes, in words. The content says what a record of it calls itself."""
    for change in changes:
        said = change_of(proposal.state, change, artifact)
        kind = "NEW" if change.was is None else "GONE" if change.is_ is None else "CHANGED"
        of = _headline(content, change.path)
        told = {said.what, said.was, said.is_}
        yield Line(kind, said.what or "The whole text", said.was, said.is_, "" if of in told else of)


def _headline(content: Any, path: str) -> str:
    """What the innermost record on the way to a field calls itself."""
    found = ""
    for step in path.split("/"):
        if isinstance(content, list):
            content = next((one for one in content if isinstance(one, dict) and one.get("id") == step), None)
            if content is not None:
                found = next((str(content[name]) for name in HEADLINES if isinstance(content.get(name), str)), found)
        else:
            content = content.get(step) if isinstance(content, dict) else None
    return shorten(found)


def still_covered(asked: Asked) -> str:
    """That what does not change is what people agreed to, and when."""
    kept = {
        question.answer.name: question.answer.day
        for question in asked.questions
        if question.answer is not None and question.answer.decision is Decision.APPROVE and _was_agreed(asked, question)
    }
    if asked.was is None:
        return "All of it is new: nobody has agreed to it before."
    if not kept:
        return ""
    said = (f"{name} agreed on {language.day(day)}" for name, day in sorted(kept.items(), key=lambda one: one[1]))
    return f"Everything else is as {language.listing(said)}."


def _was_agreed(asked: Asked, question: Question) -> bool:
    return question.answer is not None and question.answer.digest == asked.was


def remarks(asked: Asked) -> Iterator[str]:
    """What else one should know of the approvals: objections, what was agreed here already, who cannot."""
    if asked.problem:
        yield asked.problem
    if not asked.covered and asked.open and not asked.problem:
        yield f"An approval of this pull request is about it only if it says “Signoff: approve {asked.artifact}”."
    if asked.was == asked.digest and not asked.problem:
        yield "The text is the same as before; it is asked again."
    here = [one for one in asked.questions if one.answer is not None and one.answer.here and not one.open]
    if here:
        said = language.listing(f"{one.answer.name} for {one.name}" for one in here if one.answer)
        yield f"Agreed in this pull request already: {said}."
    for question in asked.open:
        answer = question.answer
        if answer is not None and question.status in _WHY:
            yield f"{answer.name} {_WHY[question.status]} on {language.day(answer.day)}, until a new answer."
        if not question.voices:
            yield f"Nobody can answer for {question.name} today: people.yml names no one who may."
    signing = [question.name for question in asked.open if question.minimum != "reviewed"]
    if signing:
        yield f"{language.listing(dict.fromkeys(signing))} must sign: an approval in the browser is not enough here."
    if any(question.independent for question in asked.open):
        yield "Who changed this text cannot agree to it."


def earlier(asked: Asked) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """Those who agreed to an even earlier text, and what differs from that: more than this pull request changes."""
    groups: dict[tuple[Change, ...], list[str]] = {}
    for question in asked.open:
        answer = question.answer
        if answer is None or answer.decision is not Decision.APPROVE or answer.digest == asked.was:
            continue
        if answer.difference and set(answer.difference) != set(asked.changes):
            groups.setdefault(answer.difference, []).append(f"{answer.name} ({language.day(answer.day)})")
    for difference, names in groups.items():
        yield language.listing(dict.fromkeys(names)), difference


def followers(proposal: Proposal) -> str:
    """The gates that an approval covers as well, because they require what is agreed to."""
    direct = any(one.open and not one.follows for one in proposal.asked)
    names = [
        f"{one.name} ({language.listing(dict.fromkeys(question.name for question in one.open))})"
        for one in proposal.asked
        if one.follows and one.open
    ]
    if not names or not direct:
        return ""
    verb = "requires" if len(names) == 1 else "require"
    return f"An approval of these texts counts for {language.listing(names)} as well, which {verb} them."


def namer(proposal: Proposal) -> Callable[[str], str]:
    """What a sentence calls an artifact."""
    side = Side(proposal.state.contents, proposal.commits.as_of)
    names = {one.artifact: one.name for one in proposal.asked} | {one.artifact: one.name for one in proposal.standing}
    return lambda artifact: names.get(artifact) or side.artifact(artifact)


def required(proposal: Proposal, asked: Asked) -> str:
    """That a gate is asked about because of what it requires."""
    said = language.listing(map(namer(proposal), asked.requires))
    return f"It requires {said}, which this pull request changes." if said else ""


def stands(one: Standing, names: Callable[[str], str]) -> str:
    """How an agreement stands about which nobody is asked."""
    who = language.few([f"{name} ({language.day(day)})" for name, day in one.agreed], 4)
    if one.removed:
        return f"its text is taken out{f'; {who} had agreed' if who else ''}"
    if one.touched and one.changed_since:
        since = language.few(names(artifact) for artifact in one.changed_since)
        return f"was decided and stays so{f': {who}' if who else ''}; {since} changed since"
    if one.touched:
        until = "its text changes, and what was agreed holds until the next gate; an approval here is about it, too"
        return f"{until}{f': {who}' if who else ''}"
    if one.status is Status.VALID:
        return f"stays agreed{f': {who}' if who else ''}"
    return "not agreed yet, but this pull request does not touch it"


def of_trust(change: TrustChange) -> str:
    """Whether a change of trust comes into force, and whom it waits for."""
    if change.problem:
        return f"It cannot come into force: {change.problem}"
    if change.in_force:
        by = f", approved by {language.listing(change.given)}" if change.given else ""
        return f"It comes into force when this is merged{by}."
    names = [voice.name for voice in change.admins]
    if not names:
        return "It is in force for nobody yet."
    many = language.listing(names)
    if change.quorum < len(names):
        many = f"{language.in_words(change.quorum)} of {many}"
    given = f" {language.listing(change.given)} has done so here." if change.given else ""
    verb = "approve" if change.quorum > 1 else "approves"
    return f"It is not in force until {many} {verb} it; until then the old rules stand.{given}"
