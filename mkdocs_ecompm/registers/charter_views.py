"""The charter as a page that reads like an agreement."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from msgspec import Struct

from mkdocs_ecompm import language
from mkdocs_ecompm.language import Sentence
from mkdocs_ecompm.model.content import Yaml, YamlMap
from mkdocs_ecompm.model.entry import Part, extras
from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Heading, View
from mkdocs_ecompm.registers.charter import (
    Authority,
    Benefit,
    CharterDocument,
    Deliverable,
    Objective,
    Readiness,
    Scope,
    Strategy,
)


class ObjectiveRow(Struct, frozen=True):
    """An objective; `changed` if somebody's agreement does not cover it any more."""

    id: str
    statement: str
    metric: str
    target: str
    due: date | None
    changed: bool
    source: Source


class NamedText(Struct, frozen=True):
    """A label and its value, for the short facts of the charter."""

    label: str
    value: str


class BenefitRow(Struct, frozen=True):
    """What the project is worth to somebody who answers for it."""

    id: str
    what: str
    amount: Decimal | None
    owner: str
    measured_on: date | None


class CharterView(Struct, frozen=True):
    """Context of `pages/charter`. Texts are Markdown as written; `money` are the facts about money and time."""

    sentence: Sentence
    version: str
    problem: str
    vision: str
    strategy: tuple[NamedText, ...]
    objectives: tuple[ObjectiveRow, ...]
    scope: Scope | None
    deliverables: tuple[Deliverable, ...]
    benefits: tuple[BenefitRow, ...]
    money: tuple[NamedText, ...]
    authority: Authority | None
    authority_facts: tuple[NamedText, ...]
    assumptions: tuple[str, ...]
    constraints: tuple[str, ...]
    collaboration: tuple[str, ...]
    readiness: tuple[Readiness, ...]


_HEADINGS: Final = (
    ("why", "Why"),
    ("objectives", "What we want to reach"),
    ("strategy", "What kind of business this is"),
    ("scope", "What belongs to it"),
    ("deliverables", "What is handed over"),
    ("benefits", "What it is worth"),
    ("money", "Money and tolerances"),
    ("authority", "What the project manager decides alone"),
    ("assumptions", "What we assume, and what binds us"),
    ("collaboration", "How we work together"),
    ("readiness", "Are we ready to lead this?"),
)
"""Anchor and title of each section, in the page's order. A section without content is left out."""


def views(project: Project) -> Iterable[View]:
    """The charter's page."""
    charter = project.state.header(CharterDocument)
    content = project.state.contents.get("charter")
    if charter is None or content is None:
        return
    context = _context(project, charter)
    yield View(
        path="charter",
        title="Charter",
        template="charter",
        section="Agreements",
        context=context,
        source=content.source,
        headings=tuple(Heading(anchor, title) for anchor, title in _HEADINGS if _filled(context, anchor)),
        anchors=tuple(record.id for record in project.state.records.get("charter", ()) if record.id),
    )


def _filled(view: CharterView, anchor: str) -> bool:
    also = {
        "why": (view.problem, view.vision),
        "assumptions": (view.assumptions, view.constraints),
        "authority": (view.authority,),
    }
    return any(also.get(anchor, (getattr(view, anchor, None),)))


def _context(project: Project, charter: CharterDocument) -> CharterView:
    changed = _changed(project)
    return CharterView(
        sentence=_sentence(project, charter),
        version=charter.version,
        problem=charter.problem,
        vision=charter.vision,
        strategy=tuple(_strategy(charter.strategy)),
        objectives=tuple(
            ObjectiveRow(
                record.id,
                record.entry.statement,
                record.entry.metric,
                record.entry.target,
                record.entry.due,
                record.id.casefold() in changed,
                record.source,
            )
            for record in project.state.of(Objective)
        ),
        scope=charter.scope,
        deliverables=tuple(record.entry for record in project.state.of(Deliverable)),
        benefits=tuple(
            BenefitRow(
                record.id, record.entry.what, record.entry.amount, record.entry.owner or "", record.entry.measured_on
            )
            for record in project.state.of(Benefit)
        ),
        money=tuple(_money(project, charter)),
        authority=charter.authority,
        authority_facts=tuple(_authority(project, charter.authority)),
        assumptions=charter.assumptions,
        constraints=charter.constraints,
        collaboration=charter.collaboration,
        readiness=charter.readiness,
    )


def _changed(project: Project) -> frozenset[str]:
    """The ids in the charter that differ from what somebody agreed to."""
    agreement = project.signoffs.by_artifact.get("charter")
    slots = agreement.slots if agreement else ()
    paths = [change.path for slot in slots for change in slot.difference]
    return frozenset(step.casefold() for path in paths for step in path.split("/"))


def _sentence(project: Project, charter: CharterDocument) -> Sentence:
    objectives = project.state.of(Objective)
    days = [record.entry.due for record in objectives if record.entry.due]
    lead = language.capital(language.count(len(objectives), "objective"))
    if not objectives:
        lead = "No objective is written down yet"
    if days:
        lead += (
            f", the last due {language.near_day(max(days), project.as_of)}"
            if len(days) > 1
            else (f", due {language.near_day(days[0], project.as_of)}")
        )
    rest = []
    currency = _currency(project)
    if charter.budget and charter.budget.approved is not None:
        rest.append(f"{language.money(charter.budget.approved, currency)} are approved for it")
    if charter.authority:
        limits = [
            *([language.money(charter.authority.money, currency)] if charter.authority.money is not None else []),
            *([_days(charter.authority.days)] if charter.authority.days is not None else []),
        ]
        if limits:
            rest.append(f"the project manager decides alone up to {' and '.join(limits)}")
    return Sentence(f"{lead}.", language.capital("; ".join(rest)) + "." if rest else "")


def _currency(project: Project) -> str:
    return getattr(project.state.documents.get("project"), "currency", "")


def _days(amount: Decimal) -> str:
    """5 working days, as the charter counts what may be decided and how far it may slip; half days are possible."""
    return f"{language.number(amount)} working {'day' if amount == 1 else 'days'}"


def _strategy(strategy: Strategy | None) -> Iterable[NamedText]:
    if strategy is None:
        return
    facts = (
        ("Business", (strategy.business or "").replace("-", " ")),
        ("Sells", language.listing(strategy.sells) if strategy.sells else ""),
        ("Purpose", language.listing(strategy.purpose) if strategy.purpose else ""),
        ("Earns money by", strategy.revenue_model),
        ("For whom", strategy.target),
    )
    yield from (NamedText(label, value) for label, value in facts if value)


def _money(project: Project, charter: CharterDocument) -> Iterable[NamedText]:
    currency = _currency(project)
    if budget := charter.budget:
        if budget.approved is not None:
            vat = f", {budget.vat} of VAT" if budget.vat else ""
            yield NamedText("Approved", language.money(budget.approved, currency) + vat)
        if budget.reserve is not None:
            yield NamedText("Reserve", language.money(budget.reserve, currency))
    if tolerances := charter.tolerances:
        if tolerances.days is not None:
            yield NamedText("May slip by", f"{_days(tolerances.days)} before we must ask")
        if tolerances.money_percent is not None:
            yield NamedText("May cost more by", f"{language.percent(tolerances.money_percent)} before we must ask")
        yield from _own_keys(tolerances)


def _own_keys(part: Part) -> Iterable[NamedText]:
    """Tolerances that a project invented for itself, under their own names."""
    for key, value in extras(part).items():
        yield NamedText(language.capital(key.replace("_", " ")), _flat(value))


def _flat(value: Yaml) -> str:
    if isinstance(value, str):
        return value
    items = value.items() if isinstance(value, YamlMap) else enumerate(value)
    return ", ".join(_flat(item) for _, item in items)


def _authority(project: Project, authority: Authority | None) -> Iterable[NamedText]:
    if authority is None:
        return
    if authority.money is not None:
        yield NamedText("Money", f"up to {language.money(authority.money, _currency(project))}")
    if authority.days is not None:
        yield NamedText("Time", f"up to {_days(authority.days)}")
    if authority.escalates_to:
        yield NamedText("Everything else goes to", project.state.name(authority.escalates_to))
