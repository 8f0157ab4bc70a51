"""Pilots with a past, on networks so small that their answers can be worked out by hand."""

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.files.sidecar import PilotInfo
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.registry import pilot_type

SHAPE = (4, 4, 3)


def frame(value):
    return np.full(SHAPE, value, np.uint8)


@pytest.fixture(scope="module")
def looking_back(keras, convert, tmp_path_factory):
    """Somebody's rnn: the oldest and the newest of three frames, as a share of white."""
    frames = keras.Input((3, *SHAPE), name="img_in")
    means = keras.ops.mean(frames, axis=(2, 3, 4))
    model = keras.Model(frames, {"model_outputs": means[:, ::2]})
    path = convert(model, tmp_path_factory.mktemp("state") / "rnn.tflite")
    return LiteRTInterpreter(path, num_threads=1)


@pytest.fixture(scope="module")
def remembering(keras, convert, tmp_path_factory):
    """Somebody's memory pilot: the frame plus half of its last answer, and the one before that."""
    image = keras.Input(SHAPE, name="img_in")
    memory = keras.Input((4,), name="mem_in")
    angle = keras.ops.mean(image, axis=(1, 2, 3))[:, None] + memory[:, 2:3] / 2
    outputs = {"n_outputs0": angle, "n_outputs1": memory[:, :1] + 0.0}
    model = keras.Model([image, memory], outputs)
    path = convert(model, tmp_path_factory.mktemp("state") / "memory.tflite")
    return LiteRTInterpreter(path, num_threads=1)


def test_it_sees_the_last_frames_the_first_standing_for_those_before_it(looking_back):
    pilot = NetworkPilot(looking_back, pilot_type("rnn"))
    assert pilot.options == {"sequence_length": 3}
    seen = [pilot.infer(frame(value)) for value in (51, 102, 153, 204)]
    wanted = [(0.2, 0.2), (0.2, 0.4), (0.2, 0.6), (0.4, 0.8)]
    np.testing.assert_allclose(seen, wanted, atol=1e-3)
    pilot.reset()
    assert pilot.infer(frame(255)) == pytest.approx((1.0, 1.0), abs=1e-3)


def test_it_remembers_what_it_said_itself_at_most_full_lock(remembering):
    pilot = NetworkPilot(remembering, pilot_type("memory"))
    assert pilot.options["memory_length"] == 2
    assert (pilot.vector_channels, pilot.vector_size) == ((), 0)
    said = [pilot.infer(frame(204)) for _ in range(4)]
    # 0.8, 0.8 + 0.8 / 2, then 0.8 + 1 / 2, because 1.2 is remembered as 1.
    np.testing.assert_allclose(said, [(0.8, 0), (1.2, 0), (1.3, 0.8), (1.3, 1.0)], atol=1e-3)
    pilot.reset()
    assert pilot.infer(frame(204)) == pytest.approx(said[0])


@pytest.mark.parametrize("type", ["linear", "imu", "behavior", "3d"])
def test_a_network_of_another_type_is_refused(remembering, type):
    with pytest.raises(PilotError, match="Received: .* Was it trained as another type"):
        NetworkPilot(remembering, pilot_type(type))


def test_a_sidecar_must_speak_of_the_network_beside_it(remembering):
    options = {"memory_length": 3, "memory_depth": 0, "reverse": False}
    with pytest.raises(PilotError, match="one frame and at 6 numbers. Received: .*mem_in.*4"):
        NetworkPilot(
            remembering, pilot_type("memory"), info=PilotInfo("memory", SHAPE, options=options)
        )


def test_a_vector_must_be_what_it_learnt_with(keras, convert, tmp_path):
    image, lanes = keras.Input(SHAPE, name="img_in"), keras.Input((3,), name="xbehavior_in")
    outputs = {"angle_out": lanes + keras.ops.mean(image), "throttle_out": lanes * 1.0}
    path = convert(keras.Model([image, lanes], outputs), tmp_path / "behavior.tflite")
    pilot = NetworkPilot(LiteRTInterpreter(path, num_threads=1), pilot_type("behavior"))
    assert len(pilot.options["behaviors"]) == pilot.vector_size == 3
    answer = pilot.infer(frame(0), np.array([0.0, 1.0, 0.0]))
    assert answer == pytest.approx((0.0, 0.38))
    for wrong in (None, np.zeros(2), np.zeros((1, 3))):
        with pytest.raises(PilotError, match="3 numbers beside each frame, of behavior/one_hot"):
            pilot.infer(frame(0), wrong)
