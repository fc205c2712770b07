"""Asking a forge's API: where it is, page by page, with patience for limits of rate and for a busy server.

`transport` makes each exchange and keeps the token; `http_status` knows what a status asks for and says to the user.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl, quote, urlsplit

from mkdocs_ecompm.signoff.forges import Access, ForgeError
from mkdocs_ecompm.signoff.forges.http_status import is_busy, limit, pause, refusal, silence
from mkdocs_ecompm.signoff.forges.transport import Answer, Token, Transport

TRIES: Final = 5
_LONGEST_WAIT: Final = 3700.0
"""Seconds: limits of rate are by the hour."""
_MOST_PAGES: Final = 2000


class HttpClient:
    """A forge's API, one repository's part of it.

    `wait` sleeps and `now` tells the time in seconds; `tell` shows a person at a terminal what is waited for.
    """

    def __init__(  # noqa: PLR0913  # who is asked, as whom, about what; and the world outside
        self,
        access: Access,
        address: str,
        token: Token | None,
        repository: str,
        *,
        wait: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        tell: Callable[[str], None] = lambda _text: None,
    ) -> None:
        """Raises ForgeError if the library is missing, the address is none, or the token would go over an open line."""
        self._transport = Transport(access, address, token)
        self._access = access
        self._bases = _bases(access, address)
        self._token = token
        self._repository = repository
        self._wait, self._now, self._tell = wait, now, tell

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    # --- what is asked ------------------------------------------------------------------------------------------------

    def get(self, path: str, /, **parameters: object) -> Any:
        """What the forge answers, as JSON.

        Raises:
            ForgeError: it does not, or not with what it should.
        """
        return self._json(self._ask(path, _plain(parameters)))

    def pages(self, path: str, /, **parameters: object) -> Iterator[Any]:
        """The items of a list, page by page, as the `Link` header leads. Only its parameters are followed.

        Raises:
            ForgeError: a page does not come, or is no list.
        """
        asked, seen = _plain(parameters), set[frozenset[tuple[str, str]]]()
        for _ in range(_MOST_PAGES):
            answer = self._ask(path, asked)
            items = self._json(answer)
            if not isinstance(items, list):
                raise ForgeError(f"{self._access.title} answered something else than a list.")
            yield from items
            link = answer.headers.get("Link", "")
            self._transport.refuse_echo(link)
            following = _following(link)
            if following is None:
                return
            seen.add(frozenset(asked.items()))
            asked = {**asked, **following}
            if frozenset(asked.items()) in seen:
                return  # the pages lead in a circle: all of them were seen
        raise ForgeError(f"{self._access.title} has more than {_MOST_PAGES} pages of this. Use --since.")

    # --- one question -------------------------------------------------------------------------------------------------

    def _ask(self, path: str, parameters: Mapping[str, str]) -> Answer:
        """The good answer to a question; the first one finds out where the API is."""
        refused: Answer | None = None
        for base in tuple(self._bases):
            answer = self._patiently(f"{base}/{quote(path, safe='/%')}", parameters)
            if answer.status == 200 and (refused is None or answer.content.lstrip()[:1] in {b"[", b"{"}):
                self._bases = [base]
                return answer
            refused = answer if refused is None or answer.status not in {200, 404} else refused
            if answer.status != 404:
                break
        raise ForgeError(refusal(self._access, self._token, self._repository, (refused or answer).status))

    def _patiently(self, address: str, parameters: Mapping[str, str]) -> Answer:
        """An answer that waiting does not change."""
        waited = 0.0
        busy = limited = 0
        while True:
            answer = self._transport.get(address, parameters)
            seconds = pause(answer, self._now())
            if seconds is not None:
                limited += 1
                waited += seconds
                if waited > _LONGEST_WAIT or limited > 2 * TRIES:
                    raise ForgeError(limit(self._access, seconds))
                self._tell(f"{self._access.title} asks us to wait for {int(seconds)} seconds ...")
                self._wait(seconds)
            elif answer is None or is_busy(answer.status):
                busy += 1
                if busy == TRIES:
                    raise ForgeError(silence(self._access, answer, TRIES))
                self._tell(f"{self._access.title} does not answer; trying again ...")
                self._wait(0.5 * 2 ** (busy - 1))
            else:
                return answer

    def _json(self, answer: Answer) -> Any:
        try:
            found = json.loads(answer.content)
            said = json.dumps(found, ensure_ascii=False)
        except (ValueError, RecursionError):  # the latter: brackets without end
            raise ForgeError(f"{self._access.title} answered something that is no JSON.") from None
        self._transport.refuse_echo(said)
        return found


# --- addresses and parameters -----------------------------------------------------------------------------------------


def _bases(access: Access, address: str) -> list[str]:
    """Where the API may be: at the address itself if it says so, else below it, else it is the API's own."""
    plain = address.rstrip("/")
    if plain == access.public or plain.endswith(access.prefix):
        return [plain]
    return [plain + access.prefix, plain]


def _plain(parameters: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in parameters.items() if value is not None}


def _following(link: str) -> dict[str, str] | None:
    """The parameters of the next page in a `Link` header; None on the last one."""
    for part in link.split(","):
        address, _, rest = part.strip().partition(">")
        if address.startswith("<") and 'rel="next"' in rest.replace("rel=next", 'rel="next"'):
            try:
                return dict(parse_qsl(urlsplit(address[1:]).query, max_num_fields=50))
            except ValueError:
                return None
    return None
