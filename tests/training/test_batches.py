import numpy as np
import pytest

from donkeycar.keras_backend import import_keras
from donkeycar.pilots.kinds.registry import pilot_type
from donkeycar.pilots.transform import Transforms
from donkeycar.training.augmentation import Augmentation
from donkeycar.training.records.recordings import Recordings
from donkeycar.training.records.samples import Samples


@pytest.fixture
def make():
    import_keras()
    from donkeycar.training.epochs.batches import Batches

    frames = np.arange(10, dtype=np.uint8).repeat(12).reshape(10, 2, 2, 3)
    recordings = Recordings(
        tubs=[],
        sources=[(None, {"_index": row}) for row in range(10)],
        labels=np.stack([np.arange(10), -np.arange(10)], axis=1).astype(np.float32),
        sessions=np.zeros(10, int),
        session_names=["one"],
    )

    def make(rows=range(10), transforms=None, **settings):
        kind, transforms = pilot_type("linear"), transforms or Transforms()
        samples = Samples(kind, {}, recordings, frames, transforms)
        return Batches(samples, np.array(rows), **{"batch_size": 4, **settings})

    return make


def epoch(batches, number=0):
    batches.begin_epoch(number)
    shown = [batches[number] for number in range(len(batches))]
    return [int(frame[0, 0, 0]) for frames, _ in shown for frame in frames]


def test_an_epoch_shows_every_row_once(make):
    batches = make(rows=[1, 3, 4, 8, 9], seed=0)
    assert len(batches) == 2
    assert sorted(epoch(batches, 0)) == sorted(epoch(batches, 1)) == [1, 3, 4, 8, 9]


def test_rare_steering_may_be_shown_more_often(make):
    shown = epoch(make(seed=0, balance=1.0))  # one row goes straight, nine are at the end
    assert (len(shown), shown.count(0)) == (10, 5)


def test_every_epoch_has_its_own_order(make):
    batches = make(seed=0)
    assert epoch(batches, 0) != epoch(batches, 1)


def test_an_epoch_can_be_dealt_again(make):
    assert epoch(make(seed=0), 7) == epoch(make(seed=0), 7) != epoch(make(seed=1), 7)


def test_without_a_seed_the_order_stays(make):
    batches = make()
    assert epoch(batches, 0) == epoch(batches, 1) == list(range(10))


def test_labels_stay_with_their_frames(make):
    frames, labels = make(seed=3)[1]
    np.testing.assert_array_equal(labels["angle"][:, 0], frames[:, 0, 0, 0])
    np.testing.assert_array_equal(labels["throttle"][:, 0], -labels["angle"][:, 0])


def test_a_batch_does_not_depend_on_who_asked_before(make):
    settings = {"seed": 5, "augmentation": Augmentation()}
    straight, back = make(**settings), make(**settings)
    first = [straight[number][0] for number in (0, 1, 2)]
    second = [back[number][0] for number in (2, 1, 0)][::-1]
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


def test_changes_are_new_every_epoch(make):
    batches = make(rows=[5], seed=0, augmentation=Augmentation(["BRIGHTNESS"]))
    seen = set()
    for number in range(5):
        batches.begin_epoch(number)
        seen.add(batches[0][0].tobytes())
    assert len(seen) > 1


def test_transforms_come_last_as_on_the_car(make):
    crop = Transforms([("CROP", {"top_px": 1})])
    bright = Augmentation(["BRIGHTNESS"])
    frames, _ = make(transforms=crop, seed=0, augmentation=bright)[0]
    assert not frames[:, 0].any()
