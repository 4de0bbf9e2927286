"""Hypernetworks: small residual networks on attention's keys and values; A1111's `.pt` file.

For each width there is one network for the keys and one for the values. A network takes what an
attention layer would make its keys (or values) of, x, and gives x + strength * linear(x).
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import Attention
from pydantic import ValidationError, model_validator
from torch import Tensor, nn
from torch.nn.modules import activation
from torch.utils.hooks import RemovableHandle

from storybook.errors import ModelError, last_line, nearest
from storybook.models.pickles import unpickle
from storybook.models.weights import check_weights
from storybook.records import Record

WHOLE_BATCH = ("softmax", "softmin", "logsoftmax", "softmax2d")
"""Without a dimension torch takes these over the first of three, which is the batch's."""
ACTIVATIONS: Mapping[str, Callable[[], nn.Module]] = {
    **{name.lower(): getattr(activation, name) for name in activation.__all__},
    "linear": nn.Identity,
    "swish": nn.Hardswish,
    "softmax": partial(nn.Softmax, 0),
    "softmin": partial(nn.Softmin, 0),
    "logsoftmax": partial(nn.LogSoftmax, 0),
}
"""By A1111's names: those of torch's classes, and its `swish`, which is the hard one."""
UNUSABLE = ("glu", "threshold", "multiheadattention")
"""One halves what goes through it, and two want to be told more: with them A1111 fails, too."""

USUAL_DROPOUT = 0.3
"""A1111's share, where a file says that there is dropout but not how much."""

OLD_NAMES = {"linear1": "linear.0", "linear2": "linear.1"}


class HypernetworkConfig(Record):
    """How the networks are built. A default here is what an entry means that a file lacks."""

    layer_structure: tuple[float, ...] = (1, 2, 1)
    """Widths, as multiples of what goes in: the first and the last are 1."""
    activation_func: str | None = None
    is_layer_norm: bool = False
    activate_output: bool = True
    """Whether the activation comes after the last layer as well."""
    use_dropout: bool = False
    dropout_structure: tuple[float, ...] | None = None
    """The share dropped after each width of `layer_structure`; the first and the last are 0.

    More than there are widths are passed over.
    """
    last_layer_dropout: bool = False
    """Whether the usual dropout comes before the last layer as well."""
    weight_initialization: Literal[
        "Normal", "XavierUniform", "XavierNormal", "KaimingUniform", "KaimingNormal"
    ] = "Normal"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        widths, dropouts = self.layer_structure, self.dropout_structure
        if len(widths) < 2 or widths[0] != 1 or widths[-1] != 1:
            raise ValueError("layer_structure begins and ends with 1, such as [1, 2, 1]")
        if not all(0 < width < math.inf for width in widths):
            raise ValueError("layer_structure has widths above 0 only, such as [1, 2, 1]")
        if dropouts is not None and len(dropouts) < len(widths):
            raise ValueError("dropout_structure says one share for each of layer_structure")
        name = self.activation_func
        if self.activates and (name not in ACTIVATIONS or name in UNUSABLE):
            known = nearest(name, ACTIVATIONS.keys() - set(UNUSABLE))
            raise ValueError(f"activation_func {name} builds no network. {known}")
        return self

    @property
    def activates(self) -> bool:
        """Whether an activation comes anywhere."""
        after = len(self.layer_structure) > 2 or self.activate_output
        return after and self.activation_func not in (None, "linear")

    @property
    def mixes(self) -> bool:
        """Whether what it makes of a picture depends on the others in its batch."""
        return self.activates and self.activation_func in WHOLE_BATCH

    @property
    def dropouts(self) -> tuple[float, ...]:
        """The share dropped after each width of `layer_structure`; A1111 has a third for two."""
        if self.dropout_structure is not None:
            return self.dropout_structure
        share = USUAL_DROPOUT if self.use_dropout else 0.0
        shares = [share] * max(len(self.layer_structure) - 2, 1)
        if not self.last_layer_dropout:
            shares[-1] = 0.0
        return (0.0, *shares, 0.0)


class HypernetworkModule(nn.Module):
    """x + strength * linear(x) over the last dimension; its tensors have A1111's names."""

    def __init__(self, width: int, config: HypernetworkConfig) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        steps = list(pairwise(config.layer_structure))
        for number, (before, after) in enumerate(steps):
            layers.append(nn.Linear(int(width * before), int(width * after)))
            last = number == len(steps) - 1
            if config.activates and (config.activate_output or not last):
                layers.append(ACTIVATIONS[config.activation_func]())
            if config.is_layer_norm:
                layers.append(nn.LayerNorm(int(width * after)))
            if config.dropouts[number + 1] > 0:
                layers.append(nn.Dropout(config.dropouts[number + 1]))
        self.linear = nn.Sequential(*layers)

    def forward(self, x: Tensor, strength: float = 1.0) -> Tensor:
        """[b, positions, width], of the same shape as `x`."""
        return x + strength * self.linear(x)


@dataclass(frozen=True, slots=True)
class Hypernetwork:
    """The networks of each width: `networks["768"]` holds that of the keys, then of the values."""

    config: HypernetworkConfig
    networks: nn.ModuleDict


def attach(
    hypernetwork: Hypernetwork, unet: UNet2DConditionModel, strength: float = 1.0
) -> list[RemovableHandle]:
    """Hook the networks before the key and value projections of the U-Net's attention layers.

    Those of cross- and of self-attention. Each handle's `remove()` takes one off again; several
    hypernetworks may be attached. Raises ModelError if no layer of the U-Net has a width that the
    networks are for.
    """
    handles = []
    for module in attention_layers(unet):
        if str(module.cross_attention_dim) in hypernetwork.networks:
            both = hypernetwork.networks[str(module.cross_attention_dim)]
            for layer, network in zip((module.to_k, module.to_v), both, strict=True):
                handles.append(
                    layer.register_forward_pre_hook(partial(_forward_pre_hook, network, strength))
                )
    if not handles:
        have = sorted({module.cross_attention_dim for module in attention_layers(unet)})
        raise ModelError(
            f"The hypernetwork changes nothing: it is for widths {_listed(hypernetwork.networks)}, "
            f"and this model's attention has {_listed(have)}. It was taught on another model."
        )
    return handles


def read_hypernetwork(file: Path) -> Hypernetwork:
    """The networks in A1111's `.pt`, also in its oldest form.

    Raises ModelError if the file is broken, wants to run a program, or is no hypernetwork.
    """
    check_weights(file)
    values = unpickle(file)
    by_width = {key: both for key, both in values.items() if isinstance(key, int)}
    if not by_width:
        looks = ", ".join(str(key) for key in list(values)[:3])
        raise ModelError(f"{file} is no hypernetwork: it holds {looks or 'nothing'}.")
    settings = {
        name: values[name]
        for name in HypernetworkConfig.model_fields
        if values.get(name) is not None
    }
    try:
        config = HypernetworkConfig.model_validate(settings)
        networks = new_networks(sorted(by_width), config)
        for width, both in by_width.items():
            for network, state in zip(networks[str(width)], both, strict=True):
                network.load_state_dict({_current_name(name): each for name, each in state.items()})
    except ValidationError as fault:
        reason = fault.errors()[0]["msg"].removeprefix("Value error, ").rstrip(".")
        raise ModelError(f"{file} cannot be built: {reason}.") from fault
    except (RuntimeError, ValueError, AttributeError) as fault:
        reason = last_line(fault)
        raise ModelError(f"{file} is not built as it says ({reason}). Fetch it again.") from fault
    return Hypernetwork(config, networks.eval())


def attention_layers(unet: UNet2DConditionModel) -> list[Attention]:
    """All layers in which a U-Net attends to the text or to the picture itself."""
    return [module for module in unet.modules() if isinstance(module, Attention)]


def new_networks(widths: list[int], config: HypernetworkConfig) -> nn.ModuleDict:
    """For each width a network for the keys and one for the values, as torch begins them."""
    return nn.ModuleDict(
        {
            str(width): nn.ModuleList(
                [HypernetworkModule(width, config), HypernetworkModule(width, config)]
            )
            for width in widths
        }
    )


def _forward_pre_hook(
    module: HypernetworkModule, strength: float, layer: nn.Module, inputs: tuple[Tensor, ...]
) -> tuple[Tensor, ...]:
    return (module(inputs[0], strength), *inputs[1:])


def _current_name(name: str) -> str:
    start, _, rest = name.partition(".")
    return f"{OLD_NAMES.get(start, start)}.{rest}"


def _listed(widths: object) -> str:
    return ", ".join(str(width) for width in widths)
