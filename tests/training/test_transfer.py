"""Beginning with the weights of another pilot."""

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.keras_backend import import_keras, muffled
from donkeycar.training.transfer import transfer


def network(units=4, *, name="hidden", scale=1 / 127.5):
    keras = import_keras()
    image = keras.Input((4, 4, 3), dtype="uint8", name="img_in")
    x = keras.layers.Rescaling(scale, offset=-1, name="scale")(image)
    x = keras.layers.Flatten(name="flattened")(x)
    x = keras.layers.Dense(units, name=name)(x)
    x = keras.layers.Dropout(0.1, name="dropout")(x)
    outputs = {"angle": keras.layers.Dense(1, name="n_outputs0")(x)}
    return keras.Model(image, outputs)


@pytest.fixture
def source(tmp_path):
    """A pilot to begin with, and its weights."""

    def save(*args, **settings):
        model = network(*args, **settings)
        with muffled():
            model.save(tmp_path / "other.keras")
        return tmp_path / "other.keras", model.get_weights()

    return save


def test_layers_of_the_same_name_and_shape_take_over(source):
    path, weights = source()
    said, model = [], network()
    transfer(model, path, say=said.append)
    for mine, theirs in zip(model.get_weights(), weights, strict=True):
        np.testing.assert_array_equal(mine, theirs)
    assert said == [f"2 layers begin with the weights of {path}"]


def test_layers_that_do_not_fit_are_named(source):
    path, _ = source(6, name="hidden")
    with pytest.raises(
        TrainingError, match=r"where nothing fits: hidden \(48x6 there, 48x4 here\)"
    ):
        transfer(network(), path, say=print)
    path, weights = source(4, name="another")
    said, model = [], network()
    transfer(model, path, say=said.append)
    assert said[1] == (
        "these begin with random weights, because they do not fit: hidden (not there)"
    )
    np.testing.assert_array_equal(model.get_weights()[2], weights[2])


def test_another_scaling_is_said(source):
    path, _ = source(scale=1 / 255)
    said = []
    transfer(network(), path, say=said.append)
    assert "scales pictures differently" in said[-1]


def test_only_the_last_layers_learn(source):
    path, _ = source()
    said, model = [], network()
    transfer(model, path, layers_to_train=2, say=said.append)
    assert said[-1] == "only these layers learn: n_outputs0"
    assert [weight.path for weight in model.trainable_weights] == [
        "n_outputs0/kernel",
        "n_outputs0/bias",
    ]


def test_there_must_be_so_many_layers(source):
    path, _ = source()
    with pytest.raises(TrainingError, match="This network has 6 layers; .* Received: 7"):
        transfer(network(), path, layers_to_train=7, say=print)


def test_a_layer_that_was_never_trained_is_not_kept(source):
    path, _ = source(name="another")
    with pytest.raises(TrainingError, match="Received: hidden would stay random"):
        transfer(network(), path, layers_to_train=1, say=print)


def test_what_is_no_pilot_is_refused(tmp_path):
    with pytest.raises(TrainingError, match="`--transfer` needs another pilot. There is no "):
        transfer(network(), tmp_path / "nowhere.keras", say=print)
