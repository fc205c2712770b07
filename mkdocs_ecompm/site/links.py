"""Links inside pages: written `href="ecompm:risks#R-004"`, resolved by whoever knows where the pages are."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from html import escape, unescape
from typing import Final

from mkdocs_ecompm.model.entry import Part, Record
from mkdocs_ecompm.model.register import page_step
from mkdocs_ecompm.model.state import State

SCHEME: Final = "ecompm:"

# Texts are escaped, so a quotation mark in them can never look like the end of this attribute.
# `xlink:href` is for links inside drawings: themes that rewrite every `href` of a page stumble over those of an SVG.
_HREF: Final = re.compile(r' ((?:xlink:)?href)="ecompm:([^"#]*)(#[^"]*)?"')

_SINGLE_PAGES: Final = {"project": "index", "trust": "trust"}
"""Artifacts and registers that have no page of their own name."""

_OWN_PAGES: Final = {"people": "people", "gates": "gates"}
"""Lists whose records have a page each, and the page above them."""


def resolve(html: str, url_of: Callable[[str], str | None]) -> str:
    """The HTML with every `ecompm:` link led to its page.

    Args:
        html: What a page holds.
        url_of: The address of a page (`risks`) as seen from the page that holds the HTML; None if the site has
            no such page, then the link loses its target and stays as text.
    """

    @cache  # thousands of links lead to the same few pages
    def url(page: str) -> str | None:
        found = url_of(unescape(page))
        return None if found is None else escape(found)

    def replace(match: re.Match[str]) -> str:
        found = url(match[2])
        return "" if found is None else f' {match[1]}="{found}{match[3] or ""}"'

    return _HREF.sub(replace, html)


def locate(state: State, ref: str) -> str:
    """The page and anchor of a record or an artifact (`risks#R-004`, `people/mia`), or an empty text if unknown."""
    register, slash, name = ref.partition("/")
    if not slash and state.has(register):
        return _SINGLE_PAGES.get(register, register)
    if register == "obligations" and (party := state.party(name)) is not None and state.find(ref) is None:
        return f"obligations#{party_anchor(party.id)}"
    record = state.party(ref) or state.find(ref)
    return locate_record(record) if record else _SINGLE_PAGES.get(ref, "")


def locate_record(record: Record[Part]) -> str:
    """The page and anchor of a record: a person or a gate has a page, all else stands on its register's page."""
    if record.list in _OWN_PAGES:
        return f"{_OWN_PAGES[record.list]}/{page_step(record.id)}"
    page = _SINGLE_PAGES.get(record.register, record.register)
    return f"{page}#{record.id}" if record.id else page


def party_anchor(party: str) -> str:
    """The anchor of what one party owes; a prefix keeps it apart from the obligations' own ids."""
    return f"party-{party}"
