"""The studio that ships: its models through the doors, in the chain, and by their plain classes."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from books import SUMMARY, made, new_book, told_best
from storybook.config import load_settings, shipped
from storybook.images.fidelity import edge_strength, fidelity
from storybook.records import Brief, Prompt
from storybook.studio.studio import Studio

STARTER = shipped("assets", "starter")
QUICK = ("draw.steps=2", "draw.candidates=1", "enlarge.width_px=512")
QUICKEST = (*QUICK[:2], "draw.width_px=128", "draw.height_px=128")
QUICKEST += ("write.candidates=2", "enlarge.steps=2", "enlarge.width_px=256")
QUICKEST += ("write.nearest=beside",)
"""For what does not ask how good a book is; its writer tells, as where no ready-made story does."""
SUMMARIES = (
    SUMMARY,
    "Pepper the dog wants to fly a kite at the beach, but the wind is too strong.",
    "A shy bear wants to sing at the village party.",
)


@pytest.fixture(scope="module")
def studio():
    return Studio(load_settings("starter", QUICK))


def test_the_whole_chain_on_the_models_that_ship_needs_no_network(tmp_path):
    """As the command makes a book; it has no network, where the machine lets a process do so."""
    book = new_book("b")
    command = [sys.executable, "-m", "storybook", "make", "b"]
    command += [part for change in QUICKEST for part in ("--set", change)]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    if shutil.which("unshare") and not subprocess.run(["unshare", "-rn", "true"]).returncode:
        command = ["unshare", "-rn", *command]
        env["HF_HUB_OFFLINE"] = "0"
    told = subprocess.run(command, env=env, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    for word in ("Warning", "bitsandbytes", "kernels"):
        assert word not in told.stderr
    events = [json.loads(line) for line in (book.log / "1.jsonl").open(encoding="utf-8")]
    assert list(dict.fromkeys(event["stage"] for event in events)) == [
        "write",
        "split",
        "describe",
        "draw",
        "choose",
        "enlarge",
        "bind",
    ]
    assert book.pdf.read_bytes().startswith(b"%PDF")
    assert Image.open(book.plate_of(1)).size == (256, 256)
    assert all(book.pick(page).judged[0].verdict.reasons for page in range(5))
    assert sum("Biscuit" in scene.text for scene in book.scenes) >= 4
    assert made(book, Studio(load_settings("starter", QUICKEST))) == []


# One of nine is quick: the writer tells a book of twelve pages by the same steps as one of four,
# and what the chain above tells is looked at, too.
@pytest.mark.parametrize(
    ("pages", "summary"),
    [
        pytest.param(
            pages, summary, marks=() if number == place and pages < 12 else pytest.mark.slow
        )
        for number, pages in enumerate((12, 4, 20))
        for place, summary in enumerate(SUMMARIES)
    ],
)
def test_the_writer_keeps_to_its_summary(studio, pages, summary):
    from storybook.story.casting import befriended, cast

    who = befriended(cast(summary, (), studio.world, seed=1), studio.world, seed=1)
    brief = Brief(summary=summary, pages=pages)
    with studio.writer() as writer:
        story = told_best(brief, who, studio.world, writer, studio.frame, words=studio.role_words)
    star = who.heroes[0].name
    named = sum(star in paragraph for paragraph in story.paragraphs)
    assert named >= 0.8 * len(story.paragraphs)
    assert not {"HERO", "KIND", "THING", "ATPLACE"} & set(" ".join(story.paragraphs).split())


def test_every_model_opens_by_its_plain_class():
    from diffusers import ControlNetModel, StableDiffusionPipeline
    from peft import PeftModel
    from spandrel import ModelLoader
    from transformers import AutoTokenizer, CLIPModel, LlamaForCausalLM

    pipe = StableDiffusionPipeline.from_pretrained(STARTER / "painter", local_files_only=True)
    assert pipe.scheduler.config.prediction_type == "v_prediction"
    control = ControlNetModel.from_pretrained(STARTER / "control", local_files_only=True)
    heard = pipe.unet.config.cross_attention_dim
    assert control.config.cross_attention_dim == heard
    CLIPModel.from_pretrained(STARTER / "critic", local_files_only=True)
    assert ModelLoader().load_from_file(STARTER / "enlarger" / "x4.safetensors").scale == 4
    base = LlamaForCausalLM.from_pretrained(STARTER / "writer" / "base", local_files_only=True)
    tokenizer = AutoTokenizer.from_pretrained(STARTER / "writer" / "base", local_files_only=True)
    adapted = PeftModel.from_pretrained(base, STARTER / "writer" / "story-lora")
    assert tokenizer.pad_token_id != tokenizer.eos_token_id
    assert adapted.peft_config["default"].r == 8


def test_the_controlnet_adds_detail_and_the_plate_stays_its_picture(studio):
    """A picture that the painter knows, with the ControlNet that ships and without."""
    picture = Image.open(shipped("assets", "pets", "ohwx-dog", "05.jpg")).resize((128, 128))
    prompt = Prompt(page=1, positive="watercolour of a brown dog sitting in a garden")
    plates = {}
    for control in (studio.settings.enlarge.control, "off"):
        changed = Studio(load_settings("starter", (*QUICK, f"enlarge.control={control}")))
        with changed.enlarger() as enlarger:
            plates[control] = enlarger.enlarge(picture, prompt, width_px=512, seed=1)
    held, plain = plates.values()
    assert fidelity(held, picture).faults == ()
    assert edge_strength(held).mean() > 1.05 * edge_strength(plain).mean()


def test_the_models_are_small_enough_to_ship():
    sizes = [path.stat().st_size for path in STARTER.rglob("*") if path.is_file()]
    assert sum(sizes) < 90e6 and max(sizes) < 45e6
    assert all(path.suffix != ".bin" for path in Path(STARTER).rglob("*"))
