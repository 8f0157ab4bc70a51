"""Whatever a file of a stranger makes its reader do ends in one sentence, and nowhere else."""

import os
import socket
import sys
import textwrap

import pytest

from donkeycar.errors import PilotError
from donkeycar.sandbox.child import Child
from donkeycar.sandbox.confinement import hook_for

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps these limits")

START = """
import json, os, sys
from pathlib import Path
from donkeycar.sandbox.confinement import forbid, leave_network, limit
leave_network()
limit(memory_bytes=400_000_000, cpu_s=1, file_bytes=10_000)
forbid(Path(sys.argv[1]))
"""


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Start a confined process that does something bad."""
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "desk").mkdir()

    def ask(code, *, timeout_s=20.0):
        (tmp_path / "bad_child.py").write_text(START + textwrap.dedent(code))
        arguments = [str(tmp_path / "desk"), str(tmp_path)]
        return Child(
            "bad_child", tmp_path / "theirs.h5", arguments=arguments, timeout_s=timeout_s
        ).answer()

    return ask


def test_what_it_finds_out_comes_back(ask):
    assert ask("print(json.dumps({'inputs': 2}))") == {"inputs": 2}


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ('print(\'{"refused": "it is hostile."}\')', "theirs.h5 cannot be opened: it is hostile"),
        ('print(\'{"error": "A whole sentence."}\')', "^A whole sentence.$"),
        ("print('[1]')", "what reads it failed .no answer."),
        ("print('[' * 100_000)", "cannot be opened: what reads it failed|writes too much"),
        ("sys.exit(3)", "what reads it failed"),
        ("raise KeyError('layers')", "what reads it failed .KeyError: 'layers'."),
        ("os.kill(os.getpid(), 11)", "it crashes what reads it .SIGSEGV."),
        ("os.abort()", "it crashes what reads it .SIGABRT."),
    ],
)
def test_how_it_ends_is_said_in_one_sentence(ask, code, message):
    with pytest.raises(PilotError, match=message) as error:
        ask(code)
    assert "\n" not in str(error.value)


@on_linux
@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("while True: pass", "keeps the processor busy for too long"),
        ("x = bytearray(600_000_000)", "needs too much memory"),
        ("print('x' * 10_000_000)", "writes too much|File too large"),
    ],
)
def test_a_limit_that_is_hit_is_named(ask, code, message):
    with pytest.raises(PilotError, match=message):
        ask(code)


def test_one_that_waits_for_ever_is_ended(ask):
    with pytest.raises(PilotError, match="took longer than 1 s"):
        ask("import time; time.sleep(60)", timeout_s=1.0)


@on_linux
def test_there_is_no_network(ask, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        port = server.getsockname()[1]
        code = f"""
        from socket import socket
        import _socket
        tries = []
        for family in (socket, _socket.socket):
            try:
                family().connect(("127.0.0.1", {port}))
                tries.append("connected")
            except OSError as error:
                tries.append(type(error).__name__)
        print(json.dumps({{"tries": tries}}))
        """
        assert "connected" not in ask(code)["tries"]
        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "code",
    [
        "import subprocess; subprocess.Popen(['touch', outside])",
        "os.system('touch ' + outside)",
        "os.posix_spawn('/bin/touch', ['touch', outside], {})",
        "os.fork()",
        "os.execv('/bin/touch', ['touch', outside])",
        "open(outside, 'w')",
        "open(outside, 'ab')",
        "os.open(outside, os.O_CREAT | os.O_WRONLY)",
        "Path(sys.argv[1], '..', 'outside').write_text('x')",
        "os.symlink(sys.argv[2], sys.argv[1] + '/out'); open(sys.argv[1] + '/out/outside', 'w')",
        "os.mkdir(outside)",
        "os.rename(sys.argv[2] + '/keep', outside)",
        "os.remove(sys.argv[2] + '/keep')",
        "os.chdir(sys.argv[2]); os.truncate('keep', 0)",
        "import shutil; shutil.rmtree(sys.argv[2])",
        "import pickle; pickle.loads(b'cos\\nsystem\\n(S\"touch outside\"\\ntR.')",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
    ],
)
def test_nothing_is_started_and_nothing_changed_outside_its_folder(ask, tmp_path, code):
    (tmp_path / "keep").write_text("kept")
    with pytest.raises(PilotError, match="must not do this"):
        ask(f"outside = sys.argv[2] + '/outside'\n{code}")
    assert not (tmp_path / "outside").exists()
    assert (tmp_path / "keep").read_text() == "kept"


def test_inside_its_folder_it_may_work(tmp_path):
    hook = hook_for(tmp_path)
    hook("open", (str(tmp_path / "model"), "wb", os.O_WRONLY))
    hook("open", ("/etc/hostname", "rb", os.O_RDONLY))
    hook("os.mkdir", (str(tmp_path / "deep"), 0o777, -1))
    hook("import", ("os", None, None, None, None))
    with pytest.raises(PermissionError, match="open .*elsewhere"):
        hook("open", (str(tmp_path.parent / "elsewhere"), "wb", os.O_WRONLY))
    with pytest.raises(PermissionError, match="open"):
        hook("open", (str(tmp_path) + "-beside", "wb", os.O_WRONLY))
