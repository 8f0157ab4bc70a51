"""Whether a RealSense camera is on the USB bus, and who may use it."""

from donkeycar.parts.camera.d435_link import CABLE
from donkeycar.parts.camera.usb_bus import USB_2_MBIT, usb_devices
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Runner

VENDOR = "8086"
# Numbers of the depth cameras of the D400 family. Source: librealsense 2.59, udev rules.
PRODUCTS = {
    "0ad1", "0ad2", "0ad3", "0ad4", "0ad5", "0ad6", "0af2", "0af6", "0b03", "0b07", "0b0c", "0b3a",
    "0b4b", "0b5b", "0b5c", "0b64", "0b68", "0b6a",
}  # fmt: skip
RULE = (
    "echo 'SUBSYSTEM==\"usb\", ATTRS{idVendor}==\"8086\", MODE=\"0666\"' | sudo tee "
    "/etc/udev/rules.d/99-realsense.rules && sudo udevadm control --reload-rules && "
    "sudo udevadm trigger"
)  # fmt: skip


def probe(*, device_id: str | None, run: Runner) -> Finding:
    """Look for the camera on the USB bus, without opening it.

    Args:
        device_id: Its serial number; its library knows it under another number than the bus.
        run: Runs a command; not used.
    """
    found = [device for device in usb_devices(VENDOR) if device.product in PRODUCTS]
    if not found:
        return Finding("camera", MISSING, "no RealSense camera is on the USB bus", CABLE.lower())
    if not all(device.may_be_used for device in found):
        return Finding("camera", MISSING, "this user may not use the RealSense camera", RULE)
    if len(found) > 1 and device_id is None:
        return Finding(
            "camera", MISSING,
            f"{len(found)} RealSense cameras are plugged in, and REALSENSE_D435_ID is None",
            "set REALSENSE_D435_ID to the serial number of one; it is below its lens",
        )  # fmt: skip
    name = found[0].name or "a RealSense camera"
    if found[0].speed_mbit and found[0].speed_mbit <= USB_2_MBIT:
        return Finding("camera", WARNING, f"{name}, on USB 2", "use a USB 3 cable, in a blue port")
    return Finding("camera", OK, name)
