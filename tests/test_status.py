from books import doubles, made, new_book
from storybook.authoring import edits
from storybook.authoring.status import status
from storybook.records import Pick


def test_a_new_book_waits_for_its_story():
    now = status(new_book(title="The Mitten"), doubles())
    assert (now.title, now.pdf, now.page_status, now.finished) == ("The Mitten", None, (), False)
    assert [verb.state for verb in now.verbs] == ["due", *["waiting"] * 6]


def test_a_finished_book_says_what_each_page_holds():
    book = new_book()
    made(book)
    other = next(name for name in book.pictures(2) if name != book.picked(2))
    book.save(book.pick_of(2), Pick(page=2, candidate=other, by="author"), None)
    made(book)
    now = status(book, doubles())
    assert now.finished and (book.folder / now.pdf).is_file()
    assert [page.picked_by for page in now.page_status] == [
        "critic",
        "critic",
        "author",
        "critic",
        "critic",
    ]
    assert now.page_status[2].pick == other
    assert all((book.folder / page.plate).is_file() for page in now.page_status)
    assert all(len(page.candidates) == 2 for page in now.page_status)


def test_looking_changes_nothing():
    book = new_book()
    made(book)
    before = {path: path.stat().st_mtime_ns for path in book.folder.rglob("*")}
    status(book, doubles())
    assert {path: path.stat().st_mtime_ns for path in book.folder.rglob("*")} == before


def test_the_pages_that_are_due_are_said_verb_by_verb():
    book = new_book()
    made(book)
    studio = doubles()

    def due():
        return [page.place for page in status(book, studio).page_status if page.due]

    assert due() == []
    edits.set_prompt(book, 2, "a cat", "", edits.version(book.prompt(2)))
    assert due() == [2], "to be drawn"
    made(book, until="draw")
    assert due() == [2], "to be chosen"
    made(book)
    scene = book.scenes[3]
    elsewhere = "snow" if scene.place != "snow" else "beach"
    edits.set_scene(book, scene.but(place=elsewhere), edits.version(scene))
    assert due() == [3], "to be described"
    made(book)
    book.plate_of(1).unlink()
    assert due() == [1], "to be enlarged"
