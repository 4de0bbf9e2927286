from io import BytesIO

from PIL import Image

from books import doubles, made, new_book
from storybook.book import Tries
from storybook.candidates import candidates, wanted
from storybook.models.doubles import FlatPainter
from storybook.models.infotext import read_infotext
from storybook.records import Prompt
from storybook.stages import draw
from storybook.studio import Sampling

SAMPLING = Sampling(width_px=64, height_px=64, steps=3, guidance=2.0)
PROMPT = Prompt(page=3, positive="a cat", negative="blurry")


def test_seeds_come_from_book_page_and_try():
    ones = wanted(PROMPT, Tries(first=2, count=2), "painter", SAMPLING, book_seed=7)
    assert [one.seed for one in ones] == [70302, 70303]
    assert len({one.id for one in ones}) == 2


def test_a_picture_carries_its_request(tmp_path):
    (one,) = wanted(PROMPT, Tries(count=1), "flat-0123456789ab", SAMPLING, book_seed=1)
    ((request, png),) = draw.draw([one], FlatPainter(), karras=True)
    (tmp_path / "a.png").write_bytes(png)
    said = read_infotext(tmp_path / "a.png")
    assert request == one and Image.open(BytesIO(png)).size == (64, 64)
    assert (said.positive, said.negative, said.steps) == ("a cat", "blurry", 3)


def test_every_setting_of_a_picture_makes_it_due():
    book = new_book()
    made(book, until="draw")
    assert draw.jobs(book, doubles()) == []
    for change in ("draw.steps=2", "draw.guidance=2.0", "draw.width_px=64", "draw.candidates=3"):
        todo = draw.jobs(book, doubles(change))
        assert {job.prompt.page for job in todo} == set(range(5)), change


def test_a_reroll_puts_new_tries_in_play_and_keeps_the_old_pictures():
    book, studio = new_book(), doubles()
    made(book)
    before = book.pictures(2)
    book.save(book.tries_of(2), Tries(first=2, count=3), None)
    assert {job.prompt.page for job in draw.jobs(book, studio)} == {2}
    made(book)
    now = [one.id for one in candidates(book, studio, 2)]
    assert len(now) == 3 and not set(now) & set(before)
    assert set(book.pictures(2)) == {*before, *now}
    assert book.picked(2) in now


def test_marks_that_are_not_heard_are_said():
    book = new_book()
    made(book, until="describe")
    changed = book.prompt(2).but(positive="a cat [in:out:0.5] <lora:x:1>", negative="sad AND dark")
    book.save(book.page(2) / "prompt.json", changed, None)
    said = [event.note for event in made(book, until="draw") if event.page == 2]
    assert {"[in:out:0.5] is heard as 'out'", "<lora:x:1> is not heard"} <= set(said)
    assert any(note.startswith("AND is heard as") for note in said)
