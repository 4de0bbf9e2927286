"""What stands on the back: by a server's writer, and the summary where nothing fit comes back."""

import pytest

from books import doubles, made, new_book
from fake_openai_server import FakeServer, says
from storybook.authoring.blurb import blurb_by_writer
from storybook.authoring.print_jobs import imprint_of
from storybook.cli import main

GOOD = "Biscuit has lost a blue mitten in the snow. Where can it be? {} and a friend go to look."


@pytest.fixture
def book():
    book = new_book()
    made(book, until="split")
    return book


def at(server: FakeServer) -> tuple[str, ...]:
    return ("write.writer=server", "write.model=m", f"write.base_url={server.url}")


def test_blurb_by_writer_takes_the_first_reply_that_is_one(book, server):
    star = book.cast[0].name
    server.will(says("Wow!"), says("A fine book for all the family, and so very much fun to read."))
    server.will(says(f'"{GOOD.format(star)}"'))
    assert blurb_by_writer(book, doubles(*at(server))) == GOOD.format(star).replace("\n", " ")
    question = server.asked[0]["messages"][0]["content"]
    assert star in question and book.scenes[1].text in question


@pytest.mark.parametrize("reply", ["", "No.", "Biscuit " * 200])
def test_blurb_by_writer_is_empty_where_nothing_fit_comes_back(book, server, reply):
    server.will(*[says(reply)] * 3)
    assert blurb_by_writer(book, doubles(*at(server))) == ""


def test_the_starter_is_not_asked_for_a_blurb(book):
    from storybook.config import load_settings
    from storybook.studio.studio import Studio

    assert blurb_by_writer(book, Studio(load_settings(None, []))) == ""


def test_press_keeps_an_authors_blurb_where_the_writer_has_none(server, capsys):
    book = new_book()
    made(book)
    server.will(*[says("No.")] * 3)
    changes = [word for change in at(server) for word in ("--set", change)]
    asked = ["press", str(book.folder), "--studio", "doubles", *changes, "--printer", "home"]
    main([*asked, "--blurb", "My own words.", "--write-blurb"])
    assert imprint_of(book).blurb == "My own words."
    assert "no words for the back" in capsys.readouterr().out
