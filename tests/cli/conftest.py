"""What the tests of the commands share: a small project, and the command as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from small_shop import write

SMALL = {
    "project/project.yml": "id: shop\nname: New shop\n",
    "project/risks.yml": (
        "risks:\n"
        "  - id: R-1\n"
        "    title: Lost rankings\n"
        "    kind: threat\n"
        "    likelihood: 2\n"
        "    impact: 3\n"
        "    owner: mia\n"
        "    status: open\n"
    ),
}


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two files that has nothing wrong; the current folder."""
    monkeypatch.chdir(tmp_path)
    return write(tmp_path, SMALL)


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[bytes]]:
    """The command as a user starts it."""

    def run(*arguments: str, cwd: Path = tmp_path, **variables: str) -> subprocess.CompletedProcess[bytes]:
        code = "from mkdocs_ecompm.cli import main; main(prog_name='ecompm')"
        return subprocess.run(
            [sys.executable, "-c", code, *arguments],
            cwd=cwd,
            env={**os.environ, **variables},
            capture_output=True,
            check=False,
        )

    return run
