"""A chat model's reply as prose: without thinking, markup, page marks and small talk around it.

What is plain already comes back as it is. A title that is set apart, as a heading or in bold, comes
back as the line `Title: ...`, which is how tales are asked for.
"""

import re
from collections.abc import Iterator

TITLE_LABEL = re.compile(
    r"^\W*(?:title|titel|titre|título|titulo|titolo|tytuł|название|标题|題目|题目|標題|タイトル|제목)"
    r"\s*[:：]\s*",
    re.IGNORECASE,
)
MOST_TITLE = 100
"""Letters; a longer heading is a sentence."""

_THOUGHT = r"think|thinking|thought|thoughts|reasoning|reason|reflection|seed:think"
_OPENS = rf"<(?:{_THOUGHT})>|\[THINK\]|◁think▷"
_CLOSES = rf"</(?:{_THOUGHT})>|\[/THINK\]|◁/think▷"
THOUGHT = re.compile(rf"(?:{_OPENS}).*?(?:{_CLOSES})", re.DOTALL | re.IGNORECASE)
OPENED = re.compile(_OPENS, re.IGNORECASE)
CLOSED = re.compile(_CLOSES, re.IGNORECASE)
HARMONY = re.compile(r"<\|channel\|>\s*final\b.*?<\|message\|>", re.DOTALL)
"""Where a channel begins that is meant for the reader, in the format of gpt-oss."""
HARMONY_THOUGHT = re.compile(r"<\|channel\|>\s*(?:analysis|commentary)\b")
BEGINS = re.compile(
    r"^(?:\s*(?:<\|(?:im_start|start_header_id|start|begin_of_text|assistant|bot)\|>|<s>|<bos>"
    r"|<start_of_turn>|\[/INST\]|<\|end_header_id\|>)(?:\s*(?:assistant|model)\b)?)+"
)
ENDS = re.compile(
    r"<[|｜][^<>\n]{1,40}[|｜]>|</?s>|<(?:eos|bos|pad)>|</?(?:end|start)_of_turn>|\[/?INST\]"
)
FENCED = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)(?:^[ \t]*```[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)
TAGS = re.compile(
    r"</?(?:p|div|b|i|em|strong|u|h[1-6]|center|body|html|story|text)(?: [^<>]*)?>", re.IGNORECASE
)
BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
RULE = re.compile(r"^\s*(?:[-*_=~—•]\s*){3,}$")
HEADING = re.compile(r"^\s{0,3}#{1,6}\s+(.*?)[\s#]*$")
BOLD_LINE = re.compile(r"^\s*(\*{1,3}|_{2,3})(?=\S)([^*]+?)(?<=\S)\1\s*$")
NAMED_LINE = re.compile(r"^\s*[《『【]([^》』】]+)[》』】]\s*$")
EMPHASIS = re.compile(
    r"(\*{1,3})(?=[^\s*])([^*\n]*?[^\s*])\1|(?<!\w)(_{1,3})(?=[^\s_])([^\n]*?[^\s_])\3(?!\w)"
)
SENTENCE_END = ".!?…。！？؟।"

_NUMBER = r"(?:\d{1,3}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_PAGE = (
    rf"(?:(?:pages?|spread|scene|panel|chapter|seite|p[áa]gina|strona|страница|стр\.|페이지)\s*"
    rf"{_NUMBER}(?:\s*(?:of|von|sur|de|di|из|z|/|-|–)\s*\d+)?"
    r"|第\s*[\d一二三四五六七八九十]+\s*(?:页|頁|ページ)|\d+\s*ページ目?)"
)
PAGE_LINE = re.compile(rf"^[^\w\n]*{_PAGE}[^\w\n]*$", re.IGNORECASE)
PAGE_HEAD = re.compile(
    rf"^[\s\[(*_#]*{_PAGE}\s*[\])*_]*\s*[:：.)\]–—-]+[\s*_]*(?=\S)", re.IGNORECASE
)
NUMBERED = re.compile(r"^\s*(\d{1,2})[.)]\s+(?=\S)")
_ART = r"(?:illustrations?|illustration note|image|picture|art note|visual|abbildung|ilustración|"
_ART += r"illustrazione|ilustracja|иллюстрация|插图|插圖|挿絵|挿し絵)"
ART_LINE = re.compile(rf"^[\s\[(*_]*{_ART}(?:\s*\w*\s*)?[:：].*$", re.IGNORECASE)
ART_NOTE = re.compile(rf"[\[(]\s*{_ART}\s*[:：–—-][^\])\n]*[\])]", re.IGNORECASE)

THE_END = re.compile(
    r"^\W*(?:(?:the |ende|das )?end|ende|fin|fine|koniec|конец|完|おわり|おしまい|끝)\W*$",
    re.IGNORECASE,
)
_TALE = (
    r"\b(?:story|tale|book|summary|idea|text|page|version)\b|geschichte|märchen|histoire|\bconte\b"
    r"|historia|cuento|\bstoria\b|racconto|fiaba|opowie|bajk|истори|рассказ|сказк|故事|物語|お話"
)
OPENING = re.compile(
    r"^[\s(\[*_>-]*(?:sure|certainly|of course|ok|okay|absolutely|great|happy to|gladly|alright"
    r"|here(?:['’]s| is| are| you)|i['’]d be|i would be|natürlich|gerne?|klar|hier (?:ist|kommt)"
    r"|voici|bien sûr|d['’]accord|claro|por supuesto|aquí|ecco|certo|certamente|oto|oczywiście"
    r"|jasne|вот|конечно|好的|当然|以下|这是|这里是|はい|もちろん|こちら)(?![\w'’])?",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"^[\s(\[*_>-]*(?:would you like|do you want|let me know|i hope|hope you|feel free|if you"
    r"|shall i|should i|want me to|is there anything|enjoy|note\b|this (?:story|tale|version)"
    r"|möchtest|soll ich|ich hoffe|lass mich|souhaite|voule[zs]|j['’]espère|¿|espero|vuoi|spero"
    r"|czy chcesz|mam nadzieję|хотите|надеюсь|希望|需要|如果)",
    re.IGNORECASE,
)
_META = (
    r"|\b(?:changes?|adjust\w*|revis\w*|edit\w*|longer|shorter|tweak\w*|illustrat\w*|me to|"
    r"anything else|assist\w*|words)\b|änder|modifi|cambi|zmieni|измен|修改|调整"
)
ABOUT_THE_TALE = re.compile(_TALE + _META, re.IGNORECASE)
TALE = re.compile(_TALE, re.IGNORECASE)
COUNTED = re.compile(r"^[\s(\[*_]*(?:total )?word ?count\b|^[\s(\[*_]*\d+ words\W*$", re.IGNORECASE)
MOST_TALK = 300
"""Letters of a paragraph of small talk."""


def without_thinking(reply: str) -> str:
    """The reply without what its model thought before it; empty if it did nothing but think."""
    if final := list(HARMONY.finditer(reply)):
        return reply[final[-1].end() :]
    if HARMONY_THOUGHT.search(reply):
        return ""
    text = THOUGHT.sub("", reply)
    if closed := list(CLOSED.finditer(text)):  # the chat template had opened it
        text = text[closed[-1].end() :]
    opened = OPENED.search(text)
    return text[: opened.start()] if opened else text


def prose(reply: str) -> str:
    """The prose of a reply, a line for each paragraph as it came; empty if there is none.

    >>> prose("Sure! Here is the story:\\n\\n**Page 1**\\nPip *ran*.\\n\\n**Page 2**\\nThe end.")
    'Pip ran.'
    """
    text = _unfenced(_within_tokens(without_thinking(reply)))
    if text.lstrip().startswith("{"):  # a record, which is no prose
        return text.strip()
    text = TAGS.sub("", BREAK.sub("\n", text)).replace("\u2029", "\n")
    text = re.sub(r"[\u2028\x85\x0b\x0c]", " ", text.replace("\r\n", "\n"))
    title, lines = _titled(text.strip().split("\n"))
    lines = _unnumbered(_paged(list(_body(lines))))
    body = "\n".join(_without_farewell(lines))
    body = re.sub(r"\n{3,}", "\n\n", body).strip()
    is_tight = bool(lines and lines[0].strip()) and "\n\n" not in body
    gap = "\n" if is_tight else "\n\n"
    return f"Title: {title}{gap}{body}".strip() if title else body


def untitled(text: str) -> str:
    """Prose without the line `Title: ...` that it may begin with."""
    first, _, rest = text.partition("\n")
    return rest.strip() if TITLE_LABEL.match(first) else text


def _within_tokens(text: str) -> str:
    """What stands before the first token that ends a turn."""
    text = BEGINS.sub("", text)
    end = ENDS.search(text)
    return text[: end.start()] if end else text


def _unfenced(text: str) -> str:
    """The inside of a fence that holds most of a reply; else the reply without its fences."""
    fenced = FENCED.search(text)
    if fenced and 2 * len(fenced[1]) > len(text.strip()):
        return fenced[1]
    return FENCED.sub(lambda match: match[1], text)


def _titled(lines: list[str]) -> tuple[str, list[str]]:
    """The title, or nothing, and the lines behind it; small talk before either is left out."""
    filled = [at for at, line in enumerate(lines) if line.strip() and not RULE.match(line)]
    for at in filled[:4]:
        plain = _plain(lines[at])
        if (label := TITLE_LABEL.match(plain)) and plain[label.end() :].strip():
            return _as_title(plain[label.end() :]), lines[at + 1 :]
        set_apart = HEADING.match(lines[at]) or NAMED_LINE.match(lines[at])
        if at != filled[-1] and not PAGE_LINE.match(plain):
            if set_apart:
                return _as_title(set_apart[1]), lines[at + 1 :]
            bold = BOLD_LINE.match(lines[at])
            if bold and bold[2][-1] not in SENTENCE_END + ":：" and len(bold[2]) <= MOST_TITLE:
                return _as_title(bold[2]), lines[at + 1 :]
        if not _is_greeting(plain):
            break
    while len(filled) > 1 and _is_greeting(_plain(lines[filled[0]])):
        lines = lines[filled.pop(0) + 1 :]
        filled = [at for at, line in enumerate(lines) if line.strip() and not RULE.match(line)]
    return "", lines


def _as_title(text: str) -> str:
    return _plain(text).strip(" \"'“”„«»*#")


def _is_greeting(line: str) -> bool:
    """Whether a line speaks to who asked, and is no part of the story."""
    line = line.strip()
    if len(line) > MOST_TALK or not OPENING.match(line):
        return False
    return line.endswith((":", "：")) or bool(TALE.search(line)) or len(line.split()) <= 2


def _body(lines: list[str]) -> Iterator[str]:
    """The lines without markup, headings, rules and notes on pictures; page marks stay."""
    for line in lines:
        if RULE.match(line):
            yield ""
            continue
        plain = _plain(line)
        if PAGE_LINE.match(plain):
            yield plain
            continue
        if HEADING.match(line) or ART_LINE.match(plain):
            continue
        bold = BOLD_LINE.match(line)
        is_heading = bold and len(bold[1]) > 1 and bold[2][-1] not in SENTENCE_END + "\"'”’»"
        if is_heading and not PAGE_HEAD.match(plain):
            continue
        yield ART_NOTE.sub("", plain).rstrip()


def _plain(line: str) -> str:
    """A line without the marks of Markdown."""
    line = re.sub(r"^\s{0,3}(?:>\s?)+", "", line)
    if heading := HEADING.match(line):
        line = heading[1]
    while True:
        plain = EMPHASIS.sub(lambda match: match[2] or match[4], line)
        if plain == line:
            return line.strip()
        line = plain


def _paged(lines: list[str]) -> list[str]:
    """The lines without page marks; where there are two or more, each page becomes a line."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if PAGE_LINE.match(line):
            pages.append([])
        elif head := PAGE_HEAD.match(line):
            pages.append([line[head.end() :]])
        else:
            pages[-1].append(line)
    if len(pages) < 3:
        return [line for page in pages for line in page]
    last, farewell = _last_page(pages[-1])
    joined = [" ".join(filter(None, map(str.strip, page))) for page in [*pages[:-1], last]]
    spaced = [part for line in joined if line for part in (line, "")]
    return [*spaced, *farewell]


def _last_page(page: list[str]) -> tuple[list[str], list[str]]:
    """The last page's own lines, and what follows `The End` or speaks to who asked."""
    for at, line in enumerate(page):
        if at and (THE_END.match(line) or _is_farewell(line)):
            return page[:at], page[at:]
    return page, []


def _unnumbered(lines: list[str]) -> list[str]:
    """The lines without their numbers, if all have one and they count up from 1."""
    filled = [line for line in lines if line.strip() and not THE_END.match(line)]
    heads = [NUMBERED.match(line) for line in filled]
    counted = [int(head[1]) for head in heads if head]
    if len(counted) < 2 or counted != list(range(1, len(filled) + 1)):
        return lines
    return [NUMBERED.sub("", line) for line in lines]


def _without_farewell(lines: list[str]) -> list[str]:
    """The lines up to `The End` or END, without what is said to who asked after them."""
    for at, line in enumerate(lines):
        if any(each.strip() for each in lines[:at]) and THE_END.match(line):
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or (len(lines) > 1 and _is_farewell(lines[-1]))):
        lines = lines[:-1]
    if lines:
        lines = [*lines[:-1], re.sub(r"(?<=\S)\s+END\s*$", "", lines[-1])]
    return lines


def _is_farewell(line: str) -> bool:
    if COUNTED.match(line):
        return True
    is_closing = len(line) <= MOST_TALK and CLOSING.match(line)
    return bool(is_closing and ABOUT_THE_TALE.search(line))
