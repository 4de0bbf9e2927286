"""What the machine can do, what a studio has on the disk, and which studios fit."""

import ctypes
import os
import platform
import re
import shutil
import sys
from functools import cache
from pathlib import Path

import psutil

from storybook import processes
from storybook.config import DOUBLES, Settings, load_settings, studios
from storybook.models import packaged
from storybook.records import Record
from storybook.studio.enlarger_choice import is_controlled

GIB = 1024**3
NEEDED_GIB = 3.0
"""Memory that the starter's sample book is allowed to take."""


WORKING_GIB = 1.5
"""What libraries and pictures take beside the weights: the sample book's peak is 1.4 GiB."""


SAID = re.compile(r"^(ok |BAD)  (.+?): (.*)$", re.MULTILINE)
"""A finding as `storybook doctor` prints it."""
ASKED_S = 120.0


class Model(Record):
    """A model of a studio; `size_mb` is None if it is not on the disk."""

    door: str
    path: str
    size_mb: float | None


class DoctorCheck(Record):
    """One thing that was looked at."""

    what: str
    says: str
    good: bool = True


def models_of(settings: Settings) -> list[Model]:
    """The models that stand behind a studio's doors, the writer's adapter among them."""
    options = settings.enlarge
    doors = {
        "writer": _named(settings.write.writer),
        "adapter": settings.write.adapter,
        "painter": settings.draw.painter,
        "safety": settings.draw.safety,
        "critic": settings.choose.critic,
        "enlarger": _named(options.enlarger, options.otherwise),
        "control": options.control if is_controlled(options) else None,
        "edges": _named(options.edges) if is_controlled(options) else None,
    }
    return [
        Model(door=door, path=path, size_mb=0.0 if path in DOUBLES else _size_mb(Path(path)))
        for door, path in doors.items()
        if path
    ]


def _named(setting: str | None, otherwise: str | None = None) -> str | None:
    """The path of what a setting names."""
    return str(packaged.in_use(setting, otherwise)) if setting else None


def examine(settings: Settings) -> list[DoctorCheck]:
    """Python, memory, disk, device, the studio's models, and how each known studio would fit."""
    memory, disk = psutil.virtual_memory(), shutil.disk_usage(".")
    findings = [
        DoctorCheck(what="Python", says=f"{platform.python_version()} on {platform.platform()}"),
        DoctorCheck(what="processor", says=f"{os.cpu_count()} cores"),
        DoctorCheck(
            what="memory",
            says=f"{memory.available / GIB:.1f} of {memory.total / GIB:.1f} GiB free",
            good=memory.available > NEEDED_GIB * GIB,
        ),
        DoctorCheck(what="disk", says=f"{disk.free / GIB:.1f} GiB free here", good=disk.free > GIB),
        _device(),
    ]
    for model in models_of(settings):
        says = f"{model.path} is missing; put it there, or name another in studio.toml"
        if model.size_mb is not None:
            says = f"{model.path} ({model.size_mb:.1f} MB)"
        findings.append(DoctorCheck(what=model.door, says=says, good=model.size_mb is not None))
    if settings.draw.painter not in DOUBLES and Path(settings.draw.painter).exists():
        findings.append(painter_memory(settings, _free_gib(True) if _has_gpu() else None))
    for name in studios():
        if name == "doubles" != settings.name:  # for tests of the program, and no help to anybody
            continue
        finding = _fit(load_settings(name))
        findings.append(finding if name == settings.name else finding.but(good=True))
    return findings


def _fit(settings: Settings) -> DoctorCheck:
    """Whether a studio's largest model fits: one door is open at a time, so that is what counts."""
    models = models_of(settings)
    missing = [model.door for model in models if model.size_mb is None]
    what = f"studio {settings.name}"
    if missing:
        return DoctorCheck(what=what, says=f"not on the disk: {', '.join(missing)}")
    on_gpu = settings.device != "cpu" and _has_gpu()
    largest = max(models, key=lambda model: weights_gib(Path(model.path), 2 if on_gpu else 4))
    needed_gib = weights_gib(Path(largest.path), 2 if on_gpu else 4)
    if not needed_gib:
        return DoctorCheck(what=what, says="takes next to nothing")
    free = _free_gib(on_gpu)
    fits = needed_gib + WORKING_GIB < free
    verdict = "fits" if fits else "is too large for"
    if on_gpu and largest.door == "painter" and not fits:
        return painter_memory(settings, free).but(what=what)
    says = f"its largest model, the {largest.door}, takes {needed_gib:.2f} GiB and {verdict} "
    says += f"the {free:.1f} GiB free on the {'GPU' if on_gpu else 'machine'}"
    return DoctorCheck(what=what, says=says, good=fits)


def painter_memory(settings: Settings, free_gib: float | None) -> DoctorCheck:
    """How the painter would share a GPU on which so much is free; None: there is no GPU."""
    what = "painter's memory"
    if free_gib is None or settings.device == "cpu":
        return DoctorCheck(what=what, says="whole, on the processor; draw.memory counts on a GPU")
    from storybook.errors import ModelError
    from storybook.models.memory import choose_plan, peak_gib
    from storybook.studio.studio import Studio

    studio = Studio(settings)
    sampling = studio.sampling
    times = 4 if is_controlled(settings.enlarge) else 1  # painted over at twice the size
    pixels = sampling.width_px * sampling.height_px * times
    try:
        weights = studio.checkpoint.stored_bytes(2)
    except ModelError as fault:
        return DoctorCheck(what=what, says=str(fault), good=False)
    plan = choose_plan(settings.draw.memory, weights, pixels, free_gib)
    takes = peak_gib(plan, weights, pixels)
    says = f"{plan.says}: about {takes:.1f} of the {free_gib:.1f} GiB free (draw.memory)"
    return DoctorCheck(what=what, says=says, good=takes <= free_gib)


def weights_gib(path: Path, bytes_each: int) -> float:
    """Memory that a model's numbers take at `bytes_each`; of pickles, what they take on the disk.

    What an unreadable file would take is left to its opening to say.
    """
    from storybook.errors import ModelError
    from storybook.models.weights import numbers_in

    if str(path) in DOUBLES:
        return 0.0
    files = sorted(path.rglob("*.safetensors")) if path.is_dir() else [path]
    try:
        return sum(numbers_in(file) for file in files) * bytes_each / GIB
    except ModelError:
        return (_size_mb(path) or 0.0) * 1e6 / GIB


def _has_gpu() -> bool:
    if not _may_have_gpu():
        return False
    import torch

    return torch.cuda.is_available()


@cache
def _may_have_gpu() -> bool:
    """Whether torch, which takes seconds to import, is worth asking: is there a GPU's driver?"""
    if sys.platform == "darwin" or Path("/dev/kfd").exists():  # Apple's, AMD's
        return True
    try:
        ctypes.CDLL("nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1")
    except OSError:
        return False
    return True


def _free_gib(on_gpu: bool) -> float:
    if not on_gpu:
        return psutil.virtual_memory().available / GIB
    import torch

    return torch.cuda.mem_get_info()[0] / GIB


def _device() -> DoctorCheck:
    if _may_have_gpu():
        import torch

        if torch.cuda.is_available():
            name = torch.cuda.get_device_name()
            return DoctorCheck(what="GPU", says=f"{name}, {_free_gib(True):.1f} GiB free")
        if torch.backends.mps.is_available():
            return DoctorCheck(
                what="GPU", says="Apple's; models here do not use it, but the processor"
            )
    if "microsoft" in platform.release().lower() and Path("/usr/lib/wsl/lib").is_dir():
        return DoctorCheck(
            what="GPU",
            says="none seen under WSL. Try: export LD_LIBRARY_PATH=/usr/lib/wsl/lib",
            good=False,
        )
    return DoctorCheck(what="GPU", says="none; the starter's models do without")


def _size_mb(path: Path) -> float | None:
    if not path.exists():
        return None
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file()) / 1e6


def asked(studio: str) -> list[DoctorCheck]:
    """What `examine` finds of a studio, asked of another process: this one loads no framework."""
    done, complaint = processes.ask_storybook("doctor", "--studio", studio, timeout_s=ASKED_S)
    findings = [
        DoctorCheck(what=what, says=says, good=verdict == "ok ")
        for verdict, what, says in SAID.findall(done.stdout)
    ]
    if not findings:
        raise complaint
    return findings
