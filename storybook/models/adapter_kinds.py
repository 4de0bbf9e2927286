"""What an adapter makes of one layer's weights: LoRA, LoCon, DoRA, LoHa, LoKr, IA3 and differences.

The formulas are those of the papers: LoRA, W + alpha / rank * up @ down (Hu et al. 2021), for
convolutions with a core between the two (Tucker); DoRA, a length for each output beside it (Liu et
al. 2024); LoHa, a product of two such (Hyeon-Woo et al. 2022); LoKr, a Kronecker product (Edalati
et al. 2022); IA3, a factor for each channel (Liu et al. 2022).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

LayerTensors = Mapping[str, Tensor]
"""An adapter's tensors for one layer, by their roles in it."""


@dataclass(frozen=True, slots=True)
class AdapterKind:
    """One way to change a layer, told by the tensors that it has."""

    name: str
    needs: tuple[frozenset[str], ...]
    """One of these has to be there whole."""
    knows: frozenset[str]
    rank_of: tuple[str, ...] = ()
    """The tensors whose first dimension is the rank, the first that is there."""
    delta_weight: Callable[[LayerTensors], Tensor] | None = None
    """What is added to the weight, before the scale, in any shape with as many numbers."""


@dataclass(frozen=True, slots=True)
class LayerChange:
    """What an adapter does to one layer."""

    kind: AdapterKind
    tensors: LayerTensors
    alpha: float | None = None
    """As a file beside the tensors says it."""
    rank: int | None = None
    """As a file beside the tensors says it; where they tell, they are right."""
    on_input: bool | None = None
    """Of IA3, where only a file beside the tensors says it."""

    @property
    def scale(self) -> float:
        """What the difference is multiplied by; where no alpha is said, it is the rank."""
        ranks = [len(self.tensors[role]) for role in self.kind.rank_of if role in self.tensors]
        rank = ranks[0] if ranks else self.rank
        if not rank:  # a LoKr of whole matrices has none
            return 1.0
        # Where the tensors show no rank, an alpha among them is of none either.
        alpha = self.tensors.get("alpha") if ranks else None
        own_alpha = self.alpha if alpha is None else float(alpha)
        return 1.0 if own_alpha is None else own_alpha / rank

    def applied(self, weight: Tensor, bias: Tensor | None) -> tuple[Tensor, Tensor | None]:
        """The layer's weight and bias with the adapter at full strength, in `weight`'s format.

        Raises ValueError if the adapter is for a layer of another shape.
        """
        tensors = {
            name: each.to(weight.device, weight.dtype) for name, each in self.tensors.items()
        }
        if self.kind is IA3:
            return _scaled(tensors, weight, bias, on_input=self.on_input)
        if "diff_b" in tensors:
            if bias is None:
                raise ValueError("it changes a bias, which is missing")
            bias = bias + _like(tensors["diff_b"], bias)
        if tensors.keys() != {"diff_b"}:
            weight = weight + _like(self.kind.delta_weight(tensors) * self.scale, weight)
        return _with_magnitude(tensors, weight), bias


def _lora(tensors: LayerTensors) -> Tensor:
    down, up = tensors["down"], tensors["up"].flatten(1)
    if "mid" in tensors:
        return torch.einsum("or,rs...,si->oi...", up, tensors["mid"], down.flatten(1))
    return (up @ down.flatten(1)).reshape(len(up), *down.shape[1:])


def _loha(tensors: LayerTensors) -> Tensor:
    halves = []
    for half in ("1", "2"):
        left, right = tensors[f"hada_w{half}_a"], tensors[f"hada_w{half}_b"]
        core = tensors.get(f"hada_t{half}")
        halves.append(left @ right if core is None else _tucker(core, left, right))
    return halves[0] * halves[1]


def _lokr(tensors: LayerTensors) -> Tensor:
    one, other = _factor(tensors, "lokr_w1"), _factor(tensors, "lokr_w2")
    one = one.reshape(*one.shape, *[1] * (other.ndim - one.ndim))
    return torch.kron(one, other.contiguous())


def _factor(tensors: LayerTensors, name: str) -> Tensor:
    if name in tensors:
        return tensors[name]
    core = tensors.get("lokr_t2") if name == "lokr_w2" else None
    left, right = tensors[f"{name}_a"], tensors[f"{name}_b"]
    return left @ right.flatten(1) if core is None else _tucker(core, left, right)


def _tucker(core: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """[out, in, ...] of a core [r, s, ...] between left [r, out] and right [s, in]."""
    return torch.einsum("rs...,ro,si->oi...", core, left, right)


def _whole(tensors: LayerTensors) -> Tensor:
    return tensors["diff"]


def _scaled(
    tensors: LayerTensors, weight: Tensor, bias: Tensor | None, *, on_input: bool | None
) -> tuple[Tensor, Tensor | None]:
    """IA3: a factor for each channel; peft's file has it whole, LyCORIS's without the one."""
    ones = [1] * (weight.ndim - 2)
    if "on_input" in tensors:
        factors, takes = 1 + tensors["weight"].flatten(), bool(tensors["on_input"])
        bias_too = False
    else:
        factors, takes = tensors["ia3_l"].flatten(), on_input
        if takes is None and weight.ndim == 2:
            takes = tensors["ia3_l"].shape[0] == 1
        elif takes is None and weight.shape[0] == weight.shape[1]:
            raise ValueError("only its adapter_config.json says whether inputs are meant")
        elif takes is None:
            takes = len(factors) == weight.shape[1]
        bias_too = not takes
    if len(factors) != weight.shape[int(takes)]:
        raise ValueError(f"it has {len(factors)} channels")
    if bias is not None and bias_too:
        bias = bias * factors
    shape = (1, -1, *ones) if takes else (-1, 1, *ones)
    return weight * factors.reshape(shape), bias


def _with_magnitude(tensors: LayerTensors, weight: Tensor) -> Tensor:
    """DoRA: the weight with the length that the adapter says for each output, or each input.

    peft's and diffusers' `lora_magnitude_vector` is of outputs, in whatever shape; `dora_scale` is
    of what its own shape says.
    """
    magnitude = tensors.get("magnitude", tensors.get("dora_scale"))
    if magnitude is None:
        return weight
    outputs, inputs = weight.shape[:2]
    flat = magnitude.flatten()
    of_inputs = "magnitude" not in tensors and (
        magnitude.shape[:2] == (1, inputs) if magnitude.ndim > 1 else len(flat) != outputs
    )
    if len(flat) != (inputs if of_inputs else outputs):
        raise ValueError(f"it has {len(flat)} lengths")
    ones = [1] * (weight.ndim - 2)
    axes = [0, *range(2, weight.ndim)] if of_inputs else [*range(1, weight.ndim)]
    own = torch.linalg.vector_norm(weight, dim=axes, keepdim=True)
    return weight * (flat.reshape((1, -1, *ones) if of_inputs else (-1, 1, *ones)) / own)


def _like(change: Tensor, weight: Tensor) -> Tensor:
    """`change` in the shape of `weight`: a convolution of 1 x 1 is a matrix, and the reverse."""
    bare = [tuple(size for size in each.shape if size != 1) for each in (change, weight)]
    flat = change.ndim == 2 and change.shape == (len(weight), weight[0].numel())
    if bare[0] != bare[1] and not flat:
        raise ValueError(f"it is {_shape(change)}")
    return change.reshape(weight.shape)


def _shape(tensor: Tensor) -> str:
    return " x ".join(map(str, tensor.shape))


def _kind(
    name: str,
    needs: str,
    may: str = "",
    rank_of: str = "",
    delta_weight: Callable[[LayerTensors], Tensor] | None = None,
) -> AdapterKind:
    ways = tuple(frozenset(way.split()) for way in needs.split("|"))
    return AdapterKind(
        name, ways, frozenset(may.split()).union(*ways), tuple(rank_of.split()), delta_weight
    )


LORA = _kind("LoRA", "down up", "mid alpha magnitude dora_scale", "down", _lora)
IA3 = _kind("IA3", "ia3_l | weight on_input")
KINDS = (
    LORA,
    IA3,
    _kind(
        "LoHa",
        "hada_w1_a hada_w1_b hada_w2_a hada_w2_b",
        "hada_t1 hada_t2 alpha dora_scale",
        "hada_w1_b",
        _loha,
    ),
    _kind(
        "LoKr",
        "lokr_w1 lokr_w2 | lokr_w1 lokr_w2_a lokr_w2_b | lokr_w1_a lokr_w1_b lokr_w2"
        "| lokr_w1_a lokr_w1_b lokr_w2_a lokr_w2_b",
        "lokr_t2 alpha dora_scale",
        "lokr_w1_b lokr_w2_b",
        _lokr,
    ),
    _kind("differences", "diff | diff_b", "alpha", "", _whole),
)


def kind_of(roles: Iterable[str]) -> AdapterKind | None:
    """The kind of adapter that has these tensors for a layer; None if none has."""
    names = set(roles)
    fitting = (kind for kind in KINDS if names <= kind.knows)
    return next((kind for kind in fitting if any(way <= names for way in kind.needs)), None)
