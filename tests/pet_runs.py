"""What tests of teaching share: a tiny painter with pictures, a recipe for it, and runs of it."""

import shutil
from pathlib import Path

import torch

from tiny_sd import tiny_critic, tiny_painter
from training.pet.recipe import Recipe, recipe_of
from training.pet.train import train
from training.runs.run import Run

PETS = Path(__file__).parents[1] / "assets" / "pets"
CPU = torch.device("cpu")


def lay_home(folder: Path) -> Path:
    """A painter, a critic, and five pictures of a cat, three of other cats and three of a dog."""
    tiny_painter(folder / "painter", levels=1)
    tiny_critic(folder / "critic")
    for name, count in (("bhna-cat", 5), ("cat", 3), ("ohwx-dog", 3)):
        (folder / name).mkdir()
        for file in sorted((PETS / name).glob("*.*"))[: 2 * count]:
            shutil.copy(file, folder / name)
    return folder


def recipe(home: Path, **settings: object) -> Recipe:
    """Six steps of two pictures, five to an epoch: the cat beside other cats."""
    table = {
        "preset": "none",
        "model": str(home / "painter"),
        "lr": 1e-2,
        "batch": 2,
        "max_steps": 6,
        "resolution_px": 64,
        "sample_steps": 1,
        "targets": "attention",
        "save_every_epochs": 1,
        "concept": [
            {
                "photos": str(home / "bhna-cat"),
                "token": "bhna",
                "class_word": "cat",
                "class_photos": str(home / "cat"),
            }
        ],
    }
    return recipe_of(table | settings)[0]


def run_of(
    chosen: Recipe, folder: Path, *, resume: bool = False, stop_after: int | None = None, **more
) -> Run:
    """Run a recipe in a folder, to its end or until a step was taken."""
    run = Run(folder)
    events = run.logged(train(chosen, run, CPU, "none", resume=resume, **more))
    for event in events:
        if event.stage == "teach" and event.done == stop_after:
            events.close()
    return run


def run_and_copy(chosen: Recipe, folder: Path, *, step: int) -> tuple[Run, Run]:
    """A run to its end in `folder / "whole"`, and in `folder / "parts"` what it was after `step`.

    The latter is as a killed process leaves it, and can be gone on with.
    """
    chosen = chosen.but(checkpoint_every_steps=step)
    whole, parts = Run(folder / "whole"), Run(folder / "parts")
    for event in whole.logged(train(chosen, whole, CPU, "none")):
        if event.stage == "teach" and event.done == step:
            shutil.copytree(whole.folder, parts.folder)
    assert parts.steps_kept() == [step] and parts.state().state == "running"
    return whole, run_of(chosen, parts.folder, resume=True)


def weights(run: Run) -> dict[str, torch.Tensor]:
    """What learnt, as the last checkpoint has it."""
    return run.load(run.steps_kept()[-1])["weights"]
