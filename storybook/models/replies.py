"""Replies in shape: ask for a record, check it, show the writer its own mistake, ask again."""

import json
import re
from collections.abc import Callable, Iterable, Iterator

from pydantic import ValidationError

from storybook.errors import QuestionTooLong, ReplyError
from storybook.models.prose import without_thinking
from storybook.records import R

TRIES = 3
SHOWN = 1500
"""So many characters of a bad reply are shown to its writer."""

Ask = Callable[[str, int], str]
"""A question and a seed become a reply."""


def answered(ask: Ask, question: str, kind: type[R], *, seed: int, name: str) -> R:
    """The reply to `question` as a record, from the writer called `name`.

    A reply out of shape is shown to the writer with what is wrong with it, and asked for again with
    another seed. Raises ReplyError with the last reply after three tries, QuestionTooLong at once.
    """
    prompt, reply, fault = question, "", ""
    for attempt in range(TRIES):
        try:
            reply = ask(prompt, seed + attempt)
        except QuestionTooLong:
            raise
        except ReplyError as silence:
            reply, fault = silence.reply, str(silence)
        else:
            record, fault = parsed(reply, kind)
            if record is not None:
                return record
        prompt = (
            f"{question}\n\nYour last reply was:\n{reply[:SHOWN] or '(nothing)'}\n\n"
            f"It cannot be used: {fault}\nReply again with the JSON object only."
        )
    raise ReplyError(
        f"{name} gave no {kind.__name__} in {TRIES} replies; the last fault: {fault}", reply
    )


def in_turn(tell: Callable[..., str], seeds: Iterable[int]) -> Iterator[str | ReplyError]:
    """What `tell` tells for each `seed=`, none asked for before it is wanted; or its fault.

    Raises QuestionTooLong.
    """
    for seed in seeds:
        try:
            yield tell(seed=seed)
        except QuestionTooLong:
            raise
        except ReplyError as fault:
            yield fault


def parsed(reply: str, kind: type[R]) -> tuple[R | None, str]:
    """The first JSON object of a reply that is a `kind`, or None and what is wrong in one line."""
    fault = "There is no whole JSON object in it."
    for text in _objects(without_thinking(reply)):
        try:
            return kind.model_validate_json(text), ""
        except ValidationError as error:
            faults = (
                f"{'.'.join(map(str, each['loc'])) or 'the object'}: {each['msg']}"
                for each in error.errors()[:3]
            )
            fault = "; ".join(faults) + "."
    return None, fault


def demand(question: str, kind: type[R]) -> str:
    """The question with the JSON schema of its answer, for writers without a place for schemas."""
    schema = json.dumps(kind.model_json_schema(), ensure_ascii=False)
    return f"{question}\n\nReply with one JSON object and nothing else. Its schema: {schema}"


def _objects(reply: str) -> Iterator[str]:
    """Every top-level `{...}` that is JSON, whatever stands around it."""
    decoder, at = json.JSONDecoder(), 0
    while match := re.compile(r"\{").search(reply, at):
        try:
            _, at = decoder.raw_decode(reply, match.start())
            yield reply[match.start() : at]
        except ValueError:
            at = match.end()
