"""Whoever prints does not wait for whoever reads."""

import os
import pty
import subprocess
import sys
import threading
import time

import pytest

from donkeycar.process.lossy_output import MAX_WAITING_BYTES, LossyOutput

LINE = b"throttle 0.30, as before, and again\n"
# More than may wait.
MANY = 10_000


class Pipe:
    """A pipe with a `LossyOutput` at its near end."""

    def __init__(self):
        self.reader, self.writer = os.pipe()
        self.output = LossyOutput(self.writer)

    def fill(self):
        """Leave no room in the pipe itself; return what is in it."""
        os.set_blocking(self.writer, False)
        size = os.write(self.writer, bytes(1 << 20))
        os.set_blocking(self.writer, True)
        return bytes(size)

    def read_all(self):
        """What arrives until nothing more does."""
        os.set_blocking(self.reader, False)
        text = b""
        while True:
            drained = self.output.drain(0.02)
            try:
                text += os.read(self.reader, 1 << 20)
            except BlockingIOError:
                if drained:
                    return text


@pytest.fixture
def pipe():
    pipe = Pipe()
    yield pipe
    os.close(pipe.reader)
    pipe.output.drain()
    os.close(pipe.writer)


def test_what_is_written_arrives_whole_and_in_order(pipe):
    lines = [b"line %d\n" % number for number in range(100)]
    assert [pipe.output.write(line) for line in lines] == [len(line) for line in lines]
    assert pipe.output.drain()
    assert pipe.read_all() == b"".join(lines)


def test_a_reader_that_sleeps_holds_nobody_and_is_told_what_it_missed(pipe):
    before = pipe.fill()
    started_s = time.monotonic()
    for _ in range(MANY):
        pipe.output.write(LINE)
    assert time.monotonic() - started_s < 1
    assert not pipe.output.drain(0.01)
    kept = MAX_WAITING_BYTES // len(LINE)
    assert pipe.read_all() == before + kept * LINE, "whole lines only"
    pipe.output.write(b"news\n")
    assert pipe.read_all() == b"[%d lines were dropped: nobody read]\nnews\n" % (MANY - kept)
    pipe.output.write(b"more news\n")
    assert pipe.read_all() == b"more news\n", "and is told once"


def test_a_reader_that_is_gone_is_not_missed(pipe):
    os.close(pipe.reader)
    for _ in range(MANY):
        pipe.output.write(LINE)
    assert pipe.output.drain(5)
    pipe.reader, spare = os.pipe()
    os.close(spare)


def test_a_file_that_refuses_to_wait_is_waited_for(pipe):
    before = pipe.fill()
    os.set_blocking(pipe.writer, False)
    for _ in range(3000):
        pipe.output.write(LINE)
    assert not pipe.output.drain(0.01)
    assert pipe.read_all() == before + 3000 * LINE


def test_there_is_no_thread_before_there_is_something_to_say(pipe):
    before = threading.active_count()
    output = LossyOutput(pipe.writer)
    assert output.drain()
    assert threading.active_count() == before
    output.write(b"x")
    assert threading.active_count() == before + 1
    assert output.drain()


def test_it_looks_like_the_file_behind_it(pipe):
    near, far = pty.openpty()
    try:
        assert LossyOutput(far).isatty()
        assert not pipe.output.isatty()
        assert (pipe.output.fileno(), pipe.output.writable()) == (pipe.writer, True)
    finally:
        os.close(near)
        os.close(far)


def run(program, **options):
    """Run a program whose output is lossy."""
    start = "import sys\nfrom donkeycar.process.lossy_output import never_wait_for_readers\n"
    return subprocess.run(
        [sys.executable, "-c", f"{start}never_wait_for_readers()\n{program}"],
        capture_output=True,
        check=False,
        timeout=30,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        **options,
    )


def test_the_last_words_of_a_program_arrive():
    done = run("print('Grüße', end='')\nraise RuntimeError('the very end')")
    assert done.returncode == 1
    assert done.stdout.decode() == "Grüße"
    assert done.stderr.endswith(b"RuntimeError: the very end\n")


def test_a_program_without_output_is_left_alone():
    done = run("print(sys.stdout)\nsys.exit(3)", preexec_fn=lambda: os.close(1))
    assert done.returncode == 3
