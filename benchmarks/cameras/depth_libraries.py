"""OAK-D and RealSense on the real depthai 2, depthai 3 and pyrealsense2, without a camera.

Each library is installed into an environment of its own, the first time. What the cameras' parts
and their stand-ins (`donkeycar.testing`) call must be there, with these arguments; pictures in the
library's own messages must become the frames that they become on the stand-in. depthai 2 builds the
whole pipeline of an OAK-D; pyrealsense2 runs the whole part of a D435 with a device made of
software: modes, alignment, stamps.

Not shown: what a real device does with a pipeline, and how fast. pyrealsense2 needs libusb
(`sudo apt install -y libusb-1.0-0`).
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from benchmarks import ROOT
from benchmarks.peer import Release, peer_python

NEEDS = ["numpy", "pillow"]
LIBRARIES = (
    Release("depthai-2", "depthai>=2.30,<3", NEEDS, "DEPTHAI_2_PYTHON"),
    Release("depthai-3", "depthai>=3,<4", NEEDS, "DEPTHAI_3_PYTHON"),
    Release("pyrealsense2", "pyrealsense2>=2.55,<3", NEEDS, "PYREALSENSE2_PYTHON"),
)
WORKERS = {"depthai": "depthai_worker.py", "pyrealsense2": "realsense_worker.py"}


def main(argv: list[str] | None = None) -> int:
    """Print a line for each check; return 1 if one fails."""
    names = [library.version for library in LIBRARIES]
    parser = argparse.ArgumentParser(prog="scripts/bench depth_libraries", description=__doc__)
    parser.add_argument("libraries", nargs="*", metavar="LIBRARY", help=f"of {', '.join(names)}")
    args = parser.parse_args(argv)
    failed = False
    for library in LIBRARIES:
        if args.libraries and library.version not in args.libraries:
            continue
        worker = Path(__file__).with_name(WORKERS[library.version.partition("-")[0]])
        done = subprocess.run(
            [str(peer_python(library)), str(worker)],
            env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": ""}, check=False,
        )  # fmt: skip
        print(f"{library.version}: {'FAILED' if done.returncode else 'all is as expected'}")
        failed |= bool(done.returncode)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
