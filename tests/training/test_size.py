"""How large a pilot may be is known before it is trained, and to everybody in the same words."""

import json
import re
from pathlib import Path

import pytest

from donkeycar.errors import PilotError, TrainingError
from donkeycar.pilots.files import litert_file
from donkeycar.pilots.files.keras_check import check_config
from donkeycar.pilots.files.litert_file import MAX_BYTES, read_litert
from donkeycar.pilots.kinds.registry import PILOT_TYPES
from donkeycar.pilots.transform import Transforms
from donkeycar.training import TrainingOptions, train
from donkeycar.training.folds import train_folds
from donkeycar.training.records.found import found_options
from donkeycar.training.records.recordings import gather
from donkeycar.training.size import check_size, litert_bytes


@pytest.fixture(scope="module")
def keras():
    from donkeycar.keras_backend import import_keras

    return import_keras()


@pytest.fixture
def vga(record_tub, bends):
    """A camera of 640x480."""
    return record_tub("vga", bends(30), shape=(480, 640, 3))


def test_a_pilot_that_no_car_opens_is_not_trained(keras, vga, tmp_path):
    """Before, training ended with 'Next: drive', and drive refused its 99.7 MB."""
    said = "at most 50 MB. Received: type linear for frames of 640x480.*, which makes 100 MB"
    with pytest.raises(TrainingError, match=said) as error:
        train([vga], tmp_path / "models" / "pilot.keras", epochs=1)
    with pytest.raises(TrainingError, match=said):
        train_folds([vga], tmp_path / "folds", k=2, epochs=1)
    assert list((tmp_path / "models").iterdir()) == []
    # What it advises is what is taken.
    width, height = map(int, re.findall(r"RESIZE_(?:WIDTH|HEIGHT)=(\d+)", str(error.value)))
    assert (width, height) == (320, 240)
    resize = Transforms([("RESIZE", {"width_px": width, "height_px": height})])
    check_size(gather([vga]), TrainingOptions(transforms=resize))


def test_frames_that_are_made_smaller_already_are_counted_small(keras, vga):
    small = Transforms([("RESIZE", {"width_px": 160, "height_px": 120})])
    check_size(gather([vga]), TrainingOptions(transforms=small))
    check_size(gather([vga]), TrainingOptions(type="rnn"))
    with pytest.raises(TrainingError, match="type efficient for frames of 640x480"):
        check_size(gather([vga]), TrainingOptions(type="efficient"))


def test_the_first_picture_does_not_say_how_large_frames_are(keras, vga, record_tub, bends):
    first = record_tub("first", bends(5))
    with pytest.raises(TrainingError, match="for frames of 640x480"):
        check_size(gather([first, vga]), TrainingOptions())
    most = record_tub("most", bends(40))
    check_size(gather([vga, most]), TrainingOptions())


def test_a_picture_that_cannot_be_read_is_left_to_those_who_read_it(keras, vga):
    for image in vga.rglob("*.jpg"):
        image.write_bytes(b"")
    check_size(gather([vga]), TrainingOptions())


def test_the_size_is_that_of_the_file(trained):
    from donkeycar.pilots.files.keras_file import load_keras

    files = trained[0].files
    length = files.litert.stat().st_size
    needed = litert_bytes(PILOT_TYPES["linear"], load_keras(files.keras))
    assert length <= needed <= length + 100_000


@pytest.mark.parametrize("shape", [(240, 320, 3), (480, 640, 3)])
@pytest.mark.parametrize("name", PILOT_TYPES)
def test_what_may_be_trained_may_be_opened_by_every_other_command(keras, vga, name, shape):
    """A pilot for 320x240 was trained and driven, but --transfer and explain refused its .keras."""
    kind = PILOT_TYPES[name]
    options = found_options(
        kind, {"num_locations": 5} if name == "localizer" else {}, gather([vga])
    )
    model = kind.build(shape, **options)
    if litert_bytes(kind, model) <= MAX_BYTES:
        check_config(json.dumps(json.loads(model.to_json())), Path("pilot.keras"))
    keras.backend.clear_session()


def dense(units, inputs):
    layer = {
        "class_name": "Dense", "config": {"name": "d", "units": units},
        "build_config": {"input_shape": [None, inputs]},
    }  # fmt: skip
    return json.dumps({"class_name": "Functional", "config": {"layers": [layer]}})


def test_a_layer_that_would_fill_the_memory_is_still_refused():
    check_config(dense(100, 250_000), Path("theirs.keras"))
    with pytest.raises(
        PilotError, match="more than 500 MB of weights.*Dense of 50000 for .None, 9"
    ):
        check_config(dense(50_000, 900_000), Path("theirs.keras"))
    with pytest.raises(PilotError, match="No layer of a pilot is larger than 1000000"):
        check_config(dense(1, 2_000_000), Path("theirs.keras"))


def test_whoever_has_too_large_a_file_hears_what_drives(tmp_path, monkeypatch):
    monkeypatch.setattr(litert_file, "MAX_BYTES", 1_000_000)
    path = tmp_path / "vga_0.1.tflite"
    path.write_bytes(b"\0\0\0\0TFL3" + bytes(3_000_000))
    with pytest.raises(PilotError, match=r"at most 1 MB. Received: .*, 3 MB. Train it on smaller"):
        read_litert(path)
    for mark, length in ((".fp16", 1_500_000), (".int8", 750_000)):
        (tmp_path / f"vga_0.1{mark}.tflite").write_bytes(b"\0\0\0\0TFL3" + bytes(length))
    with pytest.raises(PilotError, match=r"Its file .*vga_0.1.int8.tflite is short enough"):
        read_litert(path)
    read_litert(tmp_path / "vga_0.1.int8.tflite")
