"""Building the worked example, cold and warm, against stock Material with one page; and `serve` after a saved file.

python benchmarks/build.py
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from measure import ENVIRONMENT, MKDOCS, Run, Work, median, run, table

BUDGETS = "budget 2x cold and 1.3x warm; saved 1.3x"
EXAMPLE = ("python", "-m", "mkdocs_ecompm", "init", "--example")

REBUILD = """
import json, logging, sys, time
from pathlib import Path
from mkdocs.commands.build import build
from mkdocs.config import load_config
logging.disable()
changed, runs = Path(sys.argv[1]), int(sys.argv[2])
found = []
for number in range(runs + 1):
    text = changed.read_text(encoding="utf-8")
    changed.write_text(text.rstrip() + "\\n" * (1 + number % 2), encoding="utf-8")
    begin, began = time.perf_counter(), time.process_time()
    build(load_config("mkdocs.yml"))  # as `serve` does it: settings are read again, the process and its imports stay
    found.append((time.perf_counter() - begin, time.process_time() - began, 0))
print(json.dumps(found[1:]))
"""

PAGES = """
import sys
from datetime import date
from pathlib import Path
from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.site.links import resolve
from mkdocs_ecompm.site.pages import render
for page in render(assemble(Setting(folder=Path("project"), as_of=date(2026, 8, 24)))):
    file = Path(sys.argv[1], page.path + ".md")
    file.parent.mkdir(parents=True, exist_ok=True)
    html = "\\n".join(line for line in resolve(page.html, lambda _: None).splitlines() if line.strip())
    file.write_text(f"# {page.title}\\n\\n{html}\\n", encoding="utf-8")
"""


def stock(folder: Path) -> Path:
    """A site of Material alone, with one page."""
    (folder / "docs").mkdir(parents=True)
    (folder / "mkdocs.yml").write_text("site_name: Shop\ntheme:\n  name: material\n  font: false\n", encoding="utf-8")
    (folder / "docs" / "index.md").write_text("# Shop\n\nThe new shop.\n", encoding="utf-8")
    return folder


def rebuilt(folder: Path, changed: str, runs: int) -> Run:
    """The median rebuild in one process, each after `changed` was saved."""
    command = [sys.executable, "-c", REBUILD, changed, str(runs)]
    done = subprocess.run(command, cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True)
    return median([Run(*each) for each in json.loads(done.stdout.splitlines()[-1])])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        plain, example, pages = stock(Path(name) / "stock"), Path(name) / "example", stock(Path(name) / "pages")
        subprocess.run([sys.executable, *EXAMPLE[1:], str(example)], env=ENVIRONMENT, check=True, capture_output=True)
        build = [MKDOCS, "build", "-q"]
        found: dict[str, list[Run]] = {"stock Material, one page": [], "the example, cold": [], "the example, warm": []}
        run(Work(build, plain))
        run(Work(build, example))
        for _ in range(runs):
            found["stock Material, one page"].append(run(Work(build, plain)))
            shutil.rmtree(example / ".cache")
            found["the example, cold"].append(run(Work(build, example)))
            found["the example, warm"].append(run(Work(build, example)))
        amount = len(list((example / "site").rglob("index.html")))
        table(f"mkdocs build, {amount} pages", {k: median(v) for k, v in found.items()}, "stock Material, one page")
        command = [sys.executable, "-c", PAGES, str(pages / "docs")]
        subprocess.run(command, cwd=example, env=ENVIRONMENT, check=True, capture_output=True)
        again = {
            "the same pages written as Markdown, saved": rebuilt(pages, "docs/risks.md", runs),
            "the example, project/risks.yml saved": rebuilt(example, "project/risks.yml", runs),
        }
        table("rebuilt by `serve`", again, next(iter(again)))
    print(f"  {BUDGETS}")


if __name__ == "__main__":
    main()
