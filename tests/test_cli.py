import argparse
import inspect
import json
import os
import re
import resource
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from test_house import HEAVY

from books import SUMMARY, made, new_book
from storybook.authoring.status import Status
from storybook.book.folder import Book
from storybook.cli.parser import parser
from storybook.cli.run import main
from waiting import wait_for

ROOT = Path(__file__).parent.parent
DOUBLES = ("--studio", "doubles")


def said(capsys, *arguments):
    """Exit code, standard output, standard error of one command."""
    code = main(arguments)
    out, err = capsys.readouterr()
    return code, out, err


def test_a_book_by_the_commands_of_the_readme(capsys):
    new = ("new", "b", "--summary", SUMMARY, "--hero", "biscuit", "--pages", "4")
    assert said(capsys, *new)[0] == 0
    code, out, _ = said(capsys, "make", "b", *DOUBLES)
    assert code == 0 and out.strip().endswith(".pdf") and os.path.isfile(out.strip())
    code, out, _ = said(capsys, "make", "b", *DOUBLES)
    assert code == 0 and out.startswith("Nothing to do")


def test_one_command_for_the_whole_book(capsys):
    arguments = ("book", "--summary", SUMMARY, "--pages", "4", *DOUBLES)
    first = said(capsys, *arguments)[1].strip()
    assert first.startswith("books/biscuit-the-cat-finds") and os.path.isfile(first)
    assert "Nothing to do" in said(capsys, *arguments)[1]
    assert said(capsys, *arguments, "--seed", "2")[1].strip() != first


def test_earlier_pictures_are_found_and_say_what_they_are(capsys):
    book = new_book("books/b")
    made(book)
    code, out, _ = said(capsys, "pictures")
    lines = out.splitlines()
    assert code == 0 and len(lines) == sum(len(book.pictures(page)) for page in range(5))
    assert not any("plate.png" in line for line in lines)
    words = " ".join(book.prompt(2).positive.split()[:2]).upper()
    found = said(capsys, "pictures", "books/b", "--find", words)[1].splitlines()
    assert any(line.startswith("books/b/pages/02/") for line in found)
    assert len(said(capsys, "pictures", "--most", "3")[1].splitlines()) == 3
    assert "No picture in books with 'xyzzy'" in said(capsys, "pictures", "--find", "xyzzy")[1]
    assert said(capsys, "pictures", "nowhere")[0] == 2
    said(capsys, "paint", "a purple whale", *DOUBLES)
    assert said(capsys, "pictures")[1].startswith("results/00001-")
    out = said(capsys, "show", lines[0].split()[0])[1]
    assert "prompt: " in out and "seed: " in out and "size: 128 x 128 px" in out
    code, _, err = said(capsys, "show", str(book.plate_of(1)))
    assert code == 2 and "does not say" in err


def test_a_summary_from_a_file(capsys, tmp_path):
    (tmp_path / "s.txt").write_text(SUMMARY, encoding="utf-8")
    assert said(capsys, "new", "b", "--summary", "@s.txt")[0] == 0
    assert Book("b").brief.summary == SUMMARY


def test_the_verbs_one_by_one(capsys):
    said(capsys, "new", "b", "--summary", SUMMARY, "--pages", "4")
    for verb in ("write", "split", "describe", "draw", "choose", "enlarge", "bind"):
        assert said(capsys, verb, "b", *DOUBLES)[0] == 0, verb
    status = Status.model_validate_json(said(capsys, "status", "b", "--json", *DOUBLES)[1])
    assert status.finished


def test_status_says_what_is_done_due_and_waiting(capsys):
    book = new_book("b")
    made(book, until="describe")
    status = json.loads(said(capsys, "status", "b", "--json", *DOUBLES)[1])
    states = {verb["verb"]: (verb["state"], verb["to_make"]) for verb in status["verbs"]}
    assert states["describe"] == ("done", 0)
    assert states["draw"] == ("due", 10)
    assert states["choose"] == ("waiting", 0)
    assert [page["page"] for page in status["page_status"]] == [0, 1, 2, 3, 4]
    assert "0 of 5 pictures" in said(capsys, "status", "b", *DOUBLES)[1]


def test_pick_and_reroll(capsys):
    book = new_book("b")
    made(book)
    other = next(name for name in book.pictures(2) if name != book.picked(2))
    assert said(capsys, "pick", "b", "2", other)[0] == 0
    assert book.pick(2).by == "author" and book.pick(2).judged
    code, out, _ = said(capsys, "reroll", "b", "2", "--count", "2", *DOUBLES)
    assert code == 0 and "keeps the picture that you picked" in out
    assert len(book.pictures(2)) == 4 and book.picked(2) == other
    said(capsys, "reroll", "b", "3", "--count", "1", *DOUBLES)
    assert book.picked(3) == book.pictures(3)[-1]


def test_heroes_models_and_doctor(capsys):
    assert "biscuit" in said(capsys, "hero", "list")[1]
    assert "orange striped cat" in said(capsys, "hero", "show", "biscuit")[1]
    assert "starter" in (models := said(capsys, "models")[1]) and "doubles" not in models
    assert "doubles" in said(capsys, "models", *DOUBLES)[1]
    code, out, _ = said(capsys, "doctor", *DOUBLES)
    assert "ok   studio starter: its largest model, the painter, takes 0.06 GiB and fits" in out
    assert "ok   studio doubles: takes next to nothing" in out
    assert "studio classic: not on the disk: writer, painter, critic, enlarger" in out
    assert "memory" in out and code in (0, 2)


NEW = ("new", "b", "--summary", SUMMARY)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("new", "b", "--summary", ""), "no words"),
        (("new", "b", "--summary", "🐈🐈🐈"), "no words"),
        (("new", "b", "--summary", "@nowhere.txt"), "there is no file nowhere.txt"),
        (("new", "b", "--summary", "@"), "--summary @: the name of a text file has to stand"),
        (("new", "b", "--summary", "@."), "--summary @.: . is a folder"),
        (("new", "b", "--summary", "@/dev/null"), "/dev/null is empty"),
        (("new", "b", "--summary", "नीला the dog digs."), "of the name 'नीला'"),
        (("new", "b", "--summary", "A dog named Ռոզա digs."), "of the name 'Ռոզա'"),
        ((*NEW, "--hero", "biscit"), "There is no hero 'biscit'. Did you mean biscuit"),
        ((*NEW, "--hero", "../biscuit"), "is no hero's name"),
        ((*NEW, "--hero", "a\nb"), "is no hero's name"),
        ((*NEW, "--pages", "0"), "pages: input should be greater than or equal to 4, not 0"),
        ((*NEW, "--pages", "1"), "pages: input should be greater than or equal to 4, not 1"),
        ((*NEW, "--pages", "400"), "pages: input should be less than or equal to 40, not 400"),
        ((*NEW, "--style", "watercolor"), "Did you mean watercolour"),
        ((*NEW, "--ages", "4"), "ages: input should be '3-5', '5-7' or '7-9', not '4'"),
        ((*NEW, "--format", "square"), "square-8.5"),
        (("make", "nowhere"), "nowhere is no book"),
        (("make", "made", "--studio", "startr"), "Did you mean starter"),
        (("make", "made", *DOUBLES, "--set", "draw.candidate=3"), "Did you mean draw.candidates"),
        (("make", "made", *DOUBLES, "--shard", "3/2"), "I/N"),
        (("status", "made", "--studio", "startr"), "Did you mean starter"),
        (("pick", "made", "9", "abc"), "made has no page 9. Its pages are 0 (the cover) to 4."),
        (("pick", "made", "1", "abc"), "Page 1 has no picture 'abc'. It has: "),
        (("pick", "made", "1", "../../brief"), "has no picture"),
        (("reroll", "made", "1", "--count", "0", *DOUBLES), "ask for 1 to 64"),
        (("hero", "show", "rex"), "There is no hero 'rex'"),
        (("show", "."), ". is a folder, but no book and no hero"),
        (("accept", "made", "3", *DOUBLES), "made has no line 3 to accept. "),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(capsys, arguments, says):
    if "made" in arguments:
        made(new_book("made"))
    code, out, err = said(capsys, *arguments)
    assert (code, out) == (2, "") and says in err
    assert err.startswith("storybook: ") and err.count("\n") == 1


def test_a_title_with_slashes_stays_inside_its_folder(capsys):
    said(capsys, *NEW, "--pages", "4", "--title", "../../etc/passwd\n.")
    out = said(capsys, "make", "b", *DOUBLES)[1].strip()
    assert os.path.dirname(out) == "b" and os.path.isfile(out)


def test_a_read_only_folder_is_one_line(capsys):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    new_book("b").folder.chmod(0o500)
    code, _, err = said(capsys, "make", "b", *DOUBLES)
    assert code == 2 and "Permission denied" in err


def test_help_loads_nothing_that_takes_time():
    """So that `--help` answers within 0.3 s; the time itself is in `make bench`."""
    code = "import sys; from storybook.cli.parser import parser; parser(()); print(*sys.modules)"
    told = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT
    )
    assert not {"pydantic", "rich", "PIL", "numpy", "torch"} & set(told.stdout.split())


@pytest.mark.parametrize("command", ["doctor", "pictures", "jobs"])
def test_commands_that_only_look_load_no_framework(command, tmp_path):
    """A machine without a GPU's driver need not ask torch whether it has one."""
    asked = {
        "doctor": ["doctor", *DOUBLES],
        "pictures": ["pictures", "."],
        "jobs": ["jobs", "list"],
    }
    code = (
        "import sys; from pathlib import Path; "
        "from storybook import cli; from storybook.studio import doctor\n"
        "doctor._may_have_gpu = lambda: False\n"
        f"assert cli.main({asked[command]!r}) in (0, 2)\n"
        "Path('loaded.txt').write_text(' '.join(sys.modules), encoding='utf-8')"
    )
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, env=env)
    loaded = set(Path("loaded.txt").read_text(encoding="utf-8").split())
    assert not HEAVY & loaded and not {"reportlab", "fontTools", "httpx", "openai"} & loaded


def in_a_process(*arguments, **options):
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "storybook", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, **options)


def test_a_disk_that_takes_no_more_is_one_line_and_nothing_is_lost():
    """A limit on the size of files stands in for the full disk; the system answers alike."""

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))

    book = new_book("b")
    told = in_a_process("make", "b", *DOUBLES, preexec_fn=limited)
    assert told.returncode == 2 and "Nothing is lost" in told.stderr
    assert "Traceback" not in told.stderr
    assert main(("make", "b", *DOUBLES)) == 0
    assert book.pdf.is_file()


def test_ctrl_c_says_that_nothing_is_lost(interrupts_are_heard):
    new_book("b")
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "storybook", "make", "b", *DOUBLES]
    command += ["--set", "draw.candidates=64"]  # more than it draws until it is interrupted
    process = subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True)
    wait_for((Path("b") / "log" / "1.jsonl").is_file, by=process)
    process.send_signal(signal.SIGINT)
    told = process.communicate()[1]
    assert process.returncode == 130
    assert "Nothing is lost" in told
    assert "Traceback" not in told


@pytest.mark.parametrize("option", ["--summary", "--title"])
def test_bytes_that_are_no_letters_are_refused_in_a_line(
    option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["new", "book", "--summary", "A dog plays.", option, "caf\udce9"])
    assert "not in the terminal's encoding" in capsys.readouterr().err
    assert not Path("book").exists()


def test_settings_with_bytes_that_are_no_letters_are_refused(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["make", "b", "--set", "draw.steps=3", "--set", "describe.negative=caf\udce9"])
    assert "set: some of its letters are not in the terminal" in capsys.readouterr().err


SHARDED = ("make", "draw", "choose", "enlarge")


@pytest.mark.parametrize(
    "command",
    [
        "book",
        "write",
        "split",
        "describe",
        "bind",
        "status",
        "reroll",
        "retell",
        "doctor",
        "paint",
        "idea",
        "export-html",
        "models",
        "accept",
        "new",
        *SHARDED,
    ],
)
def test_shard_is_taken_only_where_pages_are_drawn(command, capsys):
    """By the parser alone, so that nothing has to be drawn."""
    with pytest.raises(SystemExit):
        main([command, "--help"])
    out = capsys.readouterr().out
    assert ("--shard" in out) == (command in SHARDED) and "--share" not in out
    if command not in SHARDED:
        with pytest.raises(SystemExit, match="2"):
            main([command, "--share", "1/2"])


def test_main_takes_the_earlier_names_and_says_the_new_ones(capsys):
    made(new_book("b"))
    code, out, err = said(capsys, "make", "b", *DOUBLES, "--share", "1/2")
    assert (code, err) == (0, "storybook: --share is deprecated, use --shard.\n")
    assert "Nothing to do" in out
    code, out, err = said(capsys, "share", "b", *DOUBLES, "--to", "b.html")
    assert (code, err) == (0, "storybook: share is deprecated, use export-html.\n")
    assert out.startswith("b.html (") and Path("b.html").is_file()
    assert said(capsys, "make", "b", *DOUBLES, "--shard", "1/2")[2] == ""


def test_help_lists_no_earlier_name(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    commands = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.strip()]
    assert "export-html" in commands and "share" not in commands


def test_earlier_names_fail_as_the_new_ones_do(capsys):
    made(new_book("b"))
    code, _, err = said(capsys, "draw", "b", *DOUBLES, "--share", "0/2")
    assert code == 2 and err.splitlines()[1].startswith("storybook: --shard 0/2: write it as I/N")
    code, _, err = said(capsys, "share", "nowhere")
    assert code == 2 and err.splitlines()[1].startswith("storybook: nowhere is no book")


def test_help_lists_choices_and_examples(capsys):
    asked = {
        ("new",): ("biscuit", "gouache", "portrait-8x10", "4 to 40", "storybook new books/kite"),
        ("hero", "add"): ("orange striped", "storybook hero add rex"),
        ("hero", "teach"): ("text2image", "storybook hero teach rex --resume"),
        ("reroll",): ("1 to 64", "0 is the cover"),
    }
    for command, expected in asked.items():
        with pytest.raises(SystemExit):
            main([*command, "--help"])
        out = " ".join(capsys.readouterr().out.split())
        assert all(words in out for words in expected), command


def commands_below(whole):
    """All commands by their words, those of nouns too."""
    for each in whole._actions:
        if isinstance(each, argparse._SubParsersAction):
            for command in each.choices.values():
                yield command
                yield from commands_below(command)


EXAMPLES = {
    command.prog: [
        re.split(r"\s{2,}", line.strip())[0]  # what an example does stands behind it
        for line in re.sub(r"\\\n\s*", "", command.epilog).strip().splitlines()[1:]
    ]
    for command in commands_below(parser())
    if command.epilog
}


def test_every_command_has_examples():
    bare = {command.prog for command in commands_below(parser())} - EXAMPLES.keys()
    assert len(EXAMPLES) > 50
    assert bare == {"storybook jobs follow-submitted"}, "what a job on a cluster runs: in no list"
    assert "storybook share" in EXAMPLES


@pytest.mark.parametrize("line", sorted({line for of in EXAMPLES.values() for line in of}))
def test_every_example_of_the_help_is_a_command_that_is_understood(line):
    words = shlex.split(line)[1:]
    options = parser(words).parse_args(words)
    assert callable(options.run)


def test_every_option_is_taken_by_the_function_that_the_command_runs():
    """Flags stand beside their deeds, and become its arguments by name."""
    for command in commands_below(parser()):
        taken = inspect.signature(command._defaults["run"])
        names = {each.dest for each in command._actions} - {"help"}
        names |= {"arguments"} & command._defaults.keys()
        if any(isinstance(each, argparse._SubParsersAction) for each in command._actions):
            continue
        above = {"root": Path()} if command.prog.startswith("storybook jobs") else {}
        above |= {"studio": None, "changes": ()} if "models get" in command.prog else {}
        opened = {"changes", "shard"} if command._defaults.get("opens_studio") else set()
        taken.bind(**(dict.fromkeys(names - {"share"} - opened) | above))


def test_the_options_of_a_command_are_declared_when_it_is_asked_for():
    commands = {each.prog: each for each in commands_below(parser(["pick", "b"]))}
    assert commands["storybook pick"].epilog and not commands["storybook make"].epilog


def test_show_says_how_a_book_or_a_hero_stands(capsys):
    made(new_book("b"))
    assert said(capsys, "show", "b")[1].startswith("The ")
    said(capsys, "hero", "change", "biscuit", "--look", "grey")
    assert "Biscuit, a grey cat" in said(capsys, "show", "heroes/biscuit")[1]


def test_pictures_says_that_there_are_more(capsys):
    made(new_book("books/b"))
    code, out, err = said(capsys, "pictures", "--most", "3")
    assert code == 0 and out.count("\n") == 3 and "--most 15" in err
    assert not said(capsys, "pictures", "--most", "10")[2]
    with pytest.raises(SystemExit):
        main(["pictures", "--most", "0"])


def test_a_reader_that_has_enough_ends_a_command_quietly():
    made(new_book("books/b"))
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "storybook", "pictures"],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b"" and process.wait() == 0
    process.stderr.close()


@pytest.mark.parametrize("file", ["cover.png", "photo.jpg", "book.pdf", "some.bin"])
def test_new_refuses_a_summary_in_a_file_that_is_no_text(
    file: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = Image.new("RGB", (40, 40), "red")
    if file == "some.bin":
        (tmp_path / file).write_bytes(bytes(range(256)) * 20)
    else:
        picture.save(tmp_path / file)
    assert main(["new", str(tmp_path / "b"), "--summary", f"@{tmp_path / file}"]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and file in said and not (tmp_path / "b").exists()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("book", "--no-hero"), "--no-hero: it is said of a summary"),
        (("hero", "change", "biscuit", "--undo", "--look", "grey"), "--undo takes the last"),
        (("hero", "change", "biscuit", "--undo", "--leave-out"), "--undo takes the last"),
        (("hero", "change", "biscuit", "--class", "dog", "--studio", "classic"), "--studio: it"),
    ],
)
def test_flags_that_mean_nothing_are_refused(arguments, says, capsys):
    code, _, err = said(capsys, *arguments)
    assert code == 2 and says in err and err.count("\n") == 1
    assert not Path("heroes").exists() and not Path("books").exists()


def test_a_hero_and_no_hero_exclude_each_other(capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["new", "b", "--summary", SUMMARY, "--hero", "miso", "--no-hero"])
    assert "not allowed with argument" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("stories", "A-022", "--find", "dog"), "A story that is named is printed whole"),
        (("stories", "A-022", "--most", "3"), "A story that is named is printed whole"),
        (("stories", "--pictures"), "--pictures: name the story"),
        (("new", "b", "--story", "A-022", "--no-hero"), "--no-hero: it is said of a summary"),
    ],
)
def test_stories_refuses_flags_that_mean_nothing(arguments, says, capsys):
    code, _, err = said(capsys, *arguments)
    assert code == 2 and says in err and err.count("\n") == 1
