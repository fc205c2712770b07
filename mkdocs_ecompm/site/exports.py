"""The derived project as JSON: `ecompm export`, the `ecompm.json` in a site, and the findings of `ecompm check`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any, Final

from mkdocs_ecompm.model.catalogue import CATALOGUE
from mkdocs_ecompm.model.duty import Duty
from mkdocs_ecompm.model.entry import Part
from mkdocs_ecompm.model.finding import Finding, Severity, Source
from mkdocs_ecompm.model.forecast import EarnedValue
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.schedule import Schedule, TaskDates
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.registers import REGISTERS
from mkdocs_ecompm.registers.project import ProjectDocument
from mkdocs_ecompm.registers.raci import LETTERS, Matrix
from mkdocs_ecompm.registers.risks import Risk, matrix_of
from mkdocs_ecompm.signoff.report import to_json as signoffs_to_json
from mkdocs_ecompm.site.trends import trends

VERSION: Final = 1
EARNED_VALUE: Final = "date bac pv ev ac cv sv cpi spi eac eac_one_off etc vac tcpi".split()  # noqa: SIM905  # as read


def findings_to_json(findings: Iterable[Finding]) -> dict[str, Any]:
    """The answer of `ecompm check --format json`."""
    found = list(findings)
    counted = Counter(item.severity for item in found)
    return {
        "version": VERSION,
        "findings": [finding_to_json(item) for item in found],
        "counts": {severity.value: counted[severity] for severity in Severity},
    }


def finding_to_json(item: Finding) -> dict[str, Any]:
    """One finding; one about a commit names it and has no place."""
    answer = {
        "code": item.code,
        "severity": item.severity.value,
        "about": CATALOGUE[item.code].about.value,
        "message": item.message,
        **_place(item.source),
        "hint": item.hint,
    }
    return answer | {"commit": item.commit} if item.commit else answer


def project_to_json(project: Project, *, left_out: Collection[str] = ()) -> dict[str, Any]:
    """The answer of `ecompm export --format json`, without the registers that a site leaves out."""
    state = project.state
    name = project_id(state)
    hidden_files = {path for register in left_out for path in state.paths.get(register, ())}
    return {
        "version": VERSION,
        "project": name,
        "as_of": project.as_of.isoformat(),
        "commit": state.commit or project.signoffs.commit,
        "findings": [
            finding_to_json(item)
            for item in project.findings
            if item.source is None or item.source.path not in hidden_files
        ],
        "registers": {name: list(_records(state, name)) for name in state.documents if name not in left_out},
        "schedule": None if "timeline" in left_out else _schedule(project.schedule),
        "earned_value": _earned_value(() if "budget" in left_out else project.earned_value),
        "raci": [] if "raci" in left_out else list(_raci(state)),
        "risks": [] if "risks" in left_out else list(_risks(project)),
        "signoffs": _signoffs(project, name, left_out),
        "trends": trends(project.history, left_out),
        "due": [_duty(duty, project) for duty in project.duties if _register(duty.ref) not in left_out],
    }


def project_id(state: State) -> str | None:
    """The project's own id, None where it has none that can be read."""
    document = state.header(ProjectDocument)
    return document.id if document else None


def _place(source: Source | None) -> dict[str, Any]:
    if source is None:
        return {"path": None, "line": None, "column": None}
    return {"path": source.path, "line": source.line, "column": source.column}


def _register(artifact: str) -> str:
    return artifact.partition("/")[0]


def _signoffs(project: Project, name: str | None, left_out: Collection[str]) -> dict[str, Any]:
    answer: dict[str, Any] = signoffs_to_json(project.signoffs, name, project.as_of)
    for key in ("signoffs", "records"):
        answer[key] = [item for item in answer[key] if _register(item["artifact"]) not in left_out]
    return answer


def _records(state: State, register: str) -> Iterable[dict[str, Any]]:
    """Every record with the list it stands in; a document without a list, or that is one agreement, is one record."""
    document = next(item.document for item in REGISTERS if item.name == register)
    records = state.records.get(register, ())
    if not document.single and document.lists:
        for record in records:
            yield {"list": record.list, **_values(record.entry)}
        return
    whole = _values(state.documents[register])
    for name in document.lists:
        whole[name] = [_values(record.entry) for record in records if record.list == name]
    yield whole


def _values(part: Part) -> dict[str, Any]:
    return part.model_dump(mode="json", by_alias=True)


def _schedule(schedule: Schedule | None) -> dict[str, Any] | None:
    if schedule is None:
        return None
    return {
        "finish": schedule.finish.isoformat() if schedule.finish else None,
        "critical_paths": [list(path) for path in schedule.critical_paths],
        "critical_path_count": schedule.critical_path_count,
        "tasks": {name: _task(task) for name, task in schedule.tasks.items()},
    }


def _task(task: TaskDates) -> dict[str, Any]:
    offsets = ("early_start", "early_finish", "late_start", "late_finish", "total_float", "free_float")
    return {
        **{name: _number(getattr(task, name)) for name in offsets},
        "critical": task.critical,
        "start": task.start.isoformat(),
        "finish": task.finish.isoformat(),
    }


def _number(value: float | Decimal) -> float:
    """Whole numbers as such."""
    return int(value) if value == int(value) else float(value)


def _earned_value(reports: tuple[EarnedValue, ...]) -> dict[str, Any]:
    """The figures of the latest report; null where there is no report, or a figure is undefined."""
    if not reports:
        return dict.fromkeys(EARNED_VALUE)
    latest = reports[-1]
    figures = {name: getattr(latest, name) for name in EARNED_VALUE if name != "date"}
    return {
        "date": latest.date.isoformat(),
        **{name: None if value is None else _number(value) for name, value in figures.items()},
    }


def _raci(state: State) -> Iterable[dict[str, Any]]:
    """One object an activity of every matrix."""
    for matrix in state.of(Matrix):
        for activity in matrix.entry.activities:
            yield {
                "matrix": matrix.id,
                "id": activity.id,
                "name": activity.name,
                "phase": activity.phase,
                **{column: list(getattr(activity, column)) for column in LETTERS},
            }


def _risks(project: Project) -> Iterable[dict[str, Any]]:
    """Every risk with what the matrix says of it, and which way its score last went; None without a history."""
    matrix = matrix_of(project.state)
    for record in project.state.of(Risk):
        score = matrix.score(record.entry.likelihood, record.entry.impact)
        path = project.history.path("risk", record.ref)
        trend = path.trend if path else None
        yield {**_values(record.entry), "score": score, "level": matrix.level(score), "trend": trend}


def _duty(duty: Duty, project: Project) -> dict[str, Any]:
    return {
        "kind": duty.kind,
        "ref": duty.ref,
        "what": duty.what,
        "who": list(duty.who),
        "due": duty.due.isoformat() if duty.due else None,
        "done": duty.done,
        "days_late": duty.late(project.as_of),
        "process": duty.process,
        "blocks": list(duty.blocks),
        "accepted_by": duty.accepted_by or None,
        **_place(duty.source),
    }
