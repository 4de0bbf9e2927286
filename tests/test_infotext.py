"""What a picture says of itself, there and back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from storybook.errors import BookError
from storybook.models.infotext import infotext, parsed, png_bytes, read_infotext
from storybook.records import Candidate, Prompt


def asked(positive: str, negative: str = "", **changes: object) -> Candidate:
    return Candidate(
        prompt=Prompt(page=3, positive=positive, negative=negative),
        painter="p-1",
        seed=7,
        width_px=128,
        height_px=96,
        steps=20,
        guidance=3.5,
    ).but(**changes)


def test_the_text_is_a1111s() -> None:
    assert infotext(asked("a cat, (day:1.2)", "ugly"), "starter", "0123456789ab") == (
        "a cat, (day:1.2)\n"
        "Negative prompt: ugly\n"
        "Steps: 20, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 3.5, Seed: 7, "
        "Size: 128x96, Model hash: 0123456789, Model: starter, Version: storybook"
    )


def test_loras_are_said_as_a1111_does(tmp_path: Path) -> None:
    loras = {"rex": "0123456789ab", "ink": "ba9876543210"}
    text = infotext(asked("a cat <lora:rex:0.8><lora:ink:1>"), "p", "abc", loras=loras)
    assert 'Lora hashes: "rex: 0123456789ab, ink: ba9876543210", Version' in text
    found = parsed(text)
    assert found.positive == "a cat <lora:rex:0.8><lora:ink:1>"
    assert ("Lora hashes", "rex: 0123456789ab, ink: ba9876543210") in found.others


def test_a_png_keeps_it(tmp_path: Path) -> None:
    candidate = asked('a "cat",\nin the garden — été', "dark, (ugly)\nblurry")
    image = Image.new("RGB", (128, 96), "teal")
    text = infotext(candidate, 'my: "model", v1', "abc")
    data = png_bytes(image, text)
    assert data == png_bytes(image, text)
    path = tmp_path / "a.png"
    path.write_bytes(data)
    found = read_infotext(path)
    assert found is not None
    assert Prompt(page=3, positive=found.positive, negative=found.negative) == candidate.prompt
    assert (found.steps, found.guidance, found.seed) == (20, 3.5, 7)
    assert (found.width_px, found.height_px) == (128, 96)
    assert (found.model, found.model_hash) == ('my: "model", v1', "abc")
    assert ("Sampler", "DPM++ 2M") in found.others
    assert Image.open(path).convert("RGB").tobytes() == image.tobytes()


@pytest.mark.parametrize(
    "prompt",
    [
        "cat " * 2000,
        "a\0cat",
        "\u05d7\u05ea\u05d5\u05dc \u202e(tac)\u202c",
        "((((a [cat",
        "(a:1000000000)",
        "\U0001f408" * 50,
    ],
    ids=["long", "NUL", "right to left", "open", "huge", "beyond the plane"],
)
def test_any_prompt_comes_back_from_a_png(tmp_path: Path, prompt: str) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png_bytes(Image.new("RGB", (8, 8)), infotext(asked(prompt, prompt), "p")))
    found = read_infotext(path)
    assert found is not None and found.seed == 7
    assert (found.positive, found.negative) == (prompt, prompt)


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=40)


@settings(max_examples=200, deadline=None)
@given(positive=lines, negative=lines, model=lines.filter(lambda text: text == text.strip()))
def test_any_prompt_comes_back(positive: str, negative: str, model: str) -> None:
    found = parsed(infotext(asked(positive, negative), model, "ab"))
    assert (found.positive, found.negative, found.model) == (positive, negative, model)


def test_an_a1111_text_is_read() -> None:
    found = parsed(
        "a cat\nsecond line\nNegative prompt: bad\nSteps: 30, Sampler: DPM++ 2M Karras, "
        'CFG scale: 7, Seed: 1, Size: 512x768, Model: v1-5, Lora hashes: "pet: 1a2b, b: 2", '
        "Clip skip: 2, Version: v1.6.0"
    )
    assert (found.positive, found.negative) == ("a cat\nsecond line", "bad")
    assert (found.width_px, found.height_px, found.steps) == (512, 768, 30)
    assert ("Lora hashes", "pet: 1a2b, b: 2") in found.others


LAST = "Steps: 30, Sampler: Euler a, CFG scale: 7, Seed: {}, Size: 512x512, Model: v1-5"


@pytest.mark.parametrize("seed", ["random", "1.5", "None", "", "1e3", "0x1f", "nan", "9" * 5000])
def test_parsed_keeps_a_number_that_is_none_as_it_is_written(seed: str) -> None:
    """Other programs write what they like; what they wrote is not lost."""
    found = parsed("a cat\n" + LAST.format(seed))
    assert found.seed is None and ("Seed", seed) in found.others
    assert (found.positive, found.steps, found.guidance, found.width_px) == ("a cat", 30, 7, 512)


@pytest.mark.parametrize(
    ("fact", "name"),
    [
        ("Steps: many", "steps"),
        ("CFG scale: None", "guidance"),
        ("CFG scale: inf", "guidance"),
        ("Size: 512", "width_px"),
        ("Size: 512xlarge", "width_px"),
        ("Size: 1x2x3", "height_px"),
    ],
)
def test_parsed_knows_what_other_facts_say(fact: str, name: str) -> None:
    found = parsed(f"a cat\n{fact}, Sampler: Euler, Seed: 7, Model: v1-5")
    assert getattr(found, name) is None and tuple(fact.split(": ")) in found.others
    assert (found.positive, found.seed, found.model) == ("a cat", 7, "v1-5")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", " \n\n", "\n\t"])
@pytest.mark.parametrize("line", ["\n", "\r\n", "\r"])
def test_parsed_reads_any_end_of_line(line: str, end: str) -> None:
    said = ("a cat,", "in rain", "Negative prompt: bad", LAST.format(3))
    found = parsed(line.join(said) + end)
    assert (found.positive, found.negative, found.seed) == ("a cat,\nin rain", "bad", 3)


def test_parsed_reads_a_long_line_without_facts_quickly() -> None:
    assert parsed("a " * 200_000).positive == "a " * 200_000


def test_read_infotext_says_what_cannot_be_opened(tmp_path: Path) -> None:
    """Pillow raises six kinds of errors for files that are no pictures; all are one line."""
    from PIL import PngImagePlugin

    huge = Image.new("RGB", (8, 8))
    facts = PngImagePlugin.PngInfo()
    facts.add_text("parameters", "x" * (PngImagePlugin.MAX_TEXT_CHUNK + 1), zip=True)
    huge.save(tmp_path / "bomb.png", pnginfo=facts)
    whole = (tmp_path / "bomb.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[:60])
    (tmp_path / "wide.png").write_bytes(whole[:16] + b"\x7f\xff\xff\xff" * 2 + whole[24:])
    (tmp_path / "folder.png").mkdir()
    for name in ("bomb", "cut", "wide", "folder", "none"):
        with pytest.raises(BookError, match=rf"{name}\.png is no picture that can be read"):
            read_infotext(tmp_path / f"{name}.png")


def test_a_line_with_few_facts_is_prompt() -> None:
    assert parsed("a cat\nLight: day, Shot: wide").positive == "a cat\nLight: day, Shot: wide"


def test_pictures_without_and_no_pictures(tmp_path: Path) -> None:
    Image.new("L", (4, 4)).save(tmp_path / "bare.png")
    assert read_infotext(tmp_path / "bare.png") is None
    (tmp_path / "text.png").write_text("no picture")
    with pytest.raises(BookError, match=r"text\.png is no picture"):
        read_infotext(tmp_path / "text.png")
