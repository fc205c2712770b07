"""The keys in a project's people.yml, read alone: a fault elsewhere in the project hides nobody's key.

The types of people.yml take longer to import than a thousand signatures to verify. So an entry that is plainly right is
read without them; they judge every other one, and say what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from msgspec import Struct

from mkdocs_ecompm.load.contents import load_contents
from mkdocs_ecompm.load.files import Files, FilesError
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.signatures import material
from mkdocs_ecompm.signatures.known_keys import KnownKey, KnownKeys
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError, parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate

_FIELDS: Final = frozenset({"ssh", "openpgp", "from", "to", "revoked"})
_REASONS: Final = ("retired", "compromised")
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class _UnusableKey(Exception):  # noqa: N818  # it is no error of the program
    """A key that cannot be used; the message says in a clause why."""


class _Entry(Struct, frozen=True):
    """What people.yml says of one key."""

    ssh: str
    openpgp: str
    since: datetime | None
    until: datetime | None
    revoked: bool


@dataclass
class PeopleKeys:
    """The keys of all people, their OpenPGP certificates, and a sentence for each key that cannot be used."""

    listed: list[KnownKey] = field(default_factory=list)
    certificates: list[Certificate] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def known(self) -> KnownKeys:
        """Whose each key is, and when."""
        return KnownKeys(self.listed)


def people_keys(files: Files) -> PeopleKeys:
    """The keys of all people."""
    found = PeopleKeys()
    try:
        contents, unreadable = load_contents(files, ["people"])
    except FilesError as error:
        return PeopleKeys(problems=[str(error)])
    found.problems += [
        f"{path} cannot be read, so nobody is known: see `ecompm check`." for path in unreadable.values()
    ]
    for person, entry in _entries(contents.get("people", YamlMap())):
        try:
            _add(found, files, person, _plain(entry) or _typed(entry))
        except (_UnusableKey, MalformedError, FilesError) as error:
            found.problems.append(f"{entry.source}: this key of {person} is not used: {str(error).rstrip('.')}.")
    return found


def _plain(entry: YamlMap) -> _Entry | None:
    """An entry that has nothing but one key, times in UTC and a revocation; None for every other."""
    revocation = entry.get("revoked", YamlMap())
    if not isinstance(revocation, YamlMap) or not entry.keys() <= _FIELDS or not revocation.keys() <= {"on", "reason"}:
        return None
    ssh, openpgp, reason = entry.get("ssh", ""), entry.get("openpgp", ""), revocation.get("reason", _REASONS[0])
    if not isinstance(ssh, str) or not isinstance(openpgp, str) or bool(ssh) == bool(openpgp) or reason not in _REASONS:
        return None
    times = (entry.get("from"), entry.get("to"), revocation.get("on"))
    if any(time is not None and not (isinstance(time, str) and _INSTANT.fullmatch(time)) for time in times):
        return None
    try:
        since, until, _ = (datetime.fromisoformat(str(time)) if time else None for time in times)
    except ValueError:
        return None
    return _Entry(ssh, openpgp, since, until, revoked="revoked" in entry)


def _typed(entry: YamlMap) -> _Entry:
    """An entry as the types of people.yml read it."""
    from pydantic import ValidationError  # noqa: PLC0415  # slow to import, and seldom needed

    from mkdocs_ecompm.model.people import Key  # noqa: PLC0415  # the same

    try:
        key = Key.model_validate(entry)
    except ValidationError as error:
        raise _UnusableKey(error.errors()[0]["msg"]) from error
    return _Entry(key.ssh, key.openpgp, key.since, key.until, key.revoked is not None)


def _add(found: PeopleKeys, files: Files, person: str, key: _Entry) -> None:
    if key.ssh:
        blob = parse_public_key(key.ssh)[0]
        named = [(blob, material.of_ssh(blob))]
    else:
        certificates = _certificates(files, key.openpgp)
        found.certificates += certificates
        named = [(one.fingerprint.encode(), material.of_openpgp(one.primary)) for one in certificates]
    found.listed += [KnownKey(person, blob, key.since, key.until, key.revoked, numbers) for blob, numbers in named]


def _certificates(files: Files, path: str) -> tuple[Certificate, ...]:
    from mkdocs_ecompm.signatures.openpgp_certificate import certificates  # noqa: PLC0415  # few projects have one

    name = str(PurePosixPath(path))
    if not any(entry.path == name and entry.kind == "file" for entry in files.listing()):
        raise _UnusableKey(f"there is no key file {path} in the project folder")
    try:
        return certificates(files.read(name))
    except (MalformedError, UnsupportedError) as error:
        raise _UnusableKey(f"the key file {path} cannot be used: {error}") from error


def _entries(content: YamlMap) -> Iterator[tuple[str, YamlMap]]:
    """Each person's id with each of his keys."""
    people = content.get("people")
    for person in people if isinstance(people, YamlList) else ():
        keys = person.get("keys") if isinstance(person, YamlMap) else None
        name = person.get("id") if isinstance(person, YamlMap) else None
        for key in keys if isinstance(keys, YamlList) else ():
            if isinstance(key, YamlMap) and isinstance(name, str):
                yield name, key
