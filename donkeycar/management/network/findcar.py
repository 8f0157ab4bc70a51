"""`donkey findcar`: where the cars of this network are, without any rights and without internet."""

import argparse
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from donkeycar import commands
from donkeycar.console.addresses import addresses, prefix_of
from donkeycar.errors import ConfigError, text_of
from donkeycar.management.network.browse import (
    CAR,
    EARLIER,
    REFUSED,
    SILENT,
    SOMETHING,
    Car,
    browse,
    what_answers,
)
from donkeycar.management.network.neighbours import (
    Neighbour,
    hosts_around,
    neighbours,
    sweep,
)

MAX_ASKED = 32

NO_NETWORK = (
    "This computer is in no network. Join the Wi-Fi that the car is in, or the car's own "
    "(donkey network ap on the car), then type the same again"
)
NOTHING = """\
No car was found. Try in this order:
1. Is the car's computer on? It takes about a minute from power to the page.
2. Is this computer in the same network? The Wi-Fi of guests, schools and offices often keeps
   computers apart; a phone's hotspot or the car's own network (donkey network ap) does not.
3. Does the car know this Wi-Fi? It joins only networks whose password it has. If this one is new to
   it, plug it into the router by cable, or set the Wi-Fi on the card with Raspberry Pi Imager.
4. Look at the router's list of devices; the car is often called raspberrypi. Then: ssh USER@ADDRESS
5. On the car, with a keyboard and a screen: hostname -I shows its addresses."""

ANSWERS = {
    CAR: "a car: http://{address}:{port}/drive",
    EARLIER: "a car with an earlier donkeycar: http://{address}:{port}/drive",
    SOMETHING: "something else than a car answers at port {port}",
    REFUSED: "a Raspberry Pi on which no car drives now. Log in: ssh USER@{address}, and start it",
    SILENT: "a Raspberry Pi whose port {port} does not answer; a firewall may block it",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command line."""
    parser.add_argument(
        "--duration", type=float, default=3.0, help="how long to listen, in seconds (3)"
    )
    parser.add_argument(
        "--port", type=int, default=8887,
        help="port of the page of cars that do not announce themselves (8887)",
    )  # fmt: skip
    parser.add_argument(
        "--quick", action="store_true",
        help="do not send a packet to each address of this network to find Raspberry Pis",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Print every car as soon as it is found.

    Returns:
        0 if there is a car, else 1.
    """
    if not 0.1 <= args.duration <= 60:
        raise ConfigError(f"`--duration` must be 0.1 to 60. Received: {args.duration}")
    if not 1 <= args.port <= 65535:
        raise ConfigError(f"`--port` must be 1 to 65535. Received: {args.port}")
    own = addresses()
    if not own:
        print(NO_NETWORK)
        return 1
    print(f"Listening for cars in the networks of {', '.join(own)} ...", flush=True)
    cars = list(_announced(args.duration, own))
    return 0 if cars or _look_for_pis(own, args.port, quick=args.quick) else 1


def _announced(duration_s: float, own: list[str]) -> Iterable[Car]:
    try:
        for car in browse(duration_s, interfaces=own):
            for line in lines_of(car):
                print(line, flush=True)
            yield car
    except ImportError as error:
        way = commands.pip_install("zeroconf")
        print(f"note: Announcements cannot be heard: {text_of(error)}. {way}")
    except OSError as error:
        print(f"note: This network takes no multicast ({text_of(error)}): no car can be heard.")


def lines_of(car: Car) -> list[str]:
    """A car in printed form.

    Example:
        >>> car = Car("mycar", "donkeycar-1.local", "pi5", ("10.42.0.1",), 8887, "pair", "6.0.0")
        >>> print(*lines_of(car), sep=chr(10))
        mycar on pi5: http://10.42.0.1:8887/drive
            also http://donkeycar-1.local:8887/drive
            paired devices drive; on the car, donkey pair invite lets one more in
    """
    others = [*car.urls[1:], f"http://{car.host}:{car.port}/drive"]
    who = (
        'everybody on this network may drive (WEB_AUTH = "none")'
        if car.auth == "none"
        else "paired devices drive; on the car, donkey pair invite lets one more in"
    )
    where = f" on {car.computer}" if car.computer else ""
    lines = [f"{car.name}{where}: {car.urls[0]}", f"    also {', '.join(others)}"]
    return [*lines, f"    {who}"]


def _look_for_pis(own: list[str], port: int, *, quick: bool) -> bool:
    """Look for Raspberry Pis, and print what each is; return whether one is a car."""
    hosts = list(dict.fromkeys(host for one in own for host in hosts_around(one, prefix_of(one))))
    if quick:
        print("No car announces itself. Looking for Raspberry Pis that this computer knows ...")
    else:
        print(f"No car announces itself. Looking for Raspberry Pis at {len(hosts)} addresses ...")
        sweep(hosts)
    pis = [one for one in dict.fromkeys(neighbours()) if one.is_pi and one.address not in own]
    if len(pis) > MAX_ASKED:
        print(f"note: There are {len(pis)} Raspberry Pis; the first {MAX_ASKED} are asked.")
        pis = pis[:MAX_ASKED]
    if not pis:
        print(NOTHING)
        return False
    with ThreadPoolExecutor(max_workers=len(pis)) as asking:
        answers = list(asking.map(lambda one: what_answers(one.address, port), pis))
    for pi, answer in zip(pis, answers, strict=True):
        print(_line(pi, answer, port))
    return any(answer in (CAR, EARLIER) for answer in answers)


def _line(pi: Neighbour, answer: str, port: int) -> str:
    return f"{pi.address} ({pi.mac}): " + ANSWERS[answer].format(address=pi.address, port=port)
