"""`python -m training dataset caption | tag`: models that say what pictures show."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from storybook.cli.options import add_on
from storybook.config import validated
from storybook.errors import ConfigError
from storybook.shard import Shard
from storybook.terminal import show
from training.data.folders import pictures_in
from training.data.records import DataIssue
from training.typed_arguments import runs

if TYPE_CHECKING:
    from training.desk.annotate import Annotator

NOT_ONE_FILE = (
    "Several that share the work cannot write one file: leave --to out, so that words go beside "
    "the pictures, and merge them afterwards."
)


def add_subcommands(subcommands: argparse._SubParsersAction) -> None:
    """Add both to the commands of `dataset`."""
    _add_caption(subcommands)
    _add_tag(subcommands)


class Work(TypedDict):
    """Which pictures are looked at, and where the words go."""

    folders: list[Path]
    to: str
    suffix: str
    full_path: bool
    batch: int
    again: bool
    shard: str
    on: str | None
    workers: int | None


class CaptionWork(Work):
    """Also how a caption is generated, as `captioners.Generation`."""

    max_new_tokens: int | None
    max_length: int | None
    min_length: int
    num_beams: int
    top_p: float | None


def _add_work(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    where = "sidecar, json, metadata, or a .json file of metadata (sidecar)"
    parser.add_argument("--to", default="sidecar", metavar="WHERE", help=where)
    parser.add_argument("--suffix", default="", help="of sidecars: .caption, or .txt for tags")
    parser.add_argument("--full-path", action="store_true", help="metadata names whole paths")
    parser.add_argument("--batch", type=int, default=1, help="pictures at once (1)")
    parser.add_argument("--again", action="store_true", help="also pictures that have words")
    add_shard(parser)
    add_on(parser)


def _add_caption(subcommands: argparse._SubParsersAction) -> None:
    parser = subcommands.add_parser(
        "caption",
        help="have a model say what each picture shows",
        epilog="example: python -m training dataset caption photos --model blip --to json",
    )
    _add_work(parser)
    models = (
        "blip2, blip, vit-gpt2, efficientnet-lite0 (kinds and breeds of pets), starter, server, a "
        "hub's name or a folder (blip)"
    )
    parser.add_argument("--model", default="blip", help=models)
    prompt = "what a model that chats is asked; what the caption of another one begins with"
    parser.add_argument("--prompt", default="", help=prompt)
    parser.add_argument("--max-new-tokens", type=int, help="of a caption (64)")
    parser.add_argument("--max-length", type=int, help="of question and caption, in its place")
    parser.add_argument("--min-length", type=int, default=0)
    beams = "captions followed at once (5)"
    parser.add_argument("--beams", type=int, default=5, dest="num_beams", help=beams)
    parser.add_argument(
        "--top-p", type=float, help="nucleus sampling in place of beams, such as 0.9"
    )
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    parser.add_argument("--base-url", help="where a server of your own listens")
    parser.add_argument("--server-model", default="", help="what the server calls its model")
    runs(parser, _caption)


def _caption(
    model: str,
    prompt: str,
    seed: int,
    device: str,
    base_url: str | None,
    server_model: str,
    **work: Unpack[CaptionWork],
) -> None:
    from training.desk.captioners import Generation, open_captioner

    if work["on"]:
        _spread(work)
        return
    chosen = {key: value for key, value in work.items() if key in Generation.model_fields}
    captioner = open_captioner(
        model,
        validated(Generation, chosen, "caption"),
        prompt=prompt,
        device=device,
        base_url=base_url,
        server_model=server_model,
    )
    _annotate(captioner, "caption", seed, work)


def _add_tag(subcommands: argparse._SubParsersAction) -> None:
    parser = subcommands.add_parser(
        "tag",
        help="have a tagger say what each picture shows, in tags",
        epilog="example: python -m training dataset tag drawings --model wd14 --threshold 0.35",
    )
    _add_work(parser)
    models = "wd14, a hub's name or a folder with model.onnx (wd14)"
    parser.add_argument("--model", default="wd14", help=models)
    parser.add_argument("--threshold", type=float, default=0.35, help="from so sure on (0.35)")
    parser.add_argument("--character-threshold", type=float, help="for characters (as the others)")
    parser.add_argument("--spaces", action="store_true", help="in the place of underscores")
    runs(parser, _tag)


def _tag(
    model: str,
    threshold: float,
    character_threshold: float | None,
    spaces: bool,
    **work: Unpack[Work],
) -> None:
    from training.desk.taggers import open_tagger

    if work["on"]:
        _spread(work)
        return
    tagger = open_tagger(
        model, threshold=threshold, character_threshold=character_threshold, spaces=spaces
    )
    _annotate(tagger, "tags", 0, work)


def spread(on: str, workers: int | None) -> None:
    """Have the workers of a cluster do this very command, a shard each."""
    from storybook.cluster.connect import check_on
    from storybook.cluster.shards import run_shards, without_on

    show(run_shards(check_on(on), "training", without_on(sys.argv[1:]), workers))


def _spread(work: Work) -> None:
    """Have a cluster say what pictures show; words have to go beside them."""
    from training.desk.words import SIDECAR

    if work["to"] != SIDECAR:
        raise ConfigError(NOT_ONE_FILE)
    spread(work["on"], work["workers"])


def _annotate(annotator: "Annotator", field: str, seed: int, work: Work) -> None:
    from training.desk.annotate import annotate
    from training.desk.words import SIDECAR, words_at

    if work["batch"] < 1:
        raise ConfigError("--batch is at least 1.")
    shard = Shard.parse(work["shard"])
    if not shard.whole and work["to"] != SIDECAR:
        raise ConfigError(NOT_ONE_FILE)
    words = words_at(
        work["to"], work["folders"], field, suffix=work["suffix"], full_path=work["full_path"]
    )
    pictures = [path for folder in work["folders"] for path in pictures_in(folder)]
    findings: list[DataIssue] = []
    events = annotate(
        shard.part_of(pictures),
        annotator,
        words,
        findings,
        batch=work["batch"],
        seed=seed,
        again=work["again"],
    )
    show(events)
    say(findings)
    print(f"{annotator.name}'s words: {words.where}")


def say(findings: Sequence[DataIssue]) -> None:
    """Print what was found, what is alike in one line."""
    from training.desk.look import finding_lines

    for line in finding_lines(findings):
        print(line)


def add_shard(parser: argparse.ArgumentParser) -> None:
    """Add the share of the work that one of several does."""
    share = "only this share of the work, such as 1/4; several then share a folder"
    parser.add_argument("--shard", default="1/1", metavar="N/OF", help=share)
