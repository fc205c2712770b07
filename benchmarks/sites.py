"""Whole builds of large registers: our time and memory, and the same records as a Markdown table in stock Material.

python benchmarks/sites.py                  # 1,000 and 5,000 risks
python benchmarks/sites.py 5000 --runs 5
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
from pathlib import Path

from build import stock
from loading import PEOPLE, risks
from measure import MKDOCS, Work, side_by_side, table

SETTINGS = "plugins:\n  - search\n  - ecompm:\n      as_of: 2026-06-01\n"
COLUMNS = ("id", "title", "kind", "cause", "event", "effect", "likelihood", "impact", "owner", "response", "status")


def site(folder: Path, number: int) -> Path:
    """A project of so many risks, in a repository with one commit."""
    stock(folder)
    with (folder / "mkdocs.yml").open("a", encoding="utf-8") as settings:
        settings.write(SETTINGS)
    project = folder / "project"
    project.mkdir()
    (folder / "docs" / "index.md").unlink()
    (project / "project.yml").write_text("id: shop\nname: The new shop\n", encoding="utf-8")
    (project / "people.yml").write_bytes(PEOPLE)
    (project / "risks.yml").write_bytes(risks(number))
    (folder / ".gitignore").write_text(".cache/\nsite/\n", encoding="utf-8")
    who = ["-c", "user.name=Ana", "-c", "user.email=ana@shop.example"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "All risks"]):
        subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True)
    return folder


def markdown(folder: Path, number: int) -> Path:
    """The same records as one table, written as one writes it by hand."""
    stock(folder)
    rows = [COLUMNS, ("---",) * len(COLUMNS)]
    for record in risks(number).decode().split("  - id: ")[1:]:
        pairs = dict(line.strip().split(": ", 1) for line in f"id: {record}".splitlines() if ": " in line)
        rows.append(tuple(pairs[column] for column in COLUMNS))
    lines = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    (folder / "docs" / "risks.md").write_text(f"# Risks\n\n{lines}", encoding="utf-8")
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="*", default=[1_000, 5_000])
    parser.add_argument("--runs", type=int, default=3)
    wanted = parser.parse_args()
    build = [MKDOCS, "build", "-q"]
    for number in wanted.records:
        with tempfile.TemporaryDirectory() as name:
            works = {
                "the same as a Markdown table": Work(build, markdown(Path(name) / "markdown", number)),
                "the project's site": Work(build, site(Path(name) / "site", number)),
                "stock Material, one page": Work(build, stock(Path(name) / "stock")),
            }
            found = side_by_side(works, wanted.runs)
            table(f"mkdocs build of {number} risks", found, "the same as a Markdown table")
    print("  budget: half of the Markdown table")


if __name__ == "__main__":
    main()
