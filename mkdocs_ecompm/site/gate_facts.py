"""What is known about one gate beside its record: findings, the work before it, and what changed since its decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.history.difference import difference
from mkdocs_ecompm.language import Figure
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Finding, Severity
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.registers.timeline import Gate, Task
from mkdocs_ecompm.site.wording import ChangeText, artifact_name, change_of

_SHOWN: Final = frozenset({"signoff-overdue", "signoff-stale", "signoff-rejected", "signoff-withdrawn"})
"""What the page says already, by name and with what to do."""


class Since(Struct, frozen=True):
    """Something that a decided gate requires and that is no longer as its approvers saw it.

    `differences` says what changed, as far as both texts are known here.
    """

    artifact: str
    label: str
    differences: tuple[ChangeText, ...]


def about(project: Project, record: Record[Gate]) -> Iterator[Finding]:
    """Findings in the gate's own lines; while it is open, also in the phase that it closes, and what it requires."""
    state, gate = project.state, record.entry
    still_open = gate.decision == "open"
    phase = state.find(f"timeline/{gate.closes}") if gate.closes and still_open else None
    places = {place for found in (record, phase) if found for place in _places(found.content)}
    required = {ref.partition("/")[0] for ref in gate.requires if still_open} - {"timeline"}
    files = {path for register in required for path in state.paths.get(register, ())}
    for item in project.findings:
        if item.source is None or item.code in _SHOWN:
            continue
        own = (item.source.path, item.source.line) in places
        if own or (item.severity is Severity.ERROR and item.source.path in files):
            yield item


def _places(node: Yaml) -> Iterator[tuple[str, int]]:
    """Path and line of everything that stands in a piece of content."""
    if isinstance(node, YamlMap):
        yield node.source.path, node.source.line
        for key, value in node.items():
            source = node.at(key)
            yield source.path, source.line
            yield from _places(value)
    elif isinstance(node, YamlList):
        for index, item in enumerate(node):
            source = node.at(index)
            yield source.path, source.line
            yield from _places(item)


def work_before(project: Project, record: Record[Gate]) -> Iterator[Figure]:
    """The work of the phase that the gate closes, and whether the plan ends it in time."""
    name = (record.entry.closes or "").casefold()
    tasks = [task for task in project.state.of(Task) if name and (task.entry.phase or "").casefold() == name]
    if not tasks:
        return
    done = sum(1 for task in tasks if task.entry.done)
    plan = project.schedule.tasks if project.schedule else {}
    ends = [plan[task.id].finish for task in tasks if task.id in plan and not task.entry.done]
    label = f"Tasks of {project.state.name(f'timeline/{record.entry.closes}')}"
    if not ends:
        yield Figure(label, f"{done} of {len(tasks)}", "done", "holds", "timeline#tasks")
        return
    late = (max(ends) - record.entry.date).days
    more = f"done; the last ends {language.short_day(max(ends), project.as_of)}"
    more += f", {language.figure(late, 'day')} after the gate" if late > 0 else ""
    yield Figure(label, f"{done} of {len(tasks)}", more, "broken" if late > 0 else "waits", "timeline#tasks")


def changes_since(project: Project, record: Record[Gate]) -> tuple[Since, ...]:
    """What changed in what the gate requires since those who hold its agreement signed it."""
    agreement = project.signoffs.by_artifact.get(record.ref)
    if agreement is None:
        return ()
    then = _required_then(project, record.ref)
    return tuple(_since(project, artifact, then.get(artifact, "")) for artifact in agreement.changed_since)


def _required_then(project: Project, ref: str) -> dict[str, str]:
    """The digest of each required artifact as the last of the approvers saw it."""
    signoffs = project.signoffs
    slots = signoffs.by_artifact[ref].slots
    records = [found for slot in slots if (found := signoffs.by_id.get(slot.record or ""))]
    last = max(records, key=lambda found: found.date, default=None)
    text = signoffs.texts.get(last.digest or "") if last else None
    content: Any = text.content if text else None
    required = content.get("requires") if isinstance(content, dict) else None
    return {name: str(digest) for name, digest in required.items()} if isinstance(required, dict) else {}


def _since(project: Project, artifact: str, digest: str) -> Since:
    now = project.signoffs.by_artifact.get(artifact)
    then, today = project.signoffs.texts.get(digest), project.signoffs.texts.get((now and now.digest) or "")
    changes = difference(then.content, today.content) if then and today else ()
    told = tuple(change_of(project.state, change, artifact) for change in changes)
    return Since(artifact, artifact_name(project.state, artifact), told)
