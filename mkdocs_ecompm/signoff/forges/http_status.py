"""What the status of an answer asks for: to wait, to try again, or for words that tell a user what would help.

Pure: a status, its headers and the time go in, seconds or a sentence come out. Of what the server wrote only numbers
and dates are read, and none of it is repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Final

from mkdocs_ecompm.signoff.forges import Access
from mkdocs_ecompm.signoff.forges.transport import Answer, Token

_BUSY: Final = frozenset({500, 502, 503, 504})
_LIMITED: Final = frozenset({403, 429, 503})
_RESET_HEADERS: Final = ("X-RateLimit-Reset", "RateLimit-Reset")
_LEFT_HEADERS: Final = ("X-RateLimit-Remaining", "RateLimit-Remaining")
_USUAL_PAUSE: Final = 60.0
"""Seconds, as GitHub's manual asks for where an answer does not say how long."""


# --- to wait, to try again --------------------------------------------------------------------------------------------


def is_busy(status: int) -> bool:
    """Whether the same question may find a good answer a little later."""
    return status in _BUSY


def pause(answer: Answer | None, now: float) -> float | None:
    """Seconds to wait, if the answer says that we ask too much."""
    if answer is None or answer.status not in _LIMITED:
        return None
    after = _seconds(answer.headers.get("Retry-After", ""), now)
    if after is not None:
        return after
    left, reset = _first(answer.headers, _LEFT_HEADERS), _first(answer.headers, _RESET_HEADERS)
    if answer.status == 503 or (answer.status == 403 and left.strip() != "0"):
        return None
    if reset.strip().isdecimal() and len(reset) < 12:
        return max(1.0, int(reset) - now + 1)
    return _USUAL_PAUSE


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name] for name in names if name in headers), "")


def _seconds(after: str, now: float) -> float | None:
    """The seconds of a `Retry-After` header, which may be a date."""
    if after.strip().isdecimal() and len(after) < 10:
        return float(after)
    try:
        when = parsedate_to_datetime(after)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now)


# --- words for the user -----------------------------------------------------------------------------------------------


def limit(access: Access, seconds: float) -> str:
    """A sentence for a limit of rate that is not waited for."""
    return (
        f"{access.title} has had enough of us: its limit of requests is used up for another "
        f"{int(seconds) // 60 + 1} minutes. Try again then, or ask for less with --since."
    )


def silence(access: Access, answer: Answer | None, tries: int) -> str:
    """A sentence for a forge that is still busy after so many tries."""
    what = "does not answer" if answer is None else f"is not working (status {answer.status})"
    return f"{access.title} {what}, after {tries} tries. Try again later, or look at --url."


def refusal(access: Access, token: Token | None, repository: str, status: int) -> str:
    """A sentence for a status: what is wrong, and which token, right or setting would put it right."""
    title, names = access.title, " or ".join(access.tokens)
    held = f"the token in {token.variable}" if token else ""
    if status == 401:
        if held:
            return f"{title} does not accept {held} (401): it is wrong, revoked or expired. Make a new one."
        return f"{title} wants to know who asks (401). Set {names} to a token with {access.rights}."
    if status == 403:
        if held:
            return f"{title} does not allow {held} to read this (403). It needs {access.rights}."
        return f"{title} does not show this to everybody (403). Set {names} to a token with {access.rights}."
    if status in {404, 410}:
        seen = f"{held} may not see it: it needs {access.rights}" if held else f"it needs a token in {names}"
        return f"{title} knows no repository {repository} ({status}), or {seen}. Is --url right?"
    return f"{title} answered with status {status}, which is of no use here. Is --url its address?"
