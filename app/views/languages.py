"""Which languages a book can be told in, by the writer of the studio that works here."""

from storybook.book.printing import lacks_letters
from storybook.config import WriteSettings

NAMES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "es": "Español",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
    "pl": "Polski",
    "cs": "Čeština",
    "sv": "Svenska",
    "tr": "Türkçe",
    "vi": "Tiếng Việt",
    "el": "Ελληνικά",
    "ru": "Русский",
    "uk": "Українська",
    "ar": "العربية",
    "he": "עברית",
    "zh": "中文",
    "ja": "日本語",
    "ko": "한국어",
}
"""What a writer of any language is asked for; of these, those that the press has letters for."""


def offered(write: WriteSettings) -> list[str]:
    """Their tags, the first of them for who does not choose; never none."""
    known = write.told_languages
    if known is None:
        return [tag for tag in NAMES if not lacks_letters(tag)]
    return list(known)


def name(tag: str) -> str:
    """A language as its speakers call it; its tag where we do not know."""
    return NAMES.get(tag, tag)


def why_no_others(write: WriteSettings) -> str:
    """Why only those are offered, for people; empty where the writer tells in any."""
    tags = write.told_languages
    if tags is None:
        return ""
    known = " and ".join(filter(None, [", ".join(map(name, tags[:-1])), name(tags[-1])]))
    return (
        f"The writer of this studio tells in {known} only. For another language, let a server's "
        "writer tell; docs/models.md says how."
    )
