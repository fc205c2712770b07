"""The record pages and the page on trust, from the worked example with its history."""

from __future__ import annotations

import re
import subprocess
from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.cli.replay import replay
from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import Signoffs, TrustState
from mkdocs_ecompm.site.agreement import AgreementView, page_of
from mkdocs_ecompm.site.pages import Site, SiteOptions
from mkdocs_ecompm.site.trust import TrustView
from mkdocs_ecompm.site.verification import checks

AS_OF = date(2026, 8, 24)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("records") / "demo"
    replay(target)
    return target


@pytest.fixture(scope="module")
def project(demo: Path) -> Project:
    return assemble(Setting(folder=demo / "project", as_of=AS_OF))


def record(project: Project, path: str) -> AgreementView:
    found = Site(project).views[path].context
    assert isinstance(found, AgreementView)
    return found


def trust(project: Project) -> TrustView:
    found = Site(project).views["trust"].context
    assert isinstance(found, TrustView)
    return found


# --- the record of an agreement ---------------------------------------------------------------------------------------


def test_every_demanded_agreement_has_a_page_below_that_of_all(project: Project) -> None:
    views = Site(project).views
    for agreement in project.signoffs.agreements:
        view = views[page_of(agreement.artifact)]
        assert view.parent == "signoffs"
        assert not Site(project).page(view.path).in_nav
    assert page_of("raci/delivery") == "signoffs/raci-delivery"


def test_each_party_is_there_with_evidence_and_difference(project: Project) -> None:
    view = record(project, "signoffs/charter")
    said = {party.approver: party for party in view.parties}
    assert list(said) == ["sponsor", "finance", "marketing", "it", "operations"]
    stale = said["marketing"].statement
    assert stale is not None
    assert (stale.who, stale.said, stale.speaks_for) == ("Mia Köster", "agreed", "for Marketing")
    assert stale.differences[0].what == "Version"
    assert said["finance"].statement.record.conditions == ("the 12,000 come out of the IT budget of 2026",)
    assert [(version.current, len(version.agreed_by)) for version in view.versions] == [(True, 4), (False, 1)]
    marked = [part for part in view.versions[1].passages if part.now is not None]
    assert [(part.label, part.text, part.now) for part in marked] == [("Version", "1.1", "1.2")]


def test_a_deputy_a_left_role_a_rejection_and_no_answer(project: Project) -> None:
    deputy = record(project, "signoffs/obligations-marketing").parties[0]
    assert deputy.statement is not None
    assert deputy.statement.speaks_for == "for Marketing, as deputy for Mia Köster"
    assert deputy.notes == ("has left this role since; what was agreed then stands",)
    cutover = {party.approver: party for party in record(project, "signoffs/raci-cutover").parties}
    assert cutover["operations"].statement.badge.word == "said no"
    assert cutover["customer-service"].statement is None


def test_what_was_not_counted_says_why(project: Project) -> None:
    (item,) = record(project, "signoffs/obligations-customer-service").not_counting
    assert item.record.reasons == ("unsigned",)
    assert item.reasons == ("The commit is not signed: anybody could have written this line.",)
    html = Site(project).page("signoffs/obligations-customer-service").html
    assert "Somebody: approve" in html
    assert "(unsigned)" in html


def test_every_decision_is_there_in_order(project: Project) -> None:
    history = record(project, "signoffs/charter").history
    assert [item.record.date for item in history] == sorted(item.record.date for item in history)
    assert {item.badge.word for item in history} == {"decided again later", "the text of today", "an earlier text"}


def test_the_commands_work_as_they_stand(project: Project, demo: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", demo, tmp_path / "clone"], check=True)
    steps = record(project, "signoffs/charter").checks
    assert len(steps) == 5
    for step in steps[:4]:
        script = "set -e\n" + "\n".join(step.commands)
        done = subprocess.run(
            ["bash", "-c", script], cwd=tmp_path / "clone", capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        if "Verify" in step.title:
            assert done.stderr.count('Good "git" signature for ') == 5
    assert (
        "Signoff: approve charter"
        in subprocess.run(
            ["bash", "-c", steps[2].commands[0]], cwd=tmp_path / "clone", capture_output=True, text=True, check=True
        ).stdout
    )


def test_a_wrong_key_makes_the_commands_fail(project: Project, demo: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", demo, tmp_path / "clone"], check=True)
    view = record(project, "signoffs/charter")
    lines = view.checks[0].commands[0].split("\n")
    swapped = "\n".join([lines[0], lines[2], "END"])
    script = f"{swapped}\n{view.checks[1].commands[0]}"
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path / "clone", capture_output=True, check=False)
    assert done.returncode == 1


def test_nothing_to_check_without_a_signature(project: Project) -> None:
    assert list(checks(project, "charter", [])) == []
    assert record(project, "signoffs/timeline-G5").checks == ()


def test_the_page_says_what_it_is_and_links_back(project: Project) -> None:
    html = Site(project).page("signoffs/charter").html
    assert "Not a qualified electronic signature (eIDAS, § 126a BGB)" in html
    assert 'href="ecompm:trust"' in html
    assert 'href="ecompm:signoffs/charter"' in Site(project).page("charter").html
    assert "ecompm sign charter" in html
    assert not re.search(r"\{\{|\{%", html)


def test_a_site_without_a_register_has_no_record_of_it(project: Project) -> None:
    views = Site(project, SiteOptions(exclude=frozenset({"raci"}))).views
    assert not [path for path in views if "raci" in path]
    assert not [
        path
        for path in Site(project, SiteOptions(exclude=frozenset({"signoffs"}))).views
        if path.startswith("signoffs")
    ]


# --- trust ------------------------------------------------------------------------------------------------------------


def test_who_may_speak_is_that_of_the_state_in_force(project: Project) -> None:
    view = trust(project)
    rows = {row.person: row for row in view.speakers}
    assert [key.badge.word for key in rows["jan"].keys] == ["retired 20 Feb 2026", "in force"]
    assert rows["jan"].marks == ("admin",)
    assert rows["eva"].marks == ("not active",)
    assert rows["eva"].keys[0].badge.word == "not active"
    assert rows["tom"].speaks_for[-1].startswith("deputy for Mia Köster (from 20 Jul 2026 until 7 Aug 2026)")
    assert "deputy for Lea Winter" not in " ".join(rows["henrik"].speaks_for)
    assert (view.admins, view.quorum) == (("lena", "jan", "ben"), 2)


def test_what_waits_is_shown_with_who_approved_it(project: Project) -> None:
    pending = trust(project).pending
    assert pending is not None
    assert pending.approved == ("lena",)
    assert pending.quorum == 2
    assert [change.what for change in pending.changes] == ["Deputies"]
    assert trust(project).sentence.rest.startswith("A change waits for the approval of one admin")
    html = Site(project).page("trust").html
    assert "ecompm sign trust" in html
    assert "Signoff: approve trust" in html


def test_each_change_names_who_approved_it(project: Project) -> None:
    rows = trust(project).adoptions
    assert [row.on for row in rows] == sorted((row.on for row in rows), reverse=True)
    alone = [row for row in rows if row.alone]
    assert [(row.by, len(row.changes)) for row in alone] == [(("jan",), 1)]
    assert all(row.changes for row in rows)


def test_keys_of_earlier_states_stay_visible(project: Project) -> None:
    signoffs = project.signoffs
    head = signoffs.trust.heads[0]
    people = [person for person in signoffs.trust.states[head]["people"] if person["id"] != "eva"]
    states = {**signoffs.trust.states, head: {**signoffs.trust.states[head], "people": people}}
    changed = replace(project, signoffs=replace(signoffs, trust=replace(signoffs.trust, states=states)))
    (row,) = trust(changed).past
    assert (row.person, row.keys[0].badge.word) == ("eva", "taken out")
    assert "Who could speak before" in Site(changed).page("trust").html


def test_keys_are_told_as_they_are_on_the_day(project: Project) -> None:
    later = {row.person: row for row in trust(replace(project, as_of=date(2029, 1, 1))).speakers}
    assert later["mia"].keys[0].badge.word == "expired"
    earlier = {row.person: row for row in trust(replace(project, as_of=date(2025, 1, 1))).speakers}
    assert earlier["mia"].keys[0].badge.word == "not yet"
    assert trust(replace(project, as_of=date(2029, 1, 1))).sentence.lead == "No people can sign today."


def test_two_states_in_force_are_said_to_be_two(project: Project) -> None:
    state = replace(project.signoffs.trust, pending=None, proposed=None, conflict=True)
    changed = replace(project, signoffs=replace(project.signoffs, trust=state))
    assert trust(changed).sentence.rest.startswith("Two states are in force")
    calm = replace(project, signoffs=replace(project.signoffs, trust=replace(state, conflict=False)))
    assert trust(calm).sentence.rest.startswith("Every change of people, keys and demands was approved")
    assert trust(calm).pending is None


def test_accounts_are_shown_where_reviews_may_speak(project: Project) -> None:
    trust_now = project.signoffs.trust
    head = trust_now.heads[0]
    state = trust_now.states[head]
    people = [
        {**person, "accounts": [{"host": "forge.example", "id": "7", "login": "mia-k"}], "roles": "seo-lead"}
        if person["id"] == "mia"
        else person
        for person in state["people"]
    ]
    for reviews, shown in (("yes", ("mia-k at forge.example",)), ("no", ())):
        states = {
            **trust_now.states,
            head: {**state, "people": people, "trust": {**state["trust"], "reviews": reviews}},
        }
        changed = replace(project, signoffs=replace(project.signoffs, trust=replace(trust_now, states=states)))
        row = next(row for row in trust(changed).speakers if row.person == "mia")
        assert row.accounts == shown
        assert row.speaks_for[0] == "SEO and content lead"


def test_without_trust_the_page_says_so(project: Project) -> None:
    signoffs = Signoffs(
        agreements=project.signoffs.agreements, trust=TrustState(), problem="There is no trust section."
    )
    html = Site(replace(project, signoffs=signoffs)).page("trust").html
    assert "Nobody can be recognised, so no sign-off can count." in html
    assert "There is no trust section." in html
