from pathlib import Path
from random import Random

import pytest
from pydantic import ValidationError

from training.data.captions import (
    Shaping,
    class_caption,
    filewords,
    instance_caption,
    name_caption,
    shaped,
)

JOHN = "a photo of John Jacob Jingleheimerschmidt riding a bicycle"


@pytest.mark.parametrize(
    ("name", "caption"),
    [
        (f"{JOHN}.webp", JOHN),
        (f"{JOHN}_(1).png", JOHN),
        (f"{JOHN}_(2).png", JOHN),
        ("a close up of a person_00012.jpg", "a close up of a person"),
        ("a St. Bernard dog_1_2.jpg", "a St. Bernard dog"),
        ("_(1).jpg", ""),
    ],
)
def test_a_names_caption_ends_at_the_first_underscore(name, caption):
    assert name_caption(Path("any folder") / name) == caption


def test_filewords_are_the_caption_else_the_name_without_its_number():
    assert filewords(Path("0012-a cat asleep.jpg"), "a bhna cat asleep") == "a bhna cat asleep"
    assert filewords(Path("0012-a cat asleep.jpg")) == "a cat asleep"
    assert filewords(Path("12 - cat.jpg")) == "- cat", "as the extension has it"
    assert filewords(Path("a cat 12.jpg")) == "a cat 12"


@pytest.mark.parametrize(
    ("words", "caption"),
    [
        ("a dog on a sofa", "ohwx on a sofa"),
        ("The dog sleeps", "ohwx sleeps"),
        ("an dog", "ohwx"),
        ("two dogs and a dog", "two dogs and ohwx"),
        ("big dog in snow", "big ohwx in snow"),
        ("ohwx dog in snow", "ohwx dog in snow"),
        ("a photo of OHWX", "a photo of OHWX"),
        ("asleep on a sofa", "ohwx, asleep on a sofa"),
        ("doghouse", "ohwx, doghouse"),
        ("", "ohwx"),
        (r"a  dog \(brown\),  in   snow", "ohwx (brown), in snow"),
    ],
)
def test_instance_captions_name_the_pet(words, caption):
    assert instance_caption("[filewords]", words, "ohwx", "dog") == caption


@pytest.mark.parametrize(
    ("words", "caption"),
    [
        ("a dog on a sofa", "a dog on a sofa"),
        ("ohwx dog on a sofa", "dog on a sofa"),
        ("ohwx on a sofa", "dog on a sofa"),
        ("asleep on a sofa", "dog, asleep on a sofa"),
        ("", "dog"),
        (r"a  dog\, asleep", "a dog, asleep"),
    ],
)
def test_class_captions_name_the_class_and_never_the_pet(words, caption):
    assert class_caption("[filewords]", words, "ohwx", "dog") == caption


def test_an_instance_may_hold_the_class_word():
    assert instance_caption("[filewords]", "a cat asleep", "bhna cat", "cat") == "bhna cat asleep"
    assert instance_caption("[filewords]", "a bhna cat", "bhna cat", "cat") == "a bhna cat"
    assert class_caption("[filewords]", "a bhna cat asleep", "bhna cat", "cat") == "a cat asleep"


def test_prompts_may_say_more_than_the_filewords_or_nothing_of_them():
    said = instance_caption("photograph of [filewords]", "a cat asleep", "bhna cat", "cat")
    assert said == "photograph of bhna cat asleep"
    assert (
        instance_caption("photograph of bhna cat", "x", "bhna", "cat") == "photograph of bhna cat"
    )
    assert class_caption("photograph of cat", "x", "bhna", "cat") == "photograph of cat"


def test_without_an_instance_or_a_class_nothing_is_named():
    assert instance_caption("[filewords]", "a  cat asleep", "", "cat") == "a cat asleep"
    assert class_caption("[filewords]", "a cat asleep", "bhna", "") == "a cat asleep"


TAGS = ("a cat on a sofa, orange, striped, daylight, indoors, close up",)


def test_captions_are_left_alone_unless_asked():
    assert shaped(TAGS, Shaping(), Random(1)) == TAGS[0]
    assert shaped((), Shaping(), Random(1)) == ""


def test_shuffling_keeps_the_first_parts_and_loses_none():
    parts = TAGS[0].split(", ")
    seen = set()
    for seed in range(40):
        words = shaped(TAGS, Shaping(shuffle=True, keep_tokens=2), Random(seed)).split(", ")
        assert words[:2] == parts[:2]
        assert sorted(words) == sorted(parts)
        seen.add(tuple(words))
    assert len(seen) > 10
    firsts = {shaped(TAGS, Shaping(shuffle=True), Random(seed)).split(",")[0] for seed in range(40)}
    assert firsts == set(parts)


def test_dropout_drops_its_share_of_captions():
    chance = Random(3)
    dropped = sum(not shaped(TAGS, Shaping(dropout=0.04), chance) for _ in range(5000))
    assert 140 < dropped < 260
    assert not shaped(TAGS, Shaping(dropout=1), chance)


def test_of_several_captions_each_has_its_turn_and_a_seed_says_which():
    two = ("a cat", "an orange cat")
    taken = [shaped(two, Shaping(), Random(f"7/{epoch}/0/0")) for epoch in range(20)]
    assert set(taken) == set(two)
    assert taken == [shaped(two, Shaping(), Random(f"7/{epoch}/0/0")) for epoch in range(20)]


@pytest.mark.parametrize("wrong", [{"dropout": 1.5}, {"keep_tokens": -1}, {"shufle": True}])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValidationError):
        Shaping(**wrong)
