"""The studio in a real browser: a server of its own in a folder of its own."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storybook import jobs
from storybook.job_folder import job_state

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
READY_S = 60.0


def skip_without_a_browser() -> None:
    """Skip a whole module where there is no Chromium, or nothing to drive it by."""
    pytest.importorskip("playwright", reason="needs Playwright: pip install -e '.[dev]'")
    if not CHROMIUM.is_file():
        pytest.skip(f"needs {CHROMIUM}", allow_module_level=True)


@contextmanager
def studio_at(folder: Path) -> Iterator[str]:
    """The address of a studio that works in `folder`; it and its jobs are stopped at the end."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app" / "main.py"),
               "--server.port", str(port), "--server.headless", "true"]  # fmt: skip
    with (folder / "studio.log").open("wb") as log:
        server = subprocess.Popen(
            command, cwd=folder, stdout=log, stderr=log,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        _await(address, server)
        yield address
    finally:
        server.terminate()
        server.wait(20)
        _end_jobs(folder / "jobs")


def _end_jobs(root: Path) -> None:
    """Jobs outlive the studio that started them; those of a test are not to."""
    running = [job for job in jobs.jobs_in(root) if job_state(job).active]
    for job in running:
        jobs.cancel(job)
    until = time.monotonic() + READY_S
    while any(job_state(job).active for job in running) and time.monotonic() < until:
        time.sleep(0.2)


@contextmanager
def browser_page(width: int = 1440, height: int = 900, scheme: str = "light") -> Iterator[object]:
    """A page of a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        try:
            yield context.new_page()
        finally:
            browser.close()


def _await(address: str, server: subprocess.Popen) -> None:
    until = time.monotonic() + READY_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=2):
                return
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the studio did not start; its folder has a studio.log")
