"""The comment at the forge: as it was looked at, never too long, and harmless whatever people write in their YAML."""

from __future__ import annotations

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import Result
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pull_requests import CHARTER, OBLIGATIONS, PEOPLE, RACI, RISKS, TIMELINE, Shop, edited

from mkdocs_ecompm.cli.forge_markdown import code, folded, safe, table, visible

Run = Callable[..., Result]
FORGE = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = {"h2", "h3", "p", "strong", "em", "code", "pre", "ul", "li", "blockquote", "hr"}
OURS |= {"table", "thead", "tbody", "tr", "th", "td", "br", "details", "summary", "sub"}
PAYLOADS = (
    "@mallory @shop/team look",
    "see #12, shop/web#3, GH-4, !5, ~label, %1.0, &6, $7",
    "<img src=x onerror=alert(1)><script>alert(1)</script><details open>",
    "--> <!-- ecompm-review -->",
    "[click](https://evil.example/x) ![pixel](https://evil.example/p.png) <https://evil.example>",
    "https://evil.example www.evil.example mail@evil.example",
    "| a | b | c |",
    "``` `x` ``` `` ` ``",
    "# title",
    "/close",
    "1. one",
    "* * *",
    "</summary></details>",
    ":tada: **bold** ~~gone~~ _it_ $x$",
    "&lt;b&gt; &#64;mia &commat;mia",
    "\\@mia \\<b>",
    "0123456789abcdef0123456789abcdef01234567",
)


class _Seen(HTMLParser):
    """The elements of a page, its words outside of code, and its addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.words: list[str] = []
        self.attributes: set[str] = set()
        self.inside: list[str] = []
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.attributes |= {f"{tag} {name}" for name, _ in attrs}
        if tag not in {"br", "hr", "img"}:
            self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in {"br", "hr", "img"}:
            assert self.inside.pop() == tag

    def handle_data(self, data: str) -> None:
        if "code" not in self.inside:
            self.words.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def read(said: str) -> _Seen:
    """A comment as a forge reads it."""
    seen = _Seen()
    seen.feed(FORGE.render(said))
    seen.close()
    assert seen.inside == []
    return seen


def harmless(said: str) -> None:
    """No element but ours, no address, and nothing outside of code that a forge makes a reference of."""
    seen = read(said)
    assert set(seen.elements) <= OURS
    assert seen.attributes <= {"code class"}
    assert seen.comments in ([], [" ecompm-review "])
    words = "".join(seen.words)
    assert not re.search(r"(?<!\w)@\w|#\d|!\d|(?<![\w])~\w|\bGH-\d|\w://|www\.\w|\w@\w|[0-9a-f]{12}", words), words
    assert not re.search(r"^/\w", said, re.MULTILINE)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """The shop; the current folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1772704800")  # 5 March 2026
    return Shop(tmp_path)


@pytest.fixture
def comment(ecompm: Run) -> Callable[[], str]:
    """The comment about the branch."""

    def run() -> str:
        found = ecompm("review", "main", "topic", "--format", "markdown")
        assert found.exit_code in {0, 1}, found.stderr
        assert found.stderr == ""
        return found.stdout

    return run


# --- as it was looked at ----------------------------------------------------------------------------------------------

CASES = {
    "charter": {
        "project/charter.yml": edited(CHARTER, ("120000", "132000"), ("2026-12-01", "2026-12-18")),
        "project/timeline.yml": edited(TIMELINE, ("date: 2026-10-06", "date: 2026-10-20")),
    },
    "trust": {
        "project/people.yml": edited(PEOPLE, ("    head: lea\n", "    head: tom\n")),
        "project/asks.yml": "asks:\n  - id: AS-1\n    artifact: charter\n    of: [ben]\n    because: Ben is new\n",
        "project/evidence/github.com-7.json": "{}\n",
        "project/risks.yml": edited(RISKS, ("likelihood: 3", "likelihood: 7")),
    },
    "typo": {"README.md": "A shop\n"},
}


@pytest.mark.parametrize("case", CASES)
def test_the_comment_is_as_it_was_looked_at(
    shop: Shop, comment: Callable[[], str], case: str, request: pytest.FixtureRequest
) -> None:
    shop.change(CASES[case], who="ben")
    said = comment()
    harmless(said)
    path = Path(__file__).parent / "comments" / f"{case}.md"
    if request.config.getoption("--update-golden"):
        path.write_text(said, encoding="utf-8")
    assert said == path.read_text("utf-8")


def test_the_comment_is_found_again(shop: Shop, comment: Callable[[], str]) -> None:
    """The marker is the first line, and there is no second one, whatever a title says."""
    shop.change({"project/charter.yml": edited(CHARTER, ("120000", "1")) + "note: '<!-- ecompm-review -->'\n"})
    said = comment()
    assert said.startswith("<!-- ecompm-review -->\n")
    assert said.count("<!--") == 1


# --- what people write ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", PAYLOADS)
def test_hostile_texts_everywhere(shop: Shop, comment: Callable[[], str], payload: str) -> None:
    quoted = "'" + payload.replace("'", "''") + "'"
    people = edited(PEOPLE, ("name: Mia Köster", f"name: {quoted}"), ("login: mia-k", f"login: {quoted}"))
    people = edited(people, ("name: Marketing", f"name: {quoted}"))
    shop.change({"project/people.yml": people}, "x\n\nSignoff: approve trust", branch="main", who="ana")
    shop.change({}, "x\n\nSignoff: approve trust", branch="main", who="ben", when="2026-03-04T10:10:00Z")
    shop.repository.point("refs/heads/topic", shop.main)
    shop.change(
        {
            "project/people.yml": edited(people, ("name: Finance", f"name: {quoted}")),
            "project/charter.yml": edited(
                CHARTER, ("The old shop cannot be mended any more", payload.replace("#", "# ")), ("120000", "1")
            )
            if payload[0].isalnum() and ": " not in payload and " #" not in payload
            else edited(CHARTER, ("The old shop cannot be mended any more", quoted)),
            "project/obligations.yml": edited(OBLIGATIONS, ("Texts of the 400 best sellers", quoted)),
            "project/raci.yml": edited(RACI, ("name: Delivery", f"name: {quoted}")),
            "project/risks.yml": edited(
                RISKS, ("Lost rankings after the move", quoted), ("likelihood: 3", "likelihood: 7")
            ),
            "project/timeline.yml": edited(TIMELINE, ("name: Concept agreed", f"name: {quoted}"), ("10-06", "10-20")),
            "project/asks.yml": f"asks:\n  - id: A\n    artifact: charter\n    of: [ben]\n    because: {quoted}\n",
            f"project/evidence/{payload.replace('/', '-')}.json": "{}",
        },
        payload,
        who="ben",
        when="2026-03-04T11:00:00Z",
    )
    harmless(comment())


def test_hostile_names_of_branches(shop: Shop, ecompm: Run) -> None:
    shop.change({"project/charter.yml": edited(CHARTER, ("120000", "1"))})
    name = "x@mallory#1|<b>`id`$(id)"
    shop.repository.point(f"refs/heads/{name}", shop.topic)
    found = ecompm("review", "main", name, "--format", "markdown")
    harmless(found.stdout)
    shop.repository.point(f"refs/heads/{name}", shop.main)
    harmless(ecompm("review", name, "topic", "--format", "markdown").stdout)


ANY = (
    st.text(max_size=80)
    | st.sampled_from(PAYLOADS)
    | st.text(alphabet="@#!~<>&|`*_[]()\\/:.-+ $%^a1\n\t\u202e\u200b\x00")
)


@given(ANY)
@example("@\u200bmia")
@example("a_b__c_")
@example("  # x")
@example("1) x")
def test_a_text_is_shown_as_it_is_and_obeyed_nowhere(said: str) -> None:
    shown = visible(said)
    for before in ("", "- ", "**x** ", "> - "):
        seen = read(f"{before}{safe(said, 1000)}")
        assert "".join(seen.words).replace("\u200b", "").split() == [*(["x"] if "x" in before else []), *shown.split()]
        assert set(seen.elements) <= {"p", "ul", "li", "strong", "blockquote"}
        assert seen.attributes == set()
    harmless(f"- {safe(said, 1000)}")


@given(st.lists(ANY, min_size=2, max_size=4))
def test_a_text_never_breaks_a_table(cells: list[str]) -> None:
    lines = table([safe(cell) for cell in cells], [[safe(cell) for cell in cells], ["x"] * len(cells)])
    seen = read("\n".join(["Before", "", *lines, "", "After"]))
    assert seen.elements.count("td") == 2 * len(cells)
    assert seen.elements.count("th") == len(cells)


@given(ANY)
@example("`")
@example("@mia-k")
@example("a`b|c")
def test_code_is_one_word_of_code_or_a_harmless_text(said: str) -> None:
    harmless(f"Login {code(said)} and more")
    assert len(read(table(["a", "b"], [[code(said), "x"]])[0] + "\n").elements) > 0
    seen = read("\n".join(table(["a", "b"], [[code(said), "x"]])))
    assert seen.elements.count("td") == 2


def test_what_is_folded_is_whole() -> None:
    assert read("\n".join(folded("More", ["- x"]))).elements == ["details", "summary", "ul", "li"]


# --- its length -------------------------------------------------------------------------------------------------------


def test_a_comment_is_never_longer_than_a_forge_takes(shop: Shop, comment: Callable[[], str]) -> None:
    """Everything is changed in a project that is far too large; what matters most is there, and the end says so."""
    entry = "  - id: O-{n}\n    party: marketing\n    what: {what}\n    due: 2026-06-30\n    process: [x]\n"
    owed = "obligations:\n" + "".join(entry.format(n=n, what="Ünendlich " * 200) for n in range(150))
    matrix = RACI + "".join(f"  - id: m{n}\n    name: {'Ünendlich ' * 40}\n    activities: []\n" for n in range(40))
    objectives = "".join(f"  - id: OB-{n}\n    statement: {'Ünendlich ' * 100}\n" for n in range(2, 200))
    shop.change(
        {
            "project/obligations.yml": owed,
            "project/raci.yml": matrix,
            "project/charter.yml": edited(CHARTER, ("budget:", objectives + "budget:")),
            "project/risks.yml": "risks:\n" + "".join(f"  - id: R-{n}\n    title: {'x' * 300}\n" for n in range(400)),
        }
    )
    said = comment()
    assert 20_000 < len(said.encode()) <= 65_536
    harmless(said)
    assert said.startswith("<!-- ecompm-review -->\n## ")
    assert "was cut here" in said.splitlines()[-1]
    assert "| **Mia Köster** `@mia-k`" in said
