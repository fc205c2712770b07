"""Asking a forge over HTTPS: pages, limits of rate, retries, and never a word of the token.

Nothing that a server says is ever shown: neither its messages nor its addresses, which may repeat the token. What goes
wrong is said in our own words, with the number of the answer. The token goes to the host of the address alone, over
TLS (or to this machine itself), and an answer in which it stands is not used.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urljoin, urlsplit

from mkdocs_ecompm.signoff.forges import Access, ForgeError

if TYPE_CHECKING:
    import requests

TRIES: Final = 5
LONGEST_WAIT: Final = 3700.0
"""Seconds: limits of rate are by the hour."""
LARGEST: Final = 32 * 1024 * 1024
"""Bytes of one answer."""
MOST_PAGES: Final = 2000
_TIMEOUT: Final = (10.0, 30.0)
_LONGEST_ANSWER: Final = 300.0
_MOST_REDIRECTS: Final = 5
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_BUSY: Final = frozenset({500, 502, 503, 504})
_MOVED: Final = frozenset({301, 302, 307, 308})
_RESET_HEADERS: Final = ("X-RateLimit-Reset", "RateLimit-Reset")
_LEFT_HEADERS: Final = ("X-RateLimit-Remaining", "RateLimit-Remaining")

NO_REQUESTS: Final = (
    "Talking to a forge needs the library `requests`, which is not installed: pip install 'mkdocs-ecompm[forge]'"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it comes from. It prints as nothing."""

    value: str = field(repr=False)
    variable: str
    header: Callable[[str], tuple[str, str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    content: bytes


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
        """Raises ForgeError if the library is missing, or the token would go over an open line."""
        try:
            import requests  # noqa: PLC0415  # an extra, and slow to import
        except ImportError:
            raise ForgeError(NO_REQUESTS) from None
        self._requests = requests
        self._access = access
        self._bases = _bases(access, address)
        self._token = token
        self._repository = repository
        self._wait, self._now, self._tell = wait, now, tell
        if token is not None and not _is_safe(self._bases[0]):
            raise ForgeError(
                f"The address begins with http://, so the token in {token.variable} would be sent where others can "
                "read it. Use https://."
            )
        self._session = requests.Session()
        # or it would take apart where an answer leads, and say in its error what it found there
        self._session.get_redirect_target = lambda _response: None  # type: ignore[method-assign,assignment]
        self._session.headers.update({"User-Agent": f"mkdocs-ecompm/{version('mkdocs-ecompm')}", **access.headers})

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

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
        for _ in range(MOST_PAGES):
            answer = self._ask(path, asked)
            items = self._json(answer)
            if not isinstance(items, list):
                raise ForgeError(f"{self._access.title} answered something else than a list.")
            yield from items
            self._refuse_echo(answer.headers.get("Link", ""))
            following = _following(answer.headers.get("Link", ""))
            if following is None:
                return
            seen.add(frozenset(asked.items()))
            asked = {**asked, **following}
            if frozenset(asked.items()) in seen:
                return  # the pages lead in a circle: all of them were seen
        raise ForgeError(f"{self._access.title} has more than {MOST_PAGES} pages of this. Use --since.")

    # --- one question -------------------------------------------------------------------------------------------------

    def _ask(self, path: str, parameters: Mapping[str, str]) -> _Answer:
        """The good answer to a question; the first one finds out where the API is."""
        refusal: _Answer | None = None
        for base in tuple(self._bases):
            answer = self._patiently(f"{base}/{quote(path, safe='/%')}", parameters)
            if answer.status == 200 and (refusal is None or answer.content.lstrip()[:1] in {b"[", b"{"}):
                self._bases = [base]
                return answer
            refusal = answer if refusal is None or answer.status not in {200, 404} else refusal
            if answer.status != 404:
                break
        raise ForgeError(self._complaint(refusal or answer))

    def _patiently(self, address: str, parameters: Mapping[str, str]) -> _Answer:
        """An answer that waiting does not change."""
        waited = 0.0
        busy = limited = 0
        while True:
            answer = self._once(address, parameters)
            pause = self._pause(answer)
            if answer is not None and pause is not None:
                limited += 1
                waited += pause
                if waited > LONGEST_WAIT or limited > 2 * TRIES:
                    raise ForgeError(
                        f"{self._access.title} has had enough of us: its limit of requests is used up for another "
                        f"{int(pause) // 60 + 1} minutes. Try again then, or ask for less with --since."
                    )
                self._tell(f"{self._access.title} asks us to wait for {int(pause)} seconds ...")
                self._wait(pause)
            elif answer is None or answer.status in _BUSY:
                busy += 1
                if busy == TRIES:
                    raise ForgeError(self._silence(answer))
                self._tell(f"{self._access.title} does not answer; trying again ...")
                self._wait(0.5 * 2 ** (busy - 1))
            else:
                return answer

    def _once(self, address: str, parameters: Mapping[str, str]) -> _Answer | None:
        """One answer, after redirects inside the host; None if the line is down."""
        origin = _origin(address)
        asked: Mapping[str, str] | None = parameters
        for _ in range(_MOST_REDIRECTS):
            answer = self._exchange(address, asked)
            if answer is None or answer.status not in _MOVED:
                return answer
            address = _joined(address, answer.headers.get("Location", ""))
            self._refuse_echo(address)
            asked = None  # the new address has them
            if _origin(address) != origin:
                raise ForgeError(
                    f"{self._access.title} sends us on to another host. The token does not go there: if that is where "
                    "the forge is now, say so with --url."
                )
        raise ForgeError(f"{self._access.title} sends us round in circles.")

    def _exchange(self, address: str, parameters: Mapping[str, str] | None) -> _Answer | None:
        try:
            with self._session.get(
                address,
                params=parameters,
                auth=self._authorise,  # or a .netrc would decide
                timeout=_TIMEOUT,
                stream=True,
                allow_redirects=False,
            ) as response:
                return _Answer(response.status_code, response.headers, self._content(response))
        except self._requests.exceptions.SSLError:
            raise ForgeError(
                f"The certificate of {self._access.title} cannot be verified. If it is of your own authority, name "
                "that in REQUESTS_CA_BUNDLE."
            ) from None
        except (self._requests.exceptions.InvalidURL, self._requests.exceptions.InvalidSchema, UnicodeError):
            raise ForgeError("This is no web address: look at --url.") from None
        except (self._requests.exceptions.RequestException, OSError, ValueError):
            return None

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            name, value = self._token.header(self._token.value)
            request.headers[name] = value
        return request

    def _content(self, response: requests.Response) -> bytes:
        found, begin = bytearray(), self._now()
        for piece in response.iter_content(1 << 16):
            found += piece
            if self._now() - begin > _LONGEST_ANSWER:
                raise TimeoutError
            if len(found) > LARGEST:
                raise ForgeError(f"An answer of {self._access.title} is larger than {LARGEST >> 20} MiB.")
        return bytes(found)

    def _json(self, answer: _Answer) -> Any:
        try:
            found = json.loads(answer.content)
            said = json.dumps(found, ensure_ascii=False)
        except (ValueError, RecursionError):  # the latter: brackets without end
            raise ForgeError(f"{self._access.title} answered something that is no JSON.") from None
        self._refuse_echo(said)
        return found

    def _refuse_echo(self, said: str) -> None:
        """Use nothing of an answer that holds the token: it would end in a file, an address or a log."""
        if self._token is not None and self._token.value in said:
            raise ForgeError(
                f"An answer of {self._access.title} repeats the token in {self._token.variable}, so nothing of it is "
                "used. Revoke this token, for others may have read it."
            )

    # --- what went wrong ----------------------------------------------------------------------------------------------

    def _pause(self, answer: _Answer | None) -> float | None:
        """Seconds to wait, if the answer says that we ask too much."""
        if answer is None or answer.status not in {403, 429, 503}:
            return None
        after = _seconds(answer.headers.get("Retry-After", ""), self._now())
        if after is not None:
            return after
        left = next((answer.headers[name] for name in _LEFT_HEADERS if name in answer.headers), "")
        reset = next((answer.headers[name] for name in _RESET_HEADERS if name in answer.headers), "")
        if answer.status == 503 or (answer.status == 403 and left.strip() != "0"):
            return None
        if reset.strip().isdecimal() and len(reset) < 12:
            return max(1.0, int(reset) - self._now() + 1)
        return 60.0  # as GitHub's manual asks for

    def _silence(self, answer: _Answer | None) -> str:
        what = "does not answer" if answer is None else f"is not working (status {answer.status})"
        return f"{self._access.title} {what}, after {TRIES} tries. Try again later, or look at --url."

    def _complaint(self, answer: _Answer) -> str:
        """A sentence for a status: what is wrong, and which token, right or setting would put it right."""
        title, names = self._access.title, " or ".join(self._access.tokens)
        held = f"the token in {self._token.variable}" if self._token else ""
        if answer.status == 401:
            if self._token:
                return f"{title} does not accept {held} (401): it is wrong, revoked or expired. Make a new one."
            return f"{title} wants to know who asks (401). Set {names} to a token with {self._access.rights}."
        if answer.status == 403:
            if self._token:
                return f"{title} does not allow {held} to read this (403). It needs {self._access.rights}."
            return f"{title} does not show this to everybody (403). Set {names} to a token with {self._access.rights}."
        if answer.status in {404, 410}:
            seen = f"{held} may not see it: it needs {self._access.rights}" if held else f"it needs a token in {names}"
            return f"{title} knows no repository {self._repository} ({answer.status}), or {seen}. Is --url right?"
        return f"{title} answered with status {answer.status}, which is of no use here. Is --url its address?"


# --- addresses and headers --------------------------------------------------------------------------------------------


def _bases(access: Access, address: str) -> list[str]:
    """Where the API may be: at the address itself if it says so, else below it, else it is the API's own."""
    plain = address.rstrip("/")
    if plain == access.public or plain.endswith(access.prefix):
        return [plain]
    return [plain + access.prefix, plain]


def _origin(address: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return "", "", None
    return parts.scheme, parts.hostname or "", port


def _joined(address: str, place: str) -> str:
    """Where an answer leads; nowhere if that is no address."""
    try:
        return urljoin(address, place)
    except ValueError:
        return ""


def _is_safe(address: str) -> bool:
    scheme, name, _ = _origin(address)
    return scheme == "https" or name in _LOCAL


def is_local(name: str) -> bool:
    """Whether a host is this machine: the end of a tunnel, or a test, and no forge's name."""
    return name in _LOCAL


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


def _seconds(after: str, now: float) -> float | None:
    """The seconds of a `Retry-After` header, which may be a date."""
    if after.strip().isdecimal() and len(after) < 10:
        return float(after)
    try:
        when = parsedate_to_datetime(after)
    except (ValueError, TypeError, IndexError):
        return None
    return max(0.0, (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() - now)


def now() -> datetime:
    """This moment, to the second."""
    return datetime.now(UTC).replace(microsecond=0)
