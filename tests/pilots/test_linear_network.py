import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.kinds.network_choices import NetworkChoices
from donkeycar.pilots.kinds.registry import pilot_type


@pytest.fixture(scope="module")
def network(keras):
    return pilot_type("linear").build((120, 160, 3), seed=1)


def test_it_has_the_weights_of_the_known_network(network):
    assert network.count_params() == 817_028


def test_layers_have_the_names_owners_know(network):
    names = [layer.name for layer in network.layers]
    assert names[0] == "img_in"
    assert names[-2:] == ["n_outputs0", "n_outputs1"]


def test_frames_come_as_bytes_and_answers_go_by_name(network):
    assert network.input.dtype == "uint8"
    assert {name: out.shape for name, out in network.output.items()} == {
        "angle": (None, 1),
        "throttle": (None, 1),
    }


def test_scaling_is_inside(network, keras):
    scaled = keras.Model(network.input, network.get_layer("scale").output)
    for value, wanted in ((0, -1.0), (255, 1.0)):
        frame = np.full((1, 120, 160, 3), value, np.uint8)
        answer = scaled.predict_on_batch(frame)
        assert (answer.min(), answer.max()) == pytest.approx((wanted, wanted))


def test_one_seed_makes_one_network(network, keras):
    twin, other = (pilot_type("linear").build((120, 160, 3), seed=seed) for seed in (1, 2))
    for mine, same in zip(network.get_weights(), twin.get_weights(), strict=True):
        np.testing.assert_array_equal(mine, same)
    assert not np.array_equal(network.get_weights()[0], other.get_weights()[0])


def test_layers_of_one_shape_do_not_start_alike(network):
    four, five = (network.get_layer(f"conv2d_{n}").get_weights()[0] for n in (4, 5))
    assert four.shape == five.shape
    assert not np.array_equal(four, five)


def test_a_training_step_lowers_the_loss(keras):
    model = pilot_type("linear").build((72, 96, 3), network=NetworkChoices(dropout=0.0), seed=1)
    model.compile("adam", "mse", jit_compile=False)
    frames = np.random.default_rng(0).integers(0, 256, (8, 72, 96, 3), dtype=np.uint8)
    labels = {"angle": np.full((8, 1), 0.7), "throttle": np.full((8, 1), -0.3)}
    losses = [float(model.train_on_batch(frames, labels)[0]) for _ in range(6)]
    assert losses[-1] < losses[0] / 2


def test_too_small_a_frame_is_refused():
    with pytest.raises(PilotError, match="at least 61 pixels high and wide. Received: .*60"):
        pilot_type("linear").build((60, 160, 3))
