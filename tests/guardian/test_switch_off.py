"""Whoever holds the last key tries until the motor is off, whatever it is told."""

import io
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import donkeycar
from donkeycar.guardian import STAYS
from donkeycar.guardian import switch_off as switch_off_module
from donkeycar.guardian.switch_off import (
    RETRY_S,
    SAID_EVERY_S,
    SILENT_S,
    STOP_SIGNALS,
    Patience,
    say,
    switch_off,
)
from donkeycar.testing import FakeClock

PACKAGE = str(Path(donkeycar.__file__).parents[1])


class Motor:
    """Refuses for a while, or until it is told otherwise."""

    def __init__(self, clock, for_s=float("inf"), error=None):
        self.clock = clock
        self.until_s = clock.monotonic() + for_s
        self.error = error or OSError("no answer")
        self.tries = 0

    def attempt(self):
        self.tries += 1
        if self.clock.monotonic() < self.until_s:
            raise self.error


@pytest.fixture
def clock():
    return FakeClock(100.0)


def test_one_try_is_enough_if_it_works(clock):
    said = []
    assert switch_off(Motor(clock, 0).attempt, clock=clock, tell=said.append)
    assert (clock.sleeps, said) == ([], [])


@pytest.mark.parametrize("away_s", [0.02, 0.2, 2.0, 20.0])
def test_it_tries_every_10_ms_until_the_hardware_is_back(clock, away_s):
    # What used to happen: one try, and 20 ms were enough for the last throttle to stay for ever.
    motor = Motor(clock, away_s)
    assert switch_off(motor.attempt, clock=clock, tell=lambda text: None)
    assert motor.tries == pytest.approx(away_s / RETRY_S + 1, abs=1)
    assert clock.monotonic() - 100.0 == pytest.approx(away_s, abs=RETRY_S)


class Mute(OSError):
    def __str__(self):
        raise RuntimeError("ask me not")


class Leaving(OSError):
    def __str__(self):
        raise SystemExit


@pytest.mark.parametrize(
    "error",
    [
        Mute(),
        Leaving(),
        OSError("x"),
        ValueError("x"),
        KeyError("x"),
        SystemExit(),
        GeneratorExit(),
    ],
)
def test_it_does_not_matter_what_fails(clock, error):
    """A library that wants to end the program used to end the wait for the motor."""
    assert switch_off(Motor(clock, 0.1, error).attempt, clock=clock, tell=lambda text: None)


def test_it_says_once_what_it_waits_for_and_then_rarely(clock):
    said = []
    switch_off(Motor(clock, 2.5 * SAID_EVERY_S).attempt, clock=clock, tell=said.append)
    assert said[0].startswith("The motor is not off yet: no answer.")
    assert "the battery's switch" in said[0]
    assert len(said) == 4
    assert said[-1] == "The motor is off."


def test_a_moment_without_an_answer_needs_no_word(clock):
    said = []
    switch_off(Motor(clock, 0.9 * SILENT_S).attempt, clock=clock, tell=said.append)
    assert said == []


def test_it_ends_when_somebody_else_has_stopped_the_motor(clock):
    motor = Motor(clock)
    assert not switch_off(motor.attempt, unless=lambda: motor.tries == 3, clock=clock)
    assert motor.tries == 3


def own_name():
    return Path("/proc/self/comm").read_text().rstrip()


@pytest.mark.parametrize("by_somebody_else", [False, True])
def test_while_it_waits_it_goes_by_a_name_that_says_so(clock, by_somebody_else):
    before, names, motor = own_name(), [], Motor(clock, 2.0)

    def attempt():
        names.append(own_name())
        motor.attempt()

    def stopped():
        return by_somebody_else and clock.monotonic() > 101.0

    switch_off(attempt, unless=stopped, clock=clock, tell=lambda text: None)
    assert (names[0], names[-1], own_name()) == (before, STAYS, before)


def test_a_system_that_keeps_the_name_of_a_process_is_no_trouble(clock, monkeypatch):
    names = []

    class Kept:
        def read_text(self, errors):
            return b"\xff is no text\n".decode(errors=errors)

        def write_text(self, name):
            names.append(name)
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("donkeycar.guardian.switch_off.Path", lambda name: Kept())
    said = []
    assert switch_off(Motor(clock, 2.0).attempt, clock=clock, tell=said.append)
    assert said[-1] == "The motor is off."
    assert set(names) == {STAYS}


def test_a_wait_that_is_over_is_over_once_and_the_next_one_begins_anew(clock):
    said, name = [], "a car"
    Path("/proc/self/comm").write_text(name)  # whatever a test before this one left there
    patience = Patience(clock, tell=said.append)
    for _ in range(2):
        patience.wait_for(OSError("no answer"))
        assert own_name() == name
        clock.advance(SILENT_S)
        patience.wait_for(OSError("no answer"))
        assert own_name() == STAYS
        for _ in range(2):
            patience.over()
            assert own_name() == name
    assert [text.partition(":")[0] for text in said] == [
        "The motor is not off yet", "The motor is off.",
    ] * 2  # fmt: skip


def test_whoever_was_told_that_it_stays_is_told_that_it_is_over(clock):
    said = []
    patience = Patience(clock, tell=said.append)
    patience.wait_for(OSError("no answer"))
    patience.explain()
    patience.over()
    assert said[0].startswith("This program stays until the motor is off: no answer.")
    assert said[1:] == ["The motor is off."]


def test_half_a_second_without_an_answer_is_worth_a_word(clock):
    said = []
    patience = Patience(clock, tell=said.append)
    patience.wait_for(OSError("no answer"))
    clock.advance(SILENT_S)
    assert said == []
    patience.wait_for(OSError("no answer"))
    assert len(said) == 1
    clock.advance(SAID_EVERY_S)
    patience.wait_for(OSError("still no answer"))
    assert said[1].startswith("The motor is not off yet: still no answer.")
    patience.over()


def test_the_service_asks_systemd_for_time_each_second_while_it_waits(clock, monkeypatch, tmp_path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(1)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        patience = Patience(clock, tell=lambda text: None)
        for _ in range(33):
            patience.wait_for(OSError("no answer"))
            clock.advance(0.125)
        asked = [systemd.recv(100) for _ in range(5)]
        systemd.setblocking(False)
        with pytest.raises(BlockingIOError):
            systemd.recv(100)
    assert asked == [b"EXTEND_TIMEOUT_USEC=15000000"] * 5


@pytest.mark.parametrize("number", STOP_SIGNALS)
def test_a_signal_is_answered_and_changes_nothing(clock, number):
    said, motor = [], Motor(clock, 0.05)
    before = signal.getsignal(number)

    def attempt():
        if motor.tries == 2:
            os.kill(os.getpid(), number)
        motor.attempt()

    assert switch_off(attempt, clock=clock, tell=said.append)
    assert said[0].startswith("This program stays until the motor is off: no answer.")
    # What used to happen: nothing that it said ended it.
    assert said[0].endswith(f"switch the battery off first, then: kill -9 {os.getpid()}")
    assert signal.getsignal(number) is before


def test_a_signal_during_the_first_try_needs_no_word(clock):
    said = []
    switch_off(lambda: os.kill(os.getpid(), signal.SIGTERM), clock=clock, tell=said.append)
    assert said == []


class Signals:
    """The handlers of a process, some of which were set before Python began, or ignored."""

    def __init__(self):
        self.handlers = {
            signal.SIGTERM: self.save, signal.SIGHUP: signal.SIG_IGN, signal.SIGQUIT: None,
            signal.SIGINT: signal.SIG_DFL,
        }  # fmt: skip

    def save(self, number, frame):
        """What a program does before it ends."""

    def signal(self, number, handler):
        if handler is None:
            raise TypeError("signal handler must be signal.SIG_IGN, signal.SIG_DFL, or callable")
        before, self.handlers[number] = self.handlers[number], handler
        return before


def test_once_the_motor_is_off_each_signal_does_what_it_did_before(clock, monkeypatch):
    # Otherwise a car that saves its tub at SIGTERM would end without doing so.
    signals = Signals()
    before, during = dict(signals.handlers), {}
    monkeypatch.setattr(signal, "signal", signals.signal)
    assert switch_off(lambda: during.update(signals.handlers), clock=clock)
    assert set(during.values()).isdisjoint(before.values())
    # One that Python did not set cannot be set again by it.
    assert signals.handlers == {**before, signal.SIGQUIT: signal.SIG_DFL}


def test_from_another_thread_it_leaves_signals_alone(clock):
    worked = []
    thread = threading.Thread(
        target=lambda: worked.append(switch_off(Motor(clock, 0).attempt, clock=clock))
    )
    thread.start()
    thread.join()
    assert worked == [True]


WAITS = """
from donkeycar.guardian.switch_off import switch_off
def attempt():
    raise OSError("gone for good")
switch_off(attempt)
"""


def test_only_sigkill_ends_it():
    process = subprocess.Popen(
        [sys.executable, "-c", WAITS], stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": PACKAGE},
    )  # fmt: skip
    with process:
        assert process.stderr.readline().startswith("The motor is not off yet: gone for good.")
        for number in STOP_SIGNALS:
            process.send_signal(number)
            assert process.stderr.readline().startswith("This program stays until")
        assert process.poll() is None
        process.kill()


def test_a_reader_who_sleeps_does_not_hold_it_up(monkeypatch):
    waited, real = [], select.select
    monkeypatch.setattr(select, "select", lambda *words: (waited.append(words[3]), real(*words))[1])
    # A terminal that is paused takes nothing more, and would hold whoever prints.
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with pytest.raises(BlockingIOError):
        while True:
            os.write(writer, bytes(4096))
    os.set_blocking(writer, True)
    with open(writer, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        say("nobody reads this")
    os.close(reader)
    assert waited == [0]


def test_what_it_says_is_read_at_once(monkeypatch):
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    with open(writer, "w") as stream, open(reader) as lines:
        monkeypatch.setattr(sys, "stderr", stream)
        say("The motor is off.")
        assert lines.readline() == "The motor is off.\n"


def test_a_file_name_that_is_no_text_does_not_swallow_the_sentence(monkeypatch, tmp_path):
    with (tmp_path / "log").open("w+") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        say("caf\udce9 is taken.")
        assert Path(stream.name).read_bytes() == b"caf\\udce9 is taken.\n"


def test_what_cannot_be_said_is_dropped(monkeypatch, tmp_path):
    closed = (tmp_path / "log").open("w")
    closed.close()
    with open("/dev/full", "w") as full:
        for stream in (full, closed):
            monkeypatch.setattr(sys, "stderr", stream)
            say("nobody reads this")


def test_what_it_says_to_a_stream_of_a_programs_own_is_there_at_once(monkeypatch):
    # The process may be killed before anybody flushes what waits in it.
    written = io.BytesIO()
    with io.TextIOWrapper(written) as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        say("The motor is off.")
        assert written.getvalue() == b"The motor is off.\n"


def test_what_is_no_file_is_written_to_as_well(capsys):
    say("The motor is off.")
    assert capsys.readouterr().err == "The motor is off.\n"


def test_a_signal_while_it_speaks_does_not_end_it(monkeypatch):
    """It did: Python's streams raise RuntimeError in whoever interrupts them, and in `say` too."""
    heard = []

    class Busy:
        """A stream that is interrupted in the middle of each line."""

        def fileno(self):
            raise ValueError("not a file")

        def write(self, text):
            if heard:
                raise RuntimeError("reentrant call inside a BufferedWriter")
            heard.append(text)
            os.kill(os.getpid(), signal.SIGTERM)

        def flush(self):
            heard.clear()

    monkeypatch.setattr(sys, "stderr", Busy())
    tries = iter([OSError("away")] * 3)

    def attempt():
        if (error := next(tries, None)) is not None:
            raise error

    monkeypatch.setattr(switch_off_module, "SILENT_S", 0.0)
    assert switch_off(attempt, clock=FakeClock())


def test_an_answer_that_fails_ends_nothing(clock):
    def tell(text):
        if text.startswith("This program stays"):
            raise RuntimeError(text)

    tries = iter([OSError("away")] * 3)

    def attempt():
        os.kill(os.getpid(), signal.SIGTERM)
        if (error := next(tries, None)) is not None:
            raise error

    assert switch_off(attempt, clock=clock, tell=tell)


def test_without_standard_error_it_is_silent(monkeypatch):
    monkeypatch.setattr(sys, "stderr", None)
    say("nobody reads this")
