"""A wish for a picture in an author's plain words: what is to come where, or how the star moves.

Read are a few shapes of English sentences, as people say them; of all others it is said what can be
read instead. No painter and no picture is known here.
"""

import re
from dataclasses import dataclass
from typing import Literal

from storybook.errors import ConfigError

Where = Literal["held", "head", "neck", "beside"]

EXAMPLES = (
    "“give her a balloon”, “put a lantern beside her”, “make her bigger”, “move her to the left”"
)
PLEASE = re.compile(
    r"^(?:please|(?:can|could|would|will) you|i(?:'d| would) like you to|i want you to|now|and)\b"
    r",? "
)
WHOM = r"(?P<whom>her|him|it|them|she|he|they|(?:the |my )?[\w’'-]+)"
THING = r"(?P<thing>(?!(?:her|him|it|them|to)\b).+?)"
ON_THE_HEAD = "hat|cap|crown|helmet|bonnet|beret|hood|tiara|bow|glasses"
AROUND_THE_NECK = "scarf|collar|tie|bowtie|necklace|bandana|ribbon|neckerchief"
HEAD, NECK = (rf"(?:{words})(?:e?s)?" for words in (ON_THE_HEAD, AROUND_THE_NECK))
BESIDE = r"(?:beside|next to|near(?: to)?|by|close to|at the side of)"
SHAPES: tuple[tuple[re.Pattern[str], Where], ...] = tuple(
    (re.compile(f"^{shape}$"), where)
    for shape, where in (
        (rf"(?:put|set) {THING} on(?:to)? {WHOM}?(?:['’]s)? ?head", "head"),
        (rf"(?:put|tie|wrap) {THING} (?:a?round|on) {WHOM}?(?:['’]s)? ?neck", "neck"),
        (rf"(?:dress {WHOM} in|let {WHOM.replace('whom', 'who')} wear) {THING}", "held"),
        (rf"{WHOM} (?:should |could |must )?(?:wears?|is wearing) {THING}", "held"),
        (rf"(?:put|add|draw|paint|place|set|lay) {THING} {BESIDE} {WHOM}", "beside"),
        (rf"let {WHOM} (?:hold|carry|have) {THING}", "held"),
        (rf"{WHOM} (?:should |could |must )?(?:holds?|has|have|carr(?:y|ies)) {THING}", "held"),
        (rf"(?:give|hand|bring|get) {WHOM} {THING}", "held"),
        (rf"(?:put|set) {THING} (?:on|in) {WHOM}(?:['’]s)? (?:paws?|hands?|arms?|mouth)", "held"),
        (rf"put {THING} on {WHOM}", "head"),
        (rf"(?:add|draw|paint) {THING}", "beside"),
    )
)
"""The first that a wish is of says what it means."""
SIZE = re.compile(
    rf"^make {WHOM} (?P<much>much |a lot |a (?:little|bit) |slightly )?"
    r"(?P<way>bigger|larger|taller|smaller|tinier)$"
)
MOVE = re.compile(
    rf"^(?:move|put|shift|push|bring|set|place) {WHOM} (?P<much>far |a (?:little|bit) |slightly )?"
    r"(?:more |further )?(?:to the |on the |in the |into the |at the )?"
    r"(?P<way>left|right|up|higher|upwards?|down|lower|downwards?|middle|cent(?:re|er))(?: side)?$"
)
AWAY = re.compile(
    r"\b(?:remove|take (?:.+ )?(?:away|off|out)|rub out|erase|delete|get rid of|without|no)\b"
)
TIMES = {"": 1.35, "much": 1.8, "a lot": 1.8, "a little": 1.15, "a bit": 1.15, "slightly": 1.15}
SHARES = {"": 0.2, "far": 0.35, "a little": 0.1, "a bit": 0.1, "slightly": 0.1}
WAYS = {"left": (-1, 0), "right": (1, 0), "up": (0, -1), "higher": (0, -1), "down": (0, 1)}
WAYS |= {"upward": (0, -1), "upwards": (0, -1), "lower": (0, 1), "downward": (0, 1)}
WAYS |= {"downwards": (0, 1)}


@dataclass(frozen=True, slots=True)
class ThingWish:
    """A thing that is to come into the picture."""

    thing: str
    """Without its article, such as `red hat`."""
    where: Where
    whom: str
    """To whom it comes, as the author says it; empty: to the star."""


@dataclass(frozen=True, slots=True)
class MoveWish:
    """The star in another place or size."""

    whom: str
    by: tuple[float, float] = (0.0, 0.0)
    """To the right and down, as shares of the picture."""
    to_middle: bool = False
    size: float = 1.0


def read_wish(words: str) -> ThingWish | MoveWish:
    """What an author wishes for a picture.

    Raises ConfigError that says what to do instead, where words alone cannot say it.

    >>> read_wish("Please give her a red hat!")
    ThingWish(thing='red hat', where='head', whom='her')
    """
    said = " ".join(words.lower().replace("’", "'").split()).strip(" .!?,")
    while (shorter := PLEASE.sub("", said)) != said:
        said = shorter
    if found := SIZE.match(said):
        times = TIMES[(found["much"] or "").strip()]
        smaller = found["way"] in ("smaller", "tinier")
        return MoveWish(found["whom"], size=round(1 / times if smaller else times, 2))
    if found := MOVE.match(said):
        return _move(found)
    for shape, where in SHAPES:
        if found := shape.match(said):
            return _thing(found, where)
    if AWAY.search(said):
        raise ConfigError(
            "Words alone do not say where it is: brush over it, and rub it out (storybook inpaint)."
        )
    raise ConfigError(
        f"This cannot be read as a wish for a picture. Wishes such as {EXAMPLES} can. What changes "
        "the whole of it, such as place, light or mood, is said where the page says what it shows."
    )


def _move(found: re.Match[str]) -> MoveWish:
    way = found["way"]
    if way not in WAYS:
        return MoveWish(found["whom"], to_middle=True)
    share = SHARES[(found["much"] or "").strip()]
    return MoveWish(found["whom"], by=(share * WAYS[way][0], share * WAYS[way][1]))


def _thing(found: re.Match[str], where: Where) -> ThingWish:
    groups = found.groupdict()
    whom = (groups.get("whom") or groups.get("who") or "").removesuffix("'s")
    thing = re.sub(r"^(?:an?|the|some|one|her|his|its|their) ", "", groups["thing"])
    if re.search(r"\b(?:and|or)\b|,", thing):
        raise ConfigError("One thing at a time: ask for the first, and for the other after it.")
    if re.search(rf"\b{HEAD}$", thing) and where == "held":
        where = "head"
    elif re.search(rf"\b{NECK}$", thing) and where in ("held", "head"):
        where = "neck"
    return ThingWish(thing, where, whom)
