from io import BytesIO

import pytest
from PIL import Image

from books import doubles, made, new_book
from pdf_words import words_of
from storybook.authoring.edits import set_title
from storybook.authoring.proofs import notes, printed_ppi, proof_key, proof_pages, proof_pdf
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.errors import BookError
from storybook.press.alt_text import alt_text
from storybook.press.formats import load_format
from storybook.press.preflight import preflight
from storybook.press.preview import drawn_pages
from storybook.records import Hero, Scene, Scenes
from storybook.stages import bind, enlarge
from storybook.stages.bind import press_options_of


@pytest.fixture
def book():
    book = new_book()
    made(book)
    return book


def rewrite(book: Book, place: int, text: str) -> None:
    scenes = list(book.scenes)
    scenes[place] = scenes[place].but(text=text)
    book.save(book.SCENES, Scenes(scenes=tuple(scenes)), None)


def told(book, studio=None):
    studio = studio or doubles()
    return [(note.kind, note.pages) for note in notes(book, studio, proof_pages(book, studio))]


def wish(book, **changes):
    text = book.path(book.BRIEF).read_text()
    more = "".join(f'{key} = "{value}"\n' for key, value in changes.items())
    book.path(book.BRIEF).write_text(more + text)


def test_all_is_well_with_a_finished_book(book):
    # The doubles' plates are small: that is all there is to say.
    assert {kind for kind, _ in told(book)} <= {"coarse"}
    pages = proof_pages(book, doubles())
    assert [page.state for page in pages] == ["plate"] * 5
    assert words_of(proof_pdf(book, doubles(), pages)) == words_of(book.pdf.read_bytes())


def test_each_plate_says_how_fine_it_is_printed(book):
    studio = doubles()
    Image.new("RGB", (425, 425)).save(book.plate_of(2))
    fine = printed_ppi(proof_pages(book, studio), press_options_of(book, studio))
    assert fine[2] == pytest.approx(425 / 8.5, rel=0.2)
    (note,) = [
        each for each in notes(book, studio, proof_pages(book, studio)) if each.kind == "coarse"
    ]
    assert 2 in note.pages and " 50 pixels an inch" in note.says


def test_a_book_that_is_half_drawn_is_proofed_with_blanks():
    book = new_book()
    made(book, until="choose")
    book.pick_of(3).unlink()
    book.picture(3, book.pictures(3)[0]).unlink()
    assert told(book) == [("missing", (3,)), ("unfinished", (0, 1, 2, 4))]
    pages = proof_pages(book, doubles())
    pdf = proof_pdf(book, doubles(), pages)
    assert preflight(pdf, load_format("square-8.5"), least_ppi=0) == ()
    assert not book.pdf.exists() and not list(book.folder.glob("pages/*/plate.png"))


def test_another_pick_makes_a_plate_outdated(book):
    from storybook.authoring.edits import pick

    other = next(name for name in book.pictures(2) if name != book.picked(2))
    pick(book, 2, other)
    assert ("unfinished", (2,)) in told(book)
    assert proof_pages(book, doubles())[2].picture == book.picture(2, other)


def test_texts_that_are_too_long_name_all_their_pages_and_are_shown_as_far_as_they_fit(book):
    rewrite(book, 2, "Pip looked under the bed. " * 60)
    rewrite(book, 4, "Pip looked under the bed. " * 60)
    assert [note for note in told(book) if note[0] == "text"] == [("text", (2,)), ("text", (4,))]
    proof = words_of(proof_pdf(book, doubles(), proof_pages(book, doubles())))
    assert proof[4].endswith("… 2") and proof[6].endswith("… 4")
    assert len(proof[4].split()) > 30, "as far as they fit"


def test_letters_that_no_font_has_are_named_with_their_page(book):
    rewrite(book, 1, "A crab 🦀 and a ж!")
    (note,) = [
        note
        for note in notes(book, doubles(), proof_pages(book, doubles()))
        if note.kind == "glyphs"
    ]
    assert note.pages == (1,) and "without 🦀" in note.says and "ж" not in note.says
    wish(book, font="grandstander")
    assert any("ж" in each.says for each in notes(book, doubles(), proof_pages(book, doubles())))
    assert "A crab and a ?!" in " ".join(
        words_of(proof_pdf(book, doubles(), proof_pages(book, doubles())))
    )


@pytest.mark.parametrize("title", ["The " + "very " * 80 + "long ball", "Ball 🦀", "🦀", "Ball 猫"])
def test_a_title_that_cannot_stand_on_the_cover_is_said(book, title):
    set_title(book, title)
    assert ("title", (0,)) in told(book)
    assert proof_pdf(book, doubles(), proof_pages(book, doubles()))


def test_a_key_changes_with_whatever_a_proof_is_made_of(book):
    def key():
        return proof_key(book, doubles(), proof_pages(book, doubles()))

    seen = [key()]
    assert key() == seen[0]
    rewrite(book, 1, "Other words.")
    seen.append(key())
    set_title(book, "Another Title")
    seen.append(key())
    wish(book, font="andika")
    seen.append(key())
    wish(book, placement="below")
    seen.append(key())
    Image.new("RGB", (32, 32)).save(book.plate_of(3))
    seen.append(key())
    assert len(set(seen)) == 6


def test_a_wish_for_the_press_binds_anew_and_does_no_more(book):
    wish(book, font="andika", placement="below")
    now = {verb.verb: verb.state for verb in status(book, doubles()).verbs}
    assert now == dict.fromkeys(now, "done") | {"bind": "due"}
    events = made(book)
    assert {event.stage for event in events} == {"bind"}
    assert "Andika by SIL International, an open font." in " ".join(words_of(book.pdf.read_bytes()))


def test_the_usual_wishes_leave_no_trace(book):
    before = bind.made_from(book, doubles())
    wish(book, font="pair", placement="auto")
    assert bind.made_from(book, doubles()) == before and not bind.due(book, doubles())
    dumped = press_options_of(book, doubles()).model_dump()
    assert "font" not in dumped and "others" not in dumped["form"]
    assert not {"font", "placement"} & set(book.brief.model_dump())


def test_a_brief_and_its_wishes_have_the_digests_that_they_always_had():
    from storybook.records import Brief, digest

    assert digest(Brief(summary="A cat.")) == "2cdb231814af"
    assert digest(load_format("square-8.5")) == "0adb490fa64c"


def test_a_book_without_scenes_is_an_error_that_says_what_to_do():
    with pytest.raises(BookError, match="Run: storybook make"):
        proof_pages(new_book(), doubles())


def test_an_edited_plate_is_its_authors(book):
    Image.new("RGB", (900, 900), (9, 99, 9)).save(book.plate_of(1))
    rewritten = book.prompt(1).but(positive="another")
    book.save(book.prompt_of(1), rewritten, None)
    assert enlarge.made_from(book, doubles(), 1)
    assert proof_pages(book, doubles())[1].state == "plate"


def test_alt_texts_are_sentences_for_people():
    cast = (Hero(name="Biscuit", species="cat"), Hero(name="Fern", species="fox"))

    def scene(**more):
        given = {"page": 1, "text": "", "moment": "holding", "place": "beach", "cast": ("Biscuit",)}
        return alt_text(Scene(**(given | more)), cast)

    assert scene(things=("kite",)) == "Biscuit the cat holding a kite at the beach."
    assert scene(
        moment="sitting",
        things=("umbrella",),
        relation="under",
        cast=("Biscuit", "Fern"),
        light="rain",
        mood="sad",
        place="garden",
    ) == (
        "Biscuit the cat, sad, sitting under an umbrella beside Fern the fox in the garden "
        "in the rain."
    )
    assert scene(moment="sleeping", place="moon base", light="dawn", cast=("Zed",)) == (
        "Zed sleeping in the moon base, dawn."
    )


def test_a_proof_is_drawn_sheet_by_sheet(book):
    sheets_of = drawn_pages(book.pdf.read_bytes(), 160)
    pictures = [Image.open(BytesIO(each)) for each in sheets_of]
    assert len(pictures) == len(words_of(book.pdf.read_bytes()))
    assert {picture.size for picture in pictures} == {(160, 160)}
    assert len(set(sheets_of)) > 5, "they differ"
