"""Where the star of a page's picture is, as far as the studio's critic can tell."""

from pathlib import Path

from PIL import Image

from storybook.records import Shot
from storybook.studio.studio import Studio


def star_box(studio: Studio, image: Image.Image, shot: Shot) -> tuple[float, ...] | None:
    """The star's box as shares, left, top, right and bottom; None if nobody can tell.

    Told of drawn pictures alone: the classifier of the starter's critic was taught on no others.
    """
    if not finds_stars(studio):
        return None
    from storybook.models.star_finder import find_star

    return find_star(Path(studio.settings.choose.critic), image, shot)


def finds_stars(studio: Studio) -> bool:
    """Whether it is worth a try; nothing is loaded for it."""
    return studio.draws_the_world and Path(studio.settings.choose.critic).is_dir()
