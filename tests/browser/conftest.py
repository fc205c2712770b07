"""A real Chromium on the built example site, served from this machine alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from shutil import which

import pytest
from playwright.sync_api import Browser, sync_playwright

from mkdocs_ecompm.cli.replay import replay


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a line on the terminal."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example as a repository with its history."""
    folder = tmp_path_factory.mktemp("example") / "demo"
    replay(folder)
    return folder


@pytest.fixture(scope="session")
def built(example: Path) -> Path:
    """The example's site, built strictly."""
    from mkdocs.commands.build import build  # noqa: PLC0415  # only this fixture needs MkDocs
    from mkdocs.config import load_config  # noqa: PLC0415

    config = load_config(str(example / "mkdocs.yml"), strict=True, site_dir=str(example.parent / "site"))
    config.plugins.on_startup(command="build", dirty=False)
    build(config)
    return example.parent / "site"


@pytest.fixture(scope="session")
def address(built: Path) -> Iterator[str]:
    """Where the built site is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(built)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests."""
    path = which("chromium") or which("chromium-browser") or which("google-chrome")
    assert path, "these tests need Chromium: apt-get install chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
