"""A small project in a real repository, and the engine's answer about it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from repositories import SigningKey, TestRepository

from mkdocs_ecompm.git.repository import Repository
from mkdocs_ecompm.git.tree_files import TreeFiles
from mkdocs_ecompm.load.files import Files, FolderFiles
from mkdocs_ecompm.load.state import load_state
from mkdocs_ecompm.model.signoff import Agreement, SignoffRecord, Signoffs
from mkdocs_ecompm.registers import DOCUMENTS
from mkdocs_ecompm.signoff.evaluation import Answer, Request, evaluate

AS_OF = date(2026, 12, 31)
KEYS = {name: SigningKey.make(name) for name in ("ana", "ben", "mia", "eva", "leo", "zoe", "collector", "mallory")}

PEOPLE: dict[str, Any] = {
    "trust": {"admins": ["ana"], "quorum": "1"},
    "people": [
        {"id": "ana", "name": "Ana Ruiz", "roles": [{"role": "sponsor"}], "keys": [{"ssh": KEYS["ana"].line}]},
        {"id": "ben", "name": "Ben Okafor", "roles": [{"role": "lead"}], "keys": [{"ssh": KEYS["ben"].line}]},
        {"id": "mia", "name": "Mia Köster", "department": "marketing", "keys": [{"ssh": KEYS["mia"].line}]},
        {"id": "eva", "name": "Eva Lind", "department": "marketing", "keys": [{"ssh": KEYS["eva"].line}]},
    ],
    "departments": [{"id": "marketing", "name": "Marketing", "head": "mia"}],
    "roles": [{"id": "sponsor", "name": "Sponsor"}, {"id": "lead", "name": "Lead"}],
}
SIGNOFFS: dict[str, Any] = {"signoffs": [{"artifact": "charter", "approvers": ["sponsor"]}]}
CHARTER: dict[str, Any] = {
    "problem": "The shop is old",
    "objectives": [
        {"id": "OB-1", "statement": "Sell more", "metric": "revenue", "target": "10 %", "due": "2026-09-01"}
    ],
}
PROJECT: dict[str, Any] = {"id": "shop", "name": "New shop"}


def text(value: object) -> str:
    """A value as YAML."""
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True)


def changed(value: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A deep copy with other top-level values."""
    return {**copy.deepcopy(dict(value)), **changes}


def person(people: dict[str, Any], name: str) -> dict[str, Any]:
    """The entry of a person, to be changed in place."""
    return next(entry for entry in people["people"] if entry["id"] == name)


class Scene:
    """A repository with a project, told commit by commit. Registers are given by name, as data."""

    def __init__(self, folder: Path, *, place: str = "project", people: Any = None, signoffs: Any = None) -> None:
        self.repository = TestRepository.create(folder)
        self.place = place
        self.people = copy.deepcopy(people or PEOPLE)
        self.root = self.commit(
            "Begin", "ana", project=PROJECT, people=self.people, signoffs=signoffs or SIGNOFFS, charter=CHARTER
        )

    def path(self, register: str) -> str:
        """The file of a register."""
        return f"{self.place}/{register}.yml" if self.place else f"{register}.yml"

    def commit(
        self,
        message: str,
        who: str | SigningKey | None = None,
        *,
        parents: list[str] | None = None,
        when: str | None = None,
        files: Mapping[str, str | None] | None = None,
        more: Mapping[str, Any] | None = None,
        **registers: Any,
    ) -> str:
        """A commit by somebody; `more` goes to the repository helper."""
        key = KEYS[who] if isinstance(who, str) else who
        written = {self.path(name): None if data is None else text(data) for name, data in registers.items()}
        return self.repository.commit(
            message, files={**written, **(files or {})}, key=key, when=when, parents=parents, **(more or {})
        )

    def say(self, line: str, who: str | SigningKey | None, **options: Any) -> str:
        """A commit with one sign-off line, such as `approve charter`."""
        return self.commit(f"Decide\n\nSignoff: {line}", who, **options)

    def answer(self, commit: str | None = None, **options: Any) -> Answer:
        """The engine's answer at a commit (the tip of main), with the content of that commit."""
        with Repository.open(self.repository.folder) as repository:
            tip = commit or self.repository.tip() or ""
            files: Files = TreeFiles(repository, tip, self.place)  # type: ignore[assignment]
            if options.pop("worktree", False):
                files = FolderFiles(self.repository.folder / self.place, f"{self.place}/")
            state = load_state(files, DOCUMENTS, commit=tip)
            given: dict[str, Any] = {"as_of": AS_OF, "folder": self.place, "files": files, **options}
            return evaluate(Request(**{"state": state, "repository": repository, "commit": tip, **given}))

    def signoffs(self, commit: str | None = None, **options: Any) -> Signoffs:
        """As `answer`, without the findings."""
        return self.answer(commit, **options).signoffs

    def agreement(self, artifact: str = "charter", commit: str | None = None, **options: Any) -> Agreement:
        """How an artifact stands."""
        return self.signoffs(commit, **options).by_artifact[artifact]

    def status(self, artifact: str = "charter", commit: str | None = None, **options: Any) -> str:
        """The status of an artifact."""
        return self.agreement(artifact, commit, **options).status.value

    def record(self, commit: str, artifact: str = "charter", at: str | None = None, **options: Any) -> SignoffRecord:
        """The record of a line."""
        return self.signoffs(at, **options).by_id[f"{commit}:{artifact}"]

    def reasons(self, commit: str, artifact: str = "charter", at: str | None = None, **options: Any) -> tuple[str, ...]:
        """Why a line does not count."""
        return self.record(commit, artifact, at, **options).reasons

    def codes(self, commit: str | None = None, **options: Any) -> list[str]:
        """The codes of the findings."""
        return [finding.code for finding in self.answer(commit, **options).findings]
