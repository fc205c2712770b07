"""A shop whose collector has a key, and what GitHub tells of its pull requests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from forge_server import ForgeServer
from repositories import SigningKey, TestRepository

TOKEN = "ghp_secretSECRETsecret0123456789"  # noqa: S105  # of no forge
JAN, ROBOT, EVE = (SigningKey.make(name) for name in ("jan", "robot", "eve"))
PEOPLE = f"""\
trust:
  admins: [jan]
  attestors: [collector]
people:
  - id: jan
    name: Jan Weber
    roles: [sponsor]
    keys:
      - ssh: "{JAN.line}"
    accounts:
      - {{host: github.com, id: 33, login: jan-w}}
  - id: mia
    name: Mia Köster
    department: marketing
    accounts:
      - {{host: github.com, id: 22, login: mia-k}}
  - id: collector
    name: Collector
    kind: machine
    keys:
      - ssh: "{ROBOT.line}"
departments:
  - id: marketing
    name: Marketing
    head: mia
    functions: [sales, marketing, customer service]
roles:
  - id: sponsor
    name: Sponsor
"""
FILES = {
    "README.md": "A shop\n",
    "project/project.yml": "id: shop\nname: New shop\n",
    "project/people.yml": PEOPLE,
    "project/charter.yml": "problem: The shop is old.\nscope:\n  in: [the web shop]\n",
    "project/signoffs.yml": "signoffs:\n  - artifact: charter\n    approvers: [marketing]\n",
    "project/risks.yml": (
        "risks:\n  - id: R-1\n    title: Lost rankings\n    kind: threat\n    likelihood: 2\n    impact: 3\n"
        "    owner: mia\n    status: open\n"
    ),
}
NEW_CHARTER = FILES["project/charter.yml"].replace("old", "old and slow")


class Shop(TestRepository):
    """A repository with a project, in which the collector works."""

    settings: Path

    def be(self, key: SigningKey) -> None:
        text = (
            f"[user]\nname = {key.name}\nemail = {key.name}@shop.example\nsigningkey = {key.file(self.folder.parent)}\n"
        )
        self.settings.write_text(text + "[gpg]\nformat = ssh\n", "utf-8")

    def branch(self, files: dict[str, str | None], *, start: str | None = None, message: str = "Change") -> str:
        """A commit on a branch of its own; its id."""
        start = start or self.tip()
        assert start
        return self.commit(message, files=files, parents=[start], branch=None)

    def squash(self, head: str) -> str:
        """Bring the files of a head into the main branch by one new commit."""
        tip = self.tip()
        assert tip
        merged = self.commit("Squashed", parents=[tip], tree_of=head)
        self.check_out()
        return merged

    def evidence(self, name: str = "github.com-7.json") -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "project/evidence" / name).read_text("utf-8"))
        return found


def account(name: str, number: int | None, **more: Any) -> dict[str, Any]:
    return {"login": name, "id": number, "type": "User", **more}


MIA, TOM = account("mia-k", 22), account("tom-a", 44)


def review(number: int, commit: str | None, state: str = "APPROVED", **more: Any) -> dict[str, Any]:
    """A review as GitHub tells it."""
    told = {"id": number, "user": MIA, "body": "", "state": state, "commit_id": commit}
    return {**told, "submitted_at": "2026-02-01T10:00:00Z", **more}


def pull_request(number: int, base: str, head: str, merged: str | None, **more: Any) -> dict[str, Any]:
    """A pull request as GitHub lists it."""
    return {
        "number": number,
        "state": "closed",
        "user": TOM,
        "html_url": f"https://github.com/shop/gov/pull/{number}",
        "base": {"sha": base, "ref": "main"},
        "head": {"sha": head, "ref": "topic", "repo": None},
        "merge_commit_sha": merged,
        "merged_at": "2026-02-02T10:00:00Z" if merged else None,
        "updated_at": "2026-02-02T10:00:00Z",
        **more,
    }


def told(forge: ForgeServer, asked: dict[str, Any], reviews: list[Any], timeline: list[Any] | None = None) -> None:
    """Let the forge tell of a pull request."""
    number = asked["number"]
    forge.routes.setdefault("/repos/shop/gov/pulls", []).append(asked)
    forge.routes[f"/repos/shop/gov/pulls/{number}"] = asked
    forge.routes[f"/repos/shop/gov/pulls/{number}/reviews"] = reviews
    forge.routes[f"/repos/shop/gov/issues/{number}/timeline"] = timeline if timeline is not None else []


def payload(shop: Shop, action: str, *, head: str, review: Any = None, **more: Any) -> dict[str, Any]:
    """What GitHub tells when something happened to a review of the seventh pull request."""
    told = pull_request(7, more.pop("base", shop.tip()), head, more.pop("merged", None))
    found = {"action": action, "number": 7, "pull_request": told, "sender": MIA}
    found["repository"] = {"full_name": "shop/gov", "html_url": "https://github.com/shop/gov", "node_id": "x"}
    return {**found, **({"review": review} if review else {}), **more}
