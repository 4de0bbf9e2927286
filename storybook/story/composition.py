"""How one scene becomes several pictures, and a book more than one stage set seen twelve times.

A caption of the drawn world names one picture. So a page's view of its place is said when the page
is described, and each candidate is asked for in another composition of the same scene: on another
side, looking elsewhere, in another pose. Painters whose world has no such words are told none.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product

from storybook.records import COVER
from storybook.world import Composition, World

COMPANY = ", beside "
"""What a caption says where the star is not alone: then it looks at who is beside it."""


def view_of(page: int, world: World) -> str:
    """From where the place of a page is seen; the cover shows it from the front.

    It depends on the page's number alone, so that one edited page redoes one page; neighbours in
    the order in which a book was told never share a view, and so facing pages do not.
    """
    views = list(world.views)
    if not views:
        return ""
    return views[0] if page == COVER else views[(page - 1) % len(views)]


def composed(caption: str, attempt: int, world: World) -> str:
    """The caption of a scene, composed as the candidate `attempt` (from 0) is.

    Words that are no caption, and captions that say how they are composed, stay as they are.
    """
    if not world.sides or not re.search(rf", (?:{_any(world.shots)}) view$", caption):
        return caption
    ways = list(_ways(world, alone=COMPANY not in caption))
    return ", ".join((caption, *ways[attempt % len(ways)].words))


def composition_pattern(world: World) -> str:
    """A regular expression for all that a caption may say of its composition at its end."""
    if not world.sides:
        return ""
    sides = _any(world.sides)
    return rf"(?:, (?:{_any(world.poses)}|on the (?:{sides})|looking (?:{sides})))*"


def _ways(world: World, *, alone: bool) -> Iterator[Composition]:
    """All compositions, those that come one after the other as different as can be."""
    sides, poses = list(world.sides), list(world.poses)
    for turn, side_first in product(range(len(poses)), (0, 1)):
        for number, side in enumerate(sides):
            pose = poses[(number + turn) % len(poses)]
            # Alone it looks into the picture first, from the left to the right, then out of it.
            facing = sides[(number + 1 + side_first) % len(sides)] if alone else sides[-1]
            yield Composition(pose=pose, side=side, facing=facing)


def _any(section: Iterable[str]) -> str:
    return "|".join(map(re.escape, section))
