"""In which precision models work: as wished, as the machine is quick in, and no picture suffers."""

import json

import numpy as np
import pytest
import torch
from test_precision import Machine
from torch import nn

from books import doubles, made, new_book
from storybook.config import load_settings
from storybook.errors import ConfigError
from storybook.make import STAGES
from storybook.models import auto_precision, packed_linear
from storybook.models.auto_precision import (
    AutoPrecision,
    chosen_precision,
    fastest_dtype,
    param_shapes,
)
from storybook.models.infotext import read_infotext
from storybook.models.painting import open_painter
from storybook.models.precision import FP32, PRECISIONS, Precision, fastest
from storybook.stages.draw import draw
from storybook.studio.candidates import candidates
from storybook.studio.studio import Studio
from tiny_sd import asked, difference, tiny_painter, tiny_xl_painter

CPU, GPU = torch.device("cpu"), torch.device("cuda:0")
BF16 = Precision(dtype="bf16")
LAID = Precision(dtype="bf16", channels_last=True)
LEAST_DB = 40.0


class Stopwatch:
    """In place of the clock: says what is fastest, and counts how often it was asked."""

    def __init__(self, found):
        self.found, self.asked = found, 0

    def __call__(self, step, *, precisions=PRECISIONS):
        self.asked += 1
        for way in precisions:
            step(way)
        return self.found


@pytest.fixture(autouse=True)
def _as_in_a_new_process(monkeypatch):
    monkeypatch.setattr(auto_precision, "_known", {})


@pytest.fixture
def watch(monkeypatch):
    """A machine that is quickest in bf16 with its maps laid out, and finds all work worth it."""
    stopwatch = Stopwatch(LAID)
    monkeypatch.setattr(auto_precision, "fastest", stopwatch)
    monkeypatch.setattr(packed_linear, "is_supported", lambda: True)
    monkeypatch.setattr(auto_precision, "LEAST_MACS", 0)
    monkeypatch.setattr(auto_precision, "MORE_WORK", 0)
    return stopwatch


def nothing(way):
    """A step that takes no time."""


def psnr_db(one, other):
    error = np.square(np.asarray(one, float) - np.asarray(other, float)).mean()
    return float("inf") if error == 0 else 10 * np.log10(255**2 / error)


# What is settled


@pytest.mark.parametrize(
    ("wish", "device", "found"),
    [("fp32", CPU, FP32), ("bf16", CPU, BF16), ("auto", GPU, FP32), ("bf16", GPU, FP32)],
)
def test_settled_measures_nothing_where_nothing_is_open(watch, wish, device, found):
    assert chosen_precision(wish, device, "any", step=nothing, macs=1e12) == found
    assert not watch.asked


def test_settled_measures_once_a_machine_and_shape(watch, monkeypatch):
    def again(shape="one"):
        return chosen_precision("auto", CPU, shape, step=nothing, macs=1)

    assert again() == LAID and again() == LAID
    assert watch.asked == 1
    monkeypatch.setattr(auto_precision, "_known", {})  # another process
    assert again() == LAID and watch.asked == 1
    assert chosen_precision("auto", CPU, "one") == LAID  # who does not measure is told, too
    again("other")
    assert watch.asked == 2


def test_chosen_precision_tries_no_bf16_where_the_processor_multiplies_none(watch, monkeypatch):
    monkeypatch.setattr(packed_linear, "is_supported", lambda: False)
    watch.found, tried = FP32, []

    def chosen(shape, precisions):
        step = tried.append
        return chosen_precision("auto", CPU, shape, precisions=precisions, step=step, macs=1)

    assert chosen("one", PRECISIONS) == FP32
    assert tried == [each for each in PRECISIONS if each.dtype == "fp32"]
    assert chosen("other", (FP32, BF16)) == FP32
    assert watch.asked == 1, "of one nothing is to be measured"


@pytest.mark.parametrize("change", ["torch", "threads", "processor"])
def test_settled_measures_again_on_another_machine(watch, monkeypatch, change):
    chosen_precision("auto", CPU, "one", step=nothing, macs=1)
    if change == "threads":
        monkeypatch.setattr(torch, "get_num_threads", lambda: 99)
    else:
        here = auto_precision.machine()
        other = (*here[:-1], "0.1") if change == "torch" else ("other", *here[1:])
        monkeypatch.setattr(auto_precision, "machine", lambda: other)
    chosen_precision("auto", CPU, "one", step=nothing, macs=1)
    assert watch.asked == 2


@pytest.mark.parametrize("broken", [b"", b"{", b"[]", b"\xff", b'{"dtype": 1}', "other"])
def test_settled_measures_again_where_the_cache_is_broken(watch, monkeypatch, broken):
    chosen_precision("auto", CPU, "one", step=nothing, macs=1)
    file = auto_precision._file()
    if broken == "other":  # a precision that a later edition may know
        kept = json.loads(file.read_text())
        broken = json.dumps({key: {"dtype": "int4"} for key in kept}).encode()
    file.write_bytes(broken)
    monkeypatch.setattr(auto_precision, "_known", {})
    assert chosen_precision("auto", CPU, "one", step=nothing, macs=1) == LAID
    assert watch.asked == 2
    assert list(json.loads(file.read_text()).values())[-1]["dtype"] == "bf16"


def test_settled_does_without_a_folder_to_keep_it_in(watch, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr(auto_precision, "_file", lambda: tmp_path / "file" / "precision.json")
    assert chosen_precision("auto", CPU, "one", step=nothing, macs=1) == LAID
    assert chosen_precision("auto", CPU, "one", step=nothing, macs=1) == LAID
    assert watch.asked == 1


@pytest.mark.parametrize("too_little", [{"macs": 1e6}, {"macs": 1e12, "steps": 47}])
def test_settled_measures_not_for_a_little(monkeypatch, too_little):
    watch = Stopwatch(LAID)
    monkeypatch.setattr(auto_precision, "fastest", watch)
    assert chosen_precision("auto", CPU, "one", step=nothing, **too_little) is None
    assert not watch.asked and not auto_precision._file().exists()


def test_quickest_times_no_way_that_is_hopeless():
    """A processor without units for bf16 is not asked for it seven times more."""
    seconds = {way: 10.0 if way.dtype == "bf16" else 1.0 for way in PRECISIONS}
    machine = Machine(seconds)
    assert fastest(machine.step, clock=machine.clock) == FP32
    assert all(machine.steps.count(way) == 1 for way in PRECISIONS if way.dtype == "bf16")
    assert machine.steps.count(FP32) > 1


def test_quickest_stays_with_the_plain_way_of_those_it_is_given():
    ways = (Precision(channels_last=True), LAID)
    machine = Machine(dict.fromkeys(ways, 1.0))
    assert fastest(machine.step, precisions=ways, clock=machine.clock) == ways[0]


# How a model keeps to it


def test_pace_lays_out_and_computes_as_it_was_settled(watch):
    layer = nn.Conv2d(3, 8, 3)
    own = AutoPrecision("auto", (layer,), param_shapes(layer))
    picture = torch.zeros(1, 3, 8, 8)
    with torch.inference_mode():
        own.choose(lambda: layer(picture), macs=1)
        with own.autocast():
            assert layer(picture).dtype == torch.bfloat16
    assert layer.weight.is_contiguous(memory_format=torch.channels_last)
    layer(picture).sum().backward()  # what was settled while drawing can still be taught
    watch.found = FP32
    own.choose(lambda: layer(picture), macs=1)
    assert own.precision == LAID  # for good


def test_pace_that_computes_plainly_leaves_an_outer_precision_alone():
    with torch.autocast("cpu", torch.bfloat16), AutoPrecision().autocast():
        assert nn.Linear(2, 2)(torch.zeros(1, 2)).dtype == torch.bfloat16


@pytest.mark.parametrize("tiny", [tiny_painter, tiny_xl_painter])
def test_paint_draws_in_the_precision_that_was_measured(watch, tmp_path, tiny):
    from storybook.models.painting import open_painter

    folder = tiny(tmp_path / "painter")
    plain = open_painter(folder, device="cpu")
    auto = open_painter(folder, device="cpu", precision="auto")
    wished = open_painter(folder, device="cpu", precision="bf16")
    requests = [asked("a cat"), asked("a dog", seed=2)]
    drawn = [list(painter.paint(requests)) for painter in (plain, auto, wished)]
    assert [each.precision for each in (plain, auto, wished)] == [
        "fp32",
        "bf16, channels_last",
        "bf16",
    ]
    assert plain.name == auto.name == wished.name
    assert watch.asked == 1
    for other in drawn[1:]:
        pairs = list(zip(drawn[0], other, strict=True))
        assert all(psnr_db(*pair) > 30 for pair in pairs)  # its weights are noise
        assert any(difference(*pair) for pair in pairs)


def test_paint_of_a_tiny_painter_measures_nothing(tmp_path, monkeypatch):
    watch = Stopwatch(LAID)
    monkeypatch.setattr(auto_precision, "fastest", watch)
    folder = tiny_painter(tmp_path / "painter")
    painter = open_painter(folder, device="cpu", precision="auto")
    assert list(painter.paint([asked("a cat", steps=60)])) and not watch.asked
    assert painter.precision == "fp32"


def test_draw_says_in_a_picture_what_it_was_computed_in(tmp_path):
    painter = open_painter(tiny_painter(tmp_path / "painter"), device="cpu", precision="bf16")
    ((_, png),) = draw([asked("a cat")], painter, karras=True)
    (tmp_path / "a.png").write_bytes(png)
    assert ("Precision", "bf16") in read_infotext(tmp_path / "a.png").others


def test_quicker_dtype_is_for_large_writers_only(watch, monkeypatch):
    watch.found = BF16
    model = nn.Sequential(nn.Embedding(8, 4), nn.Linear(4, 8))
    model.device, model.dtype = CPU, torch.float32
    assert fastest_dtype(model, "auto") == torch.bfloat16
    assert fastest_dtype(model, "fp32") == torch.float32
    monkeypatch.setattr(auto_precision, "LEAST_MACS", 1e9)
    monkeypatch.setattr(auto_precision, "_known", {})
    auto_precision._file().unlink()
    assert fastest_dtype(model, "auto") == torch.float32


# What people set, and what does not depend on it


def test_settings_take_a_precision_and_refuse_another():
    assert load_settings("starter").precision == "auto"
    assert load_settings("starter", ["precision=bf16"]).precision == "bf16"
    with pytest.raises(ConfigError, match="precision: input should be 'auto', 'fp32' or 'bf16'"):
        load_settings("starter", ["precision=fp16"])


def test_nothing_is_due_in_another_precision():
    book = new_book()
    made(book)
    studio = doubles("precision=bf16")
    assert all(not stage.due(book, studio) for stage in STAGES.values())
    starter = [Studio(load_settings("starter", [f"precision={each}"])) for each in ("fp32", "bf16")]
    names = [[each.id for each in candidates(book, studio, 1)] for studio in starter]
    assert names[0] == names[1]
    for door in ("painter_name", "enlarger_name"):
        assert getattr(starter[0], door)() == getattr(starter[1], door)()


# What pictures lose


WORDS = (
    "watercolour of an orange striped cat that runs in a garden, day",
    "crayon of a brown dog that sits at the beach, sunset",
)


SMALL = {"width_px": 128, "height_px": 128, "steps": 4}
"""A processor without units for bf16 paints a picture of the size that ships for a minute."""


# Pictures of the size that ships say of bf16 what the small one does.
@pytest.fixture(
    scope="module",
    params=[
        pytest.param((WORDS[0], SMALL), id="small"),
        *(pytest.param((words, {}), marks=pytest.mark.slow) for words in WORDS),
    ],
)
def pictures(request):
    """A picture of the shipped painter in fp32 and in bf16, and its plate."""
    words, changes = request.param
    found = {}
    for precision in ("fp32", "bf16"):
        studio = Studio(load_settings("starter", [f"precision={precision}", "device=cpu"]))
        habits = studio.sampling.model_dump(include={"width_px", "height_px", "steps", "guidance"})
        requests = [asked(words, **habits | changes)]
        with studio.painter() as painter:
            drawn = list(painter.paint(requests))
        picture = found["fp32"][0][0] if found else drawn[0]
        with studio.enlarger() as enlarger:
            width = 4 * picture.width
            plate = enlarger.enlarge(picture, requests[0].prompt, width_px=width, seed=1)
        found[precision] = (drawn, plate)
    return found


def test_pictures_of_the_starter_in_bf16_are_within_40_db_of_fp32(pictures):
    for plain, half in zip(pictures["fp32"][0], pictures["bf16"][0], strict=True):
        assert LEAST_DB < psnr_db(plain, half) < float("inf")


def test_plates_of_the_starter_in_bf16_are_within_40_db_of_fp32(pictures):
    assert LEAST_DB < psnr_db(pictures["fp32"][1], pictures["bf16"][1]) < float("inf")


def test_critic_of_the_starter_says_in_bf16_what_it_says_in_fp32(pictures):
    seen = []
    for precision in ("fp32", "bf16"):
        studio = Studio(load_settings("starter", [f"precision={precision}", "device=cpu"]))
        with studio.critic() as critic:
            seen.append(critic.encode_image(pictures["fp32"][0][0]))
    assert seen[0].dtype == seen[1].dtype == torch.float32
    # 8 bits a number: each sum of a layer is off by about 2^-9 of its size, all by a few per cent.
    assert 0.99 < float(seen[0] @ seen[1]) < 1 and not torch.equal(*seen)
