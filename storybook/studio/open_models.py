"""A studio whose models stay open from book to book."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import psutil

from storybook.config import Settings
from storybook.hero.folder import hero_photos
from storybook.models import Critic, Enlarger, Painter, SafetyChecker, Writer
from storybook.models.packaged import on_disk
from storybook.records import Hero
from storybook.studio.studio import Studio

M = TypeVar("M")

SHARE = 0.25
"""Models whose files take at most this share of the free memory stay open together: with what they
compute, and in another number format, they take up to three times as much."""


class OpenModels(Studio):
    """A studio that opens each model once, and frees all of them when its own `with` ends.

    A door is opened anew only when another model stands behind it: the painter that was taught the
    next book's hero, say. Models that are too large to be in memory together are opened and freed
    for each book, as in any other studio.
    """

    def __enter__(self) -> "OpenModels":
        self._open: dict[str, tuple[object, object, ExitStack]] = {}
        self._keeps = fit_together(self.settings)
        return self

    def __exit__(self, *fault: object) -> None:
        self.close()

    def close(self) -> None:
        """Free all models; the next book opens them anew."""
        while self._open:
            _, (_, _, stack) = self._open.popitem()
            stack.close()

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        with self._kept(f"writer {self.writer_name}", None, super().writer()) as writer:
            yield writer

    @contextmanager
    def painter(self, cast: tuple[Hero, ...] = (), *, times: int = 1) -> Iterator[Painter]:
        key = (self.painter_name(cast), sorted(self.loras or ()))
        with self._kept(f"painter {times}", key, super().painter(cast, times=times)) as painter:
            yield painter

    @contextmanager
    def safety_checker(self) -> Iterator[SafetyChecker | None]:
        with self._kept(
            "safety_checker", self.safety_checker_path, super().safety_checker()
        ) as checker:
            yield checker

    @contextmanager
    def critic(self, star: Hero | None = None) -> Iterator[Critic]:
        photos = hero_photos(star.name) if star else []
        key = [(path, path.stat().st_size) for path in photos]
        with self._kept("critic", key, super().critic(star)) as critic:
            yield critic

    @contextmanager
    def enlarger(self, cast: tuple[Hero, ...] = ()) -> Iterator[Enlarger]:
        with self._kept("enlarger", self.enlarger_name(cast), super().enlarger(cast)) as enlarger:
            yield enlarger

    @contextmanager
    def _kept(self, door: str, key: object, opening: AbstractContextManager[M]) -> Iterator[M]:
        """The model behind a door: the one that is open, if its `key` is this one."""
        if not self._keeps:
            with opening as model:
                yield model
            return
        if door in self._open and self._open[door][0] != key:
            self._open.pop(door)[2].close()
        if door not in self._open:
            stack = ExitStack()
            self._open[door] = (key, stack.enter_context(opening), stack)
        yield self._open[door][1]


def fit_together(settings: Settings) -> bool:
    """Whether all models of a studio may be in memory at once, by the size of their files.

    Who wishes a painter's parts one at a time on the device has no room for others beside it.
    """
    if settings.draw.memory == "parts":
        return False
    writers = [settings.write, *settings.write.also]
    names = [name for each in writers for name in (each.writer, each.adapter)]
    names += [settings.draw.painter]
    names += [settings.draw.vae, settings.draw.safety, settings.choose.critic]
    names += [settings.enlarge.enlarger, settings.enlarge.otherwise, settings.enlarge.control]
    size = sum(_bytes_of(Path(on_disk(name))) for name in names if name)
    return not size or size <= SHARE * _free_bytes(settings.device)


def _bytes_of(path: Path) -> int:
    """Of a file, or of all files in a folder; none of a model that has no files."""
    files = path.rglob("*") if path.is_dir() else [path]
    return sum(file.stat().st_size for file in files if file.is_file())


def _free_bytes(device: str) -> int:
    """What is free where models work."""
    from storybook.models.devices import device_of
    from storybook.models.memory import GIB, free_gib

    place = device_of(device)
    if place.type == "cuda":
        return int(free_gib(place) * GIB)
    return psutil.virtual_memory().available
