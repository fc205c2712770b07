"""What every test may use: an isolated git, the command, and the switch that rewrites golden files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from commands import run_ecompm
from hypothesis import settings

# No property has a deadline: the machine may be busy. Continuous integration tries the same examples each time, so
# that a run says something about the change and not about luck; at a developer's desk they differ.
settings.register_profile("house", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="write what the code says now into the golden cases")


@pytest.fixture(autouse=True)
def isolated_git(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test sees the configuration, the keys or the environment of the one who runs it."""
    home = tmp_path_factory.getbasetemp() / "home"
    home.mkdir(exist_ok=True)
    for name in [name for name in os.environ if name.startswith(("GIT_", "SSH_", "GPG_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The root of this project's own checkout."""
    return Path(__file__).parents[1]


@pytest.fixture
def ecompm() -> Callable[..., Result]:
    """The command, in this process, with what it prints and what it complains about apart."""
    return run_ecompm
