"""The ready-made stories: all are read, kinds are known, the best is found first, a tenth is held.

`some` are made up here: what is asked of them does not hang on what the nine hundred say.
"""

import json
import tomllib
from collections.abc import Mapping

import pytest

from storybook.config import shipped
from storybook.content_filter import unkind_words
from storybook.errors import ConfigError
from storybook.ready_made.collection import (
    STORIES,
    Figure,
    ReadyMade,
    ReadyMadePage,
    read_stories,
    ready_made,
    story_named,
)
from storybook.ready_made.find import Index, StoryQuery, find_stories, telling
from storybook.ready_made.parts import bound_table
from storybook.ready_made.pronouns import swap_of
from storybook.records import Hero
from storybook.world import load_world
from training.data.pair_check import groups, split
from training.data.pairs import Pair, read_pairs

REX = Hero(name="Rex", species="dog", look="brown spotted", pronoun="he")
FILES = tuple(shipped("assets", "stories", name) for name in STORIES)
HELD_OUT, SEED = 0.1, 18
"""As `training/recipes/smollm2-stories.toml` has it."""


def pair_of(story: ReadyMade) -> Pair:
    """A story as a pair: a line for each page, and its star as frames say one."""
    return Pair(
        summary=story.summary,
        story="\n".join(page.text for page in story.pages),
        title=story.title,
        ages=story.ages,
        hero=f"{story.star.name}, {story.star.kind}",
    )


def split_stories(
    stories: Mapping[str, ReadyMade] | None = None,
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of the stories to learn from, and of the held-out tenth; always the same for the same."""
    known = read_stories(FILES[0]) if stories is None else stories
    taught, held = split([pair_of(story) for story in known.values()], HELD_OUT, SEED)
    ids = {story.summary: name for name, story in known.items()}
    return tuple(ids[pair.summary] for pair in taught), tuple(ids[pair.summary] for pair in held)


def some(number: int, kind: str = "dog", text: str = "Pip ran home.", **more: object) -> ReadyMade:
    """A story of four pages that all say `text`."""
    given = {
        "id": f"T-{number:03d}",
        "summary": f"Pip the {kind} runs home, number {number}.",
        "title": "Pip",
        "ages": "3-5",
        "manner": "plain",
        "cast": (Figure(name="Pip", kind=kind, look="grey"),),
        "pages": (ReadyMadePage(text=text, picture=f"Pip the {kind} running"),) * 4,
    }
    return ReadyMade.model_validate(given | more)


def shelf(*stories: ReadyMade) -> dict[str, ReadyMade]:
    return {story.id: story for story in stories}


def test_ready_made_are_those_of_both_files_and_ship_in_the_package():
    pairs, everyday = (read_stories(file) for file in FILES)
    assert len(pairs) == 900 and len(everyday) == 70 and not pairs.keys() & everyday.keys()
    assert ready_made() == {**pairs, **everyday}
    assert {len(story.pages) for story in ready_made().values()} == {8, 10, 12, 16}
    packed = shipped("pyproject.toml").read_text(encoding="utf-8")
    assert '"assets" = "storybook/shipped/assets"' in packed, "the whole folder is in the wheel"


def test_everyday_stories_can_star_anybody_in_a_world_that_can_be_drawn():
    """A he or a she, in pages whose pictures say a place, an action and figures of the world."""
    world = load_world(shipped("assets"))
    kinds = {*world.species, *world.people}
    for story in read_stories(FILES[1]).values():
        for pronoun in ("he", "she"):
            assert swap_of(story, REX.but(pronoun=pronoun)).possible, (story.id, pronoun)
        assert {figure.kind for figure in story.cast} <= kinds, story.id
        for number, page in enumerate(story.pages, 1):
            says = page.picture.lower()
            for words in (world.places, world.actions):
                assert any(f" {word}" in says for word in words), (story.id, number)


READ_AND_FINE = {"A-067": "bomb", "D-079": "knife", "F-078": "knife"} | dict.fromkeys(
    ("B-009", "B-113", "B-119", "D-023", "D-061", "D-086", "E-056", "E-063", "F-047"), "dead"
)
"""No bombing, says the pool; a butter knife, and one for an olive; dead ends, trees and radios."""


def test_ready_made_say_nothing_that_is_not_for_children_but_what_was_read():
    found = {
        story.id: word
        for story in ready_made().values()
        for word in unkind_words(f"{story.title} {story.summary} {story.text}")
    }
    assert found == READ_AND_FINE


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "T-001"', r"pairs\.jsonl, line 2: the line: "),
        ('{"id": "T-001", "summary": "x"}', r"line 2: title: Field required"),
        (None, r"line 2: T-001 was there before"),
    ],
)
def test_read_stories_says_which_line_is_none(tmp_path, line, says):
    file, whole = tmp_path / "pairs.jsonl", some(1).model_dump_json()
    file.write_text(f"{whole}\n{whole if line is None else line}\n", "utf-8")
    with pytest.raises(ConfigError, match=says):
        read_stories(file)


def test_read_stories_says_which_byte_is_not_utf_8(tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_bytes(f"{some(1).model_dump_json()}\n".encode() + b"{}\xe9")
    with pytest.raises(ConfigError, match="line 2: byte 0xe9 is not UTF-8"):
        read_stories(file)


def test_read_stories_says_when_the_file_is_gone(tmp_path):
    with pytest.raises(ConfigError, match=r"none\.jsonl cannot be read"):
        read_stories(tmp_path / "none.jsonl")


def test_story_named_takes_an_id_in_any_letters_and_offers_the_nearest():
    assert story_named(" a-022 ").id == "A-022"
    with pytest.raises(ConfigError, match=r"no story 'A-0222'. Did you mean A-022\?"):
        story_named("A-0222")


@pytest.mark.parametrize(
    ("kind", "word", "species"),
    [
        ("dog", "dog", "dog"),
        ("small dragon", "dragon", "fox"),
        ("bear cub", "bear cub", "bear"),
        ("girl, four years old", "girl", "girl"),
        ("six ducks", "duck", "mouse"),
        ("family of goats", "goat", "dog"),
        ("guinea pig", "guinea pig", "rabbit"),
    ],
)
def test_kind_of_is_the_last_noun_that_is_known(kind, word, species):
    found = Figure(name="Pip", kind=kind, look="").known_kind
    assert (found.word, found.species) == (word, species)


@pytest.mark.parametrize("kind", ["knitted toy rabbit", "vacuum cleaner", "moon", "snow bear"])
def test_kind_of_is_none_for_things_and_toys(kind):
    assert Figure(name="Pip", kind=kind, look="").known_kind is None


def test_find_stories_ranks_who_is_about_it_before_who_mentions_it():
    mentions = some(1, text="Pip heard thunder once. Then Pip ate a bun and a plum and a pear.")
    about = some(2, summary="Pip is afraid of thunder.", text="BOOM, said the thunder.")
    assert find_stories(StoryQuery("thunders"), shelf(mentions, about, some(3))) == (
        about,
        mentions,
    )
    assert find_stories(StoryQuery("the of and"), shelf(about)) == ()
    assert find_stories(StoryQuery("violin"), shelf(about)) == ()
    assert find_stories(StoryQuery(), shelf(mentions, about)) == (mentions, about)


def test_find_stories_ranks_a_rare_word_before_a_usual_one():
    usual = [some(number, text="Pip saw the kite.") for number in range(1, 9)]
    rare = some(9, text="Pip saw the violin.")
    first, *_ = find_stories(StoryQuery("kite violin"), shelf(*usual, rare))
    assert first is rare


def test_index_gains_less_by_each_time_that_a_word_is_said():
    once, twice, thrice = (
        some(n, text=" ".join(["kite"] * n + ["bun"] * (9 - n))) for n in (1, 2, 3)
    )
    index = Index(shelf(once, twice, thrice, some(4)))
    scores = [index.score(each.id, telling("kites")) for each in (once, twice, thrice)]
    assert 0 < scores[0] < scores[1] < scores[2]
    assert scores[2] - scores[1] < scores[1] - scores[0]


def test_find_stories_filters_by_age_manner_animal_and_hero():
    puppy, hamster = some(1, "puppy"), some(2, "golden hamster")
    rhyme = some(3, "cat", manner="rhyme", ages="6-8")
    girl = some(4, "girl, four years old")
    all_ = shelf(puppy, hamster, rhyme, girl)
    assert find_stories(StoryQuery(animal="Dog"), all_) == (puppy,)
    assert find_stories(StoryQuery(animal="hamster"), all_) == (hamster,)
    assert find_stories(StoryQuery(animal="mouse"), all_) == (), "a hamster only stands for one"
    assert find_stories(StoryQuery(ages="6-8"), all_) == (rhyme,)
    assert find_stories(StoryQuery(manner="rhyme", ages="3-5"), all_) == ()
    assert girl not in find_stories(StoryQuery(hero=REX), all_)
    assert puppy in find_stories(StoryQuery(hero=REX), all_)


@pytest.fixture(scope="module")
def parted():
    """The names of the stories that are taught, and of those held out."""
    return split_stories()


def test_split_stories_holds_a_tenth_and_keeps_near_duplicates_together(parted):
    taught, held = parted
    assert len(held) == HELD_OUT * 900 and not set(taught) & set(held)
    taught_by = read_stories(FILES[0])
    pairs, names = [pair_of(story) for story in taught_by.values()], list(taught_by)
    several = [group for group in groups(pairs) if len(group) > 1]
    assert several, "some of the nine hundred are alike"
    for group in several:
        assert len({names[place - 1] in held for place in group}) == 1


def test_the_recipe_for_smollm2_holds_out_what_split_stories_does(parted):
    said = tomllib.loads(shipped("training", "recipes", "smollm2-stories.toml").read_text("utf-8"))
    held = split(read_pairs(shipped(*said["pairs"].split("/"))), said["test"], said["seed"])[1]
    assert [pair.summary for pair in held] == [story_named(n).summary for n in parted[1]]


def test_split_stories_tells_near_duplicates_by_their_words():
    tale = "Pip the dog looked for a red kite in the old wood, and it hung in a tree. "
    letters = "abcdefghijklmnopqr"
    others = [" ".join(f"{each}{other}" for other in letters) for each in letters]
    texts = [*others, tale, f"Well! {tale}"]
    stories = [
        some(n, text=text, summary=f"{chr(96 + n)}x is here") for n, text in enumerate(texts, 1)
    ]
    taught, held = split_stories(shelf(*stories))
    assert ("T-019" in held) == ("T-020" in held) and len(held) <= 2
    assert set(taught) | set(held) == {story.id for story in stories}


def test_read_pairs_reads_the_stories_that_ship(tmp_path):
    file = tmp_path / "pairs.jsonl"
    rows = [story_named(name).model_dump() for name in ("A-001", "A-022")]
    file.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    one, other = read_pairs(file)
    assert one.pages == tuple(page.text for page in story_named("A-001").pages)
    assert (other.title, other.ages) == ("Mango and the Thirteen Stairs", "3-5")


def test_read_pairs_says_when_pages_are_none(tmp_path):
    file = tmp_path / "pairs.jsonl"
    file.write_text(json.dumps({"summary": "x", "pages": [{"picture": "y"}]}), "utf-8")
    with pytest.raises(Exception, match="line 1: pages is"):
        read_pairs(file)


def test_bound_table_has_a_list_for_each_species_of_the_world():
    from storybook.world import load_world

    species = load_world(shipped("assets")).species
    assert {f"kind.{each}" for each in species} <= bound_table().keys()
    assert all(word == word.lower() for said in bound_table().values() for word in said)
