"""Who there is: people, departments, organisations and roles, their keys, and who may change all that. `people.yml`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.entry import Document, Part, Record
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.parties import is_active
from mkdocs_ecompm.model.people import Department, Deputy, Organisation, Person, Role, Trust
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.register import Register, lazily


class PeopleDocument(Document):
    """Everybody who matters to the project, and the trust section."""

    lists: ClassVar[Mapping[str, type[Part]]] = {
        "people": Person,
        "departments": Department,
        "organisations": Organisation,
        "roles": Role,
        "deputies": Deputy,
    }

    trust: Trust | None = None


def check(project: Project) -> Iterable[Finding]:
    """Keys that can be read and belong to one person, periods in order, a trust section that can work."""
    people = project.state.of(Person)
    yield from _keys(people)
    yield from _accounts(people)
    for person in people:
        for index, held in enumerate(person.entry.roles):
            if held.since and held.until and held.until < held.since:
                message = f"{person.headline} holds `{held.role}` until {held.until}, before it begins on {held.since}"
                yield finding("value-out-of-range", message, person.at("roles", index, "to"))
        for index, key in enumerate(person.entry.keys):
            if key.since and key.until and key.until <= key.since:
                message = f"the key of {person.headline} ends before it begins"
                yield finding("value-out-of-range", message, person.at("keys", index, "to"))
    for deputy in project.state.of(Deputy):
        if deputy.entry.since and deputy.entry.until and deputy.entry.until < deputy.entry.since:
            message = f"the deputy for `{deputy.entry.absent}` ends before it begins"
            yield finding("value-out-of-range", message, deputy.at("to"))
    yield from _trust(project)


def _keys(people: Iterable[Record[Person]]) -> Iterator[Finding]:
    from mkdocs_ecompm.signatures.sshsig import PublicKeyError, parse_public_key  # noqa: PLC0415  # heavy, rarely needed

    owner: dict[bytes, Record[Person]] = {}
    for person in people:
        for index, key in enumerate(person.entry.keys):
            if not key.ssh:
                continue  # a key file is looked into where the files are
            try:
                identity = parse_public_key(key.ssh)[0]
            except PublicKeyError as error:
                hint = "paste the whole line of the .pub file: ssh-ed25519 AAAA..."
                yield finding(
                    "bad-key", f"this SSH key cannot be read: {error}", person.at("keys", index, "ssh"), hint=hint
                )
                continue
            first = owner.setdefault(identity, person)
            if first is not person:
                message = f"this key already belongs to {first.headline}: one key, one person"
                yield finding("key-shared", message, person.at("keys", index, "ssh"))


def _accounts(people: Iterable[Record[Person]]) -> Iterator[Finding]:
    owner: dict[tuple[str, int], Record[Person]] = {}
    for person in people:
        for index, account in enumerate(person.entry.accounts):
            if account.id is not None:
                first = owner.setdefault((account.host.casefold(), account.id), person)
                if first is not person:
                    message = f"this account already belongs to {first.headline}: reviews by it count for nobody"
                    yield finding("account-shared", message, person.at("accounts", index, "id"))


def _trust(project: Project) -> Iterator[Finding]:
    document, content = project.state.header(PeopleDocument), project.state.contents.get("people")
    if document is None or content is None or document.trust is None:
        return
    trust, state = document.trust, project.state
    for index, admin in enumerate(trust.admins):
        record = state.party(admin)
        if record is not None and not is_active(state, admin):
            message = f"{record.headline} is not an active person and cannot be an admin"
            yield finding("unknown-value", message, content.at("trust", "admins", index))
    for index, attestor in enumerate(trust.attestors):
        record = state.party(attestor)
        if record is not None and isinstance(record.entry, Person) and record.entry.kind != "machine":
            message = f"{record.headline} is not a machine and cannot be an attestor"
            yield finding("unknown-value", message, content.at("trust", "attestors", index), hint="kind: machine")
    able = sum(1 for admin in dict.fromkeys(trust.admins) if _can_sign(project, admin, reviews=trust.reviews))
    if trust.admins and trust.quorum > max(able, 1):
        message = f"quorum must be 1 to {max(able, 1)}, the number of admins who can sign, got {trust.quorum}"
        yield finding("value-out-of-range", message, content.at("trust", "quorum"))


def _can_sign(project: Project, admin: str, *, reviews: bool) -> bool:
    """Whether an admin can approve: with a key, or with a review where reviews may."""
    record = project.state.party(admin)
    if record is None or not isinstance(record.entry, Person):
        return False
    accounts = reviews and any(account.id is not None for account in record.entry.accounts)
    return accounts or any(not key.revoked for key in record.entry.keys)


REGISTER = Register(
    name="people", document=PeopleDocument, views=lazily("mkdocs_ecompm.registers.people_views"), check=check
)
