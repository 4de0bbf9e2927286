"""Teaching a tiny painter a pet: it learns, goes on exactly, fails honestly, and can be read."""

import shutil
from contextlib import suppress

import numpy as np
import pytest
import torch
from PIL import Image

from pet_runs import lay_home, recipe, run_and_copy, run_of, weights
from storybook.book.search import pictures_in
from storybook.config import load_settings, shipped
from storybook.errors import TrainingError
from storybook.models.hypernetwork import read_hypernetwork
from storybook.models.painting import open_painter
from storybook.models.weights import Adapter, weights_digest
from storybook.records import Candidate, Prompt
from storybook.shard import Shard
from storybook.studio.studio import Studio
from training.pet.class_images import SEED
from training.pet.recipe import load_recipe
from training.pet.setup import draw_class_images
from training.runs.run import Run


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return lay_home(tmp_path_factory.mktemp("home"))


@pytest.mark.parametrize(
    "settings",
    [
        {"kind": "hypernetwork", "activation": "mish", "ema": 0.9},
        {"dora": True, "text_encoder": True},
    ],
    ids=["averaged hypernetwork", "dora and text"],
)
def test_train_teaches_any_kind_in_halves(home, tmp_path, capfd, settings):
    """What learns and what it is put on have one number format, or the first step fails."""
    chosen = recipe(home, precision="full_bf16", max_steps=1, sample_count=1, **settings)
    run = run_of(chosen, tmp_path / "run")
    assert run.state().state == "done"
    assert {each.dtype for each in weights(run).values()} == {torch.bfloat16}
    if chosen.kind == "hypernetwork":
        found = read_hypernetwork(run.result / "bhna-cat.pt")
        assert {each.dtype for each in found.networks.parameters()} == {torch.float32}
    assert "float32" not in capfd.readouterr().err, "a line of the library's"
    log = (run.folder / "log.jsonl").read_text(encoding="utf-8")
    assert ("A1111 takes DoRA's lengths" in log) == chosen.dora


CUT = {
    "random_crop": True,
    "crop_jitter_px": 8,
    "crops": 2,
    "resolution_px": [64, 128],
    "least_px": 64,
    "most_px": 128,
}
"""Pictures cut by chance, at a resolution that is no square."""


@pytest.mark.parametrize(
    "settings",
    [
        {"text_encoder": True, "stop_text": 0.5, "accumulation": 2},
        {"kind": "full", "ema": 0.9, "scheduler": "cosine", "noise_offset": 0.1},
        {"kind": "hypernetwork", "lr": 1e-1, "dropout": 0.3, "shuffle": True, "min_snr": 5.0},
        {"dora": True, "targets": "convolutions", "flip": True, "checkpointing": True, **CUT},
    ],
    ids=["lora and text", "full, averaged", "hypernetwork", "dora on cuts"],
)
def test_train_going_on_gives_the_weights_of_not_stopping(home, tmp_path, settings):
    chosen = recipe(home, **settings)
    whole, parts = run_and_copy(chosen, tmp_path, step=3)
    assert parts.state().state == "done"
    with Image.open(whole.samples / "000006-00.png") as sample:
        assert sample.size == chosen.size_px(64)
    one, other = weights(whole), weights(parts)
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
    averages = [run.load(6)["averages"] for run in (whole, parts)]
    if averages[0] is not None:
        pairs = zip(*(each["shadow_params"] for each in averages), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)


def test_a_picture_is_learnt_by_heart(home, tmp_path):
    photos = tmp_path / "one"
    photos.mkdir()
    for suffix in (".jpg", ".txt"):
        shutil.copy(home / "bhna-cat" / f"01{suffix}", photos)
    concept = {"photos": str(photos), "token": "bhna", "class_word": "cat"}
    chosen = recipe(
        home,
        kind="full",
        lr=6e-3,
        batch=4,
        repeats=4,
        max_steps=30,
        concept=[concept],
        sample_every_epochs=0,
        save_every_epochs=60,
    )
    run = run_of(chosen, tmp_path / "run")
    losses = [each.loss for each in run.measures() if each.loss is not None]
    assert min(losses[-2:]) < 0.7 * losses[0]


def test_what_is_saved_paints_as_the_student_did(home, tmp_path):
    chosen = recipe(home, text_encoder=True, save_precision="fp32", sample_steps=2)
    run = run_of(chosen, tmp_path / "run")
    student = np.asarray(Image.open(run.samples / "000006-00.png"), int)
    request = Candidate(
        prompt=Prompt(page=0, positive="a bhna cat"),
        painter="student",
        seed=chosen.seed,
        width_px=64,
        height_px=64,
        steps=2,
        guidance=7.0,
    )
    plain = next(iter(open_painter(home / "painter", device="cpu").paint([request])))
    assert np.abs(np.asarray(plain, int) - student).max() > 8
    for file in ("pytorch_lora_weights.safetensors", "bhna-cat.safetensors"):
        painter = open_painter(home / "painter", [Adapter(run.result / file)], device="cpu")
        reread = np.asarray(next(iter(painter.paint([request]))), int)
        assert np.abs(reread - student).max() <= 1


def test_a_whole_painter_keeps_its_words_and_wishes(home, tmp_path):
    shutil.copytree(home / "painter", tmp_path / "painter")
    shutil.copy(shipped("assets", "world.toml"), tmp_path / "painter")
    (tmp_path / "painter" / "sampling.json").write_text('{"steps": 3}')
    chosen = recipe(home, model=str(tmp_path / "painter"), kind="full", max_steps=2)
    run = run_of(chosen, tmp_path / "run")
    taught = run.result / "painter"
    studio = Studio(load_settings("starter", [f"draw.painter={taught}"]))
    assert studio.draws_the_world
    assert studio.sampling.steps == 3
    assert studio.painter_name() != Studio(load_settings("starter")).painter_name()


def test_two_concepts_in_one_run(home, tmp_path):
    concepts = [
        {"photos": str(home / "bhna-cat"), "token": "bhna", "class_word": "cat"},
        {"photos": str(home / "ohwx-dog"), "token": "ohwx", "class_word": "dog"},
    ]
    chosen = recipe(home, concept=concepts, critic=str(home / "critic"), held_out=1)
    run = run_of(chosen, tmp_path / "run")
    assert (run.result / "bhna-cat+ohwx-dog.safetensors").is_file()
    first = run.measures()[0]
    assert first.step == 0
    assert -1 <= first.likeness <= 1
    assert first.validation > 0
    assert run.state().best_step in run.steps_kept()
    assert len(list(run.samples.glob("000000-*.png"))) == 4  # each pet by name and by class


def test_class_pictures_are_drawn_once(home, tmp_path):
    concept = {
        "photos": str(home / "bhna-cat"),
        "token": "bhna",
        "class_word": "cat",
        "class_photos": str(home / "cat"),
        "class_images": 5,
    }
    chosen = recipe(home, concept=[concept], max_steps=1)
    run_of(chosen, tmp_path / "one")
    drawn = sorted((tmp_path / ".class-images").rglob("*.png"))
    assert len(drawn) == 2  # three are there
    before = [path.stat().st_mtime_ns for path in drawn]
    run = run_of(chosen, tmp_path / "two")
    assert [path.stat().st_mtime_ns for path in drawn] == before
    assert "class images" not in (run.folder / "log.jsonl").read_text()


def test_class_pictures_are_drawn_in_shares_before_teaching(home, tmp_path):
    concept = {
        "photos": str(home / "bhna-cat"),
        "token": "bhna",
        "class_word": "cat",
        "class_images": 5,
    }
    chosen = recipe(home, concept=[concept], max_steps=1)
    run, device = Run(tmp_path / "one"), torch.device("cpu")
    for index, many in ((1, 3), (2, 5)):
        list(draw_class_images(chosen, run, device, Shard(index=index, count=2)))
        drawn = sorted((tmp_path / ".class-images").rglob("*.png"))
        assert len(drawn) == many
    before = [path.stat().st_mtime_ns for path in drawn]
    run = run_of(chosen, tmp_path / "one")
    assert [path.stat().st_mtime_ns for path in drawn] == before
    assert "class images" not in (run.folder / "log.jsonl").read_text()


def test_samples_and_class_images_say_what_they_were_made_from(home, tmp_path):
    """So that they are found again by their words, as a book's pictures are."""
    concept = {
        "photos": str(home / "bhna-cat"),
        "token": "bhna",
        "class_word": "cat",
        "class_prompts": ["a cat in the snow"],
        "class_images": 2,
    }
    chosen = recipe(
        home,
        concept=[concept],
        max_steps=2,
        sample_prompts=["a bhna cat"],
        sample_negative="blurry",
        sample_count=2,
        sample_steps=2,
        sample_guidance=5.5,
    )
    run = run_of(chosen, tmp_path / "runs" / "miso")
    found = {each.path: each.infotext for each in pictures_in(tmp_path / "runs")}
    drawn = {path for path in found if ".class-images" in path.parts}
    assert len(drawn) == 2 and {path for path in found if path not in drawn} == {
        run.samples / f"{step:06d}-{number:02d}.png" for step in (0, 2) for number in (0, 1)
    }
    for path, said in found.items():
        assert (said.width_px, said.height_px) == Image.open(path).size == (64, 64)
        assert dict(said.others)["Sampler"] == "DPM++ 2M"
    sample = found[run.samples / "000002-01.png"]
    assert (sample.positive, sample.negative) == ("a bhna cat", "blurry")
    assert (sample.steps, sample.guidance, sample.seed) == (2, 5.5, chosen.seed + 1)
    assert (sample.model, sample.model_hash) == ("miso-000002", "")
    other = found[min(drawn)]
    assert (other.positive, other.seed, other.model) == ("a cat in the snow", SEED, "painter")
    assert weights_digest(home / "painter").startswith(other.model_hash) and other.model_hash
    [one] = pictures_in(tmp_path / "runs", words=f"miso-000002 seed {chosen.seed}")
    assert one.path == run.samples / "000002-00.png"


def test_a_run_that_changes_nothing_has_failed(home, tmp_path):
    with pytest.raises(TrainingError, match="learnt nothing"):
        run_of(recipe(home, lr=1e-12, max_steps=1), tmp_path / "run")
    state = Run(tmp_path / "run").state()
    assert state.state == "failed"
    assert "higher lr" in state.message
    assert not (tmp_path / "run" / "result").exists()


def test_a_loss_that_is_no_number_has_failed(home, tmp_path):
    chosen = recipe(
        home,
        kind="full",
        lr=1e30,
        max_steps=12,
        clip_norm=0,
        sample_every_epochs=0,
        save_every_epochs=99,
    )
    with pytest.raises(TrainingError, match="too high"):
        run_of(chosen, tmp_path / "run")
    assert Run(tmp_path / "run").state().state == "failed"


def test_a_second_run_in_the_same_folder_is_refused(home, tmp_path):
    run_of(recipe(home, max_steps=1), tmp_path / "run")
    with pytest.raises(TrainingError, match="by --resume, or delete it"):
        run_of(recipe(home, max_steps=1), tmp_path / "run")


def test_another_rank_cannot_go_on(home, tmp_path):
    run_of(recipe(home), tmp_path / "run", stop_after=2)
    with pytest.raises(TrainingError, match="rank"):
        run_of(recipe(home, rank=3), tmp_path / "run", resume=True)


def test_half_precision_needs_a_gpu(home, tmp_path):
    with pytest.raises(TrainingError, match="precision=fp32"):
        run_of(recipe(home, precision="fp16"), tmp_path / "run")


def test_the_batch_is_measured_and_written_down(home, tmp_path):
    run = run_of(recipe(home, measure=True, max_steps=1), tmp_path / "run")
    kept, _ = load_recipe(run.folder / "recipe.toml")
    assert not kept.measure
    assert 1 <= kept.batch <= 8
    assert kept.batch * kept.accumulation >= 4


def test_train_keeps_the_last_checkpoints_and_the_best(home, tmp_path):
    chosen = recipe(home, max_steps=8, checkpoint_every_steps=2, keep_last=2, held_out=1)
    run = run_of(chosen, tmp_path / "run")
    best = run.state().best_step
    assert len(run.steps_kept()) == 2 + (best not in run.steps_kept()[-2:])
    assert best in run.steps_kept()


@pytest.mark.parametrize(
    "optimizer", ["adamw8bit", pytest.param("prodigy", marks=pytest.mark.slow)]
)
def test_train_with_other_optimizers_learns_and_goes_on_exactly(home, tmp_path, optimizer):
    pytest.importorskip({"adamw8bit": "bitsandbytes", "prodigy": "prodigyopt"}[optimizer])
    chosen = recipe(home, optimizer=optimizer, max_steps=4)
    with suppress(TrainingError):  # Prodigy's first steps are too small to be seen
        run_and_copy(chosen, tmp_path, step=2)
    if optimizer == "prodigy":
        with suppress(TrainingError):
            run_of(chosen.but(checkpoint_every_steps=2), tmp_path / "parts", resume=True)
    one, other = weights(Run(tmp_path / "whole")), weights(Run(tmp_path / "parts"))
    assert any(each.abs().max() > 0 for name, each in one.items() if "lora_B" in name)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_tensorboard_reads_the_run(home, tmp_path):
    reader = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    run = run_of(recipe(home, held_out=1), tmp_path / "run")
    found = reader.EventAccumulator(str(run.folder / "tensorboard"))
    found.Reload()
    said = {each.step: each.value for each in found.Scalars("loss")}
    assert said == pytest.approx({each.step: each.loss for each in run.measures() if each.loss})
    assert found.Tags()["images"] == ["samples"]
