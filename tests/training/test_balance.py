import numpy as np
import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.epochs.balance import MOST_OFTEN, balance_weights, draw


@pytest.fixture
def angles():
    """900 straight on, 90 in a bend, 10 in a tight one."""
    return np.repeat([0.0, 0.4, -0.9], [900, 90, 10])


def test_without_strength_each_record_is_shown_once(angles):
    np.testing.assert_allclose(balance_weights(angles, 0), 1)


def test_half_strength_takes_the_root_of_what_is_rare(angles):
    weights = balance_weights(angles, 0.5)
    assert weights.mean() == pytest.approx(1)
    assert weights[900] / weights[0] == pytest.approx(np.sqrt(10))


def test_full_strength_shows_every_range_alike_if_it_may(angles):
    weights = balance_weights(angles[:990], 1.0)
    assert weights[:900].sum() == pytest.approx(weights[900:].sum())


def test_no_record_is_shown_too_often(angles):
    weights = balance_weights(angles, 1.0)
    assert weights.max() == MOST_OFTEN
    assert weights.mean() == pytest.approx(1)


def test_steering_at_the_very_end_has_a_range_too():
    assert balance_weights(np.array([-1.0, 1.0]), 1.0).tolist() == [1, 1]


def test_rows_are_drawn_as_often_as_they_should_be():
    rows, weights = np.array([5, 6, 7, 8]), np.array([2.3, 0.7, 0.5, 0.5])
    rng = np.random.default_rng(0)
    drawn = [draw(rows, weights, rng) for _ in range(2000)]
    counts = np.array([[np.count_nonzero(some == row) for row in rows] for some in drawn])
    assert set(counts.sum(axis=1)) == {4}
    assert set(counts[:, 0]) == {2, 3}
    np.testing.assert_allclose(counts.mean(axis=0), weights, atol=0.05)


def test_with_equal_weights_every_row_is_drawn_once():
    rows = np.arange(300)
    assert sorted(draw(rows, np.ones(300), np.random.default_rng(1))) == list(rows)


@pytest.mark.parametrize("strength", [-0.1, 1.5, float("nan")])
def test_an_impossible_strength_is_refused(strength):
    with pytest.raises(TrainingError, match="`balance` must be 0 to 1. Received: balance="):
        balance_weights(np.zeros(3), strength)
