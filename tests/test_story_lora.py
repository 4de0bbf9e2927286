"""The recipe that teaches a writer: what is learnt, that resuming is exact, what is refused."""

import json
import math
import resource
import shutil
import subprocess
import sys
from itertools import count, pairwise
from pathlib import Path

import pytest
import tomli_w
import torch
from datasets import load_from_disk
from peft import PeftModel
from safetensors.torch import load_file, save_file
from transformers import AutoModelForCausalLM, AutoTokenizer

from books import doubles
from storybook.errors import ConfigError, ModelError, TrainingError
from storybook.models.local_writer import open_local_writer
from storybook.story.prompt_frame import load_frame
from tiny import tiny_llama
from training.data.pairs import Pair, read_pairs, write_pairs
from training.runs.run import Run
from training.story.base import open_base
from training.story.dry_run import preflight
from training.story.recipe import PRESETS, StoryRecipe, load_story_recipe
from training.story.rows import IGNORE_INDEX, row_of, tokenize_pairs
from training.story.samples import StorySampler
from training.story.steps import STATE, checkpoints_in
from training.story.train import frame_of, train, trainer_of
from training.story.trainer import LengthGroupedSampler, StoryTrainer

CPU = torch.device("cpu")
NAPS = Pair(
    summary="Pip the cat naps.",
    story="Pip was a cat. He was so sleepy.\nPip lay down. Soon he was asleep.",
    title="The Nap",
)
RUNS = Pair(
    summary="Rex the dog runs.",
    story="Rex was a dog. He could not sit still.\nRex ran and ran. Then he drank.",
    title="The Run",
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base that learnt two stories and forgot the first; six pairs to teach it, two others."""
    folder = tmp_path_factory.mktemp("story")
    frame = load_frame("storybook")
    texts = [
        frame.ask(summary=pair.summary, pages=2, ages="", hero="") + frame.tell("", pair.pages)
        for pair in (RUNS, NAPS)
    ]
    tiny_llama(folder / "base", learns=tuple(texts))
    lay_pairs(folder)
    return folder


def lay_pairs(folder: Path) -> None:
    """Six pairs to teach, and two others."""
    days = ("sun", "rain", "snow", "wind")
    pairs = [
        pair.but(summary=f"{pair.summary} It is {day}.", story=f"{pair.story} Oh, the {day}!")
        for day in days
        for pair in (NAPS, RUNS)
    ]
    write_pairs(folder / "pairs.json", pairs[:6])
    write_pairs(folder / "test.json", pairs[6:])


def recipe(home: Path, **settings: object) -> StoryRecipe:
    values = {
        "base": str(home / "base"),
        "pairs": home / "pairs.json",
        "test_pairs": home / "test.json",
        "frame": "storybook",
        "lr": 1e-2,
        "batch": 2,
        "epochs": 2,
        "sample_words": 10,
        "dropout": 0.1,
    }
    return StoryRecipe(**values | settings)


def run_of(chosen: StoryRecipe, folder: Path, *, resume: bool = False, stop_after: int = 0) -> Run:
    run = Run(folder)
    events = train(chosen, run, CPU, "none", resume=resume)
    for event in run.logged(events):
        if event.stage == "teach" and event.done == stop_after:
            events.close()
            break
    return run


def adapter(run: Run) -> dict[str, torch.Tensor]:
    return load_file(run.result / "adapter_model.safetensors")


def test_the_loss_is_on_the_story_alone_token_by_token(home):
    tokenizer = open_base(recipe(home), CPU).tokenizer
    frame = load_frame("storybook")
    row = row_of(NAPS, frame, tokenizer)
    taught = [place for place, label in enumerate(row.labels) if label != IGNORE_INDEX]
    first = taught[0]
    assert taught == list(range(first, len(row.tokens)))
    assert row.labels[first:] == row.tokens[first:]
    question = frame.ask(summary=NAPS.summary, pages=2, ages="", hero="")
    assert row.tokens[:first] == tokenizer(question).input_ids
    assert tokenizer.decode(row.tokens[:first], skip_special_tokens=True) == question
    told = tokenizer.decode(row.tokens[first:])
    assert told == f" {NAPS.story} END{tokenizer.eos_token}"
    assert row.tokens[-1] == tokenizer.eos_token_id != tokenizer.pad_token_id
    on_all = row_of(NAPS, frame, tokenizer, on_all=True)
    assert on_all.labels == on_all.tokens == row.tokens


def test_row_of_a_planning_frame_tells_what_pages_show_or_says_who_does_not(home):
    tokenizer, frame = open_base(recipe(home), CPU).tokenizer, load_frame("planned")
    shown = NAPS.but(pictures=("Pip up", "Pip asleep"), manner="bedtime")
    said = tokenizer.decode(row_of(shown, frame, tokenizer).tokens)
    assert "Manner: bedtime." in said
    assert said.index("2. Pip asleep") < said.index(f"1. {NAPS.pages[0]}")
    with pytest.raises(TrainingError, match=f"{NAPS.summary[:20]}.*what each of its 2 pages shows"):
        row_of(NAPS, frame, tokenizer)


def test_row_of_a_raw_text_is_learnt_from_end_to_end(home):
    tokenizer = open_base(recipe(home), CPU).tokenizer
    text = Pair(summary="", story="Pip was a cat.\n\nHe was so sleepy. END", raw=True)
    row = row_of(text, load_frame("storybook"), tokenizer)
    assert row.labels == row.tokens == [*tokenizer(text.story).input_ids, tokenizer.eos_token_id]
    assert tokenizer.decode(row.tokens, skip_special_tokens=True) == text.story


def test_train_on_raw_texts_goes_on_from_what_it_kept(home, tmp_path):
    texts = [
        f"{pair.story.split('.')[0]}.\n\n{day} came." for pair in (NAPS, RUNS) for day in "abcde"
    ]
    (tmp_path / "texts.txt").write_text("\n\n\n".join(texts))
    settings = {"pairs": tmp_path / "texts.txt", "test_pairs": None, "raw": True, "test": 0.3}
    settings |= {"max_samples": 4, "epochs": 1}
    chosen = recipe(home, **settings)
    assert not any("no loss" in line for line in preflight(chosen, Run(tmp_path / "dry"), CPU))
    run = run_of(chosen, tmp_path / "run", stop_after=1)
    assert len(read_pairs(run.folder / "train.json")) == 4
    assert all(pair.raw for pair in read_pairs(run.folder / "train.json"))
    run = run_of(chosen, tmp_path / "run", resume=True)
    assert run.state().state == "done" and (run.result / "adapter_model.safetensors").is_file()
    first = sorted(run.samples.glob("*.md"))[0].read_text()
    assert "## Pip was a cat." in first or "## Rex was a dog." in first


def batches(chosen: StoryRecipe, folder: Path):
    base = open_base(chosen, CPU)
    pairs = (read_pairs(chosen.pairs), read_pairs(chosen.test_pairs))
    dataset = tokenize_pairs(pairs, chosen, frame_of(chosen), base.tokenizer, base.context)
    trainer = trainer_of(chosen, base, dataset, str(folder), CPU)
    return base, trainer, list(trainer.get_train_dataloader())


def test_padding_is_no_lesson(home, tmp_path):
    base, _, found = batches(recipe(home, batch=6), tmp_path)
    tokens, labels = found[0]["input_ids"], found[0]["labels"]
    ends = tokens == base.tokenizer.eos_token_id
    assert (
        ends.sum(1).tolist() == (labels == base.tokenizer.eos_token_id).sum(1).tolist() == [1] * 6
    )
    after = (ends.cumsum(1) > 0) & ~ends
    assert after.any() and (labels[after] == IGNORE_INDEX).all()
    assert (tokens[after] == base.tokenizer.pad_token_id).all()


def summed(chosen: StoryRecipe, folder: Path) -> tuple[float, int, int]:
    """The loss of all told tokens together, their number, and how many batches they came in."""
    base, trainer, found = batches(chosen, folder)
    base.model.eval()
    with torch.no_grad():
        losses = [
            trainer.compute_loss(base.model, batch, num_items_in_batch=torch.tensor(1))
            for batch in found
        ]
    told = sum(int((batch["labels"] != IGNORE_INDEX).sum()) for batch in found)
    return sum(loss.item() for loss in losses), told, len(found)


@pytest.mark.parametrize("loss_on", ["story", "all"])
def test_the_loss_is_trl_s(home, tmp_path, monkeypatch, loss_on):
    chosen = recipe(home, batch=3, loss_on=loss_on)
    ours = summed(chosen, tmp_path)
    monkeypatch.setattr(StoryTrainer, "_can_score_some", False)
    theirs = summed(chosen, tmp_path)
    assert ours[1:] == theirs[1:] and math.isclose(ours[0], theirs[0], rel_tol=1e-5)


def test_pairs_of_like_length_share_a_batch():
    lengths = [length for length in range(100, 141) for _ in range(5)]
    order = LengthGroupedSampler(lengths, 4, seed=1)
    epochs = [list(order), list(order)]
    order.set_epoch(1)
    epochs.append(list(order))
    assert len(order) == 205 and sorted(epochs[2]) == sorted(epochs[0]) == list(range(205))
    assert epochs[0] == epochs[1] != epochs[2]
    for epoch in epochs:
        found = [[lengths[row] for row in epoch[at : at + 4]] for at in range(0, 205, 4)]
        assert sum(max(batch) - min(batch) for batch in found) / len(found) < 3  # 24 by chance
        middles = [max(batch) for batch in found]
        assert sum(one < other for one, other in pairwise(middles)) in range(18, 34)


def test_packed_and_padded_pairs_have_the_losses_of_pairs_alone(home, tmp_path):
    """None sees another; so the sum over all told tokens is the same, up to rounding."""

    alone, told, rows = summed(recipe(home, batch=1), tmp_path)
    shared = recipe(home, batch=1, packing=True, max_length=400)
    packed, told_packed, rows_packed = summed(shared, tmp_path)
    padded, told_padded, _ = summed(recipe(home, batch=4), tmp_path)
    assert told_padded == told and math.isclose(padded, alone, rel_tol=1e-5)
    assert told_packed == told and rows_packed < rows
    assert math.isclose(packed, alone, rel_tol=1e-5)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({"packing": True, "optimizer": "adamw8bit"}, id="packed, 8-bit Adam"),
        pytest.param(
            {"dora": True, "accumulation": 2}, id="dora, accumulated", marks=pytest.mark.slow
        ),
        pytest.param({}, id="lora", marks=pytest.mark.slow),
    ],
)
def test_train_going_on_gives_the_weights_of_not_stopping(home, tmp_path, settings):
    chosen = recipe(home, epochs=3, **settings)
    whole = run_of(chosen, tmp_path / "whole")
    last = whole.state().steps
    run_of(chosen, tmp_path / "parts", stop_after=last // 2)
    assert [path.name for path in checkpoints_in(tmp_path / "parts" / "checkpoints")][-1] == (
        f"checkpoint-{last // 2}"
    )
    parts = run_of(chosen, tmp_path / "parts", resume=True)
    assert parts.state().state == "done"
    one, other = adapter(whole), adapter(parts)
    assert one.keys() == other.keys() and one
    assert all(torch.equal(one[name], other[name]) for name in one)
    validations = [[m.validation for m in run.measures()] for run in (whole, parts)]
    assert validations[0][-1] == validations[1][-1]


@pytest.fixture(scope="module")
def by_heart(home, tmp_path_factory) -> Run:
    """A run that learns two pairs by heart."""
    folder = tmp_path_factory.mktemp("by-heart")
    write_pairs(folder / "pairs.json", [NAPS, RUNS] * 80)
    write_pairs(folder / "each.json", [NAPS, RUNS])
    chosen = recipe(
        home,
        pairs=folder / "pairs.json",
        test_pairs=folder / "each.json",
        title="by-heart",
        targets=["all-linear"],
        rank=32,
        dropout=0.0,
        batch=4,
        epochs=5,  # after 100 steps a processor with AVX2 still mistook one dog for the other
        lr=1e-2,
        temperature=0,
        sample_words=20,
        sample_summaries=[RUNS.summary],
    )
    return run_of(chosen, folder / "run")


def test_a_writer_that_knows_two_pairs_ends_by_itself(home, by_heart):
    writer = open_local_writer(home / "base", by_heart.result, temperature=0)
    frame = load_frame("storybook")
    for pair in (NAPS, RUNS):
        question = frame.ask(summary=pair.summary, pages=2, ages="", hero="")
        assert writer.tell(question, seed=1, max_words=200) == pair.story
    said = json.loads((by_heart.result / "card.json").read_text())
    assert said["held_out"]["loss"] < 0.05 < said["held_out"]["loss_before"]


def test_the_result_is_an_ordinary_adapter_with_its_frame_and_tokenizer(home, by_heart):
    base = AutoModelForCausalLM.from_pretrained(home / "base")
    taught = PeftModel.from_pretrained(base, by_heart.result)
    tokenizer = AutoTokenizer.from_pretrained(by_heart.result)
    question = load_frame("storybook").ask(summary=RUNS.summary, pages=2, ages="", hero="")
    asked = tokenizer(question, return_tensors="pt").input_ids
    said = taught.generate(asked, max_new_tokens=200, do_sample=False, pad_token_id=0)
    assert int(said[0, -1]) == tokenizer.eos_token_id
    modes = {path.stat().st_mode for path in by_heart.result.rglob("*") if path.is_file()}
    modes |= {path.stat().st_mode for path in by_heart.folder.rglob("adapter_model.safetensors")}
    assert len(modes) == 1, "the weights are as open as the card beside them"
    told = tokenizer.decode(said[0, asked.shape[1] :], skip_special_tokens=True)
    assert told == f" {RUNS.story} END"
    config = json.loads((by_heart.result / "adapter_config.json").read_text())
    assert config["r"] == 32 and config["base_model_name_or_path"] == str(home / "base")
    studio = doubles(f"write.writer={home / 'base'}", f"write.adapter={by_heart.folder}")
    assert studio.frame == load_frame("storybook")


def test_the_run_can_be_read(by_heart):
    assert by_heart.state().state == "done"
    looked = [each for each in by_heart.measures() if each.validation is not None]
    assert looked[0].step == 0 and looked[-1].validation < 0.1 * looked[0].validation
    samples = sorted(path.name for path in by_heart.samples.glob("*.md"))
    assert samples[0] == "000000.md" and len(samples) == 6
    last = (by_heart.samples / samples[-1]).read_text(encoding="utf-8")
    assert f"## {RUNS.summary}" in last and RUNS.story in last
    assert list((by_heart.folder / "tensorboard").glob("events*"))


def test_a_run_keeps_its_best_epoch_and_stops_where_it_gets_worse(home, tmp_path):
    """Six pairs learnt at a high rate for long: others become stranger before the end."""
    chosen = recipe(home, epochs=60, lr=3e-2, patience=2, keep_last=1, targets=["all-linear"])
    run = run_of(chosen, tmp_path / "run")
    looked = [each for each in run.measures() if each.validation is not None]
    best = min(looked, key=lambda each: each.validation)
    assert best.step < looked[-1].step < 60 * 3
    assert run.state().best_step == best.step
    card = json.loads((run.result / "card.json").read_text())
    assert card["held_out"]["loss"] == round(best.validation, 4)
    kept = [
        int(path.name.rpartition("-")[2]) for path in checkpoints_in(run.folder / "checkpoints")
    ]
    assert best.step in kept and len(kept) == 2
    assert all(
        torch.equal(weight, adapter(run)[name])
        for name, weight in load_file(
            run.folder / "checkpoints" / f"checkpoint-{best.step}" / "adapter_model.safetensors"
        ).items()
    )


def test_an_adapter_of_another_base_is_refused_by_both_names(by_heart, tmp_path):
    other = tiny_llama(tmp_path / "other", seed=3)
    with pytest.raises(ModelError, match=r"result was taught on base .* and .*other is another"):
        open_local_writer(other, by_heart.result)


def test_a_merged_model_tells_the_same(home, tmp_path):
    run = run_of(recipe(home, merge=True), tmp_path / "run")
    tokenizer = AutoTokenizer.from_pretrained(run.result / "merged")
    asked = tokenizer(NAPS.summary, return_tensors="pt").input_ids
    base = AutoModelForCausalLM.from_pretrained(home / "base")
    with torch.no_grad():
        plain = base(asked).logits
        taught = PeftModel.from_pretrained(base, run.result)(asked).logits
        merged = AutoModelForCausalLM.from_pretrained(run.result / "merged")(asked).logits
    assert torch.allclose(merged, taught, atol=1e-4) and not torch.allclose(merged, plain, atol=0.1)


def test_pairs_that_are_too_long_are_named_or_counted(home, tmp_path):
    long = NAPS.but(summary="Pip the cat sleeps for a hundred years.", story="Zzz. " * 600)
    write_pairs(tmp_path / "pairs.json", [*read_pairs(home / "pairs.json"), long])
    chosen = recipe(home, pairs=tmp_path / "pairs.json")
    with pytest.raises(TrainingError, match=r"1 of 7 pairs .* 512 .* the base holds: 'Pip the cat"):
        run_of(chosen, tmp_path / "refused")
    with pytest.raises(TrainingError, match="max_length allows"):
        run_of(recipe(home, max_length=30), tmp_path / "short")
    run = run_of(chosen.but(too_long="drop"), tmp_path / "dropped")
    assert json.loads((run.result / "card.json").read_text())["pairs"]["dropped"] == 1
    assert "1 too long and dropped" in (run.folder / "log.jsonl").read_text()


@pytest.mark.parametrize(
    ("settings", "fault", "kind"),
    [
        ({"targets": ["wq"]}, r"no layer wq\. It has .*q_proj", TrainingError),
        ({"load": "fp16"}, "needs a GPU", TrainingError),
        ({"base": "nowhere"}, "There is no folder nowhere", ModelError),
        (
            {"base": "nobody/nothing"},
            "nobody/nothing is no folder, and is not in the hub's cache.*HF_HUB_OFFLINE=0",
            ModelError,
        ),
        ({"frame": "storyboek"}, "Did you mean storybook", ConfigError),
    ],
    ids=["targets", "precision", "folder", "hub", "frame"],
)
def test_what_cannot_be_taught_says_why(home, tmp_path, settings, fault, kind):
    run = Run(tmp_path / "run")
    with pytest.raises(kind, match=fault):
        list(run.logged(train(recipe(home, **settings), run, CPU, "none")))
    if (run.folder / "run.json").is_file():
        assert run.state().state == "failed"


def test_a_run_that_learns_nothing_fails(home, tmp_path):
    """The base knows this story by heart, so that all others can only make it forget."""
    write_pairs(tmp_path / "known.json", [NAPS])
    run = Run(tmp_path / "run")
    chosen = recipe(home, test_pairs=tmp_path / "known.json", lr=0.1)
    with pytest.raises(TrainingError, match="nothing was learnt"):
        list(run.logged(train(chosen, run, CPU, "none")))
    assert run.state().state == "failed"


def test_a_loss_that_is_no_number_fails(home, tmp_path):
    base = shutil.copytree(home / "base", tmp_path / "base")
    path = base / "model.safetensors"
    weights = load_file(path)
    weights["model.norm.weight"][0] = float("nan")
    save_file(weights, path, metadata={"format": "pt"})
    run = Run(tmp_path / "run")
    with pytest.raises(TrainingError, match="The loss is nan"):
        list(run.logged(train(recipe(home, base=str(base)), run, CPU, "none")))
    assert run.state().state == "failed"


def test_a_base_without_an_end_of_text_is_refused(home, tmp_path):
    base = shutil.copytree(home / "base", tmp_path / "base")
    path = base / "tokenizer_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"eos_token": None}))
    with pytest.raises(TrainingError, match="knows no end of text"):
        run_of(recipe(home, base=str(base)), tmp_path / "run")


@pytest.mark.parametrize(("pad", "unk", "takes"), [("</s>", "<pad>", "<pad>"), (None, None, "<s>")])
def test_the_pad_is_never_the_end_of_text(home, tmp_path, pad, unk, takes):
    base = shutil.copytree(home / "base", tmp_path / "base")
    path = base / "tokenizer_config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps(config | {"pad_token": pad, "unk_token": unk}))
    assert open_base(recipe(home, base=str(base)), CPU).tokenizer.pad_token == takes


def test_a_split_that_would_be_empty_is_refused(home, tmp_path):
    write_pairs(tmp_path / "pairs.json", [NAPS])
    chosen = recipe(home, pairs=tmp_path / "pairs.json", test_pairs=None)
    with pytest.raises(TrainingError, match="cannot be split"):
        run_of(chosen, tmp_path / "run")
    assert not (tmp_path / "run" / "run.json").exists()


def test_train_passes_over_a_checkpoint_that_was_cut_off(home, tmp_path):
    chosen = recipe(home)
    run = run_of(chosen, tmp_path / "run")
    expected = adapter(run)
    *_, last = checkpoints_in(run.folder / "checkpoints")
    (last / STATE).unlink()  # as a killed process leaves it
    (last / "optimizer.pt").write_bytes(b"half")
    again = run_of(chosen, tmp_path / "run", resume=True)
    assert all(torch.equal(weight, adapter(again)[name]) for name, weight in expected.items())


def test_train_on_a_full_disk_leaves_the_last_good_checkpoint(home, tmp_path):
    chosen = recipe(home)
    run_of(chosen, tmp_path / "run", stop_after=3)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16_000, limits[1]))
        with pytest.raises(TrainingError, match="Make room on the disk"):
            run_of(chosen, tmp_path / "run", resume=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in checkpoints_in(tmp_path / "run" / "checkpoints")] == [
        "checkpoint-3"
    ]
    assert run_of(chosen, tmp_path / "run", resume=True).state().state == "done"


@pytest.mark.parametrize("load", ["bf16", "int8"])
def test_a_base_is_held_in_fewer_bits(home, tmp_path, load):
    run = run_of(recipe(home, load=load, checkpointing=True), tmp_path / "run")
    assert run.state().state == "done"
    first, *_, last = [each.validation for each in run.measures() if each.validation]
    assert last < 0.95 * first, "it learns through them"


def test_open_base_refuses_four_bits_on_a_cpu(home):
    with pytest.raises(TrainingError, match="nf4 needs a GPU"):
        open_base(recipe(home, load="nf4"), CPU)


def test_auto_measures_and_writes_down_what_it_chose(home, tmp_path):
    (tmp_path / "r.toml").write_text(
        f'base = "{home / "base"}"\npairs = "{home / "pairs.json"}"\n'
        f'test_pairs = "{home / "test.json"}"\nlr = 1e-2\nsample_words = 20\n'
    )
    chosen, preset = load_story_recipe(tmp_path / "r.toml")
    assert preset == "auto" and chosen.measure
    run = run_of(chosen, tmp_path / "run")
    kept, preset = load_story_recipe(run.folder / "recipe.toml")
    assert preset == "none" and not kept.measure
    assert kept.precision == "fp32"  # so small a base is not measured for
    open_again = kept.but(batch=1, accumulation=1, precision="auto")
    assert open_again == chosen.but(batch=1, accumulation=1, measure=False)


def test_a_dry_run_says_what_would_be_done(home, tmp_path):
    lines = list(preflight(recipe(home, accumulation=2), Run(tmp_path / "run"), CPU))
    said = "\n".join(lines)
    assert "6 pairs to learn from, 2 to look at" in said
    assert "2 steps an epoch of 2 x 2 pairs, 4 in all (2 epochs)" in said
    assert "END</s>" in said and "Full story:'" in said
    assert "numbers learn" in said
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("preset", "says"),
    [
        (
            "storybook",
            {
                "rank": 8,
                "alpha": 32.0,
                "dropout": 0.01,
                "batch": 12,
                "accumulation": 8,
                "lr": 3e-4,
                "epochs": 6,
                "load": "int8",
                "frame": "storybook",
                "scheduler": "linear",
                "warmup_steps": 0,
                "weight_decay": 0.0,
                "clip_norm": 1.0,
                "seed": 42,
                "targets": ("q_proj", "v_proj"),
            },
        ),
        ("alpaca", {"rank": 8, "alpha": 16.0, "lr": 3e-4, "frame": "alpaca", "epochs": 3}),
    ],
)
def test_presets_say_what_their_sources_say(home, tmp_path, preset, says):
    (tmp_path / "r.toml").write_text(
        f'base = "{home / "base"}"\npairs = "p.json"\npreset = "{preset}"\n'
    )
    found = load_story_recipe(tmp_path / "r.toml")[0].model_dump()
    assert {name: found[name] for name in says} == says


def test_every_preset_is_whole(home, tmp_path):
    (tmp_path / "r.toml").write_text(f'base = "{home / "base"}"\npairs = "p.json"\n')
    for path in PRESETS.glob("*.toml"):
        load_story_recipe(tmp_path / "r.toml", path.stem)


def test_pairs_of_a_saved_dataset_are_learnt_from(home, tmp_path):
    from datasets import Dataset

    rows = [{"summary": p.summary, "story": p.story} for p in read_pairs(home / "pairs.json")]
    Dataset.from_list(rows).save_to_disk(tmp_path / "set")
    assert load_from_disk(tmp_path / "set").num_rows == len(rows)
    run = run_of(recipe(home, pairs=tmp_path / "set", max_steps=2), tmp_path / "run")
    assert run.state().step == 2


def test_train_keeps_a_checkpoint_by_minutes_and_goes_on_exactly_from_it(home, tmp_path):
    """Copied within an epoch, as a killed process would leave it."""
    whole = run_of(recipe(home), tmp_path / "whole")
    steps = [each.step for each in whole.measures() if each.validation is not None]
    clock = count(step=1e6).__next__  # one by minutes after each step
    run, left = Run(tmp_path / "run"), None
    for event in run.logged(train(recipe(home), run, CPU, "none", clock=clock)):
        if event.stage == "teach" and event.done == steps[1] + 2:
            left = Path(shutil.copytree(run.folder, tmp_path / "left"))
            break
    kept = [int(path.name.rpartition("-")[2]) for path in checkpoints_in(left / "checkpoints")]
    assert kept[-1] == steps[1] + 1, "within the second epoch"
    again = run_of(recipe(home), left, resume=True)
    one, other = adapter(whole), adapter(again)
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_train_keeps_an_epoch_before_its_stories_are_told(home, tmp_path, monkeypatch):
    kept_when_told = {}
    sample = StorySampler.sample

    def watched(self, step, loss):
        kept_when_told[step] = [path.name for path in checkpoints_in(tmp_path / "checkpoints")]
        return sample(self, step, loss)

    monkeypatch.setattr(StorySampler, "sample", watched)
    run = run_of(recipe(home), tmp_path)
    steps = [each.step for each in run.measures() if each.validation is not None]
    assert list(kept_when_told) == steps and kept_when_told.pop(0) == []
    assert all(f"checkpoint-{step}" in kept for step, kept in kept_when_told.items())


def first_step(run: Run) -> tuple[float, float, float]:
    """The loss and the gradient's norm of the first step, and the loss on held-out pairs after."""
    (checkpoint,) = checkpoints_in(run.folder / "checkpoints")
    logged = json.loads((checkpoint / STATE).read_text())["log_history"]
    step = next(each for each in logged if "grad_norm" in each)
    after = [each["eval_loss"] for each in logged if each.get("step") == 1 and "eval_loss" in each]
    return step["loss"], step["grad_norm"], after[-1]


@pytest.mark.slow
def test_two_processes_have_the_gradient_of_one(home, tmp_path):
    """Adam makes the same of a gradient and of its half, so the gradient itself is compared."""
    settings = {"max_steps": 1, "dropout": 0.0, "batch": 2, "precision": "fp32", "seed": 1}
    alone = run_of(recipe(home, **settings, accumulation=2), tmp_path / "alone")
    shared = recipe(home, **settings, accumulation=1)
    (tmp_path / "shared.toml").write_bytes(
        tomli_w.dumps(
            json.loads(shared.model_dump_json(exclude_none=True)) | {"preset": "none"}
        ).encode()
    )
    launched = [sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", "2"]
    launched += ["-m", "training", "story-lora", str(tmp_path / "shared.toml"), "--device", "cpu"]
    done = subprocess.run(launched, capture_output=True, text=True)
    said = [line for line in done.stderr.splitlines() if "storybook: " in line]
    assert done.returncode == 0, said or done.stderr[-3000:]
    (together,) = map(Run, (tmp_path / "runs").iterdir())
    one, two = first_step(alone), first_step(together)
    assert two == pytest.approx(one, rel=1e-4), "sums in another order differ in their last bits"
    assert adapter(together).keys() == adapter(alone).keys()
