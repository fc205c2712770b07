"""Asking a forge: pages, limits, retries, redirects, sentences for each refusal; and never a word of the token."""

from __future__ import annotations

import builtins
import logging
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from forge_server import Asked, ForgeServer, Reply, serving
from forge_shop import TOKEN, Shop

from mkdocs_ecompm.signoff.forges import ForgeError, forge, transport
from mkdocs_ecompm.signoff.forges.client import TRIES, HttpClient
from mkdocs_ecompm.signoff.forges.transport import LARGEST, Token, Transport

GITHUB, GITLAB, GITEA = (forge(name).ACCESS for name in ("github", "gitlab", "gitea"))


class Clock:
    """A time that passes only by waiting."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0
        self.waits: list[float] = []

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@contextmanager
def client(
    address: str, clock: Clock | None = None, *, access: Any = GITHUB, variable: str | None = "GITHUB_TOKEN"
) -> Iterator[HttpClient]:
    time = clock or Clock()
    token = Token(TOKEN, variable, access.tokens[variable]) if variable else None
    found = HttpClient(access, address, token, "shop/gov", wait=time.wait, now=lambda: time.now)
    try:
        yield found
    finally:
        found.close()


def replies(*answers: Reply) -> Callable[[Asked], Reply]:
    """One answer after the other; the last one for ever."""
    left = list(answers)
    return lambda _asked: left.pop(0) if len(left) > 1 else left[0]


# --- where, as whom ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("access", "variable", "header", "value"),
    [
        (GITHUB, "GITHUB_TOKEN", "Authorization", f"Bearer {TOKEN}"),
        (GITLAB, "GITLAB_TOKEN", "PRIVATE-TOKEN", TOKEN),
        (GITLAB, "CI_JOB_TOKEN", "JOB-TOKEN", TOKEN),
        (GITEA, "GITEA_TOKEN", "Authorization", f"token {TOKEN}"),
        (GITEA, "FORGEJO_TOKEN", "Authorization", f"token {TOKEN}"),
    ],
)
def test_each_forge_gets_its_token_in_its_own_header(
    forge: ForgeServer, access: Any, variable: str, header: str, value: str
) -> None:
    forge.routes["*"] = {"good": True}
    with client(forge.url, access=access, variable=variable) as found:
        assert found.get("thing") == {"good": True}
    assert forge.asked[0].path == f"{access.prefix}/thing"
    assert forge.asked[0].headers[header] == value


def test_the_api_is_below_the_address_or_at_it(forge: ForgeServer) -> None:
    forge.routes["/thing"] = {"good": True}
    with client(forge.url) as found:
        found.get("thing")
        found.get("thing")
    assert forge.paths() == ["/api/v3/thing", "/thing", "/thing"]
    with client(f"{forge.url}/api/v3") as found, pytest.raises(ForgeError, match="knows no repository"):
        found.get("thing")


def test_a_login_page_is_no_answer(forge: ForgeServer) -> None:
    forge.routes["/thing"] = lambda _asked: Reply(b"<html>Log in</html>")
    with client(forge.url) as found, pytest.raises(ForgeError, match=r"knows no repository shop/gov \(404\)"):
        found.get("thing")


def test_a_netrc_decides_nothing(forge: ForgeServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login mallory password mallory\n")
    monkeypatch.setenv("NETRC", str(netrc))
    forge.routes["*"] = {}
    with client(forge.url) as found, client(forge.url, variable=None) as anonymous:
        found.get("thing")
        anonymous.get("thing")
    assert [one.headers.get("Authorization") for one in forge.asked] == [f"Bearer {TOKEN}", None]


def test_a_token_does_not_go_over_an_open_line() -> None:
    with pytest.raises(ForgeError, match="Use https"), client("http://forge.example"):
        pass


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1"])
def test_no_proxy_is_told_the_token_for_this_machine(
    forge: ForgeServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    forge.routes["*"] = {"good": True}
    with serving(ForgeServer({"*": {}})) as proxy:
        for variable in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(variable, proxy.url)
        with client(forge.url.replace("127.0.0.1", name)) as found:
            assert found.get("thing") == {"good": True}
        assert proxy.asked == []


@pytest.mark.parametrize("address", ["https://[::1", "https://forge.example:99999", "https://[::1]:x", "https://:443"])
def test_what_is_no_address_is_not_called_an_open_line(address: str) -> None:
    with pytest.raises(ForgeError, match="This is no web address: look at --url"), client(address):
        pass


def test_a_proxy_that_is_no_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "bogus://x")
    with client("https://forge.example") as found, pytest.raises(ForgeError, match="look at --url and at https_proxy"):
        found.get("thing")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_certificates_that_are_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str) -> None:
    monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
    monkeypatch.setenv(variable, str(tmp_path / "none.pem"))
    with pytest.raises(ForgeError, match=f"{variable} names a file of certificates that is not there"):
        client("https://forge.example").__enter__()


def test_certificates_that_are_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, forge: ForgeServer) -> None:
    (tmp_path / "some.pem").write_text("no certificate")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "some.pem"))
    with client(forge.url.replace("http:", "https:")) as found, pytest.raises(ForgeError, match="REQUESTS_CA_BUNDLE"):
        found.get("thing")


def test_without_the_library_one_sentence_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def without(name: str, *more: Any) -> Any:
        if name == "requests":
            raise ImportError(name)
        return real(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ForgeError, match=r"pip install 'mkdocs-ecompm\[forge\]'"), client("https://forge.example"):
        pass


# --- pages ------------------------------------------------------------------------------------------------------------


def test_pages_follow_the_link_and_only_its_parameters(forge: ForgeServer) -> None:
    def page(asked: Asked) -> Reply:
        number = int(asked.query.get("page", "1"))
        link = f'<https://evil.example/steal?page={number + 1}>; rel="next", <https://evil.example/>; rel="last"'
        return Reply([number], headers={"Link": link} if number < 3 else {})

    forge.routes["/api/v3/list"] = page
    with client(forge.url) as found:
        assert list(found.pages("list", per_page=100)) == [1, 2, 3]
    assert [one.query for one in forge.asked][-1] == {"page": "3", "per_page": "100"}


def test_pages_in_a_circle_end(forge: ForgeServer) -> None:
    forge.routes["*"] = lambda _asked: Reply([1], headers={"Link": '<https://x/?page=1>; rel="next"'})
    with client(forge.url) as found:
        assert list(found.pages("list")) == [1, 1]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[" * 100_000, b'"\\ud800', b"9" * 5000, b"\xff\xfe"])
def test_what_is_no_json(forge: ForgeServer, body: bytes) -> None:
    forge.routes["/api/v3/list"] = lambda _asked: Reply(body)
    with client(forge.url) as found, pytest.raises(ForgeError, match="no JSON"):
        found.get("list")


def test_what_is_no_list(forge: ForgeServer) -> None:
    forge.routes["*"] = {"message": "hello"}
    with client(forge.url) as found, pytest.raises(ForgeError, match="something else than a list"):
        list(found.pages("list"))


def test_an_answer_without_end(forge: ForgeServer) -> None:
    forge.routes["*"] = lambda _asked: Reply(b" " * (LARGEST + 2))
    with client(forge.url) as found, pytest.raises(ForgeError, match="larger than 32 MiB"):
        found.get("list")


DRIPS = {
    "the head": b"HTTP/1.1 200 OK\r\nX-Long: ",
    "the body": b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n[",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
}


@pytest.mark.parametrize("where", DRIPS)
def test_an_answer_that_comes_byte_by_byte_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, where: str) -> None:
    monkeypatch.setattr(transport, "_LONGEST_ANSWER", 0.2)
    over = threading.Event()

    def drip() -> None:
        line, _ = server.accept()
        with suppress(OSError), line:
            line.recv(65536)
            line.sendall(DRIPS[where])
            while not over.wait(0.05):  # each is in time for itself
                line.sendall(b"1\r\n \r\n" if where == "chunks" else b" ")

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=drip, daemon=True).start()
        silent = Transport(GITHUB, "http://127.0.0.1", None)
        said = silent.get(f"http://127.0.0.1:{server.getsockname()[1]}/", {})
        assert (said, over.is_set()) == (None, False)
        over.set()


def test_what_goes_wrong_beside_an_answer_is_not_lost(forge: ForgeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    forge.routes["*"] = {}
    with client(forge.url) as found:
        monkeypatch.setattr(found._transport, "_content", lambda _response: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            found.get("thing")


# --- patience ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (429, {"Retry-After": "7"}, [7]),
        (403, {"Retry-After": "60"}, [60]),
        (403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000030"}, [31]),
        (429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "1800000005"}, [6]),
        (429, {}, [60]),
        (503, {"Retry-After": "2"}, [2]),
        (429, {"Retry-After": "Fri, 15 Jan 2027 08:00:09 GMT"}, [9]),
    ],
)
def test_limits_are_waited_for(forge: ForgeServer, status: int, headers: dict[str, str], waits: list[float]) -> None:
    forge.routes["*"] = replies(Reply({}, status, headers), Reply({"good": True}))
    clock = Clock()
    with client(forge.url, clock) as found:
        assert found.get("thing") == {"good": True}
    assert clock.waits == waits


def test_a_limit_of_a_day_is_not_waited_for(forge: ForgeServer) -> None:
    forge.routes["*"] = lambda _asked: Reply({}, 429, {"Retry-After": "86400"})
    clock = Clock()
    with client(forge.url, clock) as found, pytest.raises(ForgeError, match="another 1441 minutes"):
        found.get("thing")
    assert clock.waits == []


def test_a_limit_that_never_ends_does(forge: ForgeServer) -> None:
    forge.routes["*"] = lambda _asked: Reply({}, 429, {"Retry-After": "0"})
    with client(forge.url) as found, pytest.raises(ForgeError, match="has had enough"):
        found.get("thing")
    assert len(forge.asked) < 100


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_busy_server_is_asked_again(forge: ForgeServer, status: int) -> None:
    forge.routes["*"] = replies(Reply({}, status), Reply({}, status), Reply({"good": True}))
    clock = Clock()
    with client(forge.url, clock) as found:
        assert found.get("thing") == {"good": True}
    assert clock.waits == [0.5, 1.0]


def test_a_broken_server_is_given_up(forge: ForgeServer) -> None:
    forge.routes["*"] = lambda _asked: Reply({}, 500)
    with client(forge.url) as found, pytest.raises(ForgeError, match=f"not working .status 500., after {TRIES} tries"):
        found.get("thing")
    assert len(forge.asked) == TRIES


def test_nobody_is_there() -> None:
    with serving(ForgeServer()) as gone:
        address = gone.url
    clock = Clock()
    with client(address, clock) as found, pytest.raises(ForgeError, match="does not answer, after 5 tries"):
        found.get("thing")
    assert clock.waits == [0.5, 1.0, 2.0, 4.0]


def test_an_answer_that_breaks_off(forge: ForgeServer) -> None:
    forge.routes["*"] = lambda _asked: Reply(b"{}", headers={"Content-Encoding": "gzip"})
    with client(forge.url) as found, pytest.raises(ForgeError, match="does not answer"):
        found.get("thing")


def test_something_else_than_tls(forge: ForgeServer) -> None:
    with client(forge.url.replace("http:", "https:")) as found, pytest.raises(ForgeError, match="certificate"):
        found.get("thing")


# --- refusals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "variable", "words"),
    [
        (401, "GITHUB_TOKEN", ["GITHUB_TOKEN", "wrong, revoked or expired"]),
        (401, None, ["wants to know who asks", "GITHUB_TOKEN or GH_TOKEN", "pull-requests: read"]),
        (403, "GITHUB_TOKEN", ["does not allow the token in GITHUB_TOKEN", "pull-requests: read"]),
        (403, None, ["Set GITHUB_TOKEN or GH_TOKEN", "pull-requests: read"]),
        (404, "GITHUB_TOKEN", ["knows no repository shop/gov", "the token in GITHUB_TOKEN may not see it", "--url"]),
        (404, None, ["knows no repository shop/gov", "needs a token in GITHUB_TOKEN or GH_TOKEN"]),
        (418, None, ["status 418", "--url"]),
    ],
)
def test_each_refusal_says_what_would_help(
    forge: ForgeServer, status: int, variable: str | None, words: list[str]
) -> None:
    forge.routes["*"] = lambda _asked: Reply({"message": "nonsense"}, status)
    with client(forge.url, variable=variable) as found, pytest.raises(ForgeError) as refused:
        found.get("thing")
    assert [word for word in words if word not in str(refused.value)] == []
    assert "nonsense" not in str(refused.value)


# --- redirects --------------------------------------------------------------------------------------------------------


def test_a_renamed_repository_is_followed_inside_the_host(forge: ForgeServer) -> None:
    forge.routes["/api/v3/old"] = lambda _asked: Reply({}, 301, {"Location": "/api/v3/new?x=1"})
    forge.routes["/api/v3/new"] = {"good": True}
    with client(forge.url) as found:
        assert found.get("old", per_page=3) == {"good": True}


def test_no_redirect_takes_the_token_to_another_host(forge: ForgeServer) -> None:
    with serving(ForgeServer({"*": {}})) as other:
        forge.routes["*"] = lambda _asked: Reply({}, 302, {"Location": f"{other.url}/thing"})
        with client(forge.url) as found, pytest.raises(ForgeError, match="another host") as refused:
            found.get("thing")
        assert other.asked == []
    assert TOKEN not in str(refused.value)


@pytest.mark.parametrize("place", ["/api/v3/thing", "http://[bad", "", "ftp://127.0.0.1/", "//"])
def test_redirects_that_lead_nowhere(forge: ForgeServer, place: str) -> None:
    forge.routes["*"] = lambda _asked: Reply({}, 301, {"Location": place})
    with client(forge.url) as found, pytest.raises(ForgeError):
        found.get("thing")


# --- the token --------------------------------------------------------------------------------------------------------

ECHOES = {
    "a body": lambda asked: Reply({"token": asked.headers.get("Authorization")}),
    "a list": lambda _asked: Reply([{"number": 1, "body": TOKEN}]),
    "an escaped body": lambda _asked: Reply(('["' + "".join(f"\\u{ord(c):04x}" for c in TOKEN) + '"]').encode()),
    "an error": lambda _asked: Reply({"message": f"bad token {TOKEN}"}, 401),
    "a refusal": lambda _asked: Reply({"message": TOKEN}, 403, {"X-Token": TOKEN}),
    "a server error": lambda _asked: Reply({"message": TOKEN}, 500, {"X-Token": TOKEN}),
    "a redirect": lambda _asked: Reply({}, 302, {"Location": f"https://{TOKEN}.example/{TOKEN}"}),
    "a bad redirect": lambda _asked: Reply({}, 302, {"Location": f"http://[{TOKEN}"}),
    "a port": lambda _asked: Reply({}, 302, {"Location": f"http://127.0.0.1:{TOKEN}/"}),
    "a link": lambda _asked: Reply([], headers={"Link": f'<https://x/?page=2&private_token={TOKEN}>; rel="next"'}),
    "a limit": lambda _asked: Reply({}, 429, {"Retry-After": TOKEN, "X-RateLimit-Reset": TOKEN}),
    "no JSON": lambda _asked: Reply(f"{{{TOKEN}".encode()),
    "an encoding": lambda _asked: Reply(TOKEN.encode(), headers={"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("where", ECHOES)
def test_a_server_that_repeats_the_token_gets_it_nowhere(
    forge: ForgeServer, where: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    forge.routes["*"] = ECHOES[where]
    said = ""
    try:
        with client(forge.url) as found:
            said = repr(list(found.pages("thing"))) + repr(vars(found)["_token"])
    except ForgeError as error:
        said = "".join(traceback.format_exception(error)) + str(error) + repr(error.__context__)
    assert TOKEN not in said
    assert TOKEN not in caplog.text
    assert not [one for one in forge.asked if TOKEN in f"{one.path}{one.query}"]


def test_no_token_in_what_the_command_says_or_writes(
    forge: ForgeServer,
    shop: Shop,
    ecompm: Callable[..., Result],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(HttpClient.__init__.__kwdefaults__, "wait", lambda _seconds: None)
    before = shop.git("rev-parse", "HEAD")
    for echo in ECHOES.values():
        forge.routes["*"] = echo
        answer = ecompm("reviews", "pull", "--forge", "github", "--repository", "shop/gov", "--url", forge.url)
        said = answer.stdout + answer.stderr
        if answer.exc_info:
            said += "".join(traceback.format_exception(*answer.exc_info))
        assert TOKEN not in said
    assert shop.git("rev-parse", "HEAD") == before
    assert all(TOKEN.encode() not in path.read_bytes() for path in shop.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("value", ["two words here", 'quo"ted-token', "line\nbreak-token", "x", "tökentöken"])
def test_what_is_no_token_is_not_sent(
    forge: ForgeServer, shop: Shop, ecompm: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", value)
    answer = ecompm("reviews", "pull", "--forge", "github", "--repository", "shop/gov", "--url", forge.url)
    assert (answer.exit_code, "What stands in GITHUB_TOKEN is no token" in answer.stderr) == (2, True)
    assert (value in answer.stderr and len(value) > 1, forge.asked, bool(shop.tip())) == (False, [], True)


@pytest.mark.parametrize("url", [f"https://{TOKEN}@forge.example", "forge.example", "https://forge.example/?x=1", "-"])
def test_an_address_with_a_token_in_it_is_refused(shop: Shop, ecompm: Callable[..., Result], url: str) -> None:
    answer = ecompm("reviews", "pull", "--forge", "gitea", "--repository", "shop/gov", "--url", url)
    assert (answer.exit_code, TOKEN in answer.stderr, "--url is a web address" in answer.stderr) == (2, False, True)
    assert shop.tip()


def test_a_gitea_has_to_be_named(shop: Shop, ecompm: Callable[..., Result], forge: ForgeServer) -> None:
    answer = ecompm("reviews", "pull", "--forge", "gitea", "--repository", "shop/gov")
    assert (answer.exit_code, "--url https://" in answer.stderr, forge.asked) == (2, True, [])
    assert shop.tip()
