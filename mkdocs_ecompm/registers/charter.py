"""Why the project exists and what it will reach: the charter. `charter.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import YamlMap
from mkdocs_ecompm.model.entry import Document, Entry, Part, misspelt
from mkdocs_ecompm.model.fields import AS_LIST, SomeTexts, Text, choice
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.identifiers import PartyRef
from mkdocs_ecompm.model.numbers import Money, Number
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, lazily
from mkdocs_ecompm.model.times import Day

PURPOSE_OF: Final = {
    "products": "commerce",
    "services": "commerce",
    "information": "content",
    "advertising": "community",
}
"""Which purpose of a site each thing sold needs."""


class Strategy(Part):
    """What kind of business this is, what it sells, and what the site is for."""

    business: Annotated[str | None, choice("brick-and-mortar", "pure-player", "agency")] = None
    sells: Annotated[tuple[Annotated[str, choice(*PURPOSE_OF)], ...], AS_LIST] = ()
    purpose: Annotated[tuple[Annotated[str, choice("content", "community", "commerce")], ...], AS_LIST] = ()
    revenue_model: Text = ""
    target: Text = ""


class Objective(Entry):
    """Something to reach, measurable: a metric, a target and a day."""

    statement: Text
    metric: Text = ""
    target: Text = ""
    due: Day | None = None


class Deliverable(Entry):
    """Something to hand over, with the criteria by which it is accepted."""

    name: Text
    criteria: SomeTexts = ()


class Benefit(Entry):
    """What the project is worth, who answers for it, and when it is measured."""

    what: Text
    amount: Money | None = None
    owner: PartyRef | None = None
    measured_on: Day | None = None


class Scope(Part):
    """What belongs to the project, and what does not."""

    inside: Annotated[SomeTexts, Field(alias="in")] = ()
    outside: Annotated[SomeTexts, Field(alias="out")] = ()


class ApprovedBudget(Part):
    """The money that the charter approves."""

    approved: Money | None = None
    reserve: Money | None = None
    vat: Annotated[str | None, choice("net", "gross")] = None


class Tolerances(Part):
    """How far the project may drift before it must ask: working days, per cent of the money, and keys of its own."""

    open_ended: ClassVar[bool] = True

    days: Number | None = None
    money_percent: Number | None = None


class Authority(Part):
    """What the project manager may decide alone, and to whom everything else goes."""

    money: Money | None = None
    days: Number | None = None
    escalates_to: PartyRef | None = None
    may: SomeTexts = ()


class Readiness(Part):
    """One question about what the project manager brings, the honest answer, and what is done about it."""

    question: Text
    answer: Text = ""
    remedy: Text = ""


class CharterDocument(Document):
    """The charter, one agreement."""

    single: ClassVar[bool] = True
    lists: ClassVar[Mapping[str, type[Part]]] = {
        "objectives": Objective,
        "deliverables": Deliverable,
        "benefits": Benefit,
    }

    problem: Text = ""
    vision: Text = ""
    strategy: Strategy | None = None
    scope: Scope | None = None
    assumptions: SomeTexts = ()
    constraints: SomeTexts = ()
    budget: ApprovedBudget | None = None
    tolerances: Tolerances | None = None
    authority: Authority | None = None
    readiness: Annotated[tuple[Readiness, ...], AS_LIST] = ()
    collaboration: SomeTexts = ()
    version: Text = ""


def check(project: Project) -> Iterable[Finding]:
    """Measurable objectives, an authority, and a strategy that fits together."""
    charter, content = project.state.header(CharterDocument), project.state.contents.get("charter")
    if charter is None or content is None:
        return
    for objective in project.state.of(Objective):
        entry = objective.entry
        answers = ((name, getattr(entry, name)) for name in ("metric", "target", "due"))
        missing = [name for name, value in answers if not value and not misspelt(entry, name)]
        if missing:
            message = f"objective {entry.id} cannot be measured: {' and '.join(missing)} missing"
            hint = "say by which figure, to which value, by which day"
            yield finding("objective-not-measurable", message, objective.source, hint=hint)
    if not _says_authority(charter, content):
        message = "the charter does not say what the project manager may decide alone"
        hint = "add `authority:` with money, days, may and escalates_to"
        yield finding("charter-no-authority", message, content.at("authority"), hint=hint)
    if charter.strategy is not None:
        yield from _strategy(charter.strategy, content)


def _says_authority(charter: CharterDocument, content: YamlMap) -> bool:
    """Whether the project manager may decide anything alone; an authority with a fault has its finding already."""
    authority = charter.authority
    if authority is None:
        return "authority" in content or misspelt(charter, "authority")
    names = ("money", "days", "may")
    return any(getattr(authority, name) not in (None, ()) or misspelt(authority, name) for name in names)


def _strategy(strategy: Strategy, content: YamlMap) -> Iterator[Finding]:
    """Content goes with information, community with advertising, commerce with products or services."""
    if not strategy.sells or not strategy.purpose:
        return
    needed = {PURPOSE_OF[thing] for thing in strategy.sells}
    for thing in strategy.sells:
        if PURPOSE_OF[thing] not in strategy.purpose:
            message = f"the site sells {thing}, but {PURPOSE_OF[thing]} is not among its purposes"
            yield finding("strategy-inconsistent", message, content.at("strategy", "purpose"))
            return
    for purpose in strategy.purpose:
        if purpose not in needed:
            fitting = " or ".join(thing for thing, of in PURPOSE_OF.items() if of == purpose)
            message = f"the purpose {purpose} goes with selling {fitting}, which the strategy does not name"
            yield finding("strategy-inconsistent", message, content.at("strategy", "purpose"))
            return


REGISTER = Register(
    name="charter", document=CharterDocument, views=lazily("mkdocs_ecompm.registers.charter_views"), check=check
)
