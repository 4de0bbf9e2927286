"""What a picture shows, in a sentence for those who do not see it. It is told from the scene."""

from collections.abc import Sequence

from storybook.records import Hero, Scene
from storybook.world import MOST_COMPANIONS, doing_words

AT = {
    "beach": "at the beach",
    "pond": "at the pond",
    "mountain": "on the mountain",
    "farmyard": "on the farmyard",
    "town street": "on the street",
    "castle": "at the castle",
    "snow": "in the snow",
}
"""Where `in the` is not what people say."""

LIGHTS = {"day": "", "sunset": " at sunset", "night": " at night", "rain": " in the rain"}


def alt_text(scene: Scene, cast: Sequence[Hero]) -> str:
    """A scene's picture in a sentence, such as `Biscuit the cat holding a kite in the garden.`

    Words that a scene has from elsewhere are said as they are.
    """
    star, *others = (_named(name, cast) for name in scene.cast)
    mood = "" if scene.mood == "happy" else f", {scene.mood},"
    doing = doing_words(scene.moment, scene.relation, scene.things[0] if scene.things else "")
    beside = f" beside {' and '.join(others[:MOST_COMPANIONS])}" if others else ""
    where = AT.get(scene.place, f"in the {scene.place}")
    light = LIGHTS.get(scene.light, f", {scene.light}")
    return f"{star}{mood} {doing}{beside} {where}{light}."


def _named(name: str, cast: Sequence[Hero]) -> str:
    species = next((hero.species for hero in cast if hero.name == name), "")
    return f"{name} the {species}" if species and species.lower() != name.lower() else name
