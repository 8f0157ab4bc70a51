"""The throttle limit: what an owner may write as its ceiling, and what a press of a button does."""

import pytest

from donkeycar.driving.throttle_limit import ThrottleLimit
from donkeycar.errors import ConfigError


@pytest.mark.parametrize("ceiling", [0, 0.5, 1])
def test_a_ceiling_in_range_is_the_first_limit(ceiling):
    assert ThrottleLimit(ceiling).value == ceiling


@pytest.mark.parametrize("ceiling", [-0.01, 1.01, 2, 100, float("nan")])
def test_a_ceiling_out_of_range_is_refused_and_named(ceiling):
    with pytest.raises(ConfigError) as error:
        ThrottleLimit(ceiling)
    assert str(error.value) == (
        f"`throttle_ceiling` must be 0 to 1. Received: throttle_ceiling={ceiling}"
    )


def test_a_press_leaves_no_number_that_a_page_cannot_show():
    limit = ThrottleLimit(1.0, 1 / 3)
    assert limit.step(up=True) == 0.3833
    assert limit.step(up=False) == 0.3333
