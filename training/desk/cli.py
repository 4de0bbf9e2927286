"""`python -m training dataset look | caption | tag | merge | clean | latents | build`."""

import argparse
import sys
from pathlib import Path

from storybook.errors import ConfigError, TrainingError
from storybook.files import replacing
from storybook.terminal import show
from training.data.records import Size
from training.desk import annotate_cli
from training.desk.annotate_cli import say, shard
from training.desk.clean import DEFAULT, cleaned, load_rules
from training.desk.metadata import (
    CAPTION,
    TAGS,
    merge,
    pictures_at,
    read_entries,
    write_entries,
)

SHEET = "contact-sheet.png"


def add_commands(commands: argparse._SubParsersAction) -> None:
    """Add `dataset` to the command line."""
    dataset = commands.add_parser("dataset", help="look at, caption, tag, clean and build datasets")
    deeds = dataset.add_subparsers(required=True, metavar="DEED")
    _add_look(deeds)
    annotate_cli.add_deeds(deeds)
    _add_merge(deeds)
    _add_clean(deeds)
    _add_latents(deeds)
    _add_build(deeds)


def _add_look(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "look",
        help="what a folder is, how it is read, what is amiss",
        epilog="example: python -m training dataset look photos --sheet",
    )
    _add_source(deed)
    deed.add_argument("--resolution", type=_size, default=(512, 512), metavar="PX[,PX]")
    deed.add_argument(
        "--sheet",
        nargs="?",
        type=Path,
        const=Path(SHEET),
        metavar="FILE",
        help=f"draw a contact sheet, {SHEET} by default",
    )
    deed.set_defaults(run_command=_look)


def _add_merge(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "merge",
        help="captions and tags beside pictures into metadata",
        epilog="example: python -m training dataset merge photos --out meta.json",
    )
    deed.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    deed.add_argument("--out", type=Path, required=True, metavar="META")
    deed.add_argument("--in", type=Path, dest="into", metavar="META",
                      help="metadata to begin from; --out itself, if it is there")  # fmt: skip
    deed.add_argument("--full-path", action="store_true", help="for several folders")
    deed.add_argument("--caption-suffix", default=CAPTION)
    deed.add_argument("--tag-suffix", default=TAGS)
    deed.set_defaults(run_command=_merge)


def _add_clean(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "clean",
        help="clean captions and tags of metadata by rules",
        epilog="example: python -m training dataset clean meta.json --dry-run",
    )
    deed.add_argument("metadata", type=Path, metavar="META")
    deed.add_argument("--out", type=Path, metavar="META")
    rules = f"pets, kohya, or a TOML file of your own ({DEFAULT})"
    deed.add_argument("--rules", default=DEFAULT, help=rules)
    deed.add_argument("--dry-run", action="store_true", help="only show each change")
    deed.set_defaults(run_command=_clean)


def _add_latents(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "latents",
        help="latents of all pictures, as kohya's scripts train from them",
        epilog="example: python -m training dataset latents photos meta.json "
        "--out meta_lat.json --model painter",
    )
    deed.add_argument("folder", type=Path)
    deed.add_argument("metadata", type=Path, metavar="META")
    deed.add_argument("--out", type=Path, required=True, metavar="META")
    deed.add_argument("--model", type=Path, required=True, help="the painter's folder or file")
    deed.add_argument("--resolution", type=_size, default=(512, 512), metavar="W,H")
    deed.add_argument("--buckets", type=_range, default=(256, 1024), metavar="LEAST..MOST")
    deed.add_argument("--flip", action="store_true", help="latents of the mirrored pictures, too")
    deed.add_argument("--form", default="prepared", help="prepared, cache or oldest (prepared)")
    deed.add_argument("--full-path", action="store_true", help="metadata names whole paths")
    deed.add_argument("--batch", type=int, default=1, help="pictures at once (1)")
    deed.add_argument("--shard", type=shard, default=(1, 1), metavar="N/OF")
    deed.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    deed.set_defaults(run_command=_latents)


def _add_build(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "build",
        help="a Hugging Face dataset of pictures and their words",
        epilog="example: python -m training dataset build photos --out datasets/rolo",
    )
    _add_source(deed)
    deed.add_argument("--out", type=Path, required=True, metavar="FOLDER")
    deed.add_argument("--push", metavar="OWNER/NAME", help="and send it to a hub, once it was said "
                      "what and how much")  # fmt: skip
    deed.add_argument("--yes", action="store_true", help="send it without asking")
    deed.set_defaults(run_command=_build)


def _add_source(deed: argparse.ArgumentParser) -> None:
    deed.add_argument("source", type=Path, metavar="FOLDER")
    deed.add_argument("--photos", type=Path, help="where the pictures of a metadata file lie")
    deed.add_argument("--layout", help="read it as this, whatever it looks like")
    deed.add_argument("--image-column", default="image")
    deed.add_argument("--text-column", default="text")


def _look(options: argparse.Namespace) -> None:
    from training.desk.look import look, sheet_of

    found = look(
        options.source,
        resolution=options.resolution,
        layout=options.layout,
        pictures=options.photos,
        columns=(options.image_column, options.text_column),
    )
    for line in found.lines():
        print(line)
    if options.sheet is not None:
        sheet = sheet_of(found.checked.examples, str(options.source))
        with replacing(options.sheet) as draft:
            sheet.save(draft, "PNG")
        print(f"contact sheet: {options.sheet}")


def _merge(options: argparse.Namespace) -> None:
    begun_from = options.into or (options.out if options.out.is_file() else None)
    entries = read_entries(begun_from) if begun_from else {}
    merged = merge(
        options.folders,
        entries,
        full_path=options.full_path,
        caption_suffix=options.caption_suffix,
        tag_suffix=options.tag_suffix,
    )
    if not merged.entries:
        raise TrainingError(
            f"None of {merged.pictures} pictures has a {options.caption_suffix} or "
            f"{options.tag_suffix} beside it, so there is nothing to merge."
        )
    write_entries(merged.entries, options.out)
    say(merged.findings)
    print(
        f"{options.out}: {len(merged.entries)} entries; captions beside {merged.words['caption']} "
        f"of {merged.pictures} pictures, tags beside {merged.words['tags']}"
    )


def _clean(options: argparse.Namespace) -> None:
    if options.out is None and not options.dry_run:
        raise ConfigError("--out says where the cleaned metadata goes; --dry-run only shows it.")
    entries, changes = cleaned(read_entries(options.metadata), load_rules(options.rules))
    if options.dry_run:
        for change in changes:
            print(f"{change.key}, {change.field}\n  - {change.before}\n  + {change.after}")
    else:
        write_entries(entries, options.out)
    where = "" if options.dry_run else f", in {options.out}"
    print(f"{len(changes)} changes in {len(entries)} entries by the rules {options.rules}{where}")


def _latents(options: argparse.Namespace) -> None:
    from storybook.errors import nearest
    from storybook.models.devices import device_of
    from storybook.models.hub import on_disk
    from storybook.models.weights import weights_digest
    from training.data.buckets import bucket_sizes
    from training.desk.latents import FORMS, Encoder, LatentsMade, make_latents
    from training.desk.vae import open_vae_of

    if options.form not in FORMS:
        raise ConfigError(f"There is no form {options.form!r}. {nearest(options.form, FORMS)}")
    if options.batch < 1:
        raise ConfigError("--batch is at least 1.")
    buckets = bucket_sizes(*options.resolution, *options.buckets)
    made = LatentsMade(read_entries(options.metadata))
    pictures = pictures_at([options.folder], full_path=options.full_path)
    number, of = options.shard
    mine = dict(list(pictures.items())[number - 1 :: of])
    painter = on_disk(options.model)
    vae = open_vae_of(painter, device_of(options.device))
    name = weights_digest(painter / "vae" if painter.is_dir() else painter)
    encoder = Encoder(vae, name, buckets, options.form, options.flip)
    show(make_latents(mine, encoder, made, batch=options.batch))
    if of == 1:
        write_entries(made.entries, options.out)
    say(made.findings)
    for row in made.table():
        print(
            f"  bucket {row.bucket[0]} x {row.bucket[1]}: {row.pictures} pictures, off by "
            f"{row.aspect_error:.3f} of aspect"
        )
    if of > 1:
        print(
            f"latents of share {number} of {of}. When all shares are made, run it without --shard: "
            f"what is there is not made again, and {options.out} is written."
        )
    else:
        print(f"{options.out}: {len(made.entries)} entries, {len(made.buckets)} with latents")


def _build(options: argparse.Namespace) -> None:
    from training.data.readers import read_folder
    from training.desk.build import build, push, what_is_pushed

    reading = read_folder(
        options.source,
        layout=options.layout,
        pictures=options.photos,
        columns=(options.image_column, options.text_column),
    )
    show(build(reading.examples, options.out))
    say(reading.findings)
    print(f"{options.out}: {len(reading.examples)} pictures")
    if options.push is None:
        return
    print(what_is_pushed(options.out, options.push))
    if not options.yes and not _agreed():
        print("nothing was sent")
        return
    show(push(options.out, options.push))


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise ConfigError("Nobody is there to agree: say --yes to send it.")
    return input("Send it? [y/N] ").strip().lower() in ("y", "yes")


def _size(text: str) -> Size:
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
