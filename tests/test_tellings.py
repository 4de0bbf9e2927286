"""Several tellings of a summary: told, kept with what they leave out, and one is taken."""

from pathlib import Path

import pytest

from books import doubles, made, new_book
from storybook.authoring.character_sheets import sheets_of_book
from storybook.authoring.history import undo
from storybook.authoring.new_book import Draft as BookDraft
from storybook.authoring.new_book import save_draft
from storybook.authoring.tellings import COUNT, take_telling, tell_several, tellings
from storybook.book.folder import Book
from storybook.book.index import search_shelf
from storybook.cli import main
from storybook.errors import BookError, ReplyError
from storybook.jobs import manager as jobs
from storybook.ready_made.nearest import nearest
from storybook.records import Brief
from storybook.stages import write
from storybook.story.casting import cast
from storybook.story.faults import Fault
from storybook.story.sampling import StorySample, worth
from studio_pages import button, drawn, in_folder_of_doubles, said
from waiting import ended


def told(book, count=COUNT, studio=None):
    """The tellings of a book, by the doubles; each begins with another moment."""
    studio = studio or doubles()
    list(tell_several(book, studio, count))
    return own(tellings(book, studio))


def own(found):
    """The writer's own, without the ready-made story beside them."""
    return tuple(each for each in found if not each.ready_made)


def test_tell_several_keeps_different_tellings_and_tells_no_story_yet():
    book = new_book()
    found = told(book)
    assert len(found) == 3 == len({each.story.paragraphs for each in found})
    assert not book.path(Book.STORY).is_file()


def test_tell_several_says_what_each_leaves_out():
    book = new_book(summary="Biscuit the cat finds a violin in a volcano. A lion helps her.")
    for each in told(book):
        said_of = " ".join(one.text for one in each.story.departures)
        assert "No lion can be drawn" in said_of


def test_tell_several_is_done_once_until_the_brief_changes(monkeypatch):
    book = new_book()
    first = told(book)
    with monkeypatch.context() as silent:
        silent.setattr(write, "sample_stories", lambda *_, **__: pytest.fail("told again"))
        assert told(book) == first
    text = book.path(Book.BRIEF).read_text("utf-8").replace("seed = 1", "seed = 2")
    book.path(Book.BRIEF).write_text(text, "utf-8")
    assert not tellings(book, doubles()), "they are of another brief"
    assert told(book) != first


def test_tell_several_counts_no_ready_made_story_among_the_writer_s():
    book = new_book()
    assert len(told(book, 3)) == 3 and len(tellings(book, doubles())) == 4
    assert len(told(book, 4)) == 4


def test_tell_several_asks_until_so_many_have_no_fault():
    book = new_book()
    assert len(told(book, 5)) == 5


def test_tell_several_refuses_a_ready_made_story():
    book = new_book(story="A-001")
    with pytest.raises(BookError, match="is a ready-made story, A-001"):
        list(tell_several(book, doubles()))


def test_tell_several_raises_where_no_telling_will_do(monkeypatch):
    hard = StorySample("no story", None, (Fault("nothing", hard=True),))
    monkeypatch.setattr(write, "sample_stories", lambda *_, **__: iter([hard] * 3))
    book = new_book()
    with pytest.raises(ReplyError, match="told no story"):
        list(tell_several(book, doubles()))
    assert not tellings(book, doubles()) and (book.folder / "rejected/write.txt").is_file()


def test_take_telling_makes_it_the_story_that_make_goes_on_with():
    book, studio = new_book(), doubles()
    second = told(book)[1]
    taken = take_telling(book, studio, 2)
    assert taken.paragraphs == second.story.paragraphs == book.story.paragraphs
    assert not write.due(book, studio)
    made(book, studio, until="split")
    assert book.scenes[1].text in " ".join(second.story.paragraphs)


def test_tell_several_offers_the_nearest_ready_made_story_about_the_star(capsys):
    book, studio = new_book(summary="Biscuit the cat cannot get through the door."), doubles()
    told(book)
    *others, near = tellings(book, studio)
    assert near.ready_made and not any(each.ready_made for each in others)
    assert near.story.cast[0].name == "Biscuit" and "ready-made story" in near.story.told_by
    assert "door" in " ".join(near.story.paragraphs)
    said_of = [each.text for each in near.story.departures]
    assert said_of[0].endswith("that was not made for the summary.")
    assert any(each.startswith("Biscuit plays ") for each in said_of)
    take_telling(book, studio, len(others) + 1)
    assert book.story == near.story and not write.due(book, studio)
    made(book, studio, until="split")
    pages = [scene.text for scene in book.scenes[1:]]
    assert len(pages) == book.brief.pages != len(near.story.paragraphs)
    assert " ".join(pages).split() == " ".join(near.story.paragraphs).split()
    undo(book)
    assert not book.path(book.STORY).is_file() and tellings(book, studio)[-1] == near
    assert main(["tellings", "book", "--studio", "doubles"]) == 0
    assert "(a ready-made story, told about Biscuit)" in capsys.readouterr().out


def test_tell_several_offers_no_ready_made_story_in_another_language():
    studio, summary = doubles(), "Biscuit the cat catches a star."
    who = cast(summary, (), studio.world, seed=1)
    asked = {tag: Brief(summary=summary, language=tag) for tag in ("de", "en-GB")}
    assert nearest(asked["de"], who, studio.world, limited=True) is None
    assert nearest(asked["en-GB"], who, studio.world, limited=True) is not None


@pytest.mark.parametrize(("number", "says"), [(5, "from 1 to 4"), (0, "no telling 0")])
def test_take_telling_refuses_a_number_that_there_is_not(number, says):
    book = new_book()
    told(book)
    with pytest.raises(BookError, match=says):
        take_telling(book, doubles(), number)


def test_take_telling_refuses_where_none_was_told():
    with pytest.raises(BookError, match=r"There is none; tell some: storybook tellings book"):
        take_telling(new_book(), doubles(), 1)


def test_worth_ranks_the_telling_that_keeps_first():
    keeps = StorySample("", None, (), covered=0.9, kept=0.9)
    loses = StorySample("", None, (), covered=0.5, kept=1.0)
    lacks = StorySample("", None, (Fault("no word of kite"),), covered=1.0, kept=1.0)
    assert sorted((lacks, loses, keeps), key=worth) == [keeps, loses, lacks]


def test_the_command_prints_tellings_and_takes_one(capsys):
    new_book()
    assert main(["tellings", "book", "--studio", "doubles"]) == 0
    out = capsys.readouterr().out
    assert out.count("The Day of Biscuit") == 3 and "--take NUMBER" in out
    assert main(["tellings", "book", "--take", "2", "--studio", "doubles"]) == 0
    assert "is the story of book" in capsys.readouterr().out
    assert main(["tellings", "book", "--take", "9", "--studio", "doubles"]) == 2
    assert main(["tellings", "book", "--count", "7", "--studio", "doubles"]) == 2
    assert "from 1 to 6" in capsys.readouterr().err


def test_the_studio_shows_three_tellings_and_the_cast_of_the_one_taken(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    in_folder_of_doubles(tmp_path)
    save_draft(Path("books"), BookDraft(pages=4))
    test = drawn("new_book")
    test.text_area[0].input("Bruno the dog finds a key in the garden.").run()
    button(test, "Read three tellings first").click().run()
    (book,) = search_shelf(Path("books")).books
    ended(jobs.jobs_in(Path("jobs"))[0])
    test = drawn("storyboard", book=book.name)
    takes = [one for one in test.button if one.label == "Take this one"]
    assert len(takes) == 4 and "Which one shall it be?" in said(test)
    assert "A story that is there already, about Bruno" in said(test)
    (read,) = [one for one in test.expander if one.label == "Read it"]
    near = tellings(Book(Path("books") / book.name), doubles())[-1]
    assert near.ready_made and near.story.paragraphs[0] in read.markdown[0].value
    first = [one.label for one in test.button if one.proto.type == "primary"]
    assert first == ["Take this one"], "one button is the page's first"
    next(one for one in takes if one.key == "telling-2").click().run()
    kept = Book(Path("books") / book.name)
    assert kept.story.paragraphs == tellings(kept, doubles())[1].story.paragraphs
    ended(jobs.jobs_in(Path("jobs"))[0])
    assert all(sheet.is_drawn for sheet in sheets_of_book(kept, doubles()))
    assert not kept.path(Book.SCENES).is_file(), "no page is drawn before its author says so"
    test = drawn("cast", book=book.name)
    button(test, "Make the book").click().run()
    ended(jobs.jobs_in(Path("jobs"))[0])
    assert kept.story.paragraphs == tellings(kept, doubles())[1].story.paragraphs
    assert kept.pdf.is_file()
