"""What the machine can do, and what a studio has on the disk."""

import os
import platform
import shutil
from pathlib import Path

import psutil

from storybook.config import DOUBLES, Settings
from storybook.records import Record

GIB = 1024**3
NEEDED_GIB = 3.0
"""Memory that the starter's sample book is allowed to take."""


class Model(Record):
    """A model of a studio; `size_mb` is None if it is not on the disk."""

    door: str
    path: str
    size_mb: float | None


class Finding(Record):
    """One thing that was looked at."""

    what: str
    says: str
    good: bool = True


def models_of(settings: Settings) -> list[Model]:
    """The models that stand behind a studio's doors, the writer's adapter among them."""
    doors = {
        "writer": settings.write.writer,
        "adapter": settings.write.adapter,
        "painter": settings.draw.painter,
        "critic": settings.choose.critic,
        "enlarger": settings.enlarge.enlarger,
        "control": settings.enlarge.control if settings.enlarge.is_controlled else None,
        "edges": settings.enlarge.edges if settings.enlarge.is_controlled else None,
    }
    return [
        Model(door=door, path=path, size_mb=0.0 if path in DOUBLES else _size_mb(Path(path)))
        for door, path in doors.items()
        if path
    ]


def examine(settings: Settings) -> list[Finding]:
    """Python, memory, disk, device and the studio's models."""
    memory, disk = psutil.virtual_memory(), shutil.disk_usage(".")
    findings = [
        Finding(what="Python", says=f"{platform.python_version()} on {platform.platform()}"),
        Finding(what="processor", says=f"{os.cpu_count()} cores"),
        Finding(
            what="memory",
            says=f"{memory.available / GIB:.1f} of {memory.total / GIB:.1f} GiB free",
            good=memory.available > NEEDED_GIB * GIB,
        ),
        Finding(what="disk", says=f"{disk.free / GIB:.1f} GiB free here", good=disk.free > GIB),
        _device(),
    ]
    for model in models_of(settings):
        says = f"{model.path} ({model.size_mb:.1f} MB)" if model.size_mb is not None else (
            f"{model.path} is missing; put it there, or name another in studio.toml")  # fmt: skip
        findings.append(Finding(what=model.door, says=says, good=model.size_mb is not None))
    return findings


def _device() -> Finding:
    import torch

    if torch.cuda.is_available():
        name, free = torch.cuda.get_device_name(), torch.cuda.mem_get_info()[0]
        return Finding(what="GPU", says=f"{name}, {free / GIB:.1f} GiB free")
    if "microsoft" in platform.release().lower() and Path("/usr/lib/wsl/lib").is_dir():
        return Finding(
            what="GPU",
            says="none seen under WSL. Try: export LD_LIBRARY_PATH=/usr/lib/wsl/lib",
            good=False,
        )
    return Finding(what="GPU", says="none; the starter's models do without")


def _size_mb(path: Path) -> float | None:
    if not path.exists():
        return None
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6
