"""The studio in a real browser: a server of its own in a folder of its own."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state
from waiting import END_S, ended, wait_for

ROOT = Path(__file__).parent.parent
CHROMIUM = Path("/usr/bin/chromium")
END_MS = END_S * 1000
STILL = """() => document.getAnimations().every(each => each.playState !== 'running'
  || each.effect.getComputedTiming().iterations === Infinity)"""
"""Whether nothing on a page fades or moves any more, but what turns for ever."""


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
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(ROOT / "app" / "main.py"),
        "--server.port",
        str(port),
        "--server.headless",
        "true",
    ]
    with (folder / "studio.log").open("wb") as log:
        server = subprocess.Popen(
            command,
            cwd=folder,
            stdout=log,
            stderr=log,
            env=os.environ | {"PYTHONPATH": str(ROOT), "HF_HUB_OFFLINE": "1"},
        )
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
    for job in running:
        ended(job)


@contextmanager
def browser_page(width: int = 1440, height: int = 900, scheme: str = "light") -> Iterator[object]:
    """A page of a headless Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=END_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(END_MS)
        try:
            yield context.new_page()
        finally:
            browser.close()


def is_still(page: object) -> None:
    """Wait until Streamlit has drawn a page to its end, and what it faded in or out is done."""
    from playwright.sync_api import expect

    expect(page.locator("[data-test-script-state='notRunning']").first).to_be_attached()
    expect(page.locator("[data-stale='true']")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # a chart is of another height
    page.wait_for_function(STILL)


def _await(address: str, server: subprocess.Popen) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=END_S):
                return True
        except OSError:
            return False

    wait_for(answers, by=server, look_s=0.2)
