"""The time line of a drive: it goes forward, whatever the clock of the car did."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from donkeycar.formats.drive_times import drive_times


def rows(*walls_ms, session="a", exposed=None):
    """Records with these wall times, and with exposures, if given."""
    found = [{"_timestamp_ms": wall, "_session_id": session} for wall in walls_ms]
    for row, exposed_s in zip(found, exposed or (), strict=False):
        row["cam/exposed_s"] = exposed_s
    return found


def in_ms(records, **more):
    return [round(ns / 1e6) for ns in drive_times(records, **more).times_ns.tolist()]


def test_a_clock_that_is_right_is_taken_as_it_is():
    times = drive_times(rows(1_000_000, 1_000_050, 1_000_120, 1_060_000))
    assert [ns // 1_000_000 for ns in times.times_ns] == [
        1_000_000,
        1_000_050,
        1_000_120,
        1_060_000,
    ]
    assert times.corrections == []


def test_a_clock_that_goes_back_keeps_the_usual_step_and_then_its_distance():
    times = drive_times(rows(5000, 5050, 5100, 1010, 1050, 1100))
    assert [ns // 1_000_000 for ns in times.times_ns] == [5000, 5050, 5100, 5150, 5190, 5240]
    (correction,) = times.corrections
    assert correction.place == 3
    assert correction.why.startswith("the clock went back by 4.1")


def test_where_exposures_are_recorded_the_step_is_theirs():
    records = rows(5000, 5050, 1000, exposed=[10.0, 10.05, 10.12])
    assert in_ms(records) == [5000, 5050, 5120]


def test_a_clock_that_the_network_sets_does_not_open_a_gap_of_months():
    records = rows(1000, 1050, 9_000_000_000, 9_000_000_050, exposed=[1.0, 1.05, 1.1, 1.15])
    assert in_ms(records) == [1000, 1050, 1100, 1150]
    (correction,) = drive_times(records).corrections
    assert correction.why.startswith("the clock jumped forward by 89999")


def test_a_simulation_that_did_not_wait_lasts_as_long_as_its_exposures_say():
    """1500 records spanned 2.2 s, and nothing said why."""
    records = rows(5000, 5001, 5001, 5002, exposed=[1.0, 1.05, 1.1, 1.15])
    records += rows(9000, 9050, session="b", exposed=[9.0, 9.06])
    times = drive_times(records)
    assert in_ms(records) == [5000, 5050, 5100, 5150, 9000, 9050]
    assert times.corrections[0].place == 1
    assert times.corrections[0].why.startswith("it says 1500 records a second")


def test_records_too_close_together_stay_where_no_exposure_says_better():
    times = drive_times(rows(5000, 5001, 5002))
    assert [ns // 1_000_000 for ns in times.times_ns] == [5000, 5001, 5002]
    assert times.corrections == []


def test_a_pause_stays_a_pause():
    assert in_ms(rows(1000, 1050, 61_050, exposed=[1.0, 1.05, 61.05])) == [1000, 1050, 61_050]


def test_a_later_session_begins_at_its_own_time_again():
    records = rows(5000, 1000) + rows(9000, 9050, session="b")
    assert in_ms(records) == [5000, 5050, 9000, 9050]


def test_a_session_with_an_earlier_clock_comes_after_the_one_before():
    records = rows(9000, 9050) + rows(1000, 1050, session="b")
    assert in_ms(records) == [9000, 9050, 9100, 9150]


def test_a_second_tub_comes_after_the_first():
    assert in_ms(rows(1000, 1050), after_ns=9_000_000_000) == [9050, 9100]
    assert in_ms(rows(1000, 1050), after_ns=500_000_000) == [1000, 1050]


@pytest.mark.parametrize("damage", [None, "12", -5, float("nan"), 1e300, True, [1]])
def test_a_time_that_is_none_takes_the_usual_step_and_is_told_once(damage):
    records = rows(1000, 1100, damage, damage, 1400)
    assert in_ms(records)[:4] == [1000, 1100, 1200, 1300]
    assert drive_times(records).corrections[0].why == "no time was recorded"


def test_two_records_of_one_millisecond_are_still_two():
    first, second = drive_times(rows(1000, 1000)).times_ns.tolist()
    assert 0 < second - first < 1_000_000


TIMES = st.one_of(st.none(), st.integers(-10, 10**13), st.floats(), st.text(max_size=2))


def test_a_clock_that_jumps_for_centuries_stays_within_64_bits():
    times = drive_times(rows(*[7.2e12, 0.0] * 20)).times_ns
    assert (np.diff(times) > 0).all()


@given(st.lists(st.tuples(TIMES, TIMES, st.sampled_from("ab")), max_size=30))
def test_time_always_goes_forward(given_rows):
    records = [
        {"_timestamp_ms": wall, "cam/exposed_s": exposed, "_session_id": session}
        for wall, exposed, session in given_rows
    ]
    times = drive_times(records).times_ns
    assert len(times) == len(records)
    assert (np.diff(times) > 0).all()
