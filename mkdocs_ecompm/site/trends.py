"""What was said when about milestones and risks, as JSON."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

from mkdocs_ecompm.model.history import History, Point, Series

_OF_A_RISK: Final[Mapping[str, str]] = {"risk": "value", "risk-likelihood": "likelihood", "risk-impact": "impact"}


def trends(history: History, left_out: Collection[str] = ()) -> dict[str, Any]:
    """The points of each milestone and risk by its id, oldest first; without the registers that a site leaves out."""
    milestones = () if "timeline" in left_out else history.of("milestone")
    return {
        "milestones": {
            _id(one): [_moment(point) | {"value": point.value} for point in one.points] for one in milestones
        },
        "risks": {} if "risks" in left_out else _risks(history),
    }


def _risks(history: History) -> dict[str, list[dict[str, Any]]]:
    """Score, likelihood and impact of each risk, whenever one of them changed."""
    line = {revision.commit: number for number, revision in enumerate(history.revisions)}
    moments: dict[str, dict[int, dict[str, Any]]] = {}
    for kind, key in _OF_A_RISK.items():
        for one in history.of(kind):
            for point in one.points:
                moment = moments.setdefault(_id(one), {}).setdefault(line.get(point.commit, len(line)), _moment(point))
                moment[key] = None if point.value is None else int(point.value)
    return {risk: list(_whole(found)) for risk, found in moments.items()}


def _whole(moments: Mapping[int, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Each moment with all three values: what did not change is as it was before."""
    values: dict[str, Any] = dict.fromkeys(_OF_A_RISK.values())
    for _, moment in sorted(moments.items()):
        values = values | moment
        yield {key: values[key] for key in ("date", "commit", *_OF_A_RISK.values())}


def _moment(point: Point) -> dict[str, Any]:
    """When something was said; the working tree has no commit."""
    return {"date": point.day.isoformat(), "commit": point.commit or None}


def _id(series: Series) -> str:
    return series.ref.rpartition("/")[2]
