"""One page told again, with its neighbours as they are."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from scripted_rows import Said, Script

from books import doubles, made, new_book
from storybook.authoring import edits
from storybook.authoring.retell import retell
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.cli import main
from storybook.errors import BookError
from storybook.jobs.manager import jobs_in
from storybook.records import Scenes
from storybook.story.prompt_frame import load_frame


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Book:
    monkeypatch.chdir(tmp_path)
    book = new_book("books/b")
    made(book)
    return book


def test_one_page_has_another_text_and_the_others_stay(book: Book) -> None:
    before = {scene.page: scene.text for scene in book.scenes}
    list(retell(book, doubles(), 2, seed=1))
    after = {scene.page: scene.text for scene in book.scenes}
    assert [page for page in before if before[page] != after[page]] == [2]
    due = {verb.verb: verb.to_make for verb in status(book, doubles()).verbs if verb.to_make}
    assert set(due.values()) <= {1}


def test_a_page_with_a_plan_is_told_anew_by_what_it_shows(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    scenes = [
        each.but(picture=f"Biscuit on page {each.page}" * (each.page > 0)) for each in book.scenes
    ]
    book.save(book.SCENES, Scenes(scenes=tuple(scenes)), None)
    before = {scene.page: scene.text for scene in scenes}
    rows = Script([Said("Biscuit sat down in the deep snow. It was so cold."), Said("Oh.")])
    studio, asked = doubles(), []
    vars(studio)["frame"] = load_frame("planned")

    class Planner:
        name = "planner"

        def begin(self, question: str, **how: object) -> Script:
            asked.append(question)
            return rows

    monkeypatch.setattr(studio, "writer", lambda: nullcontext(Planner()))
    list(retell(book, studio, 2, seed=1))
    after = {scene.page: scene.text for scene in book.scenes}
    assert after == {**before, 2: "Biscuit sat down in the deep snow. It was so cold."}
    assert book.brief.summary.split()[0] in asked[0]
    assert f"1. {before[1]}" in rows.said[0]
    assert before[2] not in rows.said[0]


@pytest.mark.parametrize("page", [0, 99])
def test_a_page_that_nobody_told_is_refused(book: Book, page: int) -> None:
    with pytest.raises(BookError, match="not told by the writer"):
        list(retell(book, doubles(), page, seed=1))


def test_a_page_of_the_author_s_is_refused(book: Book) -> None:
    new = edits.insert_page(book, doubles(), 1, "Biscuit met a snail.")
    with pytest.raises(BookError, match="write it yourself"):
        list(retell(book, doubles(), new, seed=1))


def test_the_command_draws_what_the_new_text_says(
    book: Book, capsys: pytest.CaptureFixture[str]
) -> None:
    before = book.scenes[3].text
    assert main(["retell", "books/b", "3", "--studio", "doubles"]) == 0
    assert book.scenes[3].text != before
    assert book.picture(3, book.picked(3)).is_file()
    (job,) = jobs_in(Path("jobs"))
    assert "retell" in job.what, "one deed is one job"
