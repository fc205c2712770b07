from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from markdown import Markdown

from mkdocs_ecompm.assembly import Setting, assemble
from mkdocs_ecompm.markdown_extension import EcompmExtension
from mkdocs_ecompm.site.pages import Site

FILES = {
    "project.yml": "id: shop\nname: New shop\n",
    "people.yml": "people:\n  - id: mia\n    name: Mia Köster\n",
    "risks.yml": (
        "risks:\n"
        "  - id: R-1\n"
        "    title: Lost <rankings>\n"
        "    kind: threat\n"
        "    likelihood: 2\n"
        "    impact: 3\n"
        "    owner: mia\n"
        "    status: open\n"
    ),
    "obligations.yml": "obligations:\n  - id: R-1\n    party: mia\n    what: Texts\n  - id: O-1\n    party: mia\n",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A project with two records of the same id."""
    folder = tmp_path_factory.mktemp("shop") / "project"
    folder.mkdir()
    for name, content in FILES.items():
        (folder / name).write_text(content, "utf-8")
    return Site(assemble(Setting(folder=Path(folder), as_of=date(2026, 3, 2))))


@pytest.fixture
def extension(site: Site) -> EcompmExtension:
    """The extension of that project's site."""
    made = EcompmExtension()
    made.site = site
    return made


def convert(extension: EcompmExtension, text: str, *others: str) -> str:
    return Markdown(extensions=[extension, *others]).convert(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "see [[risks/R-1]]!",
            '<p>see <a class="ecompm-ref" href="ecompm:risks#R-1" title="Lost &lt;rankings&gt;">R-1</a>!</p>',
        ),
        ("[[o-1]]", '<p><a class="ecompm-ref" href="ecompm:obligations#O-1" title="O-1">O-1</a></p>'),
        ("[[mia]]", '<p><a class="ecompm-ref" href="ecompm:people/mia">Mia Köster</a></p>'),
        ("[[risks]]", '<p><a class="ecompm-ref" href="ecompm:risks">risks</a></p>'),
    ],
)
def test_an_id_in_double_brackets_is_a_link(extension: EcompmExtension, text: str, expected: str) -> None:
    assert convert(extension, text) == expected
    assert extension.take_problems() == []


@pytest.mark.parametrize(
    "text",
    [
        "`[[R-9]]`",
        "[[R-9]](https://shop.example)",
        "[[R-9]][1]\n\n[1]: https://shop.example",
        r"\[[R-9]]",
        "[[two words]]",
    ],
)
def test_other_brackets_are_left_alone(extension: EcompmExtension, text: str) -> None:
    assert "ecompm-" not in convert(extension, text)
    assert extension.take_problems() == []


def test_code_blocks_are_left_alone(extension: EcompmExtension) -> None:
    text = "```text\n[[R-9]]\n```\n"
    assert "[[R-9]]" in convert(extension, text, "fenced_code")
    assert "[[R-9]]" in convert(extension, text, "pymdownx.superfences")
    assert extension.take_problems() == []


def test_a_missing_record_says_so_on_the_page_and_in_the_log(extension: EcompmExtension) -> None:
    html = convert(extension, "see [[O-2]]")
    assert "O-2 (no such record)" in html
    assert "<a " not in html
    assert extension.take_problems() == ["[[O-2]]: there is no such record; did you mean `O-1`?"]
    assert extension.take_problems() == []


def test_an_ambiguous_id_names_what_it_can_mean(extension: EcompmExtension) -> None:
    assert "R-1 (ambiguous)" in convert(extension, "[[R-1]]")
    (problem,) = extension.take_problems()
    assert "risks/R-1" in problem
    assert "obligations/R-1" in problem


@pytest.mark.parametrize(
    "others", [(), ("fenced_code",), ("pymdownx.superfences",), ("admonition", "pymdownx.superfences")]
)
def test_a_fence_embeds_a_part(extension: EcompmExtension, others: tuple[str, ...]) -> None:
    html = convert(extension, "Before.\n```ecompm\nview: risks.matrix\n```\nAfter.\n", *others)
    assert html.startswith("<p>Before.</p>")
    assert html.endswith("<p>After.</p>")
    assert '<div class="ecompm ecompm-part ecompm-risks">' in html
    assert extension.take_problems() == []


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("```ecompm\nview: risks.nothing\n```", "there is no view risks.nothing"),
        ("```ecompm\nview: risks\n```", "there is no view risks"),
        ("~~~ ecompm\n~~~", "it needs a line such as view: risks.matrix"),
        ("```ecompm\nview: risks.matrix\nwidth: 3\n```", "unknown setting width"),
        ("```ecompm\nview: <b>\n", "there is no view <b>"),
    ],
)
def test_a_wrong_fence_says_what_is_wrong(extension: EcompmExtension, fence: str, said: str) -> None:
    html = convert(extension, fence)
    assert "ecompm-problem" in html
    assert "<b>" not in html
    assert extension.take_problems() == [f"fence ecompm: {said}"]


def test_a_fence_shown_as_code_is_not_run(extension: EcompmExtension) -> None:
    html = convert(extension, "````markdown\n```ecompm\nview: risks.matrix\n```\n````\n", "pymdownx.superfences")
    assert "ecompm-part" not in html
    assert "view: risks.matrix" in html.replace("</span>", "").replace('<span class="err">', "")
