"""`donkey config`: show the settings of a car, and the source of each."""

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError
from donkeycar.settings.check import rule, thawed
from donkeycar.settings.schema import SETTINGS, nearest

# The commands whose refusal of a value is shown.
REFUSING = ("drive", "train")


def describe(cfg: Config, names: Sequence[str]) -> str:
    """The value, the possible values and the purpose of each setting in `names`.

    Raises:
        ConfigError: If there is no such setting.
    """
    blocks = []
    for name in names:
        setting = SETTINGS.get(name)
        if setting is None and name not in cfg:
            close = nearest(name)
            step = f"Did you mean {close}?" if close else "All of them: donkey config"
            raise ConfigError(f"No setting {name}. {step}")
        lines = [f"{name} = {thawed(cfg.get(name))!r}    ({cfg.source_of(name)})"]
        if setting is None:
            lines.append("  not a setting of donkeycar, kept for your own code")
        elif setting.status == "active":
            lines += [f"  {setting.help}", f"  must be {rule(setting)}"]
            lines.append(f"  default {thawed(setting.default)!r}")
        else:
            lines.append(f"  no effect: {setting.reason}")
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def _refusals(config: Path, args: argparse.Namespace) -> dict[str, str]:
    """The problems of the settings, each with words that name the commands that refuse it."""
    found: dict[str, list[str]] = {}
    for command in REFUSING:
        try:
            load_config(config, args.myconfig, args.set, command=command)
        except ConfigError as error:
            for line in str(error).splitlines():
                found.setdefault(line.removesuffix("."), []).append(f"`{command}`")
    return {line: f"{' and '.join(who)} would refuse it" for line, who in found.items()}


def _is_about(line: str, names: Sequence[str]) -> bool:
    return not names or any(re.search(rf"\b{re.escape(name)}\b", line) for name in names)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help="show everything about these settings"
    )
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("config.py"),
        help="settings in the folder of the car (default: %(default)s)",
    )
    parser.add_argument(
        "--myconfig",
        default="myconfig.py",
        help="the owner's settings beside it (default: %(default)s)",
    )
    parser.add_argument(
        "--changed", action="store_true", help="leave out settings that have their default"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one setting, as for driving, e.g. IMAGE_W=320; may be repeated",
    )


def run(args: argparse.Namespace) -> None:
    """Print the table, and the notices below it.

    Raises:
        ConfigError: If a command would refuse a value of ``--set``; the table is printed first.
    """
    config = args.path.expanduser() / args.config.expanduser()
    cfg = load_config(config, args.myconfig, args.set, command="config")
    print(describe(cfg, args.names) if args.names else cfg.show(changed=args.changed))
    refusals = _refusals(config, args)
    given = {line for line in refusals if line.startswith("--set: ")}
    told = []
    for notice in (*cfg.notices, *cfg.faults):
        line = notice.removesuffix(".")
        if line not in given and _is_about(line, args.names):
            told.append(f"{notice} {refusals[line]}." if line in refusals else notice)
    if told:
        print("\n" + "\n".join(told))
    if given:
        raise ConfigError("\n".join(f"{line}. {refusals[line]}" for line in sorted(given)))
