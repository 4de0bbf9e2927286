"""Linear layers whose weights lie as the processor's products read them.

torch's CPU products lay a bf16 weight out anew each time that it is used; for a few rows at a time,
as in writing, that costs as much as the product. oneDNN can keep the layout: the same figures to
the bit, 1.8 times as fast for 8 to 16 rows (`benchmarks/writing.py`).
"""

import torch
from torch import Tensor, nn

ROWS = 16
"""The layout is the one that suits so many rows; it is right for any number."""


class PackedLinear(nn.Module):
    """A linear layer without a bias, for inference on a CPU; it cannot be taught or saved."""

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self._packed = torch.ops.mkldnn._reorder_linear_weight(linear.weight.detach(), ROWS)

    def forward(self, hidden_states: Tensor) -> Tensor:
        """[..., in_features] to [..., out_features]."""
        return torch.ops.mkldnn._linear_pointwise(hidden_states, self._packed, None, "none", [], "")


def is_supported() -> bool:
    """Whether this processor's oneDNN multiplies bf16."""
    return torch.backends.mkldnn.is_available() and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def pack_linears(model: nn.Module) -> None:
    """Have a model's bf16 linear layers on a CPU keep their packed layout; others stay."""
    if not is_supported():
        return
    for parent in [*model.modules()]:
        for name, layer in [*parent.named_children()]:
            if type(layer) is nn.Linear and _can_be_packed(layer):
                setattr(parent, name, PackedLinear(layer))


def _can_be_packed(layer: nn.Linear) -> bool:
    weight = layer.weight
    return layer.bias is None and weight.dtype == torch.bfloat16 and weight.device.type == "cpu"
