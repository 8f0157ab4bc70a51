"""VESC motor controller: it drives the motor, and steers with the servo on its PPM plug.

Neutral and every stop brake: they order a duty of 0, never a current of 0, which would let the
motor roll. The VESC's own set-up decides how hard it brakes.

The VESC stops by itself if it gets no message for the time-out in that set-up (VESC Tool, App
Settings, General; 1 s as delivered). Set it to 0.2 s. After the time-out the motor rolls, unless
the set-up has a brake current for it. Only a new order moves the motor again; a sign of life does
not.
"""

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain import vesc_protocol as protocol
from donkeycar.parts.drivetrain.order import bounded, each
from donkeycar.parts.drivetrain.refreshed import Refreshed
from donkeycar.parts.drivetrain.serial_line import SerialLine
from donkeycar.timing import Clock, RealClock

BAUD_RATE = 115_200
# Time between two signs of life if no order is sent.
ALIVE_S = 0.05
NUM_QUESTIONS = 3
# An answer comes in several pieces; a device that never stops sending is not a VESC.
MAX_READS = 16


class VESCOutput:
    """The output of a guardian that drives a VESC. Its motor has no power at first.

    Args:
        line: The serial line to the VESC.
        max_duty: Share of the battery's voltage at full throttle, -1 to +1; a negative share turns
            the motor the other way round.
        steering_scale: Travel of the servo from straight ahead to the end, as a share of 1.
        steering_offset: Position of the servo straight ahead, 0 to 1.
        heartbeat: Whether to send a sign of life between orders. Orders alone come ten times a
            second, which is enough for a time-out of 0.2 s and longer.
        answer_s: How long the VESC may take to answer that it is one, in seconds; it is asked three
            times.
        clock: Source of time.

    Raises:
        ConfigError: If a share is out of range, or the VESC's firmware has other orders.
        DeviceError: If no VESC answers.
        OSError: If the line fails.
    """

    def __init__(
        self,
        line: SerialLine,
        *,
        max_duty: float = 0.2,
        steering_scale: float = 0.5,
        steering_offset: float = 0.5,
        heartbeat: bool = True,
        answer_s: float = 0.05,
        clock: Clock | None = None,
    ) -> None:
        if not 0 < abs(max_duty) <= 1:
            raise ConfigError(f"`max_duty` must be -1 to 1, not 0. Received: max_duty={max_duty}")
        if not 0 <= steering_offset <= 1:
            raise ConfigError(
                f"`steering_offset` must be 0 to 1. Received: steering_offset={steering_offset}"
            )
        self._line = line
        self._max_duty = max_duty
        self._steering_scale = steering_scale
        self._steering_offset = steering_offset
        self._heartbeat = heartbeat
        self._clock: Clock = RealClock() if clock is None else clock
        self._duty = Refreshed[float](lambda duty: self._send(protocol.set_duty(duty)), clock=clock)
        self._servo = Refreshed[float](
            lambda position: self._send(protocol.set_servo(position)), clock=clock
        )
        self._sent_s = self._clock.monotonic()
        self._is_off = False
        # The program that used the line before may have died in the middle of a packet.
        self._is_torn = True
        self.off()
        self.firmware = self._check_firmware(*self._ask_firmware(answer_s))

    def write(self, steering: float | None, throttle: float | None) -> None:
        """Order both values, -1 to +1; the motor first. ``None`` and NaN are 0. Throttle 0 brakes.

        Raises:
            OSError: If the line fails.
        """
        self._is_off = False
        duty = self._max_duty * bounded(throttle)
        position = self._steering_offset + self._steering_scale * bounded(steering)
        position = min(max(position, 0.0), 1.0)
        each(lambda: self._duty.put(duty), lambda: self._servo.put(position))
        if self._heartbeat and self._clock.monotonic() - self._sent_s >= ALIVE_S:
            self._send(protocol.packet(bytes([protocol.ALIVE])))

    def off(self) -> None:
        """Brake, then send nothing more: the VESC's own time-out and brake current follow.

        Raises:
            OSError: If the line fails; the next call tries again.
        """
        if not self._is_off:
            self._duty.put(protocol.BRAKING_DUTY)
            self._is_off = True

    def _send(self, packet: bytes) -> None:
        # After an incomplete packet, this one is repeated: the VESC may take the first copies for
        # the rest of a long packet.
        num_packets = 1 + protocol.LONGEST_BYTES // len(packet) if self._is_torn else 1
        self._is_torn = True
        self._line.write(num_packets * packet)
        self._is_torn = False
        self._sent_s = self._clock.monotonic()

    def _check_firmware(self, major: int, minor: int) -> str:
        if (major, minor) < protocol.OLDEST_FIRMWARE:
            oldest = ".".join(map(str, protocol.OLDEST_FIRMWARE))
            raise ConfigError(
                f"A VESC must have firmware {oldest} or newer: an older one takes the order to "
                f"steer for new limits of its current. Received: firmware {major}.{minor}. Update "
                "it with VESC Tool, and set it up anew there"
            )
        return f"{major}.{minor:02d}"

    def _ask_firmware(self, answer_s: float) -> tuple[int, int]:
        """Ask for the firmware's version: the answer proves that this is a VESC."""
        reader = protocol.PacketReader()
        for _ in range(NUM_QUESTIONS):
            self._line.write(protocol.packet(bytes([protocol.FW_VERSION])))
            for _ in range(MAX_READS):
                heard = self._line.read(answer_s)
                for payload in reader.feed(heard):
                    if payload[0] == protocol.FW_VERSION and len(payload) >= 3:
                        return payload[1], payload[2]
                if not heard:
                    break
        raise DeviceError(
            f"No VESC answers within {answer_s} s. Check that it has power, that VESC_SERIAL_PORT "
            "and VESC_BAUDRATE are right; VESC_TIMEOUT lets it take longer"
        )
