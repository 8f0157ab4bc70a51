"""The emulated electronics of a replay: whatever a drivetrain's pins are wired to."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from donkeycar.parts.drivetrain.kernel_pwm import chip_folder
from donkeycar.parts.drivetrain.pin_id import (
    GpioId,
    KernelPwmId,
    PCA9685Id,
    PinId,
    bcm_number,
)
from donkeycar.parts.drivetrain.pins import Board
from donkeycar.testing.fake_i2c import FakeI2C
from donkeycar.testing.gpio_header import GpioHeader
from donkeycar.testing.pca9685_chip import PCA9685Chip
from donkeycar.testing.pwm_tree import PwmTree
from donkeycar.timing import Clock

# More PWM chips of the kernel than any board has.
MOST_CHIPS = 16
# A chip is named by its number, or by its address, which is longer.
LONGEST_NUMBER = 3


class EmulatedBoard:
    """Every PCA9685, pin of the header and PWM channel of the kernel that the pins name.

    Args:
        pins: The pins of the drivetrain.
        clock: Source of time.
        opened: Removes the files of the kernel's PWM.

    Attributes:
        board: The hardware, for drivers.
    """

    def __init__(self, pins: Iterable[PinId], *, clock: Clock, opened: ExitStack) -> None:
        pins = list(pins)
        folder = Path(opened.enter_context(TemporaryDirectory(prefix="donkeycar-replay-")))
        self._chips: dict[tuple[int, int], PCA9685Chip] = {}
        for pin in pins:
            if isinstance(pin, PCA9685Id):
                self._chips.setdefault((pin.bus, pin.address), PCA9685Chip(address=pin.address))
        self._buses = {
            bus: FakeI2C(*(chip for (its, _), chip in self._chips.items() if its == bus))
            for bus, _ in self._chips
        }
        self._header = GpioHeader(clock=clock)
        opened.callback(self._header.close)
        self._root = folder
        tree = PwmTree(folder, num_channels=4, addresses=_chips(pins), clock=clock)
        self.board = Board(
            open_bus=self._buses.__getitem__,
            lgpio=self._header.lgpio,
            i2c_devices=folder / "no-devices",
            pwm_root=folder,
            pwm_files=tree,
        )

    def pulse(self, pin: PinId) -> float | None:
        """What an output sends now.

        Returns:
            The pulse in microseconds, 0 for none; of a pin of the header, the share of the time
            that it is high, 0 to 1.
        """
        if isinstance(pin, PCA9685Id):
            return self._chips[pin.bus, pin.address].pulse_us(pin.channel)
        if isinstance(pin, GpioId):
            return self._header.values.get(f"GPIO{bcm_number(pin.name)}", 0.0)
        channel = chip_folder(self._root, pin.chip) / f"pwm{pin.channel}"
        if not channel.is_dir() or (channel / "enable").read_text().strip() != "1":
            return 0.0
        return int((channel / "duty_cycle").read_text()) / 1000


def _chips(pins: Iterable[PinId]) -> list[str]:
    """The addresses of the kernel's PWM chips, as many as the pins need."""
    chips = {pin.chip for pin in pins if isinstance(pin, KernelPwmId)}
    numbers = [int(chip) for chip in chips if len(chip) <= LONGEST_NUMBER]
    named = sorted(chip for chip in chips if len(chip) > LONGEST_NUMBER)
    num_more = min(max(numbers, default=0) + 1, MOST_CHIPS)
    return [*named, *(f"{0xFE20C000 + number:x}" for number in range(num_more))]
