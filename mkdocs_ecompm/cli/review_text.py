"""What a pull request means, as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_ecompm import language
from mkdocs_ecompm.cli import findings, review_words
from mkdocs_ecompm.cli.diff_text import topics
from mkdocs_ecompm.comparison.report import TITLES, in_one_line
from mkdocs_ecompm.model.proposal import Asked, Proposal
from mkdocs_ecompm.model.signoff import Status


def text(proposal: Proposal) -> Iterator[str]:
    """Lines for a terminal: who is asked, what changes in each text, what else changes."""
    commits = proposal.commits
    began, ends = commits.merge_base[:9], commits.head[:9]
    yield f"From {began} (where it left {commits.base_name}) to {commits.head_name} ({ends}):"
    yield f"{in_one_line(proposal.facts)}."
    yield ""
    yield review_words.headline(proposal)
    if proposal.trust_problem:
        yield f"  No answer could count: {proposal.trust_problem}"
    for row in review_words.rows(proposal):
        people = " or ".join(voice.name for voice in row.voices) or "nobody can answer today"
        party = review_words.speaks_for(row)
        yield f"  {people}{f', for {party}' if party else ''}: {language.listing(row.artifacts)}"
        yield f"    by {review_words.by_when(row.due, commits.as_of)}"
        waits = review_words.waiting(row.waits, commits.as_of)
        if waits:
            yield f"    waiting for it: {waits}"
    more = review_words.followers(proposal)
    if more:
        yield f"  {more}"
    for asked in proposal.asked:
        yield ""
        yield from _asked(proposal, asked)
    yield from _trust(proposal)
    yield from _rest(proposal)


def _asked(proposal: Proposal, asked: Asked) -> Iterator[str]:
    yield f"{asked.name} ({asked.artifact})"
    for line in review_words.lines(proposal, asked.changes, asked.artifact, asked.content):
        shown = (
            f"{line.was or 'nothing'} -> {line.is_ or 'nothing'}" if line.kind == "CHANGED" else line.was or line.is_
        )
        yield f"  {line.kind:<8} {line.what}{f' ({line.of})' if line.of else ''}: {shown}"
    for said in (
        review_words.required(proposal, asked),
        review_words.still_covered(asked),
        *review_words.remarks(asked),
    ):
        if said:
            yield f"  {said}"


def _trust(proposal: Proposal) -> Iterator[str]:
    if proposal.trust:
        yield ""
        yield "Who may speak, and what is demanded"
        yield f"  {review_words.of_trust(proposal.trust)}"
        for line in review_words.lines(proposal, proposal.trust.changes, "trust"):
            yield f"  {line.kind:<8} {line.what}"


def _rest(proposal: Proposal) -> Iterator[str]:
    names = review_words.namer(proposal)
    parts = {
        "Asked again": [
            f"{language.listing(ask.of)} about {ask.name}{f': {ask.because}' if ask.because else ''}"
            for ask in proposal.asks
        ],
        "Evidence": [f"{file.kind}: {file.path}" for file in proposal.evidence],
        "Not asked": [
            f"{one.name}: {review_words.stands(one, names)}"
            for one in proposal.standing
            if one.status is Status.VALID or one.touched or one.removed
        ],
    }
    for topic, shown, more in topics(proposal.comparison):
        parts[TITLES[topic]] = [fact.sentence for fact in shown]
        parts[TITLES[topic]] += [f"and {language.figure(more, 'more', 'more')}"] if more else []
    errors = [findings.to_text(item) for item in proposal.errors]
    parts[f"{language.capital(language.count(len(errors), 'new error'))} in the text"] = errors
    for title, lines in parts.items():
        if lines:
            yield ""
            yield title
            yield from (f"  {line}" for line in lines)
