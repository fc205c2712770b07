"""People, keys, roles, departments: who there is, and who could speak for what when. The words of people.yml."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from mkdocs_ecompm.model.entry import Entry, Part
from mkdocs_ecompm.model.fields import AS_LIST, ShortForm, Text, YesNo, choice, fault
from mkdocs_ecompm.model.identifiers import ArtifactRef as Artifact
from mkdocs_ecompm.model.identifiers import DepartmentRef, PersonRef, PersonRefs, RefTo, RoleRef
from mkdocs_ecompm.model.numbers import Whole, between
from mkdocs_ecompm.model.times import Day, Instant


class Revocation(Part):
    """When and why a key was taken out of use. `compromised` fells every sign-off by it, `retired` none before."""

    on: Instant | None = None
    reason: Annotated[str, choice("retired", "compromised")] = "retired"


class Key(Part):
    """One public key of a person: an SSH line, or the path of an armored OpenPGP file; in force in [from, to)."""

    ssh: Text = ""
    openpgp: Text = ""
    since: Annotated[Instant | None, Field(alias="from")] = None
    until: Annotated[Instant | None, Field(alias="to")] = None
    revoked: Revocation | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Key:
        if bool(self.ssh) == bool(self.openpgp):
            raise fault("missing-key", "a key needs either `ssh` or `openpgp`")
        return self


class Holding(Part):
    """A role that a person holds, on the days from `since` to `until`, both included."""

    role: RoleRef
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None


class Account(Part):
    """An account at a forge. It is matched by host and number, never by its login."""

    host: Text
    id: Annotated[Whole | None, Field()] = None
    login: Text = ""


def _holdings(value: Any) -> Any:
    """A bare role id is a holding without end; one role alone is a list of one."""
    if not isinstance(value, list | tuple):
        return value
    return [{"role": item} if isinstance(item, str) else item for item in value]


class Person(Entry):
    """Somebody who works on the project; `vacant` is a seat without a person, `machine` an attestor."""

    name: Text
    kind: Annotated[str, choice("person", "vacant", "machine")] = "person"
    active: YesNo = True
    department: DepartmentRef | None = None
    organisation: Annotated[str | None, RefTo(("people.organisations",), "organisation")] = None
    title: Text = ""
    email: Text = ""
    roles: Annotated[tuple[Annotated[Holding, ShortForm()], ...], BeforeValidator(_holdings), AS_LIST] = ()
    accounts: Annotated[tuple[Account, ...], AS_LIST] = ()
    keys: Annotated[tuple[Key, ...], AS_LIST] = ()


class Department(Entry):
    """A department; its head, or a signatory, speaks for it."""

    name: Text
    head: PersonRef | None = None
    signatories: PersonRefs = ()
    functions: Annotated[tuple[Text, ...], AS_LIST] = ()


class Organisation(Entry):
    """Somebody outside: a supplier, an agency, a customer, an authority."""

    name: Text
    kind: Annotated[str, choice("supplier", "agency", "customer", "authority")] = "supplier"
    head: PersonRef | None = None
    signatories: PersonRefs = ()


class Role(Entry):
    """A role that people hold for a time, such as `sponsor`."""

    name: Text
    description: Text = ""


class Deputy(Part):
    """`by` may speak for `for` on the days from `since` to `until`, for all artifacts or those named."""

    absent: Annotated[PersonRef, Field(alias="for")]
    by: PersonRef
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None
    artifacts: Annotated[tuple[Artifact, ...], AS_LIST] = ()


class Trust(Part):
    """Who may change who may speak: the admins, how many of them it takes, and which machines attest reviews."""

    model_config = ConfigDict(frozen=True, extra="allow", defer_build=True)

    admins: PersonRefs
    quorum: Annotated[Whole, between(1)] = 1
    attestors: PersonRefs = ()
    reviews: YesNo = False


BUSINESS_FUNCTIONS: Final = ("sales", "marketing", "operations", "customer service", "finance", "technology", "HR")
"""The functions of a business that a project must have on board, or exclude with a reason."""


def function_of(text: str) -> str | None:
    """The business function that a text means, or None: case, dash and underscore do not matter."""
    wanted = text.replace("-", " ").replace("_", " ").strip().casefold()
    return next((name for name in BUSINESS_FUNCTIONS if name.casefold() == wanted), None)
