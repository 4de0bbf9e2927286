"""What the browser's tests hear on the wire: made messages, and no browser."""

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.NewSession_pb2 import NewSession

from browser import Wire

BEGUN = ForwardMsg(new_session=NewSession(name="studio"))
DONE = ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)
PART_DONE = ForwardMsg(script_finished=ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY)
CUT_SHORT = ForwardMsg(script_finished=ForwardMsg.FINISHED_EARLY_FOR_RERUN)


def asks(*, pressed: bool = False, alone: bool = False) -> BackMsg:
    """A page asks to be drawn anew: for a button, for a field, or by a clock of its own."""
    message = BackMsg()
    message.rerun_script.is_auto_rerun = alone
    widget = message.rerun_script.widget_states.widgets.add()
    if pressed:
        widget.trigger_value = True
    else:
        widget.string_value = "Rex"
    return message


class Socket:
    """A connection that says what it is told to say."""

    def __init__(self, wire: Wire) -> None:
        self.hears = {}
        wire.open(self)

    def on(self, event, handler):
        self.hears[event] = handler

    def say(self, *messages):
        for message in messages:
            name = "framesent" if isinstance(message, BackMsg) else "framereceived"
            self.hears[name](message.SerializeToString())


@pytest.mark.parametrize(
    ("messages", "answered"),
    [
        ([], True),
        ([asks()], False),
        ([asks(pressed=True), BEGUN], False),
        ([asks(pressed=True), BEGUN, DONE], True),
        ([asks(), BEGUN, CUT_SHORT], False),
        ([asks(), BEGUN, CUT_SHORT, BEGUN, DONE], True),
        ([BEGUN, asks(), DONE], False),
        ([asks(), BEGUN, PART_DONE], True),
        ([asks(alone=True)], True),
        ([BackMsg(app_heartbeat=True)], True),
    ],
)
def test_answered_says_whether_what_was_asked_for_last_is_drawn(messages, answered):
    wire = Wire()
    Socket(wire).say(*messages)
    assert wire.answered == answered


def test_presses_and_values_count_what_a_hand_did():
    wire = Wire()
    Socket(wire).say(asks(), asks(alone=True), asks(pressed=True), BEGUN, DONE)
    assert (wire.presses, wire.values) == (1, 2)


def test_open_forgets_what_an_earlier_load_of_the_page_was_asked():
    wire = Wire()
    Socket(wire).say(asks())
    Socket(wire)
    assert wire.answered
