from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.model.signoff import (
    Agreement,
    Assurance,
    Decision,
    SignatureFacts,
    SignoffRecord,
    Signoffs,
    Slot,
    Status,
    TrustState,
)
from mkdocs_ecompm.site.assets import script, stylesheet
from mkdocs_ecompm.site.pages import Site, SiteOptions, render
from mkdocs_ecompm.site.renderer import RenderError

Make = Callable[..., Project]

EVIL = "<img src=x onerror=alert(1)> {{ 7*7 }} {% raw %} \u202egnp \"quoted\" 'single' &amp;"
CHARTER = """
    problem: The shop is *old*.
    objectives: [{id: OB-1, statement: Phones, metric: m, target: t, due: 2027-03-31}]
    authority: {money: 5000, days: 5}
    budget: {approved: 148000}
"""
VOID = {"br", "circle", "hr", "img", "input", "line", "meta", "path", "rect"}


class Outline(HTMLParser):
    """Collects ids and links, and fails on tags that do not close in order."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        given = dict(attrs)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "a" and given.get("href"):
            self.links.append(given["href"] or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open
            assert self.open.pop() == tag


def outline(html: str) -> Outline:
    parser = Outline()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    return parser


@pytest.fixture(scope="session")
def example(checkout: Path) -> dict[str, str]:
    """The registers of the worked example, as texts."""
    folder = checkout / "project"
    found = {file.stem: file.read_text("utf-8") for file in folder.glob("*.yml")}
    for sub in (item for item in folder.iterdir() if item.is_dir() and item.name == "obligations"):
        found["obligations"] = "obligations:\n" + "".join(
            re.sub(r"^obligations:\n", "", file.read_text("utf-8"), flags=re.MULTILINE)
            for file in sorted(sub.glob("*.yml"))
        )
    return found


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Compiled templates, for tests that render many projects."""
    return tmp_path_factory.mktemp("compiled")


def record(**more: object) -> SignoffRecord:
    given = {
        "id": "a:charter",
        "artifact": "charter",
        "person": "mia",
        "role": "marketing",
        "deputy_for": None,
        "decision": Decision.APPROVE,
        "conditions": (),
        "comment": "",
        "assurance": Assurance.SIGNED,
        "kind": "commit",
        "source": "",
        "commit": "a" * 40,
        "date": datetime(2026, 2, 18, tzinfo=UTC),
        "digest": None,
        "current": False,
        "restored": False,
        "counts": False,
        "reasons": ("relayed",),
        "signature": SignatureFacts("ssh", "good", None, hardware=False),
    }
    return SignoffRecord(**(given | more))


def unanswered(approver: str) -> Agreement:
    return Agreement(
        artifact="charter",
        digest=None,
        status=Status.MISSING,
        due=None,
        overdue=False,
        changed=False,
        changed_since=(),
        requires_not_valid=(),
        slots=(Slot(approver, Status.MISSING),),
    )


def test_the_example_is_well_formed_and_every_link_leads_somewhere(make: Make, example: dict[str, str]) -> None:
    pages = {page.path: page for page in render(make(**example))}
    outlines = {path: outline(page.html) for path, page in pages.items()}

    assert len(pages) > 20
    for path, found in outlines.items():
        assert len(found.ids) == len(set(found.ids)), path
        assert {heading.anchor for heading in pages[path].headings} <= set(found.ids), path
        assert set(pages[path].anchors) <= set(found.ids), path
        for link in found.links:
            if link.startswith("ecompm:"):
                target, _, anchor = link.removeprefix("ecompm:").partition("#")
                assert target in pages, f"{path}: {link}"
                assert not anchor or anchor in outlines[target].ids, f"{path}: {link}"


REGISTERS = ("project", "people", "charter", "raci", "obligations", "signoffs", "timeline", "risks")


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize("text", [None, "a: ["])
def test_a_register_that_is_missing_or_broken_hides_nothing_else(
    make: Make, example: dict[str, str], compiled: Path, register: str, text: str | None
) -> None:
    registers = {name: content for name, content in example.items() if name != register}
    if text is not None:
        registers[register] = text

    project = make(bare=True, **registers)
    pages = {page.path: page for page in render(project, SiteOptions(cache=compiled))}

    assert {"index", "this-week", "findings"} <= set(pages)
    for page in pages.values():
        outline(page.html)


def test_an_empty_project_has_its_pages(make: Make) -> None:
    assert [page.path for page in render(make(bare=True))] == ["index", "this-week", "findings"]


def test_what_people_type_never_becomes_html_or_jinja(make: Make) -> None:
    text = '"' + EVIL.replace('"', "'").replace("\u202e", "") + '"'
    project = make(
        project=f"{{id: p, name: {text}, currency: EUR}}",
        charter=f"""
            problem: {text}
            objectives: [{{id: OB-1, statement: {text}, metric: {text}, target: {text}, due: 2027-03-31}}]
            scope: {{in: [{text}], out: [{text}]}}
            version: {text}
        """,
        obligations=f"""
            obligations:
              - {{id: O-1, party: it, what: {text}, due: 2026-05-01, process: [{text}], proof: {text}}}
        """,
        raci=f"""
            matrices:
              - {{id: m, name: {text}, activities: [{{id: A, name: {text}, accountable: [mia], responsible: [it]}}]}}
        """,
        risks=f"""
            risks:
              - {{id: R-1, title: {text}, kind: threat, likelihood: 3, impact: 3, owner: mia, status: open,
                 cause: {text}, trigger: {text}, actions: [{{what: {text}, due: 2026-05-02}}]}}
        """,
    )

    for page in render(project):
        found = outline(page.html)
        assert "img" not in found.tags, page.path
        assert "script" not in found.tags, page.path
        assert " 49 " not in page.html, page.path
    assert "{{ 7*7 }}" in Site(project).page("charter").html


def test_invisible_controls_from_commits_are_shown(make: Make) -> None:
    signoffs = Signoffs("c" * 40, records=(record(conditions=("a\u202eb\x1b[0m",)),))

    html = Site(make(answer=signoffs)).page("signoffs").html

    assert "\u202e" not in html
    assert "\x1b" not in html
    assert "a\ufffdb\ufffd[0m" in html


def test_the_charter_reads_like_an_agreement(make: Make) -> None:
    agreed = unanswered("marketing")

    page = Site(make(charter=CHARTER, answer=Signoffs(agreements=(agreed,)))).page("charter")

    assert "<em>old</em>" in page.html
    assert "Not agreed." in page.html
    assert (
        "€148,000 are approved for it; the project manager decides alone up to €5,000 and 5 working days." in page.html
    )
    assert [heading.anchor for heading in page.headings] == ["why", "objectives", "money", "authority"]
    assert page.html.index("Not agreed.") < page.html.index('id="why"')


def test_a_record_that_does_not_count_says_why_in_words(make: Make) -> None:
    signoffs = Signoffs("c" * 40, records=(record(),), trust=TrustState(root="d" * 40, source="first-use"))

    html = Site(make(answer=signoffs)).page("signoffs").html

    assert "not this person&#39;s own word" in html
    assert "Nobody named one: the first commit with a valid trust section was taken." in html


def test_the_one_who_is_asked_gets_the_command(make: Make) -> None:
    agreed = unanswered("it")

    html = Site(make(charter=CHARTER, answer=Signoffs(agreements=(agreed,)))).page("signoffs").html

    assert "--trailer &#34;Signoff: approve charter&#34;" in html
    assert "Jan Peters" in html


def test_findings_stand_on_their_own_page_and_on_the_page_concerned(make: Make) -> None:
    site = Site(
        make(charter="problem: x\nobjective: 1\n"),
        SiteOptions(edit_url="https://git.example/edit/{path}#L{line}", commit_url="https://git.example/{commit}"),
    )

    for path in ("findings", "charter"):
        html = site.page(path).html
        assert 'href="https://git.example/edit/project/charter.yml#L2"' in html
        assert "objective" in html


def test_without_a_forge_there_is_no_edit_link(make: Make) -> None:
    assert "ecompm-edit" not in Site(make(charter=CHARTER)).page("charter").html


def test_a_project_may_change_one_block_of_a_template(make: Make, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "charter.html.jinja").write_text(
        '{% extends "ecompm/pages/charter.html.jinja" %}{% block why %}<h2 id="why">Own why</h2>{% endblock %}', "utf-8"
    )

    html = Site(make(charter=CHARTER), SiteOptions(templates=tmp_path)).page("charter").html

    assert "Own why" in html
    assert "What we want to reach" in html


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("{% if %}", "The template .*charter.html.jinja, line 1 cannot be read"),
        ("{{ view.nothing }}", "The template charter.html.jinja, line 1, cannot be filled: .*nothing"),
        ("{{ view.__class__.__mro__ }}", "cannot be filled: access to attribute '__class__'"),
        (
            '{% include "../../secret" %}',
            "The template ../../secret, which pages/charter.html.jinja needs, is not there",
        ),
        ("{{ 1 / 0 }}", "cannot be filled: division by zero"),
    ],
)
def test_a_bad_template_is_one_sentence(make: Make, tmp_path: Path, template: str, sentence: str) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "charter.html.jinja").write_text(template, "utf-8")

    with pytest.raises(RenderError, match=sentence):
        Site(make(charter=CHARTER), SiteOptions(templates=tmp_path)).page("charter")


def test_a_template_outside_the_project_is_not_read(make: Make, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", "utf-8")
    pages = tmp_path / "templates" / "pages"
    pages.mkdir(parents=True)
    (pages / "charter.html.jinja").symlink_to(secret)

    with pytest.raises(RenderError, match="leads out of the folder"):
        Site(make(charter=CHARTER), SiteOptions(templates=tmp_path / "templates")).page("charter")


def test_compiled_templates_are_kept_where_one_asks_for_it(make: Make, tmp_path: Path) -> None:
    first = Site(make(charter=CHARTER), SiteOptions(cache=tmp_path / "cache")).page("charter")
    again = Site(make(charter=CHARTER), SiteOptions(cache=tmp_path / "cache")).page("charter")

    assert list((tmp_path / "cache").iterdir())
    assert first == again


def test_parts_can_be_embedded_and_unknown_ones_are_none(make: Make) -> None:
    site = Site(
        make(risks="risks: [{id: R-1, title: x, kind: threat, likelihood: 3, impact: 3, owner: mia, status: open}]")
    )

    part = site.part("risks.matrix")

    assert part is not None
    assert 'role="img"' in part
    assert "<h1" not in part
    assert outline(part).ids
    assert site.part("risks.nothing") is None
    assert site.part("vendors.ranking") is None
    assert site.part("risks") is None
    assert site.part("risks./../../pages/charter") is None


def test_the_assets_ask_no_other_host() -> None:
    for text in (stylesheet(), script()):
        assert not re.search(r"https?:|@import|url\((?!#)", text)
    assert stylesheet().index("--ecompm-holds:") < stylesheet().index("@media print")
