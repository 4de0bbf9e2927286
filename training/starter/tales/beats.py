"""The moments of a tale: which it always has, which a longer one adds, and their order."""

CORE = ("open", "trouble", "turn", "close")
GROWTH = (
    "try1",
    "try2",
    "try3",
    "meet",
    "worry",
    "cheer",
    "after1",
    "walk1",
    "after2",
    "home",
    "wonder1",
    "rest",
    "wonder2",
    "joke",
    "walk2",
    "wonder3",
)
"""What a longer tale has more of, the most important first."""
WARM = ("cheer", "home", "close")
"""Moments after the turn; nothing in them worries."""
ORDER = (
    "open",
    "walk1",
    "meet",
    "trouble",
    "wonder1",
    "try1",
    "after1",
    "joke",
    "walk2",
    "try2",
    "after2",
    "rest",
    "wonder2",
    "try3",
    "wonder3",
    "worry",
    "turn",
    "cheer",
    "home",
    "close",
)
