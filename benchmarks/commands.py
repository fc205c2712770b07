"""Each command on the worked example as a whole process, beside a bare Python.

python benchmarks/commands.py
python benchmarks/commands.py --imports check     # where the time of its imports goes
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ECOMPM, ENVIRONMENT, Work, side_by_side, table

COMMANDS = (
    ("--help",),
    ("check",),
    ("signoffs",),
    ("digest", "charter"),
    ("export",),
    ("signatures", "--all"),
    ("schema",),
)
DAY = ("--as-of", "2026-08-24")


def arguments(command: tuple[str, ...]) -> list[str]:
    """The command as it is run: on the example's own day where the day counts."""
    return [*command, *(DAY if command[0] in {"check", "signoffs", "export"} else ())]


def imports(command: str, folder: Path, most: int = 25) -> None:
    """The modules that took longest to import, by themselves."""
    words = next(arguments(each) for each in COMMANDS if each[0] == command)
    line = [sys.executable, "-X", "importtime", "-m", "mkdocs_ecompm", *words]
    for _ in range(2):  # the first run may still compile
        done = subprocess.run(line, cwd=folder, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    rows = [each.removeprefix("import time:").split("|") for each in done.stderr.splitlines() if "import time:" in each]
    found = [(int(own), int(whole), name.strip()) for own, whole, name in rows if own.strip().isdigit()]
    print(f"{len(found)} modules, {sum(own for own, _, _ in found) / 1000:.0f} ms; own time, with what they import")
    for own, whole, name in sorted(found, reverse=True)[:most]:
        print(f"  {own / 1000:6.1f} ms {whole / 1000:7.1f} ms  {name}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--imports", choices=[each[0] for each in COMMANDS], help="profile the imports of one command")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        example = Path(name) / "example"
        command = [ECOMPM, "init", "--example", str(example)]
        subprocess.run(command, env=ENVIRONMENT, check=True, capture_output=True)
        if wanted.imports:
            imports(wanted.imports, example)
            return
        works = {"python -c pass": Work([sys.executable, "-c", "pass"], example)}
        for each in COMMANDS:
            works[f"ecompm {' '.join(each)}"] = Work([ECOMPM, *arguments(each)], example)
        table("the worked example, medians", side_by_side(works, wanted.runs))
    print("  budget: `ecompm --help` 0.15 s")


if __name__ == "__main__":
    main()
