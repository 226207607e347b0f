"""A small HTTP server on the loopback that answers as a test tells it: the wire of a speech server,
without a model."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """``body``: bytes as they are, anything else as JSON. ``takes_s``: before the answer begins.
    ``cut``: break off in the middle of the body."""

    body: Any = b""
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    takes_s: float = 0.0
    cut: bool = False

    @property
    def data(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Wire:
    """The server while a test runs. ``asked``: what was sent, in order: path, headers, fields."""

    url: str
    replies: list[Reply]
    asked: list[tuple[str, dict[str, str], dict[str, list[bytes]]]] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next_reply(self) -> Reply:
        """The replies one after the other; the last one for all that follow."""
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@contextmanager
def wire(*replies: Reply) -> Iterator[Wire]:
    """Answer with ``replies`` in their order."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            fields = _fields(self.headers["Content-Type"], self.rfile.read(length))
            with shown.lock:
                shown.asked.append((self.path, dict(self.headers), fields))
                shown.at_once += 1
                shown.most_at_once = max(shown.most_at_once, shown.at_once)
                reply = shown.next_reply()
            time.sleep(reply.takes_s)
            with shown.lock:
                shown.at_once -= 1
            self._send(reply)

        def _send(self, reply: Reply) -> None:
            try:
                self.send_response(reply.status)
                for name, value in reply.headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.data) + (100 if reply.cut else 0)))
                self.end_headers()
                self.wfile.write(reply.data)
            except OSError:
                pass  # the client has gone
            self.close_connection = self.close_connection or reply.cut

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    shown = Wire(f"http://127.0.0.1:{server.server_port}/v1", list(replies))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield shown
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def free_port() -> int:
    """A port on which nobody listens."""
    import socket  # noqa: PLC0415

    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _fields(kind: str, body: bytes) -> dict[str, list[bytes]]:
    head = f"Content-Type: {kind}\r\n\r\n".encode()
    fields: dict[str, list[bytes]] = {}
    for part in _parts(BytesParser(policy=HTTP).parsebytes(head + body)):
        name = part.get_param("name", header="content-disposition")
        fields.setdefault(name, []).append(part.get_payload(decode=True))
    return fields


def _parts(message: Any) -> Sequence[Any]:
    return message.get_payload() if message.is_multipart() else ()
