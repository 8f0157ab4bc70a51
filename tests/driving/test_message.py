"""What a driver's message may say."""

import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from donkeycar.driving.message import MAX_BYTES, Message, MessageError, parse_message

GOOD = [
    {"angle": -1},
    {"throttle": 1.0, "angle": 0},
    {"drive_mode": "local_angle"},
    {"recording": False},
    {"buttons": {"w1": True, "w5": False}},
    {"max_throttle": 0},
    {"seq": 0, "echo": 2**53},
    {"ping": -17.5},
    {"stop": True, "resume": False, "take": True, "give": True, "bye": False},
    {},
]

BAD = [
    ('{"angle": 1.0001}', "`angle` must be -1 to 1. Received: angle=1.0001"),
    ('{"throttle": 99}', "`throttle` must be -1 to 1. Received: throttle=99"),
    ('{"throttle": true}', "`throttle` must be -1 to 1. Received: throttle=True"),
    ('{"throttle": "abc"}', "`throttle` must be -1 to 1. Received: throttle='abc'"),
    ('{"throttle": null}', "`throttle` must be -1 to 1. Received: throttle=None"),
    ('{"throttle": []}', "`throttle` must be -1 to 1"),
    ('{"throttle": NaN}', "must be finite. Received: 'NaN'"),
    ('{"throttle": -Infinity}', "must be finite"),
    ('{"throttle": 1e999}', "must be finite. Received: '1e999'"),
    ('{"throttle": 1e308}', "`throttle` must be -1 to 1"),
    ('{"throttle": ' + "9" * 4000 + "}", "`throttle` must be -1 to 1"),
    ('{"drive_mode": "autopilot"}', "`drive_mode` must be one of user, local_angle, local"),
    ('{"drive_mode": ["user"]}', "`drive_mode` must be one of"),
    ('{"recording": 1}', "`recording` must be true or false. Received: recording=1"),
    ('{"buttons": [1]}', "`buttons` must be an object"),
    ('{"buttons": {"w6": true}}', "`buttons` must be named w1, w2"),
    ('{"buttons": {"w1": "yes"}}', "`buttons.w1` must be true or false"),
    ('{"max_throttle": -0.1}', "`max_throttle` must be 0 to 1"),
    ('{"seq": -1}', "`seq` must be a whole number from 0"),
    ('{"seq": 1.0}', "`seq` must be a whole number"),
    ('{"echo": true}', "`echo` must be a whole number"),
    ('{"echo": 9007199254740993}', "`echo` must be a whole number"),
    ('{"__proto__": 1}', "`key` must be one of angle"),
    ('{"angle": 0, "angle": 1}', "Every key must be there once"),
    ("{" + ",".join(f'"k{i}":0' for i in range(33)) + "}", "at most 32 keys. Received: 33"),
    ("[" * 9, "at most 8 deep"),
    ('{"a":' * 9, "at most 8 deep"),
    ('[{"a":' * 5, "at most 8 deep"),
    ("[[1]]", "must be an object. Received: [[1]]"),
    ("null", "must be an object. Received: None"),
    ("not json", "must be JSON. Received: 'not json'"),
    ("", "must be JSON"),
    (b'{"angle": "\xff"}', "must be UTF-8"),
    (" " * (MAX_BYTES + 1), "at most 4096 bytes. Received: 4097 bytes"),
]


@pytest.mark.parametrize("fields", GOOD, ids=str)
def test_a_good_message_says_what_it_said(fields):
    message = parse_message(json.dumps(fields))
    assert {name: getattr(message, name) for name in fields} == fields


# Plain names: brackets in them would confuse whoever runs one test by its name.
BAD_IDS = [
    f"{n}{re.sub(r'[^a-z]+', '-', str(text)[:30].lower())}" for n, (text, _) in enumerate(BAD)
]


@pytest.mark.parametrize(("text", "rule"), BAD, ids=BAD_IDS)
def test_a_bad_message_is_refused_with_the_rule(text, rule):
    with pytest.raises(MessageError) as refused:
        parse_message(text)
    assert rule in str(refused.value)
    assert len(str(refused.value)) < 300


def test_bytes_are_read_as_text_is():
    assert parse_message(b'{"angle": 0.5}') == Message(angle=0.5)


def test_a_message_of_exactly_the_limit_is_read():
    assert parse_message('{"angle":1}'.ljust(MAX_BYTES)) == Message(angle=1)
    assert parse_message('{"buttons":{"w1":true}}').buttons == {"w1": True}


def test_eight_brackets_are_read_nine_are_refused():
    with pytest.raises(MessageError, match="must be an object"):
        parse_message("[" * 8 + "]" * 8)
    with pytest.raises(MessageError, match="deep"):
        parse_message("[" * 9 + "]" * 9)


def test_32_keys_are_counted_as_allowed():
    text = "{" + ",".join(f'"k{i}":0' for i in range(32)) + "}"
    with pytest.raises(MessageError, match="`key` must be one of"):
        parse_message(text)


def test_a_stop_is_known_even_in_a_message_that_is_refused():
    with pytest.raises(MessageError) as refused:
        parse_message('{"throttle": 7, "stop": true}')
    assert refused.value.stop is True


@pytest.mark.parametrize("text", ['{"throttle": 7}', '{"throttle": 7, "stop": 1}', "stop"])
def test_only_true_is_a_stop(text):
    with pytest.raises(MessageError) as refused:
        parse_message(text)
    assert refused.value.stop is False


@pytest.mark.parametrize(
    ("fields", "wants"),
    [
        ({"seq": 1, "echo": 2}, False),
        ({"ping": 1}, False),
        ({"stop": True}, False),
        ({"bye": True}, False),
        ({"take": False, "resume": False}, False),
        ({"angle": 0}, True),
        ({"throttle": 0}, True),
        ({"drive_mode": "user"}, True),
        ({"recording": False}, True),
        ({"buttons": {}}, True),
        ({"max_throttle": 0}, True),
        ({"take": True}, True),
        ({"resume": True}, True),
    ],
    ids=str,
)
def test_watching_is_not_driving(fields, wants):
    assert Message(**fields).wants_the_wheel is wants


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
# A busy machine is not a bug.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

names = st.sampled_from(["angle", "throttle", "drive_mode", "seq", "buttons", "stop", "x"])


@unhurried
@given(st.dictionaries(names, json_values, max_size=5))
def test_whatever_comes_either_is_refused_or_is_in_range(fields):
    try:
        message = parse_message(json.dumps(fields))
    except MessageError:
        return
    for value in (message.angle, message.throttle):
        assert value is None or -1 <= value <= 1


@unhurried
@given(st.text(max_size=50) | st.binary(max_size=50))
def test_noise_never_raises_anything_else(text):
    try:
        parse_message(text)
    except MessageError:
        return
