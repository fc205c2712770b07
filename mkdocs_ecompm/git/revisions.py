"""What a person may type for a commit or a range, taken apart before any of it reaches git."""

from __future__ import annotations

import re
from typing import Final

from msgspec import Struct

from mkdocs_ecompm.git.process import GitError

# A ref or id as `git check-ref-format` allows it, then steps: ~3 ^2 ^{commit} @{1} @{upstream}.
_NAME: Final = re.compile(
    r"(?!-)(?!.*\.\.)[^\x00-\x20\x7f~^:?*\[\\]*?(?:@\{[^\x00-\x1f\x7f{}]*\})*(?:~\d*|\^\d*|\^\{[a-z]*\})*"
)
_WITH_PARENTS: Final = re.compile(r"(?P<name>.+)(?P<step>\^!|\^@|\^-\d*)")
_MAX_LENGTH: Final = 1000


class End(Struct, frozen=True):
    """One end of a range: what to put before the id, the name of a commit, and what to put after the id."""

    before: str
    name: str
    after: str = ""


def checked(rev: str) -> str:
    """The name of one commit, if it can be one.

    Raises:
        GitError: it looks like an option, or no commit can be called so.
    """
    if rev.startswith("-"):
        raise GitError(f"`{_shown(rev)}` looks like an option, not like a revision.")
    if not rev or len(rev) > _MAX_LENGTH or not _NAME.fullmatch(rev):
        raise GitError(f"`{_shown(rev)}` is not the name of a commit.")
    return rev


def ends(rev: str) -> list[list[End]]:
    """The arguments that a range stands for, each as the ends it joins: `a..b` is `^a` and `b`, `a...b` is one.

    Raises:
        GitError: it looks like an option, or is no range.
    """
    if rev.startswith("-"):
        raise GitError(f"`{_shown(rev)}` looks like an option, not like a revision.")
    for dots in ("...", ".."):
        left, separator, right = rev.partition(dots)
        if separator:
            first, second = checked(left or "HEAD"), checked(right or "HEAD")
            both = [End("", first), End("...", second)]
            return [both] if dots == "..." else [[End("^", first)], [End("", second)]]
    if rev.startswith("^"):
        return [[End("^", checked(rev[1:]))]]
    if match := _WITH_PARENTS.fullmatch(rev):
        return [[End("", checked(match["name"]), match["step"])]]
    return [[End("", checked(rev))]]


def _shown(rev: str) -> str:
    return rev[:80].encode("ascii", "backslashreplace").decode() if rev.isprintable() else ascii(rev[:80])[1:-1]
