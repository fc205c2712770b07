"""What cannot be read or known is not said: a shallow clone, files with mistakes, a project without keys."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace
from small_shop import ANA, begin_shop

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.model.incomplete import NO_COMMIT, NO_REPOSITORY
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


def test_a_gate_and_a_person_do_not_wait_for_what_cannot_be_checked(make: Make) -> None:
    gates = "gates: [{id: G1, name: Ready, date: 2026-06-01, requires: [charter]}]"
    slots = (Slot("it", Status.UNVERIFIABLE, overdue=True, due=date(2026, 5, 1)),)
    agreement = Agreement("charter", None, Status.UNVERIFIABLE, None, False, False, (), (), slots)  # noqa: FBT003
    project = make(answer=replace(LOST, agreements=(agreement,)), charter="problem: Old", timeline=gates)
    site = Site(project)
    for path in ("gates", "gates/G1", "timeline", "people/jan", "findings"):
        assert lead(site.page(path).html).endswith("A part of the history is missing from the repository.")
        assert 'class="ecompm-late"' not in site.page(path).html
    gate = site.page("gates/G1").html
    assert lead(gate).startswith(
        "Whether it can pass cannot be told here. It is due 1 June, in 7 days. One agreement cannot be checked here."
    )
    assert "missing;" not in gate
    assert "Mend the files" not in gate
    assert '<span class="ecompm-figure__value">not known</span>' in gate
    assert "not known" in site.page("gates").html
    assert "waits for" not in site.page("timeline").html
    assert "nothing missing" not in site.page("timeline").html
    assert "Whether gate G1 can be decided cannot be told here." in lead(site.page("index").html)
    assert "one agreement cannot be checked" in site.page("index").html
    jan = site.page("people/jan").html
    assert lead(jan).startswith("Whether Jan Peters has anything to sign cannot be told here. One agreement is asked")
    assert "To sign" not in jan
    assert "Asked to agree to" in jan
    assert lead(site.page("people/karl").html) == "Karl Gone is no longer on the project."
    known = make(answer=Signoffs("c" * 40, agreements=(_missing(agreement),)), charter="problem: Old", timeline=gates)
    assert "cannot be checked" not in lead(Site(known).page("gates").html)
    assert "One agreement is missing" in lead(Site(known).page("gates/G1").html)
    assert lead(Site(known).page("people/jan").html).startswith("Jan Peters has one agreement to sign.")


def _missing(agreement: Agreement) -> Agreement:
    slots = tuple(replace(slot, status=Status.MISSING) for slot in agreement.slots)
    return replace(agreement, status=Status.MISSING, slots=slots)


def test_what_is_missing_for_certain_is_told_beside_what_cannot_be_checked(make: Make) -> None:
    gates = "gates: [{id: G1, name: Ready, date: 2026-06-01, requires: [charter], criteria: [{id: C-1, what: Shop}]}]"
    slots = (
        Slot("it", Status.UNVERIFIABLE),
        Slot("marketing", Status.VALID, person="mia"),
        Slot("eva", Status.MISSING),
    )
    required = Agreement("charter", None, Status.UNVERIFIABLE, None, False, False, (), (), slots[:1])  # noqa: FBT003
    own = Agreement("timeline/G1", None, Status.UNVERIFIABLE, None, False, False, (), (), slots)  # noqa: FBT003
    signoffs = Signoffs("c" * 40, agreements=(required, own))
    site = Site(make(answer=signoffs, charter="problem: Old", timeline=gates))
    html = site.page("gates/G1").html
    assert lead(html) == (
        "Cannot pass yet. One criterion and one sign-off are missing; it is due 1 June, in 7 days. "
        "One agreement and one sign-off cannot be checked here."
    )
    assert "1 to be signed · 1 cannot be checked" in html
    assert '<a href="ecompm:signoffs/timeline-G1">1 of 3</a>' in html
    assert "Mend the files behind the charter" in html
    assert "one criterion · one sign-off · one agreement and one sign-off cannot be checked" in site.page("index").html
    jan = lead(site.page("people/jan").html)
    assert "Two agreements are asked for" in jan


def test_a_decided_gate_whose_text_cannot_be_read_is_not_called_unsigned(make: Make) -> None:
    plan = "gates: [{id: G1, name: Ready, date: 2026-05-01, decision: go, decided_on: 2026-05-02, requires: [charter]},"
    plan += " {id: G2, name: Next, date: 2026-06-01}]"
    slots = (Slot("it", Status.UNVERIFIABLE),)
    own = Agreement("timeline/G1", None, Status.UNVERIFIABLE, None, False, False, (), (), slots)  # noqa: FBT003
    later = replace(own, artifact="timeline/G2")
    site = Site(make(answer=Signoffs("c" * 40, agreements=(own, later)), charter="problem: 'Old", timeline=plan))
    assert lead(site.page("gates/G1").html) == (
        "Decided on 2 May: go. Who signed it cannot be checked. One mistake in the files may hide something."
    )
    assert lead(site.page("gates").html) == (
        "One of two gates decided. Next is G2, Next, due 1 June, in 7 days: what it waits for cannot be told here."
    )
    assert lead(site.page("people/jan").html).endswith("One mistake in the files may hide something.")
    assert "? decided, not checked" in re.sub(r"<[^>]+>", "", site.page("gates").html)


def test_calendars_say_that_agreements_are_left_out(clones: tuple[Site, Site]) -> None:
    whole, shallow = (site.calendars(lambda place: f"https://x/{place}") for site in clones)
    assert b"X-WR-CALDESC" not in b"".join(whole.values())
    for feed in shallow.values():
        said = feed.replace(b"\r\n ", b"")
        assert b"X-WR-CALDESC:Agreements are left out" in said
        assert b"git fetch --unshallow" in said


def test_the_history_of_a_shallow_clone_does_not_begin_where_it_is_cut_off(clones: tuple[Site, Site]) -> None:
    html = clones[1].page("history").html
    assert lead(html).startswith("What happened before cannot be read here. This copy of the project begins on 10 Mar")
    assert "for the first time" not in html
    assert "for the first time" in clones[0].page("history").html


def test_a_decision_in_a_shallow_clone_is_not_said_not_to_count(tmp_path: Path) -> None:
    made = begin_shop(tmp_path / "made", MILESTONE % "2026-09-01")
    made.commit("A day", files={"project/signoffs.yml": DEMAND}, when="2026-02-10T10:00:00Z")
    made.commit("Agree\n\nSignoff: approve charter\n", key=ANA, when="2026-02-20T10:00:00Z")
    made.git("clone", "-q", "--depth=1", f"file://{made.folder}", str(tmp_path / "shallow"))
    site = Site(assemble(Setting(folder=tmp_path / "shallow" / "project", as_of=TODAY, periods=True)))
    assert site.project.signoffs.records
    for path in ("signoffs", "signoffs/charter"):
        html = site.page(path).html
        assert "What cannot be checked, and why" in html
        assert "not count" not in html
        assert "not counted" not in html


# --- no repository at all -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=[False, True], ids=["no repository", "no commit"])
def without_git(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site of the same shop from its files alone, and from a repository in which nothing is committed yet."""
    folder = tmp_path_factory.mktemp("bare")
    gates = MILESTONE % "2026-09-01" + (
        "phases:\n  - {id: build, name: Build, start: 2026-03-01, end: 2026-08-01}\n"
        "gates:\n  - {id: G1, name: Ready, date: 2026-06-01, requires: [charter]}\n"
        "  - {id: G0, name: Begun, date: 2026-02-01, opens: build, decision: go, decided_on: 2026-02-01}\n"
    )
    made = begin_shop(folder / "made", gates)
    demand = DEMAND + "  - {artifact: timeline/G0, approvers: [sponsor], due: 2026-02-01}\n"
    made.commit("A day", files={"project/signoffs.yml": demand}, when="2026-02-10T10:00:00Z")
    files = folder / "files"
    made.git("clone", "-q", f"file://{made.folder}", str(files))
    shutil.rmtree(files / ".git")
    if request.param:
        made.git("init", "-q", str(files))
    site = Site(assemble(Setting(folder=files / "project", as_of=TODAY, periods=True)))
    assert site.project.signoffs.problem == (NO_COMMIT if request.param else NO_REPOSITORY)
    return site


def test_without_a_repository_pages_say_so_and_what_to_do(without_git: Site) -> None:
    assert without_git.project.signoffs.by_artifact["charter"].status is Status.MISSING, "the engine says the same"
    empty = without_git.project.signoffs.problem == NO_COMMIT
    said = "Nothing is committed here yet, so nothing can be proved. Commit the project."
    if not empty:
        said = (
            "There is no git repository here, so nothing can be proved. "
            "Work in a clone of the project, or begin a repository with git init and a first commit."
        )
    person = next(path for path in without_git.views if without_git.page(path).html.count("Asked to agree to"))
    for path in ("index", "this-week", "signoffs", "signoffs/charter", "gates", "gates/G1", "gates/G0", "timeline"):
        assert said in lead(without_git.page(path).html), path
    for path in ("trust", "findings", person):
        assert said in lead(without_git.page(path).html), path
    assert said in re.sub(r"<[^>]+>", "", without_git.page("charter").html)


def test_without_a_repository_nobody_is_late_or_asked_to_sign(without_git: Site) -> None:
    assert [item for item in without_git.project.findings if item.code == "signoff-overdue"], "the engine says the same"
    for path in without_git.views:
        html = without_git.page(path).html
        for wrong in (
            "Not agreed",
            "No answer",
            "not answered",
            "ecompm-late",
            "How to sign",
            "To sign",
            "to be signed",
        ):
            assert wrong not in html, (path, wrong)
        for wrong in ("signoff-overdue", "gate-not-signed", "accountable-never-signed", "Not signed by all"):
            assert wrong not in html, (path, wrong)
    assert "Nothing is late." in lead(without_git.page("index").html)
    assert "signoff-unverifiable" in without_git.page("findings").html
    feeds = b"".join(without_git.calendars(lambda place: f"https://x/{place}").values())
    assert b"CATEGORIES:Sign-off" not in feeds
    assert b"nothing can be proved" in feeds.replace(b"\r\n ", b"")


def test_a_project_without_demands_says_nothing_of_proof(make: Make) -> None:
    site = Site(make(answer=Signoffs(problem=NO_REPOSITORY), charter="problem: Old"))
    assert all("proved" not in site.page(path).html for path in site.views)


def test_a_decided_gate_is_not_called_unsigned_where_nobody_can_tell(make: Make) -> None:
    plan = "phases: [{id: b, name: Build, start: 2026-05-01, end: 2026-07-01}]\n"
    plan += "gates: [{id: G1, name: Ready, date: 2026-05-01, opens: b, decision: go, decided_on: 2026-05-02}]"
    slots = (Slot("it", Status.UNVERIFIABLE, overdue=False),)
    agreement = Agreement("timeline/G1", None, Status.UNVERIFIABLE, None, False, False, (), (), slots)  # noqa: FBT003
    project = make(answer=replace(LOST, agreements=(agreement,)), timeline=plan)
    assert "Who signed it cannot be checked" in lead(Site(project).page("gates/G1").html)
    assert lead(Site(project).page("gates").html).startswith("The gate was decided.")
    assert "gate-not-signed" not in {item.code for item in project.findings}
    known = make(answer=Signoffs("c" * 40, agreements=(_missing(agreement),)), timeline=plan)
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
