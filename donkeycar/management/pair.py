"""`donkey pair`: the devices that may drive a car: list them, end a pairing, invite one more."""

import argparse
import os
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from donkeycar.config import Config, load_config
from donkeycar.console.addresses import urls_of
from donkeycar.console.pairing import Pairing, pairing_url
from donkeycar.console.pairing_file import (
    MAX_INVITATIONS,
    MAX_USES,
    MAX_VIEWS,
    Invitation,
    PairingFile,
    Pairings,
    wall_time,
)
from donkeycar.console.view_links import NAME_LETTERS, foxglove_addresses, new_view_link
from donkeycar.errors import ConfigError
from donkeycar.words import count

NEW_EPOCH = 2**31


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "what", nargs="?", choices=tuple(ACTIONS), default="list",
        help="list (default): who is paired; revoke: end pairings, at once also of a car that "
        "drives; invite: print a link that pairs after a restart, too; view: print a link that "
        "shows the car in Foxglove and drives nothing",
    )  # fmt: skip
    parser.add_argument(
        "ids", nargs="*", metavar="ID", help="for revoke: the first letters of an ID of the list"
    )
    parser.add_argument("--all", action="store_true", help="for revoke: everybody")
    parser.add_argument(
        "--uses", type=int, default=1, help="for invite: how many devices may use the link (1)"
    )
    parser.add_argument(
        "--path", type=Path, default=Path(), help="folder of the car (default: this one)"
    )


def run(args: argparse.Namespace) -> int:
    """Do what was asked for.

    Raises:
        ConfigError: If the words do not fit, or the folder is not a car's.
        OSError: If the disk does not take a change.
    """
    folder = args.path.expanduser().absolute()
    if not (folder / "manage.py").is_file():
        raise ConfigError(
            f"`--path` must be the folder of a car. Received: {folder}, which has no manage.py. "
            "Go into the folder of your car, or name it with --path"
        )
    if hasattr(os, "geteuid") and os.geteuid() == 0 and os.environ.get("SUDO_USER"):
        raise ConfigError(
            "`donkey pair` must be typed by the user who runs the car, because the pairings are "
            "that user's. Received: sudo. Type it again without sudo"
        )
    if args.what != "revoke" and (args.ids or args.all):
        raise ConfigError(
            f"An ID belongs to revoke. Received: donkey pair {args.what}. "
            "Type: donkey pair revoke ID"
        )
    ACTIONS[args.what](PairingFile(folder), args)
    return 0


def _list(file: PairingFile, args: argparse.Namespace) -> None:
    pairings = file.read()
    if not pairings.devices:
        print("No device is paired. The car prints a link when it starts, or: donkey pair invite")
    else:
        print(f"{'ID':{NAME_LETTERS}}  {'PAIRED':16}  {'LAST SEEN':16}  DEVICE")
    for one in reversed(pairings.devices.values()):
        paired, seen = when(one.paired_at), when(one.seen_at)
        print(f"{one.digest[:NAME_LETTERS]}  {paired:16}  {seen:16}  {one.label}")
    for each in pairings.invitations.values():
        print(
            f"{each.digest[:NAME_LETTERS]}  an open invitation for {count(each.uses, 'device')}, "
            f"until the car has started {count(each.starts, 'more time')}"
        )
    for link in pairings.views.values():
        by = f", made by {link.label}" if link.label else ""
        print(
            f"{link.digest[:NAME_LETTERS]}  {when(link.made_at):16}  shows the car in Foxglove{by}"
        )


def _revoke(file: PairingFile, args: argparse.Namespace) -> None:
    if args.all == bool(args.ids):
        raise ConfigError(
            "`revoke` needs the first letters of an ID, or --all. "
            f"Received: {' '.join(args.ids) or 'neither'}. The IDs: donkey pair list"
        )
    if args.all:
        revoke_all(file)
        print("Nobody is paired any more. A car that runs has stopped, and prints a new link.")
        return
    devices = file.read().devices
    gone = revoke(file, args.ids)
    if not any(one in devices for one in gone):
        print(f"{count(len(gone), 'link')} ended. A car that runs hears it within a second.")
        return
    print(
        f"{count(len(gone), 'pairing')} revoked, and all open links. A car that runs hears it "
        "within a second, stops if that device drove, and prints a new link."
    )


def revoke(file: PairingFile, ids: list[str]) -> list[str]:
    """End the pairings of devices, invitations and links; return their digests.

    With a device end all invitations and links, because it may know them.

    Raises:
        ConfigError: If an ID does not name one device; then nothing was revoked.
    """

    def edit(pairings: Pairings) -> list[str]:
        gone = find(ids, [*pairings.devices, *pairings.invitations, *pairings.views])
        is_view = [pairings.views.pop(digest, None) is not None for digest in gone]
        for digest in gone:
            pairings.devices.pop(digest, None)
        if not all(is_view):
            # Whoever was revoked may know a link that is still open.
            pairings.invitations.clear()
            pairings.views.clear()
        return gone

    return file.change(edit)


def revoke_all(file: PairingFile) -> None:
    """Begin anew, also where the file is not in order or the disk is full."""
    file.remove()

    def edit(pairings: Pairings) -> None:
        pairings.epoch = 1 + secrets.randbelow(NEW_EPOCH)

    try:
        file.change(edit)
    except OSError as error:
        print(f"note: Devices that could not be stored may drive until the car ends: {error}")


def _invite(file: PairingFile, args: argparse.Namespace) -> None:
    cfg = load_config(args.path.expanduser().absolute() / "config.py", command="pair")
    _refuse_settings(cfg)
    if not 1 <= args.uses <= MAX_USES:
        raise ConfigError(f"`--uses` must be 1 to {MAX_USES}. Received: {args.uses}")
    token = invite(file, uses=args.uses)
    link, *others = [pairing_url(url, token) for url in urls_of(cfg.WEB_HOST, cfg.WEB_CONTROL_PORT)]
    print(Pairing(link, "", tuple(others)).text)
    starts = count(Invitation("").starts, "more start")
    print(
        f"It pairs {count(args.uses, 'device')}, now or within {starts} of the car, "
        "and works at any address of the car. It ends when you type: donkey pair revoke --all"
    )


def invite(file: PairingFile, *, uses: int) -> str:
    """Store an invitation, and return its token; the oldest of too many ends."""
    token = secrets.token_urlsafe(16)
    digest = file.digest(token)

    def edit(pairings: Pairings) -> None:
        while len(pairings.invitations) >= MAX_INVITATIONS:
            del pairings.invitations[next(iter(pairings.invitations))]
        pairings.invitations[digest] = Invitation(digest, uses=uses)

    file.change(edit)
    return token


def _view(file: PairingFile, args: argparse.Namespace) -> None:
    cfg = load_config(args.path.expanduser().absolute() / "config.py", command="pair")
    _refuse_settings(cfg, (("WEB_FOXGLOVE", False, "the car shows itself to nobody then"),))
    token = view(file)
    hosts = [urlsplit(url).netloc for url in urls_of(cfg.WEB_HOST, cfg.WEB_CONTROL_PORT)]
    print("In Foxglove: Open connection, Foxglove WebSocket, and this address:")
    for host in hosts:
        print(f"  {foxglove_addresses(host, token)['url']}")
    print(
        "It shows the car to one program at a time, and drives nothing. Whoever knows it can "
        "watch. It works until you end it: donkey pair list, donkey pair revoke ID"
    )


def view(file: PairingFile) -> str:
    """Store a link that shows the car, and return its token.

    Raises:
        ConfigError: If there are too many.
    """
    token, link = new_view_link(file.digest, "donkey pair")
    link.made_at = wall_time(time.time())

    def edit(pairings: Pairings) -> None:
        if len(pairings.views) >= MAX_VIEWS:
            raise ConfigError(
                f"There must be at most {MAX_VIEWS} links that show the car. Received: one more. "
                "End one: donkey pair list, donkey pair revoke ID"
            )
        pairings.views[link.digest] = link

    file.change(edit)
    return token


def _refuse_settings(cfg: Config, more: tuple[tuple[str, Any, str], ...] = ()) -> None:
    for name, wrong, why in (
        *more,
        ("WEB_CONTROL", False, "the car has no page then"),
        ("WEB_AUTH", "none", "everybody may drive then, without pairing"),
        ("WEB_REMEMBER", False, "nothing is stored then; the car prints a link when it starts"),
        ("WEB_CONTROL_PORT", 0, "the port is another one at each start then"),
    ):
        if cfg[name] == wrong and type(cfg[name]) is type(wrong):
            raise ConfigError(
                f"A link needs another `{name}`: {why}. Received: {name}={wrong!r}. "
                "Change it in myconfig.py"
            )


def find(wanted: Iterable[str], digests: Iterable[str]) -> list[str]:
    """The digests that begin with the letters that a person typed.

    Raises:
        ConfigError: If letters fit none or more than one.
    """
    known = list(digests)
    found = []
    for letters in wanted:
        fits = [one for one in known if letters and one[:NAME_LETTERS].startswith(letters.lower())]
        if len(fits) != 1:
            why = "fits more than one device" if fits else "is the ID of no paired device"
            raise ConfigError(
                f"An ID must name one device. Received: {letters}, which {why}. Nothing was "
                "revoked. The IDs: donkey pair list"
            )
        found += fits
    return list(dict.fromkeys(found))


def when(at_s: int | None) -> str:
    """A stored time for a person.

    Example:
        >>> when(None)
        'unknown'
    """
    return "unknown" if at_s is None else time.strftime("%Y-%m-%d %H:%M", time.localtime(at_s))


ACTIONS = {"list": _list, "revoke": _revoke, "invite": _invite, "view": _view}
