"""Commands that run as jobs on a cluster: by a double of Ray's client, and by Ray where it is."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from books import new_book
from storybook.book.folder import Book
from storybook.cli import main
from storybook.cluster import submitted
from storybook.cluster.submitted import SUBMITTED, address_of, follow_submitted
from storybook.errors import ConfigError, JobError
from storybook.jobs import manager
from storybook.jobs.folder import JOB_VARIABLE, create_job, job_state, jobs_in, new_job
from storybook.records import Event
from waiting import END_S, ended, wait_for

JOBS = Path("jobs")
MAKE = ["make", "books/b", "--studio", "doubles"]


class Status(str):
    def is_terminal(self):
        return self in ("SUCCEEDED", "FAILED", "STOPPED")


class Cluster:
    """Ray's client of a job that goes through `states`, with what it has said by each."""

    def __init__(self, *states):
        self.states, self.submitted, self.stopped = list(states), [], []

    def submit_job(self, **asked):
        self.submitted.append(asked)
        return asked.get("submission_id", "raysubmit_1")

    def get_job_status(self, name):
        return Status(self.states[0][0])

    def get_job_logs(self, name):
        return (self.states.pop(0) if len(self.states) > 1 else self.states[0])[1]

    def get_job_info(self, name):
        return type("Info", (), {"message": "The driver died.\nFor a reason."})

    def stop_job(self, name):
        self.stopped.append(name)


@pytest.fixture
def cluster(monkeypatch):
    """Puts a double in the place of Ray's client."""

    def put(*states):
        client = Cluster(*states)
        monkeypatch.setattr(submitted, "_client", lambda address: client)
        monkeypatch.setattr(submitted, "POLL_S", 0.0)
        return client

    return put


def follow():
    return list(follow_submitted("ray", "storybook", MAKE))


@pytest.mark.parametrize(
    ("on", "address"),
    [
        ("ray", "http://127.0.0.1:8265"),
        ("ray://head:10001", "http://head:8265"),
        ("http://head:9000", "http://head:9000"),
    ],
)
def test_address_of_is_that_of_the_job_api(on, address, monkeypatch):
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    assert address_of(on) == address


@pytest.mark.parametrize("on", ["", "rey", "ray://", "ftp://head", "head:8265"])
def test_address_of_refuses_what_is_no_cluster(on):
    with pytest.raises(ConfigError, match=r"http://HOST:8265"):
        address_of(on)


def test_follow_submitted_passes_on_what_a_command_tells(cluster):
    client = cluster(
        ("PENDING", ""),
        ("RUNNING", "a word of a library\ndraw 1/2, page 1: she runs\ndraw 2/"),
        ("RUNNING", "a word of a library\ndraw 1/2, page 1: she runs\ndraw 2/2\n"),
        ("SUCCEEDED", "a word of a library\ndraw 1/2, page 1: she runs\ndraw 2/2\nbooks/b/x.pdf"),
    )
    assert follow() == [
        "a word of a library",
        Event(stage="draw", done=1, total=2, page=1, note="she runs"),
        Event(stage="draw", done=2, total=2),
        "books/b/x.pdf",
    ]
    (asked,) = client.submitted
    assert asked["entrypoint"] == (
        f"cd {os.getcwd()} && exec python -m storybook make books/b --studio doubles"
    )


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("storybook: There is no hero 'rex'.\n", "^There is no hero 'rex'"),
        ("", "^The driver died. For a reason.$"),
    ],
)
def test_follow_submitted_says_why_a_command_failed(cluster, log, says):
    cluster(("FAILED", log))
    with pytest.raises(JobError, match=says):
        follow()


def test_follow_submitted_stops_the_command_when_it_is_stopped(cluster):
    client = cluster(("RUNNING", "draw 1/2\n"))
    work = follow_submitted("ray", "storybook", MAKE)
    assert next(work).done == 1
    work.close()
    assert client.stopped == ["raysubmit_1"]
    cluster(("STOPPED", ""))
    with pytest.raises(KeyboardInterrupt):
        follow()


def test_follow_submitted_waits_for_a_cluster_that_has_only_just_begun(cluster, monkeypatch):
    client = cluster(("SUCCEEDED", ""))
    faults, submit = ["No available agent to submit job"] * 2, client.submit_job

    def taken(**asked):
        if faults:
            raise RuntimeError(faults.pop())
        return submit(**asked)

    monkeypatch.setattr(client, "submit_job", taken)
    assert follow() == [] and len(client.submitted) == 1
    faults.append("Request failed: it is full.")
    with pytest.raises(JobError, match=r"takes no job: Request failed: it is full\.$"):
        follow()


def test_follow_submitted_says_that_a_cluster_is_gone(cluster, monkeypatch):
    client = cluster(("RUNNING", "draw 1/2\n"))
    work = follow_submitted("ray", "storybook", MAKE)
    next(work)

    def gone(name):
        raise ConnectionError("refused")

    monkeypatch.setattr(client, "get_job_status", gone)
    with pytest.raises(JobError, match="does not answer any more"):
        next(work)
    assert client.stopped == []


@pytest.mark.parametrize(("status", "submits"), [("RUNNING", 0), ("FAILED", 1)])
def test_a_retry_follows_again_what_still_runs(cluster, monkeypatch, status, submits):
    first, lock = create_job(new_job("storybook", (), "x"), JOBS)
    lock.close()
    (first.folder / SUBMITTED).write_text(json.dumps({"name": "storybook-before"}))
    again, lock = create_job(new_job("storybook", (), "x", repeats=first.id), JOBS)
    lock.close()
    monkeypatch.setenv(JOB_VARIABLE, str(again.folder))
    client = cluster((status, ""), ("SUCCEEDED", ""))
    real = client.submit_job
    monkeypatch.setattr(
        client, "submit_job", lambda **asked: client.states.pop(0) and real(**asked)
    )
    follow()
    assert len(client.submitted) == submits
    name = json.loads((again.folder / SUBMITTED).read_text())["name"]
    assert name == (f"storybook-{again.id}" if submits else "storybook-before")


def test_jobs_submit_starts_a_command_here(capsys):
    new_book("books/b")
    assert main(["jobs", "submit", *MAKE]) == 0
    job = manager.load_job(capsys.readouterr().out.strip())
    assert (job.arguments, job.subject) == (tuple(MAKE), "books/b")
    assert ended(job).state == "done" and Book("books/b").pdf.is_file()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ([], "Which command?"),
        (["training"], "Which command?"),
        (["mkae", "books/b"], "Did you mean make?"),
        (["--on", "head", "make", "books/b"], "--on head"),
    ],
)
def test_jobs_submit_refuses_what_is_no_command(words, says, capsys):
    assert main(["jobs", "submit", *words]) == 2
    assert says in capsys.readouterr().err and not JOBS.exists()


def test_jobs_list_shows_the_newest_ten(capsys):
    for number in range(12):
        create_job(new_job("storybook", (), f"work {number:02d}"), JOBS)[1].close()
    assert main(["jobs", "list"]) == 0
    said = capsys.readouterr()
    assert "work 11" in said.out and "work 02" in said.out and "work 01" not in said.out
    assert "10 of 12" in said.err
    assert main(["jobs", "list", "--most", "12"]) == 0
    assert "work 00" in capsys.readouterr().out


@pytest.mark.slow
@pytest.mark.skipif(find_spec("ray") is None, reason="pip install 'storybook[ray]'")
def test_a_job_on_ray_is_answered_for_like_one_here(monkeypatch, tmp_path, capsys):
    bin_folder = str(Path(sys.executable).parent)
    path = os.pathsep.join([bin_folder, os.environ["PATH"]])
    for name, value in {"PATH": path, "RAY_USAGE_STATS_ENABLED": "0"}.items():
        monkeypatch.setenv(name, value)
    head = [sys.executable, "-c", "from ray.scripts.scripts import main; main()"]
    start = ["start", "--head", "--num-cpus", "1", "--object-store-memory", "100000000"]
    start += ["--port", "0", "--dashboard-port", "8299", "--temp-dir", f"/tmp/ray-{os.getpid()}"]
    run = subprocess.Popen([*head, *start, "--block"], stdout=subprocess.DEVNULL)
    try:
        on = "http://127.0.0.1:8299"
        wait_for(lambda: _answers(on), by=run, look_s=2.0)
        new_book("books/b")
        assert main(["jobs", "submit", "--on", on, *MAKE]) == 0
        job = manager.load_job(capsys.readouterr().out.strip())
        assert ended(job).state == "done", (job.folder / "log.txt").read_text()
        assert Book("books/b").pdf.is_file() and manager.progress(job).stage == "bind"
        assert main(["jobs", "download", job.id]) == 0
        again = ["--set", "draw.candidates=64"]
        assert main(["jobs", "submit", "--on", on, *MAKE, *again]) == 0
        job = jobs_in(JOBS)[0]
        wait_for(lambda: len(list(Path("books/b/pages").glob("*/*.png"))) > 30)
        assert main(["jobs", "cancel", job.id]) == 0
        assert ended(job).state == "cancelled" and job_state(job).state == "cancelled"
    finally:
        run.terminate()
        run.wait(END_S)


def _answers(on):
    import httpx

    try:
        return httpx.get(f"{on}/api/version", timeout=5.0).status_code == 200
    except httpx.HTTPError:
        return False
