"""What a pilot does to frames, and what this car has to say about it."""

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.keras_backend import muffled
from donkeycar.pilots import PilotInfo, load_pilot
from donkeycar.pilots.files.bundle import PilotFiles, write_bundle
from donkeycar.pilots.transform import Transforms
from donkeycar.pilots.transform.custom import load_custom

SHAPE = (72, 96, 3)
RESIZE = Transforms([("RESIZE", {"width_px": 96, "height_px": 72})])
GREY_AND_BACK = [("RGB2GRAY", {}), ("GRAY2RGB", {})]
CODE = """
class Invert:
    def __init__(self, settings):
        pass

    def run(self, image):
        return 255 - image
"""


@pytest.fixture
def write(tmp_path, linear_litert, linear_model):
    """Write a pilot that was trained with some transforms."""

    def write(transforms, *, camera_shape=SHAPE):
        files = PilotFiles.of(tmp_path / "models" / "mypilot.keras")
        info = PilotInfo("linear", camera_shape, transforms)
        with muffled():
            write_bundle(
                files, info, litert={"float32": linear_litert}, save_keras=linear_model.save
            )
        return files.litert

    return write


@pytest.fixture
def bare(tmp_path, linear_litert):
    path = tmp_path / "theirs.tflite"
    path.write_bytes(linear_litert)
    return path


@pytest.fixture
def noise():
    return np.random.default_rng(2).integers(0, 256, (144, 192, 3), dtype=np.uint8)


def load_bare(path, transforms, **settings):
    return load_pilot(path, type="linear", transforms=transforms, **settings)


def test_a_bare_file_sees_what_the_settings_of_the_car_say(bare, noise):
    frame = noise[:72, :96]
    crop = Transforms([("CROP", {"top_px": 30})])
    assert load_bare(bare, crop).infer(frame) == load_bare(bare, None).infer(crop(frame))


def test_a_bare_file_may_be_smaller_than_the_frames_of_the_camera(bare, noise):
    pilot = load_bare(bare, RESIZE, camera_shape=(144, 192, 3))
    assert pilot.input_shape == (144, 192, 3)
    assert pilot.infer(noise) == load_bare(bare, None).infer(RESIZE(noise))


def test_settings_that_do_not_lead_to_a_bare_network_are_refused(bare):
    half = Transforms([("SCALE", {"width_factor": 0.5})])
    message = r"frames of 96x72 pixels in colour, .* Received: SCALE. Change TRANSFORMATIONS"
    with pytest.raises(PilotError, match=message):
        load_bare(bare, half, camera_shape=SHAPE)


def test_a_pilot_of_ours_ignores_the_settings_of_the_car(write, noise):
    path = write(Transforms())
    same = load_pilot(path, transforms=Transforms([("CROP", {"top_px": 30})]))
    assert same.infer(noise[:72, :96]) == load_pilot(path).infer(noise[:72, :96])


def test_a_network_may_be_smaller_than_the_frames_of_the_camera(write, noise):
    pilot = load_pilot(write(RESIZE, camera_shape=(144, 192, 3)), camera_shape=(144, 192, 3))
    assert all(np.isfinite(pilot.infer(noise)))


def test_a_pilot_that_takes_the_colour_out_drives_with_grey_frames_and_with_colour(write):
    path = write(Transforms(GREY_AND_BACK))
    for depth in (1, 3):
        assert load_pilot(path, camera_shape=(72, 96, depth)).input_shape == SHAPE


def test_a_pilot_that_learned_colours_does_not_drive_with_a_grey_camera(write):
    message = "frames of 96x72 pixels in colour, .* gives 96x72 pixels in grey. .*IMAGE_DEPTH=3"
    with pytest.raises(PilotError, match=message):
        load_pilot(write(Transforms()), camera_shape=(72, 96, 1))


def test_a_grey_pilot_asks_for_a_grey_camera_of_its_size(write):
    with pytest.raises(PilotError, match="frames of 96x72 pixels in grey.*IMAGE_DEPTH=1"):
        load_pilot(write(Transforms(GREY_AND_BACK)), camera_shape=(120, 160, 1))


@pytest.fixture
def own(tmp_path):
    """Settings of a car whose owner wrote a transform."""
    (tmp_path / "invert.py").write_text(CODE)
    step = load_custom(tmp_path / "invert.py", "Invert", None)
    arguments = {"module": step.module, "class_name": step.class_name, "sha256": step.sha256}
    return Transforms([("CUSTOM_INVERT", arguments)]).with_custom({"CUSTOM_INVERT": step})


def test_a_pilot_with_the_owners_code_drives_the_owners_car(write, own, noise):
    frame = noise[:72, :96]
    pilot = load_pilot(write(own), transforms=own)
    plain = load_pilot(write(Transforms()))
    assert pilot.infer(frame) == plain.infer(255 - frame)


@pytest.mark.parametrize("transforms", [None, RESIZE])
def test_a_pilot_with_somebodys_code_drives_no_other_car(write, own, tmp_path, transforms):
    path = write(own)
    (tmp_path / "invert.py").write_text("open('was_run', 'w')")
    with pytest.raises(PilotError, match="trained with CUSTOM_INVERT, Invert of invert.py. Set"):
        load_pilot(path, transforms=transforms)
    assert not list(tmp_path.rglob("was_run"))
