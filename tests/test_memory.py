"""How a painter shares a small device: the choice by figures, and real pipelines moved about.

The calls are made on a CPU, where parts come and go as on a GPU; how much memory that saves has not
been measured on one.
"""

from pathlib import Path

import pytest
import torch
from PIL import Image

from storybook.config import load_settings
from storybook.models.checkpoint import Checkpoint
from storybook.models.memory import (
    GIB,
    PLANS,
    OffloadPlan,
    apply_offload,
    choose_plan,
    component_bytes,
    execution_device,
    peak_gib,
)
from storybook.models.painting import DiffusionPainter, open_painter
from storybook.models.weights import ComponentOverrides
from storybook.studio.doctor import DoctorCheck, painter_memory
from tiny_sd import asked, difference, tiny_lora, tiny_painter
from tiny_taught import ORIGIN
from training.formats.checkpoint import save_checkpoint

CPU = torch.device("cpu")
SD15 = {"unet": int(1.72e9), "vae": int(0.17e9), "text_encoder": int(0.25e9)}
"""Bytes in half precision."""
XL = {
    "unet": int(5.14e9),
    "vae": int(0.17e9),
    "text_encoder": int(0.25e9),
    "text_encoder_2": int(1.39e9),
}
SMALL, LARGE = 512**2, 1024**2
EVERY = [
    OffloadPlan(offload=each, tiled=tiled) for each in ("whole", "parts") for tiled in (False, True)
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


def drawn(painter: DiffusionPainter, *prompts: str) -> list[Image.Image]:
    return list(painter.paint([asked(each, seed=n) for n, each in enumerate(prompts)]))


@pytest.mark.parametrize(
    ("weights", "pixels", "free_gib", "expected"),
    [
        (SD15, SMALL, 24, "whole"),
        (SD15, LARGE, 24, "whole"),
        (XL, LARGE, 24, "whole"),
        (XL, LARGE, 8, "parts"),
        (SD15, SMALL, 3, "parts"),
        (SD15, SMALL, 0.5, "parts"),
    ],
)
def test_the_quickest_that_fits(weights, pixels, free_gib, expected) -> None:
    plan = choose_plan("auto", weights, pixels, free_gib)
    assert plan.offload == expected
    quicker = PLANS[: PLANS.index(plan)]
    assert all(peak_gib(other, weights, pixels) > free_gib for other in quicker)
    assert free_gib < 1 or peak_gib(plan, weights, pixels) <= free_gib


def test_a_wish_decides_what_is_moved_and_figures_the_tiles() -> None:
    for wish in ("whole", "parts"):
        assert choose_plan(wish, SD15, SMALL, 24).offload == wish
        assert choose_plan(wish, SD15, 4096**2, 8) == OffloadPlan(offload=wish, tiled=True)
    assert not choose_plan("parts", SD15, SMALL, 24).tiled


def test_each_slower_plan_needs_less_and_larger_pictures_more() -> None:
    for weights in (SD15, XL):
        found = [peak_gib(plan, weights, LARGE) for plan in PLANS]
        assert found[0] >= found[1] > found[2] >= found[3]
        assert all(
            peak_gib(plan, weights, LARGE) > peak_gib(plan, weights, SMALL) for plan in PLANS
        )
    assert peak_gib(PLANS[0], SD15, SMALL) > sum(SD15.values()) / GIB


@pytest.mark.parametrize(
    "plan",
    [  # in parts and in tiles at once, the rest slow
        pytest.param(
            plan,
            id=f"{plan.offload} {plan.tiled}",
            marks=() if plan.offload != "whole" and plan.tiled else pytest.mark.slow,
        )
        for plan in EVERY
    ],
)
def test_a_plan_changes_no_picture(folder: Path, plan: OffloadPlan, tmp_path: Path) -> None:
    loras = {"rex": tiny_lora(tmp_path)}
    prompts = ["a cat", "a cat<lora:rex:1>", "a (cat:1.3) " * 12, "a cat<lora:rex:0.5>", "a cat"]
    overrides = ComponentOverrides(clip_skip=1)
    calm = open_painter(folder, device="cpu", loras=loras, overrides=overrides)
    moved = open_painter(folder, device="cpu", loras=loras, overrides=overrides)
    apply_offload(moved.pipe, plan, CPU)
    assert hasattr(moved.pipe.unet, "_hf_hook") == (plan.offload != "whole")
    assert moved.pipe.vae.use_tiling == moved.pipe.vae.use_slicing == plan.tiled
    assert execution_device(moved.pipe).type == "cpu"
    for _ in range(2):  # the second time after a LoRA was fused and taken out again
        for one, other in zip(drawn(moved, *prompts), drawn(calm, *prompts), strict=True):
            assert difference(one, other) <= 1
    assert hasattr(moved.pipe.unet, "_hf_hook") == (plan.offload != "whole")


@pytest.mark.parametrize("wish", ["whole", "parts"])
def test_a_painter_is_opened_as_wished(folder: Path, wish: str) -> None:
    calm = open_painter(folder, device="cpu")
    assert not hasattr(calm.pipe.unet, "_hf_hook"), "there is nowhere else to be than on the CPU"
    painter = open_painter(folder, device="cpu", memory=wish)
    assert hasattr(painter.pipe.unet, "_hf_hook") == (wish != "whole")
    assert painter.name == calm.name
    assert difference(drawn(painter, "a dog")[0], drawn(calm, "a dog")[0]) <= 1


def test_the_same_is_counted_on_the_disk(folder: Path, tmp_path: Path) -> None:
    pipe = open_painter(folder, device="cpu").pipe
    assert Checkpoint(folder).stored_bytes(2) == component_bytes(pipe, torch.float16)
    whole, pickle = tmp_path / "tiny.safetensors", tmp_path / "tiny.ckpt"
    for file in (whole, pickle):
        save_checkpoint(pipe, file, precision="fp32", origin=ORIGIN)
    found, own = Checkpoint(whole).stored_bytes(4), component_bytes(pipe, torch.float32)
    assert found["unet"] == own["unet"] and found["vae"] == own["vae"]
    assert found["text_encoder"] >= own["text_encoder"]  # CLIP's position numbers are there, too
    assert Checkpoint(pickle).stored_bytes(2)["unet"] == pickle.stat().st_size


def test_the_doctor_says_which_plan_will_be_used(folder: Path) -> None:
    def said(free_gib: float | None, *changes: str) -> DoctorCheck:
        return painter_memory(
            load_settings("doubles", [f"draw.painter={folder}", *changes]), free_gib
        )

    assert said(None).says == "whole, on the processor; draw.memory counts on a GPU"
    assert said(8).says.startswith("the whole painter on the GPU: about")
    assert said(8, "draw.memory=parts").says.startswith("each part on the GPU while it works")
    assert said(8, "device=cpu").says == said(None).says
    tight = said(0.001)
    assert not tight.good and "while it works, the autoencoder in tiles" in tight.says
    assert said(0.001, "draw.memory=whole").says.startswith(
        "the whole painter on the GPU, the auto"
    )


def test_weights_are_counted_in_the_devices_format(folder: Path) -> None:
    pipe = open_painter(folder, device="cpu").pipe
    half, single = (component_bytes(pipe, dtype) for dtype in (torch.float16, torch.float32))
    assert set(half) == {"unet", "vae", "text_encoder"}
    assert all(2 * half[part] == single[part] for part in half)
    assert single["vae"] == sum(each.nbytes for each in pipe.vae.parameters())


def test_the_device_can_be_set_as_messages_advise() -> None:
    assert load_settings("doubles", ["device=cpu", "draw.memory=parts"]).device == "cpu"
