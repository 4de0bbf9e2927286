"""Reading adapters in every form that people have: whose layers they change, and how.

kohya's and LyCORIS's names, diffusers' of today and of 2023, peft's, and those of ComfyUI are told
apart by looking for each in the painter's own layers, so that nothing is guessed.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers.loaders.lora_base import LORA_ADAPTER_METADATA_KEY
from peft.utils.other import get_pattern_key
from torch import Tensor, nn

from storybook.errors import ModelError
from storybook.models.adapter_kinds import LayerChange, kind_of
from storybook.models.adapters import PEFT_CONFIG, adapter_files, part_of
from storybook.models.original_names import renamed, unet_places
from storybook.models.single_file import TEXT_MODEL
from storybook.models.strangers import no_adapter
from storybook.models.weights import read_json, read_tensors_and_header

LAYERS = (nn.Linear, nn.Conv2d, nn.LayerNorm, nn.GroupNorm)
"""What adapters change."""

_ROLES = {
    "down": r"lora_down\.weight|lora_A(?:\.default)?\.weight|lora(?:_linear_layer)?\.down\.weight",
    "up": r"lora_up\.weight|lora_B(?:\.default)?\.weight|lora(?:_linear_layer)?\.up\.weight",
    "mid": r"lora_mid\.weight",
    "alpha": r"alpha",
    "magnitude": r"lora_magnitude_vector(?:\.default)?(?:\.weight)?",
    "dora_scale": r"(?:lora\.)?dora_scale",
    "diff": r"diff|w_norm",
    "diff_b": r"diff_b|b_norm",
    "ia3_l": r"ia3_l(?:\.default)?",
}
_SAME = r"(?P<same>(?:hada|lokr)_[wt][12](?:_[ab])?|on_input|weight)(?:\.default)?"
"""Those that are called by their formula's letters."""
_NAME = re.compile(
    rf"(?P<layer>.+?)\.(?:{'|'.join(f'(?P<{role}>{end})' for role, end in _ROLES.items())}|{_SAME})"
)
"""A tensor's name: that of its layer, then what it is to the layer."""

_PROCESSOR = re.compile(r"(?:\.processor)?\.to_(q|k|v|out)_lora\.")
"""diffusers before 0.21 said `attn1.processor.to_q_lora` of the layer `attn1.to_q`."""
_IN_UNET = {"q": "to_q", "k": "to_k", "v": "to_v", "out": "to_out.0"}
_IN_TEXT = {"q": "q_proj", "k": "k_proj", "v": "v_proj", "out": "out_proj"}


@dataclass(frozen=True, slots=True)
class TargetLayer:
    """A layer that an adapter may change, and how a change is called in messages."""

    part: str
    path: str
    """As its module is called in diffusers; of a text encoder with `text_model.`"""
    module: nn.Module

    @property
    def name(self) -> str:
        """Of part and layer."""
        return f"{self.part}.{self.path}"


LayerChanges = Mapping[str, tuple[TargetLayer, LayerChange]]
"""What an adapter changes, by the targets' names."""


def read_adapter(path: Path, parts: Mapping[str, nn.Module]) -> LayerChanges:
    """What the adapter in a file or a folder does to a painter's `parts`, `unet` and so on.

    Nothing is changed. Layers of a text encoder that is not among the parts are left out. Raises
    ModelError if a file is broken, if it holds no adapter, or if a layer of it is none of these
    models'; the message says what it looks like.
    """
    layers: dict[str, tuple[TargetLayer, LayerChange]] = {}
    for file in adapter_files(path):
        own = part_of(file)
        if own != "text_encoder" or own in parts:
            layers |= _read_file(file, {own: parts[own]} if own in parts else parts)
    return layers


def _check_finite(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Raise ModelError for an adapter of which a painter draws nothing but black."""
    broken = [name for name, each in tensors.items() if not torch.isfinite(each).all()]
    if broken:
        raise ModelError(
            f"{file} has {len(broken)} weights that are no numbers (NaN or infinite), such as "
            f"{broken[0]}: what it learnt is lost. Take an earlier step of it."
        )


def _read_file(
    file: Path, parts: Mapping[str, nn.Module]
) -> dict[str, tuple[TargetLayer, LayerChange]]:
    tensors, header = read_tensors_and_header(file)
    _check_finite(file, tensors)
    targets = _target_layers(parts)
    roles, strange = _by_layer(tensors, targets, with_text="text_encoder" in parts)
    if strange or not roles:
        raise ModelError(_complaint(file, list(tensors), strange))
    try:
        settings = _settings(file, header, targets)
        return {
            targets[layer].name: (targets[layer], _change(file, targets[layer], own, settings))
            for layer, own in roles.items()
        }
    except (ValueError, TypeError, AttributeError) as fault:
        raise ModelError(
            f"What is said of rank and alpha beside the tensors of {file} cannot be ({fault}). "
            "Fetch the adapter again."
        ) from fault


def _by_layer(
    tensors: Mapping[str, Tensor], targets: Mapping[str, TargetLayer], *, with_text: bool
) -> tuple[dict[str, dict[str, Tensor]], list[str]]:
    """Each layer's tensors by their roles, and the names that are of no layer that there is."""
    roles: dict[str, dict[str, Tensor]] = {}
    strange = []
    for name, tensor in tensors.items():
        apart = _NAME.fullmatch(_PROCESSOR.sub(_as_today, name))
        layer = _full_name(apart["layer"]) if apart else name
        if not with_text and layer.startswith(("lora_te", "text_encoder.")):
            continue
        if layer not in targets:
            strange.append(name)
        else:
            roles.setdefault(layer, {})[apart["same"] or apart.lastgroup] = tensor
    return roles, strange


def _target_layers(parts: Mapping[str, nn.Module]) -> dict[str, TargetLayer]:
    """The layers of all parts by every name that a file may call them by."""
    targets: dict[str, TargetLayer] = {}
    for part, model in reversed(parts.items()):  # what names no part is of the first that has it
        originals = unet_places(model) if part == "unet" else {}
        for path, module in model.named_modules():
            base = getattr(module, "base_layer", module)  # under an adapter that is put on already
            if isinstance(base, LAYERS):
                own = path if part == "unet" else _full(path)
                original = renamed(f"{own}.", originals).removesuffix(".")
                names = _names_in_unet(own, original) if part == "unet" else _names(own, part)
                targets |= dict.fromkeys(names, TargetLayer(part, own, base))
    return targets


def _full(path: str) -> str:
    """The path of a text encoder's layer as it is on the disk, whatever transformers has."""
    bare = path.removeprefix(TEXT_MODEL)
    return bare if bare.startswith("text_projection") else TEXT_MODEL + bare


def _names_in_unet(path: str, original: str) -> Iterator[str]:
    for name in (path, original):
        yield f"lora_unet_{name.replace('.', '_')}"
    yield from (path, f"unet.{path}", f"diffusion_model.{original}")
    yield f"lycoris_{path.replace('.', '_')}"
    if path.endswith(".to_out.0"):  # older files call it `to_out`
        yield from (path.removesuffix(".0"), f"unet.{path.removesuffix('.0')}")


def _names(path: str, part: str) -> Iterator[str]:
    for start in ("lora_te2_",) if part == "text_encoder_2" else ("lora_te_", "lora_te1_"):
        yield f"{start}{path.replace('.', '_')}"
    for name in (path, path.removeprefix(TEXT_MODEL)):
        yield from (name, f"{part}.{name}")


def _as_today(old: re.Match[str]) -> str:
    names = _IN_TEXT if old.string[: old.start()].endswith("self_attn") else _IN_UNET
    return f".{names[old[1]]}.lora."


def _full_name(layer: str) -> str:
    """The name without what peft puts before it."""
    return layer.replace("base_model.model.", "", 1)


def _settings(
    file: Path, header: Mapping[str, str], targets: Mapping[str, TargetLayer]
) -> dict[str, object]:
    """What is said of rank and alpha beside the tensors, by `<part>.<setting>`."""
    if stored := json.loads(header.get(LORA_ADAPTER_METADATA_KEY, "{}")):
        return stored
    beside = file.with_name(PEFT_CONFIG)
    if not beside.is_file():
        return {}
    config = read_json(beside)
    parts = {target.part for target in targets.values()}
    return {f"{part}.{key}": value for part in parts for key, value in config.items()}


def _change(
    file: Path, target: TargetLayer, roles: Mapping[str, Tensor], settings: Mapping[str, object]
) -> LayerChange:
    kind = kind_of(roles)
    if kind is None:
        if {"down", "up"} & roles.keys():
            raise ModelError(f"{file} has only one half of {target.name}. Fetch the adapter again.")
        raise ModelError(
            f"{file} is of a kind that is not known: its {target.name} has "
            f"{', '.join(sorted(roles))}."
        )
    own = {
        key.removeprefix(f"{target.part}."): value
        for key, value in settings.items()
        if key.startswith(f"{target.part}.")
    }
    rank, alpha = (_number_of(own, key, target.path) for key in ("r", "lora_alpha"))
    if alpha is None:
        alpha = _number_of(own, "alpha", target.path)  # as peft calls it for LoHa and LoKr
    if alpha is not None and own.get("use_rslora") and "down" in roles:
        alpha *= len(roles["down"]) ** 0.5  # its scale is alpha / sqrt(rank)
    on_input = _is_on_input(own.get("feedforward_modules"), target)
    return LayerChange(kind, roles, alpha, None if rank is None else int(rank), on_input)


def _is_on_input(feedforward_modules: Sequence[str] | None, target: TargetLayer) -> bool | None:
    """Whether (IA)^3 scales what a layer takes, as peft does in these; None: nobody says so."""
    if feedforward_modules is None:
        return None
    return any(
        target.path == each or target.path.endswith(f".{each}") for each in feedforward_modules
    )


def _number_of(settings: Mapping[str, object], key: str, path: str) -> float | None:
    """A number of peft's config for a layer: its pattern's, or what all have."""
    pattern = {"r": "rank_pattern", "lora_alpha": "alpha_pattern", "alpha": "alpha_pattern"}[key]
    usual = settings.get(key)
    if usual is None:
        return None
    patterns = settings.get(pattern) or {}
    return float(patterns.get(get_pattern_key(patterns.keys(), path), usual))


def _complaint(file: Path, names: list[str], strange: list[str]) -> str:
    if not names:
        return f"{file} is empty: it holds no adapter. Hypernetworks stand in draw.hypernetworks."
    fit = len(names) - len(strange)
    looks = ", ".join((strange or names)[:3])
    fault = "changes nothing" if fit == 0 or not strange else "fits only in part"
    what = no_adapter(strange or names)
    return (
        f"{file} {fault}: {len(strange) or len(names)} of its {len(names)} tensors belong to no "
        f"layer of this model, such as {looks}. "
        + (
            f"It is {what}."
            if what
            else "It was taught on another model, or it is no adapter of "
            "kohya, LyCORIS, diffusers or peft."
        )
    )
