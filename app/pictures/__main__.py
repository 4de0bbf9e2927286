"""python -m app.pictures: draw the styles and the places anew, with the starter.

The best of several tries is kept, as the starter's critic sees it. This is for who changes the
starter's painter; the studio itself loads no model.
"""

from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from storybook.config import load_settings
from storybook.records import Hero, Prompt
from storybook.story.composition import composed
from storybook.studio.studio import Studio
from storybook.world import picture_words

HERE = Path(__file__).parent
TRIES = 3
SIZE_PX, QUALITY = 360, 82
STYLES = {
    "watercolour": ("white rabbit", "sitting", "snow", "sunset", "middle"),
    "gouache": ("orange fox", "walking", "castle", "day", "wide"),
    "crayon": ("brown bear", "sitting", "forest", "night", "middle"),
}
"""Each in a scene that it is good at."""
WHO = ("orange cat", "brown dog", "grey cat", "golden dog", "orange fox", "white rabbit")


def scenes() -> Iterator[tuple[str, Hero, str]]:
    """The name of each picture, who is in it, and its caption."""
    for style, (star, action, place, light, shot) in STYLES.items():
        words = picture_words(
            style=style, star=star, action=action, place=place, light=light, shot=shot
        )
        yield f"style-{style}", _hero(star), words
    for number, place in enumerate(Studio(load_settings("starter", [])).world.places):
        star = WHO[number % len(WHO)]
        words = picture_words(
            style="watercolour", star=star, action="sitting", place=place, light="day", shot="wide"
        )
        yield f"place-{place.replace(' ', '-')}", _hero(star), words


def _hero(star: str) -> Hero:
    look, _, species = star.rpartition(" ")
    return Hero(name="Pip", species=species, look=look)


def main() -> None:
    studio = Studio(load_settings("starter", []))
    with studio.painter(()) as painter, studio.critic() as critic, studio.enlarger() as enlarger:
        for name, hero, words in scenes():
            prompt = Prompt(page=0, positive=words)
            requests = [
                studio.sampling.request(
                    prompt.but(positive=composed(words, seed, studio.world)), painter.name, seed
                )
                for seed in range(1, TRIES + 1)
            ]
            drawn = list(painter.paint(requests))
            best = max(drawn, key=lambda image: critic.judge(image, prompt, hero).score)
            large = enlarger.enlarge(best, prompt, width_px=4 * best.width, seed=1)
            small = large.resize((SIZE_PX, SIZE_PX), Image.Resampling.LANCZOS)
            small.save(HERE / f"{name}.webp", quality=QUALITY, method=6)


if __name__ == "__main__":
    main()
