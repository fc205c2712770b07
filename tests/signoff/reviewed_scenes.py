"""A project whose approvals come from pull-request reviews: a scene with an attestor who records them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scenes import KEYS, PEOPLE, Scene, changed, person

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.history.contents import ContentsHistory
from mkdocs_ecompm.history.digest import digest

HOST = "github.com"
ACCOUNTS = {"ana": 11, "ben": 12, "mia": 13, "eva": 14, "leo": 15, "mallory": 99}


def with_reviews(people: Mapping[str, Any] = PEOPLE, **trust: Any) -> dict[str, Any]:
    """The people with accounts, and a collector who attests."""
    found = changed(people)
    for entry in found["people"]:
        if entry["id"] in ACCOUNTS:
            entry["accounts"] = [{"host": HOST, "id": str(ACCOUNTS[entry["id"]]), "login": f"{entry['id']}-r"}]
    keys = [{"ssh": KEYS["collector"].line}]
    found["people"].append({"id": "collector", "name": "Collector", "kind": "machine", "keys": keys})
    found["trust"] = {**found["trust"], "attestors": ["collector"], **trust}
    return found


class ReviewedScene(Scene):
    """A scene whose evidence is written by the collector, as one file a pull request."""

    def __init__(self, folder: Path, **options: Any) -> None:
        super().__init__(folder, **{"people": with_reviews(), **options})

    def digest(self, artifact: str = "charter", commit: str | None = None) -> str:
        """The digest of an artifact at a commit."""
        with Repository.open(self.repository.folder) as repository:
            found = digest(ContentsHistory(repository, self.place).at(commit or self.repository.tip() or ""), artifact)
        assert found is not None
        return found

    def account(self, who: str) -> dict[str, Any]:
        """The account of somebody, as a forge tells it."""
        return {"login": f"{who}-r", "id": ACCOUNTS.get(who)}

    def review(self, who: str, state: str = "approved", *, of: str | None = None, **changes: Any) -> dict[str, Any]:
        """A review of the charter at a commit: the tip, if nothing else is said."""
        reviewed = of or self.repository.tip() or ""
        words = {"approved": "approve", "changes_requested": "reject", "dismissed": "withdraw", "commented": None}
        return {
            "id": f"R-{who}",
            "reviewer": self.account(who),
            "state": state,
            "decision": words[state],
            "role": None,
            "conditions": [],
            "body": "Fine with me.",
            "submitted_at": "2026-01-04T12:00:00Z",
            "commit": reviewed,
            "artifacts": {"charter": self.digest("charter", reviewed)},
            **changes,
        }

    def pull_request(self, *reviews: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The evidence of a pull request that the tip merged."""
        tip = self.repository.tip()
        return {
            "version": 1,
            "digest_version": 1,
            "forge": "github",
            "host": HOST,
            "repository": "shop/project",
            "number": 7,
            "author": self.account("leo"),
            "base": self.root,
            "merge_base": self.root,
            "head": tip,
            "merged": tip,
            "recorded_at": "2026-01-05T15:00:00Z",
            "reviews": list(reviews),
            "seen": [],
            **changes,
        }

    def file(self, evidence: Mapping[str, Any]) -> str:
        """Where the evidence of a pull request is."""
        folder = f"{self.place}/evidence" if self.place else "evidence"
        return f"{folder}/{evidence['host']}-{evidence['number']}.json"

    def record_reviews(self, *reviews: dict[str, Any], who: Any = "collector", **options: Any) -> str:
        """The commit by which the collector records reviews of one pull request."""
        about = options.pop("about", {})
        return self.write(self.pull_request(*reviews, **about), who=who, **options)

    def write(self, *evidence: Mapping[str, Any], who: Any = "collector", **options: Any) -> str:
        """The commit by which somebody writes files of evidence."""
        files = {self.file(one): json.dumps(one, indent=2) for one in evidence}
        return self.commit("Record reviews", who, files={**files, **options.pop("files", {})}, **options)

    def reviews(self, commit: str | None = None, **options: Any) -> list[Any]:
        """The records of reviews."""
        return [one for one in self.signoffs(commit, **options).records if one.kind == "review"]

    def why(self, commit: str | None = None, **options: Any) -> list[tuple[str, ...]]:
        """Why each review does not count."""
        return [one.reasons for one in self.reviews(commit, **options)]


__all__ = ["ACCOUNTS", "HOST", "ReviewedScene", "person", "with_reviews"]
