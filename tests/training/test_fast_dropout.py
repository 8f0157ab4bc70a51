"""Dropout with a byte for each activation."""

import numpy as np
import pytest

from donkeycar.keras_backend import import_keras


@pytest.fixture
def fast_dropout():
    import_keras()
    from donkeycar.training import network as fast_dropout

    return fast_dropout


@pytest.mark.parametrize("shape", [(64, 100), (8, 9, 11, 7), (16, 5, 31)])
@pytest.mark.parametrize("rate", [0.2, 0.5])
def test_it_leaves_out_its_share_and_keeps_the_mean(fast_dropout, shape, rate):
    layer = fast_dropout.FastDropout(rate, seed=1)
    left = np.asarray(layer(np.ones(shape, np.float32), training=True))
    assert left.shape == shape
    assert (left == 0).mean() == pytest.approx(rate, abs=0.03)
    assert left.mean() == pytest.approx(1, abs=0.03)
    assert len(np.unique(left)) == 2


def test_every_call_leaves_out_others_and_a_seed_repeats_them_all(fast_dropout):
    ones = np.ones((4, 50), np.float32)
    first, second = (fast_dropout.FastDropout(0.3, seed=5) for _ in range(2))
    shown = [np.asarray(first(ones, training=True)) for _ in range(2)]
    again = [np.asarray(second(ones, training=True)) for _ in range(2)]
    np.testing.assert_array_equal(shown, again)
    assert (shown[0] != shown[1]).any()


def test_a_pilot_that_drives_leaves_nothing_out(fast_dropout):
    ones = np.ones((4, 50), np.float32)
    np.testing.assert_array_equal(fast_dropout.FastDropout(0.5)(ones, training=False), ones)
    np.testing.assert_array_equal(fast_dropout.FastDropout(0.0)(ones, training=True), ones)


def test_the_twin_is_the_same_network(fast_dropout):
    keras = import_keras()
    image = keras.Input((6, 6, 3), name="img_in")
    x = keras.layers.Conv2D(4, 3, activation="relu", name="conv")(image)
    x = keras.layers.Dropout(0.2, seed=3, name="left_out")(x)
    x = keras.layers.Flatten()(x)
    outputs = {name: keras.layers.Dense(1, name=f"out_{name}")(x) for name in ("angle", "throttle")}
    model = keras.Model(image, outputs)
    twin = fast_dropout.with_fast_dropout(model)
    frames = np.random.default_rng(0).random((5, 6, 6, 3), np.float32)
    mine, theirs = model.predict_on_batch(frames), twin.predict_on_batch(frames)
    for name, answer in mine.items():
        np.testing.assert_array_equal(answer, theirs[name])
    assert type(twin.get_layer("left_out")) is fast_dropout.FastDropout
    assert twin.get_layer("left_out").rate == 0.2
