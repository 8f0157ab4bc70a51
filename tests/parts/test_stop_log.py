"""A stop is kept once, with its reason, its mode and its picture."""

import numpy as np
import pytest
from PIL import Image

from donkeycar.driving.stops import read_stops
from donkeycar.parts.stop_log import ENDED, StopLog
from donkeycar.testing import FakeClock

IMAGE = np.full((120, 160, 3), 200, np.uint8)
LOST = "The link was lost. Let go of the stick, then tap Resume."


class Car:
    """A car at 20 Hz whose stops are kept."""

    def __init__(self, folder):
        self.folder, self.clock = folder, FakeClock(10.0)
        self.log = StopLog(folder, clock=self.clock, wall=lambda: 1e9 + self.clock.monotonic())

    def tick(self, num_ticks=1, reason="", state="run", drivetrain="", image=IMAGE):
        for _ in range(num_ticks):
            self.log.run(reason, state, drivetrain, "local", image)
            self.clock.advance(0.05)

    def stops(self):
        self.log.shutdown()
        return read_stops(self.folder)

    def reasons(self):
        return [stop.reason for stop in self.stops()]


@pytest.fixture
def car(tmp_path):
    return Car(tmp_path / "stops")


def test_a_stop_is_kept_with_reason_mode_and_picture(car):
    car.tick(5)
    car.tick(5, LOST)
    (stop,) = car.stops()
    assert (stop.reason, stop.mode, stop.time_s) == (LOST, "local", pytest.approx(1e9 + 10.25))
    with Image.open(car.folder / f"{stop.id}.jpg") as picture:
        assert picture.size == (160, 120)


def test_a_car_that_did_not_drive_yet_has_not_stopped(car):
    car.tick(20, "Nobody drives.", "boot")
    assert car.reasons() == []


def test_the_drivers_reason_is_waited_for(car):
    car.tick(5)
    car.tick(2, "", "safe", "The order was too old.")
    car.tick(10, LOST, "safe", "The order was too old.")
    assert car.reasons() == [LOST]


def test_without_one_the_guardians_is_kept(car):
    car.tick(5)
    car.tick(10, "", "safe", "The motor does not answer.")
    assert car.reasons() == ["The motor does not answer."]


def test_a_stop_that_flickers_is_one(car):
    car.tick(5)
    for _ in range(10):
        car.tick(1, LOST)
        car.tick(1)
    car.tick(5, LOST)
    assert car.reasons() == [LOST]


def test_the_end_of_a_drive_is_a_stop(car):
    car.tick(5)
    assert car.reasons() == [ENDED]


def test_the_end_of_a_car_that_stands_is_none(car):
    car.tick(5)
    car.tick(10, LOST)
    assert car.reasons() == [LOST]
    assert car.reasons() == [LOST]


@pytest.mark.parametrize("image", [None, np.zeros((4, 4, 1), np.uint8), np.zeros((2, 2, 7))])
def test_any_picture_or_none_is_kept(car, image):
    car.tick(5, image=image)
    car.tick(10, LOST, image=image)
    assert car.reasons() == [LOST]


def test_a_disk_that_takes_nothing_is_said_once_and_ends_nothing(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    car = Car(tmp_path / "file" / "stops")
    for _ in range(3):
        car.tick(5)
        car.tick(60, LOST)
    car.log.shutdown()
    assert caplog.text.count("Stops are not kept") == 1
