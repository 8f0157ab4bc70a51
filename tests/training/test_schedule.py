import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.schedule import Schedule


def make(**changes):
    settings = {"epochs": 10, "learning_rate": 1e-3, "patience": 3, "min_delta": 0.0}
    return Schedule(**{**settings, **changes})


def test_full_pace_then_half_a_cosine_to_the_end():
    schedule = make()
    rates = [round(schedule.rate(epoch, 0) * 1e3, 3) for epoch in (0, 3, 6, 8, 10)]
    assert rates == [1.0, 1.0, 1.0, 0.5, 0.001]


def test_decay_divides_the_rate():
    assert make(decay=0.1).rate(0, 10) == pytest.approx(0.5e-3)


def test_it_ends_with_the_epochs():
    schedule = make(epochs=3)
    assert [schedule.go_on(done, 1 / done) for done in (1, 2, 3)] == [True, True, False]
    assert not schedule.stopped_early


def test_without_gain_it_cools_down_and_ends_early():
    schedule = make(epochs=100)
    losses = [0.9, 0.8, 0.7, 0.7, 0.7, 0.7, 0.6, 0.6, 0.6, 0.6]
    ended = next(n for n, loss in enumerate(losses, 1) if not schedule.go_on(n, loss))
    assert ended == 10  # three epochs without gain at 6, then 4 to cool down
    assert schedule.stopped_early
    assert schedule.rate(6, 0) == 1e-3
    assert schedule.rate(8, 0) == pytest.approx(0.5e-3)


def test_a_gain_below_the_smallest_is_none():
    schedule = make(epochs=100, min_delta=0.1)
    assert [schedule.go_on(n, 1 - n / 100) for n in range(1, 8)] == [True] * 6 + [False]


def test_without_patience_it_goes_to_the_end():
    schedule = make(patience=None)
    assert [schedule.go_on(n, 1.0) for n in range(1, 11)] == [True] * 9 + [False]


def test_a_loss_that_is_no_number_is_no_gain():
    schedule = make(epochs=100)
    assert not all(schedule.go_on(n, float("nan")) for n in range(1, 10))


@pytest.mark.parametrize(
    "wrong",
    [{"epochs": 0}, {"learning_rate": 0}, {"decay": -1}, {"patience": 0}, {"min_delta": -1}],
)
def test_impossible_numbers_are_refused(wrong):
    with pytest.raises(TrainingError, match=f"`{next(iter(wrong))}` must be .*Received"):
        make(**wrong)
