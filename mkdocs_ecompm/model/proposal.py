"""What a pull request would change, whom it asks to agree to what, and what it leaves as it was agreed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from msgspec import Struct, field

from mkdocs_ecompm.model.change import Change
from mkdocs_ecompm.model.comparison import Comparison, Fact
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.signoff import Decision, Status
from mkdocs_ecompm.model.state import State


class Account(Struct, frozen=True):
    """An account at a forge. The login is what people read; it may have been renamed."""

    host: str
    login: str


class Voice(Struct, frozen=True):
    """Somebody who can answer today. `reviews`: by an account that is known; `signs`: by a key that is in force."""

    id: str
    name: str
    deputy_for: str | None = None
    accounts: tuple[Account, ...] = ()
    reviews: bool = False
    signs: bool = False


class Answer(Struct, frozen=True):
    """What somebody last decided. `difference`: what has changed since, with the pull request in it.

    `here`: it was decided in the pull request itself, by a signed commit.
    """

    person: str
    name: str
    day: date
    decision: Decision
    record: str
    digest: str | None
    difference: tuple[Change, ...] = ()
    here: bool = False


class Question(Struct, frozen=True):
    """One approval that is demanded: of whom, who can give it, by when.

    `status` is how it would stand with the pull request merged as it is, `answer` what decided that. `due` and
    `overdue` are its own. `ask` is the id of the ask that made it, `minimum` the assurance that is demanded.
    """

    approver: str
    name: str
    status: Status
    voices: tuple[Voice, ...] = ()
    due: date | None = None
    overdue: bool = False
    ask: str | None = None
    minimum: str = "reviewed"
    independent: bool = False
    answer: Answer | None = None

    @property
    def open(self) -> bool:
        """Whether an answer is wanted."""
        return self.status is not Status.VALID


class Waiting(Struct, frozen=True):
    """What waits for an agreement. `kind` is gate, phase, milestone, task or goal; `day` when it is planned."""

    kind: str
    ref: str
    name: str
    day: date | None
    critical: bool = False


class Asked(Struct, frozen=True):
    """An artifact that the pull request changes and that somebody must agree to.

    `was` and `digest` are those of the merge base and of the head; None: not there. `changes` lead from one to the
    other. `requires` are artifacts that this gate requires and that change. `problem` says why it cannot be read.
    `covered`: an approving review is about it without naming it.
    """

    artifact: str
    name: str
    was: str | None
    digest: str | None
    changes: tuple[Change, ...]
    questions: tuple[Question, ...]
    waits: tuple[Waiting, ...] = ()
    requires: tuple[str, ...] = ()
    problem: str = ""
    covered: bool = True
    content: Any = None

    @property
    def follows(self) -> bool:
        """Whether it is a gate that is another only because what it requires is another."""
        return bool(self.requires) and not self.changes

    @property
    def open(self) -> tuple[Question, ...]:
        """The approvals that are wanted."""
        return tuple(question for question in self.questions if question.open)


class Standing(Struct, frozen=True):
    """An agreement about which nobody is asked here. `agreed` names who agreed, with the days.

    `touched`: its text changes, and the agreement stands all the same (a decided gate, or `renew: gate`). `removed`:
    its text is taken out. `changed_since` are the artifacts behind a decided gate that are other than when it was
    decided.
    """

    artifact: str
    name: str
    status: Status
    agreed: tuple[tuple[str, date], ...] = ()
    touched: bool = False
    removed: bool = False
    changed_since: tuple[str, ...] = ()


class TrustChange(Struct, frozen=True):
    """A change of who may speak and of what is demanded.

    `in_force`: the pull request itself carries the approvals that it needs. Otherwise `quorum` of `admins`, those of
    the state in force, must approve `trust`; `given` have done so in it. `reviews`: a recorded review does for it.
    """

    digest: str | None
    in_force: bool
    quorum: int
    admins: tuple[Voice, ...]
    given: tuple[str, ...] = ()
    reviews: bool = False
    changes: tuple[Change, ...] = ()
    problem: str = ""


class NewAsk(Struct, frozen=True):
    """An ask that the pull request adds: whom it asks again about which artifact, and why."""

    id: str
    artifact: str
    name: str
    of: tuple[str, ...]
    because: str


class FileChange(Struct, frozen=True):
    """A file below `evidence/` that the pull request adds, changes or removes."""

    path: str
    kind: str


class Commits(Struct, frozen=True):
    """What was compared. `base` is where the pull request leads, `merge_base` where it began.

    `more` are further merge bases, of branches that were merged across.
    """

    base_name: str
    base: str
    head_name: str
    head: str
    merge_base: str
    as_of: date
    more: tuple[str, ...] = ()

    @property
    def merge_bases(self) -> tuple[str, ...]:
        """Every best common ancestor, the one that is compared first."""
        return self.merge_base, *self.more

    @property
    def behind(self) -> bool:
        """Whether the base has moved on since."""
        return self.base != self.merge_base


class Proposal(Struct, frozen=True):
    """Everything that a pull request means. `trust_problem` says why no agreement can count at the base."""

    project: str | None
    name: str
    commits: Commits
    comparison: Comparison
    asked: tuple[Asked, ...] = ()
    standing: tuple[Standing, ...] = ()
    trust: TrustChange | None = None
    trust_problem: str = ""
    recorded_reviews: bool = False
    asks: tuple[NewAsk, ...] = ()
    evidence: tuple[FileChange, ...] = ()
    new_findings: tuple[Finding, ...] = ()
    gone_findings: tuple[Finding, ...] = ()
    errors: tuple[Finding, ...] = ()
    """The new findings that are errors in the text."""
    state: State = field(default_factory=State)
    """The content of the head."""

    @property
    def facts(self) -> tuple[Fact, ...]:
        """What differs, what matters most first."""
        return self.comparison.facts

    @property
    def questions_open(self) -> bool:
        """Whether anybody is asked."""
        return any(asked.open for asked in self.asked)

    @property
    def questions(self) -> Iterator[tuple[Asked, Question]]:
        """Every approval that is wanted, with its artifact."""
        return ((asked, question) for asked in self.asked for question in asked.open)
