"""The JSON answer has the keys that the docs promise, and no others."""

from __future__ import annotations

import json
from datetime import date

from scenes import CHARTER, Scene, changed

from mkdocs_ecompm.signoff.report import to_json

SHAPE = {
    "": "version project commit dirty as_of trust signoffs records",
    "trust": "root source heads adopted pending conflict",
    "adopted": "commit by",
    "signoffs": "artifact digest status due overdue changed changed_since requires_not_valid slots",
    "slots": "approver status overdue changed held_then person record difference",
    "difference": "path was is",
    "records": (
        "id artifact person role deputy_for decision conditions comment assurance kind source commit date digest "
        "current restored counts reasons signature seen"
    ),
    "signature": "format status key hardware",
}


def test_the_answer_has_exactly_the_promised_keys(scene: Scene) -> None:
    scene.commit(
        "Trust\n\nSignoff: approve trust",
        "ana",
        people=changed(scene.people, roles=[*scene.people["roles"], {"id": "x", "name": "X"}]),
    )
    scene.say("approve charter", "ana", when="2026-02-18T09:30:00+00:00")
    scene.commit("Change", charter=changed(CHARTER, problem="Other"))
    answer = json.loads(json.dumps(to_json(scene.signoffs(), "shop", date(2026, 5, 1))))
    seen: set[str] = set()

    def check(name: str, value: object) -> None:
        if isinstance(value, dict):
            assert list(value) == SHAPE[name].split()
            seen.add(name)
            for key, item in value.items():
                check(key, item)
        elif isinstance(value, list):
            for item in value:
                check(name, item)

    check("", answer)
    assert seen == set(SHAPE)
    record = answer["records"][-1]
    assert (record["date"], record["kind"], record["reasons"]) == ("2026-02-18T09:30:00Z", "commit", [])
    assert (answer["version"], answer["project"], answer["as_of"]) == (1, "shop", "2026-05-01")


def test_the_same_repository_gives_the_same_answer(scene: Scene) -> None:
    scene.say("approve charter", "ana")
    first, second = (json.dumps(to_json(scene.signoffs(), "shop", date(2026, 5, 1))) for _ in range(2))
    assert first == second
