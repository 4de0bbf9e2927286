import pytest

from storybook.authoring.teach_settings import OF_STUDIO, divided, recipe_keys
from storybook.cli import main
from storybook.config import load_settings
from storybook.errors import ConfigError
from training.pet.recipe import Recipe


def test_recipe_keys_are_those_of_the_record():
    assert recipe_keys() == tuple(Recipe.model_fields)
    load_settings("doubles", [f"{key}=cpu" for key in OF_STUDIO])  # else ConfigError


def test_divided_gives_each_setting_to_whom_it_belongs():
    asked = ["lr=1e-4", "draw.painter=models/a=b", "concept.0.repeats=2", " device =cuda", "rank=4"]
    studio, recipe = divided(asked)
    assert studio == ["draw.painter=models/a=b", " device =cuda"]
    assert recipe == ["lr=1e-4", "concept.0.repeats=2", "rank=4"]
    assert divided([]) == ([], [])


@pytest.mark.parametrize(
    ("change", "near"),
    [
        ("ler=1", "Did you mean lr? "),
        ("epoch=3", "Did you mean epochs"),
        ("draw.steps=3", "steps"),
        ("draw.paintr=x", "draw.painter"),
        ("adapter.rank=4", "Did you mean rank"),
        ("devices=cpu", "Did you mean device"),
        ("zzzzzz=1", "--set zzzzzz: a teaching has no such setting. Of the studio it takes"),
        ("lr", "write KEY=VALUE"),
        ("=3", "write KEY=VALUE"),
    ],
)
def test_divided_refuses_other_keys_and_names_near_ones(change: str, near: str):
    with pytest.raises(ConfigError) as refused:
        divided(["rank=4", change])
    assert near in str(refused.value) and "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


def test_hero_teach_help_lists_what_set_takes(capsys):
    with pytest.raises(SystemExit):
        main(["hero", "teach", "--help"])
    words = set(capsys.readouterr().out.replace(",", " ").split())
    assert {*OF_STUDIO, *recipe_keys()} <= words
