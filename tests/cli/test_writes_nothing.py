"""What only looks at a project writes nothing, wherever the cache of an earlier run may be."""

from __future__ import annotations

from pathlib import Path

import pytest
from commands import run_ecompm

from mkdocs_ecompm.cli.replay import replay

DAY = ("--as-of", "2026-08-24")
LOOKING = (
    ("check",),
    ("check", "--at", "HEAD~3"),
    ("signoffs",),
    ("diff", "2026-07-01"),
    ("digest", "charter"),
    ("signatures", "--all"),
)


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The worked example; commands see the folder alone."""
    folder = tmp_path_factory.mktemp("looking") / "demo"
    replay(folder)
    return folder


def tree(folder: Path) -> dict[str, tuple[int, bytes | None]]:
    """Every file and folder, hidden ones and git's own too, with its time and its content."""
    return {
        str(path.relative_to(folder)): (path.stat().st_mtime_ns, None if path.is_dir() else path.read_bytes())
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.parametrize("command", LOOKING, ids=" ".join)
def test_looking_writes_nothing(example: Path, monkeypatch: pytest.MonkeyPatch, command: tuple[str, ...]) -> None:
    monkeypatch.chdir(example)
    before = tree(example)
    day = () if command[0] in {"digest", "signatures"} else DAY
    assert run_ecompm(*command, *day).exit_code in {0, 1}
    assert tree(example) == before


def test_an_export_keeps_what_it_read_and_check_reads_it(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(example)
    told = run_ecompm("check", *DAY).stdout
    assert run_ecompm("export", *DAY).exit_code == 0
    kept = tree(example / ".cache")
    assert any(name.startswith("ecompm/history-") for name in kept)
    assert run_ecompm("check", *DAY).stdout == told
    assert tree(example / ".cache") == kept
