"""`ecompm signatures` on OpenPGP commits against `git log --format=%G?` with gpg, side by side in one run.

python benchmarks/openpgp.py                     # 300 commits
python benchmarks/openpgp.py --commits 3000 --runs 3
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from pysequoia import Cert, CipherSuite, PySigner, SignatureMode, Tsk, sign
from repositories import TestRepository
from signatures import require, seconds

SUITES = {"ana": CipherSuite.RSA2k, "ben": CipherSuite.Cv25519, "eva": CipherSuite.P256}


@dataclass(frozen=True)
class Signer:
    """Somebody with an OpenPGP key, in the shape in which the tests sign commits."""

    name: str
    certificate: Cert
    signer: PySigner

    @classmethod
    def make(cls, name: str) -> Signer:
        key = Tsk.generate(f"{name} <{name}@shop.example>", cipher_suite=SUITES[name])
        return cls(name, key.extract_certificate(), key.signer())

    @property
    def identity(self) -> str:
        return f"{self.name.capitalize()} <{self.name}@shop.example>"

    def sign(self, payload: bytes, _namespace: str) -> bytes:
        return sign(self.signer, payload, mode=SignatureMode.DETACHED)


def repository_of(commits: int, folder: Path) -> TestRepository:
    """A packed repository whose commits were all signed, with the keys in people.yml and in gpg."""
    repository = TestRepository.create(folder / "repository")
    people = [Signer.make(name) for name in SUITES]
    files = {f"project/keys/{one.name}.asc": str(one.certificate) for one in people}
    entries = (f"  - id: {one.name}\n    name: X\n    keys: [{{openpgp: keys/{one.name}.asc}}]\n" for one in people)
    files["project/people.yml"] = "people:\n" + "".join(entries)
    for number in range(commits):
        changed = files if number == 0 else {"project/risks.yml": f"n: {number}\n"}
        repository.commit(f"Change {number}", files=changed, key=people[number % len(people)])  # type: ignore[arg-type]
    repository.git("repack", "-a", "-d", "-q")
    repository.check_out()
    home = folder / "gnupg"
    home.mkdir(mode=0o700)
    os.environ["GNUPGHOME"] = str(home)
    keys = "".join(str(one.certificate) for one in people)
    gpg = ["gpg", "--batch", "--quiet", "--trust-model", "always", "--import"]
    subprocess.run(gpg, input=keys, text=True, check=True)
    return repository


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--commits", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5, help="runs of ours; git gets a third of them, at least one")
    wanted = parser.parse_args()
    ours, gits = [], []
    with tempfile.TemporaryDirectory(prefix="pgp") as name:
        repository = repository_of(wanted.commits, Path(name))
        program = str(Path(sys.executable).with_name("ecompm"))
        for run in range(wanted.runs):
            taken, answer = seconds([program, "signatures", "--format", "json"], repository.folder)
            ours.append(taken)
            require(answer.count('"good"') == wanted.commits)
            if run % 3 == 0:
                taken, answer = seconds(["git", "log", "--format=%G?"], repository.folder)
                gits.append(taken)
                require(set(answer.split()) <= {"G", "U"})
                require(len(answer.split()) == wanted.commits)
        subprocess.run(["gpgconf", "--kill", "all"], check=False)
    mine, git = statistics.median(ours), statistics.median(gits)
    print(f"{wanted.commits} OpenPGP commits (RSA, ed25519, P-256), medians of {len(ours)} and {len(gits)} runs")
    print(f"  git log --format=%G?   {git:8.3f} s")
    print(f"  ecompm signatures      {mine:8.3f} s   {git / mine:.0f}x faster")


if __name__ == "__main__":
    main()
