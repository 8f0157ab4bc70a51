"""Other people's models become pilots that answer as they did."""

import csv
import json
import re

import h5py
import numpy as np
import pytest
from PIL import Image

from donkeycar.conversion import child
from donkeycar.conversion.adapt import as_pilot
from donkeycar.conversion.convert import convert_model
from donkeycar.conversion.describe import ConversionRequest
from donkeycar.conversion.read import read_network
from donkeycar.conversion.translate import to_keras_3
from donkeycar.errors import PilotError, TrainingError
from donkeycar.management.cli import main
from donkeycar.pilots import load_pilot
from donkeycar.pilots.files.bundle import PilotFiles
from tests.conversion.networks import (
    LINEAR_WEIGHTS,
    SHAPE,
    answers,
    graph,
    image,
    layer,
    linear,
    write_h5,
    write_keras,
)


@pytest.fixture
def frames():
    return np.random.default_rng(3).integers(0, 256, (6, *SHAPE), dtype=np.uint8)


@pytest.fixture
def convert(keras, tmp_path):
    """Do what the converting process does, in this one."""

    def convert(old, **wishes):
        workdir = tmp_path / f"workdir of {old.name}"
        workdir.mkdir()
        request = {"old": str(old), "type": None, "options": {}, "tubs": [], "comment": ""}
        request["seen_through"] = ConversionRequest(old).seen_through()
        child.convert({**request, **wishes}, workdir)
        return PilotFiles.of(workdir / child.NAME)

    return convert


def read(old, workdir):
    """Read a model and make a pilot's network of it, without converting it."""
    return as_pilot(read_network(old, workdir).model)


def said(files, frames, **choice):
    pilot = load_pilot(files.litert, **choice)
    return np.array([pilot.infer(frame) for frame in frames])


@pytest.fixture
def saved_model(tmp_path, keras):
    """A SavedModel of Keras 2, with all that is read of it."""
    import tensorflow as tf

    from tests.conversion.test_hostile_models import metadata

    folder = tmp_path / "theirs.savedmodel"
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(b"a graph that nobody loads")
    config = linear()
    config["config"]["layers"][0]["config"]["batch_input_shape"] = {
        "class_name": "__tuple__", "items": [None, *SHAPE],
    }  # fmt: skip
    (folder / "keras_metadata.pb").write_bytes(metadata(config))
    root = tf.train.Checkpoint()
    for number, (kernel, bias) in enumerate(LINEAR_WEIGHTS.values()):
        part = tf.train.Checkpoint(kernel=tf.Variable(kernel), bias=tf.Variable(bias))
        setattr(root, f"layer_with_weights-{number}", part)
    root.write(str(folder / "variables" / "variables"))
    return folder


def test_a_linear_pilot_of_keras_2_in_each_of_its_formats(convert, saved_model, tmp_path, frames):
    files = convert(write_h5(tmp_path / "theirs.h5", linear()))
    np.testing.assert_allclose(said(files, frames), answers(frames), atol=1e-5)
    for old in (write_keras(tmp_path / "theirs.keras", linear()), saved_model):
        model, kind = read(old, tmp_path)
        given = model.predict_on_batch(frames)
        together = np.concatenate([given["angle"], given["throttle"]], axis=1)
        np.testing.assert_allclose(together, answers(frames), atol=1e-5)
        assert kind.name == "linear"


def test_what_keras_3_cannot_express_keras_2_can(convert, tmp_path, frames, monkeypatch):
    between = layer("TFOpLambda", "tf.math.subtract", function="math.subtract")
    between["inbound_nodes"] = [["img_in", 0, 0, {"y": 0.5, "name": None}]]
    old = write_h5(tmp_path / "theirs.h5", linear(between=[between]))
    files = convert(old)
    kernels = [kernel.sum() for kernel, _ in LINEAR_WEIGHTS.values()]
    np.testing.assert_allclose(
        said(files, frames), answers(frames) - 0.5 * np.array(kernels), atol=1e-4
    )
    assert not files.keras.exists()
    monkeypatch.setitem(__import__("sys").modules, "tf_keras", None)
    again = tmp_path / "again.h5"
    old.rename(again)
    with pytest.raises(PilotError, match=r"-m pip install '/.*\[convert\]', and try again"):
        convert(again)


def as_keras_2(path):
    """Rewrite a file of Keras 3 as Keras 2 would have written it, where they differ."""
    with h5py.File(path, "r+") as file:
        config = json.loads(file.attrs["model_config"])
        for one in config["config"]["layers"]:
            own = one["config"]
            if one["class_name"] == "InputLayer":
                own["batch_input_shape"] = own.pop("batch_shape")
            if one["class_name"] == "LSTM":
                own.update(time_major=False, implementation=2)
            if one["class_name"] == "BatchNormalization":
                own["axis"] = [own["axis"]]
            sources = [
                [*tensor["config"]["keras_history"], {}]
                for node in one["inbound_nodes"]
                for tensor in np.ravel(node["args"])
            ]
            if one["class_name"] == "Concatenate":
                own.pop("axis")
                one["class_name"], own["function"] = "TFOpLambda", "concat"
                sources[0][3]["axis"] = -1
            one["inbound_nodes"] = [sources] if sources else []
        config["config"]["input_layers"] = _places(config["config"]["input_layers"])
        config["config"]["output_layers"] = _places(config["config"]["output_layers"])
        file.attrs["model_config"] = json.dumps(config)
        file.attrs["keras_version"] = "2.15.0"
    return path


def _places(places):
    return [places] if isinstance(places[0], str) else places


def memory_network(keras):
    layers = keras.layers
    picture, memory = keras.Input(SHAPE, name="img_in"), keras.Input((4,), name="mem_in")
    flat = layers.Flatten(name="flattened")(layers.MaxPooling2D(4, name="pool")(picture))
    both = layers.Concatenate(name="tf.concat")([flat, memory])
    heads = [layers.Dense(1, activation="tanh", name=f"n_outputs{n}")(both) for n in (0, 1)]
    return keras.Model([picture, memory], heads)


def rnn_network(keras):
    layers = keras.layers
    pictures = keras.Input((2, *SHAPE), name="img_in")
    flat = layers.TimeDistributed(layers.Flatten(name="inner"), name="each")(pictures)
    last = layers.LSTM(4, name="LSTM_fin")(flat)
    return keras.Model(pictures, layers.Dense(2, name="model_outputs")(last))


def conv3d_network(keras):
    layers = keras.layers
    pictures = keras.Input((2, *SHAPE), name="img_in")
    x = layers.Conv3D(3, (3, 3, 3), (1, 2, 2), padding="same", name="conv")(pictures)
    x = layers.MaxPooling3D((1, 2, 2), name="pool")(x)
    x = layers.BatchNormalization(name="norm")(layers.Flatten(name="flattened")(x))
    return keras.Model(pictures, layers.Dense(2, name="outputs")(x))


def test_a_merge_that_was_no_layer_is_understood(keras, tmp_path, frames, recwarn):
    model = memory_network(keras)
    model.save(tmp_path / "theirs.h5")
    adapted, kind = read(as_keras_2(tmp_path / "theirs.h5"), tmp_path)
    assert kind.name == "memory"
    scaled, memory = frames.astype(np.float32) / 255, np.full((len(frames), 4), 0.5, np.float32)
    given = adapted.predict_on_batch([frames, memory])
    for mine, theirs in zip(given.values(), model.predict_on_batch([scaled, memory]), strict=True):
        np.testing.assert_allclose(mine, theirs, atol=1e-5)


@pytest.mark.parametrize(("make", "name"), [(rnn_network, "rnn"), (conv3d_network, "3d")])
def test_frames_in_a_row_become_what_litert_can_run(
    keras, convert, tmp_path, frames, make, name, recwarn
):
    model = make(keras)
    model.save(tmp_path / "theirs.h5")
    pilot = load_pilot(convert(as_keras_2(tmp_path / "theirs.h5")).litert)
    assert pilot.kind.name == name
    given = pilot.infer(frames[0])
    twice = (frames[:1].astype(np.float32) / 255)[:, None].repeat(2, axis=1)
    assert given == pytest.approx(np.ravel(model.predict_on_batch(twice)), abs=1e-5)


def test_a_pilot_of_our_own_keeps_what_its_sidecar_says(keras, convert, tmp_path, frames):
    from donkeycar.pilots import PilotInfo, pilot_type
    from donkeycar.pilots.transform import Transforms
    from donkeycar.training.export.save import save_pilot

    shape, options = (77, 82, 3), {"throttle_range": [-0.5, 0.7], "network": {"activation": "elu"}}
    crop = Transforms([("CROP", {"top_px": 20})])
    frames = np.random.default_rng(3).integers(0, 256, (4, *shape), dtype=np.uint8)
    files = PilotFiles.of(tmp_path / "mine")
    save_pilot(
        files,
        PilotInfo("categorical", shape, crop, options=options, comment="dry floor"),
        pilot_type("categorical").build(shape, seed=1, **options),
        inputs={"img_in": np.stack([crop(frame) for frame in frames])},
        frames=frames,
        precisions=("float32",),
    )
    again = convert(files.keras)
    np.testing.assert_array_equal(said(again, frames), said(files, frames))
    info = load_pilot(again.litert).info
    assert (info.comment, info.transforms.to_json()) == ("dry floor", crop.to_json())
    assert info.options.items() >= options.items()
    with pytest.raises(PilotError, match="mine.tflite is a pilot already, with .*mine.json"):
        convert_model(ConversionRequest(files.litert), tmp_path / "other")


CROPPED = 'IMAGE_H = 16\nIMAGE_W = 24\nTRANSFORMATIONS = ["CROP"]\nROI_CROP_TOP = 5\n'


def test_what_changed_the_frames_in_training_changes_them_in_the_new_pilot(
    convert, shared_data, tmp_path, frames, capsys
):
    """A conversion used to drop TRANSFORMATIONS of the car: the pilot saw other frames then."""
    from donkeycar.pilots.transform import Transforms

    crop = Transforms([("CROP", {"top_px": 5})])
    request = ConversionRequest(tmp_path, transforms=crop, camera_shape=SHAPE)
    files = convert(
        write_keras(tmp_path / "theirs.keras", linear()), seen_through=request.seen_through()
    )
    cropped = np.stack([crop(frame) for frame in frames])
    np.testing.assert_allclose(said(files, frames), answers(cropped), atol=1e-5)

    config = tmp_path / "config.py"
    config.write_text(CROPPED.replace("16", "120").replace("24", "160"))
    old, out = shared_data / "models" / "linear_pilot3.tflite", tmp_path / "new"
    words = ["convertmodel", str(old), "--out", str(out)]
    assert main([*words, "--config", str(config)]) == 0
    assert f"frames are changed by CROP, as {config} says" in capsys.readouterr().out
    frame = np.random.default_rng(1).integers(0, 256, (120, 160, 3), dtype=np.uint8)
    bare = load_pilot(old, type="linear", transforms=crop)
    assert load_pilot(out).infer(frame) == bare.infer(frame) != load_pilot(
        old, type="linear"
    ).infer(frame)  # fmt: skip


def test_settings_that_are_not_those_of_the_training_are_refused(tmp_path, capsys):
    models = tmp_path / "models"
    models.mkdir()
    old = write_keras(models / "theirs.keras", linear())
    trained = {"TRANSFORMATIONS": ["CROP"], "ROI_CROP_TOP": 45, "ROI_TRAPEZE_LL": 7}
    (models / "database.json").write_text(json.dumps([{"Name": "theirs", "Config": trained}]))
    config = tmp_path / "config.py"
    config.write_text(CROPPED)
    words = ["convertmodel", str(old), "--out", str(models / "new")]
    for more, received in (
        ([], "when TRANSFORMATIONS = .'CROP'., ROI_CROP_TOP = 45. Received: no settings of a car"),
        (["--config", str(config)], "when ROI_CROP_TOP = 45. Received: others from .*config.py"),
    ):
        assert main([*words, *more]) == 1
        assert re.search(received, capsys.readouterr().err)
    assert sorted(path.name for path in models.iterdir()) == ["database.json", "theirs.keras"]


def test_a_conversion_that_would_lose_what_the_pilot_saw_is_refused(tmp_path):
    from donkeycar.pilots.transform import Transforms

    own = {"module": "mine.py", "class_name": "Mine", "sha256": "0" * 64}
    old = write_keras(tmp_path / "theirs.keras", linear())
    request = ConversionRequest(old, transforms=Transforms([("CUSTOM_MINE", own)]))
    with pytest.raises(PilotError, match="code of your own .* Received: CUSTOM_MINE. Its .tflite"):
        convert_model(request, tmp_path / "new")
    h5 = write_h5(tmp_path / "mine.h5", linear())
    (tmp_path / "mine.json").write_text('{"format": "donkeycar-pilot/1"}')
    with pytest.raises(PilotError, match="a model without a sidecar. Received: .*mine.json"):
        convert_model(ConversionRequest(h5), tmp_path / "new", trust=True)


def test_a_word_that_changes_what_a_layer_does_is_not_passed_over(keras):
    config = graph(
        [image(), layer("LSTM", "x", ["img_in"], units=3, time_major=True)], ["img_in"], ["x"]
    )
    with pytest.raises(PilotError, match="Keras 3 has no time_major=True in LSTM"):
        to_keras_3(config)


def test_an_h5_of_somebody_answers_as_its_tflite_and_as_it_was_recorded(
    shared_data, tmp_path, capsys
):
    """The whole way: a word on the command line, a confined process, files that drive."""
    models, images = shared_data / "models", shared_data / "renault_office_v2" / "images"
    out = tmp_path / "new" / "categorical"
    words = ["convertmodel", str(models / "categorical_mysecondpilot.h5"), "--out", str(out)]
    assert main(words) == 1
    assert "add --trust" in capsys.readouterr().err
    assert not out.parent.exists()
    assert main([*words, "--trust", "--tub", str(shared_data / "renault_office_v2")]) == 0
    printed = capsys.readouterr().out
    assert "a categorical pilot for frames of 160x120 pixels in colour" in printed
    names = ["keras", "tflite", "fp16.tflite", "int8.tflite", "json"]
    assert [f"wrote {out}.{name}" in printed for name in names] == [True] * 5

    pilot = load_pilot(out)
    int8 = load_pilot(out, precision="int8")
    bare = load_pilot(models / "categorical_mysecondpilot.tflite", type="tflite_categorical")
    golden = models / "expected_categorical_mysecondpilot_on_renault_office_v2.csv"
    same = far = 0
    with golden.open() as file:
        for row in csv.DictReader(file):
            frame = np.asarray(Image.open(images / row["image"]))
            given = pilot.infer(frame)
            assert given == pytest.approx(bare.infer(frame), abs=1e-6)
            wanted = int(row["angle_argmax"]) / 7 - 1, int(row["throttle_argmax"]) / 20 * 0.8
            same += np.allclose(given, wanted, atol=0.02)
            far += abs(int8.infer(frame)[0] - given[0]) > 0.5 / 7
    assert same >= 38, "of 40; the two bins of a tie are told apart by the JPEG decoder"
    assert far <= 8, "a choice of bins falls the other way where two are nearly as likely"


def test_a_bare_tflite_becomes_a_pilot_that_says_what_it_is(shared_data, tmp_path):
    old = shared_data / "models" / "linear_pilot3.tflite"
    files, info = convert_model(ConversionRequest(old), tmp_path / "theirs")
    assert (info.type, info.camera_shape, set(info.variants)) == (
        "linear", (120, 160, 3), {"float32"},
    )  # fmt: skip
    assert files.litert.read_bytes() == old.read_bytes()
    assert not files.keras.exists()
    frame = np.full((120, 160, 3), 90, np.uint8)
    assert load_pilot(files.litert).infer(frame) == load_pilot(old, type="linear").infer(frame)


def test_a_pilot_that_is_there_already_stays(shared_data, tmp_path):
    (tmp_path / "mine.json").write_text("{}")
    with pytest.raises(PilotError, match="There is .*mine.json already. Choose another name"):
        convert_model(
            ConversionRequest(shared_data / "models" / "linear_pilot3.tflite"),
            tmp_path / "mine.keras",
        )


def test_recordings_must_suit_the_pilot(shared_data, tmp_path):
    request = ConversionRequest(
        shared_data / "models" / "linear_pilot3.tflite", tubs=[shared_data / "sim_usi_v1"]
    )
    with pytest.raises(TrainingError, match="frames of 160x120 .* recordings have 224x224"):
        convert_model(request, tmp_path / "theirs")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("word", "message"), [("throttle", "must be NAME=VALUE"), ("colour=3", "options of a pilot")]
)
def test_options_that_no_pilot_has(shared_data, tmp_path, capsys, word, message):
    old = str(shared_data / "models" / "linear_pilot3.tflite")
    assert main(["convertmodel", old, "--out", str(tmp_path / "x"), "--option", word]) == 1
    assert message in capsys.readouterr().err
