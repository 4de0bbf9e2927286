"""The studio in a real browser: a server of its own in a folder of its own."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import pytest

from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state
from waiting import END_S, ended, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Download, Locator, Page, WebSocket

ROOT = Path(__file__).parent.parent
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
END_MS = END_S * 1000
STILL = """() => document.getAnimations().every(each => each.playState !== 'running'
  || each.effect.getComputedTiming().iterations === Infinity)"""
"""Whether nothing on a page fades or moves any more, but what turns for ever."""

TRIES = 20
"""How often a button is pressed whose press the page did not pass on, within END_MS in all."""


def skip_without_a_browser() -> None:
    """Skip a whole module where there is no Chromium, or nothing to drive it by."""
    pytest.importorskip("playwright", reason="needs Playwright: pip install -e '.[dev]'")
    if CHROMIUM is None:
        pytest.skip("needs a Chromium: apt-get install chromium", allow_module_level=True)


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
        server.wait(END_S)
        _end_jobs(folder / "jobs")


def _end_jobs(root: Path) -> None:
    """Jobs outlive the studio that started them; those of a test are not to."""
    running = [job for job in jobs.jobs_in(root) if job_state(job).active]
    for job in running:
        jobs.cancel(job)
    for job in running:
        ended(job)


@contextmanager
def browser_page(width: int = 1440, height: int = 900, scheme: str = "light") -> Iterator["Page"]:
    """A page of a headless Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=END_MS)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-background-networking"],
        )
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, accept_downloads=True
        )
        context.set_default_timeout(END_MS)
        context.on("page", _listen)
        try:
            yield context.new_page()
        finally:
            browser.close()


class Wire:
    """What a page of the studio and its server say to each other.

    Between a click and the moment when its page begins to be drawn anew nothing on the page tells
    that it will be: a second click falls on what is replaced under it, and is lost, and what is
    read is what was there before. But the click went over the wire at once, so here it is known.
    """

    def __init__(self) -> None:
        self.presses = 0
        """The buttons whose press the server was told of."""
        self.values = 0
        """The messages that asked by hand for the page with other values."""
        self._due = self._begun = False

    def open(self, socket: "WebSocket") -> None:
        """Listen in on the page's connection; a page that is loaded anew opens another."""
        self._due = self._begun = False
        socket.on("framesent", self._sent)
        socket.on("framereceived", self._received)

    @property
    def answered(self) -> bool:
        """Whether the server drew to its end what was last asked for by hand."""
        return not self._due

    def _sent(self, frame: bytes) -> None:
        from streamlit.proto.BackMsg_pb2 import BackMsg

        message = BackMsg.FromString(frame)
        asked = message.rerun_script
        if not message.HasField("rerun_script") or asked.is_auto_rerun:
            return
        self._due, self._begun = True, False
        self.values += 1
        self.presses += any(
            widget.WhichOneof("value") == "trigger_value" and widget.trigger_value
            for widget in asked.widget_states.widgets
        )

    def _received(self, frame: bytes) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        message = ForwardMsg.FromString(frame)
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begun = True
        elif kind == "script_finished" and self._begun:
            self._due = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN


_WIRES: WeakKeyDictionary["Page", Wire] = WeakKeyDictionary()


def _listen(page: "Page") -> None:
    _WIRES[page] = Wire()
    page.on("websocket", _WIRES[page].open)


def _comes(page: "Page", condition: Callable[[], bool], within_ms: float = END_MS) -> bool:
    """Whether what the wire tells comes to pass; a page tells of it only while it is waited for."""
    end = time.monotonic() + within_ms / 1000
    while not condition():
        if time.monotonic() > end:
            return False
        page.wait_for_timeout(20)
    return True


def is_still(page: "Page") -> None:
    """Wait until the studio has drawn a page to its end: what was asked for last, by a click too,
    is there, and what it faded in or out is done.
    """
    from playwright.sync_api import expect

    assert _comes(page, lambda: _WIRES[page].answered), "the studio did not answer"
    expect(page.locator("[data-test-script-state='notRunning']").first).to_be_attached()
    expect(page.locator("[data-stale='true']")).to_have_count(0)
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)  # a chart is of another height
    page.wait_for_function(STILL)


def press(button: "Locator", *, at_once: bool = False) -> None:
    """Press a button of a page that is drawn to its end, and see that the server was told.

    A page that watches a job draws itself anew at any time, and a button that is replaced between
    its press and its release tells nobody: then it is pressed again, as a person would. `at_once`,
    it is pressed while the page may still be drawn.
    """
    _click(button, lambda wire: wire.presses, at_once=at_once)


def choose(option: "Locator") -> None:
    """Tap a link, a box or an option of a page that is drawn to its end, likewise."""
    _click(option, lambda wire: wire.values)


def choose_from(field: "Locator", option: str) -> int:
    """Choose an option of a field's list, see that the server was told, and say how many it had.

    A page that draws itself anew closes the list: then it is opened again. A field of a form is
    told of by the form's own button, and shows what was chosen.
    """
    from playwright.sync_api import TimeoutError

    page, wire = field.page, _WIRES[field.page]
    one, before = page.get_by_role("option", name=option, exact=True), wire.values
    in_form = _is_in_a_form(field)

    def heard() -> bool:
        return field.input_value() == option if in_form else wire.values > before

    for _ in range(TRIES):
        is_still(page)
        field.click()
        try:
            one.wait_for(timeout=END_MS / TRIES)
            count = page.get_by_role("option").count()
            one.click(timeout=END_MS / TRIES)
        except TimeoutError:
            page.keyboard.press("Escape")
            continue
        if _comes(page, heard, END_MS / TRIES):
            return count
    raise AssertionError(f"no option {option} could be chosen")


def strike(button: "Locator", key: str) -> None:
    """Press a button by a key, on a page that is drawn to its end; again where nobody heard it."""
    page, wire = button.page, _WIRES[button.page]
    before = wire.presses
    for _ in range(TRIES):
        is_still(page)
        button.focus()
        page.keyboard.press(key)
        if _comes(page, lambda: wire.presses > before, END_MS / TRIES):
            return
    raise AssertionError(f"nobody heard {key} on {button}")


def drag(page: "Page", way: Callable[[], tuple[tuple[float, float], tuple[float, float]]]) -> None:
    """Drag along a way, from place to place, and see that the server was told; else once more.

    `way` is asked for each time: what is drawn anew may stand elsewhere.
    """
    wire = _WIRES[page]
    before = wire.values
    for _ in range(TRIES):
        is_still(page)
        mouse_dragged(page, *way())
        if _comes(page, lambda: wire.values > before, END_MS / TRIES):
            return
    raise AssertionError("nobody heard of what was dragged")


def mouse_dragged(page: "Page", by: tuple[float, float], to: tuple[float, float]) -> None:
    """Press at one place of the page, go to the other in steps, and let go."""
    page.mouse.move(*by)
    page.mouse.down()
    page.mouse.move((by[0] + to[0]) / 2, (by[1] + to[1]) / 2, steps=5)
    page.mouse.move(*to, steps=5)
    page.mouse.up()


def _click(target: "Locator", told: Callable[[Wire], int], *, at_once: bool = False) -> None:
    page, wire = target.page, _WIRES[target.page]
    before = told(wire)
    for _ in range(TRIES):
        if not at_once:
            is_still(page)
        target.click()
        if _comes(page, lambda: told(wire) > before, END_MS / TRIES):
            return
    raise AssertionError(f"nobody heard {target}")


def downloaded(button: "Locator") -> "Download":
    """What a button of a page that is drawn to its end gives to take home.

    The browser fetches it by itself, and the server is told of no press.
    """
    from playwright.sync_api import TimeoutError

    page = button.page
    for _ in range(TRIES):
        is_still(page)
        try:
            with page.expect_download(timeout=END_MS / TRIES) as given:
                button.click()
            return given.value
        except TimeoutError:
            continue
    raise AssertionError(f"nothing came of {button}")


def fill(field: "Locator", text: str) -> None:
    """Type into a field of a page that is drawn to its end, and see that the server was told.

    A field of a form is told of by the form's own button.
    """
    page, wire = field.page, _WIRES[field.page]
    is_still(page)
    before = wire.values
    field.fill(text)
    if _is_in_a_form(field):
        return
    field.press("Tab")
    assert _comes(page, lambda: wire.values > before), f"nobody heard {text!r}"


def _is_in_a_form(field: "Locator") -> bool:
    return field.locator("xpath=ancestor::*[@data-testid='stForm']").count() > 0


def unfold(page: "Page", title: str) -> None:
    """Open what is folded under its title, which the browser does alone."""
    is_still(page)
    fold = page.locator("details").filter(has=page.locator("summary", has_text=title))
    for _ in range(TRIES):
        fold.locator("summary").click()
        if _comes(page, lambda: fold.get_attribute("open") is not None, END_MS / TRIES):
            return
    raise AssertionError(f"{title} could not be unfolded")


def _await(address: str, server: subprocess.Popen) -> None:
    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{address}/_stcore/health", timeout=END_S):
                return True
        except OSError:
            return False

    wait_for(answers, by=server, look_s=0.2)
