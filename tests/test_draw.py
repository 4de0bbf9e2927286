import hashlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.config import load_settings
from storybook.models.doubles import FlatPainter
from storybook.models.infotext import read_infotext
from storybook.models.sampling_defaults import SamplingDefaults
from storybook.records import Prompt, Tries
from storybook.stages import draw, enlarge
from storybook.studio.candidates import candidates, wanted
from storybook.studio.studio import Studio
from tiny_sd import tiny_lora, tiny_painter

SAMPLING = SamplingDefaults(width_px=64, height_px=64, steps=3, guidance=2.0)
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
    assert draw.due(book, doubles()) == []
    for change in ("draw.steps=2", "draw.guidance=2.0", "draw.width_px=64", "draw.candidates=3"):
        todo = draw.due(book, doubles(change))
        assert {job.prompt.page for job in todo} == set(range(5)), change


def test_a_reroll_puts_new_tries_in_play_and_keeps_the_old_pictures():
    book, studio = new_book(), doubles()
    made(book)
    before = book.pictures(2)
    book.save(book.tries_of(2), Tries(first=2, count=3), None)
    assert {each.prompt.page for each in draw.due(book, studio)} == {2}
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


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[str, ...]:
    """Settings of a studio with a tiny painter, and a LoRA `rex` in its folder."""
    tiny_painter(tmp_path / "tiny")
    tiny_lora(tmp_path / "lora").rename(tmp_path / "lora" / "rex.safetensors")
    small = ("draw.width_px=64", "draw.height_px=64", "draw.steps=1", "draw.candidates=1")
    return f"draw.painter={tmp_path / 'tiny'}", f"draw.lora_folder={tmp_path / 'lora'}", *small


def test_a_lora_that_a_prompt_names_makes_its_page_due(tmp_path, tiny):
    book = new_book()
    made(book, until="describe")
    prompt = book.prompt(2).but(positive="a cat <lora:rex:0.8>")
    book.save(book.page(2) / "prompt.json", prompt, None)

    def studio(*changes: str) -> Studio:
        return Studio(load_settings("doubles", [*tiny, *changes]))

    said = [event.note for event in made(book, studio(), until="draw")]
    assert not any("rex" in note for note in said)
    (one,) = candidates(book, studio(), 2)
    file = tmp_path / "lora" / "rex.safetensors"
    tensors = file.read_bytes()[8 + int.from_bytes(file.read_bytes()[:8], "little") :]
    told = read_infotext(book.picture(2, one.id))
    assert told.positive == "a cat <lora:rex:0.8>"
    known = hashlib.sha256(tensors).hexdigest()[:12]
    assert ("Lora hashes", f"rex: {known}") in told.others
    other = read_infotext(book.picture(3, candidates(book, studio(), 3)[0].id))
    assert "Lora hashes" not in dict(other.others)
    assert draw.due(book, studio()) == []

    tiny_lora(tmp_path / "again", seed=9).rename(file)
    assert [each.prompt.page for each in draw.due(book, studio())] == [2]
    file.rename(file.with_stem("max"))
    notes = [event.note for event in made(book, studio(), until="draw") if event.page == 2]
    assert (
        "<lora:rex:0.8> is not heard: draw.lora_folder has no rex. The choices are: max." in notes
    )
    listed = f'draw.adapters=["{file.with_stem("max")}:0"]'
    assert "max" in studio(listed, "draw.lora_folder=nowhere").loras


def test_a_plate_that_is_painted_over_hears_its_loras_too(tmp_path, tiny):
    book = new_book()
    made(book)
    held = Studio(load_settings("doubles", [*tiny, f"enlarge.control={tmp_path / 'tiny'}"]))
    before = enlarge.made_from(book, held, 2)
    book.save(book.page(2) / "prompt.json", PROMPT.but(positive="a cat <lora:rex:1>"), None)
    named = enlarge.made_from(book, held, 2)
    tiny_lora(tmp_path / "again", seed=9).rename(tmp_path / "lora" / "rex.safetensors")
    assert len({before, named, enlarge.made_from(book, Studio(held.settings), 2)}) == 3
