"""What every type of pilot promises, and the few things in which they differ."""

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.network_choices import ACTIVATIONS, INITIALIZERS
from donkeycar.pilots.kinds.registry import PILOT_TYPES, pilot_type

TYPES = list(PILOT_TYPES)
# Small, so that the tests are fast; the smallest that a type takes is tested too.
SIDES = {"linear": 61, "categorical": 77, "rnn": 49, "3d": 46, "latent": 77, "efficient": 49}
SMALL = {name: (SIDES.get(name, 61), SIDES.get(name, 61) + 6, 3) for name in TYPES}
# Options that a training finds in its recordings, and smaller ones than usual.
OPTIONS = {
    "categorical": {"throttle_range": [-0.2, 0.8]},
    "behavior": {"throttle_range": [0.0, 0.8], "behaviors": ["left", "middle", "right"]},
    "inferred": {"throttle_straight": 0.6, "throttle_bend": 0.2},
    "memory": {"memory_length": 2, "memory_depth": 1, "reverse": True},
    "imu": {"imu_mean": [0, 0, 9.8, 0, 0, 0], "imu_spread": [1, 1, 1, 50, 50, 50]},
    "localizer": {"num_locations": 4},
    "rnn": {"sequence_length": 2},
    "3d": {"sequence_length": 2},
}
NUMBERS = {"angle": 1, "throttle": 1}
# Weights for frames of 120 x 160 x 3 and the usual options, as donkeycar 5.x has them, where it
# has the type; layers that owners and other people's weights know by name; outputs and sizes.
DOCUMENTED = {
    "linear": (817_028, ["n_outputs0", "n_outputs1"], NUMBERS),
    "efficient": (462_820, ["n_outputs0", "n_outputs1"], NUMBERS),
    "categorical": (
        268_311, ["angle_out", "throttle_out"], {"angle_bins": 15, "throttle_bins": 20},
    ),
    "inferred": (816_977, ["n_outputs0"], {"angle": 1}),
    "memory": (817_266, ["mem_in", "n_outputs0", "n_outputs1"], NUMBERS),
    "imu": (820_796, ["imu_in", "out_0", "out_1"], NUMBERS),
    "behavior": (
        829_263, ["behavior_in", "angle_out", "throttle_out"],
        {"angle_bins": 15, "throttle_bins": 20},
    ),
    "localizer": (817_538, ["angle", "throttle", "zloc"], {**NUMBERS, "loc": 10}),
    "rnn": (441_924, ["LSTM_seq", "LSTM_fin", "model_outputs"], NUMBERS),
    "3d": (950_274, ["outputs"], NUMBERS),
    "latent": (404_027, ["n_outputs0", "n_outputs1", "img_out"], {**NUMBERS, "img_out": 3}),
}  # fmt: skip


@pytest.fixture(scope="module", params=TYPES)
def kind(request):
    return PILOT_TYPES[request.param]


def options_of(kind):
    return kind.complete(OPTIONS.get(kind.name, {}))


def inputs_of(kind, count, seed=0):
    rng = np.random.default_rng(seed)
    options = options_of(kind)
    length = (options["sequence_length"],) if kind.looks_back else ()
    frames = rng.integers(0, 256, (count, *length, *SMALL[kind.name]), dtype=np.uint8)
    if not kind.vector_input:
        return frames
    vectors = rng.uniform(-1, 1, (count, kind.vector_size(options))).astype(np.float32)
    return {"img_in": frames, kind.vector_input: vectors}


@pytest.fixture(scope="module")
def model(kind, keras):
    return kind.build(SMALL[kind.name], seed=1, **options_of(kind))


def assert_agree(answers, others):
    for name, value in answers.items():
        np.testing.assert_allclose(value, others[name], atol=1e-6, rtol=1e-6)


def test_weights_layers_and_outputs_are_the_documented_ones(kind, keras):
    weights, layers, outputs = DOCUMENTED[kind.name]
    model = kind.build((120, 160, 3))
    assert model.count_params() == weights
    assert set(layers) <= {layer.name for layer in model.layers}
    assert {name: output.shape[-1] for name, output in model.output.items()} == outputs
    assert outputs.keys() == kind.losses.keys()


def test_frames_come_as_bytes_and_vectors_by_name(kind, model):
    inputs = {tensor.name: tensor for tensor in model.inputs}
    assert inputs.pop("img_in").dtype == "uint8"
    assert set(inputs) == ({kind.vector_input} if kind.vector_input else set())


def test_too_small_a_frame_is_refused(kind, keras):
    side = SMALL[kind.name][0]
    with pytest.raises(PilotError, match=f"at least {side} pixels high and wide. Received: "):
        kind.build((side - 1, 160, 3), **options_of(kind))


def test_it_is_the_same_after_it_was_saved(kind, model, keras, tmp_path):
    from donkeycar.keras_backend import muffled

    with muffled():
        model.save(tmp_path / "pilot.keras")
    again = keras.models.load_model(tmp_path / "pilot.keras", compile=False, safe_mode=True)
    inputs = inputs_of(kind, 3)
    assert_agree(model.predict_on_batch(inputs), again.predict_on_batch(inputs))


def targets_of(kind, count):
    from donkeycar.pilots.kinds.bins import to_bins
    from donkeycar.pilots.kinds.networks.picture import shrunk

    options = options_of(kind)
    angles = np.linspace(-0.9, 0.9, count, dtype=np.float32)
    made = {
        "angle": lambda: angles[:, None],
        "throttle": lambda: np.full((count, 1), 0.5, np.float32),
        "angle_bins": lambda: to_bins(angles, (-1, 1), options["angle_bins"]),
        "throttle_bins": lambda: np.eye(options["throttle_bins"], dtype=np.float32)[[5] * count],
        "loc": lambda: np.eye(options["num_locations"], dtype=np.float32)[[2] * count],
        "img_out": lambda: shrunk(inputs_of(kind, count)),
    }
    return {name: made[name]() for name in kind.losses}


def taught(kind, keras, steps, **network):
    model = kind.build(SMALL[kind.name], seed=1, network=network, **options_of(kind))
    model.compile(
        keras.optimizers.Adam(1e-4),
        loss={name: loss.name for name, loss in kind.losses.items()},
        loss_weights={name: loss.weight for name, loss in kind.losses.items()},
        run_eagerly=True,  # a few steps are over before a graph would be ready
    )
    inputs, targets = inputs_of(kind, 4), targets_of(kind, 4)
    losses = [
        float(model.train_on_batch(inputs, targets, return_dict=True)["loss"]) for _ in range(steps)
    ]
    return model, losses


def test_steps_lower_the_loss_and_one_seed_makes_one_pilot(kind, keras):
    model, losses = taught(kind, keras, steps=3, dropout=0.0)
    assert losses[2] < losses[0]
    twin, same = taught(kind, keras, steps=3, dropout=0.0)
    assert losses == same
    for mine, other in zip(model.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, other)


def test_another_seed_makes_another_pilot(kind, model, keras):
    other = kind.build(SMALL[kind.name], seed=2, **options_of(kind))
    assert not np.array_equal(model.get_weights()[0], other.get_weights()[0])


def test_every_type_takes_every_activation_and_every_initializer(kind, keras):
    for activation, initializer in zip(ACTIVATIONS, 2 * INITIALIZERS, strict=False):
        network = {"activation": activation, "initializer": initializer, "dropout": 0.0}
        model = kind.build(SMALL[kind.name], network=network, **options_of(kind))
        twins = [layer for layer in model.layers if layer.name.endswith("_maxout")]
        assert bool(twins) == (activation == "maxout")
        if activation != "maxout":
            used = [getattr(layer, "activation", None) for layer in model.layers]
            assert activation in {getattr(one, "__name__", "") for one in used}
        first = next(layer for layer in model.layers if hasattr(layer, "kernel_initializer"))
        assert type(first.kernel_initializer).__name__ == initializer.title().replace("_", "")
        left_out = {layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"}
        assert left_out <= {0.0}


def test_every_type_takes_penalties_norms_and_batch_normalisation(kind, keras):
    choices = {"l1": 1e-4, "l2": 1e-3, "max_norm": 0.5, "dropout": 0.4, "batch_norm": True}
    model, losses = taught(kind, keras, steps=1, **choices)
    assert np.isfinite(losses).all()
    names = {type(layer).__name__ for layer in model.layers}
    assert {"BatchNormalization", "Dropout"} <= names
    rates = {layer.rate for layer in model.layers if type(layer).__name__ == "Dropout"}
    assert rates == {0.4}
    assert len(model.losses) > 3
    [hidden] = [layer for layer in model.layers if layer.name == "dense_1"]
    assert np.linalg.norm(hidden.get_weights()[0], axis=0).max() <= 0.5 + 1e-3


def test_an_unknown_option_is_refused(kind, keras):
    with pytest.raises(PilotError, match=f"options of a pilot of type {kind.name} are: "):
        kind.build(SMALL[kind.name], colour="red")


def test_an_unknown_type_is_refused():
    with pytest.raises(PilotError, match=r"`type` must be one of \['3d', 'behavior', .*'liner'"):
        pilot_type("liner")
    assert pilot_type("tflite_rnn").name == "rnn"
