"""Strata, gaps and outliers of a `TubFrame`, against numpy written here, not through our code."""

import json
import math
import statistics
from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donkeycar.analysis import Bucket, Quantile, Range, SafetyLimitWarning, TubFrame
from donkeycar.analysis.applying import APPLIED
from donkeycar.cleaning import read_cleaning, write_cleaning
from donkeycar.cleaning.cleaning import STEPS
from donkeycar.errors import AnalysisError
from donkeycar.tub import TubReader

A, T, M = "user/angle", "user/throttle", "user/mode"
T0 = 1_700_000_000_000


def write_tub(folder, records, car=None):
    """A tub of these records, as a program that checks nothing would write it."""
    folder.mkdir(parents=True)
    lines = [
        json.dumps({"_index": n, "_session_id": "26-12-01_0", "_timestamp_ms": T0 + 50 * n, **one})
        for n, one in enumerate(records)
    ]
    (folder / "catalog_0.catalog").write_text("".join(f"{line}\n" for line in lines))
    manifest = [
        ["cam/image_array", A, T, M], ["image_array", "float", "float", "str"],
        {} if car is None else {"car": car}, {"created_at": 1.0},
        {"paths": ["catalog_0.catalog"], "current_index": len(lines), "max_len": 1000,
         "deleted_indexes": []},
    ]  # fmt: skip
    (folder / "manifest.json").write_text("".join(f"{json.dumps(line)}\n" for line in manifest))
    return folder


def made(count=400, seed=0):
    """Records with nulls, missing fields, ints among floats, and values far out of range."""
    rng = np.random.default_rng(seed)
    records = []
    for number in range(count):
        record = {
            A: float(rng.normal(0, 0.3)),
            T: float(rng.uniform(0.2, 0.6)),
            M: str(rng.choice(["user", "local", "local_angle"])),
        }
        if number % 17 == 3:
            record[A] = None
        if number % 23 == 5:
            del record[T]
        if number % 29 == 7:
            record[M] = None
        if number % 31 == 2:
            record[A] = int(rng.integers(-15, 16))
        if number % 37 == 4:
            record[T] = 5.6
        records.append(record)
    return records


@pytest.fixture(scope="module")
def tubs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tubs")
    return [
        write_tub(folder / "a" / "tub_1", made(seed=1), "red"),
        write_tub(folder / "b" / "tub_1", made(seed=2), "blue"),
    ]


@pytest.fixture(scope="module")
def rows(tubs):
    """All records with their car, as plain Python sees them."""
    return [
        {**record, "car": car}
        for tub, car in zip(tubs, ("red", "blue"), strict=True)
        for record in TubReader(tub)
    ]


@pytest.fixture
def frame(tubs):
    with TubFrame(tubs, threads=1) as frame:
        yield frame


def values(rows, column):
    return np.array([row[column] for row in rows if row.get(column) is not None], float)


def column(frame, name=A):
    return [row[name] for row in frame.safety_off().rows([name])]


def test_every_statistic_goes_by_stratum(frame, rows):
    by_car = defaultdict(list)
    for row in rows:
        by_car[row["car"], row[M]].append(row)
    strata = frame.stratify(["car", M])
    assert strata.count() == {key: len(group) for key, group in by_car.items()}
    for name, numpy in (("mean", np.mean), ("median", np.median), ("max", np.max),
                        ("q3", lambda x: np.percentile(x, 75))):  # fmt: skip
        got = getattr(strata.cols[A], name)()
        for key, group in by_car.items():
            assert got[key] == pytest.approx(numpy(values(group, A)))
    got = strata.isnull(ratio=True)
    for key, group in by_car.items():
        assert got[key][A] == pytest.approx(1 - len(values(group, A)) / len(group))


def test_buckets_are_ranges_of_equal_width(frame, rows):
    throttles = values(rows, T)
    edges = np.linspace(throttles.min(), throttles.max(), 6)
    counts = Counter(np.clip(np.searchsorted(edges, throttles, side="right") - 1, 0, 4).tolist())
    got = frame.stratify([Bucket(T, 5)]).count()
    assert got.pop(None) == len(rows) - len(throttles)
    assert sorted(got.values()) == sorted(counts.values())
    first = min(key for key in got if key.low is None)
    assert first == Range(None, pytest.approx(edges[1]))


def test_quantiles_are_ranges_of_as_many(frame, rows):
    angles = values(rows, A)
    got = frame.stratify([Quantile(A, 4)]).count()
    assert got.pop(None) == len(rows) - len(angles)
    assert [str(key) for key in got][0].startswith("below ")
    edges = np.percentile(angles, [25, 50, 75])
    assert [key.high for key in got][:3] == pytest.approx(edges)
    wanted = Counter(np.searchsorted(edges, angles, side="right").tolist())
    assert list(got.values()) == [wanted[place] for place in range(4)]


def test_all_kinds_of_strata_go_together(frame, rows):
    strata = frame.stratify(["car", M, Bucket(T, 5), Quantile(A, 4)])
    means = strata.cols[A].mean()
    assert sum(strata.count().values()) == len(rows)
    assert all(len(key) == 4 for key in means)


def test_a_number_that_comes_often_fills_one_range(tmp_path):
    tub = write_tub(tmp_path / "t", [{A: 0.0}] * 90 + [{A: 0.5}] * 10)
    with TubFrame(tub, threads=1) as frame:
        assert frame.stratify([Quantile(A, 4)]).count() == {Range(None, None): 100}
        assert frame.stratify([Bucket(A, 2)]).count() == {
            Range(None, 0.25): 90, Range(0.25, None): 10,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ([], "takes 1 to 8 columns"),
        ([Bucket(A, 1)], "must be 2 to 1000. Received: 1"),
        ([Bucket(M, 3)], "Only numbers have ranges"),
        (["cam/image_array"], "takes words and numbers"),
        (["nothing"], "must be one of"),
        ([5], "takes names of columns, Bucket and Quantile"),
        ([Bucket("pilot/angle", 3)], "must be one of"),
    ],
)
def test_what_does_not_divide_is_refused(frame, by, said):
    with pytest.raises(AnalysisError, match=said):
        frame.stratify(by)


@pytest.mark.parametrize(
    ("strategy", "oracle"),
    [
        ("mean", np.mean),
        ("median", np.median),
        ("mode", lambda x: min(statistics.multimode(x.tolist()))),
    ],
)
def test_each_stratum_is_filled_with_its_statistic(frame, rows, strategy, oracle):
    groups = defaultdict(list)
    for row in rows:
        groups[row[M]].append(row)
    wanted = {mode: float(oracle(values(group, T))) for mode, group in groups.items()}
    filled = frame.stratify([M]).fill(T, strategy)
    assert filled.statistics_[T] == pytest.approx(wanted)
    for row, got in zip(sorted_rows(rows), filled.safety_off().rows([T, M]), strict=True):
        assert got[T] == pytest.approx(wanted[row[M]] if row.get(T) is None else row[T])
    assert filled.isnull()[T] == 0
    assert frame.isnull()[T] > 0


def sorted_rows(rows):
    """In the order of a frame: tub a/tub_1, then b/tub_1."""
    return rows


def test_words_are_filled_with_the_most_frequent(frame, rows):
    counts = Counter(row[M] for row in rows if row.get(M))
    filled = frame.fill(M, "mode")
    assert filled.statistics_ == {M: counts.most_common(1)[0][0]}
    assert filled.isnull()[M] == 0


def test_interpolation_is_that_of_the_trainer(frame, tubs):
    filled = frame.fill(A, "interpolate", max_gap=3)
    wanted = [
        record.get(A)
        for tub in tubs
        for record in filled.cleaning.apply(list(TubReader(tub))).records
    ]
    assert column(filled) == pytest.approx(wanted, nan_ok=True)
    assert 0 <= filled.isnull()[A] < frame.isnull()[A]


def test_fences_are_those_of_numpy(frame, rows):
    q1, q3 = np.percentile(values(rows, T), [25, 75])
    low, high = q1 - 1.5 * (q3 - q1), q3 + 1.5 * (q3 - q1)
    fenced = frame.fence(T)
    assert fenced.fences_[T] == pytest.approx((low, high))
    assert fenced.cols[T].max() == pytest.approx(min(high, 5.6))
    beyond = int(((values(rows, T) < low) | (values(rows, T) > high)).sum())
    assert frame.outliers(T) == {T: beyond}
    assert frame.outliers(T, ratio=True) == {T: pytest.approx(beyond / len(rows))}
    assert frame.remove_outliers(T).count() == len(rows) - beyond
    assert frame.get_outliers(T).count() == beyond


def test_fences_may_be_given(frame, rows):
    beyond = int((np.abs(values(rows, A)) > 1).sum())
    missing = frame.isnull()[A]
    assert frame.fence(A, within=(-1, 1)).cols[A].max() == 1
    assert frame.blank(A, within=(-1, 1)).isnull()[A] == missing + beyond > missing
    assert frame.remove_outliers(A, within=(-1, 1)).count() == len(rows) - beyond
    assert frame.stratify([M]).blank(A, k=3).cols[A].max() < 15
    with pytest.raises(AnalysisError, match="a lower and an upper number"):
        frame.fence(A, within=(1, -1))


def test_fences_of_a_column_that_is_nearly_always_the_same_are_refused(tmp_path):
    """A track that is straight for most of the time: all bends would be clipped to 0."""
    straight = [{A: 0.0, T: 0.5, M: "user"}] * 80 + [{A: 0.9, T: 0.1, M: "local"}] * 10
    bends = [{A: 0.1 * n, T: 0.1 * n, M: "local"} for n in range(30)]
    with (
        TubFrame(write_tub(tmp_path / "t", straight + bends), threads=1) as frame,
        pytest.raises(AnalysisError, match="user/throttle, half of which or more are 0.5"),
    ):
        frame.fence(T)
    with TubFrame(write_tub(tmp_path / "u", straight + bends * 3), threads=1) as frame:
        fences = frame.stratify([M]).fence(A).fences_[A]
        assert list(fences) == ["local"]  # in mode user it never changes


def test_outliers_are_counted_by_stratum(frame, rows):
    wanted = {}
    for car in ("red", "blue"):
        own = values([row for row in rows if row["car"] == car], A)
        q1, q3 = np.percentile(own, [25, 75])
        low, high = q1 - 3 * (q3 - q1), q3 + 3 * (q3 - q1)
        wanted[car] = {A: int(((own < low) | (own > high)).sum())}
    strata = frame.stratify(["car"])
    assert strata.outliers(A, k=3) == wanted
    left = strata.remove_outliers(A, k=3)
    assert left.count() == len(rows) - sum(one[A] for one in wanted.values())


def test_the_plain_distance_is_that_of_numpy(frame, rows):
    both = np.array([(row[A], row[T]) for row in rows if row.get(A) is not None and T in row])
    centre, covariance = both.mean(axis=0), np.cov(both.T)
    away = both - centre
    squared = np.einsum("ij,jk,ik->i", away, np.linalg.inv(covariance), away)
    # 13.816: the 99.9 % quantile of chi-square with two degrees of freedom, NIST e-Handbook.
    wanted = int((squared > 13.8155).sum())
    got = frame.outliers([A, T], "mahalanobis", robust=False)
    assert got == {f"{A}, {T}": wanted}
    [step] = frame.remove_outliers([A, T], "mahalanobis", robust=False).cleaning.steps
    assert step.centre == pytest.approx(centre)
    assert np.array(step.covariance) == pytest.approx(covariance)


def test_a_robust_distance_is_not_blinded_by_many_outliers(tmp_path):
    rng = np.random.default_rng(5)
    good = [{A: float(a), T: float(t)} for a, t in rng.normal((0, 0.4), (0.3, 0.1), (900, 2))]
    bad = [{A: float(a), T: 5.0} for a in rng.normal(12, 1, 100)]
    with TubFrame(write_tub(tmp_path / "t", good + bad), threads=1) as frame:
        name = f"{A}, {T}"
        assert frame.outliers([A, T], "mahalanobis", robust=False)[name] < 50
        robust = frame.remove_outliers([A, T], "mahalanobis", robust=True)
        [step] = robust.cleaning.steps
        assert 100 <= frame.count() - robust.count() <= 104
        # The good ones have a covariance of 0.09 and 0.01, by construction.
        assert np.array(step.covariance).diagonal() == pytest.approx([0.09, 0.01], rel=0.15)


def test_the_change_of_an_angle_is_judged_too(frame, tubs):
    names = [A, T, f"change of {A}"]
    cleaned = frame.remove_outliers(names, "mahalanobis", probability=0.99)
    kept = sum(int(cleaned.cleaning.apply(list(TubReader(tub))).kept.sum()) for tub in tubs)
    assert cleaned.count() == kept < frame.count()


@pytest.mark.parametrize(
    ("names", "settings", "said"),
    [
        ([A, A], {}, "different columns"),
        ([A, M], {}, "must hold numbers"),
        ([A], {"probability": 2}, "must be 0.5 to 0.999999"),
        ([A], {"method": "z-score"}, "must be tukey or mahalanobis"),
        ([A], {"method": "tukey", "k": -1}, "`k` must be 0 or more"),
        ([], {}, "At least one column"),
        (["_timestamp_ms"], {"method": "tukey"}, "must be one of|not the place"),
    ],
)
def test_what_cannot_be_fitted_is_refused(frame, names, settings, said):
    with pytest.raises(AnalysisError, match=said):
        frame.outliers(names, **{"method": "mahalanobis", **settings})


def test_numbers_that_never_change_or_follow_from_others_are_said(tmp_path):
    same = write_tub(tmp_path / "same", [{A: n / 10, T: 0.3} for n in range(10)])
    with TubFrame(same, threads=1) as frame:
        for robust in (True, False):
            with pytest.raises(AnalysisError, match="Received: user/throttle, which is nearly alw"):
                frame.outliers([A, T], "mahalanobis", robust=robust)
    twice = write_tub(tmp_path / "twice", [{A: n / 10, T: n / 20} for n in range(10)])
    with TubFrame(twice, threads=1) as frame, pytest.raises(AnalysisError, match="may follow from"):
        frame.outliers([A, T], "mahalanobis", robust=False)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda frame: frame.fill(A, "guess"), "one of mean, median, mode, interpolate"),
        (lambda frame: frame.fill(M, "mean"), "must hold numbers"),
        (lambda frame: frame.fill("cam/image_array", "mode"), "not the place or the picture"),
        (lambda frame: frame.fill("index"), "not|whole columns"),
        (lambda frame: frame.fill(A, "interpolate", max_gap=0), "must be 1 to 1000"),
        (lambda frame: frame.stratify(["tub"]).fill(A), "must fit other tubs, too"),
        (lambda frame: frame.stratify(["session"]).fence(A), "must fit other tubs, too"),
        (lambda frame: frame.stratify([M]).fill(A, "interpolate"), "goes along the drive"),
        (lambda frame: frame.cleaning, "There must be a step to save"),
    ],
)
def test_what_would_not_work_is_refused(frame, call, said):
    with pytest.raises(AnalysisError, match=said):
        call(frame)


@pytest.mark.parametrize("strategy", ["mean", "mode"])
def test_a_column_without_any_value_is_not_fitted(tmp_path, strategy):
    """What other imputers do: leave the column out in silence, or fill in nothing."""
    with TubFrame(write_tub(tmp_path / "t", [{A: 0.1, T: None}] * 3), threads=1) as frame:
        for fit in (lambda: frame.fill(T, strategy), lambda: frame.fence(T)):
            with pytest.raises(AnalysisError, match="user/throttle, which no record has. Fit to"):
                fit()
        assert frame.fill(T, "interpolate").isnull()[T] == 3


def test_left_out_records_are_listed_by_tub(frame, tubs):
    cleaned = frame.remove_outliers(A, k=3)
    wanted = {}
    low, high = cleaned.cleaning.steps[0].fences.otherwise
    for tub in tubs:
        wanted[str(tub)] = [
            record["_index"]
            for record in TubReader(tub)
            if record.get(A) is not None and not low <= record[A] <= high
        ]
    assert cleaned.left_out() == wanted
    assert frame.left_out() == {}


def test_a_function_of_columns_makes_a_column(frame, rows):
    frame = frame.assign("turn", lambda angle, throttle: np.abs(angle) * throttle, [A, T])
    wanted = [
        abs(row[A]) * row[T] for row in rows if row.get(A) is not None and row.get(T) is not None
    ]
    assert frame.cols["turn"].mean() == pytest.approx(np.mean(wanted))
    assert frame.cols["turn"].count() == len(wanted)
    assert set(frame.stratify([Quantile("turn", 3), "car"]).cols["turn"].max()) > {(None, "red")}
    assert frame.outliers("turn")["turn"] > 0
    words = frame.assign("side", lambda turn: np.where(turn > 0.1, "much", None), "turn")
    assert words.cols["side"].count() == sum(value > 0.1 for value in wanted)


def test_a_function_never_gets_more_than_the_safety_limit(frame, rows):
    seen = []
    frame.set_safety_limit(300)
    frame.assign("x", lambda angle: seen.append(len(angle)) or angle, A)
    assert seen == [300, 300, 200]
    frame.safety_off().assign("x", lambda angle: seen.append(len(angle)) or angle, A)
    assert seen[3:] == [len(rows)]


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda angle: angle[:-1], r"one value for each record. Received: shape"),
        (lambda angle: 1.0, r"one value for each record. Received: shape \(\)"),
        (lambda angle: 1 / 0, "The function of x failed: ZeroDivisionError"),
        (lambda angle: [{}] * len(angle), "must return numbers or words"),
        (lambda angle: np.where(angle > 0, 1j, 0), "must return numbers or words"),
        (lambda angle: None, "Received: None. End it with `return`"),
        (lambda angle: np.full(angle.shape, 1e308), "larger ones are infinite. Received: 1e.308"),
    ],
)
def test_a_function_that_fails_is_said(frame, function, said):
    with pytest.raises(AnalysisError, match=said):
        frame.assign("x", function, A)


def test_a_recorded_column_is_not_hidden_and_an_assigned_one_not_saved(frame):
    with pytest.raises(AnalysisError, match="must not hide a recorded one"):
        frame.assign(T, lambda angle: angle, A)
    made = frame.assign("x", np.abs, A)
    assert made.assign("x", np.negative, A).cols["x"].min() == -frame.cols[A].max()
    with pytest.raises(AnalysisError, match="x, which `assign` computed"):
        _ = made.fill("x").cleaning


def test_too_many_strata_are_pulled_with_a_warning_and_not_fitted(tmp_path):
    tub = write_tub(tmp_path / "t", [{A: n / 10, M: f"mode {n}"} for n in range(1002)])
    with TubFrame(tub, threads=1) as frame:
        with pytest.warns(SafetyLimitWarning):
            assert len(frame.stratify([M]).cols[A].mean()) == 1000
        with pytest.raises(AnalysisError, match="at most 1000 strata"):
            frame.stratify([M]).fill(A)


def fenced(frame, method, name, k):
    """Tukey's fences by mode; given ones where half of the values are the same."""
    if frame.cols[name].q1() == frame.cols[name].q3():
        return getattr(frame, method)(name, within=(-1, 1))
    return getattr(frame.stratify([M]), method)(name, k=k)


value = st.one_of(st.none(), st.just(math.nan), st.floats(-15, 15), st.integers(-15, 15))
record = st.fixed_dictionaries(
    {}, optional={A: value, T: value, M: st.sampled_from(["user", "lo'cal", "", None])}
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(record, min_size=4, max_size=40).filter(
        lambda records: sum(isinstance(one.get(A), float) and one[A] == one[A] for one in records)
    ),
    st.sampled_from(["mean", "median", "mode"]),
    st.floats(0, 3),
)
def test_fit_save_load_apply_is_the_same_in_the_engine_and_in_the_trainer(
    tmp_path_factory, records, strategy, k
):
    folder = tmp_path_factory.mktemp("p")
    tub = write_tub(folder / "tub", [{A: None, T: 0.5, M: "user", **one} for one in records])
    with TubFrame(tub, threads=1) as frame:
        fitted = frame.fill(A, "interpolate", max_gap=2)
        fitted = fitted.stratify([M, Quantile(T, 3)]).fill(A, strategy)
        fitted = fenced(fitted, "remove_outliers", T, k + 1)
        fitted = fenced(fitted, "fence", A, k)
        write_cleaning(folder / "c.json", fitted.cleaning)
        cleaning = read_cleaning(folder / "c.json")
        assert cleaning == fitted.cleaning
        done = cleaning.apply(list(TubReader(tub)), {"car": "p"})
        kept = [one for one, good in zip(done.records, done.kept, strict=True) if good]
        again = frame.cleaned(cleaning)
        for other in (fitted, again):
            assert [row["index"] for row in other.rows(["index"])] == [r["_index"] for r in kept]
            assert column(other) == pytest.approx([one[A] for one in kept])
        # No stratum with data, and none of all, leaves anything missing; a fence is idempotent.
        assert None not in column(fitted)
        twice = cleaning.steps[-1]
        assert column(fitted.then(twice)) == column(fitted)


def test_every_step_that_a_file_can_hold_is_one_that_the_engine_applies():
    assert set(APPLIED) == set(STEPS.values())


@pytest.mark.parametrize("name", ["tub", "car", "session", "index", "time"])
def test_a_column_that_says_which_record_it_is_is_not_filled(frame, name):
    """`donkey tub fit --fill tub=mode` ended in an error of the engine about a join."""
    with pytest.raises(AnalysisError, match=f"A step changes whole columns. Received: {name}"):
        frame.fill(name, "mode")
