"""Pulses stay within what was calibrated."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange

THROTTLE = PulseRange(900, 1500, 2000)
LEFT_IS_LONG = PulseRange(1900, 1500, 1200)


@pytest.mark.parametrize(
    ("pulses", "value", "us"),
    [
        (THROTTLE, 0, 1500), (THROTTLE, 1, 2000), (THROTTLE, -1, 900), (THROTTLE, 0.5, 1750),
        (THROTTLE, -0.5, 1200), (THROTTLE, 7, 2000), (THROTTLE, -7, 900),
        (LEFT_IS_LONG, -1, 1900), (LEFT_IS_LONG, 1, 1200), (LEFT_IS_LONG, 0.5, 1350),
    ],
)  # fmt: skip
def test_value_to_pulse(pulses, value, us):
    assert pulses.at(value) == us


@settings(deadline=None)
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_value_leaves_the_calibrated_range(value):
    assert 900 <= THROTTLE.at(value) <= 2000


@pytest.mark.parametrize(
    "pulses",
    [(300, 1500, 3000), (1500, 1500, 2000), (1000, 1500, 1500), (3000, 1500, 300)],
)
def test_possible_pulses_are_returned_as_they_are(pulses):
    assert PulseRange(*pulses).check("servo") == pulses


@pytest.mark.parametrize(
    "pulses",
    [(299, 1500, 2000), (1000, 1500, 3001), (1500, 1500, 1500), (1000, 999, 2000),
     (1000, 2001, 2000), (2000, 999, 1000), (float("nan"), 1500, 2000), (1000, 1500, float("inf"))],
)  # fmt: skip
def test_impossible_pulses_are_refused(pulses):
    message = "The pulses of the servo must be 300 to 3000 us, the ends different, the centre"
    with pytest.raises(ConfigError, match=message):
        PulseRange(*pulses).check("servo")


def test_a_refusal_ends_with_what_else_was_meant_if_anybody_knows():
    impossible = PulseRange(1000, 999, 2000)
    for advice in ("", ". Did you mean ticks?"):
        with pytest.raises(ConfigError) as refusal:
            impossible.check("servo", **({"advice": advice} if advice else {}))
        assert str(refusal.value).endswith("999 us at 0, 2000 us at +1" + advice)
