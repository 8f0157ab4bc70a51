import json

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.keras_backend import muffled
from donkeycar.pilots import PilotInfo, load_pilot
from donkeycar.pilots.files.bundle import PilotFiles, write_bundle
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.pilots.transform import Transforms

SHAPE = (72, 96, 3)


@pytest.fixture
def files(tmp_path, linear_litert, linear_model):
    """A whole pilot in a folder of its own."""
    files = PilotFiles.of(tmp_path / "models" / "mypilot.keras")
    info = PilotInfo(
        "linear", SHAPE, Transforms([("CROP", {"top_px": 30})]), metrics={"validation": {}}
    )
    with muffled():
        write_bundle(files, info, litert={"float32": linear_litert}, save_keras=linear_model.save)
    return files


@pytest.mark.parametrize("name", ["mypilot.keras", "mypilot.tflite", "mypilot.json", "mypilot"])
def test_any_of_its_files_is_enough_to_drive(files, name):
    pilot = load_pilot(files.keras.with_name(name))
    assert pilot.kind.name == "linear"
    assert pilot.input_shape == SHAPE


def test_nothing_but_the_three_files_is_left_behind(files):
    assert {path.name for path in files.keras.parent.iterdir()} == {path.name for path in files}


def test_transforms_come_with_the_pilot(files):
    pilot = load_pilot(files.litert)
    frame = np.random.default_rng(1).integers(0, 256, SHAPE, dtype=np.uint8)
    other_ceiling = frame.copy()
    other_ceiling[:30] = 255 - other_ceiling[:30]
    assert pilot.infer(frame) == pilot.infer(other_ceiling)
    other_floor = frame.copy()
    other_floor[40:] = 0
    assert pilot.infer(frame) != pilot.infer(other_floor)


def test_the_type_may_be_said_again_also_in_the_old_way(files):
    assert load_pilot(files.litert, type="tflite_linear").kind.name == "linear"


def test_a_bare_file_needs_its_type(files):
    files.sidecar.unlink()
    with pytest.raises(PilotError, match="does not say what kind of pilot it is.*--type linear"):
        load_pilot(files.litert)
    assert load_pilot(files.litert, type="linear").input_shape == SHAPE


def test_an_unknown_type_is_answered_with_the_known_ones(files):
    files.sidecar.unlink()
    with pytest.raises(PilotError, match=r"must be one of .*'linear'.*. Received: type='lineal'"):
        load_pilot(files.litert, type="lineal")


def test_weights_alone_do_not_drive(files):
    files.litert.unlink()
    with pytest.raises(PilotError, match="drives with mypilot.tflite.*Copy it from"):
        load_pilot(files.keras)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(PilotError, match="There is no model .*nothing.keras. Run `donkey train`"):
        load_pilot(tmp_path / "nothing.keras")


def test_a_file_that_could_run_code_is_not_opened(tmp_path):
    with pytest.raises(PilotError, match="must end in one of .keras, .tflite, .json"):
        load_pilot(tmp_path / "old.h5")


def test_another_camera_is_refused_before_driving(files):
    with pytest.raises(
        PilotError, match="96x72 pixels in colour, but this car's camera gives 160x120.*IMAGE_W=96"
    ):
        load_pilot(files.litert, camera_shape=(120, 160, 3))


def test_a_frame_of_another_size_is_refused(files):
    with pytest.raises(PilotError, match=r"Received: shape=\(120, 160, 3\), dtype=uint8"):
        load_pilot(files.litert).infer(np.zeros((120, 160, 3), np.uint8))


def test_a_model_that_was_exchanged_alone_is_noticed(files, shared_data):
    files.litert.write_bytes((shared_data / "models" / "linear_pilot3.tflite").read_bytes())
    with pytest.raises(PilotError, match="mypilot.json belongs to another mypilot.tflite"):
        load_pilot(files.keras)


def test_a_pilot_of_another_type_is_refused(shared_data):
    path = shared_data / "models" / "categorical_mysecondpilot.tflite"
    with pytest.raises(PilotError, match="Was it trained as another type"):
        load_pilot(path, type="linear")


def test_a_network_that_answers_nan_may_not_drive(convert, tmp_path):
    model = pilot_type("linear").build(SHAPE)
    model.get_layer("n_outputs0").set_weights([np.full((50, 1), np.nan), np.zeros(1)])
    convert(model, tmp_path / "nan.tflite")
    with pytest.raises(
        PilotError, match="must answer with numbers within 100. Received: angle=nan"
    ):
        load_pilot(tmp_path / "nan.tflite", type="linear")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"format": "other/9"}, "it must say"),
        ({"type": "__import__('os')"}, "must be one of"),
        ({"type": 3}, "type must be text"),
        ({"camera": {"shape": [72, 96]}}, "camera.shape must be"),
        ({"camera": {"shape": [72, 96, 1e9]}}, "camera.shape must be"),
        ({"camera": []}, "camera.shape must be"),
        ({"camera": {"shape": [120, 160, 3]}}, "but the network in mypilot.tflite takes 96x72"),
        ({"transforms": [{"name": "EVAL"}]}, "must be one of"),
        ({"metrics": None}, "metrics must be an object"),
        ({"created_at": "now"}, "created_at must be a number"),
    ],
)
def test_nonsense_in_a_sidecar_is_refused(files, change, message):
    content = json.loads(files.sidecar.read_text())
    files.sidecar.write_text(json.dumps({**content, **change}))
    with pytest.raises(PilotError, match=message):
        load_pilot(files.litert)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, "\x00"])
def test_a_sidecar_that_is_no_json_is_refused(files, text):
    files.sidecar.write_text(text)
    with pytest.raises(PilotError, match="is not the sidecar of a pilot") as refusal:
        load_pilot(files.litert)
    # Two sentences: they ran into each other.
    assert f". Copy {files.sidecar.name} again" in str(refusal.value)
    assert ".. Copy" not in str(refusal.value)


def test_a_full_disk_leaves_the_older_pilot_as_it_was(files, linear_litert):
    before = {path: path.read_bytes() for path in files}

    def full_disk(path):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        write_bundle(
            files,
            PilotInfo("linear", SHAPE),
            litert={"float32": b"new"},
            save_keras=full_disk,
        )
    assert {path: path.read_bytes() for path in files.keras.parent.iterdir()} == before
