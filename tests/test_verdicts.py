"""What critics said, in words, and the pages that may want another picture."""

import pytest

from books import made, new_book
from storybook.book.folder import Book
from storybook.book.verdicts import in_words, weak_pages
from storybook.cli.departures import tell_weak
from storybook.records import Judged, Pick, Verdict


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        (
            ("species: dog 1.00", "actions: sitting 0.01, looks like holding"),
            "Shows dog. Lacks sitting (looks like holding).",
        ),
        (("things: ball of yarn 0.96", "like Rex's photos 0.35"), "Shows ball of yarn."),
        (("blank: one colour from edge to edge",), "blank: one colour from edge to edge"),
        ((), "40% right."),
    ],
)
def test_in_words_has_no_figures_but_where_there_is_nothing_else(reasons, said):
    assert in_words(Verdict(score=0.4, reasons=reasons)) == said


def pick(book: Book, page: int, score: float, *reasons: str, by: str = "critic") -> None:
    verdict = Verdict(score=score, reasons=reasons)
    chosen = book.picked(page)
    judged = (Judged(candidate=chosen, verdict=verdict),)
    book.save(book.pick_of(page), Pick(page=page, candidate=chosen, by=by, judged=judged), None)


def test_weak_pages_are_named_with_what_they_lack_and_what_to_do(capsys):
    book = new_book("b")
    made(book)
    assert weak_pages(book) == {}, "the doubles' critic names nothing"
    pick(book, 0, 0.3, "species: cat 0.10")
    pick(book, 1, 0.9, "species: cat 1.00")
    pick(book, 2, 0.4, "species: cat 1.00", "coats: white 0.00", "things: kite 0.20")
    pick(book, 3, 0.1, "species: cat 0.10", by="author")
    pick(book, 4, 0.2, "text match 0.20")
    assert weak_pages(book) == {0: "cat", 2: "kite"}
    tell_weak(book)
    said = capsys.readouterr().out
    assert "cover: cat -> storybook reroll b 0" in said
    assert "page 2: kite -> storybook reroll b 2" in said and said.count("reroll") == 2
