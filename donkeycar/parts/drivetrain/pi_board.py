"""Raspberry Pi models: how their pins and their PWM differ.

Sources: Raspberry Pi, overlays/README ("pwm-2chan"), documentation of config.txt and of the GPIO
tools (strict_gpiod); raspberrypi/linux 07ada0c, drivers/pinctrl/pinctrl-rp1.c, and its
drivers/pinctrl/bcm/pinctrl-bcm2835.c (`persist_gpio_outputs`, on unless strict_gpiod is set); pull
requests 6117 and 6150 of raspberrypi/linux (April and May 2024: `strict_gpiod`, then its new name;
before them the kernel of a Pi 5 was not told that a pin is released); Linux 05fa2ae,
drivers/pinctrl/pinctrl-rp1.c (it has no such parameter, and leaves a released pin alone).
"""

from pathlib import Path

DEVICES = Path("/dev")
DEVICE_TREE = Path("/proc/device-tree")
MODULES = Path("/sys/module")
CONFIG = "/boot/firmware/config.txt"
# Address of the PWM chip on a Pi 5's header; the numbers of its chips change between starts.
PI5_PWM = "1f00098000"


def is_pi5(device_tree: Path = DEVICE_TREE) -> bool:
    """Whether the board is a Pi 5, a Compute Module 5 or a Pi 500, by its pins and PWM.

    Args:
        device_tree: The firmware's description of the board.
    """
    try:
        return b"brcm,bcm2712" in (device_tree / "compatible").read_bytes()
    except OSError:
        return False


def pwm_overlay(device_tree: Path = DEVICE_TREE) -> str:
    """Say in a sentence how to get two PWM channels on this board.

    Args:
        device_tree: The firmware's description of the board.
    """
    if is_pi5(device_tree):
        overlay, warning = "pwm-2chan,pin=12,func=4,pin2=13,func2=4", ""
        names = f"PWM.{PI5_PWM}.0 (GPIO 12, pin 32) and PWM.{PI5_PWM}.1 (GPIO 13, pin 33)"
    else:
        overlay = "pwm-2chan,pin=18,func=2,pin2=13,func2=4"
        warning = " and dtparam=audio=off, because the headphone jack uses the same channels,"
        names = (
            "PWM.0.0 (GPIO 18, pin 12; or GPIO 12, pin 32, by pin=12,func=4 in that line) and "
            "PWM.0.1 (GPIO 13, pin 33)"
        )
    return (
        f"Add dtoverlay={overlay}{warning} to {CONFIG}, start the Pi again, and name the pins "
        f"{names}"
    )


# Names of the parameter, the newest first, each with its value in a kernel that keeps levels.
PARAMETERS = (("persist_gpio_outputs", "Y"), ("strict_gpiod", "N"))
# How the kernel writes a parameter that is true or false; some kernels write digits.
TRUTH = {"Y": "Y", "1": "Y", "N": "N", "0": "N"}


def keeps_levels(device_tree: Path = DEVICE_TREE, modules: Path = MODULES) -> bool | None:
    """Whether a pin that is high stays high when the program that drives it is killed.

    Args:
        device_tree: The firmware's description of the board.
        modules: The kernel's description of its modules.

    Returns:
        ``None`` if the kernel does not say. Raspberry Pi's kernel says it since May 2024. Older
        kernels, and those of others, may keep the level or not.
    """
    module = "pinctrl_rp1" if is_pi5(device_tree) else "pinctrl_bcm2835"
    for name, keeps in PARAMETERS:
        try:
            text = (modules / module / "parameters" / name).read_text().strip()
        except OSError:
            continue
        return TRUTH[text] == keeps if text in TRUTH else None
    return None
