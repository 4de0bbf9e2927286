"""A server's replies: every dialect that is met, and a server's own words where there is none."""

from collections.abc import Callable

import pytest

from fake_openai_server import KEY, FakeServer, answers, fails, piece, says, sends, writer_at
from storybook.errors import ConfigError, ModelError
from storybook.models.server_writer import ServerWriter, Usage, open_server_writer


def tell(writer: ServerWriter) -> str:
    return writer.tell("Tell.", seed=3, max_words=50)


WHOLE = {"message": {"role": "assistant", "content": "Here."}, "finish_reason": None}
USED = {"prompt_tokens": None, "completion_tokens": 5, "total_tokens": None}
PARTS = [
    {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]},
    {"type": "text", "text": "He"},
    "re.",
]


@pytest.mark.parametrize(
    "reply",
    [
        *(
            says("Here.", reason=reason)
            for reason in ("eos", "eos_token", "end_turn", "STOP", "stop_sequence", "", None)
        ),
        sends({"choices": None, "usage": USED}, piece("Here.", "stop")),
        sends(None, [], 3, piece("Here."), {"choices": [{"delta": None, "finish_reason": "stop"}]}),
        sends(piece("Here.", "stop"), {"choices": [], "usage": {"total_tokens": 12}}),
        sends(piece(PARTS), piece([], "stop")),
        sends(piece(None, reasoning_content="Hm."), piece("Here.", "stop", reasoning="Hm.")),
        sends({"choices": [{"text": "Here.", "finish_reason": "stop"}]}),
        sends('{"choices": [{"delta": {"content": "Here.\u2028"}}]}'.encode()),
        answers({"choices": [WHOLE], "usage": USED}),
        answers([{"choices": [WHOLE]}]),
        says("<think>Long.</think>Here."),
        says("```\nHere.\n```<|im_end|>"),
    ],
)
def test_tell_reads_what_is_there(server: FakeServer, reply: Callable) -> None:
    server.will(reply)
    assert tell(writer_at(server)) == "Here."


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (answers({"error": {"message": "Model is loading", "code": 503}}), "Model is loading"),
        (answers({"error": "no room"}), "no room"),
        (answers({"detail": [{"msg": "field required"}]}), "field required"),
        (answers({"error": {"code": 7}}), '"code": 7'),
        (sends(piece("Once"), {"error": {"message": "slot 3 is full"}}), "slot 3 is full"),
        (fails(503, "the model sleeps"), "the model sleeps"),
        (answers({"detail": "closed"}, 403), "closed"),
        (answers("<html><p>Hello</p></html>"), "sends a web page.*end in /v1"),
    ],
)
def test_tell_passes_on_a_server_s_own_words(
    server: FakeServer, reply: Callable, words: str
) -> None:
    server.will(*[reply] * 5)
    with pytest.raises(ModelError, match=words) as fault:
        tell(writer_at(server))
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "elsewhere",
    [
        answers({"detail": "Not Found"}, 404),
        fails(405, "Method not allowed"),
        answers({"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
        answers("<!doctype html><title>Web UI</title>"),
    ],
)
def test_tell_finds_the_server_under_v1(server: FakeServer, elsewhere: Callable) -> None:
    server.will(elsewhere, says("Here."), says("Again."))
    writer = writer_at(server, url=server.url.removesuffix("/v1"))
    assert (tell(writer), tell(writer)) == ("Here.", "Again.")
    assert server.paths == ["/chat/completions", *["/v1/chat/completions"] * 2]
    assert f"answers at {server.url}" in writer.advice


def test_tell_says_that_nothing_is_there_and_that_a_model_is_not(server: FakeServer) -> None:
    server.will(*[answers({"detail": "Not Found"}, 404)] * 2)
    with pytest.raises(ModelError, match="has no chat completions there"):
        tell(writer_at(server, url=server.url.removesuffix("/v1")))
    server.serves = ("tale-7b", "mm")
    server.will(fails(404, "The model 'm' does not exist"))
    with pytest.raises(ModelError, match=r"knows no model 'm'.*Did you mean mm\?.*tale-7b"):
        tell(writer_at(server, url=server.url.removesuffix("/v1")))
    assert len(server.paths) == 3, "a server that knows of models is the right one"


def test_open_server_writer_takes_an_address_as_it_is_copied(server: FakeServer) -> None:
    server.will(says("Here."))
    assert tell(writer_at(server, url=f"{server.url}/chat/completions")) == "Here."
    with pytest.raises(ConfigError, match=r"'localhost:8080'.*such as http://"):
        open_server_writer("m", base_url="localhost:8080")


@pytest.mark.parametrize(
    ("key", "said", "shown"),
    [
        ("x", "You exceeded your quota; key x.", "You exceeded your quota; key ***"),
        ("plan", "Check plans and your plan", "Check plans and your ***"),
        (KEY, f"Bearer{KEY}is bad", "Bearer***is bad"),
    ],
)
def test_the_key_is_masked_as_a_word_only(
    server: FakeServer, key: str, said: str, shown: str
) -> None:
    server.will(fails(401, said))
    with pytest.raises(ModelError) as fault:
        tell(writer_at(server, key=key))
    assert str(fault.value).endswith(f"It says: {shown}")


def test_a_model_that_thinks_is_given_room_for_it(server: FakeServer) -> None:
    server.will(
        sends(piece(reasoning="Hm."), piece(reason="length")), says("Here."), says("Again.")
    )
    writer = writer_at(server)
    assert (tell(writer), tell(writer)) == ("Here.", "Again.")
    first, *later = [asked["max_tokens"] for asked in server.asked]
    assert all(room > first + 8000 for room in later) and len(later) == 2


def test_the_use_of_a_reply_is_counted_once(server: FakeServer) -> None:
    def used(count: int) -> dict:
        return {"usage": {"prompt_tokens": 9, "completion_tokens": count}}

    server.will(sends(*(piece("a ") | used(count) for count in (1, 2, 3)), piece(reason="stop")))
    writer = writer_at(server)
    assert tell(writer) == "a a a"
    assert writer.used == Usage(requests=1, question_tokens=9, reply_tokens=3)
