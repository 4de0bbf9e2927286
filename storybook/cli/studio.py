"""`storybook app` and `doctor`: the studio in the browser, and what this machine can do."""

import os
import subprocess
import sys
import time
import webbrowser
from importlib.util import find_spec
from pathlib import Path
from socket import socket
from threading import Thread

from storybook.cli.options import Parser, add_studio, runs
from storybook.config import shipped
from storybook.errors import ConfigError
from storybook.studio.doctor import examine
from storybook.studio.studio import Studio


def declare_app(parser: Parser) -> None:
    runs(
        parser,
        open_app,
        """
  storybook app --port 8600 --no-browser
""",
    )
    parser.add_argument("--port", type=int, default=8501, help="where it listens (default: 8501)")
    parser.add_argument("--no-browser", action="store_true", help="only say where it is")


def open_app(port: int, no_browser: bool) -> int:
    """The studio in the browser, on this machine only, until Ctrl-C; Streamlit's exit code."""
    if find_spec("streamlit") is None:
        raise ConfigError("The studio needs Streamlit. Install it: pip install 'storybook[app]'")
    with socket() as taken:
        if taken.connect_ex(("127.0.0.1", port)) == 0:
            raise ConfigError(
                f"Port {port} is taken already, perhaps by another studio. Name another one: "
                "storybook app --port 8502"
            )
    main = shipped("app", "main.py")
    paths = [str(main.parents[1]), *filter(None, [os.environ.get("PYTHONPATH")])]
    print(
        f"The studio opens on http://127.0.0.1:{port} and works in {Path.cwd()}. Stop it with "
        "Ctrl-C; what is being made goes on."
    )
    if not no_browser:
        Thread(target=_open_studio, args=(port,), daemon=True).start()
    # Headless, or Streamlit asks for an e-mail address before it serves a first time.
    flags = ["--server.port", str(port), "--server.headless", "true"]
    flags += ["--logger.level", "error", "--logger.hideWelcomeMessage", "true"]  # we said it
    return subprocess.run(
        [sys.executable, "-m", "streamlit", "run", str(main), *flags],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
        check=False,
    ).returncode


def _open_studio(port: int) -> None:
    """Open the studio in the browser as soon as it answers; give up after a minute."""
    for _ in range(600):
        with socket() as door:
            if door.connect_ex(("127.0.0.1", port)) == 0:
                webbrowser.open(f"http://127.0.0.1:{port}")
                return
        time.sleep(0.1)


def declare_doctor(parser: Parser) -> None:
    runs(
        parser,
        doctor,
        """
  storybook doctor --studio classic                whether all that it needs is there
""",
    )
    add_studio(parser)


def doctor(studio: Studio) -> int:
    """Returns 0 if everything that the studio needs is there, else 2."""
    findings = examine(studio.settings)
    for finding in findings:
        print(f"{'ok ' if finding.good else 'BAD'}  {finding.what}: {finding.says}")
    return 0 if all(finding.good for finding in findings) else 2


DECLARE = {"app": declare_app, "doctor": declare_doctor}
