"""The risk register as a page: the heat map, the ranking, and each risk with what is done about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.entry import Link, Record
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.risks import OVER, Action, Risk, RiskMatrix, exposure, matrix_of
from mkdocs_ecompm.registers.risks_heatmap import Heatmap, Risen, Scale, draw
from mkdocs_ecompm.registers.risks_path import Frame, RiskPath, frame_of, path_of

_NUMBER: Final = re.compile(r"\d{1,6}$")
_RECENT: Final = 30
"""Days for which a change of a score is news."""
_STATUS_TONES: Final = {"occurred": "broken", "closed": "calm", "rejected": "calm"}


class ActionRow(Struct, frozen=True):
    """Something that somebody does about a risk; `late` in calendar days."""

    what: str
    owner: str
    due: date | None
    done: bool
    late: int


class RiskRow(Struct, frozen=True):
    """One risk.

    `tone` is that of its band, `residual_tone` of what remains; `next_due` its next open action's day, `path` its score
    over time, None without a past.
    """

    id: str
    title: str
    kind: str
    category: str
    cause: str
    event: str
    effect: str
    likelihood: int
    impact: int
    score: int | None
    level: str
    tone: str
    residual: tuple[int, int] | None
    residual_score: int | None
    residual_level: str
    residual_tone: str
    owner: str
    response: str
    actions: tuple[ActionRow, ...]
    next_due: date | None
    trigger: str
    milestone: str
    exposure: float | None
    probability: float | None
    amount: float | None
    status: str
    status_tone: str
    over: bool
    identified: date | None
    reason: str
    closed_on: date | None
    evidence: tuple[Link, ...]
    note: str
    source: Source
    path: RiskPath | None = None


class BandRow(Struct, frozen=True):
    """A band of the matrix and how many open risks stand in it."""

    name: str
    tone: str
    low: int
    high: int
    count: int


class RisksView(Struct, frozen=True):
    """Context of `pages/risks` and of the parts `risks.matrix` and `risks.ranking`.

    `open` are the risks that are not over, gravest first; `over` the closed and rejected ones. `followed` says whether
    any of them has a past.
    """

    sentence: Sentence
    heatmap: Heatmap
    bands: tuple[BandRow, ...]
    open: tuple[RiskRow, ...]
    over: tuple[RiskRow, ...]
    exposure: float | None
    followed: bool


def views(project: Project) -> Iterable[View]:
    """The page of all risks."""
    matrix = matrix_of(project.state)
    living, over = rows_of(project), rows_of(project, over=True)
    content = project.state.contents.get("risks")
    context = RisksView(
        sentence=_sentence(project, living, matrix),
        heatmap=_heatmap(matrix, living),
        bands=tuple(_bands(matrix, living)),
        open=living,
        over=over,
        exposure=total_exposure(living),
        followed=any(row.path for row in (*living, *over)),
    )
    yield View(
        path="risks",
        title="Risks",
        template="risks",
        section="Money & risk",
        context=context,
        source=content.source if content is not None else None,
        headings=tuple(_headings(context)),
        anchors=tuple(row.id for row in (*living, *over)),
    )


def _headings(view: RisksView) -> Iterable[Heading]:
    """Those of the page: no map without open risks, no ranking without any."""
    if view.open:
        yield Heading("map", "Where they stand")
    if view.open or view.over:
        yield from (Heading("ranking", "Ranking"), Heading("each", "One by one"))


def rows_of(project: Project, *, over: bool = False) -> tuple[RiskRow, ...]:
    """The risks that are still alive, or those that are over; gravest first."""
    matrix = matrix_of(project.state)
    records = [record for record in project.state.of(Risk) if (record.entry.status in OVER) is over]
    frame, tones = _frame(project, matrix), {level: _tone(matrix, level) for level in (None, *matrix.bands)}
    rows = [_row(project, record, matrix, tones, frame) for record in records]
    return tuple(sorted(rows, key=lambda row: (-(row.score or 0), -(row.exposure or 0), row.id)))


def _tone(matrix: RiskMatrix, level: str | None) -> str:
    """The gravest band is broken, the mildest holds, those between wait."""
    if level is None:
        return "calm"
    order = sorted(matrix.bands, key=lambda name: matrix.bands[name])
    if level == order[-1]:
        return "broken"
    return "holds" if level == order[0] else "waits"


def _frame(project: Project, matrix: RiskMatrix) -> Frame | None:
    """What the paths of all risks are drawn on."""
    scores = [
        matrix.score(likelihood, impact) or 0
        for likelihood in range(1, matrix.likelihood + 1)
        for impact in range(1, matrix.impact + 1)
    ]
    tones = {name: _tone(matrix, name) for name in matrix.bands}
    return frame_of(project.history, project.as_of, max(*scores, 1), matrix.bands, tones)


def _row(
    project: Project,
    record: Record[Risk],
    matrix: RiskMatrix,
    tones: Mapping[str | None, str],
    frame: Frame | None,
) -> RiskRow:
    entry = record.entry
    score = matrix.score(entry.likelihood, entry.impact)
    residual = matrix.score(entry.residual.likelihood, entry.residual.impact) if entry.residual else None
    level, residual_level = matrix.level(score), matrix.level(residual)
    actions = tuple(_action(project, entry, action) for action in entry.actions)
    return RiskRow(
        id=record.id,
        title=entry.title,
        kind=entry.kind,
        category=entry.category,
        cause=entry.cause,
        event=entry.event,
        effect=entry.effect,
        likelihood=entry.likelihood,
        impact=entry.impact,
        score=score,
        level=level or "",
        tone=tones[level] if entry.kind == "threat" else "calm",
        residual=(entry.residual.likelihood, entry.residual.impact) if entry.residual else None,
        residual_score=residual,
        residual_level=residual_level or "",
        residual_tone=tones[residual_level] if entry.kind == "threat" else "calm",
        owner=entry.owner,
        response=entry.response or "",
        actions=actions,
        next_due=min((action.due for action in actions if action.due and not action.done), default=None),
        trigger=entry.trigger,
        milestone=entry.milestone or "",
        exposure=exposure(entry),
        probability=float(entry.cost.probability) if entry.cost else None,
        amount=float(entry.cost.amount) if entry.cost else None,
        status=entry.status,
        status_tone=_STATUS_TONES.get(entry.status, ""),
        over=entry.status in OVER,
        identified=entry.identified,
        reason=entry.reason,
        closed_on=entry.closed_on,
        evidence=entry.evidence,
        note=entry.note,
        source=record.source,
        path=path_of(project.history, record.ref, frame) if frame else None,
    )


def _action(project: Project, risk: Risk, action: Action) -> ActionRow:
    late = (project.as_of - action.due).days if action.due and not action.done else 0
    return ActionRow(action.what, action.owner or risk.owner, action.due, action.done, max(late, 0))


def total_exposure(rows: Iterable[RiskRow]) -> float | None:
    """What the open threats may cost together; opportunities are not set against it."""
    costs = [row.exposure for row in rows if row.exposure is not None and row.kind == "threat"]
    return sum(costs) if costs else None


def _sentence(project: Project, rows: tuple[RiskRow, ...], matrix: RiskMatrix) -> Sentence:
    if not rows:
        return Sentence("No open risks are written down.", "A project without risks has not looked for them yet.")
    threats = [row for row in rows if row.kind == "threat"]
    grave = [row for row in threats if row.level == matrix.top]
    rest = []
    if grave:
        rest.append(f"{grave[0].id}, {grave[0].title}, leads with {grave[0].score}")
    rest += _moved(project, rows)
    late = sum(1 for row in rows for action in row.actions if action.late)
    if late:
        rest.append(f"{language.count(late, 'action')} against them {'is' if late == 1 else 'are'} late")
    total = total_exposure(rows)
    if total:
        currency = getattr(project.state.documents.get("project"), "currency", "")
        which = "together they weigh" if len(threats) == len(rows) else "the threats together weigh"
        rest.append(f"{which} {language.money(round(total), currency)} (probability times amount)")
    return Sentence(_lead(rows, len(grave), matrix), language.capital("; ".join(rest)) + "." if rest else "")


def _lead(rows: tuple[RiskRow, ...], grave: int, matrix: RiskMatrix) -> str:
    """How many of the open ones are threats in the gravest band."""
    if len(rows) == 1:
        is_ = "is an opportunity" if rows[0].kind != "threat" else f"is {'' if grave else 'not '}{matrix.top}"
        return f"The one open risk {is_}."
    lead = language.count(grave, f"{matrix.top} risk") if grave else f"no {matrix.top} risk"
    return f"{language.capital(lead)} among {language.figure(len(rows), 'open one')}."


def _moved(project: Project, rows: Iterable[RiskRow]) -> list[str]:
    """Which open threats changed their score in the last thirty days."""
    recent = [
        row
        for row in rows
        if row.kind == "threat"
        and row.path
        and row.path.was is not None
        and (project.as_of - row.path.steps[-1].on).days <= _RECENT
    ]
    found = []
    for sign, verb in (("↗", "rose"), ("↘", "fell")):
        names = [f"{row.id} ({row.path.was} → {row.score})" for row in recent if row.path and row.path.sign == sign]
        if names:
            found.append(f"{language.few(names)} {verb} in the last 30 days")
    return found


def _bands(matrix: RiskMatrix, rows: tuple[RiskRow, ...]) -> Iterable[BandRow]:
    for name in sorted(matrix.bands, key=lambda name: matrix.bands[name], reverse=True):
        low, high = matrix.bands[name]
        yield BandRow(name, _tone(matrix, name), low, high, sum(row.level == name for row in rows))


def _heatmap(matrix: RiskMatrix, rows: tuple[RiskRow, ...]) -> Heatmap:
    scores = {}
    for likelihood in range(1, matrix.likelihood + 1):
        for impact in range(1, matrix.impact + 1):
            score = matrix.score(likelihood, impact) or 0
            scores[likelihood, impact] = (score, _tone(matrix, matrix.level(score)))
    return draw(Scale(matrix.likelihood, matrix.impact, scores), _risen(rows))


def _risen(rows: tuple[RiskRow, ...]) -> Iterable[Risen]:
    labels = _labels([row.id for row in rows])
    for row in rows:
        yield Risen(row.id, labels[row.id], row.title, row.kind, row.likelihood, row.impact, row.residual, row.tone)


def _labels(ids: list[str]) -> dict[str, str]:
    """The numbers of the ids where all of them begin alike, `004` for `R-004`; else the ids, shortened."""
    stems = {_NUMBER.sub("", name) for name in ids}
    if len(stems) > 1:
        return {name: name[:6] for name in ids}
    return {name: found[0] if (found := _NUMBER.search(name)) else name[:6] for name in ids}
