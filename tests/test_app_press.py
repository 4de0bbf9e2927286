"""The press, in every state of a book."""

from pathlib import Path

import pytest
from PIL import Image

from books import doubles, made, new_book
from in_process import jobs_done_here as jobs_done_here
from storybook.authoring import edits, keepsakes
from storybook.authoring.print_jobs import imprint_of
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.jobs import manager as jobs
from storybook.jobs.folder import job_state
from studio_pages import button, drawn, in_folder_of_doubles, said

pytestmark = pytest.mark.usefixtures("jobs_done_here")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    return tmp_path


@pytest.fixture
def book() -> Book:
    book = new_book("books/kite", title="The Kite")
    made(book)
    return book


def due(book: Book) -> list[str]:
    return [verb.verb for verb in status(book, doubles()).verbs if verb.state != "done"]


def radio(test, label):
    return next(one for one in test.radio if one.label == label)


def links(test):
    return [(one.proto.label, one.proto.query_string) for one in test.get("page_link")]


def pictures(test):
    return [one for each in test.get("image") for one in each.proto.imgs]


def downloads(test):
    return [one.proto.label for one in test.get("download_button")]


def test_no_book_is_open() -> None:
    assert "No book is open" in said(drawn("press"))
    assert "There is no book 'gone'" in said(drawn("press", book="gone"))


def test_a_book_that_is_not_told_has_nothing_to_print() -> None:
    new_book("books/new")
    assert "There is nothing to print yet" in said(drawn("press", book="new"))


def test_a_finished_book_shows_every_sheet_and_can_be_taken_home(book: Book) -> None:
    test = drawn("press", book="kite")
    assert not test.exception and not test.error
    assert len(pictures(test)) == 3 + 4 + 3
    assert [one.alt for one in pictures(test)][:4] == ["Cover", "Endpaper", "Title page", "Page 1"]
    assert downloads(test) == ["Download PDF", "Download HTML", "Download pictures"]


def test_letters_and_places_bind_the_book_anew_and_do_no_more(book: Book) -> None:
    test = drawn("press", book="kite")
    radio(test, "Letters").set_value("andika").run()
    assert book.brief.font == "andika" and due(book) == ["bind"]
    radio(test, "The text stands").set_value("below").run()
    assert book.brief.placement == "below" and due(book) == ["bind"]
    assert "Something has changed since the PDF was made." in said(test)
    button(test, "Make the PDF")


def test_a_format_without_the_place_goes_back_to_what_fits_best(book: Book) -> None:
    edits.set_brief(book, book.brief.but(placement="below"), edits.version(book.brief))
    test = drawn("press", book="kite")
    radio(test, "Format").set_value("landscape-11x8.5").run()
    assert (book.brief.format, book.brief.placement) == ("landscape-11x8.5", "auto")
    assert not test.exception and not test.error


def test_the_title_is_printed_and_nothing_is_told_again(book: Book) -> None:
    before = book.story
    test = drawn("press", book="kite")
    test.text_input[0].set_value("The Red Kite").run()
    assert book.brief.title == "The Red Kite" and book.story == before
    assert test.title[0].value == "The Red Kite"


def test_a_choice_that_another_window_made_meanwhile_is_not_overwritten(book: Book) -> None:
    test = drawn("press", book="kite")
    edits.set_brief(book, book.brief.but(font="grandstander"), edits.version(book.brief))
    radio(test, "Letters").set_value("andika").run()
    assert book.brief.font == "grandstander"


def test_what_is_not_drawn_is_named_and_made_by_a_job() -> None:
    book = new_book("books/half", title="Half")
    made(book, until="choose")
    book.pick_of(3).unlink()
    for picture in book.pictures(3):
        book.picture(3, picture).unlink()
    test = drawn("press", book="half")
    assert "Page 3 is not drawn yet." in said(test)
    assert "The cover and pages 1, 2 and 4 are not at print size yet." in said(test)
    assert len(pictures(test)) == 10
    button(test, "Draw what is missing").click().run()
    (job,) = jobs.jobs_in(Path("jobs"))
    assert job_state(job).state == "done"
    test = drawn("press", book="half")
    assert "not drawn yet" not in said(test) and "Download PDF" in downloads(test)


def test_each_warning_names_its_page_and_leads_to_it(book: Book) -> None:
    for page, text in ((2, "She looked under the bed. " * 80), (4, "A crab 🦀.")):
        edits.set_text(book, page, text, edits.version(book.scenes[page].text))
    Image.new("RGB", (200, 200)).save(book.plate_of(1))
    test = drawn("press", book="kite")
    words = said(test).replace("\\", "")
    assert "Page 2 is too full: 400 words are more than fit on it." in words
    assert "Page 4 is printed without 🦀, which the font Andika-Regular does not hold." in words
    assert "too coarse for print" in words
    found = links(test)
    for page in (2, 4):
        query, *_ = [query for label, query in found if label == f"Change page {page}"]
        assert "book=kite" in query and f"page={page}" in query
    assert len(pictures(test)) == 10, "it is shown as far as it can be set"


def test_letters_that_the_playful_font_lacks_are_mended_by_a_click(book: Book) -> None:
    edits.set_text(book, 1, "Она ж!", edits.version(book.scenes[1].text))
    edits.set_brief(book, book.brief.but(font="grandstander"), edits.version(book.brief))
    test = drawn("press", book="kite")
    button(test, "Set the text in Andika").click().run()
    assert book.brief.font == "pair"
    assert "does not hold" not in said(test)


def test_a_title_that_is_too_long_is_said(book: Book) -> None:
    edits.set_title(book, "The " + "very " * 90 + "long kite")
    test = drawn("press", book="kite")
    assert "The cover is too small for so long a title." in said(test)
    assert not test.exception and len(pictures(test)) == 10


def test_an_edited_story_in_the_way_leaves_the_press_open(book: Book) -> None:
    edits.set_text(book, 1, "Other words.", edits.version(book.scenes[1].text))
    story = book.story.but(paragraphs=("New.", *book.story.paragraphs[1:]))
    book.save(book.STORY, story, None)
    test = drawn("press", book="kite")
    assert not test.exception and len(pictures(test)) == 10
    button(test, "Make the PDF")


def test_a_failed_job_says_why(book: Book) -> None:
    book.pick_of(1).write_text("{")
    job = jobs.start("storybook", ("make", str(book.folder)), "Make", subject=str(book.folder))
    assert job_state(job).state == "failed"
    test = drawn("press", book="kite")
    assert test.error and not test.exception


def for_a_printer(test, name="kdp"):
    test.segmented_control(key="press-shows").set_value("printer").run()
    return test.selectbox(key="printer").set_value(name).run() if name != "kdp" else test


def test_the_press_shows_cover_pages_and_rules_of_a_printer(book: Book) -> None:
    test = for_a_printer(drawn("press", book="kite"))
    assert not test.exception and not test.error
    alts = [one.alt for one in pictures(test)]
    assert alts[0] == "Back, spine and front of the cover" and "4: Page 1" in alts
    assert len(alts) == 1 + 24, "the cover, and so many pages as KDP prints at least"
    words = said(test)
    assert "pages were added to draw and write on" in words
    assert "Words stay inside of the blue one" in words
    assert not (book.folder / "press.toml").exists(), "looking changes nothing"


def test_another_printer_is_kept_and_its_rule_mended_by_a_click(book: Book) -> None:
    test = for_a_printer(drawn("press", book="kite"), "blurb")
    assert imprint_of(book).printer == "blurb"
    assert "is no size of this printer" in said(test)
    button(test, "Take the format portrait-8x10").click().run()
    assert book.brief.format == "portrait-8x10" and not test.exception
    assert "is no size of this printer" not in said(test)


def test_a_printer_that_cannot_print_the_book_says_why(book: Book) -> None:
    test = for_a_printer(drawn("press", book="kite"), "kdp-hardcover")
    assert "prints no fewer than 76 pages" in test.error[0].value


def test_dedication_and_words_of_the_back_are_kept_and_shown(book: Book) -> None:
    test = for_a_printer(drawn("press", book="kite"))
    next(one for one in test.text_input if one.label == "Dedication").set_value("For Ida")
    button(test, "Keep").click().run()
    assert imprint_of(book).dedication == "For Ida" and not imprint_of(book).blurb
    assert "2: Dedication" in [one.alt for one in pictures(test)]


def test_the_printer_s_files_are_made_by_a_job_and_taken(book: Book) -> None:
    test = for_a_printer(drawn("press", book="kite"), "home")
    button(test, "Make the printer's files").click().run()
    (job,) = jobs.jobs_in(Path("jobs"))
    assert job_state(job).state in ("done", "failed")
    test = for_a_printer(drawn("press", book="kite"), "home")
    assert {"Download the pages", "Download the report"} <= set(downloads(test))


def keepsakes_of(book):
    test = drawn("press", book=book)
    return test.segmented_control(key="press-shows").set_value("keepsakes").run()


def test_keepsakes_are_shown_as_pictures_and_made_by_a_button(book: Book, monkeypatch) -> None:
    monkeypatch.setattr(
        keepsakes, "line_art", lambda picture, px: picture.convert("1").convert("L")
    )
    test = drawn("press", book="kite")
    test.segmented_control(key="press-shows").set_value("keepsakes").run()
    assert not test.exception and not test.error
    assert [one.alt for one in pictures(test)] == list(keepsakes.KINDS.values())
    assert {"EPUB as in print", "EPUB with text that flows"} <= set(downloads(test))
    button(test, "Poster").click().run()
    (job,) = jobs.jobs_in(Path("jobs"))
    assert job_state(job).state == "done"
    path = keepsakes.path_of(book, keepsakes.KeepsakeOptions("poster"))
    assert path.is_file()
    test = keepsakes_of("kite")
    button(test, "Poster anew")
    assert "Download" in downloads(test)


def test_keepsakes_wait_for_the_last_picture(book: Book) -> None:
    book.plate_of(2).unlink()
    book.pick_of(2).unlink()
    test = keepsakes_of("kite")
    assert "as soon as every page is drawn" in said(test) and not test.exception
