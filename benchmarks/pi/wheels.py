"""Every extra resolves to wheels for the computers that it is for: nothing is compiled there."""

import argparse
import sys
from typing import NamedTuple

from benchmarks.pi.resolver import Unresolvable, requirements, resolve


class Target(NamedTuple):
    """A computer that an extra is installed on.

    Attributes:
        extra: Of setup.py.
        python: Its Python.
        system: Its platform, as uv names it.
        has: Packages that must be among the wheels.
        lacks: Packages that must not.
    """

    extra: str
    python: str
    system: str
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()


# glibc is 2.36 in Bookworm; in Trixie it is 2.41, and 2.40 is the newest that uv knows.
BOOKWORM, TRIXIE = "aarch64-manylinux_2_36", "aarch64-manylinux_2_40"
LINUX, MAC = "x86_64-manylinux_2_31", "aarch64-apple-darwin"
CAR = ("adafruit-blinka", "ai-edge-litert", "gpiod", "numpy", "simplejpeg")
TARGETS = (
    Target("pi", "3.11", BOOKWORM, (*CAR, "lgpio"), ("tensorflow",)),
    Target("pi", "3.13", TRIXIE, CAR, ("tensorflow", "lgpio")),
    Target("stream", "3.11", BOOKWORM, ("av",)),
    Target("stream", "3.13", TRIXIE, ("av",)),
    Target("oakd", "3.11", BOOKWORM, ("depthai",)),
    Target("oakd", "3.13", TRIXIE, ("depthai",)),
    Target("d435", "3.11", BOOKWORM, ("dreamscale-pyrealsense2",), ("pyrealsense2",)),
    Target("d435", "3.13", TRIXIE, ("dreamscale-pyrealsense2",), ("pyrealsense2",)),
    Target("d435", "3.13", LINUX, ("pyrealsense2",)),
    Target("train", "3.11", LINUX, ("tensorflow-cpu",), ("tensorflow",)),
    Target("train", "3.13", LINUX, ("tensorflow-cpu",), ("tensorflow",)),
    Target("train", "3.13", MAC, ("tensorflow",), ("tensorflow-metal",)),
    Target("train", "3.13", TRIXIE, ("tensorflow",)),
    *(
        Target(
            "train-cuda", python, LINUX, ("tensorflow", "nvidia-cudnn-cu12"), ("tensorflow-cpu",)
        )
        for python in ("3.11", "3.12", "3.13")
    ),
    *(
        Target("train-metal", python, MAC, ("tensorflow", "tensorflow-metal"))
        for python in ("3.11", "3.12")
    ),
)


def fault(target: Target) -> tuple[str, int]:
    """What is wrong with the wheels of a target, "" if nothing, and how many there are."""
    try:
        found = resolve(requirements(target.extra), python=target.python, system=target.system)
    except Unresolvable as error:
        return str(error).splitlines()[-1] if str(error) else "no reason given", 0
    wrong = [f"no {name}" for name in target.has if name not in found]
    wrong += [f"{name} is among them" for name in target.lacks if name in found]
    return ", ".join(wrong), len(found)


def main(argv: list[str] | None = None) -> int:
    """Print a line for each target.

    Returns:
        1 if one does not resolve as it must.
    """
    argparse.ArgumentParser(prog="wheels", description=__doc__).parse_args(argv)
    failed = 0
    for target in TARGETS:
        wrong, count = fault(target)
        failed += bool(wrong)
        verdict = f"FAILED: {wrong}" if wrong else f"{count} wheels"
        print(f"{target.extra:12} {target.python:5} {target.system:24} {verdict}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
