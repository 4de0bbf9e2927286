"""Composed tales: every plot at every length and age keeps what it promises."""

import re
from functools import cache
from random import Random

import pytest

from storybook.readability import measure
from training.starter.tales import Tale, compose, load_lexicon
from training.starter.tales.cast import plural
from training.starter.tales.compose import MAX_PAGES, MIN_PAGES, NAMED_PAGES, WORDS_A_PAGE

PLOTS = sorted(load_lexicon().plots)
GRADES = {"3-5": 2.0, "5-7": 3.0, "7-9": 4.5}


LENGTHS = range(MIN_PAGES, MAX_PAGES + 1)
FIFTH = LENGTHS[::4]
"""Lengths from the shortest to the longest, at which each age comes once or twice."""
at_lengths = pytest.mark.parametrize(
    "lengths", [FIFTH, pytest.param(LENGTHS, marks=pytest.mark.slow)], ids=["some", "all"]
)


@cache
def tale_of(plot: str, pages: int) -> Tale:
    """A tale of a length, the ages in turn."""
    return compose(Random(pages), load_lexicon(), pages, list(WORDS_A_PAGE)[pages % 3], plot)


def tales_of(plot: str, lengths: range) -> list[Tale]:
    return [tale_of(plot, pages) for pages in lengths]


def test_load_lexicon_has_plots_enough() -> None:
    assert len(PLOTS) >= 24


@at_lengths
@pytest.mark.parametrize("plot", PLOTS)
def test_compose_gives_a_tale_its_pages_words_and_cast(plot: str, lengths: range) -> None:
    for pages, tale in zip(lengths, tales_of(plot, lengths), strict=True):
        fewest, most = WORDS_A_PAGE[tale.ages]
        named = sum(tale.star.name in page for page in tale.paragraphs)
        assert len(tale.paragraphs) == pages
        assert all(fewest <= len(page.split()) <= most for page in tale.paragraphs)
        assert named >= NAMED_PAGES * pages
        assert tale.hero.startswith(f"{tale.star.name}, a")
        assert tale.star.kind in tale.paragraphs[0]
        assert any(tale.pal.later.lower() in page.lower() for page in tale.paragraphs)


@at_lengths
@pytest.mark.parametrize("plot", PLOTS)
def test_compose_leaves_nothing_unfilled(plot: str, lengths: range) -> None:
    for tale in tales_of(plot, lengths):
        for text in (tale.summary, tale.title, *tale.paragraphs):
            assert not re.search(r"[{}|()*]|  | ,|,,|\ba [aeiou]", text), text
            assert text[0].isupper() or text[0] == '"', text
            assert text.count('"') % 2 == 0, text


@at_lengths
@pytest.mark.parametrize("plot", PLOTS)
def test_compose_tells_for_an_age(plot: str, lengths: range) -> None:
    above = []
    for tale in tales_of(plot, lengths):
        reading = measure(" ".join(tale.paragraphs))
        above.append(reading.fk_grade - GRADES[tale.ages])
        assert reading.words / reading.sentences <= 10
    assert max(above) < 0.6, "a long name may lift one tale a little, and no more"
    assert sum(each > 0 for each in above) <= 2


def test_the_things_of_the_summary_are_in_the_story() -> None:
    chance = Random(0)
    for _ in range(30):
        tale = compose(chance, load_lexicon(), 8, "3-5", "lost")
        lost = re.search(r"(?:lost|loses|find) (?:his|her|a lost) (\w+)", tale.summary)
        if lost:
            assert lost[1] in " ".join(tale.paragraphs)


def test_names_and_summaries_are_many() -> None:
    chance = Random(0)
    tales = [compose(chance, load_lexicon(), 6, "3-5", "wish") for _ in range(60)]
    assert len({tale.summary for tale in tales}) > 55
    assert len({tale.star.name for tale in tales}) > 40
    assert any(tale.star.name not in tale.summary for tale in tales)
    assert any("two " in tale.summary.lower() for tale in tales)


def test_the_same_chance_tells_the_same_tale() -> None:
    once, again = (compose(Random(5), load_lexicon(), 9, "5-7") for _ in range(2))
    assert once == again


@pytest.mark.parametrize("plot", PLOTS)
def test_a_bedtime_tale_rhymes_and_says_good_night(plot: str) -> None:
    lexicon = load_lexicon("bedtime")
    ends = 0
    for pages in (4, 9, 16):
        tale = compose(Random(pages), lexicon, pages, "3-5", plot)
        assert len(tale.paragraphs) == pages
        assert not re.search(r"[{}|()*]|  | ,|,,", " ".join(tale.paragraphs))
        ends += bool(re.search("(?i)good night|sleep|close your eyes", tale.paragraphs[-1]))
    assert ends >= 2, "a page that is full to the brim has no room for it"


def test_a_manner_leaves_the_plain_tales_alone() -> None:
    plain, bedtime = (
        compose(Random(3), load_lexicon(*manner), 12, "5-7", "wish")
        for manner in ((), ("bedtime",))
    )
    assert plain.summary == bedtime.summary
    assert plain.paragraphs[0].split(".")[0] == bedtime.paragraphs[0].split(".")[0]
    assert plain.paragraphs != bedtime.paragraphs


@pytest.mark.parametrize("pages", [0, MIN_PAGES - 1, MAX_PAGES + 1])
def test_no_tale_of_impossible_length(pages: int) -> None:
    with pytest.raises(ValueError, match="4 to 20 pages"):
        compose(Random(0), load_lexicon(), pages, "3-5")


@pytest.mark.parametrize(
    ("one", "many"),
    [("mouse", "mice"), ("fox", "foxes"), ("puppy", "puppies"), ("donkey", "donkeys")],
)
def test_plural(one: str, many: str) -> None:
    assert plural(one) == many
