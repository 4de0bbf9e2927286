"""One way to open photos: every kind becomes upright, 8 bits, sRGB, on white."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from storybook.hero.uploads import checked
from storybook.images.photo_reading import DAMAGE, TooManyPixels, read_picture, sizes_of
from storybook.images.photos import read_photo
from training.data.pictures import open_picture

PHOTOS = Path(__file__).parent / "data" / "photos"
TAN = (200, 120, 40)


def saved(picture, form="PNG", **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def plain(mode="RGB", colour=TAN, size=(200, 150)):
    return Image.new("RGB", size, colour).convert(mode)


def middle(image):
    return np.asarray(image)[image.height // 2, image.width // 2].astype(int)


def deep(values):
    return Image.fromarray(np.tile(np.asarray(values, np.uint16), (150, 50)))


def see_through(mode):
    picture = plain("RGBA")
    picture.putalpha(0)
    if mode == "palette":
        indexed = plain().quantize(16)
        indexed.info["transparency"] = indexed.getpixel((0, 0))
        return indexed
    return picture.convert(mode)


ALIKE = {
    "plain": (saved(plain()), TAN),
    "cmyk": (saved(plain("CMYK"), "JPEG", quality=95), TAN),
    "palette": (saved(plain().quantize(16)), TAN),
    "heic": ((PHOTOS / "plain.heic").read_bytes(), TAN),
    "heic on its side": ((PHOTOS / "sideways.heic").read_bytes(), TAN),
    "avif": (saved(plain(), "AVIF", quality=90), TAN),
    "grey": (saved(plain("L", (128, 128, 128))), (128, 128, 128)),
    "rgba": (saved(see_through("RGBA")), (255, 255, 255)),
    "la": (saved(see_through("LA")), (255, 255, 255)),
    "palette with a hole": (saved(see_through("palette")), (255, 255, 255)),
    "16 bits": (saved(deep([0, 32768, 65535])), None),
    "12 bits in 16": (saved(deep([0, 2048, 4095])), None),
    "10 bits in 16": (saved(deep([0, 512, 1023]), "TIFF"), None),
}


@pytest.mark.parametrize("kind", ALIKE)
def test_read_picture_is_what_all_three_ways_in_go_by(tmp_path, kind):
    data, colour = ALIKE[kind]
    path = tmp_path / "photo.png"
    path.write_bytes(data)
    pictures = [read_picture(data).image, read_photo(path), open_picture(path, 64)[0]]
    for each in pictures[1:]:
        assert each.tobytes() == pictures[0].tobytes()
    kept = Image.open(io.BytesIO(checked("photo", data).data))
    assert kept.size == pictures[0].size
    apart = np.abs(np.asarray(kept, int) - np.asarray(pictures[0], int))
    assert apart.mean() < 2, "what an upload keeps is the same, but for JPEG's own error"
    if colour is not None:
        assert np.abs(middle(pictures[0]) - colour).max() <= 6
    else:
        levels = np.asarray(pictures[0])[0, :3, 0].tolist()
        assert levels == pytest.approx([0, 128, 255], abs=1)


def profile(name):
    """A matrix profile with other primaries, or grey with another curve, as lcms makes them."""
    if name == "wide":
        return Image.open(PHOTOS / "wide-colours.heic").info["icc_profile"]
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


@pytest.mark.parametrize(
    ("mode", "form"),
    [("RGB", "JPEG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("P", "PNG"), ("RGB", "TIFF")],
)
def test_read_picture_applies_the_colour_profile(mode, form):
    picture = plain().quantize(16) if mode == "P" else plain(mode)
    photo = read_picture(saved(picture, form, icc_profile=profile("wide")))
    red, green, blue = middle(photo.image)
    assert red > 210 and green < 120 and blue < 20, "P3's tan is stronger than sRGB's"
    assert ("colours in Display P3", "brought to sRGB") in [note[:2] for note in photo.notes]


@pytest.mark.parametrize("name", ["sRGB", "LAB", "XYZ", "broken"])
def test_read_picture_passes_over_profiles_that_change_nothing_or_do_not_fit(name):
    data = b"no profile" if name == "broken" else profile(name)
    photo = read_picture(saved(plain(), icc_profile=data))
    assert np.abs(middle(photo.image) - TAN).max() <= 1
    assert ("passed over" in str(photo.notes)) == (name != "sRGB")


@pytest.mark.parametrize("name", ["plain", "sideways", "wide-colours"])
def test_read_picture_reads_what_telephones_save(name):
    photo = read_picture(PHOTOS / f"{name}.heic")
    assert photo.form == "HEIF"
    assert photo.image.size == ((150, 200) if name == "sideways" else (200, 150))
    corner = (photo.image.width - 5, 5) if name == "sideways" else (5, 5)
    assert max(photo.image.getpixel(corner)) < 20, "the dark corner is where it was taken"


def test_read_picture_may_come_back_smaller_but_never_below_what_suffices():
    for form in ("JPEG", "PNG", "TIFF", "WEBP"):
        data = saved(plain(size=(1000, 700)), form)
        photo = read_picture(data, lambda size: (size[0] // 4, size[1] // 4))
        assert photo.stored == (1000, 700)
        assert photo.image.width >= 250 and photo.image.height >= 175
        assert photo.image.width <= 500


def test_read_picture_reduces_a_turned_tiff_the_right_way():
    exif = Image.Exif()
    exif[0x0112] = 6
    data = saved(plain(size=(1200, 300)), "TIFF", exif=exif)
    photo = read_picture(data, lambda size: (size[0] // 2, size[1] // 2))
    assert photo.image.size == (150, 600)


def test_read_picture_bounds_what_is_decoded():
    with pytest.raises(TooManyPixels, match="1,000 x 700 px are too many"):
        read_picture(saved(plain(size=(1000, 700))), most_px=100_000)


@pytest.mark.parametrize(
    "data", [b"", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"\0\0\0\x18ftypheic" + bytes(99)]
)
def test_read_picture_raises_damage_for_what_is_none(data):
    with pytest.raises(DAMAGE):
        read_picture(data)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF", "HEIF"])
@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_sizes_of_are_those_of_the_picture_that_is_read(tmp_path, form, turn):
    path = tmp_path / "photo"
    if form == "HEIF":
        path = PHOTOS / ("plain.heic" if turn in (1, 3) else "sideways.heic")
    else:
        exif = Image.Exif()
        exif[0x0112] = turn
        path.write_bytes(saved(plain(), form, exif=exif))
    photo = read_picture(path)
    assert sizes_of(path) == (photo.stored, photo.image.size)


@pytest.mark.parametrize("data", [b"", b"no picture", b"\0\0\0\x18ftypheic" + bytes(99), None])
def test_sizes_of_what_is_no_photo_are_none(tmp_path, data):
    if data is not None:
        (tmp_path / "photo").write_bytes(data)
    assert sizes_of(tmp_path / "photo") is None
