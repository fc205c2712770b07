"""`ecompm signoffs` on a long history against the bare git commands that read it, side by side.

There are two ways to read it: the same objects as we do (every commit, its tree and the project's folder), or what
each commit changed, and the messages and signatures.

python benchmarks/signoffs.py                       # 10,000 commits, 500 of them signed sign-offs
python benchmarks/signoffs.py --commits 300 --signoffs 100 --records 5000
python benchmarks/signoffs.py --keep /tmp/history   # leave the repository there, to profile
"""

from __future__ import annotations

import argparse
import hashlib
import statistics
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from measure import ECOMPM, Work, side_by_side, table
from pack import Pack

from mkdocs_ecompm.git.writing import commit_content
from mkdocs_ecompm.signatures.sshsig import public_line, sign

PEOPLE = ("ana", "ben", "eva", "jan", "mia")
PARTIES = ("it", "marketing")
START = 1_735_689_600  # 1 January 2025
BUDGET = 3
SAME_OBJECTS = "git rev-list --all > /dev/null && git cat-file --batch"
WHAT_CHANGED = (
    "git rev-list HEAD"
    " | git diff-tree --stdin --root -r --raw -z --no-renames --diff-merges=first-parent > /dev/null"
    " && git rev-list HEAD | git cat-file --batch"
)


ASKED = ("signoffs", "--format", "json", "--as-of", "2027-01-01")
ALONE = f"""
import sys, time
from mkdocs_ecompm import judging
from mkdocs_ecompm.cli import main
evaluate = judging.evaluate
def timed(request):
    start = time.perf_counter()
    try:
        return evaluate(request)
    finally:
        print(time.perf_counter() - start, file=sys.stderr)
judging.evaluate = timed
main({ASKED!r})
"""
"""The command, telling how long the evaluation itself took."""


def key_of(name: str) -> Ed25519PrivateKey:
    """A throw-away key."""
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(name.encode()).digest())


def people() -> str:
    """people.yml: five people who sign, two departments, one admin."""
    lines = [
        "trust:",
        "  admins: [ana]",
        "  quorum: 1",
        "roles:",
        "  - id: sponsor",
        "    name: Sponsor",
        "departments:",
    ]
    for party, head in zip(PARTIES, ("jan", "mia"), strict=True):
        lines += [f"  - id: {party}", f"    name: {party}", f"    head: {head}"]
    lines.append("people:")
    for name in PEOPLE:
        lines += [
            f"  - id: {name}",
            f"    name: {name}",
            "    keys:",
            f'      - ssh: "{public_line(key_of(name), name)}"',
        ]
        if name == "ana":
            lines += ["    roles:", "      - role: sponsor"]
    return "\n".join(lines) + "\n"


def register(name: str, number: int, records: int) -> str:
    """A register of so many records, one of them at the version `number`."""
    if name == "charter":
        return f"title: The move to the new shop\nwhy: Version {number} of the reasons\n"
    lines = [f"{name}:"]
    for index in range(records):
        version = number if index == number % records else 0
        lines += [f"  - id: {name[0].upper()}-{index}", f"    title: Number {index} in version {version}"]
        if name == "risks":
            lines += ["    kind: threat", "    status: open", "    likelihood: 2", "    impact: 3", "    owner: mia"]
        else:
            lines += [
                f"    party: {PARTIES[index % 2]}",
                "    to: ana",
                "    due: 2027-03-01",
                f"    what: Texts {version}",
            ]
    return "\n".join(lines) + "\n"


SIGNOFFS = """signoffs:
  - artifact: charter
    approvers: [sponsor, it, marketing]
  - artifact: risks
    approvers: [it, marketing]
  - artifact: obligations/*
    approvers: [party]
"""
SAID = (("ana", "charter"), ("jan", "risks"), ("mia", "obligations/marketing"), ("jan", "charter"), ("mia", "charter"))


def write(folder: Path, commits: int, signoffs: int, records: int) -> list[str]:
    """The history, and the ids of all that has to be read to judge it."""
    pack = Pack()
    needed: dict[str, None] = {}
    files = {"project.yml": pack.add("blob", b"id: shop\nname: The new shop\n")}
    files |= {"people.yml": pack.add("blob", people().encode()), "signoffs.yml": pack.add("blob", SIGNOFFS.encode())}
    for name in ("charter", "obligations", "risks"):
        files[f"{name}.yml"] = pack.add("blob", register(name, 0, records).encode())
    tip, said = "", 0
    for number in range(commits):
        speaks = number > 0 and number * signoffs // commits != (number - 1) * signoffs // commits
        who, artifact = SAID[said % len(SAID)] if speaks else (PEOPLE[number % len(PEOPLE)], "")
        if speaks:
            said += 1
            message = f"Agree\n\nSignoff: approve {artifact}\n"
        else:
            name = ("risks", "obligations", "risks", "risks", "charter" if number % 100 == 4 else "risks")[number % 5]
            files[f"{name}.yml"] = pack.add("blob", register(name, number, records).encode())
            message = f"Change {name}\n"
        inner = pack.tree(files)
        tree = pack.tree({"project": inner}, b"40000")
        author = f"{who} <{who}@shop.example> {START + 3600 * number} +0000".encode()
        signer = partial(sign, key=key_of(who)) if speaks or number == 0 else None
        tip = pack.add(
            "commit", commit_content(tree, (tip,) if tip else (), author, author, message.encode(), sign=signer)
        )
        needed |= dict.fromkeys((tip, tree, inner, *(files.values() if speaks else ())))
    subprocess.run(["git", "init", "-q", "-b", "main", "--template=", str(folder)], check=True)
    pack.write(folder)
    subprocess.run(["git", "update-ref", "refs/heads/main", tip], cwd=folder, check=True)
    subprocess.run(["git", "reset", "-q", "--hard"], cwd=folder, check=True)
    return list(needed)


def evaluation(folder: Path) -> float:
    """How many seconds the evaluation takes in a process of its own, reading and verifying included."""
    done = subprocess.run([sys.executable, "-c", ALONE], cwd=folder, capture_output=True, text=True, check=False)
    return float(done.stderr.split()[-1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--signoffs", type=int, default=500)
    parser.add_argument("--records", type=int, default=10, help="of each register")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="write the repository to this new folder and leave it there")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = wanted.keep or Path(name) / "history"
        needed = write(folder, wanted.commits, wanted.signoffs, wanted.records)
        ids = Path(name) / "ids"
        ids.write_text("".join(f"{one}\n" for one in needed), encoding="ascii")
        works = {
            "git: rev-list, cat-file of the same objects": Work(["sh", "-c", SAME_OBJECTS], folder, stdin=ids),
            "git: rev-list | diff-tree, cat-file of commits": Work(["sh", "-c", WHAT_CHANGED], folder),
            "ecompm digest charter: start and content": Work([ECOMPM, "digest", "charter"], folder),
            "ecompm signoffs": Work([ECOMPM, *ASKED], folder),
        }
        found = side_by_side(works, wanted.runs)
        alone = statistics.median(evaluation(folder) for _ in range(wanted.runs))
    *bare, start, ours = found.values()
    table(
        f"{wanted.commits} commits, {wanted.signoffs} signed sign-offs, {len(needed)} objects", found, next(iter(found))
    )
    for name, one in zip(found, bare, strict=False):
        wall, cpu = (ours.wall - start.wall) / one.wall, (ours.cpu - start.cpu) / one.cpu
        print(f"  without start-up {wall:.1f}x of the time, {cpu:.1f}x of processor time, of {name}; budget {BUDGET}x")
        print(f"  the evaluation alone, {alone:.2f} s: {alone / one.wall:.1f}x of the time")


if __name__ == "__main__":
    main()
