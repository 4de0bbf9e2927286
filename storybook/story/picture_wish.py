"""A wish for a picture in an author's plain words: what comes where, how the star moves, the light.

Read are a few shapes of English sentences, as people say them; of all others it is said what can be
read instead. No painter and no picture is known here.
"""

import re
from dataclasses import dataclass
from typing import Literal

from storybook.errors import ConfigError

Where = Literal["held", "head", "neck", "beside"]

EXAMPLES = (
    "“give her a balloon”, “put a lantern beside her”, “make her bigger”, “move her to the left”, "
    "“make it night”"
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
LIGHT = (
    r"(?P<light>(?:mid)?night|evening|dusk|twilight|sun(?:set|down|rise|shine|light|ny)|dawn|"
    r"morning|noon|midday|afternoon|day(?:light)?|bedtime|dark|moon(?:light|lit)?|golden light|"
    r"rain(?:y|ing|s)?|drizzle|storm(?:y)?|thunderstorm|snow(?:y|ing|s)?|fog(?:gy)?|mist(?:y)?|"
    r"cloud(?:y|s)|overcast|windy|starlight)"
)
WHOLE = (
    r"(?:it|this|(?:(?:all|the whole) of )?(?:the |this )?"
    r"(?:whole )?(?:picture|page|scene|sky|weather|light|time(?: of (?:the )?day)?))"
)
ENDS = r"(?:[ -]?time| light| weather| outside| there| here| instead| now)*"
LIGHTS = tuple(
    re.compile(f"^{shape}{ENDS}$")
    for shape in (
        rf"(?:make|let|turn|change|set|draw|paint|show|have) {WHOLE}(?: be| become| to be)?"
        rf"(?: (?:in)?to| at| by| in| as)?(?: an?| the)? {LIGHT}",
        rf"{WHOLE} (?:should|could|must|shall|is to|has to|is)(?: be| become)?"
        rf"(?: at| by| in)?(?: an?| the)? {LIGHT}",
        rf"(?:make|let|have) there be (?:some )?{LIGHT}",
        rf"(?:at|by|in)(?: the)? {LIGHT}",
        rf"(?:add|bring)(?: some)? (?!clouds)(?:the )?{LIGHT}",
        LIGHT,
    )
)
SUN_AND_MOON = (
    (re.compile(r"^(?:let|make) the sun (?:set|go down|sink)$"), "sunset"),
    (re.compile(r"^(?:let|make) the sun (?:shine|come out)$"), "sunny"),
    (re.compile(r"^(?:let|make) the (?:moon|stars) (?:shine|rise|come out)$"), "night"),
)
FALLS = {
    "rains": "rain",
    "raining": "rain",
    "snows": "snow",
    "snowing": "snow",
    "moon": "moonlight",
}
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


@dataclass(frozen=True, slots=True)
class LightWish:
    """The whole picture in another light, or other weather."""

    light: str
    """As the author says it, such as `night` or `foggy`."""


Wish = ThingWish | MoveWish | LightWish


def read_wish(words: str) -> Wish:
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
    if light := _light(said):
        return LightWish(light)
    for shape, where in SHAPES:
        if found := shape.match(said):
            return _thing(found, where)
    if AWAY.search(said):
        raise ConfigError(
            "Words alone do not say where it is: brush over it, and rub it out (storybook inpaint)."
        )
    raise ConfigError(
        f"This cannot be read as a wish for a picture. Wishes such as {EXAMPLES} can. What changes "
        "the whole of it, such as place or mood, is said where the page says what it shows."
    )


def is_light(words: str) -> bool:
    """Whether words name a light or a weather, and nothing else.

    >>> is_light("night"), is_light("in the garden")
    (True, False)
    """
    return re.fullmatch(LIGHT, words) is not None


def _light(said: str) -> str:
    """The light that words ask for, or an empty text if they ask for none."""
    for shape, light in SUN_AND_MOON:
        if shape.match(said):
            return light
    found = next(filter(None, (shape.match(said) for shape in LIGHTS)), None)
    return FALLS.get(found["light"], found["light"]) if found else ""


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
