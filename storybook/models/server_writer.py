"""A writer behind any OpenAI-compatible server: a vendor's, or one on the next machine.

The key is read from the environment when the door opens and goes into request headers only: never
into a file, a log, a name or an error.
"""

import os
import re
from collections.abc import Iterator, Sequence
from functools import cache, partial
from typing import Any

import httpx2
import openai
from openai import OpenAI

from storybook.errors import ConfigError, ModelError, QuestionTooLong, ReplyError, nearest
from storybook.models.prose import prose, without_thinking
from storybook.models.replies import answered, demand, in_turn
from storybook.models.server_replies import ServerReply, ServerSaid, words_of
from storybook.records import R, Record

RETRIES = 4
"""Of the client, with a growing pause or the one that the server asks for (of a minute at most), on
408, 409, 429, 5xx and lost connections."""
TOKENS_PER_WORD = 4
"""A generous limit for prose: the models' own ends come far earlier."""
THINKING_TOKENS = 8192
"""More for a model that thinks first, since servers count its thoughts as reply."""
ANSWER_WORDS = 800
SPARE = {"max_tokens", "temperature", "seed", "response_format", "stream_options"}
"""What a server may refuse to be told; it is left out from then on."""
NO_KEY = "no-key-needed"
TOO_LONG = ("context_length", "context length", "maximum context", "too many tokens")
QUOTA = ("quota", "billing", "credit")
LONG_KEY = 16
"""Letters from which on a key is no word that a message could hold by chance."""
MOST_LISTED = 12
LIST_TIMEOUT_S = 5.0
VERSIONED = re.compile(r"/v\d+\w*(?:/|$)")
NO_PATH = re.compile(
    r"\b(?:page|file|path|route|url|endpoint|method)\b|^\W*(?:404\W*)?not found\W*$", re.IGNORECASE
)
ENDPOINT = re.compile(r"(?:/chat)?/completions/?$")
_trusted = cache(httpx2.create_ssl_context)  # certificates are read once, not for each writer


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
        self.advice = ""
        """What the author may change for the better, once it is known."""
        self._client = client
        self._model = model
        self._options = {} if temperature is None else {"temperature": temperature}
        self._refused: set[str] = set()
        self._thinks = False

    def tell(self, question: str, *, seed: int, max_words: int) -> str:
        """Prose that follows `question`, without the closing END and what chat models add.

        Raises ReplyError if nothing came back or the reply was cut off, ModelError if the server
        cannot be reached or refuses.
        """
        reply = self._reply(question, seed, max_words)
        text = re.sub(r"(?:^|\s)END\W*$", "", reply.strip())
        if cleaned := prose(text):
            return cleaned
        raise ReplyError(f"{self.name} sent no story, only talk around one. Try again.", reply)

    def tell_each(
        self, question: str, *, seeds: Sequence[int], max_words: int
    ) -> Iterator[str | ReplyError]:
        """What `tell` tells for each seed, one after another."""
        return in_turn(partial(self.tell, question, max_words=max_words), seeds)

    def answer(self, question: str, kind: type[R], *, seed: int) -> R:
        """A record; its JSON schema is sent where the server takes one, and checked in any case."""
        schema = {"name": kind.__name__, "schema": kind.model_json_schema()}
        form = {"type": "json_schema", "json_schema": schema}

        def ask(prompt: str, try_seed: int) -> str:
            return self._reply(prompt, try_seed, ANSWER_WORDS, response_format=form)

        return answered(ask, demand(question, kind), kind, seed=seed, name=self.name)

    def look(self, question: str, picture: str, *, seed: int) -> str:
        """What the server's model says of a picture, a data URL, when it is asked `question`.

        Raises as `tell`.
        """
        messages = [
            {"type": "text", "text": question},
            {"type": "image_url", "image_url": {"url": picture}},
        ]
        return self._reply(messages, seed, ANSWER_WORDS).strip()

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def _reply(self, question: str | list[dict], seed: int, max_words: int, **form: Any) -> str:
        """A whole reply without what was thought before it."""
        options = {
            "max_tokens": max_words * TOKENS_PER_WORD,
            "seed": seed,
            "stream_options": {"include_usage": True},
            **self._options,
            **form,
        }
        while True:
            if self._thinks:
                options["max_tokens"] = max_words * TOKENS_PER_WORD + THINKING_TOKENS
            try:
                reply = self._ask(question, options)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as refusal:
                if not self._learns_from(refusal, options):
                    raise self._fault(refusal) from None
            except openai.OpenAIError as fault:
                if not (isinstance(fault, openai.APIStatusError) and self._moves(fault)):
                    raise self._fault(fault) from None
            except ServerSaid as fault:
                is_elsewhere = fault.is_page or NO_PATH.search(fault.words)
                if not (is_elsewhere and self._goes_to_v1()):
                    raise self._said_instead(fault) from None
            else:
                text = without_thinking(reply.text)
                thought = bool(reply.thinking) or text != reply.text
                if not (thought and reply.is_too_long and not self._thinks):
                    self._check(reply, text)
                    return text
                self._thinks = True

    def _ask(self, question: str | list[dict], options: dict[str, Any]) -> ServerReply:
        """What the server sends for a question, as far as it came."""
        reply = ServerReply()
        with self._client.chat.completions.with_streaming_response.create(
            model=self._model,
            messages=[{"role": "user", "content": question}],
            stream=True,
            **{key: value for key, value in options.items() if key not in self._refused},
        ) as response:
            self.used = self.used.plus(requests=1)
            try:
                for piece in response.iter_bytes():
                    reply.feed(piece)
                reply.close()
            except httpx2.TimeoutException:
                raise openai.APITimeoutError(response.http_request) from None
            except httpx2.RequestError:  # the line was cut: what came so far is no whole reply
                pass
            finally:
                self.used = self.used.plus(
                    question_tokens=reply.question_tokens, reply_tokens=reply.reply_tokens
                )
        return reply

    def _check(self, reply: ServerReply, text: str) -> None:
        """Raise ReplyError if a reply is none, or not a whole one."""
        if reply.refusal and not text.strip():
            raise ReplyError(f"{self.name} refuses: {words_of(reply.refusal)}", reply.refusal)
        if reply.why_cut and (text.strip() or not reply.thinking):
            if not text.strip() and reply.why_cut == "in mid-stream":
                raise ReplyError(f"{self.name} gave an empty reply. Try again, or another model.")
            raise ReplyError(f"{self.name} broke off its reply {reply.why_cut}. Try again.", text)
        if not text.strip() and (reply.thinking or reply.text.strip()):
            raise ReplyError(
                f"{self.name} only thought and told nothing. Try again, switch its thinking off "
                "on the server, or take another model.",
                reply.thinking or reply.text,
            )
        if not text.strip():
            raise ReplyError(f"{self.name} gave an empty reply. Try again, or another model.")

    def _learns_from(self, refusal: openai.APIStatusError, options: dict[str, Any]) -> bool:
        """Whether the refusal names an option that can be left out, or may mean the schema."""
        text = str(refusal)
        blamed = {key for key in SPARE & set(options) - self._refused if key in text}
        if not blamed and "response_format" in options and "response_format" not in self._refused:
            blamed = {"response_format"}
        self._refused |= blamed
        return bool(blamed)

    def _moves(self, refusal: openai.APIStatusError) -> bool:
        """Whether there is nothing at this address, but may be under /v1."""
        is_elsewhere = (
            refusal.status_code in (404, 405) and "model" not in _message_of(refusal).lower()
        )
        return is_elsewhere and self._goes_to_v1()

    def _goes_to_v1(self) -> bool:
        """Ask under /v1 from now on, unless the address names a version already."""
        base = str(self._client.base_url).rstrip("/")
        if VERSIONED.search(base):
            return False
        self._client = self._client.with_options(base_url=f"{base}/v1")
        self.advice = f"the server answers at {base}/v1: let write.base_url say so"
        return True

    def _said_instead(self, text: ServerSaid) -> ModelError:
        """An error that came in the place of a reply, as one line of ours."""
        where = f"The server at {self._client.base_url}"
        if text.is_page:
            return ModelError(
                f"{where} sends a web page, not an OpenAI-compatible reply. Is "
                "write.base_url right? Most end in /v1."
            )
        return ModelError(
            f"{where} has no reply. It says: {self._masked(text.words)}. Try again later."
        )

    def _fault(self, fault: openai.OpenAIError) -> ModelError | QuestionTooLong:
        """A library's error as one line of ours, the key struck out."""
        where = f"The server at {self._client.base_url}"
        text = self._masked(_message_of(fault))
        match fault:
            case openai.APITimeoutError():
                says = "gave no answer in time. Is it busy or loading? Try again, or raise "
                says += "write.timeout_s."
            case openai.APIConnectionError():
                says = "cannot be reached. Is it running, and is write.base_url right?"
            case openai.AuthenticationError() | openai.PermissionDeniedError():
                says = "does not accept the key. Set the environment variable that "
                says += f"write.key_variable names. It says: {text}"
            case openai.NotFoundError() if NO_PATH.search(text):
                says = f"has no chat completions there. Is write.base_url right? It says: {text}"
            case openai.NotFoundError():
                served = self._served()
                choices = f"{nearest(self._model, served[:MOST_LISTED])} " if served else ""
                says = f"knows no model {self._model!r}. Set write.model. {choices}It says: {text}"
            case openai.RateLimitError() if any(sign in text.lower() for sign in QUOTA):
                says = f"takes no more questions on this account. It says: {text}"
            case openai.RateLimitError():
                says = "asks to slow down, again and again. Wait, or check the account. "
                says += f"It says: {text}"
            case openai.BadRequestError() if any(sign in text.lower() for sign in TOO_LONG):
                return QuestionTooLong(f"The question is too long for {self.name}: {text}", 0)
            case openai.APIStatusError():
                says = f"failed with status {fault.status_code}. Try again later. It says: {text}"
            case _:
                says = f"failed: {text}. Try again."
        return ModelError(f"{where} {says}")

    def _masked(self, words: str) -> str:
        """The words without the key, wherever it stands as a word of its own."""
        key = re.escape(self._client.api_key)
        whole = key if len(self._client.api_key) >= LONG_KEY else rf"(?<!\w){key}(?!\w)"
        return re.sub(whole, "***", words).rstrip(".")

    def _served(self) -> list[str]:
        """The models that the server says it has; none if it does not say."""
        try:
            client = self._client.with_options(timeout=LIST_TIMEOUT_S, max_retries=0)
            return [model.id for model in client.models.list().data or []]
        except (openai.OpenAIError, ValueError, AttributeError, TypeError):
            return []


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
    if no model is named, the address is none, or the vendor's server is meant and the environment
    holds no key.
    """
    if not model:
        raise ConfigError("A server's writer needs a name: set write.model to one that it serves.")
    if base_url is not None and not re.match(r"https?://[^/\s]", base_url):
        raise ConfigError(
            f"write.base_url is {base_url!r}, which is no address. Write it whole, such as "
            "http://127.0.0.1:8080/v1."
        )
    key = _key_in(key_variable, needed=base_url is None)
    where = ENDPOINT.sub("", base_url.strip()) if base_url else None
    wire = openai.DefaultHttpxClient(verify=_trusted())
    client = OpenAI(
        api_key=key, base_url=where, timeout=timeout_s, max_retries=retries, http_client=wire
    )
    return ServerWriter(client, model, temperature=temperature)


def _key_in(variable: str, *, needed: bool) -> str:
    """The key that the environment holds; the library must be given something in any case."""
    key = os.environ.get(variable, "").strip()
    if needed and not key:
        raise ConfigError(
            f"The environment variable {variable} holds no key. Set it, or name a server of your "
            "own with write.base_url."
        )
    return key or NO_KEY


def _message_of(fault: Exception) -> str:
    """What the server said, in one line."""
    return words_of(getattr(fault, "body", None)) or words_of(str(fault))
