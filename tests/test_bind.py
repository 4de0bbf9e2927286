from io import BytesIO

import pytest
from PIL import Image
from pypdf import PdfReader
from pypdfium2 import PdfDocument

from pdf_words import words_of
from storybook.config import BindSettings
from storybook.errors import PressError
from storybook.press.endpage import Facts
from storybook.press.fonts import FILES
from storybook.press.formats import format_names, load_format
from storybook.press.preflight import preflight
from storybook.records import Hero, Story
from storybook.stages.bind import PlatePage, PressOptions, bind

TEXTS = (
    "Biscuit was a small orange cat.",
    'He ran to the garden. "Have you seen my red ball?" said Biscuit. "No," said Pip the mouse, '
    '"but I saw something round and red go bouncing past the gate, and it didn\'t come back."',
    "The forest was quiet -- and there it was!",
    "That night, everyone slept.",
)
FACTS = Facts(
    writer="starter 8c1f",
    painter="starter 3fa9",
    critic="clip 77aa",
    enlarger="esrgan 90ab",
    style="watercolour",
    seeds=(10000, 10101),
)


def plate(colour: tuple[int, int, int], size_px: int = 64) -> bytes:
    file = BytesIO()
    Image.linear_gradient("L").resize((size_px, size_px)).convert("RGB").point(
        [round(level * part / 255) for part in colour for level in range(256)]
    ).save(file, "PNG")
    return file.getvalue()


def bound(texts=TEXTS, *, form="square-8.5", title="The Red Ball", language="en", font="pair"):
    story = Story(title=title, paragraphs=texts, cast=(Hero(name="Biscuit", species="cat"),))
    pages = [
        PlatePage(page, text, plate((200, 120 + page, 90)))
        for page, text in enumerate(("", *texts))
    ]
    options = PressOptions(
        form=load_format(form), ages="3-5", language=language, options=BindSettings(), font=font
    )
    return bind(story, pages, options, FACTS)


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return bound()


def test_a_book_passes_preflight(pdf):
    assert preflight(pdf, load_format("square-8.5"), least_ppi=0) == ()


def test_only_our_own_fonts_are_named(pdf):
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            name = font.get_object()["/BaseFont"]
            assert "Andika" in name or "Grandstander" in name


def test_cover_title_page_story_and_end_come_in_order(pdf):
    pages = words_of(pdf)
    assert len(pages) == 3 + len(TEXTS) + 3
    assert pages[0] == "The Red Ball starring Biscuit"
    assert pages[1] == pages[-2] == ""
    assert pages[2] == "The Red Ball A story about Biscuit"
    assert "“Have you seen my red ball?” said Biscuit." in pages[4]
    assert pages[4].endswith("and it didn’t come back.” 2")
    assert "The forest was quiet — and there it was!" in pages[5] and "3" in pages[5].split()
    assert pages[7].startswith("The End How this book was made")
    assert "machine-made" in pages[7] and "starter 3fa9" in pages[7] and "10101" in pages[7]


def test_the_number_of_sheets_is_even():
    assert len(words_of(bound(TEXTS[:3]))) == 3 + 3 + 4


def test_metadata_say_what_the_book_is(pdf):
    reader = PdfReader(BytesIO(pdf))
    assert reader.metadata["/Title"] == "The Red Ball"
    assert reader.metadata["/Author"] == "Made with Storybook"
    assert reader.metadata["/Creator"] == "Storybook"
    assert reader.metadata["/Subject"] == "A story about Biscuit"
    assert reader.root_object["/Lang"] == "en"


def test_equal_books_are_equal_bytes(pdf):
    assert bound() == pdf


@pytest.mark.parametrize("name", format_names())
def test_every_format_binds(name):
    assert preflight(bound(form=name), load_format(name), least_ppi=0) == ()


@pytest.mark.parametrize("font", FILES)
def test_every_choice_of_letters_binds_with_its_own_faces_and_says_whose_they_are(font):
    pdf = bound(font=font)
    assert preflight(pdf, load_format("square-8.5"), least_ppi=0) == ()
    pages = words_of(pdf)
    assert pages[0] == "The Red Ball starring Biscuit" and "open font" in pages[7]
    named = {
        str(one.get_object()["/BaseFont"]).partition("+")[2]
        for page in PdfReader(BytesIO(pdf)).pages
        for one in page["/Resources"]["/Font"].values()
    }
    assert len(named) >= 2 or font == "grandstander"


def test_another_format_fails_preflight(pdf):
    faults = preflight(pdf, load_format("portrait-8x10"), least_ppi=0)
    assert faults[0] == "sheet 1: is 612 x 612 pt, not 576 x 720"


def test_coarse_pictures_fail_preflight(pdf):
    assert "sheet 1: a picture is printed at 8 ppi, less than 100" in preflight(
        pdf, load_format("square-8.5")
    )


def test_cyrillic_text_sets():
    texts = ('"Где мой мяч?" - спросил Бисквит.', "Не знаю.", "Вот он!", "Конец.")
    pages = words_of(bound(texts, title="Красный мяч", language="ru"))
    assert pages[3] == "«Где мой мяч?» – спросил Бисквит. 1"
    assert pages[0].startswith("Красный мяч")


def test_bind_leaves_an_emoji_out_and_names_a_letter_that_no_font_has():
    pages = words_of(
        bound((*TEXTS[:2], "A cat 🐱! 👩‍👩‍👧 So 👍🏽 warm ❤️.", TEXTS[3]), title="The Ball 🎾")
    )
    assert pages[0] == "The Ball starring Biscuit"
    assert "A cat! So warm." in pages[5]
    with pytest.raises(PressError, match=r"page 3: .*U\+732B, CJK"):
        bound((*TEXTS[:2], "A 猫!", TEXTS[3]))


def test_bind_breaks_a_word_that_is_wider_than_a_line():
    scream = "Aa" + "r" * 97 + "gh!"
    pages = words_of(bound((*TEXTS[:2], f"Pip said {scream}", TEXTS[3]), title="Oh" * 50))
    letters = pages[5].removesuffix(" 3").replace("- ", "").replace("-", "")
    assert letters == f"Pip said {scream}" and "r- r" in pages[5]
    assert pages[0].removesuffix(" starring Biscuit").replace("- ", "") == "Oh" * 50


@pytest.mark.parametrize(
    ("name", "title"),
    [  # each format and each title once, the rest slow
        pytest.param(name, title, marks=() if number == place else pytest.mark.slow)
        for number, name in enumerate(format_names())
        for place, title in enumerate(("W" * 100, "The Long Way Home " * 8, "m " * 50))
    ],
)
def test_bind_sets_a_title_of_a_hundred_letters_in_every_format(name, title):
    assert preflight(bound(form=name, title=title), load_format(name), least_ppi=0) == ()


def test_a_title_that_fits_no_cover_is_an_error_that_says_what_would_fit():
    with pytest.raises(PressError, match=r"cover: the title .* has 519 letters, .* some \d+ fit"):
        bound(title="The Red Ball " * 40)


@pytest.mark.parametrize("title", ["", " ", "🎾"])
def test_a_title_without_letters_is_an_error(title):
    with pytest.raises(PressError, match="cover: the title has nothing that can be printed"):
        bound(title=title)


def test_a_long_name_of_the_star_stays_on_the_cover():
    story = Story(title="T", paragraphs=TEXTS, cast=(Hero(name="W" * 40, species="cat"),))
    pages = [PlatePage(page, text, plate((200, 120, 90))) for page, text in enumerate(("", *TEXTS))]
    options = PressOptions(
        form=load_format("square-8.5"), ages="3-5", language="en", options=BindSettings()
    )
    cover = PdfDocument(bind(story, pages, options, FACTS))[0].get_textpage()
    letters = enumerate(cover.get_text_range())
    edges = [cover.get_charbox(at)[::2] for at, letter in letters if letter == "W"]
    assert edges and all(0 < left < right < 612 for left, right in edges)


def test_a_model_whose_name_the_font_lacks_is_named_with_question_marks():
    story = Story(title="T", paragraphs=TEXTS, cast=(Hero(name="Biscuit", species="cat"),))
    pages = [PlatePage(page, text, plate((200, 120, 90))) for page, text in enumerate(("", *TEXTS))]
    options = PressOptions(
        form=load_format("square-8.5"), ages="3-5", language="en", options=BindSettings()
    )
    facts = FACTS.but(painter="水彩-3fa9", writer="w" * 200)
    assert "??-3fa9" in words_of(bind(story, pages, options, facts))[7]
