"""Emulated PCA9685 with its registers, on an I2C bus that can fail; tests check its trace.

Registers can be in a file: then they outlast every process, as those of the real chip do.

Source: NXP, "PCA9685 16-channel, 12-bit PWM Fm+ I2C-bus LED controller", rev. 4: 7.1 addresses, 7.3
registers (table 4: where auto-increment rolls over), 7.3.1.1 restart, 7.4 output enable, 7.6
software reset. What a held SDA looks like: NXP, UM10204 rev. 7, 3.1.6 (an acknowledge is SDA low in
the ninth clock).

Not modelled: inverted outputs, outputs that change at each byte and an external clock (each is
refused); where in a frame a change comes out (here it is at once), the 500 us that the oscillator
takes to wake, an oscillator that is not 25 MHz, the phase of a pulse (only its length counts), what
MODE2 says of the outputs while OE is high (here: no pulse), an address that is read without a
register (it gives zeros), voltages and currents.
"""

import errno
import mmap
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from donkeycar.testing.pulse_trace import PulseTrace

CHANNELS = 16
TICKS = 4096
OSCILLATOR_HZ = 25_000_000

MODE1, MODE2, SUBADR1, ALLCALLADR, LED0, LED_END = 0x00, 0x01, 0x02, 0x05, 0x06, 0x46
ALL_LED, PRE_SCALE, TEST_MODE = 0xFA, 0xFE, 0xFF
RESTART, EXTCLK, AUTO_INCREMENT, SLEEP, ALLCALL = 0x80, 0x40, 0x20, 0x10, 0x01
SUB_BITS = (0x08, 0x04, 0x02)
INVERT, CHANGE_ON_ACK = 0x10, 0x08
FULL = 0x1000  # bit 4 of a high byte: always on, or always off

GENERAL_CALL = 0x00
SOFTWARE_RESET = 0x06

# Bytes behind the 256 registers: the OE pin, the fault and its argument.
OE, FAULT, SHORT_AFTER, LENGTH = 256, 257, 258, 512
FAULTS = ("", "nack", "stuck", "short", "low", "high")
# What a line that is held reads as; what is written goes nowhere, and is acknowledged.
HELD = {"low": 0x00, "high": 0xFF}


class PCA9685Chip:
    """The chip.

    Args:
        path: A file for the registers, made if it is missing; a second one, ``<path>.trace``,
            holds the trace. ``None`` keeps both in memory.
        address: The address that its pins A0 to A5 are wired to.

    Example:
        >>> chip = PCA9685Chip()
        >>> chip.transfer(0x40, bytes([0x00, 0x21]))            # wake up, auto-increment
        b''
        >>> chip.transfer(0x40, bytes([0x06, 0, 0, 0x72, 0x01]))
        b''
        >>> chip.ticks(0)
        370
    """

    def __init__(self, path: Path | None = None, *, address: int = 0x40) -> None:
        self.address = address
        self._fd: int | None = None
        self._registers: mmap.mmap | bytearray = bytearray(LENGTH)
        if path is None:
            self.trace = PulseTrace()
            self._reset()
            return
        self.trace = PulseTrace(path.with_name(path.name + ".trace"))
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT)
        with self._alone():
            is_new = os.fstat(self._fd).st_size == 0
            if is_new:
                os.ftruncate(self._fd, LENGTH)
            self._registers = mmap.mmap(self._fd, LENGTH)
            if is_new:
                self._reset()

    def close(self) -> None:
        """Close the files; the registers stay in them."""
        if isinstance(self._registers, mmap.mmap):
            self._registers.close()
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None
        self.trace.close()

    def power_on(self) -> None:
        """Switch the supply off and on: registers take their default values, faults are cleared."""
        with self._changing():
            self._registers[OE:LENGTH] = bytes(LENGTH - OE)
            self._reset()

    @property
    def output_enabled(self) -> bool:
        """The OE pin, which is active low: False stops all pulses, whatever the registers say."""
        return self._registers[OE] == 0

    @output_enabled.setter
    def output_enabled(self, value: bool) -> None:
        with self._changing():
            self._registers[OE] = 0 if value else 1

    def fail(self, fault: str = "", *, short_after: int = 0) -> None:
        """Break the bus for every process, until called again without a fault.

        Args:
            fault: "nack" (no chip answers), "stuck" (a line is held low: every transfer times out),
                "short" (each transfer breaks off), "low" (SDA is held low: transfers seem to work,
                and every read gives 0x00), "high" (no answer reaches the bus, and every read gives
                0xFF) or "" (no fault).
            short_after: For "short": how many bytes still arrive.
        """
        self._registers[FAULT] = FAULTS.index(fault)
        self._registers[SHORT_AFTER] = short_after

    def transfer(self, address: int, data: bytes, num_read: int = 0) -> bytes:
        """Do one transfer, START to STOP: write `data`, then (repeated START) read.

        Outputs change at the STOP, all of them at once.

        Returns:
            `num_read` bytes from the register that the first byte of `data` names.

        Raises:
            OSError: With the errno of a real bus: ``EREMOTEIO`` if no chip answers at `address`,
                ``ETIMEDOUT`` if the bus is stuck, ``EIO`` if the transfer broke off.
        """
        fault = FAULTS[self._registers[FAULT]]
        if fault == "stuck":
            raise OSError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
        if fault in HELD:
            return bytes([HELD[fault]]) * num_read
        if fault == "nack" or not self.answers(address, data):
            raise OSError(errno.EREMOTEIO, os.strerror(errno.EREMOTEIO))
        arrived = data[: self._registers[SHORT_AFTER]] if fault == "short" else data
        with self._changing():
            answer = self._talk(address, arrived, num_read)
        if len(arrived) < len(data):
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return answer

    def answers(self, address: int, data: bytes = b"") -> bool:
        """Whether the chip acknowledges `address`: its own, a sub-address, all-call, reset."""
        mode1 = self._registers[MODE1]
        if address == GENERAL_CALL:
            return data[:1] == bytes([SOFTWARE_RESET])
        if address == self._registers[ALLCALLADR] >> 1 and mode1 & ALLCALL:
            return True
        subs = [self._registers[SUBADR1 + n] >> 1 for n, bit in enumerate(SUB_BITS) if mode1 & bit]
        return address == self.address or address in subs

    def ticks(self, channel: int) -> int:
        """On-time of an output in a frame: 0 (no pulse) to 4096 (always on)."""
        low = LED0 + 4 * channel
        on, off = struct.unpack_from("<HH", self._registers, low)
        asleep = self._registers[MODE1] & (SLEEP | RESTART)
        if asleep or off & FULL or not self.output_enabled:
            return 0
        if on & FULL:
            return TICKS
        return int((off - on) % TICKS)

    @property
    def frame_s(self) -> float:
        """Length of a PWM frame."""
        return TICKS * (self._registers[PRE_SCALE] + 1) / OSCILLATOR_HZ

    def pulse_us(self, channel: int) -> float:
        """Pulse of an output in microseconds, 0.0 for none."""
        return 1e6 * self.frame_s * self.ticks(channel) / TICKS

    def __getitem__(self, register: int) -> int:
        return self._registers[register]

    def _reset(self) -> None:
        self._registers[:256] = bytes(256)
        self._registers[MODE1] = SLEEP | ALLCALL
        self._registers[MODE2] = 0x04
        self._registers[SUBADR1 : ALLCALLADR + 1] = bytes([0xE2, 0xE4, 0xE8, 0xE0])
        self._registers[PRE_SCALE] = 0x1E
        for channel in range(CHANNELS):
            self._registers[LED0 + 4 * channel + 3] = FULL >> 8

    def _talk(self, address: int, data: bytes, num_read: int) -> bytes:
        if address == GENERAL_CALL:
            self._reset()
            return b""
        if not data:
            return bytes(num_read)
        register = data[0]
        for value in data[1:]:
            self._write(register, value)
            register = self._next(register)
        answer = bytearray()
        for _ in range(num_read):
            is_write_only = ALL_LED <= register < PRE_SCALE
            answer.append(0 if is_write_only else self._registers[register])
            register = self._next(register)
        return bytes(answer)

    def _next(self, register: int) -> int:
        if not self._registers[MODE1] & AUTO_INCREMENT:
            return register
        return 0 if register in (LED_END - 1, PRE_SCALE, TEST_MODE) else register + 1

    def _write(self, register: int, value: int) -> None:
        if register == MODE1:
            self._write_mode1(value)
        elif register == PRE_SCALE:
            if self._registers[MODE1] & SLEEP:
                self._registers[PRE_SCALE] = max(value, 3)
        elif ALL_LED <= register < PRE_SCALE:
            for channel in range(CHANNELS):
                self._write_led(LED0 + 4 * channel + register - ALL_LED, value)
        elif LED0 <= register < LED_END:
            self._write_led(register, value)
        elif register == MODE2 and value & (INVERT | CHANGE_ON_ACK):
            raise NotImplementedError(f"MODE2 = {value:#04x} is not modelled")
        elif register < LED0:
            self._registers[register] = value

    def _write_led(self, register: int, value: int) -> None:
        is_high_byte = (register - LED0) % 2
        self._registers[register] = value & 0x1F if is_high_byte else value
        # 7.3.1.1: a write to a PWM register also ends the wait for RESTART.
        self._registers[MODE1] &= ~RESTART

    def _write_mode1(self, value: int) -> None:
        before = self._registers[MODE1]
        halted = before & RESTART
        if not before & SLEEP and value & SLEEP and self._is_pulsing():
            halted = RESTART
        elif value & RESTART and not value & SLEEP:
            halted = 0
        if value & EXTCLK:
            raise NotImplementedError(f"MODE1 = {value:#04x} is not modelled")
        self._registers[MODE1] = value & ~RESTART | halted

    def _is_pulsing(self) -> bool:
        return any(self.ticks(channel) for channel in range(CHANNELS))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if self._fd is None:
            yield
            return
        import fcntl  # not on Windows

        fcntl.flock(self._fd, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        with self._alone():
            before = [(self.ticks(n), self.pulse_us(n)) for n in range(CHANNELS)]
            yield
            for channel in range(CHANNELS):
                after = (self.ticks(channel), self.pulse_us(channel))
                if after != before[channel]:
                    self.trace.append(channel, *after)
