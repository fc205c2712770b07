from __future__ import annotations

from pathlib import Path

import pytest

from mkdocs_ecompm.model.finding import Source
from mkdocs_ecompm.site.addresses import commit_template, edit_address, edit_template

ROOT = Path("/shop")


@pytest.mark.parametrize(
    ("repository", "edit_uri", "pages", "expected"),
    [
        ("https://github.com/o/r", "edit/main/docs/", "docs", "https://github.com/o/r/edit/main/{path}#L{line}"),
        ("https://github.com/o/r/", "edit/main/docs/", "docs", "https://github.com/o/r/edit/main/{path}#L{line}"),
        ("https://git.example/o/r", "-/edit/main/a/b/", "a/b", "https://git.example/o/r/-/edit/main/{path}#L{line}"),
        ("", "https://git.example/o/r/edit/main/docs/", "docs", "https://git.example/o/r/edit/main/{path}#L{line}"),
        ("https://git.example/o/r", "?query=root/docs/", "docs", "https://git.example/o/r?query=root/{path}"),
        ("https://git.example/o/r", "", "docs", ""),
        ("", "edit/main/docs/", "docs", ""),
    ],
)
def test_the_template_leads_from_the_root_of_the_repository(
    repository: str, edit_uri: str, pages: str, expected: str
) -> None:
    assert edit_template(repository, edit_uri, ROOT / pages, ROOT) == expected


def test_a_place_is_filled_in_and_quoted() -> None:
    template = "https://git.example/edit/{path}#L{line}"
    source = Source("project/a b?.yml", 14, 5)
    assert edit_address(template, source) == "https://git.example/edit/project/a%20b%3F.yml#L14"
    assert edit_address(template, None) is None
    assert edit_address("", source) is None


@pytest.mark.parametrize(
    ("repository", "expected"),
    [
        ("https://github.com/o/r/", "https://github.com/o/r/commit/{commit}"),
        ("https://gitlab.example/o/r", "https://gitlab.example/o/r/-/commit/{commit}"),
        ("https://bitbucket.org/o/r", "https://bitbucket.org/o/r/commits/{commit}"),
        ("", ""),
    ],
)
def test_each_forge_has_its_own_word_for_a_commit(repository: str, expected: str) -> None:
    assert commit_template(repository) == expected
