"""Reading LoRA adapters in every form that people have, and saying which one fits nowhere."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from diffusers import UNet2DConditionModel
from diffusers.loaders.lora_base import LORA_ADAPTER_METADATA_KEY
from peft.utils.other import get_pattern_key
from torch import Tensor, nn
from transformers import CLIPTextModel

from storybook.errors import ModelError
from storybook.models.weights import header_text, read_json, read_tensors
from training.formats.keys import TEXT_MODEL
from training.formats.lora import Layer, Lora, kohya_name

FILES = ("pytorch_lora_weights.safetensors", "adapter_model.safetensors",
         "pytorch_lora_weights.bin", "adapter_model.bin")  # fmt: skip
"""What diffusers and peft call an adapter in its folder."""

PEFT_CONFIG = "adapter_config.json"

DOWN = r"lora_down\.weight|lora_A(?:\.default)?\.weight|lora(?:_linear_layer)?\.down\.weight"
UP = r"lora_up\.weight|lora_B(?:\.default)?\.weight|lora(?:_linear_layer)?\.up\.weight"
MAGNITUDE = r"dora_scale|lora_magnitude_vector(?:\.default)?(?:\.weight)?"
NAME = re.compile(
    rf"(?P<layer>.+?)\.(?:(?P<down>{DOWN})|(?P<up>{UP})|(?P<alpha>alpha)|(?P<magnitude>{MAGNITUDE}))"
)
"""A tensor's name: that of its layer, then what it is to the layer."""

PROCESSOR = re.compile(r"(?:\.processor)?\.to_(q|k|v|out)_lora\.")
"""diffusers before 0.21 said `attn1.processor.to_q_lora` of the layer `attn1.to_q`."""
IN_UNET = {"q": "to_q", "k": "to_k", "v": "to_v", "out": "to_out.0"}
IN_TEXT = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "out": "out_proj"}


@dataclass(frozen=True, slots=True)
class _Place:
    """A layer of a model that an adapter may change."""

    part: str
    path: str
    module: nn.Module


def read_lora(
    path: Path, unet: UNet2DConditionModel, text_encoder: CLIPTextModel | None = None
) -> Lora:
    """The adapter in a file or a folder, of kohya, diffusers (new or old) or peft.

    Layers of the text encoder are left out if no encoder is given. Where no alpha is said, it is
    the rank. Raises ModelError if the file is broken, if it holds no adapter, or if a layer of it
    is none of these models'; the message says what it looked like.
    """
    file = _file_of(path)
    tensors = read_tensors(file)
    places = _places("unet", unet) | _places("text_encoder", text_encoder)
    found: dict[str, dict[str, Tensor]] = {}
    strange = []
    for name, tensor in tensors.items():
        apart = NAME.fullmatch(PROCESSOR.sub(_as_today, name))
        layer = _full_name(apart["layer"]) if apart else name
        if text_encoder is None and layer.startswith(("lora_te", "text_encoder.")):
            continue
        if layer not in places:
            strange.append(name)
        else:
            found.setdefault(layer, {})[apart.lastgroup] = tensor
    if strange or not found:
        raise ModelError(_complaint(file, list(tensors), strange))
    settings = _settings(file)
    lora = Lora({}, {})
    for name, roles in found.items():
        place = places[name]
        layers = lora.unet if place.part == "unet" else lora.text_encoder
        layers[place.path] = _layer(file, place, roles, settings)
    return lora


def _file_of(path: Path) -> Path:
    if not path.is_dir():
        return path
    for name in FILES:
        if (path / name).is_file():
            return path / name
    raise ModelError(
        f"{path} holds no adapter. Name a file, or a folder with {' or '.join(FILES)}."
    )


def _places(part: str, model: nn.Module | None) -> dict[str, _Place]:
    """The layers of a model by every name that a file may call them by."""
    places = {}
    for own, module in model.named_modules() if model is not None else ():
        base = getattr(module, "base_layer", module)  # under an adapter that is put on already
        if isinstance(base, nn.Linear | nn.Conv2d):
            path = own if part == "unet" else TEXT_MODEL + own.removeprefix(TEXT_MODEL)
            place = _Place(part, path, base)
            places |= {kohya_name(part, path): place, f"{part}.{path}": place}
    return places


def _as_today(old: re.Match[str]) -> str:
    names = IN_TEXT if old.string[: old.start()].endswith("self_attn") else IN_UNET
    return f".{names[old[1]]}.lora."


def _full_name(layer: str) -> str:
    """The name with all that some writers leave out, without what others put in."""
    if layer.startswith("lora_"):
        return layer.replace("lora_te1_", "lora_te_", 1)
    layer = layer.replace("base_model.model.", "", 1)
    if layer.startswith("text_encoder."):
        return (
            "text_encoder."
            + TEXT_MODEL
            + layer.removeprefix("text_encoder.").removeprefix(TEXT_MODEL)
        )
    return layer if layer.startswith("unet.") else f"unet.{layer}"


def _settings(file: Path) -> dict[str, object]:
    """What is said of rank and alpha beside the tensors, by `<part>.<setting>`."""
    if file.suffix == ".safetensors":
        said = json.loads(header_text(file).get(LORA_ADAPTER_METADATA_KEY, "{}"))
        if said:
            return said
    beside = file.with_name(PEFT_CONFIG)
    return {f"unet.{k}": v for k, v in read_json(beside).items()} if beside.is_file() else {}


def _layer(
    file: Path, place: _Place, roles: Mapping[str, Tensor], settings: Mapping[str, object]
) -> Layer:
    name = f"{place.part}.{place.path}"
    if "down" not in roles or "up" not in roles:
        raise ModelError(f"{file} has only one half of {name}. Fetch the adapter again.")
    down, up = roles["down"], roles["up"]
    weight = place.module.weight
    if (len(up), *down.shape[1:]) != tuple(weight.shape) or len(down) != up.shape[1]:
        raise ModelError(
            f"{file} was taught on another model: its {name} goes from {down.shape[1]} to "
            f"{len(up)} channels, this model's from {weight.shape[1]} to {len(weight)}."
        )
    alpha = roles.get("alpha")
    said = float(alpha) if alpha is not None else _said_alpha(place, settings, len(down))
    magnitude = roles.get("magnitude")
    return Layer(down, up, said, None if magnitude is None else magnitude.flatten())


def _said_alpha(place: _Place, settings: Mapping[str, object], rank: int) -> float:
    """Alpha as peft's config says it; with rsLoRA the scale is alpha / sqrt(rank)."""
    patterns = settings.get(f"{place.part}.alpha_pattern") or {}
    usual = settings.get(f"{place.part}.lora_alpha", rank)
    alpha = patterns.get(get_pattern_key(patterns.keys(), place.path), usual)
    return float(alpha) * (rank**0.5 if settings.get(f"{place.part}.use_rslora") else 1)


def _complaint(file: Path, names: list[str], strange: list[str]) -> str:
    if not names:
        return f"{file} is empty: it holds no adapter."
    fit = len(names) - len(strange)
    looks = ", ".join((strange or names)[:3])
    fault = "changes nothing" if fit == 0 or not strange else "fits only in part"
    return (
        f"{file} {fault}: {len(strange) or len(names)} of its {len(names)} tensors belong to no "
        f"layer of this model, such as {looks}. It was taught on another model, or it is no "
        "LoRA adapter of kohya, diffusers or peft."
    )
