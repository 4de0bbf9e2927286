"""What an author did to a book last: undone, and done again."""

from pathlib import Path

from storybook.book.folder import Book
from storybook.cli.options import Parser, runs


def declare_undo(parser: Parser) -> None:
    runs(
        parser,
        undo,
        "\n  storybook undo books/kite            what you did last, whatever it was\n",
    )
    parser.add_argument("folder", type=Path)


def undo(folder: Path) -> None:
    from storybook.authoring import history

    done = history.undo(Book(folder))
    print(f"Undone: {_called(done)}. Do it again with: storybook redo {folder}")


def declare_redo(parser: Parser) -> None:
    runs(parser, redo, "\n  storybook redo books/kite            what was undone last\n")
    parser.add_argument("folder", type=Path)


def redo(folder: Path) -> None:
    from storybook.authoring import history

    done = history.redo(Book(folder))
    print(f"Done again: {_called(done)}.")


def _called(step: object) -> str:
    return step.says if step.page is None else f"{step.says} (page {step.page})"


DECLARE = {"undo": declare_undo, "redo": declare_redo}
