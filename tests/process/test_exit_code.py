"""A program ends with an exit code and one line, and a bug with its traceback."""

import subprocess
import sys

import pytest

from donkeycar.errors import ConfigError
from donkeycar.process.exit_code import exit_code


def refuse():
    raise ConfigError("no")


def interrupt():
    raise KeyboardInterrupt


def forget():
    raise FileNotFoundError(2, "No such file or directory", "pilot.tflite")


@pytest.mark.parametrize(
    ("command", "code", "line"),
    [
        (lambda: None, 0, ""),
        (lambda: 3, 3, ""),
        (refuse, 1, "manage.py: error: no\n"),
        (forget, 1, "manage.py: error: pilot.tflite: No such file or directory\n"),
        (interrupt, 130, "manage.py: stopped\n"),
    ],
)
def test_the_exit_code_says_how_it_ended(command, code, line, capsys):
    assert exit_code(command, prog="manage.py") == code
    assert capsys.readouterr().err == line


def test_a_bug_keeps_its_traceback():
    with pytest.raises(ZeroDivisionError):
        exit_code(lambda: 1 // 0, prog="donkey")


def test_the_guardian_that_ends_by_it_loads_no_command_line_parser():
    """It holds the motor, and stays as small as it can."""
    code = "import sys, donkeycar.management.guardian; print('argparse' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
