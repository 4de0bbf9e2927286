"""The word that a pet is taught by: one token to the painter at hand, and nobody else's."""

import shutil
from itertools import islice
from pathlib import Path

import pytest
from transformers import CLIPTokenizer

from storybook.authoring.teach_hero import TOKENS, recipe_token, token_for, write_recipe
from storybook.config import load_settings, shipped
from storybook.errors import HeroError, ModelError
from storybook.hero.folder import HERO, add_hero, hero_names, load_hero
from storybook.hero.photo_quality import token_fault
from storybook.hero.rare_tokens import rare_tokens, single_tokens
from storybook.records import Hero
from tiny_sd import tiny_tokenizer

CLASSIC = shipped("assets", "configs", "stable-diffusion-1")
STARTER = shipped("assets", "starter", "painter")


def spelling(folder: Path) -> Path:
    """A painter whose tokenizer knows letters only."""
    tiny_tokenizer().save_pretrained(folder / "tokenizer")
    return folder


def add(name, **facts):
    add_hero(Hero(name=name, species="dog", **facts), [])
    return load_hero(name.lower())


@pytest.mark.parametrize("painter", [CLASSIC, STARTER], ids=["classic", "starter"])
def test_rare_tokens_are_one_token_to_the_painter_and_mean_nothing(painter):
    found = list(islice(rare_tokens(painter), 50))
    tokenizer = CLIPTokenizer.from_pretrained(painter / "tokenizer", local_files_only=True)
    assert len(set(found)) == 50
    assert all(tokenizer.tokenize(word) == [f"{word}</w>"] for word in found)
    assert not any(token_fault(word) for word in found)


def test_single_tokens_asks_the_tokenizer():
    assert single_tokens(CLASSIC, ["ohwx", "bhna", "cat", "qfv"]) == ["ohwx", "cat"]


def test_rare_tokens_of_a_tokenizer_in_one_file_are_the_same(tmp_path):
    (tmp_path / "tokenizer").mkdir()
    shutil.copy(STARTER / "tokenizer" / "tokenizer.json", tmp_path / "tokenizer")
    assert list(rare_tokens(tmp_path)) == list(rare_tokens(STARTER))


def test_rare_tokens_of_a_painter_that_spells_are_none(tmp_path):
    assert list(rare_tokens(spelling(tmp_path))) == []


def test_rare_tokens_of_a_painter_without_a_tokenizer_are_a_line(tmp_path):
    with pytest.raises(ModelError, match="holds no CLIP tokenizer"):
        rare_tokens(tmp_path)
    with pytest.raises(ModelError, match="does not exist"):
        rare_tokens(tmp_path / "nowhere")


def test_token_for_takes_one_token_that_no_hero_has():
    rex = add("Rex")
    token = token_for(rex, CLASSIC)
    taken = {load_hero(name).token for name in hero_names()} - {None}
    assert taken == {"ohwx", "bhna"}, "those of the pets that ship, which keep theirs"
    assert single_tokens(CLASSIC, [token]) and token not in taken
    assert single_tokens(STARTER, [token_for(rex, STARTER)])
    assert token_for(add("Tom", token="zwx"), CLASSIC) == "zwx", "whoever has one keeps it"


def test_token_for_passes_over_what_another_hero_is_being_taught_by():
    rex, tom = add("Rex"), add("Tom")
    token = token_for(rex, CLASSIC)
    settings = load_settings("starter", [f"draw.painter={CLASSIC}"])
    write_recipe(rex, Path("heroes/rex"), token, settings, preset="auto")
    assert recipe_token("rex") == token and load_hero("rex").token is None
    other = token_for(tom, CLASSIC)
    assert other != token and single_tokens(CLASSIC, [other])
    assert token_for(rex, CLASSIC) == token, "what it is being taught by stays"
    assert single_tokens(STARTER, [token_for(rex, STARTER)]), (
        "unless another painter is to learn it"
    )


def test_token_for_of_a_painter_that_spells_is_one_of_the_usual(tmp_path):
    painter = spelling(tmp_path / "painter")
    assert token_for(add("Rex"), painter) == TOKENS[2], "two are the shipped pets'"
    for number, token in enumerate(TOKENS):
        add(f"Hero{number}", token=token)
    with pytest.raises(HeroError, match=f"are taken: set token in the hero's {HERO}"):
        token_for(load_hero("rex"), painter)
