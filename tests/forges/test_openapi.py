"""The client against GitHub's own description of its API: a server that answers with whatever that allows."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from mkdocs_ecompm.model.review import ReviewState
from mkdocs_ecompm.signoff.forges import github
from mkdocs_ecompm.signoff.forges.client import HttpClient
from mkdocs_ecompm.signoff.forges.transport import Token

HERE: Final = Path(__file__).parent
DESCRIPTION: Final = HERE / "node_modules/@octokit/openapi/generated/api.github.com.deref.json"
PRISM: Final = HERE / "node_modules/@stoplight/prism-cli/dist/index.js"
ASKED: Final = (
    "/repos/{owner}/{repo}/pulls",
    "/repos/{owner}/{repo}/pulls/{pull_number}",
    "/repos/{owner}/{repo}/pulls/{pull_number}/reviews",
    "/repos/{owner}/{repo}/issues/{issue_number}/timeline",
)
ROUNDS: Final = 12


def cut(whole: dict[str, Any]) -> dict[str, Any]:
    """The description of what we ask for: the rest would take a minute to read. No list in it is empty."""
    paths = {}
    for path in ASKED:
        operation = whole["paths"][path]["get"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        if schema["type"] == "array":
            schema["minItems"] = 2
        operation["responses"]["200"]["content"]["application/json"] = {"schema": schema}
        paths[path] = {"get": operation}
    return {"openapi": whole["openapi"], "info": whole["info"], "paths": paths}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Prism, which checks what it is asked by the description, and makes up an answer that fits it."""
    if not (DESCRIPTION.exists() and PRISM.exists()):
        why = "GitHub's description is not there: npm ci --prefix tests/forges"
        if "CI" in os.environ:
            pytest.fail(why)
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("prism")
    (folder / "github.json").write_text(json.dumps(cut(json.loads(DESCRIPTION.read_text("utf-8")))), "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["node", str(PRISM), "mock", "--dynamic", "--port", str(port), "github.json"]
    with (folder / "log").open("wb") as log:
        prism = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        for _ in range(600):
            if "Prism is listening" in (folder / "log").read_text("utf-8", "replace"):
                break
            assert prism.poll() is None, (folder / "log").read_text("utf-8", "replace")
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}"
    finally:
        prism.terminate()
        prism.wait()


@pytest.fixture
def client(address: str) -> Iterator[HttpClient]:
    found = HttpClient(
        github.ACCESS, address, Token("not-a-real-token", "GITHUB_TOKEN", github.ACCESS.tokens["GITHUB_TOKEN"]), "o/r"
    )
    yield found
    found.close()


def test_the_client_gets_along_with_all_that_the_description_allows(client: HttpClient) -> None:
    seen = 0
    for _ in range(ROUNDS):
        found = github.pull_request(client, "o/r", 3)
        assert found.number >= 1
        assert found.timeline_readable
        seen += len(found.reviews)
        assert all(isinstance(one.state, ReviewState) and one.id for one in found.reviews)
    assert seen > 0


def test_the_list_of_pull_requests(client: HttpClient) -> None:
    asked: list[str] = []
    for _ in range(3):
        listed = github.pull_requests(client, "o/r", datetime(1900, 1, 1, tzinfo=UTC), asked.append)
        assert list(listed) == []
    assert all(len(one) in {40, 64} for one in asked)


def test_what_does_not_fit_the_description_is_refused_by_the_server(client: HttpClient) -> None:
    """So that the other tests mean something: Prism does look at what it is asked."""
    with pytest.raises(Exception, match=r"status 422"):
        client.get("repos/o/r/pulls", state="no such state")
