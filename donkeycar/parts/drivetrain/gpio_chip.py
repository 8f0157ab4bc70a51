"""GPIO chip of a Raspberry Pi's header, driven with lgpio; works on every model, Pi 5 included.

lgpio is called directly: gpiozero would round pulses to whole per cents of a frame, which is 167 us
at 60 Hz, and a servo needs five.

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

# Labels that gpiodetect shows for the chip of the header: Pi 1 to 3 and Zero, Pi 4, Pi 5.
LABELS = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
# The chip has number 0; on a Pi 5 with an older kernel, number 4. Some kernels start at 10 and add
# one for each chip that was found before it.
NUMBERS = (0, 4, 1, 2, 3, *range(5, 16))


def load_lgpio() -> Any:
    """Import lgpio, whatever the working directory is.

    The module creates a pipe in the working directory, and does not load if it cannot, for example
    in a service that runs in ``/``. It is then loaded in the folder of temporary files.

    Raises:
        DeviceError: If it is missing, or cannot write to either folder.
    """
    try:
        with _folder_for_its_pipe():
            import lgpio
    except Exception as error:  # lgpio raises errors of its own if it does not load
        raise DeviceError(
            "Pins of the Pi need lgpio. Install it: sudo apt install python3-lgpio; "
            f"{install_extra('pi')}. ({error})"
        ) from not_loaded(error)
    return lgpio


@contextmanager
def _folder_for_its_pipe() -> Iterator[None]:
    import tempfile  # here, because most guardians never need it

    try:
        # The file has no name, so a process that is killed here leaves nothing behind.
        with tempfile.TemporaryFile(dir="."):
            pass
    except OSError:
        with chdir(tempfile.gettempdir()):
            yield
    else:
        yield


class GpioLine:
    """One pin, as an output. `GpioChip.claim` makes it; it is low at first."""

    def __init__(self, chip: "GpioChip", name: str, number: int) -> None:
        self._chip = chip
        self._name = name
        self._number = number
        self._is_open = True

    def write(self, high: bool) -> None:
        """Set the pin high or low now, and end its pulses.

        Raises:
            DeviceError: If the kernel refuses.
        """
        # The next frames are set before the level of this one, so that no edge comes in between.
        frame_us = self._chip.frames_us.get(self._number)
        if frame_us:
            self.repeat(frame_us if high else 0, 0 if high else frame_us)
        self._do("gpio_write", int(high))

    def repeat(self, on_us: int, off_us: int) -> None:
        """Repeat a pulse from the next frame on.

        Pulses are never stopped; they get a length of 0 instead. When lgpio stops the pulses of one
        pin, the pulses of the others are up to 20 ms late. About once in fifty times its thread
        then sleeps for ever, and every pin keeps its level, even a high one.

        Raises:
            DeviceError: If lgpio refuses.
        """
        if on_us or self._number in self._chip.frames_us:
            self._chip.frames_us[self._number] = on_us + off_us
            self._do("tx_pulse", on_us, off_us)

    def close(self) -> None:
        """Set the pin low and release it. Safe to call twice.

        If the pin had pulses, the process keeps it, low, until no pin has pulses any more.

        Raises:
            DeviceError: If the pin did not become low. It is released even so.
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
    """The open chip. All pins of a process share one object, which knows the pins in use.

    Args:
        lgpio: The library.

    Attributes:
        frames_us: Length of a frame by pin, for each pin with pulses, even pulses of length 0.

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
        """Claim a pin as an output; it is low at once.

        Args:
            name: `BOARD33`, `GPIO13`.

        Raises:
            ConfigError: If there is no such pin, or this process already uses it.
            DeviceError: If another program uses it.
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
            line.write(False)  # claiming did nothing, because this process still held the pin
        return line

    def release(self, number: int) -> None:
        """Give a pin back to the kernel; pins with pulses all go back together, with the last."""
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
                    # Closing a chip takes 0.1 s, and a motor may run meanwhile. So the wrong chips
                    # stay open.
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
    """Say what is wrong with a pin; lgpio gives each cause a text but no number."""
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
