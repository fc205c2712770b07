"""A plan of three hundred tasks in a browser: every chart and link works, nothing is wider than the screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page
from websites import served, site_of

pytestmark = pytest.mark.browser

TASKS = 300
PHASES = 4
CONFIG = """
site_name: Large
theme: {name: material, font: false}
plugins: [{ecompm: {project: project, as_of: 2026-03-02}}]
"""


def plan() -> str:
    lines = ["phases:"]
    lines += [
        f"  - {{id: p{n}, name: Phase {n}, start: 2026-0{n + 3}-02, end: 2026-0{n + 3}-28}}" for n in range(PHASES)
    ]
    lines += ["gates:", "  - {id: G1, name: Ready, closes: p0, opens: p1, date: 2026-03-28}"]
    lines += ["milestones:", "  - {id: M1, name: Go-live, date: 2026-12-01, after: [T0]}", "tasks:"]
    for number in range(TASKS):
        after = f", after: [T{number - 4}]" if number >= 4 else ""
        lines.append(
            f"  - {{id: T{number}, name: Task {number} of the plan, phase: p{number % PHASES}, "
            f"duration: {number % 4}d{after}}}"
        )
    return "\n".join(lines) + "\n"


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site of a large plan."""
    project = "id: large\nname: Large\nstart: 2026-03-02\n"
    with served(site_of(tmp_path_factory.mktemp("large"), CONFIG, {"project": project, "timeline": plan()})) as address:
        yield address


@pytest.fixture(params=[(1280, 800), (390, 844)], ids=["desktop", "phone"])
def page(request: pytest.FixtureRequest, chromium: Browser, large: str) -> Iterator[Page]:
    width, height = request.param
    context = chromium.new_context(viewport={"width": width, "height": height})
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.goto(f"{large}/timeline/", wait_until="load")
    yield page
    context.close()


def test_every_phase_unfolds_without_violations_and_fits_the_screen(page: Page) -> None:
    folds = page.locator(".ecompm-gantt-phases")
    assert folds.count() == PHASES
    page.evaluate("document.querySelectorAll('.ecompm details').forEach(item => { item.open = true })")
    assert page.locator(".ecompm-gantt-phases svg[role=img]").first.is_visible()
    found: Any = Axe().run(page, context={"include": [[".ecompm"]]}).response["violations"]
    assert [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_every_task_is_drawn_and_its_bar_leads_to_its_row(page: Page) -> None:
    targets: list[str] = page.evaluate(
        "[...document.querySelectorAll('.ecompm-gantt-phases a')].map(link => link.href.baseVal.split('#')[1])"
    )
    assert sorted(targets) == sorted(f"T{number}" for number in range(TASKS))
    assert page.evaluate("(ids) => ids.every(id => document.getElementById(id)?.tagName === 'TR')", targets)


def test_a_click_on_a_bar_goes_to_its_row(page: Page) -> None:
    page.locator(".ecompm-gantt > .ecompm-scroll a path").first.dispatch_event("click")
    name = page.evaluate("location.hash.slice(1)")
    assert page.locator(f"tr#{name}").is_visible()
    top = page.locator(f"tr#{name}").evaluate("row => row.getBoundingClientRect().top")
    assert 0 <= top <= 844


def test_paper_shows_what_is_not_on_the_screen(page: Page) -> None:
    page.emulate_media(media="print")
    assert page.evaluate(
        "[...document.querySelectorAll('.ecompm-unseen')]"
        ".every(part => getComputedStyle(part).contentVisibility === 'visible')"
    )


def test_bars_of_a_kind_are_one_element(page: Page) -> None:
    assert page.locator(".ecompm-gantt > .ecompm-scroll svg[role=img] path").count() <= 14
