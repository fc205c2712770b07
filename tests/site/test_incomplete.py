"""What cannot be read or known is not said: a shallow clone, files with mistakes, a project without keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from small_shop import ANA, begin_shop

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Agreement, Signoffs, Slot, Status
from mkdocs_ecompm.registers.timeline_promises import Promise, Said, sentence_of
from mkdocs_ecompm.site.pages import Site
from mkdocs_ecompm.site.signoffs import nobody_can_sign

Make = Callable[..., Project]

TODAY = date(2026, 4, 1)
MILESTONE = "milestones:\n  - {id: M-1, name: Go-live, date: %s}\n"
DEMAND = "signoffs:\n  - {artifact: charter, approvers: [sponsor], due: 2026-03-01}\n"
LOST = Signoffs("c" * 40, problem=f"The object {'a' * 40} is missing from the repository.", unverifiable=True)


def lead(html: str) -> str:
    """What a page says first, as text."""
    found = re.search(r'class="ecompm-lead">(.*?)</p>', html, re.DOTALL)
    assert found is not None
    return re.sub(r"<[^>]+>", "", found[1])


def sites(folder: Path) -> tuple[Site, Site]:
    """The site of a shop where the sponsor agreed in time, from the whole repository and from a shallow clone."""
    made = begin_shop(folder / "made", MILESTONE % "2026-09-01")
    made.commit("A day", files={"project/signoffs.yml": DEMAND}, key=ANA, when="2026-02-20T10:00:00Z")
    made.commit("Later", files={"project/timeline.yml": MILESTONE % "2026-10-01"}, when="2026-03-10T10:00:00Z")
    made.git("clone", "-q", f"file://{made.folder}", str(folder / "whole"))
    made.git("clone", "-q", "--depth=1", f"file://{made.folder}", str(folder / "shallow"))
    whole, shallow = (
        Site(assemble(Setting(folder=folder / name / "project", as_of=TODAY, periods=True)))
        for name in ("whole", "shallow")
    )
    return whole, shallow


@pytest.fixture(scope="module")
def clones(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, Site]:
    return sites(tmp_path_factory.mktemp("shops"))


# --- a shallow clone ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["index", "this-week", "signoffs", "trust", "signoffs/charter"])
def test_a_shallow_clone_says_what_it_lacks_and_how_to_get_it(clones: tuple[Site, Site], path: str) -> None:
    whole, shallow = (lead(site.page(path).html) for site in clones)
    said = "This copy of the project lacks its history. Fetch it with git fetch --unshallow."
    assert said in shallow
    assert said not in whole
    assert "`" not in shallow
    assert not re.search(r"[0-9a-f]{40}", shallow)


def test_a_shallow_clone_calls_nothing_late_or_not_agreed(clones: tuple[Site, Site]) -> None:
    whole, shallow = clones
    assert "Agreed." in whole.page("charter").html
    assert "The one agreement holds." in lead(whole.page("index").html)
    for path in ("index", "this-week", "charter", "signoffs", "signoffs/charter"):
        html = shallow.page(path).html
        assert "Not agreed" not in html
        assert "No answer" not in html
        assert 'class="ecompm-late"' not in html
        assert "How to sign" not in html
    assert lead(shallow.page("index").html).startswith("No agreement can be checked here.")
    assert "Whether this is agreed cannot be told here." in shallow.page("charter").html
    assert "1 asked" in shallow.page("signoffs").html
    assert not [duty for duty in shallow.project.duties if duty.kind == "sign-off"]
    codes = {item.code for item in shallow.project.findings}
    assert "signoff-unverifiable" in codes
    assert "signoff-overdue" not in codes


def test_where_agreements_count_as_missing_the_page_says_that_none_can_be_checked(make: Make) -> None:
    gates = "gates: [{id: G1, name: Ready, date: 2026-06-01, requires: [charter]}]"
    slots = (Slot("it", Status.UNVERIFIABLE, overdue=True, due=date(2026, 5, 1)),)
    agreement = Agreement("charter", None, Status.UNVERIFIABLE, None, False, False, (), (), slots)  # noqa: FBT003
    project = make(answer=replace(LOST, agreements=(agreement,)), charter="problem: Old", timeline=gates)
    for path in ("gates", "gates/G1", "timeline", "people/jan"):
        assert "Agreements count as missing on this page, for none can be checked" in lead(
            Site(project).page(path).html
        )
        assert 'class="ecompm-late"' not in Site(project).page(path).html
    assert "count" not in lead(Site(project).page("people/karl").html)
    assert "The gates count all as missing." in lead(Site(project).page("index").html)
    known = replace(project, signoffs=replace(project.signoffs, unverifiable=False, problem=""))
    assert "none can be checked" not in lead(Site(known).page("gates").html)


def test_a_decided_gate_is_not_called_unsigned_where_nobody_can_tell(make: Make) -> None:
    plan = "phases: [{id: b, name: Build, start: 2026-05-01, end: 2026-07-01}]\n"
    plan += "gates: [{id: G1, name: Ready, date: 2026-05-01, opens: b, decision: go, decided_on: 2026-05-02}]"
    slots = (Slot("it", Status.UNVERIFIABLE, overdue=False),)
    agreement = Agreement("timeline/G1", None, Status.UNVERIFIABLE, None, False, False, (), (), slots)  # noqa: FBT003
    project = make(answer=replace(LOST, agreements=(agreement,)), timeline=plan)
    assert "Who signed it cannot be checked" in lead(Site(project).page("gates/G1").html)
    assert lead(Site(project).page("gates").html).startswith("The gate was decided.")
    assert "gate-not-signed" not in {item.code for item in project.findings}
    known = make(answer=Signoffs("c" * 40, agreements=(agreement,)), timeline=plan)
    assert "Not signed by all" in lead(Site(known).page("gates/G1").html)
    assert "gate-not-signed" in {item.code for item in known.findings}


def test_the_history_page_of_a_shallow_clone_names_the_command_as_it_is_typed(clones: tuple[Site, Site]) -> None:
    html = clones[1].page("history").html
    assert "git fetch --unshallow" in html
    assert "`" not in html


def test_the_trust_page_of_a_shallow_clone_says_the_problem_once(clones: tuple[Site, Site]) -> None:
    html = clones[1].page("trust").html
    assert html.count("lacks its history") == 1
    assert "fetch-depth: 0" in lead(html)
    assert ", with ." not in html


def test_a_part_that_is_missing_otherwise_is_told_without_its_id(make: Make) -> None:
    demand = "signoffs: [{artifact: charter, approvers: [it], due: 2026-05-01}]"
    slots = (Slot("it", Status.UNVERIFIABLE, overdue=True),)
    agreement = Agreement("charter", None, Status.UNVERIFIABLE, None, True, False, (), (), slots)  # noqa: FBT003
    project = make(answer=replace(LOST, agreements=(agreement,)), charter="problem: Old", signoffs=demand)
    html = Site(project).page("signoffs").html
    assert "A part of the history is missing from the repository." in lead(html)
    assert "unshallow" not in html
    assert "a" * 40 not in html
    assert "signoff-overdue" not in {item.code for item in project.findings}


def test_of_promises_before_the_cut_nothing_is_said() -> None:
    said = (Said(date(2026, 3, 10), date(2026, 9, 1), "c"), Said(date(2026, 3, 20), date(2026, 10, 1), "d"))
    kept = Promise("M-1", "Go-live", said[:1], TODAY, reached=False, cut_off=True)
    moved = Promise("M-2", "Closing", said, TODAY, reached=False, cut_off=True)
    since = "Since 10 Mar 2026, when the history in this copy begins, "
    assert sentence_of([kept], "M-1").lead == f"{since}no milestone moved."
    assert sentence_of([kept, moved], "M-1").lead == f"{since}one milestone moved."
    assert sentence_of([replace(kept, cut_off=False)], "M-1").lead == "The milestone kept its first day."


# --- files with mistakes ------------------------------------------------------------------------------------------


def test_a_register_that_cannot_be_read_says_so(make: Make) -> None:
    site = Site(make(timeline="tasks:\n  - id: T-1\n    name: 'x\n", kpis="kpis: 3", charter="objectives: [{due: x}]"))
    assert lead(site.page("timeline").html) == (
        "timeline.yml cannot be read, so nothing of it is shown. Line 4: not YAML: a quoted text has no end."
    )
    assert (
        lead(site.page("kpis").html)
        == "One mistake in kpis.yml hides what it says. Line 1: kpis must be a list, got 3."
    )
    assert "mistakes in charter.yml hide what it says." in lead(site.page("charter").html)


def test_a_register_with_a_mistake_in_one_record_says_that_something_may_be_missing(make: Make) -> None:
    risks = """
        risks:
          - {id: R-1, title: Lost, kind: threat, status: open, likelihood: 2, impact: 3, owner: mia}
          - {id: R-2, title: Late, kind: threat, status: open, likelihood: 9, impact: 3, owner: mia}
    """
    project = make(risks=risks)
    assert lead(Site(project).page("risks").html).endswith("One mistake in risks.yml may hide a part of it.")
    assert "mistake" not in lead(Site(make(risks=risks.replace("9", "4"))).page("risks").html)


def test_the_overview_tells_of_mistakes(make: Make) -> None:
    html = Site(make(kpis="kpis: 3", risks="risks: 4")).page("index").html
    assert "Nothing that can be read is late. Two mistakes in the files may hide something." in lead(html)
    assert '<a href="ecompm:findings">2</a>' in html
    assert "may hide" in lead(Site(make(kpis="kpis: 3")).page("this-week").html)
    unreadable = Site(make(timeline="tasks: '")).page("index").html
    assert lead(unreadable).startswith("One mistake in the files may hide something.")
    right = Site(make()).page("index").html
    assert "mistake" not in right.casefold()
    assert lead(right) == "Nothing is late."


# --- nobody can sign ----------------------------------------------------------------------------------------------


PEOPLE = """
    people:
      - {id: mia, name: Mia Köster}
      - {id: tom, name: Tom Reiter}
"""


@pytest.mark.parametrize(
    ("trust", "words"),
    [
        ("trust: {admins: [mia]}", "add a key for Mia Köster in people.yml, and commit it."),
        (
            "trust: {admins: [mia, tom], quorum: 2}",
            "add keys for Mia Köster and Tom Reiter in people.yml, and commit it.",
        ),
        ("", "name those who administer people.yml in it, under trust, with their keys."),
    ],
)
def test_where_nobody_can_sign_the_page_says_what_to_do_and_says_it_once(make: Make, trust: str, words: str) -> None:
    slots = (Slot("tom", Status.MISSING),)
    agreement = Agreement("charter", None, Status.MISSING, None, False, False, (), (), slots)  # noqa: FBT003
    answer = Signoffs("c" * 40, agreements=(agreement,), problem="The quorum is 1, but 0 of the admins can sign.")
    demand = "signoffs: [{artifact: charter, approvers: [tom]}]"
    site = Site(make(answer=answer, people=f"{PEOPLE}\n    {trust}\n", charter="problem: Old", signoffs=demand))
    for path in ("signoffs", "trust"):
        html = site.page(path).html
        assert f"Nobody can sign yet: {words}" in lead(html)
        assert html.count("Nobody can sign yet") == 1
        assert "quorum" not in html
    for path in ("signoffs", "signoffs/charter", "people/tom"):
        assert "How to sign" not in site.page(path).html
    able = Site(replace(site.project, signoffs=replace(answer, problem="")))
    assert "How to sign" in able.page("signoffs").html
    assert "Nobody can sign" not in able.page("signoffs").html


def test_keys_that_are_not_committed_yet_are_to_be_committed(make: Make) -> None:
    people = f'people: [{{id: mia, name: Mia Köster, keys: [{{ssh: "{ANA.line}"}}]}}]\ntrust: {{admins: [mia]}}\n'
    answer = Signoffs("c" * 40, dirty=True, problem="The quorum is 1, but 0 of the admins can sign.")
    assert nobody_can_sign(make(answer=answer, people=people)) == "Nobody can sign yet: people.yml has to be committed."
