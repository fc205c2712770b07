"""Words that are longer than any column, and very many parties: nothing is wider than the screen or cut on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from websites import served, site_of

pytestmark = pytest.mark.browser

WORD = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 2
PARTIES = 40
PAPER = (718, 1047)
SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}
PATHS = (
    "",
    "this-week/",
    "charter/",
    "raci/",
    "obligations/",
    "signoffs/",
    "signoffs/charter/",
    "gates/",
    "gates/G1/",
    "timeline/",
    "risks/",
    "people/",
    "people/ada/",
)
CONFIG = """
site_name: Long
theme: {name: material, font: false}
plugins: [{ecompm: {project: project, as_of: 2026-03-02}}]
"""
FILES = {
    "project": f"{{id: long, name: {WORD}, start: 2026-03-02, currency: EUR}}",
    "people": f"""
people:
  - {{id: ada, name: {WORD}, title: {WORD}, department: it, roles: [lead]}}
departments: [{{id: it, name: {WORD}, head: ada}}]
roles:
  - {{id: lead, name: {WORD}}}
"""
    + "".join(f"  - {{id: r{number}, name: Role of area {number}}}\n" for number in range(PARTIES)),
    "signoffs": """
signoffs:
  - {artifact: charter, approvers: [it, lead, ada], due: 2026-02-01}
  - {artifact: raci/delivery, approvers: [it]}
  - {artifact: timeline/G1, approvers: [it]}
""",
    "charter": f"{{version: 1, problem: {WORD}, objectives: [{{id: OB-1, statement: {WORD}, due: 2026-05-01}}]}}",
    "raci": f"""
matrices:
  - id: delivery
    name: {WORD}
    activities: [{{id: A-1, name: {WORD}, phase: p1, responsible: [it], accountable: [ada], consulted: [lead]}}]
  - id: many
    name: Many
    activities: [{{id: B-1, name: All, responsible: [it], accountable: [ada],
                  informed: [{", ".join(f"r{number}" for number in range(PARTIES))}]}}]
""",
    "obligations": f"""
obligations:
  - {{id: O-1, party: it, what: {WORD}, due: 2026-02-01, process: [{WORD}], accepted_by: lead, needed_for: [G1]}}
""",
    "timeline": f"""
phases: [{{id: p1, name: {WORD}, start: 2026-01-01, end: 2026-03-28}}]
gates: [{{id: G1, name: {WORD}, closes: p1, date: 2026-03-28, criteria: [{{id: C-1, what: {WORD}}}],
          requires: [charter, O-1]}}]
milestones: [{{id: M1, name: {WORD}, date: 2026-03-27, after: [T1]}}]
tasks: [{{id: T1, name: {WORD}, phase: p1, duration: 40d, owner: it}}]
""",
    "risks": f"""
risks:
  - {{id: R-001, title: {WORD}, kind: threat, likelihood: 4, impact: 5, owner: ada, status: open,
      actions: [{{what: {WORD}, owner: it, due: 2026-02-20}}]}}
""",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site of a project in which every name is one very long word."""
    with served(site_of(tmp_path_factory.mktemp("long"), CONFIG, FILES)) as address:
        yield address


def opened(chromium: Browser, size: tuple[int, int]) -> Page:
    page = chromium.new_page(viewport={"width": size[0], "height": size[1]})
    page.set_default_timeout(20_000)
    return page


def outside(page: Page) -> list[str]:
    """What reaches beyond the screen without a frame to scroll in, or is cut by a frame that does not scroll."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll(".ecompm *")].filter(item => {
            const box = item.getBoundingClientRect()
            if (!box.width || item.closest("svg, .ecompm-scroll, .ecompm-command, .ecompm-sr")) return false
            const strip = item.matches(".ecompm-strip") && item.scrollWidth > item.clientWidth + 1
            return strip || box.right > innerWidth + 1
        }).map(item => `${item.className}: ${item.textContent.trim().slice(0, 30)}`)"""
    )
    return found


@pytest.mark.parametrize("screen", SCREENS)
def test_no_word_is_wider_than_the_screen(chromium: Browser, site: str, screen: str) -> None:
    page = opened(chromium, SCREENS[screen])
    for path in PATHS:
        answer = page.goto(f"{site}/{path}", wait_until="load")
        assert answer is not None
        assert answer.ok, path
        assert outside(page) == [], path
        assert page.evaluate("document.querySelector('.md-main').scrollWidth <= window.innerWidth"), path
    page.close()


@pytest.mark.parametrize("path", ["raci/", "timeline/", "risks/", "signoffs/charter/"])
def test_nothing_is_wider_than_paper(chromium: Browser, site: str, path: str) -> None:
    page = opened(chromium, PAPER)
    page.goto(f"{site}/{path}", wait_until="load")
    page.emulate_media(media="print")
    # A browser makes a page smaller to fit the paper, but not without end.
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER[0] * 1.4
    page.close()


def test_a_column_whose_name_is_cut_says_it_in_full(chromium: Browser, site: str) -> None:
    page = opened(chromium, SCREENS["desktop"])
    page.goto(f"{site}/raci/", wait_until="load")
    head = page.locator(".ecompm-matrix__party span").first
    assert head.get_attribute("title") == WORD
    assert head.evaluate("item => getComputedStyle(item).textOverflow") == "ellipsis"
    page.close()


def test_a_phone_shows_when_a_task_ends_and_the_plan_at_today(chromium: Browser, site: str) -> None:
    page = opened(chromium, SCREENS["phone"])
    page.goto(f"{site}/timeline/", wait_until="load")
    assert page.locator(".ecompm-plan thead th:visible").all_inner_texts()[:3] == ["Id", "Task", "Finish"]
    today = page.locator(".ecompm-gantt-today").first.bounding_box()
    assert today is not None
    assert 0 < today["x"] < SCREENS["phone"][0]
    page.close()


def test_a_name_read_from_the_right_does_not_turn_numbers_round(chromium: Browser, site: str) -> None:
    page = opened(chromium, SCREENS["desktop"])
    page.goto(site, wait_until="load")
    left: list[float] = page.evaluate(
        """() => {
            const row = document.querySelector(".ecompm-row:has(a.ecompm-party)")
            row.querySelector(".ecompm-row__title").textContent = "خطر كبير"
            const more = row.querySelector(".ecompm-row__more"), party = more.querySelector("a")
            party.textContent = "ليلى حداد"
            more.replaceChildren(party, " · 16 → 8")
            return ["16", "8"].map(text => {
                const range = document.createRange(), start = more.lastChild.data.indexOf(text)
                range.setStart(more.lastChild, start)
                range.setEnd(more.lastChild, start + text.length)
                return range.getBoundingClientRect().left
            })
        }"""
    )
    assert left[0] < left[1]
    page.close()
