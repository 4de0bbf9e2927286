"""What is drawn while a painter learns: what it is taught, and what its owner asks for."""

from pathlib import Path

import pytest

from pet_runs import lay_home, recipe, run_of
from storybook.errors import TrainingError
from training.data.records import Example
from training.pet.recipe import Recipe
from training.pet.sample_prompts import check_sample_files, sample_prompts
from training.runs import listing as runs


def asked(*concepts, examples=(), **settings):
    concepts = [{"photos": "photos"} | concept for concept in concepts]
    chosen = Recipe.model_validate({"model": "painter", "concept": concepts} | settings)
    return [(each.positive, each.negative) for each in sample_prompts(chosen, examples)]


def shown(*captions, concept="", is_class=False):
    return [
        Example(path=Path(f"{number}.png"), captions=(words,), concept=concept, is_class=is_class)
        for number, words in enumerate(captions)
    ]


def words(*args, **kwargs):
    return [positive for positive, _ in asked(*args, **kwargs)]


CAT = {"token": "bhna", "class_word": "cat"}


def test_sample_prompts_are_the_pet_by_name_and_by_class():
    assert words(CAT) == ["a bhna cat", "a cat"]
    assert words(CAT, {"token": "qfv", "class_word": "cat"}) == ["a bhna cat", "a cat", "a qfv cat"]


def test_sample_prompts_are_the_prompt_that_is_taught():
    taught = "a photo of bhna cat, outdoors"
    examples = shown(taught, taught, concept="bhna cat")
    assert words(CAT | {"prompt": "a photo of bhna cat, outdoors"}, examples=examples) == [
        taught,
        "a cat",
    ]


def test_sample_prompts_without_a_token_are_captions():
    examples = [
        *shown("a boat", "a tower", "a boat", "", "a hill", "a lake", "a field"),
        *shown("others", is_class=True),
    ]
    assert words({}, examples=examples) == ["a boat", "a tower", "a hill", "a lake"]
    assert words({"class_word": "boat"}) == ["a boat"]


def test_sample_prompts_that_nothing_says_are_asked_for():
    with pytest.raises(TrainingError, match="Set sample_prompts, or a class_word"):
        asked({}, examples=shown(""))


def test_sample_negatives_stand_beside_their_prompts(tmp_path):
    prompts, negatives = tmp_path / "prompts.txt", tmp_path / "negatives.txt"
    prompts.write_bytes("\ufeffa cat\r\n\r\na dog\r\n".encode())
    negatives.write_text("blurry\n\n")
    files = {"sample_prompts_file": prompts, "sample_negatives_file": negatives}
    assert asked(CAT, **files) == [("a cat", "blurry"), ("a dog", "blurry")], "one is for all"
    negatives.write_text("blurry\nnobody\nugly, text")
    assert asked(CAT, **files) == [("a cat", "blurry"), ("a dog", "ugly, text")]
    assert asked(CAT, sample_negative="bad") == [("a bhna cat", "bad"), ("a cat", "bad")]


def test_sample_negatives_that_pair_with_nothing_are_refused(tmp_path):
    negatives = tmp_path / "negatives.txt"
    negatives.write_text("one\ntwo\nthree")
    with pytest.raises(TrainingError, match="3 lines beside 2 prompts"):
        asked(CAT, sample_negatives_file=negatives)


@pytest.mark.parametrize("setting", ["sample_prompts_file", "sample_negatives_file"])
def test_sample_files_that_cannot_be_read_are_said_before_anything_is_done(tmp_path, setting):
    chosen = Recipe.model_validate(
        {"model": "painter", "concept": [{"photos": "photos"}], setting: tmp_path / "no.txt"}
    )
    with pytest.raises(TrainingError, match=f"{setting} .*no.txt cannot be read"):
        check_sample_files(chosen)


@pytest.mark.parametrize("setting", ["sample_prompts_file", "sample_negatives_file"])
@pytest.mark.parametrize("text", ["", "\n\n", "\ufeff  \n"])
def test_sample_files_that_are_empty_are_refused_before_the_first_step(tmp_path, setting, text):
    file = tmp_path / "prompts.txt"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(TrainingError, match=f"{setting} .* is empty"):
        asked(CAT, **{setting: file})
    with pytest.raises(TrainingError, match=f"{setting} .* is empty"):
        check_sample_files(
            Recipe.model_validate(
                {"model": "painter", "concept": [{"photos": "photos"}], setting: file}
            )
        )


def test_a_run_without_a_token_draws_its_captions(tmp_path):
    home = lay_home(tmp_path)
    chosen = recipe(
        home,
        max_steps=1,
        concept=[{"photos": str(home / "bhna-cat")}],
        critic=str(home / "critic"),
        sample_count=2,
    )
    run = run_of(chosen, tmp_path / "runs" / "cat")
    told = runs.sample_words(run.folder)
    captions = {file.read_text().strip() for file in (home / "bhna-cat").glob("*.txt")}
    assert len(told) == len(list(run.samples.glob("000001-*.png"))) == 8
    assert "" not in told and set(told) <= captions
    assert all(measure.likeness is None for measure in run.measures()), "it is nobody's likeness"
