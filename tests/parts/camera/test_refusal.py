"""A camera that another program has: the cause is said, and who it is."""

import os
import subprocess
import sys

import pytest

from donkeycar.errors import DeviceError
from donkeycar.parts.camera import refusal as module
from donkeycar.parts.camera.picamera import PiCamera
from donkeycar.testing import FakeClock, StubPicamera2

BUSY = "Device or resource busy"
# Has the camera as libcamera has it: a lock of its media device.
HAS_IT = """
import os, sys
os.lockf(os.open(sys.argv[1], os.O_RDWR), os.F_TLOCK, 0)
print("ready", flush=True); sys.stdin.read()
"""


@pytest.fixture
def devices(tmp_path, monkeypatch):
    for name in ("media0", "media1", "video0"):
        (tmp_path / name).touch()
    monkeypatch.setattr(module, "DEVICES", tmp_path)
    return tmp_path


def refused(**stub):
    with StubPicamera2(clock=FakeClock(), **stub), pytest.raises(DeviceError) as refusal:
        PiCamera()
    return str(refusal.value)


def test_the_program_that_has_the_camera_is_named(devices):
    """What used to happen: "Camera __init__ sequence did not complete. Check the ribbon cable"."""
    path = devices / "media1"
    with subprocess.Popen(
        [sys.executable, "-c", HAS_IT, str(path)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as other:  # fmt: skip
        assert other.stdout.readline() == "ready\n"
        said = refused(open_error=BUSY)
        other.communicate()
    assert said.startswith(
        "Camera 0 must be free. Received: Camera __init__ sequence did not complete: Failed to "
        f"acquire camera: {BUSY}. It is used by process {other.pid}, {sys.executable} -c "
    )
    assert said.endswith(f"(end it: kill {other.pid}).")
    assert "ribbon" not in said


def test_where_nobody_may_be_known_the_command_that_tells_is_said(devices):
    said = refused(open_error=BUSY)
    assert said.endswith(
        "Another program has it: sudo fuser -v /dev/media* /dev/video* shows which."
    )


def test_a_second_camera_part_in_the_same_program_is_told_so(devices):
    with (devices / "media0").open("r+b") as file:
        os.lockf(file.fileno(), os.F_TLOCK, 0)
        said = refused(open_error=BUSY)
    assert "This very program has it already" in said


def test_another_cause_is_shown_with_the_general_words(devices):
    said = refused(open_error="Permission denied")
    assert said.startswith(
        "Camera 0 must answer. Received: Camera __init__ sequence did not complete: Failed to "
        "acquire camera: Permission denied. Check the ribbon cable"
    )


def test_the_cause_of_a_camera_that_does_not_start_is_shown():
    cause = RuntimeError("Failed to start camera: Cannot allocate memory")
    error = RuntimeError("Camera frontend has timed out!")
    error.__cause__ = cause
    assert module.reasons(error) == (
        "Camera frontend has timed out!: Failed to start camera: Cannot allocate memory"
    )


def test_errors_that_come_from_each_other_and_those_that_say_nothing_are_no_trap():
    one, other = RuntimeError("one."), ValueError()
    one.__cause__, other.__cause__ = other, one
    assert module.reasons(one) == "one: ValueError"
    try:
        try:
            raise ValueError("hidden")
        except ValueError:
            raise RuntimeError("alone") from None
    except RuntimeError as error:
        assert module.reasons(error) == "alone"
