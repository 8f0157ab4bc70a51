"""Pilots that answer together, on networks so small that answers can be worked out by hand."""

import math

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.files.folds_file import UsualSpread
from donkeycar.pilots.inference.ensemble import Ensemble
from donkeycar.pilots.inference.interpreter import LiteRTInterpreter
from donkeycar.pilots.inference.pilot import NetworkPilot
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.pilots.transform import Transforms

SHAPE = (4, 4, 3)


def frame(share, shape=SHAPE):
    """A frame that is such a share of white."""
    return np.full(shape, round(share * 255), np.uint8)


@pytest.fixture(scope="module")
def network(keras, convert, tmp_path_factory):
    """Make a network: what it says is worked out from how bright the frame is, 0 to 1."""
    folder = tmp_path_factory.mktemp("ensemble")

    def network(name, angle):
        image = keras.Input(SHAPE, name="img_in")
        bright = keras.ops.mean(image, axis=(1, 2, 3))[:, None]
        model = keras.Model(image, {"angle": angle(bright), "throttle": bright / 2})
        return LiteRTInterpreter(convert(model, folder / f"{name}.tflite"), num_threads=1)

    return network


@pytest.fixture(scope="module")
def flat(network):
    return network("flat", lambda bright: bright * 0.2)


@pytest.fixture(scope="module")
def steep(network):
    return network("steep", lambda bright: bright * 0.8)


@pytest.fixture(scope="module")
def lost(keras, network):
    """Has no answer between a tenth and three tenths of white, and a wild one for white."""
    return network("lost", lambda b: keras.ops.sqrt((b - 0.1) * (b - 0.3)) * 0 + b**4 * 2.5)


def together(*networks, type="linear", **settings):
    return Ensemble([NetworkPilot(one, pilot_type(type)) for one in networks], **settings)


def test_the_answer_is_the_mean_of_the_members_answers(flat, steep):
    pilots = together(flat, steep, steep)
    assert pilots.infer(frame(0.6)) == pytest.approx((0.36, 0.3), abs=1e-3)
    assert pilots.opinions[:, 0] == pytest.approx([0.12, 0.48, 0.48], abs=1e-3)
    assert isinstance(pilots.infer(frame(0.6))[0], float)


def test_what_is_void_for_one_is_void_for_all(flat, lost):
    pilots = together(flat, flat, lost, usual=UsualSpread(0.1, 0.2))
    assert all(map(math.isfinite, pilots.infer(frame(0.5))))
    assert all(map(math.isnan, pilots.infer(frame(0.2))))  # no number
    assert pilots.disagreement() == math.inf
    assert all(map(math.isnan, pilots.infer(frame(1.0))))  # far beyond full lock


def test_disagreement_is_measured_by_what_is_usual(flat, steep):
    pilots = together(flat, steep, usual=UsualSpread(middle=0.06, limit=0.18))
    assert (pilots.spread, pilots.disagreement()) == (None, None)
    for share, spread, score in ((0.1, 0.03, 0.0), (0.4, 0.12, 0.5), (1.0, 0.3, 2.0)):
        pilots.infer(frame(share))
        assert pilots.spread == pytest.approx(spread, abs=2e-3)
        assert pilots.disagreement() == pytest.approx(score, abs=2e-2)
    pilots.reset()
    assert (pilots.spread, pilots.disagreement(), pilots.shown) == (None, None, {})


def test_beyond_full_lock_nobody_disagrees(network, steep):
    pilots = together(network("hard", lambda b: b * 1.0 + 0.9), steep)
    pilots.infer(frame(1.0))
    assert pilots.spread == pytest.approx(0.1, abs=1e-3)  # of 1 and 0.8, not of 1.9


def test_without_a_measure_there_is_no_disagreement(flat, steep):
    pilots = together(flat, steep)
    pilots.infer(frame(0.5))
    assert pilots.disagreement() is None and not pilots.has_disagreement
    alone = NetworkPilot(flat, pilot_type("linear"))
    assert alone.disagreement() is None and not alone.has_disagreement
    assert alone.members == (alone,)
    assert alone.novelty() is None and pilots.novelty() is None


def test_members_that_remember_remember_what_the_car_did(keras, convert, tmp_path):
    def remembering(gain):
        """The brightness times a gain, and half of the last angle."""
        image, memory = keras.Input(SHAPE, name="img_in"), keras.Input((2,), name="mem_in")
        angle = keras.ops.mean(image, axis=(1, 2, 3))[:, None] * gain + memory[:, :1] / 2
        model = keras.Model([image, memory], {"n_outputs0": angle, "n_outputs1": angle * 0})
        path = convert(model, tmp_path / f"{gain}.tflite")
        return LiteRTInterpreter(path, num_threads=1)

    pilots = together(remembering(0.2), remembering(0.6), type="memory")
    # Both go on from the mean 0.4: 0.2 + 0.2 and 0.6 + 0.2.
    said = [pilots.infer(frame(1.0))[0] for _ in range(2)]
    assert said == pytest.approx([0.4, 0.6], abs=1e-3)
    assert pilots.opinions[:, 0] == pytest.approx([0.4, 0.8], abs=1e-3)
    pilots.reset()
    assert pilots.infer(frame(1.0))[0] == pytest.approx(said[0])


def test_the_place_is_where_most_of_them_are(keras, convert, tmp_path):
    def at(place):
        image = keras.Input(SHAPE, name="img_in")
        bright = keras.ops.mean(image, axis=(1, 2, 3))[:, None]
        places = keras.ops.softmax(bright * 0 + np.eye(3, dtype=np.float32)[place])
        model = keras.Model(image, {"angle": bright, "throttle": bright, "loc": places})
        return LiteRTInterpreter(convert(model, tmp_path / f"{place}.tflite"), num_threads=1)

    here, there = at(0), at(2)
    pilots = together(there, here, here, type="localizer")
    assert pilots.location is None
    pilots.infer(frame(0.5))
    assert pilots.location == 0


def test_pilots_that_are_not_alike_cannot_drive_together(flat, steep):
    alone = NetworkPilot(flat, pilot_type("linear"))
    with pytest.raises(PilotError, match="2 to 50 pilots. Received: 1"):
        Ensemble([alone])
    with pytest.raises(PilotError, match="2 to 50 pilots. Received: 51"):
        Ensemble([alone] * 51)
    with pytest.raises(PilotError, match="the same type. Received: linear and inferred"):
        Ensemble([alone, NetworkPilot(steep, pilot_type("inferred"))])
    cropped = Transforms([("CROP", {"top_px": 2})])
    high = NetworkPilot(steep, pilot_type("linear"), transforms=cropped, camera_shape=(6, 4, 3))
    with pytest.raises(PilotError, match=r"the same frame size. Received: \(4, 4, 3\) and \(6"):
        Ensemble([alone, high])
    with pytest.raises(PilotError, match="uint8. Received: shape"):
        together(flat, steep).infer(frame(0.5, (5, 4, 3)))
