"""`ecompm signatures` as a whole process against `git log --format=%G?`, side by side in one run.

python benchmarks/signatures.py                 # 1,000 commits
python benchmarks/signatures.py --commits 5000 --runs 3
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from repositories import ISOLATED, SigningKey, TestRepository

PEOPLE = ("ana", "ben", "eva", "jan", "mia")


def repository_of(commits: int, folder: Path) -> tuple[TestRepository, Path]:
    """A packed repository whose commits were all signed with ed25519 keys, and the file of allowed signers."""
    repository = TestRepository.create(folder / "repository")
    keys = [SigningKey.make(name) for name in PEOPLE]
    for number in range(commits):
        key = keys[number % len(keys)]
        repository.commit(f"Change {number}", files={"project/risks.yml": f"n: {number}\n"}, key=key)
    repository.git("repack", "-a", "-d", "-q")
    allowed = folder / "allowed_signers"
    allowed.write_text("".join(f"{key.name}@shop.example {key.line}\n" for key in keys), encoding="ascii")
    return repository, allowed


def seconds(command: Sequence[str], folder: Path) -> tuple[float, str]:
    """How long a process takes, and what it prints."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"} | ISOLATED
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    return time.perf_counter() - start, done.stdout


def require(right: bool) -> None:
    """A fast wrong answer is no result."""
    if not right:
        sys.exit("not every signature was found good")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commits", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5, help="runs of ours; git gets a third of them, at least one")
    wanted = parser.parse_args()
    ours, gits = [], []
    with tempfile.TemporaryDirectory() as name:
        repository, allowed = repository_of(wanted.commits, Path(name))
        program = str(Path(sys.executable).with_name("ecompm"))
        signatures = [program, "signatures", "--format", "json", "--allowed-signers", str(allowed)]
        log = ["git", "-c", f"gpg.ssh.allowedSignersFile={allowed}", "log", "--format=%G?"]
        for run in range(wanted.runs):
            taken, answer = seconds(signatures, repository.folder)
            ours.append(taken)
            require(answer.count('"good"') == wanted.commits)
            if run % 3 == 0:
                taken, answer = seconds(log, repository.folder)
                gits.append(taken)
                require(answer.split() == ["G"] * wanted.commits)
    mine, git = statistics.median(ours), statistics.median(gits)
    print(f"{wanted.commits} SSH commits, medians of {len(ours)} and {len(gits)} runs")
    print(f"  git log --format=%G?   {git:8.3f} s")
    print(f"  ecompm signatures      {mine:8.3f} s   {git / mine:.0f}x faster")


if __name__ == "__main__":
    main()
