"""Where pilots look: known for networks that are made to look at one place."""

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.explain.saliency import SaliencyMaps, saliency
from donkeycar.keras_backend import import_keras
from donkeycar.pilots import PILOT_TYPES

# Of another shape than its height, so that the two cannot be mixed up.
HEIGHT, WIDTH = 80, 96
SIZES = {"sequence_length": 2, "throttle_range": [0.0, 0.5], "num_locations": 3,
         "behaviors": ["left", "right"], "reverse": False}  # fmt: skip


@pytest.fixture(scope="module")
def keras():
    return import_keras()


def corner_network(keras, *, dtype="uint8", names=("angle", "throttle"), gain=0.02):
    """The angle is the sum of the upper left corner, the throttle that of the lower right one."""
    image = keras.Input((30, 40, 3), dtype=dtype, name="img_in")
    scaled = keras.layers.Rescaling(1 / 255 if dtype == "uint8" else 1.0)(image)
    outputs = {}
    corners = (slice(0, 8), slice(0, 8)), (slice(22, 30), slice(32, 40))
    for name, place in zip(names, corners, strict=True):
        kernel = np.zeros((30, 40, 3, 1), np.float32)
        kernel[place] = gain
        dense = keras.layers.Dense(1, activation="tanh", name=name)
        outputs[name] = dense(keras.layers.Flatten()(scaled))
        dense.set_weights([kernel.reshape(-1, 1), np.zeros(1)])
    return keras.Model(image, outputs if names[0] == "angle" else list(outputs.values()))


@pytest.fixture
def frame():
    return np.random.default_rng(0).integers(0, 256, (1, 30, 40, 3), dtype=np.uint8)


@pytest.mark.parametrize("names", [("angle", "throttle"), ("n_outputs0", "n_outputs1"), ("a", "b")])
@pytest.mark.parametrize("dtype", ["uint8", "float32"])
def test_a_network_that_looks_at_a_corner_shows_that_corner(keras, frame, names, dtype):
    network = corner_network(keras, dtype=dtype, names=names)
    shown = {"img_in": frame if dtype == "uint8" else frame / np.float32(255)}
    upper_left = saliency(network, shown)
    lower_right = saliency(network, shown, "throttle")
    assert upper_left.shape == (30, 40)
    assert upper_left[:8, :8].mean() > 0.5 > upper_left.mean()
    assert upper_left[12:].max() == upper_left[:, 12:].max() == 0
    assert lower_right[22:, 32:].mean() > 0.5
    assert lower_right[:18].max() == 0


def test_a_network_that_is_sure_still_shows_it(keras, frame):
    """Its gradient at the frame itself is 0."""
    network = corner_network(keras, gain=1.0)
    assert float(network(frame)["angle"][0, 0]) == 1.0
    assert saliency(network, {"img_in": frame})[:8, :8].mean() > 0.5


@pytest.mark.parametrize("brightness", [0, 255])
def test_neither_black_nor_white_is_invisible(keras, brightness):
    frame = np.full((1, 30, 40, 3), brightness, np.uint8)
    assert saliency(corner_network(keras), {"img_in": frame})[:8, :8].mean() > 0.5


def test_a_network_that_does_not_look_shows_nothing(keras, frame):
    blind = corner_network(keras, gain=0.0)
    assert saliency(blind, {"img_in": frame}).max() == 0


@pytest.mark.parametrize("name", PILOT_TYPES)
def test_every_type_of_pilot_has_a_map(keras, name):
    kind = PILOT_TYPES[name]
    own = {key: value for key, value in SIZES.items() if key in kind.options}
    network = kind.build((HEIGHT, WIDTH, 3), seed=1, **own)
    random = np.random.default_rng(0)
    inputs = {}
    for one in network.inputs:
        shape = (1, *one.shape[1:])
        if len(shape) == 2:
            inputs[one.name] = random.random(shape, np.float32)
        else:
            inputs[one.name] = random.integers(0, 256, shape, dtype=np.uint8)
    maps = SaliencyMaps(network)
    for output in ("angle",) if name == "inferred" else ("angle", "throttle"):
        found = maps(inputs, output)
        assert found.shape == (HEIGHT, WIDTH)
        assert found.min() >= 0
        assert found.max() == pytest.approx(1)


def test_what_cannot_be_shown_is_refused(keras, frame):
    network = corner_network(keras)
    with pytest.raises(PilotError, match="must be angle or throttle. Received: output='speed'"):
        saliency(network, {"img_in": frame}, "speed")
    with pytest.raises(PilotError, match=r"one image of \(30, 40, 3\).* Received: .*31"):
        saliency(network, {"img_in": np.zeros((1, 31, 40, 3), np.uint8)})
    inferred = PILOT_TYPES["inferred"].build((HEIGHT, WIDTH, 3))
    with pytest.raises(PilotError, match="no output for the throttle alone"):
        saliency(inferred, {"img_in": np.zeros((1, HEIGHT, WIDTH, 3), np.uint8)}, "throttle")
    flat = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    with pytest.raises(PilotError, match="one image can show"):
        SaliencyMaps(flat)
