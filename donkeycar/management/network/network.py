"""`donkey network`: the car's own Wi-Fi where there is none, and the way back."""

import argparse
import os
import signal
import sys
from pathlib import Path

from donkeycar.config import load_config
from donkeycar.console.addresses import addresses
from donkeycar.console.pairing import qr_terminal, shows_blocks
from donkeycar.errors import ConfigError, DeviceError
from donkeycar.management.network import access_point
from donkeycar.management.network.access_point import ADDRESS, PROFILE, AccessPoint
from donkeycar.management.network.nmcli import Device, NetworkManager

DEFAULT_PORT = 8887
IS_ON = "The car's own Wi-Fi ends now, and comes back with another name or password."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "what", choices=tuple(ACTIONS),
        help="status: which network the car is in; ap: become a network of its own (an access "
        "point, WPA2); client: go back into a network that it knows",
    )  # fmt: skip
    parser.add_argument(
        "network", nargs="?", default="", help="for client: the name of a network that it knows"
    )
    parser.add_argument("--name", default="", help="for ap: the name that phones list (SSID)")
    parser.add_argument(
        "--password", default="", help="for ap: 8 to 63 characters (default: a new good one)"
    )
    parser.add_argument(
        "--new", action="store_true", help="for ap: make this Wi-Fi again, with a new password"
    )
    parser.add_argument(
        "--always", action="store_true",
        help="for ap: also after each restart, until donkey network client",
    )  # fmt: skip
    parser.add_argument(
        "--prepare", action="store_true", help="for ap: make it and show it, but do not switch"
    )
    parser.add_argument("--device", default="", help="the Wi-Fi device, such as wlan0")
    parser.add_argument("--yes", action="store_true", help="do not ask before the network changes")
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car, for its port (default: here)"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for.

    Raises:
        ConfigError: If the words do not fit.
        DeviceError: If NetworkManager is missing, or refuses.
    """
    if args.network and args.what != "client":
        raise ConfigError(
            f"The name of a network belongs to client. Received: {args.network}. For the car's "
            f"own Wi-Fi: donkey network ap --name {args.network}"
        )
    return ACTIONS[args.what](NetworkManager(), args)


def _status(manager: NetworkManager, args: argparse.Namespace) -> int:
    devices = [one for one in manager.devices() if one.kind in ("wifi", "ethernet")]
    for one in devices:
        what = f"in {one.connection}" if one.is_connected else one.state
        if one.connection == PROFILE:
            what = "is the car's own Wi-Fi"
        print(f"{one.name:8} {one.kind:9} {what}")
    if not devices:
        print("No network device is there.")
    print(f"addresses: {', '.join(addresses()) or 'none'}")
    known = [one for one in manager.connections() if one != PROFILE]
    print(f"networks that it knows: {', '.join(known) or 'none'}")
    point = access_point.read(manager)
    if point is None:
        print("own Wi-Fi: not made yet (donkey network ap)")
    else:
        secret = point.password or "hidden: type it with sudo"
        print(f"own Wi-Fi: {point.name}, password {secret}")
    return 0


def _ap(manager: NetworkManager, args: argparse.Namespace) -> int:
    device = access_point.wifi_device(manager, args.device)
    is_on = device.connection == PROFILE
    point = None if args.new else access_point.read(manager)
    if point is None or args.name or args.password:
        if is_on and not _agreed(IS_ON, yes=args.yes):
            return 1
        name = args.name or (point.name if point is not None else "")
        point = access_point.make(manager, name=name, password=args.password)
        is_on = False
    elif not point.password:
        raise DeviceError(
            "The password of the car's Wi-Fi must be shown, so that somebody can join it. "
            "Received: NetworkManager shows it to root only. Type the same with sudo in front"
        )
    if args.always:
        access_point.start_with_the_computer(manager, always=True)
    show(point, _port(args.path))
    if args.prepare:
        print("Nothing was switched. Now: donkey network ap")
        return 0
    if is_on:
        print(f"{device.name} is the car's own Wi-Fi already.")
        return 0
    if not _agreed(_what_ends(device), yes=args.yes):
        return 1
    _outlive_the_session()
    access_point.switch_on(manager, device.name)
    address = manager.property_of(device.name, "IP4.ADDRESS").partition("/")[0] or ADDRESS
    print(f"The car's own Wi-Fi is on; the car is at {address}.")
    again = "" if args.always else ", or restart the computer"
    print(f"Back: donkey network client{again}.")
    return 0


def _client(manager: NetworkManager, args: argparse.Namespace) -> int:
    known = [one for one in manager.connections() if one != PROFILE]
    if args.network and args.network not in known:
        raise ConfigError(
            f"The car must know the network. Received: {args.network}; it knows "
            f"{', '.join(known) or 'none'}. Join it: sudo nmcli --ask device wifi connect "
            f"'{args.network}'"
        )
    is_on = any(one.connection == PROFILE for one in manager.devices())
    if not is_on and not args.network:
        _end_always(manager)
        print("The car's own Wi-Fi is off already. Which network it is in: donkey network status")
        return 0
    if not known:
        raise DeviceError(
            "The car must know a network to go back to. Received: it knows none. Join one: "
            "sudo nmcli --ask device wifi connect NAME"
        )
    where = args.network or "one that it knows"
    ends = f"The car leaves the network that it is in, and joins {where}."
    if is_on:
        ends += " Every phone and PC in the car's own Wi-Fi loses it; a car that drives stops."
    ends += " Find it again: donkey findcar, on a computer in that network."
    if not _agreed(ends, yes=args.yes):
        return 1
    _outlive_the_session()
    _end_always(manager)
    if args.network:
        words = ("--wait", "60", "connection", "up", "id", args.network)
        manager.change(*words, within_s=70)
    else:
        access_point.switch_off(manager)
    print("Done. Which network it is in: donkey network status")
    return 0


def _end_always(manager: NetworkManager) -> None:
    if PROFILE in manager.connections():
        access_point.start_with_the_computer(manager, always=False)


def show(point: AccessPoint, port: int) -> None:
    """Print how to join, before the session that shows it may end."""
    print(f"Wi-Fi {point.name}, password {point.password}")
    print(f"Join it with a phone, then open http://{ADDRESS}:{port}")
    if shows_blocks():
        print(qr_terminal(point.qr))
    print("A phone may say that this Wi-Fi has no internet: keep it, and switch mobile data off.")


def _what_ends(device: Device) -> str:
    if not device.is_connected:
        return f"{device.name} becomes the car's own Wi-Fi."
    here = os.environ.get("SSH_CONNECTION", "").split()
    ends = (
        f"{device.name} leaves {device.connection or 'its network'}, and becomes the car's own "
        "Wi-Fi. Everybody who reaches the car through it loses it now; a car that drives stops."
    )
    if len(here) == 4:
        ends += " This SSH session ends, if it comes that way: join the new Wi-Fi, then "
        ends += f"ssh USER@{ADDRESS}."
    return ends


def _agreed(ends: str, *, yes: bool) -> bool:
    """Say what happens to the people who are connected; return whether it may."""
    print(ends)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise ConfigError(
            "Nobody can be asked here whether the network may change. Received: no terminal. "
            "Add --yes"
        )
    try:
        return input("Go on? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _outlive_the_session() -> None:
    """The session that types this may end by it; the change goes on."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _port(folder: Path) -> int:
    config = folder.expanduser().absolute() / "config.py"
    if not config.is_file():
        return DEFAULT_PORT
    return int(load_config(config, command="pair").WEB_CONTROL_PORT)


ACTIONS = {"status": _status, "ap": _ap, "client": _client}
