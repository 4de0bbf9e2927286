"""A run's figures and samples for TensorBoard, where that is installed."""

from pathlib import Path

import numpy as np
from PIL import Image

from training.runs.run import Measure

FIGURES = ("loss", "validation", "likeness", "lr")


class TensorBoardWriter:
    """Writes into `tensorboard/` of a run, which `tensorboard --logdir runs` shows.

    Does nothing where TensorBoard is not installed.
    """

    def __init__(self, folder: Path, step: int) -> None:
        """What was written after `step` by a run that was stopped is hidden."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError:
            self._writer = None
            return
        self._writer = SummaryWriter(str(folder / "tensorboard"), purge_step=step + 1)

    def write(self, measure: Measure, grid: Path | None = None) -> None:
        """Add a step's figures, and the grid of samples if there is a new one."""
        if self._writer is None:
            return
        for name in FIGURES:
            value = getattr(measure, name)
            if value is not None:
                self._writer.add_scalar(name, value, measure.step)
        if grid is not None:
            pixels = np.asarray(Image.open(grid).convert("RGB"))
            self._writer.add_image("samples", pixels, measure.step, dataformats="HWC")

    def close(self) -> None:
        """Write what is still waiting."""
        if self._writer is not None:
            self._writer.close()
