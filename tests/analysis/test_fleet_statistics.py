"""The short form of `scripts/bench fleet_statistics`: 8,000 records in 8 catalogs."""

import pytest

from benchmarks.tub.fleet_statistics import ask, make_fleet, measure


def test_a_fleet_with_a_damaged_line_is_told_right_and_fast(tmp_path):
    expected = make_fleet(tmp_path, tubs=4, catalogs=2)
    found = ask(tmp_path)
    assert found["count"] == expected["count"] == 4 * 1900 - 1
    assert found["mean"] == pytest.approx(expected["mean"], abs=1e-9)
    ours, plain, _ = measure(tmp_path, 3)
    # Opening takes a tenth of a second whatever the size: the full size has a stricter goal.
    assert min(ours) < 40 * min(plain)
