import numpy as np
import pytest

from donkeycar.training.augmentation import Augmentation

NOTHING = {"flip": 0.0, "light": 0.0, "shadow": 0.0}


@pytest.fixture
def batch():
    rng = np.random.default_rng(0)
    frames = rng.integers(0, 256, (16, 20, 30, 3), dtype=np.uint8)
    return frames, rng.uniform(-1, 1, (16, 2)).astype(np.float32)


def run(batch, **settings):
    return Augmentation(**{**NOTHING, **settings})(*batch, np.random.default_rng(1))


def test_a_mirrored_frame_has_mirrored_steering(batch):
    frames, labels = run(batch, flip=1.0)
    np.testing.assert_array_equal(frames, batch[0][:, :, ::-1])
    np.testing.assert_array_equal(labels[:, 0], -batch[1][:, 0])
    np.testing.assert_array_equal(labels[:, 1], batch[1][:, 1])


def test_a_frame_and_its_label_are_mirrored_together(batch):
    frames, labels = run(batch, flip=0.5)
    mirrored = [np.array_equal(f, b[:, ::-1]) for f, b in zip(frames, batch[0], strict=True)]
    assert 0 < sum(mirrored) < 16
    np.testing.assert_array_equal(labels[:, 0] != batch[1][:, 0], mirrored)


def test_light_changes_every_pixel_of_one_value_alike(batch):
    frames, labels = run(batch, light=1.0)
    np.testing.assert_array_equal(labels, batch[1])
    for before, after in zip(batch[0], frames, strict=True):
        assert not np.array_equal(before, after)
        assert all(len(np.unique(after[before == value])) == 1 for value in np.unique(before))


def test_a_shadow_darkens_one_side_of_a_line():
    white = np.full((32, 40, 60, 3), 250, np.uint8)
    frames, _ = run((white, np.zeros((32, 2), np.float32)), shadow=1.0)
    for frame in frames:
        grey = frame[:, :, 0]
        dark = int(grey.min())
        assert set(np.unique(grey)) <= {dark, 250}
        changes = (np.diff((grey == dark).astype(int), axis=1) != 0).sum(axis=1)
        assert changes.max() <= 1
    assert 100 <= min(frame.min() for frame in frames) < 250


def test_the_recordings_are_not_touched(batch):
    before = batch[0].copy(), batch[1].copy()
    run(batch, flip=1.0, light=1.0, shadow=1.0)
    np.testing.assert_array_equal(batch[0], before[0])
    np.testing.assert_array_equal(batch[1], before[1])
