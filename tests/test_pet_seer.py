"""Seeing the pet: the network's form, the table of kinds, masks, and what the coach says of it."""

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw
from safetensors.torch import save_file

from storybook.cli import main
from storybook.config import shipped
from storybook.errors import ConfigError, HeroError, ModelError
from storybook.hero import edits, seer
from storybook.hero.coat_colour import look_of, species_in
from storybook.hero.folder import load_hero
from storybook.hero.pet_findings import findings_of, kind_of, reasons_of, word_of
from storybook.hero.photo_quality import judge_photo, judge_set
from storybook.images.pet_region import parts_of, pet_mask
from storybook.images.photos import looked_at
from storybook.models import packaged
from storybook.models.efficientnet_lite import (
    EfficientNetLite,
    open_efficientnet,
    read_efficientnet,
)
from storybook.models.pet_classes import kinds, read_kinds
from storybook.models.pet_seer import PetSeen, PetSeer, brightened
from storybook.world import load_world


@pytest.fixture(scope="module")
def tensors() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    state = EfficientNetLite().state_dict()
    return {key: each for key, each in state.items() if not key.endswith("num_batches_tracked")}


def published(tensors, folder) -> bytes:
    file = folder / "lite.pth"
    torch.save(tensors | {"_bn0.num_batches_tracked": torch.tensor(7)}, file)
    return file.read_bytes()


def test_read_efficientnet_keeps_all_but_counters(tensors, tmp_path):
    read = read_efficientnet(published(tensors, tmp_path), "lite.pth")
    assert read.keys() == tensors.keys()
    assert all(torch.equal(read[key], tensors[key]) for key in tensors)


@pytest.mark.parametrize("part", [slice(0), slice(3), slice(1000), slice(-1)])
def test_read_efficientnet_says_in_a_line_what_is_broken(tensors, tmp_path, part):
    with pytest.raises(ModelError, match=r"^lite\.pth [^\n]+$"):
        read_efficientnet(published(tensors, tmp_path)[part], "lite.pth")


def test_another_network_is_refused_with_the_first_tensor_that_differs(tensors, tmp_path):
    fewer = {key: each for key, each in tensors.items() if key != "_fc.bias"}
    with pytest.raises(ModelError, match=r"no efficientnet-lite0: _fc\.bias is missing"):
        read_efficientnet(published(fewer, tmp_path), "lite.pth")
    save_file(tensors | {"_fc.weight": torch.zeros(10, 1280)}, tmp_path / "lite.safetensors")
    with pytest.raises(ModelError, match=r"_fc\.weight is \(10, 1280\), not \(1000, 1280\)"):
        open_efficientnet(tmp_path / "lite.safetensors")
    save_file({"a": torch.zeros(1)}, tmp_path / "lite.safetensors")
    with pytest.raises(ModelError, match="no efficientnet-lite0: _blocks"):
        open_efficientnet(tmp_path / "lite.safetensors")


def test_look_gives_shares_of_a_thousand_for_the_whole_and_for_each_place(tensors, tmp_path):
    save_file(tensors, tmp_path / "lite.safetensors")
    network = open_efficientnet(tmp_path / "lite.safetensors")
    shown = network.predict(Image.new("RGB", (100, 60), "teal"), 96)
    assert shown.probabilities.shape == (1000,) and shown.class_activations.shape == (1000, 3, 3)
    assert shown.probabilities.sum() == pytest.approx(1, abs=1e-4)
    assert shown.class_activations.sum(0) == pytest.approx(1, abs=1e-4)
    seen = PetSeer(network).look(Image.new("RGB", (100, 60), "teal"))
    assert seen.kind == "" and not seen.mask.any(), "of random weights it is sure of nothing"


def test_kinds_are_apart_and_their_words_are_theirs(tmp_path):
    numbers = [number for kind in kinds() for number in kind.numbers]
    assert len(numbers) == len(set(numbers)) and max(numbers) < 1000
    dogs = next(kind for kind in kinds() if kind.name == "dog")
    assert dogs.words["corgi"] == (263, 264) and sum(map(len, dogs.words.values())) == 118
    file = tmp_path / "kinds.toml"
    for text in (
        "[a]\nclasses = [[1, 3]]\n[b]\nclasses = [[3, 4]]",
        "[a]\nclasses = [[999, 1000]]",
        "[a]\nclasses = [[1, 3]]\n[a.words]\nx = [7]",
    ):
        file.write_text(text, "utf-8")
        with pytest.raises(ConfigError):
            read_kinds(file)


def blot(behind: str = "#4060a0", colour: str = "#e8924a") -> Image.Image:
    photo = Image.new("RGB", (600, 600), behind)
    ImageDraw.Draw(photo).ellipse((60, 200, 300, 500), colour)
    return photo


def truth() -> np.ndarray:
    return np.asarray(blot("black", "white").convert("L").resize((64, 64))) > 127


def cells(box: tuple[int, int, int, int], side: int = 10) -> np.ndarray:
    """Sure in a box of cells that is larger than the pet, as a network is."""
    sure = np.full((side, side), 0.02)
    left, top, right, bottom = box
    sure[top:bottom, left:right] = 0.98
    return sure


def test_pet_mask_is_as_fine_as_the_colours_within_the_cells():
    mask = pet_mask(looked_at(blot()), cells((0, 2, 6, 10)))
    assert (mask == truth()).mean() > 0.97
    elsewhere = pet_mask(looked_at(blot()), cells((7, 0, 10, 3)))
    assert not (elsewhere & truth()).any(), "what nobody takes for a pet is none"
    assert not pet_mask(looked_at(blot()), np.full((10, 10), 0.1)).any()
    one_colour = pet_mask(looked_at(Image.new("RGB", (64, 64), "grey")), cells((0, 2, 6, 10)))
    assert one_colour.shape == (64, 64)


def test_parts_of_are_what_hangs_together_the_largest_first():
    mask = np.zeros((8, 8), bool)
    mask[0:2, 0:2] = mask[4:8, 3:7] = mask[0, 7] = True
    assert [int(part.sum()) for part in parts_of(mask)] == [16, 4, 1]
    assert np.array_equal(np.logical_or.reduce(parts_of(mask)), mask)
    snake = np.zeros((9, 9), bool)
    snake[::2] = True
    snake[1::4, 0] = snake[3::4, -1] = True
    assert len(parts_of(snake)) == 1


def test_brightened_lifts_dark_photos_alone_and_keeps_their_order():
    dark = Image.fromarray(np.tile(np.arange(0, 64, dtype=np.uint8), (64, 1))).convert("RGB")
    lifted = np.asarray(brightened(dark))[0, :, 0].astype(int)
    assert lifted.mean() > np.asarray(dark).mean() + 30 and (np.diff(lifted) >= 0).all()
    light = Image.new("RGB", (20, 20), (180, 170, 160))
    assert np.array_equal(brightened(light), light)
    assert np.asarray(brightened(Image.new("RGB", (4, 4)))).max() == 0


def pet(
    kind: str = "dog", corgi: float = 0.8, collie: float = 0.05, mask=None, others=()
) -> PetSeen:
    mask = np.zeros((64, 64), bool) if mask is None else mask
    words = {"corgi": corgi, "collie": collie} if kind == "dog" else {}
    return PetSeen(kind, 0.9 if kind else 0.1, words, mask, others)


def test_word_of_is_offered_where_most_of_the_sureness_is_its():
    assert word_of([pet()] * 3) == "corgi" and kind_of([pet()] * 3) == "dog"
    assert word_of([pet(corgi=0.3, collie=0.2)] * 3) == ""
    assert word_of([pet("cat")] * 3) == "" and kind_of([pet("cat"), pet(), pet()]) == "dog"
    assert kind_of([pet(""), pet(""), pet()]) == "" == word_of([pet(""), pet(""), pet()])


def test_reasons_of_name_what_is_amiss_with_which_photo():
    said = reasons_of(
        [
            pet(),
            pet(),
            pet(""),
            pet("cat"),
            pet(others=("cat",)),
            pet(others=("dog",)),
            pet(corgi=0.1),
        ]
    )
    assert said[0] == said[1] == []
    assert "no dog is seen" in said[2][0] and "looks like a cat" in said[3][0]
    assert "a cat, too" in said[4][0] and "another dog, too" in said[5][0]
    assert "face seems turned away or hidden" in said[6][0]
    assert not any(reasons_of([pet(corgi=share) for share in (0.2, 0.1, 0.02)])), "sure of none"


def test_photos_without_any_pet_are_said_once_and_not_each():
    assert not any(reasons_of([pet("")] * 4))
    assert findings_of([pet("")] * 4)[0].startswith("No pet is seen on most of them")
    assert findings_of([]) == []


class Eyes:
    """Sees a dog exactly where the blot is."""

    def look(self, photo: Image.Image) -> PetSeen:
        return pet(mask=truth())


def test_a_coach_who_sees_judges_the_pet_and_offers_a_word():
    judged = [judge_photo(f"{number}.jpg", blot(), Eyes()) for number in range(3)]
    verdict = judge_set(judged)
    assert (verdict.kind, verdict.word) == ("dog", "corgi")
    assert any("corgi" in finding for finding in verdict.findings)
    blind = judge_set([judge_photo("0.jpg", blot())])
    assert (blind.kind, blind.word) == ("", "")


def test_photos_of_one_pose_before_other_places_are_told_apart_from_copies():
    places = [blot(behind) for behind in ("#4060a0", "#6060a0")]
    judged = judge_set([judge_photo(f"{at}.jpg", each, Eyes()) for at, each in enumerate(places)])
    assert "shows the pet nearly as 0.jpg does" in " ".join(judged.photos[1].reasons)
    assert judged.photos[1].fitness == "usable"
    same = judge_set([judge_photo(f"{at}.jpg", places[0], Eyes()) for at in range(2)])
    assert same.photos[1].fitness == "leave out"


def test_pet_box_and_coat_are_read_where_the_pet_is_seen():
    left, upper, right, lower = edits.pet_box(blot(), Eyes())
    assert abs(left - 0.02) < 0.03 and abs(right - 0.58) < 0.03
    assert abs(upper - 0.25) < 0.03 and abs(lower - 0.91) < 0.03
    world = load_world(shipped("assets"))
    beside = Image.new("RGB", (600, 600), "#202020")
    ImageDraw.Draw(beside).rectangle((310, 100, 560, 560), "#f4f4f4")
    ImageDraw.Draw(beside).ellipse((60, 200, 300, 500), "#e8924a")
    assert look_of([beside], world, Eyes()).coat == "orange"


def test_open_pet_seer_is_nobody_until_the_weights_are_fetched(monkeypatch, tensors):
    monkeypatch.setattr(packaged, "INSTALLED", packaged.MODELS)
    assert seer.open_pet_seer() is None
    packaged.MODELS.mkdir()
    save_file(tensors, packaged.MODELS / "efficientnet-lite0.safetensors")
    assert isinstance(seer.open_pet_seer(), PetSeer)
    (packaged.MODELS / "efficientnet-lite0.safetensors").write_bytes(b"cut")
    with pytest.raises(ModelError):
        seer.open_pet_seer()


def test_species_in_knows_the_words_that_the_coach_offers():
    world = load_world(shipped("assets"))
    assert species_in(world, "Corgi") == ("dog", "corgi")
    assert species_in(world, "tabby cat") == ("cat", "tabby cat")
    known = [kind for kind in kinds() if kind.name in world.species]
    assert {kind.name for kind in known} >= {"cat", "dog", "fox", "rabbit", "bear"}
    for kind in known:
        assert all(species_in(world, word)[0] == kind.name for word in kind.words)
    with pytest.raises(HeroError, match="no animal that can be drawn"):
        species_in(world, "cushion")


def test_hero_add_says_what_the_photos_show_and_which_word_teaches_more(
    tmp_path, monkeypatch, capsys
):
    (tmp_path / "photos").mkdir()
    for number in range(5):
        blot(f"#{40 + 9 * number}60a0").save(tmp_path / "photos" / f"{number}.png")
    monkeypatch.setattr(seer, "open_pet_seer", Eyes)
    photos = str(tmp_path / "photos")
    assert main(["hero", "add", "rex", "--class", "cat", "--photos", photos]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "look as if they show a dog, where you say cat" in said
    assert "It looks like a corgi: as the class, that word teaches more than dog." in said
    assert main(["hero", "add", "max", "--class", "corgi", "--photos", photos]) == 0
    assert "The photos show a dog." in " ".join(capsys.readouterr().out.split())
    assert load_hero("max").called == "corgi"
