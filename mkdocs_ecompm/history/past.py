"""All that was read of a project's past: it grows commit by commit, and can be kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from mkdocs_ecompm.history.revisions import Note
from mkdocs_ecompm.history.series import Tracks


@dataclass(slots=True)
class Past:
    """The commits of the published line up to `tip` that changed the project, and what the registers said at each."""

    tip: str = ""
    notes: list[Note] = field(default_factory=list)
    tracks: Tracks = field(default_factory=Tracks)
