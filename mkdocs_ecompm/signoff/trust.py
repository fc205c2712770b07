"""A trust state: who there is, with which keys and roles, who administers that, and which agreements it demands.

It is read from a project's contents and is either whole or worthless: a state with anything invalid in it is never
in force. Ids are compared casefolded and are kept as their record has them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec import Struct, field
from pydantic import ValidationError

from mkdocs_ecompm.history.canonical import UnreadableContent, canonical
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.history.digest import GROUP_FIELDS, PERSON_FIELDS, TRUST, digest, trust_content
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.entry import Part
from mkdocs_ecompm.model.people import Department, Deputy, Organisation, Person, Role, Trust
from mkdocs_ecompm.model.references import references_of
from mkdocs_ecompm.model.words import ID_PATTERN
from mkdocs_ecompm.registers.signoffs import Demand
from mkdocs_ecompm.signoff.keyring import HeldKey, UnusableKeysError, keyring

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

P = TypeVar("P", bound=Part)

NOBODY: Final = 0
"""The number of an account that the forge gave none: it is never anybody's."""
AccountId = tuple[str, int]
"""An account at a forge: the host, in lower case, and the number that the forge gave it, from 1 on."""


class InvalidTrust(Exception):  # noqa: N818  # the name says what was found
    """A trust state that can never be in force, with the reason as a sentence."""


class TrustData(Struct, frozen=True, eq=False):
    """What a tree says about trust. Two states are the same if their `identity` is.

    `keys` has each key by its fingerprint, `accounts` the ids of all who have an account, `certificates` verify OpenPGP
    signatures. `compromised` are the keys that
    this state or any state before it calls so: deleting the entry does not bring one back.
    """

    identity: bytes
    digest: str | None
    content: Mapping[str, Any]
    people: Mapping[str, Person]
    groups: Mapping[str, Department | Organisation]
    roles: Mapping[str, Role]
    deputies: tuple[Deputy, ...]
    admins: frozenset[str]
    quorum: int
    attestors: frozenset[str]
    reviews: bool
    demands: tuple[Demand, ...]
    keys: Mapping[str, HeldKey]
    accounts: Mapping[AccountId, frozenset[str]]
    certificates: tuple[Certificate, ...]
    compromised: frozenset[str] = field(default_factory=frozenset)


def read_trust(contents: Contents) -> TrustData | None:
    """The trust state of these contents; None without a trust section.

    Raises:
        InvalidTrust: something in it is invalid.
    """
    try:
        content = trust_content(contents)
        if not isinstance(content, dict):
            return None
        return _read(contents, content, canonical(content))
    except (UnreadableContent, UnusableKeysError) as error:
        raise InvalidTrust(str(error)) from error


def _read(contents: Contents, content: Mapping[str, Any], identity: bytes) -> TrustData:
    source = contents.register("people") or YamlMap()
    people = _by_id(_entries(source, "people", Person, PERSON_FIELDS))
    departments = _entries(source, "departments", Department, GROUP_FIELDS)
    organisations = _entries(source, "organisations", Organisation, GROUP_FIELDS)
    trust = _part(source.get("trust"), Trust, "trust")
    ring = keyring(people.values(), contents)
    data = TrustData(
        identity=identity,
        digest=_digest(contents),
        content=content,
        people=people,
        groups=_by_id([*departments, *organisations]),
        roles=_by_id(_entries(source, "roles", Role, None)),
        deputies=tuple(_entries(source, "deputies", Deputy, None)),
        admins=frozenset(_known(people, trust.admins)),
        quorum=trust.quorum,
        attestors=frozenset(_known(people, trust.attestors)),
        reviews=trust.reviews,
        demands=tuple(_demands(contents)),
        keys=ring.keys,
        accounts=_accounts(people.values()),
        certificates=ring.certificates,
        compromised=frozenset(
            one for name, key in ring.keys.items() if key.compromised for one in (name, key.whole, key.numbers) if one
        ),
    )
    _check(data)
    return data


def _accounts(people: Iterable[Person]) -> dict[AccountId, frozenset[str]]:
    """Who has each account. One without a number is nobody's: a login can be given up and taken by somebody else."""
    found: dict[AccountId, frozenset[str]] = {}
    for person in people:
        for account in person.accounts:
            if account.id is not None and account.id > NOBODY:
                key = (account.host.casefold(), account.id)
                found[key] = found.get(key, frozenset()) | {person.id}
    return found


def _digest(contents: Contents) -> str | None:
    """The digest that an approval binds; None if the project has no id to bind it to."""
    try:
        return digest(contents, TRUST)
    except UnreadableContent:
        return None


def _entries(source: YamlMap, name: str, kind: type[P], fields: Iterable[str] | None) -> list[P]:
    listed = source.get(name, YamlList())
    if not isinstance(listed, YamlList):
        raise InvalidTrust(f"The {name} are not a list.")
    return [_part(entry, kind, name, fields) for entry in listed]


def _part(entry: object, kind: type[P], name: str, fields: Iterable[str] | None = None) -> P:
    """The typed entry, of the fields that matter to trust alone: a broken note makes no trust invalid."""
    if not isinstance(entry, dict):
        raise InvalidTrust(f"An entry of {name} is no mapping.")
    wanted = entry if fields is None else {key: entry[key] for key in fields if key in entry}
    try:
        return kind.model_validate(wanted)
    except ValidationError as error:
        fault = error.errors()[0]
        where = "/".join(str(step) for step in fault["loc"])
        raise InvalidTrust(f"An entry of {name} is invalid: {where}: {fault['msg']}.") from error


def _demands(contents: Contents) -> Iterator[Demand]:
    source = contents.register("signoffs") or YamlMap()
    listed = source.get("signoffs", YamlList())
    if not isinstance(listed, YamlList):
        raise InvalidTrust("The demanded sign-offs are not a list.")
    for entry in listed:
        fields = [key for key in entry if key != "due"] if isinstance(entry, YamlMap) else None
        yield _part(entry, Demand, "signoffs", fields)


def _by_id(entries: Iterable[P]) -> dict[str, P]:
    return {entry.id.casefold(): entry for entry in entries}  # type: ignore[attr-defined]  # all of these have one


def _known(people: Mapping[str, Person], ids: Iterable[str]) -> list[str]:
    missing = [name for name in ids if not ID_PATTERN.fullmatch(name) or name.casefold() not in people]
    if missing:
        raise InvalidTrust(f"There is no person `{missing[0]}`.")
    return [people[name.casefold()].id for name in ids]


def _check(data: TrustData) -> None:
    """The rules that bind the parts together. That no id stands twice, reading the file has made sure of.

    Raises:
        InvalidTrust: one is broken.
    """
    everything: list[Part] = [*data.people.values(), *data.groups.values(), *data.deputies, *data.demands]
    for part in everything:
        _check_references(data, part)
    if len(data.admins) < 1 or any(data.people[admin.casefold()].kind == "machine" for admin in data.admins):
        raise InvalidTrust("The admins must be people, at least one.")
    if any(data.people[name.casefold()].kind != "machine" for name in data.attestors):
        raise InvalidTrust("An attestor must be of the kind `machine`.")
    able = sum(_can_sign(data, data.people[admin.casefold()]) for admin in data.admins)
    if not 1 <= data.quorum <= able:
        raise InvalidTrust(f"The quorum is {data.quorum}, but {able} of the admins can sign.")


def _can_sign(data: TrustData, person: Person) -> bool:
    keys = any(key.revoked is None for key in person.keys)
    accounts = data.reviews and any(account.id is not None for account in person.accounts)
    return person.active and person.kind == "person" and (keys or accounts)


def _check_references(data: TrustData, part: Part) -> None:
    lists = {
        "people.people": data.people,
        "people.roles": data.roles,
        "people.departments": {k: v for k, v in data.groups.items() if isinstance(v, Department)},
        "people.organisations": {k: v for k, v in data.groups.items() if isinstance(v, Organisation)},
    }
    for reference in references_of(part):
        targets = [lists[name] for name in reference.to.targets if name in lists]
        is_id = ID_PATTERN.fullmatch(reference.value) is not None  # else two ids could be one in lower case
        if targets and not any(is_id and reference.value.casefold() in target for target in targets):
            raise InvalidTrust(f"There is no {reference.to.what} `{reference.value}`.")
