"""`storybook serve`: orders for books over HTTP, for a house."""

import sys
from collections.abc import Sequence
from importlib.util import find_spec
from ipaddress import ip_address
from pathlib import Path
from socket import create_server, getaddrinfo, socket

from storybook.cli.options import Parser, add_studio, runs
from storybook.errors import ConfigError

MOST_AT_ONCE = 1000
"""Connections; more are answered 503."""
HEADER_BYTES = 16 * 1024


def declare(parser: Parser) -> None:
    runs(
        parser,
        serve,
        """
  storybook serve --token-file token               docs/scale.md says what it answers
""",
    )
    add_studio(parser, opened=False)
    parser.add_argument(
        "--token-file", type=Path, required=True, help="a file with the word that clients must say"
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="where it listens (default: this machine alone)"
    )
    parser.add_argument("--port", type=int, default=8600, help="default: 8600")


def serve(
    token_file: Path, host: str, port: int, studio: str | None, changes: Sequence[str]
) -> None:
    """Serve the books of the current folder until Ctrl-C; what is being made goes on."""
    if not (find_spec("fastapi") and find_spec("uvicorn")):
        raise ConfigError("The service needs FastAPI. Install it: pip install 'storybook[serve]'")
    from storybook.service.limits import read_token

    token = read_token(token_file)
    import uvicorn

    from storybook.service.api import service
    from storybook.service.desk import OrderDesk

    desk = OrderDesk(Path("books"), Path("jobs"), studio, tuple(changes))
    hosts = ("127.0.0.1", "localhost", "[::1]", host) if _is_loopback(host) else ()
    config = uvicorn.Config(
        service(desk, token, hosts),
        http="h11",
        log_level="warning",
        server_header=False,
        limit_concurrency=MOST_AT_ONCE,
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    with _listening(host, port) as listener, desk.open():
        _say_where(host, port)
        uvicorn.Server(config).run(sockets=[listener])


def _say_where(host: str, port: int) -> None:
    """Where orders are taken, and what is heard by a network that is not this machine alone."""
    print(f"Orders are taken at http://{host}:{port} for {Path.cwd()}. Stop it with Ctrl-C.")
    if not _is_loopback(host):
        print(
            "storybook: whoever hears this network hears the token and the books. Put a proxy "
            "that speaks HTTPS in front.",
            file=sys.stderr,
        )
    sys.stdout.flush()


def _listening(host: str, port: int) -> socket:
    """A socket that listens there; raises ConfigError if none can."""
    try:
        family = getaddrinfo(host, port)[0][0]
        return create_server((host, port), family=family, backlog=MOST_AT_ONCE)
    except OSError as fault:
        raise ConfigError(
            f"Nobody can listen on {host}:{port}: {fault.strerror}. Perhaps another service does; "
            "name another --port."
        ) from fault


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


DECLARE = {"serve": declare}
