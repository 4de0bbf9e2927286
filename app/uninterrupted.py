"""What a touch brings is taken in whole, and what a press asks for is done to its end.

Streamlit cuts a drawing of the page short at its next command when another touch comes, wherever
that is: in the midst of a callback, which did half of what it does, and even before the callbacks,
so that nobody hears of a press. `fastReruns` is off in `.streamlit/config.toml`, so that touches
come one after the other, in one thread; here the next one waits until the last one was taken in,
and, where that was a press, until what it asks for is done.
"""

from collections.abc import Callable
from functools import wraps
from threading import get_ident

from streamlit.runtime.scriptrunner import RerunData, get_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_requests import (
    ScriptRequests,
    ScriptRequestType,
)
from streamlit.runtime.state.safe_session_state import SafeSessionState


def hold() -> None:
    """Let touches wait until this drawing ends, or asks itself for another one or another page."""
    context = get_script_run_ctx()
    requests, thread = context.script_requests, get_ident()
    stood = (context.page_script_hash, context.query_string)

    def request_rerun(asked: RerunData) -> bool:
        if get_ident() != thread:  # a touch
            return ScriptRequests.request_rerun(requests, asked)
        release()
        touch = requests.on_scriptrunner_yield()
        if touch is None or touch.type is not ScriptRequestType.RERUN:
            return requests.request_rerun(asked)
        # The later one says which page it is: where a press leads to, else where a touch does.
        leaves = (asked.page_script_hash, asked.query_string) != stood
        both = [touch.rerun_data, asked] if leaves else [asked, touch.rerun_data]
        return requests.request_rerun_batch(both)

    requests.on_scriptrunner_yield = lambda: None
    requests.request_rerun = request_rerun


def release() -> None:
    """Let touches cut the drawing short again."""
    requests = get_script_run_ctx().script_requests
    for name in ("on_scriptrunner_yield", "request_rerun"):
        vars(requests).pop(name, None)


def _in_one_go(take_in: Callable[..., None]) -> Callable[..., None]:
    """Taking in what the browser says, with all callbacks, while the next touch waits."""

    @wraps(take_in)
    def whole(*given: object, **named: object) -> None:
        hold()
        try:
            take_in(*given, **named)
        finally:
            release()

    return whole


if not hasattr(SafeSessionState.on_script_will_rerun, "__wrapped__"):
    SafeSessionState.on_script_will_rerun = _in_one_go(SafeSessionState.on_script_will_rerun)
