"""The example site as a reader meets it: alone on the network, without errors, accessible, on every screen."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

PAGES = (
    "",
    "this-week/",
    "charter/",
    "raci/",
    "obligations/",
    "signoffs/",
    "signoffs/charter/",
    "signoffs/raci-cutover/",
    "gates/",
    "gates/G2/",
    "gates/G4/",
    "trust/",
    "timeline/",
    "history/",
    "risks/",
    "people/",
    "findings/",
)
SCREENS = {"desktop": (1280, 800), "phone": (390, 844)}


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=list(SCREENS))
def page(request: pytest.FixtureRequest, chromium: Browser, scheme: str) -> Iterator[Page]:
    width, height = SCREENS[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    context.close()


def watch(page: Page) -> tuple[list[str], list[str]]:
    """Everything the page asks for, and everything it complains of."""
    requests: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on(
        "console", lambda message: complaints.append(message.text) if message.type in {"error", "warning"} else None
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return requests, complaints


def violations(page: Page) -> list[str]:
    """What axe finds in what we made; the theme around it is Material's."""
    found: Any = Axe().run(page, context={"include": [[".ecompm"]]}).response["violations"]
    return [f"{item['id']}: {node['html'][:160]}" for item in found for node in item["nodes"]]


@pytest.mark.parametrize("path", PAGES)
def test_page(page: Page, address: str, path: str, scheme: str) -> None:
    requests, complaints = watch(page)
    answer = page.goto(f"{address}/{path}", wait_until="networkidle")
    assert answer is not None
    assert answer.ok
    assert page.locator(".ecompm").count() >= 1
    assert page.evaluate("document.body.dataset.mdColorScheme") == ("slate" if scheme == "dark" else "default")
    assert [url for url in requests if not url.startswith((address, "data:", "blob:"))] == []
    assert complaints == []
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
        "the page is wider than the screen"
    )


@pytest.mark.parametrize("path", PAGES)
def test_without_javascript(chromium: Browser, address: str, path: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{path}")
    assert page.locator(".ecompm").first.is_visible()
    context.close()


def test_every_person_has_a_page_without_violations(chromium: Browser, address: str, built: Path) -> None:
    people = sorted(path.parent.name for path in (built / "people").glob("*/index.html"))
    assert len(people) >= 12
    context = chromium.new_context()
    page = context.new_page()
    for person in people:
        _, complaints = watch(page)
        page.goto(f"{address}/people/{person}/", wait_until="load")
        assert violations(page) == [], person
        assert complaints == [], person
    context.close()


def test_no_link_leads_nowhere(chromium: Browser, address: str, built: Path) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    targets: dict[str, set[str]] = {}
    wanted: set[tuple[str, str, str]] = set()
    for file in sorted(built.rglob("index.html")):
        path = file.parent.relative_to(built).as_posix()
        url = f"{address}/{path}/" if path != "." else f"{address}/"
        page.goto(url)
        targets[url] = set(page.evaluate("[...document.querySelectorAll('[id]')].map(node => node.id)"))
        for href in page.evaluate(
            "[...document.querySelectorAll('.ecompm a')].map(node => node.href.baseVal || node.href)"
        ):
            absolute = href if href.startswith("http") else page.evaluate("(h) => new URL(h, location).href", href)
            if absolute.startswith(address):
                target, _, anchor = absolute.partition("#")
                wanted.add((url, target, anchor))
    context.close()
    assert len(wanted) > 200
    broken = [
        (source, target, anchor)
        for source, target, anchor in sorted(wanted)
        if target not in targets and not (built / target.removeprefix(address).strip("/")).is_file()
    ]
    assert broken == []
    assert [row for row in sorted(wanted) if row[2] and row[1] in targets and row[2] not in targets[row[1]]] == []


def test_a_table_sorts_by_a_click(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/risks/", wait_until="networkidle")
    header = page.locator(".ecompm table[data-sortable] th button").first
    header.click()
    assert header.locator("xpath=..").get_attribute("aria-sort") == "ascending"
    header.click()
    assert header.locator("xpath=..").get_attribute("aria-sort") == "descending"
    context.close()


@pytest.mark.parametrize("path", PAGES)
def test_prints(chromium: Browser, address: str, path: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/{path}", wait_until="load")
    page.emulate_media(media="print")
    assert page.locator(".ecompm").first.is_visible()
    assert len(page.pdf(format="A4")) > 10_000
    context.close()


def test_paper_shows_what_leads_and_a_line_for_the_rest(chromium: Browser, address: str) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{address}/history/", wait_until="networkidle")
    month = page.locator("details.ecompm-period[data-paper]").first
    since = page.locator("details.ecompm-period:not([data-paper])").first
    month.locator("summary").first.click()  # and what the reader unfolds
    unfolded = month.locator(".ecompm-topics").first
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    assert since.locator(".ecompm-topics").first.is_visible()
    assert unfolded.is_visible()
    for later in page.locator("details.ecompm-period[data-paper=folded]").all():
        assert later.locator("summary").first.is_visible()
        assert not later.locator(".ecompm-topics").first.is_visible()
    assert page.locator("details.ecompm-period[data-paper=folded]").count() > 3
    context.close()


def test_the_published_json_is_the_project(built: Path) -> None:
    data = json.loads((built / "ecompm.json").read_text("utf-8"))
    assert data["version"] == 1
    assert {agreement["status"] for agreement in data["signoffs"]["signoffs"]} | {
        slot["status"] for agreement in data["signoffs"]["signoffs"] for slot in agreement["slots"]
    } >= {"valid", "stale", "rejected", "withdrawn", "missing"}
