"""A studio opens a model for the length of a `with`, then frees its memory."""

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path

from storybook.config import Settings, shipped
from storybook.errors import ConfigError
from storybook.hero.folder import hero_photos
from storybook.models import Critic, Enlarger, Painter, SafetyChecker, Writer, packaged, writers
from storybook.models.checkpoint import Checkpoint
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.models.weights import Adapter, ComponentOverrides
from storybook.records import Hero, Prompt
from storybook.shard import Shard
from storybook.story.delexicalize import RoleWords, load_role_words
from storybook.story.prompt_frame import PLAIN, PromptFrame, carried_frame, load_frame
from storybook.studio.enlarger_choice import (
    edges_file,
    enlarger_file,
    enlarger_names,
    is_controlled,
    name_of,
)
from storybook.studio.safety_checkers import open_safety_checker, photo_safety_checker_path
from storybook.studio.taught import adapters_of, known, own_painter
from storybook.world import WORLD, World, load_world


class Studio:
    """Settings with the doors they open. Names are cheap; models load only inside a `with`."""

    def __init__(self, settings: Settings, shard: Shard | None = None) -> None:
        self.settings = settings
        self.shard = shard or Shard()

    # What is known without loading a model

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The painter's, unless a hero has one of its own."""
        return Checkpoint(self._painter_folder)

    @cached_property
    def world(self) -> World:
        """The painter's own words if it brings them, else those that the project ships."""
        return load_world(self._painter_folder if self._brings_a_world else shipped("assets"))

    @property
    def draws_the_world(self) -> bool:
        """Whether the painter knows the drawn world's words only, as the starter's does."""
        return self._is_double or self._brings_a_world

    @cached_property
    def sampling(self) -> SamplingDefaults:
        """How pictures are asked for: the painter's own wishes, changed by the studio's."""
        own = self.checkpoint.sampling
        draw = self.settings.draw
        own_settings = {
            key: getattr(draw, key) for key in ("width_px", "height_px", "steps", "guidance")
        }
        return own.but(**{key: value for key, value in own_settings.items() if value is not None})

    @property
    def writer_name(self) -> str:
        return writers.writer_name(self.settings.write)

    @cached_property
    def role_words(self) -> RoleWords | None:
        """The words that stand for roles, as the writer was taught; None: it is told by name."""
        return load_role_words(packaged.on_disk(writers.own(self.settings.write).writer))

    @cached_property
    def frame(self) -> PromptFrame:
        """How a whole story is asked for: as the adapter, or else the writer, was taught."""
        write = writers.own(self.settings.write)
        adapters = [writers.adapter_folder(write.adapter)] if write.adapter else []
        folder = packaged.on_disk(write.writer)
        return carried_frame(*adapters, folder) or load_frame(PLAIN)

    @cached_property
    def loras(self) -> dict[str, Path] | None:
        """Those that a prompt can ask for, by name; None where the painter takes none."""
        if self._is_double:
            return None
        from storybook.models.adapters import named_loras

        return named_loras(
            Path(self.settings.draw.lora_folder), (each.path for each in self._adapters(()))
        )

    def lora_hashes(self, prompts: Iterable[Prompt]) -> dict[str, str]:
        """What A1111 calls the LoRAs by that `prompts` ask for, by name."""
        from storybook.models.prompt_syntax import networks
        from storybook.models.weights import lora_hash

        loras = self.loras or {}
        names = {each.name for prompt in prompts for each in networks(prompt.positive)}
        return {name: lora_hash(loras[name]) for name in sorted(names) if name in loras}

    def painter_name(self, cast: tuple[Hero, ...] = (), prompt: Prompt | None = None) -> str:
        """Contains the digest of the weights and of the adapters of the heroes in `cast`.

        With a `prompt`, also of the LoRAs that it asks for. Of a hero with a painter of its own the
        weights are that painter's.
        """
        if self._is_double:
            return self.settings.draw.painter
        from storybook.models.adapters import loras_in_prompt

        named = loras_in_prompt(prompt.positive, self.loras or {}) if prompt else ()
        adapters = [*self._adapters(cast), *named]
        return self._checkpoint_for(cast).name(adapters, self._component_overrides())

    def known(self, cast: tuple[Hero, ...]) -> tuple[Hero, ...]:
        """The cast as this painter knows it.

        One painter draws a book: the studio's, or in its place the first hero's own. A hero that
        was taught to another goes by its look. A painter of the drawn world takes only its own:
        small ones differ more from each other than the large ones do. A painter of anything is told
        what the owner calls a hero, where the drawn world has only a near one.
        """
        if self._is_double:
            return cast
        taught = known(cast, self._painter_folder, exactly=self.draws_the_world)
        if self.draws_the_world:
            return taught
        return tuple(hero.but(species=hero.called, kind="") for hero in taught)

    @property
    def safety_checker_path(self) -> Path | None:
        """The picture safety checker's; None if there is none, or nobody wants it.

        A painter of anything that brings none of its own has the one that was fetched.
        """
        if not self.settings.write.for_children:
            return None
        own = self._painter_folder / "safety_checker"
        if self.settings.draw.safety:
            return packaged.fetched(self.settings.draw.safety)
        return (
            own if own.is_dir() else (None if self.draws_the_world else photo_safety_checker_path())
        )

    @property
    def critic_name(self) -> str:
        return name_of(self.settings.choose.critic, double="length")

    def enlarger_name(self, cast: tuple[Hero, ...] = (), prompt: Prompt | None = None) -> str:
        """Contains the digest of its weights; of the painter's, too, if that paints over."""
        return self.enlarger_names(cast, prompt)[0]

    def enlarger_names(
        self, cast: tuple[Hero, ...] = (), prompt: Prompt | None = None
    ) -> tuple[str, ...]:
        """The enlarger's name, and those of others whose plates are not due for it."""
        painter = partial(self.painter_name, cast, prompt)
        return enlarger_names(self.settings.enlarge, painter)

    # The doors

    @contextmanager
    def writer(self) -> Iterator[Writer]:
        own = self.settings
        with _freed(writers.open_writer(own.write, own.device, own.precision)) as writer:
            yield writer

    @contextmanager
    def painter(self, cast: tuple[Hero, ...] = (), *, times: int = 1) -> Iterator[Painter]:
        """A painter who knows the taught heroes of `cast`, as `known` gives it.

        Pictures are `times` the usual size.
        """
        if self._is_double:
            from storybook.models.doubles import FlatPainter

            yield FlatPainter()
            return
        from storybook.models.painting import open_painter

        painter = open_painter(
            self._checkpoint_for(cast),
            self._adapters(cast),
            device=self.settings.device,
            batch=self.settings.draw.batch,
            overrides=self._component_overrides(),
            loras=self.loras,
            memory=self.settings.draw.memory,
            pixels=self.sampling.width_px * self.sampling.height_px * times**2,
            precision=self.settings.precision,
        )
        with _freed(painter):
            yield painter

    @contextmanager
    def safety_checker(self) -> Iterator[SafetyChecker | None]:
        """Who looks whether pictures are for children, if there is somebody."""
        if self.safety_checker_path is None:
            yield None
            return
        with _freed(open_safety_checker(self.safety_checker_path, self.settings.device)) as checker:
            yield checker

    @contextmanager
    def critic(self, star: Hero | None = None) -> Iterator[Critic]:
        """A critic who knows the photos of `star`, if it has any."""
        if self.settings.choose.critic == "length":
            from storybook.models.doubles import LengthCritic

            yield LengthCritic()
            return
        from storybook.models.critics import open_critic

        world = self.world if self.draws_the_world else None
        folder = Path(self.settings.choose.critic)
        photos = hero_photos(star.name) if star else []
        critic = open_critic(
            folder,
            world,
            photos=photos,
            device=self.settings.device,
            precision=self.settings.precision,
        )
        with _freed(critic):
            yield critic

    @contextmanager
    def enlarger(self, cast: tuple[Hero, ...] = ()) -> Iterator[Enlarger]:
        """With a ControlNet, it has a painter who knows the taught heroes of `cast`."""
        options = self.settings.enlarge
        with _freed(self._open_enlarger()) as enlarger:
            if not is_controlled(options):
                yield enlarger
                return
            from storybook.models.control import FACTOR, RefineSettings, open_controlled_enlarger

            with self.painter(cast, times=FACTOR) as painter:
                yield open_controlled_enlarger(
                    self.enlarger_name(cast),
                    painter,
                    Path(options.control),
                    edges_file(options),
                    RefineSettings(
                        options.strength, options.control_weight, options.steps, options.guidance
                    ),
                    enlarger,
                )

    def _open_enlarger(self) -> Enlarger:
        options = self.settings.enlarge
        if options.enlarger == "nearest":
            from storybook.models.doubles import NearestEnlarger

            return NearestEnlarger()
        if options.engine == "realesrgan":
            from storybook.models.real_esrgan import open_package_enlarger as open_enlarger
        else:
            from storybook.models.enlargers import open_enlarger

        return open_enlarger(
            enlarger_file(options),
            device=self.settings.device,
            tile_px=options.tile_px,
            overlap_px=options.overlap_px,
            precision=self.settings.precision,
        )

    @property
    def _is_double(self) -> bool:
        return self.settings.draw.painter == "flat"

    @property
    def _brings_a_world(self) -> bool:
        return (self._painter_folder / WORLD).is_file()

    def _checkpoint_for(self, cast: tuple[Hero, ...]) -> Checkpoint:
        own = own_painter(cast)
        return Checkpoint(own) if own else self.checkpoint

    @property
    def _painter_folder(self) -> Path:
        return Path(self.settings.draw.painter)

    def _adapters(self, cast: tuple[Hero, ...]) -> list[Adapter]:
        """Those of the studio, and those that teach the heroes of `cast`."""
        own = [Adapter.parse(each) for each in self.settings.draw.adapters]
        _check_there("draw.adapters", *(adapter.path for adapter in own))
        return [*own, *map(Adapter, adapters_of(cast))]

    def _component_overrides(self) -> ComponentOverrides:
        draw = self.settings.draw
        hypernetworks = tuple(Adapter.parse(each) for each in draw.hypernetworks)
        words, vae = tuple(map(Path, draw.embeddings)), Path(draw.vae) if draw.vae else None
        _check_there("draw.hypernetworks", *(each.path for each in hypernetworks))
        _check_there("draw.embeddings", *words)
        _check_there("draw.vae", *([vae] if vae else []))
        return ComponentOverrides(vae, hypernetworks, words, draw.clip_skip)


def _check_there(setting: str, *paths: Path) -> None:
    for path in paths:
        if not path.exists():
            raise ConfigError(f"{setting}: there is no {path}. Name a file of weights.")


@contextmanager
def _freed(model: object) -> Iterator[object]:
    """Free a model's memory when its `with` ends, so that the next door has room."""
    try:
        yield model
    finally:
        model, room = None, type(model).__module__
        if not room.endswith(".doubles"):  # they have none, and to look at all objects takes time
            gc.collect()
