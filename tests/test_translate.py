"""Books in another language: words by hand, the same pictures, and what is said if words lack."""

import json
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from books import doubles, made, new_book
from fake_openai_server import FakeServer, says
from storybook.authoring import translate
from storybook.authoring.translate import Translation, begin, tell_in, translated, translation_of
from storybook.book.printing import phrases
from storybook.cli import main
from storybook.errors import BookError, ConfigError, ReplyError
from storybook.press import fonts


@pytest.fixture
def book():
    book = new_book()
    made(book)
    return book


def write(book, language="de", **changes):
    pages = tuple(f"Biscuit läuft durch den Schnee, Seite {page}." for page in (1, 2, 3, 4))
    words = Translation(title="Der blaue Handschuh", pages=pages).but(**changes)
    translation_of(book, language).write_bytes(words.as_file())


def text_of(pdf):
    return " ".join(" ".join(page.extract_text().split()) for page in PdfReader(BytesIO(pdf)).pages)


def test_begin_lays_out_the_books_own_words(book):
    path = begin(book, "de")
    words = json.loads(path.read_text(encoding="utf-8"))
    assert path.name == "story.de.json"
    assert words["pages"] == [scene.text for scene in book.scenes[1:]]
    with pytest.raises(BookError, match="is there already"):
        begin(book, "de")


@pytest.mark.parametrize("language", ["../x", "", "german language", "d"])
def test_translation_of_takes_tags_alone(book, language):
    with pytest.raises(ConfigError, match="no language's tag"):
        translation_of(book, language)


@pytest.mark.parametrize("language", ["he", "ar", "ja", "hi-IN"])
def test_begin_says_which_letters_the_fonts_lack(book, language, monkeypatch):
    monkeypatch.setattr(fonts, "script_family", lambda language: ())
    fonts.load_fonts.cache_clear()
    with pytest.raises(ConfigError, match="hold no letters of the language"):
        begin(book, language)
    assert not translation_of(book, language).exists()


def test_translated_has_the_other_words_and_the_same_pictures(book):
    write(book)
    made_of = translated(book, doubles(), "de", both=False)
    said = text_of(made_of.pdf)
    assert "Seite 3" in said and "mit Biscuit" in said and book.scenes[1].text[:20] not in said
    reader = PdfReader(BytesIO(made_of.pdf))
    assert reader.trailer["/Root"]["/Lang"] == "de"
    own = PdfReader(book.pdf)
    assert [len(page.images) for page in reader.pages] == [len(page.images) for page in own.pages]
    for epub in (made_of.epubs.fixed, made_of.epubs.flowing):
        with ZipFile(BytesIO(epub)) as packed:
            assert b"<dc:language>de<" in packed.read("EPUB/book.opf")
            assert "Seite 2" in packed.read("EPUB/page-2.xhtml").decode()


def test_translated_both_has_both_on_a_page(book):
    write(book)
    said = text_of(translated(book, doubles(), "de", both=True).pdf)
    for page in (1, 4):
        assert f"Seite {page}" in said
        assert " ".join(book.scenes[page].text.split()[:3]) in said.replace("’", "'")
    assert "starring Biscuit" in said, "the book's own language comes first"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"pages": ("Nur eine.",)}, "words for 1 pages, and the book has 4"),
        ({"pages": ("Eins.", " ", "Drei.", "Vier.")}, "page 2 has no words"),
    ],
)
def test_translated_names_what_is_missing(book, changes, says):
    write(book, **changes)
    with pytest.raises(BookError, match=says):
        translated(book, doubles(), "de", both=False)


def test_translate_begins_then_refuses_what_is_not_translated_then_makes(book, capsys):
    asked = ["translate", str(book.folder), "de", "--studio", "doubles"]
    assert main(asked) == 0
    assert "Write them in de" in capsys.readouterr().out
    assert main(asked) == 2
    err = capsys.readouterr().err
    assert "page 1 still has the book's own words" in err and err.count("\n") == 1
    write(book)
    before = book.pdf.read_bytes()
    assert main(asked) == 0 and main([*asked, "--both"]) == 0
    names = {path.name for path in Path(book.folder).glob("der-blaue-handschuh.*")}
    tags = ("de", "en-de")
    assert names == {
        f"der-blaue-handschuh.{tag}{end}"
        for tag in tags
        for end in (".pdf", ".epub", "-flowing.epub")
    }
    assert book.pdf.read_bytes() == before, "the book itself stays as it is"


@pytest.mark.parametrize("language", ["de", "fr-CA", "sv", "tlh"])
def test_phrases_name_who_stars(language):
    known = phrases(language)
    assert all("Ox" in known[name].format("Ox") for name in ("about", "starring"))
    assert (known == phrases("en")) is (language == "tlh")


def at(server: FakeServer):
    """A studio whose writer is a server."""
    return doubles("write.writer=server", "write.model=m", f"write.base_url={server.url}")


def reply(*pages: str, title: str = "Der Tag"):
    return says(json.dumps({"title": title, "pages": pages}))


def test_tell_in_asks_the_server_some_pages_at_a_time(book, server, monkeypatch):
    monkeypatch.setattr(translate, "PAGES", 3)
    server.will(reply("Eins.", "Zwei.", "Drei."), reply("Vier.", title="Anders"))
    path = tell_in(book, at(server), "de")
    words = json.loads(path.read_text(encoding="utf-8"))
    assert words == {"title": "Der Tag", "pages": ["Eins.", "Zwei.", "Drei.", "Vier."]}
    first, second = (asked["messages"][0]["content"] for asked in server.asked)
    assert all(scene.text in first for scene in book.scenes[1:4])
    assert "Eins. Zwei. Drei." in second and book.scenes[4].text in second
    assert '"de"' in first and "exactly 3 pages" in first
    with pytest.raises(BookError, match="is there already"):
        tell_in(book, at(server), "de")


@pytest.mark.parametrize(
    "bad",
    [
        reply("Eins.", "Zwei."),
        reply("Eins.", "Zwei.", "Drei.", " "),
        says("Gerne! Hier ist die Geschichte."),
    ],
    ids=["too few pages", "an empty page", "no record"],
)
def test_tell_in_asks_again_for_what_is_no_translation_and_keeps_nothing_else(book, server, bad):
    good = reply("Eins.", "Zwei.", "Drei.", "Vier.")
    server.will(bad, good)
    assert tell_in(book, at(server), "de").is_file() and len(server.asked) == 2
    server.will(bad, bad, bad)
    with pytest.raises(ReplyError):
        tell_in(book, at(server), "fr")
    assert not translation_of(book, "fr").exists()


def test_tell_in_refuses_pages_that_come_back_as_they_were(book, server):
    own = [scene.text for scene in book.scenes[1:]]
    server.will(reply(*own))
    with pytest.raises(BookError, match="page 1 still has the book's own words"):
        tell_in(book, at(server), "de")
    assert not translation_of(book, "de").exists()


def test_translate_write_says_who_can_where_the_writer_cannot(book, capsys):
    asked = ["translate", str(book.folder), "de", "--studio", "starter", "--write"]
    assert main(asked) == 2
    err = capsys.readouterr().err
    assert "cannot translate into 'de'" in err and "write.writer = server" in err
    assert err.count("\n") == 1
