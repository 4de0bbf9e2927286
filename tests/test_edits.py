"""Edits on books that the doubles made: one changed page is one page's work."""

import json
import random
from pathlib import Path

import pytest

from books import doubles, made, new_book
from storybook.authoring import conflicts, edits, history
from storybook.authoring.edits import order, version
from storybook.authoring.status import status
from storybook.book.folder import Book
from storybook.cli import main
from storybook.errors import BookError, ChangedMeanwhile, ConfigError, EditedByHand

STUDIO = doubles()


def finished(pages=4):
    book = new_book(pages=pages)
    made(book)
    return book


def pictures(book):
    """Every picture and plate, as the very file that it is."""
    return {
        path.relative_to(book.folder): (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in book.folder.glob("pages/*/*.png")
    }


def due(book):
    """Which verbs have work to do, one after the other; `bind` alone is left out."""
    return {one.verb: one.to_make for one in status(book, STUDIO).verbs if one.state == "due"}


def worked_on(book):
    """The pages that bringing the book up to date worked on."""
    return {event.page for event in made(book) if event.done and event.stage != "bind"}


def scene_of(book, page):
    return next(scene for scene in book.scenes if scene.page == page)


def test_a_changed_text_is_printed_and_nothing_is_drawn():
    book = finished()
    before = pictures(book)
    edits.set_text(book, 2, " She slept. ", version(scene_of(book, 2).text))
    assert scene_of(book, 2).text == "She slept." and due(book) == {"bind": 1}
    assert worked_on(book) == set() and pictures(book) == before
    assert status(book, STUDIO).finished


def test_a_changed_scene_or_prompt_redoes_its_page_only():
    book = finished()
    scene = scene_of(book, 2)
    edits.set_scene(book, scene.but(place="beach"), version(scene))
    assert due(book) == {"describe": 1} and worked_on(book) == {2}
    assert "the beach" in book.prompt(2).positive
    prompt = book.prompt(3)
    edits.set_prompt(book, 3, prompt.positive + ", at night", "rain", version(prompt))
    assert due(book) == {"draw": 2} and worked_on(book) == {3}
    assert book.prompt(3).negative == "rain"


def test_a_page_is_read_again_when_its_author_asks():
    book = finished()
    text = "Biscuit ran to the beach with a kite."
    edits.set_text(book, 2, text, version(scene_of(book, 2).text))
    made(book)
    edits.read_again(book, STUDIO, 2)
    scene = scene_of(book, 2)
    assert (scene.text, scene.place, scene.things) == (text, "beach", ("kite",))
    assert worked_on(book) == {2}


def test_the_later_of_two_windows_is_told_and_nothing_is_lost():
    book = finished()
    seen, scene, prompt = version(scene_of(book, 2).text), scene_of(book, 2), book.prompt(2)
    brief, stood = version(book.brief), version(order(book))
    edits.set_text(book, 2, "The first.", seen)
    with pytest.raises(ChangedMeanwhile, match="changed meanwhile") as caught:
        edits.set_text(book, 2, "The second.", seen)
    assert (caught.value.yours, caught.value.theirs) == ("The second.", "The first.")
    assert scene_of(book, 2).text == "The first."
    with pytest.raises(ChangedMeanwhile) as caught:
        edits.set_scene(book, scene.but(place="pond"), version(scene))
    assert '"pond"' in caught.value.yours and "The first." in caught.value.theirs
    edits.set_prompt(book, 2, "a", "", version(prompt))
    with pytest.raises(ChangedMeanwhile):
        edits.set_prompt(book, 2, "b", "", version(prompt))
    edits.set_brief(book, book.brief.but(ages="5-7"), brief)
    with pytest.raises(ChangedMeanwhile):
        edits.set_brief(book, book.brief.but(ages="7-9"), brief)
    edits.set_text(book, 3, "Another page.", version(scene_of(book, 3).text))
    edits.move_page(book, 3, 1, stood)
    with pytest.raises(ChangedMeanwhile):
        edits.remove_page(book, 3, stood)


def test_a_title_tells_no_story_anew_and_takes_the_old_pdf_along():
    book = finished()
    before, old = pictures(book), book.pdf
    edits.set_title(book, "  The Mitten\nin the Snow ")
    assert book.brief.title == "The Mitten in the Snow" and due(book) == {"bind": 1}
    assert worked_on(book) == set() and pictures(book) == before
    assert book.pdf.name == "the-mitten-in-the-snow.pdf" and book.pdf.is_file()
    assert not old.exists()
    book.pdf.write_bytes(b"%PDF- mine")
    edits.set_title(book, " ")
    assert book.brief.title is None and book.pdf == old
    assert (book.folder / "the-mitten-in-the-snow.pdf").is_file(), "its author changed it"


def test_a_style_draws_all_anew_and_the_way_back_is_free():
    book = finished()
    edits.set_style(book, "crayon")
    assert due(book) == {"describe": 5}
    made(book)
    edits.set_style(book, "watercolour")
    assert "draw" not in {event.stage for event in made(book)}
    with pytest.raises(ConfigError, match="Did you mean crayon"):
        edits.set_style(book, "crayn")


def test_picking_locks_a_page_and_unpicking_asks_the_critic_again():
    book = finished()
    chosen = book.picked(2)
    other = next(name for name in book.pictures(2) if name != chosen)
    edits.pick(book, 2, other)
    assert due(book) == {"enlarge": 1} and worked_on(book) == {2}
    assert book.pick(2).judged, "what the critic said stays"
    edits.set_style(book, "crayon")
    made(book)
    assert book.picked(2) == other, "it is locked"
    edits.set_style(book, "watercolour")
    made(book)
    edits.unpick(book, 2)
    assert due(book) == {"choose": 1} and worked_on(book) == {2}
    assert book.pick(2).by == "critic" and book.picked(2) == chosen
    with pytest.raises(BookError, match="has no picture"):
        edits.pick(book, 2, "../01/" + book.pictures(1)[0])


def test_a_reroll_draws_so_many_and_picks_among_them():
    book = finished()
    before = book.pictures(3)
    edits.reroll(book, STUDIO, 3, 3)
    assert due(book) == {"draw": 3} and worked_on(book) == {3}
    assert len(book.pictures(3)) == 5 and book.picked(3) not in before
    with pytest.raises(ConfigError, match="1 to 64"):
        edits.reroll(book, STUDIO, 3, 65)


def test_a_moved_page_is_bound_elsewhere_and_nothing_else_is_done():
    book = finished()
    before = pictures(book)
    edits.move_page(book, 3, 1)
    assert order(book) == (0, 3, 1, 2, 4) and due(book) == {"bind": 1}
    assert worked_on(book) == set() and pictures(book) == before
    places = [(each.page, each.place) for each in status(book, STUDIO).page_status]
    assert places == [(0, 0), (3, 1), (1, 2), (2, 3), (4, 4)]


def test_a_new_page_is_the_only_one_that_is_drawn():
    book = finished()
    before = pictures(book)
    page = edits.insert_page(book, STUDIO, 2, "Biscuit ran to the beach with a kite.")
    assert page == 5 and order(book) == (0, 1, 2, 5, 3, 4)
    assert scene_of(book, 5).place == "beach" and due(book) == {"describe": 1}
    assert worked_on(book) == {5}
    assert {path: file for path, file in pictures(book).items() if path.parts[1] != "05"} == before
    assert status(book, STUDIO).finished and status(book, STUDIO).pages == 5
    first = edits.insert_page(book, STUDIO, 0, "It was a cold day.")
    assert order(book)[:2] == (0, first)


def test_a_page_that_was_taken_out_can_be_put_back_as_it_was():
    book = finished(pages=6)
    before = pictures(book)
    edits.remove_page(book, 2)
    assert order(book) == (0, 1, 3, 4, 5, 6) and due(book) == {"bind": 1}
    assert worked_on(book) == set() and not book.page(2).exists()
    assert edits.insert_page(book, STUDIO, 6, "The end came.") == 7, "its number is not used again"
    edits.remove_page(book, 7)
    assert [one.scene.page for one in edits.removed(book)] == [7, 2]
    edits.put_page_back(book, 2)
    assert order(book) == (0, 1, 2, 3, 4, 5, 6)
    assert due(book) == {"bind": 1} and worked_on(book) == set() and pictures(book) == before
    with pytest.raises(BookError, match="back already"):
        edits.put_page_back(book, 2)
    edits.remove_page(book, 3)
    edits.remove_page(book, 4)
    with pytest.raises(BookError, match="at least 4 pages"):
        edits.remove_page(book, 5)


@pytest.mark.parametrize("killed_before", ["scenes.json", "the folder"])
def test_a_kill_while_a_page_is_taken_out_loses_nothing(killed_before):
    """The states on the disk between the steps of `remove_page`."""
    book = finished(pages=6)
    before, stood = pictures(book), book.path(book.SCENES).read_bytes()
    edits.remove_page(book, 2)
    (book.left_over / "02").rename(book.page(2))
    if killed_before == "scenes.json":
        book.path(book.SCENES).write_bytes(stood)
        assert edits.removed(book) == []
    else:
        edits.put_page_back(book, 2)
    assert worked_on(book) == set() and pictures(book) == before
    edits.remove_page(book, 2)
    assert [one.scene.page for one in edits.removed(book)] == [2]


@pytest.mark.parametrize(
    ("seed", "count"),
    [(0, 3), *(pytest.param(seed, 6, marks=pytest.mark.slow) for seed in (0, 1))],
)
def test_after_any_edits_of_pages_only_new_ones_are_drawn(seed, count):
    chance, book = random.Random(seed), finished(pages=6)
    files = pictures(book)
    for _ in range(count):
        pages, new = list(order(book)[1:]), set()
        match chance.choice(["move", "insert", "remove", "put back"]):
            case "move":
                edits.move_page(book, chance.choice(pages), chance.randint(1, len(pages)))
            case "insert":
                new = {edits.insert_page(book, STUDIO, chance.choice([0, *pages]), "They slept.")}
            case "remove" if len(pages) > 4:
                edits.remove_page(book, chance.choice(pages))
            case "put back" if edits.removed(book):
                edits.put_page_back(book, edits.removed(book)[-1].scene.page)
        assert set(due(book)) <= ({"describe"} if new else {"bind"})
        assert worked_on(book) == new
        now = pictures(book)
        files |= {
            path: file
            for path, file in now.items()
            if path.parts[1] in {f"{page:02d}" for page in new}
        }
        assert all(files[path] == file for path, file in now.items())
        assert status(book, STUDIO).finished and made(book) == []


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (lambda book: edits.set_text(book, 9, "x", "x"), "has no page 9"),
        (lambda book: edits.set_text(book, 0, "x", version(scene_of(book, 0).text)), "title"),
        (lambda book: edits.set_text(book, 1, " ", version(scene_of(book, 1).text)), "no words"),
        (
            lambda book: edits.set_scene(
                book, scene_of(book, 1).but(cast=("Rex",)), version(scene_of(book, 1))
            ),
            "there is no Rex. The story knows Biscuit",
        ),
        (
            lambda book: edits.set_scene(
                book, scene_of(book, 1).but(cast=()), version(scene_of(book, 1))
            ),
            "somebody must be there",
        ),
        (lambda book: edits.set_prompt(book, 1, "", "", version(book.prompt(1))), "be told"),
        (lambda book: edits.read_again(book, STUDIO, 0), "cover"),
        (lambda book: edits.move_page(book, 0, 2), "the cover stays"),
        (lambda book: edits.move_page(book, 1, 0), "places are 1 to 4"),
        (lambda book: edits.move_page(book, 1, 5), "places are 1 to 4"),
        (lambda book: edits.insert_page(book, STUDIO, 1, " "), "needs words"),
        (lambda book: edits.remove_page(book, 0), "Page 0 stays"),
        (lambda book: edits.remove_page(book, 1), "at least 4 pages"),
        (lambda book: edits.unpick(book, 9), "has no page 9"),
    ],
)
def test_an_edit_that_cannot_be_is_one_line_and_changes_nothing(edit, says):
    book = finished()
    before = book.path(book.SCENES).read_bytes()
    with pytest.raises(BookError, match=says) as caught:
        edit(book)
    assert "\n" not in str(caught.value) and book.path(book.SCENES).read_bytes() == before


def test_a_book_holds_at_most_forty_pages():
    book = new_book(pages=40)
    made(book, until="split")
    with pytest.raises(BookError, match="at most 40"):
        edits.insert_page(book, STUDIO, 1, "One more.")


def test_nothing_is_edited_while_the_book_is_made():
    book = finished()
    with book.lock():
        for edit in (
            lambda: edits.set_title(book, "x"),
            lambda: edits.move_page(book, 1, 2),
            lambda: edits.pick(book, 1, book.picked(1)),
        ):
            with pytest.raises(BookError, match="being made"):
                edit()


def test_an_edit_that_meets_a_change_is_settled_by_its_author():
    book = finished()
    assert edits.clash(book, STUDIO) is None
    prompt = book.prompt(2)
    edits.set_prompt(book, 2, "a cat", "", version(prompt))
    made(book)
    edits.set_style(book, "crayon")
    assert edits.clash(book, STUDIO) == book.prompt_of(2)
    with pytest.raises(EditedByHand):
        made(book)
    edits.keep_edited(book, book.prompt_of(2))
    assert 2 not in {event.page for event in made(book) if event.stage == "describe"}
    assert book.prompt(2).positive == "a cat"
    edits.make_anew(book, book.prompt_of(2))
    assert worked_on(book) == {2} and book.prompt(2).positive.startswith("crayon")
    [kept] = book.left_over.glob("*-prompt.json")
    assert json.loads(kept.read_text())["positive"] == "a cat"


def test_keep_written_takes_the_new_story_but_for_the_author_s_pages():
    """Changed ones and one put in, and neither one that was undone nor one told by the writer."""
    book = finished()
    before = [scene.text for scene in book.scenes]
    edits.set_text(book, 2, "She slept.", version(scene_of(book, 2).text))
    own = edits.insert_page(book, STUDIO, 3, "They dreamt of snow.")
    edits.set_text(book, 4, "Not this.", version(scene_of(book, 4).text))
    history.undo(book)
    assert conflicts.written(book) == (2, own)
    edits.set_brief(book, book.brief.but(seed=7), version(book.brief))
    with pytest.raises(EditedByHand):
        made(book)
    conflicts.keep_written(book, STUDIO)
    made(book)
    after = {scene.page: scene.text for scene in book.scenes}
    assert list(after) == [0, 1, 2, 3, own, 4]
    assert after[2] == "She slept." and after[own] == "They dreamt of snow."
    assert after[4] not in (before[4], "Not this."), "told anew"
    history.undo(book)
    assert [scene.text for scene in book.scenes][2] == "She slept."


def test_keep_written_needs_to_know_what_was_written():
    book = finished()
    with pytest.raises(BookError, match=r"which pages of .* you wrote"):
        conflicts.keep_written(book, STUDIO)


def test_a_taught_hero_leaves_edited_pages_alone():
    """How pages are cut depends on who there is, not on how they are drawn."""
    book = finished()
    edits.set_text(book, 2, "She slept.", version(scene_of(book, 2).text))
    folder = Path("heroes/biscuit")
    folder.mkdir(parents=True)
    (folder / "hero.toml").write_text(
        'name = "Biscuit"\nspecies = "cat"\nlook = "orange striped"\n'
        'token = "bhna"\nadapter = "a.safetensors"\n'
    )
    assert edits.clash(book, STUDIO) is None
    made(book)
    assert scene_of(book, 2).text == "She slept." and "bhna cat" in book.prompt(2).positive


def test_the_command_line_picks_by_the_same_rules(capsys):
    book = finished()
    page = edits.insert_page(book, STUDIO, 4, "They slept.")
    edits.remove_page(book, 2)
    assert main(("pick", "book", "2", "x")) == 2
    assert "Its pages are 0 (the cover), 1, 3, 4, 5." in capsys.readouterr().err
    made(book)
    assert main(("pick", "book", str(page), book.picked(page))) == 0
    assert Book("book").pick(page).by == "author"
