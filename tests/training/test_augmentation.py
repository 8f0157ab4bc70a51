import dataclasses
import sys

import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.augmentation import AUGMENTATIONS, USUAL, Augmentation
from donkeycar.training.augmentation.light import Light, Shadow
from donkeycar.training.augmentation.noise import Cutout, Jpeg, Noise
from donkeycar.training.augmentation.shift import Flip, Rotate, Shift


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (16, 20, 30, 3), dtype=np.uint8)
    return frames, rng.uniform(-0.5, 0.5, (16, 2)).astype(np.float32)


def only(name, change=None, *, share=1.0):
    change = dataclasses.replace(change or AUGMENTATIONS[name], share=share)
    return Augmentation([name], changes={name: change})


def run(batch, name, change=None, **settings):
    return only(name, change, **settings)(*batch, np.random.default_rng(1))


def test_a_mirrored_frame_has_mirrored_steering(batch):
    frames, labels = run(batch, "FLIP")
    np.testing.assert_array_equal(frames, batch[0][:, :, ::-1])
    np.testing.assert_array_equal(labels[:, 0], -batch[1][:, 0])
    np.testing.assert_array_equal(labels[:, 1], batch[1][:, 1])


def test_a_frame_and_its_label_are_mirrored_together(batch):
    frames, labels = run(batch, "FLIP", share=0.5)
    mirrored = [np.array_equal(f, b[:, ::-1]) for f, b in zip(frames, batch[0], strict=True)]
    assert 0 < sum(mirrored) < 16
    np.testing.assert_array_equal(labels[:, 0] != batch[1][:, 0], mirrored)


def test_light_changes_every_pixel_of_one_value_alike(batch):
    frames, labels = run(batch, "BRIGHTNESS")
    np.testing.assert_array_equal(labels, batch[1])
    for before, after in zip(batch[0], frames, strict=True):
        assert not np.array_equal(before, after)
        assert all(len(np.unique(after[before == value])) == 1 for value in np.unique(before))


def test_contrast_leaves_middle_grey_alone():
    grey = np.full((4, 20, 30, 3), 128, np.uint8)
    grey[:, 0] = 200
    frames, _ = run((grey, np.zeros((4, 2), np.float32)), "CONTRAST")
    assert (frames[:, 1:] == 128).all()
    assert len(np.unique(frames[:, 0])) == 4


def test_a_shadow_darkens_one_side_of_a_line():
    white = np.full((32, 40, 60, 3), 250, np.uint8)
    frames, _ = run((white, np.zeros((32, 2), np.float32)), "SHADOW")
    for frame in frames:
        grey = frame[:, :, 0]
        dark = int(grey.min())
        assert set(np.unique(grey)) <= {dark, 250}
        changes = (np.diff((grey == dark).astype(int), axis=1) != 0).sum(axis=1)
        assert changes.max() <= 1
    assert 100 <= min(frame.min() for frame in frames) < 250


def test_blur_keeps_brightness_and_flattens(batch):
    frames, _ = run(batch, "BLUR", dataclasses.replace(AUGMENTATIONS["BLUR"], sigma_px=(2, 3)))
    assert frames.std() < 0.4 * batch[0].std()
    assert frames.mean() == pytest.approx(batch[0].mean(), abs=1.5)


def test_a_blur_of_no_width_changes_nothing(batch):
    frames, _ = run(batch, "BLUR", dataclasses.replace(AUGMENTATIONS["BLUR"], sigma_px=(0, 0)))
    np.testing.assert_array_equal(frames, batch[0])


def test_noise_is_as_strong_as_was_said():
    grey = np.full((8, 60, 80, 3), 100, np.uint8)
    frames, _ = run((grey, np.zeros((8, 2), np.float32)), "NOISE", Noise(sigma=(5, 5)))
    assert frames.std() == pytest.approx(5, rel=0.1)
    assert frames.mean() == pytest.approx(99.5, abs=0.5)  # a byte has no fractions
    assert not np.array_equal(frames[0], frames[1])


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_looks_much_the_same(channels):
    rows = np.linspace(0, 255, 32).astype(np.uint8)
    ramp = np.broadcast_to(rows[None, :, None, None], (2, 32, 40, channels)).copy()
    frames, _ = run((ramp, np.zeros((2, 2), np.float32)), "JPEG", Jpeg(quality=(40, 40)))
    assert frames.shape == ramp.shape
    assert 0 < np.abs(frames.astype(int) - ramp).mean() < 4


@pytest.mark.parametrize("channels", [1, 3])
def test_jpeg_works_without_the_fast_library(channels, monkeypatch):
    monkeypatch.setitem(sys.modules, "simplejpeg", None)
    grey = np.full((2, 16, 24, channels), 90, np.uint8)
    frames, _ = run((grey, np.zeros((2, 2), np.float32)), "JPEG")
    assert np.abs(frames.astype(int) - grey).max() <= 3


def test_a_cutout_hides_a_rectangle(batch):
    frames, _ = run(batch, "CUTOUT", Cutout(side=(0.5, 0.5)))
    for before, after in zip(batch[0], frames, strict=True):
        rows, columns = np.nonzero((before != after).any(axis=2))
        assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (10, 15)
        assert len(np.unique(after[rows.min() : rows.max() + 1, columns.min() :][:, :15])) == 1


def test_a_car_that_points_left_sees_all_slide_right_and_steers_right(batch):
    frames, labels = run(batch, "ROTATE", Rotate(reach=0.2))
    for before, after, old, new in zip(batch[0], frames, batch[1], labels, strict=True):
        steered = float(new[0] - old[0])
        pixels = round(steered / 2.6 * 30)
        assert abs(pixels) <= 6
        np.testing.assert_array_equal(after, slid(before, pixels))


def slid(frame, pixels):
    columns = np.clip(np.arange(frame.shape[1]) - pixels, 0, frame.shape[1] - 1)
    return frame[:, columns]


def test_a_car_that_stands_left_sees_the_floor_slide_right_and_the_horizon_stay(batch):
    frames, labels = run(batch, "SHIFT", Shift(reach=0.3, horizon=0.5))
    for before, after, old, new in zip(batch[0], frames, batch[1], labels, strict=True):
        np.testing.assert_array_equal(after[:10], before[:10])
        pixels = round(float(new[0] - old[0]) / 0.7 * 30)
        np.testing.assert_array_equal(after[-1:], slid(before[-1:], pixels))
    assert (labels[:, 0] > batch[1][:, 0]).any() and (labels[:, 0] < batch[1][:, 0]).any()


def test_corrected_steering_stays_within_range():
    full = np.array([[1.0, 0.5], [-1.0, 0.5]] * 8, np.float32)
    frames = np.zeros((16, 20, 30, 3), np.uint8)
    _, labels = run((frames, full), "ROTATE", Rotate(reach=0.4))
    assert np.abs(labels[:, 0]).max() <= 1


@pytest.mark.parametrize(
    ("change", "moved"),
    [(Rotate(), {"turn_deg": 4.0}), (Shift(), {"aside_m": 0.03})],
    ids=["ROTATE", "SHIFT"],
)
def test_frames_and_labels_are_those_of_a_car_that_really_moved(change, moved):
    """Both ways of moving it, in the simulator, whose camera knows nothing of flat pictures."""
    from donkeycar.sim.camera import CameraModel
    from donkeycar.sim.render import Renderer
    from donkeycar.sim.track import load_track

    track = load_track("warehouse")
    renderer = Renderer(track, CameraModel())
    better, steered = [], []
    for place in np.linspace(0, 12, 20):
        x, y, yaw = track.point(place)
        turned = yaw + np.radians(moved.get("turn_deg", 0.0))
        aside = moved.get("aside_m", 0.0)
        there = renderer.render(x - aside * np.sin(yaw), y + aside * np.cos(yaw), turned)
        here = renderer.render(x, y, yaw)
        # Of many draws, the one that slides the frame best; its label is what is judged.
        rng = np.random.default_rng(0)
        effects = [change.draw(here.shape, rng) for _ in range(60)]
        errors = [distance(effect.paint(here), there) for effect in effects]
        better.append(min(errors) / distance(here, there))
        steered.append(effects[int(np.argmin(errors))].steering)
    assert np.median(better) < 0.55
    expected = pursuit(**moved)
    assert np.median(steered) == pytest.approx(expected, rel=0.25)


def distance(one, other):
    return float(np.abs(one[:, 16:-16].astype(int) - other[:, 16:-16]).mean())


def pursuit(turn_deg=0.0, aside_m=0.0, ahead_m=0.54, rear_m=0.095, wheelbase_m=0.19, full_deg=27):
    """What a driver steers to get to a place on the line, on a circle through the rear axle."""
    turn = np.radians(turn_deg)
    left_m = -ahead_m * np.sin(turn) - aside_m
    distance_m = np.hypot(ahead_m * np.cos(turn) + rear_m, left_m)
    return -np.degrees(np.arctan2(2 * wheelbase_m * left_m, distance_m**2)) / full_deg


def test_all_frames_of_a_sequence_are_changed_alike(batch):
    frames = np.repeat(batch[0][:, None], 3, axis=1)
    every = Augmentation(AUGMENTATIONS)
    changed, labels = every(frames, batch[1], np.random.default_rng(2))
    alone, alone_labels = every(*batch, np.random.default_rng(2))
    assert changed.shape == (16, 3, 20, 30, 3)
    for step in range(3):
        np.testing.assert_array_equal(changed[:, step], alone)
    np.testing.assert_array_equal(labels, alone_labels)


def test_a_mirror_turns_what_was_driven_before_too(batch):
    history = np.stack([batch[1] * 0.5, batch[1]], axis=1)
    _, labels = only("FLIP")(batch[0], history, np.random.default_rng(0))
    np.testing.assert_array_equal(labels[:, :, 0], -history[:, :, 0])


def test_only_the_answer_is_corrected_not_what_was_driven_before(batch):
    history = np.stack([batch[1] * 0.5, batch[1]], axis=1)
    _, labels = only("ROTATE")(batch[0], history, np.random.default_rng(0))
    np.testing.assert_array_equal(labels[:, 0], history[:, 0])
    assert (labels[:, 1, 0] != history[:, 1, 0]).all()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("name", sorted(AUGMENTATIONS))
def test_the_recordings_are_not_touched(batch, name, channels):
    frames = np.ascontiguousarray(batch[0][..., :channels])
    before = frames.copy(), batch[1].copy()
    changed, labels = run((frames, batch[1]), name)
    assert (changed.shape, changed.dtype) == (frames.shape, np.uint8)
    assert (labels.shape, labels.dtype) == (batch[1].shape, np.float32)
    np.testing.assert_array_equal(frames, before[0])
    np.testing.assert_array_equal(batch[1], before[1])


def test_the_same_chance_makes_the_same_changes(batch):
    every = Augmentation(AUGMENTATIONS)
    one, other = (every(*batch, np.random.default_rng((7, 1, 2))) for _ in range(2))
    np.testing.assert_array_equal(one[0], other[0])
    np.testing.assert_array_equal(one[1], other[1])


def test_what_is_usual_can_be_said_in_a_list():
    assert Augmentation().names == USUAL == ("FLIP", "BRIGHTNESS", "SHADOW")
    assert Augmentation().without("FLIP", "NOISE").names == ("BRIGHTNESS", "SHADOW")


def test_it_can_be_written_down():
    assert Augmentation(["FLIP"]).to_json() == [{"name": "FLIP", "share": 0.5}]


def test_an_unknown_change_is_refused():
    with pytest.raises(TrainingError, match="one of .*'BLUR'.* Received: name='MULTIPLY'"):
        Augmentation(["MULTIPLY"])


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Flip(share=1.5), "`share` must be 0 to 1. Received: Flip"),
        (lambda: Light(brightness=(0.2, -0.2)), "range of light must go up"),
        (lambda: Shadow(darkness=(0, 2)), "`darkness` must go up, from 0 to 1"),
        (lambda: Shift(reach=0.6), "`reach` must be 0 to 0.5"),
        (lambda: Noise(sigma=(-1, 1)), "`sigma` must go up"),
        (lambda: Jpeg(quality=(0, 10)), "`quality` must go up, from 1 to 100"),
        (lambda: Cutout(side=(0, 1.1)), "`side` must go up"),
    ],
)
def test_impossible_ranges_are_refused(make, message):
    with pytest.raises(TrainingError, match=message):
        make()
