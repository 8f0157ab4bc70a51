import numpy as np
import pytest

from donkeycar.errors import TubError
from donkeycar.tub.values import stored_value


@pytest.mark.parametrize(
    ("value", "type_name", "stored"),
    [
        (1, "float", 1.0),
        (np.float32(0.5), "float", 0.5),
        (np.array([0.5]), "float", 0.5),
        (True, "float", 1.0),
        (float("-inf"), "float", None),
        (np.float64("nan"), "float", None),
        (2.9, "int", 2),
        (np.uint8(7), "int", 7),
        (float("nan"), "int", None),
        (np.bool_(False), "boolean", False),
        (3, "str", "3"),
        ("\ud800", "str", "?"),
        (np.zeros((1, 2), np.uint8), "nparray", [[0, 0]]),
        (np.array([1.0, np.nan]), "nparray", [1.0, None]),
        ((1, (2, 3)), "vector", [1, [2, 3]]),
        ([{1: np.float32(1)}, b"x"], "list", [{"1": 1.0}, "b'x'"]),
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
    with pytest.raises(TubError, match=f"A value of type {type_name} is needed. Received: "):
        stored_value(value, type_name)
