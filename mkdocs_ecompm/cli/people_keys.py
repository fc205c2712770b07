"""The keys in a project's people.yml, read alone: a fault elsewhere in the project hides nobody's key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from pydantic import ValidationError

from mkdocs_ecompm.load.contents import load_contents
from mkdocs_ecompm.load.files import Files, FilesError
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.people import Key
from mkdocs_ecompm.signatures.known_keys import KnownKey, KnownKeys
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError, parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError

if TYPE_CHECKING:
    from mkdocs_ecompm.signatures.openpgp_certificate import Certificate


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
            _add(found, files, person, Key.model_validate(entry))
        except (ValidationError, MalformedError, UnsupportedError, FilesError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error).rstrip(".")
            found.problems.append(f"{entry.source}: this key of {person} is not used: {said}.")
    return found


def _add(found: PeopleKeys, files: Files, person: str, key: Key) -> None:
    if key.ssh:
        blobs: Sequence[bytes] = [parse_public_key(key.ssh)[0]]
    else:
        certificates = _certificates(files, key.openpgp)
        found.certificates += certificates
        blobs = [certificate.fingerprint.encode() for certificate in certificates]
    found.listed += [KnownKey(person, blob, key.since, key.until, key.revoked is not None) for blob in blobs]


def _certificates(files: Files, path: str) -> tuple[Certificate, ...]:
    from mkdocs_ecompm.signatures.openpgp_certificate import certificates  # noqa: PLC0415  # few projects have one

    name = str(PurePosixPath(path))
    if not any(entry.path == name and entry.kind == "file" for entry in files.listing()):
        raise FilesError(f"there is no key file {path} in the project folder")
    try:
        return certificates(files.read(name))
    except (MalformedError, UnsupportedError) as error:
        raise FilesError(f"the key file {path} cannot be used: {error}") from error


def _entries(content: YamlMap) -> Iterator[tuple[str, YamlMap]]:
    """Each person's id with each of his keys."""
    people = content.get("people")
    for person in people if isinstance(people, YamlList) else ():
        keys = person.get("keys") if isinstance(person, YamlMap) else None
        name = person.get("id") if isinstance(person, YamlMap) else None
        for key in keys if isinstance(keys, YamlList) else ():
            if isinstance(key, YamlMap) and isinstance(name, str):
                yield name, key
