"""What is judged and kept is the mean of the weights; what learns is not touched."""

import keras
import numpy as np
import pytest

from donkeycar.training.epochs.averaging import HORIZON_EPOCHS, Average, PutBack

STEPS = 6


class Spy(keras.callbacks.Callback):
    """Notes the weights after every step, and what an epoch ends with."""

    def __init__(self):
        super().__init__()
        self.after_step, self.at_end, self.at_begin = [], [], []

    def on_epoch_begin(self, epoch, logs=None):
        self.at_begin.append(self.model.get_weights())

    def on_train_batch_end(self, batch, logs=None):
        self.after_step.append(self.model.get_weights())

    def on_epoch_end(self, epoch, logs=None):
        self.at_end.append((self.model.get_weights(), logs["val_loss"]))


@pytest.fixture(scope="module")
def watched():
    """Three epochs of a single unit; returns the spy, the average and the network."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(STEPS * 4, 2)).astype(np.float32)
    y = (x @ [[1.0], [-2.0]]).astype(np.float32)
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1), "mse")
    spy, average = Spy(), Average(STEPS)
    model.fit(
        x, y, batch_size=4, epochs=3, verbose=0, validation_data=(x, y),
        callbacks=[average, spy, PutBack(average)],
    )  # fmt: skip
    return spy, average, model, (x, y)


def test_an_epoch_ends_with_the_mean_of_the_weights(watched):
    spy, *_ = watched
    share = 1 / (1 + HORIZON_EPOCHS * STEPS)
    mean = np.zeros((2, 1))
    for step, weights in enumerate(spy.after_step, start=1):
        mean += max(share, 1 / step) * (weights[0] - mean)
        if step % STEPS == 0:
            kept = spy.at_end[step // STEPS - 1][0][0]
            np.testing.assert_allclose(kept, mean, atol=1e-6)
            assert not np.allclose(kept, weights[0], atol=1e-4)


def test_the_mean_is_what_was_validated(watched):
    spy, _, model, (x, y) = watched
    last = model.get_weights()
    weights, judged = spy.at_end[0]
    model.set_weights(weights)
    assert model.evaluate(x, y, verbose=0) == pytest.approx(judged, rel=1e-5)
    model.set_weights(last)


def test_it_goes_on_learning_with_the_weights_of_the_last_step(watched):
    spy, _, model, _ = watched
    for epoch in (1, 2):
        for before, after in zip(
            spy.after_step[epoch * STEPS - 1], spy.at_begin[epoch], strict=True
        ):
            np.testing.assert_array_equal(before, after)
    np.testing.assert_array_equal(model.get_weights()[0], spy.after_step[-1][0])


def test_it_goes_on_from_what_was_kept(watched):
    _, average, model, _ = watched
    resumed = Average(STEPS)
    resumed.restore(average.mean, average.steps)
    kept = Average(STEPS)
    kept.restore([mean.copy() for mean in average.mean], average.steps)
    for one in (resumed, kept):
        one.set_model(model)
    model.set_weights([weight + 1 for weight in model.get_weights()])
    resumed.on_train_batch_end(0)
    assert resumed.steps == average.steps + 1
    np.testing.assert_array_equal(kept.mean[0], average.mean[0])
    assert not np.allclose(resumed.mean[0], average.mean[0])
