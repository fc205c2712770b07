"""Findings about trust and about messages, and the adoptions as facts."""

from __future__ import annotations

from collections.abc import Iterator

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.signoff import Adoption
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.signoff.adoption import Adopted
from mkdocs_ecompm.signoff.commits import History, own
from mkdocs_ecompm.signoff.reuse import reuses
from mkdocs_ecompm.signoff.walk import Walk


def adoption(adopted: Adopted) -> Adoption:
    """An adoption as a fact."""
    approvals = tuple(ask.commit for ask in adopted.asks)
    return Adoption(adopted.commit, adopted.by, adopted.at, tuple(sorted(adopted.base)), approvals, adopted.added)


def unusable(problem: str, state: State) -> Finding:
    """Nothing can count, and why."""
    return finding("trust-unusable", f"no sign-off can count: {_clause(problem)}", _people(state))


def of_trust(walk: Walk, state: State) -> Iterator[Finding]:
    """What waits for approval, what contradicts itself, and what a stolen key helped to bring about."""
    if walk.pending:
        problem = walk.history.problems
        if problem:
            message = f"people.yml and signoffs.yml cannot come into force: {_clause(problem)}"
            yield finding("trust-change-pending", message, _people(state))
        else:
            quorum = max(walk.states[head].quorum for head in walk.heads)
            admins = sorted(frozenset.intersection(*(walk.states[head].admins for head in walk.heads)))
            message = (
                f"people, keys or demands changed and are not in force until {quorum} of the admins "
                f"({', '.join(state.name(admin) for admin in admins)}) approve them"
            )
            hint = "a signed commit with the line `Signoff: approve trust`"
            yield finding("trust-change-pending", message, _people(state), hint=hint)
    if len(walk.heads) > 1:
        commits = ", ".join(head[:12] for head in walk.heads)
        message = f"{len(walk.heads)} trust states are in force side by side ({commits}): every rule of each must hold"
        yield finding("trust-conflict", message, _people(state), hint="approve one trust state for all of them")
    for adopted in walk.adopted.values():
        stolen = [ask for ask in adopted.asks if walk.is_bad(ask.key, adopted.base)]
        if stolen:
            holder = stolen[0].attestor or stolen[0].person
            message = f"a key of {state.name(holder)} that is now compromised helped to adopt this trust state"
            yield finding("trust-review-needed", message, commit=adopted.commit)
    for found in reuses(walk):
        message = (
            f"`{found.now.id}` was {found.was.name} and is {found.now.name} from here on, with none of the keys: "
            "agreements of the one count as the other's"
        )
        hint = "ids are never reused: give the new person another one, and keep the old entry with `active: no`"
        yield finding("trust-id-reused", message, hint=hint, commit=found.commit)


def of_evidence(history: History) -> Iterator[Finding]:
    """Files of evidence that cannot be read, in the tree of the commit that is verified."""
    for path, fault in history.evidence.faults(history.tip) if history.evidence_writers else ():
        yield finding("evidence-malformed", f"the file counts for nothing: {_clause(fault)}", Source(path, 1, 1))


def of_messages(history: History) -> Iterator[Finding]:
    """Lines that look like sign-offs and are none."""
    for commit in history.commits:
        saying = history.sayings.get(commit.oid)
        if saying is None:
            continue
        void = [
            f"`Signoff: {line.decision.value} {line.artifact}` counts for nothing: {line.fault}"
            for line in saying.lines
            if line.fault and (line.project is None or history.speaks_here(commit.oid, line))
        ]
        misplaced = saying.faults if own(commit) else ()
        for message in (*void, *misplaced):
            yield finding("signoff-malformed", message, commit=commit.oid)


def _people(state: State) -> Source | None:
    content = state.contents.get("people")
    return content.source if content is not None else None


def _clause(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:].rstrip(".") if sentence else sentence
