from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mkdocs_ecompm.site.prose import _markdown, prose, prose_line, quoted, visible


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**one** of *five*", "<p><strong>one</strong> of <em>five</em></p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("a <b onclick=x>b</b>", "<p>a &lt;b onclick=x&gt;b&lt;/b&gt;</p>\n"),
        ("![pixel](https://example.com/p.png)", None),
        ("# Heading", "<p># Heading</p>\n"),
        ("Heading\n=======", "<p>Heading\n=======</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("[x](data:text/html,hi)", "<p>[x](data:text/html,hi)</p>\n"),
        ("[x](//example.com)", "<p>[x](//example.com)</p>\n"),
        ("{{ 7 * 7 }}", "<p>{{ 7 * 7 }}</p>\n"),
    ],
)
def test_only_safe_markdown_becomes_html(text: str, html: str | None) -> None:
    made = prose(text)

    assert "<img" not in made
    if html is not None:
        assert made == html


@pytest.mark.parametrize("url", ["https://example.com/a", "http://example.com", "mailto:mia@example.com"])
def test_links_to_the_web_and_to_mail_are_made(url: str) -> None:
    assert prose_line(f"[x]({url})") == f'<a href="{url}" rel="noopener noreferrer nofollow">x</a>'


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\x1b", "\u200f", "\x85", "\u2028", "\ufeff"])
def test_what_cannot_be_seen_is_shown(sign: str) -> None:
    assert visible(f"a{sign}b") == "a\ufffdb"
    assert sign not in prose(f"a{sign}b")


def test_lines_and_tabs_are_left_alone() -> None:
    assert visible("a\n\tb ü") == "a\n\tb ü"


def test_messages_show_their_quotes_as_code_and_nothing_else() -> None:
    assert quoted("must be `<b>`, not **x**") == "must be <code>&lt;b&gt;</code>, not **x**"


@given(st.text(st.characters(blacklist_categories=("Cs",)), max_size=30))
def test_plain_texts_read_the_same_on_the_short_way(text: str) -> None:
    plain = " ".join(text.split())

    made = prose_line(plain)

    assert unescape(made) == unescape(_markdown().renderInline(visible(plain)))
    assert not set(re.sub(r"</?(em|strong|code|a)\b[^>]*>", "", made)) & set("<>")
