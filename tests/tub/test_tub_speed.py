"""The short form of `scripts/bench tub_speed`, by processor time."""

from benchmarks.tub import tub_speed
from donkeycar.tub import check

NUM_RECORDS = 3000


def test_a_tub_is_checked_fast_enough(folder):
    tub_speed.make(folder / "tub", NUM_RECORDS)
    _, fast_s = tub_speed.best(lambda: check(folder / "tub", decode=False), 3)
    _, full_s = tub_speed.best(lambda: check(folder / "tub"), 2)
    # On a computer that does other things, the processor time of the same work may double.
    assert fast_s < 2 * tub_speed.FAST_GOAL_S * NUM_RECORDS / tub_speed.NUM_RECORDS
    assert 60 * NUM_RECORDS / full_s > tub_speed.GOAL_PER_MINUTE
