"""Keys of a real terminal calibrate a car."""

import os
import pty
import signal
import termios
import threading
import time

import pytest

from donkeycar.assembly.drivetrain.calibration import read_questions, read_sheet
from donkeycar.console.bench import Bench
from donkeycar.management import calibrate_terminal as terminal
from donkeycar.parts.drivetrain.calibration import Calibration
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock

DEFAULTS = {name: setting.default for name, setting in SETTINGS.items()}


@pytest.fixture
def saved():
    return []


@pytest.fixture
def bench(saved):
    clock = FakeClock(10.0)

    def write(changes):
        saved.append(changes)
        return "myconfig.py"

    calibration = Calibration(read_sheet("MOCK", DEFAULTS), clock=clock)
    return Bench(calibration, write=write, questions=read_questions("MOCK", DEFAULTS), clock=clock)


@pytest.fixture
def keyboard(bench):
    """Types into the terminal, one write after the other; ended with the test."""
    master, slave = pty.openpty()
    part = terminal.TerminalBench(bench, keyboard=slave)
    thread = threading.Thread(target=part.update)
    thread.start()
    wait_until(lambda: not termios.tcgetattr(slave)[3] & termios.ICANON)
    yield lambda keys: os.write(master, keys.encode())
    part.shutdown()
    thread.join(5)
    assert not thread.is_alive()
    os.close(master)
    os.close(slave)


def wait_until(condition):
    end_s = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end_s
        time.sleep(0.01)


def test_keys_step_undo_and_save(bench, keyboard, saved, capsys):
    keyboard("y")
    # The middle first: 20 us more, yes; then the left end.
    keyboard("+\n\x1b[B\x1b[B-u-s")
    wait_until(lambda: saved)
    assert saved == [{"PWM_STEERING_THROTTLE": {"STEERING_LEFT_PWM": 453, "STEERING_MID_PWM": 380}}]
    wait_until(lambda: "STEERING_LEFT_PWM" in capsys.readouterr().out)
    assert bench.state(terminal.NAME)["ready"]


def test_the_motor_runs_while_r_is_held_and_any_other_key_stops_it(bench, keyboard):
    keyboard("y" + 3 * "\t" + "r")
    wait_until(lambda: bench.state(terminal.NAME)["running"])
    keyboard(".")
    wait_until(lambda: not bench.state(terminal.NAME)["running"])


def test_q_stops_and_ends_the_program(bench, keyboard, monkeypatch):
    ends = []
    monkeypatch.setattr(os, "kill", lambda pid, number: ends.append((pid, number)))
    keyboard("yq")
    wait_until(lambda: ends)
    assert ends == [(os.getpid(), signal.SIGINT)]
    assert not bench.state(terminal.NAME)["ready"]


def test_the_questions_come_in_the_order_and_the_words_of_the_page(bench, keyboard, capsys):
    keyboard("\n" + 7 * "\n")
    wait_until(lambda: bench.state(terminal.NAME)["question"] == "save")
    printed = ""
    # The first one was asked before this test began.
    asked = [question["asks"] for question in bench.questions()[1:]]

    def all_asked():
        nonlocal printed
        printed += capsys.readouterr().out
        return all(words in printed for words in asked)

    wait_until(all_asked)
    places = [printed.index(words) for words in asked]
    assert places == sorted(places)
    assert bench.state(terminal.NAME)["done"] == [
        question["name"] for question in bench.questions()[:-1]
    ]


def test_backspace_goes_back_and_a_digit_says_how_far_the_motor_runs(bench, keyboard):
    keyboard("y\t\t\t\x7f\t5")
    wait_until(lambda: bench.state(terminal.NAME)["share"] == 0.5)
    assert bench.state(terminal.NAME)["question"] == "forward"
    keyboard("0")
    wait_until(lambda: bench.state(terminal.NAME)["share"] == 1.0)


def test_every_line_fits_a_terminal(bench):
    for point in bench.state(terminal.NAME)["points"]:
        bench.take(terminal.NAME, {"point": point})
        assert len(terminal.line_of(bench.state(terminal.NAME))) <= 78
    assert all(len(line) <= 78 for line in terminal.HELP.splitlines())


def test_keys_need_a_terminal(bench, tmp_path):
    with (tmp_path / "file").open("w") as file, pytest.raises(OSError, match="must be a terminal"):
        terminal.TerminalBench(bench, keyboard=file.fileno()).update()
