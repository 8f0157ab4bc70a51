"""Novelty of frames (out-of-distribution detection): of a road, of darkness, of noise."""

import json

import numpy as np
import pytest

from donkeycar.errors import PilotError
from donkeycar.pilots.files.bundle import read_info
from donkeycar.pilots.files.novelty import NUM_FEATURES, NoveltyModel, features
from donkeycar.pilots.inference.load import load_pilot
from donkeycar.tub import TubReader


def road(number, *, light=1.0, channels=3):
    """A bright line on a dark floor, somewhere."""
    random = np.random.default_rng(number)
    frame = random.normal(60, 4, (60, 81, channels))
    left = random.integers(5, 65)
    frame[20:, left : left + 10] += 120
    frame[:20, :, 0] += 30
    return np.clip(frame * light, 0, 255).astype(np.uint8)


def seen(numbers, **how):
    return np.stack([features(road(number, **how)) for number in numbers])


@pytest.fixture(scope="module")
def model():
    return NoveltyModel.learn(seen(range(300)), seen(range(300, 500)))


def test_features_are_means_of_the_parts_of_a_frame():
    frame = np.zeros((17, 23, 3), np.uint8)
    frame[0:2, 0:2] = 200, 100, 50
    found = features(frame)
    assert found.shape == (NUM_FEATURES,)
    assert found[0] == pytest.approx(0.299 * 200 + 0.587 * 100 + 0.114 * 50)
    assert found[1] == found[10] == 0
    # A quarter of the first coloured part: red and blue, each less green.
    assert found[160:162] == pytest.approx([25, -12.5])


def test_roughness_tells_noise_from_grey():
    noise = np.random.default_rng(0).integers(0, 256, (80, 100, 1), dtype=np.uint8)
    grey = np.full_like(noise, 128)
    assert features(noise)[:80] == pytest.approx(features(grey)[:80], abs=25)
    assert (features(noise)[80:160] > features(grey)[80:160] + 50).all()


def test_most_frames_of_another_drive_are_usual(model):
    scores = np.array([model.novelty(road(number)) for number in range(500, 700)])
    assert np.mean(scores <= 1) > 0.93
    assert np.median(scores) < 0.3


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros((60, 81, 3), np.uint8),
        np.full((60, 81, 3), 255, np.uint8),
        np.random.default_rng(0).integers(0, 256, (60, 81, 3), dtype=np.uint8),
        road(1, light=0.4),
        road(1)[::-1],
        road(1)[:, :, ::-1],
    ],
    ids=["black", "white", "noise", "dark", "upside down", "blue for red"],
)
def test_what_was_never_seen_has_a_high_novelty(model, frame):
    assert model.novelty(frame) > 2


def test_too_few_frames_say_nothing():
    assert NoveltyModel.learn(seen(range(19)), seen(range(40))) is None
    assert NoveltyModel.learn(seen(range(40)), seen(range(19))) is None


def test_frames_that_never_change_are_usual_and_others_are_not():
    """A car that stood still, seen without any noise."""
    same = np.repeat(seen([1], channels=1), 50, axis=0)
    model = NoveltyModel.learn(same, same)
    assert model.novelty(road(1, channels=1)) <= 1
    assert model.novelty(road(1, channels=1, light=0.3)) > 2


def test_a_frame_that_is_too_small_is_refused():
    with pytest.raises(PilotError, match="at least 11x8 pixels .* Received: 10x8"):
        features(np.zeros((8, 10, 3), np.uint8))


def test_it_is_read_as_it_was_written(model):
    text = json.dumps(model.to_json())
    again = NoveltyModel.from_json(json.loads(text))
    assert again.novelty(road(9)) == pytest.approx(model.novelty(road(9)), abs=1e-4)
    assert len(text) < 12_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": 3}, "features must be 200"),
        ({"axes": 1000}, "axes must be 1 to 64"),
        ({"axes": True}, "axes must be 1 to 64"),
        ({"axes": 9}, "2009 numbers do not fit"),
        ({"limit": "1"}, "must be numbers"),
        ({"limit": 0.0}, "limit must be above middle"),
        ({"limit": float("nan")}, "limit must be above middle"),
        ({"numbers": None}, "numbers must be text"),
        ({"numbers": "%%%"}, "base64|Only"),
        ({"numbers": "AAA="}, "buffer size|fit"),
        ({"numbers": "AADAfw" + "A" * 10712 + "=="}, "cannot be read"),
    ],
)
def test_damaged_knowledge_is_refused(model, change, message):
    with pytest.raises(PilotError, match=message):
        NoveltyModel.from_json({**model.to_json(), **change})
    with pytest.raises(PilotError, match="must be an object"):
        NoveltyModel.from_json([1])


@pytest.mark.parametrize("number", [float("nan"), float("inf"), 0.0])
def test_knowledge_without_a_measure_is_refused(model, number):
    spread = np.full_like(model.spread, number)
    wrong = NoveltyModel(model.mean, spread, model.axes, model.along, 1.0, 2.0)
    with pytest.raises(PilotError, match="finite|above 0"):
        NoveltyModel.from_json(wrong.to_json())


def test_a_trained_pilot_knows_its_road(road_tub, road_pilot):
    pilot = load_pilot(road_pilot.litert)
    assert pilot.novelty() is None
    scores = []
    for record in TubReader(road_tub).records():
        pilot.infer(TubReader(road_tub).image(record))
        scores.append(pilot.novelty())
    assert np.mean(np.array(scores) <= 1) > 0.9
    pilot.infer(np.full(pilot.input_shape, 128, np.uint8))
    assert pilot.novelty() > 2


def test_a_sidecar_from_before_does_not_know(road_pilot, tmp_path):
    content = json.loads(road_pilot.sidecar.read_text())
    del content["familiar"]
    old = tmp_path / "pilot.json"
    old.write_text(json.dumps(content))
    assert read_info(road_pilot.sidecar).novelty is not None
    assert read_info(old).novelty is None
