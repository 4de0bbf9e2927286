"""One teaching from its beginning to a hero that draws with it: what is asked of the training, in a
process of its own, and what becomes of its result.
"""

import json
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from storybook.authoring.teach_hero import (
    RECIPE,
    adopt,
    are_drawings,
    token_for,
    token_in,
    write_recipe,
)
from storybook.config import Settings, overridden
from storybook.errors import HeroError
from storybook.hero.folder import hero_folder, hero_in, hero_photos
from storybook.studio.studio import Studio

RUNS = Path("runs")


@dataclass(frozen=True, slots=True)
class TeachRequest:
    """What is asked of a teaching; `changes` are `KEY=VALUE` of the recipe, such as `lr=1e-4`."""

    name: str
    preset: str | None = None
    """None: `auto`, or what an earlier teaching that goes on began with."""
    changes: Sequence[str] = ()
    pinned: Sequence[str] = ()
    """Of the studio's settings those that were asked for by name: a teaching that goes on has to
    have begun with them."""
    resume: bool = False
    dry_run: bool = False
    anyway: bool = False
    """Teach photos also to a painter that knows drawings only."""


@dataclass(frozen=True, slots=True)
class Teaching:
    """A teaching that may begin: its hero's folder, its run, and the command that does it."""

    folder: Path
    run: Path
    command: list[str]


def prepare(request: TeachRequest, settings: Settings) -> Teaching:
    """The teaching that is asked for; its recipe is written unless an earlier one goes on.

    Raises HeroError for a hero without photos, for photos and a painter that knows drawings only,
    and if painter or preset are not those that an earlier teaching began with.
    """
    folder = hero_folder(request.name)
    one = hero_in(folder)
    photos = hero_photos(request.name)
    if not photos:
        raise HeroError(
            f"{folder} has no photos to learn from. Add the hero from photos: "
            f"storybook hero add {request.name} --class {one.species} --photos FOLDER"
        )
    run = RUNS / folder.name
    recipe = run / RECIPE
    goes_on = request.resume and recipe.is_file()
    if goes_on:
        _check_same_painter(recipe, request.pinned, settings)
        _check_same_preset(run, request.preset)
    elif Studio(settings).draws_the_world and not are_drawings(photos) and not request.anyway:
        raise HeroError(
            f"The {settings.name} painter knows drawings, not photos: it already draws {one.name} "
            f"by its look ({one.words}), and would learn little from photos. For the real thing: "
            "--studio classic. To see for yourself: --anyway."
        )
    if overridden({}, request.changes).get("kind") == "hypernetwork":
        raise HeroError(
            "A hero is drawn with an adapter or a painter of its own, not with a hypernetwork. "
            "Leave kind out, or teach one by itself: python -m training dreambooth RECIPE.toml"
        )
    if not goes_on:
        token = token_for(one, Path(settings.draw.painter))
        recipe = write_recipe(one, folder, token, settings, preset=request.preset or "auto")
    return Teaching(folder, run, _command(request, recipe, run, settings.device))


def finish(name: str) -> Path:
    """Let a hero draw with what its run made; returns where that lies in the hero's folder."""
    folder = hero_folder(name)
    run = RUNS / folder.name
    # The run knows the word that it taught, and the hero may have been changed meanwhile.
    one = hero_in(folder)
    return adopt(one.but(token=token_in(run / RECIPE) or one.token), folder, run / "result")


def run_training(command: Sequence[str], *, silent: bool = False) -> int:
    """Run a command to its end; returns its exit code. A `silent` one's results are not told."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL if silent else None) as training:
        try:
            return training.wait()
        except KeyboardInterrupt:  # it was told as well, and keeps a checkpoint before it ends
            return training.wait()


def _command(request: TeachRequest, recipe: Path, run: Path, device: str) -> list[str]:
    command = [sys.executable, "-m", "training", "dreambooth", str(recipe), "--run", str(run)]
    command += ["--device", device]
    for change in request.changes:
        command += ["--set", change]
    if request.resume:
        command += ["--resume", "latest"]
    return [*command, "--dry-run"] if request.dry_run else command


def _check_same_preset(run: Path, preset: str | None) -> None:
    """Raise HeroError if a teaching that goes on is to be of another preset now."""
    try:
        began = json.loads((run / "run.json").read_text(encoding="utf-8")).get("preset")
    except (OSError, ValueError, AttributeError):  # the training says what is amiss with its run
        return
    if preset is not None and began and preset != began:
        raise HeroError(
            f"--preset {preset}: the teaching in {run} began with {began}. Leave it out to go on, "
            "or leave --resume out to begin anew."
        )


def _check_same_painter(recipe: Path, pinned: Sequence[str], settings: Settings) -> None:
    """Raise HeroError if a teaching that goes on is to be another painter's, or critic's, now."""
    began = tomllib.loads(recipe.read_text(encoding="utf-8"))
    now = {"draw.painter": settings.draw.painter, "choose.critic": settings.choose.critic}
    before = {"draw.painter": began.get("model"), "choose.critic": began.get("critic")}
    for key in {change.partition("=")[0].strip() for change in pinned} & now.keys():
        if Path(now[key]).resolve() != Path(before[key] or "").resolve():
            raise HeroError(
                f"--set {key}={now[key]}: the teaching in {recipe.parent} began with "
                f"{before[key]}. Leave it out to go on, or leave --resume out to begin anew."
            )
