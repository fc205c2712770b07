"""What an artifact was over time, against a slow answer to the same questions, on histories made at random."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from repositories import SigningKey, TestRepository
from scenes import CHARTER, PROJECT, SIGNOFFS, text
from test_against_the_reference import NAMES, people_file

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.signoff.ancestry import ancestors
from mkdocs_ecompm.signoff.commits import History
from mkdocs_ecompm.signoff.versions import Versions
from mkdocs_ecompm.signoff.walk import Walk

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)
STATE = {
    "admins": ("ana",),
    "quorum": 1,
    "people": {name: {"active": True, "sponsor": True, "keys": {name: {}}} for name in NAMES},
}
GATES = [
    {"id": "G1", "name": "One", "date": "2026-06-01", "requires": ["charter", "timeline/G2"]},
    {"id": "G2", "name": "Two", "date": "2026-07-01", "requires": ["risks"]},
]
ARTIFACTS = ("charter", "risks", "timeline", "timeline/G1", "timeline/G2", "trust")


def content(chance: random.Random) -> dict[str, str | None]:
    """One register in one of few versions, so that old ones come back, in one of two layouts, or nothing, or broken."""
    what, number = chance.choice(["charter", "risks", "timeline"]), chance.randrange(3)
    gates = [{**gate, "decision": chance.choice(["open", "go"])} for gate in GATES]
    full = {
        "charter": {**CHARTER, "problem": f"Problem {number}"},
        "risks": {"risks": [{"id": "R-1", "title": f"Risk {number}"}]},
        "timeline": {"gates": gates},
    }[what]
    whole = text(full) + chance.choice(["", "# a comment\n"])
    broken = chance.random()
    return {f"project/{what}.yml": "" if broken < 0.05 else "a: [" if broken < 0.1 else whole}


def write(repository: TestRepository, chance: random.Random) -> list[str]:
    first = {"people": people_file(STATE), "project": PROJECT, "signoffs": SIGNOFFS, "charter": CHARTER}
    files: dict[str, str | None] = {f"project/{name}.yml": text(data) for name, data in first.items()}
    used: set[str] = set()
    ids = [repository.commit("First", files=files, key=SigningKey.make("ana"), when=BEGIN)]
    for number in range(1, chance.randrange(12, 26)):
        several = [chance.choice(ids[-4:]) for _ in range(chance.choice([1, 1, 1, 2]))]
        used |= {*several}
        said = chance.choice(["", "", "\n\nSignoff: approve charter"])
        name = chance.choice([*NAMES, None])
        when = BEGIN + timedelta(days=number * 3 + chance.randrange(-8, 9))
        ids.append(
            repository.commit(
                f"Commit {number}{said}",
                files=content(chance) if chance.random() < 0.7 else {},
                key=SigningKey.make(name) if name else None,
                when=when,
                author_when=when if chance.random() < 0.8 else when - timedelta(days=1),
                parents=list(dict.fromkeys(several)),
            )
        )
    tips = [oid for oid in ids if oid not in used]
    return [*ids, repository.commit("Last", files={}, when=BEGIN + timedelta(days=90), parents=tips)]


@pytest.mark.parametrize("seed", range(25))
def test_random_histories(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # the same histories in every run
    repository = TestRepository.create(tmp_path / "made")
    ids = write(repository, chance)
    with Repository.open(repository.folder) as opened:
        history = History(opened, ids[-1], "project")
        walk = Walk(history, [ids[0]], date(2027, 1, 1))
        versions = Versions(walk)
        folder = history.contents.folder
        touching = {o for o, parents in history.parents.items() if any(folder(o) != folder(one) for one in parents)}
        above = {oid: ancestors(history.parents, oid) for oid in history.parents}
        marked = [oid for oid in above if oid == ids[0] or oid in history.sayings]
        for artifact in ARTIFACTS:
            version = {oid: versions.version(oid, artifact) for oid in above}
            fresh = {
                oid
                for oid, parents in history.parents.items()
                if all(version[parent] != version[oid] for parent in parents) and (parents or version[oid] is not None)
            }
            for place in marked:
                later = [walk.at(o) for o in touching if place in above[o] and version[o] != version[place]]
                assert versions.left(place, artifact) == min(later, default=None), (seed, artifact, place)
                ends = chance.sample(marked, chance.randrange(len(marked)))
                line = above[place].difference(*(above[end] for end in ends))
                expected = {versions._author(opened.commit(oid)) for oid in fresh & line}
                assert versions.authors(place, artifact, ends) == expected, (seed, artifact, place)
