"""One exchange with a forge over HTTPS: where the token may go, redirects, and how large and how late an answer may be.

An exchange has a thread of its own, because nothing else puts an end to a server that says a byte now and then: each
of them is in time for itself.

Nothing that a server says is ever shown: neither its messages nor its addresses, which may repeat the token. What goes
wrong is said in our own words. The token goes to the host of the address alone, over TLS (or to this machine itself,
past every proxy), and an answer in which it stands is not used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from msgspec import Struct

from mkdocs_ecompm.signoff.forges import Access, ForgeError

if TYPE_CHECKING:
    import requests

LARGEST: Final = 32 * 1024 * 1024
"""Bytes of one answer."""
_TIMEOUT: Final = (10.0, 30.0)
_LONGEST_ANSWER: Final = 300.0
"""Seconds from the question to the last byte of the answer."""
_PIECE: Final = 1 << 16
_MOST_REDIRECTS: Final = 5
_LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_MOVED: Final = frozenset({301, 302, 307, 308})
_AUTHORITIES: Final = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
_NO_ADDRESS: Final = "This is no web address: look at --url."
_NO_REQUESTS: Final = (
    "Talking to a forge needs the library `requests`, which is not installed: pip install 'mkdocs-ecompm[forge]'"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A token and where it comes from. It prints as nothing, for which a Struct has no word."""

    value: str = field(repr=False)
    variable: str
    header: Callable[[str], tuple[str, str]] = field(repr=False)


class Answer(Struct, frozen=True):
    """What came back, whatever its status."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class Transport:
    """The connections to a forge."""

    def __init__(self, access: Access, address: str, token: Token | None) -> None:
        """Raises ForgeError if the library is missing, the address is none, or the token would go over an open line."""
        try:
            import requests  # noqa: PLC0415  # an extra, and slow to import
        except ImportError:
            raise ForgeError(_NO_REQUESTS) from None
        if not _origin(address)[1]:
            raise ForgeError(_NO_ADDRESS)
        if token is not None and not _is_safe(address):
            raise ForgeError(
                f"The address begins with http://, so the token in {token.variable} would be sent where others can "
                "read it. Use https://."
            )
        self._requests = requests
        self._title, self._token = access.title, token
        self._session = requests.Session()
        self._session.verify = _authorities()
        self._session.trust_env = not is_local(_origin(address)[1])  # or a proxy would be told the token
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
            answer = self._in_time(address, asked)
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

    def _in_time(self, address: str, parameters: Mapping[str, str] | None) -> Answer | None:
        """An answer that is there in time; one that is not is left to itself, and has come to nothing."""
        outcome: Future[Answer | None] = Future()
        Thread(target=self._fulfil, args=(outcome, address, parameters), daemon=True).start()
        try:
            return outcome.result(_LONGEST_ANSWER)
        except TimeoutError:
            return None

    def _fulfil(self, outcome: Future[Answer | None], address: str, parameters: Mapping[str, str] | None) -> None:
        try:
            outcome.set_result(self._exchange(address, parameters))
        except BaseException as error:  # noqa: BLE001  # it is raised where the answer is waited for
            outcome.set_exception(error)

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
            proxied = self._session.trust_env and self._requests.utils.get_environ_proxies(address)
            raise ForgeError(_no_way(address) if proxied else _NO_ADDRESS) from None
        except (self._requests.exceptions.RequestException, OSError, ValueError):
            return None

    def _authorise(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is not None:
            name, value = self._token.header(self._token.value)
            request.headers[name] = value
        return request

    def _content(self, response: requests.Response) -> bytes:
        found = bytearray()
        for piece in response.iter_content(_PIECE):
            found += piece
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


def _no_way(address: str) -> str:
    """A sentence for an address to which no proxy leads: that has one, too."""
    return f"This is no web address, or that of the proxy is none: look at --url and at {_origin(address)[0]}_proxy."


def _authorities() -> bool | str:
    """The certificates to believe, as the environment names them; those of the library if it names none.

    Raises:
        ForgeError: nothing is there.
    """
    variable = next((name for name in _AUTHORITIES if os.environ.get(name)), None)
    if variable is None:
        return True
    if not Path(os.environ[variable]).exists():
        raise ForgeError(f"{variable} names a file of certificates that is not there.")
    return os.environ[variable]


def _is_safe(address: str) -> bool:
    scheme, name, _ = _origin(address)
    return scheme == "https" or is_local(name)


def is_local(name: str) -> bool:
    """Whether a host is this machine: the end of a tunnel, or a test, and no forge's name."""
    return name in _LOCAL
