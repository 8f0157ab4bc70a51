"""The chip that the pins of a Raspberry Pi's header are on, through lgpio: every model, Pi 5 too.

lgpio is used as it is and not through gpiozero, which cuts pulses to whole per cents of a frame:
167 us at 60 Hz, where a servo needs five.

Source: lgpio 0.2.2.0, src/lgGpio.c and src/lgPthTx.c.
"""

import os
from collections.abc import Iterator
from contextlib import chdir, contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from donkeycar.commands import install_extra
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.drivetrain.pi_board import DEVICES
from donkeycar.parts.drivetrain.pin_id import bcm_number
from donkeycar.parts.drivetrain.way_on import not_loaded

# What gpiodetect calls the chip of the header: Pi 1 to 3 and Zero, Pi 4, Pi 5.
LABELS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
# It has number 0, on a Pi 5 with an older kernel number 4. Some kernels count on from 10, and one
# more for each chip that came before it.
NUMBERS = (0, 4, 1, 2, 3, *range(5, 16))


def load_lgpio() -> Any:
    """Import lgpio, wherever this process is.

    The module makes a pipe in the working folder, and fails to load where it cannot, as a service
    in ``/``: then it is loaded in the folder of temporary files.

    Raises:
        DeviceError: If it is missing, or finds no folder at all.
    """
    try:
        with _folder_for_its_pipe():
            import lgpio
    except Exception as error:  # it says in errors of its own that it does not load
        raise DeviceError(
            "Pins of the Pi need lgpio. Install it: sudo apt install python3-lgpio; "
            f"{install_extra('pi')}. ({error})"
        ) from not_loaded(error)
    return lgpio


@contextmanager
def _folder_for_its_pipe() -> Iterator[None]:
    import tempfile  # here, for most guardians never need it

    try:
        # Without a name: a process that is killed here must leave nothing behind.
        with tempfile.TemporaryFile(dir="."):
            pass
    except OSError:
        with chdir(tempfile.gettempdir()):
            yield
    else:
        yield


class GpioLine:
    """One pin, as an output. Made by `claim`, it is low."""

    def __init__(self, chip: "GpioChip", name: str, number: int) -> None:
        self._chip = chip
        self._name = name
        self._number = number
        self._is_open = True

    def write(self, high: bool) -> None:
        """Make it high or low now, whatever pulses it has.

        Raises:
            DeviceError: If the kernel refuses.
        """
        # First what comes from the next frame on, then this frame: no edge can come in between.
        frame_us = self._chip.frames_us.get(self._number)
        if frame_us:
            self.repeat(frame_us if high else 0, 0 if high else frame_us)
        self._do("gpio_write", int(high))

    def repeat(self, on_us: int, off_us: int) -> None:
        """Repeat a pulse from the next frame on.

        Pulses are never stopped, only given a length of 0. When lgpio stops those of one pin, those
        of the others are up to 20 ms late, and about once in fifty times its thread sleeps for
        ever: every pin stays as it is then, a high one too.

        Raises:
            DeviceError: If lgpio refuses.
        """
        if on_us or self._number in self._chip.frames_us:
            self._chip.frames_us[self._number] = on_us + off_us
            self._do("tx_pulse", on_us, off_us)

    def close(self) -> None:
        """Let go of it, low. Safe to call twice.

        If it had pulses the process keeps it, low, until no pin has pulses any more.

        Raises:
            DeviceError: If it did not become low. It is let go of, too.
        """
        if not self._is_open:
            return
        self._is_open = False
        try:
            self.write(False)
        finally:
            self._chip.release(self._number)

    def _do(self, function: str, *values: int) -> None:
        try:
            getattr(self._chip.lgpio, function)(self._chip.handle, self._number, *values)
        except self._chip.errors as error:
            raise DeviceError(f"Pin {self._name} cannot be written: {error}") from error


class GpioChip:
    """The chip, opened. It has to be one for all pins of a process: it knows which are taken.

    Args:
        lgpio: The library.

    Attributes:
        frames_us: How long the frames of the pins are that have pulses, of length 0 too.

    Raises:
        DeviceError: If no chip of a header can be opened.
    """

    def __init__(self, lgpio: Any) -> None:
        self.lgpio = lgpio
        self.errors: tuple[type[Exception], ...] = (lgpio.error, OSError)
        self.handle = self._open()
        self.frames_us: dict[int, int] = {}
        self._taken: set[int] = set()

    def claim(self, name: str) -> GpioLine:
        """Make an output of a pin, low at once.

        Args:
            name: `BOARD33`, `GPIO13`.

        Raises:
            ConfigError: If there is no such pin, or this process has it already.
            DeviceError: If somebody else has it.
        """
        number = bcm_number(name)
        if number is None or number in self._taken:
            why = "the header has no such pin" if number is None else "this car uses it already"
            raise ConfigError(
                f"Pin {name} cannot be an output: {why}. Write another pin into the settings"
            )
        try:
            self.lgpio.gpio_claim_output(self.handle, number, 0)
        except self.errors as error:
            raise _refused(name, error) from error
        self._taken.add(number)
        line = GpioLine(self, name, number)
        if number in self.frames_us:
            line.write(False)  # claiming it did nothing: this process had it still
        return line

    def release(self, number: int) -> None:
        """Hand a pin back to the kernel, one with pulses together with all that have some."""
        self._taken.discard(number)
        if number not in self.frames_us:
            self.lgpio.gpio_free(self.handle, number)
        elif self._taken.isdisjoint(self.frames_us):
            idle = list(self.frames_us)
            self.frames_us.clear()
            for each in idle:
                with suppress(*self.errors):
                    self.lgpio.tx_pulse(self.handle, each, 0, 0)
            for each in idle:
                self.lgpio.gpio_free(self.handle, each)

    def _open(self) -> int:
        trouble: Exception = DeviceError("none of its chips is that of a header")
        wrong = []
        for number in (*NUMBERS, *_higher_numbers()):
            try:
                handle = int(self.lgpio.gpiochip_open(number))
                if self.lgpio.gpio_get_chip_info(handle)[3] in LABELS:
                    # Closing a chip takes 0.1 s, in which a motor may run: wrong ones stay open.
                    return handle
                wrong.append(handle)
            except self.errors as error:
                trouble = trouble if wrong else error
        for handle in wrong:
            self.lgpio.gpiochip_close(handle)
        raise _refused("", trouble) from trouble


def _higher_numbers() -> list[int]:
    """Numbers of the chips of this computer that are not in `NUMBERS`."""
    texts = (path.name.removeprefix("gpiochip") for path in DEVICES.glob("gpiochip*"))
    return sorted({int(text) for text in texts if text.isdecimal()} - {*NUMBERS})


_chips: "WeakKeyDictionary[Any, GpioChip]" = WeakKeyDictionary()


def header_chip(lgpio: Any = None) -> GpioChip:
    """The chip of the header, opened once in a process.

    Args:
        lgpio: The library; ``None`` is the one of this computer.

    Raises:
        DeviceError: If it is missing, or the chip does not open.
    """
    lgpio = load_lgpio() if lgpio is None else lgpio
    if lgpio not in _chips:
        _chips[lgpio] = GpioChip(lgpio)
    return _chips[lgpio]


def _refused(name: str, error: Exception) -> DeviceError:
    """What is wrong with a pin: lgpio has a text for each cause, and no number."""
    if "busy" in str(error).lower():
        return DeviceError(
            f"Pin {name} is in use by another program or by a device tree overlay: gpioinfo shows "
            f"by which. Received: {error}"
        )
    chips = sorted(DEVICES.glob("gpiochip*"))
    if chips and not any(os.access(chip, os.R_OK | os.W_OK) for chip in chips):
        return DeviceError(
            f"You may not use the pins of this computer: {error}. Join their group: sudo usermod "
            "-aG gpio $USER, then log in again"
        )
    return DeviceError(
        f"The pins of this computer do not open: {error}. Is it a Raspberry Pi? In a container, "
        "hand /dev/gpiochip0 to it"
    )
