import shutil

import pytest
from PIL import Image

from books import BISCUIT, doubles, made, new_book
from storybook.authoring import edits
from storybook.book.verdicts import keep_verdicts, verdicts
from storybook.errors import BookError
from storybook.models.doubles import LengthCritic
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.records import Pick, Prompt, Tries
from storybook.stages import choose
from storybook.studio.candidates import wanted

CANDIDATES = wanted(
    Prompt(page=1, positive="a cat"), Tries(count=3), "p", SamplingDefaults(), book_seed=1
)
PLAIN, BUSY = Image.new("RGB", (64, 64), "red"), Image.effect_noise((64, 64), 90).convert("RGB")


def test_the_best_is_chosen_and_everybody_heard():
    pick = choose.choose(CANDIDATES, [PLAIN, BUSY, PLAIN], BISCUIT, LengthCritic())
    assert pick.candidate == CANDIDATES[1].id and pick.by == "critic"
    assert [one.candidate for one in pick.judged] == [one.id for one in CANDIDATES]
    assert all(one.verdict.reasons for one in pick.judged)


def test_of_equals_the_first_is_chosen():
    pick = choose.choose(CANDIDATES, [PLAIN, PLAIN, PLAIN], BISCUIT, LengthCritic())
    assert pick.candidate == CANDIDATES[0].id


def test_a_changed_picture_is_judged_again():
    book = new_book()
    made(book, until="choose")
    BUSY.save(book.picture(2, book.pictures(2)[0]))
    assert choose.due(book, doubles()) == [2]


def test_verdicts_on_earlier_drawings_outlast_a_redraw_and_an_undone_pick():
    book = new_book()
    made(book)
    before = verdicts(book, 2)
    assert set(before) == set(book.pictures(2))
    edits.unpick(book, 2)
    edits.reroll(book, doubles(), 2, 1)
    made(book)
    after = verdicts(book, 2)
    assert set(after) == set(book.pictures(2)) > set(before)
    assert {name: after[name] for name in before} == before


def test_verdicts_of_a_book_from_before_are_those_of_its_picks():
    book = new_book()
    made(book)
    shutil.rmtree(book.folder / ".made" / "judged")
    assert set(verdicts(book, 2)) == {each.candidate for each in book.pick(2).judged}
    keep_verdicts(book, 2, ())
    (book.folder / ".made" / "judged" / "02.json").write_text("{half")
    assert set(verdicts(book, 2)) == {each.candidate for each in book.pick(2).judged}


def test_an_authors_pick_of_a_lost_picture_is_said():
    book = new_book()
    made(book)
    book.save(book.pick_of(2), Pick(page=2, candidate="gone", by="author"), None)
    with pytest.raises(BookError, match=r"gone is gone.*storybook pick"):
        choose.due(book, doubles())


def test_new_photos_of_the_hero_make_every_page_due(tmp_path):
    book = new_book()
    made(book, until="choose")
    folder = tmp_path / "heroes" / "biscuit"
    (folder / "photos").mkdir(parents=True)
    (folder / "hero.toml").write_text(
        'name = "Biscuit"\nspecies = "cat"\nlook = "orange striped"\n'
    )
    assert choose.due(book, doubles()) == []
    BUSY.save(folder / "photos" / "one.png")
    assert choose.due(book, doubles()) == list(range(5))
