"""python -m training: teach a model from a recipe in TOML, or make what it learns from."""

import argparse
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from storybook.cli.run import speak_any_language
from storybook.errors import ConfigError, StorybookError
from storybook.jobs.reporting import ByHand
from storybook.records import Event
from storybook.terminal import show
from training.desk import cli as desk_cli
from training.quiet import quiet
from training.starter import compose_pairs
from training.story import pairs_cli

if TYPE_CHECKING:
    from training.runs.run import Run

RUNS = Path("runs")


def main() -> int:
    """Run the command; 2 if the author can mend what went wrong, 130 if they stopped it."""
    speak_any_language()
    options = _options()
    quiet()
    try:
        options.run_command(options)
    except StorybookError as error:
        print(f"storybook: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("storybook: stopped; --resume latest goes on.", file=sys.stderr)
        return 130
    return 0


def _dreambooth(options: argparse.Namespace) -> None:
    from training.pet.recipe import load_recipe

    recipe, preset, run = _resolved(options, load_recipe)  # a fault is said before torch is loaded

    from accelerate import PartialState

    from storybook.models.devices import device_of
    from training.pet.dry_run import preflight
    from training.pet.train import train

    state = PartialState(cpu=options.device == "cpu")
    device = state.device if state.num_processes > 1 else device_of(options.device)
    if options.dry_run:
        for line in preflight(recipe, run, device):
            print(line)
        return
    events = train(recipe, run, device, preset, resume=bool(options.resume))
    if state.is_main_process:
        show(_stoppable(run.logged(events)), by_hand=_by_hand(options, run))
    else:
        for _ in events:
            pass


def _choose_step(options: argparse.Namespace) -> None:
    from storybook.models.devices import device_of
    from training.pet.choose_step import choose_step
    from training.runs.run import Run

    run = Run(options.run)
    show(choose_step(run, options.step, device_of(options.device)), by_hand=_by_hand(options, run))


def _story_lora(options: argparse.Namespace) -> None:
    from training.story.recipe import load_story_recipe

    recipe, preset, run = _resolved(options, load_story_recipe)

    from storybook.models.devices import device_of
    from training.story.dry_run import preflight
    from training.story.train import train

    device = device_of(options.device)
    if options.dry_run:
        for line in preflight(recipe, run, device):
            print(line)
        return
    events = train(recipe, run, device, preset, resume=bool(options.resume))
    show(_stoppable(run.logged(events)), by_hand=_by_hand(options, run))


def _story_eval(options: argparse.Namespace) -> None:
    """Say what the command is called now; it goes with the next release."""
    raise ConfigError(
        "story-eval is a command of the evaluation by now: "
        f"python -m evaluation.story_eval {shlex.join(options.rest)}"
    )


def _resolved(options: argparse.Namespace, load: Callable) -> tuple[Any, str, "Run"]:
    """The recipe, its preset and the run that the options mean; resumed, as the run kept them."""
    from training.runs.run import RECIPE, Run

    recipe, preset = load(options.recipe, options.preset, options.set)
    run = Run(options.run or RUNS / recipe.called)
    if options.resume:
        if options.resume != "latest":
            run = Run(Path(options.resume))
        recipe, _ = load(run.folder / RECIPE, settings=options.set)
        preset = run.state().preset
    return recipe, preset, run


def _by_hand(options: argparse.Namespace, run: "Run") -> ByHand:
    arguments, device = tuple(sys.argv[1:]), options.device
    return ByHand(module="training", arguments=arguments, subject=str(run.folder), device=device)


def _stoppable(events: Iterator[Event]) -> Iterator[Event]:
    """The events; the first Ctrl-C ends them between two steps, so that a checkpoint is kept."""
    import signal

    asked = False

    def ask(*_: object) -> None:
        nonlocal asked
        asked = True
        signal.signal(signal.SIGINT, before)  # the second one stops at once

    before = signal.signal(signal.SIGINT, ask)
    terminated = signal.signal(signal.SIGTERM, ask)
    try:
        for event in events:
            yield event
            if asked:
                events.close()
                raise KeyboardInterrupt
    finally:
        signal.signal(signal.SIGINT, before)
        signal.signal(signal.SIGTERM, terminated)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    one = commands.add_parser("dreambooth", help="teach a painter a pet from photos")
    _add_run_options(one)
    one.set_defaults(run_command=_dreambooth)
    two = commands.add_parser("story-lora", help="teach a writer to tell stories from pairs")
    _add_run_options(two)
    two.set_defaults(run_command=_story_lora)
    three = commands.add_parser("story-eval", help="is now: python -m evaluation.story_eval")
    three.add_argument("rest", nargs=argparse.REMAINDER)
    three.set_defaults(run_command=_story_eval)
    four = commands.add_parser("choose-step", help="make a run's result of another step it kept")
    four.add_argument("run", type=Path, help="the run's folder")
    four.add_argument("step", type=int)
    four.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    four.set_defaults(run_command=_choose_step)
    desk_cli.add_commands(commands)
    compose_pairs.add_command(pairs_cli.add_commands(commands))
    return parser.parse_args()


def _add_run_options(one: argparse.ArgumentParser) -> None:
    one.add_argument("recipe", type=Path, help="a TOML file; see training/recipes/")
    one.add_argument("--preset", help="settings to begin from, of training/presets/")
    one.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change one setting"
    )
    one.add_argument("--run", type=Path, help="the run's folder; by default runs/NAME")
    one.add_argument(
        "--resume",
        nargs="?",
        const="latest",
        metavar="latest|RUN",
        help="go on from the last checkpoint of the run",
    )
    one.add_argument(
        "--dry-run", action="store_true", help="only say what would be done, and what is amiss"
    )
    one.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")


if __name__ == "__main__":
    sys.exit(main())
