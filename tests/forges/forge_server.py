"""A forge on this machine: answers by path, and everything that it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class Reply:
    """An answer; `body` is JSON unless it is bytes."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Route = Callable[[Asked], Reply]


@dataclass
class ForgeServer:
    """What is answered where. A list is served in pages of `per_page` (or `limit`), with a `Link` header."""

    routes: dict[str, Any] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    page_size: int = 100

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        route = self.routes.get(asked.path, self.routes.get("*"))
        if route is None:
            return Reply({"message": "Not Found"}, 404)
        if callable(route):
            reply: Reply = route(asked)
            return reply
        return self._page(asked, route) if isinstance(route, list) else Reply(route)

    def _page(self, asked: Asked, items: list[Any]) -> Reply:
        page = int(asked.query.get("page", "1"))
        first, last = (page - 1) * self.page_size, page * self.page_size
        link = f'<{self.url}{asked.path}?page={page + 1}&per_page=7>; rel="next", <x>; rel="last"'
        return Reply(items[first:last], headers={"Link": link} if items[last:] else {})

    def paths(self) -> list[str]:
        return [one.path for one in self.asked]


@contextmanager
def serving(forge: ForgeServer) -> Iterator[ForgeServer]:
    """The forge while it listens on this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            reply = forge.answer(Asked(parts.path, query, dict(self.headers)))
            data = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(data)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_arguments: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    forge.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield forge
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
