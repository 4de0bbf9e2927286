"""What adapters of every kind make of a layer: held to peft's merging, and to forward passes."""

import copy
from pathlib import Path

import pytest
import torch
from peft import IA3Config, LoHaConfig, LoKrConfig, LoraConfig, get_peft_model
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from storybook.errors import ModelError
from storybook.models.adapter_files import read_adapter
from storybook.models.adapter_kinds import KINDS, kind_of

CLOSE = {"rtol": 1e-4, "atol": 1e-5}
"""Single precision over sums of at most 150 products of numbers of about one."""
TARGETS = ["lin", "square", "conv", "point"]


class Layers(nn.Module):
    """One of each layer that an adapter may change."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.lin, self.square = nn.Linear(24, 32), nn.Linear(16, 16)
        self.conv, self.point = nn.Conv2d(16, 24, 3, padding=1), nn.Conv2d(16, 32, 1)
        self.norm = nn.LayerNorm(16)

    def forward(self, x: Tensor) -> Tensor:
        return self.lin(x)


def shuffled(model: nn.Module, seed: int = 1) -> None:
    """Give every number that an adapter learns something to say."""
    chance = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if any(mark in name for mark in ("lora_", "hada_", "lokr_", "ia3_")):
                noise = torch.randn(weight.shape, generator=chance)
                if "magnitude" in name or "ia3" in name:
                    weight.mul_(1 + 0.3 * noise)
                else:
                    weight.copy_(0.4 * noise)


def melted(path: Path, model: Layers) -> Layers:
    """The layers with what is read from `path`, as a text encoder's."""
    model = copy.deepcopy(model)
    with torch.no_grad():
        for place, change in read_adapter(path, {"text_encoder": model}).values():
            weight, bias = change.applied(place.module.weight, place.module.bias)
            place.module.weight.copy_(weight)
            place.module.bias.copy_(bias)
    return model


def written(file: Path, layer: str, **tensors: Tensor) -> Path:
    """A file in kohya's names that changes one layer."""
    start = f"lora_te_text_model_{layer}."
    named = {start + name.replace("__", "."): each for name, each in tensors.items()}
    save_file({name: each.contiguous() for name, each in named.items()}, file)
    return file


CONFIGS = {
    "lora": LoraConfig(r=3, lora_alpha=7, target_modules=TARGETS),
    "uneven": LoraConfig(
        r=3,
        lora_alpha=7,
        target_modules=TARGETS,
        use_rslora=True,
        rank_pattern={"conv": 5},
        alpha_pattern={"lin": 2},
    ),
    "dora": LoraConfig(r=3, lora_alpha=7, target_modules=TARGETS, use_dora=True),
    "loha": LoHaConfig(r=3, alpha=7, target_modules=TARGETS, use_effective_conv2d=True),
    "loha whole": LoHaConfig(r=3, alpha=7, target_modules=TARGETS),
    "lokr": LoKrConfig(r=2, alpha=7, target_modules=TARGETS, use_effective_conv2d=True),
    "lokr both": LoKrConfig(
        r=1, alpha=3, target_modules=TARGETS, decompose_both=True, decompose_factor=4
    ),
    "lokr whole": LoKrConfig(r=64, alpha=7, target_modules=TARGETS),
    "ia3": IA3Config(target_modules=TARGETS, feedforward_modules=["square", "point"]),
}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_peft_folder_changes_what_peft_itself_merges(tmp_path: Path, name: str) -> None:
    model = Layers()
    taught = get_peft_model(copy.deepcopy(model), CONFIGS[name])
    shuffled(taught)
    taught.save_pretrained(tmp_path)
    wanted = taught.merge_and_unload().state_dict()
    found = melted(tmp_path, model).state_dict()
    assert found.keys() == wanted.keys()
    for each, weight in wanted.items():
        assert torch.allclose(found[each], weight, **CLOSE), each
    changed = [n for n, each in model.state_dict().items() if not torch.allclose(each, found[n])]
    assert len(changed) >= len(TARGETS)


@pytest.mark.parametrize("name", ["lora", "dora"])
def test_peft_s_weights_alone_are_read_with_alpha_as_the_rank(tmp_path: Path, name: str) -> None:
    taught = get_peft_model(Layers(), _with_alpha(name, 3))
    shuffled(taught)
    taught.save_pretrained(tmp_path)
    (tmp_path / "adapter_config.json").unlink()
    wanted = taught.merge_and_unload().state_dict()
    for path in (tmp_path, tmp_path / "adapter_model.safetensors"):
        found = melted(path, Layers()).state_dict()
        assert all(torch.allclose(found[each], wanted[each], **CLOSE) for each in wanted)


def _with_alpha(name: str, alpha: int) -> LoraConfig:
    config = copy.deepcopy(CONFIGS[name])
    config.lora_alpha = alpha
    return config


def test_a_convolution_with_a_core_is_three_in_a_row(tmp_path: Path) -> None:
    """LoCon with `lora_mid`: a 1 x 1, a 3 x 3 and a 1 x 1 beside the layer."""
    model, x = Layers(), torch.randn(1, 16, 5, 5)
    down, mid, up = torch.randn(3, 16, 1, 1), torch.randn(3, 3, 3, 3), torch.randn(24, 3, 1, 1)
    file = written(
        tmp_path / "a.safetensors",
        "conv",
        lora_down__weight=down,
        lora_mid__weight=mid,
        lora_up__weight=up,
        alpha=torch.tensor(6.0),
    )
    beside = functional.conv2d(functional.conv2d(x, down), mid, padding=1)
    wanted = model.conv(x) + 2 * functional.conv2d(beside, up)
    assert torch.allclose(melted(file, model).conv(x), wanted, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("layer", ["point", "lin"])
@pytest.mark.parametrize("form", ["matrix", "convolution"])
def test_a_matrix_is_a_convolution_of_one_pixel(tmp_path: Path, layer: str, form: str) -> None:
    model = Layers()
    own = getattr(model, layer).weight
    down, up = torch.randn(2, own.shape[1]), torch.randn(len(own), 2)
    wanted = own.flatten(1) + up @ down
    if form == "convolution":
        down, up = down[:, :, None, None], up[:, :, None, None]
    file = written(tmp_path / "a.safetensors", layer, lora_down__weight=down, lora_up__weight=up)
    found = getattr(melted(file, model), layer).weight
    assert found.shape == own.shape and torch.allclose(found.flatten(1), wanted, **CLOSE)


@pytest.mark.parametrize("layer", ["lin", "conv", "square"])
@pytest.mark.parametrize("of", ["outputs", "inputs"])
def test_dora_in_kohya_s_names_is_of_what_its_shape_says(
    tmp_path: Path, layer: str, of: str
) -> None:
    """[out, 1] is a length of each output, [1, in] of each input, as LyCORIS writes them."""
    model = Layers()
    own = getattr(model, layer).weight
    down, up = torch.randn(2, *own.shape[1:]), torch.randn(len(own), 2, *[1] * (own.ndim - 2))
    axis = 0 if of == "outputs" else 1
    lengths = torch.rand(own.shape[axis]) + 0.5
    shape = [1] * own.ndim
    shape[axis] = -1
    file = written(
        tmp_path / "a.safetensors",
        layer,
        lora_down__weight=down,
        lora_up__weight=up,
        alpha=torch.tensor(1.0),
        dora_scale=lengths.reshape(shape),
    )
    found = getattr(melted(file, model), layer).weight
    plain = own + (up.flatten(1) @ down.flatten(1)).reshape(own.shape) / 2
    for channel, length in enumerate(lengths):
        vector, before = found.select(axis, channel), plain.select(axis, channel)
        assert torch.allclose(vector, before * length / before.norm(), **CLOSE)


@pytest.mark.parametrize(
    "end",
    [
        "lora_magnitude_vector",
        "lora_magnitude_vector.weight",
        "lora_magnitude_vector.default.weight",
        "dora_scale",
    ],
)
def test_a_length_of_each_output_has_many_names(tmp_path: Path, end: str) -> None:
    model, lengths = Layers(), torch.rand(16) + 0.5
    start = "text_encoder.square."
    save_file(
        {
            f"{start}lora_A.weight": torch.zeros(2, 16),
            f"{start}lora_B.weight": torch.zeros(16, 2),
            start + end: lengths,
        },
        tmp_path / "a.safetensors",
    )
    found = melted(tmp_path / "a.safetensors", model).square.weight
    assert torch.allclose(found.norm(dim=1), lengths, **CLOSE)


def test_lycoris_s_factors_differences_and_norms_are_applied(tmp_path: Path) -> None:
    model = Layers()
    factors, change = torch.rand(32), torch.randn(32, 24)
    file = tmp_path / "a.safetensors"
    for on_input, own in ((0, factors), (1, factors[:24])):
        written(file, "lin", weight=own, on_input=torch.tensor(on_input))
        found, scale = melted(file, model), 1 + (own if on_input else own[:, None])
        assert torch.allclose(found.lin.weight, model.lin.weight * scale, **CLOSE)
        assert torch.equal(found.lin.bias, model.lin.bias), "only the weight, as LyCORIS does"
    written(file, "lin", diff=change, diff_b=torch.ones(32))
    found = melted(file, model)
    assert torch.allclose(found.lin.weight, model.lin.weight + change, **CLOSE)
    assert torch.allclose(found.lin.bias, model.lin.bias + 1, **CLOSE)
    written(file, "norm", w_norm=torch.ones(16), b_norm=torch.full((16,), 2.0))
    found = melted(file, model)
    assert torch.allclose(found.norm.weight, torch.full((16,), 2.0), **CLOSE)
    assert torch.allclose(found.norm.bias, torch.full((16,), 2.0), **CLOSE)


@pytest.mark.parametrize(
    ("ends", "kind"),
    [
        ("down up", "LoRA"),
        ("down up mid alpha dora_scale", "LoRA"),
        ("down", None),
        ("down up hada_w1_a", None),
        ("hada_w1_a hada_w1_b hada_w2_a", None),
        ("lokr_w1 lokr_w2_a lokr_w2_b lokr_t2 alpha", "LoKr"),
        ("lokr_w1_a lokr_w2", None),
        ("weight", None),
        ("weight on_input", "IA3"),
        ("alpha", None),
        ("diff_b", "differences"),
    ],
)
def test_kind_of_wants_a_kind_whole(ends: str, kind: str | None) -> None:
    found = kind_of(ends.split())
    assert (found and found.name) == kind and (found is None or found in KINDS)


REFUSED = {
    "OFT": {"oft_blocks": (2, 8, 8), "alpha": ()},
    "BOFT": {"boft_R": (2, 8, 8)},
    "GLoRA": {"a1.weight": (2, 16), "a2.weight": (16, 2)},
    "AdaLoRA": {"lora_A": (2, 16), "lora_B": (16, 2), "lora_E": (2, 1)},
    "VeRA": {"vera_lambda_d": (2,)},
    "biases": {"lora_A.weight": (2, 16), "lora_B.weight": (16, 2), "lora_B.bias": (16,)},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_read_is_called_by_its_name(tmp_path: Path, name: str) -> None:
    start, ends = "text_encoder.square.", REFUSED[name]
    tensors = {start + end: torch.zeros(size) for end, size in ends.items()}
    save_file(tensors, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=rf"a\.safetensors .*It is .*{name}.*, which is not read"):
        melted(tmp_path / "a.safetensors", Layers())


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["lora_te2_text_model_square.lora_up.weight"], "an adapter for Stable Diffusion XL"),
        (["emb_params"], r"textual inversion \(draw\.embeddings\)"),
        (
            ["lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight"],
            "a Flux, or an adapter for one",
        ),
        (["base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight"], "a language model"),
        (["model.diffusion_model.out.2.weight"], r"a whole painter \(draw\.painter\)"),
        (["first_stage_model.quant_conv.weight"], r"an autoencoder \(draw\.vae\)"),
        (["control_model.input_hint_block.0.bias"], "a ControlNet"),
    ],
)
def test_what_is_no_adapter_is_called_by_its_name(tmp_path: Path, names: list, what: str) -> None:
    save_file({name: torch.zeros(2, 2) for name in names}, tmp_path / "a.safetensors")
    with pytest.raises(ModelError, match=f"changes nothing: .*It is .*{what}"):
        melted(tmp_path / "a.safetensors", Layers())


def test_half_a_layer_and_nonsense_beside_it_are_one_line(tmp_path: Path) -> None:
    taught = get_peft_model(Layers(), CONFIGS["loha"])
    taught.save_pretrained(tmp_path)
    file = tmp_path / "adapter_model.safetensors"
    whole = load_file(file)
    save_file({n: each for n, each in whole.items() if "w2_a" not in n}, file)
    with pytest.raises(ModelError, match=r"its text_encoder.*has hada_"):
        melted(tmp_path, Layers())
    save_file(whole, file)
    (tmp_path / "adapter_config.json").write_text('{"r": "many", "alpha": [1]}')
    with pytest.raises(ModelError, match=r"rank and alpha beside the tensors of .* cannot be"):
        melted(tmp_path, Layers())
