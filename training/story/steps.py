"""The steps of a story run as events: the trainer works in a thread of its own and tells."""

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import SimpleQueue
from threading import Semaphore, Thread
from typing import Any

import torch
from safetensors import SafetensorError
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTTrainer

from storybook.errors import TrainingError
from storybook.files import follow_umask
from storybook.records import Event
from training.runs.run import Measure, Run
from training.runs.tensorboard import TensorBoardWriter
from training.story.samples import Teller

STATE = "trainer_state.json"
"""Written last of all that a checkpoint holds."""


class Watcher(TrainerCallback):
    """Measures, samples and tells what the trainer does; stops it between two steps if asked.

    Samples are told once the step is kept, so that nothing is lost if that is stopped. Within an
    epoch a checkpoint is written after each `every_s` seconds of `clock`; 0: none.
    """

    def __init__(
        self,
        run: Run,
        board: TensorBoardWriter,
        teller: Teller,
        every_s: float,
        clock: Callable[[], float],
    ) -> None:
        self.told: SimpleQueue[Event | BaseException | None] = SimpleQueue()
        self.heard = Semaphore(0)
        """Released when what was told of a step has been heard, so that none is taken before."""
        self.stops = False
        self._run, self._board, self._teller = run, board, teller
        self._note = ""
        self._every_s, self._clock, self._since = every_s, clock, clock()
        self._judged: float | None = None
        """The loss on held-out pairs, until samples are told."""

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        self._run.write_state(self._run.state().but(step=state.global_step, steps=state.max_steps))

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        done, total = state.global_step, state.max_steps
        self.told.put(Event(stage="teach", done=done, total=total, note=self._note))
        self.heard.acquire()
        if self.stops:
            control.should_save = control.should_training_stop = True
        elif self._every_s and self._clock() - self._since >= self._every_s:
            control.should_save = True

    def on_epoch_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        if self.stops:  # in the middle of an epoch, where an unbroken run would not look
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
        self._judged = metrics["eval_loss"]
        if state.global_step == 0:  # of which no checkpoint is kept
            self._tell(state)

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **_: Any
    ) -> None:
        best = state.best_global_step or None
        follow_umask(Path(args.output_dir) / f"checkpoint-{state.global_step}")
        self._run.write_state(self._run.state().but(step=state.global_step, best_step=best))
        self._since = self._clock()
        if self._judged is not None:
            self._tell(state)

    def _tell(self, state: TrainerState) -> None:
        loss, self._judged = self._judged, None
        self._teller.tell(state.global_step, loss)

    def _measure(self, state: TrainerState, **figures: float) -> None:
        step = state.global_step
        measure = Measure(step=step, epoch=round(state.epoch or 0), **figures)
        self._run.measure(measure)
        self._board.write(measure)


def steps_of(trainer: SFTTrainer, watcher: Watcher, checkpoint: str | None) -> Iterator[Event]:
    """Run the trainer from `checkpoint`, or from its beginning; an event for each step.

    Closing the iterator makes the trainer save a checkpoint and stop. What the trainer raises is
    raised here; a disk that is full becomes a TrainingError.
    """
    threads = torch.get_num_threads()

    def work() -> None:
        torch.set_num_threads(threads)  # torch counts them for each thread
        try:
            trainer.train(resume_from_checkpoint=checkpoint)
            watcher.told.put(None)
        except BaseException as fault:  # told to whoever waits, and raised there
            watcher.told.put(fault)

    worker = Thread(target=work, name="trainer", daemon=True)
    worker.start()
    try:
        while (told := watcher.told.get()) is not None:
            if _unwritten(told):
                raise TrainingError(
                    f"The checkpoint could not be written ({told}). Make room on the disk of "
                    f"{trainer.args.output_dir}, then --resume latest goes on from the last whole "
                    "one."
                ) from told
            if isinstance(told, BaseException):
                raise told
            yield told
            watcher.heard.release()
    finally:
        watcher.stops = True
        watcher.heard.release()
        worker.join()


def checkpoints_in(folder: Path) -> list[Path]:
    """The whole checkpoints of a run, the oldest first; one that was cut off is passed over."""
    found = [path.parent for path in folder.glob(f"checkpoint-*/{STATE}")]
    return sorted(found, key=lambda path: int(path.name.rpartition("-")[2]))


def _check(loss: float, step: int) -> None:
    """Raise TrainingError if a loss is no number."""
    if not math.isfinite(loss):
        raise TrainingError(
            f"The loss is {loss} at step {step}: the learning rate is too high, the precision too "
            "coarse, or the base broken. Set a smaller lr or load=fp32; --resume latest goes on "
            "from the last good checkpoint."
        )


def _unwritten(told: object) -> bool:
    """Whether what was told is that a file could not be written."""
    writers = (OSError, SafetensorError)
    return isinstance(told, writers) or (
        isinstance(told, RuntimeError) and "PytorchStreamWriter" in str(told)
    )
