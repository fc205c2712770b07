"""What timeline.yml may say: phases, gates, milestones and tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final

from pydantic import BeforeValidator

from mkdocs_ecompm.model.entry import Document, Entry, Part
from mkdocs_ecompm.model.fields import AS_LIST, ShortForm, Text, YesNo, choice
from mkdocs_ecompm.model.identifiers import ArtifactRef, PartyRef, PhaseRef, RefTo
from mkdocs_ecompm.model.identifiers import Ref as AnyRef
from mkdocs_ecompm.model.numbers import Number, between
from mkdocs_ecompm.model.times import Day, Lag, WorkTime

DECIDED: Final = frozenset({"go", "go with conditions"})
"""Decisions with which the next phase may begin."""

WaitRef = Annotated[
    AnyRef, RefTo(("timeline.tasks", "timeline.milestones", "obligations.obligations"), "task, milestone or obligation")
]


class Phase(Entry):
    """A phase: initiation, planning, execution, monitoring and control, closure, or the project's own."""

    name: Text
    start: Day
    end: Day


class Criterion(Entry):
    """Something that must be true for a gate to be passed."""

    what: Text
    met: YesNo = False


class Condition(Entry):
    """Something that is still owed after a gate was passed with conditions."""

    what: Text
    owner: PartyRef | None = None
    due: Day | None = None
    done: YesNo = False


class Gate(Entry):
    """A decision point between two phases, with the agreements it requires. It is an agreement itself."""

    name: Text
    closes: PhaseRef | None = None
    opens: PhaseRef | None = None
    date: Day
    requires: Annotated[tuple[ArtifactRef, ...], AS_LIST] = ()
    decision: Annotated[str, choice("open", "go", "go with conditions", "repeat", "stop")] = "open"
    decided_on: Day | None = None
    criteria: Annotated[tuple[Criterion, ...], AS_LIST] = ()
    conditions: Annotated[tuple[Condition, ...], AS_LIST] = ()


class After(Part):
    """One thing that a task waits for, how, and with which lag (or lead, when negative)."""

    task: WaitRef
    type: Annotated[str, choice("FS", "SS", "FF", "SF")] = "FS"
    lag: Lag | None = None


def _after(value: Any) -> Any:
    """A bare id means: after its finish, without lag."""
    return [{"task": item} if isinstance(item, str) else item for item in value] if isinstance(value, list) else value


Waits = Annotated[tuple[Annotated[After, ShortForm()], ...], BeforeValidator(_after), AS_LIST]


class Milestone(Entry):
    """A day that matters. It stands in the network without a duration; its date is a promise and is compared."""

    name: Text
    date: Day
    reached: Day | None = None
    phase: PhaseRef | None = None
    after: Waits = ()


class Estimate(Part):
    """Three-point estimate of a duration (PERT)."""

    optimistic: WorkTime
    likely: WorkTime
    pessimistic: WorkTime


class Actual(Part):
    """The days on which a task really began and ended."""

    start: Day | None = None
    finish: Day | None = None


class Task(Entry):
    """A piece of work. A summary (its `wbs` begins that of others) takes its dates from its tasks."""

    name: Text
    phase: PhaseRef | None = None
    wbs: Text = ""
    owner: PartyRef | None = None
    duration: WorkTime | None = None
    effort: WorkTime | None = None
    after: Waits = ()
    not_before: Day | None = None
    estimate: Estimate | None = None
    progress: Annotated[Number, between(0, 100)] | None = None
    actual: Actual | None = None

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self.progress == 100 or (self.actual is not None and self.actual.finish is not None)


class TimelineDocument(Document):
    """The whole plan."""

    lists: ClassVar[Mapping[str, type[Part]]] = {
        "phases": Phase,
        "gates": Gate,
        "milestones": Milestone,
        "tasks": Task,
    }
