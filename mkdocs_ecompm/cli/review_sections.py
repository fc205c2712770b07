"""The parts of the comment that tell what changes: each text that is asked about, trust, and everything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.cli import review_words
from mkdocs_ecompm.cli.diff_text import topics
from mkdocs_ecompm.cli.forge_markdown import code, folded, safe, table
from mkdocs_ecompm.comparison.report import TITLES
from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.comparison import Topic
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.proposal import Asked, Proposal, Voice
from mkdocs_ecompm.site.agreed_text import Passage, passages
from mkdocs_ecompm.site.wording import reader_of

_SEEN: Final = 8
"""Lines of a table of changes that are seen at once; up to `_FEW` more are not worth a click."""
_FEW: Final = 4
_LINES: Final = 60
_FINDINGS: Final = 20
_PASSAGES: Final = 150
EMPTY: Final = "\N{EN DASH}"
"""In a cell without a word."""
_KINDS: Final = {"NEW": "**NEW**", "GONE": "**TAKEN OUT**", "CHANGED": "**CHANGED**"}


def voice_of(proposal: Proposal, voice: Voice) -> str:
    """Somebody by name, with the login as code, so that nobody is called."""
    logins = " ".join(code(f"@{login}") for login in dict.fromkeys(account.login for account in voice.accounts))
    note = review_words.note_of(voice, recorded=proposal.recorded_reviews)
    return f"**{safe(voice.name)}**{f' {logins}' if logins else ''}{f' ({safe(note)})' if note else ''}"


def said_so(sentence: str) -> str:
    """A sentence with what people wrote in it."""
    return safe(sentence.replace(" -> ", " \N{RIGHTWARDS ARROW} "), 1000)


# --- the texts --------------------------------------------------------------------------------------------------------


def asked_text(proposal: Proposal, asked: Asked) -> Iterator[list[str]]:
    """A text that people are asked about: what changes in it, how it stands, and all of it to be unfolded."""
    wanted = "" if asked.open else ": agreed"
    yield [f"### {safe(asked.name)}{wanted}"]
    if asked.was is not None and asked.changes:
        yield _differences(proposal, asked.changes, asked.artifact, asked.content)
    sentences = (
        review_words.required(proposal, asked),
        review_words.still_covered(asked),
        *review_words.remarks(asked),
    )
    said = " ".join(said_so(sentence) for sentence in sentences if sentence)
    if said:
        yield [said]
    for names, difference in review_words.earlier(asked):
        lines = [f"{safe(names)} agreed to an earlier text. What differs from that:", ""]
        told = _differences(proposal, difference, asked.artifact, asked.content)
        yield folded("Agreed to an even earlier text: what differs", [*lines, *told])
    if asked.content is not None:
        yield folded("The whole text, as it would be", _text(proposal, asked))


def _differences(proposal: Proposal, changes: Iterable[Change], artifact: str, content: Any = None) -> list[str]:
    """A table of what changes; of many lines the first ones are seen at once."""
    cells = [_cells(line) for line in review_words.lines(proposal, changes, artifact, content)]
    head = ("", "What", "Was", "Is")
    if len(cells) <= _SEEN + _FEW:
        return table(head, cells)
    more = cells[_SEEN:_LINES]
    if len(cells) > _LINES:
        more.append(["", f"and {len(cells) - _LINES} more: see the whole text", "", ""])
    return [*table(head, cells[:_SEEN]), "", *folded(f"{len(cells) - _SEEN} more changes of it", table(head, more))]


def _cells(line: review_words.Line) -> list[str]:
    of = f"<br>*{safe(line.of)}*" if line.of else ""
    is_ = f"**{safe(line.is_)}**" if line.is_ else EMPTY
    return [_KINDS[line.kind], safe(line.what) + of, safe(line.was) or EMPTY, is_]


def _text(proposal: Proposal, asked: Asked) -> list[str]:
    """The text as a list of labels and what they say; what is new or other than before is marked."""
    back = [Change(change.path, change.is_, change.was) for change in asked.changes] if asked.was else []
    found = list(_passages(passages(asked.content, back, reader_of(proposal.state, asked.artifact)), 0))
    if len(found) > _PASSAGES:
        found = [*found[:_PASSAGES], f"- and {len(found) - _PASSAGES} more lines in the file"]
    return found


def _passages(parts: Iterable[Passage], depth: int) -> Iterator[str]:
    for part in parts:
        if part.parts and not part.label and not part.text:  # an item without a name: a bare dash makes a heading
            lead, *others = part.parts
            yield from _passages([replace(lead, parts=(*lead.parts, *others))], depth)
            continue
        label = f"**{safe(part.label)}:** " if part.label else ""
        words = safe(part.said or part.text, 600)
        mark = (
            ""
            if part.now is None
            else f" — {_KINDS['CHANGED']}, was: {safe(part.now)}"
            if part.now
            else f" — {_KINDS['NEW']}"
        )
        yield f"{'  ' * depth}- {label}{words}{mark}".rstrip()
        yield from _passages(part.parts, min(depth + 1, 6))


# --- trust, and asks --------------------------------------------------------------------------------------------------


def trust(proposal: Proposal) -> Iterator[list[str]]:
    """A change of who may speak, and whose approval it waits for."""
    change = proposal.trust
    if change is None:
        return
    yield ["### Who may speak, and what is demanded"]
    yield [said_so(review_words.of_trust(change))]
    if not change.in_force and not change.problem:
        people = ", ".join(voice_of(proposal, voice) for voice in change.admins)
        how = "a signed commit with the line `Signoff: approve trust`"
        if change.reviews:
            how = f"an approving review of this pull request, or {how}"
        yield [f"Who can approve it: {people}. How: {how}."]
    if change.changes:
        yield folded("What changes in it", _differences(proposal, change.changes, "trust"))


def asks(proposal: Proposal) -> Iterator[list[str]]:
    """What is asked again."""
    if proposal.asks:
        yield ["### Asked again, though the text is the same"]
        lines = []
        for ask in proposal.asks:
            because = f", because {safe(ask.because)}" if ask.because else ""
            lines.append(f"- {safe(language.listing(ask.of))}: **{safe(ask.name)}**{because}")
        yield lines


# --- everything else --------------------------------------------------------------------------------------------------


def errors(found: tuple[Finding, ...]) -> Iterator[list[str]]:
    """The errors that came with it."""
    if found:
        many = language.capital(language.count(len(found), "error"))
        lines = [f"> **{many} in the text came with this pull request and must be mended first:**", ">"]
        lines += [f"> - {_finding(item)}" for item in found[:_FINDINGS]]
        if len(found) > _FINDINGS:
            lines.append(f"> - and {len(found) - _FINDINGS} more")
        yield lines


def _finding(item: Finding) -> str:
    place = f"{code(f'{item.source.path}:{item.source.line}')}: " if item.source else ""
    hint = f" *{safe(item.hint)}*" if item.hint else ""
    return f"{place}{safe(item.message)} {code(item.code)}{hint}"


def findings(title: str, found: tuple[Finding, ...]) -> Iterator[list[str]]:
    """Findings, folded."""
    if found:
        lines = [f"- {_finding(item)}" for item in found[:_FINDINGS]]
        if len(found) > _FINDINGS:
            lines.append(f"- and {len(found) - _FINDINGS} more")
        yield folded(f"{title} ({len(found)})", lines)


def evidence(proposal: Proposal) -> Iterator[list[str]]:
    """The files of evidence that it touches."""
    if proposal.evidence:
        lines = ["A file counts only as the recorder's own signed commit wrote it; nobody adds evidence by hand.", ""]
        lines += [f"- {file.kind}: {code(file.path)}" for file in proposal.evidence]
        yield folded(f"Evidence ({language.figure(len(proposal.evidence), 'file')})", lines)


def facts(proposal: Proposal) -> Iterator[list[str]]:
    """Everything that differs, by topic, folded."""
    for register in proposal.comparison.not_compared:
        yield [f"> {safe(register)} cannot be read on one of the sides, and is not compared."]
    for topic, shown, more in topics(proposal.comparison):
        if topic is Topic.FINDINGS:
            continue
        lines = [f"- {said_so(fact.sentence)}" for fact in shown]
        if more:
            lines.append(f"- and {language.figure(more, 'more', 'more')}")
        yield folded(f"{TITLES[topic]} ({len(shown) + more})", lines)
