"""UART on the header of a Raspberry Pi (pins 8 and 10): which port it is, and how to enable it.

Sources: Raspberry Pi, documentation of config.txt and of UARTs (raspberrypi/documentation, pull
request 3294 and issue 3239: the debug plug of a Pi 5 is UART10, ttyAMA10, and its primary one;
``dtparam=uart0=on`` puts ttyAMA0 on the header), overlays/README ("disable-bt"); golemparts/rppal,
issue 166: ``/dev/serial0`` of a Pi 5 is the debug plug.
"""

from pathlib import Path

from donkeycar.parts.drivetrain.pi_board import CONFIG, DEVICE_TREE, DEVICES, is_pi5

# Port names that people write when they mean the header.
NAMES = ("/dev/ttyAMA0", "/dev/ttyAMA10", "/dev/ttyS0", "/dev/serial0", "/dev/serial1")
PORT = "/dev/ttyAMA0"


def uart_step(port: str, *, device_tree: Path = DEVICE_TREE) -> str:
    """Say in a sentence how to enable the header's serial port; "" if that would not help.

    Args:
        port: As written in the settings.
        device_tree: The firmware's description of the board.
    """
    if port not in NAMES or not _is_pi(device_tree):
        return ""
    line = "dtparam=uart0=on" if is_pi5(device_tree) else "dtoverlay=disable-bt"
    return (
        f"Add {line} to {CONFIG}, end the console with sudo raspi-config nonint do_serial_cons 1, "
        f"start the Pi again, and name the port {PORT!r}"
    )


def not_the_header(port: str, *, device_tree: Path = DEVICE_TREE, devices: Path = DEVICES) -> str:
    """Say what a serial port of a Pi is if it is not on the header; "" if it may be there.

    Args:
        port: As written in the settings.
        device_tree: The firmware's description of the board.
        devices: Folder of the device files.
    """
    if not _is_pi(device_tree):
        return ""
    real = (devices / Path(port).name).resolve()
    if is_pi5(device_tree):
        return "the debug plug of a Pi 5, not its header" if real.name == "ttyAMA10" else ""
    bluetooth = devices / "serial1"
    is_bluetooth = bluetooth.exists() and bluetooth.resolve() == real
    return "wired to Bluetooth, not to the header" if is_bluetooth else ""


def _is_pi(device_tree: Path) -> bool:
    try:
        return b"raspberrypi," in (device_tree / "compatible").read_bytes()
    except OSError:
        return False
