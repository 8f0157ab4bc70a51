"""What a new car costs and what it can do at once, beside donkeycar 5.4.

Each is installed from nothing into an environment of its own, without pip's cache; its own
`createcar` makes a car of every template it has; the first car is started with a mock camera and a
mock drivetrain, and its drive page is fetched with all that it points to. 5.4 wants Python 3.12 or
newer: `scripts/trixie scripts/bench new_car`.

Goals: installed in less time and less space than 5.4, and every template makes a car; the page
comes with all of its files.
"""

import argparse
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import ROOT
from benchmarks.peer import NEW
from benchmarks.pi.car_size import size_mb

START_S = 60.0
OWN_FILES = re.compile(rb'(?:src|href)="(/[^"]+)"')
MOCKED = '\nCAMERA_TYPE = "MOCK"\nDRIVE_TRAIN_TYPE = "MOCK"\nWEB_CONTROL_PORT = {port}\n'


class Maker(NamedTuple):
    """One donkeycar to install.

    Attributes:
        name: How the figures call it.
        package: What pip installs: the package without an extra.
        templates: What its `createcar` can make.
        admits: The settings with which its page asks nobody who they are.
        version: The rest of a requirement, after the extra.
    """

    name: str
    package: str
    templates: tuple[str, ...]
    admits: str = ""
    version: str = ""


MAKERS = (
    Maker(
        "here", str(ROOT), ("complete", "sim"), 'WEB_AUTH = "none"\nWEB_HOST = "127.0.0.1"\n'
    ),
    Maker(
        NEW.version, "donkeycar",
        ("complete", "basic", "square", "path_follow", "cv_control", "simulator", "arduino_drive",
         "just_drive"),
        version=NEW.package.removeprefix("donkeycar"),
    ),
)  # fmt: skip
# What each calls the extra for a car on a Pi, and for a PC that trains.
EXTRAS = {"here": ("pi", "train"), NEW.version: ("pi", "pc")}


def install(package: str, folder: Path) -> tuple[float, float, str]:
    """Install a package into a new environment.

    Returns:
        Seconds, MB, and what pip complained of if it failed.
    """
    start_s = time.monotonic()
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    pip = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-cache-dir"]
    done = subprocess.run([*pip, package], capture_output=True, text=True, check=False)
    errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return time.monotonic() - start_s, size_mb(folder), errors[-1] if done.returncode else ""


def create(donkey: Path, template: str, car: Path) -> bool:
    """Whether `createcar` makes a car that has a program and settings."""
    command = [donkey, "createcar", "--template", template, "--path", car]
    done = subprocess.run(command, capture_output=True, check=False)
    files = [car / name for name in ("manage.py", "myconfig.py", "config.py")]
    return done.returncode == 0 and all(path.exists() for path in files)


def status_of(url: str) -> tuple[int, bytes]:
    """The status of an address, 0 if nobody answers, and its body."""
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            # A stream of pictures never ends: its beginning says enough.
            return answer.status, answer.read(100_000) if "video" not in url else b""
    except urllib.error.HTTPError as error:
        return error.code, b""
    except OSError:
        return 0, b""


def drive(python: Path, car: Path, admits: str) -> dict[str, Any]:
    """Start a car with nothing attached, and fetch its page with what it points to.

    Returns:
        `start_s` until the page answers, how many files it has `asked` for and which are
        `missing`; or `error`.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (car / "myconfig.py").open("a") as own:
        own.write(MOCKED.format(port=port) + admits)
    start_s = time.monotonic()
    process = subprocess.Popen(
        [python, "manage.py", "drive"], cwd=car, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        site = f"http://127.0.0.1:{port}"
        while status_of(f"{site}/drive")[0] != 200:
            if time.monotonic() > start_s + START_S or process.poll() is not None:
                return {"error": f"no page after {time.monotonic() - start_s:.0f} s"}
            time.sleep(0.1)
        answered_s = time.monotonic() - start_s
        own = sorted(set(OWN_FILES.findall(status_of(f"{site}/drive")[1])))
        paths = [path.decode() for path in own]
        missing = [path for path in paths if status_of(site + path)[0] != 200]
        return {"start_s": answered_s, "asked": len(paths), "missing": missing}
    finally:
        process.terminate()
        process.wait(30)


def measure(maker: Maker, folder: Path) -> dict[str, Any]:
    """Everything about one donkeycar."""
    took_s, taken_mb, error = install(f"{maker.package}{maker.version}", folder / "env")
    row: dict[str, Any] = {"install_s": took_s, "install_mb": taken_mb, "error": error}
    if error:
        return row
    programs = folder / "env" / "bin"
    cars = {name: folder / name for name in maker.templates}
    row["failed"] = [
        name for name, car in cars.items() if not create(programs / "donkey", name, car)
    ]
    return row | drive(programs / "python", cars[maker.templates[0]], maker.admits)


def told(maker: Maker, row: dict[str, Any]) -> str:
    """The figures of one donkeycar in three lines."""
    made = len(maker.templates) - len(row.get("failed", maker.templates))
    lines = [f"{maker.name}: installed in {row['install_s']:.0f} s, {row['install_mb']:.0f} MB"]
    lines.append(f"  createcar: {made} of {len(maker.templates)} templates {row.get('failed', '')}")
    if error := row.get("error"):
        return "\n".join([*lines, f"  {error}"])
    whole = row["asked"] - len(row["missing"])
    lines.append(
        f"  drive page after {row['start_s']:.1f} s, {whole} of {row['asked']} of its files"
        + (f"; missing: {', '.join(row['missing'])}" if row["missing"] else "")
    )
    return "\n".join(lines)


def main(argv: list[str] | None = None) -> int:
    """Print the figures; return 1 if a goal is missed."""
    parser = argparse.ArgumentParser(prog="scripts/bench new_car", description=__doc__)
    parser.add_argument("--extras", action="store_true", help="install each extra, too")
    args = parser.parse_args(argv)
    if sys.version_info < (3, 12):
        print("donkeycar 5.4 wants Python 3.12 or newer: scripts/trixie scripts/bench new_car")
        return 2
    rows: list[dict[str, Any]] = []
    for maker in MAKERS:
        with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
            rows.append(measure(maker, Path(folder)))
            print(told(maker, rows[-1]), flush=True)
        for extra in EXTRAS[maker.name] if args.extras else ():
            with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
                package = f"{maker.package}[{extra}]{maker.version}"
                took_s, taken_mb, error = install(package, Path(folder) / "env")
            print(f"  [{extra}]: {error or f'{took_s:.0f} s, {taken_mb:.0f} MB'}", flush=True)
    ours, theirs = rows
    goals = {
        "installed in less time": ours["install_s"] < theirs["install_s"],
        "and less space": ours["install_mb"] < theirs["install_mb"],
        "every template makes a car": ours.get("failed") == [],
        "the page has all of its files": ours.get("missing") == [],
    }
    missed = [name for name, reached in goals.items() if not reached]
    for name in missed:
        print(f"MISSED: {name}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
