"""`donkey config`: show the settings of a car, and where each comes from."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from donkeycar.config import Config, load_config
from donkeycar.errors import ConfigError
from donkeycar.schema import SETTINGS, nearest
from donkeycar.settings.check import rule, thawed


def describe(cfg: Config, names: Sequence[str]) -> str:
    """What each of `names` is set to, may be, and does.

    Raises:
        ConfigError: If there is no such setting.
    """
    blocks = []
    for name in names:
        setting = SETTINGS.get(name)
        if setting is None and name not in cfg:
            close = nearest(name)
            raise ConfigError(f"No setting {name}." + (f" Did you mean {close}?" if close else ""))
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


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="tell all about these settings")
    parser.add_argument(
        "--config",
        type=Path,
        default=Path("config.py"),
        help="settings of the car (default: %(default)s)",
    )
    parser.add_argument(
        "--myconfig",
        default="myconfig.py",
        help="the owner's settings beside it (default: %(default)s)",
    )
    parser.add_argument("--changed", action="store_true", help="leave out what has its default")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one setting, as for driving, e.g. IMAGE_W=320; may be repeated",
    )


def run(args: argparse.Namespace) -> None:
    """Print the table, and the notices below it."""
    cfg = load_config(args.config, args.myconfig, args.set, command="config")
    print(describe(cfg, args.names) if args.names else cfg.show(changed=args.changed))
    if (cfg.notices or cfg.faults) and not args.names:
        print("\n" + "\n".join((*cfg.notices, *cfg.faults)))
