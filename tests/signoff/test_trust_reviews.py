"""Reviews by admins that put a trust state into force, where `trust.reviews` says that they may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from repositories import SigningKey
from reviewed_scenes import HOST, ReviewedScene, with_reviews
from scenes import KEYS, PEOPLE, changed, person

BOTH: dict[str, Any] = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"})
TWO: dict[str, Any] = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "2"})


def renamed(people: dict[str, Any], name: str = "Mia K.") -> dict[str, Any]:
    found = changed(people)
    person(found, "mia")["name"] = name
    return found


class TrustScene(ReviewedScene):
    """A scene in which pull requests change people.yml."""

    def __init__(self, folder: Path, people: dict[str, Any] = BOTH, **trust: Any) -> None:
        super().__init__(folder, people=with_reviews(people, **{"reviews": "yes", **trust}))

    def propose(self, people: dict[str, Any], start: str | None = None) -> str:
        """A squash merge of a change of people.yml, by the forge: unsigned."""
        return self.commit("Squash", None, people=people, parents=[start or self.repository.tip() or ""])

    def of_trust(self, who: str, state: str = "approved", **changes: Any) -> dict[str, Any]:
        """A review of the trust state at the tip."""
        reviewed = changes.pop("of", None) or self.repository.tip() or ""
        artifacts = {"trust": self.digest("trust", reviewed)}
        return self.review(who, state, of=reviewed, **{"artifacts": artifacts, **changes})

    def heads(self, commit: str | None = None, **options: Any) -> tuple[str, ...]:
        """The trust states in force."""
        return self.signoffs(commit, **options).trust.heads


@pytest.fixture
def scene(tmp_path: Path) -> TrustScene:
    return TrustScene(tmp_path / "repository")


def test_an_admin_approves_a_change_of_trust_in_the_browser(scene: TrustScene) -> None:
    scene.propose(renamed(scene.people))
    assert scene.signoffs().trust.pending
    recorded = scene.record_reviews(scene.of_trust("ana"))
    trust = scene.signoffs().trust
    assert (trust.heads, trust.pending) == ((recorded,), None)
    (adopted,) = trust.adopted
    assert (adopted.by, adopted.approvals) == (("ana",), (recorded,))
    assert scene.why() == [()]
    assert scene.codes() == []


def test_not_where_trust_does_not_allow_it(tmp_path: Path) -> None:
    scene = TrustScene(tmp_path / "own", reviews="no")
    scene.propose(renamed(scene.people))
    scene.record_reviews(scene.of_trust("ana"))
    assert (scene.heads(), scene.why()) == ((scene.root,), [("assurance-too-low",)])


def test_allowing_it_is_not_approved_by_a_review(tmp_path: Path) -> None:
    """The rule of the state before is asked, never that of the state which is to come."""
    scene = TrustScene(tmp_path / "own", reviews="no")
    scene.propose(with_reviews(BOTH, reviews="yes"))
    scene.record_reviews(scene.of_trust("ana"))
    assert scene.heads() == (scene.root,)


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"who": "mia"}, ("not-in-role",)),
        ({"who": "mallory"}, ("unknown-account",)),
        ({"state": "commented"}, ("review-commented",)),
        ({"about": {"merged": None}}, ("not-merged",)),
        ({"about": {"author": {"login": "ana-r", "id": 11}}}, ("own-pull-request",)),
        ({"about": {"merge_base": "c" * 40}}, ("digest-mismatch",)),
        ({"reviewer": {"login": "ana-r", "id": None}}, ("unknown-account",)),
        ({"commit": None}, ("review-commented",)),
        ({"artifacts": {"trust": "sha256:" + "0" * 64}}, ("digest-mismatch",)),
        ({"artifacts": {"trust": "sha256:" + "0" * 64}, "commit": "c" * 40}, ()),
        ({"by": "mallory"}, ("attestor-unknown",)),
        ({"by": "ana"}, ("attestor-unknown",)),
        ({"files": {"README.md": "x"}}, ("attestor-unknown",)),
    ],
)
def test_what_puts_nothing_into_force(scene: TrustScene, changes: dict[str, Any], reasons: tuple[str, ...]) -> None:
    scene.propose(renamed(scene.people))
    options = {name: changes.pop(name) for name in ("about", "files") if name in changes}
    by = changes.pop("by", "collector")
    who, state = changes.pop("who", "ana"), changes.pop("state", "approved")
    scene.record_reviews(scene.of_trust(who, state, **changes), who=by, **options)
    assert (scene.heads(), scene.why()) == ((scene.root,), [reasons])


def test_one_key_of_ones_own_is_added_with_a_signature_only(tmp_path: Path) -> None:
    scene = TrustScene(tmp_path / "own")
    people = changed(scene.people)
    person(people, "eva")["keys"].append({"ssh": SigningKey.make("eva2").line})
    scene.propose(people)
    scene.record_reviews(scene.of_trust("eva"))
    assert scene.heads() == (scene.root,)


def test_a_quorum_of_reviews_and_signatures(tmp_path: Path) -> None:
    scene = TrustScene(tmp_path / "own", TWO)
    scene.propose(renamed(scene.people))
    start = scene.record_reviews(scene.of_trust("ana"))
    assert scene.heads() == (scene.root,)
    again = scene.record_reviews(scene.of_trust("ana", id="R2"), about={"number": 8})
    assert scene.heads() == (scene.root,), "one person is one voice"
    signed = scene.say("approve trust", "ben", parents=[again])
    assert scene.heads() == (signed,)
    second = scene.record_reviews(
        scene.of_trust("ben", of=start), about={"number": 9, "merged": start}, parents=[start]
    )
    assert scene.heads(second) == (second,)


def test_an_approval_from_another_trust_state_does_not_count(scene: TrustScene) -> None:
    """Ana approved the step from the root; meanwhile Ben brought another state into force."""
    change = scene.propose(renamed(scene.people))
    review = scene.of_trust("ana", of=change)
    other = changed(scene.people)
    person(other, "eva")["name"] = "Eva L."
    adopted = scene.commit("Trust\n\nSignoff: approve trust", "ben", people=other)
    scene.commit("The old proposal again", None, people=renamed(scene.people))
    scene.record_reviews(review, about={"merged": change})
    assert (scene.heads(), scene.why()) == ((adopted,), [("digest-mismatch",)])


def test_an_old_approval_is_not_used_again(scene: TrustScene) -> None:
    """The state that Ana approved was put into force and taken away; the same evidence brings it back no more."""
    scene.propose(renamed(scene.people))
    review = scene.of_trust("ana")
    about: dict[str, Any] = {"merged": scene.repository.tip()}
    scene.record_reviews(review, about=about)
    back = scene.commit("Trust\n\nSignoff: approve trust", "ben", people=scene.people)
    scene.commit("Again", None, people=renamed(scene.people), files={f"project/evidence/{HOST}-7.json": None})
    scene.record_reviews(review, about=about)
    assert scene.heads() == (back,)
    assert scene.signoffs().trust.pending


@pytest.mark.parametrize("state", ["changes_requested", "dismissed"])
def test_a_refusal_takes_the_approval_back(tmp_path: Path, state: str) -> None:
    scene = TrustScene(tmp_path / "own", TWO)
    change = scene.propose(renamed(scene.people))
    review = scene.of_trust("ana", of=change)
    about: dict[str, Any] = {"merged": change}
    scene.record_reviews(review, about=about)
    no = scene.of_trust("ana", state, of=change, submitted_at="2026-01-04T12:30:00Z")
    scene.record_reviews(no, about=about)
    scene.say("approve trust", "ben")
    assert scene.heads() == (scene.root,)
    yes = scene.of_trust("ana", of=change, id="R3", submitted_at="2026-01-04T12:45:00Z")
    settled = scene.record_reviews(no, yes, about=about)
    assert scene.heads() == (settled,)


def test_the_order_within_one_recording_is_that_of_the_reviews(tmp_path: Path) -> None:
    scene = TrustScene(tmp_path / "own", TWO)
    change = scene.propose(renamed(scene.people))
    no = scene.of_trust("ana", "changes_requested", of=change)
    yes = scene.of_trust("ana", of=change, id="R2", submitted_at="2026-01-04T12:45:00Z")
    ben = scene.of_trust("ben", of=change)
    about: dict[str, Any] = {"merged": change}
    right = scene.record_reviews(no, yes, ben, about=about)
    assert scene.heads() == (right,)
    late = {**no, "submitted_at": "2026-01-04T13:00:00Z"}
    wrong = scene.record_reviews(late, yes, ben, about=about, parents=[change])
    assert scene.heads(wrong) == (scene.root,)
    same = {**no, "submitted_at": yes["submitted_at"]}
    tie = scene.record_reviews(same, yes, ben, about=about, parents=[change])
    assert scene.heads(tie) == (scene.root,)


def test_a_signed_refusal_after_the_review_stands(tmp_path: Path) -> None:
    """Ana approved in the browser, then signed a no; the collector recorded the approval only afterwards."""
    scene = TrustScene(tmp_path / "own")
    change = scene.propose(renamed(scene.people))
    scene.say("reject trust", "ana")
    scene.record_reviews(scene.of_trust("ana", of=change), about={"merged": change})
    assert scene.heads() == (scene.root,)
    later = scene.of_trust("ana", of=change, id="R2", submitted_at="2026-02-01T00:00:00Z")
    settled = scene.record_reviews(later, about={"merged": change, "number": 8})
    assert scene.heads() == (settled,)


def test_an_approval_by_a_stolen_attestor_is_told(scene: TrustScene) -> None:
    scene.propose(renamed(scene.people))
    adopted = scene.record_reviews(scene.of_trust("ana"))
    stolen = changed(renamed(scene.people))
    person(stolen, "collector")["keys"] = [{"ssh": KEYS["collector"].line, "revoked": {"reason": "compromised"}}]
    tip = scene.commit("Trust\n\nSignoff: approve trust", "ben", people=stolen)
    answer = scene.answer()
    assert answer.signoffs.trust.heads == (tip,)
    (found,) = [one for one in answer.findings if one.code == "trust-review-needed"]
    assert (found.commit, "Collector" in found.message) == (adopted, True)
    assert scene.why() == [("key-compromised",)]


def test_trust_that_an_attestor_made_beside_his_removal(scene: TrustScene) -> None:
    """The collector is removed; on an older branch it records an admin's approval of a friend, who signs there."""
    gone = changed(scene.people, trust={**scene.people["trust"], "attestors": []})
    removed = scene.commit("Trust\n\nSignoff: approve trust", "ben", people=gone)
    zoe = {"id": "zoe", "name": "Zoe", "roles": [{"role": "sponsor"}], "keys": [{"ssh": KEYS["zoe"].line}]}
    planted = scene.propose(changed(scene.people, people=[*scene.people["people"], zoe]), scene.root)
    adopted = scene.record_reviews(scene.of_trust("ana", of=planted), parents=[planted], about={"merged": planted})
    said = scene.say("approve charter", "zoe", parents=[adopted])
    assert scene.status(commit=said) == "valid"
    tip = scene.commit("Merge", "eva", parents=[removed, said])
    assert scene.reasons(said, at=tip) == ("trust-conflict",)


def test_trust_that_a_removed_admin_approved_by_review_beside_his_removal(scene: TrustScene) -> None:
    gone = changed(scene.people, trust={**scene.people["trust"], "admins": ["ben"]})
    removed = scene.commit("Trust\n\nSignoff: approve trust", "ben", people=gone)
    zoe = {"id": "zoe", "name": "Zoe", "roles": [{"role": "sponsor"}], "keys": [{"ssh": KEYS["zoe"].line}]}
    planted = scene.propose(changed(scene.people, people=[*scene.people["people"], zoe]), scene.root)
    adopted = scene.record_reviews(scene.of_trust("ana", of=planted), parents=[planted], about={"merged": planted})
    said = scene.say("approve charter", "zoe", parents=[adopted])
    tip = scene.commit("Merge", "eva", parents=[removed, said])
    assert scene.reasons(said, at=tip) == ("trust-conflict",)


def test_a_trust_state_without_keys_of_its_admins(tmp_path: Path) -> None:
    """Admins who only ever review can be the admins: their accounts are their signatures."""
    people = changed(BOTH)
    person(people, "ana")["keys"] = []
    person(people, "ben")["keys"] = []
    scene = TrustScene(tmp_path / "own", people)
    scene.propose(renamed(scene.people))
    recorded = scene.record_reviews(scene.of_trust("ben"))
    assert scene.heads() == (recorded,)


def test_a_digest_that_is_not_that_of_the_commit_reviewed(scene: TrustScene) -> None:
    """Ana reviewed the state as it was; what is recorded is the digest of another one."""
    before = scene.repository.tip() or ""
    change = scene.propose(renamed(scene.people))
    scene.record_reviews(scene.of_trust("ana", commit=before), about={"merged": change})
    assert (scene.heads(), scene.why()) == ((scene.root,), [("digest-mismatch",)])


def test_an_approval_of_a_step_from_an_older_state_is_none_whatever_the_file_says_of_the_branch(
    scene: TrustScene,
) -> None:
    """The branch merged a change of trust after it was approved, and left its own older text as it was."""
    start = scene.repository.tip() or ""
    proposed = renamed(changed(scene.people))
    approved = scene.commit("Rename Mia", "leo", people=proposed, parents=[start], more={"branch": None})
    without_ben = changed(scene.people)
    without_ben["trust"]["admins"] = ["ana"]
    left = scene.commit("Ben left\n\nSignoff: approve trust", "ana", people=without_ben, parents=[start])
    assert scene.heads() == (left,)
    head = scene.commit("Merge main", "leo", people=proposed, parents=[approved, left], more={"branch": None})
    merged = scene.commit("Squash", None, people=proposed, parents=[left])
    review = scene.of_trust("ana", of=approved)
    scene.record_reviews(review, about={"base": left, "merge_base": left, "head": head, "merged": merged})
    assert (scene.why(), scene.heads()) == ([("digest-mismatch",)], (left,))
    scene.record_reviews(
        {**review, "id": "R-2", "commit": head},
        about={"base": left, "merge_base": left, "head": head, "merged": merged},
    )
    assert scene.heads() != (left,), "what was approved after the merge is of the step from there"
