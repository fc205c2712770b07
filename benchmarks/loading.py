"""Reading and validating 5,000 risks beside PyYAML's CSafeLoader alone, in one run: medians and ratios.

python benchmarks/loading.py              # 5,000 risks
"""

from __future__ import annotations

import argparse
import gc
import random
import statistics
import time
from collections.abc import Callable, Iterator

import yaml
from yaml.cyaml import CParser

from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_contents, load_state
from mkdocs_ecompm.load.yaml_reader import read_yaml
from mkdocs_ecompm.registers import REGISTERS

ROUNDS = 7
PEOPLE = b"people:\n  - {id: mia, name: Mia K\xc3\xb6ster}\n  - {id: jan, name: Jan Berg}\n"


def risks(number: int) -> bytes:
    return "".join(_risks(number)).encode()


def _risks(number: int) -> Iterator[str]:
    dice = random.Random(5)
    yield "matrix: {likelihood: 5, impact: 5, bands: {low: [1, 4], medium: [5, 14], high: [15, 25]}}\nrisks:\n"
    for index in range(number):
        yield f"""\
  - id: R-{index:05}
    title: Lost rankings after the migration, part {index}
    kind: threat
    category: marketing
    cause: Addresses of the old shop are not redirected
    event: Visitors arrive at pages that do not exist
    effect: Revenue falls until the index is rebuilt
    likelihood: {dice.randint(1, 5)}
    impact: {dice.randint(1, 5)}
    owner: mia
    response: reduce
    actions:
      - what: 301 map for all products
        owner: jan
        due: 2026-09-{dice.randint(1, 30):02}
    status: open
    identified: 2026-02-03
"""


def median(work: Callable[[], object]) -> float:
    """Milliseconds of processor time, which other programs do not disturb; garbage collection as it comes."""
    times = []
    for _ in range(ROUNDS):
        gc.collect()
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times) * 1000


def events(data: bytes) -> None:
    get_event = CParser(data).get_event
    while get_event() is not None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("risks", type=int, nargs="?", default=5_000)
    number = parser.parse_args().risks
    data = risks(number)
    files = MemoryFiles({"risks.yml": data, "people.yml": PEOPLE})
    documents = {register.name: register.document for register in REGISTERS}
    state = load_state(files, documents)
    assert len(state.records["risks"]) == number, state.findings  # noqa: S101  # a benchmark of nothing would be fast
    assert not state.findings, state.findings[:3]  # noqa: S101
    reference = median(lambda: yaml.load(data, yaml.CSafeLoader))  # a safe loader
    print(f"{number} risks, {len(data) / 1e6:.1f} MB, medians of {ROUNDS}")
    print(f"  CSafeLoader alone               {reference:7.0f} ms   1.00")
    for name, work in (
        ("events of libyaml alone", lambda: events(data)),
        ("read_yaml: content and places", lambda: read_yaml("risks.yml", data)),
        ("load_contents: for a digest", lambda: load_contents(files, documents)),
        ("load_state: read and validated", lambda: load_state(files, documents)),
    ):
        took = median(work)
        print(f"  {name:31} {took:7.0f} ms   {took / reference:.2f}")


if __name__ == "__main__":
    main()
