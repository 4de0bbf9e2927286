"""The chain as a whole, on the doubles: resumption, partial redo, shards, kills."""

import json
import multiprocessing

import pytest
from PIL import Image

from books import doubles, made, new_book
from storybook.errors import EditedByHand
from storybook.make import STAGES
from storybook.records import Pick
from waiting import wait_for

VERBS = ["write", "split", "describe", "draw", "choose", "enlarge", "bind"]


def files_of(book):
    """Every artifact of a book with its bytes, without logs, locks and stamps."""
    return {
        str(path.relative_to(book.folder)): path.read_bytes()
        for path in sorted(book.folder.rglob("*"))
        if path.is_file() and path.relative_to(book.folder).parts[0] not in ("log", ".made")
    }


def stages_of(events):
    return list(dict.fromkeys(event.stage for event in events))


def test_a_book_is_made_verb_by_verb():
    book = new_book()
    assert stages_of(made(book)) == VERBS == list(STAGES)
    assert book.pdf.read_bytes().startswith(b"%PDF")
    assert all(book.plate_of(page).is_file() for page in range(5))


def test_making_twice_does_nothing():
    book = new_book()
    made(book)
    before = files_of(book)
    assert made(book) == []
    assert files_of(book) == before


def test_until_stops_after_its_verb():
    book = new_book()
    for verb in VERBS:
        assert stages_of(made(book, doubles(), until=verb)) == [verb]
    assert made(book) == []


@pytest.mark.parametrize(
    "pages", [("01",), pytest.param(("00", "02", "03", "04"), marks=pytest.mark.slow)]
)
def test_deleting_any_artifact_and_making_restores_it(pages):
    book = new_book()
    made(book)
    before = files_of(book)
    for name in before:
        first, *rest = name.split("/")
        if name == "brief.toml" or (first == "pages" and rest[0] not in pages):
            continue
        (book.folder / name).unlink()
        made(book)
        assert files_of(book) == before, name


def test_the_log_keeps_the_events_and_the_studio():
    book = new_book()
    events = made(book)
    lines = [json.loads(line) for line in (book.log / "1.jsonl").read_text().splitlines()]
    assert [line["stage"] for line in lines] == [event.stage for event in events]
    assert 'painter = "flat"' in (book.log / "studio.toml").read_text()


def test_an_edited_page_redoes_that_page_only():
    book = new_book()
    made(book)
    path = book.path(book.SCENES)
    scenes = json.loads(path.read_text())
    scenes["scenes"][2]["place"] = "beach"
    path.write_text(json.dumps(scenes))
    events = made(book)
    assert {event.page for event in events if event.done and event.stage != "bind"} == {2}
    assert stages_of(events) == ["describe", "draw", "choose", "enlarge", "bind"]


def test_a_new_style_redraws_and_going_back_is_free():
    book = new_book()
    made(book)
    brief = book.path(book.BRIEF)
    plain = brief.read_text()
    brief.write_text(plain.replace("watercolour", "gouache"))
    assert stages_of(made(book)) == VERBS[2:], "the story is not told again"
    brief.write_text(plain)
    assert "draw" not in stages_of(made(book)), "the old pictures are still there"


def test_an_authors_pick_stays_whatever_happens():
    book = new_book()
    made(book)
    other = next(c for c in book.pictures(2) if c != book.picked(2))
    book.save(book.pick_of(2), Pick(page=2, candidate=other, by="author"), None)
    assert stages_of(made(book)) == ["enlarge", "bind"]
    brief = book.path(book.BRIEF)
    brief.write_text(brief.read_text().replace("watercolour", "gouache"))
    made(book)
    assert book.picked(2) == other


def test_a_hand_drawn_picture_is_respected():
    book = new_book()
    made(book)
    path = book.picture(3, book.picked(3))
    Image.new("RGB", (128, 128), "hotpink").save(path)
    made(book)
    plate = Image.open(book.plate_of(3)).convert("RGB")
    chosen = book.picked(3) == path.stem
    assert path.is_file() and (not chosen or plate.getpixel((9, 9)) == (255, 105, 180))


def test_an_edited_plate_whose_picture_changes_asks_its_author():
    book = new_book()
    made(book)
    Image.new("RGB", (512, 512), "hotpink").save(book.plate_of(1))
    assert stages_of(made(book)) == ["bind"], "an edited plate is bound as it is"
    brief = book.path(book.BRIEF)
    brief.write_text(brief.read_text().replace("watercolour", "gouache"))
    with pytest.raises(EditedByHand, match=r"plate.png was edited by hand"):
        made(book)


def test_shards_together_make_the_same_book():
    alone, together = new_book("alone"), new_book("together")
    made(alone)
    made(together, doubles(), until="describe")
    for shard in ("2/3", "3/3", "1/3"):
        made(together, doubles(shard=shard))
    assert files_of(together) == files_of(alone)


@pytest.mark.parametrize(
    "verb",
    [  # where words, pictures and the book are made, the rest slow
        pytest.param(verb, marks=() if verb in ("write", "draw", "bind") else pytest.mark.slow)
        for verb in VERBS
    ],
)
def test_killed_in_any_verb_the_next_make_gives_the_same_book(verb, tmp_path):
    whole, broken = new_book("whole"), new_book("broken")
    made(whole)
    expected = files_of(whole)
    process = multiprocessing.get_context("fork").Process(target=made, args=(broken, doubles()))
    process.start()
    log = broken.log / "1.jsonl"

    def reached():
        return log.is_file() and f'"stage": "{verb}"' in log.read_text()

    wait_for(lambda: reached() or not process.is_alive(), look_s=0.001)
    process.kill()
    process.join()
    assert reached()
    drawn = {
        path: path.stat().st_mtime_ns
        for path in broken.folder.glob("pages/*/*.png")
        if path.stem != "plate"
    }
    made(broken)
    assert files_of(broken) == expected
    assert all(path.stat().st_mtime_ns == when for path, when in drawn.items()), "drawn twice"


@pytest.mark.parametrize(
    ("artifact", "old", "new", "first"),
    [
        ("brief.toml", "blue mitten", "red ball", "write"),
        ("brief.toml", "pages = 4", "pages = 5", "write"),
        ("brief.toml", "seed = 1", "seed = 2", "write"),
        ("brief.toml", 'ages = "3-5"', 'ages = "5-7"', "write"),
        ("brief.toml", 'format = "square-8.5"', 'format = "portrait-8x10"', "bind"),
        ("story.json", "Biscuit", "Biscuit herself", "split"),
        ("scenes.json", '"shot": "wide"', '"shot": "close"', "describe"),
        ("pages/01/prompt.json", "watercolour of", "gouache of", "draw"),
    ],
)
def test_an_edit_makes_due_what_reads_it_and_nothing_before(artifact, old, new, first):
    book = new_book()
    made(book)
    path = book.folder / artifact
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    done = stages_of(made(book))
    assert done[0] == first and done[-1] == "bind"
    assert made(book) == []
