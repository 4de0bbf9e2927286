"""`storybook paint`: pictures of free words, outside a book."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict, Unpack

from storybook.authoring.paint import Wish, painting, plan
from storybook.authoring.paint import paint as painted
from storybook.cli.options import Parser, add_list, add_studio, runs, show_work
from storybook.config import validated
from storybook.studio.studio import Studio


class SamplingOptions(TypedDict):
    """How pictures are asked for; None is the painter's own wish."""

    steps: int | None
    guidance: float | None
    width_px: int | None
    height_px: int | None


def declare_paint(parser: Parser) -> None:
    runs(
        parser,
        paint,
        """
  storybook paint "a grey cat sleeping on a cushion at night" --count 4
  storybook paint "Bruno runs on the beach" --hero bruno --seed 7
  storybook paint "a bhna cat (playing with yarn:1.2)" --count 4 --seed 42 --steps 25 --out results
  storybook paint "ink drawing of a fox" --studio classic --adapter ink.safetensors:0.8 \\
      --negative "blurry, photograph" --width 512 --height 640 --guidance 6
""",
        works=True,
    )
    add_studio(parser)
    parser.add_argument("words", metavar="PROMPT", help="what they show; A1111's marks are heard")
    parser.add_argument("--negative", default="", metavar="TEXT", help="what they shall not show")
    parser.add_argument("--count", type=int, default=1, help="how many (default: 1)")
    parser.add_argument(
        "--seed", type=int, default=1, help="of the first; the others count on (default: 1)"
    )
    add_list(parser, "--hero", "NAME", "who is in them; give it again for others")
    says = "a LoRA beside the studio's, such as ink.safetensors:0.8"
    add_list(parser, "--adapter", "FILE[:WEIGHT]", says)
    parser.add_argument("--steps", type=int, help="how many (default: as the painter likes)")
    parser.add_argument("--guidance", type=float, help="how closely the words are kept to")
    parser.add_argument("--width", type=int, dest="width_px", metavar="PX")
    parser.add_argument("--height", type=int, dest="height_px", metavar="PX")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("results"),
        metavar="FOLDER",
        help="where they go (default: results)",
    )


def paint(
    words: str,
    negative: str,
    count: int,
    seed: int,
    hero: Sequence[str],
    adapter: Sequence[str],
    out: Path,
    studio: Studio,
    arguments: Sequence[str],
    **sampling: Unpack[SamplingOptions],
) -> None:
    """Pictures of free words; standard output gets their paths, and that of their sheet."""
    settings = painting(studio.settings, adapter, **sampling)
    wish = {"words": words, "negative": negative, "count": count, "seed": seed}
    wish["heroes"] = tuple(hero)
    opened = Studio(settings)
    ordered = plan(validated(Wish, wish, "paint"), opened, out)
    for note in ordered.notes:
        print(note, file=sys.stderr)
    if not show_work(painted(ordered, opened), arguments, out, settings.device):
        print(f"Nothing to do: {out} has them already. Another --seed draws others.")
    for path in ordered.drawn:
        print(path)
    if ordered.sheet.is_file():
        print(ordered.sheet)


DECLARE = {"paint": declare_paint}
