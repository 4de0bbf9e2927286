"""Adapters that prompts ask for by name: fused for their pictures, and taken out again."""

from pathlib import Path

import pytest
import torch
from peft import LoraConfig, get_peft_model
from PIL import Image
from safetensors.torch import load_file, save_file

from storybook.errors import ModelError
from storybook.models.checkpoint import Checkpoint
from storybook.models.fuse_lora import fuse_lora, fused
from storybook.models.painting import DiffusionPainter, open_painter
from storybook.models.weights import Adapter
from tiny_sd import alike, asked, difference, tiny_lora, tiny_painter


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    tiny_painter(home / "tiny")
    lora = load_file(tiny_lora(home / "pet"))
    torch.manual_seed(4)
    spoken = "text_encoder.text_model.encoder.layers.0.self_attn.q_proj"
    lora |= {
        f"{spoken}.lora_A.weight": torch.randn(2, 16),
        f"{spoken}.lora_B.weight": torch.randn(16, 2),
    }
    save_file(lora, home / "rex.safetensors")
    save_file(load_file(tiny_lora(home / "ink", seed=5)), home / "ink.safetensors")
    return home


@pytest.fixture(scope="module")
def painter(home: Path) -> DiffusionPainter:
    loras = {name: home / f"{name}.safetensors" for name in ("rex", "ink")}
    return open_painter(home / "tiny", device="cpu", batch=3, loras=loras)


def weights_of(painter: DiffusionPainter) -> dict[str, torch.Tensor]:
    parts = (painter.pipe.unet, painter.pipe.text_encoder)
    states = [part.state_dict() for part in parts]
    return {
        f"{n}{name}": each.clone() for n, state in enumerate(states) for name, each in state.items()
    }


def same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def drawn(painter: DiffusionPainter, prompt: str) -> Image.Image:
    (picture,) = painter.paint([asked(prompt)])
    return picture


def test_fused_draws_as_a_painter_with_that_adapter_does(home: Path, painter: DiffusionPainter):
    before = weights_of(painter)
    plain = drawn(painter, "a cat")
    for weight in (0.8, -0.5, 1.0):
        always = open_painter(
            home / "tiny", [Adapter(home / "rex.safetensors", weight)], device="cpu"
        )
        wanted, found = drawn(always, "a cat"), drawn(painter, f"a cat<lora:rex:{weight}>")
        assert difference(found, wanted) <= 1 and difference(found, plain) > 1
    both = [Adapter(home / "rex.safetensors", 0.8), Adapter(home / "ink.safetensors", 0.5)]
    always = open_painter(home / "tiny", both, device="cpu")
    found = drawn(painter, "a cat<lora:rex:0.8><lora:ink:0.5>")
    assert difference(found, drawn(always, "a cat")) <= 1
    assert same(weights_of(painter), before), "to the bit"


def test_fused_weighs_text_encoder_and_unet_by_themselves(home: Path, painter: DiffusionPainter):
    def heard() -> torch.Tensor:
        return painter.encode("a cat").prompt_embeds

    plain, file = heard(), home / "rex.safetensors"
    with fused(painter.pipe, [Adapter(file, 0.8, 0.0)]):
        assert alike(heard(), plain)
    with fused(painter.pipe, [Adapter(file, 0.0, 0.8)]):
        assert not alike(heard(), plain, 100)
    pictures = [drawn(painter, f"a cat<lora:rex:{marks}>") for marks in ("1", "0:1", "te=0:unet=1")]
    assert difference(pictures[0], pictures[1]) > 1 and difference(pictures[0], pictures[2]) > 1
    digests = {Adapter(file, *both).digest for both in ((1.0,), (0.5,), (1.0, 0.0), (0.0, 1.0))}
    assert len(digests) == 4 and Adapter(file, 0.5, 0.5).digest == Adapter(file, 0.5).digest


def test_a_picture_depends_on_its_own_request_only(painter: DiffusionPainter):
    prompts = [
        "a cat",
        "a cat<lora:rex:0.8>",
        "a dog <lora:rex:0.8>",
        "a cat",
        "<lora:ink:1> a fox",
        "a cat <lora:nobody:1>",
    ]
    requests = [asked(prompt, seed=seed) for seed, prompt in enumerate(prompts)]
    together = list(painter.paint(requests))
    for request, picture in zip(requests, together, strict=True):
        assert difference(picture, next(painter.paint([request]))) <= 1
    back = list(painter.paint(requests[::-1]))[::-1]
    assert all(difference(a, b) <= 1 for a, b in zip(together, back, strict=True))


def test_fused_restores_weights_whatever_happens(home: Path, painter: DiffusionPainter):
    before = weights_of(painter)
    pictures = painter.paint([asked("a cat<lora:rex:1>", seed=n) for n in range(5)])
    next(pictures)
    assert not same(weights_of(painter), before)
    pictures.close()
    assert same(weights_of(painter), before)
    with (
        pytest.raises(ZeroDivisionError),
        fused(painter.pipe, [Adapter(home / "rex.safetensors")]),
    ):
        raise ZeroDivisionError
    assert same(weights_of(painter), before)


def test_fused_leaves_all_out_where_one_does_not_fit(
    home: Path, painter: DiffusionPainter, tmp_path: Path
):
    before, rex = weights_of(painter), Adapter(home / "rex.safetensors")
    wide = {
        name: torch.cat([each, each], 1) if "lora_A" in name else each
        for name, each in load_file(home / "ink.safetensors").items()
    }
    save_file(wide, tmp_path / "wide.safetensors")
    save_file({"x.lora_A.weight": torch.ones(2, 2)}, tmp_path / "odd.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((home / "rex.safetensors").read_bytes()[:200])
    for name, says in (
        ("wide", "was taught on another model"),
        ("odd", "changes nothing"),
        ("cut", "is empty, cut off"),
    ):
        file = tmp_path / f"{name}.safetensors"
        with pytest.raises(ModelError, match=says), fused(painter.pipe, [rex, Adapter(file)]):
            pass
        assert same(weights_of(painter), before), name
    assert difference(drawn(painter, "a cat<lora:rex:1>"), drawn(painter, "a cat")) > 1


def test_fuse_lora_for_good_is_as_strong_as_asked(home: Path):
    one = open_painter(home / "tiny", device="cpu")
    before = weights_of(one)
    fuse_lora(one.pipe, Adapter(home / "ink.safetensors", 0.5))
    lora = load_file(home / "ink.safetensors")
    block = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    change = lora[f"unet.{block}.lora_B.weight"] @ lora[f"unet.{block}.lora_A.weight"]
    found = weights_of(one)[f"0{block}.weight"] - before[f"0{block}.weight"]
    assert torch.allclose(found, change / 2, atol=1e-5)


SPOKEN = "text_model.encoder.layers.0.self_attn"


@pytest.mark.parametrize(
    ("form", "some"),
    [  # each form and each choice of layers once, the rest slow: which layers is no matter of forms
        pytest.param(form, some, marks=() if number == place else pytest.mark.slow)
        for number, form in enumerate(("kohya", "diffusers", "peft"))
        for place, some in enumerate((("q",), ("q", "v"), ("out",)))
    ],
)
def test_fuse_lora_takes_any_layers_of_the_text_encoder(
    home: Path, tmp_path: Path, form: str, some: tuple[str, ...]
):
    torch.manual_seed(6)
    names = {
        "kohya": ("lora_te_{}_{}_proj.lora_down.weight", "lora_te_{}_{}_proj.lora_up.weight"),
        "diffusers": (
            "text_encoder.{}.{}_proj.lora_linear_layer.down.weight",
            "text_encoder.{}.{}_proj.lora_linear_layer.up.weight",
        ),
        "peft": (
            "base_model.model.{}.{}_proj.lora_A.weight",
            "base_model.model.{}.{}_proj.lora_B.weight",
        ),
    }
    spoken = SPOKEN.replace(".", "_") if form == "kohya" else SPOKEN
    pairs = {each: (torch.randn(2, 16), torch.randn(16, 2)) for each in some}
    tensors = {
        name.format(spoken, each): half
        for each, both in pairs.items()
        for name, half in zip(names[form], both, strict=True)
    }
    save_file(tensors, tmp_path / "a.safetensors")
    one = open_painter(home / "tiny", device="cpu")
    before = weights_of(one)
    fuse_lora(one.pipe, Adapter(tmp_path / "a.safetensors", 0.5))
    after = weights_of(one)
    for each, (down, up) in pairs.items():
        name = f"1{SPOKEN}.{each}_proj.weight"
        assert torch.allclose(after[name], before.pop(name) + up @ down / 2, atol=1e-5)
    assert all(torch.equal(after[name], each) for name, each in before.items())


@pytest.mark.parametrize("way", ["parts", "unet", "file", "alone"])
def test_a_painter_opens_what_peft_saved_of_it(home: Path, tmp_path: Path, way: str):
    """As peft's own script leaves it, a folder for each part; or one of them; or its weights."""
    one = open_painter(home / "tiny", device="cpu")
    torch.manual_seed(8)
    wanted = {}
    for part, targets in (("unet", ["to_q", "proj_in"]), ("text_encoder", ["fc1"])):
        config = LoraConfig(r=2, lora_alpha=2 if way == "alone" else 6, target_modules=targets)
        taught = get_peft_model(getattr(one.pipe, part), config)
        for name, weight in taught.named_parameters():
            if ".lora_B." in name:
                torch.nn.init.normal_(weight, std=0.3)
        taught.save_pretrained(tmp_path / "pet" / part)
        wanted[part] = taught.merge_and_unload().state_dict()
    path = tmp_path / "pet" / ("" if way == "parts" else "unet")
    if way in ("file", "alone"):
        path /= "adapter_model.safetensors"
    if way == "alone":
        path = path.rename(tmp_path / "pet.safetensors")
    painter = open_painter(home / "tiny", [Adapter(path)], device="cpu")
    assert painter.name == Checkpoint(home / "tiny").name([Adapter(path)])
    for part, state in wanted.items():
        own = getattr(painter.pipe, part).state_dict()
        like = all(torch.allclose(own[name], each, atol=1e-5) for name, each in state.items())
        assert like == (part == "unet" or way == "parts"), part


def test_fuse_lora_takes_dora_as_strong_as_asked(home: Path, tmp_path: Path):
    """At 0 it changes nothing, between 0 and 1 the weights are between; a LoRA is the same."""
    name = "down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    lora = load_file(home / "ink.safetensors")
    lora[f"unet.{name}.lora_magnitude_vector"] = torch.rand(32) + 0.5
    save_file(lora, tmp_path / "dora.safetensors")
    weights = []
    for strength in (0.0, 0.5, 1.0):
        one = open_painter(home / "tiny", device="cpu")
        before = weights_of(one)[f"0{name}.weight"]
        fuse_lora(one.pipe, Adapter(tmp_path / "dora.safetensors", strength))
        weights.append(weights_of(one)[f"0{name}.weight"])
    assert torch.equal(weights[0], before)
    assert torch.allclose(weights[1], (before + weights[2]) / 2, atol=1e-6)
    lengths = lora[f"unet.{name}.lora_magnitude_vector"]
    assert torch.allclose(weights[2].norm(dim=1), lengths, atol=1e-5)


def test_one_that_goes_in_the_middle_is_said(home: Path, tmp_path: Path):
    file = tmp_path / "rex.safetensors"
    file.write_bytes((home / "rex.safetensors").read_bytes())
    painter = open_painter(home / "tiny", device="cpu", loras={"rex": file})
    before = weights_of(painter)
    pictures = painter.paint([asked("a cat<lora:rex:1>"), asked("a dog"), asked("<lora:rex:1>")])
    next(pictures)
    file.unlink()
    next(pictures)
    with pytest.raises(ModelError, match=r"rex\.safetensors holds no adapter"):
        next(pictures)
    assert same(weights_of(painter), before)


def test_weights_beyond_all_measure_are_one_clear_line(painter: DiffusionPainter):
    before = weights_of(painter)
    with pytest.raises(ModelError, match=r"draws no numbers.*a LoRA's weight is too large"):
        drawn(painter, "a cat<lora:rex:1e38>")
    assert same(weights_of(painter), before)
