"""A cleaning on disk: it comes back equal, and a file of a stranger can do nothing but clean."""

import json
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donkeycar.cleaning import Cleaning, read_cleaning, write_cleaning
from donkeycar.cleaning.fence import Blank, Fence, Outliers
from donkeycar.cleaning.fill import Fill, Interpolate
from donkeycar.cleaning.mahalanobis import Component, MahalanobisOutliers
from donkeycar.cleaning.mask import read_mask
from donkeycar.cleaning.strata import Key, PerStratum
from donkeycar.errors import ConfigError

A, T, M = "user/angle", "user/throttle", "user/mode"
FULL = Cleaning(
    (
        Interpolate(A, 20),
        Fill(T, "mean", PerStratum((Key(M), Key(A, (-0.5, 0.5))), {("user", 2): 0.25}, 0.3)),
        Fill(M, "mode", PerStratum((), {}, "user")),
        Fence(T, 1.5, PerStratum((Key("car"),), {("a",): (-0.1, 0.9), (None,): (0.0, 1.0)}, None)),
        Outliers(A, 3.0, PerStratum((), {}, (-2.0, 2.0))),
        Blank(T, None, PerStratum((), {}, (-1.0, 1.0))),
        MahalanobisOutliers(
            (Component(A), Component(A, change=True)), (0.1, 0.0), ((2.0, 0.5), (0.5, 1.0)),
            0.999, True,
        ),
    ),
    ("data/tub_1",),
    100,
    1.5,
)  # fmt: skip


def test_it_comes_back_equal(tmp_path):
    write_cleaning(tmp_path / "c.json", FULL)
    back = read_cleaning(tmp_path / "c.json")
    assert back == FULL
    assert back.created_at == FULL.created_at
    assert back.fingerprint == FULL.fingerprint
    assert len(back.in_words()) == 7


finite = st.floats(-100, 100)
codes = st.tuples(
    st.one_of(st.none(), st.text(max_size=5)), st.one_of(st.none(), st.integers(0, 2))
)
records = st.lists(
    st.fixed_dictionaries(
        {A: st.one_of(st.none(), finite), M: st.sampled_from(["user", None]), "_index": st.just(0)}
    ),
    max_size=20,
)


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(codes, finite, max_size=5), finite, st.floats(0, 9), records)
def test_saved_and_read_it_does_the_same(tmp_path_factory, values, otherwise, k, rows):
    by = PerStratum((Key(M), Key(A, (-1.0, 1.0))), values, otherwise)
    bounds = PerStratum((), {}, (min(otherwise, 0.0), max(otherwise, 0.0)))
    cleaning = Cleaning((Fill(A, "median", by), Fence(A, k, bounds), Outliers(A, k, bounds)))
    path = tmp_path_factory.mktemp("c") / "c.json"
    write_cleaning(path, cleaning)
    back = read_cleaning(path)
    rows = [{**row, "_index": index} for index, row in enumerate(rows)]
    one, other = cleaning.apply(rows), back.apply(rows)
    assert one.records == other.records
    assert one.kept.tolist() == other.kept.tolist()
    assert one.counts == other.counts


def hostile(tmp_path, content):
    path = tmp_path / "c.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(ConfigError) as refused:
        read_cleaning(path)
    message = str(refused.value)
    assert len(message) < 400
    assert message.isprintable()
    return message


def changed(step, fields):
    """The full cleaning with other fields in one step; ``...`` removes a field."""
    content = FULL.to_json()
    content["steps"][step] |= fields
    content["steps"][step] = {k: v for k, v in content["steps"][step].items() if v is not ...}
    return content


BAD = {"by": [], "strata": [], "otherwise": 0.5}


@pytest.mark.parametrize(
    ("step", "fields", "said"),
    [
        (0, {"step": "os.system"}, "one of fill, interpolate, blank"),
        (0, {"step": ["fill"]}, "one of fill, interpolate, blank"),
        (0, {"column": "_index"}, "not the place or the picture of a record"),
        (0, {"column": "cam/image_array"}, "not the place or the picture of a record"),
        (0, {"column": "a\x1b[2J"}, "the name of a column"),
        (0, {"column": ""}, "the name of a column"),
        (0, {"column": "a" * 201}, "the name of a column"),
        (0, {"max_gap": 10**9}, "a whole number from 1 to 1000"),
        (0, {"max_gap": 2.0}, "a whole number from 1 to 1000"),
        (0, {"pause_s": 1e400}, "a number from 0 to 3600"),
        (0, {"exec": "import os"}, "only fields that this version knows. Received: ['exec']"),
        (1, {"strategy": "guess"}, "one of mean, median, mode"),
        (1, {"values": ...}, "must say `values`"),
        (1, {"values": 5}, "must be an object"),
        (1, {"values": BAD | {"otherwise": "text"}}, "numbers; of a mode they may all be words"),
        (1, {"values": BAD | {"otherwise": [1]}}, "a number or a word"),
        (1, {"values": BAD | {"otherwise": True}}, "a number or a word"),
        (1, {"values": BAD | {"otherwise": 10**400}}, "a number or a word"),
        (1, {"values": BAD | {"strata": [{"stratum": [], "value": 1}]}}, "a list of 0 to 0"),
        (1, {"values": BAD | {"by": [{"column": M}], "strata": [{"stratum": [3], "value": 1}]}},
         "words, or numbers of ranges"),
        (1, {"values": BAD | {"by": [{"column": M}],
                              "strata": [{"stratum": ["a"], "value": 1}] * 2}}, "there once"),
        (1, {"values": BAD | {"by": [{"column": A, "edges": [1, 1]}]}}, "ascending numbers"),
        (1, {"values": BAD | {"by": [{"column": A, "edges": None}]}}, "a list of 0 to 1000"),
        (2, {"values": BAD | {"otherwise": "w" * 999}}, "a number or a word"),
        (3, {"k": -1}, "a number from 0"),
        (3, {"k": "1"}, "a number from 0"),
        (4, {"fences": BAD | {"otherwise": [2, 1]}}, "a lower and an upper number"),
        (6, {"components": []}, "a list of 1 to 10"),
        (6, {"centre": [0]}, "a list of 2 to 2"),
        (6, {"covariance": [[1, 2], [2, 1]]}, "symmetric and positive definite"),
        (6, {"covariance": [[1, 0.5], [0, 1]]}, "symmetric and positive definite"),
        (6, {"covariance": [[0, 0], [0, 0]]}, "symmetric and positive definite"),
        (6, {"probability": 1}, "a number from 0.5"),
        (6, {"robust": 1}, "true or false"),
    ],
)  # fmt: skip
def test_a_file_that_asks_for_something_else_is_refused(tmp_path, step, fields, said):
    message = hostile(tmp_path, changed(step, fields))
    assert said in message
    assert f"step {step + 1}" in message


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not a cleaning"),
        ("[" * 100_000, "nested too deeply"),
        (b"\xff\xfe\x00", "is not a cleaning"),
        ("[]", 'must say "format": "donkeycar-cleaning/1"'),
        ({"format": "donkeycar-cleaning/2"}, "Make it with donkey tub fit of this version"),
        (FULL.to_json() | {"steps": []}, "a list of 1 to 50"),
        (FULL.to_json() | {"steps": FULL.to_json()["steps"] * 9}, "a list of 1 to 50"),
        (FULL.to_json() | {"tubs": [1]}, "paths"),
        (FULL.to_json() | {"more": 1}, "only fields that this version knows"),
        (" " * 1_000_001, "at most 1000000 bytes"),
        ('{"format": NaN}', 'must say "format"'),
    ],
)
def test_a_file_that_is_something_else_is_refused(tmp_path, content, said):
    assert said in hostile(tmp_path, content)


def test_a_folder_and_a_missing_file_are_said(tmp_path):
    with pytest.raises(ConfigError, match="must be a file. Received"):
        read_cleaning(tmp_path)
    with pytest.raises(ConfigError, match=r"which is not there. Make it: donkey tub fit"):
        read_cleaning(tmp_path / "none.json")


wild = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**310), 10**310), st.floats(), st.text(max_size=3),
    st.just([1.0]), st.just({}),
)  # fmt: skip
huge = st.floats(allow_nan=False, allow_infinity=False)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.fixed_dictionaries({A: wild, T: wild, M: wild, "_timestamp_ms": wild}), max_size=8),
    huge, huge, st.floats(1e-300, 1e300),
)  # fmt: skip
def test_whatever_the_numbers_are_nothing_is_raised_and_the_file_can_be_read(
    tmp_path_factory, rows, one, other, variance
):
    steps = list(FULL.steps)
    bounds = PerStratum((Key(M),), {("user",): (min(one, other), max(one, other))}, None)
    components = (Component(A), Component(T, change=True))
    steps += [
        Fence(T, 1.5, bounds),
        MahalanobisOutliers(
            components, (one, other), ((variance, 0.0), (0.0, variance)), 0.9, False
        ),
        Fill(A, "mean", PerStratum((Key(T, (min(one, other, 0.5), 1e301)),), {}, one)),
    ]
    path = tmp_path_factory.mktemp("c") / "c.json"
    write_cleaning(path, Cleaning(tuple(steps)))
    rows = [{**row, "_index": index} for index, row in enumerate(rows)]
    done = read_cleaning(path).apply(rows)
    assert len(done.records) == len(done.kept) == len(rows)


def test_a_pipe_is_no_mask(tmp_path):
    """What used to happen: `donkey tub delete --mask` waited for ever."""
    os.mkfifo(tmp_path / "mask.json")
    with pytest.raises(ConfigError, match="A mask must be a file"):
        read_mask(tmp_path / "mask.json")
