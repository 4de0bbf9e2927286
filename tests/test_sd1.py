"""The Stable Diffusion 1.x family, on real classes at toy size."""

from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler, StableDiffusionPipeline
from PIL import Image
from safetensors.torch import load_file, save_file

from storybook.errors import ModelError, OutOfMemory
from storybook.models import sd1
from storybook.models.checkpoint import Checkpoint
from storybook.models.painting import DiffusionPainter, open_painter
from storybook.models.weights import Adapter
from storybook.records import Prompt
from tiny_sd import ROUNDING, alike, asked, change_json, difference, tiny_lora, tiny_painter


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_painter(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def painter(folder: Path) -> DiffusionPainter:
    return open_painter(folder, device="cpu", batch=3)


def test_a_picture_is_what_plain_diffusers_draws(folder: Path, painter: DiffusionPainter) -> None:
    plain = StableDiffusionPipeline.from_pretrained(folder, safety_checker=None)
    plain.scheduler = DPMSolverMultistepScheduler.from_config(
        plain.scheduler.config, use_karras_sigmas=True
    )
    plain.set_progress_bar_config(disable=True)
    theirs = plain(
        "a cat",
        negative_prompt="ugly",
        num_inference_steps=4,
        guidance_scale=3.0,
        width=32,
        height=32,
        generator=torch.Generator().manual_seed(1),
    ).images[0]
    ours = next(painter.paint([asked("a cat", "ugly")]))
    assert difference(ours, theirs) <= 1


def test_a_picture_depends_on_its_own_request_only(painter: DiffusionPainter) -> None:
    requests = [
        asked("a cat"),
        asked("a ((dog:1.3)) [running]", "ugly, (blurred:1.5)", seed=2),
        asked("long " * 30, seed=3),
        asked("a fox", "long " * 40, seed=4),
        asked("a fox", seed=4, height_px=16),
        asked("a bear", seed=5, guidance=1.0),
        asked("a cat", seed=6),
    ]
    together = list(painter.paint(requests))
    assert [(each.width_px, each.height_px) for each in requests] == [x.size for x in together]
    for request, picture in zip(requests, together, strict=True):
        assert difference(picture, next(painter.paint([request]))) <= 1
    back = list(painter.paint(requests[::-1]))[::-1]
    assert all(difference(a, b) <= 1 for a, b in zip(together, back, strict=True))


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 2},
        {"steps": 6},
        {"guidance": 6.0},
        {"prompt": Prompt(page=1, positive="a dog")},
        {"prompt": Prompt(page=1, positive="a cat", negative="no")},
        {"prompt": Prompt(page=1, positive="a (cat:2.5)")},
    ],
)
def test_every_part_of_a_request_matters(
    painter: DiffusionPainter, changes: dict[str, object]
) -> None:
    request = asked("a cat")
    assert difference(*painter.paint([request, request.but(**changes)])) > 1


def test_encode_scales_by_emphasis_and_keeps_the_mean(painter: DiffusionPainter) -> None:
    plain = painter.encode("a cat in a hat").prompt_embeds
    strong = painter.encode("a (cat:1.5) in a hat").prompt_embeds
    assert plain.shape == strong.shape == (77, 16)
    assert not alike(plain, strong, 100)
    mean, size = float(plain.mean()), float(plain.abs().max())
    assert float(strong.mean()) == pytest.approx(mean, abs=ROUNDING * size)


def test_encode_needs_no_mean_to_restore(folder: Path) -> None:
    painter = open_painter(folder, device="cpu")
    torch.nn.init.zeros_(painter.pipe.text_encoder.text_model.final_layer_norm.bias)
    plain, strong = (painter.encode(text).prompt_embeds for text in ("a cat", "a (cat:1.5)"))
    assert alike(strong[0], plain[0])
    assert alike(strong[2], plain[2] * 1.5)  # start, a, c


def test_encode_goes_on_in_further_chunks(painter: DiffusionPainter) -> None:
    short, long = (painter.encode("cats " * count).prompt_embeds for count in (18, 20))
    assert (len(short), len(long)) == (77, 154)
    assert len(painter.encode("").prompt_embeds) == 77


def test_paint_refuses_sizes_that_latents_cannot_have(painter: DiffusionPainter) -> None:
    with pytest.raises(ModelError, match=r"30 x 32 px.*multiples of 8.*24 and 32"):
        next(painter.paint([asked("a cat", width_px=30)]))


def test_paint_draws_nothing_without_requests(painter: DiffusionPainter) -> None:
    assert list(painter.paint([])) == []


def test_noise_levels_follow_the_painters_folder(tmp_path: Path, painter: DiffusionPainter) -> None:
    folder = tiny_painter(tmp_path / "tiny")
    (folder / "sampling.json").write_text('{"karras": false}')
    other = open_painter(folder, device="cpu")
    assert other.name != painter.name
    assert not other.sampler.config.use_karras_sigmas and painter.sampler.config.use_karras_sigmas
    request = asked("a cat")
    assert difference(next(other.paint([request])), next(painter.paint([request]))) > 1


def test_v_prediction_is_the_checkpoints_own_fact(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "v", prediction="v_prediction")
    assert open_painter(folder, device="cpu").sampler.config.prediction_type == "v_prediction"


def test_an_adapter_changes_name_and_picture(
    folder: Path, painter: DiffusionPainter, tmp_path: Path
) -> None:
    lora = tiny_lora(tmp_path / "pet")
    torch.save(load_file(lora), tmp_path / "pet.bin")
    taught = open_painter(folder, [Adapter(lora.parent)], device="cpu")
    assert taught.name == Checkpoint(folder).name([Adapter(lora.parent)]) != painter.name
    request = asked("a cat")
    drawn = next(taught.paint([request]))
    assert difference(drawn, next(painter.paint([request]))) > 1
    pickled = open_painter(folder, [Adapter(tmp_path / "pet.bin")], device="cpu")
    assert difference(drawn, next(pickled.paint([request]))) <= 1
    bare = Adapter(tiny_lora(tmp_path / "bare", prefix=""))  # of 2023: of the U-Net, unsaid
    unsaid = open_painter(folder, [bare], device="cpu")
    assert difference(drawn, next(unsaid.paint([request]))) <= 1


def test_adapters_have_weights_and_add_up(
    folder: Path, painter: DiffusionPainter, tmp_path: Path
) -> None:
    lora = tiny_lora(tmp_path / "pet")
    other = tiny_lora(tmp_path / "ink", seed=5)

    def drawn(*adapters: Adapter) -> Image.Image:
        one = open_painter(folder, adapters, device="cpu")
        assert one.name == Checkpoint(folder).name(adapters)
        return next(one.paint([asked("a cat")]))

    plain = next(painter.paint([asked("a cat")]))
    assert difference(drawn(Adapter(lora, 0.0)), plain) <= 1
    half, full = drawn(Adapter(lora, 0.5)), drawn(Adapter(lora))
    assert difference(half, plain) > 1 and difference(half, full) > 1
    assert difference(drawn(Adapter(lora, 0.5), Adapter(lora, 0.5)), full) <= 1
    assert difference(drawn(Adapter(lora), Adapter(other)), full) > 1
    names = {Checkpoint(folder).name([Adapter(lora, weight)]) for weight in (0.5, 1, 2)}
    assert len(names) == 3


def test_an_adapter_that_fits_nowhere_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"lora_weights\.safetensors changes nothing"):
        open_painter(folder, [Adapter(tiny_lora(tmp_path / "odd", prefix="x."))], device="cpu")
    with pytest.raises(ModelError, match="holds no adapter"):
        open_painter(folder, [Adapter(tmp_path)], device="cpu")


def test_a_part_that_lacks_weights_is_not_made_up(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "tiny")
    for part, file in (("text_encoder", "model"), ("unet", "diffusion_pytorch_model")):
        path = folder / part / f"{file}.safetensors"
        whole = load_file(path)
        key = sorted(whole)[0]
        save_file({name: value for name, value in whole.items() if name != key}, path)
        with pytest.raises(ModelError, match=rf"{part} (lacks 1 weights|cannot be opened).*"):
            open_painter(folder, device="cpu")
        save_file(whole, path, metadata={"format": "pt"})
    change_json(folder / "unet" / "config.json", in_channels=5)
    with pytest.raises(ModelError, match="unet cannot be opened"):
        open_painter(folder, device="cpu")


@pytest.mark.parametrize("part", ["unet", "vae", "text_encoder", "tokenizer", "scheduler"])
def test_a_missing_part_is_named(tmp_path: Path, part: str) -> None:
    import shutil

    folder = tiny_painter(tmp_path / "tiny")
    shutil.rmtree(folder / part)
    with pytest.raises(ModelError, match=part):
        open_painter(folder, device="cpu")


def test_weights_that_are_no_numbers(tmp_path: Path) -> None:
    folder = tiny_painter(tmp_path / "tiny")
    path = folder / "unet" / "diffusion_pytorch_model.safetensors"
    weights = load_file(path)
    weights["conv_out.bias"] = weights["conv_out.bias"] * float("nan")
    save_file(weights, path, metadata={"format": "pt"})
    with pytest.raises(ModelError, match="draws no numbers"):
        list(open_painter(folder, device="cpu").paint([asked("a cat")]))


def test_paint_halves_a_batch_that_does_not_fit(
    painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [asked("a cat", seed=seed) for seed in range(5)]
    calm = [np.asarray(picture) for picture in painter.paint(requests)]
    sizes, room, real = [], 1, sd1.denoise

    def cramped(pipe, sampler, batch, prompt_embeds, **more):
        sizes.append(len(batch))
        if len(batch) > room:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return real(pipe, sampler, batch, prompt_embeds, **more)

    monkeypatch.setattr(sd1, "denoise", cramped)
    found = [np.asarray(picture) for picture in painter.paint(requests)]
    assert sizes == [3, 1, 2, 1, 1, 2, 1, 1]
    assert all(np.abs(a.astype(int) - b).max() <= 1 for a, b in zip(found, calm, strict=True))
    room = 0
    with pytest.raises(OutOfMemory, match=r"1 pictures .*draw\.memory=parts"):
        list(painter.paint(requests))


@pytest.mark.parametrize(
    "prompt",
    [
        "cat " * 2000,
        "((((a [cat",
        "a cat)]])",
        "(a cat:1000000000)",
        "(a cat:0)",
        "a\0cat",
        "\u05d7\u05ea\u05d5\u05dc \u202e(tac)\u202c",
        "BREAK BREAK BREAK",
        "",
    ],
    ids=["long", "open", "closed", "huge", "nothing", "NUL", "right to left", "breaks", "empty"],
)
def test_encode_takes_any_prompt(painter: DiffusionPainter, prompt: str) -> None:
    prompt_embeds = painter.encode(prompt).prompt_embeds
    assert prompt_embeds.shape[0] % 77 == 0 and torch.isfinite(prompt_embeds).all()
