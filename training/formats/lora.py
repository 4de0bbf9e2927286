"""LoRA adapters: as peft holds them, as diffusers keeps them, and as kohya and A1111 do.

In all of them a layer's weight W becomes W + alpha / rank * up @ down (Hu et al. 2021).
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from diffusers.loaders.lora_base import LORA_ADAPTER_METADATA_KEY
from peft import LoraConfig, set_peft_model_state_dict
from peft.tuners.lora import LoraLayer
from torch import Tensor, nn
from transformers import CLIPTextModel

from storybook.errors import TrainingError
from storybook.files import save_weights
from storybook.models.weights import SavePrecision
from training.formats.header import DTYPES, Origin, Training, header_of, kohya_header, with_hashes
from training.formats.keys import TEXT_MODEL, with_text_model

DIFFUSERS_FILE = "pytorch_lora_weights.safetensors"
ADAPTER = "default"
"""What peft calls an adapter that nobody named."""
KOHYA = {"unet": "lora_unet_", "text_encoder": "lora_te_"}

DORA_IN_KOHYA = (
    "A1111 takes DoRA's lengths in this form for those of inputs and draws other weights, and "
    "diffusers leaves them out: give it the other form"
)
"""What is said where an adapter with DoRA is saved in kohya's form."""

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
TRANSFORMER = (*ATTENTION, "proj_in", "proj_out", "ff.net.0.proj", "ff.net.2")
"""Every linear layer and 1 x 1 convolution of the U-Net's transformers: kohya's choice."""
CONVOLUTIONS = ("conv1", "conv2", "conv_shortcut", "downsamplers.0.conv", "upsamplers.0.conv")
"""Of the residual blocks and between the sizes: what LoCon adds."""
TEXT = ("q_proj", "k_proj", "v_proj", "out_proj", "fc1", "fc2")
"""Every linear layer of the text encoder's blocks: kohya's choice."""


@dataclass(frozen=True, slots=True)
class Layer:
    """What an adapter adds to one layer."""

    down: Tensor
    """[rank, in], for a convolution [rank, in, h, w]."""
    up: Tensor
    """[out, rank], for a convolution [out, rank, 1, 1]."""
    alpha: float
    magnitude: Tensor | None = None
    """DoRA's length of each output, [out] (Liu et al. 2024)."""

    @property
    def rank(self) -> int:
        """How many directions the layer learns."""
        return len(self.down)


@dataclass(frozen=True, slots=True)
class Lora:
    """An adapter: its layers by the names that the models' own modules have."""

    unet: Mapping[str, Layer]
    text_encoder: Mapping[str, Layer] = field(default_factory=dict)

    @property
    def parts(self) -> dict[str, Mapping[str, Layer]]:
        """The parts that learnt something, by their names in a pipeline."""
        both = {"unet": self.unet, "text_encoder": self.text_encoder}
        return {name: layers for name, layers in both.items() if layers}

    @property
    def rank(self) -> int:
        """The rank of most layers."""
        return self._usual("rank")

    @property
    def alpha(self) -> float:
        """The alpha of most layers."""
        return self._usual("alpha")

    def _usual(self, fact: str) -> float:
        layers = [layer for part in self.parts.values() for layer in part.values()]
        return Counter(getattr(layer, fact) for layer in layers).most_common(1)[0][0]


def taught_lora(unet: UNet2DConditionModel, text_encoder: CLIPTextModel | None = None) -> Lora:
    """The adapter that peft holds in the models, copied.

    Raises TrainingError if there is none, or if it holds what is no number.
    """
    text = {} if text_encoder is None else _layers_in(text_encoder)
    lora = Lora(_layers_in(unet), with_text_model(text))
    if not lora.parts:
        raise TrainingError(f"No adapter {ADAPTER!r} is in the models: there is nothing to save.")
    for part, layers in lora.parts.items():
        for path, layer in layers.items():
            if not (layer.down.isfinite().all() and layer.up.isfinite().all()):
                raise TrainingError(
                    f"The adapter of {part}.{path} holds what is no number: it is not saved. "
                    "Go on from an earlier checkpoint with a smaller learning rate."
                )
    return lora


def put_on(
    lora: Lora,
    unet: UNet2DConditionModel,
    text_encoder: CLIPTextModel | None = None,
    name: str = "default",
) -> None:
    """Let peft hold `lora` in the models as its adapter `name`, ready to draw or to go on learning.

    Layers of the text encoder are left out if no encoder is given.
    """
    for model, part in ((unet, "unet"), (text_encoder, "text_encoder")):
        layers = lora.parts.get(part)
        if model is None or not layers:
            continue
        paths = {_own_path(model, path): layer for path, layer in layers.items()}
        model.add_adapter(LoraConfig(**_settings(paths)), adapter_name=name)
        tensors = _peft_tensors(paths)
        set_peft_model_state_dict(model, tensors, adapter_name=name)


def save_diffusers_lora(
    lora: Lora, folder: Path, *, precision: SavePrecision, origin: Origin
) -> Path:
    """Write `folder/pytorch_lora_weights.safetensors`; its path.

    diffusers and peft read alpha from `lora_adapter_metadata` in the header, and nowhere else.
    """
    tensors = {}
    settings = {}
    for part, layers in lora.parts.items():
        tensors |= {f"{part}.{name}": each for name, each in _peft_tensors(layers).items()}
        settings |= {f"{part}.{name}": value for name, value in _settings(layers).items()}
    header = header_of(origin.but(rank=lora.rank), "lora") | {
        "format": "pt",
        LORA_ADAPTER_METADATA_KEY: json.dumps(settings, sort_keys=True),
    }
    return _save(tensors, folder / DIFFUSERS_FILE, header, precision)


def save_kohya_lora(
    lora: Lora,
    file: Path,
    *,
    precision: SavePrecision,
    origin: Origin,
    training: Training | None = None,
) -> Path:
    """Write a `.safetensors` as kohya's trainer does, alpha kept; its path.

    A1111, Forge, ComfyUI and diffusers read it, but for DoRA: see `DORA_IN_KOHYA`.
    """
    header = header_of(origin.but(rank=lora.rank), "lora")
    header |= kohya_header(origin, training or Training(), lora.rank, lora.alpha)
    tensors = _cast(kohya_tensors(lora), precision)
    return _save(tensors, file, with_hashes(tensors, header), precision)


def kohya_tensors(lora: Lora) -> dict[str, Tensor]:
    """The adapter by kohya's names; `alpha` is a tensor of no dimensions."""
    tensors = {}
    for part, layers in lora.parts.items():
        for path, layer in layers.items():
            name = kohya_name(part, path)
            tensors[f"{name}.lora_down.weight"] = layer.down
            tensors[f"{name}.lora_up.weight"] = layer.up
            tensors[f"{name}.alpha"] = torch.tensor(float(layer.alpha))
            if layer.magnitude is not None:
                ones = [1] * (layer.down.ndim - 1)
                tensors[f"{name}.dora_scale"] = layer.magnitude.reshape(-1, *ones)
    return tensors


def kohya_name(part: str, path: str) -> str:
    """What kohya calls a layer.

    >>> kohya_name("unet", "down_blocks.0.attentions.0.proj_in")
    'lora_unet_down_blocks_0_attentions_0_proj_in'
    """
    return KOHYA[part] + path.replace(".", "_")


def _layers_in(model: nn.Module) -> dict[str, Layer]:
    layers = {}
    for path, module in model.named_modules():
        if not isinstance(module, LoraLayer) or ADAPTER not in module.lora_A:
            continue
        down, up = module.lora_A[ADAPTER].weight, module.lora_B[ADAPTER].weight
        magnitude = None
        if ADAPTER in module.lora_magnitude_vector:
            magnitude = module.lora_magnitude_vector[ADAPTER].weight.detach().flatten().clone()
        layers[path.removeprefix("base_model.model.")] = Layer(
            down.detach().clone(),
            up.detach().clone(),
            # From the scale, as rsLoRA's alpha / sqrt(rank) can be said in no file; rounded, as
            # 7 / 3 * 3 need not be 7.
            round(module.scaling[ADAPTER] * len(down), 6),
            magnitude,
        )
    return layers


def _settings(layers: Mapping[str, Layer]) -> dict[str, object]:
    """The LoraConfig that fits these layers, each named in full."""
    usual = Lora(layers)
    return {
        "r": usual.rank,
        "lora_alpha": usual.alpha,
        "rank_pattern": {p: each.rank for p, each in layers.items() if each.rank != usual.rank},
        "alpha_pattern": {p: each.alpha for p, each in layers.items() if each.alpha != usual.alpha},
        "target_modules": sorted(layers),
        "use_dora": any(layer.magnitude is not None for layer in layers.values()),
    }


def _peft_tensors(layers: Mapping[str, Layer]) -> dict[str, Tensor]:
    tensors = {}
    for path, layer in layers.items():
        tensors[f"{path}.lora_A.weight"] = layer.down
        tensors[f"{path}.lora_B.weight"] = layer.up
        if layer.magnitude is not None:
            ones = [1] * (layer.down.ndim - 2)
            shape = (1, -1, *ones) if ones else (-1,)
            # With `.weight`, or transformers 5 makes a text encoder's lengths anew, in silence.
            tensors[f"{path}.lora_magnitude_vector.weight"] = layer.magnitude.reshape(shape)
    return tensors


def _own_path(model: nn.Module, path: str) -> str:
    """`path` as `model` calls it: newer text encoders have no `text_model`."""
    bare = path.removeprefix(TEXT_MODEL)
    return path if hasattr(model, "text_model") else bare


def _cast(tensors: Mapping[str, Tensor], precision: SavePrecision) -> dict[str, Tensor]:
    return {
        name: tensor.to("cpu", DTYPES[precision]).contiguous() for name, tensor in tensors.items()
    }


def _save(
    tensors: Mapping[str, Tensor], file: Path, header: dict[str, str], precision: SavePrecision
) -> Path:
    save_weights(_cast(tensors, precision), file, header)
    return file
