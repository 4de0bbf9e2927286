"""Adapters melted into a painter's weights: for good, or for as long as a `with` lasts.

Melted in, an adapter costs no time while painting.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from diffusers import StableDiffusionPipeline
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors import SafetensorError
from torch import Tensor, nn

from storybook.errors import ModelError
from storybook.models.adapters import lora_file
from storybook.models.devices import quiet
from storybook.models.memory import at_hand
from storybook.models.weights import Adapter, check_weights, read_tensors, tensor_names

OF_UNET = ("down_blocks.", "mid_block.", "up_blocks.")

Stash = dict[nn.Module, dict[str, Tensor]]
"""What the weights of changed layers were, on the CPU."""


def melt_in(pipe: StableDiffusionPipeline, adapter: Adapter, stash: Stash | None = None) -> None:
    """Add an adapter to the weights; `stash` is given what they were before, where it knows not.

    Raises ModelError if the adapter is broken, or fits nothing in the painter.
    """
    file = lora_file(adapter.path)
    check_weights(file)
    try:
        if all(name.startswith(OF_UNET) for name in tensor_names(file)):
            # As the scripts of 2023 wrote them: of the U-Net alone, which is not said.
            pipe.unet.load_lora_adapter(read_tensors(file), prefix=None, adapter_name="lora")
        elif file.suffix == ".safetensors":
            pipe.load_lora_weights(str(file.parent), weight_name=file.name, adapter_name="lora")
        else:
            pipe.load_lora_weights(read_tensors(file), adapter_name="lora")
    except (ValueError, RuntimeError, KeyError, OSError, SafetensorError) as fault:
        pipe.unload_lora_weights()  # it may have come half way
        raise ModelError(f"{file} is no adapter for this painter: {first_line(fault)}") from fault
    layers = _layers(pipe)
    if not layers:
        raise ModelError(f"{file} changes nothing: none of its tensors fits this painter. "
                         "Was it taught on another model?")  # fmt: skip
    if stash is not None:
        for layer in layers:
            stash.setdefault(layer.base_layer, _kept(layer.base_layer))
    for part in pipe._lora_loadable_modules:
        weight = adapter.weight if part == "unet" else adapter.text_weight
        pipe.fuse_lora(components=[part], lora_scale=weight, adapter_names=["lora"])
    pipe.unload_lora_weights()


@contextmanager
def melted(pipe: StableDiffusionPipeline, adapters: Sequence[Adapter]) -> Iterator[None]:
    """Adapters that are there inside the `with`; after it every weight is what it was, to the bit.

    Raises as `melt_in` does.
    """
    if not adapters:
        yield
        return
    stash: Stash = {}
    try:
        with quiet(), at_hand(pipe):
            for adapter in adapters:
                melt_in(pipe, adapter, stash)
        yield
    finally:
        with at_hand(pipe):
            for layer, weights in stash.items():
                layer.load_state_dict(weights)


def first_line(fault: Exception) -> str:
    """What a library says of a fault, for people."""
    lines = [line.strip() for line in str(fault).splitlines() if line.strip()]
    return lines[0][:200] if lines else type(fault).__name__


def _layers(pipe: StableDiffusionPipeline) -> list[BaseTunerLayer]:
    parts = [getattr(pipe, name) for name in pipe._lora_loadable_modules]
    return [
        layer for part in parts for layer in part.modules() if isinstance(layer, BaseTunerLayer)
    ]


def _kept(layer: nn.Module) -> dict[str, Tensor]:
    return {name: each.detach().cpu().clone() for name, each in layer.state_dict().items()}
