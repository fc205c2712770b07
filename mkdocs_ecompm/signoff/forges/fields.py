"""Reading what a stranger's JSON may hold: each value is of the kind that is asked for, or it is not there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from mkdocs_ecompm.git.objects import is_id
from mkdocs_ecompm.model.review import ForgeAccount
from mkdocs_ecompm.signoff.forges import ForgeError

_GREATEST: Final = 2**63 - 1
_UNNAMED: Final = re.compile("[\x00-\x20\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_LONE: Final = re.compile("[\ud800-\udfff]")
_LONGEST_NAME: Final = 300
_LONGEST_WORD: Final = 40
_HOST: Final = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_NOBODY: Final = ForgeAccount("ghost", None)


def at(value: object, *path: str) -> Any:
    """What stands at the end of a path of names; None if the path leads nowhere."""
    for name in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def listed(value: object) -> list[Any]:
    """A list; empty if it is none."""
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    """A text that is Unicode; empty if it is none."""
    return _LONE.sub("\N{REPLACEMENT CHARACTER}", value) if isinstance(value, str) else ""


def name(value: object) -> str:
    """A name: without blanks, line breaks and signs that nobody sees, and never longer than one can be."""
    return _UNNAMED.sub("", text(value))[:_LONGEST_NAME]


def word(value: object) -> str:
    """A word of the forge's own that may stand in a sentence: nothing that would begin a line in a log."""
    return name(value)[:_LONGEST_WORD]


def mappings(items: Iterable[object], what: str) -> list[Mapping[str, Any]]:
    """The entries of a list; each says something, and an entry that cannot be read would be lost unseen.

    Args:
        items: The entries.
        what: What they are, as it stands in a sentence.

    Raises:
        ForgeError: one is something else than a mapping.
    """
    found = [item if isinstance(item, Mapping) else None for item in items]
    if None in found:
        raise ForgeError(f"What the forge says of {what} cannot be understood.")
    return [item for item in found if item is not None]


def whole(value: object) -> int | None:
    """A whole number from 1 on."""
    return value if type(value) is int and 1 <= value <= _GREATEST else None


def commit(value: object) -> str | None:
    """A full commit id."""
    return value if isinstance(value, str) and is_id(value) else None


def moment(value: object) -> datetime | None:
    """A time with its offset, in UTC; also as older GitLabs write it (`2026-01-31 09:30:00 UTC`)."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value.replace(" UTC", "+00:00"))
        return found.astimezone(UTC) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def account(value: object, login: str = "login") -> ForgeAccount | None:
    """An account, whose name stands under `login`; None if nobody is named."""
    number = whole(at(value, "id"))
    called = name(at(value, login))
    if not called and number is None:
        return None
    return ForgeAccount(called or f"id:{number}", number)


def author(found: ForgeAccount | None) -> ForgeAccount:
    """Somebody, or nobody by name: an account that is gone."""
    return found or _NOBODY


def host(address: object) -> str:
    """The host in a web address, in lower case and without its port; empty if there is none."""
    try:
        found = (urlsplit(address).hostname or "") if isinstance(address, str) else ""
    except ValueError:
        return ""
    return found if _HOST.fullmatch(found) else ""
