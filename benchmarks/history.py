"""The history of 30 YAML files in 10,000 commits, merges too, against the bare commands and a plain YAML loader.

python benchmarks/history.py                       # the budgets of the design
python benchmarks/history.py --keep /tmp/history   # leave the repository there, to profile
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml
from measure import ENVIRONMENT, in_turns, table
from pack import Pack

from mkdocs_ecompm.git.blobs import read_all
from mkdocs_ecompm.git.log import Log, log
from mkdocs_ecompm.git.objects import GitObject
from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.writing import commit_content
from mkdocs_ecompm.history.chronicle import Question, chronicle
from mkdocs_ecompm.history.revisions import line
from mkdocs_ecompm.history.series import Tracks
from mkdocs_ecompm.history.versions import VersionReader, versions
from mkdocs_ecompm.load.parser import garbage_collection_paused
from mkdocs_ecompm.registers import REGISTERS

FILES = {
    **{f"risks/{number:02}.yml": "risks" for number in range(10)},
    **{f"timeline/{number:02}.yml": "milestones" for number in range(8)},
    **{f"obligations/{number:02}.yml": "obligations" for number in range(6)},
    **{f"raci/{number:02}.yml": "matrices" for number in range(2)},
    **{f"{name}.yml": "records" for name in ("charter", "people", "project", "signoffs")},
}
START = 1_735_689_600  # 1 January 2025
BARE = (
    "git rev-list HEAD"
    " | git diff-tree --stdin --root -r --raw -z --no-renames --diff-merges=first-parent > /dev/null"
    " && git cat-file --batch"
)


@dataclass
class Writer:
    """A project that changes a little with every commit."""

    pack: Pack = field(default_factory=Pack)
    dice: random.Random = field(default_factory=lambda: random.Random(5))
    said: dict[str, list[int]] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict)
    seconds: int = START

    def change(self, files: Mapping[str, str], count: int) -> dict[str, str]:
        """The files after one record in each of `count` of them has changed."""
        answer = dict(files)
        for path in self.dice.sample(list(FILES), count):
            values = self.said.setdefault(path, [0] * 5)
            values[self.dice.randrange(5)] += 1
            answer[path] = self.blob(path, values)
        return answer

    def blob(self, path: str, values: list[int]) -> str:
        """One version of a file; as long as five records of a real project."""
        lines = [f"{FILES[path]}:"]
        stem = path.removesuffix(".yml").replace("/", "-")
        for number, value in enumerate(values):
            lines += [
                f"  - id: {stem}-{number}",
                f"    name: Number {number} of the file {path}",
                f"    title: Lost rankings after the move of part {number}",
                f"    date: 2026-{value % 12 + 1:02}-{value % 28 + 1:02}",
                f"    likelihood: {value % 5 + 1}",
                f"    impact: {(value // 5) % 5 + 1}",
                "    owner: mia",
                "    status: open",
                f"    cause: Addresses of the old shop are not redirected, said for the time number {value}",
                "    effect: Revenue falls until the index is rebuilt",
            ]
        content = ("\n".join(lines) + "\n").encode()
        oid = self.pack.add("blob", content)
        self.blobs[oid] = content
        return oid

    def tree(self, files: Mapping[str, str]) -> str:
        """The tree of the repository, with the project in its folder."""
        below: dict[str, dict[str, str]] = {}
        for path, oid in files.items():
            folder, _, name = path.rpartition("/")
            below.setdefault(folder, {})[name] = oid
        entries = {name: (b"100644", oid) for name, oid in below.pop("").items()}
        entries |= {name: (b"40000", self.pack.tree(inner)) for name, inner in below.items()}
        lines = (b"%s %s\0%s" % (entries[n][0], n.encode(), bytes.fromhex(entries[n][1])) for n in sorted(entries))
        return self.pack.tree({"project": self.pack.add("tree", b"".join(lines))}, b"40000")

    def commit(self, files: Mapping[str, str], *parents: str) -> str:
        """A commit, an hour after the one before."""
        self.seconds += 3600
        who = f"Mia <mia@shop.example> {self.seconds} +0000".encode()
        return self.pack.add("commit", commit_content(self.tree(files), parents, who, who, b"Change a few records\n"))


def write(folder: Path, commits: int) -> list[str]:
    """The history, a sixth of it on branches that were merged; the ids of all versions of its files."""
    writer = Writer()
    files = {path: writer.blob(path, [0] * 5) for path in FILES}
    tip = writer.commit(files)
    for _ in range(0, commits - 1, 6):
        for _ in range(4):
            before, base = files, tip
            files = writer.change(files, 1 + (writer.dice.random() < 0.75))
            tip = writer.commit(files, tip)
        branch = writer.change(before, 1)
        files |= {path: oid for path, oid in branch.items() if oid != before[path]}
        tip = writer.commit(files, tip, writer.commit(branch, base))
    subprocess.run(["git", "init", "-q", "-b", "main", "--template=", str(folder)], check=True)
    writer.pack.write(folder)
    subprocess.run(["git", "update-ref", "refs/heads/main", tip], cwd=folder, check=True)
    subprocess.run(["git", "repack", "-adfq"], cwd=folder, check=True)  # deltas, as any repository has after a while
    return list(writer.blobs)


def bare(folder: Path, ids: Path) -> None:
    """The git commands alone, with what they print thrown away."""
    with ids.open("rb") as given:
        subprocess.run(
            ["sh", "-c", BARE], cwd=folder, env=ENVIRONMENT, stdin=given, stdout=subprocess.DEVNULL, check=True
        )


def changed(folder: Path) -> int:
    """What the bare commands print, as objects: what changed when, every version read, and checked against its id."""
    with garbage_collection_paused(), Repository.open(folder) as repository:
        found = log(repository, repository.resolve("HEAD"), "project")
        ids = dict.fromkeys(change.oid for changes in found.changes.values() for change in changes if change.oid)
        return sum(1 for _ in read_all(repository, list(ids)))


def plainly(folder: Path, ids: list[str]) -> int:
    """Every version with the loader that everybody has."""
    with Repository.open(folder) as repository:
        contents = [found.data for found in read_all(repository, ids) if isinstance(found, GitObject)]
    return sum(1 for content in contents if yaml.load(content, yaml.CSafeLoader))  # a safe loader


def read(folder: Path, ids: list[str]) -> int:
    """Every version, not parsed."""
    with Repository.open(folder) as repository:
        return sum(1 for _ in read_all(repository, ids))


def parsed(folder: Path, found: Log) -> int:
    """Every version that the published line had, parsed, and what it says for the trends."""
    registers = {register.name: register for register in REGISTERS}
    tracks = Tracks()
    with garbage_collection_paused(), Repository.open(folder) as repository:
        new = line(found, repository.resolve("HEAD"))
        changes = enumerate(found.changes[commit] for commit in new.commits)
        for version, said in VersionReader(repository).read(versions(changes, "project", registers)):
            tracks.hear(version.position, registers[version.register], said)
    return len(tracks.series)


def past(folder: Path, cache: Path | None) -> int:
    """The whole past: revisions, series, and when each record was touched."""
    with garbage_collection_paused(), Repository.open(folder) as repository:
        question = Question(
            repository=repository,
            commit=repository.resolve("HEAD"),
            folder="project",
            as_of=date(2030, 1, 1),
            registers=REGISTERS,
            cache=cache,
        )
        history = chronicle(question)
    return sum(len(series.points) for series in history.series)


def cold(folder: Path, cache: Path) -> int:
    """The past with nothing kept."""
    shutil.rmtree(cache, ignore_errors=True)
    return past(folder, cache)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="write the repository to this new folder and leave it there")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, cache, ids = wanted.keep or Path(name) / "history", Path(name) / "cache", Path(name) / "ids"
        blobs = write(folder, wanted.commits)
        ids.write_text("".join(f"{oid}\n" for oid in blobs), encoding="ascii")
        with Repository.open(folder) as repository:
            known = log(repository, repository.resolve("HEAD"), "project")
        works: dict[str, Callable[[], object]] = {
            "git: rev-list | diff-tree, cat-file --batch": lambda: bare(folder, ids),
            "what changed, every version read": lambda: changed(folder),
            "every version read": lambda: read(folder, blobs),
            "every version read, CSafeLoader": lambda: plainly(folder, blobs),
            "every version read, parsed for the trends": lambda: parsed(folder, known),
            "the past, cold": lambda: cold(folder, cache),
            "the past, kept": lambda: past(folder, cache),
        }
        found = in_turns(works, wanted.runs)
    table(f"{len(FILES)} files, {wanted.commits} commits, {len(blobs)} versions", found)
    git, what, alone, plain, ours, first, later = (run.cpu for run in found.values())
    print(f"  what changed: {what / git:.2f}x of git; budget 1.5x, aim 1.25x")
    print(f"  parsed: {(plain - alone) / (ours - alone):.1f}x faster than CSafeLoader, besides reading; budget 6x")
    print(f"  kept: {first / later:.0f}x faster than cold; budget 30x")


if __name__ == "__main__":
    main()
