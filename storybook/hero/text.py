"""Heroes in words for their owners: what each is, and how far its teaching is."""

from pathlib import Path

from storybook.hero.edits import is_own
from storybook.hero.folder import hero_folder, hero_photos
from storybook.jobs.manager import find_running
from storybook.records import Hero
from storybook.world import article


def kind_of(hero: Hero) -> str:
    """Coat and animal, as its owner says it: `orange striped cat`."""
    stands = f", drawn as {article(hero.species)}" if hero.kind else ""
    return f"{hero.look} {hero.called}{stands}".strip()


def state_of(name: str, hero: Hero, runs: Path, jobs: Path) -> str:
    """A sentence on how a painter knows a hero, by the name of its folder."""
    folder = hero_folder(name)
    if find_running(runs / folder.name, jobs):
        return "Is being taught."
    if hero.painter:
        return "Has a painter of its own."
    if hero.adapter:
        return "The painter knows it." if is_own(folder) else "Comes along, and was taught."
    if count := len(hero_photos(name)):
        return f"{count} photo{'s' * (count != 1)}, not taught yet."
    return "No photos yet." if is_own(folder) else "Comes along."
