"""What the settings of a car do to a frame, the owner's own code included."""

import re

import numpy as np
import pytest

from donkeycar.assembly.camera import add_camera, make_world
from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError, PilotError
from donkeycar.management.createcar import create_car
from donkeycar.pilots.transform import TRANSFORMS, Transforms
from donkeycar.settings.rows.pictures import STEPS
from donkeycar.settings.schema import SETTINGS
from donkeycar.testing import FakeClock
from donkeycar.vehicle import Vehicle

STRETCH = """
class Stretch:
    def __init__(self, config):
        self.top = config.ROI_CROP_TOP

    def run(self, image):
        image[: self.top] = 255
        return image
"""
MINE = """
TRANSFORMATIONS = ["CUSTOM_STRETCH"]
CUSTOM_STRETCH_MODULE = "stretch.py"
CUSTOM_STRETCH_CLASS = "Stretch"
ROI_CROP_TOP = 10
"""


def settings(**values):
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return Config({**defaults, **values})


@pytest.fixture
def car(tmp_path):
    """Make a car whose owner wrote a transform."""

    def car(mine=MINE, code=STRETCH, name="car"):
        folder = tmp_path / name
        create_car(folder)
        with (folder / "myconfig.py").open("a") as own:
            own.write(mine)
        (folder / "stretch.py").write_text(code)
        return folder

    return car


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 255, (120, 160, 3), dtype=np.uint8)


def test_every_name_of_the_settings_is_a_transform():
    assert set(STEPS) == set(TRANSFORMS)


@pytest.mark.parametrize(
    ("names", "steps"),
    [
        ((), []),
        (
            ("CROP",),
            [{"name": "CROP", "top_px": 45, "bottom_px": 0, "left_px": 0, "right_px": 0}],
        ),
        (("RGB2GRAY",), [{"name": "RGB2GRAY"}]),
        (
            ("TRAPEZE",),
            [
                {
                    "name": "TRAPEZE", "upper_left_px": 20, "upper_right_px": 140,
                    "lower_left_px": 0, "lower_right_px": 160, "top_px": 60, "bottom_px": 120,
                }
            ],
        ),
        (("CANNY",), [{"name": "CANNY", "low": 60, "high": 110, "aperture_px": 3}]),
        (
            ("BLUR", "SCALE"),
            [
                {"name": "BLUR", "kernel_px": 5, "kernel_y_px": None, "gaussian": True},
                {"name": "SCALE", "width_factor": 1.0, "height_factor": None},
            ],
        ),
        (("RESIZE",), [{"name": "RESIZE", "width_px": 160, "height_px": 120}]),
    ],
)  # fmt: skip
def test_transforms_follow_the_settings(names, steps):
    assert transforms_from(settings(TRANSFORMATIONS=names)).to_json() == steps


def test_post_transformations_come_after_augmentation():
    cfg = settings(TRANSFORMATIONS=("CROP",), POST_TRANSFORMATIONS=("CANNY",), ROI_CROP_TOP=10)
    transforms = transforms_from(cfg)
    assert [step["name"] for step in transforms.before.to_json()] == ["CROP"]
    assert transforms.to_json()[1] == {
        "name": "CANNY", "low": 60, "high": 110, "aperture_px": 3, "post": True,
    }  # fmt: skip


def test_a_grey_camera_gives_the_network_one_channel():
    transforms = transforms_from(settings(IMAGE_DEPTH=1, TRANSFORMATIONS=("CROP",)))
    assert transforms.output_shape((120, 160, 3)) == (120, 160, 1)


@pytest.mark.parametrize("camera", ["MOCK", "SIM"])
@pytest.mark.parametrize("depth", [1, 3])
def test_the_camera_of_a_grey_car_takes_the_colour_out(camera, depth):
    cfg = settings(CAMERA_TYPE=camera, IMAGE_DEPTH=depth, SIM_TRACK="oval")
    car = Vehicle(clock=FakeClock())
    add_camera(car, cfg, make_world(cfg))
    part = car.entries[0].part
    assert part.grey == (depth == 1)


def test_a_setting_that_does_not_suit_is_named():
    cfg = settings(TRANSFORMATIONS=("BLUR",), BLUR_KERNEL=4)
    message = "BLUR_KERNEL, BLUR_KERNEL_Y, BLUR_GAUSSIAN: The kernel of a blur must be odd"
    with pytest.raises(ConfigError, match=message):
        transforms_from(cfg)


def test_the_owners_code_changes_the_frame(car, frame):
    cfg = load_config(car() / "config.py")
    assert not cfg.notices
    seen = transforms_from(cfg)(frame)
    assert (seen[:10] == 255).all()
    np.testing.assert_array_equal(seen[10:], frame[10:])
    assert frame[:10].min() < 255, "it works on a copy"


def test_it_may_also_come_after_augmentation(car):
    mine = MINE.replace("TRANSFORMATIONS", "POST_TRANSFORMATIONS")
    [step] = transforms_from(load_config(car(mine) / "config.py")).to_json()
    assert (step["name"], step["class_name"], step["post"]) == ("CUSTOM_STRETCH", "Stretch", True)


@pytest.mark.parametrize(
    ("mine", "code", "message"),
    [
        (MINE.replace("stretch.py", "gone.py"), STRETCH, "gone.py cannot be read: No such file"),
        (MINE.replace('"Stretch"', '"Squeeze"'), STRETCH, "stretch.py has no class Squeeze"),
        (MINE, "class Stretch:\n    1 / 0\n", "stretch.py failed: ZeroDivisionError"),
        (MINE, "class Stretch\n", "stretch.py failed: SyntaxError"),
        (MINE, "class Stretch:\n    pass\n", "Stretch.* failed: TypeError"),
        (
            "TRANSFORMATIONS = ['CUSTOM_STRETCH']\n",
            STRETCH,
            "CUSTOM_STRETCH needs CUSTOM_STRETCH_MODULE, the file of its code, and",
        ),
    ],
)
def test_what_is_wrong_with_it_is_one_sentence(car, mine, code, message):
    with pytest.raises(ConfigError, match=message) as error:
        transforms_from(load_config(car(mine, code) / "config.py"))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "body", ["None", "image[:, :, :2]", "image / 255", "image[:0]", "'a picture'", "image[0, 0, 0]"]
)
def test_what_it_returns_must_be_an_image(car, frame, body):
    code = (
        f"class Stretch:\n    def __init__(self, c): pass\n    def run(self, image): return {body}"
    )
    transforms = transforms_from(load_config(car(code=code) / "config.py"))
    with pytest.raises(PilotError, match=r"Stretch.run of stretch.py must return an image"):
        transforms(frame)


def test_its_shape_goes_on_to_the_network(car):
    code = (
        "class Stretch:\n    def __init__(self, c): pass\n"
        "    def run(self, image): return image[40:, :, 0]"
    )
    transforms = transforms_from(load_config(car(code=code) / "config.py"))
    assert transforms.output_shape((120, 160, 3)) == (80, 160, 1)


class TestAPilotsFile:
    """Whoever sends somebody a pilot must not be able to run anything on their car."""

    @pytest.fixture
    def written(self, car):
        return transforms_from(load_config(car() / "config.py")).to_json()

    def test_says_which_code_it_was_and_holds_none(self, written):
        [step] = written
        assert step == {
            "name": "CUSTOM_STRETCH", "module": "stretch.py", "class_name": "Stretch",
            "sha256": step["sha256"],
        }  # fmt: skip
        assert re.fullmatch("[0-9a-f]{64}", step["sha256"])

    def test_starts_nothing_when_it_is_read(self, written, tmp_path, monkeypatch, frame):
        monkeypatch.chdir(tmp_path)
        (tmp_path / "stretch.py").write_text("open('was_run', 'w')\n" + STRETCH)
        written[0]["module"] = str(tmp_path / "stretch.py")
        transforms = Transforms.from_json(written)
        with pytest.raises(PilotError, match="is run only on a car whose settings name it"):
            transforms(frame)
        assert not (tmp_path / "was_run").exists()

    def test_drives_with_the_same_code_of_this_car(self, written, car, frame):
        own = transforms_from(load_config(car(name="other") / "config.py"))
        transforms = Transforms.from_json(written).with_custom(own.custom)
        np.testing.assert_array_equal(transforms(frame), own(frame))

    def test_does_not_drive_a_car_whose_owner_did_not_name_it(self, written):
        message = (
            "trained with CUSTOM_STRETCH, Stretch of stretch.py. Set CUSTOM_STRETCH_MODULE and "
            "CUSTOM_STRETCH_CLASS in myconfig.py"
        )
        with pytest.raises(PilotError, match=message):
            Transforms.from_json(written).with_custom({})

    def test_does_not_drive_with_changed_code(self, written, car):
        own = transforms_from(load_config(car(code=STRETCH + "# 2", name="new") / "config.py"))
        with pytest.raises(PilotError, match="another CUSTOM_STRETCH than .* or train again"):
            Transforms.from_json(written).with_custom(own.custom)

    @pytest.mark.parametrize(
        "change",
        [{"module": 3}, {"sha256": None}, {"class_name": ["a"]}, {"code": "1"}, {"post": "yes"}],
    )
    def test_with_nonsense_is_refused(self, written, change):
        with pytest.raises(PilotError):
            Transforms.from_json([{**written[0], **change}])
