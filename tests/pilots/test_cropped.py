"""Pilots that learnt from frames of which donkeycar 3 had cut rows off."""

import json
import logging
import re

import numpy as np
import pytest

from donkeycar.assembly.transforms import transforms_from
from donkeycar.config import Config
from donkeycar.conversion.convert import convert_model
from donkeycar.conversion.describe import ConversionRequest
from donkeycar.errors import PilotError
from donkeycar.pilots import load_pilot
from donkeycar.pilots.transform import Transforms
from donkeycar.settings.schema import SETTINGS

CAMERA = (120, 160, 3)


@pytest.fixture(scope="module")
def litert(keras):
    """A network for frames of some size: how bright they are at the top, and at the bottom."""
    import tensorflow as tf

    from donkeycar.keras_backend import muffled

    def litert(height, width, channels=3):
        def drive(image):
            rows = tf.reduce_mean(image, axis=(2, 3))
            return {"angle": rows[:, :1], "throttle": rows[:, -1:]}

        spec = tf.TensorSpec((1, height, width, channels), "float32", "img_in")
        concrete = tf.function(drive, input_signature=[spec]).get_concrete_function()
        with muffled():
            return tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()

    return litert


@pytest.fixture(scope="module")
def cropped(litert):
    """For frames of which 40 rows were cut off."""
    return litert(80, 160)


def car(**own):
    defaults = {name: setting.default for name, setting in SETTINGS.items()}
    return transforms_from(Config({**defaults, **own}))


def striped(*bright):
    """A black frame with some bright rows."""
    frame = np.zeros(CAMERA, np.uint8)
    frame[list(bright)] = 255
    return frame


def told(caplog):
    ours = [record for record in caplog.records if record.name.startswith("donkeycar")]
    return [record.getMessage() for record in ours]


def bare(tmp_path, content):
    path = tmp_path / "cropped.tflite"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("own", [{}, {"TRANSFORMATIONS": ("CROP",)}])
def test_what_the_settings_cut_is_cut_when_only_that_suits(tmp_path, cropped, caplog, own):
    """Before, IMAGE_H=80 was advised: the pilot drove with a squeezed picture."""
    path = bare(tmp_path, cropped)
    with caplog.at_level(logging.WARNING):
        pilot = load_pilot(
            path, type="linear", camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=40, **own)
        )
    assert pilot.input_shape == CAMERA
    assert pilot.infer(striped(39)) == pytest.approx((0, 0), abs=1e-6)
    assert pilot.infer(striped(40)) == pytest.approx((1, 0), abs=1e-6)
    assert pilot.infer(striped(119)) == pytest.approx((0, 1), abs=1e-6)
    [said] = told(caplog)
    assert said == (
        "cropped.tflite takes frames of 160x80 pixels in colour: what ROI_CROP_TOP=40 says is cut "
        "off, as donkeycar 3 did"
    )


def test_rows_at_the_bottom_and_columns_as_well(tmp_path, litert):
    path = bare(tmp_path, litert(80, 150))
    own = car(ROI_CROP_TOP=10, ROI_CROP_BOTTOM=30, ROI_CROP_LEFT=4, ROI_CROP_RIGHT=6)
    pilot = load_pilot(path, type="linear", camera_shape=CAMERA, transforms=own)
    assert pilot.infer(striped(10)) == pytest.approx((1, 0), abs=1e-6)
    assert pilot.infer(striped(89)) == pytest.approx((0, 1), abs=1e-6)


def test_a_grey_car_cuts_grey_frames(tmp_path, litert):
    path = bare(tmp_path, litert(80, 160, 1))
    own = car(ROI_CROP_TOP=40, IMAGE_DEPTH=1)
    pilot = load_pilot(path, type="linear", camera_shape=(120, 160, 1), transforms=own)
    assert pilot.infer(striped(40)) == pytest.approx((1, 0), abs=1e-2)


def test_other_commands_cut_without_knowing_the_camera(tmp_path, cropped):
    path = bare(tmp_path, cropped)
    pilot = load_pilot(path, type="linear", transforms=car(ROI_CROP_TOP=40))
    assert pilot.input_shape == CAMERA
    assert load_pilot(path, type="linear").input_shape == (80, 160, 3)


def test_a_network_for_whole_frames_is_not_cut(tmp_path, litert, caplog):
    path = bare(tmp_path, litert(*CAMERA[:2]))
    pilot = load_pilot(path, type="linear", camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=40))
    assert pilot.infer(striped(0)) == pytest.approx((1, 0), abs=1e-6)
    assert told(caplog) == []


@pytest.mark.parametrize("top", [0, 30, 50, 300])
def test_else_cropping_is_named_and_another_image_size_is_not(tmp_path, cropped, top):
    path = bare(tmp_path, cropped)
    with pytest.raises(PilotError, match="probably trained on frames cut by ROI_CROP_TOP") as error:
        load_pilot(path, type="linear", camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=top))
    assert "40 rows together" in str(error.value)
    assert "IMAGE_H=" not in str(error.value)
    # What it advises is what drives.
    rows = int(re.search(r"(\d+) rows together", str(error.value))[1])
    own = car(ROI_CROP_TOP=rows)
    assert (
        load_pilot(path, type="linear", camera_shape=CAMERA, transforms=own).input_shape == CAMERA
    )


def test_a_smaller_picture_of_another_shape_is_no_cut(tmp_path, litert):
    path = bare(tmp_path, litert(60, 80))
    with pytest.raises(PilotError, match="Set IMAGE_W=80, IMAGE_H=60"):
        load_pilot(path, type="linear", camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=40))


def test_a_converted_pilot_is_cut_as_well_and_its_probe_still_asked(tmp_path, cropped):
    """Nobody knows which frames it was given: its sidecar says what the network takes."""
    old = bare(tmp_path, cropped)
    files, info = convert_model(ConversionRequest(old, "linear"), tmp_path / "theirs_v1.2")
    assert info.camera_shape == (80, 160, 3)
    pilot = load_pilot(files.litert, camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=40))
    assert pilot.input_shape == CAMERA
    assert pilot.infer(striped(40)) == pytest.approx((1, 0), abs=1e-6)
    with pytest.raises(PilotError, match="probably trained on frames cut by ROI_CROP_TOP"):
        load_pilot(files.litert, camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=0))
    assert load_pilot(files.litert, camera_shape=(80, 160, 3)).input_shape == (80, 160, 3)
    content = json.loads(files.sidecar.read_text())
    content["probe"]["answers"] = [[9.0, 9.0]] * len(content["probe"]["answers"])
    files.sidecar.write_text(json.dumps(content))
    with pytest.raises(PilotError, match="does not answer here as it did"):
        load_pilot(files.litert, camera_shape=CAMERA, transforms=car(ROI_CROP_TOP=40))


def test_cut_may_be_chosen_for_pilots_of_ones_own():
    cut = car(TRANSFORMATIONS=("CUT",), ROI_CROP_TOP=40, ROI_CROP_RIGHT=10)
    assert cut.output_shape(CAMERA) == (80, 150, 3)
    assert cut(striped(40))[0].min() == 255
    assert Transforms.from_json(cut.to_json()).output_shape(CAMERA) == (80, 150, 3)


@pytest.mark.parametrize(
    ("type", "said"),
    [
        (None, "does not say what kind of pilot it is: cropped.json is not beside it. Copy that .* "
               "or add --type. Its inputs and outputs are those of --type linear or efficient"),
        ("categorical", "Was it trained as another type. Its inputs and outputs are those of "
                        "--type linear or efficient"),
        ("memory", "Its inputs and outputs are those of --type linear or efficient"),
        ("rnn", "Its inputs and outputs are those of --type linear or efficient"),
    ],
)  # fmt: skip
def test_a_lost_or_wrong_type_is_answered_with_those_that_fit(tmp_path, cropped, type, said):
    path = bare(tmp_path, cropped)
    with pytest.raises(PilotError, match=said) as error:
        load_pilot(path, type=type)
    # Each of them drives.
    for name in re.search(r"--type (.*)\.$", str(error.value))[1].split(" or "):
        load_pilot(path, type=name)


def test_a_pilot_whose_sidecar_lost_its_type_has_a_way_on(tmp_path, cropped):
    """Before, --type was advised and refused, and convertmodel called it a pilot already."""
    files, _ = convert_model(
        ConversionRequest(bare(tmp_path, cropped), "linear"), tmp_path / "theirs"
    )
    content = json.loads(files.sidecar.read_text())
    for broken in ({**content, "type": None}, {**content, "type": "resnet18"}, []):
        files.sidecar.write_text(json.dumps(broken))
        with pytest.raises(PilotError, match="or move it away, and add --type"):
            load_pilot(files.litert, type="linear")
        with pytest.raises(PilotError, match="if theirs.json is damaged, move that away first"):
            convert_model(ConversionRequest(files.litert, "linear"), tmp_path / "again")
    files.sidecar.rename(tmp_path / "away")
    assert load_pilot(files.litert, type="linear").kind.name == "linear"
    convert_model(ConversionRequest(files.litert, "linear"), tmp_path / "again")
