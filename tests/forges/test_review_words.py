"""What the words below the button do to an agreement, from the forge's answer to the record that is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from forge_server import ForgeServer
from forge_shop import NEW_CHARTER, Shop, pull_request, review, told

Run = Callable[..., Result]
Reviewed = Callable[..., tuple[dict[str, Any], Result]]


@pytest.fixture
def reviewed(ecompm: Run, forge: ForgeServer, shop: Shop) -> Reviewed:
    """The one record that comes of a review with these words, and what the collector said."""

    def run(body: str) -> tuple[dict[str, Any], Result]:
        base = shop.tip()
        assert base
        head = shop.branch({"project/charter.yml": NEW_CHARTER})
        told(forge, pull_request(7, base, head, shop.squash(head)), [review(1, head, body=body)])
        pulled = ecompm("reviews", "pull", "--forge", "github", "--repository", "shop/gov", "--url", forge.url)
        assert pulled.exit_code == 0, pulled.output + pulled.stderr
        shop._trees.clear()
        said = json.loads(ecompm("signoffs", "--format", "json", "--as-of", "2027-01-01").stdout)
        (record,) = [one for one in said["records"] if one["counts"]]
        return record, pulled

    return run


@pytest.mark.parametrize(
    "body",
    [
        "Fine with me.\n\nCondition: only with the contract",
        "Condition: only with the contract",
        "Fine with me.\r\n\r\nCondition: only with the contract\r\n\r\nSee you on Monday!",
        "CONDITION: only with the contract\n\nSignoff: approve charter",
    ],
)
def test_a_condition_needs_no_sign_off_line(reviewed: Reviewed, body: str) -> None:
    record, _ = reviewed(body)
    assert (record["artifact"], record["decision"]) == ("charter", "approve")
    assert record["conditions"] == ["only with the contract"]


def test_words_without_a_condition_make_none(reviewed: Reviewed) -> None:
    record, pulled = reviewed("Fine with me, on one condition: none.\n\nSignoff: approve charter")
    assert record["conditions"] == []
    assert "say" not in pulled.stdout


@pytest.mark.parametrize("body", ["<!--\nSignoff: {}\n-->", "Like so:\n\n```\nSignoff: {}\n```"])
def test_a_line_that_nobody_sees_approves_nothing_and_is_told(reviewed: Reviewed, body: str) -> None:
    record, pulled = reviewed(body.format("approve risks"))
    assert record["artifact"] == "charter"
    assert "the line `Signoff: approve risks` says nothing" in pulled.stdout + pulled.stderr
