import enum
from collections import deque
from fractions import Fraction

import numpy as np
import pytest

from donkeycar.errors import TubError
from donkeycar.tub.format import IMAGE_EXTENSIONS, TYPES
from donkeycar.tub.values import COLUMNS, stored_value


class Side(str, enum.Enum):  # noqa: UP042 - `str` of a StrEnum would say its value anyway
    LEFT = "left"


class Broken:
    """What somebody else's library may hand over."""

    def __float__(self):
        raise RuntimeError("not now")

    def __repr__(self):
        raise RuntimeError("not now")


@pytest.mark.parametrize(
    ("value", "type_name", "stored"),
    [
        (1, "float", 1.0),
        (np.float32(0.5), "float", 0.5),
        (np.array([0.5]), "float", 0.5),
        (True, "float", 1.0),
        (float("-inf"), "float", None),
        (np.float64("nan"), "float", None),
        (2.0, "int", 2),
        (True, "int", 1),
        (np.uint8(7), "int", 7),
        (float("nan"), "int", None),
        (np.bool_(False), "boolean", False),
        (np.float32(1.0), "boolean", True),
        (0, "boolean", False),
        (np.array(True), "boolean", True),
        (np.str_("left"), "str", "left"),
        (Side.LEFT, "str", "left"),
        ("\ud800", "str", "?"),
        (np.zeros((1, 2), np.uint8), "nparray", [[0, 0]]),
        (np.array([1.0, np.nan]), "nparray", [1.0, None]),
        ((1, (2, 3)), "vector", [1, [2, 3]]),
        ([{1: np.float32(1)}, "x"], "list", [{"1": 1.0}, "x"]),
        (np.array(["a"]), "list", ["a"]),
        (deque([1, np.inf]), "vector", [1, None]),
        ([], "vector", []),
        (Fraction(1, 2), "float", 0.5),
        (None, "list", None),
    ],
)
def test_a_value_is_stored_as_plain_json(value, type_name, stored):
    result = stored_value(value, type_name)
    assert result == stored
    assert type(result) is type(stored)


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        ("left", "float"),
        # What used to happen: these were stored as 2.5, 3, True, "3", ["a"] and "b'x'".
        ("2.5", "float"),
        (3.7, "int"),
        ("3", "int"),
        ("no", "boolean"),
        (2, "boolean"),
        ([], "boolean"),
        (3, "str"),
        (b"x", "str"),
        (["a"], "str"),
        ({"a": 1}, "list"),
        ({1}, "vector"),
        (["a"], "vector"),
        ([b"x"], "list"),
        (np.array(["1"]), "nparray"),
        (1 + 2j, "float"),
        (Broken(), "float"),
        (Broken(), "str"),
        ([1, 2], "float"),
        (np.zeros(2), "float"),
        ("x", "int"),
        ({}, "int"),
        ("abc", "list"),
        (5, "vector"),
        (10**400, "float"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_in_one_sentence(value, type_name):
    with pytest.raises(TubError) as refused:
        stored_value(value, type_name)
    rule, _, rest = str(refused.value).partition(". Received: ")
    assert rule.startswith(f"A column of type {type_name} takes ")
    assert ". Next step: let the part write such a value" in rest
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "type_name", "better"),
    [
        (3.7, "int", "float"), ("no", "boolean", "str"), (3, "str", "int"),
        (np.zeros(2), "float", "vector"), (["a"], "vector", "list"),
    ],
)  # fmt: skip
def test_the_type_that_would_fit_is_named(value, type_name, better):
    with pytest.raises(TubError, match=f"or give the column the type {better}$"):
        stored_value(value, type_name)
    assert stored_value(value, better) is not None


@pytest.mark.parametrize("type_name", [name for name in TYPES if name not in IMAGE_EXTENSIONS])
def test_every_type_has_its_row(type_name):
    assert COLUMNS[type_name].takes
    assert {*COLUMNS} | {*IMAGE_EXTENSIONS} == {*TYPES}
