"""python -m app.pictures [--styles]: draw the styles and the places anew, with the starter.

The best of several tries is kept, as the starter's critic sees it. This is for who changes the
starter's painter; the studio itself loads no model.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from storybook.config import load_settings
from storybook.images.finishing import finished
from storybook.models import Critic, Enlarger, Painter
from storybook.prompts import taught_style
from storybook.records import Hero, Prompt
from storybook.story.composition import composed
from storybook.studio.studio import Studio
from storybook.studio.styles import drawn_styles
from storybook.world import Composition, World, picture_words

HERE = Path(__file__).parent
TRIES = 3
SIZE_PX, QUALITY = 360, 82
STAR = "orange striped cat"
"""Who is in the picture of each style: the same scene in all, so that what differs is the style."""
WHO = ("orange cat", "brown dog", "grey cat", "golden dog", "orange fox", "white rabbit")


def style_words(style: str, world: World) -> str:
    """The caption of the scene that stands for a style: a face, from near."""
    return picture_words(
        style=style,
        star=STAR,
        action="sitting",
        place="meadow",
        light="day",
        shot="close",
        composition=Composition(
            pose=next(iter(world.poses)), side=next(iter(world.sides)), facing=[*world.sides][-1]
        ),
    )


def places(world: World) -> Iterator[tuple[str, Hero, str]]:
    """The name of each place's picture, who is in it, and its caption."""
    for number, place in enumerate(world.places):
        star = WHO[number % len(WHO)]
        words = picture_words(
            style="watercolour", star=star, action="sitting", place=place, light="day", shot="wide"
        )
        yield f"place-{place.replace(' ', '-')}", _hero(star), words


def _hero(star: str) -> Hero:
    look, _, species = star.rpartition(" ")
    return Hero(name="Pip", species=species, look=look)


class Drawer:
    """The starter's models, open."""

    def __init__(self, studio: Studio, painter: Painter, critic: Critic, enlarger: Enlarger):
        self.studio, self.painter, self.critic, self.enlarger = studio, painter, critic, enlarger

    def tries(self, hero: Hero, words: str) -> list[tuple[float, Image.Image]]:
        """A picture for each seed, with what the critic thinks of it."""
        prompt = Prompt(page=0, positive=words)
        requests = [
            self.studio.sampling.request(
                prompt.but(positive=composed(words, seed, self.studio.world)),
                self.painter.name,
                seed,
            )
            for seed in range(1, TRIES + 1)
        ]
        return [
            (self.critic.judge(image, prompt, hero).score, image)
            for image in self.painter.paint(requests)
        ]

    def save(self, name: str, image: Image.Image, words: str, finish: str = "watercolour") -> None:
        """Bring a picture to its size on the page, and finish it, as a book's are."""
        prompt = Prompt(page=0, positive=words)
        large = self.enlarger.enlarge(image, prompt, width_px=4 * image.width, seed=1)
        large = finished(large, finish, sheet=1)
        small = large.resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS)
        small.save(HERE / f"{name}.webp", quality=QUALITY, method=6)


def main() -> None:
    studio = Studio(load_settings("starter", []))
    world = studio.world
    with studio.painter(()) as painter, studio.critic() as critic, studio.enlarger() as enlarger:
        drawer = Drawer(studio, painter, critic, enlarger)
        shown = drawn_styles(studio)
        words = {style: style_words(taught_style(style), world) for style in shown}
        tries = {style: drawer.tries(_hero(STAR), said) for style, said in words.items()}
        seeds = range(TRIES)
        best = max(seeds, key=lambda seed: min(tries[style][seed][0] for style in words))
        for style, said in words.items():  # of one seed, so that they are one picture
            drawer.save(f"style-{style}", tries[style][best][1], said, style)
        if "--styles" in sys.argv[1:]:
            return
        for name, hero, said in places(world):
            score = max(drawer.tries(hero, said), key=lambda each: each[0])
            drawer.save(name, score[1], said)


if __name__ == "__main__":
    main()
