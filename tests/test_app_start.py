"""`storybook app`: how the studio is started, and that it says what is in its way."""

import socket

import pytest

from storybook.cli import main


def test_a_taken_port_is_said_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["app", "--port", str(port), "--no-browser"]) == 2
    assert f"Port {port} is taken" in capsys.readouterr().err
