"""`LOOP_PACE`: the camera paces the loop, or the car says why it cannot."""

import pytest

from donkeycar import Vehicle
from donkeycar.assembly import add_camera, add_drivetrain, make_world
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import create_car


@pytest.fixture
def settings(tmp_path):
    create_car(tmp_path / "car")

    def settings(**changes):
        values = {"CAMERA_TYPE": "MOCK", "DRIVE_TRAIN_TYPE": "MOCK", "LOOP_PACE": "camera"}
        overrides = [f"{name}={value}" for name, value in (values | changes).items()]
        return load_config(tmp_path / "car" / "config.py", overrides=overrides, command="drive")

    return settings


@pytest.mark.parametrize("framerate_hz", [20, 60])
def test_the_camera_paces_the_loop_however_fast_it_is(settings, framerate_hz):
    cfg, car = settings(CAMERA_FRAMERATE=framerate_hz), Vehicle()
    add_camera(car, cfg)
    assert car.is_paced
    car.stop()


def test_by_default_the_clock_does(settings):
    car = Vehicle()
    add_camera(car, settings(LOOP_PACE="clock"))
    assert not car.is_paced
    car.stop()


def test_a_car_without_a_camera_is_refused_before_it_moves(settings):
    with pytest.raises(ConfigError, match="without add_camera.*Write LOOP_PACE = 'clock'"):
        add_drivetrain(Vehicle(), settings())


def test_a_simulated_camera_is_in_step_with_the_loop_already(settings, caplog):
    cfg, car = settings(CAMERA_TYPE="SIM", DRIVE_TRAIN_TYPE="SIM", SIM_TRACK="oval"), Vehicle()
    world = make_world(cfg)
    add_camera(car, cfg, world)
    add_drivetrain(car, cfg, world)
    assert not car.is_paced
    assert "LOOP_PACE = 'camera' changes nothing with CAMERA_TYPE = 'SIM'" in caplog.text
    car.stop()


def test_a_misspelt_word_names_the_right_one(settings):
    with pytest.raises(ConfigError, match=r"LOOP_PACE must be one of 'clock', 'camera'"):
        settings(LOOP_PACE="camara")
