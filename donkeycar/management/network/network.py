"""`donkey network`: the car's own Wi-Fi where there is none, and the way back."""

import argparse
import os
import shlex
import signal
import sys
import time
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

# A Wi-Fi with a slow DHCP server takes up to 45 s.
JOIN_WITHIN_S = 60.0
LOOK_EVERY_S = 1.0
# Kinds of devices by which others reach the car.
CARRIERS = ("wifi", "ethernet")


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
    own = {"--name": args.name, "--password": args.password, "--new": args.new}
    own |= {"--always": args.always, "--prepare": args.prepare}
    unused = [option for option, value in own.items() if value and args.what != "ap"]
    if unused:
        raise ConfigError(
            f"{unused[0]} is for the car's own Wi-Fi. Received: it, with {args.what}. A network "
            "that the car does not know yet: sudo nmcli --ask device wifi connect NAME"
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
    own = next((one.name for one in manager.devices() if one.connection == PROFILE), "")
    if not own and not args.network:
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
    if own:
        ends += " Every phone and PC in the car's own Wi-Fi loses it; a car that drives stops."
    ends += " Find it again: donkey findcar, on a computer in that network."
    if not _agreed(ends, yes=args.yes):
        return 1
    _outlive_the_session()
    if args.network:
        _join(manager, args.network, own)
    _end_always(manager)
    if not args.network:
        access_point.switch_off(manager)
        _wait_for_a_network(manager, own)
    print("Done. Which network it is in: donkey network status")
    return 0


def _wait_for_a_network(manager: NetworkManager, own: str) -> None:
    """Wait until NetworkManager has joined a network; if it finds none, be a Wi-Fi again.

    Raises:
        DeviceError: If the car is in no network.
    """
    until_s = time.monotonic() + JOIN_WITHIN_S
    while not any(one.kind in CARRIERS and one.is_connected for one in manager.devices()):
        if time.monotonic() > until_s:
            access_point.switch_on(manager, own)
            raise DeviceError(
                "A network that the car knows must be in reach. Received: it joined none within "
                f"{JOIN_WITHIN_S:.0f} s. The car is its own Wi-Fi again. Which it knows: donkey "
                "network status"
            )
        time.sleep(LOOK_EVERY_S)


def _join(manager: NetworkManager, network: str, own: str) -> None:
    """Join a network; if that fails, be the Wi-Fi again that nobody could reach otherwise.

    Args:
        manager: NetworkManager.
        network: The network.
        own: The device that is the car's own Wi-Fi now; "" for none.

    Raises:
        DeviceError: If it cannot be joined.
    """
    try:
        manager.change("--wait", "60", "connection", "up", "id", network, within_s=70)
    except DeviceError as error:
        if not own:
            raise
        access_point.switch_on(manager, own)
        raise DeviceError(
            f"{error}. The car is its own Wi-Fi again. If the password of {network} is another one "
            f"now: sudo nmcli connection modify id {shlex.quote(network)} wifi-sec.psk PASSWORD"
        ) from error


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
