"""The project itself: its name, its kind, its calendar. `project.yml`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.entry import Document, Part
from mkdocs_ecompm.model.fields import AS_LIST, Text, choice
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.identifiers import Id
from mkdocs_ecompm.model.numbers import Whole, between
from mkdocs_ecompm.model.people import BUSINESS_FUNCTIONS, function_of
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register
from mkdocs_ecompm.model.times import Day, Days
from mkdocs_ecompm.model.words import did_you_mean

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Freeze(Part):
    """Days on which the shop must not be touched, both included (Black Week to Christmas)."""

    name: Text
    since: Annotated[Day, Field(alias="from")]
    until: Annotated[Day, Field(alias="to")]


class Calendar(Part):
    """Which days are worked. `country` adds its public holidays where the `calendar` extra is installed."""

    workdays: Annotated[tuple[Annotated[str, choice(*WEEKDAYS)], ...], AS_LIST] = WEEKDAYS[:5]
    holidays: Days = ()
    country: Text = ""
    freezes: Annotated[tuple[Freeze, ...], AS_LIST] = ()


class FunctionNotAffected(Part):
    """A business function that the project does not touch, with the reason why nobody speaks for it."""

    function: Text
    because: Text


class ProjectDocument(Document):
    """The header of the whole project."""

    single: ClassVar[bool] = True

    id: Id
    name: Text
    kind: Annotated[str | None, choice("launch", "relaunch", "replatforming", "migration", "integration")] = None
    lifecycle: Annotated[str | None, choice("classic", "agile", "hybrid")] = None
    language: Text = "en"
    currency: Text = "EUR"
    start: Day | None = None
    end: Day | None = None
    calendar: Calendar | None = None
    unchanged_days: Annotated[Whole, between(1)] = 60
    functions_not_affected: Annotated[tuple[FunctionNotAffected, ...], AS_LIST] = ()


def check(project: Project) -> Iterable[Finding]:
    """Dates in order, and functions that exist."""
    document, content = project.state.header(ProjectDocument), project.state.contents.get("project")
    if document is None or content is None:
        return
    if document.start and document.end and document.end < document.start:
        message = f"the project ends on {document.end} before it starts on {document.start}"
        yield finding("value-out-of-range", message, content.at("end"))
    if document.calendar and not document.calendar.workdays:
        message = "a week needs at least one working day; the plan is computed with Monday to Friday"
        yield finding("value-out-of-range", message, content.at("calendar", "workdays"))
    for index, freeze in enumerate(document.calendar.freezes if document.calendar else ()):
        if freeze.until < freeze.since:
            message = f"the freeze `{freeze.name}` ends on {freeze.until} before it starts on {freeze.since}"
            yield finding("value-out-of-range", message, content.at("calendar", "freezes", index, "to"))
    for index, item in enumerate(document.functions_not_affected):
        if function_of(item.function) is None:
            message = f"function must be one of {', '.join(BUSINESS_FUNCTIONS)}, got `{item.function}`"
            place = content.at("functions_not_affected", index, "function")
            yield finding("unknown-value", message, place, hint=did_you_mean(item.function, BUSINESS_FUNCTIONS))


REGISTER = Register(name="project", document=ProjectDocument, check=check)
