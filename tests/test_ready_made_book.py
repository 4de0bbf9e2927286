"""A book of a ready-made story: begun, told, its pictures' lines kept, and whose telling it is."""

import json

import pytest

from books import doubles, made
from storybook.authoring.new_book import brief_of_story
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import shipped
from storybook.errors import ConfigError
from storybook.prompts import style
from storybook.ready_made.collection import story_named
from storybook.ready_made.telling import tell_ready_made
from storybook.records import Hero
from storybook.stages import bind, write
from storybook.stages.describe import describe
from storybook.stages.split import cut, pictures_of
from storybook.story.scene_from_picture import in_hero_words, read_picture
from storybook.studio.departures import listed
from storybook.world import load_world

WORLD = load_world(shipped("assets"))
BRUNO = Hero(name="Bruno", species="dog", look="brown and white", pronoun="he")
KWAME = Hero(name="Kwame", species="boy")
TOAD = Hero(name="the toad", species="mouse", look="grey")
CAST = (BRUNO, KWAME, TOAD)


def shown(line, text="Bruno sat.", before=None):
    return read_picture(line, text, 2, CAST, WORLD, before)


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """A book of A-022 with Bruno in its star's part, down to its prompts."""
    folder = tmp_path_factory.mktemp("told") / "book"
    book = Book.create(folder, brief_of_story("A-022", {"heroes": ("bruno",)}))
    return book, made(book, doubles(), until="describe")


def test_brief_of_story_is_the_story_s_own():
    brief = brief_of_story("a-022", {"heroes": ("bruno",), "style": "crayon"})
    assert brief.summary == "Bruno the brown and white dog is afraid of the stairs."
    assert (brief.story, brief.pages, brief.ages, brief.style) == ("A-022", 8, "3-5", "crayon")
    assert brief_of_story("A-007", {}).ages == "7-9", "written for six to eight"


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("A-022", {"pages": 12}, "--pages: it has 8 pages. Leave --pages out"),
        ("A-022", {"summary": "x"}, "--summary: it has a summary of its own"),
        ("A-022", {"language": "de"}, "--language: ready-made stories are in English"),
        ("A-021", {"heroes": ("bruno",)}, "Bruno cannot star in A-021"),
        ("A-999", {}, "There is no story 'A-999'"),
    ],
)
def test_brief_of_story_refuses_in_a_line(name, given, says):
    with pytest.raises(ConfigError) as caught:
        brief_of_story(name, given)
    assert says in str(caught.value)


def test_write_tells_a_ready_made_story_without_a_writer(told):
    book, _ = told
    story = book.story
    assert story.paragraphs[0].startswith("There were thirteen stairs in Bruno's new house.")
    assert [one.name for one in story.cast] == ["Bruno", "Kwame"]
    assert len(story.pictures) == 8
    assert "Mango" not in " ".join((story.title, *story.paragraphs, *story.pictures))
    assert [scene.picture for scene in book.scenes[1:]] == list(story.pictures)


def test_departures_say_who_plays_whom_and_what_pictures_leave_out(told):
    said = [each.text for each in listed(told[0], doubles())]
    assert "Bruno plays Mango." in said
    assert any(text.startswith("The pictures leave out: ") and "stairs" in text for text in said)


def test_the_last_page_says_whose_telling_it_is(told, monkeypatch):
    book, _ = told
    monkeypatch.setattr(bind, "_seeds", lambda book: [])
    assert "ready-made story A-022, Bruno in Mango's part" in bind.facts_of(book, doubles()).writer


def test_write_is_due_when_another_hero_is_to_star(told, tmp_path):
    book, studio = told[0], doubles()
    assert not write.due(book, studio)
    own = Book.create(tmp_path / "own", book.brief)
    made(own, studio, until="write")
    own.path(Book.BRIEF).write_text(
        own.path(Book.BRIEF).read_text("utf-8").replace('"bruno"', '"biscuit"'), "utf-8"
    )
    made(own, studio, until="split")
    assert own.story.cast[0].name == "Biscuit" and "Bruno" not in own.scenes[1].text


def test_write_asks_the_writer_again_once_the_brief_names_no_story(told, tmp_path):
    own = Book.create(tmp_path / "own", told[0].brief)
    made(own, doubles(), until="write")
    text = own.path(Book.BRIEF).read_text("utf-8").replace('story = "A-022"\n', "")
    own.path(Book.BRIEF).write_text(text, "utf-8")
    made(own, doubles(), until="write")
    assert not own.story.pictures and not own.story.told_by


def test_a_story_without_pictures_reads_and_digests_as_before():
    from books import story

    said = json.loads(story().as_text())
    assert not {"pictures", "told_by"} & said.keys()


def test_tell_ready_made_draws_its_own_star_without_a_hero():
    story = tell_ready_made(story_named("A-023"), (), WORLD, limited=True)
    assert (story.cast[0].name, story.cast[0].species) == ("Emeka", "rabbit")
    said = [each.text for each in story.departures]
    assert "Dame Orla, a heron, is drawn as a mouse." in said
    assert not any("Emeka" in text for text in said)


def test_tell_ready_made_has_everybody_for_a_painter_of_anything():
    story = tell_ready_made(story_named("A-023"), (), WORLD, limited=False)
    assert [one.species for one in story.cast] == ["rabbit", "heron", "three squirrels", "toad"]
    assert not story.departures


def test_tell_ready_made_says_that_a_second_hero_has_no_part():
    second = BRUNO.but(name="Miso", species="cat")
    story = tell_ready_made(story_named("A-022"), (BRUNO, second), WORLD, limited=True)
    assert "Miso does not play: the story has no part that suits." in [
        each.text for each in story.departures
    ]


def test_tell_ready_made_gives_other_heroes_the_parts_that_suit():
    """A puppy's part is a fox's, too, by name, kind and pictures; a boy's is a boy's alone."""
    mimi = Hero(name="Mimi", species="cat", look="white")
    rufus = Hero(name="Rufus", species="fox", look="orange", pronoun="he")
    story = tell_ready_made(story_named("C-024"), (mimi, rufus), WORLD, limited=True)
    text = " ".join((*story.paragraphs, *story.pictures))
    assert [one.name for one in story.cast][:2] == ["Mimi", "Rufus"]
    assert "Out fell a fox cub" in text and "Bumble" not in text and "puppy" not in text
    assert "Rufus plays Bumble." in [each.text for each in story.departures]
    tarek = Hero(name="Tarek", species="boy", pronoun="he")
    story = tell_ready_made(story_named("F-030"), (BRUNO, tarek), WORLD, limited=True)
    assert "Thabo" not in " ".join((*story.paragraphs, *story.pictures))
    assert (story.cast[1].species, story.cast[1].name) == ("boy", "Tarek")


def test_read_picture_reads_the_line_and_not_the_text():
    scene = shown("Bruno running on the beach with a kite", "Bruno slept in the garden.")
    assert (scene.moment, scene.place, scene.things) == ("running", "beach", ("kite",))
    assert scene.picture == "Bruno running on the beach with a kite"


def test_read_picture_asks_the_text_for_what_the_line_leaves_open():
    scene = shown("Bruno sitting by a box", "It was dark in the kitchen.")
    assert (scene.place, scene.light) == ("kitchen", "night")
    assert shown("Bruno", before=scene).place == "kitchen", "it stays"


@pytest.mark.parametrize(
    ("line", "cast"),
    [
        ("The toad holding a cup, Bruno behind", ("the toad", "Bruno")),
        ("Kwame patting Bruno", ("Bruno", "Kwame")),
        ("Kwame alone in his room", ("Bruno", "Kwame")),
        ("Somebody's hat", ("Bruno",)),
    ],
)
def test_read_picture_has_an_animal_in_the_middle(line, cast):
    assert shown(line).cast == cast


def test_his_is_no_form_of_hid():
    assert shown("Bruno lifting his ear").moment != "hiding"


def test_in_hero_words_says_nobody_s_name():
    taught = BRUNO.but(token="ohwx", adapter="a.safetensors")
    line = in_hero_words("The toad waving at Bruno, Bruno's tail up", (taught, TOAD))
    assert line == "a grey mouse waving at an ohwx dog, the dog's tail up"


def test_describe_tells_a_painter_of_anything_the_line_itself():
    scene, art = shown("Bruno sniffing a violin", "It was night."), style("watercolour")
    large = describe(scene, CAST, art, plainly=False).positive
    assert large == f"{art.words} of a brown and white dog sniffing a violin, night"
    small = describe(scene, CAST, art, plainly=True).positive
    assert small.startswith("watercolour of a brown and white dog") and "violin" not in small


def test_pictures_of_follow_the_paragraphs_where_these_are_not_the_pages():
    story = tell_ready_made(story_named("A-022"), (BRUNO,), WORLD, limited=True)
    assert pictures_of(story, story.paragraphs) == story.pictures
    fewer, more = (cut(story.paragraphs, len(story.paragraphs) + by) for by in (-2, 3))
    assert [*pictures_of(story, fewer)] == [
        line for line in story.pictures if line in pictures_of(story, fewer)
    ]
    assert all(pictures_of(story, fewer)) and len(fewer) == len(story.paragraphs) - 2
    assert pictures_of(story, more).count("") == 3
    assert [line for line in pictures_of(story, more) if line] == [*story.pictures]
    assert set(pictures_of(story.but(pictures=()), more)) == {""}


def test_stories_lists_the_best_first_and_says_how_many_more(capsys):
    assert main(["stories", "--find", "dog thunder", "--most", "2"]) == 0
    out, err = capsys.readouterr()
    heads = [line for line in out.splitlines() if not line.startswith(" ")]
    assert len(heads) == 2 and "A-062" in out and "--most" in err


@pytest.mark.parametrize("width", [None, 50])
def test_stories_stands_below_its_title_in_lines_of_whole_words(capsys, monkeypatch, width):
    """In a pipe a line has 80 columns, like the lines of a whole story."""
    if width:
        monkeypatch.setenv("COLUMNS", str(width))
    for asked in (("--find", "dog thunder", "--most", "5"), ("D-024", "--pictures")):
        assert main(["stories", *asked]) == 0
        out = capsys.readouterr().out
        assert max(map(len, out.splitlines())) <= (width or 80)
        summary = story_named("D-024").summary
        assert summary in " ".join(out.split())


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--find", "xylophonist"], "No story is so"),
        (["--ages", "6-8", "--manner", "rhyme", "--animal", "goldfish", "--find", "violin"], "so."),
    ],
)
def test_stories_says_when_there_is_none(capsys, options, says):
    assert main(["stories", *options]) == 0
    assert says in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["stories", "--animal", "yeti"], "--animal yeti: it stars in no story"),
        (["stories", "Z-001"], "There is no story 'Z-001'"),
        (["stories", "--hero", "nobody"], "There is no hero 'nobody'"),
        (["stories", "A-021", "--hero", "bruno"], "Bruno cannot star in A-021"),
        (["new", "b", "--story", "A-022", "--summary", "x"], "it has a summary of its own"),
        (["new", "b"], "Say --summary, or name a ready-made story"),
    ],
)
def test_bad_stories_are_one_line(capsys, options, says):
    assert main(options) == 2
    err = capsys.readouterr().err
    assert says in err and len(err.strip().splitlines()) == 1


def test_stories_prints_one_about_a_hero_with_its_pictures(capsys):
    assert main(["stories", "a-022", "--hero", "bruno", "--pictures"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("A-022  Bruno and the Thirteen Stairs\n") and "Bruno plays Mango." in out
    assert "\n   [Bruno sitting at the bottom of a tall staircase" in out


def test_new_begins_a_book_of_a_story(capsys):
    assert main(["new", "b", "--story", "A-022", "--hero", "bruno"]) == 0
    assert Book("b").brief.story == "A-022"
