"""What a search index needs of a page, held against what Material's own parser makes of the whole page."""

from __future__ import annotations

import re

import pytest
from material.plugins.search.plugin import Parser

from mkdocs_ecompm.site.searchable import searchable

PAGE = """<p class="lead"><strong>Two</strong> risks.</p>
<h2 id="map">Where they <em>stand</em></h2>
<figure class="chart" data-search-exclude><figure><svg><title>Not this</title></svg></figure> nor this</figure>
<table><tr><td><a href="ecompm:risks#R-1">R-1</a></td><th>Lost rankings</th></tr></table>
<h3 id="R-1"><span class="id">R-1</span> Lost rankings</h3>
<dl><div><dt>Because</dt><dd>nobody <code>redirects</code></dd></div></dl>
<ul><li>301 map</li><li>a &lt;b&gt; &amp; c data-search-exclude in a text</li></ul>
<script>if (1 < 2) { never(); }</script><!-- nor <h2 id="x">this</h2> -->
<ol data-search-exclude><li>git</li></ol><p>end</p>
"""


def sections(html: str) -> list[tuple[str | None, str, list[str]]]:
    """What Material's search finds in a page: the anchor, the title and the words of each section."""
    parser = Parser()
    parser.feed(html)
    parser.close()
    found = []
    for section in parser.data:
        title, text = "".join(section.title), re.sub("<[^>]+>", " ", "".join(section.text))
        found.append((section.id, " ".join(title.split()), text.split()))
    return found


def test_the_index_holds_the_same_sections_and_text_as_of_the_whole_page() -> None:
    page = PAGE.replace("<figure><svg>", "<svg>").replace("</svg></figure>", "</svg>")  # Material loses count in nests
    joined = [(anchor, title, "".join(words)) for anchor, title, words in sections(page)]
    assert len(joined) == 3
    assert [(anchor, title, "".join(words)) for anchor, title, words in sections(searchable(PAGE))] == joined


def test_what_is_not_to_be_searched_is_gone_with_all_that_is_inside() -> None:
    text = searchable(PAGE)
    assert not [word for word in ("Not this", "nor this", "git", "never", 'id="x"') if word in text]
    assert "end" in text
    assert "data-search-exclude in a text" in text


@pytest.mark.parametrize("html", ["", "a data-search-exclude", "<i data-search-exclude>open", "<p data-search-exclude"])
def test_broken_html_is_no_problem(html: str) -> None:
    assert isinstance(searchable(html), str)


def test_cells_are_words_of_their_own() -> None:
    assert searchable("<tr><td>a</td><td>b</td></tr><p>c</p><div>d</div>e").split() == ["a", "b", "c", "d", "e"]
