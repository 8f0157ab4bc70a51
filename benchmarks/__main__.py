"""Run one benchmark: `python -m benchmarks NAME [its arguments]`. Without a name, list them.

A benchmark is a module with a function `main(argv)` in one of the folders. Each name is unique.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import ROOT

HERE = Path(__file__).parent
IS_BENCHMARK = re.compile(r"^def main\(argv\b", re.MULTILINE)


def modules() -> dict[str, str]:
    """The module that runs each benchmark, by the benchmark's name, in the order of folders."""
    return {
        path.stem: f"benchmarks.{path.parent.name}.{path.stem}"
        for path in sorted(HERE.glob("*/*.py"))
        if IS_BENCHMARK.search(path.read_text(encoding="utf-8"))
    }


def usage() -> str:
    """The usage text: how to call it, and the benchmarks of each folder."""
    rooms: dict[str, list[str]] = {}
    for name, module in modules().items():
        rooms.setdefault(module.split(".")[1], []).append(name)
    lines = [f"  {room:12}{', '.join(names)}" for room, names in rooms.items()]
    return "\n".join(["usage: scripts/bench NAME [arguments], with NAME one of:", *lines])


def main(argv: list[str] | None = None) -> int:
    """Run a benchmark in a process of its own; return 2 if no benchmark has that name."""
    name, *arguments = (sys.argv[1:] if argv is None else argv) or [""]
    module = modules().get(name)
    if module is None:
        print(usage())
        return 2
    # Phones that its cars pair are not for this computer's user, nor its cars for this network.
    with tempfile.TemporaryDirectory() as state:
        command = [sys.executable, "-m", module, *arguments]
        environment = {**os.environ, "XDG_STATE_HOME": state, "DONKEYCAR_ANNOUNCE": "0"}
        return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
