import json

import pytest

from books import BISCUIT, FOX
from storybook.errors import ConfigError, ModelError
from storybook.records import Hero
from storybook.story.delexicalize import RoleWords, entity_mask_of, load_role_words

WORDS = RoleWords(
    things=("mitten", "blue mitten", "kite", "biscuit", "apple"),
    places=("in the snow", "by the pond"),
)
SUMMARY = "Biscuit the cat loses her green mitten in the snow. A kind fox helps her look for it."


def roles(summary=SUMMARY, star=BISCUIT, friend=FOX, **more):
    return entity_mask_of((star, friend), summary, WORDS, **more)


def test_a_summary_is_told_in_roles():
    masked = roles().mask(SUMMARY)
    assert masked == (
        "HERO the KIND loses HIS THING ATPLACE. A kind PALKIND helps HIM look for it."
    )


def test_what_was_put_aside_comes_back_as_the_summary_said_it():
    told = (
        "Title: HERO's Lost THING\n"
        "HERO the COAT KIND took HIS THING TOPLACE. HE lost it. "
        "“A THING!” said FRIEND the PALKIND.\n"
        '"I know!" HE ran. "Wait," HE said. PHE hugged HIM.'
    )
    assert roles(star=BISCUIT.but(pronoun="she")).fill(told) == (
        "Title: Biscuit's Lost Green Mitten\n"
        "Biscuit the orange striped cat took her green mitten to the snow. She lost it. "
        "“A green mitten!” said Fern the fox.\n"
        '"I know!" She ran. "Wait," she said. He hugged her.'
    )


def test_where_somebody_is_is_no_thing():
    words = RoleWords(things=("castle", "kite"), places=("at the castle", "by the pond"))
    lived_in = entity_mask_of((BISCUIT, FOX), "Biscuit lost a kite in the castle.", words)
    assert (lived_in.thing, lived_in.place) == ("kite", "at the castle")
    built = entity_mask_of((BISCUIT, FOX), "Biscuit built a castle by the pond.", words)
    assert (built.thing, built.place) == ("castle", "by the pond")


def test_articles_follow_the_word_that_comes_back():
    own = roles("Pip the mouse finds an apple.", Hero(name="Pip", species="mouse", look="orange"))
    assert (
        own.fill("A THING! A COAT KIND saw a THING.") == "An apple! An orange mouse saw an apple."
    )


def test_a_name_may_hold_any_sign():
    odd = roles("Mr. (B) finds a kite.", BISCUIT.but(name="Mr. (B)"))
    assert odd.thing == "kite" and odd.fill("HERO ran.") == "Mr. (B) ran."


def test_a_name_is_no_thing():
    assert roles("Biscuit the cat wants to fly a kite.").thing == "kite"


def test_words_for_a_kind_and_many_of_it_are_masked():
    own = roles(kinds=("kitten",))
    assert (
        own.mask("Two kittens and a Cat met two foxes.") == "Two KINDs and a KIND met two PALKINDs."
    )
    assert own.fill("Two KINDs met.") == "Two cats met."
    assert roles(star=BISCUIT.but(species="mouse")).mask("two mice") == "two KINDs"


def test_a_hero_without_a_look_has_none():
    plain = roles(star=BISCUIT.but(look=""))
    assert plain.fill("She saw a COAT KIND.") == "She saw a cat."


def test_what_the_summary_leaves_open_is_filled_plainly():
    bare = roles("Biscuit is bored.")
    assert (bare.thing, bare.place) == ("", "")
    assert bare.fill("HE sat ATPLACE.") == "He sat in the garden."


def test_a_writers_folder_says_what_it_puts_aside(tmp_path):
    assert load_role_words(tmp_path / "base") is None
    (tmp_path / "roles.json").write_text(WORDS.model_dump_json())
    assert load_role_words(tmp_path / "base") == WORDS
    (tmp_path / "roles.json").write_text(json.dumps({"thing": []}))
    with pytest.raises(ConfigError, match=r"unknown key|things"):
        load_role_words(tmp_path / "base")
    (tmp_path / "roles.json").write_text("{")
    with pytest.raises(ModelError, match=r"roles.json is no JSON"):
        load_role_words(tmp_path / "base")


def test_roles_keep_both_pronouns_apart():
    own = roles(
        "Bruno the dog meets a kitten. He carries her home.",
        Hero(name="Bruno", species="dog", pronoun="he"),
        Hero(name="Kitten", species="cat", pronoun="she"),
        friend_kinds=("kitten",),
    )
    assert own.mask("Bruno meets a kitten. He carries her home in her basket.") == (
        "HERO meets a PALKIND. HE carries PHIM home in PHIS basket."
    )
    assert own.fill("HE saw HIS tail. PHE hugged HIM and PHIS own tail.") == (
        "He saw his tail. She hugged him and her own tail."
    )


def test_roles_let_verbs_agree_with_one_who_is_called_they():
    own = roles("Biscuit lost their hat.", BISCUIT.but(pronoun="they"))
    assert own.mask("They look for their hat. They are sad.") == "HE looks for HIS hat. HE is sad."
    assert own.fill(
        "HE was sad. Was HE lost? HE has HIS hat. HE looks at HIMSELF. PHE was glad."
    ) == ("They were sad. Were they lost? They have their hat. They look at themself. He was glad.")


def test_their_of_several_is_no_pronoun_of_the_star():
    assert roles(star=BISCUIT.but(pronoun="she")).mask("They find their hat.") == (
        "They find their hat."
    )


def test_what_is_lost_about_a_thing_is_no_part_of_it():
    assert roles("Biscuit the cat looks for his lost kite.").thing == "kite"
    assert roles("Biscuit the cat looks for the missing blue mitten.").thing == "blue mitten"
