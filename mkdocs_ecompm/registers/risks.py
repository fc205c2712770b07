"""Threats and opportunities: how likely, how grave, who owns them, what is done. `risks.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Annotated, ClassVar, Final

from pydantic import Field, ValidationError

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Document, Entry, Part, Record, misspelt
from mkdocs_ecompm.model.fields import AS_LIST, Text, YesNo, choice
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.identifiers import MilestoneRef, PartyRef
from mkdocs_ecompm.model.numbers import MAX_DIGITS, NUMBER, Money, Number, Whole, between
from mkdocs_ecompm.model.parties import is_active
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, Said, lazily
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.times import Day
from mkdocs_ecompm.model.words import ID_PATTERN

RESPONSES: Final = {
    "threat": ("avoid", "reduce", "transfer", "accept"),
    "opportunity": ("exploit", "enhance", "share", "accept"),
}
OPEN: Final = frozenset({"approved", "open", "occurred"})
"""Statuses in which a risk is acted on: no longer a proposal, not yet over."""
OVER: Final = frozenset({"closed", "rejected"})

Band = Annotated[tuple[Whole, Whole], AS_LIST]


class RiskMatrix(Part):
    """The scales and the bands of the score. `cells` (a row a likelihood, from 1) replace products."""

    likelihood: Annotated[Whole, between(2, 10)] = 5
    impact: Annotated[Whole, between(2, 10)] = 5
    bands: Mapping[str, Band] = Field(default_factory=lambda: {"low": (1, 4), "medium": (5, 14), "high": (15, 25)})
    cells: Annotated[tuple[tuple[Whole, ...], ...], AS_LIST] = ()

    def score(self, likelihood: int, impact: int) -> int | None:
        """The score of a pair, or None if it lies off the scale."""
        if not (1 <= likelihood <= self.likelihood and 1 <= impact <= self.impact):
            return None
        if not self.cells:
            return likelihood * impact
        row = self.cells[likelihood - 1] if likelihood <= len(self.cells) else ()
        return row[impact - 1] if impact <= len(row) else None

    def level(self, score: int | None) -> str | None:
        """The band that a score falls into."""
        if score is None:
            return None
        return next((name for name, (low, high) in self.bands.items() if low <= score <= high), None)

    @property
    def top(self) -> str:
        """The name of the gravest band."""
        return max(self.bands, key=lambda name: self.bands[name][1])


class Action(Part):
    """Something that somebody does about the risk, by a day."""

    what: Text
    owner: PartyRef | None = None
    due: Day | None = None
    done: YesNo = False


class Residual(Part):
    """What remains of the risk once the actions are done."""

    likelihood: Whole
    impact: Whole


class Cost(Part):
    """What the risk would cost, in the project's currency, and how probable that is in per cent."""

    amount: Money
    probability: Annotated[Number, between(0, 100)]


class Risk(Entry):
    """A threat or an opportunity."""

    title: Text
    kind: Annotated[str, choice("threat", "opportunity")]
    category: Text = ""
    cause: Text = ""
    event: Text = ""
    effect: Text = ""
    likelihood: Whole
    impact: Whole
    owner: PartyRef
    response: Annotated[str | None, choice(*dict.fromkeys(RESPONSES["threat"] + RESPONSES["opportunity"]))] = None
    actions: Annotated[tuple[Action, ...], AS_LIST] = ()
    trigger: Text = ""
    milestone: MilestoneRef | None = None
    residual: Residual | None = None
    cost: Cost | None = None
    status: Annotated[str, choice("proposed", "assessing", "approved", "open", "occurred", "closed", "rejected")]
    identified: Day | None = None
    score: Whole | None = None
    reason: Text = ""
    closed_on: Day | None = None


class RisksDocument(Document):
    """The risk register with its matrix."""

    lists: ClassVar[Mapping[str, type[Part]]] = {"risks": Risk}

    matrix: RiskMatrix = Field(default_factory=RiskMatrix)


def matrix_of(state: State) -> RiskMatrix:
    """The matrix of the project, or the standard one of five by five."""
    document = state.header(RisksDocument)
    return document.matrix if document else RiskMatrix()


def exposure(risk: Risk) -> float | None:
    """Probability times amount, in the project's currency; None where no cost is given."""
    return float(risk.cost.amount * risk.cost.probability / 100) if risk.cost else None


def check(project: Project) -> Iterable[Finding]:
    """Values on the scale, one owner, actions for what is grave, reasons for what is closed."""
    matrix = matrix_of(project.state)
    yield from _matrix(project.state, matrix)
    for record in project.state.of(Risk):
        yield from _scale(record, matrix)
        yield from _owner(project, record)
        yield from _handling(record, matrix)


def _matrix(state: State, matrix: RiskMatrix) -> Iterator[Finding]:
    content = state.contents.get("risks")
    if content is None:
        return
    for name, (low, high) in matrix.bands.items():
        if high < low:
            message = f"the band {name} ends at {high}, before it begins at {low}"
            yield finding("value-out-of-range", message, content.at("matrix", "bands", name))
    if not matrix.cells:
        return
    if len(matrix.cells) != matrix.likelihood or any(len(row) != matrix.impact for row in matrix.cells):
        message = f"cells must be {matrix.likelihood} rows of {matrix.impact} numbers"
        yield finding("value-out-of-range", message, content.at("matrix", "cells"))


def _scale(record: Record[Risk], matrix: RiskMatrix) -> Iterator[Finding]:
    entry = record.entry
    pairs: list[tuple[tuple[str, ...], Risk | Residual]] = [((), entry)]
    if entry.residual:
        pairs.append((("residual",), entry.residual))
    for steps, pair in pairs:
        for name, top in (("likelihood", matrix.likelihood), ("impact", matrix.impact)):
            value = getattr(pair, name)
            if not 1 <= value <= top:
                yield finding("value-out-of-range", f"{name} must be 1 to {top}, got {value}", record.at(*steps, name))
    score = matrix.score(entry.likelihood, entry.impact)
    if entry.score is not None and score is not None and entry.score != score:
        message = f"{entry.id} states a score of {entry.score}, the matrix gives {score}"
        yield finding("risk-score-differs", message, record.at("score"), hint=f"write {score}, or leave it out")


def _owner(project: Project, record: Record[Risk]) -> Iterator[Finding]:
    owner = project.state.party(record.entry.owner)
    if owner is not None and not is_active(project.state, owner.id):
        what = "is not an active person" if owner.list == "people" else "is not one person"
        hint = "name the one person who watches this risk"
        yield finding(
            "risk-owner-not-person", f"the owner of {record.id}, `{owner.id}`, {what}", record.at("owner"), hint=hint
        )


def _handling(record: Record[Risk], matrix: RiskMatrix) -> Iterator[Finding]:
    entry = record.entry
    if entry.response and entry.response not in RESPONSES[entry.kind]:
        words = ", ".join(RESPONSES[entry.kind])
        message = f"response of {entry.kind} {entry.id} must be one of {words}, got `{entry.response}`"
        yield finding("unknown-value", message, record.at("response"))
    level = matrix.level(matrix.score(entry.likelihood, entry.impact))
    acted = misspelt(entry, "actions") or any(action.due or misspelt(action, "due") for action in entry.actions)
    if entry.status in OPEN and level == matrix.top and not acted:
        message = f"{entry.id} is {level} and open, but no action has a day"
        yield finding("risk-no-action", message, record.source, hint="add an action with what, owner and due")
    needed = ("reason", "evidence") if entry.status == "closed" else ()
    missing = " and ".join(name for name in needed if not getattr(entry, name) and not misspelt(entry, name))
    if missing:
        yield finding("risk-closed-without-reason", f"{entry.id} is closed without {missing}", record.at("status"))


def duties(project: Project) -> Iterable[Duty]:
    """Each action of a risk that is not over is due to its owner, else to the risk's owner."""
    for record in project.state.of(Risk):
        if record.entry.status in OVER:
            continue
        for index, action in enumerate(record.entry.actions):
            yield Duty(
                kind="action",
                ref=record.ref,
                what=action.what,
                who=(action.owner or record.entry.owner,),
                due=action.due,
                done=action.done,
                process=f"against the risk “{record.entry.title}”",
                blocks=(record.entry.milestone,) if record.entry.milestone else (),
                source=record.at("actions", index),
            )


def series(content: YamlMap) -> Iterable[Said]:
    """Score, likelihood and impact of each risk of one version, by that version's matrix; what is no number: empty."""
    matrix = _matrix_of(content.get("matrix"))
    items = content.get("risks")
    for item in items if isinstance(items, YamlList) else ():
        own = item.get("id") if isinstance(item, YamlMap) else None
        if not isinstance(item, YamlMap) or not isinstance(own, str) or not ID_PATTERN.fullmatch(own):
            continue
        title = item.get("title")
        name = title if isinstance(title, str) else own
        pair = {field: _whole(item[field]) for field in ("likelihood", "impact") if field in item}
        for field, value in pair.items():
            yield Said(f"risk-{field}", f"risks/{own}", name, "" if value is None else str(value))
        if len(pair) == 2:
            yield Said("risk", f"risks/{own}", name, _score(matrix, pair["likelihood"], pair["impact"]))


def _score(matrix: RiskMatrix | None, likelihood: int | None, impact: int | None) -> str:
    if matrix is None or likelihood is None or impact is None:
        return ""
    score = matrix.score(likelihood, impact)
    return "" if score is None else str(score)


def _matrix_of(content: Yaml | None) -> RiskMatrix | None:
    """The matrix as an old file has it; None if it cannot be used."""
    if content is None:
        return _standard()
    try:
        return RiskMatrix.model_validate(content) if isinstance(content, YamlMap) else None
    except ValidationError:
        return None


@cache
def _standard() -> RiskMatrix:
    """The matrix of five by five, made once: a long history asks for it ten thousand times."""
    return RiskMatrix()


def _whole(value: Yaml) -> int | None:
    """The whole number that a text is, as the schema reads it."""
    text = value.strip() if isinstance(value, str) and len(value) <= MAX_DIGITS else ""
    number = float(text) if NUMBER.fullmatch(text) else 0.5
    return int(number) if number.is_integer() else None


REGISTER = Register(
    name="risks",
    document=RisksDocument,
    views=lazily("mkdocs_ecompm.registers.risks_views"),
    check=check,
    duties=duties,
    series=series,
    by_record=True,
    tracking=frozenset({"risks.status", "risks.actions.done", "risks.closed_on"}),
)
