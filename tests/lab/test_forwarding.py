"""The console forwards to the lab worker: guarded, streamed, and started again if it dies."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.web.console_client import Served
from donkeycar.console.forward import LabPages
from donkeycar.console.worker import Worker
from donkeycar.lab.command import worker_command
from donkeycar.lab.table import PAGES, titles

WITHIN_S = 20

# A worker with one more page, whose actions a test needs.
WORKER = """
import os, sys, time, types
from pathlib import Path
from donkeycar.lab import table
from donkeycar.lab.action import Get, Post, Reply
from donkeycar.errors import TubError

def echo(lab, *, text: str, times: int = 1): return {"text": text * times, "thread": True}
def refuse(lab): raise TubError("A tub must have records. Received: none")
def fail(lab): return {"bad": 1 / 0}
def denied(lab): open("/proc/nowhere/file")
def picture(lab): return Reply(b"jpeg", "image/jpeg", keep_s=60)
def size(lab, *, text: str): return len(text)
def parts(lab):
    def each():
        yield b"first"
        while not (lab.folder / "go").exists(): time.sleep(0.01)
        yield b"second"
    return Reply(each(), "text/plain", filename="tub né.zip")
def endless(lab):
    def each():
        try:
            while True: yield bytes(65536)
        finally:
            (lab.folder / "closed").write_text("")
    return Reply(each(), "application/octet-stream")
def file(lab): return Reply(lab.path("big.bin"), "application/zip", "big.zip")
def die(lab): os._exit(3)
def break_off(lab):
    def each():
        yield b"half"
        time.sleep(0.2)
        os._exit(3)
    return Reply(each(), "text/plain")
def slow(lab):
    while not (lab.folder / "go").exists(): time.sleep(0.01)
    return "done"

page = types.ModuleType("page")
page.ACTIONS = (Get("echo", echo), Get("refuse", refuse), Get("fail", fail), Get("denied", denied),
    Get("picture", picture), Get("parts", parts), Get("endless", endless), Get("file", file),
    Get("die", die), Post("die", die), Post("size", size), Get("break", break_off),
    Get("slow", slow))
sys.modules["page"] = page
table.PAGES["test"] = table.Page("Test", "page")
import donkeycar.lab.__main__ as worker
worker.LOOK_EVERY_S = 0.05
worker.main()
"""


def command(folder, *more):
    words = worker_command(folder, is_car=True)
    script = folder / "worker.py"
    script.write_text(WORKER)
    at = words.index("-m")
    return [*words[:at], str(script), *words[at + 2 :], *more]


@pytest.fixture
def served(tmp_path):
    worker = Worker(command(tmp_path))
    with Served(lab=LabPages({**titles("car"), "test": "Test"}, worker)) as car:
        car.worker = worker
        car.paired = {"Cookie": car.pair(), "Origin": f"http://{car.host}"}
        yield car
    until(lambda: worker.pid is None)


def until(true):
    end_s = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < end_s
        time.sleep(0.02)


def get(served, path):
    return served.request("GET", path, headers=served.paired)


def post(served, path, fields):
    return served.post(path, fields, served.paired)


def alive(pid):
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_nothing_is_started_before_somebody_asks(served):
    assert served.worker.pid is None
    assert served.request("GET", "/settings").status == 401
    assert served.worker.pid is None
    assert get(served, "/test/echo?text=a").json() == {"text": "a", "thread": True}
    assert served.worker.pid is not None


def test_who_is_not_paired_gets_nothing_of_the_lab(served):
    pages = [*PAGES, "test"]
    paths = [f"/{name}{rest}" for name in pages for rest in ("", "/all", "/page.js", "/x/../y")]
    for path in [*paths, "/pages"]:
        for method in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"):
            reply = served.request(
                method, path, "{}" if method == "POST" else None,
                {"Content-Type": "application/json"},
            )  # fmt: skip
            assert reply.status in {401, 405}, (method, path)
            assert b"groups" not in reply.body
    assert served.worker.pid is None
    assert b"/pair/page.js" in served.request("GET", "/settings").body


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"Host": "evil.example"}, 421),
        ({"Origin": "http://evil.example"}, 403),
    ],
)
def test_a_foreign_page_gets_nothing_of_the_lab(served, more, status):
    assert served.request("GET", "/test/echo?text=a", headers=served.paired | more).status == status
    more = {"Sec-Fetch-Site": "cross-site"} | more
    assert served.post("/test/size", {"text": "a"}, served.paired | more).status == status
    assert served.worker.pid is None


def test_an_answer_has_the_headers_of_the_console(served):
    reply = get(served, "/test/echo?text=a")
    assert "default-src 'self'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["X-Frame-Options"] == "DENY"
    assert reply.headers["Cache-Control"] == "no-store"
    assert "Server" not in reply.headers
    assert get(served, "/test/picture").headers["Cache-Control"] == "private, max-age=60"


def test_arguments_and_errors_pass(served):
    assert get(served, "/test/echo?text=%C3%A9&times=2").json()["text"] == "éé"
    assert post(served, "/test/size", {"text": "four"}).json() == 4
    for path, status, sentence in (
        ("/test/echo", 400, "`text` must be given. Received: nothing"),
        ("/test/refuse", 400, "A tub must have records. Received: none"),
        ("/test/nothing", 404, "The page test has no such action. Received: 'nothing'"),
        ("/test/size", 405, "`size` takes POST. Received: GET"),
        ("/test/denied", 500, "The disk refused it: /proc/nowhere/file: No such file or directory"),
        ("/test/%2e%2e/x", 404, "There is no such page"),
    ):
        reply = get(served, path)
        assert (reply.status, reply.json()["error"]) == (status, sentence)
    reply = get(served, "/test/fail")
    assert reply.status == 500
    assert "The lab failed. The log of the console has more: error " in reply.json()["error"]
    assert get(served, "/nowhere").status == 404


@pytest.mark.parametrize("body", ["{", "[1]", "3", "", '{"text": 1}', "[" * 4000])
def test_a_body_that_is_wrong_is_a_sentence(served, body):
    headers = served.paired | {"Content-Type": "application/json"}
    reply = served.request("POST", "/test/size", body, headers)
    assert reply.status == 400
    assert "must be" in reply.json()["error"]


def test_a_body_over_16_kib_is_refused(served):
    headers = served.paired | {"Content-Type": "application/json"}
    with contextlib.suppress(ConnectionError):
        body = b'{"text": "a"}'.ljust(16 * 1024 + 1)
        assert served.request("POST", "/test/size", body, headers).status in (400, 413)
    assert served.worker.pid is None


def test_the_files_of_a_page_are_served_and_no_others(served):
    page = get(served, "/settings")
    assert page.headers["Content-Type"] == "text/html; charset=UTF-8"
    assert "Set-Cookie" in page.headers
    script = get(served, "/settings/page.js")
    assert script.headers["Content-Type"] == "text/javascript; charset=UTF-8"
    again = served.request(
        "GET",
        "/settings/page.js",
        headers=served.paired | {"If-None-Match": script.headers["Etag"]},
    )
    assert (again.status, again.body) == (304, b"")
    for path in ("/settings/page.html", "/settings/../table.py", "/settings/%2e%2e/%2e%2e/lab.py",
                 "/settings/none.js", "/settings/"):  # fmt: skip
        assert get(served, path).status == 404
    assert served.request("HEAD", "/settings", headers=served.paired).status == 200


def test_the_bar_lists_the_pages(served):
    told = get(served, "/pages").json()
    assert told["place"] == "car"
    assert told["pages"][0] == {"name": "drive", "title": "Drive", "path": "/drive"}
    assert {"name": "settings", "title": "Settings", "path": "/settings"} in told["pages"]


def opened(served, path):
    """A request whose answer is read bit by bit."""
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=WITHIN_S)
    connection.request("GET", path, headers=served.paired)
    return contextlib.closing(connection), connection.getresponse()


def test_an_answer_is_streamed_as_it_comes(served, tmp_path):
    connection, reply = opened(served, "/test/parts")
    with connection:
        assert reply.headers["Content-Disposition"] == (
            "attachment; filename*=UTF-8''tub%20n%C3%A9.zip"
        )
        assert reply.read1() == b"first"
        (tmp_path / "go").touch()
        assert reply.read() == b"second"


def test_a_file_is_sent_with_its_size(served, tmp_path):
    content = os.urandom(3_000_000)
    (tmp_path / "big.bin").write_bytes(content)
    reply = get(served, "/test/file")
    assert reply.headers["Content-Length"] == "3000000"
    assert reply.body == content


def test_a_browser_that_leaves_ends_the_work_for_it(served, tmp_path):
    connection, reply = opened(served, "/test/endless")
    with connection:
        assert reply.read(100_000) == bytes(100_000)
        reply.close()
    until((tmp_path / "closed").exists)


def test_a_worker_that_was_killed_starts_again(served):
    get(served, "/test/echo?text=a")
    first = served.worker.pid
    until(lambda: time.monotonic() - served.worker._started_s > 2)
    os.kill(first, signal.SIGKILL)
    until(lambda: not alive(first))
    assert get(served, "/test/echo?text=b").json()["text"] == "b"
    assert served.worker.pid != first


def test_a_worker_that_dies_of_a_request_is_a_sentence(served):
    reply = get(served, "/test/die")
    assert reply.status == 502
    assert reply.json()["error"] == (
        "The process that does the work of this page ended (exit code 3). Try again: it starts anew"
    )
    # Not at once, so that a request that kills it cannot keep the computer busy.
    assert get(served, "/test/echo?text=a").status == 502
    reply = get(served, "/test")
    assert reply.status == 502
    assert b"exit code 3" in reply.body
    assert reply.headers["Content-Type"] == "text/html; charset=UTF-8"
    until(lambda: get(served, "/test/echo?text=a").status == 200)
    assert post(served, "/test/die", {}).status == 502


def test_half_an_answer_does_not_look_like_a_whole(served):
    with pytest.raises(http.client.IncompleteRead):
        get(served, "/test/break")


def test_a_worker_ends_with_its_parent(tmp_path):
    """The process that drives was killed, and had no time to say goodbye."""
    code = """
import asyncio, os, sys
from donkeycar.console.worker import Worker
async def main():
    worker = Worker(sys.argv[1:])
    stream = await worker.connect()
    await stream.write(b"GET /test/echo?text=a HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
    await stream.read_until(b"200 OK")
    print(worker.pid, worker._folder, flush=True)
    os.kill(os.getpid(), 9)
asyncio.run(main())
"""
    parent = subprocess.run(
        [sys.executable, "-c", code, *command(tmp_path)],
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    pid, folder = parent.stdout.split()
    until(lambda: not alive(int(pid)))
    assert not Path(folder).exists()


def test_a_worker_ends_with_the_console(tmp_path):
    worker = Worker(command(tmp_path))
    with Served(lab=LabPages({"test": "Test"}, worker)) as car:
        headers = {"Cookie": car.pair()}
        assert car.request("GET", "/test/echo?text=a", headers=headers).status == 200
        pid, folder = worker.pid, worker._folder
        assert folder.stat().st_mode & 0o777 == 0o700
    until(lambda: not alive(pid))
    assert not folder.exists()


def test_an_idle_worker_ends_and_nobody_notices(tmp_path):
    worker = Worker(command(tmp_path, "--idle-s", "0.3"))
    with Served(lab=LabPages({"test": "Test"}, worker)) as car:
        headers = {"Cookie": car.pair()}
        for _ in range(2):
            assert car.request("GET", "/test/echo?text=a", headers=headers).status == 200
            pid = worker.pid
            until(lambda: not alive(pid))  # noqa: B023 - called at once
            until(lambda: time.monotonic() - worker._started_s > 2)


def test_a_worker_with_work_is_not_idle(tmp_path):
    worker = Worker(command(tmp_path, "--idle-s", "0.1"))
    with Served(lab=LabPages({"test": "Test"}, worker)) as car:
        car.paired = {"Cookie": car.pair()}
        connection, _ = opened_later(car, "/test/slow")
        with connection:
            time.sleep(1)
            (tmp_path / "go").touch()
            assert connection_answer(connection) == b'"done"'


def opened_later(served, path):
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=WITHIN_S)
    connection.request("GET", path, headers=served.paired)
    return contextlib.closing(connection), connection


def connection_answer(closing):
    return closing.thing.getresponse().read()


def test_two_browsers_at_once(served, tmp_path):
    """One waits for its answer, the other gets its own."""
    other = {"Cookie": served.pair()}
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=WITHIN_S)
    with contextlib.closing(connection):
        connection.request("GET", "/test/slow", headers=served.paired)
        reply = served.request("GET", "/test/echo?text=a", headers=other)
        assert reply.json()["text"] == "a"
        (tmp_path / "go").touch()
        assert connection.getresponse().read() == b'"done"'


def test_one_browser_cannot_take_all_places(served, tmp_path):
    other = {"Cookie": served.pair()}
    with contextlib.ExitStack() as stack:
        waiting = []
        for _ in range(12):
            connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=WITHIN_S)
            stack.enter_context(contextlib.closing(connection))
            connection.request("GET", "/test/slow", headers=served.paired)
            waiting.append(connection)
            get(served, "/pages")  # the console has seen it
        until(lambda: get(served, "/test/nothing").status == 429)
        assert served.request("GET", "/test/nothing", headers=other).status == 404
        (tmp_path / "go").touch()
        assert {one.getresponse().status for one in waiting} <= {200, 429}


def test_the_socket_is_the_only_way_in(served):
    get(served, "/test/echo?text=a")
    place = served.worker._path()
    assert place.parent.stat().st_mode & 0o777 == 0o700
    with socket.socket(socket.AF_UNIX) as client:
        client.connect(str(place))
