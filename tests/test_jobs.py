"""Jobs as they are: real processes, real commands, the doubles' models."""

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from books import made, new_book
from storybook.book.folder import Book
from storybook.cli import main
from storybook.cli.retry import retry
from storybook.errors import BookError, JobError
from storybook.jobs import folder as job_folder
from storybook.jobs import manager as jobs
from storybook.jobs.folder import UNEXPECTED, JobState, create_job, device_of, new_job, write_state
from storybook.jobs.manager import cancel, delete, job_state, jobs_in, progress, start
from storybook.jobs.reporting import CliInvocation, report_events
from storybook.locks import try_lock
from storybook.records import Event
from waiting import END_S, ended, wait_for

MAKE = ("make", "books/b", "--studio", "doubles")
LONG = (*MAKE, "--set", "draw.candidates=64")
ROOT = Path("jobs")


pytestmark = pytest.mark.usefixtures("interrupts_are_heard")


def is_drawing(job):
    far = progress(job)
    return far is not None and far.stage == "draw" and far.done > 3


def drawn(book):
    found = book.folder.glob("pages/*/*.png")
    return {path: path.stat().st_mtime_ns for path in found if path.stem != "plate"}


def a_long_job(arguments=LONG):
    """A job that is drawing a book just now, with the book."""
    book = new_book("books/b")
    job = start("storybook", arguments, "Make b", subject="books/b")
    wait_for(lambda: is_drawing(job))
    return book, job


def is_free(book):
    try:
        with book.lock():
            return True
    except BookError:
        return False


def test_a_job_makes_a_book_and_says_how_far_it_is():
    book = new_book("books/b")
    job = start("storybook", MAKE, "Make b", subject="books/b", device="cpu")
    assert job_state(job).active
    state = ended(job)
    assert (state.state, state.exit_code, state.error) == ("done", 0, "")
    assert job.created <= state.started <= state.ended
    assert book.pdf.is_file()
    assert progress(job).stage == "bind" and progress(job).seconds_left is None
    stages = [json.loads(line)["stage"] for line in (job.folder / "events.jsonl").open()]
    assert stages[0] == "write" and stages[-1] == "bind"
    assert jobs_in() == [job] and jobs.load_job(job.id) == job
    with zipfile.ZipFile(jobs.download(job, Path("b.zip"))) as packed:
        names = packed.namelist()
    assert f"b/{book.pdf.name}" in names and "job/log.txt" in names
    assert not any(".made" in name for name in names)


def test_a_job_that_fails_says_why_in_one_line():
    job = start("storybook", ("make", "nowhere"), "Make nothing")
    state = ended(job)
    assert (state.state, state.exit_code) == ("failed", 2)
    assert state.error.startswith("nowhere is no book") and "\n" not in state.error


def test_a_killed_runner_is_seen_at_once_and_its_command_ends_too():
    book, job = a_long_job()
    os.kill(job_state(job).pid, signal.SIGKILL)
    state = ended(job)
    assert (state.state, state.error) == ("failed", UNEXPECTED)
    wait_for(lambda: is_free(book))
    before = drawn(book)
    again = retry(job)
    assert again.repeats == job.id and ended(again).state == "done"
    assert all(path.stat().st_mtime_ns == when for path, when in before.items()), "drawn twice"
    assert book.pdf.is_file()


def test_a_killed_command_is_a_failed_job():
    _, job = a_long_job()
    [command] = psutil.Process(job_state(job).pid).children()
    command.kill()
    state = ended(job)
    assert (state.state, state.exit_code) == ("failed", -9) and "SIGKILL" in state.error


def test_cancel_keeps_the_work_and_retry_goes_on():
    book, job = a_long_job()
    cancel(job)
    state = ended(job)
    assert (state.state, state.exit_code) == ("cancelled", 130)
    before = drawn(book)
    assert before and is_free(book)
    with pytest.raises(JobError, match="is cancelled"):
        cancel(job)
    assert ended(retry(job)).state == "done"
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())


def test_a_reroll_that_goes_on_asks_for_no_more_pictures():
    book = new_book("books/b")
    made(book)
    large = ("--set", "draw.width_px=768", "--set", "draw.height_px=768")  # so that it takes time
    asked = ("reroll", "books/b", "2", "--count", "16", "--studio", "doubles", *large)
    job = start("storybook", asked, "New pictures", subject="books/b")
    wait_for(lambda: is_drawing(job))
    cancel(job)
    assert ended(job).state == "cancelled"
    again = retry(job)
    going_on = ("make", "books/b", "--until", "choose", "--studio", "doubles", *large)
    assert again.arguments == going_on
    assert ended(again).state == "done" and len(book.pictures(2)) == 2 + 16


def test_the_one_who_starts_may_end():
    code = (
        "from storybook.jobs.manager import start\n"
        "print(start('storybook', ('hero', 'list'), 'List the heroes').id)"
    )
    with device_of(new_job("storybook", (), "").but(folder=ROOT / "holder")) as device:
        assert try_lock(device)
        asked = [sys.executable, "-c", code]
        said = subprocess.run(asked, capture_output=True, text=True, check=True)
        job = jobs.load_job(said.stdout.strip())
        assert job_state(job).active, "its turn comes when who started it has ended"
    assert ended(job).state == "done"


def test_two_jobs_do_not_work_on_one_book():
    _, job = a_long_job()
    with pytest.raises(JobError, match=f"already: Make b .job {job.id}.") as caught:
        start("storybook", MAKE, "Again", subject=str(Path("books/b").resolve()))
    assert "\n" not in str(caught.value)
    assert len(jobs_in()) == 1
    cancel(job)
    ended(job)
    with pytest.raises(JobError, match=r"no job 'x' in jobs. The newest ones are: "):
        jobs.load_job("x")


def _start_one(number, together, ids):
    together.wait(END_S)
    try:
        ids.put(start("storybook", ("nonsense",), f"{number}", subject="books/b").id)
    except JobError:
        ids.put(None)


def test_of_two_who_start_at_once_one_is_refused():
    context = multiprocessing.get_context("fork")
    together, ids = context.Barrier(2), context.Queue()
    with device_of(new_job("storybook", (), "").but(folder=ROOT / "holder")) as device:
        assert try_lock(device)
        both = [context.Process(target=_start_one, args=(n, together, ids)) for n in range(2)]
        for process in both:
            process.start()
        found = sorted((ids.get(timeout=END_S) for _ in both), key=str)
        assert found[1] is None or found[0] is None
        [job] = jobs_in()
        assert job.id in found
        cancel(job)
        ended(job)
        for process in both:
            process.join()


def test_jobs_on_one_device_take_turns_in_order():
    started = [start("storybook", ("nonsense",), f"{n}", device="cuda:0") for n in range(4)]
    other = start("storybook", ("nonsense",), "elsewhere", device="cpu")
    assert [job.id for job in reversed(jobs_in())] == [job.id for job in (*started, other)]
    states = [ended(job) for job in started]
    assert all(a.ended <= b.started for a, b in pairwise(states))
    assert all(state.exit_code == 2 and state.error for state in states)
    assert ended(other).ended < states[-1].started, "another device does not wait"
    assert list((ROOT / ".devices" / "cuda-0").iterdir()) == []


def test_the_dead_do_not_stand_in_line():
    holder = new_job("storybook", ("hero", "list"), "holder").but(folder=ROOT / "holder")
    with device_of(holder) as device:
        assert try_lock(device)
        first, second = (start("storybook", ("hero", "list"), f"{n}") for n in range(2))
        for job in (first, second):
            wait_for(lambda job=job: job_state(job).state == "waiting")
        assert job_state(second).started is None
        os.kill(job_state(first).pid, signal.SIGKILL)
        assert ended(first).state == "failed"
    assert ended(second).state == "done"


def test_a_waiting_job_is_cancelled_and_a_teaching_is_told_to_go_on():
    asked = new_job("training", ("dreambooth", "r.toml"), "Teach", subject="runs/x")
    job, lock = create_job(asked, ROOT)
    lock.close()
    assert job_state(job).state == "failed", "nobody holds it"
    with device_of(job) as device:
        assert try_lock(device)
        fresh = retry(job)
        assert fresh.arguments == job.arguments
        with pytest.raises(JobError, match="is running"):
            delete(fresh)
        cancel(fresh)
        assert ended(fresh).state == "cancelled"
        Path("runs/x").mkdir(parents=True)
        Path("runs/x/run.json").touch()
        more = retry(job)
        assert more.arguments == (*job.arguments, "--resume", "latest")
        cancel(more)
        assert ended(more).started is None
    delete(more)
    assert [each.id for each in jobs_in()] == [fresh.id, job.id]


def test_a_state_s_create_time_is_called_born_in_its_file():
    job, _lock = create_job(new_job("storybook", ("hero", "list"), "x"), ROOT)
    write_state(job, JobState(state="running", pid=7, create_time=5.0))
    text = (job.folder / "state.json").read_text(encoding="utf-8")
    assert json.loads(text)["born"] == 5.0 and "create_time" not in text
    assert JobState.model_validate_json('{"state": "running", "born": 3.0}').create_time == 3.0


def test_a_heart_that_is_late_is_looked_after():
    job, lock = create_job(new_job("storybook", ("hero", "list"), "x"), ROOT)
    state = JobState(
        state="running", pid=os.getpid(), create_time=job_folder.create_time_of(os.getpid())
    )
    write_state(job, state)
    late = time.time() - 60
    os.utime(job.folder / "heartbeat", (late, late))
    assert job_state(job).state == "running", "the machine slept, the process is there"
    write_state(job, state.but(create_time=state.create_time - 1000))
    assert job_state(job).state == "failed", "the number is another process's now"
    write_state(job, state)
    lock.close()
    assert job_state(job).state == "failed"


def test_only_so_many_finished_jobs_are_kept():
    first, lock = create_job(new_job("storybook", ("nonsense",), "old"), ROOT)
    write_state(first, JobState(state="done"))
    lock.close()
    for number in range(jobs.KEPT + 5):
        shutil.copytree(first.folder, ROOT / f"20200101-000000-{number:06d}")
    (ROOT / "20200101-junk").mkdir()
    newest = start("storybook", ("nonsense",), "newest")
    found = jobs_in()
    assert len(found) == jobs.KEPT + 1 and found[:2] == [newest, first]
    assert found[-1].id == "20200101-000000-000006"
    ended(newest)


def test_what_is_typed_by_hand_is_a_job_too(capsys):
    book = new_book("books/b")
    assert main(MAKE) == 0
    [job] = jobs_in()
    assert job.by_hand and job.what == "storybook make books/b --studio doubles"
    assert job.works_on == book.folder.resolve() and job.device == "auto"
    assert job_state(job).state == "done" and progress(job).stage == "bind"
    assert "page 3" in jobs.tail(job)
    assert main(MAKE) == 0
    assert jobs_in() == [job], "nothing was due"


def test_no_job_is_left_where_none_belongs():
    made(new_book("elsewhere"), until="split")
    assert main(("make", "elsewhere", "--studio", "doubles")) == 0
    assert main(("make", "books/nowhere")) == 2
    os.environ["STORYBOOK_JOBS"] = "off"
    try:
        new_book("books/b")
        assert main(MAKE) == 0
    finally:
        del os.environ["STORYBOOK_JOBS"]
    assert not ROOT.exists() and not Path("elsewhere/jobs").exists()


def test_a_fault_by_hand_is_a_failed_job():
    def events():
        yield Event(stage="draw", done=1, total=2)
        raise BookError("The disk is\nfull.")

    hand = CliInvocation(module="training", arguments=("dreambooth", "r.toml"), subject="runs/x")
    with pytest.raises(BookError):
        list(report_events(events(), hand))
    [job] = jobs_in()
    assert (job_state(job).state, job_state(job).error) == ("failed", "The disk is full.")
    assert job.what == "python -m training dreambooth r.toml"


def test_a_job_stops_also_if_the_interrupt_was_swallowed():
    """As Python does with one that falls into a destructor."""
    swallowed = []

    def events():
        yield Event(stage="draw", done=0, total=2)
        [job] = jobs_in()
        cancel(job)
        try:
            time.sleep(END_S)
        except KeyboardInterrupt:
            swallowed.append(job)
        while True:
            yield Event(stage="draw", done=1, total=2)
            time.sleep(0.01)

    hand = CliInvocation(module="training", arguments=("dreambooth", "r.toml"), subject="runs/x")
    with pytest.raises(KeyboardInterrupt):
        list(report_events(events(), hand))
    assert [job_state(job).state for job in swallowed] == ["cancelled"]


@pytest.mark.parametrize(
    "kind", [signal.SIGINT, None, pytest.param(signal.SIGKILL, marks=pytest.mark.slow)]
)
def test_a_book_made_by_hand_is_stopped(kind):
    """By Ctrl-C, by a kill, or from the list of jobs."""
    new_book("books/b")
    env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-m", "storybook", *LONG]
    process = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
    [job] = wait_for(lambda: jobs_in(), by=process)
    wait_for(lambda: is_drawing(job), by=process)
    assert job_state(job).state == "running"
    if kind is None:
        cancel(job)
    else:
        process.send_signal(kind)
    process.wait(END_S)
    assert job_state(job).state == ("failed" if kind == signal.SIGKILL else "cancelled")


def test_the_jobs_on_the_command_line(capsys):
    def said(*arguments):
        code = main(("jobs", *arguments))
        out, err = capsys.readouterr()
        return code, out, err

    assert said("list") == (0, "There are no jobs in jobs.\n", "")
    Book.create("books/b", new_book("books/a").brief)
    job = start("storybook", MAKE, "Make b", subject="books/b")
    code, out, _ = said("logs", job.id, "--follow")
    assert code == 0 and "bind" in out and job_state(job).state == "done"
    assert "done" in said("list")[1]
    assert "Make b: done" in said("status", job.id)[1]
    report = json.loads(said("status", job.id, "--json")[1])
    assert report["state"]["state"] == "done" and report["progress"]["stage"] == "bind"
    assert said("cancel", job.id)[0] == 2
    assert said("download", job.id)[1].strip() == f"{job.id}.zip"
    code, out, _ = said("retry", job.id)
    again = jobs_in()[0]
    assert code == 0 and again.id in out
    ended(again)
    assert said("delete", again.id)[0] == 0 and jobs_in() == [job]
    code, _, err = said("status", "../books")
    assert code == 2 and "There is no job" in err and err.count("\n") == 1
