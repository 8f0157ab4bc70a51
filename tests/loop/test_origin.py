"""A mistake in the code of a part is found by the message alone."""

from pathlib import Path

import pytest

from donkeycar.driving.drive_mode import DriveMode
from donkeycar.errors import PartFailed
from donkeycar.parts.source import Source
from donkeycar.testing import FakeClock
from donkeycar.vehicle import Vehicle

HERE = Path(__file__).name


class OwnPart:
    def __init__(self, mistake):
        self.mistake = mistake

    def run(self):
        return self.mistake()


class OwnThread:
    def update(self):
        return {}["imu"]

    def run_threaded(self):
        return None


class OwnSensor(Source):
    what_to_check = "Is it plugged in?"

    def read(self):
        return {}["imu"]


def line_of(text):
    """The one line of this file that begins so."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    (number,) = (n for n, line in enumerate(lines, 1) if line.strip().startswith(text))
    return number


def failure(part, **wiring):
    car = Vehicle()
    car.add(part, **wiring)
    with pytest.raises(PartFailed) as error:
        car.start(rate_hz=200, max_loop_count=1000)
    return str(error.value)


def forgets():
    return {}["compass"]  # a mistake


@pytest.mark.parametrize(
    ("part", "threaded", "said"),
    [
        (OwnPart(forgets), False, "OwnPart failed: 'compass' (KeyError in "),
        (OwnPart(lambda: Path(3)), False, "(TypeError in "),
    ],
)
def test_a_mistake_is_named_with_its_kind_and_line(part, threaded, said):
    """What used to happen: "OwnPart failed: 'compass'", and no setting showed more."""
    told = failure(part, threaded=threaded)
    assert said in told
    number = line_of('return {}["compass"]') if "compass" in said else line_of("(OwnPart(lambda")
    assert told.endswith(f" in {HERE}, line {number})"), "not that of a library"


@pytest.mark.parametrize("part", [OwnThread(), OwnSensor(rate_hz=100)])
def test_a_mistake_in_a_thread_is_named_as_well(part):
    told = failure(part, outputs=["x"], threaded=True)
    assert "'imu'" in told
    assert f"(KeyError in {HERE}, line " in told


@pytest.mark.parametrize("error", [OSError(2, "no such camera"), SystemExit(3)])
def test_what_is_no_mistake_in_the_code_is_only_a_sentence(error):
    def fails():
        raise error

    assert HERE not in failure(OwnPart(fails))


def test_a_wrong_value_in_a_channel_is_not_a_line_of_donkeycar():
    car = Vehicle(clock=FakeClock())
    car.add(DriveMode(), inputs=["none", "text", *["none"] * 6], outputs=["a", "b", "c"])
    car.mem["text"] = "left"
    with pytest.raises(PartFailed, match="`user/angle` must be a number.*Received: 'left'$"):
        car.start(rate_hz=20, max_loop_count=1)
