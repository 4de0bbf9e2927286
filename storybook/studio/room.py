"""Whether a studio's painter, critic and enlarger have room in memory beside each other."""

from collections.abc import Iterator
from pathlib import Path

from storybook.models import packaged
from storybook.records import Hero
from storybook.studio.enlarger_choice import edges_file, enlarger_file, is_controlled
from storybook.studio.studio import Studio
from storybook.studio.taught import own_painter

SHARE = 0.5
"""Of the free memory that weights may take, as they lie on the disk: a batch needs some as well,
and half precision on the disk is single precision on a CPU."""


def fits_together(studio: Studio, cast: tuple[Hero, ...]) -> bool:
    """Whether all who finish a page can stay open while it is drawn.

    Who wishes the painter's parts one at a time on the device has no room for others beside it.
    """
    if studio.settings.draw.memory == "parts":
        return False
    weights = sum(_bytes_of(path) for path in _models(studio, cast))
    if not weights:  # the doubles
        return True
    from storybook.models.memory import free_bytes

    return weights <= SHARE * free_bytes(studio.settings.device)


def _models(studio: Studio, cast: tuple[Hero, ...]) -> Iterator[Path]:
    """Where all that is open then lies, what is open twice named twice."""
    settings = studio.settings
    painter = own_painter(studio.known(cast)) or Path(settings.draw.painter)
    yield painter
    if studio.guard_path is not None and studio.guard_path.parent != painter:
        yield studio.guard_path
    yield packaged.on_disk(settings.choose.critic)
    if settings.enlarge.enlarger != "nearest":
        yield enlarger_file(settings.enlarge)
    if is_controlled(settings.enlarge):
        yield painter
        yield from filter(None, (Path(settings.enlarge.control), edges_file(settings.enlarge)))


def _bytes_of(path: Path) -> int:
    """What a file, or all files of a folder, take on the disk; nothing where there is none."""
    files = [path] if path.is_file() else path.rglob("*")
    return sum(file.stat().st_size for file in files if file.is_file())
