"""`donkey doctor`: say what works on a car, what is missing, and what to do about it."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from donkeycar.assembly.check import CHECKS, DEEP_CHECKS, problems_of
from donkeycar.assembly.drivetrain.context import wired_in
from donkeycar.assembly.drivetrain.hardware import hardware_of
from donkeycar.commands import donkey, install_extra, pip_install
from donkeycar.config import Config, load_config
from donkeycar.console.listener import bind
from donkeycar.errors import ConfigError, DeviceError, DonkeyError
from donkeycar.guardian.claim import refuse_if_held
from donkeycar.management import doctor_camera, doctor_power
from donkeycar.management import doctor_probes as probes
from donkeycar.management.doctor_probes import MISSING, OK, WARNING, Finding
from donkeycar.management.old_manage import manage_file
from donkeycar.parts.drivetrain.header_uart import not_the_header, uart_step
from donkeycar.parts.drivetrain.kernel_pwm import SYSFS_PWM
from donkeycar.parts.drivetrain.pi_board import DEVICE_TREE, keeps_levels, pwm_overlay
from donkeycar.parts.drivetrain.pin_id import GpioId, KernelPwmId, PCA9685Id, parse_pin
from donkeycar.parts.needs import Runner

GROUPS = ("i2c", "gpio", "input", "video", "dialout")
MARKS = {OK: "ok     ", WARNING: "warning", MISSING: "MISSING"}

# Settings of pins that carry pulses for a servo or a speed controller.
PULSED = ("PWM_STEERING_PIN", "PWM_THROTTLE_PIN")

_PI = install_extra("pi")
# What each kind of pin or line imports when it is opened.
_LIBRARIES = {
    "PCA9685": ("smbus2", "adafruit_pca9685", "gpiod"),
    "RPI_GPIO": ("lgpio",),
    "serial": ("serial",),
}


def examine(folder: Path, *, run: Runner = probes.output_of) -> Iterator[Finding]:
    """Look at everything, one finding after the other.

    Args:
        folder: Of the car; without one only the computer is looked at.
        run: Runs a command.
    """
    cfg, findings = _settings(folder)
    yield from findings
    yield manage_file(folder / "manage.py")
    if cfg is not None:
        yield from doctor_camera.camera(cfg, run=run)
        yield from _wheels(cfg)
        yield from probes.packages(_needed(cfg))
        yield _gamepads(cfg)
        yield from _free(cfg)
    yield probes.permissions(GROUPS)
    yield probes.disk(folder)
    yield probes.writing(folder, monotonic=time.monotonic)
    yield probes.time_of_day(run=run)
    yield from doctor_power.supply()
    yield from doctor_power.power(run=run)
    yield doctor_power.temperature()
    yield _network()


def _settings(folder: Path) -> tuple[Config | None, list[Finding]]:
    """Judge the settings by the tables that build the car."""
    step = "mend it in myconfig.py; donkey config shows what the car really uses"
    try:
        cfg = load_config(folder / "config.py", command="doctor")
    except ConfigError as error:
        lines = str(error).splitlines()
        return None, [Finding("settings", MISSING, line, step) for line in lines]
    problems = problems_of(cfg, CHECKS + DEEP_CHECKS)
    # A word that does not work is told once, by whoever says what to write instead.
    told = [name for name in cfg if any(f"Received: {name}=" in each for each in problems)]
    notices = [
        Finding("settings", WARNING, notice)
        for notice in cfg.notices
        if not any(f": {name}: " in notice for name in told)
    ]
    if problems:
        return cfg, notices + [Finding("settings", MISSING, line, step) for line in problems]
    return cfg, [*notices, Finding("settings", OK, f"{folder / 'myconfig.py'}")]


def pins_of(cfg: Config) -> list[str]:
    """Names of the pins that the drivetrain of a car uses."""
    kind = cfg.DRIVE_TRAIN_TYPE
    if kind in ("I2C_SERVO", "SERVO_ESC"):
        bus = 1 if cfg.PCA9685_I2C_BUSNUM is None else cfg.PCA9685_I2C_BUSNUM
        chip = f"PCA9685.{bus}:{cfg.PCA9685_I2C_ADDR:x}"
        return [f"{chip}.{cfg.STEERING_CHANNEL}", f"{chip}.{cfg.THROTTLE_CHANNEL}"]
    return [str(pin) for name, pin in _family(cfg).items() if name.endswith("_PIN")]


def _family(cfg: Config) -> Mapping[str, Any]:
    """The dictionary of a drivetrain; an empty one if it moves nothing or has none."""
    family: Any = cfg.get(cfg.DRIVE_TRAIN_TYPE)
    return family if cfg.DRIVE_TRAIN_TYPE != "MOCK" and hasattr(family, "items") else {}


def _wheels(cfg: Config) -> Iterator[Finding]:
    """What the wheels are wired to, as far as it can be seen without moving them."""
    from donkeycar.parts.drivetrain.i2c_bus import open_bus

    chips, others, header = set(), set(), set()
    for name in pins_of(cfg):
        with suppress(ConfigError):  # told with the settings
            pin = parse_pin(name, setting=cfg.DRIVE_TRAIN_TYPE)
            if isinstance(pin, PCA9685Id):
                chips.add((pin.bus, pin.address))
            elif isinstance(pin, KernelPwmId):
                others.add(SYSFS_PWM)
            elif isinstance(pin, GpioId):
                header.add(name)
    where = wired_in(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()) if chips or others else ""
    for bus, address in sorted(chips):
        finding = probes.i2c_chip(bus, address, open_bus=open_bus)
        found = f"{finding.found} ({where})" if finding.state == MISSING else finding.found
        yield finding._replace(found=found)
    if header:
        yield probes.released_pins(keeps_levels=keeps_levels(), kernel=os.uname().release)
    if pulsed := [name for name in PULSED if _family(cfg).get(name) in header]:
        entries = [f"{cfg.DRIVE_TRAIN_TYPE}[{name!r}]" for name in pulsed]
        yield probes.timed_by_a_program(entries, step=pwm_overlay())
    for path in others:
        yield probes.device("PWM", path, step=pwm_overlay())
    if cfg.DRIVE_TRAIN_TYPE in ("VESC", "MM1"):
        name = f"{cfg.DRIVE_TRAIN_TYPE}_SERIAL_PORT"
        yield _serial(name, cfg[name])


def _serial(name: str, port: str) -> Finding:
    step = uart_step(port) or f"check the plug, or {name}"
    finding = probes.serial_port(Path(port), step=step)
    elsewhere = not_the_header(port)
    if finding.state == OK and elsewhere:
        return Finding("serial", WARNING, f"{port} is {elsewhere}", step)
    return finding


def _free(cfg: Config) -> Iterator[Finding]:
    """Whether motor and port are to be had, asked as `drive` asks."""
    step = "if this car drives now, all is well; if not, end the program that holds it"
    kind, settings = cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring()
    asked: tuple[tuple[str, Callable[[], None]], ...] = (
        ("motor", lambda: refuse_if_held(hardware_of(kind, settings))),
        ("port", lambda: bind(cfg.WEB_HOST, cfg.WEB_CONTROL_PORT).close()),
    )
    for what, ask in asked:
        try:
            ask()
            yield Finding(what, OK, "free")
        except (DeviceError, ConfigError) as error:
            yield Finding(what, MISSING, str(error), step)


def _needed(cfg: Config) -> dict[str, str]:
    needed: dict[str, str] = {}
    names = [name for pin in pins_of(cfg) for name in _LIBRARIES.get(pin.partition(".")[0], ())]
    if cfg.DRIVE_TRAIN_TYPE in ("VESC", "MM1"):
        names += _LIBRARIES["serial"]
    needed |= dict.fromkeys(names, _PI)
    if "lgpio" in needed:
        needed["lgpio"] = "sudo apt install python3-lgpio"
    needed |= doctor_camera.libraries(cfg)
    needed["ai_edge_litert"] = pip_install("ai-edge-litert")
    return needed


def _gamepads(cfg: Config) -> Finding:
    from donkeycar.management.gamepad import describe, find_pads

    names = []
    try:
        for line in find_pads():
            names.append(describe(line))
            line.close()
    except (DonkeyError, OSError):
        names = []
    wanted = cfg.USE_JOYSTICK_AS_DEFAULT and cfg.CONTROLLER_TYPE not in ("MM1", "pigpio_rc", "mock")
    return probes.gamepad(names, wanted=wanted)


def _network() -> Finding:
    from donkeycar.console.addresses import addresses

    return probes.network(", ".join(addresses()) or "127.0.0.1")


def line_of(finding: Finding) -> str:
    """A finding as it is printed; the next step on a line of its own."""
    text = f"{MARKS[finding.state]}  {finding.what:12} {finding.found}"
    return f"{text}\n{'':23}-> {finding.step}" if finding.step else text


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )


def run(args: argparse.Namespace) -> int:
    """Print all findings.

    Returns:
        0 if nothing is missing, 1 if something is; warnings do not count.
    """
    if sys.platform != "linux":
        raise ConfigError("`donkey doctor` checks the computer of a car, and that runs Linux")
    missing = warnings = 0
    for finding in examine(args.path.expanduser().absolute()):
        print(line_of(finding), flush=True)
        missing += finding.state == MISSING
        warnings += finding.state == WARNING
    seen = f" {warnings} warnings." if warnings else ""
    print((f"{missing} missing." if missing else "Nothing is missing.") + seen)
    if missing and not DEVICE_TREE.exists():
        sim = donkey("createcar", "--template", "sim", "--path", Path.home() / "simcar")
        print(f"This computer is not a Raspberry Pi. A car that needs no hardware: {sim}")
    return int(missing > 0)
