"""What the tests of the forges share: a forge on this machine, and a shop whose collector has a key."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from forge_server import ForgeServer, serving
from forge_shop import FILES, ROBOT, TOKEN, Shop

Run = Callable[..., Result]


@pytest.fixture
def forge(monkeypatch: pytest.MonkeyPatch) -> Iterator[ForgeServer]:
    """A forge that knows nothing yet; no token of the machine and no proxy is seen."""
    for name in list(os.environ):
        if name.endswith(("_TOKEN", "_API_URL", "_API_V4_URL", "_SERVER_URL")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    with serving(ForgeServer()) as server:
        yield server


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: ForgeServer) -> Shop:
    """A shop with one commit on `main`, checked out; the current folder."""
    assert forge.url  # it cleans the environment first
    found = Shop.create(tmp_path / "shop")
    assert isinstance(found, Shop)
    found.settings = tmp_path / "gitconfig"
    found.be(ROBOT)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(found.settings))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    found.commit("Begin", files=FILES)
    found.check_out()
    monkeypatch.chdir(found.folder)
    return found


@pytest.fixture
def pull(ecompm: Run, forge: ForgeServer, shop: Shop) -> Run:
    """`ecompm reviews pull` of the shop's repository at the forge."""

    def run(*more: str) -> Result:
        answer = ecompm("reviews", "pull", "--forge", "github", "--repository", "shop/gov", "--url", forge.url, *more)
        assert TOKEN not in answer.output + answer.stderr + str(answer.exception)
        shop._trees.clear()
        return answer

    return run


@pytest.fixture
def record(shop: Shop, ecompm: Run) -> Run:
    """`ecompm reviews record` of a payload."""

    def run(content: Any, *more: str) -> Result:
        file = shop.folder.parent / "event.json"
        file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return ecompm("reviews", "record", "--event", str(file), *more)

    return run
