"""The digest of an artifact, version 1: what exactly somebody agrees to, in 64 hexadecimal digits.

An artifact is a register (`charter`), a record of one (`raci/delivery`), all obligations of one party
(`obligations/<party>`), or `trust`: who may speak, and what is demanded.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from functools import cache
from typing import Final

from mkdocs_ecompm.history.canonical import Known, Paths, Plain, UnreadableContent, agreed, by_id, paths, sha256
from mkdocs_ecompm.history.contents import Contents
from mkdocs_ecompm.model.content import Yaml, YamlList, YamlMap

VERSION: Final = 1
TRUST: Final = "trust"
OPEN: Final = "open"
"""The decision of a gate that nobody has decided yet."""
PERSON_FIELDS: Final = ("id", "name", "kind", "active", "keys", "accounts", "roles", "department")
GROUP_FIELDS: Final = ("id", "name", "head", "signatories")
_GATE_DECISION: Final = frozenset({"gates.decision", "gates.decided_on"})
"""Fields of a gate that are left out of the digest of the whole timeline, and belong to that of the gate."""


def digest(contents: Contents, artifact: str) -> str | None:
    """`sha256:<hex>` of an artifact as named by `named`; None if it is not there.

    Raises:
        UnreadableContent: it, or the project's id, exists but cannot be read.
    """
    key = ("digest", artifact, stamp(contents, artifact))
    if key not in contents.memory:
        contents.memory[key] = _digest(contents, artifact, ())
    return contents.memory[key]  # type: ignore[return-value]  # what was put in


def stamp(contents: Contents, artifact: str) -> Hashable:
    """What an artifact depends on, as ids of files: the same stamp, the same digest.

    Raises:
        UnreadableContent: people.yml cannot be read, and trust depends on it.
    """
    register, slash, _ = artifact.partition("/")
    if artifact == TRUST:
        return trust_stamp(contents)
    if register == "timeline" and slash:
        needed = _needed(contents, artifact)
        return contents.stamp("project", *sorted(needed)), trust_stamp(contents) if TRUST in needed else ()
    return contents.stamp("project", register)


def _needed(contents: Contents, gate: str) -> frozenset[str]:
    """The registers that a gate depends on: the timeline, and those of all that it and the gates below it require."""
    key = ("needed", gate, contents.stamp("timeline"))
    if key not in contents.memory:
        found = {"timeline"}
        waiting, seen = [gate], {gate.casefold()}
        while waiting:
            for item in _required(contents, waiting.pop()):
                register = item.partition("/")[0]
                found.add(register)
                if register == "timeline" and item.casefold() not in seen:
                    seen.add(item.casefold())
                    waiting.append(item)
        contents.memory[key] = frozenset(found)
    return contents.memory[key]  # type: ignore[return-value]  # what was put in


def trust_stamp(contents: Contents) -> Hashable:
    """What a trust state depends on, as ids of files.

    Raises:
        UnreadableContent: people.yml cannot be read.
    """
    people = contents.register("people") or YamlMap()
    key = ("key files", contents.stamp("people"))
    if key not in contents.memory:
        contents.memory[key] = sorted(_key_files(people))
    paths: list[str] = contents.memory[key]  # type: ignore[assignment]  # what was put in
    return contents.stamp("project", "people", "signoffs"), tuple((path, contents.key_file(path)) for path in paths)


def _digest(contents: Contents, artifact: str, inside: tuple[str, ...]) -> str | None:
    found = content(contents, artifact, _inside=inside)
    if found is None:
        return None
    if contents.project is None:
        raise UnreadableContent("The project's id cannot be read.")
    return sha256({"ecompm": VERSION, "project": contents.project, "artifact": artifact, "content": found})


def gate_digest(contents: Contents, artifact: str) -> str | None:
    """As `digest`, but of a gate with what it requires as plain ids: what a decided gate is compared by."""
    found = content(contents, artifact, required_digests=False)
    return None if found is None else sha256({"project": contents.project, "artifact": artifact, "content": found})


def named(contents: Contents, artifact: str) -> str:
    """The artifact with the id as it is written in the content; ids are the same in upper and lower case.

    Raises:
        UnreadableContent: its register exists but cannot be read.
    """
    register, slash, name = artifact.partition("/")
    if not slash or contents.register(register) is None:
        return artifact
    found = _party(contents, name) if register == "obligations" else None
    if found:
        return f"{register}/{min(str(record['party']) for record in found)}"
    record = _records(contents, register).get(name.casefold())
    return f"{register}/{record[1]['id']}" if record else artifact


def content(
    contents: Contents, artifact: str, *, required_digests: bool = True, _inside: tuple[str, ...] = ()
) -> Plain:
    """What an agreement on the artifact binds; None if it is not there.

    Raises:
        UnreadableContent: it exists but cannot be read.
    """
    if artifact == TRUST:
        return trust_content(contents)
    register, slash, name = artifact.partition("/")
    whole = contents.register(register)
    if whole is None:
        return None
    if not slash:
        return _register_content(contents, register, whole)
    owed = _party(contents, name) if register == "obligations" else []
    if owed:
        return by_id([_record_content(register, "obligations", record) for record in owed])
    found = _records(contents, register).get(name.casefold())
    if found is None:
        return None
    agreed_record = _record_content(register, *found)
    asks = required_digests and "requires" in found[1] and is_gate(contents, artifact)
    if asks and isinstance(agreed_record, dict):
        agreed_record["requires"] = _required_digests(contents, artifact, found[1].get("requires"), _inside)
    return agreed_record


def is_gate(contents: Contents, artifact: str) -> bool:
    """Whether the artifact is a gate of the timeline."""
    register, slash, name = artifact.partition("/")
    if register != "timeline" or not slash:
        return False
    return _records(contents, register).get(name.casefold(), ("", {}))[0] == "gates"


def is_decided_gate(contents: Contents, artifact: str) -> bool:
    """Whether the artifact is a gate that somebody has decided."""
    return is_gate(contents, artifact) and _decision(contents, artifact) != OPEN


def is_open_gate(contents: Contents, artifact: str) -> bool:
    """Whether the artifact is a gate that nobody has decided yet."""
    return is_gate(contents, artifact) and _decision(contents, artifact) == OPEN


def _decision(contents: Contents, gate: str) -> Yaml:
    return _records(contents, "timeline")[gate.partition("/")[2].casefold()][1].get("decision", OPEN)


def requires(contents: Contents, gate: str) -> tuple[str, ...]:
    """The artifacts that a gate requires, as named in the content."""
    return tuple(dict.fromkeys(named(contents, item) for item in _required(contents, gate)))


def _required(contents: Contents, gate: str) -> list[str]:
    """What a gate requires, as it is written there; nothing of any other record."""
    found = _records(contents, "timeline").get(gate.partition("/")[2].casefold())
    items = found[1].get("requires") if found else None
    return [item for item in items if isinstance(item, str)] if isinstance(items, YamlList) else []


def records(contents: Contents, register: str) -> Iterator[tuple[str, str, YamlMap]]:
    """The records of a register's lists: the list, the id and the record.

    Raises:
        UnreadableContent: the register exists but cannot be read.
    """
    for name, record in _records(contents, register).values():
        yield name, str(record["id"]), record


def parties(contents: Contents) -> list[str]:
    """Everybody who owes something, each once.

    Raises:
        UnreadableContent: the obligations exist but cannot be read.
    """
    owing = (record.get("party") for _, _, record in records(contents, "obligations"))
    by_fold: dict[str, str] = {}
    for party in owing:
        if isinstance(party, str):
            fold = party.casefold()
            by_fold[fold] = min(by_fold.get(fold, party), party)
    return sorted(by_fold.values())


def trust_content(contents: Contents) -> Plain:
    """The trust state of the content: who may speak and what is demanded; None without people or a trust section.

    Raises:
        UnreadableContent: it exists but cannot be read, or a key file is missing.
    """
    people = contents.register("people")
    if people is None or "trust" not in people:
        return None
    demands = (contents.register("signoffs") or YamlMap()).get("signoffs", YamlList())
    return {
        "people": _only(people.get("people"), PERSON_FIELDS),
        "departments": _only(people.get("departments"), GROUP_FIELDS),
        "organisations": _only(people.get("organisations"), GROUP_FIELDS),
        "roles": agreed(people.get("roles", YamlList()), {}),
        "deputies": agreed(people.get("deputies", YamlList()), {}),
        "trust": agreed(people["trust"], {}),
        "signoffs": agreed(demands, {"due": {}}),
        "keys": {path: _file_digest(contents, path) for path in sorted(_key_files(people))},
    }


def _only(entries: Yaml | None, fields: tuple[str, ...]) -> Plain:
    found = agreed(entries if entries is not None else YamlList(), {})
    if not isinstance(found, list):
        return found
    return [{f: entry[f] for f in fields if f in entry} if isinstance(entry, dict) else entry for entry in found]


def _key_files(people: YamlMap) -> Iterator[str]:
    entries = people.get("people")
    for person in entries if isinstance(entries, YamlList) else ():
        keys = person.get("keys") if isinstance(person, YamlMap) else None
        for key in keys if isinstance(keys, YamlList) else ():
            path = key.get("openpgp") if isinstance(key, YamlMap) else None
            if isinstance(path, str):
                yield path


def _file_digest(contents: Contents, path: str) -> str:
    found = contents.key_file(path)
    if found is None:
        raise UnreadableContent(f"The key file {path} is not in the project.")
    return found


def _required_digests(contents: Contents, gate: str, listed: Yaml | None, inside: tuple[str, ...]) -> Plain:
    if not isinstance(listed, YamlList):
        raise UnreadableContent(f"What {gate} requires is not a list of artifacts.")
    if gate in inside:
        raise UnreadableContent(f"The gates {' -> '.join([*inside, gate])} require each other in a circle.")
    required: dict[str, Plain] = {}
    for item in listed:
        if not isinstance(item, str):
            raise UnreadableContent(f"What {gate} requires is not a list of artifacts.")
        required[item] = _digest(contents, named(contents, item), (*inside, gate))
    return required


def _records(contents: Contents, register: str) -> dict[str, tuple[str, YamlMap]]:
    """The records of a register by their folded ids, each with the name of its list."""
    whole = contents.register(register) or YamlMap()
    key = ("records", register, contents.stamp(register))
    if key not in contents.memory:
        contents.memory[key] = {
            str(entry["id"]).casefold(): (name, entry)
            for name, entries in whole.items()
            for entry in (entries if isinstance(entries, YamlList) else ())
            if isinstance(entry, YamlMap) and isinstance(entry.get("id"), str)
        }
    return contents.memory[key]  # type: ignore[return-value]  # what was put in


def _party(contents: Contents, party: str) -> list[YamlMap]:
    """The obligations of one party. A party comes before an obligation that has its name for an id."""
    entries = (contents.register("obligations") or YamlMap()).get("obligations")
    owed = (entry for entry in (entries if isinstance(entries, YamlList) else ()) if isinstance(entry, YamlMap))
    return [entry for entry in owed if str(entry.get("party", "")).casefold() == party.casefold()]


def _register_content(contents: Contents, register: str, whole: YamlMap) -> Plain:
    known: Known = contents.memory.setdefault("agreed", {})  # type: ignore[assignment]  # what was put in
    found = agreed(whole, _left_out(register), known)
    if register == "obligations" and isinstance(found, dict):
        found["obligations"] = _keep_waived(found.get("obligations"), whole.get("obligations"))
        if found["obligations"] is None:
            del found["obligations"]
    return found


def _keep_waived(kept: Plain, entries: Yaml | None) -> Plain:
    if not isinstance(entries, YamlList) or not isinstance(kept, list):
        return kept
    return by_id([_record_content("obligations", "obligations", entry) for entry in entries])


def _record_content(register: str, name: str, record: Yaml) -> Plain:
    left_out = dict(_left_out(register).get(name, {}))
    if name == "gates":
        left_out = {key: below for key, below in left_out.items() if f"gates.{key}" not in _GATE_DECISION}
    if register == "obligations" and isinstance(record, YamlMap) and record.get("status") == "waived":
        left_out.pop("status", None)
    return agreed(record, left_out)


@cache
def _left_out(register: str) -> Paths:
    """The tracking fields of a register, and those that only some of its digests leave out."""
    from mkdocs_ecompm.registers import REGISTERS  # noqa: PLC0415  # the registers are heavier than a digest

    own = next((found.tracking for found in REGISTERS if found.name == register), frozenset[str]())
    more = {"timeline": _GATE_DECISION, "obligations": frozenset({"obligations.status"})}.get(register, frozenset())
    return paths(own | more)
