"""A hero and everything that was derived from it: said, thrown away together, and put back.

heroes/.trash/rex-20261122-160000-000000/
  hero/           the hero's folder
  runs/rex/       the runs that were taught from it
"""

import shutil
import tomllib
from pathlib import Path

from storybook.errors import HeroError
from storybook.files import free_folder, move
from storybook.hero.edits import is_own
from storybook.hero.folder import hero_folder, hero_photos, load_hero
from storybook.jobs.manager import find_running
from storybook.records import Record
from storybook.trash import place_in_trash, trashed

HERO, RUNS, LATENTS, RECIPE = "hero", "runs", ".latents", "recipe.toml"


class Derived(Record):
    """What there is of a hero."""

    folder: Path
    photos: int
    taught: bool
    """Whether it has an adapter, or a painter of its own."""
    runs: tuple[Path, ...]
    size_mb: float

    @property
    def says(self) -> str:
        """One line: what goes if the hero goes."""
        parts = [f"{self.photos} photo{'s' * (self.photos != 1)}"] if self.photos else []
        parts += ["what the painter was taught of it"] if self.taught else []
        count = len(self.runs)
        parts += [f"{count} training run{'s' * (count != 1)}"] if count else []
        parts = parts or ["its name and look"]
        listed = f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]
        return f"{listed} ({self.size_mb:.0f} MB)" if self.size_mb >= 1 else listed


def derived_of(name: str, runs: Path) -> Derived:
    """What there is of a hero; raises HeroError if there is no such hero."""
    folder = hero_folder(name)
    found = tuple(run for run in runs_of(folder, runs))
    size = sum(_size(place) for place in (folder, *found)) / 1e6
    return Derived(
        folder=folder,
        photos=len(hero_photos(name)),
        taught=load_hero(name).taught is not None,
        runs=found,
        size_mb=size,
    )


def runs_of(folder: Path, runs: Path) -> list[Path]:
    """The runs that a hero was taught in: those that bear its name or learnt from its photos."""
    return [run for run in sorted(runs.glob("[!.]*")) if _taught_from(run, folder)]


def throw_away(name: str, runs: Path, jobs: Path) -> Path:
    """Move a hero and its runs to the trash; returns where they lie. No book is touched.

    Raises HeroError for one that comes with the project, or is being taught. What is kept of
    pictures to learn faster is deleted: it is made again where it is needed.
    """
    every = derived_of(name, runs)
    folder = every.folder
    if not is_own(folder):
        raise HeroError(f"{name} comes with the project and cannot be deleted.")
    if any(find_running(run, jobs) for run in (*every.runs, runs / folder.name)):
        raise HeroError(f"{name} is being taught. Stop that first, or wait for it.")
    target = place_in_trash(folder)
    (target / RUNS).mkdir(parents=True)
    for run in every.runs:
        move(run, target / RUNS / run.name)
    move(folder, target / HERO)
    shutil.rmtree(runs / LATENTS, ignore_errors=True)
    return target


def put_back(thrown: Path, runs: Path) -> str:
    """Put a hero from the trash back with its runs; returns its name.

    Raises HeroError if another hero took its name, since a hero goes by the name of its folder.
    """
    found = trashed(thrown, HeroError)
    folder, name = found.root / found.name, found.name
    if not (thrown / HERO).is_dir():
        raise HeroError(f"{thrown} holds no hero any more: it was put back already.")
    if folder.exists():
        raise HeroError(f"There is another {name} by now. Delete or rename that one first.")
    runs.mkdir(exist_ok=True)
    for run in sorted((thrown / RUNS).iterdir()):
        move(run, free_folder(runs, run.name))
    move(thrown / HERO, folder)
    shutil.rmtree(thrown)
    return name


def _taught_from(run: Path, folder: Path) -> bool:
    try:
        recipe = tomllib.loads((run / RECIPE).read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
    concepts = recipe.get("concept")
    photos = [each.get("photos", "") for each in concepts] if isinstance(concepts, list) else []
    return any(Path(each).resolve().is_relative_to(folder.resolve()) for each in photos if each)


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
