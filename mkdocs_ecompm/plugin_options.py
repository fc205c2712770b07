"""The options of the MkDocs plugin, named like the flags of the command."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from mkdocs.config import config_options as c
from mkdocs.config.base import Config, ValidationError

from mkdocs_ecompm.git.objects import is_id
from mkdocs_ecompm.registers import DOCUMENTS

LATER: Final = (
    "premortem",
    "budget",
    "kpis",
    "requirements",
    "acceptance",
    "changes",
    "decisions",
    "issues",
    "stakeholders",
    "communications",
    "vendors",
    "channels",
    "systems",
    "compliance",
    "releases",
    "golive",
    "workflows",
    "meetings",
    "status",
    "agile",
    "closure",
)
"""Registers that this version does not read yet; a site may leave them out already."""
EXCLUDABLE: Final = (*DOCUMENTS, "this-week", "history", *LATER)


class Day(c.Type[date]):
    """A day, which MkDocs' YAML reads as one unless it is quoted."""

    def __init__(self) -> None:
        super().__init__(date)

    def run_validation(self, value: object) -> date:
        """The day of a date or of its text."""
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            raise ValidationError(f"Expected a day as YYYY-MM-DD, got: {value!r}") from None


class Commits(c.Type[Any]):
    """One full commit id, or a list of them."""

    def __init__(self) -> None:
        super().__init__((str, list), default=[])

    def run_validation(self, value: object) -> list[str]:
        """The ids in lower case."""
        found = [str(item).lower() for item in (value if isinstance(value, list) else [value])]
        for item in found:
            if not is_id(item):
                raise ValidationError(f"Expected a full commit id (40 or 64 hexadecimal digits), got: {item!r}")
        return found


class EcompmConfig(Config):  # type: ignore[no-untyped-call]  # MkDocs' base
    """What the one who builds a site may choose in mkdocs.yml."""

    project = c.Type(str, default="project")
    """The folder with the project's YAML, seen from mkdocs.yml."""
    repository = c.Optional(c.Dir(exists=True))
    """The git repository; the one around the project if not given."""
    trust_root = Commits()
    """The commit that trust starts from; further ones are checkpoints."""
    as_of = c.Optional(Day())
    """The day on which everything is judged; today if not given."""
    path = c.Type(str, default="")
    """Where the pages hang in the site."""
    exclude = c.ListOfItems(c.Choice(EXCLUDABLE), default=[])
    """Registers that get no pages."""
    cache_dir = c.Optional(c.Type(str))
    """Where compiled templates are kept; `.cache/ecompm` at the top of the repository if not given."""
