"""What a pull request means, as one comment at the forge: for a head of department, who reads no YAML.

The order is that of importance, because a comment has an end: who is asked, what they would agree to, how they answer,
what they do not agree to; then everything else, folded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mkdocs_ecompm import language
from mkdocs_ecompm.cli import review_sections, review_words
from mkdocs_ecompm.cli.forge_markdown import code, folded, safe, table
from mkdocs_ecompm.cli.review_sections import EMPTY, said_so, voice_of
from mkdocs_ecompm.comparison.report import in_one_line
from mkdocs_ecompm.model.proposal import Proposal, Standing
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.site.wording import ecompm_command, sign_command

MARKER: Final = "<!-- ecompm-review -->"
"""The first line: by it a later run finds the comment that it is to replace."""
LIMIT: Final = 65_000
"""Bytes of a comment. GitHub takes 65,536 characters, and no character is less than a byte."""
_STANDING: Final = 8


def markdown(proposal: Proposal) -> str:
    """The whole comment, never longer than a forge takes."""
    cut = f"*This report is too long for a comment and was cut here. All of it: {_command(proposal)}*"
    left = LIMIT - len(f"\n\n{cut}\n".encode())
    kept: list[str] = []
    for block in _blocks(proposal):
        said = "\n".join(block)
        left -= len(said.encode()) + 2
        if left < 0:
            kept.append(cut)
            break
        kept.append(said)
    return "\n\n".join(kept)


def _blocks(proposal: Proposal) -> Iterator[list[str]]:
    """The parts of the comment, each whole in itself."""
    yield [MARKER, f"## {safe(review_words.headline(proposal))}"]
    changes = in_one_line(proposal.facts, named=True) if proposal.facts else "nothing in the texts of the project"
    yield [f"**What it changes:** {said_so(changes)}."]
    if proposal.trust_problem:
        yield [f"> **No answer could count.** {safe(proposal.trust_problem)}"]
    yield from review_sections.errors(proposal.errors)
    yield from _who(proposal)
    for asked in proposal.asked:
        if not asked.follows or not asked.open:
            yield from review_sections.asked_text(proposal, asked)
    yield from review_sections.trust(proposal)
    yield from review_sections.asks(proposal)
    if proposal.questions_open:
        yield _answers(proposal)
    yield from _not_agreeing(proposal)
    yield from review_sections.evidence(proposal)
    yield from review_sections.facts(proposal)
    yield from review_sections.findings("New findings", proposal.new_findings)
    yield from review_sections.findings("Findings that are settled", proposal.gone_findings)
    yield _footer(proposal)


# --- who is asked -----------------------------------------------------------------------------------------------------


def _who(proposal: Proposal) -> Iterator[list[str]]:
    rows = review_words.rows(proposal)
    if not rows:
        return
    day = proposal.commits.as_of
    cells = []
    for row in rows:
        people = "<br>or ".join(voice_of(proposal, voice) for voice in row.voices) or "nobody can answer today"
        due = safe(review_words.by_when(row.due, day))
        cells.append(
            [
                people,
                safe(review_words.speaks_for(row)) or EMPTY,
                "<br>".join(safe(name) for name in row.artifacts),
                f"**{due}**" if row.overdue else due,
                safe(review_words.waiting(row.waits, day)) or EMPTY,
            ]
        )
    yield table(("Who is asked", "Speaks for", "To agree to", "By", "What waits for it"), cells)
    more = review_words.followers(proposal)
    if more:
        yield [safe(more)]


# --- how to answer ----------------------------------------------------------------------------------------------------


def _answers(proposal: Proposal) -> list[str]:
    """How one agrees, objects and asks."""
    named = [asked.artifact for asked in proposal.asked if asked.open]
    lines = ["### How to answer", "", *(_in_the_browser(proposal) if proposal.recorded_reviews else [_NO_REVIEWS])]
    lines += [
        f"- **With a key instead:** {code(ecompm_command(proposal.state, f'sign {named[0]}'))} on this branch, or",
        "",
        "  ```sh",
        f"  {sign_command(proposal.state, named[0])}",
        "  ```",
        "",
        "  A signature survives a merge commit; squashing or rebasing loses it.",
    ]
    return [*lines, "", _COUNTS] if proposal.recorded_reviews else lines


_NO_REVIEWS: Final = (
    "- An approval in the browser is not recorded in this project (people.yml names no attestor): it takes a signature."
)
_COUNTS: Final = (
    "It counts once this is merged and the review is recorded. Who made the pull request cannot approve it in the "
    "browser; a later push needs a new approval."
)


def _in_the_browser(proposal: Proposal) -> list[str]:
    covers = f"It covers the texts above as they are in commit {code(proposal.commits.head[:9])}, and nothing else."
    condition = "A condition is a line of its own in your review: `Condition: only with ...`"
    return [
        f"- **I agree:** press **Approve** in the review of this pull request. {covers} {condition}",
        "- **I do not agree:** press **Request changes** and say why. To keep silent is not to agree.",
        "- **I have a question:** write a comment. It decides nothing.",
    ]


def _not_agreeing(proposal: Proposal) -> Iterator[list[str]]:
    """What an approval here is not about."""
    told = [one for one in proposal.standing if one.status is Status.VALID or one.touched or one.removed]
    others = [one for one in proposal.standing if one not in told]
    lines = [f"- {_stands(proposal, one)}" for one in told[:_STANDING]]
    if proposal.questions_open:
        lines.append(
            "- Everything that is not named above, also where this pull request changes it; and what only tracks the "
            "work, such as progress and status."
        )
    if lines:
        title = (
            "### What you are *not* asked about" if proposal.questions_open else "### Agreements that stay as they are"
        )
        yield [title, "", *lines]
    if len(told) > _STANDING:
        yield folded(
            "More agreements that stay as they are", [f"- {_stands(proposal, one)}" for one in told[_STANDING:]]
        )
    if others:
        yield folded("Still open, and not part of this", [f"- {_stands(proposal, one)}" for one in others])


def _stands(proposal: Proposal, one: Standing) -> str:
    return f"**{safe(one.name)}** {safe(review_words.stands(one, review_words.namer(proposal)))}"


def _footer(proposal: Proposal) -> list[str]:
    commits = proposal.commits
    base = code(commits.base_name)
    moved = f" {base} has moved on since." if commits.behind else ""
    said = (
        f"Compared: {code(commits.merge_base[:9])}, where this left {base}, with {code(commits.head[:9])}.{moved} "
        f"Judged as of {language.day(commits.as_of)}, by who may speak on {base}. This comment is no evidence; "
        f"{_command(proposal)} tells the same."
    )
    return ["---", f"<sub>{said}</sub>"]


def _command(proposal: Proposal) -> str:
    commits = proposal.commits
    return code(f"ecompm review {commits.base[:9]} {commits.head[:9]}")
