"""The steps of a story run as events: the trainer works in a thread, a callback queues them."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any

import torch
from accelerate.utils import broadcast_object_list
from safetensors import SafetensorError
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTTrainer

from storybook.errors import TrainingError
from storybook.files import follow_umask
from storybook.records import Event
from training.runs.run import Measure, Run
from training.runs.tensorboard import TensorBoardWriter
from training.story.samples import StorySampler

STATE = "trainer_state.json"
"""Written last of all that a checkpoint holds."""


class StoryCallback(TrainerCallback):
    """Logs measures, samples stories and queues events; stops between two steps if asked.

    Stories are sampled once the step is kept, so that nothing is lost if that is stopped. Within an
    epoch a checkpoint is written after each `every_s` seconds of `clock`; 0: none.
    """

    def __init__(
        self,
        run: Run,
        tensorboard: TensorBoardWriter,
        sampler: StorySampler,
        every_s: float,
        clock: Callable[[], float],
    ) -> None:
        self.events: SimpleQueue[Event | BaseException | None] = SimpleQueue()
        self.consumed = Semaphore(0)
        """Released when the event of a step was consumed, so that no step is taken before."""
        self.should_stop = False
        self._run, self._tensorboard, self._sampler = run, tensorboard, sampler
        self._note = ""
        self._every_s, self._clock, self._since = every_s, clock, clock()
        self._eval_loss: float | None = None
        """The loss on held-out pairs, until stories are sampled."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._run.write_state(self._run.state().but(step=state.global_step, steps=state.max_steps))

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        done, total = state.global_step, state.max_steps
        self.events.put(Event(stage="teach", done=done, total=total, note=self._note))
        self.consumed.acquire()
        keeps = bool(self._every_s) and self._clock() - self._since >= self._every_s
        if args.world_size > 1:  # all do what the first one does, or they would wait for each other
            self.should_stop, keeps = broadcast_object_list([self.should_stop, keeps])
        if self.should_stop:
            control.should_save = control.should_training_stop = True
        elif keeps:
            control.should_save = True

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        if self.should_stop:  # in the middle of an epoch, where an unbroken run would not look
            control.should_evaluate = control.should_save = False

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float],
        **_: Any,
    ) -> None:
        if "loss" not in logs:
            return
        _check(logs["loss"], state.global_step)
        self._measure(state, loss=logs["loss"], lr=logs["learning_rate"])
        self._note = f"epoch {state.epoch:.1f}, loss {logs['loss']:.3f}"

    def on_evaluate(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        metrics: dict[str, float],
        **_: Any,
    ) -> None:
        _check(metrics["eval_loss"], state.global_step)
        self._measure(state, validation=metrics["eval_loss"])
        self._eval_loss = metrics["eval_loss"]
        if state.global_step == 0:  # of which no checkpoint is kept
            self._sample(state)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        best = state.best_global_step or None
        follow_umask(Path(args.output_dir) / f"checkpoint-{state.global_step}")
        self._run.write_state(self._run.state().but(step=state.global_step, best_step=best))
        self._since = self._clock()
        if self._eval_loss is not None:
            self._sample(state)

    def _sample(self, state: TrainerState) -> None:
        loss, self._eval_loss = self._eval_loss, None
        self._sampler.sample(state.global_step, loss)

    def _measure(self, state: TrainerState, **figures: float) -> None:
        step = state.global_step
        measure = Measure(step=step, epoch=round(state.epoch or 0), **figures)
        self._run.measure(measure)
        self._tensorboard.write(measure)


def training_events(
    trainer: SFTTrainer, callback: StoryCallback, checkpoint: str | None
) -> Iterator[Event]:
    """Run the trainer from `checkpoint`, or from its beginning; an event for each step.

    Closing the iterator makes the trainer save a checkpoint and stop. What the trainer raises is
    raised here; a disk that is full becomes a TrainingError.
    """
    threads = torch.get_num_threads()

    def work() -> None:
        torch.set_num_threads(threads)  # torch counts them for each thread
        try:
            trainer.train(resume_from_checkpoint=checkpoint)
            callback.events.put(None)
        except BaseException as fault:  # queued, and raised where the events are consumed
            callback.events.put(fault)

    worker = Thread(target=work, name="trainer", daemon=True)
    worker.start()
    try:
        while (event := callback.events.get()) is not None:
            if _unwritten(event):
                raise TrainingError(
                    f"The checkpoint could not be written ({event}). Make room on the disk of "
                    f"{trainer.args.output_dir}, then --resume latest goes on from the last whole "
                    "one."
                ) from event
            if isinstance(event, BaseException):
                raise event
            yield event
            callback.consumed.release()
    finally:
        callback.should_stop = True
        callback.consumed.release()
        worker.join()


def checkpoints_in(folder: Path) -> list[Path]:
    """The whole checkpoints of a run, the oldest first; one that was cut off is passed over."""
    folders = [path.parent for path in folder.glob(f"checkpoint-*/{STATE}")]
    return sorted(folders, key=lambda path: int(path.name.rpartition("-")[2]))


def _check(loss: float, step: int) -> None:
    """Raise TrainingError if a loss is no number."""
    if not math.isfinite(loss):
        raise TrainingError(
            f"The loss is {loss} at step {step}: the learning rate is too high, the precision too "
            "coarse, or the base broken. Set a smaller lr or load=fp32; --resume latest goes on "
            "from the last good checkpoint."
        )


def _unwritten(event: object) -> bool:
    """Whether an event is the fault of a file that could not be written."""
    writers = (OSError, SafetensorError)
    return isinstance(event, writers) or (
        isinstance(event, RuntimeError) and "PytorchStreamWriter" in str(event)
    )
