"""Words of Keras 2 that Keras 3 does not know, or takes for something else."""

import copy
import json

import numpy as np
import pytest

from donkeycar.conversion.adapt import as_pilot
from donkeycar.conversion.read import read_network
from donkeycar.conversion.translate import other_meaning, to_keras_3
from donkeycar.errors import PilotError
from tests.conversion.networks import SHAPE, answers, graph, image, layer, linear, write_h5

# As TensorFlow 1.13 to 2.1 wrote what a layer is made with.
OLD_PARTS = {
    "kernel_initializer": {
        "class_name": "VarianceScaling",
        "config": {
            "scale": 1.0, "mode": "fan_avg", "distribution": "uniform", "seed": None,
            "dtype": "float32",
        },
    },
    "bias_initializer": {"class_name": "Zeros", "config": {"dtype": "float32"}},
    "kernel_regularizer": {"class_name": "L1L2", "config": {"l1": 0.0, "l2": 0.001}},
    "kernel_constraint": {"class_name": "MaxNorm", "config": {"max_value": 9.0, "axis": 0}},
}  # fmt: skip


def of_2019():
    """A plain linear pilot of donkeycar 3 with TensorFlow 1.13."""
    config = linear()
    for one in config["config"]["layers"]:
        if one["class_name"] == "Dense":
            one["config"].update(copy.deepcopy(OLD_PARTS))
    config["class_name"] = "Model"
    return config


@pytest.fixture
def frames():
    return np.random.default_rng(3).integers(0, 256, (6, *SHAPE), dtype=np.uint8)


def read(path, workdir, frames):
    """What a pilot made of it answers, and what Keras 3 has no words for."""
    found = read_network(path, workdir)
    model, kind = as_pilot(found.model)
    assert kind.name == "linear"
    given = model.predict_on_batch(frames)
    return np.concatenate([given["angle"], given["throttle"]], axis=1), found.why_old


@pytest.mark.parametrize("name", ["theirs.h5", "theirs", "theirs_v1.2", "theirs.keras"])
def test_what_is_nested_in_layers_is_translated_too(keras, tmp_path, frames, name):
    """Before, only a .tflite came out of it, without a word. Its name does not matter."""
    path = write_h5(tmp_path / "x.h5", of_2019()).rename(tmp_path / name)
    given, why_old = read(path, tmp_path, frames)
    np.testing.assert_allclose(given, answers(frames), atol=1e-5)
    assert why_old == ""


@pytest.mark.parametrize(
    ("dtype", "plain"),
    [
        ("float32", "float32"),
        ({"class_name": "Policy", "config": {"name": "float32"}}, "float32"),
        ({"class_name": "Policy", "config": {}}, "float32"),
    ],
)
def test_kinds_of_numbers_of_2_1_to_2_3(keras, dtype, plain):
    config = of_2019()
    for one in config["config"]["layers"][1:]:
        one["config"]["dtype"] = dtype
    layers = to_keras_3(config)["config"]["layers"]
    assert {one["config"]["dtype"] for one in layers} == {plain}


def test_a_penalty_that_keras_3_does_not_have_is_not_passed_over(keras):
    config = of_2019()
    config["config"]["layers"][-1]["config"]["kernel_regularizer"]["config"]["l3"] = 0.5
    with pytest.raises(PilotError, match="Keras 3 has no .'l3': 0.5. in L1L2"):
        to_keras_3(config)
    # How weights began does not matter.
    config = of_2019()
    config["config"]["layers"][-1]["config"]["kernel_initializer"]["config"]["old"] = 0.5
    to_keras_3(config)


def test_arguments_with_another_name(keras):
    leaky = layer("LeakyReLU", "leaky", ["img_in"], alpha=0.07)
    [one] = [
        one["config"]
        for one in to_keras_3(linear(between=[leaky]))["config"]["layers"]
        if one["class_name"] == "LeakyReLU"
    ]
    assert one["negative_slope"] == 0.07
    assert "alpha" not in one


def test_separable_layers_had_arguments_that_they_never_used(keras):
    parts = {
        f"{part}_initializer": OLD_PARTS["kernel_initializer"] for part in ("kernel", "depthwise")
    }
    one = layer(
        "SeparableConv2D", "separable", ["img_in"], filters=2, kernel_size=[3, 3], **parts,
        kernel_regularizer=None, kernel_constraint=None,
    )  # fmt: skip
    assert (
        "kernel_initializer" not in json.dumps(to_keras_3(linear(between=[one]))).split("Dense")[0]
    )


def test_a_word_with_another_meaning_is_not_believed(keras, tmp_path, frames):
    """Before, Keras 3 opened it and answered with another function."""
    sigmoid = layer("Activation", "gate", ["img_in"], activation="hard_sigmoid")
    config = linear(between=[sigmoid])
    assert other_meaning(config) == "hard_sigmoid"
    found = read_network(write_h5(tmp_path / "theirs.h5", config), tmp_path)
    assert found.why_old == "hard_sigmoid means something else in Keras 3"
    scaled = frames.astype(np.float32) / 255
    mine = np.concatenate(found.model.predict_on_batch(scaled), axis=1)
    # As Keras 2 defines it: see `answers` for the dense layers behind it.
    gated = np.clip(0.2 * scaled + 0.5, 0, 1)
    np.testing.assert_allclose(mine, answers(gated * 255), atol=1e-4)


def test_keras_3_keeps_its_own_meaning():
    new = graph([image()], ["img_in"], ["img_in"])
    new["config"]["layers"][0]["config"] = {"batch_shape": [None, *SHAPE], "name": "img_in"}
    new["config"]["layers"].append(layer("Activation", "x", activation="hard_sigmoid"))
    assert other_meaning(new) == ""
    assert other_meaning(linear()) == ""


def test_frames_of_any_size_are_no_frames_of_a_car(keras, tmp_path):
    """Before, such a pilot was for frames of 1x1 pixels."""
    x = given = keras.Input((None, None, 3), name="img_in")
    x = keras.layers.GlobalAveragePooling2D()(keras.layers.Conv2D(2, 3)(x))
    model = keras.Model(given, [keras.layers.Dense(1, name=f"n_outputs{n}")(x) for n in (0, 1)])
    with pytest.raises(
        PilotError, match=r"frames of one size.*Received: .None, None, 3..*fixed input"
    ):
        as_pilot(model)
