"""Filters: what they choose, and what they say about a text that is none."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from donkeycar.tub.browsing.syntax import MAX_DEPTH, MAX_LENGTH, FilterError, parse
from donkeycar.tub.browsing.where import Words, where

NAN = math.nan


class Records:
    """Four records of two numbers and a text; the last has no value."""

    columns = {
        "user/angle": np.array([-1.0, 0.25, 0.95, NAN]),
        "user/throttle": np.array([0.5, 0.0, 0.25, NAN]),
        "user/mode": Words(np.array([0, 1, 0, -1]), ["user", "local"]),
        "pilot/angle": np.array([0.0, 0.25, 0.5, NAN]),
        "pilot/speed": np.array([1.0, 2.0, 3.0, NAN]),
        "odd name": np.array([1.0, 2.0, 3.0, 4.0]),
        "deleted": np.array([False, True, False, False]),
    }

    def __len__(self):
        return 4

    def names(self):
        return list(self.columns)

    def column(self, name):
        return self.columns[name]

    def tagged(self, name):
        return np.array([name == "corner", False, False, False])


def chosen(text):
    return np.flatnonzero(where(Records(), text)).tolist()


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ("user/angle > 0", [1, 2]),
        ("angle > 0", [1, 2]),
        ("speed >= 2", [1, 2]),
        ("`odd name` == 4", [3]),
        ("abs(angle) > 0.9", [0, 2]),
        ("angle > 0 and throttle > 0", [2]),
        ("angle < 0 or throttle == 0", [0, 1]),
        ("not angle > 0", [0]),
        ("not (angle > 0 or throttle > 0.4)", []),
        ("0 < angle < 0.5", [1]),
        ("-angle > 0.5", [0]),
        ("1 - 1 - 1 < angle + 0.5", [0, 1, 2]),
        ("2 * throttle / 2 == throttle", [0, 1, 2]),
        ("1 + 2 * 3 == 7", [0, 1, 2, 3]),
        ("angle / throttle > 1", [2]),
        ("min(angle, throttle, 0.1) == 0.1", [2]),
        ("max(angle, 0) == 0", [0]),
        ('mode == "user"', [0, 2]),
        ("mode != 'user'", [1]),
        ("deleted", [1]),
        ("not deleted and angle > 0", [2]),
        ("missing(angle)", [3]),
        ("missing(mode)", [3]),
        ('tag("corner")', [0]),
        ('not tag("corner")', [1, 2, 3]),
        ("angle>1e-1", [1, 2]),
        ("angle > .9", [2]),
    ],
)
def test_a_filter_chooses_records(text, records):
    assert chosen(text) == records


@pytest.mark.parametrize("text", ["angle > 0", "not angle > 0", "angle == angle", "angle != 1"])
def test_a_record_without_the_value_is_not_chosen(text):
    assert 3 not in chosen(text)


@pytest.mark.parametrize(
    ("text", "position", "sentence"),
    [
        ("", 0, "needs a name, a number or a bracket here. Received: the end of the filter"),
        ("angle >", 7, "the end of the filter"),
        ("angle > 0 0", 10, "needs and, or, or a sign such as < here. Received: '0'"),
        ("(angle > 0", 10, "a closing bracket"),
        ("angle = 0", 6, "says == instead of =. Received: '= 0' at character 7"),
        ("angle > 0 & throttle > 0", 10, "says and instead of &"),
        ("angle > 0 ; 1", 10, "is made of names"),
        ("mode == 'user", 8, "must end with it"),
        ("angel > 0", 0, "Did you mean "),
        ("angle/throttle > 1", 0, "A division needs blanks"),
        ("pilot > 0", 0, "A name must be a column"),
        ("angle", 0, "must be a condition"),
        ("abs(angle, 1) > 0", 0, "abs takes one number"),
        ("min(angle) > 0", 0, "min takes 2 to 20 numbers"),
        ("sqrt(angle) > 0", 0, "one of abs, min, max"),
        ("mode > 0", 0, "> takes a number on each side, not a text"),
        ("mode == 1", 8, "== takes a text on each side, not a number"),
        ("angle and throttle", 0, "and takes a condition on each side, not a number"),
        ("missing(1)", 0, "the name of one column"),
        ("tag(corner)", 0, "one tag in quotes"),
        ("and", 0, "needs a name"),
        ("angle > 0 and __import__('os')", 14, "one of abs, min, max"),
    ],
)
def test_what_is_no_filter_is_refused_with_its_place(text, position, sentence):
    with pytest.raises(FilterError, match="Received: ") as caught:
        chosen(text)
    assert sentence in str(caught.value)
    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "(" * 3000,
        "(" * (MAX_DEPTH + 1) + "1",
        "-" * 900 + "1 < 2",
        "not " * 400 + "deleted",
        "+".join(["1"] * 900) + " > 0",
        "abs(" * 200 + "1",
        " and ".join(["deleted"] * 150),
        "1" * (MAX_LENGTH + 1),
    ],
)
def test_a_filter_that_is_too_large_is_refused(text):
    with pytest.raises(FilterError, match="at most"):
        chosen(text)


def test_the_largest_filter_is_computed():
    assert chosen("+".join(["1"] * 100) + " == 100") == [0, 1, 2, 3]
    assert chosen("(" * MAX_DEPTH + "deleted" + ")" * MAX_DEPTH) == [1]


WORDS = st.sampled_from(
    ["angle", "mode", "deleted", "and", "or", "not", "(", ")", "<", "==", "+", "-", "/", "*", "0.5",
     "'user'", "abs", "min", ",", "missing", "tag", "`", "=", ".", "1e400"]
)  # fmt: skip


@given(st.one_of(st.lists(WORDS, max_size=15).map(" ".join), st.text(max_size=30)))
def test_any_text_is_a_filter_or_refused_with_a_place(text):
    try:
        answer = where(Records(), text)
    except FilterError as error:
        assert 0 <= error.position <= len(text)
        assert str(error).count("\n") == 0
    else:
        assert answer.dtype == bool
        assert answer.shape == (4,)


NUMBERS = st.recursive(
    st.one_of(
        st.integers(0, 9).map(str),
        st.sampled_from(["user/angle", "user/throttle", "pilot/speed"]),
    ),
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("+-*"), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
        inner.map(lambda one: f"(- {one})"),
        inner.map(lambda one: f"abs({one})"),
        st.tuples(inner, inner).map(lambda p: f"min({p[0]}, {p[1]})"),
        st.tuples(inner, inner).map(lambda p: f"max({p[0]}, {p[1]})"),
    ),
    max_leaves=8,
)


@given(NUMBERS, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), NUMBERS)
def test_a_filter_computes_what_python_would(left, sign, right):
    # The oracle is Python itself, on texts that this test has made.
    text = f"{left} {sign} {right}"
    columns = Records.columns
    answer = where(Records(), text)
    for place in range(3):
        plain = text
        for name in ("user/angle", "user/throttle", "pilot/speed"):
            plain = plain.replace(name, f"({columns[name][place]})")
        assert answer[place] == eval(plain)


def test_a_filter_is_read_from_left_to_right_and_by_strength():
    tree = parse("not a > 1 and b > 2 or c > 3")
    assert tree.name == "or"
    assert tree.values[0].name == "and"
    assert tree.values[0].values[0].name == "not"
