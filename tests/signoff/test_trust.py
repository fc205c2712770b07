"""Adoption: how a trust state comes into force, and how it does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from repositories import SigningKey
from scenes import KEYS, PEOPLE, SIGNOFFS, Scene, changed, person

from mkdocs_ecompm.signoff.adoption import TrustRootError

APPROVE = "Trust\n\nSignoff: approve trust"
LEO = {"id": "leo", "name": "Leo", "roles": [{"role": "sponsor"}], "keys": [{"ssh": KEYS["leo"].line}]}


def two_admins() -> dict[str, Any]:
    return changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "2"})


def with_leo(people: dict[str, Any] = PEOPLE) -> dict[str, Any]:
    return changed(people, people=[*people["people"], LEO])


def with_key(people: dict[str, Any], name: str, line: str, **more: Any) -> dict[str, Any]:
    found = changed(people)
    person(found, name)["keys"].append({"ssh": line, **more})
    return found


def test_an_admin_adopts_with_his_line(scene: Scene) -> None:
    adopted = scene.commit(APPROVE, "ana", people=with_leo())
    trust = scene.signoffs().trust
    assert (trust.root, trust.source, trust.heads) == (scene.root, "first-use", (adopted,))
    assert [(one.commit, one.by) for one in trust.adopted] == [(adopted, ("ana",))]
    assert (trust.pending, trust.conflict) == (None, False)
    assert scene.record(adopted, "trust").counts
    scene.say("approve charter", "leo")
    assert scene.status() == "valid"


def test_a_change_nobody_approved_waits(scene: Scene) -> None:
    scene.commit("Enrol Leo", "ana", people=with_leo())
    said = scene.say("approve charter", "leo")
    signoffs = scene.signoffs()
    assert signoffs.trust.heads == (scene.root,)
    assert (signoffs.trust.pending or "").startswith("sha256:")
    assert signoffs.by_id[f"{said}:charter"].reasons == ("unknown-key",)
    assert "trust-change-pending" in scene.codes()


def test_an_approval_later_adopts_what_the_tree_has_then(scene: Scene) -> None:
    scene.commit("Enrol Leo", "mia", people=with_leo())
    early = scene.say("approve charter", "leo")
    scene.commit(APPROVE, "ana")
    assert scene.reasons(early) == ("unknown-key",)
    scene.say("approve charter", "leo")
    assert scene.status() == "valid"


def test_an_invalid_state_is_never_adopted(scene: Scene) -> None:
    for broken in (
        changed(PEOPLE, trust={"admins": ["nobody"]}),
        changed(PEOPLE, trust={"admins": ["ana"], "quorum": "2"}),
        changed(PEOPLE, trust={"admins": ["ana"], "attestors": ["ben"]}),
        changed(PEOPLE, organisations=[{"id": "Sponsor", "name": "Same as a role"}]),
        with_key(PEOPLE, "ben", KEYS["ana"].line),
        with_key(PEOPLE, "ben", "ssh-ed25519 nonsense"),
        with_key(PEOPLE, "ben", KEYS["leo"].line, **{"from": "2026-01-01T00:00:00"}),
        with_key(PEOPLE, "ben", KEYS["leo"].line, openpgp="keys/ben.asc"),
        changed(PEOPLE, deputies=[{"for": "mia", "by": "nobody"}]),
        changed(
            PEOPLE,
            people=[*PEOPLE["people"], {"id": "sam", "name": "Sam"}],
            deputies=[{"for": "mia", "by": "\u017fam"}],
        ),
        changed(PEOPLE, roles="sponsor"),
        changed(
            PEOPLE, people=[*PEOPLE["people"], {"id": "sam", "name": "Sam"}], trust={"admins": ["ana", "\u017fam"]}
        ),
        changed(
            PEOPLE,
            trust={"admins": ["ana", "bot"]},
            people=[*PEOPLE["people"], {"id": "bot", "name": "Bot", "kind": "machine"}],
        ),
    ):
        scene.commit(APPROVE, "ana", people=broken)
        signoffs = scene.signoffs()
        assert signoffs.trust.heads == (scene.root,)
        assert signoffs.trust.pending is None
        assert "trust-change-pending" in scene.codes()


def test_an_invalid_demand_is_never_adopted_but_its_day_is_no_part_of_it(scene: Scene) -> None:
    for broken in ({"approvers": ["nobody"]}, {"approvers": []}, {"minimum": "claimed"}, {"where": {"note": "x"}}):
        scene.commit(APPROVE, "ana", signoffs={"signoffs": [{**SIGNOFFS["signoffs"][0], **broken}]})
        assert scene.signoffs().trust.heads == (scene.root,)
    scene.commit("Day", signoffs={"signoffs": [{**SIGNOFFS["signoffs"][0], "due": "tomorrow?"}]})
    assert not scene.signoffs().trust.pending
    assert scene.status() == "missing"


def test_the_digest_in_an_approval_must_be_that_of_the_tree(scene: Scene) -> None:
    pending = scene.commit("Enrol Leo", "mia", people=with_leo())
    digest = scene.signoffs(pending).trust.pending
    scene.say(f"approve trust digest=sha256:{'0' * 64}", "ana")
    assert scene.signoffs().trust.heads == (scene.root,)
    adopted = scene.say(f"approve trust digest={digest}", "ana")
    assert scene.signoffs().trust.heads == (adopted,)


# --- quorum -------------------------------------------------------------------------------------------------------


@pytest.fixture
def pair(tmp_path: Path) -> Scene:
    return Scene(tmp_path / "pair", people=two_admins())


def test_a_quorum_adopts_when_the_last_one_agrees(pair: Scene) -> None:
    pair.commit(APPROVE, "ana", people=with_leo(two_admins()))
    assert pair.signoffs().trust.heads == (pair.root,)
    adopted = pair.commit(APPROVE, "ben")
    assert pair.signoffs().trust.heads == (adopted,)
    assert pair.signoffs().trust.adopted[0].by == ("ana", "ben")


def test_a_quorum_is_of_people_not_of_keys(pair: Scene) -> None:
    spare = SigningKey.make("ana-spare")
    pair.commit(APPROVE, "ana", people=with_key(two_admins(), "ana", spare.line))
    pair.commit(APPROVE, "ana", people=with_leo(with_key(two_admins(), "ana", spare.line)))
    pair.commit(APPROVE, spare)
    assert len(pair.signoffs().trust.adopted) == 1
    assert pair.signoffs().trust.pending


def test_approvals_of_another_state_do_not_add_up(pair: Scene) -> None:
    pair.commit(APPROVE, "ana", people=with_leo(two_admins()))
    other = with_leo(two_admins())
    person(other, "leo")["name"] = "Leon"
    pair.commit(APPROVE, "ben", people=other)
    assert pair.signoffs().trust.heads == (pair.root,)


def test_a_merge_brings_approvals_together(pair: Scene) -> None:
    enrolled = pair.commit("Enrol", people=with_leo(two_admins()))
    one = pair.commit(APPROVE, "ana", parents=[enrolled])
    two = pair.commit(APPROVE, "ben", parents=[enrolled])
    merge = pair.commit("Merge", parents=[one, two])
    assert pair.signoffs(merge).trust.heads == (merge,)


@pytest.mark.parametrize("decision", ["reject", "withdraw"])
def test_an_approval_is_taken_back(pair: Scene, decision: str) -> None:
    pair.commit(APPROVE, "ana", people=with_leo(two_admins()))
    pair.say(f"{decision} trust", "ana")
    pair.commit(APPROVE, "ben")
    assert pair.signoffs().trust.heads == (pair.root,)
    adopted = pair.commit(APPROVE, "ana")
    assert pair.signoffs().trust.heads == (adopted,)


def test_an_approval_taken_back_on_another_branch_does_not_come_back(pair: Scene) -> None:
    asked = pair.commit(APPROVE, "ana", people=with_leo(two_admins()))
    back = pair.say("withdraw trust", "ana", parents=[asked])
    ben = pair.commit("Something", "ben", parents=[asked])
    merge = pair.commit("Merge", parents=[ben, back])
    pair.commit(APPROVE, "ben", parents=[merge])
    assert pair.signoffs().trust.heads == (pair.root,)


def test_an_old_quorum_is_not_replayed_on_a_new_state(pair: Scene) -> None:
    """Ana and Ben agreed once; after they went back, Ana's old approval is bound to heads that are gone."""
    pair.commit(APPROVE, "ana", people=with_leo(two_admins()))
    pair.commit(APPROVE, "ben")
    pair.commit(APPROVE, "ana", people=two_admins())
    back = pair.commit(APPROVE, "ben")
    assert pair.signoffs().trust.heads == (back,)
    pair.commit("Again", "mallory", people=with_leo(two_admins()))
    pair.commit(APPROVE, "ben")
    assert pair.signoffs().trust.heads == (back,)


# --- one's own key ------------------------------------------------------------------------------------------------


def test_somebody_adds_one_key_to_himself(scene: Scene) -> None:
    spare = SigningKey.make("mia-spare")
    adopted = scene.commit(APPROVE, "mia", people=with_key(PEOPLE, "mia", spare.line))
    assert scene.signoffs().trust.heads == (adopted,)
    assert scene.record(adopted, "trust").counts


@pytest.mark.parametrize("case", ["another", "two", "more", "revoked", "unsigned", "no line", "theirs", "again"])
def test_and_no_more_than_that(scene: Scene, case: str) -> None:
    spare = SigningKey.make("spare").line
    own = with_key(PEOPLE, "mia", spare)
    people = {
        "another": with_key(PEOPLE, "eva", spare),
        "two": with_key(own, "mia", SigningKey.make("two").line),
        "more": changed(own, trust={"admins": ["ana", "mia"], "quorum": "1"}),
        "revoked": with_key(PEOPLE, "mia", spare, revoked={"reason": "compromised"}),
        "again": with_key(PEOPLE, "mia", KEYS["mia"].line),
        "theirs": with_key(PEOPLE, "mia", KEYS["eva"].line),
    }.get(case, own)
    scene.commit("Trust" if case == "no line" else APPROVE, None if case == "unsigned" else "mia", people=people)
    assert scene.signoffs().trust.heads == (scene.root,)


def test_an_attestor_adds_no_key_and_fills_no_slot(tmp_path: Path) -> None:
    machine = {"id": "collector", "name": "CI", "kind": "machine", "keys": [{"ssh": KEYS["collector"].line}]}
    people = changed(PEOPLE, people=[*PEOPLE["people"], {**machine, "roles": [{"role": "sponsor"}]}])
    people["trust"] = {"admins": ["ana"], "attestors": ["collector"]}
    scene = Scene(tmp_path / "own", people=people)
    scene.commit(APPROVE, "collector", people=with_key(people, "collector", SigningKey.make("x").line))
    assert scene.signoffs().trust.heads == (scene.root,)
    assert scene.reasons(scene.say("approve charter", "collector")) == ("not-in-role",)


# --- the root -----------------------------------------------------------------------------------------------------


def test_the_verifier_names_the_root(scene: Scene) -> None:
    early = scene.say("approve charter", "ana")
    late = scene.commit("Go on", "ana")
    signoffs = scene.signoffs(trust_roots=(late,), root_source="verifier")
    assert (signoffs.trust.root, signoffs.trust.source) == (late, "verifier")
    assert signoffs.by_id[f"{early}:charter"].reasons == ("before-trust-root",)
    scene.say("approve charter", "ana")
    assert scene.status(trust_roots=(late,), root_source="project") == "valid"


def test_a_root_must_be_an_ancestor_with_a_trust_section(scene: Scene) -> None:
    side = scene.commit("Side", parents=[scene.root], more={"branch": "side"})
    scene.commit("Go on")
    with pytest.raises(TrustRootError, match="nor an ancestor"):
        scene.answer(trust_roots=(side,))
    with pytest.raises(TrustRootError, match="nor an ancestor"):
        scene.answer(trust_roots=("0" * 40,))
    bare = scene.commit("No people", people=None)
    with pytest.raises(TrustRootError, match="no valid trust section"):
        scene.answer(trust_roots=(bare,))


def test_an_adoption_beside_a_checkpoint_is_ignored(scene: Scene) -> None:
    checkpoint = scene.commit("Checkpoint", "ana")
    side = scene.commit(APPROVE, "ana", people=with_leo(), parents=[scene.root])
    tip = scene.commit("Merge", parents=[checkpoint, side], people=PEOPLE)
    assert scene.signoffs(tip).trust.heads == (side,)
    assert scene.signoffs(tip, trust_roots=(scene.root, checkpoint)).trust.heads == (scene.root,)


def test_two_beginnings_are_unverifiable(scene: Scene) -> None:
    said = scene.say("approve charter", "ana")
    orphan = scene.commit("Orphan", "mallory", parents=[], project={"id": "shop"}, people=PEOPLE)
    tip = scene.commit("Merge", parents=[said, orphan], more={"tree_of": said})
    signoffs = scene.signoffs(tip)
    assert signoffs.by_artifact["charter"].status == "unverifiable"
    assert "2 unrelated commits" in signoffs.problem
    assert scene.status(commit=tip, trust_roots=(scene.root,)) == "valid"


# --- keys and clocks ----------------------------------------------------------------------------------------------


def with_window(**window: Any) -> dict[str, Any]:
    people = changed(PEOPLE)
    person(people, "ana")["keys"] = [
        {"ssh": KEYS["ana"].line, **window},
        {"ssh": SigningKey.make("ana-other").line},
    ]
    return people


def test_a_key_is_in_force_in_its_window(tmp_path: Path) -> None:
    window = {"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00+01:00"}
    scene = Scene(tmp_path / "own", people=with_window(**window))
    early = scene.say("approve charter", "ana", when="2026-01-31T23:59:59Z")
    first = scene.say("approve charter", "ana", when="2026-02-01T00:00:00Z")
    last = scene.say("approve charter", "ana", when="2026-02-28T22:59:59Z")
    over = scene.say("approve charter", "ana", when="2026-02-28T23:00:00Z")
    assert scene.reasons(early) == ("key-not-yet-valid",)
    assert scene.reasons(first) == ("superseded",)
    assert scene.record(last).counts
    assert scene.reasons(over) == ("key-expired",)
    assert scene.record(over).signature.status == "expired"
    assert scene.record(early).signature.status == "not-yet-valid"


def test_the_clock_is_that_of_signed_ancestors(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "own", people=with_window(to="2026-03-01T00:00:00Z"))
    scene.commit("Later", "ben", when="2026-03-02T00:00:00Z")
    back = scene.say("approve charter", "ana", when="2026-02-01T00:00:00Z")
    assert scene.reasons(back) == ("key-expired",)


def test_a_date_in_the_future_moves_no_clock(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "own", people=with_window(to="2026-03-01T00:00:00Z"))
    scene.commit("Future", "ben", when="2099-01-01T00:00:00Z")
    scene.commit("Unsigned", None, when="2026-06-01T00:00:00Z")
    scene.say("approve charter", "ana", when="2026-02-01T00:00:00Z")
    assert scene.status(as_of=date(2026, 7, 1)) == "valid"


def test_a_retired_key_keeps_what_it_signed(scene: Scene) -> None:
    said = scene.say("approve charter", "ana")
    people = with_window(revoked={"on": "2026-01-01T00:00:00Z", "reason": "retired"})
    scene.commit(APPROVE, "ana", people=people)
    late = scene.say("approve charter", "ana")
    assert scene.record(said).counts
    assert scene.reasons(late) == ("key-retired",)
    assert scene.record(late).signature.status == "revoked"


def test_somebody_inactive_does_not_speak(scene: Scene) -> None:
    people = changed(PEOPLE)
    person(people, "ben")["active"] = "no"
    scene.commit(APPROVE, "ana", people=people)
    assert scene.reasons(scene.say("approve charter", "ben")) == ("not-active",)


def test_compromised_stays_even_if_the_entry_goes(scene: Scene) -> None:
    other = SigningKey.make("ana-other")
    said = scene.say("approve charter", "ana")
    scene.commit(APPROVE, "ana", people=with_window(revoked={"reason": "compromised"}))
    assert scene.reasons(said) == ("key-compromised",)
    assert scene.status() == "missing"
    scene.commit(APPROVE, other, people=with_window())
    late = scene.say("approve charter", "ana")
    assert scene.reasons(late) == ("key-compromised",)
    assert scene.reasons(said) == ("key-compromised",)


def test_what_a_compromised_key_added_falls_with_it(scene: Scene) -> None:
    planted = SigningKey.make("planted")
    more = with_key(PEOPLE, "mia", planted.line)
    adopted = scene.commit(APPROVE, "mia", people=more)
    scene.commit(
        "Demand\n\nSignoff: approve trust",
        "ana",
        signoffs={"signoffs": [{"artifact": "charter", "approvers": ["marketing"]}]},
    )
    said = scene.say("approve charter", planted)
    assert scene.status() == "valid"
    stolen = changed(more)
    person(stolen, "mia")["keys"][0]["revoked"] = {"reason": "compromised"}
    scene.commit(APPROVE, "ana", people=stolen)
    assert scene.reasons(said) == ("key-compromised",)
    answer = scene.answer()
    assert [f.commit for f in answer.findings if f.code == "trust-review-needed"] == [adopted]


# --- ids are never reused -----------------------------------------------------------------------------------------


def reused(scene: Scene) -> list[str]:
    return [finding.message for finding in scene.answer().findings if finding.code == "trust-id-reused"]


def without(name: str) -> dict[str, Any]:
    people = changed(PEOPLE)
    people["people"] = [entry for entry in people["people"] if entry["id"] != name]
    return people


def test_an_id_that_another_person_gets_is_told(scene: Scene) -> None:
    scene.commit(APPROVE, "ana", people=without("ben"))
    other = without("ben")
    other["people"].append({"id": "Ben", "name": "Leo Sand", "keys": [{"ssh": KEYS["leo"].line}]})
    other["people"][-1]["roles"] = [{"role": "lead"}]
    taken = scene.commit(APPROVE, "ana", people=other)
    (found,) = [finding for finding in scene.answer().findings if finding.code == "trust-id-reused"]
    assert found.message.startswith("`Ben` was Ben Okafor and is Leo Sand from here on")
    assert found.commit == taken
    scene.commit(APPROVE, "ana", people=without("ben"))
    assert reused(scene) == []  # nobody has it any more


def test_the_same_person_with_another_name_or_key_is_nobody_else(scene: Scene) -> None:
    renamed = changed(PEOPLE)
    person(renamed, "ben").update(name="Ben Sand")
    scene.commit(APPROVE, "ana", people=renamed)
    rotated = changed(renamed)
    person(rotated, "ben")["keys"] = [{"ssh": KEYS["leo"].line}]
    scene.commit(APPROVE, "ana", people=rotated)
    scene.commit(APPROVE, "ana", people=without("ben"))
    back = changed(PEOPLE)  # as he was called first, with a third key and an account
    person(back, "ben").update(keys=[{"ssh": KEYS["zoe"].line}], accounts=[{"host": "github.com", "id": "7"}])
    scene.commit(APPROVE, "ana", people=back)
    account = changed(back)
    person(account, "ben").update(name="B. O.", keys=[])
    scene.commit(APPROVE, "ana", people=account)
    assert reused(scene) == []


def test_a_seat_that_was_empty_is_nobody_else(scene: Scene) -> None:
    seat = without("ben")
    seat["people"].append({"id": "qa", "name": "N.N.", "kind": "vacant"})
    scene.commit(APPROVE, "ana", people=seat)
    taken = changed(seat)
    person(taken, "qa").update(name="Leo Sand", kind="person", keys=[{"ssh": KEYS["leo"].line}])
    scene.commit(APPROVE, "ana", people=taken)
    assert reused(scene) == []
