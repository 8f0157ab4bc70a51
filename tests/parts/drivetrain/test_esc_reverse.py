"""Brake, neutral, reverse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from donkeycar.driving.command import Command
from donkeycar.errors import ConfigError
from donkeycar.parts.drivetrain.esc_reverse import BRAKE, FORWARD, NEUTRAL, REVERSE, EscReverse
from donkeycar.testing import FakeClock


def drive(esc, clock, *throttles, tick_s=0.05):
    out = []
    for throttle in throttles:
        out.append(esc.throttle(throttle))
        clock.advance(tick_s)
    return out


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ([0.5, -0.5, -0.5, -0.5, -0.5], [0.5, -0.5, 0.0, -0.5, -0.5]),
        ([-0.5, -0.5, -0.5], [-0.5, 0.0, -0.5]),
        ([-0.5, -0.5, 0.0, -0.4, -0.4, -0.4], [-0.5, 0.0, 0.0, -0.4, 0.0, -0.4]),
        ([-0.1, -0.2, -0.3, 0.2, 0.0], [-0.1, 0.0, -0.3, 0.2, 0.0]),
        ([0.0, 0.3, 1.0], [0.0, 0.3, 1.0]),
    ],
)
def test_by_default_it_does_what_donkeycar_always_did(asked, sent):
    clock = FakeClock()
    assert drive(EscReverse(clock=clock), clock, *asked) == sent


def test_the_times_can_be_what_a_speed_controller_needs():
    clock = FakeClock()
    esc = EscReverse(brake_s=0.2, neutral_s=0.1, clock=clock)
    states = []
    for _ in range(8):
        esc.throttle(-0.5)
        states.append(esc.state)
        clock.advance(0.05)
    assert states == [BRAKE] * 4 + [NEUTRAL] * 2 + [REVERSE] * 2
    esc.throttle(0.0)
    assert esc.state == FORWARD


def test_without_times_nothing_is_changed():
    clock = FakeClock()
    asked = [0.5, -0.5, -0.5, -0.2]
    assert drive(EscReverse(brake_s=0, neutral_s=0, clock=clock), clock, *asked) == asked


@given(st.lists(st.floats(-1, 1), max_size=40), st.floats(0.001, 0.2))
def test_what_goes_out_is_what_was_asked_for_or_zero(asked, tick_s):
    clock = FakeClock()
    sent = drive(EscReverse(clock=clock), clock, *asked, tick_s=tick_s)
    assert all(out in (throttle, 0.0) for out, throttle in zip(sent, asked, strict=True))


def test_an_order_that_is_void_counts_as_neutral():
    clock = FakeClock(10.0)
    esc = EscReverse(clock=clock)
    order = Command(0.3, -0.5, "user", 11.0)
    assert esc.run(order) == order
    void = order._replace(expires_s=10.0)
    assert esc.run(void) == void._replace(throttle=0.0)
    assert esc.state == FORWARD
    assert esc.run(None) is None


@pytest.mark.parametrize("name", ["brake_s", "neutral_s"])
@pytest.mark.parametrize("value", [-0.1, 5.1, float("nan")])
def test_impossible_times_are_refused(name, value):
    with pytest.raises(ConfigError, match=f"`{name}` must be 0 to 5 s"):
        EscReverse(**{name: value})
