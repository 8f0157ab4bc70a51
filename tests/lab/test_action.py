"""What a browser sends is checked against the annotations of a function."""

from typing import Any, Literal

import pytest

from donkeycar.errors import ConfigError
from donkeycar.lab.action import Get, Post, from_body, from_query


def everything(
    lab: Any,
    *,
    tub: str,
    limit: int = 100,
    speed: float = 1.0,
    play: bool = False,
    mode: Literal["left", "right"] = "left",
    indexes: list[int] = [],  # noqa: B006 - nobody changes it
    note: str | None = None,
    more: dict[str, Any] | None = None,
    whatever: Any = None,
):
    """An action with every kind of argument."""


LOOK, CHANGE = Get("all", everything), Post("all", everything)


def test_texts_of_a_query_become_values():
    query = {
        "tub": ["7"], "limit": ["-3"], "speed": ["0.5"], "play": ["true"], "mode": ["right"],
        "indexes": ["1", "2"], "note": ["null"],
    }  # fmt: skip
    assert from_query(LOOK, query) == {
        "tub": "7", "limit": -3, "speed": 0.5, "play": True, "mode": "right", "indexes": [1, 2],
        "note": "null",
    }  # fmt: skip


def test_values_of_a_body_keep_their_type():
    body = {
        "tub": "7", "limit": 3, "speed": 2, "play": False, "indexes": [], "note": None,
        "more": {"a": [1]}, "whatever": [None],
    }  # fmt: skip
    values = from_body(CHANGE, body)
    assert values == body
    assert isinstance(values["speed"], float)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({}, "`tub` must be given. Received: nothing"),
        ({"tub": ["a"], "size": ["3"]}, "The arguments of this action are: tub, limit, .*size='3'"),
        ({"tub": ["a", "b"]}, "`tub` must be given once. Received: 2 times"),
        ({"tub": ["a"], "limit": ["1.5"]}, "`limit` must be a whole number. Received: limit='1.5'"),
        ({"tub": ["a"], "speed": ["nan"]}, "`speed` must be a number. Received: speed='nan'"),
        ({"tub": ["a"], "speed": ["inf"]}, "`speed` must be a number"),
        ({"tub": ["a"], "speed": ["fast"]}, "`speed` must be a number. Received: speed='fast'"),
        ({"tub": ["a"], "play": ["1"]}, "`play` must be true or false. Received: play='1'"),
        ({"tub": ["a"], "mode": ["up"]}, "`mode` must be one of 'left', 'right'"),
        ({"tub": ["a"], "indexes": ["1", "x"]}, "`indexes` must be a whole number"),
        ({"tub": ["a"], "more": ["{}"]}, "`more` must be an object"),
    ],
)
def test_a_wrong_query_is_refused_in_a_sentence(query, sentence):
    with pytest.raises(ConfigError, match=sentence):
        from_query(LOOK, query)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "The body must be a JSON object. Received: \\[\\]"),
        ({"tub": 3}, "`tub` must be text. Received: tub=3"),
        ({"tub": None}, "`tub` must be text"),
        ({"tub": "a", "limit": True}, "`limit` must be a whole number. Received: limit=True"),
        ({"tub": "a", "limit": 1.0}, "`limit` must be a whole number"),
        ({"tub": "a", "speed": "1"}, "`speed` must be a number"),
        ({"tub": "a", "speed": 10**400}, "`speed` must be a number"),
        ({"tub": "a", "play": 1}, "`play` must be true or false"),
        ({"tub": "a", "mode": 1}, "`mode` must be one of"),
        ({"tub": "a", "mode": []}, "`mode` must be one of"),
        ({"tub": "a", "indexes": "12"}, "`indexes` must be a list, each of it a whole number"),
        ({"tub": "a", "indexes": [1, "x"]}, "`indexes` must be a whole number. Received: .*'x'"),
        ({"tub": "a", "more": [1]}, "`more` must be an object"),
        ({"tub": "a" * 99, "limit": "b" * 999}, r"Received: limit='b{50,60}\.\.\.$"),
        ({"lab": "me"}, "Received: lab='me'"),
    ],
)
def test_a_wrong_body_is_refused_in_a_sentence(body, sentence):
    with pytest.raises(ConfigError, match=sentence):
        from_body(CHANGE, body)
