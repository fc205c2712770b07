"""The key files that people.yml names, in the content shown: what is wrong with them, and who shares a key."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import PurePosixPath

from mkdocs_ecompm.load.files import Files, FilesError
from mkdocs_ecompm.model.catalogue import finding
from mkdocs_ecompm.model.entry import Record
from mkdocs_ecompm.model.finding import Finding, Source
from mkdocs_ecompm.model.people import Person
from mkdocs_ecompm.model.state import State
from mkdocs_ecompm.signatures import material
from mkdocs_ecompm.signatures.ssh_key import UnsupportedError, parse_public_key
from mkdocs_ecompm.signatures.wire import MalformedError

_HINT = "export the public key with gpg --armor --export"


def faults(state: State, files: Files) -> Iterator[Finding]:
    """Key files that are not there, not to be followed or not to be read, and keys under two people."""
    named = [
        (person, key.openpgp, person.at("keys", index, "openpgp"))
        for person in state.of(Person)
        for index, key in enumerate(person.entry.keys)
        if key.openpgp
    ]
    if not named:
        return
    kinds = {entry.path: entry.kind for entry in files.listing()}
    owners = dict(_ssh_keys(state))
    for person, path, place in named:
        steps = (path, *(str(above) for above in PurePosixPath(path).parents))
        fault = _place_fault(path, [kinds.get(step, "") for step in steps], place)
        if fault is not None:
            yield fault
            continue
        try:
            prints = _fingerprints(files.read(path))
        except (MalformedError, UnsupportedError, FilesError) as error:
            yield finding("bad-key", f"the key file {path} cannot be used: {_clause(error)}", place, hint=_HINT)
            continue
        first = next((owners[name] for name in prints if name in owners and owners[name] is not person), None)
        if first is not None:
            message = f"a key in {path} already belongs to {first.headline}: one key, one person"
            yield finding("key-shared", message, place)
        for name in prints:
            owners.setdefault(name, person)


def _place_fault(path: str, kinds: Sequence[str], place: Source) -> Finding | None:
    """What is wrong with where a file is, given what it and the folders above it are."""
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        return finding("path-outside-project", f"the key file {path} leaves the project folder", place)
    if "link" in kinds:
        return finding("path-outside-project", f"the key file {path} is reached through a symbolic link", place)
    return None if kinds[0] == "file" else finding("unknown-file", f"there is no key file {path}", place)


def _ssh_keys(state: State) -> Iterator[tuple[str, Record[Person]]]:
    """The numbers of each SSH key with its owner: a key file may hold the same ones."""
    for person in state.of(Person):
        for key in person.entry.keys:
            with suppress(MalformedError):
                if key.ssh:
                    yield material.of_ssh(parse_public_key(key.ssh)[0]), person


def _fingerprints(data: bytes) -> set[str]:
    """The fingerprints of the keys in a file that belong to its owner, and their numbers."""
    from mkdocs_ecompm.signatures.openpgp_certificate import certificates  # noqa: PLC0415  # few projects have one

    found = certificates(data)
    keys = [part for one in found for part in one.keys if part.signs or part.fingerprint == one.fingerprint]
    numbers = {material.of_openpgp(part.body) for part in keys}
    return ({part.fingerprint for part in keys} | {one.fingerprint for one in found} | numbers) - {""}


def _clause(error: Exception) -> str:
    return str(error).rstrip(".")
