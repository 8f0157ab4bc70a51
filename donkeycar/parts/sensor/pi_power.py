"""What a Raspberry Pi says of its own supply. Nothing here needs root, or starts a process.

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

# From this on the firmware lets the USB ports of a Pi 5 have more, in mA.
FULL_CURRENT_MA = 5000
USB_LOW_MA, USB_HIGH_MA = 600, 1600


class Trouble(NamedTuple):
    """A thing that `get_throttled` tells of, one bit for now and one for since the start.

    Attributes:
        bit: Its bit for now; that for the past is 16 further up.
        name: What it is called.
    """

    bit: int
    name: str

    def is_now(self, bits: int) -> bool:
        """Whether it is so at this moment."""
        return bool(bits >> self.bit & 1)

    def has_been(self, bits: int) -> bool:
        """Whether it was so since the computer started."""
        return bool(bits >> (self.bit + 16) & 1)


UNDER_VOLTAGE = Trouble(0, "under-voltage")
FREQUENCY_CAPPED = Trouble(1, "frequency of the processor capped")
THROTTLED = Trouble(2, "processor throttled")
TOO_WARM = Trouble(3, "soft temperature limit")
TROUBLES = (UNDER_VOLTAGE, FREQUENCY_CAPPED, THROTTLED, TOO_WARM)


class Supply(NamedTuple):
    """What the firmware of a Pi 5 learnt of its supply when it started.

    Attributes:
        max_current_ma: What the supply can give, in mA; ``None`` if the firmware does not say.
        usb_high: Whether the USB ports may have 1.6 A together, and not 600 mA; ``None`` as above.
        negotiated: Whether the supply said by USB Power Delivery what it can give. One at the pins
            of the header cannot, nor can a plain charger.
        usb_overload: Whether a USB port took too much while the computer started.
    """

    max_current_ma: int | None
    usb_high: bool | None
    negotiated: bool
    usb_overload: bool


def supply(device_tree: Path = DEVICE_TREE) -> Supply:
    """What a Pi 5 learnt of its supply.

    Args:
        device_tree: What the firmware says of the board.
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
    """Whether this board can see that its voltage is too low: those of the Zero range cannot."""
    with suppress(OSError):
        return b"Zero" not in (device_tree / "model").read_bytes()
    return True


def voltage_alarm(hwmon: Path | None = None) -> Path | None:
    """The file of the kernel that tells of under-voltage; ``None`` if there is none.

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
        alarm: As of `voltage_alarm`.

    Raises:
        OSError: If the kernel does not tell any more.
    """
    return alarm.read_text().strip() == "1"


def _cells(path: Path) -> list[int]:
    """Numbers of the device tree; none if there is no such property."""
    try:
        data = path.read_bytes()
    except OSError:
        return []
    return [int.from_bytes(data[at : at + 4], "big") for at in range(0, len(data) - 3, 4)]
