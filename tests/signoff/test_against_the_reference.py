"""The engine and a literal transcription of the docs' order of evaluation agree on histories made at random."""

from __future__ import annotations

import copy
import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from reference import Made, Reference, Review
from repositories import SigningKey, TestRepository
from scenes import CHARTER, PROJECT, SIGNOFFS, text

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.contents import Contents, shown
from mkdocs_ecompm.history.digest import digest
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.signoff.commits import History
from mkdocs_ecompm.signoff.evidence import Evidence
from mkdocs_ecompm.signoff.judgement import Judge, Voice
from mkdocs_ecompm.signoff.reviewed import collect
from mkdocs_ecompm.signoff.walk import Walk

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
NAMES = ("ana", "ben", "mia")
PEOPLE = (*NAMES, "col")
ACCOUNTS = {"ana": 1, "ben": 2, "mia": 3, "col": 4}
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
        accounts = [{"host": "forge", "id": str(number)} for number in found.get("accounts", ())]
        kind = {"kind": "machine"} if found.get("machine") else {}
        active = "yes" if found["active"] else "no"
        people.append(
            {"id": name, "name": name, "active": active, "roles": roles, "keys": keys, "accounts": accounts, **kind}
        )
    trust = {"admins": list(state["admins"]), "quorum": str(state["quorum"])}
    trust |= {"attestors": list(state.get("attestors", ())), "reviews": "yes" if state.get("reviews") else "no"}
    return {"trust": trust, "people": people, "roles": [{"id": "sponsor", "name": "Sponsor"}]}


def is_valid(state: dict[str, Any]) -> bool:
    able = [
        name
        for name in state["admins"]
        if state["people"][name]["active"]
        and (
            any(not k.get("revoked") for k in state["people"][name]["keys"].values())
            or (state["reviews"] and state["people"][name]["accounts"])
        )
    ]
    return len(able) >= state["quorum"]


def mutated(state: dict[str, Any], chance: random.Random, used: int) -> dict[str, Any]:
    new = copy.deepcopy(state)
    name = chance.choice((*NAMES, *PEOPLE))
    person = new["people"][name]
    key = chance.choice([*person["keys"]] or ["none"])
    usual = ["add", "add", "revoke", "window", "active", "sponsor", "admins", "quorum", "drop"]
    what = chance.choice([*usual, "account", "share", "attestors", "reviews"])
    if what == "admins" and name == "col":
        what = "attestors"
    if what == "add" or (key == "none" and what in {"revoke", "window", "drop"}):
        person["keys"][f"{name}-{used}"] = {}
    elif what == "revoke":
        person["keys"][key]["revoked"] = chance.choice(["retired", "compromised"])
    elif what == "window":
        person["keys"][key][chance.choice(["from", "to"])] = chance.randrange(0, 50)
    elif what == "drop":
        del person["keys"][key]
    elif what in {"account", "share", "attestors", "reviews"}:
        other_reviews(new, name, what, chance)
    elif what in {"active", "sponsor"}:
        person[what] = not person[what]
    elif what == "admins":
        new["admins"] = tuple(sorted(set(new["admins"]) ^ {name})) or new["admins"]
    else:
        new["quorum"] = 3 - new["quorum"]
    return new if is_valid(new) else state


def other_reviews(new: dict[str, Any], name: str, what: str, chance: random.Random) -> None:
    """Change who may review and who may record it."""
    person = new["people"][name]
    if what == "account":
        person["accounts"] = () if person["accounts"] else (ACCOUNTS[name],)
    elif what == "share":
        person["accounts"] = tuple(sorted({*person["accounts"], chance.choice([1, 2, 3, 5])}))
    elif what == "attestors":
        new["attestors"] = () if new["attestors"] else ("col",)
    else:
        new["reviews"] = not new["reviews"]


def history(chance: random.Random) -> tuple[list[Made], list[dict[str, Any]]]:
    """Commits with a first one that has a valid trust state; states are kept once."""
    state: dict[str, Any] = {
        "admins": ("ana", "ben"),
        "quorum": chance.choice([1, 1, 2]),
        "attestors": ("col",),
        "reviews": chance.random() < 0.7,
        "people": {
            n: {
                "active": True,
                "sponsor": n != "mia",
                "keys": {n: {}},
                "accounts": (ACCOUNTS[n],),
                "machine": n == "col",
            }
            for n in PEOPLE
        },
    }
    reviews: list[Review] = []
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
        writes: tuple[Review, ...] = ()
        waits = commits[parents[0]].parents and trust != commits[commits[parents[0]].parents[0]].trust
        if chance.random() < (0.8 if waits else 0.4) and len(parents) == 1:
            changes, trust, of_trust = False, commits[parents[0]].trust, None
            of = parents[0] if chance.random() < 0.7 else chance.randrange(max(0, number - 3), number)
            found = [review(chance, commits, of, len(reviews) + n) for n in range(chance.choice([1, 2, 2]))]
            writes = tuple(
                dict.fromkeys([*found, *chance.sample(reviews, min(len(reviews), chance.choice([0, 0, 1])))])
            )
            reviews += found
        keys = sorted({key for found in states for person in found["people"].values() for key in person["keys"]})
        commits.append(
            Made(
                name=number,
                parents=parents,
                date=number * 3 + chance.randrange(-6, 7) + (100 if chance.random() < 0.03 else 0),
                key=signer(chance, keys, records=bool(writes)),
                same_author=chance.random() < 0.93,
                trust=trust,
                of_trust=of_trust,
                of_charter=None if writes else chance.choice([None, "approve", "approve", "reject"]),
                writes=writes,
                alone=chance.random() < 0.95,
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


def signer(chance: random.Random, keys: list[str], *, records: bool) -> str | None:
    if records and chance.random() < 0.85:
        return "col"
    return chance.choice([*NAMES, *["ana", "ben"] * 3, *keys]) if chance.random() < 0.9 else None


def review(chance: random.Random, commits: list[Made], reviewed: int, name: int) -> Review:
    """A review of a commit, most often of its trust state, as somebody with an account gave it."""
    what = chance.choice(["trust", "trust", "charter"])
    right = commits[reviewed].trust if what == "trust" else 0
    return Review(
        name=name,
        account=chance.choice([1, 1, 1, 2, 2, 2, 3, 4, 5]),
        at=len(commits) * 3 + chance.randrange(-9, 4) + (100 if chance.random() < 0.03 else 0),
        state=chance.choice(["approved"] * 7 + ["changes_requested", "dismissed", "commented"]),
        what=what,
        digest=right if chance.random() < 0.95 else right + 1,
        reviewed=reviewed,
        merged=reviewed if chance.random() < 0.95 else None,
        merge_base=chance.choice([*commits[reviewed].parents * 4, reviewed, 0]),
        author=chance.choice([3, 5, 6, 6, 6, 6, 1]),
    )


def digests_of(states: list[dict[str, Any]]) -> tuple[dict[int, str], str]:
    """The digests of the trust states and of the charter."""

    def contents(state: dict[str, Any]) -> Contents:
        data = {"project": PROJECT, "signoffs": SIGNOFFS, "charter": CHARTER, "people": people_file(state)}
        files = {f"{name}.yml": text(value).encode() for name, value in data.items()}
        return shown(load_state(MemoryFiles(files), DOCUMENTS))

    found = {number: digest(contents(state), "trust") or "" for number, state in enumerate(states)}
    return found, digest(contents(states[0]), "charter") or ""


def evidence_file(r: Review, ids: dict[int, str], digests: dict[int, str], charter: str) -> str:
    """A file with one review. Nobody has the digest that is wrong."""
    digest = (
        digests.get(r.digest, "sha256:" + "0" * 64)
        if r.what == "trust"
        else charter
        if r.digest == 0
        else "sha256:" + "1" * 64
    )
    said = {
        "id": f"R{r.name}",
        "reviewer": {"login": "who", "id": r.account},
        "state": r.state,
        "submitted_at": (BEGIN + timedelta(days=r.at)).isoformat(),
        "commit": ids[r.reviewed],
        "artifacts": {r.what: digest},
    }
    merged = None if r.merged is None else ids[r.merged]
    ends = {"base": ids[0], "merge_base": ids[r.merge_base], "head": ids[r.reviewed], "merged": merged}
    about = {"version": 1, "digest_version": 1, "forge": "gitea", "host": "forge", "repository": "a/b", "number": 1}
    times = {"recorded_at": BEGIN.isoformat()}
    return json.dumps({**about, **ends, **times, "author": {"login": "author", "id": r.author}, "reviews": [said]})


def write(repository: TestRepository, commits: list[Made], states: list[dict[str, Any]]) -> dict[int, str]:
    ids: dict[int, str] = {}
    digests, charter = digests_of(states)
    for c in commits:
        lines = [f"Signoff: {word} {what}" for what, word in (("trust", c.of_trust), ("charter", c.of_charter)) if word]
        files: dict[str, str | None] = {"project/people.yml": text(people_file(states[c.trust]))}
        if c.name == 0:
            files |= {
                f"project/{name}.yml": text(data)
                for name, data in (("project", PROJECT), ("signoffs", SIGNOFFS), ("charter", CHARTER))
            }
        for r in c.writes:
            files[f"project/evidence/{c.name}-{r.name}.json"] = evidence_file(r, ids, digests, charter)
        if c.writes and not c.alone:
            files["README.md"] = str(c.name)
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


def compare(folder: Path, seed: int) -> tuple[int, int]:
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
            assert (walk.at(ids[c.name]) - BEGIN).days == expected.at[c.name], where
            assert node.who == expected.who[c.name], where
            if c.of_charter or c.of_trust:
                found, wanted = judge.slot_fault(Voice(ids[c.name]), "sponsor", "charter"), expected.judge(c, tip)
                assert found == wanted or (found and wanted and (len(node.base) > 1 or {found, wanted} <= LOST)), where
        assert {names[a] for a in walk.adopted} == set(expected.adopted)
        assert {names[a] for a in walk.attestations} == expected.attests
        compare_reviews(collect(walk, judge), judge, expected, names, f"seed {seed}")
        bad = {key for key in walk.bad if key.startswith("SHA256:")}  # the others are the numbers in the keys
        assert bad == {SigningKey.make(key).fingerprint for key in expected.bad(tip)}
    by_review = sum(ask[4] is not None for given, _ in expected.adopted.values() for ask in given)
    return len(expected.adopted), by_review


def compare_reviews(said: list[Evidence], judge: Judge, expected: Reference, names: dict[str, int], where: str) -> None:
    """Every review that is the first of its kind, with why it does not count for the sponsor's slot."""
    tip = expected.commits[-1].name
    found = {
        (names[one.place], int(one.review.id[1:])): one.fault or judge.slot_fault(one.voice, "sponsor", "charter")
        for one in said
        if one.review and one.artifact == "charter"
    }
    counting: set[tuple[int, int]] = set()
    for c in expected.commits:
        for r in expected.wrote(c.name):
            if r.what != "charter":
                continue
            before = expected.ancestors(c.name)
            attested = not expected.attestor_reason(c, tip)
            known = any(name == r.name and place in before for place, name in counting)
            if attested and known:
                assert (c.name, r.name) not in found, where
                continue
            if attested:
                counting.add((c.name, r.name))
            wanted = expected.judge_review(c, r, tip)
            got = found.get((c.name, r.name))
            if got is None:  # it was claimed elsewhere before, by somebody who may not
                assert not attested, f"{where}, commit {c.name}, review {r.name}: {wanted}"
                continue
            many = len(expected.base[c.name]) > 1
            alike = got == wanted or (got and wanted and (many or {got, wanted} <= LOST | {"unknown-account"}))
            assert alike, f"{where}, commit {c.name}, review {r.name}: {got} for {wanted}"


@pytest.mark.parametrize("block", range(6))
def test_random_histories(tmp_path: Path, block: int) -> None:
    adopted = [compare(tmp_path / str(seed), seed) for seed in range(block * 20, block * 20 + 20)]
    assert sum(by for by, _ in adopted) > 5


def test_random_histories_with_trust_by_review(tmp_path: Path) -> None:
    assert all(compare(tmp_path / str(seed), seed)[1] for seed in (12, 13, 15, 29, 44, 46))
