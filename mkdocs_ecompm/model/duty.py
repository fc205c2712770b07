"""A due item: what somebody owes by a day, whatever register it stands in. The vocabulary of DOMAIN.md "Due items"."""

from __future__ import annotations

from datetime import date

from msgspec import Struct

from mkdocs_ecompm.model.finding import Source


class Duty(Struct, frozen=True):
    """One due item. `who` are ids of parties (people, roles, departments, organisations), in the words of the file.

    `kind` is one of obligation, sign-off, task, milestone, gate, condition, action, measurement. `ref` is the record
    that a link leads to (`obligations/O-3`), `process` says how it is done, `blocks` which records wait for it.
    """

    kind: str
    ref: str
    what: str
    who: tuple[str, ...]
    due: date | None
    done: bool = False
    process: str = ""
    blocks: tuple[str, ...] = ()
    accepted_by: str = ""
    source: Source | None = None

    def late(self, as_of: date) -> int:
        """Calendar days past the due day, 0 if not late or done."""
        if self.done or self.due is None or self.due >= as_of:
            return 0
        return (as_of - self.due).days
