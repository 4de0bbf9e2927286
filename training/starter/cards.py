"""The card in a model's folder: from what it was made, how long it took, how good it is."""

import platform
from pathlib import Path

import torch

from storybook.files import write_whole
from storybook.models.precision import FP32
from storybook.records import Record
from training.starter.loop import TrainProgress

CARD = "card.json"


class Card(Record):
    """How a starter model came to be; every figure was measured when it was exported."""

    model: str
    made_by: str = "python -m training.starter"
    source_digest: str
    """Of the drawn world and of the artist who drew what the model learnt from."""
    data_seed: int
    pictures: int
    """How many drawings it learnt from."""
    steps: int
    minutes: float
    """Of training; drawing and measuring come on top."""
    machine: str
    parameters: int
    figures: dict[str, float]
    precision: str = "fp32"
    """In what it was taught."""
    parts: tuple["Card", ...] = ()


def machine() -> str:
    """What the training ran on, in words."""
    return f"{platform.machine()}, {torch.get_num_threads()} threads, torch {torch.__version__}"


def card_of(
    model: str,
    progress: TrainProgress,
    module: torch.nn.Module,
    *,
    source_digest: str,
    data_seed: int,
    pictures: int,
    figures: dict[str, float],
    parts: tuple[Card, ...] = (),
) -> Card:
    """The card of a module as far as its training has come."""
    return Card(
        model=model,
        source_digest=source_digest,
        data_seed=data_seed,
        pictures=pictures,
        steps=progress.earlier_steps + progress.step,
        minutes=round(progress.earlier_minutes + progress.minutes, 1),
        machine=machine(),
        parameters=sum(weight.numel() for weight in module.parameters()),
        figures={name: round(value, 4) for name, value in figures.items()},
        precision=str(progress.precision or FP32),
        parts=parts,
    )


def write_record(folder: Path, name: str, record: Record) -> None:
    """Write a record as a readable JSON file."""
    write_whole(folder / name, (record.model_dump_json(indent=2) + "\n").encode())
