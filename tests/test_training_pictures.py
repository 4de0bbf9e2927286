import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from lay import found, lay, noise
from storybook.config import shipped
from training.data.buckets import bucket_sizes, nearest_bucket
from training.data.pictures import HUGE_PX, NEAR, likeness, look_through, open_picture
from training.data.readers import read_folder

REAL = Path(__file__).parents[2] / "shared" / "data" / "pets"


def opened(path, resolution_px=64, **limits):
    image, findings = open_picture(path, resolution_px, **limits)
    assert image is None or image.mode == "RGB"
    return image, [(finding.found, finding.done) for finding in findings]


def png(width, height, bits, kind, rows):
    """The bytes of a PNG with any header and rows, which Pillow would not write."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def test_an_ordinary_picture_is_opened_as_it_is(tmp_path):
    path = lay(tmp_path / "a.png")
    image, notes = opened(path)
    assert notes == [] and np.array_equal(np.asarray(image), np.asarray(noise()))


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        *[("RGB", suffix) for suffix in (".jpg", ".png", ".webp", ".tif")],
        *[("L", suffix) for suffix in (".jpg", ".png", ".tif")],
        ("P", ".png"),
        ("CMYK", ".tif"),
    ],
)
@pytest.mark.parametrize("orientation", [3, 6, 8])
def test_a_turned_picture_is_put_upright(tmp_path, mode, suffix, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = noise(size=(96, 80)).convert(mode)
    stored.save(tmp_path / f"a{suffix}", exif=exif)
    turn = {3: 180, 6: 270, 8: 90}[orientation]
    upright = np.asarray(stored.rotate(turn, expand=True).convert("RGB"), float)
    image, notes = opened(tmp_path / f"a{suffix}")
    assert image.size == ((96, 80) if orientation == 3 else (80, 96))
    assert np.abs(np.asarray(image, float) - upright).mean() < 25
    assert (f"stored turned (EXIF orientation {orientation})", "put upright") in notes


@pytest.mark.parametrize(
    ("mode", "suffix", "note"),
    [
        ("CMYK", ".jpg", "CMYK"),
        ("P", ".png", "a palette of colours"),
        ("L", ".jpg", "grey"),
        ("1", ".png", "black and white"),
        ("LA", ".png", "transparency"),
    ],
)
def test_other_modes_become_rgb_and_are_named(tmp_path, mode, suffix, note):
    noise().convert(mode).save(tmp_path / f"a{suffix}")
    image, notes = opened(tmp_path / f"a{suffix}")
    assert [first for first, _ in notes] == [note]
    expected = noise().convert(mode).convert("RGB")
    assert np.abs(np.asarray(image, float) - np.asarray(expected, float)).mean() < 15


def test_transparency_is_laid_on_white(tmp_path):
    picture = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    picture.paste((0, 0, 255, 128), (0, 0, 32, 64))
    picture.save(tmp_path / "a.png")
    image, notes = opened(tmp_path / "a.png")
    assert image.getpixel((60, 5)) == (255, 255, 255)
    assert image.getpixel((5, 5)) == pytest.approx((127, 127, 255), abs=1)
    assert notes == [("transparency", "laid on white")]


def test_16_bit_grey_keeps_its_range(tmp_path):
    ramp = np.tile(np.linspace(0, 65535, 64).astype(np.uint16), (64, 1))
    Image.fromarray(ramp).save(tmp_path / "a.png")
    image, notes = opened(tmp_path / "a.png")
    row = np.asarray(image)[0, :, 0].astype(int)
    assert row[0] == 0 and row[-1] == 255 and abs(row[32] - 129) <= 1
    assert ("16 bits a channel", "brought to 8") in notes


def test_16_bit_colour_is_named(tmp_path):
    rows = (b"\0" + b"\x80\x01\x40\x02\xff\xff" * 64) * 64
    (tmp_path / "a.png").write_bytes(png(64, 64, 16, 2, rows))
    image, notes = opened(tmp_path / "a.png")
    assert image.getpixel((0, 0)) == (0x80, 0x40, 0xFF)
    assert notes == [("16 bits a channel", "brought to 8")]


@pytest.mark.parametrize(("values", "white"), [((0, 1), 1.0), ((0, 255), 255), ((0, 4e6), 4e6)])
def test_32_bit_pictures_are_scaled_by_their_values(tmp_path, values, white):
    ramp = np.tile(np.linspace(*values, 64).astype(np.float32), (64, 1))
    Image.fromarray(ramp).save(tmp_path / "a.tif")
    row = np.asarray(opened(tmp_path / "a.tif")[0])[0, :, 0]
    assert row[0] == 0 and row[-1] == 255


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".png", ".tif"])
def test_of_an_animated_picture_the_first_frame_is_taken(tmp_path, suffix):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "green", "blue")]
    frames[0].save(tmp_path / f"a{suffix}", save_all=True, append_images=frames[1:], lossless=True)
    image, notes = opened(tmp_path / f"a{suffix}")
    assert image.getpixel((9, 9)) == (255, 0, 0)
    assert ("holds 3 pictures", "the first one is taken") in notes


def test_foreign_colours_are_brought_to_srgb(tmp_path):
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    noise().save(tmp_path / "same.png", icc_profile=srgb)
    noise().save(tmp_path / "unfit.png", icc_profile=lab)
    noise().save(tmp_path / "broken.png", icc_profile=b"no profile at all")
    assert opened(tmp_path / "same.png")[1] == []
    unfit = [("a colour profile that does not fit the picture", "passed over")]
    assert opened(tmp_path / "unfit.png")[1] == unfit
    assert opened(tmp_path / "broken.png")[1] == unfit


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\xff\xd8\xff\xe0 half a header"])
def test_what_is_no_picture_is_left_out(tmp_path, data):
    (tmp_path / "a.jpg").write_bytes(data)
    image, [(first, done)] = opened(tmp_path / "a.jpg")
    assert image is None and first.startswith("no whole picture (") and done == "left out"


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp", ".gif", ".tif"])
def test_a_truncated_picture_is_left_out(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    noise(size=(400, 300)).save(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    image, notes = opened(path)
    assert image is None and notes[-1][1] == "left out"


def test_a_small_picture_is_named_and_a_tiny_one_left_out(tmp_path):
    path = lay(tmp_path / "a.png")
    image, [(first, done)] = opened(path, 128)
    assert image.size == (96, 80) and first == "only 96 x 80 px"
    assert done.startswith("will be enlarged 1.5 times")
    image, [(_, done)] = opened(path, 512)
    assert image is None and done == "left out: too small for 512 px"


@pytest.mark.parametrize("mode", ["RGB", "P", "1", "RGBA", "I;16", "CMYK"])
def test_a_huge_picture_is_reduced_when_opened(tmp_path, mode):
    suffix = ".jpg" if mode in ("RGB", "CMYK") else ".png"
    Image.new(mode, (1000, 700)).save(tmp_path / f"a{suffix}")
    image, notes = opened(tmp_path / f"a{suffix}", 64, huge_px=500_000)
    assert 2 * 64 <= min(image.size) <= 4 * 64
    assert image.width / image.height == pytest.approx(10 / 7, abs=0.01)
    assert ("1000 x 700 px", f"reduced to {image.width} x {image.height}") in notes
    assert "1000 x 700 px" not in str(opened(tmp_path / f"a{suffix}", 64)[1])
    assert HUGE_PX > 24_000_000, "ordinary photos are not touched"


def test_a_picture_with_more_pixels_than_can_be_opened_is_left_out(tmp_path):
    (tmp_path / "a.png").write_bytes(png(20_000, 10_000, 8, 2, b""))
    image, notes = opened(tmp_path / "a.png")
    assert image is None and notes == [("too many pixels to open", "left out; save it smaller")]


def test_looking_through_names_duplicates_and_keeps_the_first(tmp_path):
    first = lay(tmp_path / "1.png")
    (tmp_path / "2.png").write_bytes(first.read_bytes())
    noise(0, (192, 160)).save(tmp_path / "3.jpg", quality=60)
    lay(tmp_path / "4.png", seed=1)
    (tmp_path / "5.jpg").write_bytes(b"broken")
    checked = look_through(read_folder(tmp_path).examples, 64)
    assert [example.path.name for example in checked.examples] == ["1.png", "3.jpg", "4.png"]
    assert checked.sizes == ((96, 80), (192, 160), (96, 80))
    notes = found(checked.findings)
    assert notes["2.png"] == (f"the same picture as {first}", "left out")
    assert notes["3.jpg"][0] == f"nearly the same as {first}"
    assert notes["3.jpg"][1].startswith("kept")
    assert "5.jpg" in notes and len(notes) == 3


def test_pictures_of_one_pet_are_not_taken_for_the_same():
    reading = read_folder(shipped("assets", "pets") / "bhna-cat")
    hashes = np.stack([likeness(Image.open(example.path)) for example in reading.examples[:8]])
    apart = np.bitwise_count(hashes[:, None] ^ hashes).sum(axis=-1)
    assert apart[np.triu_indices(8, 1)].min() > NEAR


@pytest.mark.skipif(not REAL.is_dir(), reason="the real photos are not here")
@pytest.mark.parametrize("pet", ["cat", "dog", "dog6"])
def test_real_photos_are_read_looked_through_and_bucketed(pet):
    reading = read_folder(REAL / pet, concept=pet)
    checked = look_through(reading.examples, 512)
    assert len(checked.examples) == 5 and not checked.findings
    assert found(reading.findings) == {pet: ("no captions", "taken without words")}
    buckets = {nearest_bucket(size, bucket_sizes(512, 512)) for size in checked.sizes}
    assert buckets == {(512, 512)}
