"""Without POSIX, as on Windows: the command line starts, books are made, jobs run and are stopped.

This is tried in interpreters that have no `fcntl` and its like (`no_posix/sitecustomize.py`), and
the sources are looked through for what only POSIX has, and for text files without an encoding.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from books import SUMMARY, made, new_book
from house import parsed, walked
from storybook.book.folder import Book
from storybook.cli import main
from storybook.config import shipped
from storybook.errors import HeroError
from storybook.files import DEVICES, slug
from storybook.hero.folder import add_hero, new_hero_folder
from storybook.jobs.folder import CANCEL
from storybook.records import Hero
from training.pet.recipe import load_recipe
from waiting import wait_for

ROOT = Path(__file__).parent.parent
SOURCES = [
    path
    for package in ("storybook", "training", "app")
    for path in sorted((ROOT / package).rglob("*.py"))
]
POSIX_MODULES = {
    "fcntl",
    "grp",
    "posix",
    "pty",
    "pwd",
    "readline",
    "resource",
    "syslog",
    "termios",
    "tty",
}
POSIX_NAMES = {
    "os": "chown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getpgrp getsid "
    "getuid initgroups killpg lchown mkfifo mknod nice pread preadv pwrite sched_getaffinity "
    "setgid setpgid setpriority setregid setsid setuid statvfs sync uname wait3 wait4 waitid",
    "signal": "SIGALRM SIGCHLD SIGCONT SIGHUP SIGKILL SIGPIPE SIGQUIT SIGSTOP SIGTSTP SIGUSR1 "
    "SIGUSR2 alarm pause pthread_kill pthread_sigmask setitimer sigpending siginterrupt sigwait",
    "socket": "AF_UNIX socketpair fromfd",
}
POSIX_OPTIONS = {"pass_fds", "preexec_fn", "process_group", "start_new_session"}
TEXT_MODES = {f"{mode}{plus}" for mode in "rwax" for plus in ("", "+", "t")}
HOMES_OF_POSIX = {
    "storybook/processes.py": {
        "/proc/self/autogroup",
        "os.killpg",
        "os.nice",
        "os.sched_getaffinity",
        "signal.SIGKILL",
        "signal.pthread_kill",
    },
    "storybook/models/auto_precision.py": {"/proc/cpuinfo"},
}
"""Where what only POSIX has is used: behind `POSIX`, or done without where it is not."""


def named(path):
    return path.relative_to(ROOT).as_posix()


def guarded_imports(tree):
    """The nodes within a `try` that goes on without what cannot be imported."""
    for node in walked(tree):
        if isinstance(node, ast.Try):
            caught = {getattr(each.type, "id", None) for each in node.handlers}
            if caught & {"ImportError", "ModuleNotFoundError"}:
                yield from (inner for part in node.body for inner in ast.walk(part))


def posix_in(tree):
    """What a file takes for granted of POSIX: imports outside a `try`, names, options of Popen."""
    safe = set(guarded_imports(tree))
    for node in walked(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and node not in safe:
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [alias.name for alias in node.names]
            )
            yield from (name for name in names if name.partition(".")[0] in POSIX_MODULES)
            if isinstance(node, ast.ImportFrom) and node.module in POSIX_NAMES:
                known = POSIX_NAMES[node.module].split()
                yield from (alias.name for alias in node.names if alias.name in known)
        if isinstance(node, ast.Attribute):
            module = getattr(node.value, "id", "")
            if node.attr in POSIX_NAMES.get(module, "").split():
                yield f"{module}.{node.attr}"
        if isinstance(node, ast.keyword) and node.arg in POSIX_OPTIONS:
            yield node.arg
        if isinstance(node, ast.Constant) and str(node.value).startswith(("/proc/", "/dev/shm")):
            yield node.value


def test_sources_take_nothing_of_posix_for_granted():
    found = {named(path): set(posix_in(parsed(path))) for path in SOURCES}
    for home, names in HOMES_OF_POSIX.items():
        found[home] -= names
    assert {path: names for path, names in found.items() if names} == {}


def test_posix_in_finds_what_it_is_to_find():
    text = """
import fcntl
from resource import getrlimit
from signal import SIGKILL
import os, signal, subprocess
try:
    import termios
except ImportError:
    termios = None
os.killpg(1, signal.SIGHUP)
subprocess.Popen([], start_new_session=True)
open("/proc/self/status")
"""
    assert sorted(posix_in(ast.parse(text))) == sorted(
        [
            "fcntl",
            "resource",
            "SIGKILL",
            "os.killpg",
            "signal.SIGHUP",
            "start_new_session",
            "/proc/self/status",
        ]
    )


def opened_without_encoding(tree):
    """Lines that open a file as text, or a process's pipes, by whatever encoding the system has."""
    for node in walked(tree):
        if not isinstance(node, ast.Call):
            continue
        is_method = isinstance(node.func, ast.Attribute)
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        modes = [getattr(each, "value", None) for each in (*node.args, given.get("mode"))]
        text = (
            (is_method and name in ("read_text", "write_text"))
            or (name in ("run", "Popen", "check_output") and "text" in given)
            or (name in ("open", "fdopen") and any(mode in TEXT_MODES for mode in modes))
            or (name == "open" and not is_method and len(node.args) == 1)
        )
        if text and "encoding" not in given:
            yield node.lineno


def test_sources_open_text_with_an_encoding():
    found = {named(path): list(opened_without_encoding(parsed(path))) for path in SOURCES}
    assert {path: lines for path, lines in found.items() if lines} == {}


def test_opened_without_encoding_finds_what_it_is_to_find():
    text = """
path.read_text()
path.read_text(encoding="utf-8")
path.open("a")
path.open("ab")
open(path)
open(path, "w", encoding="utf-8")
subprocess.run([], text=True)
"""
    assert list(opened_without_encoding(ast.parse(text))) == [2, 4, 6, 8]


def without_posix(*arguments, **options):
    """Start a command in an interpreter without POSIX's modules; its children have none either."""
    paths = [str(ROOT / "tests" / "no_posix"), str(ROOT), *sys.path]
    env = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", *arguments]
    return subprocess.Popen(
        command,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        **options,
    )


def said(process):
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def test_a_book_is_made_without_posix_and_is_the_same_book():
    code, out, err = said(
        without_posix(
            "storybook",
            "book",
            "--summary",
            SUMMARY,
            "--pages",
            "4",
            "--folder",
            "b",
            "--studio",
            "doubles",
        )
    )
    assert code == 0, err
    book = Book("books/b")
    assert Path(out.strip()) == book.pdf and book.pdf.is_file()
    other = new_book("books/c", heroes=("biscuit",))  # a hero that the summary names stars
    made(other)
    for page in range(5):
        assert set(book.pictures(page)) == set(other.pictures(page))
    names = {path.name for path in (book.folder / ".made").iterdir() if path.is_file()}
    assert "pages,03,prompt.json.json" in names
    code, out, _ = said(without_posix("storybook", "make", "books/b", "--studio", "doubles"))
    assert code == 0 and out.startswith("Nothing to do")


def test_a_book_that_is_made_is_not_made_twice_and_has_no_shards_without_posix():
    book = new_book("books/b")
    code, _, err = said(without_posix("storybook", "make", "books/b", "--shard", "1/2"))
    assert code == 2 and "without --shard" in err and len(err.split("\n")) <= 3
    with book.lock():
        code, _, err = said(without_posix("storybook", "make", "books/b", "--studio", "doubles"))
    assert code == 2 and f"is being made by another process ({os.getpid()})" in err


STARTED = """
import sys, time
from pathlib import Path
from storybook.jobs import manager as jobs
from storybook import locks
assert not locks.POSIX
job = jobs.start("storybook", tuple(sys.argv[1:]), "Make b", subject="books/b")
assert jobs.job_state(job).active, "a job is alive while its runner starts"
print(job.id)
"""
LOOKED = """
import sys
from storybook.jobs import manager as jobs
print(jobs.job_state(jobs.load_job(sys.argv[1])).model_dump_json())
"""


def started(*arguments):
    """A job that was started without POSIX, by a process that has ended; its folder."""
    Path("start.py").write_text(STARTED, encoding="utf-8")
    code, out, err = said(without_posix("start", *arguments))
    assert code == 0, err
    return Path("jobs") / out.strip()


def state(folder):
    Path("look.py").write_text(LOOKED, encoding="utf-8")
    code, out, err = said(without_posix("look", folder.name))
    assert code == 0, err
    return json.loads(out)


def written(folder):
    return json.loads((folder / "state.json").read_bytes())["state"]


def test_a_job_runs_to_its_end_without_posix():
    book = new_book("books/b")
    folder = started("make", "books/b", "--studio", "doubles")
    wait_for(lambda: written(folder) not in ("queued", "waiting", "running"))
    assert state(folder)["state"] == "done" and book.pdf.is_file()


def test_a_job_is_stopped_without_posix_and_its_work_is_kept():
    """Nobody can be interrupted from outside there: the command looks itself, and says so."""
    book = new_book("books/b", pages=40)
    folder = started("make", "books/b", "--studio", "doubles", "--set", "draw.candidates=64")
    wait_for(lambda: list(book.folder.glob("pages/*/*.png")))
    assert state(folder)["state"] == "running"
    (folder / CANCEL).touch()
    wait_for(lambda: written(folder) not in ("queued", "waiting", "running"))
    now = state(folder)
    assert (now["state"], now["exit_code"]) == ("cancelled", 130)
    assert "Nothing is lost" in (folder / "log.txt").read_text(encoding="utf-8")
    assert list(book.folder.glob("pages/*/*.png")) and not book.pdf.is_file()


def test_a_command_says_what_a_pipe_cannot_spell():
    """A Windows pipe takes the letters of one old code page; a title may have others."""
    Path("s.txt").write_text("Łucja the rabbit finds a kite.", encoding="utf-8")
    env = os.environ | {"PYTHONIOENCODING": "cp1252", "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "storybook", "new", "b-Łucja", "--summary", "@s.txt"]
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    assert done.returncode == 0 and b"b-?ucja is begun" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("title", "name"),
    [("Con", "con-book"), ("NUL!", "nul-book"), ("com1", "com1-book"), ("Connie", "connie")],
)
def test_slug_is_no_name_of_a_device(title, name):
    assert slug(title) == name and name not in DEVICES


@pytest.mark.parametrize("name", ["Con", "aux", "LPT9"])
def test_new_hero_folder_is_no_name_of_a_device(name):
    with pytest.raises(HeroError, match="Windows keeps"):
        new_hero_folder(name)


FORBIDDEN = re.compile(r'[<>:"\\|?*\x00-\x1f]|[. ]$')
"""In no name of a file on Windows."""


def test_a_book_and_its_jobs_have_names_that_windows_takes():
    book = new_book("books/b", title='A: "book"? <of> cats*')
    made(book)
    names = [path.relative_to(book.folder) for path in book.folder.rglob("*")]
    assert len(names) > 30
    for name in names:
        assert not any(FORBIDDEN.search(part) for part in name.parts), name


def as_an_editor_of_windows_saves(path):
    """With a mark at its beginning and two signs at each line's end."""
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))


def test_files_that_an_editor_of_windows_saved_are_read():
    Path("s.txt").write_text(f"{SUMMARY}\nThe end.\n", encoding="utf-8")
    as_an_editor_of_windows_saves(Path("s.txt"))
    assert main(["new", "b", "--summary", "@s.txt", "--hero", "rex", "--pages", "4"]) == 2
    add_hero(Hero(name="Rex", species="dog", look="brown"), [])
    as_an_editor_of_windows_saves(Path("heroes/rex/hero.toml"))
    assert main(["new", "b", "--summary", "@s.txt", "--hero", "rex", "--pages", "4"]) == 0
    book = Book("b")
    assert book.brief.summary == f"{SUMMARY}\nThe end."
    as_an_editor_of_windows_saves(book.folder / Book.BRIEF)
    shutil.copy(shipped("assets", "studios", "doubles.toml"), "studio.toml")
    as_an_editor_of_windows_saves(Path("studio.toml"))
    assert main(["make", "b", "--until", "draw"]) == 0
    assert book.cast[0].name == "Rex"
    pictures = {path: path.stat().st_mtime_ns for path in book.folder.rglob("*.png")}
    for artifact in (book.folder / "story.json", book.folder / "scenes.json", book.prompt_of(1)):
        as_an_editor_of_windows_saves(artifact)
    assert main(["make", "b", "--until", "draw"]) == 0
    assert {path: path.stat().st_mtime_ns for path in book.folder.rglob("*.png")} == pictures
    ours = ROOT / "training" / "recipes" / "bhna-cat.toml"
    theirs = Path(shutil.copy(ours, "recipe.toml"))
    as_an_editor_of_windows_saves(theirs)
    assert load_recipe(theirs) == load_recipe(ours)
