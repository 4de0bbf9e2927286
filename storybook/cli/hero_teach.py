"""`storybook hero teach` and `choose-step`: a painter learns to draw a hero."""

import sys
from collections.abc import Sequence

from storybook.authoring import teach_run
from storybook.authoring.teach_hero import adopt, own_painter_note
from storybook.authoring.teach_run import RUNS, TeachRequest
from storybook.authoring.teach_settings import divided
from storybook.cli.help import teaching_keys
from storybook.cli.options import Subcommands, add_set, add_subcommand
from storybook.config import load_settings
from storybook.hero.folder import hero_folder, hero_in, load_hero


def declare_teach(subcommands: Subcommands) -> None:
    says = "teach the painter to draw a hero from its photos"
    teach = add_subcommand(
        subcommands,
        "teach",
        says,
        teach_hero,
        """
  storybook hero teach rex --studio classic --dry-run
  storybook hero teach rex --studio classic
  storybook hero teach rex --set lr=5e-5 --set rank=16 --set device=cpu
  storybook hero teach rex --resume                go on where it was stopped
""",
    )
    teach.add_argument("name")
    teach.add_argument("--studio", metavar="NAME_OR_FILE", help="whose painter learns")
    teach.add_argument("--preset", help="how it is taught (default: auto, by measuring)")
    says = "change a key of the recipe, such as lr=1e-4, or what is asked of the studio"
    change = add_set(teach, says)
    change.known = teaching_keys
    teach.add_argument("--resume", action="store_true", help="go on where a teaching was stopped")
    teach.add_argument("--dry-run", action="store_true", help="only say what would be done")
    teach.add_argument(
        "--anyway", action="store_true", help="teach photos to a painter that knows drawings only"
    )


def teach_hero(
    name: str,
    studio: str | None,
    preset: str | None,
    changes: Sequence[str],
    resume: bool,
    dry_run: bool,
    anyway: bool,
) -> int:
    """Teach the studio's painter a hero, in a process of its own; then the hero draws with it."""
    of_studio, of_recipe = divided(changes)
    request = TeachRequest(name, preset, of_recipe, of_studio, resume, dry_run, anyway)
    teaching = teach_run.prepare(request, load_settings(studio, of_studio))
    ended = teach_run.run_training(teaching.command)
    if ended or dry_run:
        return ended
    taught, one = teach_run.finish(name), load_hero(name)
    if note := own_painter_note(one, teaching.folder):
        print(note)
    print(
        f"{one.name} is taught: {taught}. Look at {teaching.run / 'samples' / 'grid.png'}, then "
        f"make a book: storybook book --summary '...' --hero {name}"
    )
    return 0


def declare_choose_step(subcommands: Subcommands) -> None:
    says = "draw a hero by another step of its teaching"
    choose = add_subcommand(
        subcommands,
        "choose-step",
        says,
        choose_step,
        """
  storybook hero choose-step rex 400               a step that runs/rex/checkpoints kept
""",
    )
    choose.add_argument("name")
    choose.add_argument("step", type=int, help="one that runs/NAME/checkpoints kept")


def choose_step(name: str, step: int) -> int:
    """Let a hero be drawn by the weights of another step that its teaching kept."""
    folder = hero_folder(name)
    one = hero_in(folder)
    run = RUNS / folder.name
    ended = teach_run.run_training(
        [sys.executable, "-m", "training", "choose-step", str(run), str(step)]
    )
    if ended:
        return ended
    taught = adopt(one, folder, run / "result")
    print(f"{one.name} is drawn as it was taught by step {step}: {taught}.")
    return 0
