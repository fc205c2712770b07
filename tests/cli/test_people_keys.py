"""The keys of people.yml as `ecompm signatures` reads them: with its types only where an entry is not plain."""

from __future__ import annotations

import itertools

import pytest

from mkdocs_ecompm.cli import people_keys
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.model.content import YamlMap

TIMES = (None, '"2026-01-01T00:00:00Z"', '"2026-13-01T00:00:00Z"', '""', "soon", '"2026-01-01T00:00:00+01:00"', "[a]")
REVOKED = (
    None,
    "{}",
    "yes",
    '{on: "2026-01-01T00:00:00Z"}',
    '{on: "2026-01-01T00:00:00Z", reason: compromised}',
    "{reason: retired}",
    "{reason: lost}",
    "{reason: [retired]}",
    '{on: ""}',
    "{note: handed back}",
    "[retired]",
)


def entry(**values: str | None) -> YamlMap:
    lines = [f"  {name.strip('_')}: {value}" for name, value in values.items() if value is not None]
    content = read_yaml("people.yml", "\n".join(["key:", *lines, ""]).encode()).content
    assert content is not None
    found = content["key"]
    assert isinstance(found, YamlMap)
    return found


@pytest.mark.parametrize("revoked", REVOKED)
def test_a_plain_entry_is_what_the_types_say(revoked: str | None) -> None:
    plain = 0
    kinds = ("ssh-ed25519 AAAA", '""', "[a]")
    for ssh, since, until in itertools.product(kinds, TIMES, TIMES):
        found = entry(ssh=ssh, from_=since, to=until, revoked=revoked)
        quickly = people_keys._plain(found)
        plain += quickly is not None
        assert quickly is None or quickly == people_keys._typed(found)
    assert bool(plain) == (revoked in {None, "{}", *REVOKED[3:6], '{on: ""}'})


@pytest.mark.parametrize("more", [{"openpgp": "keys/a.asc"}, {"note": "old"}, {"revokd": "{}"}])
def test_every_other_entry_is_left_to_the_types(more: dict[str, str]) -> None:
    assert people_keys._plain(entry(ssh="ssh-ed25519 AAAA", **more)) is None
