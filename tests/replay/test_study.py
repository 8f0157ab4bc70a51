"""What a network answers, how wrong that is, and what goes on inside: known values."""

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.replay import Replay
from tests.replay import toys


@pytest.fixture(scope="module")
def ten():
    """Logistic regression of ten points, as Newton's method finds it."""
    import keras

    x, y = toys.TEN_POINTS[:, 0], toys.TEN_LABELS
    slope = shift = 0.0
    for _ in range(20):
        chance = 1 / (1 + np.exp(-(slope * x + shift)))
        spread = chance * (1 - chance)
        steep = [((chance - y) * x).sum() + slope, (chance - y).sum()]
        curve = [
            [(spread * x * x).sum() + 1, (spread * x).sum()],
            [(spread * x).sum(), spread.sum()],
        ]
        slope, shift = np.array([slope, shift]) - np.linalg.solve(curve, steep)
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("sgd", "binary_crossentropy")
    model.set_weights([np.array([[slope]]), np.array([shift])])
    return Replay.from_model(model, toys.TEN_POINTS, toys.TEN_LABELS, name="ten points")


def test_the_ten_points_have_their_known_loss(ten):
    assert ten.study.losses(0).mean() == pytest.approx(toys.TEN_LOSS, abs=5e-5)


def test_the_ten_points_have_their_known_probabilities(ten):
    [output] = ten.study.meanings
    assert ten.study.meanings[output] == "binary"
    chances = ten.study.probabilities(output, ten.study.answers(0)[output])
    known = [0.19, 0.33, 0.47, 0.70, 0.74, 0.81, 0.86, 0.94, 0.97, 0.99]
    assert chances[:, 1] == pytest.approx(known, abs=5e-3)
    assert ten.study.errors(0)[output][0] == pytest.approx(0.19, abs=5e-3)


def test_the_loss_of_ten_points_is_also_what_training_finds(tmp_path):
    import keras

    from donkeycar.replay import ReplayRecorder

    keras.utils.set_random_seed(0)
    penalty = keras.regularizers.L2(0.5 / len(toys.TEN_POINTS))
    dense = keras.layers.Dense(1, activation="sigmoid", kernel_regularizer=penalty)
    model = keras.Sequential([keras.Input((1,)), dense])
    model.compile(keras.optimizers.SGD(2.0, momentum=0.3), "binary_crossentropy", run_eagerly=True)
    model.fit(
        toys.TEN_POINTS, toys.TEN_LABELS, epochs=25, verbose=0,
        callbacks=[ReplayRecorder(tmp_path / "ten.h5", "ten", toys.TEN_POINTS, toys.TEN_LABELS)],
    )  # fmt: skip
    replay = Replay(tmp_path / "ten.h5")
    assert replay.study.losses(25).mean() == pytest.approx(toys.TEN_LOSS, abs=2e-4)
    # Keras adds the penalty to the loss it reports; the histogram is without it.
    slope = replay.model().get_weights()[0].item()
    assert replay.history["loss"][-1] - 0.05 * slope**2 == pytest.approx(toys.TEN_LOSS, abs=2e-4)


def spreads(values):
    """Standard deviations in the five hidden layers."""
    return np.array([part.std() for name, part in values.items() if name.startswith("hidden")])


@pytest.fixture(scope="module")
def tanh_block():
    return Replay.from_model(toys.block("tanh", "glorot_normal"), *toys.ball()).study


def test_tanh_with_glorot_keeps_activations_and_gradients_alike(tanh_block):
    for kind, most in (("activations", 1.6), ("outputs", 1.6), ("gradients", 4.0)):
        found = spreads(tanh_block.values(kind, 0))
        assert len(found) == 5
        assert found.max() / found.min() < most, (kind, found)
    # The kernel of the first layer has ten inputs instead of a hundred; from the second on:
    gradients = spreads(tanh_block.values("gradients", 0))[1:]
    assert gradients[0] / gradients[-1] == pytest.approx(1, abs=0.5)


def test_sigmoid_with_small_weights_loses_the_gradients():
    import keras

    small = keras.initializers.RandomNormal(stddev=0.01)
    study = Replay.from_model(toys.block("sigmoid", small), *toys.ball()).study
    gradients = spreads(study.values("gradients", 0))
    assert (np.diff(np.log10(gradients)) > 0.8).all(), (
        "each layer gets a tenth of the next, or less"
    )
    assert gradients[0] / gradients[-1] < 1e-5


def test_z_values_are_before_the_activation_and_outputs_after_it(tanh_block):
    z, out = tanh_block.values("activations", 0), tanh_block.values("outputs", 0)
    assert list(z) == list(out)
    assert np.tanh(z["hidden_3"]).std() == pytest.approx(out["hidden_3"].std(), rel=0.02)
    kernel, bias = tanh_block.network.at(0).get_layer("hidden_1").get_weights()
    wanted = tanh_block.probe.inputs["input"] @ kernel + bias
    assert np.isin(z["hidden_1"].round(4), wanted.round(4)).mean() > 0.99


def test_weights_are_those_of_the_kernels(moons_replay):
    kernel = moons_replay.model(2).get_layer("eight").get_weights()[0]
    found = moons_replay.study.values("weights", 2)
    assert list(found) == ["eight", "two", "moon"]
    assert np.array_equal(np.sort(found["eight"]), np.sort(kernel.ravel()))


def test_gradients_are_slopes_of_the_mean_loss(moons_replay):
    study = moons_replay.study
    found = study.values("gradients", 3)["moon"]
    model = study.network.at(3)
    weights = model.get_weights()
    for row in range(2):
        losses = []
        for step in (-1e-2, 1e-2):
            moved = [part.copy() for part in weights]
            moved[4][row, 0] += step
            model.set_weights(moved)
            answers = study.network.answers(study.probe.inputs)
            losses.append(float(np.asarray(study._loss(study.probe, answers)).mean()))
        assert found[row] == pytest.approx((losses[1] - losses[0]) / 2e-2, rel=0.02)
    model.set_weights(weights)


def test_losses_are_those_of_keras(moons_replay, pictures_replay, classes_replay):
    points, labels = toys.moons()
    model = moons_replay.model(4)
    model.compile(loss="binary_crossentropy")
    wanted = model.evaluate(points, labels, verbose=0)
    assert moons_replay.study.losses(4).mean() == pytest.approx(wanted, rel=1e-4)

    inputs, targets = toys.pictures()
    answers = pictures_replay.study.answers(2)
    wanted = sum(
        weight * np.mean((answers[name][:, 0] - targets[name]) ** 2)
        for name, weight in (("angle", 1.0), ("throttle", 0.5))
    )
    assert pictures_replay.study.losses(2).mean() == pytest.approx(wanted, rel=1e-4)

    study = classes_replay.study
    [output] = study.meanings
    chances = study.probabilities(output, study.answers(0)[output])
    assert chances.sum(axis=1) == pytest.approx(np.ones(60))
    right = chances[np.arange(60), study.classes(output)]
    assert study.losses(0) == pytest.approx(-np.log(right), rel=1e-4)
    assert study.errors(0)[output] == pytest.approx(1 - right)


def test_errors_of_numbers_are_absolute_differences(pictures_replay):
    _, targets = toys.pictures()
    errors, answers = pictures_replay.study.errors(1), pictures_replay.study.answers(1)
    assert set(errors) == {"angle", "throttle"}
    for name, target in targets.items():
        assert errors[name] == pytest.approx(np.abs(answers[name][:, 0] - target))


def test_layers_of_every_kind_say_what_they_can():
    import keras

    layers = keras.layers
    model = keras.Sequential(
        [
            keras.Input((4, 12, 12, 1)),
            layers.TimeDistributed(layers.Conv2D(2, 3, activation="relu"), name="each"),
            layers.TimeDistributed(layers.Flatten()),
            layers.LSTM(3, name="memory"),
            layers.Dense(4, name="plain"),
            layers.BatchNormalization(name="norm"),
            layers.LeakyReLU(name="leaky"),
            layers.Dropout(0.5),
            layers.Dense(2, activation="softmax", name="out"),
        ]
    )
    rng = np.random.default_rng(0)
    replay = Replay.from_model(model, rng.normal(size=(6, 4, 12, 12, 1)), np.array([0, 1] * 3))
    study = replay.study
    assert list(study.values("outputs", 0)) == ["each", "memory", "plain", "leaky", "out"]
    assert list(study.values("activations", 0)) == ["each", "plain", "leaky", "out"]
    assert list(study.values("gradients", 0)) == ["each", "memory", "plain", "out"]
    assert (
        study.values("activations", 0)["each"].min() < 0 <= study.values("outputs", 0)["each"].min()
    )
    assert study.losses(0).shape == (6,)
    assert study.features(0, "plain").shape == (6, 4)
    with pytest.raises(TrainingError, match=r"`layer` must be one of \['each', .* layer='norm'"):
        study.features(0, "norm")


def test_a_loss_that_keras_does_not_know_is_replaced_by_the_usual_one(tmp_path):
    import keras

    data, model = toys.moons(), toys.moon_network()
    model.compile(loss=lambda right, answer: keras.ops.abs(right - answer))
    study = Replay.from_model(model, *data).study
    [answers] = study.answers(0).values()
    wanted = -np.log(np.where(data[1] == 1, answers[:, 0], 1 - answers[:, 0]))
    assert study.losses(0) == pytest.approx(wanted, rel=1e-3)
