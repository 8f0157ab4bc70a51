"""A grey car with a transform of its owner's own: what is trained is what drives."""

import numpy as np
import pytest

from donkeycar.assembly import add_pilot
from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import load_config
from donkeycar.errors import PilotError
from donkeycar.management.createcar import create_car
from donkeycar.pilots import load_pilot
from donkeycar.training import train
from donkeycar.tub import TubReader, TubWriter
from donkeycar.vehicle import Vehicle

INPUTS = ["cam/image_array", "user/angle", "user/throttle"]
SETTINGS = """
CAMERA_TYPE = "MOCK"
IMAGE_W, IMAGE_H, IMAGE_DEPTH = 96, 80, 1
TRANSFORMATIONS = ["CROP", "CUSTOM_STRETCH", "RESIZE"]
POST_TRANSFORMATIONS = ["BLUR"]
ROI_CROP_TOP = 10
RESIZE_WIDTH, RESIZE_HEIGHT = 80, 64
CUSTOM_STRETCH_MODULE = "parts/stretch.py"
CUSTOM_STRETCH_CLASS = "Stretch"
"""
STRETCH = """
class Stretch:
    def __init__(self, config):
        self.top = config.ROI_CROP_TOP

    def run(self, image):
        assert image.shape == (80, 96, 1), image.shape
        image[self.top :] = 255 - image[self.top :]
        return image[:, :, 0]
"""


@pytest.fixture(scope="module")
def car(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cars") / "car"
    create_car(folder)
    with (folder / "myconfig.py").open("a") as own:
        own.write(SETTINGS)
    (folder / "parts").mkdir()
    (folder / "parts" / "stretch.py").write_text(STRETCH)
    rng = np.random.default_rng(0)
    with TubWriter(folder / "data" / "tub", INPUTS, ["image_array", "float", "float"]) as tub:
        for angle in map(float, rng.uniform(-1, 1, 60)):
            frame = np.full((80, 96, 3), 40, np.uint8)
            frame[:, round((angle + 1) * 42) :][:, :10] = 220
            tub.append(dict(zip(INPUTS, (frame, angle, 0.4), strict=True)))
    return folder


@pytest.fixture(scope="module")
def cfg(car):
    return load_config(car / "config.py")


@pytest.fixture(scope="module")
def result(car, cfg):
    return train(
        [car / "data" / "tub"],
        car / "models" / "mypilot.keras",
        epochs=1,
        batch_size=16,
        seed=1,
        transforms=transforms_from(cfg),
    )


def test_the_network_is_as_large_as_the_transforms_leave_it(result):
    assert result.info.camera_shape == (80, 96, 3)
    assert result.info.network_shape == (64, 80, 1)


def test_the_car_answers_as_the_network_did_in_training(result, cfg, car):
    pilot = load_pilot(result.files.litert, transforms=transforms_from(cfg))
    reader = TubReader(car / "data" / "tub")
    records = {round(float(record["user/angle"]), 6): record for record in reader}
    for driver, answer in zip(result.validation_driver, result.validation_pilot, strict=True):
        image = reader.image(records[round(float(driver[0]), 6)])
        assert pilot.infer(image) == pytest.approx(tuple(answer), abs=1e-3)


def test_it_drives_the_car_whose_settings_name_the_code(result, cfg):
    vehicle = Vehicle()
    add_pilot(vehicle, cfg, result.files.keras)
    assert vehicle.writes("pilot/angle")


def test_it_drives_no_car_whose_settings_do_not(result, tmp_path):
    create_car(tmp_path / "other")
    other = load_config(tmp_path / "other" / "config.py")
    with pytest.raises(PilotError, match="trained with CUSTOM_STRETCH, Stretch of parts/stretch"):
        add_pilot(Vehicle(), other, result.files.keras)
