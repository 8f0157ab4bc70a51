"""Power supply and temperature check of the doctor."""

from collections.abc import Iterator
from pathlib import Path

from donkeycar.management.doctor.probes import output_of
from donkeycar.parts.drivetrain.pi_board import is_pi5
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Runner
from donkeycar.parts.sensor import pi_power
from donkeycar.parts.sensor.pi_power import (
    DEVICE_TREE,
    FULL_CURRENT_MA,
    HWMON,
    THROTTLED,
    TOO_WARM,
    TROUBLES,
    UNDER_VOLTAGE,
    USB_HIGH_MA,
    USB_LOW_MA,
    Supply,
    Trouble,
)

# The Pi slows down at 80 degrees Celsius, and further at 85.
WARM_C, HOT_C = 70.0, 80.0

COOL = "give the Pi a heat sink or a fan"
FIRM = (
    "use a supply that holds 5 V, with a short thick cable; feed servo and motor from another one"
)
BOTH = "look at the lines about under-voltage and heat: one of them is the cause"
STEPS = {UNDER_VOLTAGE: FIRM, TOO_WARM: COOL}
MEANINGS = {
    UNDER_VOLTAGE: ", the Pi has less than 4.63 V and may stop at any moment",
    THROTTLED: ", the loop may be late",
}

SUPPLY = "supply"
OFFICIAL = (
    "use the 27 W supply of Raspberry Pi, or another one with 5 V and 5 A by USB Power Delivery; "
    "if the converter of the car holds 5 V at 5 A, say so: PSU_MAX_CURRENT=5000 in `sudo "
    "rpi-eeprom-config --edit`"
)


def power(
    *, run: Runner = output_of, hwmon: Path = HWMON, device_tree: Path = DEVICE_TREE
) -> Iterator[Finding]:
    """Findings about low voltage and heat that the Pi reports, now or in the past.

    Args:
        run: Runs a command.
        hwmon: Sensors of the kernel, used if ``vcgencmd`` reports nothing.
        device_tree: The firmware's description of the board.
    """
    answer = run(["vcgencmd", "get_throttled"])
    if answer is None or not answer.startswith("throttled="):
        yield from _by_alarm(hwmon)
        return
    try:
        bits = int(answer.removeprefix("throttled="), 16)
    except ValueError:
        yield Finding("power", WARNING, f"vcgencmd says {answer!r}", "ask it again")
        return
    found = [finding for trouble in TROUBLES for finding in _told(trouble, bits)]
    yield from found
    if not found:
        blind = "" if pi_power.measures_voltage(device_tree) else ", which a Zero cannot see"
        yield Finding("power", OK, f"no under-voltage{blind}, no throttling since the start")


def supply(*, device_tree: Path = DEVICE_TREE) -> Iterator[Finding]:
    """The current that the supply of a Pi 5 has promised; nothing on other boards.

    Args:
        device_tree: The firmware's description of the board.
    """
    if not is_pi5(device_tree):
        return
    told = pi_power.supply(device_tree)
    if told.max_current_ma is None or told.usb_high is None:
        yield Finding(
            SUPPLY, WARNING, "cannot be told: the bootloader does not say what the supply can give",
            "sudo rpi-eeprom-update -a; sudo reboot",
        )  # fmt: skip
        return
    usb_ma = USB_HIGH_MA if told.usb_high else USB_LOW_MA
    usb = f"the USB ports and the fan share {usb_ma} mA"
    if told.max_current_ma >= FULL_CURRENT_MA:
        whence = "" if told.negotiated else " (PSU_MAX_CURRENT, a HAT or PoE says so)"
        yield Finding(SUPPLY, OK, f"{_amperes(told.max_current_ma)}{whence}; {usb}")
    else:
        yield Finding(SUPPLY, WARNING, f"{_promised(told)}; {usb}{_means(told)}", OFFICIAL)
    if told.usb_overload:
        yield Finding(
            SUPPLY, WARNING, "a USB port took too much current while the Pi started",
            "unplug one device after the other, or use a hub with a supply of its own",
        )  # fmt: skip


def temperature(zone: Path = Path("/sys/class/thermal/thermal_zone0/temp")) -> Finding:
    """Check the temperature of the processor."""
    try:
        celsius = int(zone.read_text()) / 1000
    except (OSError, ValueError):
        return Finding("temperature", WARNING, "this computer does not say", "")
    found = f"{celsius:.0f} degrees"
    if celsius >= WARM_C:
        state = MISSING if celsius >= HOT_C else WARNING
        return Finding("temperature", state, found, COOL)
    return Finding("temperature", OK, found)


def _told(trouble: Trouble, bits: int) -> list[Finding]:
    step = STEPS.get(trouble, BOTH)
    if trouble.is_now(bits):
        state = MISSING if trouble is UNDER_VOLTAGE else WARNING
        return [Finding("power", state, f"{trouble.name}: now{MEANINGS.get(trouble, '')}", step)]
    if trouble.has_been(bits):
        return [Finding("power", WARNING, f"{trouble.name}: not now, but since the start", step)]
    return []


def _by_alarm(hwmon: Path) -> list[Finding]:
    alarm = pi_power.voltage_alarm(hwmon)
    try:
        too_low = None if alarm is None else pi_power.is_too_low(alarm)
    except OSError:
        too_low = None
    if too_low is None:
        return [Finding("power", WARNING, "this computer does not say", "")]
    if too_low:
        return _told(UNDER_VOLTAGE, 1 << UNDER_VOLTAGE.bit)
    return [Finding("power", OK, "no under-voltage within the last two seconds")]


def _promised(told: Supply) -> str:
    current = _amperes(told.max_current_ma or 0)
    if told.negotiated:
        return f"the supply has promised {current}, and a Pi 5 wants 5 A"
    return (
        "nothing was negotiated: the Pi has its 5 V from the pins of the header or from a plain "
        f"charger, and takes it for {current}; what the source really gives cannot be told"
    )


def _means(told: Supply) -> str:
    if told.usb_high:
        return ", for usb_max_current_enable=1 or a HAT says that they may"
    return ", so a dongle, a VESC or a lidar there may lose its power"


def _amperes(current_ma: int) -> str:
    return f"{current_ma / 1000:g} A"
