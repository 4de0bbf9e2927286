"""The commands of the README do what it says; on the doubles, for speed."""

import re
import shlex
from pathlib import Path

import pytest

from storybook.cli.parser import parser
from storybook.cli.run import main

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL)
    for line in block.splitlines()
]


def test_there_are_commands():
    assert len(COMMANDS) >= 4


def test_the_commands_work_in_their_order():
    for line in COMMANDS:
        _, verb, *rest = shlex.split(line)
        studio = [] if verb in ("new", "stories") else ["--studio", "doubles"]
        assert main([verb, *rest, *studio]) == 0, line


@pytest.mark.parametrize("name", re.findall(r"\]\(([^)#]+)\)", README))
def test_every_link_leads_somewhere(name):
    assert name.startswith("http") or (ROOT / name).exists()


def test_every_command_of_the_manual_is_known():
    text = (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    known = set(next(iter(parser()._subparsers._group_actions)).choices)
    for line in re.findall(r"^    storybook (\S+)", text, re.MULTILINE):
        assert set(line.split("|")) <= known


@pytest.mark.parametrize("target", re.findall(r"(?:^    |`)make ([a-z-]+)", README, re.M))
def test_every_make_target_exists(target):
    rules = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^{target}:", rules, re.MULTILINE)
