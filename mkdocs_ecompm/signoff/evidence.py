"""What was said: every sign-off line of every commit, with what it was about and why nothing in it could count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from msgspec import Struct
from msgspec.structs import replace

from mkdocs_ecompm.git.objects import Commit
from mkdocs_ecompm.history.canonical import UnreadableContent
from mkdocs_ecompm.history.digest import digest, gate_digest, is_gate, named
from mkdocs_ecompm.model.signoff import Assurance, Decision, ReviewFacts, SignatureFacts
from mkdocs_ecompm.signoff.capacity import day_of
from mkdocs_ecompm.signoff.commits import History, SignedCommits, own
from mkdocs_ecompm.signoff.judgement import Judge, Voice, signature_facts
from mkdocs_ecompm.signoff.trailers import Line
from mkdocs_ecompm.signoff.trust import AccountId
from mkdocs_ecompm.signoff.walk import Walk


class Evidence(Struct, frozen=True, eq=False):
    """One decision of one person about one artifact. Every one is its own.

    `place` is the commit that brought it into the history, `at` the moment it counts as made, `claimed` the time it
    claims itself. `fault` is the reason code why it counts for nothing; without one it may still fail a slot.
    `gate_digest` is that of a gate with what it requires as plain ids. `tree` is a commit at hand that holds the
    content decided on. Of a review there are the `account` of its author, the commit by which the pull request was
    `merged`, and where it was made. `seen` is when an attestor saw it.
    """

    id: str
    place: str
    artifact: str
    decision: Decision
    role: str | None
    person: str | None
    at: datetime
    claimed: datetime
    digest: str | None
    gate_digest: str | None
    assurance: Assurance
    conditions: tuple[str, ...]
    comment: str
    signature: SignatureFacts
    fault: str = ""
    account: AccountId | None = None
    tree: str | None = None
    merged: str | None = None
    seen: datetime | None = None
    review: ReviewFacts | None = None

    @property
    def voice(self) -> Voice:
        """How its author speaks."""
        return Voice(self.place) if self.account is None else Voice(self.place, self.account, self.at)


def lines(walk: Walk, judge: Judge, seen: Mapping[str, datetime]) -> Iterator[Evidence]:
    """The lines of commits in the history of a walk, parents first; `seen` is when somebody else saw each commit."""
    for commit in walk.history.commits:
        saying = walk.history.sayings.get(commit.oid)
        if saying is None:
            continue
        taken: set[str] = set()
        for line in saying.lines:
            if _speaks_of_another(walk.history, commit.oid, line):
                continue
            found = _evidence(walk, judge, commit, line, repeated=line.artifact.casefold() in taken)
            if commit.oid in seen:
                found = replace(found, seen=seen[commit.oid])
            taken.add(line.artifact.casefold())
            yield found


def claims(history: SignedCommits, fault: str) -> Iterator[Evidence]:
    """The sign-offs in a history in which nothing can be judged, all for the same reason."""
    for commit in history.commits:
        saying = history.sayings.get(commit.oid)
        for line in dict.fromkeys(saying.lines if saying else ()):
            signature = signature_facts(history.verdict(commit.oid), "no-trust")
            yield Evidence(
                id=_id(commit.oid, line, repeated=False),
                place=commit.oid,
                artifact=line.artifact,
                decision=line.decision,
                role=line.role,
                person=None,
                at=commit.committer_date,
                claimed=commit.committer_date,
                digest=None,
                gate_digest=None,
                assurance=Assurance.CLAIMED,
                conditions=saying.conditions if saying else (),
                comment=saying.comment if saying else "",
                signature=signature,
                fault="malformed-trailer" if line.fault else fault,
            )


def _speaks_of_another(history: History, commit: str, line: Line) -> bool:
    """Whether the line names another project; one that names none may be ambiguous, which is said."""
    return line.project is not None and line.project != history.contents.at(commit).project


def _id(commit: str, line: Line, *, repeated: bool) -> str:
    return f"{commit}:{line.artifact}:{line.role}" if repeated else f"{commit}:{line.artifact}"


def _evidence(walk: Walk, judge: Judge, commit: Commit, line: Line, *, repeated: bool) -> Evidence:
    artifact, found, of_gate = _content(walk.history, commit.oid, line.artifact)
    problem = judge.fault(Voice(commit.oid))
    person = judge.person(Voice(commit.oid))
    saying = walk.history.sayings[commit.oid]
    signature = walk.signature(commit.oid)
    strength = Assurance.HARDWARE if signature.hardware else Assurance.SIGNED
    proven = person is not None and own(commit)
    return Evidence(
        id=_id(commit.oid, line, repeated=repeated),
        place=commit.oid,
        artifact=artifact,
        decision=line.decision,
        role=line.role,
        person=person,
        at=walk.at(commit.oid),
        claimed=commit.committer_date,
        digest=found,
        gate_digest=of_gate,
        assurance=strength if proven else Assurance.CLAIMED,
        conditions=saying.conditions,
        comment=saying.comment,
        signature=signature_facts(signature, problem),
        fault=_fault(walk, commit, line, problem, found),
        tree=commit.oid,
    )


def _content(history: History, commit: str, artifact: str) -> tuple[str, str | None, str | None]:
    """The artifact as it is named at the commit, its digest there, and that of a gate by itself."""
    contents = history.contents.at(commit)
    try:
        name = named(contents, artifact)
        return name, digest(contents, name), gate_digest(contents, name) if is_gate(contents, name) else None
    except UnreadableContent:
        return artifact, None, None


def _fault(walk: Walk, commit: Commit, line: Line, problem: str, found: str | None) -> str:
    """The first reason why a line counts for nothing, whatever slot it is for."""
    reasons = (
        ("malformed-trailer", bool(line.fault)),
        ("ambiguous-project", not walk.history.speaks_here(commit.oid, line)),
        (problem, bool(problem)),
        ("unknown-artifact", found is None),
        ("digest-mismatch", line.digest not in {None, found}),
        ("dated-after-as-of", _is_later(walk.at(commit.oid), walk.as_of)),
        ("duplicate", walk.repeats(commit.oid) is not None),
    )
    return next((reason for reason, applies in reasons if applies), "")


def _is_later(when: datetime, as_of: date) -> bool:
    return day_of(when) > as_of
