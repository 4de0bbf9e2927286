"""python -m training: teach a model from a recipe in TOML, or make what it learns from."""

import argparse
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import current_thread, main_thread
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from storybook.cli.options import add_on, add_set
from storybook.cli.run import exit_code, speak_any_language
from storybook.errors import ConfigError
from storybook.files import DRAFT
from storybook.jobs.reporting import CliInvocation
from storybook.models.hub import at_revision
from storybook.records import Event
from storybook.shard import Shard
from storybook.terminal import show
from training.desk import cli as desk_cli
from training.desk.annotate_cli import add_shard, spread
from training.quiet import LEVELS, quiet, spoken
from training.starter import compose_pairs
from training.story import pairs_cli
from training.typed_arguments import runs

if TYPE_CHECKING:
    import torch

    from training.runs.run import Run

RUNS = Path("runs")


def main() -> int:
    """Run the command; 2 if the author can mend what went wrong, 130 if they stopped it."""
    speak_any_language()
    options = _parser().parse_args()
    quiet(vars(options).pop("log_level", "INFO"))
    return exit_code(lambda: options.run_command(options), "stopped; --resume latest goes on.")


class RecipeOptions(TypedDict):
    """A recipe, and the run that it is of."""

    recipe: Path
    preset: str | None
    changes: list[str]
    run: Path | None


class RunOptions(RecipeOptions):
    """The options of a recipe's run."""

    resume: str | None


def _add_recipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("recipe", type=Path, help="a TOML file; see training/recipes/")
    parser.add_argument("--preset", help="settings to begin from, of training/presets/")
    add_set(parser, "change one setting")
    parser.add_argument("--run", type=Path, help="the run's folder; by default runs/NAME")
    _add_device(parser)


def _add_run_options(parser: argparse.ArgumentParser) -> None:
    _add_recipe(parser)
    parser.add_argument(
        "--resume",
        nargs="?",
        const="latest",
        metavar="latest|RUN",
        help="go on from the last checkpoint of the run",
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what would be done, and what is amiss"
    )
    says = "DEBUG: all that happens, and what the libraries say, on stderr (INFO)"
    parser.add_argument("--log-level", choices=LEVELS, default="INFO", help=says)


def _add_device(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")


def _resolved(options: RunOptions, load: Callable) -> tuple[Any, str, "Run"]:
    """The recipe, its preset and the run that the options mean; resumed, as the run kept them."""
    from training.runs.run import RECIPE, Run

    recipe, preset = load(options["recipe"], options["preset"], options["changes"])
    run, resume = Run(options["run"] or RUNS / recipe.called), options["resume"]
    if resume and resume != "latest":
        if options["run"] not in (None, Path(resume)):
            raise ConfigError(f"--resume {resume} goes on with that run: leave --run out.")
        run = Run(Path(resume))
    if resume:
        recipe, _ = load(run.folder / RECIPE, settings=options["changes"])
        preset, named = run.state().preset, options["preset"]
        if named is not None and preset and named != preset:
            raise ConfigError(
                f"--preset {named}: the run {run.folder} began with {preset}. Leave it out to go "
                "on, or leave --resume out to begin anew."
            )
    return recipe, preset, run


def _add_dreambooth(commands: argparse._SubParsersAction) -> None:
    one = commands.add_parser("dreambooth", help="teach a painter a pet from photos")
    _add_run_options(one)
    _add_revision(one)
    runs(one, _dreambooth)


def _add_revision(parser: argparse.ArgumentParser) -> None:
    says = "a branch, tag or commit of the recipe's model, where that is a hub's OWNER/NAME"
    parser.add_argument("--revision", help=says)


def _dreambooth(
    device: str, dry_run: bool, revision: str | None, **options: Unpack[RunOptions]
) -> None:
    from training.pet.recipe import load_recipe

    recipe, preset, run = _resolved(options, load_recipe)  # a fault is said before torch is loaded
    if revision:
        recipe = recipe.but(model=at_revision(recipe.model, revision))

    from training.pet.dry_run import preflight
    from training.pet.train import train

    where, is_main_process = _process_on(device)
    if dry_run:
        _print_lines(preflight(recipe, run, where))
        return
    events = spoken(train(recipe, run, where, preset, resume=bool(options["resume"])))
    if is_main_process:
        show(_stoppable(run.logged(events)), by_hand=_by_hand(run, device))
    else:
        for _ in events:
            pass


def _process_on(device: str) -> tuple["torch.device", bool]:
    """Where this process of a run computes, and whether it is the first one."""
    from accelerate import PartialState

    from storybook.models.devices import device_of

    state = PartialState(cpu=device == "cpu")
    where = state.device if state.num_processes > 1 else device_of(device)
    return where, state.is_main_process


def _print_lines(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _add_class_images(commands: argparse._SubParsersAction) -> None:
    says = "draw the recipe's class images alone; dreambooth takes them up"
    one = commands.add_parser("class-images", help=says)
    _add_recipe(one)
    _add_revision(one)
    add_shard(one)
    add_on(one)
    runs(one, _class_images)


def _class_images(
    device: str,
    revision: str | None,
    shard: str,
    on: str | None,
    workers: int | None,
    **wanted: Unpack[RecipeOptions],
) -> None:
    from training.pet.recipe import load_recipe

    recipe, _, run = _resolved({**wanted, "resume": None}, load_recipe)
    if revision:
        recipe = recipe.but(model=at_revision(recipe.model, revision))
    if not any(concept.class_images for concept in recipe.concept):
        raise ConfigError(f"{wanted['recipe']} asks for no class_images: none are to be drawn.")
    if on:
        spread(on, workers)
        return

    from storybook.models.devices import device_of
    from training.pet.setup import draw_class_images

    show(draw_class_images(recipe, run, device_of(device), Shard.parse(shard)))


def _add_story_lora(commands: argparse._SubParsersAction) -> None:
    one = commands.add_parser("story-lora", help="teach a writer to tell stories from pairs")
    _add_run_options(one)
    runs(one, _story_lora)


def _story_lora(device: str, dry_run: bool, **options: Unpack[RunOptions]) -> None:
    from training.story.recipe import load_story_recipe

    recipe, preset, run = _resolved(options, load_story_recipe)

    from training.story.dry_run import preflight
    from training.story.train import train

    where, is_main_process = _process_on(device)
    if dry_run:
        _print_lines(preflight(recipe, run, where))
        return
    resume = bool(options["resume"])
    if is_main_process:
        events = spoken(train(recipe, run, where, preset, resume=resume))
        show(_stoppable(run.logged(events)), by_hand=_by_hand(run, device))
        return
    with _copy_of(run, resume=resume) as own:
        for _ in _stoppable(train(recipe, own, where, preset, resume=resume)):
            pass


@contextmanager
def _copy_of(run: "Run", *, resume: bool) -> Iterator["Run"]:
    """A run for a process beside the first one, which goes on with what that one kept."""
    from training.runs.run import Run

    with TemporaryDirectory() as name:
        folder = Path(name) / run.folder.name
        if resume:
            shutil.copytree(run.folder, folder, ignore=shutil.ignore_patterns(f"*{DRAFT}"))
        yield Run(folder)


def _add_choose_step(commands: argparse._SubParsersAction) -> None:
    one = commands.add_parser("choose-step", help="make a run's result of another step it kept")
    one.add_argument("run", type=Path, help="the run's folder")
    one.add_argument("step", type=int)
    _add_device(one)
    runs(one, _choose_step)


def _choose_step(run: Path, step: int, device: str) -> None:
    from storybook.models.devices import device_of
    from training.pet.choose_step import choose_step
    from training.runs.run import Run

    kept = Run(run)
    show(choose_step(kept, step, device_of(device)), by_hand=_by_hand(kept, device))


def _add_story_eval(commands: argparse._SubParsersAction) -> None:
    one = commands.add_parser("story-eval", help="is now: python -m evaluation.story_eval")
    one.add_argument("rest", nargs=argparse.REMAINDER)
    runs(one, _story_eval)


def _story_eval(rest: Sequence[str]) -> None:
    """Say what the command is called now; it goes with the next release."""
    raise ConfigError(
        "story-eval is a command of the evaluation by now: "
        f"python -m evaluation.story_eval {shlex.join(rest)}"
    )


def _by_hand(run: "Run", device: str) -> CliInvocation:
    return CliInvocation(
        module="training", arguments=tuple(sys.argv[1:]), subject=str(run.folder), device=device
    )


def _stoppable(events: Iterator[Event]) -> Iterator[Event]:
    """The events; the first Ctrl-C ends them between two steps, so that a checkpoint is kept.

    In another thread than the first, such as Ray Train's, no signal comes: who began it ends it.
    """
    import signal

    if current_thread() is not main_thread():
        yield from events
        return
    stopping = False

    def ask(*_: object) -> None:
        nonlocal stopping
        stopping = True
        signal.signal(signal.SIGINT, before)  # the second one stops at once

    before = signal.signal(signal.SIGINT, ask)
    terminated = signal.signal(signal.SIGTERM, ask)
    try:
        for event in events:
            yield event
            if stopping:
                events.close()
                raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, terminated)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_dreambooth(commands)
    _add_class_images(commands)
    _add_story_lora(commands)
    _add_story_eval(commands)
    _add_choose_step(commands)
    desk_cli.add_commands(commands)
    compose_pairs.add_command(pairs_cli.add_commands(commands))
    return parser


if __name__ == "__main__":
    sys.exit(main())
