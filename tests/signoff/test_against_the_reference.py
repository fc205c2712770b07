"""The engine and a literal transcription of the docs' order of evaluation agree on histories made at random."""

from __future__ import annotations

import copy
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reference import Made, Reference
from repositories import SigningKey, TestRepository
from scenes import CHARTER, PROJECT, SIGNOFFS, text

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.signoff.commits import History
from mkdocs_ecompm.signoff.judgement import Judge
from mkdocs_ecompm.signoff.walk import Walk

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
NAMES = ("ana", "ben", "mia")
AS_OF = 60
LOST = {"key-retired", "key-expired", "not-in-role", "not-active"}
"""Of several changes beside a commit, or several heads under it, the docs do not say which reason comes first."""


def people_file(state: dict[str, Any]) -> dict[str, Any]:
    def day(number: int) -> str:
        return (BEGIN + timedelta(days=number)).isoformat()

    people = []
    for name, found in state["people"].items():
        keys = []
        for key, entry in found["keys"].items():
            item: dict[str, Any] = {"ssh": SigningKey.make(key).line}
            item |= {word: day(entry[word]) for word in ("from", "to") if entry.get(word) is not None}
            item |= {"revoked": {"reason": entry["revoked"]}} if entry.get("revoked") else {}
            keys.append(item)
        roles = ["sponsor"] if found["sponsor"] else []
        people.append(
            {"id": name, "name": name, "active": "yes" if found["active"] else "no", "roles": roles, "keys": keys}
        )
    trust = {"admins": list(state["admins"]), "quorum": str(state["quorum"])}
    return {"trust": trust, "people": people, "roles": [{"id": "sponsor", "name": "Sponsor"}]}


def is_valid(state: dict[str, Any]) -> bool:
    able = [
        name
        for name in state["admins"]
        if state["people"][name]["active"] and any(not k.get("revoked") for k in state["people"][name]["keys"].values())
    ]
    return len(able) >= state["quorum"]


def mutated(state: dict[str, Any], chance: random.Random, used: int) -> dict[str, Any]:
    new = copy.deepcopy(state)
    name = chance.choice(NAMES)
    person = new["people"][name]
    key = chance.choice([*person["keys"]] or ["none"])
    what = chance.choice(["add", "add", "revoke", "window", "active", "sponsor", "admins", "quorum", "drop"])
    if what == "add" or key == "none":
        person["keys"][f"{name}-{used}"] = {}
    elif what == "revoke":
        person["keys"][key]["revoked"] = chance.choice(["retired", "compromised"])
    elif what == "window":
        person["keys"][key][chance.choice(["from", "to"])] = chance.randrange(0, 50)
    elif what == "drop":
        del person["keys"][key]
    elif what in {"active", "sponsor"}:
        person[what] = not person[what]
    elif what == "admins":
        new["admins"] = tuple(sorted(set(new["admins"]) ^ {name})) or new["admins"]
    else:
        new["quorum"] = 3 - new["quorum"]
    return new if is_valid(new) else state


def history(chance: random.Random) -> tuple[list[Made], list[dict[str, Any]]]:
    """Commits with a first one that has a valid trust state; states are kept once."""
    state: dict[str, Any] = {
        "admins": ("ana", "ben"),
        "quorum": chance.choice([1, 1, 2]),
        "people": {n: {"active": True, "sponsor": n != "mia", "keys": {n: {}}} for n in NAMES},
    }
    states, commits = [state], [Made(0, (), 0, "ana", same_author=True, trust=0, of_trust=None, of_charter=None)]
    for number in range(1, chance.randrange(8, 22)):
        parents = tuple(
            dict.fromkeys([chance.randrange(max(0, number - 4), number) for _ in range(chance.choice([1, 1, 1, 2, 3]))])
        )
        trust = commits[chance.choice(parents)].trust
        changes = chance.random() < 0.5
        if changes:
            new = mutated(states[trust], chance, number)
            if new not in states:
                states.append(new)
            trust = states.index(new)
        elif chance.random() < 0.1:
            trust = chance.randrange(len(states))
        of_trust = chance.choice([None, None, "approve", "approve", "approve", "reject", "withdraw"])
        if changes and chance.random() < 0.7:
            of_trust = "approve"
        keys = sorted({key for found in states for person in found["people"].values() for key in person["keys"]})
        commits.append(
            Made(
                name=number,
                parents=parents,
                date=number * 3 + chance.randrange(-6, 7) + (100 if chance.random() < 0.03 else 0),
                key=chance.choice([*NAMES, *["ana", "ben"] * 3, *keys]) if chance.random() < 0.9 else None,
                same_author=chance.random() < 0.93,
                trust=trust,
                of_trust=of_trust,
                of_charter=chance.choice([None, "approve", "approve", "reject"]),
            )
        )
    tips = [c.name for c in commits if not any(c.name in other.parents for other in commits)]
    last = Made(
        len(commits),
        tuple(tips),
        55,
        None,
        same_author=True,
        trust=commits[tips[-1]].trust,
        of_trust=None,
        of_charter=None,
    )
    return [*commits, last], states


def write(repository: TestRepository, commits: list[Made], states: list[dict[str, Any]]) -> dict[int, str]:
    ids: dict[int, str] = {}
    for c in commits:
        lines = [f"Signoff: {word} {what}" for what, word in (("trust", c.of_trust), ("charter", c.of_charter)) if word]
        files: dict[str, str | None] = {"project/people.yml": text(people_file(states[c.trust]))}
        if c.name == 0:
            files |= {
                f"project/{name}.yml": text(data)
                for name, data in (("project", PROJECT), ("signoffs", SIGNOFFS), ("charter", CHARTER))
            }
        key = SigningKey.make(c.key) if c.key else None
        when = BEGIN + timedelta(days=c.date)
        ids[c.name] = repository.commit(
            "\n".join([f"Commit {c.name}", "", *lines]),
            files=files,
            key=key,
            when=when,
            author_when=when if c.same_author else when - timedelta(days=1),
            parents=[ids[parent] for parent in c.parents],
        )
    return ids


def compare(folder: Path, seed: int) -> int:
    chance = random.Random(seed)  # noqa: S311  # the same histories in every run
    commits, states = history(chance)
    repository = TestRepository.create(folder)
    ids = write(repository, commits, states)
    tip = commits[-1].name
    roots = [0]
    if chance.random() < 0.3:
        line = [c.name for c in commits[:-1]]
        roots.append(chance.choice(line))
    expected = Reference(commits, states, roots, AS_OF)
    expected.walk()
    names = {oid: name for name, oid in ids.items()}
    as_of = date(2026, 1, 1) + timedelta(days=AS_OF)
    with Repository.open(folder) as opened:
        history_ = History(opened, ids[tip], "project")
        walk = Walk(history_, [ids[root] for root in roots], as_of)
        judge = Judge(walk)
        for c in commits:
            node = walk.nodes[ids[c.name]]
            where = f"seed {seed}, commit {c.name}"
            assert {names[h] for h in node.base} == expected.base[c.name], where
            assert {names[h] for h in node.heads} == expected.heads[c.name], where
            assert (node.at - BEGIN).days == expected.at[c.name], where
            assert node.who == expected.who[c.name], where
            if c.of_charter or c.of_trust:
                found, wanted = judge.slot_fault(ids[c.name], "sponsor", "charter"), expected.judge(c, tip)
                assert found == wanted or (found and wanted and (len(node.base) > 1 or {found, wanted} <= LOST)), where
        assert {names[a] for a in walk.adopted} == set(expected.adopted)
        bad = {key for key in walk.bad if key.startswith("SHA256:")}  # the others are the numbers in the keys
        assert bad == {SigningKey.make(key).fingerprint for key in expected.bad(tip)}
    return len(expected.adopted)


@pytest.mark.parametrize("block", range(6))
def test_random_histories(tmp_path: Path, block: int) -> None:
    adopted = [compare(tmp_path / str(seed), seed) for seed in range(block * 10, block * 10 + 10)]
    assert sum(adopted) > 5
