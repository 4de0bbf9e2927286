"""Devices, their limits, and quiet libraries."""

import warnings
from io import StringIO
from logging import getLogger

import pytest
import torch

from storybook.errors import ConfigError, OutOfMemory
from storybook.models.devices import device_of, dtype_of, explain_oom, quiet

CPU = torch.device("cpu")


def test_devices_by_name() -> None:
    assert device_of("cpu") == CPU and dtype_of(CPU) is torch.float32
    assert device_of("auto").type in ("cpu", "cuda")
    assert dtype_of(torch.device("cuda")) is torch.float16
    with pytest.raises(ConfigError, match=r"no device 'tpu-x'.*cuda:1"):
        device_of("tpu-x")
    with pytest.raises(ConfigError, match="has no cuda:99"):
        device_of("cuda:99")


def test_a_refusal_of_memory_says_what_to_turn_down() -> None:
    remedy = "Try --set draw.batch=1."
    too_big = pytest.raises(OutOfMemory, match=r"Drawing needs more .*draw\.batch=1")
    with too_big, explain_oom(CPU, "Drawing", remedy):
        torch.empty(2**50, dtype=torch.uint8)
    with pytest.raises(RuntimeError, match="invalid for input"), explain_oom(CPU, "Draw", remedy):
        torch.zeros(4).reshape(3)


def test_quiet_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    from transformers.utils import logging

    heard = StringIO()
    monkeypatch.setattr(getLogger("transformers").handlers[0], "stream", heard)
    library = getLogger("transformers.of_a_test")
    library.setLevel("WARNING")  # whatever a test before has the others say
    before = logging.get_verbosity(), logging.is_progress_bar_enabled()
    library.warning("before")
    with pytest.raises(ZeroDivisionError), quiet():
        assert not logging.is_progress_bar_enabled()
        warnings.warn("not heard", UserWarning, stacklevel=1)
        library.warning("within")
        _ = 1 / 0
    library.warning("after")
    assert (logging.get_verbosity(), logging.is_progress_bar_enabled()) == before
    said = heard.getvalue()
    assert "before" in said and "after" in said and "within" not in said
