"""`python -m training dataset latents`."""

import argparse
from pathlib import Path
from typing import TypedDict, Unpack

from storybook.cli.options import add_on
from storybook.config import PrecisionWish
from storybook.errors import ConfigError, nearest
from storybook.shard import Shard
from storybook.terminal import show
from training.data.records import Size
from training.desk.annotate_cli import add_shard, say, spread
from training.desk.metadata import pictures_at, read_entries, write_entries
from training.typed_arguments import runs


def add_subcommand(subcommands: argparse._SubParsersAction) -> None:
    """Add it to the commands of `dataset`."""
    parser = subcommands.add_parser(
        "latents",
        help="latents of all pictures, as kohya's scripts train from them",
        epilog="example: python -m training dataset latents photos meta.json "
        "--out meta_lat.json --model painter",
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("metadata", type=Path, metavar="META")
    parser.add_argument("--out", type=Path, required=True, metavar="META")
    parser.add_argument("--model", type=Path, required=True, help="the painter's folder or file")
    parser.add_argument("--resolution", type=size_of, default=(512, 512), metavar="W,H")
    parser.add_argument("--buckets", type=_range, default=(256, 1024), metavar="LEAST..MOST")
    parser.add_argument("--flip", action="store_true", help="latents of the mirrored pictures, too")
    parser.add_argument("--form", default="prepared", help="prepared, cache or oldest (prepared)")
    parser.add_argument("--full-path", action="store_true", help="metadata names whole paths")
    parser.add_argument("--batch", type=int, default=1, help="pictures at once (1)")
    add_shard(parser)
    add_on(parser)
    parser.add_argument(
        "--precision",
        default="auto",
        choices=["auto", "fp32", "bf16"],
        help="of a CPU's products; auto measures (auto)",
    )
    parser.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    runs(parser, _latents)


class Wished(TypedDict):
    """What latents are wanted, and how they are made."""

    resolution: Size
    buckets: tuple[int, int]
    flip: bool
    form: str
    batch: int
    precision: PrecisionWish
    device: str


def _latents(
    folder: Path,
    metadata: Path,
    out: Path,
    model: Path,
    full_path: bool,
    shard: str,
    on: str | None,
    workers: int | None,
    **wished: Unpack[Wished],
) -> None:
    from training.data.buckets import bucket_sizes
    from training.desk.latents import LatentsMade, make_latents, open_encoder
    from training.desk.latents_files import FORMS

    if wished["form"] not in FORMS:
        raise ConfigError(f"There is no form {wished['form']!r}. {nearest(wished['form'], FORMS)}")
    if wished["batch"] < 1:
        raise ConfigError("--batch is at least 1.")
    if on:
        spread(on, workers)  # what the shards made is not made again below, and written down
    buckets = bucket_sizes(*wished["resolution"], *wished["buckets"])
    made = LatentsMade(read_entries(metadata))
    pictures = pictures_at([folder], full_path=full_path)
    encoder = open_encoder(
        model,
        buckets,
        form=wished["form"],
        flip=wished["flip"],
        device=wished["device"],
        precision=wished["precision"],
    )
    share = Shard.parse(shard)
    mine = dict(share.part_of(list(pictures.items())))
    show(make_latents(mine, encoder, made, batch=wished["batch"]))
    say(made.findings)
    for row in made.table():
        print(
            f"  bucket {row.bucket[0]} x {row.bucket[1]}: {row.pictures} pictures, off by "
            f"{row.aspect_error:.3f} of aspect"
        )
    if not share.whole:
        print(
            f"latents of share {share.index} of {share.count}. When all shares are made, run it "
            f"without --shard: what is there is not made again, and {out} is written."
        )
        return
    write_entries(made.entries, out)
    print(f"{out}: {len(made.entries)} entries, {len(made.buckets)} with latents")


def size_of(text: str) -> Size:
    """A resolution as it is typed: a side, or width and height; raises ArgumentTypeError."""
    parts = text.replace("x", ",").split(",")
    if len(parts) > 2 or not all(part.strip().isdigit() for part in parts):
        raise argparse.ArgumentTypeError(f"{text!r} is no resolution: 512, or 512,704")
    sides = [int(part) for part in parts]
    return sides[0], sides[-1]


def _range(text: str) -> tuple[int, int]:
    least, dots, most = text.partition("..")
    if not (dots and least.isdigit() and most.isdigit() and int(least) <= int(most)):
        raise argparse.ArgumentTypeError(f"{text!r} are no limits of a bucket's sides: 256..1024")
    return int(least), int(most)
