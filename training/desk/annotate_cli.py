"""`python -m training dataset caption | tag`: models that say what pictures show."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from storybook.errors import ConfigError
from storybook.terminal import show
from training.data.folders import pictures_in
from training.data.records import Finding

if TYPE_CHECKING:
    from training.desk.annotate import Annotator


def add_deeds(deeds: argparse._SubParsersAction) -> None:
    """Add both to the deeds of `dataset`."""
    _add_caption(deeds)
    _add_tag(deeds)


def _add_caption(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "caption",
        help="have a model say what each picture shows",
        epilog="example: python -m training dataset caption photos --model blip --to json",
    )
    _add_annotation(deed, "blip2, blip, vit-gpt2, starter, server, a hub's name or a folder (blip)")
    deed.set_defaults(model="blip")
    deed.add_argument("--prompt", default="", help="what a model that chats is asked; "
                      "what the caption of another one begins with")  # fmt: skip
    deed.add_argument("--max-new-tokens", type=int, help="of a caption (64)")
    deed.add_argument("--max-length", type=int, help="of question and caption, in its place")
    deed.add_argument("--min-length", type=int, default=0)
    deed.add_argument("--beams", type=int, default=5, help="captions followed at once (5)")
    deed.add_argument("--top-p", type=float, help="nucleus sampling in place of beams, such as 0.9")
    deed.add_argument("--seed", type=int, default=42)
    deed.add_argument("--device", default="auto", help="cpu, cuda, mps or auto")
    deed.add_argument("--base-url", help="where a server of your own listens")
    deed.add_argument("--server-model", default="", help="what the server calls its model")
    deed.set_defaults(run_command=_caption)


def _caption(options: argparse.Namespace) -> None:
    from training.desk.captioners import Generation, open_captioner

    generation = _generation(options, Generation)
    captioner = open_captioner(
        options.model,
        generation,
        prompt=options.prompt,
        device=options.device,
        base_url=options.base_url,
        server_model=options.server_model,
    )
    _annotate(options, captioner, "caption")


def _generation(options: argparse.Namespace, kind: type) -> object:
    from storybook.config import validated

    values = {
        "max_new_tokens": options.max_new_tokens,
        "max_length": options.max_length,
        "min_length": options.min_length,
        "num_beams": options.beams,
        "top_p": options.top_p,
    }
    return validated(kind, values, "caption")


def _add_tag(deeds: argparse._SubParsersAction) -> None:
    deed = deeds.add_parser(
        "tag",
        help="have a tagger say what each picture shows, in tags",
        epilog="example: python -m training dataset tag drawings --model wd14 --threshold 0.35",
    )
    _add_annotation(deed, "wd14, a hub's name or a folder with model.onnx (wd14)")
    deed.set_defaults(model="wd14", seed=0)
    deed.add_argument("--threshold", type=float, default=0.35, help="from so sure on (0.35)")
    deed.add_argument("--character-threshold", type=float, help="for characters (as the others)")
    deed.add_argument("--spaces", action="store_true", help="in the place of underscores")
    deed.set_defaults(run_command=_tag)


def _tag(options: argparse.Namespace) -> None:
    from training.desk.taggers import open_tagger

    tagger = open_tagger(
        options.model,
        threshold=options.threshold,
        character_threshold=options.character_threshold,
        spaces=options.spaces,
    )
    _annotate(options, tagger, "tags")


def _add_annotation(deed: argparse.ArgumentParser, models: str) -> None:
    deed.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    deed.add_argument("--model", help=models)
    where = "sidecar, json, metadata, or a .json file of metadata (sidecar)"
    deed.add_argument("--to", default="sidecar", metavar="WHERE", help=where)
    deed.add_argument("--suffix", default="", help="of sidecars: .caption, or .txt for tags")
    deed.add_argument("--full-path", action="store_true", help="metadata names whole paths")
    deed.add_argument("--batch", type=int, default=1, help="pictures at once (1)")
    deed.add_argument("--again", action="store_true", help="also pictures that have words")
    deed.add_argument("--shard", type=shard, default=(1, 1), metavar="N/OF",
                      help="only this share of the work, such as 1/4; sidecars")  # fmt: skip


def _annotate(options: argparse.Namespace, annotator: "Annotator", field: str) -> None:
    from training.desk.annotate import annotate, share_of
    from training.desk.words import SIDECAR, words_at

    if options.batch < 1:
        raise ConfigError("--batch is at least 1.")
    if options.shard != (1, 1) and options.to != SIDECAR:
        raise ConfigError(
            "Several that share the work cannot write one file: leave --to out, so that words go "
            "beside the pictures, and merge them afterwards."
        )
    words = words_at(
        options.to, options.folders, field, suffix=options.suffix, full_path=options.full_path
    )
    pictures = [path for folder in options.folders for path in pictures_in(folder)]
    findings: list[Finding] = []
    events = annotate(
        share_of(pictures, options.shard),
        annotator,
        words,
        findings,
        batch=options.batch,
        seed=options.seed,
        again=options.again,
    )
    show(events)
    say(findings)
    print(f"{annotator.name}'s words: {words.where}")


def say(findings: Sequence[Finding]) -> None:
    """Print what was found, what is alike in one line."""
    from training.desk.look import finding_lines

    for line in finding_lines(findings):
        print(line)


def shard(text: str) -> tuple[int, int]:
    """`1/4` as (1, 4): the first of four shares."""
    number, slash, of = text.partition("/")
    if not (slash and number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise argparse.ArgumentTypeError(f"{text!r} is no share: 1/4 is the first of four")
    return int(number), int(of)
