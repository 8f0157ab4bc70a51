"""Whether a large disagreement means a large error, asked of pilots that saw the record."""

import numpy as np
import pytest

from donkeycar.training.disagreement import errors_by_disagreement

COUNT, PILOTS = 200, 4


@pytest.fixture
def driver():
    return np.random.default_rng(0).uniform(-0.5, 0.5, COUNT)


@pytest.fixture
def fold():
    return np.arange(COUNT) % PILOTS


def test_where_the_others_disagree_the_error_is_shown(driver, fold):
    angles = np.repeat(driver[:, None], PILOTS, axis=1)
    rows = np.arange(COUNT)
    angles[rows, fold] += 0.1  # a pilot that was not trained on it is a little off, and in a tenth:
    hard = rows >= 180
    angles[hard, (fold[hard] + 1) % PILOTS] += 0.3  # the others disagree,
    angles[hard, fold[hard]] += 0.2  # and it is far off
    assert errors_by_disagreement(angles, driver, fold) == pytest.approx((0.3, 0.1))


def test_one_that_is_wrong_alone_does_not_count_as_disagreement(driver, fold):
    angles = np.repeat(driver[:, None], PILOTS, axis=1)
    rows = np.arange(COUNT)
    angles[rows[:20], fold[:20]] += 0.4  # its own spread would be largest here
    angles[rows[180:], (fold[180:] + 1) % PILOTS] += 0.1
    assert errors_by_disagreement(angles, driver, fold) == pytest.approx((0.0, 0.4 * 20 / 180))


def test_of_two_there_are_no_others(driver, fold):
    angles = np.repeat(driver[:, None], 2, axis=1)
    assert errors_by_disagreement(angles, driver, fold % 2) == (None, None)
