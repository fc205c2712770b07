"""A real Chromium on the built example site, served from this machine alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, sync_playwright
from websites import build_site, served

from mkdocs_ecompm.cli.replay import replay


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a repository with its history."""
    folder = tmp_path_factory.mktemp("example") / "demo"
    replay(folder)
    return folder


@pytest.fixture(scope="session")
def built(example: Path) -> Path:
    """The example's site, built strictly."""
    build_site(example / "mkdocs.yml", example.parent / "site", strict=True)
    return example.parent / "site"


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the built site is served."""
    with served(built) as address:
        yield address


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    assert path, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
