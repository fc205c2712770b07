"""Floor 4: what no single table shows. One function a rule; a rule speaks only where its registers exist."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import Final

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.parties import answerable
from mkdocs_ecompm.model.people import BUSINESS_FUNCTIONS, Department, function_of
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Status
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.model.words import did_you_mean
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.registers.obligations import Obligation
from mkdocs_ecompm.registers.project import ProjectDocument
from mkdocs_ecompm.registers.raci import Matrix
from mkdocs_ecompm.registers.timeline_schema import Gate


def functions_represented(project: Project) -> Iterator[Finding]:
    """Each function of the business is represented by a department or said to be not affected."""
    people = project.state.contents.get("people")
    if people is None:
        return
    document = project.state.header(ProjectDocument)
    spoken = {function_of(text) for department in project.state.of(Department) for text in department.entry.functions}
    spoken |= {function_of(item.function) for item in (document.functions_not_affected if document else ())}
    for function in BUSINESS_FUNCTIONS:
        if function not in spoken:
            message = f"nobody represents {function}"
            hint = "name it in a department's functions, or in project.yml under functions_not_affected with the reason"
            yield finding("function-unrepresented", message, people.at("departments"), hint=hint)


def accountable_have_signed(project: Project) -> Iterator[Finding]:
    """Somebody accountable in a matrix is asked to sign it and has not."""
    for matrix in project.state.of(Matrix):
        agreement = project.signoffs.by_artifact.get(matrix.ref)
        if agreement is None:
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
            register, _, record = artifact.partition("/")
            if register not in DOCUMENTS and artifact != "trust":
                hint = did_you_mean(register, DOCUMENTS)
                message = f"requires: there is no register `{register}`"
                yield finding("unknown-reference", message, gate.at("requires", index), hint=hint)
            elif record and state.has(register) and register not in state.unreadable and not _exists(state, artifact):
                message = f"requires: there is no `{artifact}` to agree on"
                yield finding("unknown-reference", message, gate.at("requires", index))
    order = TopologicalSorter(
        {gate.ref.casefold(): {artifact.casefold() for artifact in gate.entry.requires} for gate in gates}
    )
    try:
        order.prepare()
    except CycleError as error:
        circle = " → ".join(error.args[1])
        first = next(gate for gate in gates if gate.ref.casefold() in error.args[1])
        yield finding("dependency-cycle", f"gates require each other: {circle}", first.at("requires"))


def _exists(state: State, artifact: str) -> bool:
    register, _, name = artifact.partition("/")
    if register == "obligations":
        return any(record.entry.party.casefold() == name.casefold() for record in state.of(Obligation))
    return state.find(artifact) is not None or name.casefold() in state.known_ids.get(register, {})


CROSSCHECKS: Final[tuple[Callable[[Project], Iterable[Finding]], ...]] = (
    functions_represented,
    accountable_have_signed,
    gates_require_what_exists,
)
