"""RoboHAT MM1 and RC Hat: boards on the Pi's serial port that make the pulses.

An order is a line of text: ``1500, 1500`` and a carriage return, steering then throttle in
microseconds, four digits each. The board has no time-out that would stop the car: it repeats the
last order for 10 s, then passes the radio through.

The board reads one line every 25 ms, and later every 31 ms; lines that come faster queue up in its
64 bytes of memory. So an order is sent only when the board must have read the one before. Only a
stop is sent at once. So at most one order and one stop are in the queue, and the board obeys a stop
at its second reading at the latest.

Source: the board's program, ``donkeycar/contrib/robohat/code.py`` of autorope/donkeycar (1613039).
"""

from donkeycar.errors import ConfigError
from donkeycar.guardian.pulse import PulseRange
from donkeycar.parts.drivetrain.order import bounded
from donkeycar.parts.drivetrain.refreshed import Refreshed
from donkeycar.parts.drivetrain.serial_line import SerialLine
from donkeycar.timing import Clock, RealClock

BAUD_RATE = 115_200
SHORTEST_US, LONGEST_US = 1000, 2000
# The board has read a line within this time. The steps of its clock get coarser: after 4.5 hours
# it reads every 31 ms. After 36 hours the steps are 62 ms, and the board must be restarted.
# Source: adafruit/circuitpython, pull 1290; Adafruit_CircuitPython_Debouncer, issue 9.
READ_WITHIN_S = 0.04


class RoboHATOutput:
    """The output of a guardian that drives a RoboHAT. It is neutral at first.

    Args:
        line: The serial line to the board.
        steering: Calibrated pulses of the servo, all within 1000 to 2000 us.
        throttle: Calibrated pulses of the speed controller, the same.
        clock: Source of time.

    Raises:
        ConfigError: If a range is impossible.
        OSError: If the board does not take its order.
    """

    def __init__(
        self,
        line: SerialLine,
        *,
        steering: PulseRange,
        throttle: PulseRange,
        clock: Clock | None = None,
    ) -> None:
        check(steering, throttle)
        self._steering = steering
        self._throttle = throttle
        self._clock: Clock = RealClock() if clock is None else clock
        self._line = line
        self._order = Refreshed[tuple[int, int]](self._send, clock=self._clock)
        self._sent: tuple[int, int] | None = None
        # The time at which the board has read everything that was sent.
        self._read_by_s = self._clock.monotonic()
        # Whether the board may have received an incomplete line.
        self._is_torn = True
        self.off()

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Order both values, -1 to +1; ``None`` and NaN are 0. A stop is sent without waiting.

        Raises:
            OSError: If the board does not take its order.
        """
        order = (
            round(self._steering.at(bounded(steering))),
            round(self._throttle.at(bounded(throttle))),
        )
        is_stop = self._sent is None or (
            order[1] == self._throttle.centre_us and self._sent[1] != order[1]
        )
        if is_stop or self._clock.monotonic() >= self._read_by_s:
            self._order.put(order)

    def off(self) -> None:
        """Order neutral; call it again and again: after 10 s without an order the radio drives.

        Raises:
            OSError: If the board does not take its order.
        """
        self.write(0.0, 0.0)

    def _send(self, order: tuple[int, int]) -> None:
        # The sent order is unknown until the write succeeds, so that the next tick does not wait.
        self._sent = None
        torn, self._is_torn = self._is_torn or self._line.is_busy, True
        # An incomplete line before this one spoils its first four digits, the steering, and never
        # the last four. Sending the line twice mends that; a carriage return in front of it would
        # delay a stop.
        num_lines = 2 if torn else 1
        self._line.write(num_lines * (b"%d, %d\r" % order), instead=True)
        self._sent, self._is_torn = order, False
        self._read_by_s = max(self._read_by_s, self._clock.monotonic()) + num_lines * READ_WITHIN_S


def check(steering: PulseRange, throttle: PulseRange) -> None:
    """Refuse pulses that the board cannot make.

    Raises:
        ConfigError: If a range is impossible, or goes beyond 1000 to 2000 us.
    """
    for name, pulses in (("steering", steering), ("throttle", throttle)):
        pulses.check(name)
        if not all(SHORTEST_US <= pulse_us <= LONGEST_US for pulse_us in pulses):
            raise ConfigError(
                f"The pulses of the {name} must be {SHORTEST_US} to {LONGEST_US} us on a RoboHAT. "
                f"Received: {pulses}"
            )
