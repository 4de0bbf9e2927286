"""The service over real sockets; books are made by the doubles, and in most tests by nobody."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.testclient import TestClient

from books import made
from storybook.book.folder import Book
from storybook.cli import main
from storybook.errors import BookError, ConfigError, JobError
from storybook.jobs.folder import JobState, job_state, jobs_in, write_state
from storybook.jobs.manager import run_deferred
from storybook.service import api, desk
from storybook.service.api import service
from storybook.service.desk import OrderDesk
from storybook.service.limits import AccessToken, Rate, file_within, read_token
from waiting import END_S, wait_for

WORD = "a-token-of-this-test"
KNOWN = {"Authorization": f"Bearer {WORD}"}
SUMMARY = "Biscuit the cat finds a blue mitten in the snow."
ORDER = {"summary": SUMMARY, "pages": 4}
BOOKS, JOBS = Path("books"), Path("jobs")


def a_desk():
    return OrderDesk(BOOKS, JOBS, "doubles")


@pytest.fixture
def client(tmp_path):
    """A client of a service whose queue nobody works on."""
    with TestClient(service(a_desk(), AccessToken(WORD)), headers=KNOWN) as client:
        yield client


@contextmanager
def served():
    """A service on a real port, whose queue nobody works on; yields the port."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1000)
    config = uvicorn.Config(service(a_desk(), AccessToken(WORD)), http="h11", log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    wait_for(lambda: server.started)
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
        listener.close()


def finished_book(name="done"):
    book = Book.create(BOOKS / name, a_desk().take({**ORDER, "id": "x"}) and Book("books/x").brief)
    made(book)
    return book


def test_an_order_is_a_book_and_a_job_in_the_queue(client):
    answer = client.post("/orders", json={**ORDER, "hero": "biscuit", "id": "Class 3b/1"})
    assert answer.status_code == 202
    state = answer.json()
    assert (state["id"], state["state"], state["pages"]) == ("class-3b-1", "queued", 4)
    assert Book("books/class-3b-1").brief.heroes == ("biscuit",)
    (job,) = jobs_in(JOBS)
    assert job_state(job).state == "queued" and job.arguments[:2] == ("make", "books/class-3b-1")
    assert client.get("/orders/class-3b-1").json() == state
    assert [each["id"] for each in client.get("/orders").json()] == ["class-3b-1"]


def test_an_order_with_an_id_is_taken_once(client):
    order = {**ORDER, "id": "one"}
    assert client.post("/orders", json=order).status_code == 202
    assert client.post("/orders", json=order).status_code == 200
    assert client.post("/orders", json={**order, "pages": 6}).status_code == 409
    assert len(jobs_in(JOBS)) == 1
    assert client.post("/orders", json=ORDER).status_code == 202
    assert client.post("/orders", json=ORDER).status_code == 202, "without one it is another book"
    assert len(jobs_in(JOBS)) == 3


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        (b"", 400, "no JSON"),
        (b"{", 400, "no JSON"),
        (b"[" * 50_000, 400, "no JSON"),
        (b"\xff\xfe", 400, "no JSON"),
        (b"[]", 400, "no object"),
        (b"{}", 422, "summary"),
        (b'{"summary": ""}', 422, "summary"),
        (b'{"summary": 5}', 422, "summary"),
        (b'{"summary": "Bo the cat sings.", "hero": "rex"}', 422, "no hero 'rex'"),
        (b'{"summary": "Bo the cat sings.", "hero": {"a": 1}}', 422, "heroes"),
        (b'{"summary": "Bo the cat sings.", "hero": "../../etc"}', 422, "hero"),
        (b'{"summary": "Bo the cat sings.", "pages": 4000}', 422, "pages"),
        (b'{"summary": "Bo the cat sings.", "style": "../x"}', 422, "style"),
        (b'{"summary": "Bo the cat sings.", "colour": 1}', 422, "unknown key colour"),
        (b'{"summary": "Bo the cat sings.", "id": {"a": 1}}', 422, "id"),
        (b'{"summary": "Bo the cat sings.", "id": "' + b"x" * 100 + b'"}', 422, "id"),
        (b'{"story": "Z-999"}', 422, "Z-999"),
        (b'{"summary": "' + b"x" * 70_000 + b'"}', 413, "at most"),
    ],
)
def test_a_bad_order_is_one_line_and_leaves_nothing(client, body, status, says):
    answer = client.post("/orders", content=body)
    assert answer.status_code == status and says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
    assert not jobs_in(JOBS) and not BOOKS.exists()


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", f"Basic {WORD}", "Bearer wrong", f"Bearer {WORD}x", WORD, "ü"],
)
def test_nobody_is_answered_without_the_token(client, header):
    headers = {} if header is None else {"Authorization": header.encode("latin-1")}
    with TestClient(client.app, headers=headers) as stranger:
        for path in ("/orders", "/orders/x", "/orders/x/files/a.pdf", "/books", "/heroes"):
            assert stranger.get(path).status_code == 401
        assert stranger.post("/orders", json=ORDER).status_code == 401
        assert stranger.get("/health").json() == {"ok": True}


def test_many_wrong_tokens_have_to_wait_and_the_right_one_has_not(client):
    with TestClient(client.app, headers={"Authorization": "Bearer no"}) as stranger:
        answers = [stranger.get("/orders") for _ in range(api.WRONG_TOKENS + 5)]
    assert answers[-1].status_code == 429 and int(answers[-1].headers["Retry-After"]) >= 1
    assert client.get("/orders").status_code == 200


def test_orders_are_limited_in_rate_and_number(monkeypatch):
    monkeypatch.setattr(desk, "MOST_QUEUED", 2)
    monkeypatch.setattr(api, "BURST", 5)
    monkeypatch.setattr(api, "ORDERS_PER_S", 1e-6)
    with TestClient(service(a_desk(), AccessToken(WORD)), headers=KNOWN) as client:
        answers = [client.post("/orders", json=ORDER) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [202, 202, 429, 429, 429, 429]
    assert "Come back later" in answers[2].json()["error"]
    assert "at once" in answers[5].json()["error"] and int(answers[5].headers["Retry-After"]) > 9
    assert len(jobs_in(JOBS)) == 2


def test_rate_gives_back_with_time(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    rate = Rate(burst=2, per_s=0.5)
    assert [rate.wait_s("a") for _ in range(3)] == [0, 0, 2.0] and rate.wait_s("b") == 0
    now[0] = 2.0
    assert rate.wait_s("a") == 0 and rate.wait_s("a") == 2.0


@pytest.mark.parametrize(
    "path",
    [
        "../x/brief.toml",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e/brief.toml",
        "/etc/passwd",
        ".made/brief.json",
        "pages/../../x/brief.toml",
        "pages/00/.hidden.png",
        "link.png",
        "folder/brief.toml",
        "secret.txt",
        "a%00.png",
        "C:\\x.png",
        "",
    ],
)
def test_no_path_leads_out_of_a_book(client, path):
    book = finished_book()
    (book.folder / "secret.txt").write_text("whispered")
    Path("outside.png").write_text("whispered")
    (book.folder / "link.png").symlink_to(Path("outside.png").resolve())
    (book.folder / "folder").symlink_to(Path("books/x").resolve())
    for order in ("done", "..", "%2e%2e", ".", "x%2f..%2fdone"):
        answer = client.get(f"/orders/{order}/files/{path}")
        assert answer.status_code in (404, 405, 401) and "whispered" not in answer.text, order


def test_file_within_serves_what_a_book_is_made_of(tmp_path):
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "a.png").write_bytes(b"x")
    assert file_within(tmp_path, "pages/a.png").read_bytes() == b"x"
    for bad in ("pages", "pages/b.png", "", ".", "pages/./../pages/a.png", "x" * 5000 + ".png"):
        with pytest.raises(BookError, match="no file"):
            file_within(tmp_path, bad)


def test_a_finished_order_gives_its_files(client):
    book = finished_book()
    state = client.get("/orders/done").json()
    assert state["state"] == "made" and state["pictures"] == 5
    assert book.pdf.name in state["files"] and "pages/00/plate.png" in state["files"]
    assert not [name for name in state["files"] if ".made" in name or name.startswith("log")]
    pdf = client.get(f"/orders/done/files/{book.pdf.name}")
    assert pdf.content == book.pdf.read_bytes() and pdf.headers["content-type"] == "application/pdf"
    packed = client.get("/orders/done/zip")
    assert packed.content[:2] == b"PK" and "done.zip" in packed.headers["content-disposition"]
    found = client.get("/books", params={"words": "mitten", "hero": "biscuit"}).json()
    assert found["count"] == 2 and client.get("/books?most=0").status_code == 422
    assert "biscuit" in client.get("/heroes").json()


def test_an_order_is_cancelled_and_gone_on_with(client):
    client.post("/orders", json={**ORDER, "id": "a"})
    assert client.post("/orders/a/cancel").json()["state"] == "cancelled"
    assert client.post("/orders/a/cancel").status_code == 409
    assert client.post("/orders/a/retry").json()["state"] == "queued"
    assert client.post("/orders/a/retry").status_code == 409
    assert client.get("/orders/a/log").text == ""
    for verb in ("cancel", "retry"):
        assert client.post(f"/orders/none/{verb}").status_code == 404


def test_the_service_says_what_can_be_asked_of_it(client):
    document = client.get("/openapi.json").json()
    assert {"/orders", "/orders/{order}", "/books"} <= document["paths"].keys()
    schema = document["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]
    assert {"id", "hero", "summary", "pages"} <= schema["schema"]["properties"].keys()
    page = client.get("/").text
    assert "/orders/{order}/cancel" in page and "http" not in page.replace("openapi.json", "")


def test_a_host_of_another_name_is_refused():
    """A page in a browser may know the way to this machine by a name of its own."""
    app = service(a_desk(), AccessToken(WORD), hosts=("127.0.0.1",))
    with TestClient(app, headers=KNOWN, base_url="http://evil.example") as stranger:
        assert stranger.get("/orders").status_code == 400
    with TestClient(app, headers=KNOWN, base_url="http://127.0.0.1") as known:
        assert known.get("/orders").status_code == 200


def test_a_full_disk_is_said(client, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(desk, "begin", full)
    answer = client.post("/orders", json=ORDER)
    assert answer.status_code == 507 and "No space left" in answer.json()["error"]


def test_a_hundred_clients_at_once_lose_nothing():
    """Among them those who send half an order and go, and those who do not read."""
    with served() as port:
        rude = [socket.create_connection(("127.0.0.1", port)) for _ in range(10)]
        for number, each in enumerate(rude):
            half = b"POST /orders HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n"
            each.sendall(half + (f"Authorization: Bearer {WORD}\r\n\r\n{{" * (number % 2)).encode())

        def order(number):
            address = f"http://127.0.0.1:{port}/orders"
            row = {**ORDER, "id": f"o{number}"}
            asked = {"headers": KNOWN, "timeout": END_S, "verify": False}  # nothing is signed here
            return httpx.post(address, json=row, **asked).status_code

        with ThreadPoolExecutor(100) as clients:
            statuses = list(clients.map(order, range(100)))
        for each in rude:
            each.close()
    assert statuses == [202] * 100
    assert {job.works_on.name for job in jobs_in(JOBS)} == {f"o{n}" for n in range(100)}
    assert all(Book(f"books/o{number}").brief.pages == 4 for number in range(100))


def test_an_order_that_does_not_come_in_time_is_given_up(monkeypatch):
    monkeypatch.setattr(api, "BODY_S", 0.05)
    with served() as port, socket.create_connection(("127.0.0.1", port)) as slow:
        head = f"POST /orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {WORD}\r\n"
        slow.sendall(f"{head}Content-Length: 500\r\n\r\n{{".encode())
        assert b" 408 " in slow.recv(1000)
    assert not jobs_in(JOBS)


def test_the_queue_outlives_the_service():
    """Orders of a service that is gone are made by the next one, those cut off by a crash too."""
    first = a_desk()
    for name in ("a", "b", "c"):
        first.take({**ORDER, "id": name})
    cut_off, cancelled = (first._newest_job(name) for name in ("a", "c"))
    write_state(cut_off, JobState(state="running", pid=1, create_time=1.0, started=1.0))
    assert job_state(cut_off).state == "failed"
    first.cancel("c")
    with a_desk().open() as second:
        with pytest.raises(JobError, match="served by another"), a_desk().open():
            pass
        wait_for(lambda: {second.state(name).state for name in "ab"} == {"made"})
        assert second.state("c").state == "cancelled"
    assert job_state(cancelled).state == "cancelled" and not list(BOOKS.glob("c/*.pdf"))
    run_deferred(cancelled)
    assert job_state(cancelled).state == "cancelled"


@pytest.mark.parametrize(
    ("text", "mode", "says"),
    [
        ("short", 0o600, "at least"),
        ("two words of enough letters", 0o600, "one word"),
        (WORD, 0o644, "chmod 600"),
    ],
)
def test_read_token_refuses_what_can_be_guessed_or_read(text, mode, says):
    Path("token").write_text(text)
    Path("token").chmod(mode)
    with pytest.raises(ConfigError, match=says):
        read_token(Path("token"))


def test_serve_answers_on_this_machine_until_it_is_stopped(capsys):
    Path("token").write_text(f"{WORD}\n")
    Path("token").chmod(0o600)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert main(["serve", "--token-file", "token", "--port", port]) == 2
        assert "another --port" in capsys.readouterr().err
    command = [sys.executable, "-m", "storybook", "serve", "--token-file", "token", "--port", port]
    run = subprocess.Popen(command, env=os.environ, stdout=subprocess.PIPE, text=True)
    try:
        assert "Orders are taken at http://127.0.0.1" in run.stdout.readline()
        asked = {"headers": KNOWN, "timeout": END_S}
        assert json.loads(httpx.get(f"http://127.0.0.1:{port}/orders", **asked).text) == []
    finally:
        run.terminate()
        run.wait()
