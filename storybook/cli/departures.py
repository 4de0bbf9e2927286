"""How the command line tells of what a book could not keep, and of pictures that lack much."""

from collections.abc import Sequence

from storybook.book.folder import Book
from storybook.book.verdicts import weak_pages
from storybook.records import COVER
from storybook.studio.departures import Listed


def tell_weak(book: Book) -> None:
    """Pages whose pictures lack much of what was asked for, and how to have others drawn."""
    weak = weak_pages(book)
    if not weak:
        return
    print("Pictures that lack much of what was asked for:")
    numbers = [scene.page for scene in book.scenes]
    for place, lacks in weak.items():
        called = "cover" if place == COVER else f"page {place}"
        print(
            f"  {called}{f': {lacks}' if lacks else ''} -> "
            f"storybook reroll {book.folder} {numbers[place]}"
        )


def tell_departures(book: Book, found: Sequence[Listed]) -> None:
    """What the book could not keep, without what its author has accepted."""
    unmet = [each for each in found if not each.fine]
    if not unmet:
        return
    print("Not in this book, until you change it or say that it is fine:")
    for each in unmet:
        pages = ", ".join("cover" if page == COVER else str(page) for page in each.pages)
        print(f"  {each.number}. {each.text}{f' (page {pages})' if pages else ''}")
    print(f"To say that it is fine: storybook accept {book.folder} [NUMBER ...]")
