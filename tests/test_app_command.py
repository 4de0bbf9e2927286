"""`storybook app`: it serves at once, on a machine that never ran Streamlit too."""

import subprocess
from socket import socket

import pytest

from storybook.cli import main, studio


@pytest.fixture
def started(monkeypatch):
    """What Streamlit is started with, and what is opened in the browser."""
    seen = {"asked": [], "opened": []}

    def run(command, **_):
        seen["asked"] = command
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(studio.subprocess, "run", run)
    monkeypatch.setattr(studio.webbrowser, "open", seen["opened"].append)
    return seen


@pytest.mark.parametrize("asked", [[], ["--no-browser"]])
def test_app_never_lets_streamlit_ask_for_an_address(started, asked):
    assert main(["app", "--port", "8597", *asked]) == 0
    at = started["asked"].index("--server.headless")
    assert started["asked"][at + 1] == "true"


def test_app_opens_the_browser_once_the_studio_answers(started):
    with socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        studio._open_studio(port)
    assert started["opened"] == [f"http://127.0.0.1:{port}"]
