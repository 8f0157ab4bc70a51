import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from donkeycar.errors import TrainingError
from donkeycar.training.records.split import MAX_GAP, k_fold_split, train_validation_split


@given(
    lengths=st.lists(st.integers(1, 900), min_size=1, max_size=6),
    share=st.floats(0.3, 0.9),
    seed=st.integers(0, 99),
)
def test_no_record_is_for_training_and_for_validation(lengths, share, seed):
    sessions = np.repeat(np.arange(len(lengths)), lengths)
    if len(sessions) < 10:
        return
    parts = train_validation_split(sessions, train_share=share, seed=seed)
    assert not set(parts.train) & set(parts.validation)
    assert len(parts.train) + len(parts.validation) + parts.num_gap == len(sessions)
    assert len(parts.validation) == max(1, round(len(sessions) * (1 - share)))


@pytest.mark.parametrize("seed", range(5))
def test_no_neighbours_across_the_two(seed):
    parts = train_validation_split(np.zeros(4000), seed=seed)
    nearest = np.abs(parts.train[:, None] - parts.validation[None, :]).min()
    assert nearest == MAX_GAP + 1


def test_sessions_are_no_neighbours():
    sessions = np.repeat(np.arange(20), 200)
    assert train_validation_split(sessions, seed=3).num_gap == 0


def test_blocks_come_from_different_places():
    parts = train_validation_split(np.zeros(4000), seed=1)
    assert 3 <= (np.diff(parts.validation) > 1).sum() + 1 <= 4


def test_the_last_part_is_one_block():
    parts = train_validation_split(np.zeros(3541), validation="last")
    assert (parts.validation[0], parts.validation[-1], len(parts.validation)) == (2833, 3540, 708)
    assert parts.train[-1] == 2832 - MAX_GAP


def test_the_seed_chooses_the_blocks():
    sessions = np.zeros(2000)
    again = train_validation_split(sessions, seed=1).validation
    np.testing.assert_array_equal(train_validation_split(sessions, seed=1).validation, again)
    assert not np.array_equal(train_validation_split(sessions, seed=2).validation, again)


@pytest.mark.parametrize("mode", ["blocks", "last"])
def test_a_handful_of_records_can_be_split(mode):
    parts = train_validation_split(np.zeros(6), validation=mode)
    assert (len(parts.train), len(parts.validation)) == (5, 1)


def test_one_record_is_not_enough():
    with pytest.raises(TrainingError, match="Received: 1 usable records. Record more laps"):
        train_validation_split(np.zeros(1))


@pytest.mark.parametrize("share", [0, 1, -0.2, 1.5])
def test_an_impossible_share_is_refused(share):
    with pytest.raises(TrainingError, match="`train_share` must be more than 0 and less than 1"):
        train_validation_split(np.zeros(100), train_share=share)


def test_an_unknown_way_is_refused():
    with pytest.raises(TrainingError, match=r"one of \['blocks', 'last'\]. Received: 'random'"):
        train_validation_split(np.zeros(100), validation="random")


def test_every_record_validates_in_one_fold():
    sessions = np.repeat([0, 1, 2], [700, 90, 210])
    parts = k_fold_split(sessions, 5, seed=1)
    judges = np.concatenate([part.validation for part in parts])
    assert sorted(judges) == list(range(1000))
    assert all(150 <= len(part.validation) <= 250 for part in parts)


def test_no_fold_trains_on_the_neighbours_of_its_validation_records():
    for part in k_fold_split(np.zeros(1000), 4):
        away = np.abs(part.train[:, None] - part.validation[None, :])
        assert away.min() > 5
        assert len(part.train) + len(part.validation) + part.num_gap == 1000


def test_folds_depend_on_nothing_but_the_seed():
    one, same, other = (k_fold_split(np.zeros(500), 3, seed=seed) for seed in (4, 4, 5))
    np.testing.assert_array_equal(one[0].validation, same[0].validation)
    assert not np.array_equal(one[0].validation, other[0].validation)


@pytest.mark.parametrize(
    ("count", "k", "message"),
    [
        (100, 1, "`k` must be 2 or more. Received: k=1"),
        (3, 5, "5 folds need at least 5 records. Received: 3 usable records"),
    ],
)
def test_impossible_folds_are_refused(count, k, message):
    with pytest.raises(TrainingError, match=message):
        k_fold_split(np.zeros(count), k)
