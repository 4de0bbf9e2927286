"""Variants of a pet's recipe: what each of them changes, and that one goes all the way."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from evaluation import ablation, judge
from evaluation.__main__ import main as evaluated
from evaluation.ablation import VARIANTS, VariantScores, _ground, variant_of
from evaluation.records import QUICK, Bench
from storybook.config import load_settings, shipped
from storybook.errors import StorybookError
from storybook.studio.studio import Studio
from storybook.world import load_world
from tiny_sd import tiny_critic, tiny_painter
from training.data.crops import read_mask
from training.data.readers import read_folder
from training.pet.recipe import load_recipe
from training.starter.pets import PETS, pictures_of, world_with

ROOT = Path(__file__).parents[1]
RECIPE, _ = load_recipe(ROOT / "training" / "recipes" / "bhna-cat.toml")


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)  # where the recipe's folders are


def test_each_variant_differs_from_the_recipe_in_its_own_way(tmp_path):
    def said(name):
        table = variant_of(RECIPE, name, 100, tmp_path / name).model_dump()
        (concept,) = table.pop("concept")
        return {**table, **concept}

    plain = said("the recipe")
    assert plain["max_steps"] == 100 and plain["held_out"] == 0
    changed = {
        name: {key for key, value in said(name).items() if value != plain[key]} for name in VARIANTS
    }
    assert changed == {
        "the recipe": set(),
        "no pictures of the class": {"class_photos"},
        "5 pictures": {"photos"},
        "10 pictures": {"photos"},
        "20 pictures": {"photos"},
        "rank 4": {"rank"},
        "rank 64": {"rank"},
        "transformers alone": {"targets"},
        "text encoder as it was": {"text_encoder"},
        "masked": {"mask", "photos"},
        "all weights": {"kind", "lr", "text_lr", "save_as"},
    }
    for count in (5, 10, 20):
        photos = (
            variant_of(RECIPE, f"{count} pictures", 100, tmp_path / str(count)).concept[0].photos
        )
        assert len(list(photos.glob("*.jpg"))) == len(list(photos.glob("*.txt"))) == count


def test_masks_of_a_variant_are_where_the_artist_drew_the_pet(tmp_path):
    pytest.importorskip("skia")
    from training.starter.artist import draw

    folder = variant_of(RECIPE, "masked", 100, tmp_path).concept[0].photos
    examples = read_folder(folder).examples
    assert len(examples) == 24 and all(each.mask and each.captions for each in examples)
    pet = next(each for each in PETS if each.token == "bhna")
    known = load_world(shipped("assets", "starter", "painter"))
    pink = replace(pet, coat=pet.coat.but(base="#ff00ff", mark="#ff00ff", scarf="#ff00ff"))
    shown = pictures_of(pet, world_with(pet, known))
    for each, picture in list(zip(examples, shown, strict=True))[::6]:
        inside = np.asarray(read_mask(each.mask, (256, 256))) > 127
        repainted = np.asarray(draw(picture, world_with(pink, known), 256), int)
        changed = np.abs(repainted - np.asarray(Image.open(each.path), int)).max(axis=2) > 60
        assert changed[inside].mean() > 0.2 and changed[~inside].mean() < 0.01
    (folder / "01.jpg").unlink()
    shutil.copy(folder / "02.jpg", folder / "01.jpg")
    mixed = RECIPE.but(concept=(RECIPE.concept[0].but(photos=folder),))
    with pytest.raises(StorybookError, match=r"01\.jpg is not what the artist draws now"):
        variant_of(mixed, "masked", 100, tmp_path / "again")


@pytest.fixture
def bench(tmp_path, monkeypatch):
    monkeypatch.setattr(judge, "BATCH", 2)
    tiny_painter(tmp_path / "painter", levels=1)
    tiny_critic(tmp_path / "critic")
    changes = [
        f"draw.painter={tmp_path / 'painter'}",
        f"choose.critic={tmp_path / 'critic'}",
        "draw.steps=1",
        "draw.width_px=64",
        "draw.height_px=64",
    ]
    extent = replace(
        QUICK, judge_drawings=16, judge_restored=1, judge_held_out=8, judge_steps=1, pet_pictures=2
    )
    return Bench(
        Studio(load_settings("starter", changes)),
        load_world(shipped("assets")),
        extent,
        tmp_path / "work",
        tmp_path,
        workers=1,
    )


def test_variants_are_taught_judged_and_tabled_once(bench, tmp_path):
    pytest.importorskip("skia")
    recipe = RECIPE.but(
        model=tmp_path / "painter",
        resolution_px=64,
        sample_steps=1,
        lr=1e-2,
        warmup_steps=0,
        sample_prompts=("a bhna cat",),
    )
    home, names = tmp_path / "home", ["rank 4", "all weights"]
    events = list(ablation.evaluate(bench, recipe, 2, names, home))
    assert {event.stage.split(":")[0] for event in events} > set(names)
    rows = list(ablation.table(home))
    assert [row.split(" | ")[0].strip("| ") for row in rows[2:]] == names
    adapter, whole = (
        VariantScores.model_validate_json(
            (home / name.replace(" ", "-") / "found.json").read_bytes()
        )
        for name in names
    )
    assert 0 < adapter.megabytes < whole.megabytes
    again = list(ablation.evaluate(bench, recipe, 2, names, home))
    assert not [event for event in again if event.stage.startswith(tuple(names))]


@pytest.mark.parametrize(
    ("command", "words", "says"),
    [
        (evaluated, ["--only", "picturs"], "picturs is no part. Did you mean pictures"),
        (evaluated, ["--studio", "nowhere"], "nowhere"),
        (ablation.main, ["r.toml", "--only", "rank 5"], "rank 5 is no variant. Did you mean rank"),
        (ablation.main, ["nowhere.toml"], "nowhere.toml"),
    ],
)
def test_main_says_in_a_line_what_cannot_be_evaluated(monkeypatch, capsys, command, words, says):
    monkeypatch.setattr(sys, "argv", ["evaluation", *words])
    assert command() == 2
    said = capsys.readouterr().err
    assert said.startswith("storybook: ") and says in said and said.count("\n") == 1


def test_findings_rest_on_the_pictures_too(bench, tmp_path):

    photos = shutil.copytree(RECIPE.concept[0].photos, tmp_path / "photos")
    recipe = RECIPE.but(concept=(RECIPE.concept[0].but(photos=photos),))
    before = _ground(recipe, 10, bench)
    assert _ground(recipe, 10, bench) == before != _ground(recipe, 11, bench)
    (photos / "01.txt").write_text("a bhna cat asleep")
    assert _ground(recipe, 10, bench) != before
