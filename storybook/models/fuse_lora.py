"""Adapters fused into a painter's weights: for good, or for as long as a `with` lasts.

Once fused, an adapter costs no time while painting.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from diffusers import StableDiffusionPipeline
from torch import Tensor, nn

from storybook.errors import ModelError, first_line
from storybook.models.adapter_files import TargetLayer, read_adapter
from storybook.models.adapter_kinds import LORA, LayerChange
from storybook.models.adapters import PARTS
from storybook.models.memory import onloaded
from storybook.models.weights import Adapter

Stash = dict[nn.Module, dict[str, Tensor]]
"""What the weights of changed layers were, on the CPU."""


@torch.no_grad()
def fuse_lora(pipe: StableDiffusionPipeline, adapter: Adapter, stash: Stash | None = None) -> None:
    """Fuse an adapter into the weights; `stash` keeps the state of each layer before its first one.

    A weight goes from what it is (strength 0) to what the adapter makes of it (1) and on, as A1111
    has it, also where that is not a sum (DoRA). Raises ModelError if the adapter is broken, or has
    no layer in the painter.
    """
    parts = {part: getattr(pipe, part) for part in PARTS if hasattr(pipe, part)}
    for target, change in read_adapter(adapter.path, parts).values():
        if stash is not None:
            stash.setdefault(target.module, _state_on_cpu(target.module))
        strength = adapter.weight if target.part == "unet" else adapter.text_weight
        if strength:
            _fuse_layer(adapter, target, change, strength)


@contextmanager
def fused(pipe: StableDiffusionPipeline, adapters: Sequence[Adapter]) -> Iterator[None]:
    """Adapters fused inside the `with`; after it every weight is restored to the bit.

    Raises as `fuse_lora` does.
    """
    if not adapters:
        yield
        return
    stash: Stash = {}
    try:
        with onloaded(pipe):
            for adapter in adapters:
                fuse_lora(pipe, adapter, stash)
        yield
    finally:
        with onloaded(pipe):
            for layer, weights in stash.items():
                layer.load_state_dict(weights)


def _fuse_layer(
    adapter: Adapter, target: TargetLayer, change: LayerChange, strength: float
) -> None:
    layer = target.module
    weight = layer.weight.float()
    bias = None if layer.bias is None else layer.bias.float()
    try:
        new, new_bias = change.applied(weight, bias)
    except (ValueError, RuntimeError) as fault:
        raise ModelError(
            f"{adapter.path} was taught on another model: {_misfit(target, change, fault)}"
        ) from fault
    layer.weight.copy_(torch.lerp(weight, new, strength))
    if bias is not None:
        layer.bias.copy_(torch.lerp(bias, new_bias, strength))


def _misfit(target: TargetLayer, change: LayerChange, fault: Exception) -> str:
    """How an adapter's layer differs from a painter's."""
    weight = target.module.weight
    if change.kind is LORA and weight.ndim > 1:
        down, up = change.tensors["down"], change.tensors["up"]
        return (
            f"its {target.name} goes from {down.shape[1]} to {len(up)} channels, this model's "
            f"from {weight.shape[1]} to {len(weight)}."
        )
    return (
        f"its {target.name} fits no weight of {' x '.join(map(str, weight.shape))} "
        f"({change.kind.name}: {first_line(fault)})."
    )


def _state_on_cpu(layer: nn.Module) -> dict[str, Tensor]:
    return {name: each.detach().cpu().clone() for name, each in layer.state_dict().items()}
