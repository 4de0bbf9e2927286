"""Critics: what is asked of a picture, and the verdict's shape."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storybook.config import shipped
from storybook.errors import HeroError, ModelError
from storybook.models.classifier import CHOICES, save_classifier
from storybook.models.critics import ClipCritic, open_critic, word_queries
from storybook.records import Hero, Prompt
from storybook.world import load_world, picture_words
from tiny_sd import change_json, tiny_critic
from training.starter.classifier import classifier_of

WORLD = load_world(shipped("assets"))
HERO = Hero(name="Biscuit", species="cat", look="grey", token="bhna")
CAPTION = picture_words(
    style="watercolour",
    star="orange striped cat",
    action="holding",
    thing="umbrella",
    place="town street",
    light="day",
    shot="wide",
    companions=["brown dog"],
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_critic(tmp_path_factory.mktemp("models") / "eyes")


@pytest.fixture(scope="module")
def critic(folder: Path) -> ClipCritic:
    return open_critic(folder, WORLD, device="cpu")


def noise(seed: int = 0) -> Image.Image:
    levels = np.random.default_rng(seed).integers(0, 255, (40, 48, 3), np.uint8)
    return Image.fromarray(levels)


def test_the_words_of_a_caption_are_found_with_their_alternatives() -> None:
    asked = {(each.section, each.word): each.captions for each in word_queries(CAPTION, WORLD)}
    assert set(asked) == {
        ("species", "cat"),
        ("species", "dog"),
        ("coats", "orange striped"),
        ("coats", "brown"),
        ("actions", "holding"),
        ("places", "town street"),
        ("things", "umbrella"),
    }
    for (_, word), captions in asked.items():
        assert captions[word] == CAPTION
    assert asked["coats", "orange striped"]["grey"] == CAPTION.replace(
        "an orange striped cat", "a grey cat"
    )
    assert asked["things", "umbrella"]["kite"] == CAPTION.replace("an umbrella", "a kite")
    assert set(asked["places", "town street"]) == set(WORLD.places)


def test_a_verdict_is_the_mean_over_the_words(critic: ClipCritic) -> None:
    verdict = critic.judge(noise(), Prompt(page=1, positive=CAPTION), HERO)
    assert len(verdict.reasons) == 7
    probabilities = [float(reason.split(",")[0].split()[-1]) for reason in verdict.reasons]
    assert verdict.score == pytest.approx(sum(probabilities) / 7, abs=0.01)
    assert verdict == critic.judge(noise(), Prompt(page=1, positive=CAPTION), HERO)
    assert verdict != critic.judge(noise(1), Prompt(page=1, positive=CAPTION), HERO)


def test_a_classifier_names_what_the_star_is_and_does(folder: Path, tmp_path: Path) -> None:
    eyes = Path(shutil.copytree(folder, tmp_path / "eyes"))
    save_classifier(classifier_of(WORLD, widths=(8, 8, 8, 8)), eyes)
    knows, plain = (open_critic(each, WORLD, device="cpu") for each in (eyes, folder))
    prompt = Prompt(page=1, positive=CAPTION)
    found = knows.judge(noise(), prompt, HERO).reasons
    by_clip = plain.judge(noise(), prompt, HERO).reasons
    assert [reason.split(" 0.")[0] for reason in found] == [
        reason.split(" 0.")[0] for reason in by_clip
    ]
    probabilities = knows.classifier.probabilities(noise())
    assert found[0].startswith(f"species: cat {probabilities['species']['cat']:.2f}")
    friends = [n for n, reason in enumerate(by_clip) if ": dog " in reason or ": brown " in reason]
    assert [found[n] for n in friends] == [by_clip[n] for n in friends] and len(friends) == 2
    assert sum(one != other for one, other in zip(found, by_clip, strict=True)) >= 4


def test_a_classifier_that_does_not_fit_is_named(folder: Path, tmp_path: Path) -> None:
    eyes = Path(shutil.copytree(folder, tmp_path / "eyes"))
    save_classifier(classifier_of(WORLD, widths=(8, 8, 8, 8)), eyes)
    change_json(eyes / CHOICES, widths=[8, 8, 8, 16])
    with pytest.raises(ModelError, match=r"classifier\.safetensors does not fit classifier\.json"):
        open_critic(eyes, WORLD, device="cpu")


def test_a_token_is_judged_by_the_look_and_emphasis_is_not_read(critic: ClipCritic) -> None:
    taught = Prompt(page=1, positive="a (bhna cat:1.3) in the garden")
    said = Prompt(page=1, positive="a grey cat in the garden")
    assert critic.judge(noise(), taught, HERO) == critic.judge(noise(), said, HERO)


def test_word_queries_take_no_part_of_a_look_for_a_coat() -> None:
    caption = "watercolour of a brown and white dog sitting in the garden, with a grey cat"
    (coat,) = (each for each in word_queries(caption, WORLD) if each.section == "coats")
    assert coat.word == "grey" and not coat.star
    (coat,) = (each for each in word_queries("a white dog", WORLD) if each.section == "coats")
    assert coat.word == "white" and coat.star
    assert "black and white" in WORLD.coats
    (coat,) = (e for e in word_queries("a black and white dog", WORLD) if e.section == "coats")
    assert coat.word == "black and white"
    assert not [e for e in word_queries("a blue-grey cat", WORLD) if e.section == "coats"]


def test_a_friend_s_coat_is_not_asked_of_a_star_whose_look_no_world_has(
    folder: Path, tmp_path: Path
) -> None:
    eyes = Path(shutil.copytree(folder, tmp_path / "eyes"))
    save_classifier(classifier_of(WORLD, widths=(8, 8, 8, 8)), eyes)
    knows, plain = (open_critic(each, WORLD, device="cpu") for each in (eyes, folder))
    star = HERO.but(species="dog", look="brown and white", token="ohwx")
    prompt = Prompt(page=1, positive="an ohwx dog sitting in the garden, with a grey cat")
    said = [one.judge(noise(), prompt, star).reasons for one in (knows, plain)]
    coats = [[each for each in reasons if each.startswith("coats")] for reasons in said]
    assert coats[0] == coats[1] and len(coats[0]) == 1  # the CLIP's word, not the classifier's


def test_without_a_world_it_is_the_text_match(folder: Path) -> None:
    verdict = open_critic(folder, device="cpu").judge(
        noise(), Prompt(page=1, positive="a very long tale of a cat " * 20), HERO
    )
    assert 0 <= verdict.score <= 1 and verdict.reasons[0].startswith("text match")


@pytest.mark.parametrize(
    ("colour", "reason"), [("black", "near black"), ("#030303", "near black"), ("teal", "blank")]
)
def test_pictures_that_show_nothing(critic: ClipCritic, colour: str, reason: str) -> None:
    blank = Image.new("RGB", (32, 32), colour)
    verdict = critic.judge(blank, Prompt(page=1, positive=CAPTION), HERO)
    assert verdict.score == 0 and verdict.reasons[0].startswith(reason)


def test_what_is_no_critic(tmp_path: Path) -> None:
    folder = tiny_critic(tmp_path / "eyes")
    (folder / "preprocessor_config.json").unlink()
    with pytest.raises(ModelError, match="eyes cannot be opened"):
        open_critic(folder, device="cpu")
    change_json(folder / "config.json", model_type="llama")
    with pytest.raises(ModelError, match=r"no critic: config\.json says llama"):
        open_critic(folder, device="cpu")


def test_likeness_to_the_photos_counts_where_the_hero_is_asked_for(folder, tmp_path) -> None:
    noise(3).save(tmp_path / "a.png")
    knows = open_critic(folder, WORLD, photos=[tmp_path / "a.png"], device="cpu")
    plain = open_critic(folder, WORLD, device="cpu")
    prompt = Prompt(page=1, positive=CAPTION)
    itself = knows.judge(noise(3), prompt, HERO)
    assert itself.reasons[-1] == "like Biscuit's photos 1.00"
    without = plain.judge(noise(3), prompt, HERO).score
    assert itself.score == pytest.approx(0.6 * without + 0.4, abs=0.01)
    elsewhere = Prompt(page=1, positive=CAPTION.replace("cat", "fox"))
    assert knows.judge(noise(3), elsewhere, HERO) == plain.judge(noise(3), elsewhere, HERO)


def test_a_broken_photo_is_named(folder, tmp_path) -> None:
    (tmp_path / "a.jpg").write_text("no photo")
    with pytest.raises(HeroError, match=r"a.jpg cannot be read as a photo"):
        open_critic(folder, WORLD, photos=[tmp_path / "a.jpg"], device="cpu")
