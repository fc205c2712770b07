"""Sites for a browser: built in this process as `mkdocs build` builds them, and served from this machine alone."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class _Quiet(SimpleHTTPRequestHandler):
    """Serves a folder without a line on the terminal."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def build_site(config: Path, folder: Path, *, strict: bool = False) -> None:
    """Build the site of a configuration file into a folder."""
    from mkdocs.commands.build import build  # noqa: PLC0415  # few tests need MkDocs
    from mkdocs.config import load_config  # noqa: PLC0415

    loaded = load_config(str(config), strict=strict, site_dir=str(folder))
    loaded.plugins.on_startup(command="build", dirty=False)
    build(loaded)


def site_of(folder: Path, config: str, registers: Mapping[str, str]) -> Path:
    """The built site of a project with these registers, in a new folder without git."""
    (folder / "docs").mkdir()
    (folder / "project").mkdir()
    (folder / "mkdocs.yml").write_text(config, "utf-8")
    for name, text in registers.items():
        (folder / "project" / f"{name}.yml").write_text(text, "utf-8")
    build_site(folder / "mkdocs.yml", folder / "site")
    return folder / "site"


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address at which a folder is served, for as long as it is needed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
