"""What `--help` adds to the options: the choices that there are here today, and examples.

Heroes, styles, formats and presets are files. They are looked for when help is asked for, so that
nothing is read, or imported, for any other command.
"""

import argparse
from collections.abc import Callable, Iterable

EXAMPLES = {
    "new": """
  storybook new books/kite --summary "Pepper the dog wants to fly a kite." --hero pepper --pages 8
  storybook new books/mine --summary @summary.txt --style crayon --ages 5-7 --format portrait-8x10
  storybook new books/stairs --story A-022 --hero bruno
  storybook make books/kite
""",
    "book": """
  storybook book                                   the sample book
  storybook book --summary "Miso the cat finds a lantern in the forest." --hero miso --pages 8
""",
    "make": """
  storybook make books/kite
  storybook make books/kite --until describe       stop before anything is drawn
  storybook make books/kite --studio classic       with the models of another studio
  storybook make books/kite --shard 2/8            every eighth page, beside seven others
""",
    "write": """
  storybook write books/kite
  storybook write books/kite --set write.candidates=4
""",
    "split": """
  storybook split books/kite
""",
    "describe": """
  storybook describe books/kite --set describe.negative="hats, frames"
""",
    "draw": """
  storybook draw books/kite --set draw.candidates=8
  storybook draw books/kite --shard 2/8            every eighth page, beside seven others
""",
    "choose": """
  storybook choose books/kite
""",
    "enlarge": """
  storybook enlarge books/kite --set enlarge.width_px=3072
""",
    "bind": """
  storybook bind books/kite
""",
    "status": """
  storybook status books/kite
  storybook status books/kite --json
""",
    "accept": """
  storybook accept books/kite                      all of it is fine
  storybook accept books/kite 2 3                  lines 2 and 3 of `storybook status`
  storybook accept books/kite 2 --undo
""",
    "pick": """
  storybook pick books/kite 3 92e0577e42aa         pages/03/92e0577e42aa.png
  storybook pick books/kite 0 4d5db27ce1ff         the cover
""",
    "reroll": """
  storybook reroll books/kite 3                    four new pictures for page 3
  storybook reroll books/kite 0 --count 8          eight for the cover
""",
    "retell": """
  storybook retell books/kite 3 --seed 7
""",
    "stories": """
  storybook stories --find "dog thunder"           the best first
  storybook stories --ages 3-5 --manner bedtime --animal cat
  storybook stories --hero rex                     those that Rex can star in
  storybook stories A-022                          the whole of one
  storybook stories A-022 --hero rex               with Rex in its star's part
""",
    "idea": """
  storybook idea --hero miso --seed 4
""",
    "pictures": """
  storybook pictures                               the newest of books, results and runs
  storybook pictures books/kite --find "beach running" --most 100
""",
    "show": """
  storybook show books/kite/pages/03/92e0577e42aa.png
  storybook show books/kite                        a book, as `status` says it
""",
    "export-html": """
  storybook export-html books/kite --to kite.html
""",
    "doctor": """
  storybook doctor --studio classic                whether all that it needs is there
""",
    "app": """
  storybook app --port 8600 --no-browser
""",
    "jobs": """
  storybook jobs list
  storybook jobs logs 20261124-101500-201733 --follow
  storybook jobs cancel 20261124-101500-201733     what it made is kept
  storybook jobs retry 20261124-101500-201733      go on where it was
""",
    "hero": """
  storybook hero list
  storybook hero show rex
  storybook hero add rex --class dog --photos photos/rex
  storybook hero teach rex --studio classic
""",
    "models": """
  storybook models
  storybook models get realesrgan-x4plus
  storybook models get realesrgan-x4plus --from wheels
  storybook models get stabilityai/sd-turbo --half --dry-run
""",
    "paint": """
  storybook paint "a grey cat sleeping on a cushion at night" --count 4
  storybook paint "Bruno runs on the beach" --hero bruno --seed 7
  storybook paint "a bhna cat (playing with yarn:1.2)" --count 4 --seed 42 --steps 25 --out results
  storybook paint "ink drawing of a fox" --studio classic --adapter ink.safetensors:0.8 \\
      --negative "blurry, photograph" --width 512 --height 640 --guidance 6
""",
    "hero add": """
  storybook hero add rex --class dog --photos photos/rex
  storybook hero add rex --class dog --photos photos/rex --look "brown spotted" --leave-out
""",
    "hero change": """
  storybook hero change rex --look "black and white"
  storybook hero change rex --class cat --pronoun she
  storybook hero change rex --leave-out            photos that the coach advises to leave out
  storybook hero change rex --leave-out 02.jpg 05.jpg
  storybook hero change rex --take-in 02.jpg
""",
    "hero remove": """
  storybook hero remove rex
  storybook hero restore rex                       and back again
""",
    "hero choose-step": """
  storybook hero choose-step rex 400               a step that runs/rex/checkpoints kept
""",
    "hero teach": """
  storybook hero teach rex --studio classic --dry-run
  storybook hero teach rex --studio classic
  storybook hero teach rex --set lr=5e-5 --set rank=16 --set device=cpu
  storybook hero teach rex --resume                go on where it was stopped
""",
}  # fmt: skip


def heroes() -> Iterable[str]:
    """Names of all heroes."""
    from storybook.hero.folder import hero_names

    return hero_names()


def coats() -> Iterable[str]:
    """What the starter can draw a hero in."""
    from storybook.config import shipped
    from storybook.world import load_world

    return load_world(shipped("assets")).coats


def styles() -> Iterable[str]:
    """Names of all styles."""
    from storybook.prompts import styles as known

    return known()


def formats() -> Iterable[str]:
    """Names of all formats."""
    from storybook.press.formats import format_names

    return format_names()


def studios() -> Iterable[str]:
    """Names of the studios that come along, and may make a real book."""
    from storybook.config import studios as known

    return (name for name in known() if name != "doubles")


def presets() -> Iterable[str]:
    """Names of the manners in which a pet is taught."""
    from storybook.config import shipped

    return sorted(path.stem for path in shipped("training", "presets", "pet").glob("*.toml"))


def teaching_keys() -> Iterable[str]:
    """What `hero teach --set` takes: of the studio first, then of the recipe by the alphabet."""
    from storybook.authoring.teach_settings import OF_RECIPE, OF_STUDIO

    return (*OF_STUDIO, *sorted(OF_RECIPE))


CHOICES: dict[str, Callable[[], Iterable[str]]] = {
    "hero": heroes,
    "style": styles,
    "format": formats,
    "studio": studios,
    "preset": presets,
    "look": coats,
    "teaching": teaching_keys,
}
"""Options whose choices are looked for, by their names."""


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help whose options say which choices there are."""

    def _get_help_string(self, action: argparse.Action) -> str:
        """As argparse's own formatters that add to the help of an option do it."""
        said = action.help or ""
        if action.option_strings and action.dest in CHOICES:
            known = ", ".join(CHOICES[action.dest]()).replace("%", "%%")
            said += f"; there are: {known}" if known else ""
        return said


def with_help(name: str) -> dict[str, object]:
    """What `add_parser` takes for a command: a formatter that lists choices, and examples."""
    examples = EXAMPLES.get(name, "").strip("\n")
    return {"formatter_class": Formatter, "epilog": f"examples:\n{examples}" if examples else None}
