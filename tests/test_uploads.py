"""Forty odd files, each answered with one clear line, and photos kept without what they tell."""

import gzip
import io
import struct
import zipfile
import zlib
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from storybook.errors import HeroError
from storybook.hero.draft import draft_at, name_of, new_draft, photos_of, said_of, take_in, take_out
from storybook.hero.uploads import checked, shown_name


def drawing(width=200, height=150, mode="RGB", seed=1):
    """A picture with a dark spot at its upper left."""
    levels = np.random.default_rng(seed).integers(90, 250, (height // 10 + 1, width // 10 + 1, 3))
    picture = Image.fromarray(levels.astype(np.uint8)).resize((width, height))
    ImageDraw.Draw(picture).rectangle((0, 0, width // 4, height // 4), fill="black")
    return picture.convert(mode)


def saved(picture, form, **options):
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def animated(form):
    frames = [drawing(seed=seed) for seed in (1, 2, 3)]
    return saved(frames[0], form, save_all=True, append_images=frames[1:])


def turned(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010F] = "A telephone"
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    exif.get_ifd(0x8825)[2] = (48.0, 12.0, 30.0)
    return saved(drawing(), "JPEG", exif=exif)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_bomb(width, height):
    """A PNG of a few kilobytes that claims to be so large, and is."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1 + 3 * width) * 64, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    )


def text_bomb():
    """A PNG with a compressed comment that would fill a hundred megabytes."""
    comment = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9))
    whole = saved(drawing(), "PNG")
    return whole[:33] + comment + whole[33:]


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("rex.jpg", bytes(10_000_000))
    return file.getvalue()


def commented():
    info = PngImagePlugin.PngInfo()
    info.add_text("Place", "our garden")
    return saved(drawing(), "PNG", pnginfo=info)


def damaged(data):
    middle = len(data) // 3
    return data[:middle] + bytes(400) + data[middle + 400 :]


PHOTOS = Path(__file__).parent / "data" / "photos"
JPEG, PNG = saved(drawing(), "JPEG"), saved(drawing(), "PNG")
SIXTEEN = Image.fromarray((np.linspace(0, 65535, 150 * 200).reshape(150, 200)).astype(np.uint16))
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

REFUSED = {
    "empty.jpg": (b"", "is empty"),
    "letter.jpg": (b"Dear Rex, this is no photo.\n" * 9, "holds text and no picture"),
    "page.png": (b"<!doctype html><html><body>rex</body></html>", "holds text and no picture"),
    "script.jpg": (b"#!/bin/sh\nrm -rf /\n", "holds text and no picture"),
    "cut.jpg": (JPEG[: len(JPEG) // 2], "is broken off"),
    "cut-early.jpg": (JPEG[:40], "is broken off"),
    "cut.png": (PNG[: len(PNG) // 2], "is broken off"),
    "cut.webp": (saved(drawing(), "WEBP")[:300], "again"),
    "cut.gif": (saved(drawing(), "GIF")[:200], "is damaged"),
    "noise.jpg": (np.random.default_rng(1).bytes(4000), "is no picture that can be read here"),
    "zeros.jpg": (bytes(5000), "is no picture that can be read here"),
    "head-only.png": (PNG[:8], "is damaged"),
    "damaged.png": (damaged(PNG), "again"),
    "IMG_2041.HEIC": (b"\0\0\0\x24ftypheic" + bytes(400), "is damaged"),
    "live.heic": (b"\0\0\0\x24ftypmif1" + bytes(400), "is damaged"),
    "clip.mp4": (b"\0\0\0\x20ftypisom" + bytes(400), "is a film"),
    "clip.mov": (b"\0\0\0\x14ftypqt  " + bytes(400), "is a film"),
    "clip.webm": (b"\x1aE\xdf\xa3" + bytes(400), "is a film"),
    "clip.avi": (b"RIFF\0\0\0\0AVI LIST" + bytes(400), "is a film"),
    "drawing.svg": (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
    "drawing.png": (b"<svg onload='alert(1)'></svg>", "SVG"),
    "photos.zip": (zipped, "is an archive"),
    "photos.jpg": (zipped, "is an archive"),
    "photo.svgz": (gzip.compress(b"<svg/>"), "is an archive"),
    "print.pdf": (b"%PDF-1.7\n" + bytes(400), "is a PDF"),
    "huge.png": (partial(png_bomb, 12_000, 12_000), "12,000 x 12,000 px large, too much to open"),
    "bomb.png": (partial(png_bomb, 60_000, 60_000), "too many pixels to be opened safely"),
    "flat.png": (partial(png_bomb, 1_000_000, 70), "too much to open"),
    "words.png": (text_bomb, "again"),
    "dot.png": (saved(drawing(1, 1), "PNG"), "is only 1 x 1 px large"),
    "strip.jpg": (saved(drawing(900, 20), "JPEG"), "is only 900 x 20 px large"),
    "long.jpg": (JPEG + bytes(61_000_000), "is 61 MB large"),
}

TAKEN = {
    "plain.jpg": (JPEG, "plain.jpg is taken."),
    "plain.png": (PNG, "is taken."),
    "plain.webp": (saved(drawing(), "WEBP"), "is taken."),
    "plain.bmp": (saved(drawing(), "BMP"), "is taken."),
    "plain.avif": (saved(drawing(), "AVIF"), "is taken."),
    "scan.tif": (saved(drawing(), "TIFF"), "is taken."),
    "really-a-png.jpg": (PNG, "is taken."),
    "no-ending": (JPEG, "is taken."),
    "12000.jpg": (
        lambda: saved(Image.new("RGB", (12_000, 8_000), "tan"), "JPEG"),
        "12,000 x 8,000 px before",
    ),
    "wide.jpg": (saved(drawing(4000, 500), "JPEG"), "made smaller"),
    "print.jpg": (saved(drawing(mode="CMYK"), "JPEG"), "print colours (CMYK)"),
    "grey.jpg": (saved(drawing(mode="L"), "JPEG"), "is taken."),
    "one-bit.png": (saved(drawing(mode="1"), "PNG"), "is taken."),
    "palette.png": (saved(drawing().quantize(16), "PNG"), "is taken."),
    "see-through.png": (saved(drawing(mode="RGBA"), "PNG"), "is taken."),
    "sixteen.png": (saved(SIXTEEN, "PNG"), "is taken."),
    "profile.jpg": (saved(drawing(), "JPEG", icc_profile=SRGB), "is taken."),
    "bad-profile.jpg": (saved(drawing(), "JPEG", icc_profile=b"no profile"), "is taken."),
    "dancing.gif": (animated("GIF"), "only the first of its pictures"),
    "dancing.webp": (animated("WEBP"), "only the first of its pictures"),
    "dancing.png": (animated("PNG"), "only the first of its pictures"),
    "pages.tif": (animated("TIFF"), "only the first of its pictures"),
    "stereo.jpg": (animated("MPO"), "stereo.jpg is taken."),
    "sideways.jpg": (turned(6), "turned upright"),
    "mirrored.jpg": (turned(2), "turned upright"),
    "progressive.jpg": (saved(drawing(), "JPEG", progressive=True), "is taken."),
    "commented.png": (commented(), "is taken."),
}


def laid(file):
    """The data of a file and what is said of it; large ones are made when they are asked for."""
    data, says = file
    return data() if callable(data) else data, says


def test_there_are_forty_odd_files():
    assert len(REFUSED) + len(TAKEN) >= 40


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_refused_with_one_clear_line(name):
    data, says = laid(REFUSED[name])
    upload = checked(name, data)
    assert upload.fault and says in upload.says and upload.data == b""
    assert upload.says.startswith(name) and "\n" not in upload.says and upload.says.endswith(".")


@pytest.mark.parametrize("name", TAKEN)
def test_a_photo_is_taken_and_made_anew(name):
    data, says = laid(TAKEN[name])
    upload = checked(name, data)
    assert not upload.fault, upload.says
    assert says in upload.says and "\n" not in upload.says
    assert upload.suffix == (".png" if data.startswith(b"\x89PNG") else ".jpg")
    with Image.open(io.BytesIO(upload.data)) as kept:
        assert kept.format == {".png": "PNG", ".jpg": "JPEG"}[upload.suffix]
        assert kept.mode == "RGB" and max(kept.size) <= 1536 and not kept.getexif()
        assert not {"icc_profile", "comment", "Place", "exif"} & set(kept.info)


def spot_of(data):
    """In which corner the dark spot lies: `(left, upper)`."""
    levels = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    down, across = np.nonzero(levels < 40)
    return across.mean() < levels.shape[1] / 2, down.mean() < levels.shape[0] / 2


def test_photos_stand_upright_and_tell_nothing_of_where_they_were_taken():
    sideways, upside_down = checked("a.jpg", turned(6)), checked("a.jpg", turned(3))
    assert Image.open(io.BytesIO(sideways.data)).size == (150, 200)
    assert spot_of(checked("a.jpg", JPEG).data) == (True, True)
    assert spot_of(sideways.data) == (False, True)
    assert spot_of(upside_down.data) == (False, False)
    assert b"telephone" not in sideways.data


def test_colours_stay_what_they_were():
    def middle(data):
        return np.asarray(Image.open(io.BytesIO(checked("a", data).data)))[75, 100].astype(int)

    plain = Image.new("RGB", (200, 150), (200, 120, 40))
    see_through = Image.new("RGBA", (200, 150), (0, 0, 0, 0))
    grey = Image.fromarray(np.full((150, 200), 32768, np.uint16))
    assert np.abs(middle(saved(plain.convert("CMYK"), "JPEG")) - (200, 120, 40)).max() < 12
    assert np.abs(middle(saved(plain, "JPEG", icc_profile=SRGB)) - (200, 120, 40)).max() < 6
    assert (middle(saved(see_through, "PNG")) == 255).all()
    assert np.abs(middle(saved(grey, "PNG")) - 128).max() < 3


def test_checked_reads_heic():
    upload = checked("IMG_2041.HEIC", (PHOTOS / "plain.heic").read_bytes())
    assert upload.says == "IMG_2041.HEIC is taken." and upload.suffix == ".jpg"
    assert spot_of(checked("a", (PHOTOS / "sideways.heic").read_bytes()).data) == (False, True)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        (r"C:\photos\rex.jpg", "rex.jpg"),
        ("<img src=x onerror=alert(1)>.png", "_img src_x onerror_alert(1)_.png"),
        ("[click](http://x).jpg", "x).jpg"),
        ("a\nb\0.jpg", "a_b_.jpg"),
        ("x" * 300 + ".jpg", "x" * 31 + "...xx.jpg"),
        ("Löwe 猫.jpg", "Löwe 猫.jpg"),
        ("...", "The file"),
    ],
)
def test_names_are_only_shown(name, shown):
    assert shown_name(name) == shown


def test_a_draft_keeps_each_picture_once(tmp_path):
    draft = new_draft(tmp_path / "heroes")
    files = [("../../b.jpg", JPEG), ("a.png", PNG), ("copy of b.jpg", JPEG), ("c.jpg", b"")]
    for name, data in files:
        take_in(draft, name, data)
    assert [line.good for line in said_of(draft)] == [True, True, False, False]
    assert "shows the same picture as b.jpg" in said_of(draft)[2].says
    first, second = photos_of(draft)
    assert (name_of(draft, first), first.suffix, second.suffix) == ("b.jpg", ".jpg", ".png")
    assert {path.name for path in draft.iterdir()} == {first.name, second.name, "said.jsonl"}
    assert [path.parent for path in tmp_path.rglob("b.jpg")] == []
    take_out(draft, first.name)
    assert photos_of(draft) == [second]
    take_in(draft, "again.jpg", JPEG)
    assert len(photos_of(draft)) == 2, "what was taken out may come back"


@pytest.mark.parametrize("name", ["..", "", "../rex", "0123456789ab/..", "0123456789AB"])
def test_a_draft_is_opened_by_its_own_name_only(tmp_path, name):
    new_draft(tmp_path / "heroes")
    (tmp_path / "heroes" / "rex").mkdir()
    assert draft_at(tmp_path / "heroes", name) is None


def test_taking_out_takes_out_photos_only(tmp_path):
    draft = new_draft(tmp_path / "heroes")
    take_in(draft, "a.jpg", JPEG)
    for name in ("said.jsonl", "../../x.jpg", "no.jpg"):
        with pytest.raises(HeroError, match="There is no photo"):
            take_out(draft, name)


def test_an_old_draft_is_forgotten(tmp_path):
    old = new_draft(tmp_path / "heroes", now=1000.0)
    young = new_draft(tmp_path / "heroes")
    assert old.is_dir()
    latest = new_draft(tmp_path / "heroes", now=old.stat().st_mtime + 8 * 24 * 3600)
    assert not old.exists() and not young.exists() and draft_at(tmp_path / "heroes", latest.name)
