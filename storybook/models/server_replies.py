"""What an OpenAI-compatible server sends, read generously: streamed or whole, of any dialect."""

import json
from collections.abc import Iterator
from typing import Any

LENGTH = ("length", "max_tokens", "max_new", "max_output", "token_limit", "truncat")
FILTER = ("filter", "safety", "block", "prohibit", "recitation", "refus", "moderat")
TOOL = ("tool", "function")
FAILED = ("error", "abort", "cancel", "timeout", "fail")
THINKING = ("reasoning_content", "reasoning", "thinking")
MOST_WORDS = 200
"""Letters of what a server says that are passed on."""


class ServerSaid(Exception):
    """A server's own words for why there is no reply, or that it sent a web page."""

    def __init__(self, words: str, *, is_page: bool = False) -> None:
        super().__init__(words)
        self.words, self.is_page = words, is_page


class ServerReply:
    """A reply as it comes in: `feed` takes pieces of its body, `close` what they amount to.

    `text` is what was told and `thinking` what was thought on the way, where the server keeps them
    apart. Raises ServerSaid if an error, or no reply at all, is in the body.
    """

    def __init__(self) -> None:
        self.text = self.thinking = self.refusal = ""
        self.reason: str | None = None
        self.question_tokens = self.reply_tokens = 0
        self.is_over = False
        """Whether the server said that this is all: anything else was broken off."""
        self._rest = b""
        self._loose: list[bytes] = []
        self._has_events = False

    def feed(self, piece: bytes) -> None:
        """Take a piece of the body, cut anywhere."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._line(line.strip())

    def close(self) -> None:
        """The body is at its end."""
        self._line(self._rest.strip())
        self._rest = b""
        loose = b"\n".join(self._loose).decode(errors="replace").strip()
        if self._has_events or not loose:
            return
        try:
            body = json.loads(loose)
        except ValueError:
            raise ServerSaid(words_of(loose), is_page=loose.startswith("<")) from None
        for event in body if isinstance(body, list) else [body]:
            self._event(event)
        self.is_over = True

    @property
    def why_cut(self) -> str | None:
        """Why this is no whole reply, in words; None if it is one.

        Servers have many words for a good end and few for a bad one, so these are looked for.
        """
        reason = (self.reason or "").lower()
        if any(sign in reason for sign in LENGTH):
            return "at its length limit"
        if any(sign in reason for sign in FILTER):
            return f"for its own rules ({self.reason})"
        if any(sign in reason for sign in TOOL):
            return "to ask for a tool"
        if any(sign in reason for sign in FAILED):
            return f"({self.reason})"
        return None if self.is_over or self.reason else "in mid-stream"

    @property
    def is_too_long(self) -> bool:
        """Whether it was cut at its length limit."""
        return self.why_cut == "at its length limit"

    def _line(self, line: bytes) -> None:
        if self.is_over or not line or line.startswith((b":", b"event:", b"id:", b"retry:")):
            return
        if not line.startswith(b"data:"):
            self._loose.append(line)
            return
        self._has_events = True
        data = line.removeprefix(b"data:").strip()
        if data == b"[DONE]":
            self.is_over = True
            return
        try:
            event = json.loads(data)
        except ValueError:  # half a line of a connection that was lost
            return
        self._event(event)

    def _event(self, event: Any) -> None:
        if not isinstance(event, dict):
            return
        self._count(event.get("usage"))
        choices = event.get("choices")
        if event.get("error") or (choices is None and not event.get("usage")):
            self._complain(event)
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return
        message = next((choice[key] for key in ("delta", "message") if choice.get(key)), {})
        message = message if isinstance(message, dict) else {"content": message}
        self.text += told_in(message.get("content")) or told_in(choice.get("text"))
        self.thinking += thought_in(message.get("content"))
        self.thinking += next((told_in(message[key]) for key in THINKING if message.get(key)), "")
        self.refusal += told_in(message.get("refusal"))
        reason = choice.get("finish_reason") or choice.get("finishReason")
        self.reason = str(reason) if reason else self.reason

    def _complain(self, event: dict[str, Any]) -> None:
        """Raise what an event says of a fault; one that says nothing is passed over."""
        fault = event.get("error")
        if words := words_of(event) or (fault and json.dumps(fault)[:MOST_WORDS]):
            raise ServerSaid(words)

    def _count(self, usage: Any) -> None:
        """The latest count: some servers send one with each piece, which counts what was before."""
        if not isinstance(usage, dict):
            return
        prompt_tokens, completion_tokens = (
            usage.get("prompt_tokens"),
            usage.get("completion_tokens"),
        )
        total = usage.get("total_tokens")
        self.question_tokens = (
            prompt_tokens if isinstance(prompt_tokens, int) else self.question_tokens
        )
        self.reply_tokens = (
            completion_tokens if isinstance(completion_tokens, int) else self.reply_tokens
        )
        if isinstance(total, int) and not isinstance(completion_tokens, int):
            self.reply_tokens = max(0, total - self.question_tokens)


def told_in(content: Any) -> str:
    """The words of a reply's content, which may be a text or a list of parts."""
    if isinstance(content, str):
        return content
    return "".join(part for part, is_thought in _parts(content) if not is_thought)


def thought_in(content: Any) -> str:
    """What parts of a content say was thought."""
    return "".join(part for part, is_thought in _parts(content) if is_thought)


def words_of(body: Any) -> str:
    """What a server's body says went wrong, in one line; nothing if it says nothing.

    >>> words_of({"error": {"message": "Model is loading", "code": 503}})
    'Model is loading'
    >>> words_of({"detail": [{"msg": "field required"}]})
    'field required'
    """
    if isinstance(body, str):
        return " ".join(body.split())[:MOST_WORDS]
    if isinstance(body, list):
        return next(filter(None, map(words_of, body)), "")
    if isinstance(body, dict):
        named = (body.get(key) for key in ("error", "message", "msg", "detail", "error_msg"))
        return next(filter(None, map(words_of, named)), "")
    return ""


def _parts(content: Any) -> Iterator[tuple[str, bool]]:
    """The text of each part, and whether it was only thought."""
    for part in content if isinstance(content, list) else [content]:
        if isinstance(part, str):
            yield part, False
        elif isinstance(part, dict):
            kind = str(part.get("type") or "")
            is_thought = "think" in kind or "reason" in kind
            inner = part.get("text") or part.get("thinking") or part.get("content")
            yield told_in(inner if isinstance(inner, str | list) else ""), is_thought
