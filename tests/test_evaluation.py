"""What `make evaluate` measures with: the judge, the measures of stories, the lists by hand."""

import json
import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from random import Random

import numpy as np
import pytest
import torch

from evaluation.__main__ import PARTS, _kept_in, main
from evaluation.books import make_share
from evaluation.coat import coat_colours, lab, spread
from evaluation.judge import (
    SceneAttributes,
    accuracy,
    distance,
    features_of,
    judged,
    new_judge,
    shown_by,
)
from evaluation.measures import (
    ExpectedTerms,
    copied,
    hero_on_pages,
    is_valid,
    kept,
    opening,
    openings_different,
    word_runs,
)
from evaluation.pictures import (
    ALL,
    SEVERAL,
    _by_attribute,
    load_prompts,
    paint_pictures_share,
    taught_combinations,
    unseen_pictures,
)
from evaluation.records import QUICK, Bench, MetricRow, MetricTable, PartResult
from evaluation.report import kept_parts, save_part, write_report
from evaluation.sheets import SHEET_BYTES, contact_sheet, save_small
from evaluation.stories import Told, figures_of, tell_share
from evaluation.summaries import (
    IN_STYLES,
    UNSEEN,
    Case,
    composed_cases,
    load_summaries,
    styled_cases,
    written_cases,
)
from storybook.config import load_settings
from storybook.errors import ModelError
from storybook.models.classifier import (
    CHOICES,
    new_classifier,
    open_classifier,
    resized,
    save_classifier,
)
from storybook.readability import words
from storybook.ready_made.collection import ready_made
from storybook.records import Brief, Hero, Story
from storybook.shard import Shard
from storybook.story.contradictions import contradictions
from storybook.story.coverage import stem
from storybook.story.repetition import refrains, repeated
from storybook.studio.studio import Studio
from storybook.summary.lexicon import kinds_of
from storybook.world import load_world
from training.starter.artist import draw
from training.starter.cards import CARD, Card, write_record
from training.starter.classifier import classifier_spec
from training.starter.dataset import BLOCK, Drawings, pictures_in
from training.starter.loop import Budget, train_loop
from training.starter.pictures import random_picture
from training.starter.tales import compose, load_lexicon
from training.starter.tales.compose import role_words
from training.starter.taught import TAUGHT, combination, fingerprint, taught_in, write_taught

WORLD = load_world(Path(__file__).parents[1] / "assets")
PIP = Hero(name="Pip", species="mouse", look="grey")
MILO = Hero(name="Milo", species="dog", look="brown")
CAST = (PIP, MILO)


def drawings(count: int, seed: int) -> Drawings:
    """Small drawings of sitting cats by day and by night."""
    chance = Random(seed)
    shown = [
        random_picture(WORLD, chance).but(
            species="cat",
            action="sitting",
            shot="middle",
            companions=(),
            thing=None,
            relation="with",
            place="garden",
            light=chance.choice(["day", "night"]),
        )
        for _ in range(count)
    ]
    return Drawings(tuple(shown), np.stack([np.asarray(draw(each, WORLD, 32)) for each in shown]))


# The judge


def test_the_judge_learns_what_drawings_show(tmp_path):
    judge = new_judge(WORLD, widths=(8, 16, 24), side_px=128)
    spec = classifier_spec(judge, drawings(48, seed=1), "cpu", batch=8)
    quick = replace(spec, lr=1e-2, warm_up=10, batches_per_step=1)  # for 240 pictures, not 64,000
    assert len(list(train_loop(quick, tmp_path, Budget(minutes=5, steps=30)))) == 30
    unseen = drawings(24, seed=2)
    judge.eval()
    with torch.inference_mode():
        logits, gazes = judge(unseen.images(torch.arange(24)))
    right = {
        name: [judge.config.choices[name][choice] for choice in said.argmax(1)]
        == [getattr(shown_by(picture, WORLD), name) for picture in unseen.pictures]
        for name, said in logits.items()
    }
    # Day and night are told apart on every drawing; what all drawings share is learnt as well.
    assert right["light"] and right["place"] and right["species"] and right["characters"]
    assert torch.allclose(gazes.sum((2, 3)), torch.ones(24, len(judge.config.choices)), atol=1e-5)


def test_train_loop_teaches_a_judge_of_any_widths(tmp_path):
    """By the gradient of a strided 1 x 1 convolution these widths ended the process."""
    spec = classifier_spec(new_judge(WORLD, widths=(8, 12, 16)), drawings(12, seed=1), "cpu", 12)
    assert len(list(train_loop(spec, tmp_path, Budget(minutes=5, steps=2)))) == 2


def test_residual_takes_every_other_pixel_as_a_strided_convolution_does():
    judge = new_judge(WORLD, widths=(16, 24, 32)).eval()
    block = next(each for each in judge.body if getattr(each, "stride", 1) == 2)
    images = torch.randn(2, 16, 9, 10)
    with torch.no_grad():
        strided = torch.nn.functional.conv2d(images, block.shortcut.weight, stride=2)
        wanted = torch.relu(block.way(images) + strided)
        # Sums of 16 products below 10 in another order: off by 16 roundings of them at most.
        assert torch.allclose(block(images), wanted, atol=16 * 10 * 2**-24)


def test_an_untaught_judge_is_the_same_each_time_and_looks_at_any_size():
    one, other = new_judge(WORLD).eval(), new_judge(WORLD).eval()
    images = torch.rand(2, 3, 256, 256) * 2 - 1
    assert resized(images, 128).shape == (2, 3, 128, 128)
    with torch.inference_mode():
        for said, again in zip(one(images)[0].values(), other(images)[0].values(), strict=True):
            assert torch.equal(said, again)


def test_a_classifier_looks_at_the_size_that_it_was_taught_on(tmp_path):
    choices, images = {"light": ("day", "night")}, torch.rand(1, 3, 256, 256) * 2 - 1
    fine = new_classifier(choices, (8, 8, 8, 8), side_px=256).eval()
    coarse = new_classifier(choices, (8, 8, 8, 8)).eval()
    with torch.inference_mode():
        (said, gaze), (soft, _) = fine(images), fine(resized(resized(images, 128), 256))
        assert gaze.shape == coarse(images)[1].shape == (1, 1, 8, 8)
        assert not torch.allclose(said["light"], soft["light"]), "it sees what 128 px do not hold"
    save_classifier(fine, tmp_path)
    assert open_classifier(tmp_path, torch.device("cpu")).config.side_px == 256
    save_classifier(coarse, tmp_path)
    kept = json.loads((tmp_path / CHOICES).read_text())
    del kept["side_px"]  # as of an earlier edition
    (tmp_path / CHOICES).write_text(json.dumps(kept))
    assert open_classifier(tmp_path, torch.device("cpu")).config.side_px == 128


def test_distance_is_none_of_the_same_and_one_of_another():
    chance = torch.Generator().manual_seed(0)
    one, other = torch.randn(2, 400, 16, generator=chance)
    assert distance(one, one) == 0
    # Of 6,400 squares with a spread of 2 sqrt(2) around 2, the mean errs by 0.035.
    assert distance(other, one) == pytest.approx(1, abs=4 * 0.035 / 2)
    wholes, faces = features_of(
        new_judge(WORLD, (8, 8, 8, 8)).eval(), np.zeros((2, 9, 9, 3), np.uint8)
    )
    assert wholes.shape == faces.shape == (2, 8)


def test_two_figures_are_counted_apart():
    alone = SceneAttributes(species="cat", coat="grey", characters=1)
    both = alone.but(characters=2)
    rates = _by_attribute([alone, both, both], [alone, both, both.but(coat="black")])
    assert rates[ALL] == 0.6667 and rates[SEVERAL] == 0.5


def test_accuracy_counts_only_what_was_asked_for():
    asked = [SceneAttributes(species="cat", thing=None), SceneAttributes(species="dog")]
    seen = [
        SceneAttributes(species="cat", thing="kite"),
        SceneAttributes(species="fox", thing="kite"),
    ]
    found = accuracy(asked, seen)
    assert found.right == {"species": 0.5, "thing": 0.0}
    assert found.mistaken == {"species": "dog taken for fox", "thing": "nothing taken for kite"}


# Colours


def test_lab_has_the_known_values():
    known = np.array([[255, 255, 255], [0, 0, 0], [255, 0, 0]], np.uint8)
    expected = [[100, 0, 0], [0, 0, 0], [53.24, 80.09, 67.20]]
    assert np.allclose(lab(known), expected, atol=0.02)


def test_one_colour_lies_together_and_two_lie_apart():
    judge = new_judge(WORLD, widths=(8, 8, 8, 8)).eval()
    orange = np.full((2, 128, 128, 3), (232, 146, 74), np.uint8)
    mixed = orange.copy()
    mixed[1] = (69, 67, 79)
    assert spread(coat_colours(judge, orange)) == 0.0
    assert spread(coat_colours(judge, mixed)) > 40


# Stories


def test_valid_needs_all_pages_and_the_hero_on_most():
    pages = [f"Pip walked on, step {number}." for number in range(4)]
    assert is_valid([*pages, "It was night."], 5, "Pip") and hero_on_pages(pages, "Pip") == 1.0
    assert not is_valid(pages, 5, "Pip")
    assert not is_valid([*pages[:3], "It was night.", "The end."], 5, "Pip")


def test_what_the_summary_names_is_looked_for_in_any_of_its_words():
    wanted = ExpectedTerms(
        names=("Pip", "Rosa"), places=("beach",), things=("kite",), words=("ladder",)
    )
    told = dict(kept(wanted, "Pip sat on the sand with two ladders.", CAST, WORLD))
    assert told == {"beach": True, "kite": False, "Pip": True, "Rosa": False, "ladder": True}


def test_a_name_is_not_mistaken_for_a_thing():
    biscuit = Hero(name="Biscuit", species="cat")
    wanted = ExpectedTerms(things=("cake",))
    assert dict(kept(wanted, "Biscuit sat down.", [biscuit], WORLD)) == {"cake": False}


def test_a_refrain_may_come_again_and_nothing_else():
    refrain = "Huff and puff, up we go!"
    fresh = ["Pip saw a red kite.", "Milo ran to the old gate.", "They found a warm bun."]
    assert refrains([f"{page} {refrain}" for page in fresh]) == (refrain.lower(),)
    assert repeated([f"{page} {refrain}" for page in fresh]) == 0.0
    stuck = ["Pip looked at the moon and the moon looked back.", "So he did, so he did."]
    assert repeated([*stuck, "Pip looked at the moon and the moon looked away."]) > 0.2


@pytest.mark.parametrize(
    ("page", "summary", "fault"),
    [
        ("Pip the dog ran home.", "Pip runs.", "Pip is a mouse"),
        ("Pip was a black mouse.", "Pip runs.", "Pip is grey"),
        ("Pip wagged her tail.", "Pip loses his hat.", "Pip's sex"),
        ('"Hello," said Zofie.', "Pip runs.", "Zofie is a stranger"),
        ("HERO ran home.", "Pip runs.", "a role was left in"),
    ],
)
def test_a_sentence_at_odds_with_the_cast_is_found(page, summary, fault):
    assert contradictions([page], summary, CAST, WORLD) == [f"{page} [{fault}]"]


def test_a_story_that_fits_its_cast_has_no_contradiction():
    pages = [
        "Pip the grey mouse sat with Milo the dog. He had lost his hat.",
        '"Have you seen a cat?" said Milo. Pip shook his head. "She is gone," Pip said.',
        "Pip met a black bear. Pip gave her the bun. An owl called. Everyone cheered.",
        "Milo was a friend with a big heart. He ran home in the dark.",
    ]
    assert contradictions(pages, "Pip the mouse loses his hat.", CAST, WORLD) == []


# Prompts and summaries


def test_prompts_ask_for_what_the_world_holds():
    prompts = load_prompts()
    assert len({prompt.words for prompt in prompts}) == 60
    sections = {
        "species": "species",
        "coat": "coats",
        "action": "actions",
        "place": "places",
        "relation": "relations",
        "light": "lights",
        "style": "styles",
        "shot": "shots",
    }
    for prompt in prompts:
        for field, section in sections.items():
            assert getattr(prompt, field) in {None, *getattr(WORLD, section)}, prompt.words
        assert prompt.thing in {None, "", *WORLD.things} and 1 <= prompt.characters <= 3
        assert ("thing" in prompt.shown.model_fields_set) == (prompt.thing is not None)


def test_summaries_expect_what_they_say_and_the_world_holds():
    summaries = load_summaries()
    assert len({one.text for one in summaries}) == 60
    assert sum(one.book for one in summaries) == 10
    for one in summaries:
        assert set(one.places) <= set(WORLD.places) and set(one.things) <= set(WORLD.things)
        for section in ("places", "things"):
            assert set(getattr(one, section)) <= set(WORLD.find(section, one.text)), one.text
        assert all(word in one.text for word in (*one.names, *one.words)), one.text


def test_no_summary_is_one_that_tales_compose():
    chance, lexicon = Random(1), load_lexicon()
    taught = {compose(chance, lexicon, 4, "3-5").summary for _ in range(200)}
    composed = [case.brief.summary for case in composed_cases(12, WORLD)]
    written = [case.brief.summary for case in written_cases(60)]
    assert len({*composed, *written}) == 72
    assert not taught & {*composed, *written}


HUNDRED = load_summaries(IN_STYLES)


def test_the_hundred_in_five_styles_expect_what_they_say():
    assert len({one.text for one in HUNDRED}) == 100
    assert Counter(one.style for one in HUNDRED) == dict.fromkeys(
        ("a name", "no name", "details", "a request", "a list"), 20
    )
    for one in HUNDRED:
        for section in ("places", "things"):
            assert set(getattr(one, section)) <= set(WORLD.find(section, one.text)), one.text
        said = one.text.lower()
        assert all(word.lower() in said for word in (*one.names, *one.words)), one.text
        assert one.cast and all(re.fullmatch(r"[\w ]+", each) for each in one.cast), one.text
    assert {one.ages for one in HUNDRED} == {"3-5", "5-7", "7-9"}
    assert {one.manner for one in HUNDRED} == {"plain", "bedtime", "rhyme"}


def test_many_of_the_hundred_say_words_that_stand_in_no_list():
    listed = {
        *WORLD.vocabulary,
        *kinds_of(WORLD),
        *(word for thing in role_words(load_lexicon()).things for word in thing.split()),
    }
    strange = [one for one in HUNDRED if any(word not in listed for word in one.words)]
    assert len(strange) >= 30


def test_no_summary_of_the_hundred_or_the_unseen_is_one_of_the_others():
    unseen = UNSEEN.read_text(encoding="utf-8").splitlines()
    told = [story.summary for story in ready_made().values()]
    by_hand = [one.text for one in load_summaries()]
    mine = [*(one.text for one in HUNDRED), *unseen]
    assert len(unseen) == 30 and len(set(mine)) == 130
    known = [{stem(word.lower()) for word in words(text)} for text in (*told, *by_hand)]
    for text in mine:
        own = {stem(word.lower()) for word in words(text)}
        assert max(len(own & each) / len(own | each) for each in known) < 0.6, text


def test_styled_cases_take_turns_between_styles():
    few = styled_cases(5)
    assert [case.brief.summary for case in few] == [HUNDRED[20 * n].text for n in range(5)]
    assert len(styled_cases(100)) == 100
    assert {case.brief.ages for case in styled_cases(100)} == {"3-5", "5-7", "7-9"}


def test_words_are_kept_in_any_form():
    wanted = ExpectedTerms(words=("teeth", "roller skates", "knots", "violin"))
    text = "He brushed each tooth. She put on a roller skate and untied the knot."
    assert dict(kept(wanted, text, CAST, WORLD)) == {
        "teeth": True,
        "roller skates": True,
        "knots": True,
        "violin": False,
    }


def test_openings_are_compared_without_names():
    one = opening(["Pip the mouse ran to the hill. He was glad."], CAST)
    assert one == opening(["Milo the mouse ran to the sea."], CAST)
    assert openings_different([one, "the snow fell all night", one]) == pytest.approx(1 / 3)
    assert openings_different([f"{n} it was" for n in range(60)]) == 1.0
    assert openings_different([*map(str, range(50)), "0"]) == 1.0, "of fifty stories at a time"
    assert openings_different([]) is None


def test_copied_counts_runs_of_eight_words():
    learnt = frozenset(word_runs(["One two three four five six seven eight nine."]))
    assert copied(["One, two three four", "five six seven eight!"], learnt) == 1.0
    assert copied(["Zero one two three four five six seven eight."], learnt) == 0.5
    assert copied(["One two three four five six seven ate eight nine."], learnt) == 0.0
    assert copied(["Too short."], learnt) == 0.0


def test_figures_of_stories_tell_ages_and_what_is_copied_apart():
    story = next(iter(ready_made().values()))
    pages = tuple(page.text for page in story.pages)
    cast = (Hero(name="Pilchard", species="cat", look="orange"),)
    told = Told(cast=cast, story=Story(title="T", paragraphs=pages, cast=cast), tellings=1)
    briefs = [Brief(summary=story.summary, pages=8, ages=ages) for ages in ("3-5", "7-9")]
    cases = [Case(brief=brief, wanted=ExpectedTerms(words=("box", "violin"))) for brief in briefs]
    found = figures_of(cases, [told, told], WORLD)
    assert found["copied 8-grams"] == 1.0 and found["different openings of 50"] == 0.0
    assert found["other words kept"] == 0.5 and found["valid"] is not None
    assert found["reading grade, ages 3-5"] == found["reading grade, ages 5-7 and 7-9"]
    assert found["share of them from 2.5 to 5.0"] == 0.0
    assert figures_of(cases[:1], [told], WORLD)["reading grade, ages 5-7 and 7-9"] is None


def test_a_part_is_kept_for_the_models_that_it_depends_on(tmp_path):
    models = {"writer": "w", "painter": "p", "critic": "c", "enlarger": "e"}
    before = {name: _kept_in(name, tmp_path, models) for name in PARTS}
    changed = {
        door: {
            name for name in PARTS if _kept_in(name, tmp_path, models | {door: "x"}) != before[name]
        }
        for door in models
    }
    assert changed["writer"] == {"stories", "adapter", "books"}
    assert changed["painter"] == {"pictures", "books", "pets"}
    assert changed["critic"] == {"pictures", "books"} and changed["enlarger"] == {"books"}


def test_combinations_are_different_and_unseen():
    first = unseen_pictures(WORLD, 6, seen=set())
    again = unseen_pictures(WORLD, 6, seen={fingerprint(first[0])})
    assert len({combination(one) for one in again}) == 6
    assert combination(first[0]) not in {combination(one) for one in again}


def test_taught_combinations_are_those_of_all_phases_that_a_painter_was_taught_in(tmp_path):
    chance = Random(3)
    first, second = ([random_picture(WORLD, chance) for _ in range(20)] for _ in range(2))
    write_taught(tmp_path, first)
    write_taught(tmp_path, second, before=taught_in(tmp_path))
    seen = taught_combinations(tmp_path, WORLD)
    assert seen == {fingerprint(one) for one in first + second}
    assert not seen & {fingerprint(one) for one in unseen_pictures(WORLD, 50, seen)}


def test_taught_combinations_of_a_painter_without_such_a_file_are_those_of_its_card(tmp_path):
    assert taught_combinations(tmp_path, WORLD) == set()
    write_record(tmp_path, CARD, a_card(pictures=2 * BLOCK))
    drawn = [one for block in (0, 1) for one in pictures_in(WORLD, 7, block)]
    assert taught_combinations(tmp_path, WORLD) == {fingerprint(one) for one in drawn}


@pytest.mark.parametrize("broken", [b"", b"no array", b"\x93NUMPY"])
def test_taught_combinations_in_a_broken_file_are_one_line(tmp_path, broken):
    (tmp_path / TAUGHT).write_bytes(broken)
    with pytest.raises(ModelError, match="cannot be read: put the file back"):
        taught_combinations(tmp_path, WORLD)


def a_card(pictures: int) -> Card:
    return Card(
        model="painter",
        source_digest="0",
        data_seed=7,
        pictures=pictures,
        steps=1,
        minutes=1,
        machine="a machine",
        parameters=1,
        figures={},
    )


# The report


def test_the_report_says_what_was_reached_and_what_was_missed(tmp_path):
    rows = (
        MetricRow(what="species", values=(0.97,), aim=0.95),
        MetricRow(what="thing", values=(0.5,), aim=0.8),
        MetricRow(what="grade", values=(2.0,), aim=2.5, at_most=True),
    )
    table = MetricTable(title="Right", columns=("unseen",), rows=rows, meaning="As told.")
    save_part(tmp_path, "pictures", PartResult(title="Pictures", tables=(table,)))
    parts = kept_parts(tmp_path, ("pictures", "stories"))
    assert list(parts) == ["pictures"]
    (tmp_path / "evaluation-notes.md").write_text("Tails are short.")
    page = write_report(parts, tmp_path, {"painter": f"painter-{'a' * 60}"}).read_text()
    assert max(map(len, page.splitlines())) <= 100
    assert "| species | 0.970 ✓ | at least 0.95 |" in page and "2.000 ✓ | at most 2.5" in page
    assert "- Pictures, thing: 0.500 (unseen); aim at least 0.8." in page
    assert "Tails are short." in page and str(tmp_path) not in page


def test_a_contact_sheet_is_small_and_has_its_words(tmp_path):
    noise = np.random.default_rng(1).integers(0, 256, (128, 128, 3), np.uint8)
    page = contact_sheet([[noise] * 8] * 8, [["a grey cat in the garden"] * 8] * 8, side_px=96)
    assert page.width == 8 * 99 and page.height > 8 * 99
    save_small(page, tmp_path / "sheet.png")
    assert (tmp_path / "sheet.png").stat().st_size <= SHEET_BYTES


def test_judged_pictures_are_named_in_the_worlds_words():
    seen, gazes = judged(new_judge(WORLD).eval(), np.zeros((3, 128, 128, 3), np.uint8))
    assert len(seen) == 3 and gazes.shape == (3, len(new_judge(WORLD).config.choices), 8, 8)
    assert seen[0].species in WORLD.species and seen[0].thing in {None, *WORLD.things}


FEW = replace(
    QUICK, combinations=3, prompts=1, tries=2, composed=2, written=1, styled=1, books=2, pages=4
)


def bench_in(work):
    return Bench(Studio(load_settings("doubles")), WORLD, FEW, work, work)


def files_in(folder):
    found = {path.relative_to(folder): path for path in folder.rglob("*") if path.is_file()}
    kept = {".json", ".png", ".pdf"}
    return {name: path.read_bytes() for name, path in found.items() if name.suffix in kept}


@pytest.mark.parametrize("part", ["pictures", "stories", "books"])
def test_shares_of_a_part_are_together_what_one_process_makes(tmp_path, part):
    share_of = {"pictures": paint_pictures_share, "stories": tell_share, "books": make_share}[part]
    whole, parted = bench_in(tmp_path / "whole"), bench_in(tmp_path / "parted")
    list(share_of(whole, Shard()))
    counts = []
    for index in (1, 2):
        list(share_of(parted, Shard(index=index, count=2)))
        counts.append(len(files_in(parted.work)))
    assert 0 < counts[0] < counts[1]
    made = files_in(whole.work)
    assert made.keys() == files_in(parted.work).keys()
    if part != "books":  # whose logs tell the time
        assert made == files_in(parted.work)
    assert not list(share_of(parted, Shard())) or part == "books", "nothing is left to be made"


def test_evaluation_of_a_share_judges_nothing(tmp_path, monkeypatch):
    words = ["--only", "stories,adapter", "--quick", "--studio", "doubles", "--shard", "1/3"]
    monkeypatch.setattr(sys, "argv", ["evaluation", *words, "--work", str(tmp_path / "work")])
    assert main() == 0
    told = files_in(tmp_path / "work")
    assert len(told) == 4, "of eleven summaries"
    assert not list(tmp_path.rglob("*.md"))
