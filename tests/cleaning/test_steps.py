"""Steps of cleaning on records made here, against plain Python and numpy written here."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donkeycar.cleaning import Cleaning
from donkeycar.cleaning.fence import Blank, Fence, Outliers, tukey_fences
from donkeycar.cleaning.fill import Fill, Interpolate
from donkeycar.cleaning.mahalanobis import Component, MahalanobisOutliers
from donkeycar.cleaning.rows import Rows
from donkeycar.cleaning.strata import Key, PerStratum

A, T, M = "user/angle", "user/throttle", "user/mode"


def drive(values, *, column=A, session="s", step_ms=50, **others):
    """Records of one session, 20 a second."""
    return [
        {
            "_index": index,
            "_session_id": session,
            "_timestamp_ms": 1_700_000_000_000 + step_ms * index,
            column: value,
            **others,
        }
        for index, value in enumerate(values)
    ]


def column(cleaned, name=A):
    return [record.get(name) for record in cleaned.records]


def clean(records, *steps):
    return Cleaning(steps).apply(records)


def everywhere(value):
    return PerStratum((), {}, value)


MISSING = [None, math.nan, math.inf, "0.5", True, [1.0]]


@pytest.mark.parametrize("missing", MISSING, ids=repr)
def test_what_is_no_number_is_filled(missing):
    cleaned = clean(drive([0.5, missing]), Fill(A, "mean", everywhere(0.25)))
    assert column(cleaned) == [0.5, 0.25]
    assert cleaned.counts.filled == {A: 1}


def test_a_column_that_a_record_lacks_is_filled():
    records = drive([0.5, 0.5])
    del records[1][A]
    assert column(clean(records, Fill(A, "median", everywhere(0.1)))) == [0.5, 0.1]


def test_records_that_were_given_stay_as_they_are():
    records = drive([None])
    clean(records, Fill(A, "mean", everywhere(0.25)))
    assert records[0][A] is None


def test_each_stratum_is_filled_with_its_own_value_and_a_new_one_with_that_of_all():
    by = PerStratum((Key(M), Key(T, (0.2, 0.4))), {("user", 0): 1.0, (None, 2): 2.0}, 9.0)
    records = [
        {"_index": 0, M: "user", T: 0.1},
        {"_index": 1, T: 0.4},  # an edge belongs to the range above it
        {"_index": 2, M: "pilot", T: 0.1},
        {"_index": 3, M: "user", T: None},
    ]
    assert column(clean(records, Fill(A, "mean", by))) == [1.0, 2.0, 9.0, 9.0]


def test_words_are_filled_with_their_mode():
    cleaned = clean(drive(["user", None, 3], column=M), Fill(M, "mode", everywhere("user")))
    assert column(cleaned, M) == ["user", "user", 3]


def test_without_a_value_it_stays_missing_and_is_counted():
    cleaned = clean(drive([None]), Fill(A, "mean", everywhere(None)))
    assert cleaned.counts.unfilled == {A: 1}
    assert "1 of user/angle still missing" in cleaned.counts.in_words()


def test_words_group_whole_numbers_alike_however_they_are_written():
    by = PerStratum((Key("lap"),), {("1",): 0.5}, None)
    records = [{"_index": i, "lap": lap} for i, lap in enumerate([1, 1.0, True, "1"])]
    assert column(clean(records, Fill(A, "mean", by))) == [0.5, 0.5, None, 0.5]


def test_interpolation_goes_along_the_index():
    records = drive([0.0, None, None, 0.3])
    assert column(clean(records, Interpolate(A))) == pytest.approx([0.0, 0.1, 0.2, 0.3])
    del records[1]  # a deleted record: its place counts
    assert column(clean(records, Interpolate(A))) == pytest.approx([0.0, 0.2, 0.3])


def changed(records, index, **fields):
    return [
        record if number != index else {**record, **fields} for number, record in enumerate(records)
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"_session_id": "other"},
        {"_timestamp_ms": 1_700_000_010_000},
        {"_timestamp_ms": 1_600_000_000_000},
        {"_index": 100},
        {"_index": 0},
    ],
    ids=["session", "pause", "clock set back", "far away", "index again"],
)
def test_interpolation_does_not_cross(fields):
    records = changed(drive([0.0, None, None, 0.3]), 3, **fields)
    cleaned = clean(records, Interpolate(A))
    assert column(cleaned) == [0.0, None, None, 0.3]
    assert cleaned.counts.unfilled == {A: 2}


def test_interpolation_does_not_go_on_beyond_what_is_known():
    assert column(clean(drive([None, 0.5, None]), Interpolate(A))) == [None, 0.5, None]


def test_interpolation_needs_no_times():
    records = [{**record, "_timestamp_ms": None} for record in drive([0.0, None, 1.0])]
    assert column(clean(records, Interpolate(A))) == [0.0, 0.5, 1.0]


def test_the_longest_gap_is_exact():
    def gap(length):
        return drive([0.0, *[None] * length, 1.0])

    assert None not in column(clean(gap(3), Interpolate(A, max_gap=3)))
    assert column(clean(gap(4), Interpolate(A, max_gap=3))).count(None) == 4


def test_values_beyond_the_fences_are_clipped():
    fence = Fence(T, 1.5, everywhere((-0.5, 1.0)))
    cleaned = clean(drive([5.6, -1, 0.3, None], column=T), fence)
    assert column(cleaned, T) == [1.0, -0.5, 0.3, None]
    assert cleaned.counts.fenced == {T: 2}


def test_a_glitch_is_taken_as_missing_and_filled_along_the_drive():
    blank = Blank(A, None, everywhere((-1.0, 1.0)))
    cleaned = clean(drive([0.2, 15, 0.4, -15]), blank, Interpolate(A))
    assert column(cleaned) == [0.2, pytest.approx(0.3), 0.4, None]
    assert cleaned.counts.blanked == {A: 2}
    assert cleaned.counts.in_words() == (
        "cleaned 4 records: 2 of user/angle treated as missing, 1 of user/angle filled, 1 of "
        "user/angle still missing"
    )


def test_records_beyond_the_fences_are_left_out():
    cleaned = clean(drive([15, 0.3, None]), Outliers(A, 3, everywhere((-1, 1))))
    assert cleaned.kept.tolist() == [False, True, True]
    assert cleaned.counts.left_out == {"beyond Tukey's fences of user/angle": 1}


def test_a_record_that_is_left_out_is_no_neighbour():
    records = drive([0.0, None, 15.0, None, 0.4])
    cleaned = clean(records, Outliers(A, 3, everywhere((-1, 1))), Interpolate(A))
    assert column(cleaned) == pytest.approx([0.0, 0.1, 15.0, 0.3, 0.4])


def test_tukeys_fences_are_those_of_his_book():
    values = np.random.default_rng(1).normal(0, 1, 101)
    q1, q3 = np.percentile(values, [25, 75])
    assert tukey_fences(q1, q3, 1.5) == (q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1))


def far(components, **settings):
    return MahalanobisOutliers(components, **{"probability": 0.999, "robust": False, **settings})


def test_the_distance_is_that_of_the_formula():
    rng = np.random.default_rng(2)
    covariance = np.array([[0.09, 0.02, 0], [0.02, 0.04, 0.001], [0, 0.001, 0.01]])
    angles, throttles = rng.normal(0, 0.3, 50), rng.normal(0.4, 0.2, 50)
    records = [
        {**record, T: float(throttle)}
        for record, throttle in zip(drive(angles.tolist()), throttles, strict=True)
    ]
    centre = (0.01, 0.4, 0.0)
    step = far(
        (Component(A), Component(T), Component(A, change=True)),
        centre=centre,
        covariance=tuple(map(tuple, covariance)),
    )
    got = step.distances(Rows(records))
    assert math.isnan(got[0])  # nothing comes before it
    for row in range(1, 50):
        away = np.array([angles[row], throttles[row], angles[row] - angles[row - 1]]) - centre
        assert got[row] == pytest.approx(math.sqrt(away @ np.linalg.inv(covariance) @ away))


def test_a_jump_of_the_steering_is_an_outlier_though_its_angle_is_not():
    step = far((Component(A, change=True),), centre=(0.0,), covariance=((0.01,),))
    cleaned = clean(drive([-0.4, -0.4, 0.4, 0.4]), step)
    assert cleaned.kept.tolist() == [True, True, False, True]


@pytest.mark.parametrize(
    "fields", [{"_session_id": "other"}, {"_index": 9}, {"_timestamp_ms": 1_700_000_009_000}]
)
def test_a_change_is_not_known_across_a_gap(fields):
    step = far((Component(A, change=True),), centre=(0.0,), covariance=((0.01,),))
    assert clean(changed(drive([-0.4, 0.4]), 1, **fields), step).kept.all()


numbers = st.one_of(st.none(), st.floats(-20, 20), st.integers(-15, 15))


@settings(max_examples=60, deadline=None)
@given(st.lists(numbers, max_size=30), st.floats(-5, 0), st.floats(0, 5))
def test_a_fence_is_idempotent(values, low, high):
    fence = Fence(A, 1.5, everywhere((low, high)))
    once = clean(drive(values), fence)
    again = clean(once.records, fence)
    assert again.records == once.records
    assert not again.counts.fenced
    assert all(low <= value <= high for value in column(once) if value is not None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(numbers, st.sampled_from(["user", "local", None])), max_size=30))
def test_a_fill_leaves_nothing_missing_where_its_stratum_has_a_value(rows):
    records = [
        {**record, M: mode}
        for record, (_, mode) in zip(drive([value for value, _ in rows]), rows, strict=True)
    ]
    by = PerStratum((Key(M),), {("user",): 0.5, (None,): 0.1}, None)
    for record in clean(records, Fill(A, "mean", by)).records:
        assert (record[A] is None) == (record[M] == "local" and record[A] is None)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1, 1)), max_size=30), st.integers(1, 8))
def test_interpolation_agrees_with_numpy(values, max_gap):
    got = column(clean(drive(values), Interpolate(A, max_gap=max_gap)))
    known = [index for index, value in enumerate(values) if value is not None]
    for index, value in enumerate(values):
        before = max((place for place in known if place < index), default=None)
        after = min((place for place in known if place > index), default=None)
        if value is not None or None in (before, after) or after - before > max_gap + 1:
            assert got[index] == value
        else:
            line = np.interp(index, [before, after], [values[before], values[after]])
            assert got[index] == pytest.approx(line, abs=1e-12)
