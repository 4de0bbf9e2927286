"""What `storybook doctor` says of a machine that is not this one."""

import platform
from pathlib import Path

import torch

from storybook.studio import doctor


def test_doctor_says_what_wsl_wants(monkeypatch):
    """Under WSL a card is seen only where its library is looked for."""
    there = Path.is_dir
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(platform, "release", lambda: "5.15.90.1-microsoft-standard-WSL2")
    monkeypatch.setattr(Path, "is_dir", lambda path: str(path) == "/usr/lib/wsl/lib" or there(path))
    found = doctor._device()
    assert not found.good and "export LD_LIBRARY_PATH=/usr/lib/wsl/lib" in found.says
    monkeypatch.setattr(platform, "release", lambda: "6.1.0-generic")
    assert doctor._device().good, "elsewhere no card is no fault"
