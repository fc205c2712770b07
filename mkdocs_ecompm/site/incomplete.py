"""A project of which a part cannot be read or known: no page says more of it than can be said."""

from __future__ import annotations

from typing import Any, Final

from msgspec.structs import replace

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.catalogue import is_text
from mkdocs_ecompm.model.finding import Severity
from mkdocs_ecompm.model.incomplete import unknown
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import View
from mkdocs_ecompm.model.signoff import Agreement, Status


def as_known(project: Project) -> Project:
    """The project, in which nothing that cannot be checked is late: it may have been agreed in time."""
    signoffs = project.signoffs
    if not any(slot.status is Status.UNVERIFIABLE for item in signoffs.agreements for slot in item.slots):
        return project
    return replace(project, signoffs=replace(signoffs, agreements=tuple(map(_agreement, signoffs.agreements))))


def _agreement(agreement: Agreement) -> Agreement:
    # Without a day no page counts how late the slot is; the agreement keeps its own, which is only shown.
    slots = tuple(
        replace(slot, overdue=False, due=None) if slot.status is Status.UNVERIFIABLE else slot
        for slot in agreement.slots
    )
    late = any(slot.overdue for slot in slots) or not any(slot.overdue for slot in agreement.slots)
    return replace(agreement, slots=slots, overdue=agreement.overdue and late)


def mistakes(project: Project, register: str = "") -> int:
    """How many mistakes the files have, or those of one register: what `check` fails for."""
    paths = project.state.paths.get(register, ())
    return sum(
        item.severity is Severity.ERROR
        and is_text(item)
        and (not register or (item.source is not None and item.source.path in paths))
        for item in project.findings
    )


def in_the_files(project: Project) -> str:
    """That some files have mistakes, so that more may be late, or due, than a page says; empty if none has."""
    found = mistakes(project)
    return f"{language.capital(language.count(found, 'mistake'))} in the files may hide something." if found else ""


AS_MISSING: Final = "Agreements count as missing on this page, for none can be checked here."


def _counts_agreements(view: View) -> bool:
    """Whether a page says how many agreements something, or somebody, waits for."""
    page, context = view.path.partition("/")[0], view.context
    return page == "gates" or bool(
        (page == "timeline" and getattr(context, "gates", ()))
        or (page == "people" and getattr(context, "must_sign", ()))
    )


def honest(project: Project, view: View) -> View:
    """The page with a sentence that says what of it could not be read, or cannot be known from this copy."""
    said = getattr(view.context, "sentence", None)
    if not isinstance(said, Sentence):
        return view
    if view.path in project.state.paths:
        said = _of_register(project, view.path, said)
    elif view.path == "this-week":
        said = _of_week(project, said)
    if _counts_agreements(view) and project.signoffs.agreements and (why := unknown(project)):
        said = replace(said, rest=f"{said.rest} {AS_MISSING} {why}".strip())
    context: Any = view.context
    return view if said is context.sentence else replace(view, context=replace(context, sentence=said))


def _of_register(project: Project, register: str, said: Sentence) -> Sentence:
    state, found = project.state, mistakes(project, register)
    if register in state.unreadable:
        file = _file(register, state.unreadable[register])
        return Sentence(f"{file} cannot be read, so nothing of it is shown.", _first_mistake(project, register))
    if not found:
        return said
    file = _file(register, *state.paths[register])
    wrong = f"{language.capital(language.count(found, 'mistake'))} in {file}"
    if not state.records.get(register):
        return Sentence(f"{wrong} {'hides' if found == 1 else 'hide'} what it says.", _first_mistake(project, register))
    return replace(said, rest=f"{said.rest} {wrong} may hide a part of it.".strip())


def _of_week(project: Project, said: Sentence) -> Sentence:
    parts = [said.rest, in_the_files(project)]
    if why := unknown(project):
        parts.append(f"Agreements are left out, for none can be checked here. {why}")
    return replace(said, rest=" ".join(part for part in parts if part).strip())


def _file(register: str, *paths: str) -> str:
    """What a reader calls the file at fault, or the files of a register that has several."""
    folder, _, name = paths[0].rpartition("/")
    if len(paths) > 1:
        return f"the files of {register}/"
    return f"{register}/{name}" if folder.rpartition("/")[2] == register else name


def _first_mistake(project: Project, register: str) -> str:
    """The first mistake in the files of a register, in a sentence."""
    paths = project.state.paths.get(register, ())
    for item in project.findings:
        if item.source and item.source.path in paths and item.severity is Severity.ERROR and is_text(item):
            return f"Line {item.source.line}: {item.message.replace('`', '')}."
    return ""
