"""A client: which of its messages count, and which throttle was held before it drove."""

import pytest

from donkeycar.driving.client import Client
from donkeycar.driving.message import Message


@pytest.mark.parametrize(("pushed_s", "counts"), [(0.5, 0.5), (0.515625, 0.0)])
def test_a_push_of_half_a_second_takes_the_wheel_and_a_longer_one_must_be_let_go(pushed_s, counts):
    client = Client("anna")
    assert client.push(0.5, 100.0, drives=False) == 0.5
    assert client.push(0.5, 100.0 + pushed_s, drives=True) == counts
    assert client.must_let_go is (counts == 0.0)


def test_a_throttle_that_was_never_let_go_does_not_count_at_the_second_try_either():
    # What used to happen: whoever lost the wheel and took it back at once drove off with a throttle
    # that had been held all the time.
    client = Client("anna")
    client.push(0.5, 100.0, drives=False)
    assert client.push(0.5, 101.0, drives=True) == 0.0
    client.push(0.5, 101.1, drives=False)
    assert client.push(0.5, 101.2, drives=True) == 0.0
    assert client.push(0.0, 101.3, drives=True) == 0.0
    assert client.push(0.5, 101.4, drives=True) == 0.5


def test_messages_count_from_zero_and_never_twice():
    client = Client("anna")
    numbers = (0, 0, 1, 5, 4, 5, 6)
    counts = [client.is_current(Message(seq=seq), is_fresh=bool) for seq in numbers]
    assert counts == [True, False, True, True, False, False, True]
