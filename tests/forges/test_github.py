"""GitHub: another target for a pull request, after which its reviews are of other changes; and its words in a log."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from forge_server import ForgeServer
from forge_shop import FILES, NEW_CHARTER, Shop, pull_request, review, told

from mkdocs_ecompm.signoff.forges import NothingToRecord, gitea, github, gitlab

Run = Callable[..., Result]
OTHER_RISKS = FILES["project/risks.yml"].replace("likelihood: 2", "likelihood: 1")
RETARGETED = ("base_ref_changed", "automatic_base_change_succeeded", "base_ref_force_pushed")


def entry(kind: str, hour: int) -> dict[str, Any]:
    return {"id": 5, "event": kind, "created_at": f"2026-02-01T{hour:02}:00:00Z"}


@pytest.fixture
def recorded(shop: Shop, forge: ForgeServer, ecompm: Run) -> Callable[[dict[str, Any]], Any]:
    """What is recorded of a review at ten, of a change of the risks on a branch of its own with another charter."""

    def run(happened: dict[str, Any]) -> Any:
        base = shop.tip()
        assert base
        dev = shop.branch({"project/charter.yml": NEW_CHARTER})
        head = shop.branch({"project/risks.yml": OTHER_RISKS}, start=dev)
        told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head)], [happened])
        answer = ecompm("reviews", "pull", "--forge", "github", "--repository", "shop/gov", "--url", forge.url)
        assert answer.exit_code == 0, answer.stderr
        return shop.evidence()["reviews"][0]["state"], answer.stderr

    return run


@pytest.mark.parametrize("kind", RETARGETED)
def test_an_approval_before_another_target_is_none_of_what_that_brings(recorded: Callable[..., Any], kind: str) -> None:
    assert recorded(entry(kind, 11)) == ("commented", "")


@pytest.mark.parametrize("kind", [*RETARGETED, "automatic_base_change_failed"])
def test_another_target_before_the_approval_is_no_matter(recorded: Callable[..., Any], kind: str) -> None:
    assert recorded(entry(kind, 9)) == ("approved", "")


@pytest.mark.parametrize("kind", RETARGETED)
def test_another_target_at_nobody_knows_when(recorded: Callable[..., Any], kind: str) -> None:
    state, said = recorded({**entry(kind, 11), "created_at": "soon"})
    assert (state, "Nobody can tell when" in said) == ("commented", True)


@pytest.mark.parametrize("module", [github, gitea, gitlab])
@pytest.mark.parametrize("field", ["action", "object_kind", "event_type"])
def test_no_word_of_a_payload_begins_a_line_of_a_log(module: Any, field: str) -> None:
    evil = "x\n::error::y\r\u2028" + "z" * 400
    told = pull_request(7, "1" * 40, "2" * 40, None)
    payload = {"pull_request": told, "repository": {"full_name": "a/b"}, field: evil}
    with pytest.raises(NothingToRecord) as refused:
        module.from_event(payload)
    assert (len(str(refused.value)) < 150, len(str(refused.value).splitlines())) == (True, 1)
    about = {"object_kind": "merge_request", "project": {"path_with_namespace": "a/b"}}
    with pytest.raises(NothingToRecord) as refused:
        gitlab.from_event({**about, "object_attributes": {"iid": 7, "action": evil}})
    assert len(str(refused.value).splitlines()) == 1
    assert json.dumps(str(refused.value))
