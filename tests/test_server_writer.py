"""The server's writer: against `transformers serve`, and against a server that misbehaves."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from fake_openai_server import (
    KEY,
    FakeServer,
    dawdles,
    fails,
    half_a_line,
    hangs_up,
    piece,
    says,
    sends,
    writer_at,
)
from storybook.config import shipped
from storybook.errors import ConfigError, ModelError, QuestionTooLong, ReplyError
from storybook.models.server_writer import ServerWriter, Usage, open_server_writer
from storybook.records import Record
from tiny import tiny_llama
from waiting import END_S, wait_for


class Naps(Record):
    hero: str
    naps: int


def tell(writer: ServerWriter) -> str:
    return writer.tell("Tell.", seed=3, max_words=50)


def test_tells_and_counts_what_it_used(server: FakeServer) -> None:
    server.will(says("Once upon a time. END"), says("Again."))
    writer = writer_at(server)
    assert tell(writer) == "Once upon a time."
    assert tell(writer) == "Again."
    assert writer.used == Usage(requests=2, question_tokens=22, reply_tokens=10)
    asked = server.asked[0]
    assert asked["messages"] == [{"role": "user", "content": "Tell."}]
    assert asked["seed"] == 3 and asked["stream"] is True and asked["max_tokens"] == 200
    assert server.keys[0] == f"Bearer {KEY}"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_asks_again_when_the_server_is_busy(server: FakeServer, status: int) -> None:
    server.will(fails(status), fails(status), says("Here."))
    assert tell(writer_at(server)) == "Here."
    assert len(server.asked) == 3


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (401, "does not accept the key"),
        (404, "knows no model 'm'"),
        (429, "asks to slow down"),
        (500, "failed with status 500"),
    ],
)
def test_gives_up_in_one_line_without_the_key(
    server: FakeServer, status: int, message: str
) -> None:
    server.will(*[fails(status, f"bad key {KEY}\nsecond line")] * 5)
    with pytest.raises(ModelError, match=message) as fault:
        tell(writer_at(server))
    assert KEY not in str(fault.value) and "***" in str(fault.value)
    assert "\n" not in str(fault.value)
    assert fault.value.__cause__ is None and fault.value.__suppress_context__


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (says(""), "empty reply"),
        (says("Once upon", reason="length"), "at its length limit"),
        (says("Once upon", reason="MAX_TOKENS"), "at its length limit"),
        (says("Once upon", reason="content_filter"), r"for its own rules \(content_filter\)"),
        (says("", reason="tool_calls"), "to ask for a tool"),
        (says("Once upon", reason="error"), r"\(error\)"),
        (sends(piece("Once upon"), over=False), "in mid-stream"),
        (sends(piece(refusal="I cannot."), piece(reason="stop")), "refuses: I cannot"),
        (sends(piece(reasoning_content="Hm."), piece(reason="stop")), "only thought"),
        (says("<think>Hm."), "only thought"),
        (says("<think>Hm.</think>***"), "no story, only talk"),
        (half_a_line, "broke off its reply in mid-stream"),
        (hangs_up, "broke off its reply in mid-stream"),
    ],
)
def test_a_reply_that_is_no_whole_one(
    server: FakeServer, reply: Callable[[BaseHTTPRequestHandler], None], message: str
) -> None:
    server.will(reply)
    with pytest.raises(ReplyError, match=message):
        tell(writer_at(server))


def test_a_server_that_dawdles_or_is_not_there(server: FakeServer) -> None:
    server.will(dawdles)
    writer = writer_at(server, timeout_s=0.05, retries=0)
    with pytest.raises(ModelError, match="gave no answer in time"):
        tell(writer)
    nobody = open_server_writer("m", base_url="http://127.0.0.1:9/v1", retries=0)
    with pytest.raises(ModelError, match="cannot be reached"):
        tell(nobody)


def test_a_question_too_long_for_the_server(server: FakeServer) -> None:
    server.will(fails(400, "This model's maximum context length is 10 tokens"))
    with pytest.raises(QuestionTooLong):
        tell(writer_at(server))


def test_leaves_out_what_the_server_does_not_take(server: FakeServer) -> None:
    server.will(fails(400, "Unsupported parameter: 'seed'"), says("One."), says("Two."))
    writer = writer_at(server)
    assert (tell(writer), tell(writer)) == ("One.", "Two.")
    assert ["seed" in asked for asked in server.asked] == [True, False, False]


def test_answers_by_schema_and_shows_a_mistake(server: FakeServer) -> None:
    server.will(says('{"hero": "Pip", "na'), hangs_up, says('{"hero": "Pip", "naps": 2}'))
    assert writer_at(server).answer("Who?", Naps, seed=1) == Naps(hero="Pip", naps=2)
    form = server.asked[0]["response_format"]
    assert form["json_schema"]["schema"]["required"] == ["hero", "naps"]
    assert '{"hero": "Pip", "na' in server.asked[1]["messages"][0]["content"]


def test_answers_where_schemas_are_unknown(server: FakeServer) -> None:
    server.will(fails(400, "what is that?"), says('{"hero": "Pip", "naps": 2}'))
    assert writer_at(server).answer("Who?", Naps, seed=1) == Naps(hero="Pip", naps=2)
    assert "response_format" not in server.asked[1]


def test_opening_needs_a_model_and_a_key(server: FakeServer) -> None:
    with pytest.raises(ConfigError, match=r"write\.model"):
        open_server_writer("", base_url=server.url)
    with pytest.raises(ConfigError, match="STORYBOOK_NO_KEY holds no key"):
        open_server_writer("m", key_variable="STORYBOOK_NO_KEY")


def test_the_key_is_not_in_what_is_shown(server: FakeServer) -> None:
    writer = writer_at(server)
    assert KEY not in f"{writer.name} {writer!r} {vars(writer)}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a `transformers serve`, which opens whichever folder a request names."""
    home = tmp_path_factory.mktemp("home")
    (home / "hub").mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [
        Path(sys.executable).with_name("transformers"),
        "serve",
        "--device",
        "cpu",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(home)}
    log = (home / "log").open("wb")
    server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _await(f"http://127.0.0.1:{port}/health", server)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        server.terminate()
        server.wait(END_S)
        log.close()


def _await(url: str, server: subprocess.Popen) -> None:
    def answers() -> bool:
        with suppress(OSError), urllib.request.urlopen(url, timeout=END_S):
            return True
        return server.poll() is not None

    wait_for(answers, look_s=0.2)
    if server.poll() is not None:
        pytest.skip("transformers serve does not start: pip install 'transformers[serving]'")


@pytest.mark.slow
def test_tells_through_transformers_serve(served: str, tmp_path: Path) -> None:
    model = tiny_llama(tmp_path / "base", learns=("Say hello: Hello there, Pip.",))
    writer = open_server_writer(str(model), base_url=served, temperature=0.01)
    try:
        assert writer.tell("Say hello:", seed=1, max_words=20) == "Hello there, Pip."
    finally:
        writer.close()
    assert writer.used.requests == 1 and writer.used.reply_tokens > 0


@pytest.mark.slow
def test_the_starters_llama_tells_a_story_through_a_server(served: str) -> None:
    folder = shipped("assets", "starter", "writer", "base")
    # As the base was taught, which knows no frame: that is its adapter's.
    question = (
        " HERO, a COAT KIND.\n HERO the KIND wants to fly HIS THING ATPLACE, "
        "but the wind is too strong.\n Pages: 6\n"
    )
    writer = open_server_writer(str(folder), base_url=served, temperature=0.5)
    story = writer.tell(question, seed=1, max_words=400)
    writer.close()
    assert story.lstrip().startswith("Title:") and story.count("HERO") >= 4
    assert writer.used.reply_tokens > 50
