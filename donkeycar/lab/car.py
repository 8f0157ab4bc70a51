"""Car page: why the car stopped, its disk and versions, its health, and copies from car to car."""

import platform
import re
import shutil
import time
from typing import Literal

import donkeycar
from donkeycar.driving.stops import FOLDER, ID, read_stops
from donkeycar.errors import ConfigError
from donkeycar.lab.action import JSON, Get, Post, Reply
from donkeycar.lab.lab import Lab

# mycar.local, kim@192.168.1.7, mycar.local:cars/blue. It is a word of a command, so no option.
ADDRESS = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.@:/~+-]{0,200}")
PILOTS = (".keras", ".tflite", ".h5", ".onnx", ".trt")
MOST_HOURS = 24 * 365.0


def about(lab: Lab) -> JSON:
    """This place and its computer.

    Returns:
        ``name``, ``folder``, ``is_car``, ``has_car`` (whether the folder is that of a car),
        ``versions`` (pairs), ``disk`` (``free_bytes``, ``total_bytes``) and ``pilots`` (names).
    """
    disk = shutil.disk_usage(lab.folder)
    models = lab.folder / "models"
    pilots = list(models.iterdir()) if models.is_dir() else []
    return {
        "name": lab.folder.name,
        "folder": str(lab.folder),
        "is_car": lab.is_car,
        "has_car": (lab.folder / "myconfig.py").is_file(),
        "versions": [
            ["donkeycar", donkeycar.__version__],
            ["Python", platform.python_version()],
            ["System", f"{platform.system()} {platform.release()}, {platform.machine()}"],
        ],
        "disk": {"free_bytes": disk.free, "total_bytes": disk.total},
        "pilots": sorted(lab.name_of(path) for path in pilots if path.suffix in PILOTS),
    }


def stops(lab: Lab, *, hours: float = 1.0) -> JSON:
    """Stops of the car, the newest first.

    Args:
        lab: The lab.
        hours: How far back, above 0.

    Returns:
        ``stops``: each ``id``, ``time_s`` (since 1970), ``ago_s``, ``reason``, ``mode`` and
        ``has_picture``; ``command``: the same from a terminal.

    Raises:
        ConfigError: If the hours are out of range.
    """
    if not 0 < hours <= MOST_HOURS:
        raise ConfigError(f"`hours` must be above 0 and at most {MOST_HOURS:g}. Received: {hours}")
    now_s = time.time()
    found = read_stops(lab.folder / FOLDER, since_s=now_s - hours * 3600)
    return {
        "stops": [stop._asdict() | {"ago_s": max(now_s - stop.time_s, 0.0)} for stop in found],
        "command": f"donkey stops --hours {hours:g}",
    }


def picture(lab: Lab, *, id: str) -> Reply:  # noqa: A002 - the name in the address
    """The frame of a stop, as JPEG.

    Raises:
        ConfigError: If there is no such stop, or it has no frame.
    """
    path = lab.folder / FOLDER / f"{id}.jpg"
    if ID.fullmatch(id) is None or not path.is_file():
        raise ConfigError(f"`id` must be that of a stop with a picture. Received: {id[:80]!r}")
    return Reply(path, "image/jpeg", keep_s=86400)


def start(
    lab: Lab,
    *,
    what: Literal["check", "find", "pull", "push"],
    car: str = "",
    pilot: str = "",
) -> JSON:
    """Start a command that takes long.

    Args:
        lab: The lab.
        what: Check this car, find cars, pull the recordings of a car, or push a pilot to one.
        car: Address of the other car, for pull and push.
        pilot: Name of the pilot, for push.

    Returns:
        State of the job, see `Jobs.state`.

    Raises:
        ConfigError: If an argument is missing or is no address or pilot.
    """
    if what in ("pull", "push") and ADDRESS.fullmatch(car) is None:
        raise ConfigError(
            "`car` must be the address of a car: mycar.local, kim@192.168.1.7, or with a folder, "
            f"mycar.local:cars/blue. Received: {car[:80]!r}"
        )
    if what == "push" and (not pilot or not lab.path(pilot).exists()):
        raise ConfigError(f"`pilot` must be a pilot of this folder. Received: {pilot[:80]!r}")
    title, words = {
        "check": ("Check this car", ["doctor"]),
        "find": ("Find cars", ["findcar"]),
        "pull": (f"Pull recordings from {car}", ["pull", car]),
        "push": (f"Push {pilot} to {car}", ["push", car, pilot]),
    }[what]
    return lab.jobs.state(lab.jobs.start(title, words))


def job(lab: Lab, *, id: str) -> JSON:  # noqa: A002 - the name in the address
    """How a job is doing, see `Jobs.state`."""
    return lab.jobs.state(id)


def end(lab: Lab, *, id: str) -> JSON:  # noqa: A002 - the name in the body
    """Stop a job, as Ctrl-C does."""
    return lab.jobs.stop(id)


ACTIONS = (
    Get("about", about),
    Get("stops", stops),
    Get("picture", picture),
    Get("job", job),
    Post("start", start),
    Post("end", end),
)
