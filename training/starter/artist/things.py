"""The things of the world, each about 40 wide around (0, 0) with its foot at y = 0, y down."""

from collections.abc import Callable
from dataclasses import dataclass

from training.starter.artist import finds, household, toys
from training.starter.artist.brush import THING, Brush


@dataclass(frozen=True, slots=True)
class Grip:
    """`below` is how far a thing's foot is below the paws, in its own units."""

    below: float = 18.0
    scale: float = 0.95
    aside: bool = False
    """One paw holds it out beside the head."""


@dataclass(frozen=True, slots=True)
class DrawnThing:
    """Draws a thing, and says what a scene can do with it besides laying it down."""

    draw: Callable[[Brush], None]
    grip: Grip = Grip()
    """How paws hold it: in front of the chest unless it is long."""
    seat: float | None = None
    """How high an animal sits or sleeps on it, in its own units; None if nobody can."""
    hangs: bool = False
    """Whether it can be over somebody's head.

    Its foot, (0, 0), is then `drop` below a spot just above the ears. Drawn before the head, the
    end of a string or of an umbrella's stick is hidden, and what shows is about 50 high.
    """
    drop: float = 0.0
    """How far its foot is below the ears of whoever it hangs over, in its own units."""


THINGS = {
    "red ball": DrawnThing(toys.red_ball),
    "ball of yarn": DrawnThing(toys.yarn),
    "kite": DrawnThing(toys.kite, Grip(6, 0.95, aside=True), hangs=True, drop=6),
    "toy boat": DrawnThing(toys.boat, Grip(15, 0.75)),
    "lantern": DrawnThing(household.lantern, Grip(19, 0.8), hangs=True),
    "book": DrawnThing(household.book, Grip(14, 0.95), seat=9),
    "blue mitten": DrawnThing(household.mitten, Grip(18, 0.85)),
    "red apple": DrawnThing(finds.apple, Grip(22, 0.9)),
    "flower": DrawnThing(finds.flower, Grip(14, 1.0, aside=True)),
    "basket": DrawnThing(household.basket, Grip(17, 0.82), seat=28),
    "balloon": DrawnThing(toys.balloon, Grip(2, 0.85, aside=True), hangs=True, drop=50),
    "umbrella": DrawnThing(household.umbrella, Grip(10, 0.85, aside=True), hangs=True, drop=50),
    "gold star": DrawnThing(finds.star, hangs=True),
    "cake": DrawnThing(household.cake, Grip(17, 0.78)),
    "gift box": DrawnThing(toys.gift_box, Grip(22, 0.75), seat=33),
    "drum": DrawnThing(toys.drum, Grip(20, 0.8), seat=27),
    "teapot": DrawnThing(household.teapot, Grip(17, 0.85)),
    "bucket": DrawnThing(household.bucket, Grip(22, 0.72), seat=31),
    "watering can": DrawnThing(household.watering_can, Grip(14, 0.85)),
    "pumpkin": DrawnThing(finds.pumpkin, Grip(18, 0.9), seat=28),
    "sled": DrawnThing(toys.sled, Grip(12, 0.85), seat=22),
    "cushion": DrawnThing(household.cushion, Grip(13, 0.9), seat=22),
    "butterfly": DrawnThing(finds.butterfly, Grip(4, 0.95, aside=True), hangs=True, drop=8),
    "feather": DrawnThing(finds.feather, Grip(8, 1.0, aside=True), hangs=True, drop=5),
}


def draw_thing(brush: Brush, thing: str) -> None:
    """Draw a thing that stands on the canvas's origin; KeyError for one that nobody has drawn."""
    with brush.part(THING):
        THINGS[thing].draw(brush)
