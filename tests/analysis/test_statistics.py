"""Every statistic against NumPy, or against its formula written down once more."""

import json
import math
import warnings
from collections import Counter

import numpy as np
import pytest

from donkeycar.analysis import TubFrame
from donkeycar.analysis.cols import Choice
from donkeycar.analysis.group import Group
from donkeycar.errors import AnalysisError

NUMBER = 500
RNG = np.random.default_rng(5)
A = np.round(RNG.normal(0, 0.3, NUMBER), 3)
B = np.round(0.5 * A + RNG.normal(0, 0.1, NUMBER), 3)
MODE = np.array(["user", "local", "local_angle"])[RNG.integers(0, 3, NUMBER)]
HAS_A = RNG.random(NUMBER) > 0.1
ON = RNG.random(NUMBER) > 0.7


@pytest.fixture(scope="module")
def frame(tmp_path_factory):
    path = tmp_path_factory.mktemp("tub")
    with (path / "catalog_0.catalog").open("w") as file:
        for n in range(NUMBER):
            record = {"_index": n, "b": B[n], "mode": str(MODE[n]), "on": bool(ON[n])}
            if HAS_A[n]:
                record["a"] = A[n]
            file.write(json.dumps(record) + "\n")
    with TubFrame(path, threads=2) as frame:
        yield frame


def grouped(frame, *names):
    return Choice(frame, [Group.by(frame.column(name)) for name in names])


def there(mode=None):
    return A[HAS_A & (mode == MODE)] if mode else A[HAS_A]


NUMPY = {
    "count": len,
    "min": np.min,
    "max": np.max,
    "mean": np.mean,
    "median": np.median,
    "q1": lambda x: np.percentile(x, 25),
    "q3": lambda x: np.percentile(x, 75),
    "std": lambda x: np.std(x, ddof=1),
    "stddev": lambda x: np.std(x, ddof=1),
    "nunique": lambda x: len(set(x)),
    "mode": lambda x: min(Counter(x).items(), key=lambda item: (-item[1], item[0]))[0],
}


@pytest.mark.parametrize("name", NUMPY)
def test_a_number_about_a_column(frame, name):
    assert getattr(frame.cols["a"], name)() == pytest.approx(NUMPY[name](there()), rel=1e-12)
    assert getattr(frame.cols[["a", "b"]], name)() == pytest.approx(
        {"a": NUMPY[name](there()), "b": NUMPY[name](B)}, rel=1e-12
    )


@pytest.mark.parametrize("name", NUMPY)
def test_a_number_for_each_group(frame, name):
    found = getattr(grouped(frame, "mode")["a"], name)()
    assert list(found) == ["local", "local_angle", "user"]
    for mode, value in found.items():
        assert value == pytest.approx(NUMPY[name](there(mode)), rel=1e-12)


def test_two_ways_of_dividing_make_keys_of_two(frame):
    found = grouped(frame, "mode", "on")[["b"]].count()
    assert found == {
        (mode, on): {"b": int(((mode == MODE) & (on == ON)).sum())}
        for mode in ("local", "local_angle", "user")
        for on in (False, True)
    }


@pytest.mark.parametrize("percent", [0, 0.5, 10, 33.3, 99, 100])
def test_a_percentile_is_exact(frame, percent):
    assert frame.cols["a"].percentile(percent) == pytest.approx(np.percentile(there(), percent))


def test_texts_have_an_order_and_counts_but_no_mean(frame):
    mode = frame.cols["mode"]
    assert (mode.min(), mode.max(), mode.nunique()) == ("local", "user", 3)
    counts = Counter(MODE)
    assert list(mode.value_counts().items()) == counts.most_common()
    assert mode.mode() == counts.most_common(1)[0][0]
    with pytest.raises(AnalysisError, match="must hold numbers. Received: mode, text"):
        mode.mean()


def test_truth_values_count_as_0_and_1(frame):
    assert frame.cols["on"].mean() == pytest.approx(ON.mean())
    assert frame.cols["on"].value_counts() == {False: int((~ON).sum()), True: int(ON.sum())}


def test_value_counts_of_groups(frame):
    found = grouped(frame, "on")["mode"].value_counts()
    assert found == {on: dict(Counter(MODE[on == ON])) for on in (False, True)}


@pytest.mark.parametrize("bins", [1, 2, 7, 20, 51, 1000])
def test_a_histogram_is_the_one_of_numpy(frame, bins):
    counts, edges = np.histogram(there(), bins)
    found = frame.cols["a"].hist(bins)
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_array_equal(found.edges, edges)
    assert found.outside == 0


@pytest.mark.parametrize("limits", [(-0.2, 0.3), (0, 0.1), (-5, 5), (2, 3)])
def test_a_histogram_within_limits_counts_what_lies_outside(frame, limits):
    counts, edges = np.histogram(there(), 20, range=limits)
    found = frame.cols["a"].hist(20, limits)
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_array_equal(found.edges, edges)
    assert found.outside == len(there()) - counts.sum()


def test_values_on_the_limits_of_bins_fall_where_numpy_puts_them(tmp_path, make_tub):
    values = [float(value) for value in np.linspace(-1, 1, 41)]
    with TubFrame(make_tub(tmp_path, x=values)) as frame:
        for bins in (2, 3, 5, 8, 10, 20, 40):
            counts, _ = np.histogram(values, bins)
            np.testing.assert_array_equal(frame.cols["x"].hist(bins).counts, counts)


def test_histograms_of_groups_share_their_bins(frame):
    _, edges = np.histogram(there(), 12)
    for mode, found in grouped(frame, "mode")["a"].hist(12).items():
        np.testing.assert_array_equal(found.edges, edges)
        np.testing.assert_array_equal(found.counts, np.histogram(there(mode), edges)[0])


@pytest.mark.parametrize("values", [[], [0.5], [2, 2, 2]])
def test_a_histogram_of_nothing_and_of_one_value(tmp_path, make_tub, values):
    with TubFrame(make_tub(tmp_path, x=[*values, None], y=[1] * (len(values) + 1))) as frame:
        if not values:
            with pytest.raises(AnalysisError, match="A column must be one of"):
                frame.cols["x"]
            return
        counts, edges = np.histogram(values, 4)
        found = frame.cols["x"].hist(4)
    np.testing.assert_array_equal(found.edges, edges)
    np.testing.assert_array_equal(found.counts, counts)


@pytest.mark.parametrize("bins", [0, -1, 1.5, True, 10_001, "5"])
def test_a_number_of_bins_that_makes_no_sense_is_refused(frame, bins):
    with pytest.raises(AnalysisError, match="`bins` must be a whole number of 1 to 10000"):
        frame.cols["a"].hist(bins)


@pytest.mark.parametrize("limits", [(1, 1), (1, 0), (0, math.inf), (math.nan, 1)])
def test_limits_that_make_no_sense_are_refused(frame, limits):
    with pytest.raises(AnalysisError, match="The limits must be two numbers"):
        frame.cols["a"].hist(5, limits)


def test_a_scatter_plot_is_counted_as_numpy_does(frame):
    both = (A[HAS_A], B[HAS_A])
    found = frame.cols[["a", "b"]].scatterplot(bins=13)
    edges = [np.histogram_bin_edges(there(), 13), np.histogram_bin_edges(B, 13)]
    counts, *_ = np.histogram2d(*both, bins=edges)
    np.testing.assert_array_equal(found.counts, counts)
    np.testing.assert_array_equal(found.x_edges, edges[0])
    assert (found.x, found.y) == ("a", "b")
    each = grouped(frame, "mode")[["a", "b"]].scatterplot(bins=13)
    np.testing.assert_array_equal(sum(one.counts for one in each.values()), counts)


def test_a_scatter_plot_needs_two_columns(frame):
    with pytest.raises(AnalysisError, match="A scatter plot needs two columns. Received: a"):
        frame.cols["a"].scatterplot()


@pytest.mark.parametrize("k", [0, 1.5, 3])
def test_a_box_plot_is_tukeys(frame, k):
    for mode, box in grouped(frame, "mode")["a"].boxplot(k).items():
        values = there(mode)
        q1, median, q3 = np.percentile(values, [25, 50, 75])
        inside = values[(values >= q1 - k * (q3 - q1)) & (values <= q3 + k * (q3 - q1))]
        assert (box.q1, box.median, box.q3) == pytest.approx((q1, median, q3))
        assert (box.low, box.high) == (inside.min(), inside.max())
        assert (box.num, box.num_outliers) == (len(values), len(values) - len(inside))
    assert frame.cols["a"].boxplot(k).num == len(there())


def test_correlation_is_pearsons_of_records_with_both_values(frame):
    expected = np.corrcoef(A[HAS_A], B[HAS_A])
    np.testing.assert_allclose(frame.cols[["a", "b"]].corr(), expected, rtol=1e-10)
    for mode, found in grouped(frame, "mode")[["a", "b"]].corr().items():
        chosen = HAS_A & (mode == MODE)
        np.testing.assert_allclose(found, np.corrcoef(A[chosen], B[chosen]), rtol=1e-10)


def test_a_constant_correlates_with_nothing(tmp_path, make_tub):
    with TubFrame(make_tub(tmp_path, x=[1, 1, 1], y=[1, 2, 3])) as frame:
        found = frame.cols[["x", "y"]].corr()
    assert np.isnan(found[0]).all()
    assert found[1, 1] == pytest.approx(1)


def bits(classes):
    """Entropy as Shannon wrote it down: the sum of -p log2 p."""
    shares = [number / len(classes) for number in Counter(classes).values()]
    return -sum(share * math.log2(share) for share in shares)


def binned(values, bins):
    counts, edges = np.histogram(values, bins)
    return list(np.clip(np.searchsorted(edges, values, side="right") - 1, 0, bins - 1))


def test_entropy_is_shannons_in_bits(frame):
    assert frame.cols["mode"].entropy() == pytest.approx(bits(list(MODE)))
    assert frame.cols["a"].entropy(bins=11) == pytest.approx(bits(binned(there(), 11)))
    for on, found in grouped(frame, "on")["mode"].entropy().items():
        assert found == pytest.approx(bits(list(MODE[on == ON])))


def test_mutual_information_is_what_one_column_says_about_the_other(frame):
    a, b = binned(there(), 9), [binned(B, 9)[n] for n in range(NUMBER) if HAS_A[n]]
    shares = Counter(zip(a, b, strict=True))
    total = len(a)
    expected = sum(
        number / total * math.log2(number * total / (Counter(a)[x] * Counter(b)[y]))
        for (x, y), number in shares.items()
    )
    found = frame.cols[["a", "b"]].mutual_info(bins=9)
    assert found[0, 1] == found[1, 0] == pytest.approx(expected)
    assert found[0, 0] == pytest.approx(bits(a))
    assert expected > 0.5


def test_mutual_information_of_a_column_with_itself_and_with_nothing(tmp_path, make_tub):
    fair = ["x", "y", "x", "y"]
    with TubFrame(make_tub(tmp_path, a=fair, b=["p", "p", "q", "q"], c=fair)) as frame:
        found = frame.cols[["a", "b", "c"]].mutual_info()
    np.testing.assert_allclose(found, [[1, 0, 1], [0, 1, 0], [1, 0, 1]], atol=1e-12)


def test_describe_says_it_all_from_one_reading(frame):
    found = frame.cols[["a", "mode"]].describe(bins=8)
    numbers, words = found["a"], found["mode"]
    assert (numbers.count, numbers.missing) == (len(there()), NUMBER - len(there()))
    for name in ("mean", "std", "min", "q1", "median", "q3", "max"):
        assert getattr(numbers, name) == pytest.approx(NUMPY[name](there()))
    np.testing.assert_array_equal(numbers.histogram.counts, np.histogram(there(), 8)[0])
    assert (words.count, words.missing, words.nunique) == (NUMBER, 0, 3)
    assert (words.mode, words.mode_count) == Counter(MODE).most_common(1)[0]
    for mode, one in grouped(frame, "mode")["a"].describe().items():
        assert one.median == pytest.approx(np.median(there(mode)))
        assert one.missing == (~HAS_A & (mode == MODE)).sum()


def test_a_group_without_values_says_so(tmp_path, make_tub):
    tub = make_tub(tmp_path, x=[1, 2, None], mode=["a", "a", "b"])
    with TubFrame(tub) as frame:
        by = grouped(frame, "mode")
        assert by["x"].mean() == {"a": 1.5, "b": None}
        assert by["x"].mode() == {"a": 1, "b": None}
        assert by["x"].boxplot()["b"] is None
        assert by["x"].hist(2)["b"].counts.tolist() == [0, 0]
        assert by["x"].entropy()["b"] is None
        described = by["x"].describe()["b"]
        assert (described.count, described.missing, described.median) == (0, 1, None)


def test_records_without_the_value_that_divides_are_a_group(tmp_path, make_tub):
    with TubFrame(make_tub(tmp_path, x=[1, 2, 3], mode=["a", None, None])) as frame:
        assert grouped(frame, "mode")["x"].mean() == {"a": 1, None: 2.5}
        assert grouped(frame, "mode")["x"].hist(2)[None].counts.sum() == 2
        assert grouped(frame, "mode")["x"].boxplot()[None].median == 2.5


def test_a_frame_without_records_answers_with_nothing(tmp_path):
    (tmp_path / "catalog_0.catalog").write_text("")
    (tmp_path / "manifest.json").write_text('["x", "m"]\n["float", "str"]\n{}\n{}\n{}\n')
    with TubFrame(tmp_path) as frame:
        assert frame.count() == 0
        assert frame.isnull(ratio=True)["x"] == 0
        x = frame.cols["x"]
        assert (x.mean(), x.median(), x.min(), x.mode(), x.entropy()) == (None,) * 5
        assert (x.count(), x.nunique(), x.value_counts(), x.boxplot()) == (0, 0, {}, None)
        assert x.hist(3).counts.tolist() == [0, 0, 0]
        assert frame.cols[["x", "m"]].describe()["m"].mode is None
        assert frame.rows() == []
        assert x.to_numpy().shape == (0,)


def test_values_themselves_come_as_arrays(frame):
    values = frame.cols["a"].to_numpy()
    assert values.shape == (NUMBER,)
    np.testing.assert_array_equal(values[HAS_A], A[HAS_A])
    assert np.isnan(values[~HAS_A]).all()
    assert frame.cols[["a", "b"]].to_numpy().shape == (NUMBER, 2)
    assert frame.cols["mode"].to_numpy().tolist() == MODE.tolist()


@pytest.mark.parametrize(
    "values", [[1e308, 1e308], [-1e308, 1e308, 2], [5e-324, 0], [1e100, 1e100], [1, 1 + 2**-52]]
)
def test_numbers_at_the_end_of_what_floats_hold_end_no_question(tmp_path, make_tub, values):
    """What used to happen: one damaged number ended the question, with a division by zero."""
    with TubFrame(make_tub(tmp_path, x=values)) as frame:
        found = frame.cols["x"].describe()
        usable = [value for value in values if abs(value) < 1e150]
        assert (found.count, found.missing) == (len(usable), len(values) - len(usable))
        assert found.histogram.counts.sum() == len(usable)
        assert frame.cols[["x", "index"]].scatterplot().counts.sum() == len(usable)
        frame.cols[["x", "index"]].corr(), frame.cols["x"].entropy(), frame.cols["x"].boxplot()


def test_many_values_and_groups_are_limited_with_a_warning(frame):
    frame.set_safety_limit(10)
    try:
        with pytest.warns(UserWarning, match="Only the first 10 values were pulled"):
            counts = frame.cols["b"].value_counts()
        assert list(counts.values()) == sorted(Counter(B).values(), reverse=True)[:10]
        with pytest.warns(UserWarning, match="Only the first 10 groups were pulled"):
            assert len(grouped(frame, "b")["a"].mean()) == 10
        with pytest.warns(UserWarning, match="Only the first 10 groups were pulled"):
            assert len(grouped(frame, "b")["a"].hist(3)) == 10
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert len(grouped(frame.safety_off(), "b")["a"].describe()) == len(set(B))
    finally:
        frame.set_safety_limit(1000)


def test_no_table_is_left_in_the_engine(frame):
    before = frame.engine.run("SELECT count(*) FROM duckdb_tables()")
    frame.cols[["a", "b"]].corr()
    with pytest.raises(AnalysisError):
        frame.cols["a"].hist(5, (1, 0))
    assert frame.engine.run("SELECT count(*) FROM duckdb_tables()") == before
