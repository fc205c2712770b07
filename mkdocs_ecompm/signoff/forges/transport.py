"""One exchange with a forge over HTTPS: where the token may go, redirects, and how large and how late an answer may be.

Nothing that a server says is ever shown: neither its messages nor its addresses, which may repeat the token. What goes
wrong is said in our own words. The token goes to the host of the address alone, over TLS (or to this machine itself),
and an answer in which it stands is not used.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from mkdocs_ecompm.signoff.forges import Access, ForgeError

if TYPE_CHECKING:
    import requests

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of one answer."""
_TIMEOUT: Final = (10.0, 30.0)
_LONGEST_ANSWER: Final = 300.0
_MOST_REDIRECTS: Final = 5
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MOVED: Final = frozenset({301, 302, 307, 308})
_NO_REQUESTS: Final = (
    "Talking to a forge needs the library `requests`, which is not installed: pip install 'mkdocs-ecompm[forge]'"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it comes from. It prints as nothing."""

    value: str = field(repr=False)
    variable: str
    header: Callable[[str], tuple[str, str]] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport:
    """The connections to a forge. `now` tells the time in seconds."""

    def __init__(self, access: Access, address: str, token: Token | None, now: Callable[[], float]) -> None:
        """Raises ForgeError if the library is missing, or the token would go over an open line."""
        try:
            import requests  # noqa: PLC0415  # an extra, and slow to import
        except ImportError:
            raise ForgeError(_NO_REQUESTS) from None
        if token is not None and not _is_safe(address):
            raise ForgeError(
                f"The address begins with http://, so the token in {token.variable} would be sent where others can "
                "read it. Use https://."
            )
        self._requests = requests
        self._title, self._token, self._now = access.title, token, now
        self._session = requests.Session()
        # or it would take apart where an answer leads, and say in its error what it found there
        self._session.get_redirect_target = lambda _response: None  # type: ignore[method-assign,assignment]
        self._session.headers.update({"User-Agent": f"mkdocs-ecompm/{version('mkdocs-ecompm')}", **access.headers})

    def close(self) -> None:
        """Let go of the connections."""
        self._session.close()

    def get(self, address: str, parameters: Mapping[str, str]) -> Answer | None:
        """One answer, after redirects inside the host; None if the line is down.

        Raises:
            ForgeError: the answer may not be used, or leads where we do not go.
        """
        origin = _origin(address)
        asked: Mapping[str, str] | None = parameters
        for _ in range(_MOST_REDIRECTS):
            answer = self._exchange(address, asked)
            if answer is None or answer.status not in _MOVED:
                return answer
            address = _joined(address, answer.headers.get("Location", ""))
            self.refuse_echo(address)
            asked = None  # the new address has them
            if _origin(address) != origin:
                raise ForgeError(
                    f"{self._title} sends us on to another host. The token does not go there: if that is where "
                    "the forge is now, say so with --url."
                )
        raise ForgeError(f"{self._title} sends us round in circles.")

    def refuse_echo(self, said: str) -> None:
        """Use nothing of an answer that holds the token: it would end in a file, an address or a log."""
        if self._token is not None and self._token.value in said:
            raise ForgeError(
                f"An answer of {self._title} repeats the token in {self._token.variable}, so nothing of it is "
                "used. Revoke this token, for others may have read it."
            )

    def _exchange(self, address: str, parameters: Mapping[str, str] | None) -> Answer | None:
        try:
            with self._session.get(
                address,
                params=parameters,
                auth=self._authorise,  # or a .netrc would decide
                timeout=_TIMEOUT,
                stream=True,
                allow_redirects=False,
            ) as response:
                return Answer(response.status_code, response.headers, self._content(response))
        except self._requests.exceptions.SSLError:
            raise ForgeError(
                f"The certificate of {self._title} cannot be verified. If it is of your own authority, name "
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
                raise ForgeError(f"An answer of {self._title} is larger than {LARGEST >> 20} MiB.")
        return bytes(found)


# --- addresses --------------------------------------------------------------------------------------------------------


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
    return scheme == "https" or is_local(name)


def is_local(name: str) -> bool:
    """Whether a host is this machine: the end of a tunnel, or a test, and no forge's name."""
    return name in _LOCAL
