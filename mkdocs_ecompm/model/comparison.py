"""What happened between two moments of a project, as facts that a person understands: one sentence each."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from msgspec import Struct, field

from mkdocs_ecompm.model.finding import Source


class Topic(StrEnum):
    """What a fact is about, in the order in which somebody wants to know."""

    GOAL = "goal"
    PLAN = "plan"
    AGREEMENTS = "agreements"
    MONEY = "money"
    RISKS = "risks"
    SCOPE = "scope"
    OBLIGATIONS = "obligations"
    PEOPLE = "people"
    TASKS = "tasks"
    REST = "rest"
    FINDINGS = "findings"

    @property
    def rank(self) -> int:
        """0 for what matters most."""
        return list(Topic).index(self)


class Tone(StrEnum):
    """Whether a fact is good news, asks for attention, is bad news, or none of these."""

    GOOD = "holds"
    ATTENTION = "waits"
    BAD = "broken"
    NEUTRAL = "calm"


class Fact(Struct, frozen=True):
    """One thing that differs.

    Attributes:
        topic: What it is about.
        kind: What happened: `milestone-moved`, `risk-scored`, `agreement-lost`; see docs/reference/json.md.
        ref: The artifact or record: `timeline/M10`, `raci/delivery`, `charter`.
        subject: The beginning of the sentence, which names the record.
        rest: The rest of the sentence.
        was: What was said before: an ISO day, a number, a status, a text. None: it was not there.
        is_: What is said now. None: it is not there any more.
        source: Where it is written now, else where it was written.
        tone: Good news or bad.
        weight: The greater, the earlier it is told within its topic.
        amount: By how much it moved: days of a date, working days of a path, points of a score, money.
        about: Further artifacts that it belongs to: `obligations/it`.
    """

    topic: Topic
    kind: str
    ref: str
    subject: str
    rest: str
    was: str | None
    is_: str | None
    source: Source | None = None
    tone: Tone = Tone.NEUTRAL
    weight: float = 0
    amount: float | None = None
    about: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """The whole sentence."""
        return self.subject + self.rest


class Moment(Struct, frozen=True):
    """One side of a comparison: its commit, the day of that commit, and the day on which it is judged.

    `name` is what somebody called it (`v1.0`, `2026-03-01`), empty for the working tree. `dirty`: it is a working
    tree that differs from `commit`. `unreadable` has the registers that cannot be read there, by the file at fault.
    """

    name: str
    commit: str | None
    day: date | None
    as_of: date
    dirty: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()


class Comparison(Struct, frozen=True):
    """What differs between two moments, what matters most first. `not_compared` are registers that a side hides."""

    was: Moment
    is_: Moment
    facts: tuple[Fact, ...] = ()
    not_compared: tuple[str, ...] = ()

    def of(self, *topics: Topic) -> tuple[Fact, ...]:
        """The facts of some topics, in their order."""
        return tuple(fact for fact in self.facts if fact.topic in topics)


class Period(Struct, frozen=True):
    """A stretch of the project's past that somebody asks about, and what happened in it.

    `kind` is `month`, `gate`, `baseline` or `beginning`; `name` its month as `2026-07`, the id of the gate, the name
    of the baseline. `until` is None for a period that lasts. `commits` are those of its revisions, oldest first.
    `agreements` says whether the agreements of both ends were judged.
    """

    kind: str
    name: str
    since: date
    until: date | None
    comparison: Comparison
    commits: tuple[str, ...] = field(default_factory=tuple)
    agreements: bool = False
