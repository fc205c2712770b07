"""Floor 4: what no single table shows. One function a rule; a rule speaks only where its registers exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap
from mkdocs_ecompm.model.entry import misspelt
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.parties import answerable
from mkdocs_ecompm.model.people import BUSINESS_FUNCTIONS, Department, Deputy, function_of
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.words import did_you_mean, shorten
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.asks import Ask
from mkdocs_ecompm.registers.budget import BudgetDocument
from mkdocs_ecompm.registers.charter import CharterDocument, Objective
from mkdocs_ecompm.registers.kpis import Kpi
from mkdocs_ecompm.registers.obligations import Obligation
from mkdocs_ecompm.registers.project import ProjectDocument
from mkdocs_ecompm.registers.raci import Matrix
from mkdocs_ecompm.registers.risks import OVER, Risk
from mkdocs_ecompm.registers.signoffs import Demand
from mkdocs_ecompm.registers.timeline_schema import Gate

_EXCLUDED: Final = "functions_not_affected"
TRUST: Final = "trust"


def functions_represented(project: Project) -> Iterator[Finding]:
    """Each function of the business is represented by a department or said to be not affected."""
    people = project.state.contents.get("people")
    about = project.state.contents.get("project", YamlMap())
    if people is None or not _says_functions(project.state, people, about):
        return
    # As written, not as typed: a department with a fault elsewhere represents its functions all the same.
    departments = _texts(people, "departments", "functions")
    spoken = {function_of(text) for text in (*departments, *_texts(about, _EXCLUDED, "function"))}
    for function in BUSINESS_FUNCTIONS:
        if function not in spoken:
            message = f"nobody represents {function}"
            hint = "name it in a department's functions, or in project.yml under functions_not_affected with the reason"
            yield finding("function-unrepresented", message, people.at("departments"), hint=hint)


def _texts(content: YamlMap, items: str, field: str) -> Iterator[str]:
    """The texts under a field of every mapping in a list, one or several."""
    several = content.get(items)
    for item in several if isinstance(several, YamlList) else ():
        value = item.get(field) if isinstance(item, YamlMap) else None
        yield from (text for text in (value if isinstance(value, YamlList) else [value]) if isinstance(text, str))


def _says_functions(state: State, people: YamlMap, about: YamlMap) -> bool:
    """Whether what is said about functions can be read; a fault in it has its own finding, and one is enough."""
    named = people.get("departments", YamlList())
    excluded = about.get(_EXCLUDED, YamlList())
    documents = [state.documents[name] for name in ("people", "project") if name in state.documents]
    parts = (*documents, *(department.entry for department in state.of(Department)))
    return (
        "project" not in state.unreadable
        and isinstance(named, YamlList)
        and all(isinstance(item, YamlMap) and _are_texts(item.get("functions", YamlList())) for item in named)
        and isinstance(excluded, YamlList)
        and all(isinstance(item, YamlMap) and _is_function(item.get("function")) for item in excluded)
        and not any(misspelt(part, name) for part in parts for name in ("departments", "functions", _EXCLUDED))
    )


def _are_texts(value: Yaml) -> bool:
    return isinstance(value, YamlList) and all(isinstance(item, str) for item in value)


def _is_function(value: Yaml | None) -> bool:
    return isinstance(value, str) and function_of(value) is not None


def accountable_have_signed(project: Project) -> Iterator[Finding]:
    """Somebody accountable in a matrix is asked to sign it and has not."""
    for matrix in project.state.of(Matrix):
        agreement = project.signoffs.by_artifact.get(matrix.ref)
        if agreement is None or agreement.status is Status.UNVERIFIABLE:
            continue
        signed = {slot.person for slot in agreement.slots if slot.status is Status.VALID and slot.person}
        for party in dict.fromkeys(party for row in matrix.entry.activities for party in row.accountable):
            people = answerable(project.state, party, project.as_of)
            if people and not signed & set(people):
                rows = sum(1 for row in matrix.entry.activities if party in row.accountable)
                message = (
                    f"{project.state.name(party)} is accountable for {rows} activit{'y' if rows == 1 else 'ies'} "
                    f"of {matrix.ref} and has no agreement to it that holds"
                )
                yield finding("accountable-never-signed", message, matrix.source)


def gates_require_what_exists(project: Project) -> Iterator[Finding]:
    """What a gate requires is there, and no gate waits for itself."""
    state = project.state
    gates = state.of(Gate)
    for gate in gates:
        for index, artifact in enumerate(gate.entry.requires):
            yield from _unknown(state, "requires", artifact, gate.at("requires", index))
    own = {gate.ref.casefold(): gate for gate in gates}
    order = TopologicalSorter(
        {ref: {artifact.casefold() for artifact in gate.entry.requires} for ref, gate in own.items()}
    )
    try:
        order.prepare()
    except CycleError as error:
        ring = error.args[1]  # each is required by the next, the first again at the end
        circle = " → ".join(own[ref].ref for ref in ring)
        first = own[ring[1]]
        index = [artifact.casefold() for artifact in first.entry.requires].index(ring[0])
        yield finding("dependency-cycle", f"gates require each other: {circle}", first.at("requires", index))


def agreements_are_on_what_exists(project: Project) -> Iterator[Finding]:
    """What somebody must agree to, or may agree to for another, is there; `raci/*` is all that there is."""
    state = project.state
    for demand in state.of(Demand):
        yield from _unknown(state, "artifact", demand.entry.artifact, demand.at("artifact"))
    for ask in state.of(Ask):
        yield from _unknown(state, "artifact", ask.entry.artifact, ask.at("artifact"))
        if ask.entry.artifact.endswith("/*"):
            message = "artifact: an ask is about one artifact, not about all of a register"
            yield finding("unknown-value", message, ask.at("artifact"))
    for deputy in state.of(Deputy):
        for index, artifact in enumerate(deputy.entry.artifacts):
            yield from _unknown(state, "artifacts", artifact, deputy.at("artifacts", index))


def objectives_have_kpis(project: Project) -> Iterator[Finding]:
    """Each objective of the charter is measured by a KPI, once there are KPIs."""
    state = project.state
    if "kpis" not in state.contents or any(misspelt(one.entry, "objective") for one in state.of(Kpi)):
        return
    # As written, not as typed: a KPI with a fault elsewhere measures its objective all the same.
    measured = {ref.rpartition("/")[2].casefold() for ref in _texts(state.contents["kpis"], "kpis", "objective")}
    for objective in state.of(Objective):
        if objective.id.casefold() not in measured:
            message = f"no KPI measures objective {objective.id}, “{shorten(objective.entry.statement)}”"
            hint = f"add a KPI with `objective: {objective.id}`"
            yield finding("objective-without-kpi", message, objective.source, hint=hint)


def budget_is_what_the_charter_approves(project: Project) -> Iterator[Finding]:
    """Amounts that the budget repeats are those of the charter."""
    budget, charter = project.state.header(BudgetDocument), project.state.header(CharterDocument)
    content = project.state.contents.get("budget")
    if budget is None or content is None or charter is None or charter.budget is None:
        return
    for name in ("approved", "reserve", "vat"):
        here, there = getattr(budget, name), getattr(charter.budget, name)
        if here is not None and there is not None and here != there:
            message = f"{name} is {here} in the budget and {there} in the charter"
            hint = "leave it out here to use that of the charter"
            yield finding("budget-charter-differs", message, content.at(name), hint=hint)


def risks_are_looked_after(project: Project) -> Iterator[Finding]:
    """Nobody has touched a risk that is not over for as long as the project calls unchanged."""
    for risk in project.state.of(Risk):
        days = 0 if risk.entry.status in OVER else _unchanged(project, risk.ref)
        if days >= _patience(project):
            message = f"nobody has changed {risk.id}, “{shorten(risk.entry.title)}”, for {days} days"
            hint = "is it still what it was? Score it anew, write a note with the day, or close it with the reason"
            yield finding("risk-unchanged", message, risk.source, hint=hint)


def registers_are_kept(project: Project) -> Iterator[Finding]:
    """A register with something that is still to be done, and that nobody has touched for as long."""
    # an agreement that waits for somebody is nothing that its register says
    waiting = {duty.ref.partition("/")[0] for duty in project.duties if not duty.done and duty.kind != "sign-off"}
    for name, content in project.state.contents.items():
        days = _unchanged(project, name) if name in waiting else 0
        if days >= _patience(project):
            message = f"nobody has changed {name} for {days} days, and not all in it is done"
            yield finding("register-unchanged", message, content.source)


def _unchanged(project: Project, ref: str) -> int:
    """Calendar days since the content of a record or register last changed; 0 if the history does not tell."""
    last = project.history.changed(ref)
    return (project.as_of - last).days if last else 0


def _patience(project: Project) -> int:
    document = project.state.header(ProjectDocument)
    return document.unchanged_days if document else ProjectDocument.model_fields["unchanged_days"].default


def _unknown(state: State, field: str, artifact: str, source: Source) -> Iterator[Finding]:
    """The finding for an artifact of no register, or of no record of one."""
    register, _, record = artifact.partition("/")
    if register not in DOCUMENTS and artifact != TRUST:
        hint = did_you_mean(register, [*DOCUMENTS, TRUST])
        yield finding("unknown-reference", f"{field}: there is no register `{shorten(register)}`", source, hint=hint)
    elif record not in {"", "*"} and _is_whole(state, register) and not _exists(state, artifact):
        hint = did_you_mean(record, state.known_ids.get(register, {}))
        message = f"{field}: there is no `{shorten(artifact)}` to agree on"
        yield finding("unknown-reference", message, source, hint=hint)


def _is_whole(state: State, register: str) -> bool:
    """Whether the project has the register, and all of its ids could be read."""
    return state.has(register) and register not in state.unreadable and register not in state.incomplete


def _exists(state: State, artifact: str) -> bool:
    register, _, name = artifact.partition("/")
    if register == "obligations":
        owing = (record.entry.party.casefold() for record in state.of(Obligation))
        return name.casefold() in {*owing, *state.known_ids.get(register, {}), *state.known_ids.get("people", {})}
    return state.find(artifact) is not None or name.casefold() in state.known_ids.get(register, {})


CROSSCHECKS: Final[tuple[Callable[[Project], Iterable[Finding]], ...]] = (
    functions_represented,
    accountable_have_signed,
    gates_require_what_exists,
    agreements_are_on_what_exists,
    objectives_have_kpis,
    budget_is_what_the_charter_approves,
    risks_are_looked_after,
    registers_are_kept,
)
