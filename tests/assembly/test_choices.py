"""What a driver chooses with a button: told to the pilot, and recorded while driving by hand."""

import pytest

from donkeycar.assembly import add_choices, add_recorder
from donkeycar.config import Config
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock
from donkeycar.tub import TubReader
from donkeycar.vehicle import Vehicle


def settings(**values):
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return Config({**defaults, **values})


@pytest.fixture
def car():
    return Vehicle(clock=FakeClock())


def test_without_a_wish_for_them_there_is_nothing_to_choose(car):
    add_choices(car, settings())
    assert car.entries == []


def test_a_button_chooses_how_to_drive_and_another_one_where_the_car_is(car):
    add_choices(
        car,
        settings(
            TRAIN_BEHAVIORS=True, BEHAVIOR_LIST=("calm", "fast"), BEHAVIOR_BUTTON="w3",
            TRAIN_LOCALIZER=True, NUM_LOCATIONS=3,
        ),
    )  # fmt: skip
    for pressed in ("w3", "w2", "w2", "w1"):
        for button in ("w1", "w2", "w3"):
            car.mem[f"web/{button}"] = button == pressed
        car.step()
    assert car.mem["behavior/state"] == 1
    assert car.mem["behavior/label"] == "fast"
    assert car.mem["behavior/one_hot_state_array"].tolist() == [0, 1]
    assert car.mem["localizer/location"] == 2
    assert car.mem["location/one_hot_state_array"].tolist() == [0, 0, 1]


class Road:
    """Frames, a driver's hands and an IMU; the bottom of the stack."""

    def __init__(self):
        self.sequence = 0

    def run(self):
        import numpy as np

        self.sequence += 1
        frame = np.zeros((12, 16, 3), np.uint8)
        return frame, self.sequence, 0.1, 0.2, "user", True, None, *[float(self.sequence)] * 6


def test_choices_and_motion_are_recorded_while_a_driver_drives(car, tmp_path):
    """In donkeycar 5.x there were no behaviors without a model, so none could be trained."""
    cfg = settings(TRAIN_BEHAVIORS=True, TRAIN_LOCALIZER=True, DATA_PATH=str(tmp_path / "data"))
    axes = [f"imu/{sense}_{axis}" for sense in ("acl", "gyr") for axis in "xyz"]
    car.add(
        Road(),
        outputs=[
            "cam/image_array", "cam/sequence", "user/angle", "user/throttle", "user/mode",
            "recording", "stop/reason", *axes,
        ],
    )  # fmt: skip
    add_choices(car, cfg)
    add_recorder(car, cfg)
    for tick in range(4):
        car.mem["web/w1"] = car.mem["web/w2"] = tick == 2
        car.step()
    car.stop()
    records = list(TubReader(tmp_path / "data"))
    assert [record["behavior/state"] for record in records] == [0, 0, 1, 1]
    assert records[3]["behavior/label"] == "Right_Lane"
    assert records[3]["behavior/one_hot_state_array"] == [0.0, 1.0]
    assert [record["localizer/location"] for record in records] == [0, 0, 1, 1]
    assert [record["imu/gyr_z"] for record in records] == [1.0, 2.0, 3.0, 4.0]


def test_a_car_without_them_records_what_it_always_did(car, tmp_path):
    add_recorder(car, settings(DATA_PATH=str(tmp_path / "data")))
    [recorder] = [entry for entry in car.entries if entry.name == "TubRecorder"]
    assert recorder.inputs[1:] == (
        "cam/image_array", "user/angle", "user/throttle", "user/mode", "drivetrain/age_s",
    )  # fmt: skip
    car.stop()
