"""Ids, and references to what has one: in which lists of which registers it may stand."""

from __future__ import annotations

import re
from typing import Annotated, Final

from msgspec import Struct
from pydantic import PlainValidator, WithJsonSchema

from mkdocs_ecompm.model.fields import AS_LIST, fault, kind_of, text_of
from mkdocs_ecompm.model.words import ID_PATTERN


def _id(value: object) -> str:
    text = text_of(value, "an id")
    if ID_PATTERN.fullmatch(text):
        return text
    suggestion = re.sub(r"[^A-Za-z0-9._-]+", "-", text).strip("-._")[:64]
    hint = f"for example `{suggestion}`" if ID_PATTERN.fullmatch(suggestion) else ""
    raise fault(
        "bad-id",
        "an id has at most 64 letters, digits, dots, dashes and underscores and begins with a letter or digit; "
        f"got {kind_of(text)}",
        hint,
    )


_ID_SCHEMA = WithJsonSchema(
    {"type": ["string", "number", "boolean"], "pattern": f"^{ID_PATTERN.pattern}$", "description": "An id."}
)
Id = Annotated[str, PlainValidator(_id), _ID_SCHEMA]


class RefTo(Struct, frozen=True):
    """What a reference may point to: lists of registers (`people.people`), or any record when empty.

    Kept as metadata in the annotation; `load` resolves every reference after reading. A register that does not
    exist is not asked; without all registers in `beside` a reference to any record is not judged at all.
    """

    targets: tuple[str, ...] = ()
    what: str = "record"
    beside: tuple[str, ...] = ()


def _ref(value: object) -> str:
    text = text_of(value, "an id")
    if not text.strip():
        raise fault("wrong-type", "must be an id, got an empty text")
    return text


PARTY_LISTS: Final = ("people.people", "people.roles", "people.departments", "people.organisations")
_REF = PlainValidator(_ref)


def _id_of(what: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": ["string", "number", "boolean"], "minLength": 1, "description": f"The id of a {what}."}
    )


Ref = Annotated[str, _REF, RefTo(), _id_of("record")]
PersonRef = Annotated[str, _REF, RefTo(("people.people",), "person"), _id_of("person")]
PartyRef = Annotated[
    str,
    _REF,
    RefTo(PARTY_LISTS, "person, role, department or organisation"),
    _id_of("person, role, department or organisation"),
]
DepartmentRef = Annotated[str, _REF, RefTo(("people.departments",), "department"), _id_of("department")]
RoleRef = Annotated[str, _REF, RefTo(("people.roles",), "role"), _id_of("role")]
PhaseRef = Annotated[str, _REF, RefTo(("timeline.phases",), "phase"), _id_of("phase")]
MilestoneRef = Annotated[
    str, _REF, RefTo(("timeline.milestones", "timeline.gates"), "milestone or gate"), _id_of("milestone or gate")
]
ArtifactRef = Annotated[str, _REF, _id_of("register, or register/record")]
"""An artifact id such as `charter` or `raci/delivery`; checked where artifacts are known."""


Refs = Annotated[tuple[Ref, ...], AS_LIST]
PartyRefs = Annotated[tuple[PartyRef, ...], AS_LIST]
PersonRefs = Annotated[tuple[PersonRef, ...], AS_LIST]
