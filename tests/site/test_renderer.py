"""The way of every value into a page: by one call, escaped, whatever it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from jinja2 import DictLoader, UndefinedError
from jinja2.exceptions import SecurityError
from markupsafe import Markup

from mkdocs_ecompm import language
from mkdocs_ecompm.site.prose import safe
from mkdocs_ecompm.site.renderer import _environment


class Loud:
    def __str__(self) -> str:
        return "<b>\u202e"


@dataclass(frozen=True)
class Said:
    html: str = "<i>"

    def __html__(self) -> str:
        return self.html


def filled(template: str, **values: Any) -> str:
    return _environment(DictLoader({"page": template}), None).get_template("page").render(**values)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain, with an ä", "plain, with an ä"),
        ("<b>&\"'", "&lt;b&gt;&amp;&#34;&#39;"),
        ("left\u202eright\x00", "left\ufffdright\ufffd"),
        (Markup("<b>"), "<b>"),
        (Said(), "<i>"),
        (Loud(), "&lt;b&gt;\ufffd"),
        (None, ""),
        (7, "7"),
        (["<"], "[&#39;&lt;&#39;]"),
    ],
)
def test_every_value_is_written_as_html(value: object, written: str) -> None:
    assert filled("{{ value }}", value=value) == written
    assert filled("{% macro said(x) %}[{{ x }}]{% endmacro %}{{ said(value) }}", value=value) == f"[{written}]"


def test_no_template_can_switch_that_off() -> None:
    assert filled("{% set value = '<b>' %}{{ value }}{{ '<i>' }}") == "&lt;b&gt;&lt;i&gt;"
    assert filled("{% autoescape false %}{{ value }}{% endautoescape %}", value="<b>") == "&lt;b&gt;"
    assert filled("{{ value | upper }}{{ value ~ '<' }}", value="<b>") == "&lt;B&gt;&lt;b&gt;&lt;"


def test_a_name_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        filled("{{ value }}")
    with pytest.raises(UndefinedError):
        filled("{{ value.missing }}", value=Said())


def test_functions_that_are_not_ours_go_through_the_checks_of_the_sandbox() -> None:
    with pytest.raises(SecurityError):
        filled("{{ value.__class__.__mro__ }}", value=Said())
    with pytest.raises(SecurityError):
        filled("{{ value() }}", value=_unsafe)


def _unsafe() -> str:
    return "reached"


_unsafe.unsafe_callable = True  # type: ignore[attr-defined]  # as the sandbox asks for it


def test_safe_texts_are_told_from_the_others() -> None:
    assert safe("a \u00a0 b") == "a \u00a0 b"
    assert safe("Kiel & Lübeck") == "Kiel &amp; Lübeck"


@pytest.mark.parametrize(
    ("items", "text"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_listings(items: list[str], text: str) -> None:
    assert language.listing(items) == text
