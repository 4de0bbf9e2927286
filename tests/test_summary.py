"""Reading a summary, layer by layer: tokens, nouns, names, characters, pronouns, language."""

from random import Random

import pytest

from storybook.config import shipped
from storybook.records import Hero
from storybook.story.casting import cast
from storybook.summary import Character, called, pronouns_in, read_summary
from storybook.summary.language import english_of
from storybook.summary.lexicon import kinds_of, load_words
from storybook.summary.names import find_names
from storybook.summary.nouns import Nouns
from storybook.summary.rewording import Edit, reworded, say_instead
from storybook.summary.slips import mended
from storybook.summary.tokens import plain, tokens
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
KINDS = kinds_of(WORLD)


def nouns(text: str) -> Nouns:
    return Nouns(tokens(text), KINDS, load_words())


def names(text: str) -> list[str]:
    return [name.text for name in find_names(nouns(text)).values()]


def read(text: str, *heroes: Hero) -> tuple[Character, ...]:
    return read_summary(text, WORLD, heroes).characters


def people(text: str) -> list[tuple[str, str, str]]:
    return [(one.name, one.species, one.sex) for one in read(text)]


def cast_names(text: str) -> list[tuple[str, str]]:
    return [(hero.name, hero.species) for hero in cast(text, (), WORLD, seed=1).heroes]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("O'Malley's ball.", ["O'Malley", "'s", "ball"]),
        ("O\u2019Malley\u2019s ball", ["O\u2019Malley", "'s", "ball"]),
        (
            "Sir Barks-a-lot and J.R. met Mr. Fluff.",
            ["Sir", "Barks-a-lot", "and", "J.R.", "met", "Mr.", "Fluff"],
        ),
        ("Łucja, Ömer & नीला", ["Łucja", "Ömer", "नीला"]),
    ],
)
def test_tokens_keep_words_whole(text: str, words: list[str]) -> None:
    assert [token.text for token in tokens(text) if token.is_word] == words


def test_tokens_know_the_heads_of_sentences() -> None:
    text = 'Mr. Fluff naps. "Wake up!" says Bo. He does not… Zzz! Then he does.'
    assert [token.text for token in tokens(text) if token.head] == [
        "Mr.",
        "Wake",
        "He",
        "Zzz",
        "Then",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("PEPPER THE DOG DIGS A HOLE. HE NAPS.", "Pepper the dog digs a hole. He naps."),
        ("Tom The Cat And The Missing Fish", "Tom the cat and the missing fish"),
        ("Tom and Max", "Tom and Max"),
        ("E\u0301lodie  the\nrabbit", "Élodie the rabbit"),
    ],
)
def test_plain_writes_small_what_is_shouted(text: str, said: str) -> None:
    assert plain(text) == said


def test_called_finds_names_with_any_signs() -> None:
    assert called("J.R.").search("So J.R. ran.") and called("O'Malley").search(
        "O\u2019Malley’s hat"
    )
    assert not called("Rex").search("Rexes ran") and not called("Rex").search("rex ran")
    assert called("नीला").search("नीला ran")


@pytest.mark.parametrize(
    ("text", "start", "found"),
    [
        ("a sleepy orange cat naps", 0, ("cat", 1)),
        ("a big, brown, very old dog", 0, ("dog", 1)),
        ("her two dogs", 0, ("dog", 2)),
        ("a family of foxes", 0, ("fox", 2)),
        ("three little polar bears", 0, ("polar bear", 3)),
        ("an old granny mouse", 0, ("mouse", 1)),
        ("Kittens play", 0, ("kitten", 2)),
        ("a toy mouse", 0, None),
        ("a teddy bear", 0, None),
        ("the mouse hole", 0, None),
        ("a cat flap", 0, None),
        ("no cat", 0, None),
        ("like a lion", 1, None),
        ("wants to be a bear", 3, None),
        ("a picture of a cat", 3, None),
        ("bear the rain", 0, None),
    ],
)
def test_nouns_are_somebody_or_not(text: str, start: int, found: tuple[str, int] | None) -> None:
    common = nouns(text).at(start)
    assert (common and (common.kind.word, common.count)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("May the rabbit naps in May.", ["May"]),
        ("On Monday Pip naps.", ["Pip"]),
        ("A dog named Monday naps.", ["Monday"]),
        ("The puppies play. One dog naps. Once a cat came.", []),
        ("Will the cat come home?", []),
        ("Will the cat comes home.", ["Will"]),
        ("Sunny wants a hat. Sunny days are gone.", ["Sunny"]),
        ("Dinner is late. Winter comes. Rain falls.", []),
        ("pepper the dog and my cat luna", ["Pepper", "Luna"]),
        ("Pip finds the Lost Lantern.", ["Pip"]),
        ("Sir Barks-a-lot and Mr. Fluff Pants sing.", ["Sir Barks-a-lot", "Mr. Fluff Pants"]),
        ("Hello! Moo! Pip naps.", ["Pip"]),
    ],
)
def test_names_are_found_by_letters_and_place(text: str, found: list[str]) -> None:
    assert list(dict.fromkeys(names(text))) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Our dog Samba from Brazil comes to live in Norway.", ["Samba"]),
        ("Pip flies from Poland to visit us, and a boy from Kenya laughs.", ["Pip"]),
        ("Rex the dog gets a letter from Theo who is in Paris.", ["Rex", "Theo"]),
        ("Georgia the cat lives in Georgia.", ["Georgia", "Georgia"]),
    ],
)
def test_nobody_is_called_by_the_land_that_they_are_from(text: str, found: list[str]) -> None:
    assert names(text) == found


def test_a_name_in_one_place_is_known_in_all() -> None:
    (one,) = read("A dog named Rose digs. Rose stops, and then Rose naps.")
    assert (one.name, one.species, len(one.names)) == ("Rose", "dog", 3)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Tom, an old dog, naps.", [("Tom", "dog", "")]),
        ("Tom and Max are cats.", [("Tom", "cat", ""), ("Max", "cat", "")]),
        ("Two mice, Nib and Tuck, nap.", [("Nib", "mouse", ""), ("Tuck", "mouse", "")]),
        ("A dog naps. His name is Rex.", [("Rex", "dog", "he")]),
        ("A dog meets a bear. The bear is called Bo.", [("", "dog", ""), ("Bo", "bear", "")]),
        ("A dog naps. The dog Rex snores.", [("Rex", "dog", "")]),
        ("A girl finds a puppy and calls him Bo.", [("", "girl", "she"), ("Bo", "dog", "he")]),
        ("Tom, a dog and a fox sing.", [("Tom", "", ""), ("", "dog", ""), ("", "fox", "")]),
        ("Papa Bear and Bo sing.", [("Papa Bear", "bear", "he"), ("Bo", "", "")]),
        ("The vixen naps.", [("", "fox", "she")]),
        ("Zibbo sings. The mouse naps.", [("Zibbo", "mouse", "")]),
    ],
)
def test_characters_have_their_kinds(text: str, found: list[tuple[str, str, str]]) -> None:
    assert people(text) == found


@pytest.mark.parametrize(
    ("text", "sexes"),
    [
        ("Bruno the dog finds a lost kitten and carries her home.", ["", "she"]),
        ("Bo the dog finds a cat, and he carries her home.", ["he", "she"]),
        ("A kind fox helps Bo the dog find her hat.", ["", "she"]),
        ("Bo the dog asks a bear to help her reach the shelf.", ["she", ""]),
        ("Bo the dog is lost and a fox helps her.", ["she", ""]),
        ("Bo the dog hides so well that no one can find her.", ["she"]),
        ("Bo the dog lost their hat.", ["they"]),
        ("Bo the dog meets a fox. They play.", ["", ""]),
        ("Bo the dog lost ten marbles. They rolled away.", [""]),
        ("Grandma visits Bo the dog. She naps.", ["she", ""]),
    ],
)
def test_pronouns_mean_whom_grammar_says(text: str, sexes: list[str]) -> None:
    assert [one.sex for one in read(text)] == sexes


def test_pronouns_in_tells_whose_from_whom() -> None:
    found = [(form, sex) for _, _, form, sex in pronouns_in("She lets her sing her song to them.")]
    assert found == [("he", "she"), ("him", "she"), ("his", "she"), ("him", "they")]


def test_who_has_an_animal_and_no_kind_is_a_person() -> None:
    assert [one.human for one in read("Nina loves her rabbit Bo.")] == [True, False]
    assert [one.human for one in read("Zoe gets a cat called Bo.")] == [True, False]
    assert [one.human for one in read("Biscuit loves her kitten Bo.")] == [False, False]
    assert [one.human for one in read("Nina the cat loves her rabbit Bo.")] == [False, False]


def test_who_asks_for_a_story_is_not_in_it() -> None:
    assert people("My name is Tom and my dog is called Bo.") == [("Bo", "dog", "")]


def test_a_given_hero_keeps_its_own_pronoun() -> None:
    hero = Hero(name="Bo", species="dog", pronoun="she")
    (one,) = [one for one in read("Bo meets a fox who lost his hat.", hero) if one.name]
    assert one.sex == "she"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # 1, 2: a plural is several, each with a name
        ("Kittens nap on the roof.", [("*", "cat"), ("*", "cat")]),
        ("The friends bake a cake.", [("*", "*"), ("*", "*")]),
        ("Three dogs named Bo, Jo and Mo dig.", [("Bo", "dog"), ("Jo", "dog"), ("Mo", "dog")]),
        ("Four mice sing.", [("*", "mouse")] * 4),
        # 3: apostrophes
        ("A cat named D'Arcy naps.", [("D'Arcy", "cat")]),
        ("Ma\u2019at the cat naps.", [("Ma\u2019at", "cat")]),
        # 4: months, days and words
        ("August the bear naps.", [("August", "bear")]),
        ("Summer the fox naps in summer.", [("Summer", "fox")]),
        # 5: letters of any script
        ("Šárka the fox naps.", [("Šárka", "fox")]),
        ("Ңұрай the dog naps.", [("Ңұрай", "dog")]),
        # 6: animals as names
        ("A cat called Mouse naps.", [("Mouse", "cat")]),
        ("Wolf the rabbit is shy.", [("Wolf", "rabbit")]),
        # 7: initials, hyphens, titles
        ("BB the dog naps.", [("BB", "dog")]),
        ("Lady Wag-a-tail the dog naps.", [("Lady Wag-a-tail", "dog")]),
        ("Mr. T.J. Paws the cat naps.", [("Mr. T.J. Paws", "cat")]),
        # 9: small letters
        ("biscuit the cat naps", [("Biscuit", "cat")]),
        ("tom and his dog max dig", [("Max", "dog"), ("Tom", "boy")]),
    ],
)
def test_cast_takes_names_of_each_kind(text: str, found: list[tuple[str, str]]) -> None:
    have = cast_names(text)
    assert len(have) == len(found)
    for (name, species), (wanted, kind) in zip(have, found, strict=True):
        assert name == wanted or (wanted == "*" and name not in text and name != "The")
        assert species == kind or kind == "*"


def test_cast_writes_names_into_a_summary_of_several() -> None:
    who = cast("The puppies play ball.", (), WORLD, seed=1)
    one, two = who.heroes
    assert who.summary == f"The puppies {one.name} and {two.name} play ball."


def test_cast_writes_a_small_name_large() -> None:
    assert cast("pepper the dog digs. pepper naps", (), WORLD, seed=1).summary == (
        "Pepper the dog digs. Pepper naps"
    )


def test_reworded_fits_the_article() -> None:
    text = "An owl met a fox."
    assert reworded(text, [Edit(3, 6, "mouse"), Edit(13, 16, "otter")]) == "A mouse met an otter."
    assert say_instead("A lion met Lion.", "lion", "cat", ["Lion"]) == "A cat met Lion."


@pytest.mark.parametrize(
    ("text", "english"),
    [
        ("Pip the mouse flies a kite.", True),
        ("Zoë and Søren go sledging", True),
        ("Marmalade loves sardines", True),
        ("Pip", True),
        ("Pip die Maus möchte am Strand einen roten Drachen steigen lassen.", False),
        ("Le chat Minou veut voler un poisson au marché.", False),
        ("El perro Bruno encuentra una llave en la playa.", False),
        ("De hond Max wil een vlieger oplaten op het strand.", False),
        ("Kotek Filemon chce zbudować łódkę.", False),
        ("Ein Bär backt Kuchen.", False),
        ("猫が雪の中で青い手袋を見つける", False),
    ],
)
def test_is_english_tells_languages_apart(text: str, english: bool) -> None:
    assert english_of(text).enough == english


@pytest.mark.parametrize(
    "text", ["Emily's", "e is", "Tom,", "the", "...", "👍 Pip", "named", "a a a"]
)
def test_any_scrap_of_a_text_can_be_read(text: str) -> None:
    assert cast(text, (), WORLD, seed=1).heroes


def test_any_order_of_words_can_be_cast() -> None:
    chance = Random(5)
    text = "The the a an two Tom Max dog kittens fox's and who is are named called her his , . ? ("
    more = " finds friends of like O'Malley Grandma sister ) \" \u2014 into she him to help bear"
    words = [token.text for token in tokens(text + more)]
    for seed in range(150):
        said = " ".join(chance.choices(words, k=chance.randint(1, 20)))
        heroes = cast(said, (), WORLD, seed=seed).heroes
        assert 1 <= len({hero.name for hero in heroes}) == len(heroes) <= 4, said


@pytest.mark.parametrize(
    "summary",
    [
        "Pepper" * 30 + " the dog finds a ball.",
        "Maximilian Alexander Bartholomew Featherstonehaugh the cat naps.",
        "a" * 5000,
    ],
)
def test_a_name_is_no_longer_than_a_hero_may_be_called(summary: str) -> None:
    assert all(len(hero.name) <= 40 for hero in cast(summary, [], WORLD, seed=1).heroes)


@pytest.mark.parametrize("summary", ["3 cats play.", "12 dogs and 101 mice count.", "2 and 2."])
def test_a_number_is_nobodys_name(summary: str) -> None:
    heroes = cast(summary, [], WORLD, seed=1).heroes
    assert not any(hero.name.isdecimal() for hero in heroes)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("luna o'connor the cat gives a mouse a map", [("Luna O'Connor", "cat")]),
        ("Luna O'Connor the cat finds a map. Luna hides it.", [("Luna O'Connor", "cat")]),
        ("Vincent van der Berg, a cat, paints.", [("Vincent van der Berg", "cat")]),
        ("maria de la cruz is a rabbit", [("Maria de la Cruz", "rabbit")]),
        ("sophie mcgregor is a mouse", [("Sophie McGregor", "mouse")]),
        ("J. R. Paws the dog digs. J. R. Paws naps.", [("J. R. Paws", "dog")]),
        ("A cat named Mr. Whiskers naps. Whiskers is old.", [("Mr. Whiskers", "cat")]),
        ("The cat is called Dr.\nPaws.", [("Dr. Paws", "cat")]),
        ("our cat mr whiskers sits on a map", [("Mr Whiskers", "cat")]),
        ("A St. Bernard named Max digs.", [("Max", "dog")]),
        ("Ted is a bear and Big Ted is a bear.", [("Ted", "bear"), ("Big Ted", "bear")]),
    ],
)
def test_cast_takes_a_full_name_as_one_person(text: str, found: list[tuple[str, str]]) -> None:
    assert [each for each in cast_names(text) if each[0] not in ("Mouse",)] == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("it dont purr", ["it", "don't", "purr"]),
        ("hes mabels friend", ["he", "'s", "mabel", "'s", "friend"]),
        ("the dogs' ball", ["the", "dogs", "'s", "ball"]),
        ("my dogs name is rex", ["my", "dog", "'s", "name", "is", "rex"]),
        ("a shy rabit and her freind", ["a", "shy", "rabbit", "and", "her", "friend"]),
        ("the dogs names are bells", ["the", "dog", "'s", "names", "are", "bells"]),
        ("she wears glasses and gets moose", ["she", "wears", "glasses", "and", "gets", "moose"]),
    ],
)
def test_mended_reads_what_hurried_hands_leave_out(text: str, words: list[str]) -> None:
    found = mended(tokens(text), KINDS, load_words())
    assert [token.lower for token in found] == words
    assert all(
        text[t.start : t.end].lower().startswith(t.text[0].lower()) or t.text == "'s" for t in found
    )


def test_a_place_is_nobody() -> None:
    text = "The kitten from Maple Street visits the village of Wickham and 10 Downing Street."
    assert names(text) == []
    assert names("The Great Catsby sails. The River Thames rises.") == ["Great Catsby"]
