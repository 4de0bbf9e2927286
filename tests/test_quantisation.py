"""bitsandbytes is hidden from who only looks for it, and there for who works in 8 or 4 bits."""

import json
import subprocess
import sys

import pytest

from storybook.quantisation import NAME, is_quantised

LOOKERS = """
import sys
import storybook
import diffusers.models.modeling_utils, peft, accelerate, transformers.trainer
from peft import LoraConfig, inject_adapter_in_model
from peft.import_utils import is_bnb_4bit_available
from torch.nn import Linear, Sequential
inject_adapter_in_model(LoraConfig(target_modules=["0"]), Sequential(Linear(2, 2)))
assert not is_bnb_4bit_available() and sys.modules["bitsandbytes"] is None, "imported"

from storybook.quantisation import show_bitsandbytes
show_bitsandbytes()
from transformers.utils import is_bitsandbytes_available
assert is_bnb_4bit_available() and is_bitsandbytes_available(), "not there when it is asked for"
import bitsandbytes.optim
show_bitsandbytes()
assert sys.modules["bitsandbytes"] is bitsandbytes
"""


@pytest.mark.slow
def test_hide_bitsandbytes_from_libraries_until_it_is_shown():
    """In a process of its own: what is imported once stays imported."""
    pytest.importorskip("trl")
    ran = subprocess.run([sys.executable, "-c", LOOKERS], capture_output=True, text=True)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


def test_hide_bitsandbytes_leaves_what_somebody_imported(monkeypatch):
    from storybook.quantisation import hide_bitsandbytes

    theirs = object()
    monkeypatch.setitem(sys.modules, NAME, theirs)
    hide_bitsandbytes()
    assert sys.modules[NAME] is theirs


@pytest.mark.parametrize(
    ("config", "quantised"),
    [
        ({"quantization_config": {"quant_method": NAME, "load_in_8bit": True}}, True),
        ({"quantization_config": {"quant_method": "gptq"}}, False),
        ({"quantization_config": None}, False),
        ({}, False),
        ([], False),
        (None, False),
    ],
)
def test_is_quantised_reads_the_config(tmp_path, config, quantised):
    if config is not None:
        (tmp_path / "config.json").write_text(json.dumps(config))
    assert is_quantised(tmp_path) == quantised
