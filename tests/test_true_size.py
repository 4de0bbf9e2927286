"""At the true shapes of Stable Diffusion 1.5, its ControlNet and RealESRGAN_x4plus, with random
weights: the whole way from files to a plate, without a hub. What it proves is loading."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from benchmarks.random_models import CONTROL, ENLARGER, PAINTER, write_models
from books import made, new_book
from storybook.config import load_settings
from storybook.models.checkpoint import Checkpoint
from storybook.models.components import open_sampler
from storybook.studio.studio import Studio
from tiny_taught import ORIGIN
from training.formats.checkpoint import save_checkpoint, save_folder

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The painter in every form of file, the ControlNet in one, the enlarger as it is published."""
    home = tmp_path_factory.mktemp("models")
    pipe = write_models(home, ORIGIN)
    save_checkpoint(pipe, home / "sd15.ckpt", precision="fp16", origin=ORIGIN)
    pipe.register_modules(scheduler=open_sampler(Checkpoint(home / PAINTER)))
    save_folder(pipe, home / "sd15", precision="fp16")
    return home


@pytest.mark.parametrize("form", ["sd15", PAINTER, "sd15.ckpt"])
def test_from_files_to_a_plate(home: Path, form: str) -> None:
    """Pictures of 128 px, painted over at 256 px, enlarged to 1,024 px."""
    studio = Studio(
        load_settings(
            "doubles",
            [
                f"draw.painter={home / form}",
                "draw.candidates=1",
                "draw.width_px=128",
                "draw.height_px=128",
                "draw.steps=2",
                "draw.guidance=1",
                "draw.batch=1",
                f"enlarge.control={home / CONTROL}",
                "enlarge.steps=2",
                "enlarge.strength=0.5",
                "enlarge.guidance=1",
                f"enlarge.enlarger={home / ENLARGER}",
                "enlarge.width_px=1024",
            ],
        )
    )
    book = new_book(form.replace(".", "-"))
    made(book, studio, "describe")
    one = Studio(studio.settings, studio.shard.parse("2/5"))  # page 1 alone
    made(book, one, "enlarge")

    plate = Image.open(book.plate_of(1))
    assert plate.size == (1024, 1024) and np.asarray(plate).std() > 0
    assert book.fidelity(1) is not None
