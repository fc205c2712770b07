"""The past against a slow reference: each commit of the line checked with `git`, each of its files with `git show`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from repositories import TestRepository

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.chronicle import Question, chronicle
from mkdocs_ecompm.load.contents import load_contents
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.model.content import YamlList, YamlMap
from mkdocs_ecompm.model.history import History
from mkdocs_ecompm.registers import REGISTERS

RISKS = (
    "risks:\n  - id: R-1\n    title: One\n    likelihood: 2\n    impact: 3\n",
    "risks:\n  - {id: r-1, title: Uno, likelihood: 4, impact: 3}\n  - id: R-2\n    likelihood: 1\n    impact: 1\n",
    "matrix: {likelihood: 3}\nrisks:\n  - id: R-2\n    title: Two\n    likelihood: 1\n    impact: 5\n",
    "risks:\n  - id: R-3\n    likelihood: x\n    impact: 1\n  - just a text\n",
)
PLANS = (
    "milestones:\n  - id: M1\n    name: Go\n    date: 2026-10-06\n  - id: M2\n    date: 2026-11-01\n",
    "milestones:\n  - id: M1\n    name: Go-live\n    date: 2026-12-01\ngates:\n  - id: G1\n    date: 2026-01-01\n",
    "gates:\n  - id: M1\n    date: soon\n",
)
ODD = ("risks:\n  - id: R-3\n  - id: r-3\n", "risks: [\n", "", "milestones: none\n")
MONEY = (
    "approved: 100\naccounts:\n  - id: a\n    planned: {2026-01: 5}\n",
    "approved: 200.50\naccounts:\n  - id: a\n    planned: {2026-01: 5, 2026-02: x}\n",
)
CHANGES = st.fixed_dictionaries(
    {},
    optional={
        "risks.yml": st.sampled_from([None, *RISKS, *ODD]),
        "risks/a.yml": st.sampled_from([None, *RISKS]),
        "risks/b/c.yml": st.sampled_from([None, *RISKS, *ODD]),
        "timeline.yml": st.sampled_from([None, *PLANS, *ODD]),
        "risks.yaml": st.none(),
        "budget.yml": st.sampled_from(MONEY),
    },
)
STEPS = st.lists(st.tuples(st.sampled_from(["main", "side", "merge"]), CHANGES), min_size=1, max_size=8)


def write(made: TestRepository, steps: list[tuple[str, dict[str, str | None]]]) -> None:
    made.commit(files={"README": "x"})
    made.point("refs/heads/side", made.tip() or "")
    for number, (branch, changes) in enumerate(steps):
        tip, side = made.tip() or "", made.tip("side") or ""
        parents = [tip, side] if branch == "merge" else [side if branch == "side" else tip]
        here = made.files(parents[0])
        files = {f"project/{path}": text for path, text in changes.items()}
        files = {path: text for path, text in files.items() if text is not None or path in here}
        clash = [path for path in files if any(other.startswith(f"{path}/") for other in [*here, *files])]
        for path in clash:
            del files[path]
        made.commit(f"Step {number}", files=files, parents=parents, branch="side" if branch == "side" else "main")


def told(history: History) -> dict[str, Any]:
    return {
        "revisions": [revision.commit for revision in history.revisions],
        "series": {
            (one.kind, one.ref.casefold()): (one.ref, one.name, [(point.commit, point.value) for point in one.points])
            for one in history.series
        },
        "touched": dict(history.touched),
    }


def slowly(made: TestRepository) -> dict[str, Any]:
    """The same by the letter of its definition."""
    line = made.git("rev-list", "--first-parent", "--reverse", "HEAD").split()
    before: dict[str, YamlMap] = {}
    listed = ""
    answer: dict[str, Any] = {"revisions": [], "series": {}, "touched": {}}
    for commit in line:
        now = made.git("ls-tree", "-r", commit, "--", "project")
        if now == listed:
            continue
        listed = now
        answer["revisions"].append(commit)
        paths = [row.partition("\t")[2] for row in now.splitlines()]
        files = {path: made.git("show", f"{commit}:{path}") + "\n" for path in paths}
        memory = MemoryFiles({path.removeprefix("project/"): text.encode() for path, text in files.items()})
        contents, unreadable = load_contents(memory, [register.name for register in REGISTERS])
        when = made.git("show", "-s", "--format=%cI", commit)
        for register in REGISTERS:
            if register.name in unreadable:
                continue
            content = contents.get(register.name)
            _touch(answer["touched"], register.name, before.get(register.name), content, when)
            said = {(one.kind, one.ref.casefold()): one for one in (register.series(content) if content else ())}
            for key, one in said.items():
                points = answer["series"].get(key, (None, None, []))[2]
                answer["series"][key] = (one.ref, one.name, points)
                if one.value and (not points or points[-1][1] != one.value):
                    points.append((commit, one.value))
            for key, (_, _, points) in answer["series"].items():
                known = before.get(register.name)
                there = known is not None and key in {(one.kind, one.ref.casefold()) for one in register.series(known)}
                if there and key not in said and (not points or points[-1][1] is not None):
                    points.append((commit, None))
            before.pop(register.name, None)
            if content is not None:
                before[register.name] = content
    answer["series"] = {key: value for key, value in answer["series"].items() if _spoken(value[2])}
    return answer


def _spoken(points: list[tuple[str, str | None]]) -> bool:
    while points and points[0][1] is None:
        del points[0]
    return bool(points)


def _touch(touched: dict[str, Any], register: str, before: YamlMap | None, now: YamlMap | None, when: str) -> None:
    old, new = _records(before), _records(now)
    for name, record in new.items():
        if old.get(name) != record:
            touched[f"{register}/{name[1]}"] = when
    if old != new or _rest(before) != _rest(now):
        touched[register] = when


def _records(content: YamlMap | None) -> dict[tuple[str, str], Any]:
    found = {}
    for key, items in (content or {}).items():
        for item in items if isinstance(items, YamlList) else ():
            name = item.get("id") if isinstance(item, YamlMap) else None
            if isinstance(name, str):
                found[key, name.casefold()] = item
    return found


def _rest(content: YamlMap | None) -> dict[str, Any]:
    named = {key for key, _ in _records(content)}
    rest: dict[str, Any] = {}
    for key, value in (content or {}).items():
        others = [item for item in value if not (isinstance(item, YamlMap) and isinstance(item.get("id"), str))]
        if isinstance(value, YamlList) and (others or key not in named):
            rest[key] = others
        elif not isinstance(value, YamlList):
            rest[key] = value
    return rest


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.integers(0, 9))
def test_it_agrees_with_the_reference(steps: list[tuple[str, dict[str, str | None]]], kept: int) -> None:
    with TemporaryDirectory() as name:
        made = TestRepository.create(Path(name) / "r")
        write(made, steps[:kept])
        for cache in (None, Path(name) / "cache"):
            past(made, cache)
        if steps[kept:]:
            write_on(made, steps[kept:])
        right = slowly(made)
        for cache in (None, Path(name) / "cache", Path(name) / "cache"):
            found = told(past(made, cache))
            found["touched"] = {ref: when.isoformat() for ref, when in found["touched"].items()}
            assert found == right


def write_on(made: TestRepository, steps: list[tuple[str, dict[str, str | None]]]) -> None:
    side = made.tip("side") or ""
    before = made.tip()
    write(made, steps)
    assert made.tip() != before or made.tip("side") != side


def past(made: TestRepository, cache: Path | None) -> History:
    with Repository.open(made.folder) as repository:
        question = Question(
            repository=repository,
            commit=repository.head(),
            folder="project",
            as_of=date.max,
            registers=REGISTERS,
            cache=cache,
        )
        return chronicle(question)
