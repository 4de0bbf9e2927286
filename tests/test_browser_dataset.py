"""The page of a dataset in a real browser: what is drawn with the mouse is on the disk at once."""

import json

import numpy as np
import pytest
from PIL import Image

from browser import browser_page, choose, is_still, press, skip_without_a_browser, studio_at
from waiting import wait_for

skip_without_a_browser()
pytestmark = pytest.mark.browser


def test_a_crop_and_a_mask_are_drawn_and_found_again_after_a_reload(tmp_path):
    from playwright.sync_api import expect

    folder = tmp_path / "cats"
    folder.mkdir()
    Image.effect_noise((640, 480), 60).convert("RGB").save(folder / "01.png")
    with studio_at(tmp_path) as address, browser_page() as page:

        def opened():
            page.goto(f"{address}/dataset?folder=cats")
            press(page.get_by_role("button", name="Crop and mask"))
            board = page.get_by_role("application", name="The picture: drag a box")
            expect(board).to_be_visible()
            expect(page.get_by_text("What lies outside of the frame")).to_be_visible()
            is_still(page)
            return board

        def drag(board, begin, end):
            box = board.bounding_box()
            for number, (across, down) in enumerate((begin, end)):
                at = (box["x"] + across * box["width"], box["y"] + down * box["height"])
                page.mouse.move(*at, steps=5)
                page.mouse.down() if number == 0 else page.mouse.up()

        board = opened()
        drag(board, (0.25, 0.1), (0.75, 0.9))
        wait_for((folder / "crops.json").is_file)
        (crop,) = json.loads((folder / "crops.json").read_text()).values()
        assert crop == pytest.approx([0.25, 0.1, 0.75, 0.9], abs=0.02)
        expect(page.get_by_text("320 x 384 px, taught at")).to_be_visible()
        is_still(page)
        page.get_by_role("button", name="Paint the mask").click()  # a tool alone
        drag(board, (0.4, 0.5), (0.6, 0.5))
        mask = folder / "01-masklabel.png"
        wait_for(mask.is_file)
        levels = np.asarray(Image.open(mask))
        height, width = levels.shape
        assert levels[height // 2, width // 2] == 255 and levels[:, 0].max() == 0
        page.reload()
        board = opened()
        expect(page.get_by_label("Left")).to_have_value("25")
        choose(page.get_by_role("button", name="Whole picture"))
        wait_for(lambda: not (folder / "crops.json").exists())
        assert np.array_equal(np.asarray(Image.open(mask)), levels), "the mask came back whole"
        choose(page.get_by_role("button", name="No mask"))
        wait_for(lambda: not mask.exists())
