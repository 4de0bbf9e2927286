"""Supervised fine-tuning of a LoRA on a causal language model, so that it tells stories.

What is learnt: the next token of a story, given the prompt of its pair. A row is

    input_ids  prompt (frame, summary, pages) | reply (title, pages, END, end of text)
    labels     IGNORE_INDEX ...               | the reply's own tokens

and the loss is the mean cross-entropy of the labelled tokens (`rows.row_of`,
`trainer.StoryTrainer.compute_loss`); with `loss_on = "all"`, or of a raw text, every token is
labelled. Only the adapter's weights are trained; the best step by the loss on held-out pairs is
kept. TRL's SFTTrainer takes the steps; what it does with its defaults is said here in full.
"""

import time
from collections.abc import Callable, Iterator
from functools import partial
from importlib.metadata import version
from math import exp
from random import Random

import torch
from accelerate.utils import broadcast_object_list
from datasets import Dataset, disable_progress_bars
from transformers import EarlyStoppingCallback, PrinterCallback
from trl import SFTConfig

from storybook.errors import TrainingError
from storybook.models.devices import explain_oom
from storybook.quantisation import show_bitsandbytes
from storybook.records import Event
from storybook.story.prompt_frame import PromptFrame, load_frame
from training.data.pair_check import split
from training.data.pairs import Pair, read_pairs, write_pairs
from training.runs.run import Measure, Run, RunState
from training.runs.tensorboard import TensorBoardWriter
from training.story.base import Base, open_base
from training.story.measured import with_batch_size, with_precision
from training.story.recipe import StoryRecipe
from training.story.result import write_result
from training.story.rows import StoryDataset, TokenizedPair, tokenize_pairs
from training.story.samples import StorySampler
from training.story.steps import StoryCallback, checkpoints_in, training_events
from training.story.trainer import StoryTrainer, collate

PACKAGES = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")
REMEDY = "Try --set batch=1, --set checkpointing=true, --set load=int8 or a smaller max_length."
TRAIN, TEST = "train.json", "test.json"
OPTIMIZERS = {
    "adamw": "adamw_torch",
    "adamw8bit": "adamw_8bit",
    "paged_adamw8bit": "paged_adamw_8bit",
}


def train(
    recipe: StoryRecipe,
    run: Run,
    device: torch.device,
    preset: str,
    *,
    resume: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Event]:
    """Teach the base of `recipe` its stories in `run`, and leave the adapter there.

    With `resume`, goes on from the run's last whole checkpoint; closing the iterator keeps one. Of
    several processes each has a run of its own, and the first one alone leaves a result.
    `clock` gives seconds. Raises TrainingError when the run cannot go on, or when it has learnt
    nothing.
    """
    frame = frame_of(recipe)
    pairs = pairs_of(recipe, run if resume else None)
    if not resume:
        run.begin(recipe)
        for name, part in zip((TRAIN, TEST), pairs, strict=True):
            write_pairs(run.folder / name, part)
    run.write_state(RunState(state="running", preset=preset, versions=_versions()))

    yield Event(stage="open", done=0, total=1)
    with explain_oom(device, "Opening the base", REMEDY):
        base = open_base(recipe, device)
    dataset = tokenize_pairs(pairs, recipe, frame, base.tokenizer, base.context)
    yield Event(stage="open", done=1, total=1, note=_sizes(dataset))
    chosen = with_precision(recipe, base, dataset)
    if recipe.measure:
        chosen = yield from with_batch_size(chosen, base, dataset)
    # Where several processes measured, the first one's word counts.
    (chosen,) = broadcast_object_list([chosen])
    if chosen != recipe:
        recipe = chosen
        run.rewrite(recipe)

    trainer = trainer_of(recipe, base, dataset, str(run.folder / "checkpoints"), device)
    sampler = StorySampler(recipe, base, frame, dataset.test, run.samples)
    tensorboard = TensorBoardWriter(run.folder, trainer.state.global_step)
    callback = StoryCallback(run, tensorboard, sampler, 60 * recipe.checkpoint_every_minutes, clock)
    trainer.add_callback(callback)
    last = checkpoints_in(run.folder / "checkpoints")[-1:] if resume else []
    if not last:
        yield Event(stage="samples", done=0, total=1, note="before the first step")
        yield Event(stage="samples", done=1, total=1, note=f"loss {_first_loss(trainer, base):.3f}")
    with explain_oom(device, f"Learning from {recipe.batch} rows at once", REMEDY):
        yield from training_events(trainer, callback, str(last[0]) if last else None)
    tensorboard.close()
    if not trainer.is_world_process_zero():
        return

    before, best = _compared(run)
    folder = write_result(run, recipe, base, frame, dataset, preset, (before, best))
    run.write_state(
        run.state().but(state="done", step=trainer.state.global_step, best_step=best.step)
    )
    note = f"step {best.step} in {folder}: perplexity {exp(before.validation):.2f} before, "
    yield Event(stage="saved", done=1, total=1, note=f"{note}{exp(best.validation):.2f} after")


def _versions() -> dict[str, str]:
    return {name: version(name) for name in PACKAGES}


def _sizes(dataset: StoryDataset) -> str:
    """How much there is to learn, in words."""
    note = f"{len(dataset.train)} pairs to learn from, {len(dataset.test)} to look at"
    note += f", {dataset.dropped} too long and dropped" if dataset.dropped else ""
    return f"{note}; longest {dataset.longest} tokens"


def _first_loss(trainer: StoryTrainer, base: Base) -> float:
    """The loss on stories that are not taught, before the first step."""
    loss = trainer.evaluate()["eval_loss"]
    if trainer.args.world_size > 1:
        # accelerate takes a model that it prepared for looking alone for one that it has wrapped,
        # and the processes would each learn by themselves.
        vars(base.model).pop("_is_accelerate_prepared", None)
    return loss


def _compared(run: Run) -> tuple[Measure, Measure]:
    """The measures before the first step and of the best one; TrainingError if they are one."""
    looked = [each for each in run.measures() if each.validation is not None]
    before, best = looked[0], min(looked, key=lambda each: each.validation)
    if best.step == before.step:
        raise TrainingError(
            f"The loss on stories that it was not taught was {before.validation:.3f} before the "
            "first step and never less after it: nothing was learnt. Try another lr, or more pairs."
        )
    return before, best


def frame_of(recipe: StoryRecipe) -> PromptFrame:
    """The frame that the recipe names, with its own way to say a page."""
    frame = load_frame(recipe.frame)
    return frame.but(page=recipe.page) if recipe.page else frame


def trainer_of(
    recipe: StoryRecipe, base: Base, dataset: StoryDataset, folder: str, device: torch.device
) -> StoryTrainer:
    """TRL's trainer for a recipe, with checkpoints in `folder`."""
    disable_progress_bars()  # of preparing the rows, which takes no time
    width = dataset.width(recipe, base.context)
    if recipe.optimizer != "adamw":
        show_bitsandbytes()
    patience = [EarlyStoppingCallback(recipe.patience)] if recipe.patience else []
    # TRL lays packed rows out itself.
    data_collator = None if recipe.packing else partial(collate, pad=base.tokenizer.pad_token_id)
    trainer = StoryTrainer(
        model=base.model,
        args=_options(recipe, width, folder, device),
        train_dataset=_dataset(dataset.train_rows),
        eval_dataset=_dataset(dataset.test_rows),
        processing_class=base.tokenizer,
        data_collator=data_collator,
        callbacks=patience,
    )
    trainer.remove_callback(PrinterCallback)
    return trainer


def _options(recipe: StoryRecipe, width: int, folder: str, device: torch.device) -> SFTConfig:
    """A recipe in TRL's words, for rows of at most `width` tokens."""
    return SFTConfig(
        output_dir=folder,
        use_cpu=device.type == "cpu",
        seed=recipe.seed,
        data_seed=recipe.seed,
        # What is learnt from
        per_device_train_batch_size=recipe.batch,
        per_device_eval_batch_size=recipe.batch,
        gradient_accumulation_steps=recipe.accumulation,
        num_train_epochs=recipe.epochs,
        max_steps=recipe.max_steps or -1,
        max_length=width,
        packing=recipe.packing,
        eval_packing=False,
        shuffle_dataset=False,  # each epoch is shuffled by its seed
        train_sampling_strategy="random",  # of packed rows; others go by their length
        dataloader_drop_last=False,
        dataloader_num_workers=0,
        dataloader_pin_memory=device.type == "cuda",
        completion_only_loss=False,  # the rows bring their labels
        loss_type="nll",
        # How
        learning_rate=recipe.lr,
        lr_scheduler_type=recipe.scheduler,
        warmup_steps=recipe.warmup_steps,
        optim=OPTIMIZERS[recipe.optimizer],
        weight_decay=recipe.weight_decay,
        max_grad_norm=recipe.clip_norm,
        bf16=recipe.load in ("bf16", "nf4") or recipe.precision == "bf16",
        fp16=recipe.load in ("fp16", "int8") and device.type == "cuda",
        gradient_checkpointing=recipe.checkpointing,
        # What is watched and kept
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=recipe.keep_last + 1,
        load_best_model_at_end=True,
        metric_for_best_model="eval_loss",
        greater_is_better=False,
        logging_strategy="steps",
        logging_steps=10,
        logging_first_step=True,
        logging_nan_inf_filter=False,  # a loss that is no number has to be seen
        report_to="none",
        disable_tqdm=True,
        push_to_hub=False,
    )


def pairs_of(recipe: StoryRecipe, run: Run | None = None) -> tuple[list[Pair], list[Pair]]:
    """What is learnt from and what is looked at; as `run` kept them, if there is one."""
    if run is not None:
        return read_pairs(run.folder / TRAIN), read_pairs(run.folder / TEST)
    read = partial(
        read_pairs,
        summary_column=recipe.summary_column,
        story_column=recipe.story_column,
        raw=recipe.raw,
    )
    if recipe.test_pairs is not None:
        train, test = read(recipe.pairs), read(recipe.test_pairs)
    else:
        train, test = split(read(recipe.pairs), recipe.test, recipe.seed)
    if recipe.max_samples is not None and recipe.max_samples < len(train):
        places = sorted(Random(recipe.seed).sample(range(len(train)), recipe.max_samples))
        train = [train[place] for place in places]
    return train, test


def _dataset(rows: list[TokenizedPair]) -> Dataset:
    return Dataset.from_dict(
        {"input_ids": [row.tokens for row in rows], "labels": [row.labels for row in rows]}
    )
