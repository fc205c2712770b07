"""What a digest binds, and what never changes it."""

from __future__ import annotations

import copy
import hashlib
import json
import random
from typing import Any

import pytest
import rfc8785
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mkdocs_ecompm.history.canonical import UnreadableContent, canonical
from mkdocs_ecompm.history.contents import Contents, shown
from mkdocs_ecompm.history.digest import content, digest, gate_digest, named
from mkdocs_ecompm.load.files import MemoryFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.registers import DOCUMENTS

PROJECT = {"id": "shop", "name": "New shop"}
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp"], max_codepoint=0x2FFFF), max_size=12)
IDS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,5}", fullmatch=True)
KEYS = st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True).filter(
    lambda k: k not in {"note", "links", "tags", "evidence"}
)
COMMON = {"note": "a note", "x-own": "mine", "tags": ["a"]}


def values(depth: int = 3) -> st.SearchStrategy[Any]:
    if depth == 0:
        return TEXTS
    below = values(depth - 1)
    records = st.lists(
        st.tuples(IDS, st.dictionaries(KEYS, below, max_size=3)), max_size=4, unique_by=lambda r: r[0].casefold()
    )
    return st.one_of(
        TEXTS,
        st.lists(TEXTS, max_size=4),
        st.dictionaries(KEYS, below, max_size=4),
        records.map(lambda rows: [{**more, "id": name} for name, more in rows]),
    )


def read(**registers: Any) -> Contents:
    """The contents of these registers, written as YAML; a text is taken as it is."""
    files = {"project.yml": yaml.safe_dump(PROJECT).encode()}
    for name, data in registers.items():
        if isinstance(data, dict) and all(key.endswith(".yml") for key in data):
            files |= {f"{name}/{path}": text(part) for path, part in data.items()}
        else:
            files[f"{name}.yml"] = text(data)
    return shown(load_state(MemoryFiles(files), DOCUMENTS))


def text(data: Any) -> bytes:
    return (data if isinstance(data, str) else yaml.safe_dump(data, allow_unicode=True, sort_keys=False)).encode()


def shuffled(value: Any, chance: random.Random) -> Any:
    """The same content: other key order, other order of records, and keys that belong to nobody's agreement."""
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()] + list(copy.deepcopy(COMMON).items())
        chance.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        items = [shuffled(item, chance) for item in value]
        if all(isinstance(item, dict) and "id" in item for item in items):
            chance.shuffle(items)
        return items
    return value


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for key, item in value.items() for leaf in leaves(item, (*path, key))]
    if isinstance(value, list):
        return [leaf for index, item in enumerate(value) for leaf in leaves(item, (*path, index))]
    return [path]


def edited(value: Any, path: tuple[Any, ...]) -> Any:
    new = copy.deepcopy(value)
    node = new
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] += "x"
    return new


REGISTERS = st.dictionaries(KEYS, values(), min_size=1, max_size=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REGISTERS, st.randoms())
def test_order_comments_and_common_keys_never_change_it(register: dict[str, Any], chance: random.Random) -> None:
    plain = read(charter=register)
    if "charter" in plain.stamps or plain.read("charter")[1]:
        return  # two records of one id in different lists
    style = {"default_flow_style": chance.choice([True, False, None]), "width": chance.choice([20, 80, 4000])}
    other = yaml.safe_dump(
        shuffled(register, chance), allow_unicode=chance.choice([True, False]), sort_keys=False, **style
    )
    lines = [line + "   # a comment" if line.endswith(":") else line for line in other.split("\n")]
    assert digest(read(charter="# first\n" + "\n".join(lines)), "charter") == digest(plain, "charter")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REGISTERS, st.data())
def test_any_other_edit_changes_it(register: dict[str, Any], data: st.DataObject) -> None:
    before = read(charter=register)
    found = [path for path in leaves(register) if not _is_empty(register, path)]
    if before.read("charter")[1] or not found:
        return
    after = read(charter=edited(register, data.draw(st.sampled_from(found))))
    if after.read("charter")[1] is None:
        assert digest(after, "charter") != digest(before, "charter")


def _is_empty(value: Any, path: tuple[Any, ...]) -> bool:
    for step in path:
        value = value[step]
    return value == "" or path[-1] in {"note", "links", "tags", "evidence"}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(IDS, TEXTS), min_size=1, max_size=5, unique_by=lambda r: r[0].casefold()), st.randoms())
def test_a_file_or_a_folder_is_the_same(rows: list[tuple[str, str]], chance: random.Random) -> None:
    records = [{"id": name, "title": title or "t"} for name, title in rows]
    matrix = {"matrix": {"likelihood": "5"}}
    parts = {f"{index}.yml": {"risks": [record]} for index, record in enumerate(records)}
    parts["header.yml"] = matrix
    chance.shuffle(records)
    whole = digest(read(risks={**matrix, "risks": records}), "risks")
    assert whole is not None
    assert digest(read(risks=parts), "risks") == whole


def test_the_form_is_that_of_the_docs() -> None:
    charter = {"problem": "Größe 3.10", "objectives": [{"id": "b", "due": "2026-01-01"}, {"id": "a", "note": "no"}]}
    wanted = {
        "artifact": "charter",
        "content": {"objectives": [{"id": "a"}, {"due": "2026-01-01", "id": "b"}], "problem": "Größe 3.10"},
        "ecompm": 1,
        "project": "shop",
    }
    form = json.dumps(wanted, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    assert digest(read(charter=charter), "charter") == f"sha256:{hashlib.sha256(form).hexdigest()}"


@pytest.mark.parametrize(
    ("one", "other"),
    [("3.10", '"3.10"'), ("010", "'010'"), ("no", '"no"'), ("2026-01-01", "'2026-01-01'"), ("a b", "a\n  b")],
)
def test_a_scalar_is_its_text(one: str, other: str) -> None:
    assert digest(read(charter=f"problem: {one}\n"), "charter") == digest(
        read(charter=f"problem: {other}\n"), "charter"
    )


@pytest.mark.parametrize(
    ("one", "other"), [("3.10", "3.1"), ("no", "false"), ("1e3", "1000"), ("\u00e9", "e\u0301"), ("a", "A")]
)
def test_and_nothing_but_its_text(one: str, other: str) -> None:
    assert digest(read(charter=f"problem: {one}\n"), "charter") != digest(
        read(charter=f"problem: {other}\n"), "charter"
    )


def test_an_empty_value_counts_as_absent() -> None:
    assert digest(read(charter="problem: a\nvision:\n"), "charter") == digest(read(charter="problem: a\n"), "charter")


def test_the_project_and_the_artifact_are_part_of_it() -> None:
    raci = {"matrices": [{"id": "delivery", "name": "D"}]}
    contents = read(raci=raci)
    assert digest(contents, "raci/delivery") != digest(contents, "raci")
    files = MemoryFiles({"project.yml": b"id: other\nname: O\n", "raci.yml": text(raci)})
    assert digest(shown(load_state(files, DOCUMENTS)), "raci") != digest(contents, "raci")


def test_names_are_found_in_any_case() -> None:
    contents = read(raci={"matrices": [{"id": "Delivery", "name": "D"}]})
    assert named(contents, "raci/delivery") == "raci/Delivery"
    assert named(contents, "raci/other") == "raci/other"
    assert digest(contents, "raci/other") is None
    assert digest(contents, "budget") is None


JSON = st.recursive(
    st.text() | st.none() | st.integers(0, 2**31),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=3), below, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_the_canonical_form_is_that_of_the_rfc(value: Any) -> None:
    assert canonical(value) == rfc8785.dumps(value)


def test_keys_beyond_the_basic_plane_are_sorted_by_utf_16() -> None:
    assert canonical({"\uffee": "a", "\U0001f600": "b"}) == '{"\U0001f600":"b","\uffee":"a"}'.encode()


def test_half_a_character_is_no_text() -> None:
    with pytest.raises(UnreadableContent):
        canonical(["\ud800"])


# --- tracking fields ----------------------------------------------------------------------------------------------

RISK = {"id": "R-1", "title": "T", "status": "open", "actions": [{"what": "map", "done": "no"}]}


def same(register: str, artifact: str, before: Any, after: Any) -> bool:
    return digest(read(**{register: before}), artifact) == digest(read(**{register: after}), artifact)


def test_tracking_fields_of_risks() -> None:
    before = {"risks": [RISK]}
    after = {
        "risks": [{**RISK, "status": "closed", "closed_on": "2026-05-01", "actions": [{"what": "map", "done": "yes"}]}]
    }
    assert same("risks", "risks", before, after)
    assert same("risks", "risks/R-1", before, after)
    assert not same("risks", "risks/R-1", before, {"risks": [{**RISK, "actions": [{"what": "other"}]}]})


def test_tracking_fields_are_looked_for_in_their_place_only() -> None:
    assert not same("charter", "charter", {"status": "a"}, {"status": "b"})
    assert not same("risks", "risks", {"risks": [RISK], "status": "a"}, {"risks": [RISK], "status": "b"})


def test_a_waived_obligation_is_part_of_the_agreement() -> None:
    def owed(**more: str) -> Any:
        return {"obligations": [{"id": "O-1", "party": "it", "what": "Servers", **more}, {"id": "O-2", "party": "hr"}]}

    for artifact in ("obligations", "obligations/it"):
        assert same("obligations", artifact, owed(), owed(status="met", met_on="2026-05-01"))
        assert not same("obligations", artifact, owed(), owed(status="waived"))
        assert not same("obligations", artifact, owed(), owed(due="2026-06-01"))
    assert same("obligations", "obligations/hr", owed(), owed(status="waived", due="2026-06-01"))


def test_an_obligation_without_an_id_belongs_to_its_party_too() -> None:
    before = {"obligations": [{"id": "O-1", "party": "it"}]}
    assert not same("obligations", "obligations/it", before, {"obligations": [*before["obligations"], {"party": "IT"}]})


def plan(**gate: Any) -> Any:
    first = {"id": "G1", "name": "Gate", "date": "2026-03-01", "requires": ["charter"], **gate}
    return {"gates": [first], "tasks": [{"id": "T-1", "name": "Do", "duration": "5d"}]}


def test_tracking_fields_of_the_timeline() -> None:
    before = plan()
    moved = plan()
    moved["tasks"][0] |= {"progress": "40", "actual": {"start": "2026-03-03"}}
    assert same("timeline", "timeline", before, moved)
    assert same("timeline", "timeline/T-1", before, moved)
    criteria = [
        plan(criteria=[{"id": "C", "what": "w", "met": met}], conditions=[{"id": "D", "what": "w", "done": met}])
        for met in ("no", "yes")
    ]
    assert same("timeline", "timeline", *criteria)
    assert same("timeline", "timeline/G1", *criteria)


def test_the_decision_is_part_of_the_gate_and_not_of_the_timeline() -> None:
    decided = plan(decision="go", decided_on="2026-03-01")
    assert same("timeline", "timeline", plan(), decided)
    assert not same("timeline", "timeline/G1", plan(), decided)
    assert not same("timeline", "timeline/G1", decided, plan(decision="go", decided_on="2026-03-02"))


def test_a_gate_binds_the_digests_of_what_it_requires() -> None:
    before = read(timeline=plan(), charter={"problem": "a"})
    after = read(timeline=plan(), charter={"problem": "b"})
    found = content(before, "timeline/G1")
    assert isinstance(found, dict)
    assert found["requires"] == {"charter": digest(before, "charter")}
    assert digest(before, "timeline/G1") != digest(after, "timeline/G1")
    assert gate_digest(before, "timeline/G1") == gate_digest(after, "timeline/G1")
    assert digest(before, "timeline") == digest(after, "timeline")
    absent = content(read(timeline=plan()), "timeline/G1")
    assert isinstance(absent, dict)
    assert absent["requires"] == {"charter": None}


# --- trust --------------------------------------------------------------------------------------------------------

PEOPLE = {
    "trust": {"admins": ["ana"]},
    "people": [{"id": "ana", "name": "Ana", "email": "a@shop.example", "keys": [{"openpgp": "keys/ana.asc"}]}],
    "departments": [{"id": "it", "name": "IT", "functions": ["technology"]}],
}
DEMANDS = {"signoffs": [{"artifact": "charter", "approvers": ["ana"], "due": "2026-01-01"}]}


def trust(people: Any = None, demands: Any = None, key: bytes | None = b"key") -> str | None:
    files = {
        "project.yml": text(PROJECT),
        "people.yml": text(people or PEOPLE),
        "signoffs.yml": text(demands or DEMANDS),
    }
    if key is not None:
        files["keys/ana.asc"] = key
    memory = MemoryFiles(files)
    return digest(shown(load_state(memory, DOCUMENTS), memory), "trust")


def test_trust_binds_who_may_speak_and_what_is_demanded() -> None:
    def but(**changes: Any) -> Any:
        return {**PEOPLE, **changes}

    same_as = trust()
    assert same_as is not None
    assert trust(but(departments=[{"id": "it", "name": "IT"}])) == same_as
    assert trust(but(people=[{**PEOPLE["people"][0], "email": "b@shop.example", "title": "T"}])) == same_as  # type: ignore[dict-item]
    assert trust(but(deputies=[], roles=[])) == same_as
    assert trust(demands={"signoffs": [{**DEMANDS["signoffs"][0], "due": "2026-02-01"}]}) == same_as
    for other in (
        trust(but(people=[{**PEOPLE["people"][0], "name": "Anna"}])),  # type: ignore[dict-item]
        trust(but(departments=[{"id": "it", "name": "IT", "head": "ana"}])),
        trust(but(trust={"admins": ["ana"], "quorum": "1"})),
        trust(but(roles=[{"id": "r", "name": "R"}])),
        trust(demands={"signoffs": [{**DEMANDS["signoffs"][0], "minimum": "signed"}]}),
        trust(key=b"another"),
    ):
        assert other not in {None, same_as}


def test_a_key_file_that_is_missing_leaves_trust_unreadable() -> None:
    with pytest.raises(UnreadableContent, match=r"keys/ana\.asc"):
        trust(key=None)


def test_without_a_trust_section_there_is_no_trust() -> None:
    assert digest(read(people={"people": []}), "trust") is None


# --- what cannot be read ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {"charter.yml": b"problem: ["},
        {"charter.yml": b"problem: a\n", "charter/more.yml": b"vision: b\n"},
        {"charter.yml": b"objectives:\n- id: a\n- id: A\n"},
        {"project.yml": b"id: ["},
    ],
)
def test_unreadable_content_has_no_digest(files: dict[str, bytes]) -> None:
    memory = MemoryFiles({"project.yml": text(PROJECT), "charter.yml": b"problem: a\n", **files})
    with pytest.raises(UnreadableContent):
        digest(shown(load_state(memory, DOCUMENTS)), "charter")
