"""What a part refuses is told in the words of the owner: the setting, and where it was written."""

import pytest

from donkeycar.assembly import add_camera
from donkeycar.assembly.camera import CAMERAS
from donkeycar.assembly.controller import CONTROLLERS
from donkeycar.config import load_config
from donkeycar.errors import ConfigError
from donkeycar.management.createcar import create_car
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock, StubPicamera2
from donkeycar.vehicle import Vehicle


@pytest.fixture
def refusal(tmp_path):
    create_car(tmp_path / "car")

    def refusal(text):
        (tmp_path / "car" / "myconfig.py").write_text(text)
        with pytest.raises(ConfigError) as refused:
            add_camera(Vehicle(clock=FakeClock(100.0)), load_config(tmp_path / "car" / "config.py"))
        return str(refused.value)

    return refusal


def test_a_rate_that_the_sensor_does_not_reach(refusal):
    """It used to name `framerate_hz`, which nobody wrote."""
    with StubPicamera2(clock=FakeClock(100.0)):
        told = refusal("CAMERA_TYPE = 'PICAM'\nCAMERA_FRAMERATE = 300\n")
    assert told.startswith("myconfig.py:2: `CAMERA_FRAMERATE` must be at most 206.65")
    assert "Received: CAMERA_FRAMERATE=300" in told


def test_pictures_that_are_not_there(refusal):
    told = refusal("CAMERA_TYPE = 'IMAGE_LIST'\nPATH_MASK = 'none/*.jpg'\n")
    assert told.startswith("myconfig.py:2: `PATH_MASK` must match pictures. Received: PATH_MASK=")


def test_every_argument_comes_from_a_setting_that_there_is():
    for recipe in (*(row.recipe for row in CAMERAS.values()), *CONTROLLERS.values()):
        assert set(recipe.settings.values()) <= SETTINGS.keys()
