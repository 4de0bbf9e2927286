"""Linear layers in their packed layout, against torch's own."""

import pytest
import torch
from torch import nn

from storybook.models.packed_linear import PackedLinear, is_supported, pack_linears

ROUNDING = 2**-7
"""Of a bf16 result whose sum another processor may take in another order: one step of its last of
eight bits, either way."""


def three_layers(dtype: torch.dtype) -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Linear(96, 160, bias=False), nn.Linear(160, 64, bias=True), nn.Linear(64, 40, bias=False)
    ).to(dtype)


@pytest.mark.skipif(not is_supported(), reason="this processor multiplies no bf16")
def test_pack_linears_packs_those_without_a_bias_and_changes_no_result():
    layers = three_layers(torch.bfloat16)
    for rows in (1, 16, 200):
        x = torch.randn(rows, 3, 96, dtype=torch.bfloat16)
        with torch.inference_mode():
            before = layers(x)
            packed = three_layers(torch.bfloat16)
            pack_linears(packed)
            after = packed(x)
        assert [type(layer) is PackedLinear for layer in packed] == [True, False, True]
        assert after.shape == before.shape
        assert torch.allclose(after, before, rtol=ROUNDING, atol=ROUNDING * before.abs().max())


def test_pack_linears_leaves_other_precisions_as_they_are():
    layers = three_layers(torch.float32)
    pack_linears(layers)
    assert all(type(layer) is nn.Linear for layer in layers)


def test_pack_linears_leaves_all_where_the_processor_has_no_bf16(monkeypatch):
    monkeypatch.setattr("storybook.models.packed_linear.is_supported", lambda: False)
    layers = three_layers(torch.bfloat16)
    pack_linears(layers)
    assert all(type(layer) is nn.Linear for layer in layers)
