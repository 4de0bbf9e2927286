"""The page of a dataset, and the board behind it."""

import base64
import io
import json

import numpy as np
import pytest
from app_states import opened, said
from PIL import Image

from app.views import dataset as dataset_page
from storybook.errors import TrainingError
from training.data import looks
from training.data.pictures import look_at
from training.data.readers import read_folder
from training.desk import board as desk

SIZE = (512, 512)


def lay(folder, layout="sidecars", count=4):
    """Pictures with words in one of the layouts; the last one is small and says nothing."""
    folder.mkdir(parents=True)
    chance = np.random.default_rng(5)
    words = [f"a cat on a sofa, tag{number}" for number in range(count - 1)]
    for number in range(count):
        side = 300 if number == count - 1 else 640
        levels = chance.integers(0, 256, (8, 10, 3)).astype(np.uint8)
        image = Image.fromarray(levels).resize((side, side * 3 // 4), Image.Resampling.BICUBIC)
        image.save(folder / f"{number:02}.png", compress_level=1)
        if number == count - 1:
            continue
        if layout == "sidecars":
            caption, _, tags = words[number].partition(", ")
            (folder / f"{number:02}.caption").write_text(caption)
            (folder / f"{number:02}.txt").write_text(tags)
        if layout == "yaml":
            said_so = f"main_prompt: a cat on a sofa\ntags:\n  - tag: tag{number}\n"
            (folder / f"{number:02}.yaml").write_text(said_so)
    if layout == "image_captions":
        listed = {f"{number:02}.png": text for number, text in enumerate(words)}
        (folder / "image_captions.json").write_text(json.dumps(listed))
    if layout == "metadata":
        entries = {
            f"{number:02}": {
                "caption": "a cat on a sofa",
                "tags": f"tag{number}",
                "image_size": [640, 480],
            }
            for number in range(count - 1)
        }
        (folder / "meta.json").write_text(json.dumps(entries))
    return folder


def files_of(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.suffix != ".jsonl"}


@pytest.mark.parametrize("layout", ["sidecars", "yaml", "image_captions", "metadata"])
def test_say_of_writes_where_the_words_came_from_and_undo_puts_all_back(tmp_path, layout):
    folder = lay(tmp_path / "set", layout)
    before, board = files_of(folder), desk.open_board(folder, SIZE)
    assert board.rows[0].words == "a cat on a sofa, tag0"
    desk.say_of(board, desk.said_anew(board.rows[0], "  a dog\non a mat "))
    again = desk.open_board(folder, SIZE)
    assert [row.words for row in again.rows[:2]] == ["a dog on a mat", "a cat on a sofa, tag1"]
    assert read_folder(folder).examples[0].captions == ("a dog on a mat",)
    desk.say_of(again, desk.replaced(again, again.rows, "cat", "hen"))
    assert desk.undo(again) == 2
    assert desk.undo(again) == 1
    now = files_of(folder)
    if layout in ("image_captions", "metadata"):
        before, now = (
            {
                name: json.loads(text) if name.endswith(".json") else text
                for name, text in each.items()
            }
            for each in (before, now)
        )
    assert now == before
    assert desk.undo(again) == 0
    assert not desk.can_undo(again)


def test_undo_finds_its_pictures_when_the_whole_folder_was_moved(tmp_path):
    folder = lay(tmp_path / "set")
    board = desk.open_board(folder, SIZE)
    desk.say_of(board, desk.said_anew(board.rows[0], "a dog"))
    moved = folder.rename(tmp_path / "elsewhere")
    assert desk.undo(desk.open_board(moved, SIZE)) == 1
    assert (moved / "00.caption").read_text() == "a cat on a sofa"
    assert not folder.exists()


def test_replaced_takes_whole_words_and_leaves_no_lonely_commas(tmp_path):
    folder = lay(tmp_path / "set")
    (folder / "00.caption").write_text("A Cat, cat, catalogue")
    board = desk.open_board(folder, SIZE)
    change = desk.replaced(board, board.rows[:1], "cat", "")
    assert list(change.values()) == ["A, catalogue, tag0"]
    assert list(desk.replaced(board, board.rows[:1], "cat", "dog").values()) == [
        "A dog, dog, catalogue, tag0"
    ]
    with pytest.raises(TrainingError, match="Say what is to be replaced"):
        desk.replaced(board, board.rows, " ", "dog")


def test_filters_find_what_they_say(tmp_path):
    folder = lay(tmp_path / "set")
    Image.open(folder / "00.png").resize((600, 450)).save(folder / "zz.png")
    board = desk.open_board(folder, SIZE)
    named = {
        each: [row.path.name for row in board.rows if row.is_of(each)] for each in desk.FILTERS
    }
    assert named["no words"] == ["03.png", "zz.png"]
    assert named["small"] == ["03.png"]
    assert named["twin"] == ["zz.png"]
    assert board.counts() == {each: len(found) for each, found in named.items()}
    assert [row.path.name for row in board.rows if row.is_of("all", "TAG1")] == ["01.png"]


def test_crop_drawn_shades_what_is_cut_off(tmp_path):
    folder = lay(tmp_path / "set")
    Image.new("RGB", (1000, 400), (0, 0, 200)).save(folder / "00.png")
    board = desk.open_board(folder, (512, 512))
    row = board.rows[0]
    assert row.bucket == (768, 320)
    drawn = np.asarray(desk.crop_drawn(row, 500))
    assert drawn.shape[1] == 500
    middle = drawn[drawn.shape[0] // 2]
    assert middle[1].sum() > middle[250].sum(), "outside of the frame it is lighter"
    assert middle[250].tolist() == [0, 0, 200]
    unread = desk.BoardPicture(row.path, "", None, None, ())
    assert desk.crop_drawn(unread, 500) is None


def png(paint=(0, 0, 10, 10), size=(64, 48)):
    """A mask as a browser sends it, white in a box."""
    mask = Image.new("RGBA", size, "black")
    mask.paste("white", paint)
    data = io.BytesIO()
    mask.save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def test_draw_on_keeps_crop_and_mask_for_training_and_undo_takes_them_back(tmp_path):
    folder = lay(tmp_path / "set")
    before, board = files_of(folder), desk.open_board(folder, SIZE)
    row = board.rows[0]
    desk.draw_on(board, row, {"crop": [0.25, 0, 0.75, 1], "mask": None})
    desk.draw_on(board, row, {"crop": [0.25, 0, 0.75, 1], "mask": png()})
    desk.draw_on(board, row, {"crop": [0.25, 0, 0.75, 1], "mask": png()})  # once more the same
    example = read_folder(folder).examples[0]
    assert example.crop == (0.25, 0, 0.75, 1)
    assert np.asarray(Image.open(example.mask))[:10, :10].min() == 255
    again = desk.open_board(folder, SIZE)
    assert again.rows[0].size == (320, 480) and again.rows[0].mask == example.mask
    seen = desk.looked_again(row, SIZE)
    assert (seen.size, seen.bucket) == (again.rows[0].size, again.rows[0].bucket)
    assert desk.crop_drawn(seen, 300).width == 200
    assert desk.undo(again) == 1
    assert not read_folder(folder).examples[0].mask
    assert desk.undo(again) == 1 and not desk.can_undo(again)
    assert files_of(folder) == before


@pytest.mark.parametrize(
    "drawn",
    [
        {"crop": [0, 0, 0.01, 1], "mask": None},
        {"crop": "all", "mask": None},
        {"crop": None, "mask": "no base64!"},
        {"crop": None, "mask": base64.b64encode(b"no picture").decode()},
    ],
)
def test_draw_on_refuses_what_is_no_drawing_and_changes_nothing(tmp_path, drawn):
    folder = lay(tmp_path / "set")
    before, board = files_of(folder), desk.open_board(folder, SIZE)
    with pytest.raises(TrainingError, match="cannot be kept") as fault:
        desk.draw_on(board, board.rows[0], drawn)
    assert "\n" not in str(fault.value)
    assert files_of(folder) == before and not desk.can_undo(board)


def test_draw_on_takes_all_of_a_picture_and_a_black_mask_for_none(tmp_path):
    folder = lay(tmp_path / "set")
    board = desk.open_board(folder, SIZE)
    desk.draw_on(board, board.rows[0], {"crop": [0, 0, 1, 1], "mask": png((0, 0, 0, 0))})
    assert not desk.can_undo(board)
    assert not (folder / "crops.json").exists()


def test_undo_puts_a_mask_of_another_program_back_to_the_byte(tmp_path):
    folder = lay(tmp_path / "set")
    mask = folder / "00-masklabel.png"
    Image.new("RGB", (64, 48), "grey").save(mask)
    before, board = mask.read_bytes(), desk.open_board(folder, SIZE)
    desk.draw_on(board, board.rows[0], {"crop": None, "mask": None})
    assert not mask.exists()
    desk.undo(board)
    assert mask.read_bytes() == before


def test_a_picture_is_opened_to_be_drawn_on(tmp_path):
    folder = lay(tmp_path / "cats")
    page = opened("dataset", folder="cats")
    next(each for each in page.button if each.label == "Crop and mask").click().run()
    assert not page.exception
    assert "taught at 576 x 448 px" in said(page)
    (folder / "crops.json").write_text("{")
    page = opened("dataset", folder="cats")
    assert "crops.json must look like" in said(page)


def test_the_page_says_which_buckets_pictures_go_into(tmp_path):
    folder = lay(tmp_path / "cats")
    Image.new("RGB", (900, 300), "teal").save(folder / "wide.png")
    words = said(opened("dataset", folder="cats"))
    assert "| 576 x 448 px | 4 |" in words and "| 832 x 256 px | 1 |" in words


def test_only_pictures_that_changed_are_looked_at_again(tmp_path, monkeypatch):
    folder = lay(tmp_path / "cats")
    looked = []
    monkeypatch.setattr(
        looks, "look_at", lambda each, px: looked.append(each.path.name) or look_at(each, px)
    )
    opened("dataset", folder="cats")
    assert len(looked) == 4
    opened("dataset", folder="cats")
    assert len(looked) == 4
    board = desk.open_board(folder, SIZE)
    desk.draw_on(board, board.rows[1], {"crop": [0, 0, 0.5, 1], "mask": None})
    opened("dataset", folder="cats")
    assert looked[4:] == ["01.png"]


def test_a_saved_dataset_is_looked_at_and_not_changed(tmp_path):
    folder = lay(tmp_path / "set")
    (folder / "metadata.jsonl").write_text('{"file_name": "00.png", "text": "a cat"}\n')
    board = desk.open_board(folder, SIZE)
    assert not board.is_editable
    with pytest.raises(TrainingError, match="whose words and pictures lie within it"):
        desk.say_of(board, {str(folder / "00.png"): "a dog"})


def test_the_page_lists_folders_with_pictures_and_says_where_there_is_none(tmp_path):
    assert "There is no folder with pictures here" in said(opened("dataset"))
    lay(tmp_path / "datasets" / "cats")
    (tmp_path / ".hidden").mkdir()
    page = opened("dataset")
    assert page.selectbox[0].options == ["datasets/cats"]
    assert "4 pictures" in said(opened("dataset", folder="datasets/cats"))
    assert "There is no folder nowhere" in said(opened("dataset", folder="nowhere"))
    assert "There is no folder" in said(opened("dataset", folder="../.."))


def test_folders_are_looked_up_again_only_where_something_changed(tmp_path, monkeypatch):
    lay(tmp_path / "datasets" / "cats")
    looked = []
    inner = dataset_page._inner
    monkeypatch.setattr(
        dataset_page, "_inner", lambda place: looked.append(str(place)) or inner(place)
    )
    opened("dataset")
    first = len(looked)
    assert "datasets" in looked
    opened("dataset")
    assert looked[first:] == ["."], "the nearest folders' times say that nothing changed"
    lay(tmp_path / "datasets" / "dogs")
    assert opened("dataset").selectbox[0].options == ["datasets/cats", "datasets/dogs"]


def test_a_large_home_costs_no_more_than_a_part_of_it(tmp_path, monkeypatch):
    for number in range(30):
        lay(tmp_path / "many" / f"{number:02}", count=1)
    monkeypatch.setattr(dataset_page, "MOST_LOOKED", 12)
    page = opened("dataset")
    assert page.selectbox[0].options == [f"many/{number:02}" for number in range(11)]
    assert "1 pictures" in said(opened("dataset", folder="many/29")), "its address leads to it"


def test_words_are_changed_on_the_page_and_taken_back(tmp_path):
    folder = lay(tmp_path / "cats")
    page = opened("dataset", folder="cats")
    field = next(each for each in page.text_area if each.label == "Words of 01.png")
    field.set_value("a cat asleep").run()
    assert (folder / "01.caption").read_text() == "a cat asleep\n"
    page = opened("dataset", folder="cats")
    assert "a cat asleep" in [each.value for each in page.text_area]
    next(each for each in page.button if each.label == "Undo").click().run()
    assert (folder / "01.caption").read_text() == "a cat on a sofa"


def test_words_are_replaced_in_all_that_are_shown(tmp_path):
    folder = lay(tmp_path / "cats")
    page = opened("dataset", folder="cats")
    page.text_input(key="board-word").set_value("tag1").run()
    page.text_input(key="board-old").set_value("cat").run()
    page.text_input(key="board-new").set_value("hen").run()
    next(each for each in page.button if each.label == "Replace in 1").click().run()
    assert (folder / "01.caption").read_text() == "a hen on a sofa, tag1\n"
    assert (folder / "00.caption").read_text() == "a cat on a sofa"


def test_page_shows_many_pictures_a_sheet_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset_page, "ON_A_PAGE", 4)
    lay(tmp_path / "cats", count=10)
    page = opened("dataset", folder="cats")
    assert len(page.text_area) == 4
    assert page.number_input[0].max == 3
    page.number_input[0].set_value(3).run()
    assert len(page.text_area) == 2
