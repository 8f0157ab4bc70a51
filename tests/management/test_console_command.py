"""`donkey console`: the pages of a folder on a PC, in a process of its own."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys

import pytest

from donkeycar.management.cli import main


@pytest.fixture
def console(tmp_path):
    """The command serves a folder; its output so far, and a function that asks it."""
    (tmp_path / "home").mkdir()
    (tmp_path / "tubs").mkdir()
    process = subprocess.Popen(
        [sys.executable, "-m", "donkeycar.management.cli", "console", str(tmp_path / "tubs"),
         "--no-browser", "--port", "0"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**os.environ, "HOME": str(tmp_path / "home"), "PYTHONUNBUFFERED": "1"},
        # As a shell starts a background job: it ignored Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )  # fmt: skip
    told = ""
    while "Ctrl-C ends it" not in told:
        line = process.stdout.readline()
        assert line, told
        told += line

    def ask(path, *, paired=True):
        port, token = re.search(r"127\.0\.0\.1:(\d+)/pair#(\S+)", told).groups()
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=20)
        headers = {"Authorization": f"Bearer {token}"} if paired else {}
        connection.request("GET", path, headers=headers)
        reply = connection.getresponse()
        answer = reply.status, reply.headers, reply.read()
        connection.close()
        return answer

    yield process, told, ask
    if process.poll() is None:
        process.kill()
    process.wait(20)
    process.stdout.close()


def test_it_serves_a_folder_until_ctrl_c(console, tmp_path):
    process, told, ask = console
    assert f"It shows {tmp_path / 'tubs'}." in told
    assert ask("/settings", paired=False)[0] == 401
    for path in ("/", "/drive"):  # where the pairing page leads
        assert ask(path)[1]["Location"].startswith("/")
    bar = json.loads(ask("/pages")[2])
    assert (bar["place"], bar["name"]) == ("pc", "tubs")
    assert "drive" not in [page["name"] for page in bar["pages"]]
    assert ask("/settings")[0] == 200
    status, _, body = ask("/settings/all")
    assert (status, "has no config.py" in json.loads(body)["error"]) == (400, True)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 130
    assert "Traceback" not in process.stdout.read()


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path, capsys):
    assert main(["console", str(tmp_path / "nowhere"), "--no-browser"]) == 1
    assert "The lab needs a folder of tubs and pilots. Received: " in capsys.readouterr().err


@pytest.mark.parametrize("port", ["70000", "-1", "x"])
def test_an_impossible_port_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        main(["console", "--port", port])
    assert "port" in capsys.readouterr().err
