"""People who sign with OpenPGP keys: whose signature counts, by the key files of the trust state in force."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from certificates import ANA, MALLORY, MAY_SIGN, NAME, SIGNED, Forger, about_name, armored, subpacket
from gnupg import Keyring, OpenPGPKey
from repositories import SigningKey
from scenes import KEYS, PEOPLE, Scene, changed, person

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.signatures import openpgp
from mkdocs_ecompm.signatures.openpgp_packets import Packet

pytest.importorskip("pysequoia", reason="the extra `openpgp` is not installed")

APPROVE = "Trust\n\nSignoff: approve trust"
FILE = "project/keys/mia.asc"


class Team:
    """Mia has a key with a subkey; Kim's ends soon; Sam's is not in the project."""

    def __init__(self, keyring: Keyring) -> None:
        self.keyring = keyring
        self.mia, self.sam = keyring.make("mia"), keyring.make("sam", "rsa2048")
        self.kim = keyring.make("kim", when="20260101", expires="60d")
        self.gone, self.spare = keyring.make("gone"), keyring.make("spare")
        keyring.revoke(self.gone)
        self.pair = keyring.make("pair")
        self.whole = self.pair.exported
        self.subkey = keyring.add_subkey(self.pair)
        self.with_subkey = self.pair.exported
        self.part = OpenPGPKey(keyring, "pair", ("-u", f"{self.subkey}!"))


@pytest.fixture(scope="module")
def team() -> Iterator[Team]:
    with Keyring.create() as keyring:
        yield Team(keyring)


def holding(*names: str, who: str = "mia", **entry: Any) -> dict[str, Any]:
    """Everybody, and one of them with key files of these names instead of his SSH key."""
    people = changed(PEOPLE)
    person(people, who)["keys"] = [{"openpgp": f"keys/{name}.asc", **entry} for name in names]
    return people


def make(folder: Path, key: bytes, **entry: Any) -> Scene:
    """A project in which marketing, led by Mia, is asked, and Mia has the key."""
    scene = Scene(folder / "own", signoffs={"signoffs": [{"artifact": "charter", "approvers": ["marketing"]}]})
    scene.root = scene.commit(APPROVE, "ana", people=holding("mia", **entry), files={FILE: key})
    return scene


def say(scene: Scene, key: OpenPGPKey | SigningKey, **options: Any) -> str:
    return scene.say("approve charter", key, **options)  # type: ignore[arg-type]  # it signs as a SigningKey does


def test_a_key_in_the_key_file_speaks_for_its_owner(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    said = say(scene, team.mia)
    record = scene.record(said)
    assert (record.counts, record.person, record.assurance) == (True, "mia", "signed")
    assert (record.signature.format, record.signature.status, record.signature.key) == (
        "openpgp",
        "good",
        team.mia.fingerprint,
    )
    assert scene.status() == "valid"


def test_a_subkey_speaks_too_and_people_compare_the_primary_key(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.with_subkey)
    record = scene.record(say(scene, team.part))
    assert (record.counts, record.signature.key) == (True, team.pair.fingerprint)


def test_a_subkey_that_the_key_file_does_not_have_is_unknown(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.whole)
    assert scene.reasons(say(scene, team.part)) == ("unknown-key",)


def test_without_the_extra_it_is_unsupported(tmp_path: Path, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = make(tmp_path, team.mia.exported)
    said = say(scene, team.mia)
    monkeypatch.setattr(openpgp, "available", lambda: False)
    assert scene.reasons(said) == ("unsupported-signature",)
    assert scene.status() == "missing"
    assert len(scene.signoffs().trust.heads) == 1
    assert not scene.signoffs().trust.pending


def test_a_strangers_key_is_unknown_and_before_the_root_nobody_is_known(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    early = say(scene, team.mia)
    root = scene.commit("Go on", "ana")
    assert scene.reasons(say(scene, team.sam)) == ("unknown-key",)
    assert scene.reasons(early, trust_roots=(root,)) == ("before-trust-root",)


def test_a_changed_commit_under_an_old_signature_is_bad(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    said = say(scene, team.mia, more={"change": lambda raw: raw.replace(b"Decide", b"Denied")})
    assert scene.reasons(said) == ("bad-signature",)


def test_the_window_in_people_binds_it(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported, **{"from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z"})
    early = say(scene, team.mia, when="2026-01-31T23:59:59Z")
    within = say(scene, team.mia, when="2026-02-01T00:00:00Z")
    over = say(scene, team.mia, when="2026-03-01T00:00:00Z")
    assert scene.reasons(early) == ("key-not-yet-valid",)
    assert scene.record(within).counts
    assert scene.reasons(over) == ("key-expired",)


def test_the_end_in_the_certificate_binds_it(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.kim.exported)
    within = say(scene, team.kim.at("20260210"), when="2026-02-10T12:00:00Z")
    dated = say(scene, team.kim.at("20260215"), when="2026-04-01T12:00:00Z")
    assert scene.record(within).counts
    assert scene.reasons(dated) == ("key-expired",)
    assert scene.record(dated).person == "mia"


@pytest.mark.parametrize(("reason", "code"), [("retired", "key-retired"), ("compromised", "key-compromised")])
def test_a_revocation_in_people(tmp_path: Path, team: Team, reason: str, code: str) -> None:
    scene = make(tmp_path, team.mia.exported)
    early = say(scene, team.mia)
    scene.commit(APPROVE, "ana", people=holding("mia", revoked={"reason": reason}))
    late = say(scene, team.mia)
    assert scene.reasons(late) == (code,)
    assert scene.reasons(early) == ((code,) if reason == "compromised" else ())


def test_a_revocation_in_the_certificate_retires_it_from_its_adoption_on(tmp_path: Path) -> None:
    """What the key signed before stands, but not what it signed beside the adoption."""
    with Keyring.create() as keyring:
        mia = keyring.make("mia")
        scene = make(tmp_path, mia.exported)
        early = say(scene, mia)
        side = say(scene, mia, parents=[early], more={"branch": "side"})
        keyring.revoke(mia)
        scene.commit("A new key file", "ana", files={FILE: mia.exported})
    assert scene.record(early).counts
    assert scene.signoffs().trust.pending
    adopted = scene.commit(APPROVE, "ana")
    assert scene.signoffs().trust.heads == (adopted,)
    assert scene.record(early).counts
    tip = scene.commit("Merge", "ben", parents=[adopted, side])
    assert scene.reasons(side, at=tip) == ("key-retired",)
    assert scene.record(early, at=tip).counts


def test_a_swapped_key_file_waits_and_the_old_one_is_still_in_force(tmp_path: Path, team: Team) -> None:
    """Threat 6: the file comes from the trust state in force, not from the working tree or the tip."""
    scene = make(tmp_path, team.mia.exported)
    scene.commit("Swap", "ben", files={FILE: team.sam.exported})
    assert scene.reasons(say(scene, team.sam)) == ("unknown-key",)
    said = say(scene, team.mia)
    assert scene.record(said).counts
    scene.commit(APPROVE, "ana")
    assert scene.record(said).counts
    assert scene.reasons(say(scene, team.mia)) == ("unknown-key",)
    assert scene.record(say(scene, team.sam)).counts


def test_a_person_adds_a_key_file_to_himself_alone(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    more = {"project/keys/spare.asc": team.spare.exported}
    adopted = scene.commit(APPROVE, team.mia, people=holding("mia", "spare"), files=more)  # type: ignore[arg-type]
    trust = scene.signoffs().trust
    assert trust.heads == (adopted,)
    assert trust.adopted[-1].added == team.spare.fingerprint
    said = say(scene, team.spare)
    assert scene.record(said).counts
    stolen = holding("mia", "spare")
    person(stolen, "mia")["keys"][0]["revoked"] = {"reason": "compromised"}
    scene.commit(APPROVE, "ana", people=stolen)
    assert scene.reasons(said) == ("key-compromised",)


def test_8_nobody_takes_back_the_key_of_another(tmp_path: Path) -> None:
    """Ben's certificate claims Mia's key as a subkey, which never agreed, and revokes it. He may add it alone."""

    class Mia:
        """Her key, in the shape in which a commit takes one."""

        identity = "Mia <mia@shop.example>"

        def sign(self, payload: bytes, _namespace: str = "git") -> bytes:
            return armored(ANA.says(0, payload, at=SIGNED))

    def own(key: Forger) -> list[Packet]:
        return [Packet(6, key.body), Packet(13, NAME), Packet(2, about_name(key, by=key))]

    def encoded(packets: list[Packet]) -> bytes:
        return b"".join(packet.encoded for packet in packets)

    scene = make(tmp_path, encoded(own(ANA)))
    scene.say("approve charter", Mia())  # type: ignore[arg-type]  # it signs as a SigningKey does
    assert scene.status() == "valid"
    text = MALLORY.text + ANA.text
    claim = [MALLORY.says(0x18, text, subpacket(27, MAY_SIGN)), MALLORY.says(0x28, text)]
    people = holding("mia")
    person(people, "ben")["keys"].append({"openpgp": "keys/ben.asc"})
    stranger = encoded([*own(MALLORY), Packet(14, ANA.body), *(Packet(2, body) for body in claim)])
    added = scene.commit(APPROVE, "ben", people=people, files={"project/keys/ben.asc": stranger})
    assert scene.signoffs().trust.heads == (added,)
    said = scene.say("reject charter", Mia())  # type: ignore[arg-type]
    assert scene.record(said).counts
    assert scene.status() == "rejected"


@pytest.mark.parametrize("case", ["two in a file", "replaced", "unreadable", "another's", "revoked"])
def test_and_nothing_else_alone(tmp_path: Path, team: Team, case: str) -> None:
    scene = make(tmp_path, team.mia.exported)
    spare = team.spare.exported
    files: dict[str, Any] = {
        "two in a file": {"project/keys/spare.asc": spare + team.sam.exported},
        "replaced": {FILE: team.sam.exported, "project/keys/spare.asc": spare},
        "unreadable": {"project/keys/spare.asc": b"nonsense"},
        "revoked": {"project/keys/spare.asc": team.gone.exported},
    }.get(case, {"project/keys/spare.asc": spare})
    people = holding("mia", "spare")
    if case == "another's":
        people = holding("mia")
        person(people, "eva")["keys"].append({"openpgp": "keys/spare.asc"})
    scene.commit(APPROVE, team.mia, people=people, files=files)  # type: ignore[arg-type]
    assert scene.signoffs().trust.heads == (scene.root,)


def test_an_admin_with_an_openpgp_key_adopts(tmp_path: Path, team: Team) -> None:
    people = holding("mia", who="ana")
    scene = Scene(tmp_path / "own")
    scene.commit(APPROVE, "ana", people=people, files={FILE: team.mia.exported})
    renamed = changed(people)
    person(renamed, "eva")["name"] = "Eva L."
    adopted = scene.commit(APPROVE, team.mia, people=renamed)  # type: ignore[arg-type]
    assert scene.signoffs().trust.heads == (adopted,)
    assert scene.signoffs().trust.adopted[-1].by == ("ana",)


def test_one_certificate_under_two_people_is_no_trust_state(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.with_subkey)
    shared = holding("mia")
    person(shared, "eva")["keys"] = [{"openpgp": "keys/eva.asc"}]
    scene.commit(APPROVE, "ana", people=shared, files={"project/keys/eva.asc": team.whole})
    assert scene.signoffs().trust.heads == (scene.root,)
    assert "same key" in scene.answer().findings[0].message


def test_a_key_file_that_cannot_be_read_speaks_for_nobody(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, b"nonsense")
    assert scene.reasons(say(scene, team.mia)) == ("unknown-key",)
    assert scene.signoffs().trust.heads == (scene.root,)


def test_a_key_file_behind_a_link_is_no_trust_state(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    tree = scene.repository.files(scene.repository.tip() or "")
    tree["project/keys/eva.asc"] = ("120000", scene.repository.store("blob", b"mia.asc"))
    base = scene.commit("Link", "ben")
    scene.repository._trees[base] = tree
    linked = holding("mia")
    person(linked, "eva")["keys"] = [{"openpgp": "keys/eva.asc"}]
    scene.commit(APPROVE, "ana", people=linked)
    assert scene.signoffs().trust.heads == (scene.root,)
    for path in ("../keys/mia.asc", "/keys/mia.asc", "keys/../keys/mia.asc"):
        outside = holding("mia")
        person(outside, "eva")["keys"] = [{"openpgp": path}]
        scene.commit(APPROVE, "ana", people=outside)
        assert scene.signoffs().trust.heads == (scene.root,)


def test_the_same_payload_with_a_forged_signature_does_not_hide_the_true_one(tmp_path: Path, team: Team) -> None:
    """The forged commit names Mia's key and comes first; hers is no duplicate of it."""
    scene = make(tmp_path, team.mia.exported)
    start, when = scene.root, "2026-02-01T00:00:00Z"

    def forge(raw: bytes) -> bytes:
        head, gap, message = raw.partition(b"\n\n")
        other = team.mia.sign(b"something else").rstrip(b"\n").replace(b"\n", b"\n ")
        return head[: head.index(b"\ngpgsig ")] + b"\ngpgsig " + other + gap + message

    forged = say(scene, team.mia, parents=[start], when=when, more={"branch": "a", "change": forge})
    true = say(scene, team.mia, parents=[start], when=when, more={"branch": "b"})
    tip = scene.commit("Merge", "ben", parents=[forged, true])
    assert scene.reasons(forged, at=tip) == ("bad-signature",)
    assert scene.record(true, at=tip).counts
    again = say(scene, team.mia.at("20260301"), parents=[start], when=when, more={"branch": "c"})
    tip = scene.commit("Merge", "ben", parents=[tip, again])
    assert sorted(scene.reasons(one, at=tip) for one in (true, again)) == [(), ("duplicate",)]


def test_12_a_forges_own_key_is_no_person(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    web_flow = team.sam
    said = scene.say("approve charter", web_flow, more={"author": KEYS["mia"].identity, "committer": web_flow.identity})  # type: ignore[arg-type]
    assert scene.reasons(said) == ("unknown-key",)
    assert (scene.record(said).person, scene.record(said).assurance) == (None, "claimed")


@pytest.mark.parametrize("order", [1, -1])
def test_9_a_good_and_a_bad_signature_in_one_block(tmp_path: Path, team: Team, order: int) -> None:
    """The second verifies, or the first: neither way does the pair count."""
    scene = make(tmp_path, team.mia.exported)

    def pair(raw: bytes) -> bytes:
        head, gap, message = raw.partition(b"\n\n")
        start = head.index(b"\ngpgsig ")
        good = head[start + 8 :].replace(b"\n ", b"\n") + b"\n"
        both = b"".join([good, team.mia.sign(b"other")][::order]).rstrip(b"\n").replace(b"\n", b"\n ")
        return head[:start] + b"\ngpgsig " + both + gap + message

    assert scene.reasons(say(scene, team.mia, more={"change": pair})) == ("bad-signature",)


# --- findings -----------------------------------------------------------------------------------------------------


_CODES = {"path-outside-project", "unknown-file", "bad-key", "key-shared"}
_AT = "project/people.yml"


def found(folder: Path, **files: bytes) -> list[str]:
    """The findings about key files: Mia's, Eva's and Ben's."""
    project = folder / "project"
    (project / "keys").mkdir(parents=True)
    for name, data in files.items():
        (project / f"keys/{name}.asc").write_bytes(data)
    (project / "people.yml").write_text(
        "people:\n"
        "  - {id: mia, name: Mia, keys: [{openpgp: keys/mia.asc}]}\n"
        "  - {id: eva, name: Eva, keys: [{openpgp: keys/eva.asc}]}\n"
        "  - {id: ben, name: Ben, keys: [{openpgp: keys/ben.asc}]}\n"
    )
    if "eva" not in files:
        (project / "keys/eva.asc").symlink_to("mia.asc")
    answer = assemble(Setting(folder=project, as_of=date(2026, 6, 1)))
    return [f"{one.source}: {one.code}" for one in answer.findings if one.code in _CODES]


def test_what_is_wrong_with_key_files(tmp_path: Path, team: Team) -> None:
    linked = found(tmp_path / "a", mia=team.mia.exported)
    behind = "project/keys/eva.asc:1:1: path-outside-project"
    assert linked == [behind, f"{_AT}:3:34: path-outside-project", f"{_AT}:4:34: unknown-file"]
    shared = found(tmp_path / "b", mia=team.with_subkey, eva=team.whole, ben=b"nonsense")
    assert shared == [f"{_AT}:3:34: key-shared", f"{_AT}:4:34: bad-key"]


def test_a_key_file_with_a_secret_key_is_a_bad_key(tmp_path: Path, team: Team) -> None:
    secret = team.keyring.gpg("--armor", "--export-secret-keys", team.spare.user)
    assert found(tmp_path, mia=secret, eva=team.sam.exported, ben=team.kim.exported) == [f"{_AT}:2:34: bad-key"]


def as_ssh(team: Team, key: OpenPGPKey) -> str:
    return " ".join(team.keyring.gpg("--export-ssh-key", f"{key.fingerprint}!").decode().split()[:2])


def checked(scene: Scene) -> list[Finding]:
    scene.repository.check_out()
    return list(assemble(Setting(folder=scene.repository.folder / "project", as_of=date(2026, 6, 1))).findings)


def test_an_openpgp_key_and_the_same_key_for_ssh_are_one(tmp_path: Path, team: Team) -> None:
    """Two people: no such state is adopted, and the finding says so. One person: nothing is wrong."""
    for key in (team.mia, team.sam):
        scene = make(tmp_path / key.name, key.exported)
        twice = holding("mia")
        person(twice, "eva")["keys"].append({"ssh": as_ssh(team, key)})
        scene.commit(APPROVE, "ana", people=twice)
        answer = scene.answer()
        assert "trust-change-pending" in [finding.code for finding in answer.findings]
        assert answer.signoffs.trust.pending is None
        messages = [item.message for item in checked(scene) if item.code == "key-shared"]
        assert messages == ["a key in keys/mia.asc already belongs to Eva Lind: one key, one person"]
        own = holding("mia")
        person(own, "mia")["keys"].append({"ssh": as_ssh(team, key)})
        adopted = scene.commit(APPROVE, "ana", people=own)
        assert scene.signoffs().trust.heads == (adopted,)
        assert "key-shared" not in [item.code for item in checked(scene)]


def test_a_stolen_key_is_stolen_in_every_form(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    said = say(scene, team.mia)
    assert scene.status() == "valid"
    people = holding("mia")
    person(people, "mia")["keys"].append({"ssh": as_ssh(team, team.mia), "revoked": {"reason": "compromised"}})
    adopted = scene.commit(APPROVE, "ana", people=people)
    assert scene.reasons(said) == ("key-compromised",)
    more = changed(people)
    person(more, "mia")["keys"].append({"ssh": KEYS["zoe"].line})
    scene.commit(APPROVE, team.mia, people=more)  # type: ignore[arg-type]
    assert scene.signoffs().trust.heads == (adopted,)


def test_nobody_adds_alone_a_key_that_somebody_had_in_another_form(tmp_path: Path, team: Team) -> None:
    scene = make(tmp_path, team.mia.exported)
    people = holding("mia")
    person(people, "mia")["keys"].append({"ssh": as_ssh(team, team.mia)})
    scene.commit(APPROVE, team.mia, people=people)  # type: ignore[arg-type]
    assert "trust-change-pending" in scene.codes()
