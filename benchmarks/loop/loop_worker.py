"""One measurement of a Vehicle of this version or of an earlier one, whichever the interpreter has.

python -I loop_worker.py tick
python -I loop_worker.py pace RATE_HZ SECONDS
"""

import json
import logging
import sys
import time

from donkeycar.vehicle import Vehicle

TICKS = 20_000
LOAD = 0.3


class PassThrough:
    """Returns what it is given."""

    def run(self, value):
        """Hand the value on."""
        return value


class Busy:
    """Keeps the processor busy for a share of the interval and notes when ticks begin."""

    def __init__(self, busy_s):
        self.busy_s = busy_s
        self.begun_s = []

    def run(self):
        """Work for a while."""
        now_s = time.perf_counter()
        self.begun_s.append(now_s)
        while time.perf_counter() - now_s < self.busy_s:
            pass


def tick_us():
    """Microseconds per tick, best of five."""
    vehicle = Vehicle()
    vehicle.mem["c0"] = 1
    for index in range(10):
        vehicle.add(PassThrough(), inputs=[f"c{index}"], outputs=[f"c{index + 1}"])
    step = getattr(vehicle, "step", None) or vehicle.update_parts
    best_s = float("inf")
    for _ in range(5):
        start_s = time.perf_counter()
        for _ in range(TICKS // 5):
            step()
        best_s = min(best_s, time.perf_counter() - start_s)
    return {"tick_us": best_s / (TICKS // 5) * 1e6}


def pace(rate_hz, seconds):
    """Mean rate and p99 deviation of an interval."""
    vehicle = Vehicle()
    busy = Busy(LOAD / rate_hz)
    vehicle.add(busy)
    vehicle.start(rate_hz=rate_hz, max_loop_count=int(rate_hz * seconds) + 1)
    begun_s = busy.begun_s
    deviations_s = sorted(
        abs(later - earlier - 1 / rate_hz)
        for earlier, later in zip(begun_s, begun_s[1:], strict=False)
    )
    return {
        "mean_hz": (len(begun_s) - 1) / (begun_s[-1] - begun_s[0]),
        "deviation_p99_ms": 1e3 * deviations_s[int(len(deviations_s) * 0.99)],
    }


if __name__ == "__main__":
    logging.disable()
    numbers = [float(word) for word in sys.argv[2:]]
    result = {"tick": tick_us, "pace": pace}[sys.argv[1]](*numbers)
    print(json.dumps(result))
