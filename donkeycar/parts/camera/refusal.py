"""Errors of a libcamera camera that does not open or start: the cause, and which process uses it.

Sources: picamera2 3e6dff0, picamera2/picamera2.py (`__init__` raises "Camera __init__ sequence did
not complete." from whatever it was); libcamera of Raspberry Pi 04e282f,
src/py/libcamera/py_main.cpp (`acquire` raises "Failed to acquire camera: " and the words of the
system), and 0785f5f, src/libcamera/media_device.cpp (whoever has a camera holds a lock of its
/dev/media*; everybody who only lists cameras has them open).
"""

import errno
import os
from pathlib import Path

from donkeycar.errors import DeviceError
from donkeycar.parts.holders import held_by, lockers

DEVICES = Path("/dev")
BUSY = os.strerror(errno.EBUSY)
WHO = "sudo fuser -v /dev/media* /dev/video*"


def reasons(error: BaseException) -> str:
    """The text of an error and of the errors that caused it.

    Example:
        >>> try:
        ...     try:
        ...         raise RuntimeError("Failed to acquire camera: no")
        ...     except RuntimeError as cause:
        ...         raise RuntimeError("It did not complete.") from cause
        ... except RuntimeError as error:
        ...     reasons(error)
        'It did not complete: Failed to acquire camera: no'
    """
    texts: list[str] = []
    seen: list[BaseException] = []
    cause: BaseException | None = error
    while cause is not None and cause not in seen:
        seen.append(cause)
        text = str(cause).strip().rstrip(".") or type(cause).__name__
        if text not in texts:
            texts.append(text)
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)
    return ": ".join(texts)


def refusal(error: BaseException, *, camera_index: int, what_to_check: str) -> DeviceError:
    """The error of a camera that does not open.

    Args:
        error: The exception of picamera2.
        camera_index: Number of the camera.
        what_to_check: The next step if no process uses it.
    """
    why = reasons(error)
    if BUSY not in why:
        return DeviceError(f"Camera {camera_index} must answer. Received: {why}. {what_to_check}.")
    media = sorted(DEVICES.glob("media*"))
    if os.getpid() in lockers(media):
        return DeviceError(
            f"Camera {camera_index} must be opened once. Received: {why}. This very program has it "
            "already: add one camera to the car, or give the second another CAMERA_INDEX."
        )
    who = held_by(media, finders=(lockers,)) or held_by([*media, *DEVICES.glob("video*")])
    step = f"It is used by {who}" if who else f"Another program has it: {WHO} shows which"
    return DeviceError(f"Camera {camera_index} must be free. Received: {why}. {step}.")
