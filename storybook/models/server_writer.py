"""A writer behind any OpenAI-compatible server: a vendor's, or one on the next machine.

The key is read from the environment when the door opens and goes into request headers only: never
into a file, a log, a name or an error.
"""

import json
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import openai
from openai import OpenAI

from storybook.errors import ConfigError, ModelError, QuestionTooLong, ReplyError
from storybook.models.replies import answered, demand, in_turn
from storybook.records import R, Record

if TYPE_CHECKING:
    from openai import Stream
    from openai.types.chat import ChatCompletionChunk

RETRIES = 4
"""Of the client, with a growing pause, on 408, 409, 429, 5xx and lost connections."""
TOKENS_PER_WORD = 4
"""A generous limit for prose: the models' own ends come far earlier."""
ANSWER_WORDS = 800
SPARE = {"max_tokens", "temperature", "seed", "response_format", "stream_options"}
"""What a server may refuse to be told; it is left out from then on."""
NO_KEY = "no-key-needed"
TOO_LONG = ("context_length", "context length", "maximum context", "too many tokens")


class Usage(Record):
    """What was used of a server, as it counts itself."""

    requests: int = 0
    question_tokens: int = 0
    reply_tokens: int = 0

    def plus(self, **more: int) -> "Usage":
        """The use after `more` of some of the fields."""
        return self.but(**{name: getattr(self, name) + count for name, count in more.items()})


class ServerWriter:
    """Holds a connection; `used` counts the tokens that it has cost so far."""

    def __init__(self, client: OpenAI, model: str, *, temperature: float | None = None) -> None:
        self.name = f"server-{model}"
        self.used = Usage()
        self._client = client
        self._model = model
        self._options = {} if temperature is None else {"temperature": temperature}
        self._refused: set[str] = set()

    def tell(self, question: str, *, seed: int, max_words: int) -> str:
        """Prose that follows `question`, without the closing END.

        Raises ReplyError if nothing came back or the reply was cut off, ModelError if the server
        cannot be reached or refuses.
        """
        return self._reply(question, seed, max_words).strip().removesuffix("END").rstrip()

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        """What `tell` tells for each seed, one after another."""

        def ask(said: str, seed: int) -> str:
            return self.tell(said, seed=seed, max_words=max_words)

        return in_turn(ask, question, seeds)

    def answer(self, question: str, kind: type[R], *, seed: int) -> R:
        """A record; its JSON schema is sent where the server takes one, and checked in any case."""
        schema = {"name": kind.__name__, "schema": kind.model_json_schema()}
        form = {"type": "json_schema", "json_schema": schema}

        def ask(said: str, try_seed: int) -> str:
            return self._reply(said, try_seed, ANSWER_WORDS, response_format=form)

        return answered(ask, demand(question, kind), kind, seed=seed, name=self.name)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _reply(self, question: str, seed: int, max_words: int, **form: Any) -> str:
        options = {
            "max_tokens": max_words * TOKENS_PER_WORD,
            "seed": seed,
            "stream_options": {"include_usage": True},
            **self._options,
            **form,
        }
        while True:
            try:
                return self._stream(question, options)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as refusal:
                if not self._learns_from(refusal, options):
                    raise self._fault(refusal) from None
            except openai.OpenAIError as fault:
                raise self._fault(fault) from None

    def _stream(self, question: str, options: dict[str, Any]) -> str:
        with self._client.chat.completions.create(
            model=self._model,
            messages=[{"role": "user", "content": question}],
            stream=True,
            **{key: value for key, value in options.items() if key not in self._refused},
        ) as stream:
            text, reason = self._read(stream)
        if not text.strip():
            raise ReplyError(f"{self.name} gave an empty reply. Try again, or another model.")
        if reason != "stop":
            where = {"length": "at its length limit", None: "in mid-stream"}
            why = where.get(reason, f"({reason})")
            raise ReplyError(f"{self.name} broke off its reply {why}. Try again.", text)
        return text

    def _read(self, stream: "Stream[ChatCompletionChunk]") -> tuple[str, str | None]:
        """The whole text of a stream and the reason of its end, None if it had none."""
        pieces, reason = [], None
        self.used = self.used.plus(requests=1)
        try:
            for chunk in stream:
                if chunk.usage:
                    self.used = self.used.plus(
                        question_tokens=chunk.usage.prompt_tokens,
                        reply_tokens=chunk.usage.completion_tokens,
                    )
                for choice in chunk.choices[:1]:
                    pieces.append(choice.delta.content or "")
                    reason = choice.finish_reason or reason
        except openai.APITimeoutError:
            raise
        except (openai.APIConnectionError, json.JSONDecodeError):
            return "".join(pieces), None
        return "".join(pieces), reason

    def _learns_from(self, refusal: openai.APIStatusError, options: dict[str, Any]) -> bool:
        """Whether the refusal names an option that can be left out, or may mean the schema."""
        said = str(refusal)
        blamed = {key for key in SPARE & set(options) - self._refused if key in said}
        if not blamed and "response_format" in options and "response_format" not in self._refused:
            blamed = {"response_format"}
        self._refused |= blamed
        return bool(blamed)

    def _fault(self, fault: openai.OpenAIError) -> ModelError | QuestionTooLong:
        """A library's error as one line of ours, the key struck out."""
        where = f"The server at {self._client.base_url}"
        said = _said(fault).rstrip(".").replace(self._client.api_key, "***")
        match fault:
            case openai.APITimeoutError():
                return ModelError(f"{where} gave no answer in time. Is it busy or loading? "
                                  "Try again, or raise write.timeout_s.")  # fmt: skip
            case openai.APIConnectionError():
                return ModelError(f"{where} cannot be reached. Is it running, and is "
                                  "write.base_url right?")  # fmt: skip
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                return ModelError(f"{where} does not accept the key. Set the environment variable "
                                  f"that write.key_variable names. It says: {said}")  # fmt: skip
            case openai.NotFoundError():
                return ModelError(f"{where} knows no model {self._model!r}. Set write.model. "
                                  f"It says: {said}")  # fmt: skip
            case openai.RateLimitError():
                return ModelError(f"{where} asks to slow down, again and again. Wait, or check "
                                  f"the account. It says: {said}")  # fmt: skip
            case openai.BadRequestError() if any(sign in said.lower() for sign in TOO_LONG):
                return QuestionTooLong(f"The question is too long for {self.name}: {said}", 0)
            case openai.APIStatusError():
                return ModelError(f"{where} failed with status {fault.status_code}. "
                                  f"Try again later. It says: {said}")  # fmt: skip
        return ModelError(f"{where} failed: {said}. Try again.")


def open_server_writer(
    model: str,
    *,
    base_url: str | None = None,
    key_variable: str = "OPENAI_API_KEY",
    timeout_s: float = 120.0,
    temperature: float | None = None,
    retries: int = RETRIES,
) -> ServerWriter:
    """A writer for `model` at `base_url` (None: the vendor's own).

    `timeout_s` bounds the wait for the first and for each next piece of a reply. Raises ConfigError
    if no model is named, or the vendor's server is meant and the environment holds no key.
    """
    if not model:
        raise ConfigError("A server's writer needs a name: set write.model to one that it serves.")
    key = os.environ.get(key_variable, "").strip()
    if not key and base_url is None:
        raise ConfigError(
            f"The environment variable {key_variable} holds no key. Set it, or name a server of "
            "your own with write.base_url."
        )
    client = OpenAI(
        api_key=key or NO_KEY, base_url=base_url, timeout=timeout_s, max_retries=retries
    )
    return ServerWriter(client, model, temperature=temperature)


def _said(fault: Exception) -> str:
    """What the server said, in one line of at most 200 characters."""
    body = getattr(fault, "body", None)
    message = body.get("message") if isinstance(body, dict) else None
    return " ".join(str(message or fault).split())[:200]
