"""The things of the world, each about 40 wide around (0, 0) with its foot at y = 0, y down."""

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
class Use:
    """What a scene can do with a thing besides laying it down."""

    grip: Grip = Grip()
    seat: float | None = None
    """How high an animal sits on it."""
    hangs: bool = False
    drop: float = 0.0
    """How far its foot is below the ears of whoever it hangs over."""


_USES = {
    "red ball": Use(),
    "ball of yarn": Use(),
    "kite": Use(Grip(6, 0.95, aside=True), hangs=True, drop=6),
    "toy boat": Use(Grip(15, 0.75)),
    "lantern": Use(Grip(19, 0.8), hangs=True),
    "book": Use(Grip(14, 0.95), seat=9),
    "blue mitten": Use(Grip(18, 0.85)),
    "red apple": Use(Grip(22, 0.9)),
    "flower": Use(Grip(14, 1.0, aside=True)),
    "basket": Use(Grip(17, 0.82), seat=28),
    "balloon": Use(Grip(2, 0.85, aside=True), hangs=True, drop=50),
    "umbrella": Use(Grip(10, 0.85, aside=True), hangs=True, drop=50),
    "gold star": Use(hangs=True),
    "cake": Use(Grip(17, 0.78)),
    "gift box": Use(Grip(22, 0.75), seat=33),
    "drum": Use(Grip(20, 0.8), seat=27),
    "teapot": Use(Grip(17, 0.85)),
    "bucket": Use(Grip(22, 0.72), seat=31),
    "watering can": Use(Grip(14, 0.85)),
    "pumpkin": Use(Grip(18, 0.9), seat=28),
    "sled": Use(Grip(12, 0.85), seat=22),
    "cushion": Use(Grip(13, 0.9), seat=22),
    "butterfly": Use(Grip(4, 0.95, aside=True), hangs=True, drop=8),
    "feather": Use(Grip(8, 1.0, aside=True), hangs=True, drop=5),
}


def draw_thing(brush: Brush, thing: str) -> None:
    """Draw a thing that stands on the canvas's origin; KeyError for one that nobody has drawn."""
    with brush.part(THING):
        _DRAWN[thing](brush)


def grip_of(thing: str) -> Grip:
    """How paws hold the thing: in front of the chest unless it is long."""
    return _USES[thing].grip


def seat_of(thing: str) -> float | None:
    """How high an animal sits or sleeps on the thing, in its own units; None if nobody can."""
    return _USES[thing].seat


def hangs(thing: str) -> bool:
    """Whether the thing can be over somebody's head.

    Its foot, (0, 0), is then `drop_of` below a spot just above the ears. Drawn before the head, the
    end of a string or of an umbrella's stick is hidden, and what shows is about 50 high.
    """
    return _USES[thing].hangs


def drop_of(thing: str) -> float:
    """How far below the ears the foot of a thing that hangs is, in its own units."""
    return _USES[thing].drop


_DRAWN = {
    "red ball": toys.red_ball,
    "ball of yarn": toys.yarn,
    "kite": toys.kite,
    "toy boat": toys.boat,
    "lantern": household.lantern,
    "book": household.book,
    "blue mitten": household.mitten,
    "red apple": finds.apple,
    "flower": finds.flower,
    "basket": household.basket,
    "balloon": toys.balloon,
    "umbrella": household.umbrella,
    "gold star": finds.star,
    "cake": household.cake,
    "gift box": toys.gift_box,
    "drum": toys.drum,
    "teapot": household.teapot,
    "bucket": household.bucket,
    "watering can": household.watering_can,
    "pumpkin": finds.pumpkin,
    "sled": toys.sled,
    "cushion": household.cushion,
    "butterfly": finds.butterfly,
    "feather": finds.feather,
}
