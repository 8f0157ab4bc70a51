"""Whether a moment that a part names says anything about how fresh something is."""

import math

import pytest

from donkeycar.driving.moment import AHEAD_S, LONGEST_LIFE_S, exposure_fault, life_fault

NOW_S = 1000.0


@pytest.mark.parametrize("exposed_s", [NOW_S, NOW_S - 60.0, 0.0, NOW_S + AHEAD_S])
def test_an_exposure_that_has_been_tells_how_old_a_frame_is(exposed_s):
    assert exposure_fault(exposed_s, NOW_S) == ""


@pytest.mark.parametrize(
    ("exposed_s", "received"),
    [
        (None, "None"),
        (math.nan, "nan"),
        (math.inf, "inf"),
        (-math.inf, "-inf"),
        (math.nextafter(NOW_S + AHEAD_S, math.inf), "0.01 s from now"),
        (NOW_S + 0.25, "0.25 s from now"),
        (1.7e9, "1.7e+09 s from now"),
    ],
)
def test_an_exposure_that_has_not_been_tells_nothing_of_how_old_a_frame_is(exposed_s, received):
    fault = exposure_fault(exposed_s, NOW_S)
    assert fault.startswith("The camera must say when its frames were exposed (cam/exposed_s)")
    assert fault.endswith(f"car.clock.monotonic(). Received: {received}.")


@pytest.mark.parametrize("expires_s", [-math.inf, 0.0, NOW_S, NOW_S + LONGEST_LIFE_S])
def test_an_order_may_hold_for_a_second_or_have_ended(expires_s):
    assert life_fault(expires_s, NOW_S) == ""


@pytest.mark.parametrize(
    ("expires_s", "received"),
    [
        (math.nan, "nan"),
        (math.inf, "inf s from now"),
        (math.nextafter(NOW_S + LONGEST_LIFE_S, math.inf), "1 s from now"),
        (NOW_S + 2.5, "2.5 s from now"),
    ],
)
def test_an_order_without_an_end_near_by_is_none(expires_s, received):
    fault = life_fault(expires_s, NOW_S)
    assert fault.startswith("An order must end at most 1 s from now")
    assert fault.endswith(f"Received: {received}.")
