"""Recipes: precedence, presets as their sources say, and mistakes in one clear line."""

import pytest

from storybook.errors import ConfigError
from training.pet.recipe import PRESETS, load_recipe, recipe_of
from training.runs.settings import preset_names

TABLE = {"model": "m", "concept": [{"photos": "p", "token": "bhna", "class_word": "cat"}]}


def test_the_last_word_counts():
    assert recipe_of(TABLE | {"preset": "none"})[0].lr == 1e-4
    assert recipe_of(TABLE | {"preset": "cerebrium"})[0].lr == 5e-4
    assert recipe_of(TABLE | {"preset": "cerebrium", "lr": 1e-3})[0].lr == 1e-3
    assert recipe_of(TABLE | {"preset": "cerebrium", "lr": 1e-3}, None, ["lr=2e-3"])[0].lr == 2e-3
    assert recipe_of(TABLE | {"preset": "cerebrium"}, "text2image")[1] == "text2image"


@pytest.mark.parametrize(
    ("preset", "expected"),
    [
        (
            "storybook",
            {
                "epochs": 100,
                "batch": 4,
                "accumulation": 2,
                "optimizer": "adamw8bit",
                "precision": "fp16",
                "prior_weight": 0.75,
                "lr": 2e-6,
                "text_lr": 5e-6,
                "warmup_steps": 500,
                "weight_decay": 0.01,
                "stop_text": 0.75,
                "resolution_px": 512,
                "flip": False,
            },
        ),
        (
            "text2image",
            {
                "resolution_px": 512,
                "flip": True,
                "batch": 1,
                "epochs": 100,
                "max_steps": 500,
                "accumulation": 8,
                "lr": 1e-4,
                "scheduler": "constant",
                "warmup_steps": 0,
                "optimizer": "adamw8bit",
                "seed": 42,
                "sample_count": 4,
                "sample_every_epochs": 50,
                "precision": "fp16",
            },
        ),
        (
            "everydream",
            {
                "epochs": 2,
                "repeats": 20,
                "batch": 6,
                "resolution_px": 512,
                "seed": 555,
                "lr": 1e-6,
                "text_encoder": True,
                "flip": False,
                "layout": "names",
            },
        ),
        (
            "cerebrium",
            {
                "accumulation": 1,
                "lr": 5e-4,
                "scheduler": "constant",
                "max_steps": None,
                "epochs": 30,
                "batch": 2,
                "scale_lr": False,
                "warmup_steps": 0,
                "sample_every_epochs": 10,
                "optimizer": "adamw8bit",
            },
        ),
        (
            "kohya",
            {
                "shuffle": True,
                "batch": 1,
                "lr": 5e-6,
                "max_steps": 10000,
                "optimizer": "adamw8bit",
                "checkpointing": True,
                "precision": "bf16",
                "save_every_epochs": 4,
            },
        ),
        ("auto", {"measure": True, "kind": "lora"}),
    ],
)
def test_presets_say_what_their_sources_say(preset, expected):
    found = recipe_of(TABLE | {"preset": preset})[0].model_dump()
    assert {key: found[key] for key in expected} == expected


def test_every_preset_is_a_recipe():
    for name in preset_names(PRESETS):
        recipe_of(TABLE, name)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"learning_rate": 1}, "unknown key learning_rate"),
        ({"concept": [{"photos": "p", "clas_word": "x"}]}, "Did you mean concept.0.class_word"),
        ({"preset": "storibook"}, "Did you mean storybook"),
        ({"kind": "full", "save_as": ["kohya"]}, "kohya is no form of kind full"),
        ({"kind": "full", "dora": True}, "only a LoRA"),
        ({"kind": "hypernetwork", "text_encoder": True}, "attention only"),
        ({"max_tokens": 100}, "75, 150 or 225"),
        ({"scheduler": "onecycle"}, "cosine"),
        ({"concept": []}, "at least 1"),
        ({"concept": TABLE["concept"] * 2}, "the same token"),
        ({"resolution_px": [512, 700]}, "700 is no multiple of 64"),
        ({"resolution_px": 500, "buckets": False}, "500 is no multiple of 8"),
        ({"resolution_px": [512]}, "a side from 64 to 2048 px, or"),
        ({"resolution_px": [512, 512, 512]}, "width, height"),
        ({"resolution_px": [512, 4096]}, "a side from 64 to 2048 px"),
        ({"resolution_px": "large"}, "resolution_px: a side from 64"),
        ({"max_samples": 0}, "max_samples"),
        ({"layout": "sidecar"}, "layout"),
        ({"max_samples": "3"}, "max_samples: a number or true or false, without quotes, not '3'"),
        ({"lr": "1e-4"}, "lr: a number"),
        ({"buckets": "true"}, "buckets: a number or true or false, without quotes"),
        ({"least_px": 768, "most_px": 512}, "least_px: 768 is more than most_px, 512"),
        ({"title": "../../x"}, "title: it names the result's files"),
        ({"title": "a\\b"}, "title: it names"),
        ({"title": ".hidden"}, "title: it names"),
        ({"title": "x" * 101}, "title: it names"),
        ({"title": "a\nb"}, "title: it names"),
    ],
)
def test_a_mistake_is_one_clear_line(settings, says):
    with pytest.raises(ConfigError, match=says) as caught:
        recipe_of(TABLE | {"preset": "none"} | settings)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_toml_is_named(tmp_path):
    (tmp_path / "r.toml").write_text("model = ")
    with pytest.raises(ConfigError, match=r"r\.toml"):
        load_recipe(tmp_path / "r.toml")


def test_size_px_is_a_square_or_what_the_recipe_says():
    for settings, size in ((None, (128, 128)), (512, (512, 512)), ([512, 704], (512, 704))):
        assert (
            recipe_of(TABLE | {"preset": "none", "resolution_px": settings})[0].size_px(128) == size
        )
    set_ = recipe_of(TABLE | {"preset": "none"}, None, ["resolution_px=[512, 704]"])[0]
    assert set_.size_px(128) == (512, 704)


def test_cuts_are_by_chance_only_where_that_is_asked_for():
    assert recipe_of(TABLE | {"preset": "none"})[0].cuts == 0
    assert recipe_of(TABLE | {"preset": "none", "random_crop": True, "crops": 1})[0].cuts == 1
    assert recipe_of(TABLE | {"preset": "none", "crop_jitter_px": 20})[0].cuts == 4


@pytest.mark.parametrize("field", ["lr", "alpha", "adam_epsilon", "power", "prior_weight"])
@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_numbers_of_a_recipe_are_finite(field: str, value: float) -> None:
    with pytest.raises(ConfigError, match=field):
        recipe_of(TABLE | {field: value})
