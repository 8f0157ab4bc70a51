"""The learning rate from epoch to epoch, and when training ends."""

import json

import pytest

from donkeycar.errors import TrainingError
from donkeycar.training.epochs.schedule import Schedule


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
    ("settings", "rates"),
    [
        ({"shape": "cosine"}, [1.0, 0.854, 0.5, 0.146, 0.001]),
        (
            {"shape": "exponential", "drop": 0.25, "epochs_per_drop": 5},
            [1, 0.5, 0.25, 0.125, 0.063],
        ),
        ({"shape": "step", "drop": 0.1, "epochs_per_drop": 4}, [1.0, 1.0, 0.1, 0.1, 0.01]),
        ({"warmup_epochs": 5.0}, [0.001, 0.5, 1.0, 0.691, 0.001]),
    ],
)
def test_shapes_of_the_rate(settings, rates):
    schedule = make(**settings)
    got = [schedule.rate(epoch, 0) * 1e3 for epoch in (0, 2.5, 5, 7.5, 10)]
    assert got == pytest.approx(rates, abs=1e-3)


def test_a_shape_with_an_end_of_its_own_stops_at_once():
    schedule = make(epochs=100, shape="cosine")
    assert [schedule.go_on(n, 1.0) for n in range(1, 5)] == [True, True, True, False]
    assert schedule.stopped_early
    assert schedule.rate(4, 0) > 0.9e-3


def test_it_goes_on_from_where_it_was():
    losses = [0.9, 0.8, 0.7, 0.7, 0.7, 0.7, 0.6, 0.6, 0.6, 0.6]
    first = make(epochs=100)
    for n, loss in enumerate(losses[:7], 1):
        first.go_on(n, loss)
    second = make(epochs=100)
    second.restore(json.loads(json.dumps(first.state())))
    for n, loss in enumerate(losses[7:], 8):
        assert first.go_on(n, loss) == second.go_on(n, loss)
        assert first.rate(n, n) == second.rate(n, n)
    assert (first.end, first.stopped_early) == (second.end, second.stopped_early) == (10, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"epochs": 0}, {"learning_rate": 0}, {"learning_rate": float("nan")}, {"decay": -1},
        {"patience": 0}, {"min_delta": -1}, {"drop": 1}, {"epochs_per_drop": 0},
        {"warmup_epochs": 10}, {"warmup_epochs": -1},
    ],
)  # fmt: skip
def test_impossible_numbers_are_refused(wrong):
    with pytest.raises(TrainingError, match=f"`{next(iter(wrong))}` must be .*Received"):
        make(**wrong)


def test_a_shape_nobody_knows_is_refused():
    with pytest.raises(TrainingError, match=r"`schedule` must be one of \['constant', 'cosine'"):
        make(shape="cosin")
