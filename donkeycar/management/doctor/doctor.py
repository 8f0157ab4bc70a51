"""`donkey doctor`: say what works on a car, what is missing, and what to do about it."""

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from donkeycar.assembly.check import CHECKS, DEEP_CHECKS, problems_of
from donkeycar.assembly.drivetrain import probe as drivetrain
from donkeycar.assembly.drivetrain.hardware import hardware_of
from donkeycar.commands import donkey, pip_install
from donkeycar.config import Config, load_config
from donkeycar.console.listener import bind
from donkeycar.errors import ConfigError, DeviceError, DonkeyError
from donkeycar.guardian.claim import refuse_if_held
from donkeycar.management.doctor import camera, power, probes
from donkeycar.management.old_manage import manage_file
from donkeycar.parts.drivetrain.pi_board import DEVICE_TREE
from donkeycar.parts.finding import MISSING, OK, WARNING, Finding
from donkeycar.parts.needs import Runner
from donkeycar.settings.notices import in_short
from donkeycar.settings.rows.controller import CONTROLLER_WORDS

GROUPS = ("i2c", "gpio", "input", "video", "dialout")
MARKS = {OK: "ok     ", WARNING: "warning", MISSING: "MISSING"}


def examine(folder: Path, *, run: Runner = probes.output_of) -> Iterator[Finding]:
    """Check everything, one finding after the other.

    Args:
        folder: Folder of the car; without a car, only the computer is checked.
        run: Runs a command.
    """
    cfg, findings = _settings(folder)
    yield from findings
    yield manage_file(folder / "manage.py")
    yield from probes.leftovers(folder)
    if cfg is not None:
        yield from camera.camera(cfg, run=run)
        yield from drivetrain.probe(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring())
        yield from probes.packages(_needed(cfg))
        yield _gamepads(cfg)
        yield from _free(cfg)
    yield probes.permissions(GROUPS)
    yield probes.disk(folder)
    yield probes.writing(folder, monotonic=time.monotonic)
    yield probes.time_of_day(run=run)
    yield from power.supply()
    yield from power.power(run=run)
    yield power.temperature()
    yield _network()


def _settings(folder: Path) -> tuple[Config | None, list[Finding]]:
    """Check the settings with the tables that build the car."""
    step = "mend it in myconfig.py; donkey config shows what the car really uses"
    try:
        cfg = load_config(folder / "config.py", command="doctor")
    except ConfigError as error:
        lines = str(error).splitlines()
        return None, [Finding("settings", MISSING, line, step) for line in lines]
    problems = problems_of(cfg, CHECKS + DEEP_CHECKS)
    # A word that does not work is reported once, by the check that says what to write instead.
    told = [name for name in cfg if any(f"Received: {name}=" in each for each in problems)]
    notices = [
        Finding("settings", WARNING, notice)
        for notice in in_short(cfg.notices)
        if not any(f": {name}: " in notice for name in told)
    ]
    if problems:
        return cfg, notices + [Finding("settings", MISSING, line, step) for line in problems]
    return cfg, [*notices, Finding("settings", OK, f"{folder / 'myconfig.py'}")]


def _free(cfg: Config) -> Iterator[Finding]:
    """Check whether motor and port are free, as `drive` does."""
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
    libraries = drivetrain.libraries_of(cfg.DRIVE_TRAIN_TYPE, cfg.to_wiring())
    needed = {library.module: library.install for library in libraries}
    needed |= camera.libraries(cfg)
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
    device = CONTROLLER_WORDS[cfg.CONTROLLER_TYPE].device
    wanted = cfg.USE_JOYSTICK_AS_DEFAULT and device == "gamepad"
    return probes.gamepad(names, wanted=wanted)


def _network() -> Finding:
    from donkeycar.console.addresses import addresses

    return probes.network(", ".join(addresses()) or "127.0.0.1")


def line_of(finding: Finding) -> str:
    """A finding in printed form, with the next step on a line of its own."""
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
        1 if something is missing, else 0; warnings do not count.
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
