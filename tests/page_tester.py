"""Streamlit's tester of pages; it looks through all that is installed once, not for each page.

And what is asked for by a name that no element has is a fault of who asks: it would be none for
ever, and whatever is asserted of none is true.
"""

from collections.abc import Callable, Sequence
from functools import cache

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest as AppTest
from streamlit.testing.v1 import local_script_runner
from streamlit.testing.v1.element_tree import Node

# A server does so when it starts, the tester whenever a page is opened: half a second each time.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)

KINDS = ("download_button", "html", "iframe", "image", "page_link", "progress")
"""What is asked for by its name; for the others `AppTest` has properties."""


def known(get: Callable[[AppTest, str], Sequence[Node]]) -> Callable[..., Sequence[Node]]:
    def get_known(test: AppTest, element_type: str) -> Sequence[Node]:
        assert element_type in KINDS, f"no element of a page is called {element_type}"
        return get(test, element_type)

    return get_known


AppTest.get = known(AppTest.get)

too_late = local_script_runner.require_widgets_deltas


def drawn(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
    """Wait until a page is drawn; the tester asks a thousand times a second, which slows it."""
    runner._script_thread.join(timeout)
    if not runner.script_stopped():
        too_late(runner, 0)  # which ends it and says so


local_script_runner.require_widgets_deltas = drawn
