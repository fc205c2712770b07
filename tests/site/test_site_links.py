from __future__ import annotations

from collections.abc import Callable

import pytest

from mkdocs_ecompm.model.project import Project
from mkdocs_ecompm.site.links import locate, resolve

Make = Callable[..., Project]

PAGES = {"risks": "../risks/", "people/mia": "../people/mia/", "index": "../"}


def test_links_lead_to_their_pages_and_keep_their_anchors() -> None:
    html = '<a href="ecompm:risks#R-004">R</a> <a class="x" href="ecompm:people/mia">M</a>'

    assert resolve(html, PAGES.get) == '<a href="../risks/#R-004">R</a> <a class="x" href="../people/mia/">M</a>'


def test_links_in_drawings_are_resolved_too() -> None:
    assert resolve('<a xlink:href="ecompm:risks#R-004">R</a>', PAGES.get) == '<a xlink:href="../risks/#R-004">R</a>'


def test_a_link_to_a_page_that_the_site_does_not_have_stays_as_text() -> None:
    assert resolve('<a class="x" href="ecompm:vendors#V-1">V</a>', PAGES.get) == '<a class="x">V</a>'


def test_texts_that_look_like_links_stay_texts() -> None:
    html = "<p>write ecompm:risks or href=&#34;ecompm:risks&#34;</p>"

    assert resolve(html, PAGES.get) == html


def test_addresses_are_escaped() -> None:
    assert resolve('<a href="ecompm:risks">R</a>', lambda _: 'x"><script>') == (
        '<a href="x&quot;&gt;&lt;script&gt;">R</a>'
    )


@pytest.mark.parametrize(
    ("ref", "place"),
    [
        ("risks/R-004", "risks#R-004"),
        ("risks/r-004", "risks#R-004"),
        ("R-004", "risks#R-004"),
        ("mia", "people/mia"),
        ("people/mia", "people/mia"),
        ("marketing", "people#marketing"),
        ("raci/delivery", "raci#delivery"),
        ("obligations/O-1", "obligations#O-1"),
        ("obligations/marketing", "obligations#party-marketing"),
        ("timeline/G1", "gates/G1"),
        ("g1", "gates/G1"),
        ("risks", "risks"),
        ("trust", "trust"),
        ("nobody", ""),
        ("risks/R-9", ""),
    ],
)
def test_every_record_and_artifact_has_its_place(make: Make, ref: str, place: str) -> None:
    project = make(
        risks="""
            risks:
              - {id: R-004, title: x, kind: threat, likelihood: 1, impact: 1, owner: mia, status: open}
        """,
        raci="matrices: [{id: delivery, name: Delivery}]",
        timeline="gates: [{id: G1, name: Ready, date: 2026-06-01}]",
        obligations="obligations: [{id: O-1, party: marketing, what: x, due: 2026-06-01, process: [x]}]",
    )

    assert locate(project.state, ref) == place
