"""What differs between boards of the Raspberry Pi for whoever drives its pins.

Sources: Raspberry Pi, overlays/README ("pwm-2chan") and the documentation of config.txt and of the
GPIO tools (strict_gpiod); Linux, drivers/pinctrl/bcm/pinctrl-bcm2835.c (persist_gpio_outputs).
"""

from pathlib import Path

DEVICES = Path("/dev")
DEVICE_TREE = Path("/proc/device-tree")
MODULES = Path("/sys/module")
CONFIG = "/boot/firmware/config.txt"


def is_pi5(device_tree: Path = DEVICE_TREE) -> bool:
    """Whether pins and PWM are those of a Pi 5, a Compute Module 5 or a Pi 500.

    Args:
        device_tree: What the firmware says of the board.
    """
    try:
        return b"brcm,bcm2712" in (device_tree / "compatible").read_bytes()
    except OSError:
        return False


def pwm_overlay(device_tree: Path = DEVICE_TREE) -> str:
    """What to do for two channels of PWM on this board, in a sentence.

    Args:
        device_tree: What the firmware says of the board.
    """
    if is_pi5(device_tree):
        overlay, warning = "pwm-2chan,pin=12,func=4,pin2=13,func2=4", ""
        names = "PWM.1f00098000.0 (GPIO 12, pin 32) and PWM.1f00098000.1 (GPIO 13, pin 33)"
    else:
        overlay = "pwm-2chan,pin=18,func=2,pin2=13,func2=4"
        warning = " and dtparam=audio=off, for the headphone jack uses the same channels,"
        names = (
            "PWM.0.0 (GPIO 18, pin 12; or GPIO 12, pin 32, by pin=12,func=4 in that line) and "
            "PWM.0.1 (GPIO 13, pin 33)"
        )
    return (
        f"Add dtoverlay={overlay}{warning} to {CONFIG}, start the Pi again, and name the pins "
        f"{names}"
    )


def keeps_levels(device_tree: Path = DEVICE_TREE, modules: Path = MODULES) -> bool:
    """Whether a pin that was high stays so when the program that drove it is killed.

    Kernels without the parameter, and other computers, make an input of it.

    Args:
        device_tree: What the firmware says of the board.
        modules: What the kernel says of its modules.
    """
    module = "pinctrl_rp1" if is_pi5(device_tree) else "pinctrl_bcm2835"
    try:
        text = (modules / module / "parameters" / "persist_gpio_outputs").read_text()
    except OSError:
        return False
    return text.strip() in ("Y", "1")
