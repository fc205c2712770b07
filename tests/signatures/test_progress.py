"""A person at a terminal sees that work goes on; a pipe sees nothing."""

from __future__ import annotations

import sys

import pytest

from mkdocs_ecompm.cli.progress import counted


@pytest.mark.parametrize(("terminal", "shown"), [(False, ""), (True, "\r1000 commits\r2000 commits\r\x1b[K")])
def test_progress(
    terminal: bool, shown: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    assert list(counted(range(2500), "commits")) == list(range(2500))
    assert list(counted([], "commits")) == []
    assert capsys.readouterr().err.replace("\x1b[K", "\x1b[K") == shown
