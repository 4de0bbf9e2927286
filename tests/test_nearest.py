"""The nearest ready-made story: found for a summary, told about all whom it names, and first."""

import pytest

from books import doubles, made, new_book
from storybook.authoring.retell import retell
from storybook.authoring.tell import tell
from storybook.authoring.tellings import tell_several, tellings
from storybook.config import load_settings, shipped
from storybook.errors import BookError
from storybook.ready_made.nearest import OTHER_BOOKS, nearest
from storybook.records import Brief, Story, digest
from storybook.stages import write
from storybook.story.casting import cast
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
FIRST = "write.nearest=first"


def found(summary: str, **asked: object) -> Story | None:
    brief = Brief(summary=summary, **asked)
    return nearest(brief, cast(summary, (), WORLD, seed=1), WORLD, limited=True)


def test_nearest_is_the_story_that_the_summary_is_of():
    story = found("Momo the dog hides from the thunder under the table.", pages=8)
    assert story.ready_made in ("A-062", "C-001", "E-031", "D-024")
    assert story.cast[0].name == "Momo" and "thunder" in " ".join(story.paragraphs)


@pytest.mark.parametrize(
    ("summary", "names"),
    [
        ("Mimi the white cat lost her mitten. A fox named Rufus helps her.", ("Mimi", "Rufus")),
        ("Two friends, Coco the black cat and Bo the golden dog, want one ball.", ("Coco", "Bo")),
        ("Benno the dog and Tarek, a boy of six, find a parachute.", ("Benno", "Tarek")),
    ],
)
def test_nearest_is_told_about_all_whom_the_summary_names(summary, names):
    story = found(summary)
    text = " ".join(story.paragraphs)
    assert all(name in text and name in {one.name for one in story.cast} for name in names)


@pytest.mark.parametrize("pages", [4, 6, 8])
def test_nearest_is_no_longer_than_fits_on_the_pages_of_the_book(pages):
    for seed in range(1, OTHER_BOOKS + 1):
        story = found("Momo the dog is afraid of the dark.", pages=pages, seed=seed)
        assert len(" ".join(story.paragraphs).split()) <= 60 * pages


def test_a_child_s_part_is_any_child_s():
    """And each of its pronouns with it; the star keeps its own."""
    story = found("My son Theo starts kindergarten. Our dog Pepper follows him on the first day.")
    text = " ".join(story.paragraphs)
    assert story.ready_made == "J-003" and "Lotte" not in text
    assert '"I\'m going to kindergarten," said Theo. His voice was as small as a crumb.' in text
    assert "Nobody looked at Theo. Theo's chin began to shake." in text
    (theo,) = (one for one in story.cast if one.name == "Theo")
    assert (theo.species, theo.pronoun) == ("boy", "he")


def test_who_has_a_name_alone_is_who_finds_a_part():
    story = found("Diwali is coming and our dog Bruno is frightened. Anaya finds a quiet way.")
    assert story.ready_made == "J-012"
    (anaya,) = (one for one in story.cast if one.name == "Anaya")
    assert anaya.species == "girl" and "said Anaya" in " ".join(story.paragraphs)


def test_who_is_called_as_a_figure_is_plays_it():
    story = found("Eid is coming and Yusuf wants to give a present to his cat Mishmish.")
    assert story.ready_made == "J-013"
    assert not any("does not play" in each.text for each in story.departures)


@pytest.mark.parametrize(
    ("summary", "title"),
    [
        ("luna the cat goes to the moon", "The Moon for Luna"),
        ("milo the dog saves christmas", "Milo and the Three Trees"),
        ("Our dog Max gets lost and has to find his way home.", "Max Goes the Long Way Round"),
        ("Our old dog Rusty died last month and we miss him.", "The Chair by the Window"),
        ("toby goes to the vet and needs an injection", "Toby and the Very Small Needle"),
        ("dinosaurs!! for my son, with our dog Bear", "Bear and the Very Big Footprint"),
        ("our cat Olive shows that the dark is not scary", "Olive and the Small Dark"),
        ("A pirate adventure with our cat Whiskers and a treasure", "Captain Whiskers Wants More"),
    ],
)
def test_nearest_of_what_parents_ask_for_is_about_it(summary, title):
    assert found(summary, pages=12).title == title


def test_another_seed_is_another_of_the_nearest_stories():
    summary = "Momo the dog hides from the thunder under the table."
    told = [found(summary, pages=8, seed=seed).ready_made for seed in (0, 1, 2, 3, 7)]
    assert len(set(told)) == 4 and told[1] == told[4] == found(summary, pages=8).ready_made


def test_nearest_can_be_cut_into_the_pages_that_are_asked_for():
    story = found("Momo the dog hides from the thunder under the table.", pages=20)
    assert len(story.paragraphs) >= 10


def test_nearest_is_the_book_s_story_where_the_studio_has_it_first(monkeypatch):
    """And no writer is asked."""
    monkeypatch.setattr(write, "sample_stories", None)
    book, studio = new_book(summary="Biscuit the cat cannot get through the door."), doubles(FIRST)
    events = made(book, studio, until="split")
    assert book.story.ready_made and "Biscuit" in book.story.paragraphs[0]
    assert any("the nearest of the ready-made stories" in each.note for each in events)
    assert book.story.departures[0].text.endswith("that was not made for the summary.")
    pages = [scene.text for scene in book.scenes[1:]]
    assert len(pages) == book.brief.pages and any(scene.picture for scene in book.scenes)
    assert not write.due(book, studio)
    with pytest.raises(BookError, match="is told one way: write it yourself, or take a telling"):
        list(retell(book, studio, 2, seed=1))


def test_a_writer_tells_where_no_ready_made_story_will_do():
    book = new_book(summary="Biscuit the cat cannot get through the door.", pages=40)
    made(book, doubles(FIRST), until="write")
    assert not book.story.ready_made


def test_a_book_that_the_writer_told_is_not_told_anew_by_the_nearest():
    book = new_book()
    made(book, doubles(), until="write")
    assert not write.due(book, doubles(FIRST))
    other = new_book(folder="other")
    made(other, doubles(FIRST), until="write")
    assert write.due(other, doubles()), "its author wants the writer's"


def test_tell_several_has_the_nearest_first_where_the_studio_has_it_so():
    book = new_book(summary="Biscuit the cat cannot get through the door.")
    list(tell_several(book, doubles(FIRST)))
    assert [each.ready_made for each in tellings(book, doubles(FIRST))] == [True, *[False] * 3]


def test_the_starter_has_it_first():
    assert load_settings("starter").write.nearest == "first"
    assert load_settings("classic").write.nearest == "beside"


def test_a_second_hero_s_ready_made_book_of_before_is_not_due():
    """An earlier edition told it about the first hero alone; a finished book stays as it is."""
    book, studio = new_book(story="A-022", heroes=("bruno", "miso")), doubles()
    before = write._with_one_part(book, studio)
    said = [each.text for each in before.departures]
    assert "Miso does not play: a ready-made story has a part for one hero." in said
    book.save(book.STORY, before, digest(book.brief.heroes, before))
    assert not write.due(book, studio)


def test_tell_outside_a_book_is_as_the_book_would_have_it():
    summary = "Biscuit the cat cannot get through the door."
    told = tell(Brief(summary=summary, pages=4), doubles(FIRST))
    book = new_book(summary=summary, pages=4)
    made(book, doubles(FIRST), until="write")
    assert told.ready_made == book.story.ready_made and told.paragraphs == book.story.paragraphs
    assert not tell(Brief(summary=summary), doubles()).ready_made
