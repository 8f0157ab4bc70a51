"""Moments that a part names: whether they say anything about how fresh something is.

A camera says when a frame was exposed, a driver or a pilot until when an order holds. A moment of
another clock (``time.time()`` is fifty years ahead of ``car.clock``), or none at all, proves
nothing: what it stands for would never grow old, and would drive on when nobody is there any more.
"""

import math

# Clocks that were read one after the other may differ by so much.
AHEAD_S = 0.01

# No order of a driver or a pilot holds longer: the life of an order is 0.25 s, and nobody has a
# use for four of them.
LONGEST_LIFE_S = 1.0


def exposure_fault(exposed_s: float | None, now_s: float) -> str:
    """Say why the time of an exposure does not tell how old the frame is; "" if it does.

    Args:
        exposed_s: When the frame is said to have been exposed; ``None`` is not known.
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
    """Say why the end of an order is none, "" if it is one or has passed.

    Args:
        expires_s: Until when the order is said to hold.
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
