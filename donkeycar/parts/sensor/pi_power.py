"""Power supply of a Raspberry Pi, as the Pi reports it; needs no root and starts no process.

Sources: Raspberry Pi documentation, "Device Trees, overlays, and parameters", section "Power supply
properties /chosen/power" (Pi 5: `max_current` in mA, `usb_max_current_enable`,
`usb_over_current_detected`, `usbpd_power_data_objects`, numbers of 32 bits, big-endian), "Universal
Serial Bus (USB)" (Pi 5: 600 mA, or 1600 mA with a supply of 5 A, shared with the fan), "Power
supply" (a voltage below 4.63 V +/- 5 % is noticed, except on the Zero range) and "vcgencmd"
(`get_throttled`), all of 2024 to 2026; USB Power Delivery 3.1, section 6.4.1 (an unused power data
object is 0); Linux 0eaed89, drivers/hwmon/raspberrypi-hwmon.c (`rpi_volt`: every two seconds it
asks whether the voltage was too low since it last asked).
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

DEVICE_TREE = Path("/proc/device-tree")
HWMON = Path("/sys/class/hwmon")

# From this supply current on, the firmware of a Pi 5 gives its USB ports more current, in mA.
FULL_CURRENT_MA = 5000
USB_LOW_MA, USB_HIGH_MA = 600, 1600


class Trouble(NamedTuple):
    """A condition that `get_throttled` reports, with one bit for now and one for since the start.

    Attributes:
        bit: Its bit for now; the bit for the past is 16 higher.
        name: Its name.
    """

    bit: int
    name: str

    def is_now(self, bits: int) -> bool:
        """Whether it is true at this moment."""
        return bool(bits >> self.bit & 1)

    def has_been(self, bits: int) -> bool:
        """Whether it has been true since the computer started."""
        return bool(bits >> (self.bit + 16) & 1)


UNDER_VOLTAGE = Trouble(0, "under-voltage")
FREQUENCY_CAPPED = Trouble(1, "frequency of the processor capped")
THROTTLED = Trouble(2, "processor throttled")
TOO_WARM = Trouble(3, "soft temperature limit")
TROUBLES = (UNDER_VOLTAGE, FREQUENCY_CAPPED, THROTTLED, TOO_WARM)


class Supply(NamedTuple):
    """Supply data that the firmware of a Pi 5 found when it started.

    Attributes:
        max_current_ma: What the supply can give, in mA; ``None`` if the firmware does not say.
        usb_high: Whether the USB ports together may draw 1.6 A instead of 600 mA; ``None`` if the
            firmware does not say.
        negotiated: Whether the supply announced its current by USB Power Delivery. A supply at the
            pins of the header cannot, and neither can a plain charger.
        usb_overload: Whether a USB port took too much while the computer started.
    """

    max_current_ma: int | None
    usb_high: bool | None
    negotiated: bool
    usb_overload: bool


def supply(device_tree: Path = DEVICE_TREE) -> Supply:
    """Read the supply data of a Pi 5.

    Args:
        device_tree: The firmware's description of the board.
    """
    power = device_tree / "chosen" / "power"
    usb = _cells(power / "usb_max_current_enable")
    current = _cells(power / "max_current")
    return Supply(
        max_current_ma=current[0] if current else None,
        usb_high=bool(usb[0]) if usb else None,
        negotiated=any(_cells(power / "usbpd_power_data_objects")),
        usb_overload=any(_cells(power / "usb_over_current_detected")),
    )


def measures_voltage(device_tree: Path = DEVICE_TREE) -> bool:
    """Whether this board can detect under-voltage; boards of the Zero range cannot."""
    with suppress(OSError):
        return b"Zero" not in (device_tree / "model").read_bytes()
    return True


def voltage_alarm(hwmon: Path | None = None) -> Path | None:
    """The kernel's file that reports under-voltage; ``None`` if there is none.

    Args:
        hwmon: Sensors of the kernel; `HWMON` if omitted.
    """
    for chip in sorted((hwmon or HWMON).glob("hwmon*")):
        with suppress(OSError):
            alarm = chip / "in0_lcrit_alarm"
            if (chip / "name").read_text().strip() == "rpi_volt" and alarm.exists():
                return alarm
    return None


def is_too_low(alarm: Path) -> bool:
    """Whether the voltage was too low within the last two seconds.

    Args:
        alarm: The file from `voltage_alarm`.

    Raises:
        OSError: If the kernel does not report it any more.
    """
    return alarm.read_text().strip() == "1"


def _cells(path: Path) -> list[int]:
    """Numbers of a property of the device tree; empty if there is no such property."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    return [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4)]
