"""A real HTTP server on the loopback that speaks OpenAI's protocol, well or badly."""

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from storybook.models.server_writer import ServerWriter, open_server_writer

KEY = "sk-secret-0123456789"
NOW = {"retry-after-ms": "1"}


@dataclass
class FakeServer:
    """A server: what it replies, in turn, and what it was asked."""

    url: str
    replies: list[Callable[[BaseHTTPRequestHandler], None]] = field(default_factory=list)
    asked: list[dict] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    serves: tuple[str, ...] = ()
    """The models that it says it has."""
    keys: list[str] = field(default_factory=list)

    def will(self, *replies: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.replies.extend(replies)


def says(text: str, *, reason: str | None = "stop") -> Callable[[BaseHTTPRequestHandler], None]:
    """A stream of words, the reason of its end, the tokens used."""

    def reply(wire: BaseHTTPRequestHandler) -> None:
        pieces = [text[at : at + 7] for at in range(0, len(text), 7)]
        chunks = [{"delta": {"content": piece}, "index": 0} for piece in pieces]
        chunks.append({"delta": {}, "index": 0, "finish_reason": reason})
        _head(wire, 200, {"content-type": "text/event-stream"})
        for chunk in chunks:
            _send(wire, {"choices": [chunk]})
        _send(
            wire,
            {
                "choices": [],
                "usage": {"prompt_tokens": 11, "completion_tokens": 5, "total_tokens": 16},
            },
        )
        wire.wfile.write(b"data: [DONE]\n\n")

    return reply


def sends(*events: object, over: bool = True) -> Callable[[BaseHTTPRequestHandler], None]:
    """A stream of just these events, `[DONE]` at its end if it is `over`; bytes go as they are."""

    def reply(wire: BaseHTTPRequestHandler) -> None:
        _head(wire, 200, {"content-type": "text/event-stream"})
        for event in events:
            line = event if isinstance(event, bytes) else json.dumps(event).encode()
            wire.wfile.write(b"data: " + line + b"\n\n")
        wire.wfile.write(b"data: [DONE]\n\n" * over)

    return reply


def piece(content: object = None, reason: str | None = None, **delta: object) -> dict:
    """A chunk of a stream with one choice."""
    delta = delta if content is None else {"content": content, **delta}
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": reason}]}


def answers(body: object, status: int = 200) -> Callable[[BaseHTTPRequestHandler], None]:
    """A body in one piece: a record as JSON, a text as a web page."""

    def reply(wire: BaseHTTPRequestHandler) -> None:
        is_page = isinstance(body, str)
        _head(wire, status, {"content-type": "text/html" if is_page else "application/json", **NOW})
        wire.wfile.write(body.encode() if is_page else json.dumps(body).encode())

    return reply


def fails(status: int, message: str = "no") -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(wire: BaseHTTPRequestHandler) -> None:
        _head(wire, status, {"content-type": "application/json", **NOW})
        wire.wfile.write(json.dumps({"error": {"message": message}}).encode())

    return reply


def half_a_line(wire: BaseHTTPRequestHandler) -> None:
    _head(wire, 200, {"content-type": "text/event-stream"})
    _send(wire, {"choices": [{"delta": {"content": "Once upon"}, "index": 0}]})
    wire.wfile.write(b'data: {"choices": [{"del\n\n')


def hangs_up(wire: BaseHTTPRequestHandler) -> None:
    _head(wire, 200, {"content-type": "text/event-stream", "content-length": "9999"})
    _send(wire, {"choices": [{"delta": {"content": "Once upon"}, "index": 0}]})


def dawdles(wire: BaseHTTPRequestHandler) -> None:
    time.sleep(1.0)
    _head(wire, 200, {})


def _head(wire: BaseHTTPRequestHandler, status: int, headers: dict[str, str]) -> None:
    wire.send_response(status)
    for name, value in headers.items():
        wire.send_header(name, value)
    wire.end_headers()


def _send(wire: BaseHTTPRequestHandler, chunk: dict) -> None:
    whole = {"id": "1", "object": "chat.completion.chunk", "created": 0, "model": "m"} | chunk
    wire.wfile.write(f"data: {json.dumps(whole)}\n\n".encode())


@pytest.fixture
def server() -> Iterator[FakeServer]:
    """A real HTTP server on the loopback that speaks the protocol, well or badly."""

    class Wire(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["content-length"])
            server.asked.append(json.loads(self.rfile.read(size)))
            server.keys.append(self.headers["authorization"])
            server.paths.append(self.path)
            server.replies.pop(0)(self)

        def do_GET(self) -> None:
            models = [{"id": name, "object": "model"} for name in server.serves]
            answers({"object": "list", "data": models}, 200 if models else 404)(self)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Wire)
    server = FakeServer(f"http://127.0.0.1:{http.server_port}/v1")
    thread = Thread(target=http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    http.shutdown()
    http.server_close()
    thread.join()


@contextmanager
def key_set(variable: str, key: str) -> Iterator[None]:
    os.environ[variable] = key
    try:
        yield
    finally:
        del os.environ[variable]


def writer_at(
    server: FakeServer, *, timeout_s: float = 5.0, retries: int = 4, key: str = KEY, url: str = ""
) -> ServerWriter:
    with key_set("STORYBOOK_TEST_KEY", key):
        return open_server_writer(
            "m",
            base_url=url or server.url,
            key_variable="STORYBOOK_TEST_KEY",
            timeout_s=timeout_s,
            retries=retries,
        )
