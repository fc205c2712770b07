"""Risks that came, went or weigh otherwise than before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from mkdocs_ecompm.comparison.side import Side, Written, paired
from mkdocs_ecompm.comparison.words import ARROW, day, fact, later_is
from mkdocs_ecompm.model.comparison import Fact, Tone, Topic
from mkdocs_ecompm.model.content import YamlMap, plain
from mkdocs_ecompm.registers.risks import OPEN, OVER, RiskMatrix

_STATUS: Final = {
    "closed": (" is closed", Tone.GOOD),
    "rejected": (" is rejected: it is no risk of this project", Tone.NEUTRAL),
    "occurred": (" has happened", Tone.BAD),
}
"""What a status means when a risk gets it, and whether that is good."""


def risks(was: Side, is_: Side) -> Iterator[Fact]:
    """Every risk whose score or status changed, that is new, or that was taken out."""
    scales = _matrix(was), _matrix(is_)
    found = paired(was, is_, "risks", "risks")
    for old, new in found.both:
        yield from _scored(old, new, scales)
        yield from _status(old, new, is_)
        yield from _actions(old, new)
    for record in found.come:
        yield _new(record, scales[1])
    for record in found.gone:
        yield _gone(record, scales[0])


def _matrix(side: Side) -> RiskMatrix:
    given = side.whole("risks").get("matrix")
    try:
        return RiskMatrix.model_validate(plain(given)) if isinstance(given, YamlMap) else RiskMatrix()
    except ValidationError:  # a matrix with a fault has its finding; scores are then those of the standard one
        return RiskMatrix()


def score_of(record: Written, matrix: RiskMatrix) -> int | None:
    """What the matrix says of a risk."""
    pair = [record.text(name) for name in ("likelihood", "impact")]
    if not all(text.isascii() and text.isdigit() and len(text) < 4 for text in pair):
        return None
    return matrix.score(int(pair[0]), int(pair[1]))


def _scored(old: Written, new: Written, scales: tuple[RiskMatrix, RiskMatrix]) -> Iterator[Fact]:
    then, now = score_of(old, scales[0]), score_of(new, scales[1])
    if then is None or now is None or then == now:
        return
    worse = now > then if new.text("kind") != "opportunity" else now < then
    level = scales[1].level(now)
    same = scales[0].level(then) == level
    named = f"{'still' if same else 'now'} {level}, " if level else ""
    because = " and ".join(
        f"{name} {old.text(name)}{ARROW}{new.text(name)}"
        for name in ("likelihood", "impact")
        if old.text(name) != new.text(name)
    )
    rest = f" {then}{ARROW}{now} ({named}{because or 'by the new matrix'})"
    yield fact(
        Topic.RISKS,
        "risk-scored",
        new,
        f"{new.id} {new.headline}",
        rest,
        then,
        now,
        at="likelihood",
        tone=Tone.BAD if worse else Tone.GOOD,
        weight=40 + abs(now - then) / 10,
        amount=now - then,
    )


def _status(old: Written, new: Written, side: Side) -> Iterator[Fact]:
    then, now = old.text("status"), new.text("status")
    if then == now:
        return
    rest, tone = _STATUS.get(now, (f" is {now or 'without a status'}", Tone.NEUTRAL))
    if then in OVER and now in OPEN and now != "occurred":
        rest, tone = " is open again", Tone.BAD
    on = new.day("closed_on") if now == "closed" else None
    when = f" since {day(on, side)}" if on else ""
    because = f": {new.text('reason')}" if now in OVER and new.text("reason") else ""
    kind = {"closed": "risk-closed", "occurred": "risk-occurred"}.get(now, "risk-status")
    weight = 60 if now == "occurred" else 30
    yield fact(
        Topic.RISKS,
        kind,
        new,
        f"{new.id} {new.headline}",
        f"{rest}{when}{because}",
        then,
        now,
        at="status",
        tone=tone,
        weight=weight,
    )


def _actions(old: Written, new: Written) -> Iterator[Fact]:
    """Actions that are done now."""
    before = {what for what, done in _done(old) if done}
    known = {what for what, _ in _done(old)}
    for what, done in _done(new):
        if what in known and done != (what in before):
            yield fact(
                Topic.RISKS,
                "risk-action",
                new,
                f"{new.id} {new.headline}",
                f", action {'done' if done else 'open again'}: {what}",
                *(("no", "yes") if done else ("yes", "no")),
                at="actions",
                tone=Tone.GOOD if done else Tone.BAD,
                weight=5,
            )


def _done(record: Written) -> Iterator[tuple[str, bool]]:
    actions = record.content.get("actions")
    for action in actions if isinstance(actions, list) else ():
        if isinstance(action, YamlMap) and isinstance(action.get("what"), str):
            yield str(action["what"]), str(action.get("done", "")).casefold() in {"yes", "true"}


def _new(record: Written, matrix: RiskMatrix) -> Fact:
    score = score_of(record, matrix)
    level = matrix.level(score)
    said = f", {score}{f' ({level})' if level else ''}" if score is not None else ""
    kind = "opportunity" if record.text("kind") == "opportunity" else "risk"
    grave = level == matrix.top and kind == "risk"
    return fact(
        Topic.RISKS,
        "risk-added",
        record,
        f"New {kind} {record.id} {record.headline}",
        said,
        None,
        score if score is not None else record.headline,
        tone=later_is(1, Tone.BAD) if grave else Tone.ATTENTION if kind == "risk" else Tone.GOOD,
        weight=50 if grave else 35,
    )


def _gone(record: Written, matrix: RiskMatrix) -> Fact:
    score = score_of(record, matrix)
    return fact(
        Topic.RISKS,
        "risk-removed",
        record,
        f"Risk {record.id} {record.headline}",
        " is no longer in the register",
        score if score is not None else record.headline,
        None,
        weight=10,
    )


TOLD: Final = frozenset({"likelihood", "impact", "score", "status", "closed_on", "reason", "actions/done"})
"""The fields that are told here; all others are told field by field."""
