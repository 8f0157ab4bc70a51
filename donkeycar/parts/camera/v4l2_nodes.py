"""Which device files are cameras, which one the owner means, and why one does not open.

Sources: Linux, Documentation/admin-guide/media/uvcvideo.rst and drivers/media/usb/uvc (a USB camera
has a second device file, for metadata, which gives no pictures; a full USB bus is ENOSPC);
Documentation/ABI/testing/sysfs-class-video4linux.
"""

import errno
import os
import re
from pathlib import Path

from donkeycar.errors import ConfigError, DeviceError
from donkeycar.parts.camera import v4l2_abi as abi
from donkeycar.parts.camera.v4l2_device import VideoDevice
from donkeycar.parts.finding import MISSING, OK, Finding
from donkeycar.parts.holders import held_by
from donkeycar.parts.needs import Runner

DEVICES = Path("/dev")
CLASS = Path("/sys/class/video4linux")

# What it gives, best first: JPEG needs a tenth of the USB bus that YUYV needs.
FORMATS = ("MJPG", "JPEG", "YUYV")
# Device files of a Raspberry Pi that are no cameras to choose: codecs, image processors, receivers
# of ribbon cables. Source: the drivers' names in the kernel of Raspberry Pi, 6.12.
OF_THE_BOARD = ("bcm2835-", "pispbe", "rp1-", "rpi-", "rpivid", "unicam")
GONE = (errno.ENOENT, errno.ENODEV, errno.ENXIO)


def nodes() -> list[tuple[Path, str]]:
    """The device files of cameras with their names, in order of their numbers."""
    found = [path for path in DEVICES.glob("video*") if path.name[5:].isdigit()]
    return [
        (path, _told(path, "name") or "no name")
        for path in sorted(found, key=lambda path: int(path.name[5:]))
    ]


def choices() -> list[tuple[Path, str]]:
    """Those of `nodes` that an owner can mean: the first of each camera, and none of the board."""
    return [
        (path, name)
        for path, name in nodes()
        if _told(path, "index") in ("0", "") and not name.startswith(OF_THE_BOARD)
    ]


def find(source: str, camera_index: int) -> Path:
    """The device file that the owner means.

    Args:
        source: Its path, or a part of its name; "" for the one with a number.
        camera_index: The number.

    Raises:
        DeviceError: If no camera has that name.
        ConfigError: If several have, or it is an address.
    """
    if "://" in source:
        raise ConfigError(
            "`source` must be a path or a name for a USB camera. Received: "
            f"source={source!r}. CAMERA_TYPE = 'STREAM' shows what comes from an address"
        )
    if not source:
        return DEVICES / f"video{camera_index}"
    if source.startswith("/"):
        return Path(source)
    if source.isdigit():
        return DEVICES / f"video{source}"
    named = [path for path, name in choices() if source.lower() in name.lower()]
    if not named:
        raise DeviceError(
            f"A camera must have {source!r} in its name. Received: {_list()}. Correct CAMERA_SOURCE"
        )
    if len(named) > 1:
        raise ConfigError(
            f"`source` must be the name of one camera. Received: source={source!r}, which "
            f"{' and '.join(map(str, named))} have. Write a path of /dev/v4l/by-path/ instead"
        )
    return named[0]


def refusal(error: OSError, path: Path) -> DeviceError:
    """The error of a camera that does not open or start, with the next step."""
    why = error.strerror or str(error)
    if error.errno in GONE:
        # Where no camera is plugged in, there is none to choose either.
        choose = ", or set CAMERA_SOURCE or CAMERA_INDEX to one of these" if choices() else ""
        return DeviceError(
            f"The camera {path} must be there. Received: {why}; there are: {_list()}. "
            f"Plug it in{choose}"
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return DeviceError(
            f"This user must be allowed to use the camera {path}. Received: {why}. Run `sudo "
            "usermod -aG video $USER`, then log in again"
        )
    if error.errno == errno.EBUSY:
        who = held_by([path])
        step = f"It is used by {who}" if who else f"Another program has it: `fuser -v {path}`"
        return DeviceError(f"The camera {path} must be free. Received: {why}. {step}.")
    if error.errno == errno.ENOSPC:
        return DeviceError(
            f"The camera {path} must have room on its USB bus. Received: {why}. Plug it into "
            "another port than the other cameras, or lower CAMERA_FRAMERATE"
        )
    return DeviceError(
        f"The camera {path} must answer as a camera does. Received: {why}; there are: {_list()}. "
        "Set CAMERA_SOURCE or CAMERA_INDEX to one of these"
    )


def check(device: VideoDevice) -> str:
    """Return the best format of an open camera.

    Raises:
        DeviceError: If it gives no pictures, or none that a car can read.
        OSError: If it does not answer.
    """
    name, can = device.capability()
    if not can & abi.CAN_CAPTURE or not can & abi.CAN_STREAM:
        raise DeviceError(
            f"The camera {device.path} must give pictures. Received: a device file of {name} "
            f"without any, such as the one for metadata; there are: {_list()}. Set CAMERA_SOURCE "
            "or CAMERA_INDEX to another"
        )
    formats = device.formats()
    best = next((word for word in FORMATS if word in formats), "")
    if not best:
        raise DeviceError(
            f"The camera {device.path} must give MJPG or YUYV. Received: "
            f"{', '.join(formats) or 'no format'} of {name}. A camera on a ribbon cable is "
            "CAMERA_TYPE = 'PICAM'"
        )
    return best


def probe(*, source: str, camera_index: int, run: Runner) -> Finding:
    """Look whether the camera is there, and list all there are; each is open for an instant.

    Args:
        source: Its path, or a part of its name; "" for the one with a number.
        camera_index: The number.
        run: Runs a command; not used.
    """
    try:
        path = find(source, camera_index)
        told = _formats(path)
    except (DeviceError, ConfigError) as error:
        rule, _, step = str(error).rpartition(". ")
        return Finding("camera", MISSING, rule, step)
    this = Path(os.path.realpath(path))
    others = [f"{other} {name}" for other, name in choices() if other != this]
    also = f"; there are also {', '.join(others)}" if others else ""
    return Finding("camera", OK, f"{path} {told}{also}")


def _formats(path: Path) -> str:
    try:
        device = VideoDevice(path)
        try:
            check(device)
            return f"{device.capability()[0]} ({', '.join(device.formats())})"
        finally:
            device.close()
    except DeviceError:
        raise
    except OSError as error:
        raise refusal(error, path) from error


def _list() -> str:
    return ", ".join(f"{path} {name}" for path, name in choices()) or "no camera"


def _told(path: Path, what: str) -> str:
    """What the kernel says of a device file; "" if nothing."""
    try:
        return re.sub(r"\s+", " ", (CLASS / path.name / what).read_text(errors="replace")).strip()
    except OSError:
        return ""
