"""Composing a tale: which moments stand on which page, and how each is told."""

import re
from dataclasses import dataclass, field, replace
from random import Random

from storybook.records import Ages, Hero
from storybook.story.delexicalize import RoleWords, entity_mask_of
from storybook.world import article
from training.starter.tales.beats import CORE, GROWTH, ORDER, WARM
from training.starter.tales.cast import TaleAnimal, hero_of, pal_of, said_both, said_hero, said_pal
from training.starter.tales.wording import any_thing, capitals, place_of, pronouns, title
from training.starter.tales.words import Lexicon, Plot

MIN_PAGES, MAX_PAGES = 4, 20
WORDS_A_PAGE: dict[Ages, tuple[int, int]] = {"3-5": (15, 30), "5-7": (20, 38), "7-9": (25, 45)}
NAMED_PAGES = 0.8
MOST_TRIES = 1000
"""Most plots are sound at the first or second try; one that never is has a page too long."""

THING_SLOTS = ("t", "thing", "food", "baby")


@dataclass(frozen=True, slots=True)
class Tale:
    """A story with its summary. `hero` is said as the frame says it: `Pip, a grey mouse`."""

    plot: str
    ages: Ages
    hero: str
    star: TaleAnimal
    pal: TaleAnimal
    summary: str
    title: str
    paragraphs: tuple[str, ...]


def compose(
    rng: Random,
    lexicon: Lexicon,
    pages: int,
    ages: Ages,
    plot: str = "",
    *,
    masked: bool = False,
) -> Tale:
    """A tale of exactly `pages` pages (4 to 20), of any plot unless one is named.

    A `masked` one is told of roles, as `storybook.story.delexicalize` has it: of HERO, the KIND,
    and HIS friend FRIEND, the PALKIND; and of THING and PLACE where its summary names them.
    """
    if not MIN_PAGES <= pages <= MAX_PAGES:
        raise ValueError(f"a tale has {MIN_PAGES} to {MAX_PAGES} pages, not {pages}")
    weights = [each.weight for each in lexicon.plots.values()]
    name = plot or rng.choices(list(lexicon.plots), weights)[0]
    for _ in range(MOST_TRIES):
        tale = _told(rng, lexicon, lexicon.plots[name], name, pages, ages, masked=masked)
        if _sound(tale):
            return _put_aside(tale, lexicon) if masked else tale
    raise AssertionError(
        f"the plot {name} has no tale of {pages} pages whose words fit its readers"
    )


def _told(
    rng: Random, lexicon: Lexicon, plot: Plot, name: str, pages: int, ages: Ages, *, masked: bool
) -> Tale:
    hero = hero_of(rng, lexicon)
    if masked:
        hero = replace(hero, name="HERO", species="KIND", coat="COAT")
    core = rng.choice(plot.summary)
    pal = pal_of(rng, lexicon, hero, twin="{TWO}" in core, named=rng.random() < 0.65)
    parts = [core, *_more(rng, plot, core)]
    if not any("{PAL" in part or "{TWO}" in part for part in parts):
        pal = pal_of(rng, lexicon, hero, twin=False, named=True)
    if masked:
        kind = "KIND" if pal.species == "KIND" else "PALKIND"
        pal = replace(pal, name="FRIEND", species=kind)
    voice = _Voice(rng, hero, pal, plot, place_of(rng, lexicon, plot))
    voice.settle(lexicon)
    summary = " ".join(voice.summarise(part, first=part is core) for part in parts)
    heading = title(voice.say(rng.choice(plot.titles)))
    voice.met = False
    return Tale(
        plot=name,
        ages=ages,
        star=hero,
        pal=pal,
        summary=summary,
        title=heading,
        hero=f"{hero.name}, {article(hero.kind)}",
        paragraphs=tuple(_pages(rng, lexicon, plot, voice, pages, ages)),
    )


def _more(rng: Random, plot: Plot, core: str) -> list[str]:
    """What a fuller summary tells beside its first sentence."""
    parts = [rng.choice(plot.help)] if rng.random() < 0.55 else []
    parts += [rng.choice(plot.end)] if rng.random() < 0.4 else []
    if "{TWO}" in core:
        parts = [part for part in parts if not re.search(r"\{(he|him|his|he|PAL)\b", part, re.I)]
    seen = "{PAL" in core
    return [part for part in parts if not (seen and "{PAL}" in part)]


def _pages(
    rng: Random, lexicon: Lexicon, plot: Plot, voice: "_Voice", pages: int, ages: Ages
) -> list[str]:
    chosen = {*CORE, *GROWTH[: pages - len(CORE)]}
    rooms = list(lexicon.words.moments["indoor"])
    rng.shuffle(rooms)
    moments: list[str] = []
    paragraphs = []
    for beat in (beat for beat in ORDER if beat in chosen):
        fresh = getattr(plot, beat, None) or _moments(lexicon, plot, voice, beat, moments, rooms)
        moments.append(rng.choice(fresh))
        mood = "last" if beat == ORDER[-1] else "warm" if beat in WARM else "any"
        paragraphs.append(voice.page(moments[-1], WORDS_A_PAGE[ages], lexicon, mood))
    return paragraphs


def _moments(
    lexicon: Lexicon, plot: Plot, voice: "_Voice", beat: str, before: list[str], rooms: list[str]
) -> list[str]:
    """Tellings of a moment that fits any plot, none of them with a companion who is not there."""
    moments = lexicon.words.moments[beat]
    after_turn = beat in WARM
    if plot.indoor and not after_turn:
        return [rooms.pop()]
    if beat == "meet" and (plot.alone or voice.met):
        moments = lexicon.words.moments["walk1"]
    if plot.alone and not after_turn:
        moments = tuple(each for each in moments if "{P}" not in each)
    return [each for each in moments if each not in before] or list(moments)


@dataclass(slots=True)
class _Voice:
    """Fills slots the same way through a tale; remembers whether the companion has appeared."""

    rng: Random
    hero: TaleAnimal
    pal: TaleAnimal
    plot: Plot
    where: str
    met: bool = False
    fixed: dict[str, str] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def settle(self, lexicon: Lexicon) -> None:
        """Choose the tale's own things."""
        preposition, _, spot = self.where.partition(" ")
        the_spot = spot if spot.startswith("the ") else f"the {spot}"
        self.fixed = {
            "s": self.hero.species,
            "cs": self.hero.kind,
            "adj": self.hero.mood,
            "at": f"{preposition} {spot}",
            "pl": the_spot,
            "spot_name": the_spot[4:],
            "to": f"{'out into' if spot == 'the snow' else 'to'} {spot}",
            **pronouns(self.hero, ""),
            **pronouns(self.pal, "p"),
        }
        for slot, choices in self.plot.slots.items():
            value = self.rng.choice(choices)
            if "*" in choices and self.rng.random() < 0.6:
                value = any_thing(self.rng, lexicon)
            while value == "*":
                value = self.rng.choice(choices)
            self.fixed[slot] = self._filled(value)

    def say(self, text: str) -> str:
        """`text` with choices made and slots filled, sentences begun with a capital letter."""
        return capitals(self._filled(text))

    def _filled(self, text: str) -> str:
        while match := re.search(r"\(([^()]*\|[^()]*)\)", text):
            choice = self.rng.choice(match.group(1).split("|"))
            text = text[: match.start()] + choice + text[match.end() :]
        while "{" in text:
            text = re.sub(r"\{(\w+)\}", self._fill, text, count=1)
        return text

    def summarise(self, text: str, *, first: bool) -> str:
        """A sentence of the summary."""
        plain = "{WHO}'s" in text
        names = {
            "WHO": said_hero(self.rng, self.hero, plain=plain),
            "TWO": said_both(self.rng, self.hero, self.pal) if self.pal.name else "two friends",
            "PALS": f"{self.pal.name or article(self.pal.plainly)}'s",
            "PAL": said_pal(self.rng, self.hero, self.pal),
        }
        for slot, name in names.items():
            text = text.replace(f"{{{slot}}}", name)
        return re.sub(r",([,.])", r"\1", self.say(text))

    def page(self, moment: str, band: tuple[int, int], lexicon: Lexicon, mood: str) -> str:
        """The moment, and small details until the page has the words that its readers take."""
        fewest, most = band
        text = self.say(moment)
        wanted = min(most - 4, fewest + self.rng.randint(0, 2))
        if lexicon.words.eager:
            wanted = max(wanted, len(text.split()) + 1)
        for _ in range(20):
            if len(text.split()) >= wanted:
                break
            detail = self._detail(lexicon, mood)
            longer = self.say(detail)
            if len(text.split()) + len(longer.split()) <= most:
                self.used.add(detail)
                front = "{" not in detail and self.rng.random() < 0.3
                text = f"{longer} {text}" if front else f"{text} {longer}"
        return text

    def _detail(self, lexicon: Lexicon, mood: str) -> str:
        details = lexicon.words.details
        usual = details.get(mood, details["warm"])
        here = details.get(self.fixed["spot_name"].split()[0], ())
        fresh = [each for each in (*here, *usual) if each not in self.used]
        return self.rng.choice(fresh or list(usual))

    def _fill(self, match: re.Match[str]) -> str:
        slot = match.group(1)
        if slot == "H":
            return self.hero.name
        if slot == "P":
            filled = self.pal.later if self.met else self.pal.first
            self.met = True
            return filled
        if slot == "PN":
            return self.pal.later
        if slot == "V":
            return self.pal.name or self.pal.species.capitalize()
        if slot in ("R", "R3"):
            return self.plot.refrain[slot == "R3"]
        key = slot.lower()
        filled = article(self.fixed[key[2:]]) if key.startswith("a_") else self.fixed[key]
        return filled[:1].upper() + filled[1:] if slot[0].isupper() else filled


def _put_aside(tale: Tale, lexicon: Lexicon) -> Tale:
    """The tale with the thing and the place that its summary names under their roles."""
    nobody = Hero(name="HERO", species="KIND"), Hero(name="FRIEND", species="PALKIND")
    entities = entity_mask_of(nobody, tale.summary, role_words(lexicon))
    return replace(
        tale,
        summary=entities.mask_things(tale.summary),
        title=entities.mask_things(tale.title),
        paragraphs=tuple(map(entities.mask_things, tale.paragraphs)),
    )


def role_words(lexicon: Lexicon) -> RoleWords:
    """All things and places that tales turn on."""
    slots = [plot.slots.get(slot, ()) for plot in lexicon.plots.values() for slot in THING_SLOTS]
    things = {thing for slot in slots for thing in slot if re.fullmatch(r"(?!an? )[a-z ]+", thing)}
    things |= {*lexicon.words.things.nouns.split(), *lexicon.world.things}
    things |= {word for thing in lexicon.world.things.values() for word in thing.words}
    places = (*lexicon.words.places.usual, *lexicon.words.places.also)
    return RoleWords(things=tuple(sorted(things)), places=places)


def _sound(tale: Tale) -> bool:
    fewest, most = WORDS_A_PAGE[tale.ages]
    named = sum(tale.star.name in page for page in tale.paragraphs)
    return (
        all(fewest <= len(page.split()) <= most for page in tale.paragraphs)
        and named >= NAMED_PAGES * len(tale.paragraphs)
        and any(tale.pal.later in page for page in tale.paragraphs)
    )
