"""The difference between two contents, field by field."""

from __future__ import annotations

from msgspec import Struct


class Change(Struct, frozen=True):
    """One field that differs. `path` names it as a reader would (`objectives/OB-2/due`).

    `was` is None for what was added, `is_` is None for what was removed. A whole entry that came or went is one
    change whose text is its headline.
    """

    path: str
    was: str | None
    is_: str | None
