from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from loading_schema import DOCUMENTS, PEOPLE, Job, Jobs, Person

from mkdocs_ecompm.load import parser
from mkdocs_ecompm.load.files import FilesError, FolderFiles, MemoryFiles
from mkdocs_ecompm.load.state import load_contents, load_state
from mkdocs_ecompm.load.yaml_reader import Parsed, read_yaml
from mkdocs_ecompm.model.catalogue import CATALOGUE
from mkdocs_ecompm.model.content import plain
from mkdocs_ecompm.model.finding import Finding
from mkdocs_ecompm.model.state import State


def load(**files: str) -> State:
    texts = {name.replace("__", "/") + ".yml": text for name, text in files.items()}
    return load_texts(texts)


def load_texts(texts: Mapping[str, str]) -> State:
    return load_state(MemoryFiles({path: text.encode() for path, text in texts.items()}), DOCUMENTS)


def told(state: State) -> list[str]:
    return [short(item) for item in state.findings]


def short(item: Finding) -> str:
    assert item.source is not None
    return f"{item.source.path.removeprefix('project/')}:{item.source.line}:{item.source.column} {item.code}"


def job(fields: str, more: str = "") -> State:
    """One job whose own fields begin in line 4."""
    return load(people=PEOPLE, jobs=f"jobs:\n  - id: J1\n    title: T\n{fields}{more}")


def test_a_good_project_is_read_without_a_finding() -> None:
    state = load(people=PEOPLE, jobs="scale: {top: 5}\njobs:\n  - {id: J1, title: T, owner: mia, steps: [{what: x}]}\n")
    assert told(state) == []
    (record,) = state.of(Job)
    assert (record.ref, record.headline, record.entry.steps[0].what) == ("jobs/J1", "T", "x")
    assert str(record.source) == "project/jobs.yml:3:5"
    assert str(record.at("owner")) == "project/jobs.yml:3:24"
    header = state.header(Jobs)
    assert header is not None
    assert header.scale is not None
    assert header.scale.top == 5
    assert [person.id for person in state.of(Person)] == ["mia", "jan", "ana"]
    assert state.known_ids["people"]["sponsor"] == "roles"
    assert state.paths == {"people": ("project/people.yml",), "jobs": ("project/jobs.yml",)}


VALUES = {
    "scale: 7": ("value-out-of-range", "scale must be 1 to 5, got 7", ""),
    "scale: many": ("wrong-type", "scale must be a whole number, got `many`", ""),
    "scale: 1.5": ("wrong-type", "scale must be a whole number, got `1.5`", ""),
    "scale: .inf": ("wrong-type", "scale must be a whole number, got `.inf`", ""),
    "share: nan": ("wrong-type", "share must be a number, got `nan`", ""),
    "share: 1e5": ("wrong-type", "share must be a number, got `1e5`", ""),
    "cost: 1234567890123456": ("wrong-type", "cost must be an amount of money of at most 15 digits", ""),
    "scale: [1]": ("wrong-type", "scale must be a whole number, got a list", ""),
    "kind: bigg": ("unknown-value", "kind must be one of big, small, got `bigg`", "did you mean `big`?"),
    "done: maybe": ("wrong-type", "done must be yes or no, got `maybe`", ""),
    "title2: x": ("unknown-key", "there is no field `title2` here", ""),
    "onwer: mia": ("unknown-key", "there is no field `onwer` here", "did you mean `owner`?"),
    "onwer:": ("unknown-key", "there is no field `onwer` here", "did you mean `owner`?"),
    "cost: 40.000": ("ambiguous-number", "cost: `40.000` has three decimals", "write `cost: 40000`"),
    "cost: 1.234,50": ("ambiguous-number", "cost: `1.234,50` can be read in two ways", "write `cost: 1234.50`"),
    "cost: 1,5": ("ambiguous-number", "cost: `1,5` can be read", "write `cost: 1.5`"),
    "share: 1.000.000": ("ambiguous-number", "share: `1.000.000` can be read", "write `share: 1000000`"),
    "helpers: mia, jan": ("list-expected", "helpers must be a list, got `mia, jan`", "write `helpers: [mia, jan]`"),
    "words: so, and so": ("list-expected", "words must be a list", "one item a line"),
    "helpers: {a: b}": ("list-expected", "helpers must be a list, got a mapping", "dash"),
    "steps: {what: x}": ("list-expected", "steps must be a list, got a mapping", "dash"),
    "pair: 1": ("list-expected", "pair must be a list, got `1`", "dash"),
    "pair: [1]": ("wrong-type", "pair needs more than 1 items", ""),
    "best: x": ("wrong-type", "best must be a mapping, got `x`", "below it"),
    "best: [x]": ("wrong-type", "best must be a mapping, got a list", "below it"),
    "words: [[x]]": ("wrong-type", "words must be a text, got a list", ""),
    "category: {a: b}": ("unknown-key", "there is no field `category` here", ""),
    "owner: {a: b}": ("wrong-type", "owner must be an id, got a mapping", ""),
    "note: [x]": ("wrong-type", "note must be a text, got a list", ""),
    "time: 5": ("wrong-type", "time must be a duration in working days or weeks, got `5`", "write `time: 5d`"),
    "time: -5d": ("value-out-of-range", "time must not be negative, got -5d", ""),
    "at: 2026-01-01": ("key-time-without-offset", "at: a time needs", 'write `at: "2026-01-01T00:00:00Z"`'),
    "at: 2026-01-01T10:00": ("key-time-without-offset", "at: the time 2026-01-01T10:00 has no", "write `at: "),
    "at: 0001-01-01T00:00+14:00": ("bad-date", "at: there is no time", ""),
    "owner: mai": ("unknown-reference", "owner: there is no person, role", "did you mean `mia`?"),
    "owner: Mia Köster": ("name-for-id", "owner must be an id, got the name `Mia Köster`", "write `owner: mia`"),
    "owner: mia koester": ("name-for-id", "owner must be an id, got the name", "write `owner: mia`"),
    "owner: Köster": ("name-for-id", "owner must be an id, got the name", "write `owner: mia`"),
    "owner: Miha Koster": ("name-for-id", "owner must be an id, got the name", "write `owner: mia`"),
    "owner: Berg": ("unknown-reference", "owner: there is no person", ""),
    "owner: Marketing & Brand": ("name-for-id", "owner must be an id", "write `owner: marketing`"),
    "needs: [J11]": ("unknown-reference", "needs: there is no record `J11`", "did you mean `J1`?"),
    "needs: [jobs/J2]": ("unknown-reference", "needs: there is no record `jobs/J2`", "did you mean `jobs/J1`?"),
    "needs: [job/J1]": ("unknown-reference", "needs: there is no register `job`", "did you mean `jobs`?"),
}


@pytest.mark.parametrize("line", VALUES)
def test_a_fault_in_a_value(line: str) -> None:
    state = job(f"    {line}\n")
    code, message, hint = VALUES[line]
    (found,) = state.findings
    assert (found.code, found.message[: len(message)]) == (code, message)
    assert hint in found.hint
    assert found.severity == CATALOGUE[code].severity
    column = (
        5 if "[" not in line or line.startswith(("scale", "steps", "best", "pair", "note")) else line.index("[") + 6
    )
    assert str(found.source) == f"project/jobs.yml:4:{column}"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("30.06.2026", "write `due: 2026-06-30`"),
        ("30.6.26", "write `due: 2026-06-30`"),
        ("2026/6/30", "write `due: 2026-06-30`"),
        ("KW 26", "Friday"),
        ("KW 26/2026", "write `due: 2026-06-26`"),
        ("KW 53 2026", "write `due: 2027-01-01`"),
        ("KW 53/2025", "write a day as YYYY-MM-DD"),
        ("W1/0000", "YYYY-MM-DD"),
        ("31.02.2026", "write a day as YYYY-MM-DD"),
        ("2026-02-30", "YYYY-MM-DD"),
        ("2026-6-3", "YYYY-MM-DD"),
        ("soon", "YYYY-MM-DD"),
        ("२०२६-०१-०१", "YYYY-MM-DD"),
    ],
)
def test_bad_date(text: str, hint: str) -> None:
    (found,) = job(f"    steps:\n      - what: x\n        due: {text}\n").findings
    assert (found.code, found.source and (found.source.line, found.source.column)) == ("bad-date", (6, 9))
    assert hint in found.hint


PLACES = {
    "missing in the record": ("jobs:\n  - title: T\n", "jobs.yml:2:5 missing-key"),
    "empty in the record": ("jobs:\n  - title: T\n    id:\n", "jobs.yml:2:5 missing-key"),
    "missing in a mapping": (
        "jobs:\n  - id: J\n    title: T\n    best:\n      due: 2026-01-01\n",
        "jobs.yml:5:7 missing-key",
    ),
    "missing in one line": ("scale: {name: x}\n", "jobs.yml:1:8 missing-key"),
    "missing in an item": (
        "jobs:\n  - id: J\n    title: T\n    steps:\n      - owner: mia\n",
        "jobs.yml:5:9 missing-key",
    ),
    "missing under a free key": (
        "jobs:\n  - {id: J, title: T, by_month: {jan: {due: 2026-01-01}}}\n",
        "jobs.yml:2:39 missing-key",
    ),
    "unknown at the top": ("topic: x\njobz: []\n", "jobs.yml:2:1 unknown-key"),
    "unknown in the header": ("scale:\n  top: 5\n  tip: 1\n", "jobs.yml:3:3 unknown-key"),
    "unknown in an item": (
        "jobs:\n  - id: J\n    title: T\n    steps:\n      - {what: x, whom: y}\n",
        "jobs.yml:5:19 unknown-key",
    ),
    "unknown in a link": ("jobs:\n  - {id: J, title: T, links: [{url: x, label: y}]}\n", "jobs.yml:2:40 unknown-key"),
    "unknown under a free key": (
        "jobs:\n  - {id: J, title: T, by_month: {jan: {what: x, wen: y}}}\n",
        "jobs.yml:2:49 unknown-key",
    ),
    "the name behind an alias": (
        "jobs:\n  - {id: J, title: T, by_month: {jan: {what: x, owner: mia}}, since: 1}\n",
        "jobs.yml:2:63 unknown-key",
    ),
    "the item of a list": (
        "jobs:\n  - id: J\n    title: T\n    helpers:\n      - mia\n      - nobody\n",
        "jobs.yml:6:9 unknown-reference",
    ),
    "a bad item": ("jobs:\n  - id: J\n    title: T\n    words: [a, {b: c}]\n", "jobs.yml:4:16 wrong-type"),
    "an item that is a text": ("jobs:\n  - J1\n", "jobs.yml:2:5 wrong-type"),
    "records that are no list": ("jobs:\n  id: J1\n", "jobs.yml:1:1 list-expected"),
    "a bad id": ("jobs:\n  - title: T\n    id: J 1\n", "jobs.yml:3:5 bad-id"),
    "an id twice": ("jobs:\n  - {id: J1, title: T}\nlater:\n  - {title: T, id: j1}\n", "jobs.yml:4:16 duplicate-id"),
    "comma": (
        "jobs:\n  - id: J\n    title: T\n    steps:\n      - {what: Texte, Bilder}\n",
        "jobs.yml:5:23 comma-in-one-line",
    ),
    "a wrong header": ("start: 1.2.2026\n", "jobs.yml:1:1 bad-date"),
}


@pytest.mark.parametrize("name", PLACES)
def test_the_place_of_a_fault(name: str) -> None:
    text, expected = PLACES[name]
    assert told(load(people=PEOPLE, jobs=text)) == [expected]


def test_comma_in_one_line_says_how_to_write_it() -> None:
    state = job("    steps:\n      - {what: Texte und, die Bilder, due: 2026-01-01}\n      - {what: a, b, c}\n")
    assert [item.hint for item in state.findings] == [
        'write `what: "Texte und, die Bilder"`',
        'write `what: "a, b"` for one text, or `what: [a, b]` for several items',
        'write `what: "a, b, c"` for one text, or `what: [a, b, c]` for several items',
    ]


def test_comma_in_one_line_where_a_list_belongs_is_one_finding() -> None:
    state = load(people=PEOPLE, jobs="jobs:\n  - {id: J1, title: T, helpers: mia, jan}\n")
    assert told(state) == ["jobs.yml:2:38 comma-in-one-line"]


def test_an_empty_known_field_in_one_line_is_no_invented_key() -> None:
    assert told(job("    steps: [{what: x, due}]\n")) == []


def test_free_keys_are_anybodys_own_and_common_keys_are_everywhere() -> None:
    own = "    x-jira: ABC-1\n    x-: \n    note: n\n"
    state = job(f"{own}    links: https://example.org\n    tags: [a]\n    evidence: [{{url: u}}]\n")
    assert told(state) == []
    assert state.of(Job)[0].entry.links[0].url == "https://example.org"


def test_a_record_with_an_unknown_key_is_kept_and_a_broken_one_is_dropped_but_known() -> None:
    state = load(
        jobs="jobs:\n  - {id: J1, title: T, huh: 1}\n  - {id: J2}\n  - {id: J3, title: T, needs: [J2, J1]}\n",
    )
    assert [record.id for record in state.of(Job)] == ["J1", "J3"]
    assert told(state) == ["jobs.yml:2:24 unknown-key", "jobs.yml:3:5 missing-key"]
    assert state.known_ids["jobs"] == {"j1": "jobs", "j2": "jobs", "j3": "jobs"}


def test_a_broken_record_still_tells_its_unknown_keys_and_every_wrong_value() -> None:
    state = job("    scale: 9\n    huh: 1\n    steps:\n      - {wat: 1, due: x}\n")
    assert told(state) == [
        "jobs.yml:4:5 value-out-of-range",
        "jobs.yml:5:5 unknown-key",
        "jobs.yml:7:10 unknown-key",
        "jobs.yml:7:18 bad-date",
    ]


def test_a_needed_key_that_is_misspelt_is_one_fault() -> None:
    assert told(load(jobs="jobs:\n  - {id: J1, titel: T}\n")) == ["jobs.yml:2:14 unknown-key"]
    assert told(load(jobs="jobs:\n  - {id: J1, colour: T}\n")) == [
        "jobs.yml:2:5 missing-key",
        "jobs.yml:2:14 unknown-key",
    ]


def test_a_record_without_an_id_is_one_fault_and_no_reference_to_nothing() -> None:
    state = load(jobs="jobs:\n  - {title: T}\n  - {id: J 2, title: T}\n  - {id: J3, title: T, needs: [J2, J1]}\n")
    assert told(state) == ["jobs.yml:2:5 missing-key", "jobs.yml:3:6 bad-id"]
    assert state.incomplete == {"jobs"}


def test_a_week_without_a_year_is_corrected_to_its_first_friday_since_the_project_began() -> None:
    def hint(start: str, week: str) -> str:
        (said,) = load(jobs=f"{start}jobs:\n  - {{id: J1, title: T, steps: [{{what: W, due: {week}}}]}}\n").findings
        assert said.code == "bad-date"
        return said.hint

    assert hint("start: 2026-03-02\n", "KW 26") == "write `due: 2026-06-26` for the Friday of that week"
    assert hint("start: 2026-03-02\n", "KW 5").startswith("write `due: 2027-02-05`")
    assert (
        hint("start: 2026-03-02\n", "KW 60")
        == hint("", "KW 26")
        == ("write a day as YYYY-MM-DD, for example its Friday")
    )


def test_a_list_under_a_misspelt_name_is_one_fault() -> None:
    state = load(jobs="jbos:\n  - {id: J1, title: T}\n")
    assert told(state) == ["jobs.yml:1:1 unknown-key"]
    assert state.incomplete == {"jobs"}


def test_a_wrong_header_field_leaves_the_others() -> None:
    state = load(jobs="start: x\ntopic: T\nscale: {top: 5}\njobs:\n  - {id: J1, title: T}\n")
    header = state.header(Jobs)
    assert header is not None
    assert (header.topic, header.start, len(state.of(Job))) == ("T", None, 1)
    assert told(state) == ["jobs.yml:1:1 bad-date"]


# --- references ---------------------------------------------------------------------------------------------------


def test_ids_are_compared_without_case() -> None:
    assert told(job("    owner: MIA\n    needs: [j1, Jobs/J1, jobs/j1]\n")) == ["jobs.yml:5:17 unknown-reference"]


def test_a_register_that_is_not_there_is_not_asked() -> None:
    jobs = "jobs:\n  - {id: J1, title: T, owner: nobody, needs: [plan/x]}\n"
    assert told(load(jobs=jobs)) == []
    assert told(load(jobs=jobs, people="", plan="")) == [
        "jobs.yml:2:24 unknown-reference",
        "jobs.yml:2:47 unknown-reference",
    ]


def test_a_register_that_cannot_be_read_is_not_asked() -> None:
    state = load(jobs="jobs:\n  - {id: J1, title: T, owner: nobody, needs: [x]}\n", people="people: [\n")
    assert [item.code for item in state.findings] == ["yaml-syntax"]
    assert state.unreadable == {"people": "project/people.yml"}
    assert state.has("people")


def test_a_bare_id_in_several_registers_is_ambiguous_and_a_full_one_is_not() -> None:
    state = load(
        jobs="jobs:\n  - {id: X1, title: T, needs: [x1, jobs/X1, plan/X1]}\n", plan="tasks:\n  - {id: X1, title: T}\n"
    )
    (found,) = state.findings
    assert (found.code, str(found.source)) == ("ambiguous-reference", "project/jobs.yml:2:32")
    assert found.hint == "write one of `jobs/X1`, `plan/X1`"


def test_a_reference_into_two_registers_asks_those_that_exist_and_may_be_ambiguous() -> None:
    plan = "tasks:\n  - {id: X1, title: T}\n  - {id: X2, title: T, after: X1}\n  - {id: X3, title: T, after: X9}\n"
    assert told(load(plan=plan)) == ["plan.yml:4:24 unknown-reference"]
    state = load(plan=plan, jobs="jobs: [{id: x1, title: T, after: plan/X1}]\n")
    assert told(state) == ["plan.yml:3:24 ambiguous-reference", "plan.yml:4:24 unknown-reference"]
    assert state.findings[0].hint == "write one of `jobs/x1`, `plan/X1`"


def test_an_id_outside_the_targets_makes_a_reference_no_more_ambiguous() -> None:
    state = load(people=PEOPLE, plan="tasks:\n  - {id: mia, title: T, owner: mia, helpers: [people/mia]}\n")
    assert told(state) == []


def test_the_right_id_in_the_wrong_list_is_explained() -> None:
    state = load(people=PEOPLE + "  - {id: it, name: IT, head: marketing}\n")
    (found,) = state.findings
    assert (found.code, found.message) == (
        "unknown-reference",
        "head must be a person; `marketing` is one of the departments",
    )


def test_references_in_headers_and_nested_parts_are_followed() -> None:
    people = "admins: [mia, bob]\npeople:\n  - {id: mia, name: M, seats: [{role: chef, from: 2026-01-01}]}\n"
    assert told(load(people=people)) == ["people.yml:1:15 unknown-reference", "people.yml:3:33 unknown-reference"]


def test_referrers_are_found() -> None:
    state = job("    owner: Mia\n")
    assert [record.ref for record in state.referrers("people/mia")] == ["jobs/J1"]


def test_hints_end_when_a_project_has_thousands_of_wrong_references() -> None:
    jobs = "jobs:\n" + "".join(f"  - {{id: J{n}, title: T, needs: [J{n}x]}}\n" for n in range(2000))
    state = load(jobs=jobs)
    assert len(state.findings) == 2000
    assert state.findings[0].hint
    assert not state.findings[-1].hint


# --- files and folders --------------------------------------------------------------------------------------------


def test_a_folder_is_one_register_in_the_order_of_its_paths() -> None:
    state = load(
        jobs__b="jobs:\n  - {id: J2, title: T}\ntopic: T\n",
        jobs__a__z="jobs:\n  - {id: J1, title: T}\nlater: [{id: J3, title: T}]\n",
        jobs__c="",
    )
    assert told(state) == []
    assert [record.id for record in state.of(Job)] == ["J1", "J2", "J3"]
    assert [record.source.path for record in state.of(Job)][:2] == ["project/jobs/a/z.yml", "project/jobs/b.yml"]
    assert str(state.contents["jobs"].at("topic")) == "project/jobs/b.yml:3:1"
    assert str(state.contents["jobs"].at("jobs", 1, "title")) == "project/jobs/b.yml:2:14"
    assert state.paths["jobs"] == ("project/jobs/a/z.yml", "project/jobs/b.yml", "project/jobs/c.yml")


def test_a_file_and_a_folder_have_the_same_content() -> None:
    one = load(jobs="topic: T\njobs: [{id: A, title: T}, {id: B, title: T}]\n")
    many = load(jobs__1="jobs: [{id: A, title: T}]\n", jobs__2="topic: T\n", jobs__3="jobs: [{id: B, title: T}]\n")
    assert plain(one.contents["jobs"]) == plain(many.contents["jobs"])


def test_a_file_is_never_changed_by_being_put_together_with_others() -> None:
    kept: dict[str, Parsed] = {}

    def parse(path: str, data: bytes) -> Parsed:
        return kept.setdefault(path, read_yaml(path, data))

    files = MemoryFiles({"jobs/1.yml": b"jobs: [{id: A, title: T}]", "jobs/2.yml": b"jobs: [{id: B, title: T}]"})
    for _ in range(2):
        assert len(load_state(files, DOCUMENTS, parse=parse).of(Job)) == 2


BROKEN = {
    "file and folder": ({"jobs.yml": "", "jobs/a.yml": ""}, ["jobs.yml:1:1 duplicate-register"]),
    "header twice": (
        {"jobs/a.yml": "topic: x\n", "jobs/b.yml": "jobs: []\ntopic: x\n"},
        ["jobs/b.yml:2:1 duplicate-register"],
    ),
    "header and list": (
        {"jobs/a.yml": "topic: x\n", "jobs/b.yml": "topic: []\n"},
        ["jobs/b.yml:1:1 duplicate-register"],
    ),
    "id twice in a folder": (
        {"jobs/a.yml": "jobs: [{id: A, title: T}]", "jobs/b.yml": "later: [{id: a, title: T}]"},
        ["jobs/b.yml:1:10 duplicate-id"],
    ),
    "one of a folder": (
        {"jobs/a.yml": "jobs: [{id: A, title: T}]", "jobs/b.yml": "a: b: c"},
        ["jobs/b.yml:1:5 yaml-syntax"],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_register_that_cannot_be_accepted(name: str) -> None:
    texts, expected = BROKEN[name]
    state = load_texts(texts)
    assert [place for place in told(state) if "unknown-key" not in place and "wrong-type" not in place] == expected
    assert "jobs" not in state.contents
    assert state.unreadable == {"jobs": "project/" + expected[0].partition(":")[0]}
    files = MemoryFiles({path: text.encode() for path, text in texts.items()})
    assert load_contents(files, DOCUMENTS) == ({}, dict(state.unreadable))


def test_the_rest_of_a_refused_file_is_looked_at() -> None:
    state = load(
        people=PEOPLE,
        jobs="jobs:\n  - {id: J1, title: T, title: U}\n  - {id: J2, title: T, scale: 9}\n"
        "  - {id: J3, title: T, owner: nob}\n",
        plan="tasks:\n  - {id: P1, title: T, needs: [J1]}\n",
    )
    assert told(state) == [
        "jobs.yml:2:24 yaml-duplicate-key",
        "jobs.yml:3:24 value-out-of-range",
        "jobs.yml:4:24 unknown-reference",
    ]
    assert "jobs" in state.unreadable


def test_what_stands_behind_an_alias_is_not_called_missing() -> None:
    state = load(
        jobs="jobs:\n  - &a {id: J1, title: T}\n  - {<<: *a, id: J2}\n", plan="tasks: [{id: P, title: T, needs: [J9]}]"
    )
    assert {item.code for item in state.findings} == {"yaml-alias"}


def test_one_bad_file_never_hides_the_rest() -> None:
    state = load(people="people: [", jobs="jobs:\n  - {id: J1, title: T}\n", plan="\0")
    assert [record.id for record in state.of(Job)] == ["J1"]
    assert told(state) == ["people.yml:2:1 yaml-syntax", "plan.yml:1:1 yaml-encoding"]


def test_unknown_registers() -> None:
    state = load_texts(
        {
            "job.yml": "",
            "Jobs.yml": "",
            "plan.yaml": "",
            "jobs/a.YML": "",
            "attic/old.yml": "",
            "attic/older.yml": "",
            "keys/x.yml": "",
            "templates/a/b.yml": "",
            "evidence/x.yaml": "",
            "README.md": "",
            ".hidden.yml": "",
            ".git/x.yml": "",
            "pictures/a.png": "",
        }
    )
    assert told(state) == [
        "Jobs.yml:1:1 unknown-register",
        "attic/old.yml:1:1 unknown-register",
        "job.yml:1:1 unknown-register",
        "jobs/a.YML:1:1 unknown-register",
        "plan.yaml:1:1 unknown-register",
    ]
    hints = {item.source.path: item.hint for item in state.findings if item.source}
    assert hints["project/job.yml"] == hints["project/Jobs.yml"] == "did you mean `jobs`?"
    assert hints["project/plan.yaml"] == "rename it to plan.yml"
    assert state.has("plan")


def test_links_are_refused_and_never_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.yml").write_text("jobs: [{id: S, title: T}]")
    project = tmp_path / "project"
    (project / "keys").mkdir(parents=True)
    (project / "jobs.yml").symlink_to(tmp_path / "secret.yml")
    (project / "plan").symlink_to(tmp_path)
    (project / "keys" / "a.asc").symlink_to("b.asc")
    (project / "people.yml").write_text(PEOPLE)
    state = load_state(FolderFiles(project, "project/"), DOCUMENTS)
    assert told(state) == [
        "jobs.yml:1:1 path-outside-project",
        "keys/a.asc:1:1 path-outside-project",
        "plan:1:1 path-outside-project",
    ]
    assert state.unreadable == {"jobs": "project/jobs.yml", "plan": "project/plan"}
    assert not state.of(Job)
    assert len(state.of(Person)) == 3


def test_a_name_that_a_terminal_would_obey_is_refused_and_shown_without_it() -> None:
    state = load_texts({"jobs/\x1b[31m\u202e.yml": "jobs: []", "p\nq.yml": "", "plan.yml": ""})
    assert told(state) == ["jobs/\ufffd[31m\ufffd.yml:1:1 yaml-encoding", "p\ufffdq.yml:1:1 yaml-encoding"]
    assert "jobs" in state.unreadable
    assert all(str(item.source).isprintable() and item.message.isprintable() for item in state.findings)


def test_a_pipe_is_no_register(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "jobs.yml")
    state = load_state(FolderFiles(tmp_path), DOCUMENTS)
    assert told(state) == ["jobs.yml:1:1 path-outside-project"]


def test_names_are_found_when_hints_have_ended() -> None:
    jobs = "jobs:\n" + "".join(f"  - {{id: J{n}, title: T, owner: who{n}}}\n" for n in range(10_000))
    state = load(people=PEOPLE, jobs=jobs + "  - {id: L, title: T, owner: Jan Berg}\n")
    (named,) = [item for item in state.findings if item.code == "name-for-id"]
    assert named.hint == "write `owner: jan`"


def test_a_surname_of_two_people_names_nobody() -> None:
    assert [item.code for item in job("    owner: berg\n").findings] == ["unknown-reference"]


def test_an_empty_header_key_may_stand_in_a_second_file() -> None:
    state = load(jobs__a="topic:\njobs:\n", jobs__b="topic: T\njobs: [{id: A, title: T}]\n", jobs__c="topic:\nhuh:\n")
    assert told(state) == ["jobs/c.yml:2:1 unknown-key"]
    assert str(state.contents["jobs"].at("topic")) == "project/jobs/b.yml:1:1"


def test_an_escape_beyond_unicode_is_a_finding_with_either_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    for libyaml in (True, False):
        monkeypatch.setattr(parser, "LIBYAML", libyaml)
        assert [item.code for item in load(jobs='topic: "\\UFFFFFFFF"').findings] == ["yaml-syntax"]


def test_no_prefix() -> None:
    state = load_state(MemoryFiles({"jobs.yml": b"x: 1"}, prefix=""), DOCUMENTS)
    assert str(state.findings[0].source) == "jobs.yml:1:1"


def test_contents_without_types() -> None:
    files = MemoryFiles({"jobs.yml": b"jobs: [{id: A, huh: 1}]", "plan.yml": b"a: b: c", "odd.yml": b"a: 1"})
    contents, unreadable = load_contents(files, ["jobs", "plan", "people"])
    assert {name: plain(content) for name, content in contents.items()} == {"jobs": {"jobs": [{"id": "A", "huh": "1"}]}}
    assert unreadable == {"plan": "project/plan.yml"}


def test_a_file_that_vanished_is_an_error_in_a_sentence(tmp_path: Path) -> None:
    files = FolderFiles(tmp_path, "project/")
    (tmp_path / "jobs.yml").write_text("")
    listing = files.listing()
    (tmp_path / "jobs.yml").unlink()

    class Stale(FolderFiles):
        def listing(self):  # noqa: ANN202  # as in FolderFiles
            return listing

    with pytest.raises(FilesError, match=r"jobs\.yml cannot be read"):
        load_state(Stale(tmp_path, ""), DOCUMENTS)


# --- hostile input ------------------------------------------------------------------------------------------------

HOSTILE = {
    "a million unknown keys": "".join(f"k{n}: 1\n" for n in range(100_000)),
    "unknown keys in records": "jobs:\n" + "".join(f"  - {{id: J{n}, title: T, k{n}: 1}}\n" for n in range(10_000)),
    "records without anything": "jobs:\n" + "  - {a: 1}\n" * 10_000,
    "a long number": "jobs:\n  - {id: J, title: T, cost: '" + "1," * 500_000 + "x'}\n",
    "a long date": "start: 'KW 1" + " " * 500_000 + "x'\n",
    "a long word": "jobs:\n  - {id: J, title: T, kind: " + "b" * 1_000_000 + "}\n",
    "a long key": "b" * 1_000 + ": 1\n",
    "a long id": "jobs:\n  - {id: '" + "a b" * 300_000 + "', title: T}\n",
    "a long name": "jobs:\n  - {id: J, title: T, owner: '" + "a b" * 300_000 + "'}\n",
    "a long list": "jobs:\n  - {id: J, title: T, helpers: '" + "a;" * 300_000 + "'}\n",
    "wrong words": "jobs:\n" + "".join(f"  - {{id: J{n}, title: T, kind: bag{n}}}\n" for n in range(10_000)),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_gives_short_findings(name: str) -> None:
    state = load(people=PEOPLE, jobs=HOSTILE[name])
    assert state.findings
    assert max(len(item.message) + len(item.hint) for item in state.findings) < 2_000


SNIPPETS = st.sampled_from(
    [
        *(
            "id: J1",
            "title: T",
            "scale: 3",
            "scale: x",
            "owner: mia",
            "helpers: [mia]",
            "helpers: mia",
            "best: {what: x}",
        ),
        *(
            "best: x",
            "steps: [{what: x}]",
            "steps: [x]",
            "steps: {a: b}",
            "pair: [1]",
            "pair: [1, 2, 3]",
            "links: {url: x}",
        ),
        *(
            "links: [[x]]",
            "by_month: {a: {what: x}}",
            "by_month: {a: x}",
            "by_month: [x]",
            "cost: 1,0",
            "at: x",
            "x-a: {b: [c]}",
        ),
        *("needs: [[a]]", "needs: [J1]", "evidence: x", "tags: x", "note: {a: b}", "huh:", "? x"),
    ]
)


@settings(max_examples=300)
@given(st.lists(st.lists(SNIPPETS, max_size=6), max_size=4))
def test_whatever_is_written_is_read_or_told(jobs: list[list[str]]) -> None:
    text = "jobs:\n" + "".join("  - " + "\n    ".join(fields or ["{}"]) + "\n" for fields in jobs)
    state = load(people=PEOPLE, jobs=text)
    assert all(item.source and item.code in CATALOGUE for item in state.findings)
    assert len(state.of(Job)) == len(jobs) or state.findings
