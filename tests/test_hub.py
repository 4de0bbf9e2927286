"""Fetching from a hub: which files, how much room, and a hub of our own that serves them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar, NamedTuple

import pytest

from storybook.errors import ConfigError, ModelError
from storybook.models import hub
from storybook.models.hub import Listing, RemoteFile, at_revision, check_room, needed, on_disk
from waiting import END_S

SD = (
    "model_index.json",
    "README.md",
    "v1-5-pruned-emaonly.safetensors",
    "v1-5.ckpt",
    "unet/config.json",
    "unet/diffusion_pytorch_model.bin",
    "unet/diffusion_pytorch_model.safetensors",
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "vae/config.json",
    "vae/diffusion_pytorch_model.bin",
    "tokenizer/vocab.json",
    "tokenizer/merges.txt",
    "safety_checker/model.safetensors",
    "text_encoder/flax_model.msgpack",
    "text_encoder/model.fp16.safetensors",
    "onnx/unet/model.onnx",
    "scheduler/scheduler_config.json",
)


def files(*names: str) -> list[RemoteFile]:
    return [RemoteFile(name=name, size=10) for name in names]


def chosen(*names: str, half: bool = False) -> set[str]:
    return {file.name for file in needed(files(*names), half=half)}


def test_each_weight_is_fetched_once():
    plain = {
        "model_index.json",
        "unet/config.json",
        "vae/config.json",
        "tokenizer/vocab.json",
        "tokenizer/merges.txt",
        "scheduler/scheduler_config.json",
        "safety_checker/model.safetensors",
        "vae/diffusion_pytorch_model.bin",
        "text_encoder/model.fp16.safetensors",
    }
    unet = "unet/diffusion_pytorch_model"
    assert chosen(*SD) == plain | {f"{unet}.safetensors"}
    assert chosen(*SD, half=True) == plain | {f"{unet}.fp16.safetensors"}
    assert chosen(
        "config.json",
        "model-00001.safetensors",
        "model-00002.safetensors",
        "pytorch_model.bin",
        "tokenizer.model",
    ) == {
        "config.json",
        "model-00001.safetensors",
        "model-00002.safetensors",
        "tokenizer.model",
    }
    assert chosen("RealESRGAN_x4plus.pth", "readme.md") == {"RealESRGAN_x4plus.pth"}


def test_needed_of_a_tagger_is_its_network_and_its_list():
    wd14 = (
        "README.md",
        "keras_metadata.pb",
        "model.onnx",
        "model.safetensors",
        "saved_model.pb",
        "selected_tags.csv",
        "variables/variables.index",
    )
    assert chosen(*wd14) == {"model.onnx", "selected_tags.csv"}
    assert chosen("model.onnx", "tags.txt", "project.json") == {"model.onnx", "tags.txt"}
    assert chosen("model.onnx", "config.json") == {"config.json"}, "another network"
    assert chosen("onnx/model.onnx", "tags.txt", "a.bin") == {"tags.txt", "a.bin"}


def test_a_disk_that_is_too_small_is_said_before(tmp_path: Path):
    huge = Listing(repository="a/b", commit="c", files=(RemoteFile(name="x.bin", size=10**18),))
    with pytest.raises(ModelError, match=r"a/b takes 1000000000\.0 GB.*--into"):
        check_room(huge, tmp_path / "models" / "b")
    check_room(huge.but(files=files("x.bin")), tmp_path / "models" / "b")


def cached(hub_cache: Path, repository: str, commit: str, *refs: str) -> Path:
    """A repository as the hub's own client keeps it."""
    folder = hub_cache / f"models--{repository.replace('/', '--')}"
    snapshot = folder / "snapshots" / commit
    snapshot.mkdir(parents=True)
    (folder / "refs").mkdir(exist_ok=True)
    for ref in refs:
        (folder / "refs" / ref).write_text(commit)
    return snapshot


def test_on_disk_finds_a_repository_in_the_hubs_cache(tmp_path, monkeypatch):
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))
    first = cached(tmp_path / "hub", "somebody/painter", "a" * 40, "main")
    second = cached(tmp_path / "hub", "somebody/painter", "b" * 40, "fp16")
    moved = cached(
        tmp_path / "hub", "stable-diffusion-v1-5/stable-diffusion-v1-5", "c" * 40, "main"
    )
    assert on_disk(Path("somebody/painter")) == first
    assert on_disk(Path("somebody/painter@fp16")) == second
    assert on_disk(Path("runwayml/stable-diffusion-v1-5")) == moved, "under its old name"


def test_on_disk_takes_a_path_before_a_name_and_what_was_fetched_before_the_cache(tmp_path):
    fetched = Path("models/painter")
    fetched.mkdir(parents=True)
    assert on_disk(Path("somebody/painter")) == fetched
    there = Path("somebody/painter")
    there.mkdir(parents=True)
    assert on_disk(there) == there


@pytest.mark.parametrize("name", ["somebody/nothing", "somebody/nothing@v2"])
def test_on_disk_says_in_a_line_how_to_fetch_what_is_nowhere(name):
    with pytest.raises(ModelError) as fault:
        on_disk(Path(name))
    assert str(fault.value).endswith(f"storybook models get {name}")
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize("name", ["models/no.safetensors", "../no", "a/b/c", "no", "/no/where"])
def test_on_disk_leaves_paths_to_who_opens_them(name):
    assert on_disk(Path(name)) == Path(name)


HELD = {
    "model_index.json": b"{}",
    "unet/config.json": b'{"a": 1}',
    "unet/model.bin": b"b" * 5000,
    "unet/model.safetensors": b"s" * 4000,
}


class Hub(BaseHTTPRequestHandler):
    """What of huggingface.co's interface is asked."""

    asked: ClassVar[list[str]] = []

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def _answer(self, *, with_body: bool) -> None:
        path = self.path.partition("?")[0]
        self.asked.append(f"{self.command} {path}")
        repository = "/stable-diffusion-v1-5/stable-diffusion-v1-5"
        if path.startswith(f"/api/models{repository}/revision/"):
            about = {"id": repository[1:], "sha": "old", "siblings": [{"rfilename": "a.bin"}]}
            known = path.endswith("/v1.0")
            self._send(200 if known else 404, json.dumps(about).encode(), with_body)
        elif path.startswith(f"/api/models{repository}"):
            siblings = [{"rfilename": name, "size": len(data)} for name, data in HELD.items()]
            about = {"id": repository[1:], "sha": "abc", "siblings": siblings}
            self._send(200, json.dumps(about).encode(), with_body)
        elif path.startswith(f"{repository}/resolve/abc/"):
            self._send(200, HELD[path.removeprefix(f"{repository}/resolve/abc/")], with_body)
        else:
            self._send(404, b"", with_body)

    def _send(self, code: int, data: bytes, with_body: bool) -> None:
        self.send_response(code)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", f'"{len(data)}"')
        self.send_header("X-Repo-Commit", "abc")
        self.end_headers()
        if with_body:
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Hub.asked.clear()
    served = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}"
    served.shutdown()


GETS = """
import json, sys
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from storybook.cli import main
said = []
for arguments in json.loads(sys.argv[1]):
    with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
        code = main(["models", "get", *arguments])
    said.append((code, out.getvalue(), err.getvalue()))
print(json.dumps(said))
"""


class Said(NamedTuple):
    """What a command answered."""

    returncode: int
    stdout: str
    stderr: str


def get(server: str, tmp_path: Path, *commands: Sequence[str]) -> list[Said]:
    """`storybook models get` with the arguments of each command, in one process of its own: which
    hub it is that is asked is settled when its library is imported."""
    place = {"HF_ENDPOINT": server, "HF_HUB_OFFLINE": "0", "HF_HOME": str(tmp_path / "cache")}
    told = subprocess.run(
        [sys.executable, "-c", GETS, json.dumps(commands)],
        capture_output=True,
        text=True,
        env=os.environ | place | {"PYTHONPATH": os.pathsep.join(sys.path)},
        timeout=END_S,
    )
    assert told.returncode == 0, told.stderr
    return [Said(*each) for each in json.loads(told.stdout)]


def test_a_model_is_fetched_from_where_it_has_moved_to(server: str, tmp_path: Path):
    into = tmp_path / "models"
    asked = ("runwayml/stable-diffusion-v1-5", "--into", str(into))
    (told,) = get(server, tmp_path, (*asked, "--dry-run"))
    assert told.returncode == 0 and not into.exists(), told.stderr
    assert "has moved to stable-diffusion-v1-5/stable-diffusion-v1-5" in told.stdout
    assert "3 files, 0.00 GB" in told.stdout
    told, again = get(server, tmp_path, asked, asked)
    assert told.returncode == again.returncode == 0, told.stderr
    folder = into / "stable-diffusion-v1-5"
    assert told.stdout.strip().endswith(str(folder))
    fetched = HELD.keys() - {"unet/model.bin"}
    for name in fetched:
        assert (folder / name).read_bytes() == HELD[name]
    assert not (folder / "unet" / "model.bin").exists()
    gets = [line for line in Hub.asked if line.startswith("GET") and "/resolve/" in line]
    assert len(gets) == len(set(gets)) == len(fetched), "what is there is not fetched again"


def test_a_revision_is_fetched_into_a_folder_of_its_own(server: str, tmp_path: Path):
    model = "runwayml/stable-diffusion-v1-5"
    there, gone = get(
        server,
        tmp_path,
        (f"{model}@v1.0", "--into", str(tmp_path / "models"), "--dry-run"),
        (f"{model}@v9", "--dry-run"),
    )
    assert there.returncode == 0, there.stderr
    assert f"into {tmp_path / 'models' / 'stable-diffusion-v1-5@v1.0'}" in there.stdout
    assert gone.returncode == 2 and gone.stderr.count("\n") == 1, "there is no such revision"


def test_on_disk_finds_a_revision_that_was_fetched():
    Path("models/painter@v1.0").mkdir(parents=True)
    Path("models/painter").mkdir()
    assert on_disk(Path("somebody/painter@v1.0")) == Path("models/painter@v1.0")
    with pytest.raises(ModelError, match="get somebody/painter@v2"):
        on_disk(Path("somebody/painter@v2"))


@pytest.mark.parametrize(
    ("model", "revision", "says"),
    [
        ("a/b@v1", "v2", "names another one"),
        ("models/a/b", "v2", "no hub's OWNER/NAME"),
        ("a.safetensors", "v2", "no hub's OWNER/NAME"),
        ("a/b", "v 2", "no name of a branch"),
    ],
)
def test_at_revision_refuses_in_a_line(model, revision, says):
    with pytest.raises(ConfigError, match=says) as fault:
        at_revision(Path(model), revision)
    assert "\n" not in str(fault.value)


def test_at_revision_names_the_one_that_is_meant():
    assert at_revision(Path("a/b"), "main") == Path("a/b@main")
    assert at_revision(Path("a/b@v1.0"), "v1.0") == Path("a/b@v1.0")


def test_what_is_not_there_is_one_line(server: str, tmp_path: Path):
    (told,) = get(server, tmp_path, ("nobody/nothing",))
    assert told.returncode == 2 and told.stderr.startswith("storybook: nobody/nothing cannot be")
    assert len(told.stderr.strip().splitlines()) == 1
    (told,) = get("http://127.0.0.1:9", tmp_path, ("nobody/nothing",))
    assert told.returncode == 2 and "cannot be fetched" in told.stderr


def test_offline_is_respected():
    with pytest.raises(ModelError, match="HF_HUB_OFFLINE"):
        hub.listing("a/b")
