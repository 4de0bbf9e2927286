from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from storybook.config import shipped
from storybook.errors import HeroError
from storybook.hero.photo_quality import judge_photo, judge_photos, sharpness, token_fault
from storybook.images.photos import copy_photo, foreground, lab, looked_at, pet_colours, read_photo

REAL = Path(__file__).parents[2] / "shared" / "data" / "pets"
ROTATED = 6  # EXIF: turn by 90 degrees clockwise to see it upright


def real(pet):
    """The photos of a real pet, which are no part of the repository."""
    photos = sorted((REAL / pet).glob("*.jpg"))
    if not photos:
        pytest.skip(f"no photos in {REAL / pet}")
    return photos


def drawn(number=1):
    return read_photo(shipped("assets", "pets", "bhna-cat", f"{number:02d}.jpg"))


def blot(colour="#e8924a", behind="#4060a0"):
    photo = Image.new("RGB", (600, 600), behind)
    ImageDraw.Draw(photo).ellipse((180, 200, 420, 500), colour)
    return photo


def test_lab_of_known_colours():
    # D50, as ICC has it: http://www.brucelindbloom.com (CIE colour calculator, Bradford).
    photo = Image.new("RGB", (1, 4))
    photo.putdata([(255, 255, 255), (0, 0, 0), (255, 0, 0), (0, 0, 255)])
    expected = [[100, 0, 0], [0, 0, 0], [54.3, 80.8, 69.9], [29.6, 68.3, -112]]
    assert np.abs(lab(photo)[:, 0] - expected).max() < 1.5


def test_the_pet_is_what_lies_in_the_middle():
    where = foreground(looked_at(blot()))
    truth = np.asarray(blot("white", "black").convert("L").resize((64, 64))) > 127
    assert (where == truth).mean() > 0.97
    assert not len(pet_colours(looked_at(Image.new("RGB", (64, 64), "grey"))))


def test_a_copy_is_upright_small_and_says_nothing_of_where_it_was_taken(tmp_path):
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = ROTATED, "Some Camera"
    photo = Image.new("RGB", (3000, 2000), "white")
    photo.paste("red", (0, 0, 1500, 2000))
    photo.save(tmp_path / "a.jpg", exif=exif)
    kept = copy_photo(tmp_path / "a.jpg", tmp_path / "kept", "01")
    with Image.open(kept) as copy:
        assert (kept.name, copy.format, copy.size) == ("01.jpg", "JPEG", (1024, 1536))
        assert copy.getpixel((512, 100))[1] < 20 and copy.getpixel((512, 1400))[1] > 235
        assert not copy.getexif()
    Image.new("LA", (40, 30)).save(tmp_path / "b.png")
    kept = copy_photo(tmp_path / "b.png", tmp_path / "kept", "02")
    with Image.open(kept) as copy:
        assert (kept.name, copy.format, copy.size) == ("02.png", "PNG", (40, 30))


@pytest.mark.parametrize("data", [b"", b"no photo", b"\xff\xd8\xff\xe0 cut off"])
def test_a_broken_photo_is_named(tmp_path, data):
    (tmp_path / "broken.jpg").write_bytes(data)
    with pytest.raises(HeroError, match=r"broken\.jpg cannot be read as a photo"):
        judge_photos([tmp_path / "broken.jpg"])


HARMS = {
    "blurred": lambda photo: photo.filter(ImageFilter.GaussianBlur(2 * max(photo.size) / 512)),
    "too dark": lambda photo: ImageEnhance.Brightness(photo).enhance(0.2),
    "bleached": lambda photo: ImageEnhance.Brightness(photo).enhance(3),
    "only 200 px": lambda photo: photo.resize((200, 200)),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_drawing_is_caught(harm):
    verdict, _ = judge_photo("01.jpg", HARMS[harm](drawn().resize((600, 600))))
    assert verdict.fitness == "leave out"
    assert any(harm in reason for reason in verdict.reasons)


@pytest.mark.parametrize("pet", ["cat", "dog", "dog6"])
def test_real_photos_are_fit_and_harmed_ones_are_not(pet):
    photos = real(pet)
    dark = pet == "cat"  # all its photos were taken in deep shade
    for path in photos[::4]:
        photo = read_photo(path)
        verdict, _ = judge_photo(path.name, photo)
        assert verdict.fitness == ("usable" if dark else "good"), verdict
        photo.thumbnail((600, 600))
        for harm in ("blurred", "too dark", "only 200 px"):
            verdict, _ = judge_photo(path.name, HARMS[harm](photo))
            assert verdict.fitness == "leave out", harm
            assert any(harm in reason for reason in verdict.reasons)
        bleached, _ = judge_photo(path.name, HARMS["bleached"](photo))
        assert any("bleached" in reason for reason in bleached.reasons)


def test_a_real_set_is_told_what_it_lacks():
    findings = {pet: " ".join(judge_photos(real(pet)).findings) for pet in ("cat", "dog", "dog6")}
    assert "backgrounds are alike" in findings["cat"] and "same light" not in findings["cat"]
    assert findings["dog"] == ""
    assert "backgrounds are alike" in findings["dog6"] and "same light" in findings["dog6"]


def test_of_two_alike_the_better_one_stays(tmp_path):
    large = drawn(3).resize((640, 640))
    large.save(tmp_path / "b.png")
    large.crop((8, 8, 640, 640)).resize((560, 560)).save(tmp_path / "a.jpg", quality=60)
    drawn(2).save(tmp_path / "c.png")
    verdict = judge_photos(sorted(tmp_path.glob("*.*")))
    assert [each.fitness == "leave out" for each in verdict.photos] == [True, False, False]
    assert "nearly the same as b.png" in verdict.photos[0].reasons[-1]
    assert verdict.fit == 2 and "fit to teach from: 2" in verdict.findings[0]


def test_a_set_of_one_photo_many_times_and_a_set_of_many():
    shown = [shipped("assets", "pets", "bhna-cat", f"{number:02d}.jpg") for number in range(1, 9)]
    assert judge_photos(shown[:1]).findings == ("Photos fit to teach from: 1. Bring at least 5.",)
    assert judge_photos(shown[:1] * 6).fit == 1
    assert judge_photos(shown).findings == ()


def test_a_pet_that_hardly_stands_out_is_said():
    faint, _ = judge_photo("a.jpg", blot("#4462a2"))
    clear, _ = judge_photo("a.jpg", blot())
    says = "hardly stands out"
    assert any(says in reason for reason in faint.reasons)
    assert not any(says in reason for reason in clear.reasons)


def test_sharpness_does_not_mind_the_light():
    photo = drawn()
    darker = sharpness(ImageEnhance.Brightness(photo).enhance(0.4))
    assert darker == pytest.approx(sharpness(photo), rel=0.3)
    assert sharpness(Image.new("RGB", (5, 5))) == 0


@pytest.mark.parametrize(
    ("token", "fault"),
    [
        ("ohwx", ""),
        ("bhna", ""),
        ("dog", "know this word"),
        ("Rex 1", "one word"),
        ("", "one word"),
    ],
)
def test_a_token_is_a_rare_word(token, fault):
    assert fault in token_fault(token) and bool(fault) == bool(token_fault(token))
