"""CODEOWNERS in the words of each forge.

GitHub: patterns like those of .gitignore, without `!` and `[ ]`; the last line that matches a file decides, and one of
its owners is enough. GitLab: sections, each decided by its own last line that matches, and each to be approved. Gitea
and Forgejo: Go's regular expressions over the whole path, and everybody of every line that matches is asked.

A character that has a meaning of its own in a pattern is written as the wildcard for one character: the pattern may
match a little more, never something else, and no name of a file can add a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from mkdocs_ecompm.history.digest import TRUST
from mkdocs_ecompm.signoff.codeowners import ADMINS, Claim, Ownership, together
from mkdocs_ecompm.signoff.codeowners_areas import Area

GITHUB_LIMIT: Final = 3 * 1024 * 1024
"""Bytes from which on GitHub ignores the file."""

_HEADER: Final = """\
# Made by `ecompm codeowners` from people.yml, signoffs.yml and asks.yml: change those, and make it again.
# With it the forge asks the right people. It is no evidence: what was agreed, `ecompm signoffs` says.
"""


def github(found: Ownership) -> str:
    """The file for GitHub."""
    return _lines(found.claims, found.admins, _glob)


def gitea(found: Ownership) -> str:
    """The file for Gitea and Forgejo. Everybody of every line is asked, so no line stands in for new files only."""
    return _lines([claim for claim in found.claims if not claim.general], found.admins, _expression)


def gitlab(found: Ownership) -> str:
    """The file for GitLab, a section for each slot."""
    return "\n".join([_HEADER, *(_section(claim, found) for claim in found.claims)])


DIALECTS: Final[Mapping[str, Callable[[Ownership], str]]] = MappingProxyType(
    {"github": github, "gitlab": gitlab, "gitea": gitea}
)


def _lines(claims: Iterable[Claim], admins: tuple[str, ...], write: Callable[[Area], str]) -> str:
    """A line for each pattern, with everybody who claims it; above it why, where that is something new."""
    rows: list[str] = []
    said = ""
    for pattern, same in _by_pattern(claims, write):
        if _why(same) != said:
            said = _why(same)
            rows.append(f"\n# {said}" if rows else f"# {said}")
        rows.append(f"{pattern} {_at(together(same) or admins)}")
    return "\n".join([_HEADER, *rows, ""])


def _section(claim: Claim, found: Ownership) -> str:
    name = claim.artifact if claim.general else f"{claim.artifact} by {claim.approver}"
    count = f"[{claim.needed}]" if claim.needed > 1 else ""
    rows = [(_glob(area), claim.owners) for area in sorted(claim.areas)]
    if claim.general:  # in this section too, what others claim more exactly is theirs
        register = [other for other in found.claims if other.artifact.partition("/")[0] == claim.artifact]
        rows = [(pattern, together(same)) for pattern, same in _by_pattern(register, _glob)]
    lines = (f"{pattern} {_at(owners or found.admins)}" for pattern, owners in rows)
    return "\n".join([f"[{name}]{count}", *lines, ""])


def _by_pattern(claims: Iterable[Claim], write: Callable[[Area], str]) -> list[tuple[str, list[Claim]]]:
    """Each pattern with all who claim it, in an order in which the last that matches a path is the right one.

    Folders come before files, vague patterns before exact ones, and those of trust last.
    """
    found: dict[str, list[Claim]] = {}
    folders: dict[str, bool] = {}
    for claim in claims:
        for area in claim.areas:
            found.setdefault(write(area), []).append(claim)
            folders[write(area)] = area.folder

    def order(pattern: str) -> tuple[bool, bool, int, str]:
        of_trust = any((claim.artifact, claim.approver) == (TRUST, ADMINS) for claim in found[pattern])
        return of_trust, not folders[pattern], -pattern.count("?"), pattern

    return [(pattern, found[pattern]) for pattern in sorted(found, key=order)]


def _why(claims: Iterable[Claim]) -> str:
    """The artifacts of a line, and who is asked for each."""
    asked: dict[str, list[str]] = {}
    for claim in claims:
        asked.setdefault(claim.artifact, []).append(claim.approver)
    return "; ".join(f"{artifact}: {', '.join(approvers)}" for artifact, approvers in asked.items())


def _at(owners: Iterable[str]) -> str:
    return " ".join(f"@{login}" for login in owners)


def _glob(area: Area) -> str:
    """A path for GitHub and GitLab, from the root of the repository."""
    plain = "".join(char if _is_plain(char) else "\\ " if char == " " else "?" for char in area.path)
    return f"/{plain}{'/' * area.folder}"


def _expression(area: Area) -> str:
    """A path for Gitea, which matches it whole. Its reader takes one backslash off before it is an expression."""
    spelled = {".": r"\\.", "+": r"\\+", " ": r"\ "}
    plain = "".join(spelled.get(char, char if _is_plain(char) else ".") for char in area.path)
    return plain + "/.*" * area.folder


def _is_plain(char: str) -> bool:
    """Whether a character means itself in every dialect."""
    return char.isalnum() or char in "/._-+,=~"
