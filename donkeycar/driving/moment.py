"""Checks of time stamps: whether a time that a part gives can be on the car's clock.

A camera says when a frame was exposed; a driver or a pilot says until when an order is valid. If
such a time is missing or comes from another clock (``time.time()`` is fifty years ahead of
``car.clock``), the value would never become too old, and the car would drive on without a driver.
"""

import math

# Clocks that were read one after the other may differ by this much.
AHEAD_S = 0.01

# No order of a driver or a pilot is valid for longer. An order usually lasts 0.25 s, and there is
# no use for one that lasts four times as long.
LONGEST_LIFE_S = 1.0


def exposure_fault(exposed_s: float | None, now_s: float) -> str:
    """Say why the time of an exposure does not show how old the frame is; "" if it does.

    Args:
        exposed_s: The time of exposure that the part gave; ``None`` if it gave none.
        now_s: The time on the car's clock.
    """
    if exposed_s is None or not math.isfinite(exposed_s):
        received = str(exposed_s)
    elif exposed_s > now_s + AHEAD_S:
        received = f"{exposed_s - now_s:.3g} s from now"
    else:
        return ""
    return (
        "The camera must say when its frames were exposed (cam/exposed_s), on the clock of the "
        f"car, car.clock.monotonic(). Received: {received}."
    )


def life_fault(expires_s: float, now_s: float) -> str:
    """Say why the end of an order is not valid; "" if it is valid or has passed.

    Args:
        expires_s: The end of the order that the part gave.
        now_s: The time on the car's clock.
    """
    if math.isnan(expires_s):
        received = "nan"
    elif expires_s > now_s + LONGEST_LIFE_S:
        received = f"{expires_s - now_s:.3g} s from now"
    else:
        return ""
    return (
        f"An order must end at most {LONGEST_LIFE_S:g} s from now, on the clock of the car, "
        f"such as car.clock.monotonic() + 0.25. Received: {received}."
    )
