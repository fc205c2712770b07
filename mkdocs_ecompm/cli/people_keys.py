"""The keys in a project's people.yml, read alone: a fault elsewhere in the project hides nobody's key."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from mkdocs_ecompm.load.contents import load_contents
from mkdocs_ecompm.load.files import Files
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.people import Key
from mkdocs_ecompm.signatures.known_keys import KnownKey, KnownKeys
from mkdocs_ecompm.signatures.ssh_key import PublicKeyError, parse_public_key


def people_keys(files: Files) -> tuple[KnownKeys, list[str]]:
    """The SSH keys of all people, and a sentence for each that cannot be used.

    Raises:
        FilesError: people.yml cannot be read from where it is.
    """
    contents, unreadable = load_contents(files, ["people"])
    problems = [f"{path} cannot be read, so nobody is known: see `ecompm check`." for path in unreadable.values()]
    known: list[KnownKey] = []
    for person, entry in _entries(contents.get("people", YamlMap())):
        try:
            key = Key.model_validate(entry)
            if key.ssh:
                blob, _ = parse_public_key(key.ssh)
                known.append(KnownKey(person, blob, key.since, key.until, key.revoked is not None))
        except (ValidationError, PublicKeyError) as error:
            said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
            problems.append(f"{entry.source}: this key of {person} is not used: {said}.")
    return KnownKeys(known), problems


def _entries(content: YamlMap) -> Iterator[tuple[str, YamlMap]]:
    """Each person's id with each of his keys."""
    people = content.get("people")
    for person in people if isinstance(people, YamlList) else ():
        keys = person.get("keys") if isinstance(person, YamlMap) else None
        name = person.get("id") if isinstance(person, YamlMap) else None
        for key in keys if isinstance(keys, YamlList) else ():
            if isinstance(key, YamlMap) and isinstance(name, str):
                yield name, key
