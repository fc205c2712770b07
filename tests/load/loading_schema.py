"""A small project of our own: the loader knows no register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from mkdocs_ecompm.model.entry import Document, Entry, Part
from mkdocs_ecompm.model.fields import AS_LIST, Text, Texts, YesNo, choice
from mkdocs_ecompm.model.identifiers import PartyRef, PartyRefs, PersonRef, Refs, RefTo
from mkdocs_ecompm.model.numbers import Money, Number, Whole, between
from mkdocs_ecompm.model.times import Day, Instant, WorkTime


class Seat(Part):
    role: Annotated[str, RefTo(("people.roles",), "role")]
    since: Annotated[Day | None, Field(alias="from")] = None


class Person(Entry):
    name: Text
    seats: Annotated[tuple[Seat, ...], AS_LIST] = ()


class Group(Entry):
    name: Text
    head: PersonRef | None = None


class People(Document):
    lists: ClassVar[Mapping[str, type[Part]]] = {
        "people": Person,
        "roles": Group,
        "departments": Group,
        "organisations": Group,
    }
    admins: PartyRefs = ()


class Step(Part):
    what: Text
    owner: PartyRef | None = None
    due: Day | None = None


class Job(Entry):
    title: Text
    scale: Annotated[Whole | None, between(1, 5)] = None
    kind: Annotated[str, choice("big", "small")] = "small"
    owner: PartyRef | None = None
    helpers: PartyRefs = ()
    steps: Annotated[tuple[Step, ...], AS_LIST] = ()
    best: Step | None = None
    by_month: Mapping[str, Step] = Field(default_factory=dict)
    words: Texts = ()
    cost: Money | None = None
    share: Number | None = None
    time: WorkTime | None = None
    at: Instant | None = None
    done: YesNo = False
    needs: Refs = ()
    after: Annotated[str | None, RefTo(("jobs.jobs", "plan.tasks"), "job or task")] = None
    pair: tuple[Whole, Whole] | None = None


class Scale(Part):
    top: Whole
    name: Text = ""


class Jobs(Document):
    lists: ClassVar[Mapping[str, type[Part]]] = {"jobs": Job, "later": Job}
    scale: Scale | None = None
    start: Day | None = None
    topic: Text = ""


class Plan(Document):
    lists: ClassVar[Mapping[str, type[Part]]] = {"tasks": Job}


DOCUMENTS: Mapping[str, type[Document]] = {"people": People, "jobs": Jobs, "plan": Plan}
PEOPLE = """\
people:
  - {id: mia, name: Mia Köster}
  - {id: jan, name: Jan Berg}
  - {id: ana, name: Ana Berg}
roles:
  - {id: sponsor, name: Sponsor}
departments:
  - {id: marketing, name: Marketing & Brand}
"""
