"""The threats that the docs name, each with the reason code that answers it. The numbers are those of the docs."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from repositories import SigningKey, TestRepository, armor, insert_signature, wire
from scenes import AS_OF, CHARTER, KEYS, PEOPLE, PROJECT, SIGNOFFS, Scene, changed, person, text

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.signoff.evaluation import Request, evaluate

APPROVE = "Trust\n\nSignoff: approve trust"
SAY = "Decide\n\nSignoff: approve charter"
MALLORY = KEYS["mallory"]


def with_key(people: dict[str, Any], name: str, key: SigningKey) -> dict[str, Any]:
    found = changed(people)
    person(found, name)["keys"].append({"ssh": key.line})
    return found


def retired(people: dict[str, Any], name: str, **revoked: str) -> dict[str, Any]:
    found = with_key(people, name, SigningKey.make(f"{name}-new"))
    person(found, name)["keys"][0]["revoked"] = revoked or {"reason": "retired"}
    return found


def test_1_own_key_added_to_anothers_entry_in_the_same_commit(scene: Scene) -> None:
    said = scene.commit(f"{SAY}\nSignoff: approve trust", MALLORY, people=with_key(PEOPLE, "ana", MALLORY))
    assert scene.reasons(said) == ("unknown-key",)
    assert scene.record(said).assurance == "claimed"
    assert scene.signoffs().trust.heads == (scene.root,)
    own = scene.commit(SAY, SigningKey.make("ben2"), people=with_key(PEOPLE, "ben", SigningKey.make("ben2")))
    assert scene.reasons(own) == ("unknown-key",)


def test_2_an_old_state_does_not_come_back(scene: Scene) -> None:
    gone = changed(PEOPLE)
    person(gone, "ana")["roles"] = []
    person(gone, "ben")["roles"] = [{"role": "sponsor"}]
    adopted = scene.commit(APPROVE, "ana", people=gone)
    back = scene.commit("Old people again", "mallory", people=PEOPLE)
    assert scene.signoffs(back).trust.heads == (adopted,)
    said = scene.commit(SAY, "ana")
    assert scene.reasons(said) == ("not-in-role",)


def test_2_a_merge_with_an_old_commit_as_first_parent_and_an_octopus(scene: Scene) -> None:
    old = scene.commit("Old", "ben")
    gone = changed(PEOPLE)
    person(gone, "ben")["active"] = "no"
    adopted = scene.commit(APPROVE, "ana", people=gone)
    merge = scene.commit("Merge", "ben", parents=[old, adopted])
    said = scene.commit("Decide\n\nSignoff: approve charter as=ben", "ben", parents=[merge])
    assert scene.signoffs().trust.heads == (adopted,)
    assert scene.reasons(said) == ("not-active",)
    octopus = scene.commit("Octopus", "ben", parents=[scene.root, old, adopted, merge], more={"tree_of": old})
    assert scene.signoffs(octopus).trust.heads == (adopted,)


def test_3_a_rebase_signing_anothers_line_is_relayed(scene: Scene) -> None:
    said = scene.commit(SAY, "ana", more={"author": MALLORY.identity, "committer": KEYS["ana"].identity})
    assert scene.reasons(said) == ("relayed",)
    assert scene.record(said).assurance == "claimed"
    amended = scene.commit(SAY, "ana", more={"author_when": "2026-01-01T00:00:00Z"})
    assert scene.reasons(amended) == ("relayed",)


def test_3_a_merge_says_nothing_of_its_own(scene: Scene) -> None:
    side = scene.commit("Side", "ben", parents=[scene.root], more={"branch": "side"})
    main = scene.commit("Main", "ben", parents=[scene.root])
    merge = scene.commit("Merge tag 'v1'\n\nthe tag's text\n\nSignoff: approve charter", "ana", parents=[main, side])
    assert scene.reasons(merge) == ("relayed",)
    logged = scene.commit("Merge\n\n* side:\n  Signoff: approve charter", "ana", parents=[merge, side])
    assert [record.commit for record in scene.signoffs(logged).records] == [merge]


def test_3_a_root_commit_and_a_shared_change_are_nobodys_own(scene: Scene) -> None:
    orphan = scene.commit(SAY, "ana", parents=[], more={"branch": "orphan"})
    tip = scene.commit("Merge", "ana", parents=[scene.root, orphan])
    assert scene.reasons(orphan, at=tip) == ("before-trust-root",)


@pytest.mark.parametrize(("how", "code"), [("retired", "key-retired"), ("compromised", "key-compromised")])
def test_4_a_back_dated_commit_forked_before_the_change(scene: Scene, how: str, code: str) -> None:
    before = scene.commit("Before", "ana", when="2026-02-01T00:00:00Z")
    change = scene.commit(APPROVE, "ana", people=retired(PEOPLE, "ana", reason=how), when="2026-03-01T00:00:00Z")
    said = scene.commit(SAY, "ana", parents=[before], when="2026-02-02T00:00:00Z", more={"branch": "side"})
    tip = scene.commit("Merge", "ben", parents=[change, said])
    assert scene.reasons(said, at=tip) == (code,)
    assert scene.status(commit=tip) == "missing"


def test_4_a_back_dated_commit_with_an_expired_key(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "ana")["keys"] = [
        {"ssh": KEYS["ana"].line, "to": "2026-03-01T00:00:00Z"},
        {"ssh": SigningKey.make("ana2").line},
    ]
    scene = Scene(tmp_path / "own", people=people)
    before = scene.commit("Before", "ben", when="2026-02-01T00:00:00Z")
    more = changed(people, roles=[*people["roles"], {"id": "new", "name": "New"}])
    adopted = scene.commit(APPROVE, SigningKey.make("ana2"), people=more, when="2026-04-01T00:00:00Z")
    said = scene.commit(SAY, "ana", parents=[before], when="2026-02-02T00:00:00Z", more={"branch": "side"})
    tip = scene.commit("Merge", "ben", parents=[adopted, said])
    assert scene.reasons(said, at=tip) == ("key-expired",)


@pytest.mark.parametrize(
    ("change", "code"), [("roles", "not-in-role"), ("active", "not-active"), ("keys", "key-retired")]
)
def test_4_a_back_dated_commit_after_losing_the_role(scene: Scene, change: str, code: str) -> None:
    people = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"})
    both = scene.commit(APPROVE, "ana", people=people)
    gone = changed(people)
    lost = {"roles": [], "active": "no", "keys": [{"ssh": SigningKey.make("ana3").line}]}
    person(gone, "ana")[change] = lost[change]
    adopted = scene.commit(APPROVE, "ben", people=gone)
    said = scene.commit(SAY, "ana", parents=[both], more={"branch": "side"}, when="2026-01-05T12:00:00Z")
    tip = scene.commit("Merge", "ben", parents=[adopted, said])
    assert scene.reasons(said, at=tip) == (code,)


def test_4_trust_that_a_removed_admin_made_beside_his_removal(scene: Scene) -> None:
    """Mallory is removed as an admin; on an older branch he enrols a friend, who signs there."""
    people = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"})
    both = scene.commit(APPROVE, "ana", people=people)
    removed = scene.commit(APPROVE, "ana", people=PEOPLE)
    zoe = {"id": "zoe", "name": "Zoe", "roles": [{"role": "sponsor"}], "keys": [{"ssh": KEYS["zoe"].line}]}
    planted = scene.commit(APPROVE, "ben", people=changed(people, people=[*people["people"], zoe]), parents=[both])
    said = scene.commit(SAY, "zoe", parents=[planted])
    assert scene.status(commit=said) == "valid"
    tip = scene.commit("Merge", "eva", parents=[removed, said])
    assert scene.reasons(said, at=tip) == ("trust-conflict",)
    signoffs = scene.signoffs(tip)
    assert signoffs.trust.conflict
    assert "trust-conflict" in scene.codes(tip)


def test_4_a_key_that_a_retired_key_added_beside_its_retirement(scene: Scene) -> None:
    planted = SigningKey.make("planted")
    change = scene.commit(APPROVE, "ana", people=retired(PEOPLE, "ana"))
    added = scene.commit(APPROVE, "ana", people=with_key(PEOPLE, "ana", planted), parents=[scene.root])
    said = scene.commit(SAY, planted, parents=[added])
    assert scene.status(commit=said) == "valid"
    tip = scene.commit("Merge", "eva", parents=[change, said])
    assert scene.reasons(said, at=tip) == ("trust-conflict",)


def test_4_a_conflict_is_settled_by_the_admins_of_both(scene: Scene) -> None:
    first = changed(PEOPLE)
    person(first, "mia")["name"] = "Mia K."
    second = changed(PEOPLE)
    person(second, "eva")["name"] = "Eva L."
    one = scene.commit(APPROVE, "ana", people=first, parents=[scene.root])
    two = scene.commit(APPROVE, "ana", people=second, parents=[scene.root], more={"branch": "two"})
    merge = scene.commit("Merge", "ben", parents=[one, two])
    assert scene.signoffs(merge).trust.conflict
    said = scene.commit(SAY, "ana", parents=[merge])
    assert scene.status(commit=said) == "valid"
    settled = scene.commit(APPROVE, "ana", parents=[said])
    trust = scene.signoffs(settled).trust
    assert (trust.heads, trust.conflict, trust.pending) == ((settled,), False, None)


def test_4_an_admin_of_one_of_two_states_settles_nothing(scene: Scene) -> None:
    people = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "1"})
    both = scene.commit(APPROVE, "ana", people=people)
    removed = scene.commit(APPROVE, "ana", people=PEOPLE)
    other = changed(people)
    person(other, "eva")["name"] = "Eva L."
    beside = scene.commit(APPROVE, "ana", people=other, parents=[both])
    merge = scene.commit("Merge", "eva", parents=[beside, removed])
    tip = scene.commit(APPROVE, "ben", parents=[merge])
    assert sorted(scene.signoffs(tip).trust.heads) == sorted([removed, beside])
    assert scene.signoffs(scene.commit(APPROVE, "ana", parents=[merge])).trust.conflict is False


def test_5_an_unsigned_trust_edit_is_not_carried_in_by_the_next_admin_commit(scene: Scene) -> None:
    scene.commit("Edit", None, people=with_key(PEOPLE, "ana", MALLORY))
    scene.commit("Signed by an admin, about something else", "ana")
    side = scene.commit("Side", "ana", parents=[scene.root], more={"branch": "side"})
    tip = scene.commit("Merge by an admin", "ana", parents=[scene.repository.tip() or "", side])
    assert scene.signoffs(tip).trust.heads == (scene.root,)
    said = scene.commit(SAY, MALLORY, parents=[tip])
    assert scene.reasons(said) == ("unknown-key",)


def test_5_an_approval_in_a_commit_that_is_not_ones_own_adopts_nothing(scene: Scene) -> None:
    names = {"author": MALLORY.identity, "committer": KEYS["ana"].identity}
    scene.commit(APPROVE, "ana", people=with_key(PEOPLE, "ana", MALLORY), more=names)
    assert scene.signoffs().trust.heads == (scene.root,)


def test_5_an_old_quorum_is_not_replayed(tmp_path: Path) -> None:
    """Ana and Ben agreed to Mallory once and went back; somebody puts that state there again and one of them signs."""
    both = changed(PEOPLE, trust={"admins": ["ana", "ben"], "quorum": "2"})
    more = with_key(both, "eva", MALLORY)
    scene = Scene(tmp_path / "own", people=both)
    scene.commit(APPROVE, "ana", people=more)
    scene.commit(APPROVE, "ben")
    scene.commit(APPROVE, "ana", people=both)
    back = scene.commit(APPROVE, "ben")
    scene.commit("Again", MALLORY, people=more)
    scene.commit(APPROVE, "ben")
    assert scene.signoffs().trust.heads == (back,)
    assert scene.reasons(scene.commit(SAY, MALLORY)) == ("unknown-key",)


def test_6_a_swapped_key_file_changes_the_trust_state(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    person(people, "eva")["keys"] = [{"openpgp": "keys/eva.asc"}]
    scene = Scene(tmp_path / "own", people=people)
    start = scene.commit("Key", "ben", files={"project/keys/eva.asc": "one"})
    assert scene.signoffs(start).trust.root == start
    scene.commit("Swap", "ben", files={"project/keys/eva.asc": "two"})
    assert scene.signoffs().trust.pending
    scene.commit("Take away", "ben", files={"project/keys/eva.asc": None})
    assert "trust-change-pending" in scene.codes()


def test_6_a_changed_head_or_a_renamed_person_waits(scene: Scene) -> None:
    head = changed(PEOPLE)
    head["departments"][0]["head"] = "eva"
    renamed = changed(PEOPLE)
    person(renamed, "mia")["name"] = "Mallory"
    for people in (head, renamed):
        scene.commit("Edit", "mia", people=people)
        assert scene.signoffs().trust.pending


def test_7_an_orphan_history_merged_in_does_not_become_the_root(scene: Scene) -> None:
    orphan = scene.commit("Orphan", MALLORY, parents=[], people=with_key(PEOPLE, "ana", MALLORY), project=PROJECT)
    said = scene.commit(SAY, MALLORY, parents=[orphan], charter=CHARTER)
    tip = scene.commit("Merge", "ana", parents=[said, scene.root], more={"tree_of": scene.root})
    assert scene.status(commit=tip) == "unverifiable"
    assert scene.reasons(said, at=tip, trust_roots=(scene.root,)) == ("before-trust-root",)
    after = scene.commit(SAY, MALLORY, parents=[tip])
    assert scene.reasons(after, trust_roots=(scene.root,)) == ("unknown-key",)


def test_8_a_signature_for_something_else(scene: Scene) -> None:
    said = scene.commit(SAY, "ana", more={"namespace": "file"})
    assert scene.reasons(said) == ("wrong-namespace",)


def test_8_one_key_under_two_people_is_no_trust_state(scene: Scene) -> None:
    scene.commit(APPROVE, "ana", people=with_key(PEOPLE, "eva", KEYS["mia"]))
    assert scene.signoffs().trust.heads == (scene.root,)


def test_8_a_certificate_is_not_the_key_of_a_person(scene: Scene, tmp_path: Path) -> None:
    """Ana's key is made a CA and signs a certificate for Mallory: nobody speaks through that, nor by the CA's name."""
    ca, holder = KEYS["ana"].file(tmp_path), MALLORY.file(tmp_path)
    public = str(holder.with_suffix(".pub"))
    command = ["ssh-keygen", "-q", "-s", str(ca), "-I", "ana", "-n", "ana", "-V", "always:forever", public]
    subprocess.run(command, check=True, env=os.environ)
    certificate = holder.with_name(f"{holder.name}-cert.pub")

    def sign(raw: bytes) -> bytes:
        told = ["ssh-keygen", "-q", "-Y", "sign", "-n", "git", "-f", str(certificate)]
        made = subprocess.run(told, input=raw, capture_output=True, check=True, env=os.environ)
        return insert_signature(raw, made.stdout)

    said = scene.commit(SAY, None, more={"author": KEYS["ana"].identity, "change": sign})
    assert scene.reasons(said) == ("unsupported-signature",)
    assert scene.record(said).person is None


def test_8_a_time_without_an_offset_is_no_trust_state(scene: Scene) -> None:
    people = changed(PEOPLE)
    person(people, "mia")["keys"][0]["to"] = "2026-03-01T00:00:00"
    scene.commit(APPROVE, "ana", people=people)
    assert scene.signoffs().trust.heads == (scene.root,)


def test_9_a_duplicated_signature_header(scene: Scene) -> None:
    def twice(raw: bytes) -> bytes:
        start = raw.index(b"gpgsig ")
        end = raw.index(b"-----END SSH SIGNATURE-----\n") + len(b"-----END SSH SIGNATURE-----\n")
        return raw[:end] + raw[start:end] + raw[end:]

    said = scene.commit(SAY, "ana", more={"change": twice})
    assert scene.reasons(said) == ("bad-signature",)


@pytest.mark.parametrize("junk", [b"junk", b"-----BEGIN SSH SIGNATURE-----\n junk\n -----END SSH SIGNATURE-----"])
def test_9_junk_in_the_header_of_the_other_hash_changes_nothing(scene: Scene, junk: bytes) -> None:
    """It is no part of what was signed. The commit has another id then, but it says the same and counts once."""
    start, when = scene.root, "2026-02-01T00:00:00Z"

    def more(raw: bytes) -> bytes:
        return raw.replace(b"\ngpgsig ", b"\ngpgsig-sha256 " + junk + b"\ngpgsig ", 1)

    plain = scene.commit(SAY, "ana", parents=[start], when=when, more={"branch": "one"})
    other = scene.commit(SAY, "ana", parents=[start], when=when, more={"branch": "two", "change": more})
    assert plain != other
    tip = scene.commit("Merge", "ben", parents=[plain, other])
    assert sorted(scene.reasons(one, at=tip) for one in (plain, other)) == [(), ("duplicate",)]


@pytest.mark.parametrize("header", [b"tree", b"author", b"committer"])
def test_9_a_header_twice(scene: Scene, header: bytes) -> None:
    """Git takes the first, somebody else may take the last: what was signed is not what is read."""

    def twice(payload: bytes) -> bytes:
        line = next(line for line in payload.split(b"\n") if line.startswith(header + b" ")) + b"\n"
        doubled = payload.replace(line, line + line, 1)
        return insert_signature(doubled, KEYS["ana"].sign(doubled))

    said = scene.commit(SAY, None, more={"author": KEYS["ana"].identity, "change": twice})
    assert scene.reasons(said) == ("bad-signature",)


def test_9_a_changed_message_under_an_old_signature(scene: Scene) -> None:
    said = scene.commit(
        "Decide\n\nSignoff: reject charter", "ana", more={"change": lambda raw: raw.replace(b"reject", b"approve")}
    )
    assert scene.reasons(said) == ("bad-signature",)


@pytest.mark.parametrize("how", [{"namespace": "file"}, {"change": lambda raw: raw.replace(b"Reject", b"Approve")}])
def test_9_a_bad_signature_adopts_nothing(scene: Scene, how: dict[str, Any]) -> None:
    people = with_key(PEOPLE, "eva", MALLORY)
    scene.commit(APPROVE.replace("Trust", "Reject"), "ana", people=people, more=how)
    assert scene.signoffs().trust.heads == (scene.root,)


def test_9_a_security_key_is_no_key_of_another_kind(scene: Scene) -> None:
    blob = b"SSHSIG" + (1).to_bytes(4, "big") + wire(wire(b"ssh-mldsa65", b"x" * 32), b"git", b"", b"sha512", b"y")

    def newer(raw: bytes) -> bytes:
        value = armor(blob).rstrip(b"\n").replace(b"\n", b"\n ")
        return raw.replace(b"\n\n", b"\ngpgsig " + value + b"\n\n", 1)

    said = scene.commit(SAY, None, more={"change": newer})
    assert scene.reasons(said) == ("unsupported-signature",)


def _git(scene: Scene, *arguments: str) -> str:
    return scene.repository.git(*arguments)


def test_10_a_replaced_commit_is_read_as_it_is(scene: Scene) -> None:
    said = scene.commit(SAY, "ana")
    no = scene.commit("Decide\n\nSignoff: reject charter", "ana", more={"branch": None})
    _git(scene, "replace", said, no)
    assert scene.status() == "valid"


def test_10_grafts_hide_nothing(scene: Scene) -> None:
    scene.commit(SAY, "ana")
    tip = scene.commit("Go on", "ana")
    grafts = scene.repository.git_dir / "info" / "grafts"
    grafts.parent.mkdir(exist_ok=True)
    grafts.write_text(f"{tip}\n")
    assert scene.status() == "valid"


def test_10_a_rewritten_object_is_not_believed(scene: Scene) -> None:
    said = scene.commit("Decide\n\nSignoff: reject charter", "ana")
    scene.repository.store("commit", scene.repository.raw(said).replace(b"reject", b"approve"), oid=said)
    tip = scene.commit("Go on", "ben", parents=[said], more={"tree_of": scene.root})
    signoffs = scene.signoffs(tip)
    assert signoffs.by_artifact["charter"].status == "unverifiable"
    assert "tampered" in signoffs.problem


def test_10_a_missing_object_leaves_nothing_to_believe(scene: Scene) -> None:
    said = scene.commit(SAY, "ana")
    scene.commit("Go on", "ana")
    scene.repository.remove(scene.root)
    signoffs = scene.signoffs()
    assert signoffs.by_artifact["charter"].status == "unverifiable"
    assert signoffs.by_id[f"{said}:charter"].reasons == ("shallow-history",)
    assert "missing" in signoffs.problem


@pytest.mark.parametrize("name", [b"project/charter.yml", b"..", b"project"])
def test_10_a_name_beside_the_project_that_git_takes_for_part_of_it(scene: Scene, name: bytes) -> None:
    """git puts the file of such a name into the working tree, over the one that was agreed."""
    made, base, ana = scene.repository, scene.repository.tip(), KEYS["ana"]
    top = made.raw(made.raw(base)[5:45].decode())
    other = made.store("blob", text(changed(CHARTER, problem="Something else")).encode())
    tree = made.store("tree", top + b"100644 " + name + b"\0" + bytes.fromhex(other))
    who = f"{ana.identity} 1767700000 +0000"
    raw = f"tree {tree}\nparent {base}\nauthor {who}\ncommitter {who}\n\n{SAY}\n".encode()
    said = made.store("commit", insert_signature(raw, ana.sign(raw)))
    signoffs = scene.signoffs(scene.commit("Go on", "ben", parents=[said], more={"tree_of": scene.root}))
    assert signoffs.by_artifact["charter"].status == "unverifiable"
    assert "has a name that no folder can have" in signoffs.problem


def test_10_a_shallow_clone_is_unverifiable(scene: Scene, tmp_path: Path) -> None:
    scene.commit("Before", "ben")
    said = scene.commit(SAY, "ana")
    clone = tmp_path / "clone"
    url = scene.repository.folder.as_uri()
    subprocess.run(["git", "clone", "-q", "--depth=1", "--branch=main", url, str(clone)], check=True, env=os.environ)
    shallow = object.__new__(Scene)
    shallow.repository, shallow.place = TestRepository(clone), "project"
    signoffs = shallow.signoffs(said)
    assert signoffs.by_artifact["charter"].status == "unverifiable"
    assert "unshallow" in signoffs.problem
    assert signoffs.by_id[f"{said}:charter"].reasons == ("shallow-history",)


@pytest.mark.parametrize("how", ["cut", "swapped"])
def test_10_an_edited_commit_graph_hides_nothing(scene: Scene, how: str) -> None:
    """The commit-graph says what the parents are; here it is damaged, or that of another history."""
    scene.commit(SAY, "ana")
    _git(scene, "config", "core.commitGraph", "true")
    _git(scene, "commit-graph", "write", "--reachable")
    graph = scene.repository.git_dir / "objects/info/commit-graph"
    kept = graph.read_bytes()
    scene.commit("Decide\n\nSignoff: reject charter", "ana")
    graph.chmod(0o644)
    graph.write_bytes(kept[: len(kept) // 2] if how == "cut" else kept[:-60] + bytes(60))
    assert scene.status() == "rejected"


def test_10_a_partial_clone_is_unverifiable_and_fetches_nothing(scene: Scene, tmp_path: Path) -> None:
    said = scene.commit(SAY, "ana")
    _git(scene, "config", "uploadpack.allowFilter", "true")
    clone, url = tmp_path / "clone", scene.repository.folder.as_uri()
    command = ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", "--branch=main", url, str(clone)]
    subprocess.run(command, check=True, env=os.environ)
    partial = object.__new__(Scene)
    partial.repository, partial.place = TestRepository(clone), "project"
    with Repository.open(scene.repository.folder) as whole:
        state = load_state(TreeFiles(whole, said, "project"), DOCUMENTS)
    with Repository.open(clone) as repository:
        request = Request(state=state, repository=repository, commit=said, folder="project", as_of=AS_OF)
        signoffs = evaluate(request).signoffs
    assert signoffs.by_artifact["charter"].status == "unverifiable"
    assert "missing" in signoffs.problem
    assert [record.reasons for record in signoffs.records] == [("shallow-history",)]
    assert "?" in partial.repository.git("rev-list", "--objects", "--all", "--missing=print")


@pytest.mark.parametrize("register", ["charter", "people", "signoffs", "asks"])
@pytest.mark.parametrize("shape", ["wide", "deep"])
def test_10_a_tree_that_stands_for_a_billion_files_is_unreadable(scene: Scene, register: str, shape: str) -> None:
    said = scene.say("approve charter", "ana")
    store = scene.repository.store

    def tree(entries: dict[str, tuple[str, str]]) -> str:
        lines = [f"{mode} {name}\0".encode() + bytes.fromhex(oid) for name, (mode, oid) in sorted(entries.items())]
        return store("tree", b"".join(lines))

    bomb = tree({"x.yml": ("100644", store("blob", b"a: b\n"))})
    for _ in range(9 if shape == "wide" else 1500):
        bomb = tree({str(name): ("40000", bomb) for name in range(10 if shape == "wide" else 1)})
    files = {path.removeprefix("project/"): entry for path, entry in scene.repository.files(said).items()}
    files = {path: entry for path, entry in files.items() if path != f"{register}.yml"} | {register: ("40000", bomb)}
    planted = tree({"project": ("40000", tree(files))}).encode()
    change = scene.commit("Bomb", None, more={"change": lambda raw: raw.replace(raw[5:45], planted)})
    tip = scene.commit("Take it away", "ben", parents=[change], more={"tree_of": said})
    assert scene.status(commit=tip) == "valid"


def test_11_a_line_behind_a_nul_says_nothing(scene: Scene) -> None:
    scene.commit("Subject\n\nText\0\n\nSignoff: approve charter", "ana")
    assert scene.signoffs().records == ()
    assert "signoff-malformed" in scene.codes()


def test_11_a_copy_that_lost_its_signature(scene: Scene) -> None:
    said = scene.commit(SAY, None, more={"author": KEYS["ana"].identity})
    assert scene.reasons(said) == ("unsigned",)
    record = scene.record(said)
    assert (record.person, record.assurance, record.signature.status) == (None, "claimed", "none")


@pytest.mark.parametrize(
    "message",
    [
        "Decide\n\nSignoff: approve charter\n\nThe end",
        "Decide\n\n Signoff: approve charter",
        "Decide\n\nsignoff: approve charter",
        "Decide\n\nSIGNOFF: approve charter",
        "Signoff: approve charter",
        "Decide\nSignoff: approve charter",
        "Decide\n\n> Signoff: approve charter",
    ],
)
def test_11_a_line_in_the_wrong_place_says_nothing(scene: Scene, message: str) -> None:
    scene.commit(message, "ana")
    assert scene.status() == "missing"
    assert scene.signoffs().records == ()
    assert ("signoff-malformed" in scene.codes()) == (">" not in message)


def test_11_a_replay_on_other_content(scene: Scene) -> None:
    digest = scene.agreement().digest
    said = scene.say(f"approve charter digest={digest}", "ana", charter=changed(CHARTER, problem="Other"))
    assert scene.reasons(said) == ("digest-mismatch",)
    right = scene.say(f"approve charter digest={digest}", "ana", charter=CHARTER)
    assert scene.record(right).counts


def test_11_the_same_payload_signed_twice_is_one_commit(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    key = SigningKey.make("ana", "ecdsa-256")
    person(people, "ana")["keys"] = [{"ssh": key.line}]
    scene = Scene(tmp_path / "own", people=people)
    start = scene.commit("Go on", key)
    when = "2026-02-01T00:00:00Z"
    one = scene.commit(SAY, key, parents=[start], when=when, more={"branch": "one"})
    two = scene.commit(SAY, key, parents=[start], when=when, more={"branch": "two"})
    assert one != two
    tip = scene.commit("Merge", "ben", parents=[one, two])
    assert {scene.reasons(one, at=tip), scene.reasons(two, at=tip)} == {(), ("duplicate",)}
    assert scene.status(commit=tip) == "valid"


def test_11_an_adoption_signed_twice_makes_no_conflict(tmp_path: Path) -> None:
    people = changed(PEOPLE)
    key = SigningKey.make("ana", "ecdsa-256")
    person(people, "ana")["keys"] = [{"ssh": key.line}]
    scene = Scene(tmp_path / "own", people=people)
    more = with_key(people, "eva", SigningKey.make("eva2"))
    options: dict[str, Any] = {"parents": [scene.root], "when": "2026-02-01T00:00:00Z", "people": more}
    one = scene.commit(APPROVE, key, **options)
    two = scene.commit(APPROVE, key, **options)
    said = scene.commit(SAY, key, parents=[one])
    tip = scene.commit("Merge", "ben", parents=[said, two])
    trust = scene.signoffs(tip).trust
    assert (len(trust.heads), trust.conflict) == (1, False)
    assert scene.status(commit=tip) == "valid"


@pytest.mark.parametrize(
    ("block", "code"), [("PGP SIGNATURE", "bad-signature"), ("SIGNED MESSAGE", "unsupported-signature")]
)
def test_12_a_signature_of_another_kind_is_no_person(scene: Scene, block: str, code: str) -> None:
    def web_flow(raw: bytes) -> bytes:
        value = f"-----BEGIN {block}-----\n \n abcd\n -----END {block}-----".encode()
        return raw.replace(b"\n\n", b"\ngpgsig " + value + b"\n\n", 1)

    said = scene.commit(SAY, None, more={"author": KEYS["ana"].identity, "change": web_flow})
    assert scene.reasons(said) == (code,)
    assert scene.record(said).person is None


def test_14_control_and_direction_characters_do_not_reach_the_answer(scene: Scene) -> None:
    said = scene.commit("A \x1b[31mred\u202e word <b>\n\nSignoff: approve charter\nCondition: \u2066x\x07", "ana")
    record = scene.record(said)
    assert record.comment == "A \N{REPLACEMENT CHARACTER}[31mred\N{REPLACEMENT CHARACTER} word <b>"
    assert record.conditions == ("\N{REPLACEMENT CHARACTER}x\N{REPLACEMENT CHARACTER}",)


def test_15_names_that_look_like_options(scene: Scene) -> None:
    scene.commit("Odd", "ana", files={"project/--upload-pack=x": "x", "-rf": "x"})
    scene.commit(SAY, "ana", more={"branch": "--all"})
    scene.commit(SAY, "ana")
    assert scene.status() == "valid"


def test_16_hostile_configuration_is_not_run(scene: Scene, tmp_path: Path) -> None:
    trap, ran = tmp_path / "trap", tmp_path / "ran"
    trap.write_text(f"#!/bin/sh\ntouch {ran}\nexit 1\n")
    trap.chmod(0o755)
    scene.commit(SAY, "ana")
    scene.repository.check_out()
    for name in ("gpg.program", "gpg.ssh.program", "core.fsmonitor", "diff.external", "core.pager", "core.sshCommand"):
        scene.repository.configure(name, str(trap))
    scene.repository.configure("log.showRoot", "false")
    assert scene.status(worktree=True) == "valid"
    assert not ran.exists()


def test_17_one_person_two_slots_two_keys_one_person(tmp_path: Path) -> None:
    people = with_key(PEOPLE, "ana", SigningKey.make("ana2"))
    person(people, "ana")["roles"] = [{"role": "sponsor"}, {"role": "lead"}]
    signoffs = {"signoffs": [{"artifact": "charter", "approvers": ["sponsor", "lead"]}]}
    scene = Scene(tmp_path / "own", people=people, signoffs=signoffs)
    scene.say("approve charter as=sponsor", "ana")
    scene.say("approve charter as=lead", SigningKey.make("ana2"))
    assert sorted(slot.status.value for slot in scene.agreement().slots) == ["missing", "valid"]


def test_17_a_machine_fills_no_slot(tmp_path: Path) -> None:
    machine = {"id": "bot", "name": "Bot", "kind": "machine", "keys": [{"ssh": KEYS["collector"].line}]}
    people = changed(PEOPLE, people=[*PEOPLE["people"], {**machine, "roles": [{"role": "sponsor"}]}])
    scene = Scene(tmp_path / "own", people=people)
    assert scene.reasons(scene.say("approve charter", "collector")) == ("not-in-role",)


def test_18_the_author_approves_his_own_change_through_a_trivial_edit(tmp_path: Path) -> None:
    signoffs = {"signoffs": [{**SIGNOFFS["signoffs"][0], "approvers": ["sponsor", "lead"], "independent": "true"}]}
    people = changed(PEOPLE)
    person(people, "mia")["roles"] = [{"role": "sponsor"}]
    person(people, "eva")["roles"] = [{"role": "lead"}]
    scene = Scene(tmp_path / "own", people=people, signoffs=signoffs)
    scene.say("approve charter", "mia")
    scene.say("approve charter", "eva")
    assert scene.status() == "valid"
    scene.commit("The change", "mia", charter=changed(CHARTER, problem="Mine"))
    scene.commit("A typo", "ben", charter=changed(CHARTER, problem="Mine."))
    assert scene.reasons(scene.say("approve charter", "mia")) == ("not-independent",)
    scene.say("approve charter", "ana")
    assert scene.record(scene.say("approve charter", "eva")).counts
    assert scene.status() == "valid"


def test_19_one_line_does_not_approve_all_projects(tmp_path: Path) -> None:
    scene = Scene(tmp_path / "own")
    second = {
        f"other/{name}.yml": text(data)
        for name, data in (
            ("project", {"id": "app", "name": "App"}),
            ("people", PEOPLE),
            ("signoffs", SIGNOFFS),
            ("charter", CHARTER),
        )
    }
    scene.commit("A second project", "ana", files=second)
    said = scene.say("approve charter", "ana")
    other = object.__new__(Scene)
    other.repository, other.place = scene.repository, "other"
    assert scene.status() == "valid"
    assert other.reasons(said) == ("ambiguous-project",)
    named = scene.say("approve charter project=app", "ana")
    assert [record.commit for record in scene.signoffs().records] == [said]
    assert other.record(named).counts
    digest = scene.agreement().digest
    bound = scene.say(f"approve charter digest={digest}", "ana")
    assert other.reasons(bound) == ("digest-mismatch",)
    assert scene.record(bound).counts
