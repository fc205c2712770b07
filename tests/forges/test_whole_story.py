"""The way of a team whose head of marketing never signs a commit: from an empty repository to what still holds."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from forge_server import ForgeServer
from forge_shop import FILES, JAN, MIA, NEW_CHARTER, ROBOT, TOKEN, Shop, pull_request, review, told
from mkdocs.commands.build import build
from mkdocs.config import load_config

Run = Callable[..., Result]
AS_OF = "2026-06-01"
MKDOCS = f"""\
site_name: Shop
theme: {{name: material}}
plugins:
  - ecompm: {{as_of: "{AS_OF}"}}
"""
LATER = NEW_CHARTER.replace("old and slow", "old, slow and dear")
FILE = "project/evidence/github.com-7.json"


class Story:
    """The team's repository, and the steps that the people and the forge take."""

    def __init__(self, shop: Shop, ecompm: Run, site: Path) -> None:
        self.shop, self._ecompm, self._site = shop, ecompm, site

    def run(self, *words: str) -> Result:
        answer = self._ecompm(*words)
        assert TOKEN not in answer.output + answer.stderr + str(answer.exception)
        self.shop._trees.clear()
        return answer

    def commit(self, message: str, files: dict[str, str | None], **more: Any) -> str:
        found = self.shop.commit(message, files=files, **more)
        self.shop.check_out()
        return found

    def charter(self) -> dict[str, Any]:
        """How the charter stands, with its one slot and the reasons of everything that was said."""
        said = json.loads(self.run("signoffs", "charter", "--format", "json", "--as-of", AS_OF).stdout)
        (found,) = said["signoffs"]
        (slot,) = found["slots"]
        records = [(one["kind"], one["assurance"], one["decision"], one["reasons"]) for one in said["records"]]
        return {"status": found["status"], "slot": slot, "records": records}

    def page(self) -> str:
        """What the site's page of the charter says, as a reader sees it."""
        config = load_config(str(self.shop.folder / "mkdocs.yml"), site_dir=str(self._site))
        config.plugins.on_startup(command="build", dirty=False)
        build(config)
        whole = (self._site / "charter/index.html").read_text("utf-8")
        article = whole[whole.index("<article") : whole.index("</article>")]
        return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", article)).split())


@pytest.fixture
def story(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: ForgeServer, ecompm: Run) -> Story:
    found = Shop.create(tmp_path / "team")
    assert isinstance(found, Shop)
    assert found.tip() is None, "the story begins with an empty repository"
    found.settings = tmp_path / "gitconfig"
    found.be(ROBOT)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(found.settings))
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    monkeypatch.chdir(found.folder)
    assert forge.url
    return Story(found, ecompm, tmp_path / "site")


def begin(story: Story) -> str:
    """The first commit, signed by an administrator, and whom the forge asks; the id of the second."""
    files = {**FILES, "mkdocs.yml": MKDOCS, "docs/index.md": "# Shop\n", ".gitignore": "/.cache/\n"}
    story.commit("Begin", files, key=JAN)
    assert story.charter()["status"] == "missing"

    owners = story.run("codeowners", "--forge", "github")
    assert re.search(r"^/project/charter\.yml\s.*@mia-k", owners.stdout, re.MULTILINE), owners.output
    base = story.commit("Whom the forge asks", {".github/CODEOWNERS": owners.stdout})
    assert story.run("codeowners", "--forge", "github", "--check").exit_code == 0
    return base


def record(story: Story, event: Path, base: str, head: str) -> None:
    """The forge tells that Mia approved, before anything is merged."""
    event.write_text(
        json.dumps(
            {
                "action": "submitted",
                "number": 7,
                "pull_request": pull_request(7, base, head, None),
                "repository": {"full_name": "shop/gov", "html_url": "https://github.com/shop/gov"},
                "review": review(1, head, "approved"),
                "sender": MIA,
            }
        )
    )
    recorded = story.run("reviews", "record", "--event", str(event))
    assert recorded.exit_code == 0, recorded.stderr


def test_from_an_empty_repository_to_what_still_holds(story: Story, forge: ForgeServer, tmp_path: Path) -> None:
    shop = story.shop
    base = begin(story)

    head = shop.branch({"project/charter.yml": NEW_CHARTER})
    comment = story.run("review", base, head, "--format", "markdown", "--as-of", AS_OF)
    assert comment.exit_code == 0, comment.stderr
    assert "Mia Köster" in comment.stdout

    record(story, tmp_path / "event.json", base, head)
    assert story.charter()["records"] == [("review", "reviewed", "approve", ["not-merged"])]

    merged = story.commit("Squashed", {"project/charter.yml": NEW_CHARTER})
    told(forge, pull_request(7, base, head, merged), [review(1, head)])
    collect = ("reviews", "pull", "--forge", "github", "--repository", "shop/gov", "--url", forge.url)
    collected = story.run(*collect)
    assert (collected.exit_code, shop.evidence()["merged"]) == (0, merged), collected.stderr
    found = story.charter()
    assert (found["status"], found["slot"]["person"]) == ("valid", "mia")
    page = story.page()
    assert "Mia Köster" in page
    assert "holds 1 Feb 2026 · review, recorded by the collector" in page
    assert "Nothing in it has changed since" in page

    story.commit("The charter moves on", {"project/charter.yml": LATER})
    found = story.charter()
    assert found["status"] == "stale"
    assert [(one["was"], one["is"]) for one in found["slot"]["difference"]] == [
        ("The shop is old and slow.", "The shop is old, slow and dear.")
    ]
    page = story.page()
    assert "≠ changed since 1 Feb 2026" in page
    assert "Nothing in it has changed since" not in page
    assert "old and slow" in page
    assert "slow and dear" in page

    story.commit("Back to what was agreed", {"project/charter.yml": NEW_CHARTER})
    assert story.charter()["status"] == "valid"

    honest = (shop.folder / FILE).read_text("utf-8")
    forge.routes["/repos/shop/gov/pulls/7/reviews"] = [review(1, head, "DISMISSED")]
    assert story.run(*collect).exit_code == 0
    found = story.charter()
    assert found["status"] == "withdrawn"
    assert "holds 1 Feb 2026" not in (page := story.page())
    assert "withdrew" in page or "withdrawn" in page, page

    story.commit("By hand", {FILE: honest}, key=JAN)
    assert story.charter()["status"] == "withdrawn", "an edited evidence file counts for nothing"
    assert story.run(*collect).exit_code == 0
    assert shop.evidence()["reviews"][0]["state"] == "dismissed"
    assert story.charter()["status"] == "withdrawn"
    shop.git("fsck", "--strict")
