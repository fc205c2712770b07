"""What each forge does about code owners: where it looks for the file, which logins it gives, where it runs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec import Struct


class Forge(Struct, frozen=True):
    """One kind of forge.

    Args:
        title: Its name in a sentence.
        host: Its usual host.
        words: What in the name of a host tells that it runs there.
        login: What a login may look like: nothing else may stand in its file.
        files: Where it looks for the file; the first one found counts.
        own: Where ours goes.
        guarded: What steers its continuous integration, and which program runs there; folders end with a slash.
    """

    title: str
    host: str
    words: tuple[str, ...]
    login: re.Pattern[str]
    files: tuple[str, ...]
    own: str
    guarded: tuple[str, ...]


FORGES: Final[Mapping[str, Forge]] = MappingProxyType(
    {
        "github": Forge(
            title="GitHub",
            host="github.com",
            words=("github", "ghe."),
            login=re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}"),
            files=(".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"),
            own=".github/CODEOWNERS",
            guarded=(".github/workflows/", "requirements.txt"),
        ),
        "gitlab": Forge(
            title="GitLab",
            host="gitlab.com",
            words=("gitlab",),
            login=re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?"),
            files=("CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"),
            own=".gitlab/CODEOWNERS",
            guarded=(".gitlab-ci.yml", ".gitlab/", "requirements.txt"),
        ),
        "gitea": Forge(
            title="Gitea",
            host="codeberg.org",
            words=("gitea", "forgejo", "codeberg"),
            login=re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,253}[A-Za-z0-9_-])?"),
            files=("CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"),
            own=".gitea/CODEOWNERS",
            guarded=(".gitea/", ".forgejo/", ".github/workflows/", "requirements.txt"),
        ),
    }
)


def kind_of_host(host: str) -> str:
    """The forge that a host's name tells of, empty if it tells none."""
    fold = host.casefold()
    return next((name for name, forge in FORGES.items() if any(word in fold for word in forge.words)), "")
