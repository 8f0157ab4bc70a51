"""Advice about a model ends somewhere: each command that is advised is run, until one works."""

import re
import shlex
from pathlib import Path

import pytest

from donkeycar.conversion.convert import convert_model
from donkeycar.conversion.describe import ConversionRequest
from donkeycar.errors import PilotError, TrainingError
from donkeycar.management.cli import main
from donkeycar.pilots import load_pilot
from donkeycar.pilots.files.keras_file import check_keras
from donkeycar.training.transfer import check_source
from tests.conversion.networks import SHAPE, layer, linear, write_h5, write_keras
from tests.conversion.test_old_words import of_2019

# What is said where nothing leads on: a sentence that advises no command.
ENDS = (
    "can only drive. If you have the .keras, .h5 or SavedModel that it came from, convert that",
    "it drives, but you cannot train it further",
)
CONVERT = re.compile(r"Make a pilot of it: (.*)$")
TYPES = re.compile(r"--type ([a-z]+)( or |\.)")


def follow(use, path, *, limit=4):
    """Use a model; do what each refusal advises; return what was said, and what worked."""
    said, options = [], {}
    for _ in range(limit):
        try:
            use(path, **options)
            return said, path
        except (PilotError, TrainingError) as error:
            sentence = str(error)
        assert sentence not in said, "advice that leads in a circle"
        said.append(sentence)
        if any(end in sentence for end in ENDS):
            return said, None
        command, kind = CONVERT.search(sentence), TYPES.search(sentence)
        if command:
            words = shlex.split(command[1])
            words = words[words.index("convertmodel") :]
            assert main(words) == 0
            path = Path(words[words.index("--out") + 1])
        elif kind:
            options = {"type": kind[1]}
        else:
            pytest.fail(f"a dead end: {sentence}")
    raise AssertionError(f"no end after {said}")


@pytest.mark.parametrize("make", [write_h5, write_keras], ids=["h5", "keras"])
def test_an_old_pilot_drives_and_is_trained_on_and_looked_into(keras, tmp_path, make):
    """Before: 'Make one with donkey convertmodel', and then 'Copy it from where it was trained'."""
    ending = ".h5" if make is write_h5 else ".keras"
    old = make(tmp_path / f"theirs_v1.2{ending}", of_2019())
    said, pilot = follow(load_pilot, old)
    assert len(said) == 1
    assert load_pilot(pilot).input_shape == SHAPE
    # --transfer, and explain, cnnactivations, makemovie --salient.
    check_source(pilot)
    assert check_keras(pilot.with_name(f"{pilot.name}.int8.tflite")).exists()
    if make is write_h5:
        with pytest.raises(TrainingError, match="convertmodel .*theirs_v1.2.h5.* --trust"):
            check_source(old)


def test_a_bare_tflite_drives_and_says_what_it_cannot_be_used_for(shared_data, tmp_path):
    old = tmp_path / "theirs.tflite"
    old.write_bytes((shared_data / "models" / "linear_pilot3.tflite").read_bytes())
    said, worked = follow(load_pilot, old)
    assert (len(said), worked) == (1, old)
    files, _ = convert_model(ConversionRequest(old, "linear"), tmp_path / "pilot_v1.2")
    for use in (check_source, check_keras):
        said, worked = follow(use, files.litert)
        assert worked is None
        assert "This pilot was made from 'theirs.tflite', which can only drive" in said[0]


def test_what_only_keras_2_can_open_says_so_at_once_and_ever_after(keras, tmp_path, capsys):
    """Before, the .keras was missing without a word."""
    between = layer("TFOpLambda", "tf.math.subtract", function="math.subtract")
    between["inbound_nodes"] = [["img_in", 0, 0, {"y": 0.5, "name": None}]]
    old = write_h5(tmp_path / "theirs.h5", linear(between=[between]))
    out = tmp_path / "pilot"
    assert main(["convertmodel", str(old), "--out", str(out), "--trust"]) == 0
    printed = capsys.readouterr().out
    assert "note: no pilot.keras. Keras 3 cannot express this network (Keras 3 has no " in printed
    assert "it drives, but you cannot train it further (--transfer) or look into it" in printed
    assert load_pilot(out).input_shape == SHAPE
    for use in (check_source, check_keras):
        said, worked = follow(use, out)
        assert (len(said), worked) == (1, None)


def test_shapes_that_a_file_does_not_say_are_seen_when_it_runs(keras, tmp_path):
    """Before, nobody could tell which type such a file was."""
    import tensorflow as tf

    from donkeycar.keras_backend import muffled

    def drive(image):
        rows = tf.cast(tf.reduce_sum(tf.ones_like(image[:, 0, 0, :1])), tf.int32)
        seen = tf.reduce_mean(image)
        return {name: tf.fill(tf.stack([rows, 1]), seen) for name in ("angle", "throttle")}

    spec = tf.TensorSpec((1, *SHAPE), "float32", "img_in")
    concrete = tf.function(drive, input_signature=[spec]).get_concrete_function()
    with muffled():
        content = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
    old = tmp_path / "theirs.tflite"
    old.write_bytes(content)
    _, info = convert_model(ConversionRequest(old), tmp_path / "pilot")
    assert info.type == "linear"


def test_a_file_for_frames_of_any_size_is_refused(keras, tmp_path):
    """Before, it was a pilot for frames of 1x1 pixels."""
    import tensorflow as tf

    from donkeycar.keras_backend import muffled

    def drive(image):
        seen = tf.reduce_mean(image, axis=(1, 2, 3))[:, None]
        return {"angle": seen, "throttle": seen}

    spec = tf.TensorSpec((1, None, None, 3), "float32", "img_in")
    concrete = tf.function(drive, input_signature=[spec]).get_concrete_function()
    with muffled():
        content = tf.lite.TFLiteConverter.from_concrete_functions([concrete]).convert()
    old = tmp_path / "theirs.tflite"
    old.write_bytes(content)
    with pytest.raises(PilotError, match="frames of one size, which its network says"):
        load_pilot(old, type="linear")


@pytest.mark.parametrize("name", ["new.h5", "saved.pb", "run_0.5.onnx"])
def test_the_name_of_a_pilot_to_be_made_is_not_taken_for_a_model(tmp_path, capsys, name):
    """`--out new.h5` was answered by the advice to convert new.h5, which did not exist."""
    old = tmp_path / "old.h5"
    old.write_bytes(b"\x89HDF\r\n\x1a\n")
    assert main(["convertmodel", str(old), "--trust", "--out", str(tmp_path / name)]) == 1
    said = capsys.readouterr().err
    assert f"Use --out {tmp_path / name.rpartition('.')[0]}.keras" in said
    assert "convertmodel" not in said
    assert [file.name for file in tmp_path.iterdir()] == ["old.h5"]
