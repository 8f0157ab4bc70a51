"""What the kernel knows of the devices on the USB bus, without opening one.

Source: Linux, Documentation/ABI/stable/sysfs-bus-usb and testing/sysfs-bus-usb (`idVendor`,
`product`, `serial`, `speed` in Mbit/s, `busnum`, `devnum`).
"""

import os
from pathlib import Path
from typing import NamedTuple

BUS = Path("/sys/bus/usb/devices")
NODES = Path("/dev/bus/usb")

# The rate of USB 2; what is slower than USB 3.
USB_2_MBIT = 480.0


class UsbDevice(NamedTuple):
    """A device on the bus.

    Attributes:
        vendor: Number of its maker, four hexadecimal digits.
        product: Number of the product, four hexadecimal digits.
        name: What it calls itself; "" if it does not say.
        serial: Its serial number; "" if it does not say.
        speed_mbit: How fast its cable and port are, in Mbit/s; 0.0 if the kernel does not say.
        node: Its device file.
    """

    vendor: str
    product: str
    name: str
    serial: str
    speed_mbit: float
    node: Path

    @property
    def may_be_used(self) -> bool:
        """Whether this user may write to it."""
        return os.access(self.node, os.R_OK | os.W_OK)


def usb_devices(vendor: str, bus: Path = BUS, nodes: Path = NODES) -> list[UsbDevice]:
    """The devices of one maker, in the order of their ports.

    Args:
        vendor: Number of the maker, four hexadecimal digits.
        bus: The kernel's folder of devices.
        nodes: Folder of the device files.
    """
    found = []
    for folder in sorted(bus.glob("*")):
        if _told(folder, "idVendor") != vendor:
            continue
        number, device = _told(folder, "busnum"), _told(folder, "devnum")
        node = nodes / number.zfill(3) / device.zfill(3)
        speed = _told(folder, "speed")
        found.append(
            UsbDevice(
                vendor,
                _told(folder, "idProduct"),
                _told(folder, "product"),
                _told(folder, "serial"),
                float(speed) if _is_number(speed) else 0.0,
                node,
            )  # fmt: skip
        )
    return found


def _told(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()
