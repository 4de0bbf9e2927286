"""A1111's syntax that changes a prompt while it is drawn, or loads LoRAs: resolved to plain text.

They are `[from:to:when]`, `[a|b]`, `AND` and `<lora:name:weight>`. What is not understood is not
fed to a painter as words.
"""

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

from storybook.errors import nearest
from storybook.models.prompt_syntax import NETWORK, networks

_PIECE = re.compile(r"\\.|[^][():|\\]+|.", re.DOTALL)
_OPENS = {"]": "[", ")": "("}
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)"
_WHEN = re.compile(rf"\s*{_NUMBER}(?:[eE][+-]?\d+)?\s*")
_AND = re.compile(rf"(?:\s*:\s*{_NUMBER})?\s*\bAND\b\s*")
_SHARE = re.compile(rf"\s*:\s*{_NUMBER}\s*$")
"""How strongly a prompt, or the last of those between `AND`s, counts as a whole."""


def resolve_syntax(
    prompt: str, loras: Collection[str] | None = None
) -> tuple[str, tuple[str, ...]]:
    """A prompt without scheduling syntax, and a line for each mark that was ignored or resolved.

    `loras` are the names of those that the painter has and fuses; None: it takes none.

    >>> resolve_syntax("a [cat:dog:0.5] AND a bird <lora:rex:0.8>")[0]
    'a dog, a bird '
    """
    notes: list[str] = []
    lora_names = {} if loras is None else {each.mark: each.name for each in networks(prompt)}

    def ignore(mark: re.Match[str], words: str) -> str:
        notes.append(_note(mark.group(), words))
        return words

    def network(mark: re.Match[str]) -> str:
        name = lora_names.get(mark.group())
        if name is None:
            return ignore(mark, "")
        if name not in loras:
            others = nearest(name, loras)
            notes.append(f"{mark.group()} is not heard: draw.lora_folder has no {name}. {others}")
        return ""

    text, decided = _decided(NETWORK.sub(network, prompt))
    notes += decided
    text = _AND.sub(lambda mark: ignore(mark, ", "), text)
    text = _SHARE.sub(lambda mark: ignore(mark, ""), text)
    return text, tuple(notes)


@dataclass(slots=True)
class _Bracket:
    """One that was opened: what stands in it so far."""

    opened: str = ""
    start: int = 0
    parts: list[str] = field(default_factory=lambda: [""])
    """Words, a `:` or `|` between them, words, and so on."""
    notes: list[str] = field(default_factory=list)

    def take(self, text: str, notes: list[str]) -> None:
        """Put `text` behind what stands here, as words, whatever is in it."""
        self.parts[-1] += text
        self.notes += notes


def _decided(prompt: str) -> tuple[str, list[str]]:
    """The prompt without edits and turns, however they are nested, and a note for each.

    Other brackets stay. One that is not closed, or not opened, is a letter.
    """
    stack, count = [_Bracket()], Counter()
    for match in _PIECE.finditer(prompt):
        piece = match.group()
        if piece in _OPENS.values():
            stack.append(_Bracket(piece, match.start()))
            count[piece] += 1
        elif piece in _OPENS and count[_OPENS[piece]]:
            while stack[-1].opened != _OPENS[piece]:
                count[stack[-1].opened] -= 1
                _spill(stack)
            count[_OPENS[piece]] -= 1
            closed = stack.pop()
            _close(closed, prompt[closed.start : match.end()], stack[-1])
        elif piece in (":", "|"):
            stack[-1].parts += [piece, ""]
        else:
            stack[-1].parts[-1] += piece
    while len(stack) > 1:
        _spill(stack)
    return "".join(stack[0].parts), stack[0].notes


def _spill(stack: list[_Bracket]) -> None:
    """Take the last bracket, which is never closed, for a letter."""
    open_one, around = stack.pop(), stack[-1]
    around.take(open_one.opened + open_one.parts[0], open_one.notes)
    around.parts += open_one.parts[1:]


def _close(closed: _Bracket, mark: str, around: _Bracket) -> None:
    """Put what a closed bracket resolves to into the one around it; `mark` is how it is written."""
    words, signs = closed.parts[::2], closed.parts[1::2]
    if closed.opened == "[" and "|" in signs:
        kept = "".join(closed.parts[: closed.parts.index("|")])
    elif closed.opened == "[" and len(words) in (2, 3) and _WHEN.fullmatch(words[-1]):
        kept = words[-2] or words[0]  # what it becomes; [words::when] stay to the end
    else:
        close = "]" if closed.opened == "[" else ")"
        around.take(f"{closed.opened}{''.join(closed.parts)}{close}", closed.notes)
        return
    around.take(kept, [_note(mark, kept)])


def _note(mark: str, words: str) -> str:
    outcome = f"is heard as {words.strip()!r}" if words.strip() else "is not heard"
    return f"{mark.strip()} {outcome}"
