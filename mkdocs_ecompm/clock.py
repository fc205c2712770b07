"""The day that everything is judged by, when nobody names one."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime


class ClockError(Exception):
    """`SOURCE_DATE_EPOCH` is no number of seconds; the text is a sentence for the user."""


def today() -> date:
    """The day of `SOURCE_DATE_EPOCH` if that is set, else today; in UTC, so that it is the same everywhere.

    Raises:
        ClockError: `SOURCE_DATE_EPOCH` cannot be read.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return datetime.now(UTC).date()
    try:
        return datetime.fromtimestamp(int(epoch), UTC).date()
    except (ValueError, OverflowError, OSError):
        raise ClockError(f"SOURCE_DATE_EPOCH must be a number of seconds since 1970, got `{epoch}`.") from None
